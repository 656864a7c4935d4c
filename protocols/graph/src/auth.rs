//! Who asks: a bearer token of ours, verified, as a caller whom the gate can judge.
//!
//! A token is good until it expires, except that what ends it early (`signin::Presented`) counts at once: the directory is
//! asked on every request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bearer::{Refusal, Resource, Shown};
use directory::{Caller, Time};
use engine::{Engine, Tenants};
use keys::{Claims, HolderError, JwtError, Keys};
use signin::Ended;

use crate::errors::Error;

/// The resource identifiers under which tokens for this API may be asked for, besides our own URL.
const AUDIENCES: [&str; 2] = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

/// What a verified token says about the request.
pub struct Verified {
    pub engine: Engine,
    pub caller: Caller,
    /// When the person last proved who they are (`auth_time`).
    pub proven: Option<Time>,
    pub claims: Claims,
}

/// Verify the token of a request.
pub fn verify(tenants: &Tenants, keys: &Keys, public_url: &str, shown: &Shown<'_>) -> Result<Verified, Error> {
    let audiences = [public_url, AUDIENCES[0], AUDIENCES[1]];
    let resource = Resource { tenants, keys, public_url, audiences: &audiences };
    let verified = bearer::verify(&resource, shown).map_err(|why| worded(why, public_url))?;
    let proven = verified.claims.time("auth_time");
    Ok(Verified { engine: verified.engine, caller: verified.caller, proven, claims: verified.claims })
}

/// Whether a request shows a token of ours that is for us.
pub fn knows(tenants: &Tenants, keys: &Keys, public_url: &str, shown: &Shown<'_>) -> bool {
    let audiences = [public_url, AUDIENCES[0], AUDIENCES[1]];
    bearer::is_genuine(&Resource { tenants, keys, public_url, audiences: &audiences }, shown)
}

/// As Graph says it: clients match on these words.
fn worded(why: Refusal, public_url: &str) -> Error {
    let refused = |message: &str| refused(public_url, message, None);
    match why {
        Refusal::Absent => refused("Access token is empty."),
        Refusal::Unreadable => refused("CompactToken parsing failed."),
        Refusal::Invalid(JwtError::Expired) => refused("Lifetime validation failed, the token is expired."),
        Refusal::Invalid(JwtError::Audience) => refused("Access token validation failure. Invalid audience."),
        Refusal::Invalid(JwtError::Issuer) => refused("Access token validation failure. Invalid issuer."),
        Refusal::Invalid(_) => refused("Access token validation failure."),
        Refusal::NotHeld(why, nonce) => not_held(&why, nonce),
        Refusal::Ended(ended, at) => challenge(public_url, ended, at),
        Refusal::Fault(_) => Error::unavailable(),
    }
}

/// What the holder has to show, and the nonce for it.
fn not_held(why: &HolderError, nonce: Option<String>) -> Error {
    let mut error = Error::new(401, "InvalidAuthenticationToken", why.reason());
    error.headers.push(("www-authenticate", why.challenge()));
    error.headers.extend(nonce.map(|nonce| ("dpop-nonce", nonce)));
    error
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
