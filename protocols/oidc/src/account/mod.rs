//! "My sign-ins": what somebody has to sign in with, where they signed in, and what they let applications do.
//!
//! These pages are for whoever has a session in this browser. Changes go through [`security_info`], which asks for a second
//! factor that was given within the last minutes.

mod activity;
mod password;
mod security_info;
mod sessions;

use engine::Body;
use http::Response;
use signin::Evidence;

use crate::error::Problem;
use crate::flow::{self, Flow, Form, Purpose, Stage};
use crate::methods::Page;
use crate::request::Desk;
use crate::{answer, pages, session};

/// What Conditional Access calls these pages: Castellan's own application for people's accounts.
pub(crate) const APP_ID: &str = "c0a57e11-a000-4000-8000-000000000c01";

/// Answer `GET /account/…`.
pub(crate) fn page(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let purpose = Purpose::Account(place(desk.request.path).to_owned());
    match session::current(desk)? {
        Some(session) => show(desk, &purpose, session.evidence, None),
        None => flow::sign_in_page(desk, purpose, None, None, None),
    }
}

/// After a sign-in or a change: to the page that it was for, by GET, so that going back sends nothing twice.
pub(crate) fn arrive(place: &str) -> Result<Response<Body>, Problem> {
    answer::redirect(&format!("/account/{place}"))
}

/// Answer a form on one of the pages.
pub(crate) async fn answer(desk: &Desk<'_>, purpose: Purpose, evidence: Evidence) -> Result<Response<Body>, Problem> {
    // The page may have waited longer than its session.
    let Some(session) = session::current(desk)?.filter(|session| session.evidence.user == evidence.user) else {
        return flow::sign_in_page(desk, purpose, None, None, None);
    };
    match desk.request.form.get("do") {
        Some("password") => password::answer(desk, purpose, session.evidence).await,
        Some("signOutEverywhere") => sessions::end_all(desk, &session.evidence).await,
        Some("signOutElsewhere") => sessions::end_others(desk, &session.evidence),
        Some("endFamily") => sessions::end_family(desk, &session.evidence),
        Some("revokeConsent") => sessions::revoke_consent(desk, session.evidence).await,
        _ => security_info::answer(desk, purpose, session.evidence).await,
    }
}

/// The page of a purpose.
fn show(
    desk: &Desk<'_>,
    purpose: &Purpose,
    evidence: Evidence,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let Purpose::Account(place) = purpose else { return Err(Problem::fault()) };
    let flow = Flow {
        purpose: Some(purpose.clone()),
        stage: Stage::Method(Page::Account),
        evidence: Some(evidence.clone()),
        keep: false,
    };
    let form: Form = flow.open(desk)?;
    let page = match place.as_str() {
        "password" => password::page(desk, &form, &evidence, notice)?,
        "activity" => activity::page(desk, &evidence)?,
        "sessions" => sessions::page(desk, &form, &evidence)?,
        _ => security_info::page(desk, &form, &evidence, notice)?,
    };
    Ok(form.answer(page))
}

/// The page that a path names; what is not one of them is the first.
fn place(path: &str) -> &'static str {
    match path.rsplit('/').next() {
        Some("password") => "password",
        Some("activity") => "activity",
        Some("sessions") => "sessions",
        _ => "security-info",
    }
}

/// Why something was not done, on a page of its own.
fn refused(desk: &Desk<'_>, why: &str) -> Result<Response<Body>, Problem> {
    pages::error(desk, &Problem::new(9_002_313, why))
}
