//! `packages`: the bytes of a package that the device is meant to have, and of no other. They are read from the store as the
//! device takes them; one that lost its connection goes on where it was.

use agent_wire::ErrorCode;
use bytes::Bytes;
use engine::Body;
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
        let mut packages = wanted.instructions.iter().filter_map(|app| app.package.as_ref());
        if !is_release && !packages.any(|package| package.sha256 == sha256) {
            return Err(unknown());
        }
        let engine = &session.engine;
        let total = engine.blob_part(sha256, 0, 0).await?.ok_or_else(unknown)?.total;
        let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok()).and_then(first_byte);
        match range {
            Some(from) if from >= total => {
                let mut response = Response::new(engine::full(Bytes::new()));
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                header(&mut response, CONTENT_RANGE, &format!("bytes */{total}"));
                Ok(response)
            }
            Some(from) => {
                let mut response = octets(engine.blob_body(sha256, from), total - from);
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                header(&mut response, CONTENT_RANGE, &format!("bytes {from}-{}/{total}", total - 1));
                Ok(response)
            }
            None => Ok(octets(engine.blob_body(sha256, 0), total)),
        }
    }
}

/// The first byte of `bytes=N-` (RFC 9110 §14.1.2); any other range is answered with the whole.
fn first_byte(range: &str) -> Option<u64> {
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn octets(body: Body, length: u64) -> Response<Body> {
    let mut response = Response::new(body);
    header(&mut response, CONTENT_TYPE, "application/octet-stream");
    header(&mut response, CONTENT_LENGTH, &length.to_string());
    header(&mut response, ACCEPT_RANGES, "bytes");
    response
}

fn header(response: &mut Response<Body>, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
