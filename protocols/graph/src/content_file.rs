//! Files of an application's content: where their bytes go (`azureStorageUri`, printed for whoever may commit the file and kept
//! nowhere), and `commit`, which opens what was uploaded and names it by its hash.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Act, Record, Value, Verb};
use engine::{Engine, Fault, OwnedVerb, Submission, View};
use keys::PackageKey;
use schema::mobile_app_content::{AZURE_STORAGE_URI, MOBILE_APP_CONTENT_FILE};
use serde_json::Value as Json;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read;
use crate::resolve::Entity;
use crate::uploads;
use crate::write::failed;

const COMMIT: &str = "commit";
/// What fails when the key is another one.
const OPENING: &str = "opening a package";

pub fn is_here(entity: &Entity) -> bool {
    entity.kind.id() == MOBILE_APP_CONTENT_FILE.id()
}

/// One file.
pub fn show(exchange: &Exchange, view: &View, entity: &Entity) -> Result<Reply, Error> {
    let object = read::found(view.now(), entity.id)?;
    read::check_readable(view, object)?;
    let act = Act { verb: Verb::Action(COMMIT), kind: &MOBILE_APP_CONTENT_FILE, target: Some(object), changes: &[] };
    let is_for_them = exchange.engine.allow(view.caller(), &act).is_ok();
    let address = (is_for_them && apps::is_open(object, exchange.engine.now()))
        .then(|| uploads::address(exchange, object))
        .transpose()?;
    let shown = object.with(object.usn, &[(AZURE_STORAGE_URI.id, address.map(Value::from))]);
    Ok(Reply::json(200, read::printed(exchange, view, &shown, entity)?))
}

/// `commit`: all bytes have come.
pub async fn commit(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let id = entity.id;
    let file = read::found(view.now(), id)?.clone();
    let action = exchange.engine.action(&MOBILE_APP_CONTENT_FILE, COMMIT, false);
    let action = action.ok_or_else(|| Error::segment(COMMIT))?;
    let act = Act { verb: Verb::Action(COMMIT), kind: &MOBILE_APP_CONTENT_FILE, target: Some(&file), changes: &[] };
    let refused = |refusal: directory::Refusal| Error::refused(&refusal, Some(&MOBILE_APP_CONTENT_FILE));
    exchange.engine.allow(view.caller(), &act).map_err(refused)?;

    let body = exchange.members()?;
    let sealed = body.get("fileEncryptionInfo").filter(|info| !info.is_null()).map(Sealed::parse).transpose()?;
    let pieces = uploads::pieces(&exchange.engine, id)?;
    let digest = sealed.as_ref().and_then(|sealed| sealed.digest.clone());
    let (sha256, size) = joined(&exchange.engine, pieces, sealed.map(|sealed| sealed.key)).await?;
    if digest.is_some_and(|digest| !digest.eq_ignore_ascii_case(&sha256)) {
        return Err(Error::invalid("The file is not what 'fileDigest' says."));
    }
    let given = Record::new().with("sha256", sha256).with("size", i64::try_from(size).unwrap_or(i64::MAX));
    let (question, decide) =
        ((OwnedVerb::Action(COMMIT.to_owned()), &MOBILE_APP_CONTENT_FILE, Some(id)), action.decide);
    let submission = Submission::asking(view.caller(), "Commit content file", question, move |now, call| {
        decide(now, call, now.find(id), &given)
    });
    let done = exchange.engine.submit(submission).await;
    done.map_err(|failure| failed(&failure, Some(&MOBILE_APP_CONTENT_FILE)))?;
    uploads::forget(&exchange.engine, id);
    Ok(Reply::empty())
}

/// `fileEncryptionInfo`.
struct Sealed {
    key: PackageKey,
    /// Of the clear text, in hexadecimal digits.
    digest: Option<String>,
}

impl Sealed {
    fn parse(info: &Json) -> Result<Sealed, Error> {
        let bytes = |name: &str| {
            let text = info.get(name).and_then(Json::as_str).unwrap_or_default();
            STANDARD.decode(text).map_err(|_| Error::bad(format!("'{name}' is not base64.")))
        };
        let key = |name: &str| -> Result<[u8; 32], Error> {
            bytes(name)?.try_into().map_err(|_| Error::bad(format!("'{name}' has 32 bytes.")))
        };
        let vector = bytes("initializationVector")?;
        let vector = vector.try_into().map_err(|_| Error::bad("'initializationVector' has 16 bytes."))?;
        let digest = match info.get("fileDigest").and_then(Json::as_str) {
            None => None,
            Some(_) => match info.get("fileDigestAlgorithm").and_then(Json::as_str) {
                Some("SHA256") | None => Some(hex(&bytes("fileDigest")?)),
                Some(other) => {
                    return Err(Error::bad(format!("'{other}' is no digest that is known here: use SHA256.")));
                }
            },
        };
        let (encryption_key, mac_key, mac) = (key("encryptionKey")?, key("macKey")?, key("mac")?);
        Ok(Sealed { key: PackageKey { encryption_key, mac_key, initialization_vector: vector, mac }, digest })
    }
}

/// One blob of the pieces, opened with the key where they were encrypted. All of it is read before any of it is opened.
async fn joined(engine: &Engine, pieces: Vec<String>, key: Option<PackageKey>) -> Result<(String, u64), Error> {
    let mut opener = None;
    if let Some(key) = key {
        let (engine, names) = (engine.clone(), pieces.clone());
        let checked = tokio::task::spawn_blocking(move || {
            let mut check = key.check();
            for name in &names {
                check.update(&piece(&engine, name)?);
            }
            Ok::<_, Fault>(check.finish(&key).then(|| key.opener()).flatten())
        });
        let checked = checked.await.map_err(|_| Error::unavailable())?.map_err(|_| Error::unavailable())?;
        let changed = || Error::invalid("The file was not encrypted with these keys, or was changed on the way.");
        opener = Some(checked.ok_or_else(changed)?);
    }
    let (source, mut names) = (engine.clone(), pieces.into_iter());
    let next = move || {
        let Some(name) = names.next() else {
            let rest = opener.take().map(|opener| opener.finish().ok_or_else(unopened)).transpose()?;
            return Ok(rest.filter(|rest| !rest.is_empty()));
        };
        let bytes = piece(&source, &name)?;
        match &mut opener {
            Some(opener) => opener.update(&bytes).ok_or_else(unopened).map(Some),
            None => Ok(Some(bytes)),
        }
    };
    engine.blob_join(next).await.map_err(|fault| match fault.doing {
        OPENING => Error::invalid("The file was not encrypted with this key."),
        _ => Error::unavailable(),
    })
}

fn unopened() -> Fault {
    Fault::definite(OPENING, "it is not padded as it must be")
}

fn piece(engine: &Engine, name: &str) -> Result<Vec<u8>, Fault> {
    let gone = || Fault::definite("reading an upload", "a block is gone; upload the file again");
    engine.blob_get(name)?.ok_or_else(gone)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
