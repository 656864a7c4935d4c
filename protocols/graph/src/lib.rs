//! The Microsoft Graph REST surface, v1.0 and beta, generic over the schema: one resolver of paths, one reader of queries
//! and bodies, one printer, for every kind.
//!
//! A request goes `lib` (HTTP) → `auth` (who) → `path`, `resolve` (what) → `answer` (by method and target) → `read`,
//! `change`, `actions` → the engine. Everything printed passes the gate's view; every change passes `engine.submit`.
//!
//! What an entity is stands in `schema`; what an action means stands in the rooms. Only what a room must not do is here
//! besides: making secrets (`secrets`, `access_pass`) and hashing passwords (`passwords`).
//!
//! Deliberately absent: subscriptions, extensions; product nouns; sockets.

mod access_pass;
mod actions;
mod answer;
mod app_states;
mod assign;
mod audit;
mod auth;
mod authentication;
mod authorities;
mod batch;
mod bulk_upload;
mod catalog;
mod change;
mod compliance_states;
mod content_file;
mod deleted;
mod delta;
mod errors;
mod exchange;
mod export_job;
mod filter;
mod given;
mod gzip;
mod happened;
mod headers;
mod join_tokens;
mod json;
mod licence_details;
mod limits;
mod list;
mod location;
mod members;
mod metadata;
mod order;
mod own;
mod passwords;
mod path;
mod print;
mod projection;
mod query;
mod read;
mod recent;
mod records;
mod refs;
mod registration;
mod rehearse;
mod resolve;
mod retire_list;
mod search;
mod secrets;
mod setting_secrets;
mod stream;
mod token;
mod uploads;
mod worked_out;
mod write;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use directory::{Id, Time};
use engine::{Body, Tenants, full};
use http::{HeaderValue, Request, Response, header};
use keys::Keys;

use crate::errors::Error;
use crate::exchange::{Content, Exchange, Reply};
use crate::headers::{Asked, Metadata};
use crate::query::Query;
use crate::stream::Streams;

pub use export_job::FIRST as REPORTS;
pub use metadata::csdl;
pub use uploads::{FIRST as UPLOADS, block_list};

/// What the protocol has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://host:port`, without a slash at the end: the issuer and audience of tokens, and where links lead when a
    /// request names no host.
    pub public_url: String,
}

/// The Graph protocol.
#[derive(Clone)]
pub struct Graph {
    tenants: Tenants,
    keys: Keys,
    settings: Settings,
    streams: Streams,
}

/// Headers that scripts in browsers may read.
const EXPOSED: &str = "request-id, client-request-id, location, retry-after, etag, odata-version, preference-applied, \
                       www-authenticate, dpop-nonce";

