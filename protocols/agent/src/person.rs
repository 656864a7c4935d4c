//! The person who joins a device: their access token for this resource, verified.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use agent_wire::{AGENT_RESOURCE_APP_ID, agent_resource};
use bytes::Bytes;
use directory::{Actor, Caller, Id, Record};
use engine::{Engine, Peer, PeerCertificates};
use http::Request;
use http::header::AUTHORIZATION;
use keys::{Claims, DPOP_PROOFS, Expect, Holder, HolderError, JwtError};
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
        let by_dpop = credentials(request, "dpop");
        let token = by_dpop.or_else(|| bearer(request)).ok_or_else(Problem::token)?;
        let said = keys::peek(token).map_err(|_| Problem::token())?;
        let tenant = said.text("tid").and_then(directory::id_from_text).ok_or_else(Problem::token)?;
        let engine = self.inner.tenants.get(tenant).ok_or_else(Problem::token)?;
        let (resource, issuer) = (
            agent_resource(&self.inner.settings.public_url),
            format!("{}/{tenant}/v2.0", self.inner.settings.public_url),
        );
        let audiences = [resource.as_str(), AGENT_RESOURCE_APP_ID];
        let expect = Expect { typ: &["at+jwt"], iss: Some(&issuer), aud: &audiences, ..Expect::at(engine.now()) };
        let claims = self.inner.keys.verify_own(tenant, token, &expect).map_err(|why| match why {
            JwtError::Fault(fault) => fault.into(),
            _ => Problem::token(),
        })?;
        self.hold(request, &engine, (token, by_dpop.is_some(), &claims))?;
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

    /// Whether the request shows what its token is bound to (RFC 9449 §7.1, RFC 8705 §3).
    fn hold(
        &self,
        request: &Request<Bytes>,
        engine: &Engine,
        (token, by_dpop, claims): (&str, bool, &Claims),
    ) -> Result<(), Problem> {
        let (keys, tenant, now) = (&self.inner.keys, engine.tenant(), engine.now());
        let mut proofs = request.headers().get_all("dpop").iter();
        let holder = Holder {
            now,
            by_dpop,
            proof: proofs.next().and_then(|proof| proof.to_str().ok()).filter(|_| proofs.next().is_none()),
            certificate: request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::own),
            method: request.method().as_str(),
            uri: &format!("{}{}", self.inner.settings.public_url, request.uri().path()),
        };
        let refuse = |why: HolderError| Problem::not_held(&why, keys.dpop_nonce(tenant, now).ok());
        let Some(proof) = keys.verify_holder(tenant, token, claims, &holder).map_err(refuse)? else { return Ok(()) };
        match engine.tickets().put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(refuse(HolderError::Replayed)),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(request: &Request<Bytes>) -> Option<&str> {
    credentials(request, "bearer")
}

fn credentials<'r>(request: &'r Request<Bytes>, wanted: &str) -> Option<&'r str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then_some(token.trim()).filter(|token| !token.is_empty())
}

pub(crate) fn address(request: &Request<Bytes>) -> Option<std::net::IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.address)
}

/// The id by which the request is found again; the client's where it gives one.
pub(crate) fn correlation(request: &Request<Bytes>) -> Id {
    let given = request.headers().get("client-request-id").and_then(|id| id.to_str().ok());
    given.and_then(directory::id_from_text).unwrap_or_else(keys::random_uuid)
}
