//! Who asks: an access token of ours that a request shows, verified, the same for every protocol that is a resource.
//!
//! In this order: the token is ours, for this resource and in time; whoever shows it holds what it is bound to (RFC 9449 §7.1,
//! RFC 8705 §3); it was not given back (RFC 7009); and nothing has ended it since (`signin::Presented`).
//!
//! Deliberately absent: what each protocol says when it refuses, and whether the caller may do what they ask, which is the gate's.

use std::net::IpAddr;

use directory::{Actor, Caller, Id, Record, Snapshot, Time};
use engine::{Engine, Fault, Peer, PeerCertificates, Tenants, Tickets};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Extensions, HeaderMap, Request};
use keys::{Claims, DPOP_PROOFS, Expect, Holder, HolderError, JwtError, Keys};
use schema::APP_ID;
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use signin::{Ended, Presented};

/// What access tokens call themselves (RFC 9068 §2.1).
const ACCESS_TYP: &str = "at+jwt";

/// The shelf of tokens that were taken back before their end, by `uti`.
const REVOKED_TOKENS: &str = "revokedTokens";

/// Who is asked: where its tenants and their keys are, and what it is called in tokens.
#[derive(Clone, Copy)]
pub struct Resource<'a> {
    pub tenants: &'a Tenants,
    pub keys: &'a Keys,
    pub public_url: &'a str,
    pub audiences: &'a [&'a str],
}

/// What a request shows of whoever sent it.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The token, and whether it came by the scheme `DPoP`.
    pub token: Option<(&'a str, bool)>,
    /// Its one `DPoP` header.
    pub proof: Option<&'a str>,
    pub method: &'a str,
    pub path: &'a str,
    /// The certificate (DER) with which the connection was opened.
    pub certificate: Option<&'a [u8]>,
    pub address: Option<IpAddr>,
    pub correlation: Id,
}

/// A token that counts, and its holder.
pub struct Verified {
    pub engine: Engine,
    /// The directory in which it counted.
    pub now: Snapshot,
    pub claims: Claims,
    pub holder: Id,
    pub caller: Caller,
}

/// Why a token does not count.
pub enum Refusal {
    /// None was shown.
    Absent,
    /// What was shown is no token of anybody here.
    Unreadable,
    Invalid(JwtError),
    /// Not shown by its holder; the nonce for another try.
    NotHeld(HolderError, Option<String>),
    /// It was good, until this moment.
    Ended(Ended, Time),
    Fault(Fault),
}

impl<'a> Shown<'a> {
    pub fn of<B>(request: &'a Request<B>) -> Shown<'a> {
        let (method, path) = (request.method().as_str(), request.uri().path());
        Shown::read(request.headers(), request.extensions(), method, path)
    }

    #[must_use]
    pub fn of_parts(parts: &'a Parts) -> Shown<'a> {
        Shown::read(&parts.headers, &parts.extensions, parts.method.as_str(), parts.uri.path())
    }

    fn read(headers: &'a HeaderMap, extensions: &'a Extensions, method: &'a str, path: &'a str) -> Shown<'a> {
        let mut proofs = headers.get_all("dpop").iter();
        Shown {
            token: credentials(headers, "dpop")
                .map(|token| (token, true))
                .or_else(|| credentials(headers, "bearer").map(|token| (token, false))),
            proof: proofs.next().and_then(|proof| proof.to_str().ok()).filter(|_| proofs.next().is_none()),
            method,
            path,
            certificate: extensions.get::<PeerCertificates>().and_then(PeerCertificates::own),
            address: extensions.get::<Peer>().map(|peer| peer.address),
            correlation: correlation(headers),
        }
    }
}

/// The credentials of an `Authorization` header of this scheme.
#[must_use]
pub fn credentials<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then_some(token.trim()).filter(|token| !token.is_empty())
}

/// The id by which the request is found again; the client's where it gives one.
#[must_use]
pub fn correlation(headers: &HeaderMap) -> Id {
    let given = headers.get("client-request-id").and_then(|id| id.to_str().ok());
    given.and_then(directory::id_from_text).unwrap_or_else(keys::random_uuid)
}

/// Verify the token of a request.
pub fn verify(resource: &Resource<'_>, shown: &Shown<'_>) -> Result<Verified, Refusal> {
    let (engine, token, by_dpop, claims) = genuine(resource, shown)?;
    let tenant = engine.tenant();
    hold(&engine, resource, (token, by_dpop, &claims), shown)?;
    let now = engine.snapshot();
    let holder = counting(&engine, &now, &claims, shown.address)?;
    let client =
        claims.text("appid").and_then(|app| now.find_by(&SERVICE_PRINCIPAL, APP_ID, app)).map(|client| client.id);
    let is_app = claims.text("idtyp") == Some("app");
    let caller = Caller {
        tenant,
        actor: if is_app { Actor::App(holder) } else { Actor::User(holder) },
        client,
        scopes: claims.words("scp").map(str::to_owned).collect(),
        roles: claims.texts("roles").map(str::to_owned).collect(),
        address: shown.address,
        strong: claims.texts("amr").any(|method| method == "mfa" || method == "ngcmfa"),
        correlation: shown.correlation,
    };
    Ok(Verified { engine, now, claims, holder, caller })
}

