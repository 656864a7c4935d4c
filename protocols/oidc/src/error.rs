//! Errors as clients of Entra know them: an OAuth error, an AADSTS number, and ids to find the request by.

use directory::{Id, Record, Time};
use http::StatusCode;
use signin::Denial;

/// Why a request ends here. Shown to the caller; never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub status: StatusCode,
    /// The OAuth error (RFC 6749 §5.2, §4.1.2.1).
    pub error: &'static str,
    /// The number of the AADSTS error.
    pub code: u32,
    pub reason: String,
    /// Seconds after which it is worth trying again.
    pub retry_after: Option<u64>,
    /// What a client has to ask for to get further (`claims`), for step-up.
    pub claims: Option<String>,
}

/// AADSTS numbers and the OAuth errors they go with. What is not here is `invalid_grant`.
/// Numbers from 9,900,000 on are our own, for errors of newer specifications that Entra has no number for.
const ERRORS: [(u32, &str, StatusCode); 73] = [
    (16_000, "interaction_required", StatusCode::BAD_REQUEST),
    (28_000, "invalid_scope", StatusCode::BAD_REQUEST),
    (50_011, "invalid_request", StatusCode::BAD_REQUEST),
    (50_027, "invalid_request", StatusCode::BAD_REQUEST),
    (50_058, "login_required", StatusCode::BAD_REQUEST),
    (50_059, "invalid_request", StatusCode::BAD_REQUEST),
    (50_074, "interaction_required", StatusCode::BAD_REQUEST),
    (50_076, "interaction_required", StatusCode::BAD_REQUEST),
    (50_078, "interaction_required", StatusCode::BAD_REQUEST),
    (50_079, "interaction_required", StatusCode::BAD_REQUEST),
    (50_005, "interaction_required", StatusCode::BAD_REQUEST),
    (50_097, "interaction_required", StatusCode::BAD_REQUEST),
    (50_129, "interaction_required", StatusCode::BAD_REQUEST),
    (50_131, "interaction_required", StatusCode::BAD_REQUEST),
    (50_146, "invalid_request", StatusCode::BAD_REQUEST),
    (50_158, "interaction_required", StatusCode::BAD_REQUEST),
    (50_187, "interaction_required", StatusCode::BAD_REQUEST),
    (50_135, "interaction_required", StatusCode::BAD_REQUEST),
    (50_194, "invalid_request", StatusCode::BAD_REQUEST),
    (53_000, "interaction_required", StatusCode::BAD_REQUEST),
    (53_001, "interaction_required", StatusCode::BAD_REQUEST),
    (53_002, "interaction_required", StatusCode::BAD_REQUEST),
    (53_003, "interaction_required", StatusCode::BAD_REQUEST),
    (53_009, "interaction_required", StatusCode::BAD_REQUEST),
    (65_001, "consent_required", StatusCode::BAD_REQUEST),
    (65_004, "access_denied", StatusCode::BAD_REQUEST),
    (70_002, "invalid_client", StatusCode::UNAUTHORIZED),
    (70_003, "unsupported_grant_type", StatusCode::BAD_REQUEST),
    (70_007, "invalid_request", StatusCode::BAD_REQUEST),
    (70_011, "invalid_scope", StatusCode::BAD_REQUEST),
    (70_016, "authorization_pending", StatusCode::BAD_REQUEST),
    (70_018, "bad_verification_code", StatusCode::BAD_REQUEST),
    (70_020, "expired_token", StatusCode::BAD_REQUEST),
    (70_037, "slow_down", StatusCode::BAD_REQUEST),
    (90_002, "invalid_request", StatusCode::BAD_REQUEST),
    (90_014, "invalid_request", StatusCode::BAD_REQUEST),
    (90_036, "temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE),
    (90_055, "temporarily_unavailable", StatusCode::TOO_MANY_REQUESTS),
    (90_094, "consent_required", StatusCode::BAD_REQUEST),
    (240_000, "access_denied", StatusCode::BAD_REQUEST),
    (500_011, "invalid_resource", StatusCode::BAD_REQUEST),
    (500_121, "interaction_required", StatusCode::BAD_REQUEST),
    (501_461, "invalid_request", StatusCode::BAD_REQUEST),
    (530_084, "interaction_required", StatusCode::BAD_REQUEST),
    (700_016, "unauthorized_client", StatusCode::BAD_REQUEST),
    (700_025, "invalid_client", StatusCode::UNAUTHORIZED),
    (700_027, "invalid_client", StatusCode::UNAUTHORIZED),
    (50_166, "temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE),
    (700_211, "invalid_client", StatusCode::UNAUTHORIZED),
    (700_212, "invalid_client", StatusCode::UNAUTHORIZED),
    (700_213, "invalid_client", StatusCode::UNAUTHORIZED),
    (700_054, "unsupported_response_type", StatusCode::BAD_REQUEST),
    (900_144, "invalid_request", StatusCode::BAD_REQUEST),
    (900_561, "invalid_request", StatusCode::METHOD_NOT_ALLOWED),
    (1_002_012, "invalid_scope", StatusCode::BAD_REQUEST),
    (7_000_112, "unauthorized_client", StatusCode::BAD_REQUEST),
    (7_000_215, "invalid_client", StatusCode::UNAUTHORIZED),
    (7_000_218, "invalid_client", StatusCode::UNAUTHORIZED),
    (7_000_222, "invalid_client", StatusCode::UNAUTHORIZED),
    (7_000_229, "unauthorized_client", StatusCode::BAD_REQUEST),
    (9_002_313, "invalid_request", StatusCode::BAD_REQUEST),
    (9_002_325, "invalid_request", StatusCode::BAD_REQUEST),
    (50_034, "invalid_grant", StatusCode::BAD_REQUEST),
    (9_002_326, "invalid_request", StatusCode::BAD_REQUEST),
    (BAD_PROOF, "invalid_dpop_proof", StatusCode::BAD_REQUEST),
    (NEED_NONCE, "use_dpop_nonce", StatusCode::BAD_REQUEST),
    (BAD_REQUEST_URI, "invalid_request_uri", StatusCode::BAD_REQUEST),
    (BAD_REQUEST_OBJECT, "invalid_request_object", StatusCode::BAD_REQUEST),
    (BAD_DETAILS, "invalid_authorization_details", StatusCode::BAD_REQUEST),
    (BAD_TARGET, "invalid_target", StatusCode::BAD_REQUEST),
    (UNMET_ACR, "unmet_authentication_requirements", StatusCode::BAD_REQUEST),
    (NOT_ALLOWED, "unauthorized_client", StatusCode::BAD_REQUEST),
    (HELD_TO_MORE, "invalid_request", StatusCode::BAD_REQUEST),
];

/// A DPoP proof that does not hold (RFC 9449 §5).
pub(crate) const BAD_PROOF: u32 = 9_900_001;
/// A DPoP proof without a fresh nonce (RFC 9449 §8).
pub(crate) const NEED_NONCE: u32 = 9_900_002;
/// `request_uri` leads to nothing (RFC 9101 §6.2).
pub(crate) const BAD_REQUEST_URI: u32 = 9_900_003;
/// A request object that does not hold (RFC 9101 §6.3).
pub(crate) const BAD_REQUEST_OBJECT: u32 = 9_900_004;
/// Authorization details that nobody offers, or that the client may not ask for (RFC 9396 §5).
pub(crate) const BAD_DETAILS: u32 = 9_900_005;
/// A resource that the token cannot be for (RFC 8707 §2).
pub(crate) const BAD_TARGET: u32 = 9_900_006;
/// The authentication asked for cannot be given (OpenID Connect Core Unmet Authentication Requirements 1.0).
pub(crate) const UNMET_ACR: u32 = 9_900_007;
/// The client may not use this grant or prove itself in this way.
pub(crate) const NOT_ALLOWED: u32 = 9_900_008;
/// The client is held to more than this request does.
pub(crate) const HELD_TO_MORE: u32 = 9_900_009;

impl Problem {
    pub(crate) fn new(code: u32, reason: impl Into<String>) -> Problem {
        let known = ERRORS.iter().find(|(known, _, _)| *known == code);
        let (error, status) =
            known.map_or(("invalid_grant", StatusCode::BAD_REQUEST), |(_, error, status)| (*error, *status));
        Problem { status, error, code, reason: reason.into(), retry_after: None, claims: None }
    }

    /// The request cannot be read.
    pub(crate) fn malformed(why: impl Into<String>) -> Problem {
        Problem::new(9_002_313, why)
    }

    pub(crate) fn missing(name: &'static str) -> Problem {
        Problem::new(900_144, format!("the request must contain the parameter `{name}`"))
    }

    pub(crate) fn method() -> Problem {
        Problem::new(900_561, "this endpoint does not accept the request's method")
    }

    pub(crate) fn unknown_tenant(tenant: &str) -> Problem {
        let shown: String = tenant.chars().take(64).collect();
        Problem::new(90_002, format!("tenant `{shown}` not found; check the tenant id or domain"))
    }

    /// A fault of ours: the caller may try again, and learns nothing else.
    pub(crate) fn fault() -> Problem {
        Problem { retry_after: Some(5), ..Problem::new(90_036, "the server cannot answer right now; try again") }
    }

    pub(crate) fn busy(retry_after: u64) -> Problem {
        Problem { retry_after: Some(retry_after), ..Problem::new(90_055, "too many requests; wait and try again") }
    }

    /// The body of the answer.
    pub(crate) fn body(&self, at: Time, trace: Id, correlation: Id) -> Record {
        let whole = Time::from_unix(at.unix()).to_string();
        let body = Record::new()
            .with("error", self.error)
            .with("error_description", self.description(trace, correlation, at))
            .with("error_codes", vec![directory::Value::from(self.code)])
            .with("timestamp", whole.replace('T', " "))
            .with("trace_id", trace)
            .with("correlation_id", correlation);
        let suberror = match self.code {
            65_001 | 90_094 => Some("consent_required"),
            50_076 | 50_079 | 50_074 => Some("basic_action"),
            53_003 => Some("message_only"),
            _ => None,
        };
        body.with_some("suberror", suberror).with_some("claims", self.claims.clone())
    }

    fn description(&self, trace: Id, correlation: Id, at: Time) -> String {
        let whole = Time::from_unix(at.unix());
        format!(
            "AADSTS{}: {}. Trace ID: {trace} Correlation ID: {correlation} Timestamp: {whole}",
            self.code, self.reason
        )
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Problem {
        Problem::new(denial.code, denial.reason)
    }
}

impl From<keys::KeyFault> for Problem {
    fn from(_: keys::KeyFault) -> Problem {
        Problem::fault()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_entras_shape() {
        let body = Problem::new(7_000_215, "the client secret is wrong").body(Time::from_unix(0), Id::nil(), Id::nil());
        assert_eq!(body.text("error"), Some("invalid_client"));
        assert!(body.text("error_description").is_some_and(|d| d.starts_with("AADSTS7000215: ")));
        assert_eq!(body.list("error_codes"), [directory::Value::Int(7_000_215)]);
        assert_eq!(body.text("timestamp"), Some("1970-01-01 00:00:00Z"));
    }

    #[test]
    fn no_number_is_listed_twice() {
        for (at, (code, _, _)) in ERRORS.iter().enumerate() {
            assert!(!ERRORS.iter().skip(at + 1).any(|(other, _, _)| other == code), "{code}");
        }
    }
}
