//! Codes by mail: how a guest signs in, and how an address is shown to be somebody's before it is kept.
//!
//! One page for every name that is typed, whether a mail was sent or not, and no sooner and no later.

use std::time::Duration;

use directory::{Caller, Decision, Effect, Record, Value};
use engine::{Body, Submission};
use http::Response;
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, USER_PRINCIPAL_NAME};
use signin::{Denial, EMAIL_CODE, EMAIL_CODE_LIFE, EMAIL_CODE_SEAL, EMAIL_CODE_TRIES, Evidence, Method, Proof};

use super::{Page, attempts::Attempts, ceremony, pages, register};
use crate::error::Problem;
use crate::flow::{self, Flow, Form, Purpose, Stage};
use crate::request::Desk;
use crate::words::fill;
use crate::{login, session};

/// What the codes are hashed for.
const MAIL_CODE: &str = "mail code";
/// The shelf of how many codes were asked for, by name.
const ASKED: &str = "mailCodesAsked";
/// So many codes are sent for one name within [`WINDOW`].
const ASKED_MAX: i64 = 5;
const WINDOW: Duration = Duration::from_secs(3600);

/// Send a guest a code, if there is one of this name, and show where it is typed.
pub(crate) fn begin(desk: &Desk<'_>, purpose: Purpose, name: &str) -> Result<Response<Body>, Problem> {
    desk.oidc.throttle.admit(desk.request.address, desk.at)?;
    // Asking costs somebody a mail: it counts like a wrong try.
    desk.oidc.throttle.failed(desk.request.address, desk.at);
    let folded = name.to_lowercase();
    let user = desk.now.find_by(&USER, USER_PRINCIPAL_NAME, folded.as_str());
    let is_new = counted(desk, &folded)?;
    let guest = user.filter(|user| user.is(ACCOUNT_ENABLED) && signin::signs_in_by_email(&desk.now, user));
    let address = guest.and_then(|user| signin::addresses(user).first().map(|to| (*to).to_owned()));
    let code = keys::Secret::mail_code();
    let kept = Record::new()
        .with("digest", Value::Bytes(digest(desk, code.expose())?))
        .with("until", desk.at + EMAIL_CODE_LIFE)
        .with("name", &folded)
        .with_some("user", guest.filter(|_| is_new).map(|user| user.id));
    if let Some(to) = address.filter(|_| is_new) {
        send(desk, &to, &code)?;
    }
    page(desk, purpose, Page::EmailCode, None, &kept, None)
}

/// Send a code to an address that its owner wants to register.
pub(crate) fn confirm(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    address: &str,
) -> Result<Response<Body>, Problem> {
    let code = keys::Secret::mail_code();
    if counted(desk, &evidence.user.to_string())? {
        send(desk, address, &code)?;
    }
    let kept = Record::new()
        .with("digest", Value::Bytes(digest(desk, code.expose())?))
        .with("until", desk.at + EMAIL_CODE_LIFE)
        .with("address", address);
    page(desk, purpose, Page::ConfirmEmail, Some(evidence), &kept, None)
}

/// A guest typed the code.
pub(crate) async fn answer(desk: &Desk<'_>, purpose: Purpose) -> Result<Response<Body>, Problem> {
    let kept = ceremony::take(desk)?.unwrap_or_default();
    let user = kept.guid("user").and_then(|id| desk.now.find_a(&USER, id));
    // A counter for the name, whoever has it.
    let attempts = Attempts::of(kept.guid("user").unwrap_or_default(), Method::Email);
    let denial = match attempts.admit(desk)? {
        Some(denial) => denial,
        None => {
            let is_right = matches(desk, &kept)?;
            if let Some(user) = user.filter(|user| is_right && signin::signs_in_by_email(&desk.now, user)) {
                attempts.succeeded(desk)?;
                let proof = Proof::of(Method::Email, signin::evidence_time(user, desk.at));
                let evidence = Evidence::begin(user.id, keys::random_uuid(), proof);
                return login::arrive(desk, purpose, evidence, false).await;
            }
            attempts.failed(desk, &purpose, user, desk.request.form.get("otc").unwrap_or_default()).await?
        }
    };
    let notice = crate::pages::explained(desk.words(), denial.code, &denial.reason);
    match once_more(&kept) {
        Some(kept) => page(desk, purpose, Page::EmailCode, None, &kept, Some(&notice)),
        None => flow::sign_in_page(desk, purpose, kept.text("name").map(str::to_owned), Some(notice), None),
    }
}

