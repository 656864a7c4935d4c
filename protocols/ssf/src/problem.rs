//! Why a request was not answered as asked: SSF §8.1 signals by status; RFC 8935 §2.4 adds a code and words.

use bytes::Bytes;
use engine::{Body, Failure, Fault, full};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) struct Problem {
    pub status: StatusCode,
    /// `err` of RFC 8935 and RFC 8936.
    pub err: &'static str,
    pub description: String,
    /// For `WWW-Authenticate`.
    challenge: Option<String>,
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, err: &'static str, description: impl Into<String>) -> Problem {
        Problem { status, err, description: description.into(), challenge: None, retry_after: None }
    }

    pub(crate) fn bad(description: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    pub(crate) fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "there is nothing of this name for you")
    }

    pub(crate) fn method() -> Problem {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "this endpoint does not accept the method")
    }

    pub(crate) fn unavailable() -> Problem {
        let why = "the server cannot answer right now; try again";
        Problem { retry_after: Some(5), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", why) }
    }

    pub(crate) fn too_often(seconds: u64) -> Problem {
        let why = "asked too often; wait and try again";
        Problem { retry_after: Some(seconds), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", why) }
    }

    /// No token, or one that does not count.
    pub(crate) fn token(challenge: String) -> Problem {
        let why = "the access token is absent, has ended or is not for this";
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "authentication_failed", why);
        Problem { challenge: Some(challenge), ..problem }
    }

    /// A token that does not allow this (RFC 6750 §3.1).
    pub(crate) fn scope(scope: &str) -> Problem {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        let problem = Problem::new(StatusCode::FORBIDDEN, "access_denied", format!("this takes `{scope}`"));
        Problem { challenge: Some(challenge), ..problem }
    }

    pub(crate) fn response(self) -> Response<Body> {
        let body = json!({"err": self.err, "description": self.description});
        let mut response = json(self.status, &body);
        let challenge = self.challenge.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(challenge)) = challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        tracing::error!(%fault, "a receiver could not be answered");
        Problem::unavailable()
    }
}

impl From<keys::KeyFault> for Problem {
    fn from(fault: keys::KeyFault) -> Problem {
        tracing::error!(%fault, "a receiver could not be answered");
        Problem::unavailable()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Refused(refusal) => Problem::bad(refusal.to_string()),
            Failure::Fault(fault) => fault.into(),
        }
    }
}

/// A JSON answer that nobody may keep.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
