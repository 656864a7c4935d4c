//! The person who joins a device: their access token for this resource, verified.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use agent_wire::{AGENT_RESOURCE_APP_ID, agent_resource};
use bytes::Bytes;
use directory::{Actor, Caller, Id};
use engine::{Engine, Peer, PeerCertificates};
use http::Request;
use http::header::AUTHORIZATION;
use keys::{Bound, Expect, JwtError};
use schema::user::USER;
use signin::Presented;

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
        let token = bearer(request).ok_or_else(Problem::token)?;
        let said = keys::peek(token).map_err(|_| Problem::token())?;
        let tenant = said.text("tid").and_then(directory::id_from_text).ok_or_else(Problem::token)?;
        let engine = self.inner.tenants.get(tenant).ok_or_else(Problem::token)?;
        let (resource, issuer) = (
            agent_resource(&self.inner.settings.public_url),
            format!("{}/{tenant}/v2.0", self.inner.settings.public_url),
        );
        let audiences = [resource.as_str(), AGENT_RESOURCE_APP_ID];
        let expect = Expect { iss: Some(&issuer), aud: &audiences, ..Expect::at(engine.now()) };
        let claims = self.inner.keys.verify_own(tenant, token, &expect).map_err(|why| match why {
            JwtError::Fault(fault) => fault.into(),
            _ => Problem::token(),
        })?;
        let certificate = request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::own);
        // A token that is bound to a key counts only with it.
        if claims.bound() != Bound::Bearer && !claims.bound().is_certificate(certificate) {
            return Err(Problem::token());
        }
        if claims.text("idtyp") == Some("app") {
            return Err(Problem::token());
        }
        let now = engine.snapshot();
        let (amr, from) = (claims.texts("amr"), address(request));
        let presented = Presented::read(|name| claims.text(name), amr, claims.time("iat"), from);
        let holder = presented.holder(&now).map_err(|ended| Problem::ended(ended, engine.now()))?;
        if !now.is_a(holder, &USER) {
            return Err(Problem::token());
        }
        let user = holder.id;
        let caller = Caller {
            tenant,
            actor: Actor::User(user),
            client: None,
            scopes: claims.words("scp").map(str::to_owned).collect(),
            roles: Vec::new(),
            address: address(request),
            strong: claims.texts("amr").any(|method| method == "mfa"),
            correlation: correlation(request),
        };
        Ok(Person { engine, user, caller })
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(request: &Request<Bytes>) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

pub(crate) fn address(request: &Request<Bytes>) -> Option<std::net::IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.address)
}

/// The id by which the request is found again; the client's where it gives one.
pub(crate) fn correlation(request: &Request<Bytes>) -> Id {
    let given = request.headers().get("client-request-id").and_then(|id| id.to_str().ok());
    given.and_then(directory::id_from_text).unwrap_or_else(keys::random_uuid)
}
