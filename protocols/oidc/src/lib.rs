//! OpenID Connect and OAuth 2 in Entra's dialect: `/{tenant}/oauth2/v2.0/…`, discovery, sign-in pages, errors with numbers.
//!
//! A protocol only: it reads requests, proves passwords, secrets and signatures with `keys`, asks `signin` what may be
//! said in a token, and mints it. One file per step; the table of endpoints is in [`Oidc::answer`], of grants in `token`, of
//! the checks on an authorization request in `authorize::request`.
//!
//! Deliberately absent: the implicit and password grants (RFC 9700 §2.1.2, §2.4), scripts in pages, and any opinion on who
//! may reach what: that is asked through [`signin::MayThey`].

mod answer;
mod client_auth;
mod context;
mod discovery;
mod error;
mod hashing;
mod issue;
mod journal;
mod json;
mod opaque;
mod params;
mod request;
mod route;
mod throttle;
mod token;

#[cfg(test)]
mod fixture;

use std::sync::Arc;

use bytes::Bytes;
use engine::{Body, Engine, Tenants};
use http::{Method, Request, Response};
use keys::Keys;
use signin::MayThey;

use crate::error::Problem;
use crate::request::Desk;
use crate::route::{Endpoint, Route};

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://host:port`, without a slash at the end.
    pub public_url: String,
}

/// The protocol, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Oidc(Arc<Inner>);

pub(crate) struct Inner {
    pub tenants: Tenants,
    pub keys: Keys,
    pub public_url: String,
    pub may_they: Arc<MayThey>,
    pub hashing: hashing::Hashing,
    pub throttle: throttle::Throttle,
    pub journal: journal::Journal,
}

impl Oidc {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings, may_they: Arc<MayThey>) -> Oidc {
        Oidc(Arc::new(Inner {
            tenants,
            keys,
            public_url: settings.public_url.trim_end_matches('/').to_owned(),
            may_they,
            hashing: hashing::Hashing::default(),
            throttle: throttle::Throttle::default(),
            journal: journal::Journal::default(),
        }))
    }

    /// Whether a path is this protocol's.
    #[must_use]
    pub fn serves(path: &str) -> bool {
        Route::of(path).is_some()
    }

    /// Answer one request. The body has been read by the listener, within its limit.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Some(route) = Route::of(parts.uri.path()) else { return answer::nothing_here() };
        if parts.method == Method::OPTIONS {
            return answer::preflight();
        }
        let ids = request::Ids::of(&parts);
        let outcome = match self.0.desk(&parts, &body, route, ids) {
            Ok(desk) => dispatch(&desk, route).await.map_err(|problem| (problem, desk.at)),
            Err(problem) => Err((problem, self.0.tenants.all().first().map(Engine::now).unwrap_or_default())),
        };
        let answer = match outcome {
            Ok(answer) => answer,
            Err((problem, at)) => answer::problem(&problem, ids, at),
        };
        answer::finish(answer, route.endpoint, ids)
    }
}

/// Every endpoint and what answers it.
async fn dispatch(desk: &Desk<'_>, route: Route<'_>) -> Result<Response<Body>, Problem> {
    let is_post = desk.request.method == Method::POST;
    let is_get = desk.request.method == Method::GET || desk.request.method == Method::HEAD;
    match route.endpoint {
        Endpoint::Configuration if is_get => discovery::configuration(desk, route),
        Endpoint::Keys if is_get => discovery::keys(desk),
        Endpoint::InstanceDiscovery if is_get => discovery::instance(desk),
        Endpoint::Token if is_post => token::token(desk).await,
        _ => Err(Problem::method()),
    }
}
