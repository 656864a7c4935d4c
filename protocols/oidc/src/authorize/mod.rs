//! The authorization endpoint: from a client's request, over whoever signs in, to a code.

pub(crate) mod request;
mod respond;

use engine::Body;
use http::Response;
use signin::{
    Client, ClientAppType, Denial, Event, Evidence, Outcome, RedirectKind, Resource, Scopes, SignIn, Subject,
};

use crate::context::{self, Question};
use crate::error::Problem;
use crate::flow::{self, Purpose};
use crate::pages;
use crate::request::Desk;
use crate::session::{self, Session};
use crate::{chained, consent, demand, device_proof, issue};
use request::{AuthorizeRequest, Refused};

/// Whether the person did something for this request, or was signed in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    Interactive,
    SingleSignOn,
}

/// Answer `/{tenant}/oauth2/v2.0/authorize`.
pub(crate) async fn authorize(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let request = match request::read(desk) {
        Ok(request) => request,
        Err(Refused::Shown(problem)) => return pages::error(desk, &problem),
        Err(Refused::Sent(request, problem)) => return respond::error(desk, &request, &problem),
    };
    let session = session::current(desk)?.filter(|session| counts(desk, session, &request));
    let wants_sign_in = matches!(request.prompt.as_deref(), Some("login" | "select_account"));
    match session {
        Some(session) if !wants_sign_in => finish(desk, request, session.evidence, Effort::SingleSignOn).await,
        _ if request.prompt.as_deref() == Some("none") => respond::error(
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

/// Whether a session will do for this request.
fn counts(desk: &Desk<'_>, session: &Session, request: &AuthorizeRequest) -> bool {
    let Ok(user) = signin::living_user(&desk.now, &session.evidence) else { return false };
    let is_young = request.max_age.is_none_or(|seconds| desk.at.unix() - session.evidence.at.unix() <= seconds);
    let is_meant = request.login_hint.as_deref().is_none_or(|hint| {
        user.get(schema::USER_PRINCIPAL_NAME).is_some_and(|upn| upn.eq_ignore_ascii_case(hint.trim()))
    });
    is_young && is_meant
}

/// Somebody is signed in: may they, did they consent, and then the code.
pub(crate) async fn finish(
    desk: &Desk<'_>,
    request: AuthorizeRequest,
    evidence: Evidence,
    effort: Effort,
) -> Result<Response<Body>, Problem> {
    let evidence = Evidence { device: device_proof::device(desk)?, ..evidence };
    let client = Client::find(&desk.now, &request.client_id)?;
    let scopes = Scopes::parse(&request.scope)?;
    let resource = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    let is_silent = request.prompt.as_deref() == Some("none");
    let verdict = context::ask(
        desk,
        &Question {
            subject: Subject::User(evidence.user),
            client: &client,
            resource: &resource,
            scopes: &scopes,
            client_app_type: app_type(request.kind),
            evidence: Some(&evidence),
            flow: None,
        },
    );
    let verdict = chained::judge(desk, &request, &evidence, verdict);
    let row = SignIn {
        client: Some(&client),
        resource: Some(&resource),
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
    let missing = signin::missing_consent(&desk.now, &client, &resource, &scopes, evidence.user);
    let may = match context::denial(&verdict) {
        Some(denial) => Err(denial),
        None => signin::living_user(&desk.now, &evidence).map(drop),
    };
    if may.is_ok()
        && (!missing.is_empty() || request.prompt.as_deref() == Some("consent") && scopes.asks_for_resource())
    {
        let wanted = if missing.is_empty() { scopes.names.clone() } else { missing };
        if is_silent {
            return respond::error(desk, &request, &Problem::from(Denial::no_consent(client.name())));
        }
        if !wanted.is_empty() {
            return consent::page(desk, request, &client, &resource, &wanted, evidence);
        }
    }
    let ask = signin::UserAsk {
        client: &client,
        proof: signin::ClientProof::None,
        resource: &resource,
        scopes: &scopes,
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
mod tests;