impl Graph {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings) -> Graph {
        Graph { streams: Streams::new(tenants.clone()), tenants, keys, settings }
    }

    /// Answer one request under `/v1.0` or `/beta`.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let id = keys::random_uuid();
        let asked = Asked::of(request.headers());
        if request.method() == http::Method::OPTIONS {
            return preflight(&request);
        }
        let (metadata, gzip) = (asked.metadata, asked.accepts_gzip);
        let client = asked.client_request.clone();
        let (reply, at) = match self.understood(request, asked, id).await {
            Ok((reply, at)) => (Ok(reply), at),
            Err((error, at)) => (Err(error), at),
        };
        let reply = reply.unwrap_or_else(|error| printed(&error, at, id, client.as_deref()));
        response(reply, (id, client), metadata, gzip)
    }

    /// The answer and the time it was given at, which only a tenant's engine knows.
    async fn understood(&self, request: Request<Bytes>, asked: Asked, id: Id) -> Result<(Reply, Time), (Error, Time)> {
        let never = |error: Error| (error, self.any_time());
        let exchange = match self.exchange(request, asked, id).map_err(never)? {
            Opened::Exchange(exchange) => exchange,
            Opened::Reply(reply) => return Ok((reply, self.any_time())),
        };
        let at = exchange.engine.now();
        answer::answer(&exchange).await.map(|reply| (reply, at)).map_err(|error| (error, at))
    }

    /// Whether a request shows a token of ours for us that counts; the rest is asked when it is answered.
    #[must_use]
    pub fn knows(&self, parts: &http::request::Parts) -> bool {
        auth::knows(&self.tenants, &self.keys, &self.settings.public_url, &bearer::Shown::of_parts(parts))
    }

    fn any_time(&self) -> Time {
        self.tenants.all().first().map_or(Time::default(), engine::Engine::now)
    }

    /// Understand who asks and for what.
    fn exchange(&self, request: Request<Bytes>, mut asked: Asked, id: Id) -> Result<Opened, Error> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let query = parts.uri.query().unwrap_or_default();
        if path.len() + query.len() > limits::URL_BYTES_MAX {
            return Err(Error::new(
                414,
                "UriTooLong",
                format!("The URL is longer than the limit of {} bytes.", limits::URL_BYTES_MAX),
            ));
        }
        let Some((version, segments)) = path::parse(path)? else {
            let first = path.trim_matches('/').split('/').next().unwrap_or_default();
            return Err(Error::bad(format!("Invalid version: {first}")));
        };
        if segments.len() == 1
            && segments.iter().all(|segment| segment.is("$metadata"))
            && parts.method == http::Method::GET
        {
            // The schema is no secret: tools read it before anybody signs in.
            return Ok(Opened::Reply(metadata::document()));
        }
        let correlation = asked.client_request.as_deref().and_then(directory::id_from_text).unwrap_or(id);
        let shown = bearer::Shown { correlation, ..bearer::Shown::of_parts(&parts) };
        let verified = auth::verify(&self.tenants, &self.keys, &self.settings.public_url, &shown)?;
        // A package is as large as the listener lets in.
        let is_package = parts.method == http::Method::PUT && path.ends_with("/content");
        if body.len() > limits::BODY_BYTES_MAX && !is_package {
            return Err(Error::too_large("request body", limits::BODY_BYTES_MAX));
        }
        if !answer::is_known(&parts.method) {
            return Err(Error::method());
        }
        let query = Query::parse(query, version)?;
        if let Some(level) = query.format.as_deref().and_then(Metadata::asked_by) {
            asked.metadata = level;
        }
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // HTTP/2 has the host in the URL's place.
        let host = asked.host.as_deref().or(parts.uri.authority().map(http::uri::Authority::as_str));
        let public_url = &self.settings.public_url;
        let scheme = public_url.split_once("://").map_or("https", |(scheme, _)| scheme);
        let origin = host.map_or_else(|| public_url.clone(), |host| format!("{scheme}://{host}"));
        Ok(Opened::Exchange(Box::new(Exchange {
            engine: verified.engine,
            keys: self.keys.clone(),
            caller: verified.caller,
            proven: verified.proven,
            claims: verified.claims,
            streams: self.streams.clone(),
            method: parts.method,
            version,
            segments,
            query,
            asked,
            body,
            origin,
            path: path.to_owned(),
            content_type: content_type.unwrap_or_default().to_owned(),
            is_nested: false,
            is_rehearsal: false,
        })))
    }
}

enum Opened {
    Exchange(Box<Exchange>),
    Reply(Reply),
}

/// An error as an answer.
fn printed(error: &Error, at: Time, request: Id, client: Option<&str>) -> Reply {
    let id = request.hyphenated().to_string();
    let body = error.body(at, &id, client.unwrap_or(&id));
    Reply { status: error.status, headers: error.headers.clone(), content: Content::Json(body) }
}

fn preflight(request: &Request<Bytes>) -> Response<Body> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = http::StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE, OPTIONS"),
    );
    let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let wanted = wanted.unwrap_or(HeaderValue::from_static("authorization, content-type"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}

fn response(reply: Reply, (id, client): (Id, Option<String>), metadata: Metadata, gzip: bool) -> Response<Body> {
    let (media_type, body) = match reply.content {
        Content::Stream(media_type, body) => {
            let answer = response(Reply { content: Content::Empty, ..reply }, (id, client), metadata, false);
            let mut answer = answer.map(|_| body);
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            return answer;
        }
        Content::Empty => (None, Vec::new()),
        Content::Json(text) => (
            Some(format!(
                "application/json;odata.metadata={};odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
                metadata.name()
            )),
            text.into_bytes(),
        ),
        Content::Text(text) => (Some("text/plain".to_owned()), text.into_bytes()),
        Content::Xml(text) => (Some("application/xml;charset=utf-8".to_owned()), text.into_bytes()),
        Content::Bytes(media_type, bytes) => (Some(media_type.to_owned()), bytes),
    };
    let id = id.hyphenated().to_string();
    let packed = if gzip { gzip::packed(&body) } else { None };
    let encoding = packed.is_some().then(|| ("content-encoding", "gzip".to_owned()));
    let mut response = Response::new(full(packed.map_or_else(|| Bytes::from(body), Bytes::from)));
    *response.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let client = client.unwrap_or_else(|| id.clone());
    let fixed = [
        ("request-id", id),
        ("client-request-id", client),
        ("odata-version", "4.0".to_owned()),
        ("access-control-allow-origin", "*".to_owned()),
        ("access-control-expose-headers", EXPOSED.to_owned()),
        ("cache-control", "no-cache".to_owned()),
        ("vary", "accept-encoding".to_owned()),
    ];
    let media_type = media_type.map(|media_type| ("content-type", media_type));
    let headers = response.headers_mut();
    for (name, value) in fixed.into_iter().chain(media_type).chain(encoding).chain(reply.headers) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(http::HeaderName::from_static(name), value);
        }
    }
    response
}
