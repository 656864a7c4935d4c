//! Userinfo (OpenID Connect Core §5.3): what the bearer of an access token for Graph may know of its person.

use directory::Record;
use engine::Body;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, Response, StatusCode};
use keys::{Bound, Claims, Expect};
use schema::user::{GIVEN_NAME, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, SURNAME, USER};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL};

use crate::error::Problem;
use crate::issue::ACCESS_TYP;
use crate::request::Desk;
use crate::{answer, opaque};

pub(crate) fn userinfo(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let token = desk.request.authorization("bearer").or_else(|| desk.request.form.get("access_token"));
    let Some(claims) = token.and_then(|token| living(desk, token, &[&desk.oidc.public_url])) else {
        return refused(desk);
    };
    // A token that is bound to a key counts only with it.
    if claims.bound() != Bound::Bearer && !claims.bound().is_certificate(desk.request.certificate) {
        return refused(desk);
    }
    let user = claims.text("oid").and_then(directory::id_from_text).and_then(|id| desk.now.find_a(&USER, id));
    let has = |scope: &str| claims.words("scp").any(|word| word == scope);
    let Some(user) = user.filter(|_| has("openid")) else { return refused(desk) };
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

/// The claims of an access token of ours for one of these audiences, if nothing has ended it.
pub(crate) fn living(desk: &Desk<'_>, token: &str, audiences: &[&str]) -> Option<Claims> {
    let expect = Expect { typ: &[ACCESS_TYP], iss: Some(&desk.issuer), aud: audiences, ..Expect::at(desk.at) };
    let claims = desk.oidc.keys.verify_own(desk.tenant, token, &expect).ok()?;
    let uti = claims.text("uti").and_then(directory::id_from_text)?;
    if desk.engine.tickets().get(opaque::REVOKED, uti.as_bytes()).ok()?.is_some() {
        return None;
    }
    let holder = desk.now.find(claims.text("oid").and_then(directory::id_from_text)?)?;
    if holder.get(ACCOUNT_ENABLED) == Some(false) {
        return None;
    }
    let issued = claims.time("iat")?;
    let ended = holder.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME).is_some_and(|from| issued < from);
    (!ended).then_some(claims)
}

fn refused(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let why = "the access token is not valid for this";
    let problem = Problem { status: StatusCode::UNAUTHORIZED, error: "invalid_token", ..Problem::new(50_027, why) };
    let mut answer = answer::problem(&problem, desk.request.ids, desk.at);
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    Ok(answer)
}
