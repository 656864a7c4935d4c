//! A password that somebody forgot: they say who they are, prove it with what they registered for that, and choose another.
//!
//! Every name gets the same pages, the same words and the same time, whether somebody has it or not, and whether they may
//! reset a password or not. What is proved here opens nothing: afterwards the person signs in, and is asked for every factor
//! that policies ask for. Older sessions end, the lock opens, the person is told by mail, and so are the Global
//! Administrators where one of them is concerned.

mod pages;
mod proof;

use std::time::Duration;

use directory::{Actor, Caller, Decision, Id, Object, Record};
use engine::{Body, Submission};
use http::Response;
use schema::USER_PRINCIPAL_NAME;
use schema::user::USER;
use signin::{Method, Resetting};
use tokio::time::Instant;

use crate::error::Problem;
use crate::flow::{Flow, Form, Stage};
use crate::request::Desk;
use crate::{new_password, opaque};

/// No answer here comes sooner than this, so that its time tells nothing about whose name was typed: longer than anything
/// that these pages do but hashing, which only happens once everything is proved.
const ANSWER_AFTER: Duration = Duration::from_millis(250);
/// The shelf of what is known of a reset, by the flow of its page.
const RESETS: &str = "passwordResets";
/// A page waits so long.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// Longer names are nobody's.
const NAME_MAX: usize = 256;

/// The page that a reset waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Name,
    Prove,
    Password,
}

impl Step {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Step::Name => "name",
            Step::Prove => "prove",
            Step::Password => "password",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Step> {
        [Step::Name, Step::Prove, Step::Password].into_iter().find(|step| step.name() == name)
    }
}

/// What is known of a reset.
#[derive(Clone, Debug, Default)]
struct Reset {
    /// As it was typed, in small letters.
    name: String,
    proved: Vec<Method>,
    /// The code that was mailed: its digest, and until when it counts.
    mailed: Option<Record>,
}

/// Answer `GET /passwordreset`.
pub(crate) fn page(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let name = desk.request.query.get("username").unwrap_or_default().to_owned();
    show(desk, Step::Name, &Reset { name, ..Reset::default() }, None)
}

/// Answer a page's form.
pub(crate) async fn answer(desk: &Desk<'_>, step: Step) -> Result<Response<Body>, Problem> {
    let began = Instant::now();
    desk.oidc.throttle.admit(desk.request.address, desk.at)?;
    let reset = Reset::take(desk)?;
    let answer = match step {
        Step::Name => named(desk),
        Step::Prove => prove(desk, reset).await,
        Step::Password => return choose(desk, reset).await,
    };
    tokio::time::sleep_until(began + ANSWER_AFTER).await;
    answer
}

/// A name was typed. Nobody is told whether it is somebody's.
fn named(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let name = desk.request.form.get("loginfmt").map(str::trim).unwrap_or_default().to_lowercase();
    if name.is_empty() || name.len() > NAME_MAX {
        return show(desk, Step::Name, &Reset::default(), Some(desk.words().enter_user_name));
    }
    show(desk, Step::Prove, &Reset { name, ..Reset::default() }, None)
}

/// A code was typed, or asked for.
async fn prove(desk: &Desk<'_>, mut reset: Reset) -> Result<Response<Body>, Problem> {
    let words = desk.words();
    let who = reset.who(desk);
    if desk.request.form.get("mail").is_some() {
        reset.mailed = Some(proof::mail(desk, &reset.name, who.as_ref())?);
        return show(desk, Step::Prove, &reset, Some(words.reset_mail_sent));
    }
    let method = desk.request.form.get("method").and_then(Method::of_mode).unwrap_or(Method::SoftwareOath);
    let typed = desk.request.form.get("otc").unwrap_or_default();
    let counter = proof::Counter::of(&reset.name, method);
    if counter.is_locked(desk)? {
        proof::refused(desk, who.as_ref().map(|(user, _)| user.id), "too many wrong codes").await?;
        return show(desk, Step::Prove, &reset, Some(words.reset_locked));
    }
    let is_right = match &who {
        Some((user, resetting)) if resetting.offers(&reset.proved).contains(&method) => {
            proof::check(desk, user, method, typed, reset.mailed.as_ref()).await?
        }
        _ => false,
    };
    let Some((user, resetting)) = who.filter(|_| is_right) else {
        counter.failed(desk, typed)?;
        let user = desk.now.find_by(&USER, USER_PRINCIPAL_NAME, reset.name.as_str()).map(|user| user.id);
        proof::refused(desk, user, "a wrong code").await?;
        return show(desk, Step::Prove, &reset, Some(words.reset_code_wrong));
    };
    counter.succeeded(desk)?;
    reset.proved.push(method);
    if resetting.is_proved_by(&reset.proved) {
        let _ = user;
        return show(desk, Step::Password, &reset, None);
    }
    show(desk, Step::Prove, &reset, Some(words.reset_one_more))
}

