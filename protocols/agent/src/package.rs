//! `packages`: the bytes of a package that the device is meant to have, and of no other.

use agent_wire::ErrorCode;
use bytes::Bytes;
use engine::{Engine, Fault};
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use http::{HeaderValue, Request, Response, StatusCode};

use crate::AgentProtocol;
use crate::problem::{Answer, Problem};
use crate::render;

impl AgentProtocol {
    pub(crate) async fn package(&self, request: &Request<Bytes>, sha256: &str) -> Answer {
        let session = self.device(request)?;
        let unknown = || Problem::new(ErrorCode::PackageUnknown, "the device is not meant to have this package");
        let managed = session.managed().ok_or_else(unknown)?;
        let wanted = render::apps_of(&session.now, managed, session.engine.now());
        // What the agent runs as it asks for the bytes is not said here; the oldest that there could be.
        let release = devices::agent_release::offered(&session.now, managed, "");
        let is_release = release.is_some_and(|release| release.sha256 == sha256);
        if !is_release && !wanted.iter().filter_map(|app| app.package.as_ref()).any(|package| package.sha256 == sha256)
        {
            return Err(unknown());
        }
        let bytes = fetch(session.engine.clone(), sha256.to_owned()).await?.ok_or_else(unknown)?;
        let total = bytes.len();
        let from = request.headers().get(RANGE).and_then(|range| range.to_str().ok()).and_then(first_byte);
        match from {
            Some(from) if from >= total => {
                let mut response = Response::new(engine::full(Bytes::new()));
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                header(&mut response, CONTENT_RANGE, &format!("bytes */{total}"));
                Ok(response)
            }
            Some(from) => {
                let mut response = octets(bytes.slice(from..));
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                header(&mut response, CONTENT_RANGE, &format!("bytes {from}-{}/{total}", total - 1));
                Ok(response)
            }
            None => Ok(octets(bytes)),
        }
    }
}

/// The first byte of `bytes=N-` (RFC 9110 §14.1.2); any other range is answered with the whole.
fn first_byte(range: &str) -> Option<usize> {
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

/// Read a package without holding up others.
async fn fetch(engine: Engine, sha256: String) -> Result<Option<Bytes>, Fault> {
    let read = tokio::task::spawn_blocking(move || engine.blob_get(&sha256)).await;
    let found = read.map_err(|lost| Fault::definite("reading a package", lost))??;
    Ok(found.map(Bytes::from))
}

fn octets(bytes: Bytes) -> Response<engine::Body> {
    let length = bytes.len().to_string();
    let mut response = Response::new(engine::full(bytes));
    header(&mut response, CONTENT_TYPE, "application/octet-stream");
    header(&mut response, CONTENT_LENGTH, &length);
    header(&mut response, ACCEPT_RANGES, "bytes");
    response
}

fn header(response: &mut Response<engine::Body>, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
