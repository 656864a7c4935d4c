//! Conditional Access as every protocol asks for it: `signin` describes a sign-in, `access` judges it, and neither knows
//! the other. This is the one place where their words meet.

use std::sync::Arc;

use access::conditional as ca;
use signin::{
    Cae, ClientAppType, MayThey, Need, Outcome, Proof, SessionControls, SignInContext, Subject, Target, Verdict,
};

use crate::countries::Countries;

/// The check that protocols are handed. It finds out from which country an address is, so that no protocol has to.
#[must_use]
pub fn may_they(countries: Countries) -> Arc<MayThey> {
    let policies = ca::ConditionalAccess::new();
    Arc::new(move |now, at, context| {
        let country = context.country.clone().or_else(|| countries.of(context.address?));
        let context = SignInContext { country, ..context.clone() };
        let judge = |context: &SignInContext| Verdict {
            asked: Some(Box::new(context.clone())),
            ..verdict(&policies.decide(now, at, &asked(context)))
        };
        let said = judge(&context);
        if !is_to_register_a_device(&context) {
            return said;
        }
        let action = Target::UserAction(signin::REGISTER_DEVICE);
        said.and(Verdict { asked: None, ..judge(&SignInContext { target: action, ..context }) })
    })
}

/// Whether a person wants a token for device registration: with it they can do nothing but join or register one, so that
/// the policies about that action are asked here, where the person can still do what they demand.
fn is_to_register_a_device(context: &SignInContext) -> bool {
    let is_person = matches!(context.subject, Subject::User(_));
    let is_registration =
        |app: &String| [agent_protocol::AGENT_RESOURCE_APP_ID, join::RESOURCE_APP_ID].contains(&app.as_str());
    is_person && matches!(&context.target, Target::Resource(app) if is_registration(app))
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
        methods: context.proofs.iter().map(used).collect(),
        contexts: context.contexts.clone(),
        is_device_bound: context.is_device_bound,
        home_tenant: context.home_tenant,
        sign_in_risk: Some(context.sign_in_risk.to_owned()),
        user_risk: Some(context.user_risk.to_owned()),
        service_principal_risk: Some(context.service_principal_risk.to_owned()),
        flow: context.flow.map(str::to_owned),
    }
}

fn used(proof: &Proof) -> ca::Used {
    ca::Used { method: proof.method.mode().to_owned(), detail: proof.detail.clone() }
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
    Verdict {
        outcome,
        status: decision.status.name(),
        policies: decision.log(),
        session: session(&decision.session),
        asked: None,
    }
}

/// What the person can do about it; the rest is not theirs to do.
fn need(need: &ca::Need) -> Option<Need> {
    match need {
        ca::Need::SignInAgain => Some(Need::SignInAgain),
        ca::Need::Control(ca::Control::Mfa) => Some(Need::Mfa),
        ca::Need::Control(ca::Control::Strength { id, name, combinations }) => Some(Need::Strength {
            id: directory::id_from_text(id)?,
            name: name.clone(),
            combinations: combinations.iter().map(|combination| combination.methods.clone()).collect(),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use directory::{Id, Time};

    #[test]
    fn what_the_journal_keeps_is_judged_as_it_was() {
        let context = SignInContext {
            subject: Subject::User(Id::from_u128(1)),
            client_app_id: "client".into(),
            target: Target::Resource("resource".into()),
            scopes: vec!["User.Read".into()],
            client_app_type: ClientAppType::MobileAppsAndDesktopClients,
            address: Some("2001:db8::1".parse().unwrap()),
            country: Some("DE".into()),
            platform: Some("linux"),
            device: Some(Id::from_u128(2)),
            mfa: Some(Time::from_unix(5)),
            authenticated: Some(Time::from_unix(6)),
            proofs: vec![Proof {
                detail: Some("aaguid".into()),
                ..Proof::of(signin::Method::Fido2, Time::from_unix(5))
            }],
            contexts: vec!["c1".into()],
            is_device_bound: true,
            home_tenant: Some(Id::from_u128(3)),
            flow: Some("deviceCodeFlow"),
            sign_in_risk: "low",
            user_risk: "medium",
            service_principal_risk: "high",
        };
        for target in [
            Target::Resource("resource".into()),
            Target::UserAction(signin::REGISTER_DEVICE),
            Target::AuthenticationContext("c7".into()),
        ] {
            let context = SignInContext { target, ..context.clone() };
            assert_eq!(ca::SignInContext::from_record(&context.to_record()), Some(asked(&context)));
        }
        let workload = SignInContext { subject: Subject::ServicePrincipal(Id::from_u128(9)), ..context };
        assert_eq!(ca::SignInContext::from_record(&workload.to_record()), Some(asked(&workload)));
    }

    #[test]
    fn what_is_let_off_a_compliant_device_is_what_registers_and_enrols_devices() {
        let ours = [
            join::RESOURCE_APP_ID,
            agent_protocol::AGENT_RESOURCE_APP_ID,
            linux_protocol::ENROLLMENT_APP_ID,
            "0000000a-0000-0000-c000-000000000000",
            linux_protocol::VERDICT_APP_ID,
        ];
        assert_eq!(ca::ON_THE_WAY, ours);
    }

    #[test]
    fn a_token_for_device_registration_meets_the_policies_about_registering_devices() {
        use directory::{Change, Record, Snapshot};
        use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS};
        let conditions = Record::new()
            .with("users", Record::new().with("includeUsers", ["All"]))
            .with("applications", Record::new().with("includeUserActions", [signin::REGISTER_DEVICE]));
        let grant = Record::new().with("operator", "OR").with("builtInControls", ["mfa"]);
        let attributes = vec![
            (schema::DISPLAY_NAME.id, "Devices".into()),
            (schema::STATE.id, "enabled".into()),
            (CONDITIONS.id, conditions.into()),
            (GRANT_CONTROLS.id, grant.into()),
        ];
        let policy = Change::Create { id: Id::from_u128(1), kind: CONDITIONAL_ACCESS_POLICY.id(), attributes };
        let now = Snapshot::empty(Arc::new(schema::model())).fork(Time::from_unix(1), &[policy]).unwrap();
        let may = may_they(Countries::default());
        let asked = |resource: &str, mfa: Option<Time>| {
            let context = SignInContext {
                subject: Subject::User(Id::from_u128(2)),
                client_app_id: "client".into(),
                target: Target::Resource(resource.into()),
                scopes: Vec::new(),
                client_app_type: ClientAppType::Browser,
                address: None,
                country: None,
                platform: None,
                device: None,
                mfa,
                authenticated: mfa,
                proofs: Vec::new(),
                contexts: Vec::new(),
                is_device_bound: false,
                home_tenant: None,
                flow: None,
                sign_in_risk: "none",
                user_risk: "none",
                service_principal_risk: "none",
            };
            may(&now, Time::from_unix(5), &context)
        };
        for registration in [agent_protocol::AGENT_RESOURCE_APP_ID, join::RESOURCE_APP_ID] {
            let verdict = asked(registration, None);
            assert!(matches!(&verdict.outcome, Outcome::Interact { needs, .. } if *needs == [Need::Mfa]));
            assert_eq!(verdict.asked.unwrap().target, Target::Resource(registration.into()));
            assert_eq!(asked(registration, Some(Time::from_unix(5))).outcome, Outcome::Allow);
        }
        assert_eq!(asked("another", None).outcome, Outcome::Allow);
    }
}
