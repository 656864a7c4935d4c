//! Opening a session with the device key: nonce, assertion, token. Names follow OAuth (RFC 6749 §5.1, RFC 7523) here.

use serde::{Deserialize, Serialize};

/// `typ` of the assertion's header, so that no other JWT signed by the key can be taken for one (RFC 8725 §3.11).
pub const ASSERTION_TYPE: &str = "castellan-device+jwt";

/// 200 of `nonce`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NonceAnswer {
    /// Unguessable, single use.
    pub nonce: String,
    /// The server's clock; the agent dates its assertion by it.
    pub now_unix_seconds: i64,
}

/// `POST /agent/v1/session`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// Compact JWS, ES256, header `typ` and `x5c`.
    pub assertion: String,
}

/// The claims of the assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionClaims {
    /// The session URL: the server's public URL + [`crate::SESSION_PATH`].
    pub aud: String,
    /// The device id; `sub` is the same (RFC 7523 §3).
    pub iss: String,
    pub sub: String,
    pub nonce: String,
    pub iat: i64,
    pub exp: i64,
    /// A random id, for the server's log.
    pub jti: String,
}

/// 200 of `session`, with `Cache-Control: no-store`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAnswer {
    /// Opaque to the agent.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
}
