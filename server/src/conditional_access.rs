//! Conditional Access as every protocol asks for it: `signin` describes a sign-in, `access` judges it, and neither knows
//! the other. This is the one place where their words meet.

use std::sync::Arc;

use access::conditional as ca;
use signin::{Cae, ClientAppType, MayThey, Need, Outcome, SessionControls, SignInContext, Subject, Target, Verdict};

/// The check that protocols are handed.
#[must_use]
pub fn may_they() -> Arc<MayThey> {
    let policies = ca::ConditionalAccess::new();
    Arc::new(move |now, at, context| verdict(&policies.decide(now, at, &asked(context))))
}

/// The sign-in in the words of `access`.
fn asked(context: &SignInContext) -> ca::SignInContext {
    ca::SignInContext {
        subject: match context.subject {
            Subject::User(id) => ca::Subject::User(id),
            Subject::ServicePrincipal(id) => ca::Subject::ServicePrincipal(id),
        },
        client_app_id: context.client_app_id.clone(),
        target: match &context.target {
            Target::Resource(app) => ca::Target::Resources(vec![app.clone()]),
            Target::UserAction(action) => ca::Target::UserAction((*action).to_owned()),
            Target::AuthenticationContext(class) => ca::Target::AuthenticationContext(class.clone()),
        },
        scopes: context.scopes.clone(),
        client_app_type: match context.client_app_type {
            ClientAppType::Browser => ca::ClientAppType::Browser,
            ClientAppType::MobileAppsAndDesktopClients => ca::ClientAppType::MobileAppsAndDesktopClients,
            ClientAppType::Other => ca::ClientAppType::Other,
        },
        address: context.address,
        country: context.country.clone(),
        platform: context.platform.map(str::to_owned),
        device: context.device,
        mfa: context.mfa,
        authenticated: context.authenticated,
        methods: context.proofs.iter().map(|proof| proof.method.mode().to_owned()).collect(),
        accepted_terms: Vec::new(),
        home_tenant: context.home_tenant,
        sign_in_risk: Some(context.sign_in_risk.to_owned()),
        user_risk: Some(context.user_risk.to_owned()),
        service_principal_risk: Some(context.service_principal_risk.to_owned()),
        flow: context.flow.map(str::to_owned),
    }
}

/// The decision in the words of `signin`.
fn verdict(decision: &ca::CaDecision) -> Verdict {
    let outcome = match &decision.outcome {
        ca::Outcome::Allow => Outcome::Allow,
        ca::Outcome::Interact { error, needs } => Outcome::Interact {
            needs: needs.iter().filter_map(need).collect(),
            code: error.code,
            reason: error.reason.to_owned(),
            policies: decision.refused_by(),
        },
        ca::Outcome::Deny { error, .. } => {
            Outcome::Denied { code: error.code, reason: error.reason.to_owned(), policies: decision.refused_by() }
        }
    };
    Verdict { outcome, status: decision.status.name(), policies: decision.log(), session: session(&decision.session) }
}

/// What the person can do about it; the rest is not theirs to do.
fn need(need: &ca::Need) -> Option<Need> {
    match need {
        ca::Need::SignInAgain => Some(Need::SignInAgain),
        ca::Need::Control(ca::Control::Mfa) => Some(Need::Mfa),
        ca::Need::Control(ca::Control::Strength { id, name, combinations }) => Some(Need::Strength {
            id: directory::id_from_text(id)?,
            name: name.clone(),
            combinations: combinations.clone(),
        }),
        ca::Need::Control(ca::Control::PasswordChange | ca::Control::RiskRemediation) => Some(Need::PasswordChange),
        ca::Need::Control(ca::Control::TermsOfUse(id)) => Some(Need::TermsOfUse(*id)),
        ca::Need::Control(
            ca::Control::Block
            | ca::Control::CompliantDevice
            | ca::Control::DomainJoinedDevice
            | ca::Control::ApprovedApplication
            | ca::Control::CompliantApplication
            | ca::Control::Custom(_),
        ) => None,
    }
}

fn session(session: &ca::Session) -> SessionControls {
    SessionControls {
        sign_in_frequency: session.frequency.map(|frequency| frequency.every),
        persistent_browser: session.persistent_browser,
        app_enforced_restrictions: session.app_enforced_restrictions,
        token_protection: session.token_protection,
        continuous_access_evaluation: match session.continuous_evaluation.as_deref() {
            Some("disabled") => Cae::Disabled,
            Some(mode) if mode.starts_with("strict") => Cae::StrictLocation,
            Some(_) | None => Cae::Standard,
        },
    }
}
