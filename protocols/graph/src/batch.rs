//! `$batch`: up to twenty requests in one, with the tolerances that real clients need: numeric ids, relative and absolute
//! URLs, `depends_on`, headers in any case or none.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value as Json};

use crate::errors::Error;
use crate::exchange::{Content, Exchange, Reply};
use crate::given::json_object;
use crate::headers::Asked;
use crate::json::Json as Writer;
use crate::limits::{BATCH_MAX, HEADER_BYTES_MAX, URL_BYTES_MAX};
use crate::query::Query;
use crate::{answer, path};

/// One request of a batch.
struct Item {
    id: String,
    depends_on: Vec<String>,
    /// What is wrong with it, if something is.
    exchange: Result<Exchange, Error>,
}

/// Answer all of them. They are carried out one after another, so a dependency is done when it is needed.
pub async fn answer(outer: &Exchange) -> Result<Reply, Error> {
    let body = json_object(&outer.body)?;
    let Some(Json::Array(requests)) = body.get("requests") else {
        return Err(Error::bad("Invalid batch payload format."));
    };
    if requests.is_empty() {
        return Err(Error::bad("Invalid batch payload format: 'requests' is empty."));
    }
    if requests.len() > BATCH_MAX {
        return Err(Error::bad(format!("Number of batch requests exceeded limit of {BATCH_MAX}.")));
    }
    let items = requests.iter().map(|request| item(outer, request)).collect::<Result<Vec<Item>, Error>>()?;
    for (at, item) in items.iter().enumerate() {
        if items.iter().take(at).any(|other| other.id == item.id) {
            return Err(Error::bad(format!("Request ids must be unique: '{}' is given twice.", item.id)));
        }
        if let Some(unknown) = item.depends_on.iter().find(|id| !items.iter().take(at).any(|other| other.id == **id)) {
            return Err(Error::bad(format!("Request '{}' depends on '{unknown}', which is not before it.", item.id)));
        }
    }
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut json = Writer::new();
    json.open();
    json.key("responses");
    json.open_list();
    for item in items {
        let has_failed = |id: &String| statuses.get(id).is_none_or(|status| *status >= 400);
        let outcome = if item.depends_on.iter().any(has_failed) {
            Err(Error::new(424, "FailedDependency", "A request that this one depends on failed."))
        } else {
            match &item.exchange {
                Ok(exchange) if exchange.is_rehearsal && exchange.method == Method::GET => {
                    // What is read within a rehearsal is read once all has followed from what went before.
                    exchange.engine.settled().await;
                    Box::pin(answer::answer(exchange)).await
                }
                // A batch inside a batch is refused, so this goes one level deep.
                Ok(exchange) => Box::pin(answer::answer(exchange)).await,
                Err(error) => Err(error.clone()),
            }
        };
        let reply = outcome.unwrap_or_else(|error| failed(outer, &error));
        statuses.insert(item.id.clone(), reply.status);
        print(&mut json, &item.id, reply);
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

fn item(outer: &Exchange, request: &Json) -> Result<Item, Error> {
    let wrong = |what: &str| Error::bad(format!("Invalid batch payload format: {what}."));
    let request = request.as_object().ok_or_else(|| wrong("a request is not an object"))?;
    let id = match request.get("id") {
        Some(Json::String(id)) if !id.is_empty() => id.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => return Err(wrong("a request has no 'id'")),
    };
    let depends_on = match request.get("dependsOn").or_else(|| request.get("depends_on")) {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(ids)) => {
            ids.iter().map(text_of).collect::<Option<_>>().ok_or_else(|| wrong("'dependsOn' holds no ids"))?
        }
        Some(_) => return Err(wrong("'dependsOn' is not a list")),
    };
    let method = request.get("method").and_then(Json::as_str).ok_or_else(|| wrong("a request has no 'method'"))?;
    let url = request.get("url").and_then(Json::as_str).ok_or_else(|| wrong("a request has no 'url'"))?;
    let headers = headers(request)?;
    let body = match request.get("body") {
        None | Some(Json::Null) => Bytes::new(),
        Some(Json::String(text)) => Bytes::from(text.clone()),
        Some(body) => Bytes::from(body.to_string()),
    };
    let exchange = exchange(outer, method, url, &headers, body);
    Ok(Item { id, depends_on, exchange })
}

fn text_of(id: &Json) -> Option<String> {
    match id {
        Json::String(id) => Some(id.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn headers(request: &Map<String, Json>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    let given = match request.get("headers") {
        None | Some(Json::Null) => return Ok(headers),
        Some(Json::Object(given)) => given,
        Some(_) => return Err(Error::bad("Invalid batch payload format: 'headers' is not an object.")),
    };
    for (name, value) in given {
        let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
        let value = value.as_str().filter(|text| text.len() <= HEADER_BYTES_MAX).map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            headers.append(name, value);
        }
    }
    Ok(headers)
}

fn exchange(outer: &Exchange, method: &str, url: &str, headers: &HeaderMap, body: Bytes) -> Result<Exchange, Error> {
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).map_err(|_| Error::method())?;
    if !answer::is_known(&method) {
        return Err(Error::method());
    }
    if url.len() > URL_BYTES_MAX {
        return Err(Error::new(
            414,
            "UriTooLong",
            format!("The URL is longer than the limit of {URL_BYTES_MAX} bytes."),
        ));
    }
    let local = url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    let (version, segments, path) = match path::parse(path)? {
        Some((version, segments)) => (version, segments, format!("/{}", path.trim_start_matches('/'))),
        None => {
            let whole = format!("/{}/{}", outer.version.name(), path.trim_start_matches('/'));
            let (version, segments) = path::parse(&whole)?.ok_or_else(|| Error::segment(path))?;
            (version, segments, whole)
        }
    };
    let asked = Asked::of(headers);
    let mut caller = outer.caller.clone();
    if let Some(id) = asked.client_request.as_deref().and_then(directory::id_from_text) {
        caller.correlation = id;
    }
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Ok(Exchange {
        engine: outer.engine.clone(),
        keys: outer.keys.clone(),
        proven: outer.proven,
        claims: outer.claims.clone(),
        streams: outer.streams.clone(),
        caller,
        method,
        version,
        segments,
        query: Query::parse(query, version)?,
        asked,
        body,
        origin: outer.origin.clone(),
        path,
        content_type: content_type.unwrap_or("application/json").to_owned(),
        is_nested: true,
        is_rehearsal: outer.is_rehearsal,
    })
}

fn failed(outer: &Exchange, error: &Error) -> Reply {
    let id = outer.caller.correlation.hyphenated().to_string();
    let body = error.body(outer.engine.now(), &id, &id);
    Reply { status: error.status, headers: error.headers.clone(), content: Content::Json(body) }
}

/// Every answer has `headers`: a client reads `Retry-After` from there without asking whether it is there.
fn print(json: &mut Writer, id: &str, reply: Reply) {
    json.open();
    json.member("id", id);
    json.key("status");
    json.int(i64::from(reply.status));
    json.key("headers");
    json.open();
    let media_type = match &reply.content {
        Content::Empty => None,
        Content::Json(_) => {
            Some("application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
        }
        Content::Text(_) => Some("text/plain"),
        Content::Xml(_) => Some("application/xml"),
        Content::Bytes(media_type, _) | Content::Stream(media_type, _) => Some(*media_type),
    };
    if let Some(media_type) = media_type {
        json.member("Content-Type", media_type);
    }
    for (name, value) in &reply.headers {
        json.member(&capitalised(name), value);
    }
    json.close();
    json.key("body");
    match &reply.content {
        // What goes on is refused in a batch before it begins.
        Content::Empty | Content::Stream(..) => json.null(),
        Content::Json(text) => json.raw(text),
        Content::Text(text) | Content::Xml(text) => json.string(text),
        // As Graph does it: bytes inside JSON are Base64.
        Content::Bytes(_, bytes) => json.string(&STANDARD.encode(bytes)),
    }
    json.close();
}

/// `retry-after` → `Retry-After`.
fn capitalised(name: &str) -> String {
    let parts: Vec<String> = name
        .split('-')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
        })
        .collect();
    parts.join("-")
}
