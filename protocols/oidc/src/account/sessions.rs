//! `/account/sessions`: the browsers somebody is signed in with, and the applications they let in. Everything can be ended.

use askama::Template;
use directory::{Change, Decision, Object, Time, id_from_text};
use engine::{Body, Failure, Submission};
use http::{Response, StatusCode};
use schema::DISPLAY_NAME;
use schema::oauth2_permission_grant::{self as grant, OAUTH2_PERMISSION_GRANT};
use signin::{Client, Evidence};

use super::refused;
use crate::error::Problem;
use crate::flow::Form;
use crate::frame::Frame;
use crate::methods::pages as names;
use crate::request::Desk;
use crate::words::With;
use crate::{families, pages, prove, session};

/// So many sessions are listed.
const SHOWN_MAX: usize = 50;

struct SessionLine {
    at: String,
    methods: String,
    is_this: bool,
}

/// An application that holds refresh tokens.
struct FamilyLine {
    id: String,
    application: String,
    used: String,
}

struct ConsentLine {
    id: String,
    application: String,
    scopes: String,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct Sessions<'a> {
    frame: &'a Frame,
    form: &'a Form,
    sessions: Vec<SessionLine>,
    families: Vec<FamilyLine>,
    consents: Vec<ConsentLine>,
}

pub(super) fn page(desk: &Desk<'_>, form: &Form, evidence: &Evidence) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let named = |found: &Evidence| {
        let names: Vec<&str> = found.proofs.iter().map(|proof| names::name(frame.words, proof.method)).collect();
        names.join(", ")
    };
    let sessions = session::of_user(desk, evidence.user, SHOWN_MAX)?
        .into_iter()
        .map(|found| SessionLine {
            at: Time::from_unix(found.at.unix()).to_string(),
            methods: named(&found),
            is_this: found.session == evidence.session,
        })
        .collect();
    let families = families::refresh_families(&desk.engine.tickets(), evidence.user).map_err(|_| Problem::fault())?;
    let families = families
        .into_iter()
        .take(SHOWN_MAX)
        .map(|family| FamilyLine {
            id: family.id.to_string(),
            application: Client::find(&desk.now, &family.client).map_or(family.client, |c| c.name().to_owned()),
            used: Time::from_unix(family.used.unix()).to_string(),
        })
        .collect();
    let consents = own_grants(desk, evidence)
        .map(|permission| {
            let client = permission.get(grant::CLIENT_ID).and_then(id_from_text).and_then(|id| desk.now.find(id));
            ConsentLine {
                id: permission.id.to_string(),
                application: client.and_then(|client| client.get(DISPLAY_NAME)).unwrap_or_default().to_owned(),
                scopes: permission.get(grant::SCOPE).unwrap_or_default().trim().to_owned(),
            }
        })
        .collect();
    pages::show(StatusCode::OK, &Sessions { frame, form, sessions, families, consents }, "")
}

/// End every session and take back every token, this one's included.
pub(super) async fn end_all(desk: &Desk<'_>, evidence: &Evidence) -> Result<Response<Body>, Problem> {
    let user = evidence.user;
    let submission = Submission::proven(&prove::caller(desk, evidence), "Revoke sign-in sessions", move |_, call| {
        Ok(Decision::change(signin::revoke(user, call.at)))
    });
    desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
    let answer = pages::message(desk, desk.words().signed_out_everywhere, desk.words().close_page)?;
    session::end(desk, answer)
}

/// End every other session, and what came of them (OWASP ASVS 7.4.3).
pub(super) fn end_others(desk: &Desk<'_>, evidence: &Evidence) -> Result<Response<Body>, Problem> {
    session::end_other_sessions(&desk.engine.tickets(), evidence).map_err(|_| Problem::fault())?;
    super::arrive("sessions")
}

/// Take back the tokens of one application.
pub(super) fn end_family(desk: &Desk<'_>, evidence: &Evidence) -> Result<Response<Body>, Problem> {
    let id = desk.request.form.get("id").and_then(id_from_text).unwrap_or_default();
    let tickets = desk.engine.tickets();
    let mine = families::refresh_families(&tickets, evidence.user).map_err(|_| Problem::fault())?;
    if !mine.iter().any(|family| family.id == id) {
        return refused(desk, "there are no such tokens of yours");
    }
    families::end_refresh_family(&tickets, id).map_err(|_| Problem::fault())?;
    super::arrive("sessions")
}

/// Take back what one consented to by oneself.
pub(super) async fn revoke_consent(desk: &Desk<'_>, evidence: Evidence) -> Result<Response<Body>, Problem> {
    let id = desk.request.form.get("id").and_then(id_from_text).unwrap_or_default();
    if !own_grants(desk, &evidence).any(|permission| permission.id == id) {
        return refused(desk, "there is no such consent of yours");
    }
    let caller = prove::caller(desk, &evidence);
    let submission = Submission::proven(&caller, "Remove delegated permission grant", move |now, _| {
        now.get_a(&OAUTH2_PERMISSION_GRANT, id)?;
        Ok(Decision::change(vec![Change::Delete { id }]))
    });
    match desk.engine.submit(submission).await {
        Ok(_) | Err(Failure::Refused(_)) => super::arrive("sessions"),
        Err(Failure::Fault(_)) => Err(Problem::fault()),
    }
}

/// The consents that somebody gave for themselves; an administrator's for everybody are not theirs to take back.
fn own_grants<'a>(desk: &'a Desk<'_>, evidence: &Evidence) -> impl Iterator<Item = &'a Object> {
    desk.now
        .by(schema::PRINCIPAL_ID, evidence.user.to_string())
        .filter(|object| desk.now.is_a(object, &OAUTH2_PERMISSION_GRANT))
        .filter(|permission| permission.get(grant::CONSENT_TYPE) != Some("AllPrincipals"))
}
