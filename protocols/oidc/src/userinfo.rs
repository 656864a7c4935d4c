//! Userinfo (OpenID Connect Core §5.3): what the bearer of an access token for Graph may know of its person.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::Record;
use engine::Body;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, Response, StatusCode};
use keys::{Claims, Expect, HolderError};
use schema::user::{GIVEN_NAME, SURNAME, USER};
use schema::{DISPLAY_NAME, MAIL};
use signin::{Ended, Presented};

use crate::error::Problem;
use crate::issue::ACCESS_TYP;
use crate::request::Desk;
use crate::{answer, dpop};

pub(crate) fn userinfo(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let in_header = desk.request.authorization("dpop").or_else(|| desk.request.authorization("bearer"));
    let token = in_header.or_else(|| desk.request.form.get("access_token")).unwrap_or_default();
    let Some(claims) = verified(desk, token, &[&desk.oidc.public_url]) else { return refused(desk, None) };
    if let Err(why) = dpop::hold(desk, token, &claims) {
        return not_held(desk, &why);
    }
    if let Err(ended) = counts(desk, &claims, desk.request.address) {
        return refused(desk, Some(ended));
    }
    let user = claims.text("oid").and_then(directory::id_from_text).and_then(|id| desk.now.find_a(&USER, id));
    let has = |scope: &str| claims.words("scp").any(|word| word == scope);
    let Some(user) = user.filter(|_| has("openid")) else { return refused(desk, None) };
    let mut body = Record::new().with("sub", user.id);
    if has("profile") {
        for (name, attribute) in [("name", DISPLAY_NAME), ("given_name", GIVEN_NAME), ("family_name", SURNAME)] {
            if let Some(text) = user.get(attribute) {
                body.set(name, text);
            }
        }
    }
    if has("email")
        && let Some(mail) = user.get(MAIL)
    {
        body.set("email", mail);
    }
    Ok(answer::json(StatusCode::OK, &body))
}

/// The claims of an access token of ours for one of these audiences, if nothing has ended it. From where it is used, only
/// whoever was given it knows.
pub(crate) fn living(desk: &Desk<'_>, token: &str, audiences: &[&str]) -> Option<Claims> {
    let claims = verified(desk, token, audiences)?;
    let bound_to = claims.text(signin::ADDRESS_CLAIM).and_then(|address| address.parse().ok());
    counts(desk, &claims, bound_to).ok()?;
    Some(claims)
}

fn verified(desk: &Desk<'_>, token: &str, audiences: &[&str]) -> Option<Claims> {
    let expect = Expect { typ: &[ACCESS_TYP], iss: Some(&desk.issuer), aud: audiences, ..Expect::at(desk.at) };
    desk.oidc.keys.verify_own(desk.tenant, token, &expect).ok()
}

/// Whether a token still counts when it comes from an address.
fn counts(desk: &Desk<'_>, claims: &Claims, from: Option<IpAddr>) -> Result<(), Ended> {
    if !matches!(bearer::is_taken_back(&desk.engine.tickets(), claims), Ok(false)) {
        return Err(Ended::Revoked);
    }
    let presented = Presented::read(|name| claims.text(name), claims.texts("amr"), claims.time("iat"), from);
    presented.holder(&desk.now).map(drop)
}

/// A bound token without what it is bound to.
fn not_held(desk: &Desk<'_>, why: &HolderError) -> Result<Response<Body>, Problem> {
    let mut answer = refused(desk, None)?;
    if let Ok(challenge) = HeaderValue::from_str(&why.challenge()) {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    Ok(answer)
}

/// No; and what to ask for, where another token would do (RFC 6750 §3, OpenID CAEP's `xms_cc: cp1`).
fn refused(desk: &Desk<'_>, ended: Option<Ended>) -> Result<Response<Body>, Problem> {
    let why = ended.map_or("the access token is not valid for this", Ended::message);
    let problem = Problem { status: StatusCode::UNAUTHORIZED, error: "invalid_token", ..Problem::new(50_027, why) };
    let mut answer = answer::problem(&problem, desk.request.ids, desk.at);
    let challenge = match ended.and_then(|ended| ended.claims(desk.at)) {
        Some(claims) => format!("Bearer error=\"insufficient_claims\", claims=\"{}\"", STANDARD.encode(claims)),
        None => "Bearer error=\"invalid_token\"".to_owned(),
    };
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    Ok(answer)
}
