//! Answers, and why a request was not answered: one shape for all endpoints (`agent-wire`'s `ErrorBody`).

use agent_wire::{ErrorBody, ErrorCode, ErrorDetail, OverLimit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bearer::Refusal;
use bytes::Bytes;
use directory::Time;
use engine::{Body, Failure, Fault};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use keys::{CertError, HolderError, JwtError, KeyFault};
use serde::Serialize;

const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// How long a device waits after a fault, in seconds.
const RETRY_SECONDS: &str = "30";

/// A request that was not answered as asked.
#[derive(Debug)]
pub(crate) struct Problem {
    code: ErrorCode,
    message: String,
    allow: Option<&'static str>,
    /// What a client has to ask for to get a token that counts.
    claims: Option<String>,
    /// What the holder of a bound token has to show, and the nonce for its next proof.
    holder: Option<(String, Option<String>)>,
}

pub(crate) type Answer = Result<Response<Body>, Problem>;

impl Problem {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Problem {
        Problem { code, message: message.into(), allow: None, claims: None, holder: None }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Problem {
        Problem::new(ErrorCode::BadRequest, message)
    }

    pub(crate) fn token() -> Problem {
        Problem::new(ErrorCode::TokenInvalid, "the token is absent, expired or not for this server; get a new one")
    }

    /// A token that was good and is so no more.
    pub(crate) fn ended(ended: signin::Ended, at: Time) -> Problem {
        Problem { claims: ended.claims(at), ..Problem::new(ErrorCode::TokenInvalid, ended.message()) }
    }

    /// A bound token without what it is bound to.
    pub(crate) fn not_held(why: &HolderError, nonce: Option<String>) -> Problem {
        let holder = Some((why.challenge(), nonce));
        Problem { holder, ..Problem::new(ErrorCode::TokenInvalid, why.reason()) }
    }

    pub(crate) fn assertion(why: impl std::fmt::Display) -> Problem {
        Problem::new(ErrorCode::AssertionInvalid, format!("the assertion does not hold: {why}"))
    }

    pub(crate) fn method(allow: &'static str) -> Problem {
        let message = format!("use {allow} here");
        Problem { allow: Some(allow), ..Problem::new(ErrorCode::MethodNotAllowed, message) }
    }

    pub(crate) fn response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = ErrorBody { error: ErrorDetail { code: self.code, message: self.message } };
        let mut response = json(status, &body);
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = self.claims.as_deref().map(challenge).and_then(|text| HeaderValue::from_str(&text).ok());
            headers.insert(WWW_AUTHENTICATE, challenge.unwrap_or(HeaderValue::from_static("Bearer")));
        }
        if let Some((challenge, nonce)) = self.holder {
            let named = [Some((WWW_AUTHENTICATE, challenge)), nonce.map(|nonce| (NONCE, nonce))];
            for (name, value) in named.into_iter().flatten() {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    headers.insert(name, value);
                }
            }
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

/// The claims challenge of continuous access evaluation.
fn challenge(claims: &str) -> String {
    format!("Bearer error=\"insufficient_claims\", claims=\"{}\"", STANDARD.encode(claims))
}

/// For the operator, in the log; the device learns only that it should come back.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        tracing::error!(%fault, "a device could not be answered");
        Problem::new(ErrorCode::Unavailable, "the server cannot answer now; try again")
    }
}

impl From<Refusal> for Problem {
    fn from(why: Refusal) -> Problem {
        match why {
            Refusal::Absent | Refusal::Unreadable => Problem::token(),
            Refusal::Invalid(JwtError::Fault(fault)) => fault.into(),
            Refusal::Invalid(_) => Problem::token(),
            Refusal::NotHeld(why, nonce) => Problem::not_held(&why, nonce),
            Refusal::Ended(ended, at) => Problem::ended(ended, at),
            Refusal::Fault(fault) => fault.into(),
        }
    }
}

impl From<KeyFault> for Problem {
    fn from(fault: KeyFault) -> Problem {
        tracing::error!(%fault, "a device could not be answered");
        Problem::new(ErrorCode::Fault, "the server has a fault; its operator finds it in the log")
    }
}

impl From<CertError> for Problem {
    fn from(why: CertError) -> Problem {
        match why {
            CertError::Fault(fault) => fault.into(),
            why => Problem::bad(format!("the certificate request is not accepted: {why}")),
        }
    }
}

impl From<OverLimit> for Problem {
    fn from(over: OverLimit) -> Problem {
        Problem::bad(over.to_string())
    }
}

/// A refusal that has no code of its own at this endpoint.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Refused(refusal) => Problem::bad(refusal.to_string()),
            Failure::Fault(fault) => fault.into(),
        }
    }
}

/// A JSON answer; none of them may be cached.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(body).expect("our own answers are written as JSON");
    let mut response = Response::new(engine::full(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Read a JSON body that is not longer than `limit`.
pub(crate) fn read<T: serde::de::DeserializeOwned>(body: &Bytes, limit: usize) -> Result<T, Problem> {
    if body.len() > limit {
        return Err(Problem::new(ErrorCode::TooLarge, format!("the body is longer than its limit of {limit} bytes")));
    }
    serde_json::from_slice(body).map_err(|why| Problem::bad(format!("the body cannot be read: {why}")))
}
