//! What a refused request answers. One shape for all endpoints; the code is for programs, the message for a person.

use serde::{Deserialize, Serialize};

/// `{"error":{"code":"…","message":"…"}}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    pub code: ErrorCode,
    /// Says what to do; never a secret.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// 400: not JSON, a missing or malformed field, a list over its limit, a CSR that does not prove its key.
    BadRequest,
    /// 401 with `WWW-Authenticate: Bearer`: absent, expired or foreign token. A device opens a new session.
    TokenInvalid,
    /// 401 of `session`: the assertion does not hold. The agent tries once more with a new nonce.
    AssertionInvalid,
    /// 401 of `session`: no such device (any more). The agent stops applying anything and asks again hourly.
    DeviceUnknown,
    /// 403 of `session`: the device is disabled. The agent asks again with its ordinary back-off.
    DeviceDisabled,
    /// 403 of `join`: the person may not join this device; the message says why.
    JoinRefused,
    /// 403 of `join`: the person has as many devices as allowed.
    DeviceLimitReached,
    /// 404: no such path.
    NotFound,
    /// 404 of `packages`: not in this device's desired state.
    PackageUnknown,
    /// 404 of `approvals/{id}`: it was answered, is over, or never was.
    ApprovalUnknown,
    /// 405.
    MethodNotAllowed,
    /// 409 of `join`: the key already belongs to another person's device.
    KeyInUse,
    /// 413.
    TooLarge,
    /// 429 with `Retry-After`.
    TooManyRequests,
    /// 500: a fault of the server; the operator finds it in the server's log.
    Fault,
    /// 503 with `Retry-After`.
    Unavailable,
    /// A code of a newer server; the status tells the agent what to do.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// The HTTP status that goes with the code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::TokenInvalid | Self::AssertionInvalid | Self::DeviceUnknown => 401,
            Self::DeviceDisabled | Self::JoinRefused | Self::DeviceLimitReached => 403,
            Self::NotFound | Self::PackageUnknown | Self::ApprovalUnknown => 404,
            Self::MethodNotAllowed => 405,
            Self::KeyInUse => 409,
            Self::TooLarge => 413,
            Self::TooManyRequests => 429,
            Self::Fault | Self::Unknown => 500,
            Self::Unavailable => 503,
        }
    }
}

/// A limit of [`crate::limits`] that a message does not keep. Its text is fit for [`ErrorDetail::message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverLimit {
    pub what: &'static str,
    pub max: usize,
}

impl OverLimit {
    /// Refuses a size over its limit.
    pub(crate) fn check(what: &'static str, size: usize, max: usize) -> Result<(), Self> {
        if size > max { Err(Self { what, max }) } else { Ok(()) }
    }
}

impl std::fmt::Display for OverLimit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "`{}` is longer than its limit of {}", self.what, self.max)
    }
}

impl std::error::Error for OverLimit {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_written_as_documented() {
        let body = ErrorBody { error: ErrorDetail { code: ErrorCode::JoinRefused, message: "no".into() } };
        assert_eq!(serde_json::to_string(&body).unwrap(), r#"{"error":{"code":"joinRefused","message":"no"}}"#);
        assert_eq!(body.error.code.status(), 403);
    }

    #[test]
    fn a_code_of_a_newer_server_is_read_as_unknown() {
        let body: ErrorBody = serde_json::from_str(r#"{"error":{"code":"tooHot","message":"m"}}"#).unwrap();
        assert_eq!(body.error.code, ErrorCode::Unknown);
    }
}
