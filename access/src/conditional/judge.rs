//! Whether a policy applies to a sign-in, and what of its demands is met.
//!
//! All configured conditions must match; one that is not configured matches everything; within one, what is excluded is
//! never included.

use super::facts::{DIRECTORY_APP_ID, Device, Facts, Known};
use super::policy::{Apps, Chosen, Control, LocationCondition, Places, Platforms, Policy, State, Subjects, Targets};
use super::sign_in::{SignInContext, Subject, Target};
use super::strength;
use directory::{Id, Time};
use std::time::Duration;

/// Why a policy does not apply: the first condition that is not met, in the words of `whatIfAnalysisReasons`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    PolicyNotEnabled,
    EmptyPolicy,
    Users,
    WorkloadIdentities,
    Application,
    UserActions,
    AuthenticationContext,
    DevicePlatform,
    Location,
    ClientApps,
    Devices,
    SignInRisk,
    UserRisk,
    ServicePrincipalRisk,
    InsiderRisk,
    AuthenticationFlow,
}

impl Reason {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Reason::PolicyNotEnabled => "policyNotEnabled",
            Reason::EmptyPolicy => "emptyPolicy",
            Reason::Users => "users",
            Reason::WorkloadIdentities => "workloadIdentities",
            Reason::Application => "application",
            Reason::UserActions => "userActions",
            Reason::AuthenticationContext => "authenticationContext",
            Reason::DevicePlatform => "devicePlatform",
            Reason::Location => "location",
            Reason::ClientApps => "clientApps",
            Reason::Devices => "devices",
            // Graph has no word of its own for the risk of a workload.
            Reason::SignInRisk | Reason::ServicePrincipalRisk => "signInRisk",
            Reason::UserRisk => "userRisk",
            Reason::InsiderRisk => "insiderRisk",
            Reason::AuthenticationFlow => "authenticationFlow",
        }
    }
}

/// The first condition that is not met; nothing when the policy applies.
pub(crate) fn first_unmet(policy: &Policy, facts: &Facts<'_>) -> Option<Reason> {
    let known = &facts.known;
    if policy.state == State::Disabled {
        return Some(Reason::PolicyNotEnabled);
    }
    if policy.is_empty() && policy.invalid.is_none() {
        return Some(Reason::EmptyPolicy);
    }
    let context = facts.context;
    let about =
        unmet_subject(&policy.subjects, context, known).or_else(|| unmet_target(&policy.targets, context, known));
    if about.is_some() {
        return about;
    }
    if let Some((reason, ..)) = signals(policy, known).into_iter().find(|(.., is_met)| !is_met) {
        return Some(reason);
    }
    // Last, because it is the dearest: a rule over the device.
    let is_device = policy.devices.as_ref().is_none_or(|devices| {
        super::device::matches(&devices.filter, facts.now, facts.seen_device(), facts.at) == devices.is_include
    });
    (!is_device).then_some(Reason::Devices)
}

/// The conditions on what was seen of the sign-in, in the order in which they are judged: whether the policy has each, and
/// whether it is met. One that it has not is met.
pub(crate) fn signals(policy: &Policy, known: &Known) -> [(Reason, bool, bool); 8] {
    let asks = |reason, asked: u8, seen: u8| (reason, asked != 0, asked == 0 || asked & seen != 0);
    [
        (
            Reason::DevicePlatform,
            policy.platforms.is_some(),
            policy.platforms.is_none_or(|platforms| is_on(platforms, known.platform)),
        ),
        (
            Reason::Location,
            policy.locations.is_some(),
            policy.locations.as_ref().is_none_or(|locations| is_at(locations, known)),
        ),
        asks(Reason::ClientApps, policy.client_types, known.client_type),
        asks(Reason::SignInRisk, policy.sign_in_risks, known.sign_in_risk),
        asks(Reason::ServicePrincipalRisk, policy.service_principal_risks, known.service_principal_risk),
        asks(Reason::UserRisk, policy.user_risks, known.user_risk),
        (Reason::InsiderRisk, policy.asks_unjudged_risk, !policy.asks_unjudged_risk),
        asks(Reason::AuthenticationFlow, policy.flows, known.flow),
    ]
}

pub(crate) fn unmet_subject(subjects: &Subjects, context: &SignInContext, known: &Known) -> Option<Reason> {
    match (subjects, context.subject) {
        (Subjects::People(people), Subject::User(user)) => {
            let is_meant = is_chosen(&people.include, user, known) && !is_chosen(&people.exclude, user, known);
            (!is_meant).then_some(Reason::Users)
        }
        (Subjects::Workloads { all, include, exclude }, Subject::ServicePrincipal(id)) => {
            let is_included = *all || include.contains(&id);
            let is_meant = known.is_own_workload && is_included && !exclude.contains(&id);
            (!is_meant).then_some(Reason::WorkloadIdentities)
        }
        (Subjects::Workloads { .. }, Subject::User(_)) => Some(Reason::WorkloadIdentities),
        (Subjects::People(_) | Subjects::Nobody, _) => Some(Reason::Users),
    }
}

