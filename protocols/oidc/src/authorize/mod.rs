//! The authorization endpoint: from a client's request, over whoever signs in, to a code.

pub(crate) mod claims;
pub(crate) mod read;
pub(crate) mod request;
mod respond;
pub(crate) mod targets;

use engine::Body;
use http::Response;
use signin::{Client, ClientAppType, Denial, Event, Evidence, Need, Outcome, RedirectKind, SignIn, Subject, Verdict};

use crate::context::{self, Question};
use crate::error::{Problem, UNMET_ACR};
use crate::flow::{self, Purpose};
use crate::pages;
use crate::prt::credential;
use crate::request::Desk;
use crate::session;
use crate::{broker_discovery, chained, consent, demand, device_proof, issue};
use read::Refused;
use request::AuthorizeRequest;
use targets::Target;

/// Whether the person did something for this request, or was signed in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    Interactive,
    SingleSignOn,
}

/// Answer `/{tenant}/oauth2/v2.0/authorize`.
pub(crate) async fn authorize(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    if broker_discovery::is_page_asked_for(desk) {
        return Ok(broker_discovery::page(desk));
    }
    let mut request = match read::read(desk) {
        Ok(request) => request,
        Err(Refused::Shown(problem)) => return pages::error(desk, &problem),
        Err(Refused::Sent(request, problem)) => return respond::error(desk, &request, &problem),
    };
    let shown = match credential::read(desk).await {
        Ok(shown) => shown,
        Err(problem) => return pages::error(desk, &problem),
    };
    if shown.is_some_and(|shown| shown.by_header) && !request.scope.contains("offline_access") {
        // The broker asks for it when it redeems the code.
        request.scope.push_str(" offline_access");
    }
    let on_device = shown.map(|shown| shown.evidence.clone()).filter(|evidence| counts(desk, evidence, &request));
    let session = match on_device {
        Some(evidence) => Some(evidence),
        None => {
            let session = session::current(desk)?.map(|session| session.evidence);
            session.filter(|evidence| counts(desk, evidence, &request))
        }
    };
    let wants_sign_in = request.prompts("login") || request.prompts("select_account");
    match session {
        Some(evidence) if !wants_sign_in => finish(desk, request, evidence, Effort::SingleSignOn).await,
        _ if request.prompts("none") => respond::error(
            desk,
            &request,
            &Problem::new(50_058, "nobody is signed in, and `prompt=none` allows no sign-in"),
        ),
        _ => {
            let hint = request.login_hint.clone();
            flow::sign_in_page(desk, Purpose::Authorize(Box::new(request)), hint, None, None)
        }
    }
}

/// Whether what was proved before will do for this request.
fn counts(desk: &Desk<'_>, evidence: &Evidence, request: &AuthorizeRequest) -> bool {
    let Ok(user) = signin::living_user(&desk.now, evidence) else { return false };
    let age = desk.at.unix() - evidence.at.unix();
    // OpenID Connect Core §3.1.2.1: an age of zero is `prompt=login`.
    let is_young = request.max_age.is_none_or(|seconds| seconds > 0 && age <= seconds);
    let is_meant = request.login_hint.as_deref().is_none_or(|hint| {
        user.get(schema::USER_PRINCIPAL_NAME).is_some_and(|upn| upn.eq_ignore_ascii_case(hint.trim()))
    });
    is_young && is_meant && request.subject.is_none_or(|subject| subject == user.id)
}

/// Somebody is signed in: may they, did they consent, and then the code. The answer carries what the policies say of staying
/// signed in.
pub(crate) async fn finish(
    desk: &Desk<'_>,
    request: AuthorizeRequest,
    evidence: Evidence,
    effort: Effort,
) -> Result<Response<Body>, Problem> {
    let mut keep = None;
    let answer = go_through(desk, request, evidence, effort, &mut keep).await?;
    Ok(session::ruled(answer, keep))
}