/// The owner of an address typed the code.
pub(crate) async fn confirmed(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
) -> Result<Response<Body>, Problem> {
    let kept = ceremony::take(desk)?.unwrap_or_default();
    if let Some(answer) = super::interrupt::blocked(desk, &purpose, &evidence)? {
        return Ok(answer);
    }
    let keep = session::current(desk)?.is_some_and(|session| session.keep);
    if !matches(desk, &kept)? {
        let denial = Denial::new(500_121, "the code was not accepted");
        let notice = crate::pages::explained(desk.words(), denial.code, &denial.reason);
        return match once_more(&kept) {
            Some(kept) => page(desk, purpose, Page::ConfirmEmail, Some(evidence), &kept, Some(&notice)),
            None => login::go_on_with(desk, purpose, evidence, keep).await,
        };
    }
    let (user, address) = (evidence.user, kept.text("address").unwrap_or_default().to_owned());
    let done = register::submit(
        desk,
        &evidence,
        register::REGISTERED,
        "A mail address for resetting your password was added",
        move |now, id, at| signin::add_email(now, user, id, &address, at),
    )
    .await?;
    match done {
        Ok(now) => login::go_on_with(&desk.at_snapshot(now), purpose, evidence, keep).await,
        Err(why) => crate::pages::error(desk, &Denial::new(50_000, why).into()),
    }
}

fn page(
    desk: &Desk<'_>,
    purpose: Purpose,
    page: Page,
    evidence: Option<Evidence>,
    kept: &Record,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let flow = Flow { purpose: Some(purpose), stage: Stage::Method(page), evidence, keep: false };
    let form: Form = flow.open(desk)?;
    ceremony::keep(desk, &form, kept)?;
    let page = pages::mail_code(desk, &flow, &form, notice)?;
    Ok(form.answer(page))
}

/// What is kept for the next try; absent when there is none.
fn once_more(kept: &Record) -> Option<Record> {
    let tries = kept.int("tries").unwrap_or(0) + 1;
    (tries < EMAIL_CODE_TRIES && kept.has_digest()).then(|| kept.clone().with("tries", tries))
}

trait Kept {
    fn has_digest(&self) -> bool;
}

impl Kept for Record {
    fn has_digest(&self) -> bool {
        matches!(self.get("digest"), Some(Value::Bytes(_)))
    }
}

/// Whether the code that was typed is the one that was sent, in time.
pub(crate) fn matches(desk: &Desk<'_>, kept: &Record) -> Result<bool, Problem> {
    let typed: String = desk.request.form.get("otc").unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let Some(Value::Bytes(digest)) = kept.get("digest") else { return Ok(false) };
    let is_in_time = kept.time("until").is_some_and(|until| desk.at < until);
    Ok(desk.oidc.keys.secret_matches(desk.tenant, MAIL_CODE, &typed, digest)? && is_in_time)
}

pub(crate) fn digest(desk: &Desk<'_>, code: &str) -> Result<Vec<u8>, Problem> {
    Ok(desk.oidc.keys.hash_secret(desk.tenant, MAIL_CODE, code)?.to_vec())
}

/// Count a wish for a code; false when there were too many for this name.
pub(crate) fn counted(desk: &Desk<'_>, name: &str) -> Result<bool, Problem> {
    let (tickets, key) = (desk.engine.tickets(), keys::sha256(name.as_bytes()));
    let kept = tickets.get(ASKED, &key).map_err(|_| Problem::fault())?;
    let count = kept.as_ref().and_then(|kept| kept.int("count")).unwrap_or(0);
    let until = kept.as_ref().and_then(|kept| kept.time("until")).unwrap_or(desk.at + WINDOW);
    let next = Record::new().with("count", count + 1).with("until", until);
    let done = match &kept {
        None => tickets.put(ASKED, &key, None, until, &next),
        Some(old) => tickets.swap(ASKED, &key, None, until, old, &next),
    };
    // Of two at once, one counts and is sent.
    Ok(done.map_err(|_| Problem::fault())? && count < ASKED_MAX)
}

/// Hand the code to the outbox, sealed. The answer does not wait for it, so that its time tells nothing.
pub(crate) fn send(desk: &Desk<'_>, to: &str, code: &keys::Secret) -> Result<(), Problem> {
    let sealed = desk.oidc.keys.seal(desk.tenant, EMAIL_CODE_SEAL, code.expose().as_bytes())?;
    let words = desk.words();
    let minutes = (EMAIL_CODE_LIFE.as_secs() / 60).to_string();
    let organisation = crate::frame::Frame::of(desk).organisation;
    let subject = fill(words.mail_code_subject, &[("organisation", &organisation)]);
    let text =
        fill(words.mail_code_text, &[("organisation", &organisation), ("minutes", &minutes), ("code", EMAIL_CODE)]);
    let body = Record::new()
        .with("to", to)
        .with("subject", subject)
        .with("text", text)
        .with("placeholder", EMAIL_CODE)
        .with("sealed", Value::Bytes(sealed))
        .with("until", desk.at + EMAIL_CODE_LIFE);
    let engine = desk.engine.clone();
    let submission = Submission::proven(&Caller::system(desk.tenant), "Send code by mail", move |_, _| {
        Ok(Decision::default().with_effect(Effect { topic: EMAIL_CODE, not_before: None, body: body.clone() }))
    });
    tokio::spawn(async move {
        if let Err(failure) = engine.submit(submission).await {
            tracing::error!(%failure, "a code could not be sent by mail");
        }
    });
    Ok(())
}
