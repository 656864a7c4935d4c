//! Why a decision came out as it did: for the sign-in log, and for whoever asks.
//!
//! Nothing is judged again here: the decision keeps what was known, and the words are made from that.

use directory::{Record, Value};

use super::decision::{Applied, CaDecision, Error, Outcome, PolicyResult};
use super::facts::Device;
use super::judge::{self, Reason};
use super::policy::{Control, Policy, Session, State, Subjects, Targets};
use super::sign_in::{Subject, Target};

/// How many policies that apply a sign-in record names, those that are not satisfied first; an explanation names all.
pub const APPLIED_LOGGED_MAX: usize = 200;
/// How many policies that do not apply a sign-in record names.
pub const NOT_APPLIED_LOGGED_MAX: usize = 50;

impl CaDecision {
    /// `appliedConditionalAccessPolicies` of the sign-in log: those that apply, then the first of those that do not.
    #[must_use]
    pub fn log(&self) -> Vec<Record> {
        let (failed, rest): (Vec<&Applied>, Vec<&Applied>) =
            self.applied.iter().partition(|applied| applied.result == PolicyResult::Failure);
        let applied = failed.into_iter().chain(rest).take(APPLIED_LOGGED_MAX).filter_map(|applied| {
            let policy = self.policies.policies.get(applied.policy)?;
            let satisfied: Vec<&str> = self.conditions(policy).iter().map(|(_, flag, _)| *flag).collect();
            Some(logged(policy, applied.result.name()).with("conditionsSatisfied", satisfied.join(",")))
        });
        let rest = self.not_applied.iter().take(NOT_APPLIED_LOGGED_MAX).filter_map(|(index, reason)| {
            let policy = self.policies.policies.get(*index)?;
            Some(logged(policy, not_applied(policy)).with("conditionsNotSatisfied", flag(*reason)))
        });
        applied.chain(rest).collect()
    }

    /// The error, if they may not yet.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match &self.outcome {
            Outcome::Allow => None,
            Outcome::Interact { error, .. } | Outcome::Deny { error, .. } => Some(*error),
        }
    }

    /// The names of the enforced policies that are not satisfied.
    #[must_use]
    pub fn refused_by(&self) -> Vec<String> {
        let failed = self.applied.iter().filter(|applied| applied.result == PolicyResult::Failure);
        failed.filter_map(|applied| Some(self.policies.policies.get(applied.policy)?.name.clone())).collect()
    }

    /// The conditions of a policy that applies: its name, its flag in the log, and what met it.
    fn conditions(&self, policy: &Policy) -> Vec<(&'static str, &'static str, String)> {
        let known = &self.known;
        let mut met = Vec::new();
        match (&policy.subjects, self.context.subject) {
            (Subjects::People(people), Subject::User(user)) => {
                let by = judge::chosen_by(&people.include, user, known, self.context.home_tenant);
                met.push(("users", "users", by.unwrap_or_default()));
            }
            (Subjects::Workloads { .. }, Subject::ServicePrincipal(id)) => {
                met.push(("workloadIdentities", "servicePrincipals", format!("service principal {id}")));
            }
            (Subjects::Nobody | Subjects::People(_) | Subjects::Workloads { .. }, _) => {}
        }
        met.extend(self.target_condition(policy));
        if policy.platforms.is_some() {
            let platform = self.context.platform.as_deref().unwrap_or("unknown");
            met.push(("devicePlatform", "devicePlatform", platform.to_owned()));
        }
        if policy.locations.is_some() {
            let trusted = if known.place.is_trusted { "trusted" } else { "not trusted" };
            let from = self.context.address.map_or_else(|| "an unknown address".to_owned(), |a| a.to_string());
            met.push(("location", "location", format!("{from}, {trusted}")));
        }
        if policy.client_types != 0 {
            met.push(("clientApps", "clientType", self.context.client_app_type.name().to_owned()));
        }
        if let Some(filter) = &policy.devices {
            let says = if filter.is_include { "the filter matches" } else { "the filter does not match" };
            met.push(("devices", "deviceState", format!("{says}: {}", device_text(known.device))));
        }
        for (asked, name, level) in [
            (policy.sign_in_risks, "signInRisk", &self.context.sign_in_risk),
            (policy.user_risks, "userRisk", &self.context.user_risk),
        ] {
            if asked != 0 {
                met.push((name, name, level.clone().unwrap_or_default()));
            }
        }
        if policy.flows != 0 {
            met.push(("authenticationFlow", "authenticationFlows", self.context.flow.clone().unwrap_or_default()));
        }
        met
    }

    fn target_condition(&self, policy: &Policy) -> Option<(&'static str, &'static str, String)> {
        match (&policy.targets, &self.context.target) {
            (Targets::Apps(apps), Target::Resources(_)) => {
                let is_low = self.known.is_low_privilege;
                let app = self.known.resources.iter().find(|app| judge::is_app(apps, app, is_low))?;
                let by = if apps.include.contains(app) { app.clone() } else { format!("All, for {app}") };
                Some(("application", "application", by))
            }
            (Targets::UserActions(_), Target::UserAction(action)) => {
                Some(("userActions", "application", action.clone()))
            }
            (Targets::AuthenticationContexts(_), Target::AuthenticationContext(context)) => {
                Some(("authenticationContext", "application", context.clone()))
            }
            (
                Targets::Nothing | Targets::Apps(_) | Targets::UserActions(_) | Targets::AuthenticationContexts(_),
                Target::Resources(_) | Target::UserAction(_) | Target::AuthenticationContext(_),
            ) => None,
        }
    }
}

