//! Making tokens of plans, and the answers that carry them.

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use keys::Algorithm;
use signin::{ACCESS_SECONDS_SPREAD, ClientAppType, Event, Mint, Resource, SignIn, platform_of};

use crate::answer;
use crate::error::Problem;
use crate::json;
use crate::request::Desk;

/// `typ` of access tokens (RFC 9068 §2.1).
pub(crate) const ACCESS_TYP: &str = "at+jwt";

/// What every plan needs, from the desk and by chance.
pub(crate) fn mint<'a>(desk: &'a Desk<'_>) -> Mint<'a> {
    let chance = keys::random_uuid();
    let spread = i64::try_from(chance.as_u128() % ACCESS_SECONDS_SPREAD.unsigned_abs() as u128).unwrap_or(0);
    Mint {
        now: &desk.now,
        at: desk.at,
        tenant: desk.tenant,
        issuer: &desk.issuer,
        public_url: &desk.oidc.public_url,
        token: chance,
        spread,
    }
}

/// The algorithm of access tokens for a resource: ES256, unless its application asks for RS256.
pub(crate) fn access_algorithm(resource: &Resource<'_>) -> Algorithm {
    match resource.wish("access_token_signed_response_alg") {
        Some("RS256") => Algorithm::Rs256,
        _ => Algorithm::Es256,
    }
}

/// Sign an access token.
pub(crate) fn sign(desk: &Desk<'_>, algorithm: Algorithm, claims: &Record) -> Result<String, Problem> {
    Ok(desk.oidc.keys.mint_json(desk.tenant, algorithm, ACCESS_TYP, json::print(claims).as_bytes())?)
}

/// The answer with one access token and nothing else.
pub(crate) fn bearer(token: &str, expires_in: i64) -> Response<Body> {
    let body = format!(
        r#"{{"token_type":"Bearer","expires_in":{expires_in},"ext_expires_in":{expires_in},"access_token":"{token}"}}"#
    );
    answer::json_text(StatusCode::OK, body)
}

/// A line of the sign-in log with what the desk knows of it.
pub(crate) fn sign_in<'a>(
    desk: &'a Desk<'_>,
    event: Event,
    protocol: &'static str,
    client_app_type: ClientAppType,
) -> SignIn<'a> {
    SignIn {
        id: desk.request.ids.trace,
        at: desk.at,
        event,
        correlation: desk.request.ids.correlation,
        address: desk.request.address,
        user_agent: desk.request.user_agent(),
        platform: platform_of(desk.request.user_agent()),
        protocol,
        client_app_type,
        client: None,
        resource: None,
        user: None,
        evidence: None,
        verdict: None,
        denial: None,
        token: None,
    }
}
