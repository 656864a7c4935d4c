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
pub const NOT_APPLIED_LOGGED_MAX: usize = 100;

impl CaDecision {
    /// `appliedConditionalAccessPolicies` of the sign-in log: those that apply, then the first of those that do not.
    #[must_use]
    pub fn log(&self) -> Vec<Record> {
        let (failed, rest): (Vec<&Applied>, Vec<&Applied>) =
            self.applied.iter().partition(|applied| applied.result == PolicyResult::Failure);
        let applied = failed.into_iter().chain(rest).take(APPLIED_LOGGED_MAX).filter_map(|applied| {
            let policy = self.policies.policies.get(applied.policy)?;
            let unmet = unmet_session(applied);
            let unmet = (!unmet.is_empty()).then_some(unmet);
            let row = self.row(policy, applied.result.name(), None);
            Some(row.with_some("sessionControlsNotSatisfied", unmet))
        });
        let rest = self.not_applied.iter().filter_map(|(index, reason)| {
            let policy = self.policies.policies.get(*index)?;
            self.is_worth_logging(policy).then(|| self.row(policy, not_applied(policy), Some(*reason)))
        });
        let rest = rest.take(NOT_APPLIED_LOGGED_MAX);
        applied.chain(rest).collect()
    }

    /// A policy with its result, and each of its conditions with what was seen.
    fn row(&self, policy: &Policy, result: &str, unmet: Option<Reason>) -> Record {
        let conditions = self.conditions(policy, unmet);
        logged(policy, result)
            .with("conditionsSatisfied", flags(&conditions, true))
            .with("conditionsNotSatisfied", flags(&conditions, false))
            .with("conditionResults", conditions.iter().map(Condition::to_record).collect::<Vec<_>>())
    }

