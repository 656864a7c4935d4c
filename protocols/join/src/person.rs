//! The person who registers a device: their access token for this resource, verified.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use bearer::{Resource, Shown, correlation as correlation_of};
use bytes::Bytes;
use directory::{Caller, Id};
use engine::{Engine, Peer};
use http::Request;
use keys::Claims;

use crate::problem::Problem;
use crate::{Join, resource_names};

/// A person with a good token.
pub(crate) struct Person {
    pub engine: Engine,
    pub user: Id,
    pub caller: Caller,
    pub claims: Claims,
}

impl Join {
    pub(crate) fn person(&self, request: &Request<Bytes>) -> Result<Person, Problem> {
        let public_url = &self.inner.settings.public_url;
        let names = resource_names(public_url);
        let audiences: Vec<&str> = names.iter().map(String::as_str).collect();
        let (tenants, keys) = (&self.inner.tenants, &self.inner.keys);
        let verified =
            bearer::verify(&Resource { tenants, keys, public_url, audiences: &audiences }, &Shown::of(request))?;
        let user = verified.user().ok_or_else(Problem::token)?;
        Ok(Person { engine: verified.engine, user, caller: verified.caller, claims: verified.claims })
    }
}

pub(crate) fn address(request: &Request<Bytes>) -> Option<std::net::IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.address)
}

/// The id by which the request is found again; the client's where it gives one.
pub(crate) fn correlation(request: &Request<Bytes>) -> Id {
    correlation_of(request.headers())
}
