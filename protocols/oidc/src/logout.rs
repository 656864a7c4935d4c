//! Signing out (OpenID Connect RP-Initiated Logout 1.0). Without a token that proves who asks, the person is asked.

use engine::Body;
use http::Response;
use keys::Expect;
use signin::{Client, Evidence};

use crate::error::Problem;
use crate::flow::{Flow, Stage};
use crate::request::Desk;
use crate::{answer, own_token, pages, participants, session};

/// An ID token is a hint long after its end (RP-Initiated Logout §2): ten years.
const HINT_LEEWAY_SECONDS: i64 = 10 * 365 * 86_400;

/// Answer `/{tenant}/oauth2/v2.0/logout`.
pub(crate) async fn logout(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let hint = desk.request.param("id_token_hint").and_then(|token| {
        let expect = Expect { typ: &["JWT"], leeway_seconds: HINT_LEEWAY_SECONDS, ..Expect::at(desk.at) };
        own_token::verify(desk, token, &expect).ok()
    });
    let client_id = hint.as_ref().and_then(|claims| claims.text("aud")).or_else(|| desk.request.param("client_id"));
    let client = client_id.and_then(|id| Client::find(&desk.now, id).ok());
    let wanted = desk.request.param("post_logout_redirect_uri");
    let to = wanted.filter(|uri| client.is_some_and(|client| client.may_return_after_logout(uri)));
    if wanted.is_some() && to.is_none() {
        let why = "the address to return to after signing out is not registered for the application";
        return pages::error(desk, &Problem::new(50_011, why));
    }
    let to = to.map(|uri| with_state(uri, desk.request.param("state")));
    let session = session::current(desk)?.map(|session| session.evidence);
    let session_id = session.as_ref().map(|evidence| evidence.session.to_string());
    let is_asked_by_session = hint.as_ref().and_then(|claims| claims.text("sid")) == session_id.as_deref();
    if session_id.is_none() || is_asked_by_session {
        return confirmed(desk, to.as_deref()).await;
    }
    if session.as_ref().is_some_and(|evidence| is_of_another(desk, evidence)) {
        // Whom the client speaks of is not signed in here; whoever is stays so.
        return arrived(desk, to.as_deref(), &[]);
    }
    let flow = Flow { purpose: None, stage: Stage::SignOut(to.clone()), evidence: None, keep: false };
    let form = flow.open(desk)?;
    let page = pages::confirm_sign_out(desk, &form, to.as_deref())?;
    Ok(form.answer(page))
}

/// Whether `logout_hint`, the name that the client knows the person by, is another one's.
fn is_of_another(desk: &Desk<'_>, evidence: &Evidence) -> bool {
    let Some(hint) = desk.request.param("logout_hint") else { return false };
    let user = desk.now.find(evidence.user);
    let name = user.and_then(|user| user.get(schema::USER_PRINCIPAL_NAME)).unwrap_or_default();
    !name.eq_ignore_ascii_case(hint.trim()) && directory::id_from_text(hint) != Some(evidence.user)
}

/// End the session, tell the applications that took part in it, and go back to where the client wants.
pub(crate) async fn confirmed(desk: &Desk<'_>, to: Option<&str>) -> Result<Response<Body>, Problem> {
    let frames = match session::current(desk)? {
        Some(session) => participants::leave(desk, &session.evidence).await?,
        None => Vec::new(),
    };
    session::end(desk, arrived(desk, to, &frames)?)
}

fn arrived(desk: &Desk<'_>, to: Option<&str>, frames: &[String]) -> Result<Response<Body>, Problem> {
    match to {
        Some(uri) if frames.is_empty() => answer::redirect(uri),
        _ => pages::signed_out(desk, to, frames),
    }
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.to_owned() };
    let state = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    format!("{uri}{}{state}", if uri.contains('?') { '&' } else { '?' })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{PASSWORD, REDIRECT, UPN, WEB_APP, authorize_url, run};
    use engine::testing::TENANT;

    #[test]
    fn signing_out_ends_the_session_and_returns_only_to_registered_places() {
        run(|org| async move {
            let path = format!("/{TENANT}/oauth2/v2.0/logout");
            let silent = || authorize_url(&[("prompt", "none")]);
            let tokens = org.tokens().await;
            org.later(7200);
            let hint = tokens.field("id_token");
            let evil =
                org.get(&format!("{path}?id_token_hint={hint}&post_logout_redirect_uri=https://evil.example/")).await;
            assert!(evil.text.contains("AADSTS50011") && evil.headers.get("location").is_none());
            assert!(org.get(&silent()).await.sent("code").is_some(), "nothing has ended yet");
            let back = org
                .get(&format!("{path}?id_token_hint={hint}&post_logout_redirect_uri=http://localhost:5005&state=s+1"))
                .await;
            assert_eq!(back.location(), "http://localhost:5005?state=s+1");
            assert!(org.cookie("__Host-castellan-session").is_none());
            assert_eq!(org.get(&silent()).await.sent("error").as_deref(), Some("login_required"));

            org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            let asked = org.get(&format!("{path}?client_id={WEB_APP}&post_logout_redirect_uri={REDIRECT}")).await;
            assert!(asked.text.contains("Sign out?"), "nobody is signed out by a link");
            assert!(org.get(&silent()).await.sent("code").is_some());
            assert_eq!(org.answer(&asked, &[]).await.location(), REDIRECT);
            assert_eq!(org.get(&silent()).await.sent("error").as_deref(), Some("login_required"));
            assert!(org.get(&path).await.text.contains("You are signed out"));
        });
    }
}
