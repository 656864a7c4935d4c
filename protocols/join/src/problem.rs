//! Answers, and why a request was not answered, in the shape that registration clients read.

use bearer::Refusal;
use bytes::Bytes;
use engine::{Body, Failure, Fault, full};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use keys::{CertError, JwtError, KeyFault};
use serde_json::{Value, json};

/// How long a client waits after a fault, in seconds.
const RETRY_SECONDS: &str = "30";

/// A request that was not answered as asked.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    subcode: &'static str,
    message: String,
}

pub(crate) type Answer = Result<Response<Body>, Problem>;

impl Problem {
    fn new(status: StatusCode, code: &'static str, subcode: &'static str, message: impl Into<String>) -> Problem {
        Problem { status, code, subcode, message: message.into() }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "error_invalid_parameter", message)
    }

    pub(crate) fn token() -> Problem {
        let message = "the token is absent, expired or not for device registration; get a new one";
        Problem::new(StatusCode::UNAUTHORIZED, "invalid_token", "error_authentication", message)
    }

    /// A token that was good and is so no more.
    pub(crate) fn ended(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "invalid_token", "error_authentication", message)
    }

    pub(crate) fn certificate(why: impl std::fmt::Display) -> Problem {
        let message = format!("the device's certificate does not count: {why}");
        Problem::new(StatusCode::UNAUTHORIZED, "invalid_certificate", "error_authentication", message)
    }

    pub(crate) fn denied(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "unauthorized_client", "error_authorization", message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "unauthorized_client", "error_device_quota_exceeded", message)
    }

    pub(crate) fn missing_device() -> Problem {
        let message = "the organisation does not know this device";
        Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "error_missing_device", message)
    }

    pub(crate) fn unknown_tenant() -> Problem {
        let message = "no organisation of this name is here";
        Problem::new(StatusCode::NOT_FOUND, "invalid_request", "error_tenant_not_found", message)
    }

    pub(crate) fn method() -> Problem {
        let message = "this method is not answered here";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "error_method_not_allowed", message)
    }

    pub(crate) fn nothing_here() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "invalid_request", "error_not_found", "there is nothing at this path")
    }

    pub(crate) fn response(self) -> Response<Body> {
        let body = json!({
            "code": self.code,
            "subcode": self.subcode,
            "message": self.message,
            "requestid": keys::random_uuid().to_string(),
        });
        let mut answer = json(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
        }
        answer
    }
}

/// A JSON answer; none of them may be kept.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Body> {
    let mut answer = Response::new(full(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// For the operator, in the log; the client learns only that it should come back.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        tracing::error!(%fault, "a device registration could not be answered");
        let message = "the server cannot answer now; try again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", "error_unavailable", message)
    }
}

impl From<Refusal> for Problem {
    fn from(why: Refusal) -> Problem {
        match why {
            Refusal::Absent | Refusal::Unreadable => Problem::token(),
            Refusal::Invalid(JwtError::Fault(fault)) => fault.into(),
            Refusal::Invalid(_) => Problem::token(),
            Refusal::NotHeld(why, _) => Problem::ended(why.reason()),
            Refusal::Ended(ended, _) => Problem::ended(ended.message()),
            Refusal::Fault(fault) => fault.into(),
        }
    }
}

impl From<KeyFault> for Problem {
    fn from(fault: KeyFault) -> Problem {
        tracing::error!(%fault, "a device registration could not be answered");
        let message = "the server has a fault; its operator finds it in the log";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "error_fault", message)
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

impl From<JwtError> for Problem {
    fn from(why: JwtError) -> Problem {
        match why {
            JwtError::Fault(fault) => fault.into(),
            why => Problem::bad(format!("the key is not accepted: {why}")),
        }
    }
}

/// A refusal that means the same everywhere here.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        use directory::RefusalKind;
        match failure {
            Failure::Refused(refusal) => match refusal.kind {
                RefusalKind::Denied => Problem::denied(refusal.message),
                RefusalKind::Limit => Problem::limit(refusal.message),
                RefusalKind::NotFound => Problem::missing_device(),
                RefusalKind::Conflict | RefusalKind::Invalid | RefusalKind::State | RefusalKind::Precondition => {
                    Problem::bad(refusal.message)
                }
            },
            Failure::Fault(fault) => fault.into(),
        }
    }
}
