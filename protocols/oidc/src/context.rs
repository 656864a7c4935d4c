//! Asking Conditional Access: what is known of a sign-in, and what its answer means to a client.

use directory::Time;
use signin::{
    Client, ClientAppType, Denial, Evidence, Outcome, Resource, Scopes, SignInContext, Subject, Target, Verdict,
    platform_of,
};

use crate::device_proof;
use crate::error::Problem;
use crate::request::Desk;

/// The sign-in as the policies see it.
pub(crate) struct Question<'a> {
    pub subject: Subject,
    pub client: &'a Client<'a>,
    pub resource: &'a Resource<'a>,
    pub scopes: &'a Scopes,
    pub client_app_type: ClientAppType,
    pub evidence: Option<&'a Evidence>,
    /// `deviceCodeFlow`, where it is one.
    pub flow: Option<&'static str>,
}

/// What the policies say about it.
pub(crate) fn ask(desk: &Desk<'_>, question: &Question<'_>) -> Verdict {
    ask_for(desk, question, Target::Resource(question.resource.app_id().to_owned()))
}

/// As [`ask`], and about the authentication contexts that are wanted besides.
pub(crate) fn ask_with(desk: &Desk<'_>, question: &Question<'_>, contexts: &[String]) -> Verdict {
    let of = |context: &String| ask_for(desk, question, Target::AuthenticationContext(context.clone()));
    contexts.iter().fold(ask(desk, question), |verdict, context| verdict.and(of(context)))
}

/// Which of these contexts a sign-in has reached.
pub(crate) fn reached(desk: &Desk<'_>, question: &Question<'_>, contexts: &[String]) -> Vec<String> {
    let is_reached = |context: &&String| {
        ask_for(desk, question, Target::AuthenticationContext((*context).clone())).outcome == Outcome::Allow
    };
    contexts.iter().filter(is_reached).cloned().collect()
}

/// What the policies say about something that a person does here, such as registering a way to sign in.
pub(crate) fn ask_action(desk: &Desk<'_>, evidence: &Evidence, action: &'static str, app_id: &str) -> Verdict {
    let context = SignInContext {
        client_app_id: app_id.to_owned(),
        ..known(desk, Subject::User(evidence.user), Some(evidence), Target::UserAction(action))
    };
    (desk.oidc.may_they)(&desk.now, desk.at, &context)
}

fn ask_for(desk: &Desk<'_>, question: &Question<'_>, target: Target) -> Verdict {
    let context = SignInContext {
        client_app_id: question.client.app_id().to_owned(),
        scopes: question.scopes.names.clone(),
        client_app_type: question.client_app_type,
        flow: question.flow,
        ..known(desk, question.subject, question.evidence, target)
    };
    (desk.oidc.may_they)(&desk.now, desk.at, &context)
}

/// What is known of whoever wants something, whatever it is: a person at a browser, until somebody says otherwise.
fn known(desk: &Desk<'_>, subject: Subject, evidence: Option<&Evidence>, target: Target) -> SignInContext {
    SignInContext {
        subject,
        client_app_id: String::new(),
        target,
        scopes: Vec::new(),
        client_app_type: ClientAppType::Browser,
        address: desk.request.address,
        country: None,
        platform: platform_of(desk.request.user_agent()),
        device: evidence.and_then(|evidence| signin::living_device(&desk.now, evidence)),
        mfa: evidence.and_then(Evidence::mfa),
        authenticated: evidence.map(|evidence| evidence.at),
        proofs: evidence.map(|evidence| evidence.proofs.clone()).unwrap_or_default(),
        contexts: Vec::new(),
        is_device_bound: evidence.is_some_and(|evidence| device_proof::is_shown(desk, evidence)),
        home_tenant: None,
        flow: None,
        sign_in_risk: evidence.map_or("none", |evidence| evidence.risk.level.name()),
        user_risk: match subject {
            Subject::User(user) => signin::risk::level_of(&desk.now, user).name(),
            Subject::ServicePrincipal(_) => "none",
        },
        service_principal_risk: "none",
    }
}

/// The no in a verdict, if it is one.
pub(crate) fn denial(verdict: &Verdict) -> Option<Denial> {
    match &verdict.outcome {
        Outcome::Allow => None,
        Outcome::Interact { code, reason, policies, .. } | Outcome::Denied { code, reason, policies } => {
            let by = if policies.is_empty() { String::new() } else { format!(" (policy `{}`)", policies.join("`, `")) };
            Some(Denial::new(*code, format!("{reason}{by}")))
        }
    }
}

/// As [`denial`], for the token endpoint: a client that can ask the person again learns with which `claims`.
pub(crate) fn problem(verdict: &Verdict, at: Time, contexts: &[String]) -> Option<Problem> {
    let denial = denial(verdict)?;
    let is_step_up = matches!(verdict.outcome, Outcome::Interact { .. });
    let mut asked = serde_json::json!({"nbf": {"essential": true, "value": at.unix().to_string()}});
    if !contexts.is_empty()
        && let Some(asked) = asked.as_object_mut()
    {
        asked.insert("acrs".to_owned(), serde_json::json!({"essential": true, "values": contexts}));
    }
    let claims = is_step_up.then(|| serde_json::json!({"access_token": asked}).to_string());
    Some(Problem { claims, ..Problem::from(denial) })
}
