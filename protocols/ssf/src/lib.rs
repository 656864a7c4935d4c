//! OpenID Shared Signals Framework 1.0: others are told of what happens to people and devices, and tell us.
//!
//! As transmitter: discovery, the stream management API, delivery by push (RFC 8935) and poll (RFC 8936) of signed security
//! event tokens (RFC 8417). Which events a commit means is `signin::signals`' business; they arrive here through the outbox,
//! wait in a durable queue for each stream, and leave in order. As receiver: one endpoint for events of transmitters that an
//! administrator named.
//!
//! Deliberately absent: a stream for several receivers, encryption of tokens, and polling of other transmitters.

mod discovery;
mod events;
mod jwks;
mod poll;
mod problem;
mod push;
mod queue;
mod receive;
mod receiver;
mod route;
mod set;
mod sink;
mod status;
mod stream;
mod subjects;
mod verification;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use directory::Id;
use engine::{Body, Engine, NoWayOut, Outgoing, Sink, Tenants};
use http::{Method, Request, Response};
use keys::Keys;
use tokio::sync::Notify;

use crate::problem::Problem;
use crate::route::{Endpoint, Route};

pub use events::{Event, SUBJECT_DEPTH_MAX, Subject};
pub use push::{FAILING_MAX, QUEUE_MAX, RETRY_MAX};
pub use queue::KEPT;
pub use receiver::{MANAGE, READ};

/// The application id of the resource that tokens for the stream management API are for.
pub const RESOURCE_APP_ID: &str = "c0a57e11-a000-4000-8000-000000000c01";

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://host:port`, without a slash at the end.
    pub public_url: String,
}

/// The protocol, for all tenants of a server. Cheap to clone.
#[derive(Clone)]
pub struct Ssf(Arc<Inner>);

pub(crate) struct Inner {
    pub tenants: Tenants,
    pub keys: Keys,
    pub public_url: String,
    pub outgoing: Arc<dyn Outgoing>,
    pub jwks: jwks::Jwks,
    /// Streams with news, and the bell that is rung for them.
    pub news: Mutex<HashSet<Id>>,
    pub bell: Notify,
}

/// The audience of tokens for the stream management API.
#[must_use]
pub fn resource(public_url: &str) -> String {
    format!("{public_url}/ssf")
}

impl Ssf {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings) -> Ssf {
        Ssf(Arc::new(Inner {
            tenants,
            keys,
            public_url: settings.public_url.trim_end_matches('/').to_owned(),
            outgoing: Arc::new(NoWayOut),
            jwks: jwks::Jwks::default(),
            news: Mutex::default(),
            bell: Notify::new(),
        }))
    }

    /// With a way to receivers' endpoints and to the keys of other transmitters.
    #[must_use]
    pub fn asking_through(mut self, outgoing: Arc<dyn Outgoing>) -> Ssf {
        Arc::get_mut(&mut self.0).expect("nobody answers yet").outgoing = outgoing;
        self
    }

    /// Whether a path is this protocol's.
    #[must_use]
    pub fn serves(path: &str) -> bool {
        Route::of(path).is_some()
    }

    /// What takes events out of the outbox, under [`signin::signals::TOPIC`].
    #[must_use]
    pub fn sink(&self) -> Arc<dyn Sink> {
        Arc::new(sink::Events(self.0.clone()))
    }

    /// Push what waits, until the engine stops. Run it once per tenant, as a task of its own.
    pub async fn push(&self, engine: Engine) {
        push::run(self.0.clone(), engine).await;
    }

    /// Answer one request. The body has been read by the listener, within its limit.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        self.route(request).await.unwrap_or_else(Problem::response)
    }

    async fn route(&self, request: Request<Bytes>) -> Result<Response<Body>, Problem> {
        let path = request.uri().path().to_owned();
        let route = Route::of(&path).ok_or_else(Problem::not_found)?;
        let engine = self.0.engine(route.tenant).ok_or_else(Problem::not_found)?;
        let inner = &self.0;
        let (get, post) = (request.method() == Method::GET, request.method() == Method::POST);
        match route.endpoint {
            Endpoint::Configuration if get => discovery::configuration(inner, &engine),
            Endpoint::Streams => stream::answer(inner, engine, &request).await,
            Endpoint::Status if get || post => status::answer(inner, engine, &request).await,
            Endpoint::AddSubject if post => subjects::answer(inner, engine, &request, true).await,
            Endpoint::RemoveSubject if post => subjects::answer(inner, engine, &request, false).await,
            Endpoint::Verification if post => verification::answer(inner, engine, &request),
            Endpoint::Poll(stream) if post => poll::answer(inner, engine, &request, stream).await,
            Endpoint::Events if post => receive::answer(inner, engine, &request).await,
            Endpoint::Configuration
            | Endpoint::Status
            | Endpoint::AddSubject
            | Endpoint::RemoveSubject
            | Endpoint::Verification
            | Endpoint::Poll(_)
            | Endpoint::Events => Err(Problem::method()),
        }
    }
}

impl Inner {
    fn engine(&self, tenant: Option<&str>) -> Option<Engine> {
        match tenant {
            None => self.tenants.only(),
            Some(name) => match directory::id_from_text(name) {
                Some(id) => self.tenants.get(id),
                None => self.tenants.by_domain(name),
            },
        }
    }

    /// Who signs: the same as of the tenant's ID tokens, so that receivers know their people by it.
    pub(crate) fn issuer(&self, engine: &Engine) -> String {
        format!("{}/{}/v2.0", self.public_url, engine.tenant())
    }

    /// A stream has something to deliver.
    pub(crate) fn ring(&self, stream: Id) {
        self.news.lock().unwrap_or_else(PoisonError::into_inner).insert(stream);
        self.bell.notify_waiters();
        // Whoever is about to wait hears it too.
        self.bell.notify_one();
    }
}