/// The whole story of a decision: what is missing, and of every policy whether it applied and why.
#[must_use]
pub fn explain(decision: &CaDecision) -> Record {
    let needs: Vec<String> = match &decision.outcome {
        Outcome::Allow => Vec::new(),
        Outcome::Interact { needs, .. } | Outcome::Deny { needs, .. } => needs.iter().map(|n| n.name()).collect(),
    };
    let error =
        decision.error().map(|error| Record::new().with("code", i64::from(error.code)).with("reason", error.reason));
    let policies: Vec<Record> =
        decision.applied.iter().filter_map(|applied| applied_story(decision, applied)).collect();
    let rest: Vec<Record> = decision
        .not_applied
        .iter()
        .filter_map(|(index, reason)| {
            let policy = decision.policies.policies.get(*index)?;
            Some(
                Record::new()
                    .with("id", policy.id.to_string())
                    .with("displayName", policy.name.as_str())
                    .with("result", not_applied(policy))
                    .with("reason", reason.name()),
            )
        })
        .collect();
    Record::new()
        .with("conditionalAccessStatus", decision.status.name())
        .with("needs", needs)
        .with_some("error", error)
        .with("sessionControls", session_names(&decision.session))
        .with("policies", policies)
        .with("notApplied", rest)
}

fn applied_story(decision: &CaDecision, applied: &Applied) -> Option<Record> {
    let policy = decision.policies.policies.get(applied.policy)?;
    let conditions: Vec<Record> = decision
        .conditions(policy)
        .into_iter()
        .map(|(name, _, evidence)| Record::new().with("condition", name).with("evidence", evidence))
        .collect();
    let mut unmet: Vec<String> = policy
        .grant
        .iter()
        .flat_map(|grant| grant.controls.iter().enumerate())
        .filter(|(at, _)| *at < 32 && applied.unmet & (1 << at) != 0)
        .map(|(_, control)| control.name())
        .collect();
    if applied.is_stale {
        unmet.push("SignInFrequency".into());
    }
    Some(
        logged(policy, applied.result.name())
            .with("conditions", conditions)
            .with("unmetControls", unmet)
            .with_some("invalid", policy.invalid.as_deref()),
    )
}

fn logged(policy: &Policy, result: &str) -> Record {
    let grants: Vec<String> = policy.grant.iter().flat_map(|grant| &grant.controls).map(Control::name).collect();
    Record::new()
        .with("id", policy.id.to_string())
        .with("displayName", policy.name.as_str())
        .with("enforcedGrantControls", grants)
        .with("enforcedSessionControls", session_names(&policy.session))
        .with("result", result)
}

fn not_applied(policy: &Policy) -> &'static str {
    match policy.state {
        State::Enabled => "notApplied",
        State::ReportOnly => "reportOnlyNotApplied",
        State::Disabled => "notEnabled",
    }
}

/// The session controls that are set, as the logs write them.
fn session_names(session: &Session) -> Value {
    let mut names: Vec<&str> = Vec::new();
    let mut note = |is_set: bool, name| {
        if is_set {
            names.push(name);
        }
    };
    note(session.app_enforced_restrictions, "AppEnforcedRestrictions");
    note(session.cloud_app_security, "CloudAppSecurity");
    note(session.frequency.is_some(), "SignInFrequency");
    note(session.persistent_browser.is_some(), "PersistentBrowserSession");
    note(session.continuous_evaluation.is_some(), "ContinuousAccessEvaluation");
    note(session.token_protection, "SecureSignIn");
    note(session.disable_resilience_defaults, "DisableResilienceDefaults");
    names.into()
}

fn device_text(device: Device) -> &'static str {
    match device {
        Device::Absent => "no registered device",
        Device::Unknown => "a device that the directory does not know",
        Device::Known { is_compliant: true, .. } => "a compliant device",
        Device::Known { is_compliant: false, .. } => "a device that is not compliant",
    }
}

/// The flag of `conditionalAccessConditions` that a reason belongs to.
fn flag(reason: Reason) -> &'static str {
    match reason {
        Reason::PolicyNotEnabled | Reason::EmptyPolicy => "none",
        Reason::Users => "users",
        Reason::WorkloadIdentities => "servicePrincipals",
        Reason::Application | Reason::UserActions | Reason::AuthenticationContext => "application",
        Reason::DevicePlatform => "devicePlatform",
        Reason::Location => "location",
        Reason::ClientApps => "clientType",
        Reason::Devices => "deviceState",
        Reason::SignInRisk => "signInRisk",
        Reason::UserRisk => "userRisk",
        Reason::InsiderRisk => "insiderRisk",
        Reason::AuthenticationFlow => "authenticationFlows",
    }
}
