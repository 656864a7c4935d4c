//! Where the bytes of a file go: the few operations of Azure's block blobs that uploading tools use (Put Blob, Put Block, Put Block
//! List), at an address that is signed, names one file and ends. Blocks come in any order, and again after a failure.
//!
//! Deliberately absent: reading anything back, and blobs that are not such a file.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use directory::{Id, Object, Record, TenantId, Time};
use engine::{Body, Engine, full};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use schema::mobile_app_content::{AZURE_STORAGE_URI_EXPIRATION_DATE_TIME, MOBILE_APP_CONTENT_FILE};

use crate::Graph;
use crate::errors::Error;
use crate::exchange::Exchange;

/// The first segment of the address.
pub const FIRST: &str = "uploads";
/// The largest block, in bytes.
pub const BLOCK_BYTES_MAX: usize = 100 << 20;
/// The most blocks of a file.
const BLOCKS_MAX: usize = 5_000;
/// The longest name of a block: Azure's 64 bytes, in base64.
const BLOCK_ID_BYTES_MAX: usize = 88;
/// What addresses are signed for.
const PURPOSE: &str = "content upload";
/// Blocks that have come, by the hash of file and name.
const BLOCKS: &str = "uploadBlocks";
/// Which blocks a file is made of, by its id.
const LISTS: &str = "uploadLists";

/// How many bytes have come for a file, whatever became of them.
const RECEIVED: &str = "uploadBytes";
/// How many times as many bytes as a file has may come for it.
const TIMES_MAX: i64 = 3;
/// How often counting is tried anew when another block was counted meanwhile: tools send a few at once.
const COUNTED_TRIES_MAX: usize = 64;

/// Where the bytes of a file go.
pub fn address(exchange: &Exchange, file: &Object) -> Result<String, Error> {
    let tenant = exchange.engine.tenant();
    let end = file.get(AZURE_STORAGE_URI_EXPIRATION_DATE_TIME).ok_or_else(Error::unavailable)?.unix();
    let signed = exchange.keys.hash_secret(tenant, PURPOSE, &said(file.id, end)).map_err(|_| Error::unavailable())?;
    let signature = URL_SAFE_NO_PAD.encode(signed);
    Ok(format!("{}/{FIRST}/{tenant}/{}?sr=b&sp=w&se={end}&sig={signature}", exchange.origin, file.id))
}

fn said(file: Id, end: i64) -> String {
    format!("{file} {end}")
}

/// The blobs of an upload, in order.
pub fn pieces(engine: &Engine, file: Id) -> Result<Vec<String>, Error> {
    let list = engine.tickets().get(LISTS, file.as_bytes()).map_err(|_| Error::unavailable())?;
    let missing =
        || Error::invalid("The file has not been uploaded: put its blocks and their list to 'azureStorageUri'.");
    Ok(list.ok_or_else(missing)?.texts("blobs").map(str::to_owned).collect())
}

/// What was needed to put the pieces together is needed no more. Which pieces they were expires by itself; their bytes stay.
pub fn forget(engine: &Engine, file: Id) {
    drop(engine.tickets().revoke(file));
}

/// An operation that was not carried out, in Azure's words.
struct Refused(StatusCode, &'static str, String);

impl Graph {
    /// Answer a request under `/uploads`.
    pub async fn upload(&self, request: Request<Bytes>) -> Response<Body> {
        match self.put(&request).await {
            Ok(()) => {
                let mut answer = Response::new(full(Bytes::new()));
                *answer.status_mut() = StatusCode::CREATED;
                answer
            }
            Err(Refused(status, code, message)) => {
                let text = format!(
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
                );
                let mut answer = Response::new(full(Bytes::from(text)));
                *answer.status_mut() = status;
                answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
                answer
            }
        }
    }

    /// Whether an address was given out by us and its time is not over.
    #[must_use]
    pub fn gave_out(&self, parts: &Parts) -> bool {
        self.opened(&parts.uri).is_some()
    }

    /// The file that an address of ours leads to, and the end of its time.
    fn opened(&self, address: &Uri) -> Option<(Engine, Id, i64)> {
        let query = pairs(address.query().unwrap_or_default());
        let asked = |name: &str| query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let mut segments = address.path().trim_start_matches('/').split('/').skip(1);
        let mut id = || segments.next().and_then(directory::id_from_text);
        let (tenant, file): (TenantId, Id) = id().zip(id())?;
        let engine = self.tenants.get(tenant)?;
        let end: i64 = asked("se")?.parse().ok()?;
        let signature = URL_SAFE_NO_PAD.decode(asked("sig")?).ok()?;
        let is_ours = self.keys.secret_matches(tenant, PURPOSE, &said(file, end), &signature).unwrap_or(false);
        (is_ours && Time::from_unix(end) > engine.now()).then_some((engine, file, end))
    }

    async fn put(&self, request: &Request<Bytes>) -> Result<(), Refused> {
        let stranger = || {
            let why = "The address is not one that was given out, or its time is over: ask for it again.";
            Refused(StatusCode::FORBIDDEN, "AuthenticationFailed", why.to_owned())
        };
        let query = pairs(request.uri().query().unwrap_or_default());
        let asked = |name: &str| query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let (engine, file, end) = self.opened(request.uri()).ok_or_else(stranger)?;
        let now = engine.snapshot();
        let object = now.find_a(&MOBILE_APP_CONTENT_FILE, file).ok_or_else(stranger)?;
        if !apps::is_open(object, engine.now()) {
            let why = "The file is committed, or its time is over.".to_owned();
            return Err(Refused(StatusCode::CONFLICT, "OperationNotAllowed", why));
        }
        if request.method() != Method::PUT {
            let why = "Bytes are put here, and nothing else.".to_owned();
            return Err(Refused(StatusCode::METHOD_NOT_ALLOWED, "UnsupportedHttpVerb", why));
        }
        let upload = Upload { engine: &engine, file, size: apps::size_encrypted(object), until: Time::from_unix(end) };
        match asked("comp") {
            Some("block") => upload.block(asked("blockid").unwrap_or_default(), request.body()).await,
            Some("blocklist") => upload.list(request.body()),
            None => upload.whole(request.body()).await,
            Some(other) => {
                let why = format!("There is no operation {} here.", plain(other));
                Err(Refused(StatusCode::BAD_REQUEST, "InvalidQueryParameterValue", why))
            }
        }
    }
}

struct Upload<'a> {
    engine: &'a Engine,
    file: Id,
    /// All that is to come.
    size: i64,
    until: Time,
}

