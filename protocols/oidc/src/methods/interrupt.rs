//! Whether somebody may register a way to sign in now, and the interruptions that ask for it: a policy wants a proof that
//! nobody can give yet (50072, 50079), or a campaign nudges.
//!
//! The first second factor may be registered after a password alone; whoever has one must have given it within the last
//! minutes (OWASP ASVS 7.5.1). Either way Conditional Access is asked about the act itself. Nothing here is skipped into
//! the application: the policy that asked is asked again afterwards.

use std::time::Duration;

use directory::Record;
use engine::Body;
use http::Response;
use signin::{Denial, Evidence, Method, Need, Outcome, PolicyMethod, REGISTER_SECURITY_INFO, SNOOZES_MAX};

use super::prove::{self, Say};
use super::{Page, pages, register};
use crate::error::Problem;
use crate::flow::{Flow, Purpose, Stage};
use crate::request::Desk;
use crate::{account, context, login, session};

/// A second factor counts as fresh for so long where methods are changed.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// The shelf of nudges that were put off, by person.
const SNOOZES: &str = "campaignSnoozes";
/// A snooze is forgotten after so long.
const SNOOZES_KEPT_DAYS: i64 = 365;

/// A policy asks for a proof; the page on which it can be given, or registered.
pub(crate) fn step_up(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    need: &Need,
    reason: &str,
) -> Result<Response<Body>, Problem> {
    let offered = signin::offers(&desk.now, &evidence, need, desk.at);
    if !offered.is_empty() {
        return prove::page(desk, purpose, evidence, &offered, Say { why: Some(reason), notice: None });
    }
    let registrable: Vec<Method> = register::REGISTRABLE
        .into_iter()
        .filter(|method| helps(*method, need) && may_register(desk, &evidence, *method))
        .collect();
    if registrable.is_empty() {
        return crate::pages::error(desk, &Denial::new(53_003, reason).into());
    }
    if let Some(answer) = blocked(desk, &purpose, &evidence)? {
        return Ok(answer);
    }
    choose(desk, purpose, evidence, &registrable)
}

/// What stands against registering anything now: a policy, or a second factor that was not given lately. The answer is the
/// page to be shown instead.
pub(crate) fn blocked(
    desk: &Desk<'_>,
    purpose: &Purpose,
    evidence: &Evidence,
) -> Result<Option<Response<Body>>, Problem> {
    let show = |need: &Need, reason: &str| {
        let offered = signin::offers(&desk.now, evidence, need, desk.at);
        if offered.is_empty() {
            return crate::pages::error(desk, &Denial::new(53_003, reason).into());
        }
        prove::page(desk, purpose.clone(), evidence.clone(), &offered, Say { why: Some(reason), notice: None })
    };
    match verdict(desk, evidence) {
        Outcome::Allow => {}
        Outcome::Denied { code, reason, .. } => {
            return crate::pages::error(desk, &Denial::new(code, reason).into()).map(Some);
        }
        Outcome::Interact { needs, reason, code, .. } => {
            return match needs.first() {
                Some(need) => show(need, &reason).map(Some),
                None => crate::pages::error(desk, &Denial::new(code, reason).into()).map(Some),
            };
        }
    }
    if is_fresh(desk, evidence) {
        return Ok(None);
    }
    show(&Need::Mfa, "a second factor is needed before the ways to sign in are changed").map(Some)
}

/// Whether somebody gave a second factor lately, or has none to give.
pub(crate) fn is_fresh(desk: &Desk<'_>, evidence: &Evidence) -> bool {
    let has_one = signin::has_second_factor(&desk.now, evidence.user, desk.at);
    !has_one || evidence.mfa().is_some_and(|mfa| desk.at.since(mfa) <= FRESH)
}

/// Conditional Access on the act of registering.
fn verdict(desk: &Desk<'_>, evidence: &Evidence) -> Outcome {
    context::ask_action(desk, evidence, REGISTER_SECURITY_INFO, account::APP_ID).outcome
}

/// Whether the policy lets somebody register a method by themselves.
pub(crate) fn may_register(desk: &Desk<'_>, evidence: &Evidence, method: Method) -> bool {
    let user = evidence.user;
    match method {
        Method::Fido2 => {
            desk.oidc.passkeys.is_some()
                && signin::key_rules(&desk.now, user).is_some_and(|rules| rules.is_self_service_registration_allowed)
        }
        _ => PolicyMethod::of(method).is_some_and(|governed| signin::allowed(&desk.now, user, governed).is_some()),
    }
}

