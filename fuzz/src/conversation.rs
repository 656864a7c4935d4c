//! Requests as text, several in a row, as a corpus can hold and a person can read them:
//!
//! ```text
//! POST /v1.0/users
//! content-type: application/json
//!
//! {"displayName": "Zoë"}
//! %%
//! GET /v1.0/users/{id}
//! ```
//!
//! `{name}` is what the world gives (`{token}`) or an earlier answer gave: a text of its JSON, a field of its form, a
//! parameter of where it redirects to. So an input can go through a flow whose codes are different every time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use bytes::Bytes;
use engine::{Body, Peer};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::BodyExt;
use tokio::runtime::Runtime;

/// Requests in one conversation.
const REQUESTS_MAX: usize = 6;
/// The longest text that is remembered of an answer.
const GIVEN_BYTES_MAX: usize = 4_096;

/// What stands for `{name}`.
pub type Given = BTreeMap<String, String>;

/// Whether every request and its status are said, for somebody who looks at one input: `FUZZ_TELL=1`.
static IS_TOLD: LazyLock<bool> = LazyLock::new(|| std::env::var_os("FUZZ_TELL").is_some());

/// A runtime for one run: with it end the tasks that a server would keep for as long as it lives.
#[must_use]
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("the system can start a runtime")
}

/// Hold a conversation. A request that HTTP itself would not let through is left out; every status passes `is_fine`.
pub fn hold(
    told: &[u8],
    mut given: Given,
    answer: impl AsyncFn(Request<Bytes>) -> Response<Body>,
    is_fine: fn(u16) -> bool,
) {
    let runtime = runtime();
    for text in requests(told) {
        let Some(request) = request(&filled(text, &given)) else { continue };
        let said = format!("{} {}", request.method(), request.uri());
        runtime.block_on(async {
            let (parts, body) = answer(request).await.into_parts();
            let status = parts.status.as_u16();
            if *IS_TOLD {
                eprintln!("{status} {said}");
            }
            assert!(is_fine(status), "{status} to {said}");
            let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if header("content-type").starts_with(agent_wire::WAKE_MEDIA_TYPE) {
                return; // A stream without an end.
            }
            let bytes = body.collect().await.expect("an answer of ours cannot break off").to_bytes();
            let is_json = header("content-type").contains("json") && header("content-encoding").is_empty();
            if is_json && !bytes.is_empty() {
                let json = serde_json::from_slice(&bytes);
                remember_json(&mut given, &json.unwrap_or_else(|why| panic!("JSON that is none, {why}, to {said}")));
            } else {
                remember_form(&mut given, &String::from_utf8_lossy(&bytes));
            }
            remember_parameters(&mut given, header("location"));
            for cookie in parts.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
                let pair = cookie.split(';').next().unwrap_or_default();
                let all = given.entry("cookies".to_owned()).or_default();
                all.push_str(if all.is_empty() { "" } else { "; " });
                all.push_str(pair);
            }
        });
    }
}

fn requests(told: &[u8]) -> impl Iterator<Item = &[u8]> {
    const BETWEEN: &[u8] = b"\n%%\n";
    let mut rest = Some(told);
    std::iter::from_fn(move || {
        let all = rest?;
        let at = all.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        rest = at.map(|at| &all[at + BETWEEN.len()..]);
        Some(&all[..at.unwrap_or(all.len())])
    })
    .take(REQUESTS_MAX)
}

/// A text with what was given in its places.
fn filled(text: &[u8], given: &Given) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let name = tail.iter().position(|b| *b == b'}').and_then(|end| std::str::from_utf8(&tail[..end]).ok());
        match name.filter(|_| *first == b'{').and_then(|name| Some((name.len(), given.get(name)?))) {
            Some((length, value)) => {
                out.extend_from_slice(value.as_bytes());
                rest = &tail[length + 1..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

fn request(text: &[u8]) -> Option<Request<Bytes>> {
    let at = text.windows(2).position(|window| window == b"\n\n");
    let (head, body) = at.map_or((text, &[][..]), |at| (&text[..at], &text[at + 2..]));
    let mut lines = head.split(|b| *b == b'\n');
    let line = lines.next()?;
    let space = line.iter().position(|b| *b == b' ')?;
    let mut request = Request::new(Bytes::copy_from_slice(body));
    *request.method_mut() = Method::from_bytes(&line[..space]).ok()?;
    // Filters are easier to read, and to mutate, with their spaces.
    let address = line[space + 1..].split(|b| *b == b' ').collect::<Vec<_>>().join(&b"%20"[..]);
    *request.uri_mut() = Uri::try_from(address).ok()?;
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|b| *b == b':')?;
        let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
    }
    request.extensions_mut().insert(Peer { address: IpAddr::from([192, 0, 2, 7]) });
    Some(request)
}

fn remember(given: &mut Given, name: &str, value: &str) {
    if name.len() + value.len() <= GIVEN_BYTES_MAX {
        given.insert(name.to_owned(), value.to_owned());
    }
}

fn remember_json(given: &mut Given, json: &serde_json::Value) {
    for (name, value) in json.as_object().into_iter().flatten() {
        if let Some(text) = value.as_str() {
            remember(given, name, text);
        }
    }
}

/// The fields of a page's form, as our own pages write them.
fn remember_form(given: &mut Given, page: &str) {
    for field in page.split("<input").skip(1) {
        let field = field.split('>').next().unwrap_or_default();
        let part = |name: &str| field.split_once(&format!("{name}=\""))?.1.split('"').next();
        if let (Some(name), Some(value)) = (part("name"), part("value")) {
            remember(given, name, value);
        }
    }
}

fn remember_parameters(given: &mut Given, address: &str) {
    let (_, parameters) = address.split_once(['?', '#']).unwrap_or_default();
    for (name, value) in parameters.split('&').filter_map(|pair| pair.split_once('=')) {
        remember(given, name, value);
    }
}