impl Upload<'_> {
    async fn block(&self, name: &str, body: &Bytes) -> Result<(), Refused> {
        if name.is_empty() || name.len() > BLOCK_ID_BYTES_MAX {
            return Err(wrong("InvalidQueryParameterValue", "A block has a name of at most 64 bytes, in base64."));
        }
        if body.is_empty() || body.len() > BLOCK_BYTES_MAX {
            let why = format!("A block has between 1 and {BLOCK_BYTES_MAX} bytes.");
            return Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", why));
        }
        let tickets = self.engine.tickets();
        let key = block_key(self.file, name);
        let came = tickets.entries(BLOCKS, self.file, BLOCKS_MAX + 1).map_err(|_| busy())?;
        let others = came.iter().filter(|(known, _)| *known != key);
        let bytes: i64 = others.clone().filter_map(|(_, block)| block.int("size")).sum();
        let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
        if others.count() >= BLOCKS_MAX || bytes.saturating_add(size) > self.size {
            let why = format!("The file was to have {} bytes, in at most {BLOCKS_MAX} blocks.", self.size);
            return Err(Refused(StatusCode::CONFLICT, "BlockCountExceedsLimit", why));
        }
        self.count(size)?;
        let blob = self.engine.blob_put(body.to_vec()).await.map_err(|_| busy())?;
        let record = Record::new().with("blob", blob).with("size", size);
        // One that came before under this name is replaced.
        tickets.take(BLOCKS, &key).map_err(|_| busy())?;
        tickets.put(BLOCKS, &key, Some(self.file), self.until, &record).map_err(|_| busy())?;
        Ok(())
    }

    /// Count what comes, replaced or not: whoever has an address can send a file again when something went wrong, not for ever.
    fn count(&self, size: i64) -> Result<(), Refused> {
        let (tickets, key) = (self.engine.tickets(), self.file.as_bytes());
        for _ in 0..COUNTED_TRIES_MAX {
            let came = tickets.get(RECEIVED, key).map_err(|_| busy())?;
            let before = came.as_ref().and_then(|came| came.int("bytes")).unwrap_or(0);
            let bytes = before.saturating_add(size);
            if bytes > self.size.saturating_mul(TIMES_MAX) {
                let why = format!("The file was sent more than {TIMES_MAX} times over. Make another one.");
                return Err(Refused(StatusCode::CONFLICT, "OperationNotAllowed", why));
            }
            let received = Record::new().with("bytes", bytes);
            // Blocks come side by side: counted is only what nobody else counted over.
            let is_counted = match came {
                Some(came) => tickets.swap(RECEIVED, key, Some(self.file), self.until, &came, &received),
                None => tickets.put(RECEIVED, key, Some(self.file), self.until, &received),
            };
            if is_counted.map_err(|_| busy())? {
                return Ok(());
            }
        }
        Err(busy())
    }

    fn list(&self, body: &Bytes) -> Result<(), Refused> {
        let names = block_list(body).ok_or_else(|| wrong("InvalidXmlDocument", "The body is no block list."))?;
        let (mut blobs, mut size) = (Vec::new(), 0i64);
        for name in &names {
            let block = self.engine.tickets().get(BLOCKS, &block_key(self.file, name)).map_err(|_| busy())?;
            let block = block.ok_or_else(|| wrong("InvalidBlockList", "A block in the list has not come."))?;
            size = size.saturating_add(block.int("size").unwrap_or(0));
            blobs.extend(block.text("blob").map(str::to_owned));
        }
        self.keep(blobs, size)
    }

    async fn whole(&self, body: &Bytes) -> Result<(), Refused> {
        let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
        // Asked before the bytes are kept: what is refused must not lie on the disk.
        self.check_size(size)?;
        self.count(size)?;
        let blob = self.engine.blob_put(body.to_vec()).await.map_err(|_| busy())?;
        self.keep(vec![blob], size)
    }

    fn check_size(&self, size: i64) -> Result<(), Refused> {
        if size == self.size {
            return Ok(());
        }
        let why = format!("The file was to have {} bytes; {size} have come.", self.size);
        Err(Refused(StatusCode::BAD_REQUEST, "InvalidBlockList", why))
    }

    fn keep(&self, blobs: Vec<String>, size: i64) -> Result<(), Refused> {
        self.check_size(size)?;
        let (tickets, key) = (self.engine.tickets(), self.file.as_bytes());
        tickets.take(LISTS, key).map_err(|_| busy())?;
        let list = Record::new().with("blobs", blobs);
        tickets.put(LISTS, key, Some(self.file), self.until, &list).map_err(|_| busy())?;
        Ok(())
    }
}