/// What chose somebody, for the explanation; nothing if nothing did.
pub(crate) fn chosen_by(chosen: &Chosen, user: Id, known: &Known) -> Option<String> {
    if chosen.users.contains(&user) {
        return Some(format!("user {user}"));
    }
    if let Some(group) = chosen.groups.iter().find(|group| known.groups.binary_search(group).is_ok()) {
        return Some(format!("group {group}"));
    }
    if let Some(role) = chosen.roles.iter().find(|role| known.roles.binary_search(role).is_ok()) {
        return Some(format!("role {role}"));
    }
    if chosen.guests.as_ref().is_some_and(|guests| is_guest(guests, known.guest, known.home_tenant)) {
        return Some("guestsOrExternalUsers".into());
    }
    chosen.all.then(|| "All".into())
}

fn is_chosen(chosen: &Chosen, user: Id, known: &Known) -> bool {
    chosen.all
        || chosen.users.contains(&user)
        || chosen.groups.iter().any(|group| known.groups.binary_search(group).is_ok())
        || chosen.roles.iter().any(|role| known.roles.binary_search(role).is_ok())
        || chosen.guests.as_ref().is_some_and(|guests| is_guest(guests, known.guest, known.home_tenant))
}

fn is_guest(guests: &super::policy::Guests, sort: u8, home: Option<Id>) -> bool {
    let is_of_tenant = guests.tenants.as_ref().is_none_or(|tenants| home.is_some_and(|home| tenants.contains(&home)));
    guests.types & sort != 0 && is_of_tenant
}

pub(crate) fn unmet_target(targets: &Targets, context: &SignInContext, known: &Known) -> Option<Reason> {
    match (targets, &context.target) {
        (Targets::Apps(apps), Target::Resources(_)) => {
            let is_meant = known.resources.iter().any(|app| is_app(apps, app, known.is_low_privilege));
            (!is_meant).then_some(Reason::Application)
        }
        (Targets::UserActions(actions), Target::UserAction(action)) => {
            let is_meant = actions.iter().any(|known| known.eq_ignore_ascii_case(action));
            (!is_meant).then_some(Reason::UserActions)
        }
        (Targets::AuthenticationContexts(contexts), target) => {
            let asked = |known: &String| context.contexts.iter().any(|c| c.eq_ignore_ascii_case(known));
            let is_target =
                |known: &String| matches!(target, Target::AuthenticationContext(c) if c.eq_ignore_ascii_case(known));
            let is_meant = contexts.iter().any(|known| asked(known) || is_target(known));
            (!is_meant).then_some(Reason::AuthenticationContext)
        }
        (Targets::UserActions(_), _) => Some(Reason::UserActions),
        (Targets::Apps(_) | Targets::Nothing, _) => Some(Reason::Application),
    }
}

/// Whether a resource is meant. A token that only tells who somebody is counts as one for the directory where resources
/// are excluded, so that excluding one does not let everybody learn that much without the policy.
pub(crate) fn is_app(apps: &Apps, app: &str, is_low_privilege: bool) -> bool {
    let listed = |list: &[String], app: &str| list.iter().any(|known| known == app);
    if !apps.all && !listed(&apps.include, app) {
        return false;
    }
    let counted_as = if apps.all && is_low_privilege { DIRECTORY_APP_ID } else { app };
    !listed(&apps.exclude, counted_as)
}

fn is_on(platforms: Platforms, platform: u8) -> bool {
    (platforms.include_all || platforms.include & platform != 0)
        && !platforms.exclude_all
        && platforms.exclude & platform == 0
}

fn is_at(condition: &LocationCondition, known: &Known) -> bool {
    let place = &known.place;
    let within = |places: &Places| {
        places.all
            || (places.all_trusted && place.is_trusted)
            || places.ids.iter().any(|location| place.locations.contains(location))
    };
    within(&condition.include) && !within(&condition.exclude)
}

/// Whether a control is met, given how old the second factor may be.
pub(crate) fn is_met(control: &Control, facts: &Facts<'_>, mfa_age_max: Option<Duration>) -> bool {
    let has_fresh_mfa = facts.context.mfa.is_some_and(|at| is_fresh(facts.at, at, mfa_age_max));
    match control {
        Control::Mfa => has_fresh_mfa,
        Control::Strength { id, combinations, .. } => {
            let used = &facts.context.methods;
            // Who does not say which methods were used has still proved two factors, which is all this strength asks.
            has_fresh_mfa
                && (strength::is_reached(combinations, used)
                    || (used.is_empty() && id.eq_ignore_ascii_case(strength::MFA)))
        }
        Control::CompliantDevice => matches!(facts.known.device, Device::Known { is_compliant: true, .. }),
        Control::DomainJoinedDevice => matches!(facts.known.device, Device::Known { is_hybrid_joined: true, .. }),
        Control::TermsOfUse(id) => facts.known.accepted_terms.contains(id),
        Control::Block
        | Control::ApprovedApplication
        | Control::CompliantApplication
        | Control::PasswordChange
        | Control::RiskRemediation
        | Control::Custom(_) => false,
    }
}

pub(crate) fn is_fresh(now: Time, then: Time, age_max: Option<Duration>) -> bool {
    age_max.is_none_or(|age_max| now.since(then) <= age_max)
}
