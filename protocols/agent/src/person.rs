//! The person who joins a device: their access token for this resource, verified.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use agent_wire::{AGENT_RESOURCE_APP_ID, agent_resource};
use bearer::{Resource, Shown, correlation as correlation_of, credentials};
use bytes::Bytes;
use directory::{Caller, Id};
use engine::{Engine, Peer};
use http::Request;

use crate::AgentProtocol;
use crate::problem::Problem;

/// A person with a good token.
pub(crate) struct Person {
    pub(crate) engine: Engine,
    pub(crate) user: Id,
    pub(crate) caller: Caller,
}

impl AgentProtocol {
    pub(crate) fn person(&self, request: &Request<Bytes>) -> Result<Person, Problem> {
        let public_url = &self.inner.settings.public_url;
        let resource = agent_resource(public_url);
        let audiences = [resource.as_str(), AGENT_RESOURCE_APP_ID];
        let (tenants, keys) = (&self.inner.tenants, &self.inner.keys);
        let verified =
            bearer::verify(&Resource { tenants, keys, public_url, audiences: &audiences }, &Shown::of(request))?;
        let user = verified.user().ok_or_else(Problem::token)?;
        Ok(Person { engine: verified.engine, user, caller: verified.caller })
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(request: &Request<Bytes>) -> Option<&str> {
    credentials(request.headers(), "bearer")
}

pub(crate) fn address(request: &Request<Bytes>) -> Option<std::net::IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.address)
}

pub(crate) fn correlation(request: &Request<Bytes>) -> Id {
    correlation_of(request.headers())
}
