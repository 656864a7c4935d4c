//! Transmitter configuration metadata (SSF §7.1).

use engine::{Body, Engine};
use http::{Response, StatusCode};
use serde_json::json as object;

use crate::Inner;
use crate::problem::{Problem, json};

/// Delivery by push (RFC 8935).
pub(crate) const PUSH: &str = "urn:ietf:rfc:8935";
/// Delivery by poll (RFC 8936).
pub(crate) const POLL: &str = "urn:ietf:rfc:8936";

pub(crate) fn configuration(inner: &Inner, engine: &Engine) -> Result<Response<Body>, Problem> {
    let (url, tenant) = (&inner.public_url, engine.tenant());
    let base = base(inner, engine);
    Ok(json(
        StatusCode::OK,
        &object!({
            "spec_version": "1_0",
            "issuer": inner.issuer(engine),
            "jwks_uri": format!("{url}/{tenant}/discovery/v2.0/keys"),
            "delivery_methods_supported": [PUSH, POLL],
            "configuration_endpoint": format!("{base}/streams"),
            "status_endpoint": format!("{base}/status"),
            "add_subject_endpoint": format!("{base}/subjects/add"),
            "remove_subject_endpoint": format!("{base}/subjects/remove"),
            "verification_endpoint": format!("{base}/verify"),
            "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
            "default_subjects": "ALL",
        }),
    ))
}

/// Where the tenant's endpoints are.
pub(crate) fn base(inner: &Inner, engine: &Engine) -> String {
    format!("{}/ssf/{}", inner.public_url, engine.tenant())
}
