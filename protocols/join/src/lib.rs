//! Device registration, as Windows, Linux, macOS and phones know it: a device finds the service of an organisation, its person joins or
//! registers it, it takes itself out, and a key for signing in without a password is set up on it.
//!
//! A protocol only: it verifies tokens, certificate requests and certificates with `keys`, and asks `devices` and `signin` what comes of
//! it. The table of paths is in [`Join::route`].
//!
//! Deliberately absent: the primary refresh token, which is a grant of the token endpoint (`oidc`); attestation by a TPM, whose parts of a
//! request are left unread; joining with a ticket of Autopilot or with a token for many devices; transport keys other than RSA.

mod device;
mod discover;
mod given;
mod hello;
mod hybrid;
mod local_administrators;
mod nonce;
mod person;
mod problem;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use engine::{Body, Engine, Tenants};
use http::{Method, Request, Response};
use keys::Keys;

use problem::{Answer, Problem};

/// The resource that a person's token is for when a device is registered: Entra's Device Registration Service.
pub const RESOURCE_APP_ID: &str = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9";
/// The permission of it that a person's token carries.
pub const SELF_SERVICE_SCOPE: &str = "self_service_device_delete";

/// What the protocol must know of where it runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `scheme://host:port`, without a slash at its end.
    pub public_url: String,
    /// The same of the listener that asks clients for certificates, where there is one: a device leaves there.
    pub certificate_url: Option<String>,
}

/// By which names tokens may call the resource: `urn:ms-drs:` and the host, here and as clients know it.
#[must_use]
pub fn resource_names(public_url: &str) -> Vec<String> {
    let host = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    vec![
        RESOURCE_APP_ID.to_owned(),
        format!("urn:ms-drs:{host}"),
        "urn:ms-drs:enterpriseregistration.windows.net".to_owned(),
    ]
}

/// The protocol, for all tenants of a server. Cheap to clone.
#[derive(Clone)]
pub struct Join {
    inner: Arc<Inner>,
}

struct Inner {
    tenants: Tenants,
    keys: Keys,
    settings: Settings,
}

impl Join {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings) -> Join {
        Join { inner: Arc::new(Inner { tenants, keys, settings }) }
    }

    /// Whether a path is this protocol's. Capital letters do not count.
    #[must_use]
    pub fn serves(path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        let mut segments = path.trim_matches('/').split('/');
        let first = (segments.next(), segments.next(), segments.next());
        matches!(first, (Some("enrollmentserver"), Some(_), _) | (Some(_), Some("discover"), None))
    }

    /// Answer a request. The body has been read by the listener, within its limit.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        self.route(&request).await.unwrap_or_else(Problem::response)
    }

    async fn route(&self, request: &Request<Bytes>) -> Answer {
        let path = request.uri().path().to_ascii_lowercase();
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (get, post) = (request.method() == Method::GET, request.method() == Method::POST);
        let (put, delete) = (request.method() == Method::PUT, request.method() == Method::DELETE);
        match segments.as_slice() {
            ["enrollmentserver", "discover"] if get => self.discover(None),
            [tenant, "discover"] if get => self.discover(Some(tenant)),
            ["enrollmentserver", "device"] if post => self.join(request).await,
            ["enrollmentserver", "device", id] if put => self.join_hybrid(request, id).await,
            ["enrollmentserver", "device", id] if delete => self.leave(request, id).await,
            ["enrollmentserver", "key"] if post => self.provision_key(request).await,
            ["enrollmentserver", "nonce", tenant] if get => self.nonce(tenant),
            ["enrollmentserver", "device" | "key" | "discover"]
            | [_, "discover"]
            | ["enrollmentserver", "device" | "nonce", _] => Err(Problem::method()),
            _ => Err(Problem::nothing_here()),
        }
    }

    /// The tenant that a path names, by its id or a domain; without a name, the only one.
    fn tenant(&self, named: Option<&str>) -> Result<Engine, Problem> {
        let tenants = &self.inner.tenants;
        let found = match named {
            None => tenants.only(),
            Some(name) => match directory::id_from_text(name) {
                Some(id) => tenants.get(id),
                None => tenants.by_domain(name),
            },
        };
        found.ok_or_else(Problem::unknown_tenant)
    }
}