/// A new password was typed, by somebody who proved enough.
async fn choose(desk: &Desk<'_>, reset: Reset) -> Result<Response<Body>, Problem> {
    // What was allowed when the page was made may not be any more.
    let Some((user, _)) = reset.who(desk).filter(|(_, resetting)| resetting.is_proved_by(&reset.proved)) else {
        return crate::pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    let form = &desk.request.form;
    let (new, again) = (form.get("newpasswd").unwrap_or_default(), form.get("confirmpasswd").unwrap_or_default());
    let verifier = if new != again {
        Err(desk.words().passwords_differ.to_owned())
    } else {
        new_password::hashed(desk, user, new).await?.map_err(|weakness| desk.words().weakness(weakness))
    };
    let verifier = match verifier {
        Ok(verifier) => verifier,
        Err(notice) => return show(desk, Step::Password, &reset, Some(&notice)),
    };
    let id = user.id;
    let submission = Submission::proven(&caller(desk, Some(id)), OPERATION, move |now, call| {
        let mut decision = Decision::change(signin::password_change(id, &verifier, call.at, false));
        decision.plan.effects = signin::reset_notices(now, now.get(id)?, None, call.at);
        Ok(decision)
    });
    desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
    let words = desk.words();
    crate::pages::message(desk, words.reset_done_title, words.reset_done)
}

/// How a reset stands in the audit, in Entra's words.
const OPERATION: &str = "Reset password (self-service)";

/// Whoever is at work, in the audit.
fn caller(desk: &Desk<'_>, user: Option<Id>) -> Caller {
    Caller {
        actor: user.map_or(Actor::Nobody, Actor::User),
        address: desk.request.address,
        correlation: desk.request.ids.correlation,
        ..Caller::system(desk.tenant)
    }
}

impl Reset {
    /// The person behind the name, if there is one who may reset their password.
    fn who<'d>(&self, desk: &'d Desk<'_>) -> Option<(&'d Object, Resetting)> {
        let user = desk.now.find_by(&USER, USER_PRINCIPAL_NAME, self.name.as_str())?;
        Some((user, signin::resetting(&desk.now, user.id, desk.at)?))
    }

    fn keep(&self, desk: &Desk<'_>, form: &Form) -> Result<(), Problem> {
        let modes: Vec<&str> = self.proved.iter().map(|method| method.mode()).collect();
        let body = Record::new()
            .with("name", self.name.as_str())
            .with("proved", modes.join(" "))
            .with_some("mailed", self.mailed.clone());
        let put = desk.engine.tickets().put(RESETS, &opaque::key(&form.flow), None, desk.at + LIFE, &body);
        put.map(drop).map_err(|_| Problem::fault())
    }

    /// What was kept for the form that is being answered: once, as its flow.
    fn take(desk: &Desk<'_>) -> Result<Reset, Problem> {
        let Some(flow) = desk.request.form.get("flow") else { return Ok(Reset::default()) };
        let kept = desk.engine.tickets().take(RESETS, &opaque::key(flow)).map_err(|_| Problem::fault())?;
        let kept = kept.unwrap_or_default();
        Ok(Reset {
            name: kept.text("name").unwrap_or_default().to_owned(),
            proved: kept.text("proved").unwrap_or_default().split(' ').filter_map(Method::of_mode).collect(),
            mailed: kept.record("mailed").cloned(),
        })
    }
}

fn show(desk: &Desk<'_>, step: Step, reset: &Reset, notice: Option<&str>) -> Result<Response<Body>, Problem> {
    let flow = Flow { purpose: None, stage: Stage::Reset(step), evidence: None, keep: false };
    let form = flow.open(desk)?;
    reset.keep(desk, &form)?;
    let page = match step {
        Step::Name => pages::name(desk, &form, &reset.name, notice)?,
        Step::Prove => pages::prove(desk, &form, &reset.name, &reset.proved, notice)?,
        Step::Password => {
            let user = desk.now.find_by(&USER, USER_PRINCIPAL_NAME, reset.name.as_str()).map(|user| user.id);
            pages::password(desk, &form, new_password::length_min(desk, user), notice)?
        }
    };
    Ok(form.answer(page))
}

#[cfg(test)]
#[path = "tests.rs"]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
