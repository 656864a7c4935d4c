//! The agent's protocol: how our own agent joins, opens sessions, checks in, is woken and fetches packages. The contract,
//! with its limits, is `agent-wire`; what a device should be and do is decided in `devices` and `apps`.
//!
//! Deliberately absent: sockets and TLS (`server`), tokens of people (`oidc` mints them; here they are verified), and any
//! opinion on devices.

mod approvals;
mod check_in;
mod device;
mod diagnostics;
mod hub;
mod join;
mod location;
mod nonce;
mod observed;
mod package;
mod person;
mod problem;
mod recovery_key;
mod render;
mod secrets;
mod seen;
mod session;
mod software;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
mod unattended;
mod wake;

use std::sync::Arc;

pub use agent_wire::{AGENT_CLIENT_ID, AGENT_JOIN_SCOPE, AGENT_RESOURCE_APP_ID, BASE_PATH, agent_resource};
use agent_wire::{
    APPROVALS_PATH, CHECK_IN_PATH, DIAGNOSTICS_PATH, ErrorCode, JOIN_PATH, NONCE_PATH, PACKAGES_PATH,
    RECOVERY_KEYS_PATH, RENEW_PATH, SESSION_PATH, TPM_CHALLENGE_PATH, WAKE_PATH,
};
use bytes::Bytes;
pub use check_in::{answered, answered_unmanaged, goodbye, is_ahead, is_sign_of_life, reported};
use engine::{Body, Tenants};
use http::{Method, Request, Response};
use keys::Keys;

use problem::{Answer, Problem};

/// What the protocol must know of where it runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `scheme://host:port`, without a slash at its end.
    pub public_url: String,
}

/// The protocol, for all tenants of a server. Cheap to clone.
#[derive(Clone)]
pub struct AgentProtocol {
    inner: Arc<Inner>,
}

struct Inner {
    tenants: Tenants,
    keys: Keys,
    settings: Settings,
    hubs: hub::Hubs,
    seen: seen::Seen,
}

impl AgentProtocol {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings) -> AgentProtocol {
        let settings = Settings { public_url: settings.public_url.trim_end_matches('/').to_owned() };
        let (hubs, seen) = (hub::Hubs::default(), seen::Seen::default());
        AgentProtocol { inner: Arc::new(Inner { tenants, keys, settings, hubs, seen }) }
    }

    /// Answer a request under [`BASE_PATH`]. Called within a tokio runtime.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        self.route(request).await.unwrap_or_else(Problem::response)
    }

    async fn route(&self, request: Request<Bytes>) -> Answer {
        let path = request.uri().path();
        if let Some(sha256) = path.strip_prefix(PACKAGES_PATH).and_then(|rest| rest.strip_prefix('/')) {
            only(&request, &Method::GET, "GET")?;
            return self.package(&request, sha256).await;
        }
        if let Some(id) = path.strip_prefix(APPROVALS_PATH).and_then(|rest| rest.strip_prefix('/')) {
            only(&request, &Method::POST, "POST")?;
            return self.decide(&request, id).await;
        }
        if let Some(id) = path.strip_prefix(DIAGNOSTICS_PATH).and_then(|rest| rest.strip_prefix('/')) {
            only(&request, &Method::POST, "POST")?;
            return self.diagnostics(&request, id).await;
        }
        match path {
            APPROVALS_PATH => {
                only(&request, &Method::GET, "GET")?;
                self.approvals(&request)
            }
            WAKE_PATH => {
                only(&request, &Method::GET, "GET")?;
                self.wake(&request)
            }
            JOIN_PATH | TPM_CHALLENGE_PATH | NONCE_PATH | SESSION_PATH | RENEW_PATH | CHECK_IN_PATH
            | RECOVERY_KEYS_PATH => {
                only(&request, &Method::POST, "POST")?;
                match path {
                    JOIN_PATH => self.join(&request).await,
                    TPM_CHALLENGE_PATH => self.tpm_challenge(&request),
                    NONCE_PATH => self.nonce(),
                    SESSION_PATH => self.session(&request),
                    RENEW_PATH => self.renew(&request),
                    RECOVERY_KEYS_PATH => self.recovery_key(&request).await,
                    _ => self.check_in(&request).await,
                }
            }
            _ => Err(Problem::new(ErrorCode::NotFound, "there is nothing at this path")),
        }
    }
}

fn only(request: &Request<Bytes>, method: &Method, allow: &'static str) -> Result<(), Problem> {
    if request.method() == method { Ok(()) } else { Err(Problem::method(allow)) }
}
