//! Conditional Access as every protocol asks for it: `signin` describes a sign-in, `access` judges it, and neither knows
//! the other. This is the one place where their words meet.

use std::sync::Arc;

use access::conditional as ca;
use signin::{ClientAppType, MayThey, Outcome, SignInContext, Subject, Verdict};

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
        target: ca::Target::Resources(vec![context.resource_app_id.clone()]),
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
        methods: Vec::new(),
        accepted_terms: Vec::new(),
        home_tenant: None,
        sign_in_risk: Some(context.sign_in_risk.to_owned()),
        user_risk: Some(context.user_risk.to_owned()),
        service_principal_risk: None,
        flow: context.flow.map(str::to_owned),
    }
}

/// The decision in the words of `signin`.
fn verdict(decision: &ca::CaDecision) -> Verdict {
    let outcome = match &decision.outcome {
        ca::Outcome::Allow => Outcome::Allow,
        ca::Outcome::Interact { error, .. } => Outcome::NeedsMfa { reason: error.reason.to_owned() },
        ca::Outcome::Deny { error, .. } => {
            Outcome::Denied { code: error.code, reason: error.reason.to_owned(), policies: decision.refused_by() }
        }
    };
    Verdict { outcome, status: decision.status.name(), policies: decision.log() }
}
