//! Who asks: a bearer token of ours, verified, as a caller whom the gate can judge.
//!
//! A token is good until it expires, except that what ends it early (`signin::Presented`) counts at once: the directory is
//! asked on every request.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Actor, Caller, Id, Record, Time};
use engine::{Engine, Tenants};
use keys::{Claims, DPOP_PROOFS, Expect, Holder, HolderError, Keys};
use schema::APP_ID;
use schema::service_principal::SERVICE_PRINCIPAL;
use signin::{Ended, Presented};

use crate::errors::Error;

/// The resource identifiers under which tokens for this API may be asked for, besides our own URL.
const AUDIENCES: [&str; 2] = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

/// What a verified token says about the request.
pub struct Verified {
    pub engine: Engine,
    pub caller: Caller,
    /// When the person last proved who they are (`auth_time`).
    pub proven: Option<Time>,
}

/// What a request shows of whoever sent it.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub authorization: Option<&'a str>,
    /// Its one `DPoP` header.
    pub proof: Option<&'a str>,
    pub method: &'a str,
    pub path: &'a str,
    /// The certificate (DER) with which the connection was opened.
    pub certificate: Option<&'a [u8]>,
    pub address: Option<IpAddr>,
    pub correlation: Id,
}

/// Verify the token of a request.
pub fn verify(tenants: &Tenants, keys: &Keys, public_url: &str, shown: &Shown<'_>) -> Result<Verified, Error> {
    let token = shown.authorization.and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        let by_dpop = scheme.eq_ignore_ascii_case("dpop");
        (by_dpop || scheme.eq_ignore_ascii_case("bearer")).then(|| (token.trim(), by_dpop))
    });
    let Some((token, by_dpop)) = token.filter(|(token, _)| !token.is_empty()) else {
        return Err(refused(public_url, "Access token is empty.", None));
    };
    let malformed = || refused(public_url, "CompactToken parsing failed.", None);
    let tenant = keys::peek(token).map_err(|_| malformed())?.text("tid").and_then(directory::id_from_text);
    let engine = tenant.and_then(|tenant| tenants.get(tenant)).ok_or_else(malformed)?;
    let issuer = format!("{public_url}/{}/v2.0", engine.tenant());
    let audiences = [public_url, AUDIENCES[0], AUDIENCES[1]];
    let expect = Expect { typ: &["at+jwt"], iss: Some(&issuer), aud: &audiences, ..Expect::at(engine.now()) };
    let claims = keys.verify_own(engine.tenant(), token, &expect).map_err(|why| {
        let message = match why {
            keys::JwtError::Expired => "Lifetime validation failed, the token is expired.",
            keys::JwtError::Audience => "Access token validation failure. Invalid audience.",
            keys::JwtError::Issuer => "Access token validation failure. Invalid issuer.",
            _ => "Access token validation failure.",
        };
        refused(public_url, message, None)
    })?;
    hold(&engine, keys, (token, by_dpop, &claims), public_url, shown)?;
    if is_taken_back(&engine, &claims)? {
        let claims = Ended::Revoked.claims(engine.now());
        return Err(refused(public_url, "The token was taken back; sign in again.", claims.as_deref()));
    }
    let caller = caller(&engine, &claims, public_url, shown.address, shown.correlation)?;
    let proven = claims.time("auth_time");
    Ok(Verified { engine, caller, proven })
}

fn caller(
    engine: &Engine,
    claims: &Claims,
    public_url: &str,
    address: Option<IpAddr>,
    correlation: Id,
) -> Result<Caller, Error> {
    let now = engine.snapshot();
    let presented = Presented::read(|name| claims.text(name), claims.texts("amr"), claims.time("iat"), address);
    let Some(oid) = presented.subject else {
        return Err(refused(public_url, "Access token validation failure. The token names nobody.", None));
    };
    presented.holder(&now).map_err(|ended| challenge(public_url, ended, engine.now()))?;
    let client = presented.client.and_then(|app| now.find_by(&SERVICE_PRINCIPAL, APP_ID, app));
    let is_app = claims.text("idtyp") == Some("app");
    Ok(Caller {
        tenant: engine.tenant(),
        actor: if is_app { Actor::App(oid) } else { Actor::User(oid) },
        client: client.map(|client| client.id),
        scopes: claims.words("scp").map(str::to_owned).collect(),
        roles: claims.texts("roles").map(str::to_owned).collect(),
        address,
        strong: claims.texts("amr").any(|method| method == "mfa" || method == "ngcmfa"),
        correlation,
    })
}

/// Whether whoever sent the request holds what the token is bound to (RFC 9449 §7.1, RFC 8705 §3).
fn hold(
    engine: &Engine,
    keys: &Keys,
    (token, by_dpop, claims): (&str, bool, &Claims),
    public_url: &str,
    shown: &Shown<'_>,
) -> Result<(), Error> {
    let holder = Holder {
        now: engine.now(),
        by_dpop,
        proof: shown.proof,
        certificate: shown.certificate,
        method: shown.method,
        uri: &format!("{public_url}{}", shown.path),
    };
    let proof = match keys.verify_holder(engine.tenant(), token, claims, &holder) {
        Ok(None) => return Ok(()),
        Ok(Some(proof)) => proof,
        Err(why) => return Err(not_held(engine, keys, &why)),
    };
    let tickets = engine.tickets();
    match tickets.put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_held(engine, keys, &HolderError::Replayed)),
        Err(_) => Err(Error::unavailable()),
    }
}

/// What the holder has to show, and the nonce for it.
fn not_held(engine: &Engine, keys: &Keys, why: &HolderError) -> Error {
    let mut error = Error::new(401, "InvalidAuthenticationToken", why.reason());
    error.headers.push(("www-authenticate", why.challenge()));
    if let Ok(nonce) = keys.dpop_nonce(engine.tenant(), engine.now()) {
        error.headers.push(("dpop-nonce", nonce));
    }
    error
}

/// Whether this one token was revoked: its code was used twice, or its client gave it back (RFC 7009).
fn is_taken_back(engine: &Engine, claims: &Claims) -> Result<bool, Error> {
    let Some(uti) = claims.text("uti") else { return Ok(false) };
    let kept = engine.tickets().get(signin::REVOKED_TOKENS, uti.as_bytes()).map_err(|_| Error::unavailable())?;
    Ok(kept.is_some())
}

/// A client that understands the challenge gets a fresh token with the claims it names (OpenID CAEP, `xms_cc: cp1`).
fn challenge(public_url: &str, ended: Ended, at: Time) -> Error {
    refused(public_url, &sentence(ended.message()), ended.claims(at).as_deref())
}

/// As Graph writes its messages.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn refused(public_url: &str, message: &str, claims: Option<&str>) -> Error {
    let mut error = Error::new(401, "InvalidAuthenticationToken", message);
    let mut challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{public_url}/common/oauth2/v2.0/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\""
    );
    if let Some(claims) = claims {
        challenge.push_str(&format!(", error=\"insufficient_claims\", claims=\"{}\"", STANDARD.encode(claims)));
    }
    error.headers.push(("www-authenticate", challenge));
    error
}