    /// A policy about people has nothing to say about a workload, and the other way round: that goes without a line.
    fn is_worth_logging(&self, policy: &Policy) -> bool {
        match policy.subjects {
            Subjects::Workloads { .. } => matches!(self.context.subject, Subject::ServicePrincipal(_)),
            Subjects::People(_) | Subjects::Nobody => matches!(self.context.subject, Subject::User(_)),
        }
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

    /// Every condition that a policy has, with its outcome and what was seen. `unmet` is the first that is not met.
    fn conditions(&self, policy: &Policy, unmet: Option<Reason>) -> Vec<Condition> {
        let known = &self.known;
        let mut all = self.about(policy);
        for (reason, is_asked, is_met) in judge::signals(policy, known) {
            if is_asked {
                all.push(Condition { reason, is_met: Some(is_met), evidence: self.seen(reason) });
            }
        }
        if policy.devices.is_some() {
            // The rule is looked at last; what failed before it leaves it open.
            let is_met = match unmet {
                None => Some(true),
                Some(Reason::Devices) => Some(false),
                Some(_) => None,
            };
            all.push(Condition { reason: Reason::Devices, is_met, evidence: device_text(known.device).to_owned() });
        }
        all
    }

    /// Whom and what the policy is about.
    fn about(&self, policy: &Policy) -> Vec<Condition> {
        let (known, context) = (&self.known, &self.context);
        let subject = judge::unmet_subject(&policy.subjects, context, known);
        let by = match (&policy.subjects, context.subject) {
            (Subjects::People(people), Subject::User(user)) => {
                let included = judge::chosen_by(&people.include, user, known);
                match (included, judge::chosen_by(&people.exclude, user, known)) {
                    (_, Some(excluded)) => format!("excluded: {excluded}"),
                    (Some(included), None) => included,
                    (None, None) => "not included".to_owned(),
                }
            }
            (_, Subject::ServicePrincipal(id)) => format!("service principal {id}"),
            (Subjects::Workloads { .. } | Subjects::Nobody, Subject::User(id)) => format!("user {id}"),
        };
        let reason = match policy.subjects {
            Subjects::Workloads { .. } => Reason::WorkloadIdentities,
            Subjects::People(_) | Subjects::Nobody => Reason::Users,
        };
        let target = judge::unmet_target(&policy.targets, context, known);
        let of = match policy.targets {
            Targets::UserActions(_) => Reason::UserActions,
            Targets::AuthenticationContexts(_) => Reason::AuthenticationContext,
            Targets::Apps(_) | Targets::Nothing => Reason::Application,
        };
        vec![
            Condition { reason, is_met: Some(subject.is_none()), evidence: by },
            Condition { reason: of, is_met: Some(target.is_none()), evidence: self.target(&policy.targets) },
        ]
    }

    /// What was reached, and by which word of the policy it was meant.
    fn target(&self, targets: &Targets) -> String {
        match (&self.context.target, targets) {
            (Target::Resources(_), Targets::Apps(apps)) => {
                let is_low = self.known.is_low_privilege;
                match self.known.resources.iter().find(|app| judge::is_app(apps, app, is_low)) {
                    Some(app) if apps.include.contains(app) => app.clone(),
                    Some(app) => format!("All, for {app}"),
                    None => self.known.resources.join(", "),
                }
            }
            (_, Targets::AuthenticationContexts(_)) if !self.context.contexts.is_empty() => {
                self.context.contexts.join(", ")
            }
            (Target::Resources(_), _) => self.known.resources.join(", "),
            (Target::UserAction(action), _) => action.clone(),
            (Target::AuthenticationContext(context), _) => context.clone(),
        }
    }

    /// What was seen of the sign-in where a condition looks.
    fn seen(&self, reason: Reason) -> String {
        let (known, context) = (&self.known, &self.context);
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        match reason {
            Reason::DevicePlatform => or_none(&context.platform),
            Reason::Location => {
                let trusted = if known.place.is_trusted { "trusted" } else { "not trusted" };
                let from = context.address.map_or_else(|| "an unknown address".to_owned(), |a| a.to_string());
                match &context.country {
                    Some(country) => format!("{from} ({country}), {trusted}"),
                    None => format!("{from}, {trusted}"),
                }
            }
            Reason::ClientApps => context.client_app_type.name().to_owned(),
            Reason::SignInRisk => or_none(&context.sign_in_risk),
            Reason::ServicePrincipalRisk => or_none(&context.service_principal_risk),
            Reason::UserRisk => or_none(&context.user_risk),
            Reason::InsiderRisk => "nothing judges it".to_owned(),
            Reason::AuthenticationFlow => context.flow.clone().unwrap_or_else(|| "none".to_owned()),
            Reason::PolicyNotEnabled
            | Reason::EmptyPolicy
            | Reason::Users
            | Reason::WorkloadIdentities
            | Reason::Application
            | Reason::UserActions
            | Reason::AuthenticationContext
            | Reason::Devices => String::new(),
        }
    }
}

/// One condition of a policy, and what came of it.
struct Condition {
    reason: Reason,
    /// Absent where it was not looked at, because another was not met before.
    is_met: Option<bool>,
    evidence: String,
}

impl Condition {
    fn to_record(&self) -> Record {
        Record::new()
            .with("condition", self.reason.name())
            .with_some("isSatisfied", self.is_met)
            .with("evidence", self.evidence.as_str())
    }
}

fn flags(conditions: &[Condition], is_met: bool) -> String {
    let mut names: Vec<&str> = Vec::new();
    for condition in conditions.iter().filter(|condition| condition.is_met == Some(is_met)) {
        let flag = flag(condition.reason);
        if !names.contains(&flag) {
            names.push(flag);
        }
    }
    if names.is_empty() { "none".to_owned() } else { names.join(",") }
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
            let conditions = decision.conditions(policy, Some(*reason));
            Some(
                Record::new()
                    .with("id", policy.id.to_string())
                    .with("displayName", policy.name.as_str())
                    .with("result", not_applied(policy))
                    .with("reason", reason.name())
                    .with("conditions", conditions.iter().map(Condition::to_record).collect::<Vec<_>>()),
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
    let conditions: Vec<Record> = decision.conditions(policy, None).iter().map(Condition::to_record).collect();
    let mut unmet: Vec<String> = policy
        .grant
        .iter()
        .flat_map(|grant| grant.controls.iter().enumerate())
        .filter(|(at, _)| *at < 32 && applied.unmet & (1 << at) != 0)
        .map(|(_, control)| control.name())
        .collect();
    unmet.extend(unmet_session(applied).into_iter().map(str::to_owned));
    Some(
        logged(policy, applied.result.name())
            .with("conditions", conditions)
            .with("unmetControls", unmet)
            .with_some("invalid", policy.invalid.as_deref()),
    )
}

/// The session controls of a policy that are not kept.
fn unmet_session(applied: &Applied) -> Vec<&'static str> {
    let both = [(applied.is_stale, "SignInFrequency"), (applied.is_unbound, "SecureSignIn")];
    both.into_iter().filter(|(is_unmet, _)| *is_unmet).map(|(_, name)| name).collect()
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
        Reason::ServicePrincipalRisk => "servicePrincipalRisk",
        Reason::UserRisk => "userRisk",
        Reason::InsiderRisk => "insiderRisk",
        Reason::AuthenticationFlow => "authenticationFlows",
    }
}