impl Verified {
    /// The person, where the token is one's and no application's.
    #[must_use]
    pub fn user(&self) -> Option<Id> {
        let is_user = matches!(self.caller.actor, Actor::User(_)) && self.now.find_a(&USER, self.holder).is_some();
        is_user.then_some(self.holder)
    }
}

/// Whether a request shows a token of ours for this resource that counts, of which nothing else is asked (not the proof of a key,
/// which is good once): enough to read on, not to act.
#[must_use]
pub fn is_genuine(resource: &Resource<'_>, shown: &Shown<'_>) -> bool {
    genuine(resource, shown).is_ok_and(|(engine, _, _, claims)| still_counts(&engine, &claims, shown.address).is_ok())
}

/// The token shown, if it is ours, for this resource and in time; and whether it came by `DPoP`.
fn genuine<'a>(resource: &Resource<'_>, shown: &Shown<'a>) -> Result<(Engine, &'a str, bool, Claims), Refusal> {
    let (token, by_dpop) = shown.token.ok_or(Refusal::Absent)?;
    let said = keys::peek(token).map_err(|_| Refusal::Unreadable)?;
    let tenant = said.text("tid").and_then(directory::id_from_text).ok_or(Refusal::Unreadable)?;
    let engine = resource.tenants.get(tenant).ok_or(Refusal::Unreadable)?;
    let issuer = format!("{}/{tenant}/v2.0", resource.public_url);
    let expect = Expect { typ: &[ACCESS_TYP], iss: Some(&issuer), aud: resource.audiences, ..Expect::at(engine.now()) };
    let claims = resource.keys.verify_own(tenant, token, &expect).map_err(Refusal::Invalid)?;
    Ok((engine, token, by_dpop, claims))
}

/// Whether a verified token still counts: asked again and again by answers that take long.
pub fn still_counts(engine: &Engine, claims: &Claims, from: Option<IpAddr>) -> Result<(), Refusal> {
    if claims.time("exp").is_none_or(|end| end <= engine.now()) {
        return Err(Refusal::Invalid(JwtError::Expired));
    }
    counting(engine, &engine.snapshot(), claims, from).map(drop)
}

/// Take a token back before its end, by its `uti`: from here on it counts nowhere.
pub fn take_back(tickets: &Tickets, token: Id, ends: Time) -> Result<(), Fault> {
    tickets.put(REVOKED_TOKENS, token.as_bytes(), None, ends, &Record::new()).map(drop)
}

/// Whether this one token was taken back: its client gave it back (RFC 7009), or its code was used twice.
pub fn is_taken_back(tickets: &Tickets, claims: &Claims) -> Result<bool, Fault> {
    // One without a name could never be taken back: it counts as if it were.
    let Some(token) = claims.text("uti").and_then(directory::id_from_text) else { return Ok(true) };
    tickets.get(REVOKED_TOKENS, token.as_bytes()).map(|kept| kept.is_some())
}

/// The holder of a token that nothing has ended.
fn counting(engine: &Engine, now: &Snapshot, claims: &Claims, from: Option<IpAddr>) -> Result<Id, Refusal> {
    if is_taken_back(&engine.tickets(), claims).map_err(Refusal::Fault)? {
        return Err(Refusal::Ended(Ended::Revoked, engine.now()));
    }
    let presented = Presented::read(|name| claims.text(name), claims.texts("amr"), claims.time("iat"), from);
    let holder = presented.holder(now).map_err(|ended| Refusal::Ended(ended, engine.now()))?;
    Ok(holder.id)
}

/// Whether whoever sent the request holds what the token is bound to.
fn hold(
    engine: &Engine,
    resource: &Resource<'_>,
    (token, by_dpop, claims): (&str, bool, &Claims),
    shown: &Shown<'_>,
) -> Result<(), Refusal> {
    let (keys, tenant, now) = (resource.keys, engine.tenant(), engine.now());
    let holder = Holder {
        now,
        by_dpop,
        proof: shown.proof,
        certificate: shown.certificate,
        method: shown.method,
        uri: &format!("{}{}", resource.public_url, shown.path),
    };
    let refuse = |why: HolderError| Refusal::NotHeld(why, keys.dpop_nonce(tenant, now).ok());
    let Some(proof) = keys.verify_holder(tenant, token, claims, &holder).map_err(refuse)? else { return Ok(()) };
    match engine.tickets().put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(refuse(HolderError::Replayed)),
        Err(fault) => Err(Refusal::Fault(fault)),
    }
}
