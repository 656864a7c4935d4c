//! One more proof in a sign-in that has begun: the page that asks for it, with the other ways beside it, and its answer.

use directory::Object;
use engine::Body;
use http::Response;
use schema::USER_PRINCIPAL_NAME;
use signin::{Denial, Evidence, Method};

use super::{Page, attempts::Attempts, ceremony, code, pages, passkey};
use crate::error::Problem;
use crate::flow::{Flow, Purpose, Stage};
use crate::request::Desk;
use crate::{login, prove, push, session};

/// What an answer showed.
pub(crate) enum Outcome {
    Given(signin::Proof),
    /// What was typed, for the counter: it stands for nothing and is not kept as it is.
    Wrong(String),
}

/// What the page says besides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Say<'a> {
    /// Why a proof is asked for.
    pub why: Option<&'a str>,
    /// What was wrong with the last one.
    pub notice: Option<&'a str>,
}

/// The page that asks for the first of `offered`.
pub(crate) fn page(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    offered: &[Method],
    say: Say<'_>,
) -> Result<Response<Body>, Problem> {
    let Some(shown) = offered.first().copied() else { return Err(Problem::fault()) };
    if shown == Method::AuthenticatorPush {
        let others: Vec<Method> = offered.iter().copied().filter(|method| *method != shown).collect();
        return match push::begin(desk, purpose.clone(), evidence.clone(), &others)? {
            Ok(page) => Ok(page),
            Err(not) if others.is_empty() => crate::pages::error(desk, &not.denial.into()),
            // Not on a device now: the next way, and why.
            Err(not) => self::page(desk, purpose, evidence, &others, Say { why: None, notice: Some(not.notice) }),
        };
    }
    let user = evidence.user;
    let flow = Flow {
        purpose: Some(purpose),
        stage: Stage::Method(Page::Prove(offered.to_vec())),
        evidence: Some(evidence),
        keep: false,
    };
    let form = flow.open(desk)?;
    let options = match shown {
        Method::Fido2 | Method::Fido2Touch => Some(passkey::ask_for_second_factor(desk, &form, user)?),
        _ => None,
    };
    let page = pages::prove(desk, &flow, &form, offered, options.as_deref(), say)?;
    Ok(form.answer(page))
}

/// Answer it: another way was chosen, or this one was tried.
pub(crate) async fn answer(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    mut offered: Vec<Method>,
) -> Result<Response<Body>, Problem> {
    let kept = ceremony::take(desk)?;
    if let Some(chosen) = desk.request.form.get("method").and_then(Method::of_mode) {
        let Some(at) = offered.iter().position(|method| *method == chosen) else { return Err(Problem::fault()) };
        offered.swap(0, at);
        return page(desk, purpose, evidence, &offered, Say::default());
    }
    let (Some(method), Some(user)) = (offered.first().copied(), desk.now.find(evidence.user)) else {
        return Err(Problem::fault());
    };
    match give(desk, &purpose, &evidence, user, method, kept).await? {
        Ok(after) => {
            let keep = session::current(desk)?.is_some_and(|session| session.keep);
            login::arrive(desk, purpose, after, keep).await
        }
        Err(denial) => {
            let notice = crate::pages::explained(desk.words(), denial.code, &denial.reason);
            page(desk, purpose, evidence, &offered, Say { why: None, notice: Some(&notice) })
        }
    }
}

/// Another way than the device that was asked.
pub(crate) fn instead(
    desk: &Desk<'_>,
    flow: Flow,
    purpose: Purpose,
    mut offered: Vec<Method>,
) -> Result<Response<Body>, Problem> {
    push::withdraw(desk, &flow)?;
    let chosen = desk.request.form.get("method").and_then(Method::of_mode);
    let at = offered.iter().position(|method| Some(*method) == chosen);
    let (Some(evidence), Some(at)) = (flow.evidence, at) else {
        return crate::pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    offered.swap(0, at);
    page(desk, purpose, evidence, &offered, Say::default())
}

/// The evidence with one more proof, or why not.
async fn give(
    desk: &Desk<'_>,
    purpose: &Purpose,
    evidence: &Evidence,
    user: &Object,
    method: Method,
    kept: Option<directory::Record>,
) -> Result<Result<Evidence, Denial>, Problem> {
    let form = &desk.request.form;
    if matches!(method, Method::Password | Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse) {
        // It has a counter of its own, which name and place share with every sign-in.
        let name = user.get(USER_PRINCIPAL_NAME).unwrap_or_default();
        let secret = form.get("passwd").unwrap_or_default();
        return Ok(match prove::prove(desk, purpose, name, secret, Some(evidence)).await? {
            prove::Proof::Given(after) => Ok(after),
            prove::Proof::Refused(denial) => Err(denial),
        });
    }
    let attempts = Attempts::of(user.id, method);
    let is_passkey = matches!(method, Method::Fido2 | Method::Fido2Touch);
    if !is_passkey && let Some(denial) = attempts.admit(desk)? {
        return Ok(Err(denial));
    }
    let typed = form.get("otc").unwrap_or_default();
    let outcome = match method {
        Method::Fido2 | Method::Fido2Touch => passkey::second_factor(desk, user, kept).await?,
        Method::SoftwareOath => code::from_app(desk, user, typed).await?,
        Method::RecoveryCode => code::recovery(desk, evidence, user, typed).await?,
        _ => return Err(Problem::fault()),
    };
    match outcome {
        Outcome::Given(proof) => {
            attempts.succeeded(desk)?;
            Ok(Ok(evidence.clone().and(keys::random_uuid(), proof)))
        }
        Outcome::Wrong(typed) => Ok(Err(attempts.failed(desk, purpose, Some(user), &typed).await?)),
    }
}