/// Whether a method, once registered, can meet the need.
fn helps(method: Method, need: &Need) -> bool {
    match need {
        Need::Mfa => true,
        Need::Strength { combinations, .. } => {
            combinations.iter().any(|combination| combination.iter().any(|mode| mode == method.mode()))
        }
        Need::SignInAgain | Need::PasswordChange | Need::TermsOfUse(_) => false,
    }
}

/// The page on which one chooses what to register; a single choice is none.
fn choose(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    offered: &[Method],
) -> Result<Response<Body>, Problem> {
    let flow = Flow {
        purpose: Some(purpose),
        stage: Stage::Method(Page::Choose(offered.to_vec())),
        evidence: Some(evidence),
        keep: false,
    };
    let form = flow.open(desk)?;
    let page = pages::choose(desk, &flow, &form, offered)?;
    Ok(form.answer(page))
}

/// Answer it.
pub(crate) fn chosen(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    offered: &[Method],
) -> Result<Response<Body>, Problem> {
    if let Some(answer) = blocked(desk, &purpose, &evidence)? {
        return Ok(answer);
    }
    match desk.request.form.get("method").and_then(Method::of_mode).filter(|method| offered.contains(method)) {
        Some(method) => register::page(desk, purpose, evidence, method, None),
        None => choose(desk, purpose, evidence, offered),
    }
}

/// The nudge of a campaign, if it is time for one.
pub(crate) fn nudge(
    desk: &Desk<'_>,
    purpose: &Purpose,
    evidence: &Evidence,
) -> Result<Option<Response<Body>>, Problem> {
    if matches!(purpose, Purpose::Account(_)) {
        return Ok(None);
    }
    let Some(campaign) = signin::campaign(&desk.now, evidence.user) else { return Ok(None) };
    let asked = register::REGISTRABLE.into_iter().find(|method| PolicyMethod::of(*method) == Some(campaign.method));
    let Some(method) = asked.filter(|method| may_register(desk, evidence, *method)) else { return Ok(None) };
    let has = signin::registered(&desk.now, evidence.user);
    if has.iter().any(|registered| registered.method == method) {
        return Ok(None);
    }
    let snoozed = snoozed(desk, evidence)?;
    if snoozed.time("until").is_some_and(|until| desk.at < until) {
        return Ok(None);
    }
    if !matches!(verdict(desk, evidence), Outcome::Allow) || !is_fresh(desk, evidence) {
        return Ok(None);
    }
    let may_snooze = !campaign.is_enforced || snoozed.int("count").unwrap_or(0) < SNOOZES_MAX;
    let flow = Flow {
        purpose: Some(purpose.clone()),
        stage: Stage::Method(Page::Campaign(method)),
        evidence: Some(evidence.clone()),
        keep: false,
    };
    let form = flow.open(desk)?;
    let page = pages::campaign(desk, &flow, &form, method, may_snooze)?;
    Ok(Some(form.answer(page)))
}

/// Answer it: register now, or another time.
pub(crate) async fn nudged(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    method: Method,
) -> Result<Response<Body>, Problem> {
    let campaign = signin::campaign(&desk.now, evidence.user);
    let snoozed = snoozed(desk, &evidence)?;
    let count = snoozed.int("count").unwrap_or(0);
    let may_snooze = campaign.is_none_or(|campaign| !campaign.is_enforced || count < SNOOZES_MAX);
    if desk.request.form.get("decision") == Some("later") && may_snooze {
        let days = campaign.map_or(1, |campaign| campaign.snooze_days);
        let next = Record::new().with("count", count + 1).with("until", desk.at.plus_days(days));
        let (tickets, key) = (desk.engine.tickets(), evidence.user.as_bytes());
        tickets.take(SNOOZES, key).map_err(|_| Problem::fault())?;
        let expires = desk.at.plus_days(SNOOZES_KEPT_DAYS);
        tickets.put(SNOOZES, key, None, expires, &next).map_err(|_| Problem::fault())?;
        let keep = session::current(desk)?.is_some_and(|session| session.keep);
        return login::go_on_with(desk, purpose, evidence, keep).await;
    }
    if let Some(answer) = blocked(desk, &purpose, &evidence)? {
        return Ok(answer);
    }
    register::page(desk, purpose, evidence, method, None)
}

fn snoozed(desk: &Desk<'_>, evidence: &Evidence) -> Result<Record, Problem> {
    let kept = desk.engine.tickets().get(SNOOZES, evidence.user.as_bytes()).map_err(|_| Problem::fault())?;
    Ok(kept.unwrap_or_default())
}
