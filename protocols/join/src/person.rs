//! The person who registers a device: their access token for this resource, verified.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use bytes::Bytes;
use directory::{Actor, Caller, Id, Record};
use engine::{Engine, Peer, PeerCertificates};
use http::Request;
use http::header::AUTHORIZATION;
use keys::{Claims, DPOP_PROOFS, Expect, Holder, JwtError};
use schema::user::USER;
use signin::Presented;

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
        let by_dpop = credentials(request, "dpop");
        let token = by_dpop.or_else(|| credentials(request, "bearer")).ok_or_else(Problem::token)?;
        let said = keys::peek(token).map_err(|_| Problem::token())?;
        let tenant = said.text("tid").and_then(directory::id_from_text).ok_or_else(Problem::token)?;
        let engine = self.inner.tenants.get(tenant).ok_or_else(Problem::token)?;
        let url = &self.inner.settings.public_url;
        let (issuer, names) = (format!("{url}/{tenant}/v2.0"), resource_names(url));
        let audiences: Vec<&str> = names.iter().map(String::as_str).collect();
        let expect = Expect { typ: &["at+jwt"], iss: Some(&issuer), aud: &audiences, ..Expect::at(engine.now()) };
        let claims = self.inner.keys.verify_own(tenant, token, &expect).map_err(|why| match why {
            JwtError::Fault(fault) => fault.into(),
            _ => Problem::token(),
        })?;
        self.hold(request, &engine, (token, by_dpop.is_some(), &claims))?;
        let now = engine.snapshot();
        let presented =
            Presented::read(|name| claims.text(name), claims.texts("amr"), claims.time("iat"), address(request));
        let holder = presented.holder(&now).map_err(|ended| Problem::ended(ended.message()))?;
        if claims.text("idtyp") != Some("user") || !now.is_a(holder, &USER) {
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
        Ok(Person { engine, user, caller, claims })
    }

    /// Whether the request shows what its token is bound to (RFC 9449 §7.1, RFC 8705 §3).
    fn hold(
        &self,
        request: &Request<Bytes>,
        engine: &Engine,
        (token, by_dpop, claims): (&str, bool, &Claims),
    ) -> Result<(), Problem> {
        let mut proofs = request.headers().get_all("dpop").iter();
        let holder = Holder {
            now: engine.now(),
            by_dpop,
            proof: proofs.next().and_then(|proof| proof.to_str().ok()).filter(|_| proofs.next().is_none()),
            certificate: request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::own),
            method: request.method().as_str(),
            uri: &format!("{}{}", self.inner.settings.public_url, request.uri().path()),
        };
        let proof = self.inner.keys.verify_holder(engine.tenant(), token, claims, &holder);
        let Some(proof) = proof.map_err(|why| Problem::ended(why.reason()))? else { return Ok(()) };
        if engine.tickets().put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new())? {
            Ok(())
        } else {
            Err(Problem::ended("the proof was used before; make a new one for each request"))
        }
    }
}

/// The credentials of an `Authorization` header of this scheme.
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