async fn go_through(
    desk: &Desk<'_>,
    request: AuthorizeRequest,
    evidence: Evidence,
    effort: Effort,
    keep: &mut Option<bool>,
) -> Result<Response<Body>, Problem> {
    // A device counts for the request that shows it, and for the pages that follow in the same flow; a session has none.
    let shown = device_proof::device(desk)?;
    let device = match effort {
        Effort::Interactive => shown.or(evidence.device),
        Effort::SingleSignOn => shown,
    };
    let evidence = Evidence { device, ..evidence };
    let client = Client::find(&desk.now, &request.client_id)?;
    if request.subject.is_some_and(|subject| subject != evidence.user) {
        let why = "the application asked for another person than the one who signed in";
        return respond::error(desk, &request, &Problem::new(50_058, why));
    }
    let all = targets::of(desk, &request.scope, &request.resources)?;
    let Some(Target { scopes, resource }) = all.first() else { return Err(Problem::fault()) };
    let is_silent = request.prompts("none");
    let verdict = verdict(desk, &request, &client, &all, &evidence);
    let verdict = chained::judge(desk, &request, &evidence, verdict);
    *keep = verdict.session.persistent_browser;
    let row = SignIn {
        client: Some(&client),
        resource: Some(resource),
        user: desk.now.find(evidence.user),
        evidence: Some(&evidence),
        verdict: Some(&verdict),
        ..issue::sign_in(desk, event(effort), "oAuth2", app_type(request.kind))
    };
    if let Outcome::Interact { needs, reason, .. } = &verdict.outcome
        && !is_silent
    {
        write(desk, SignIn { denial: context::denial(&verdict).as_ref(), ..row }).await?;
        return demand::page(desk, Purpose::Authorize(Box::new(request)), evidence.clone(), needs, reason);
    }
    let may = match context::denial(&verdict) {
        Some(denial) => Err(denial),
        None => signin::living_user(&desk.now, &evidence).map(drop),
    };
    if may.is_ok()
        && let Some((target, wanted)) = wanted(desk, &request, &client, &all, &evidence)?
    {
        if is_silent {
            return respond::error(desk, &request, &Problem::from(Denial::no_consent(client.name())));
        }
        return consent::page(desk, request.clone(), &client, &target.resource, &wanted, evidence);
    }
    let ask = signin::UserAsk {
        client: &client,
        proof: signin::ClientProof::None,
        resource,
        scopes,
        evidence: &evidence,
        nonce: None,
        capabilities: &[],
        confirmation: None,
        class: None,
        contexts: &[],
        kept: None,
    };
    // What would be refused when the code is redeemed is refused here, where somebody can read it.
    let may = may.and_then(|()| signin::plan_user(&issue::mint(desk), &ask).map(drop));
    let denial = may.err();
    write(desk, SignIn { denial: denial.as_ref(), ..row }).await?;
    match denial {
        None => respond::code(desk, &request, &evidence),
        Some(denial) if is_silent => respond::error(desk, &request, &denial.into()),
        Some(denial) => pages::error(desk, &denial.into()),
    }
}

/// What the policies say to each target and to the contexts asked for, and what the client itself still wants.
fn verdict(
    desk: &Desk<'_>,
    request: &AuthorizeRequest,
    client: &Client<'_>,
    all: &[Target<'_>],
    evidence: &Evidence,
) -> Verdict {
    let mut verdict = Verdict::not_applied();
    for (at, Target { scopes, resource }) in all.iter().enumerate() {
        let question = Question {
            subject: Subject::User(evidence.user),
            client,
            resource,
            scopes,
            client_app_type: app_type(request.kind),
            evidence: Some(evidence),
            flow: None,
        };
        let contexts = if at == 0 { request.contexts.as_slice() } else { &[] };
        verdict = verdict.and(context::ask_with(desk, &question, contexts));
    }
    let asks = |need, code, reason: &str| Verdict {
        outcome: Outcome::Interact { needs: vec![need], code, reason: reason.to_owned(), policies: Vec::new() },
        ..Verdict::not_applied()
    };
    if let Some(need) = signin::class_need(&request.classes, evidence) {
        let code = if request.needs_class { UNMET_ACR } else { 50_076 };
        verdict = verdict.and(asks(need, code, "the application asks for a stronger way of signing in"));
    }
    if request.needs_fresh_factors && !signin::has_fresh_factors(evidence, desk.at) {
        let need = if evidence.mfa().is_some() { Need::SignInAgain } else { Need::Mfa };
        verdict = verdict.and(asks(need, 50_076, "the application asks you to prove both factors again"));
    }
    // Whatever is proved for another need is newer than the moment too.
    let is_old = request.not_before.is_some_and(|since| evidence.at.unix() < since);
    if is_old && !matches!(verdict.outcome, Outcome::Interact { .. }) {
        verdict = verdict.and(asks(Need::SignInAgain, 50_058, "the application asks you to sign in again"));
    }
    verdict
}

/// What the person has to agree to before the code is given out: where, and which permissions.
pub(crate) fn wanted<'a>(
    desk: &'a Desk<'_>,
    request: &AuthorizeRequest,
    client: &Client<'_>,
    all: &[Target<'a>],
    evidence: &Evidence,
) -> Result<Option<(Target<'a>, Vec<String>)>, Problem> {
    if let Some(missing) = targets::missing_consent(desk, client, request, evidence.user)? {
        return Ok(Some(missing));
    }
    let Some(first) = all.first() else { return Ok(None) };
    let is_asked_again =
        request.prompts("consent") && first.scopes.asks_for_resource() && !first.scopes.names.is_empty();
    // What details say is agreed to each time: they speak of one payment, not of all.
    let has_details = request.details.is_some() && !request.is_agreed;
    Ok((is_asked_again || has_details).then(|| (first.clone(), first.scopes.names.clone())))
}

async fn write(desk: &Desk<'_>, row: SignIn<'_>) -> Result<(), Problem> {
    desk.oidc.journal.write(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await
}

/// The person refused: the client is told.
pub(crate) fn declined(desk: &Desk<'_>, request: &AuthorizeRequest) -> Result<Response<Body>, Problem> {
    respond::error(desk, request, &Problem::new(65_004, "the user declined to consent"))
}

pub(crate) fn app_type(kind: RedirectKind) -> ClientAppType {
    match kind {
        RedirectKind::Web | RedirectKind::Spa => ClientAppType::Browser,
        RedirectKind::PublicClient => ClientAppType::MobileAppsAndDesktopClients,
    }
}

fn event(effort: Effort) -> Event {
    match effort {
        Effort::Interactive => Event::InteractiveUser,
        Effort::SingleSignOn => Event::NonInteractiveUser,
    }
}

#[cfg(test)]
mod asked_tests;
#[cfg(test)]
mod tests;
