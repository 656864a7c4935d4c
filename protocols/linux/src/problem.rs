//! Answers, and why a request was not answered: `{"error": {"code", "message"}}`, as the other services of this kind have it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bearer::Refusal;
use bytes::Bytes;
use directory::{RefusalKind, Time};
use engine::{Body, Failure, Fault};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use keys::{CertError, HolderError, JwtError, KeyFault};
use serde::Serialize;
use serde_json::json;

const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// How long a device waits after a fault, in seconds.
const RETRY_SECONDS: &str = "30";

/// A request that was not answered as asked.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    headers: Vec<(HeaderName, String)>,
}

pub(crate) type Answer = Result<Response<Body>, Problem>;

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Problem {
        Problem { status, code, message: message.into(), headers: Vec::new() }
    }

    fn with(mut self, name: HeaderName, value: impl Into<String>) -> Problem {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn bad(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(crate) fn missing(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    pub(crate) fn method(allow: &'static str) -> Problem {
        let message = format!("use {allow} here");
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message).with(ALLOW, allow)
    }

    pub(crate) fn token() -> Problem {
        let message = "the token is absent, expired or not for this service; get a new one";
        Problem::new(StatusCode::UNAUTHORIZED, "Unauthorized", message).with(WWW_AUTHENTICATE, "Bearer")
    }

    /// A token that was good and is so no more.
    pub(crate) fn ended(ended: signin::Ended, at: Time) -> Problem {
        let claims = ended
            .claims(at)
            .map(|claims| format!("Bearer error=\"insufficient_claims\", claims=\"{}\"", STANDARD.encode(claims)));
        Problem::new(StatusCode::UNAUTHORIZED, "Unauthorized", ended.message())
            .with(WWW_AUTHENTICATE, claims.unwrap_or_else(|| "Bearer".to_owned()))
    }

    /// A bound token without what it is bound to.
    pub(crate) fn not_held(why: &HolderError, nonce: Option<String>) -> Problem {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "Unauthorized", why.reason());
        let problem = problem.with(WWW_AUTHENTICATE, why.challenge());
        match nonce {
            Some(nonce) => problem.with(NONCE, nonce),
            None => problem,
        }
    }

    pub(crate) fn response(self) -> Response<Body> {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = json(self.status, &body);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn fault(fault: &impl std::fmt::Display) -> Problem {
        // For the operator, in the log; the device learns only that it should come back.
        tracing::error!(%fault, "a device could not be answered");
        let message = "the server cannot answer now; try again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message).with(RETRY_AFTER, RETRY_SECONDS)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        Problem::fault(&fault)
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
        Problem::fault(&fault)
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

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        let refusal = match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Fault(fault) => return fault.into(),
        };
        match refusal.kind {
            RefusalKind::Denied => Problem::new(StatusCode::FORBIDDEN, "EnrollmentRefused", refusal.message),
            RefusalKind::Limit => Problem::new(StatusCode::FORBIDDEN, "DeviceCapReached", refusal.message),
            RefusalKind::Conflict => Problem::new(StatusCode::CONFLICT, "Conflict", refusal.message),
            RefusalKind::NotFound => Problem::missing(refusal.message),
            RefusalKind::Invalid | RefusalKind::State | RefusalKind::Precondition => Problem::bad(refusal.message),
        }
    }
}

/// A JSON answer; none of them may be cached.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(body).expect("our own answers are written as JSON");
    let mut response = Response::new(engine::full(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Read a JSON body that is not longer than `limit`.
pub(crate) fn read<T: serde::de::DeserializeOwned>(body: &Bytes, limit: usize) -> Result<T, Problem> {
    if body.len() > limit {
        let message = format!("the body is longer than its limit of {limit} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TooLarge", message));
    }
    serde_json::from_slice(body).map_err(|why| Problem::bad(format!("the body cannot be read: {why}")))
}