/// The names in a block list, wherever each is said to be looked for: there is one place here.
#[must_use]
pub fn block_list(body: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(body).ok()?;
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = Some(document.root_element()).filter(|root| root.tag_name().name() == "BlockList")?;
    let named = root.children().filter(|node| node.is_element()).map(|node| {
        let is_block = ["Latest", "Uncommitted", "Committed"].contains(&node.tag_name().name());
        node.text().map(str::trim).filter(|name| is_block && name.len() <= BLOCK_ID_BYTES_MAX).map(str::to_owned)
    });
    let names: Vec<String> = named.take(BLOCKS_MAX + 1).collect::<Option<_>>()?;
    (!names.is_empty() && names.len() <= BLOCKS_MAX).then_some(names)
}

/// The options of a query. A plus sign is one: names of blocks are base64, and not all tools encode it.
fn pairs(query: &str) -> Vec<(&str, String)> {
    let pair = |pair: &'_ str| -> Option<(usize, String)> {
        let (name, value) = pair.split_once('=')?;
        Some((name.len(), percent_decode_str(value).decode_utf8().ok()?.into_owned()))
    };
    query.split('&').filter_map(|text| pair(text).and_then(|(at, value)| Some((text.get(..at)?, value)))).collect()
}

fn block_key(file: Id, name: &str) -> Vec<u8> {
    keys::sha256(&[file.as_bytes().as_slice(), name.as_bytes()].concat()).to_vec()
}

fn wrong(code: &'static str, why: &str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, code, why.to_owned())
}

fn busy() -> Refused {
    Refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServerBusy",
        "The bytes cannot be kept at the moment; try again.".to_owned(),
    )
}

/// What can stand in XML and in a line.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn blocks_that_come_side_by_side_are_all_counted() {
        let (engine, _) = engine::testing::engine(schema::model(), &[], Arc::new(engine::testing::OpenGate));
        // So many times in a row others may come first: they get on then.
        const BUSY_MAX: usize = 3_000;
        let (size, until) = (1_000, engine.now().plus_days(1));
        let counted: usize = std::thread::scope(|scope| {
            let send = || {
                let upload = Upload { engine: &engine, file: Id::from_u128(7), size, until };
                let (mut counted, mut busy) = (0, 0);
                while busy < BUSY_MAX {
                    match upload.count(1) {
                        Ok(()) => (counted, busy) = (counted + 1, 0),
                        Err(Refused(StatusCode::SERVICE_UNAVAILABLE, ..)) => busy += 1,
                        Err(Refused(..)) => return counted,
                    }
                    std::thread::yield_now();
                }
                panic!("nothing is counted any more, and nothing refused");
            };
            let senders: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
            senders.into_iter().map(|sender| sender.join().unwrap()).sum()
        });
        assert_eq!(counted, 3_000);
    }

    #[test]
    fn a_block_list_is_read_whole_or_not_at_all() {
        let list = |inner: &str| {
            block_list(format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{inner}</BlockList>").as_bytes())
        };
        let both = list("<Latest>QQ==</Latest>\n <Uncommitted> Qg== </Uncommitted>");
        assert_eq!(both, Some(vec!["QQ==".to_owned(), "Qg==".to_owned()]));
        assert_eq!(list(""), None, "nothing");
        assert_eq!(list("<Newest>QQ==</Newest>"), None, "another element");
        assert_eq!(list("<Latest/>"), None, "a block without a name");
        assert_eq!(list(&format!("<Latest>{}</Latest>", "x".repeat(89))), None, "a name without end");
        assert_eq!(list(&"<Latest>QQ==</Latest>".repeat(BLOCKS_MAX + 1)), None, "blocks without end");
        assert_eq!(block_list(b"<BlockList><Latest>QQ==</Latest>"), None, "no end");
        assert_eq!(block_list(b"<!DOCTYPE x [<!ENTITY a \"b\">]><BlockList><Latest>&a;</Latest></BlockList>"), None);
        assert_eq!(block_list(b"\xff"), None, "no text");
    }
}
