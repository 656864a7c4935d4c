//! The decision: every applicable policy must be satisfied; there is no priority and no first match.

use std::sync::Arc;
use std::time::Duration;

use directory::{Snapshot, Time};

use super::compiled::CompiledPolicies;
use super::facts::{Device, Facts, Known};
use super::judge::{self, Reason};
use super::policy::{Control, Frequency, Policy, Session, State};
use super::sign_in::{SignInContext, Subject};

/// What Conditional Access says about one sign-in. What the logs and explanations want is worked out from it when asked.
#[derive(Clone, Debug)]
pub struct CaDecision {
    pub outcome: Outcome,
    pub status: Status,
    /// The session controls of all policies that apply, merged.
    pub session: Session,
    /// The policies that apply.
    pub applied: Vec<Applied>,
    /// The policies that do not, each with the first condition that is not met.
    pub not_applied: Vec<(usize, Reason)>,
    pub(crate) policies: Arc<CompiledPolicies>,
    pub(crate) known: Known,
    pub(crate) context: SignInContext,
}

/// Whether they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Allow,
    /// They may once they did more, the first of which they can do now. In the order in which they are asked.
    Interact {
        error: Error,
        needs: Vec<Need>,
    },
    /// They may not, and nothing they do here changes that.
    Deny {
        error: Error,
        needs: Vec<Need>,
    },
}

/// What is still to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The last sign-in is older than a policy allows.
    SignInAgain,
    Control(Control),
}

impl Need {
    /// Whether the person can do it in this sign-in.
    #[must_use]
    pub const fn is_interactive(&self) -> bool {
        match self {
            Need::SignInAgain => true,
            Need::Control(control) => control.is_personal(),
        }
    }

    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Need::SignInAgain => "SignInFrequency".into(),
            Need::Control(control) => control.name(),
        }
    }
}

/// The number of the AADSTS error, and what it means in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: u32,
    pub reason: &'static str,
}

/// `conditionalAccessStatus` of the sign-in log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Success,
    Failure,
    NotApplied,
}

impl Status {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Failure => "failure",
            Status::NotApplied => "notApplied",
        }
    }
}

/// A policy that applies, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its place among the policies.
    pub policy: usize,
    pub result: PolicyResult,
    /// One bit per control of its grant that is not met.
    pub unmet: u32,
    /// Whether its sign-in frequency is exceeded.
    pub is_stale: bool,
    /// Whether it demands tokens that are bound to a device, and nothing binds them.
    pub is_unbound: bool,
}

/// `appliedConditionalAccessPolicyResult`, as far as policies that apply have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyResult {
    Success,
    Failure,
    ReportOnlySuccess,
    ReportOnlyFailure,
    ReportOnlyInterrupted,
}

impl PolicyResult {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            PolicyResult::Success => "success",
            PolicyResult::Failure => "failure",
            PolicyResult::ReportOnlySuccess => "reportOnlySuccess",
            PolicyResult::ReportOnlyFailure => "reportOnlyFailure",
            PolicyResult::ReportOnlyInterrupted => "reportOnlyInterrupted",
        }
    }
}

const BLOCKED: Error = Error { code: 53003, reason: "access was blocked by Conditional Access" };

const UNBOUND: Error =
    Error { code: 530_084, reason: "tokens must be bound to a registered device, and this sign-in shows none" };

/// Judge one sign-in by all policies. Pure.
#[must_use]
pub fn decide(policies: &Arc<CompiledPolicies>, now: &Snapshot, at: Time, context: &SignInContext) -> CaDecision {
    let facts = Facts::of(policies, now, at, context);
    let mut applicable: Vec<(usize, &Policy)> = Vec::new();
    let mut not_applied = Vec::new();
    for (index, policy) in policies.policies.iter().enumerate() {
        match judge::first_unmet(policy, &facts) {
            None => applicable.push((index, policy)),
            Some(reason) => not_applied.push((index, reason)),
        }
    }
    let session = merged(applicable.iter().filter(|(_, p)| p.state == State::Enabled).map(|(_, p)| &p.session));
    let mfa_age_max = session.frequency.map(|frequency| frequency.every);
    let applied: Vec<Applied> =
        applicable.iter().map(|(index, policy)| apply(*index, policy, &facts, mfa_age_max)).collect();
    let outcome = outcome(&applied, &applicable, &facts, mfa_age_max);
    let status = match &outcome {
        _ if !applicable.iter().any(|(_, policy)| policy.state == State::Enabled) => Status::NotApplied,
        Outcome::Allow => Status::Success,
        Outcome::Interact { .. } | Outcome::Deny { .. } => Status::Failure,
    };
    let Facts { known, .. } = facts;
    CaDecision {
        outcome,
        status,
        session,
        applied,
        not_applied,
        policies: Arc::clone(policies),
        known,
        context: context.clone(),
    }
}

/// What came of one policy that applies.
fn apply(index: usize, policy: &Policy, facts: &Facts<'_>, mfa_age_max: Option<Duration>) -> Applied {
    let mut unmet = 0u32;
    let mut is_satisfied = policy.invalid.is_none();
    if let Some(grant) = &policy.grant {
        // Enrolment is let off a compliant device, which it leads to, and nothing else: where a policy takes one of several, what
        // the person can do instead is still theirs to do.
        let has_another_way = grant.any && grant.controls.iter().any(Control::is_personal);
        let lets_off = facts.leads_to_compliance() && !has_another_way;
        for (at, control) in grant.controls.iter().enumerate().take(32) {
            if lets_off && *control == Control::CompliantDevice {
                continue;
            }
            if !judge::is_met(control, facts, mfa_age_max) {
                unmet |= 1 << at;
            }
        }
        let met = grant.controls.len().min(32) - unmet.count_ones() as usize;
        is_satisfied &= if grant.any { met > 0 } else { unmet == 0 };
    }
    let is_stale = policy.session.frequency.is_some_and(|frequency| is_stale(frequency, facts));
    let is_unbound = policy.session.token_protection && !facts.context.is_device_bound;
    let result = match (policy.state, is_satisfied && !is_stale && !is_unbound) {
        (State::Enabled | State::Disabled, true) => PolicyResult::Success,
        (State::Enabled | State::Disabled, false) => PolicyResult::Failure,
        (State::ReportOnly, true) => PolicyResult::ReportOnlySuccess,
        (State::ReportOnly, false)
            if policy.invalid.is_none() && !is_unbound && needs_only_the_person(policy, unmet) =>
        {
            PolicyResult::ReportOnlyInterrupted
        }
        (State::ReportOnly, false) => PolicyResult::ReportOnlyFailure,
    };
    Applied { policy: index, result, unmet: if is_satisfied { 0 } else { unmet }, is_stale, is_unbound }
}

/// Whether the last sign-in is older than the frequency allows.
fn is_stale(frequency: Frequency, facts: &Facts<'_>) -> bool {
    let last = if frequency.secondary_only { facts.context.mfa } else { facts.context.authenticated };
    last.is_some_and(|last| !judge::is_fresh(facts.at, last, Some(frequency.every)))
}

/// Whether what is missing is something the person would be asked for, rather than a block or a device.
fn needs_only_the_person(policy: &Policy, unmet: u32) -> bool {
    let Some(grant) = &policy.grant else {
        return true;
    };
    let mut missing = unmet_controls(&grant.controls, unmet);
    if grant.any { missing.any(Control::is_personal) } else { missing.all(Control::is_personal) }
}

fn unmet_controls(controls: &[Control], unmet: u32) -> impl Iterator<Item = &Control> {
    controls.iter().enumerate().filter(move |(at, _)| unmet & (1 << at) != 0).map(|(_, control)| control)
}

/// All that is still missing, over all enforced policies.
fn outcome(
    applied: &[Applied],
    applicable: &[(usize, &Policy)],
    facts: &Facts<'_>,
    mfa_age_max: Option<Duration>,
) -> Outcome {
    let failed = || applied.iter().zip(applicable).filter(|(a, _)| a.result == PolicyResult::Failure);
    let mut needs: Vec<Need> = Vec::new();
    let (mut is_blocked, mut is_unbound) = (false, false);
    for (applied, (_, policy)) in failed() {
        is_blocked |= policy.invalid.is_some();
        is_unbound |= applied.is_unbound;
        if applied.is_stale {
            // Where only the second factor grows old, the first need not be given again.
            let need = match policy.session.frequency {
                Some(Frequency { secondary_only: true, .. }) => Need::Control(Control::Mfa),
                Some(_) | None => Need::SignInAgain,
            };
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        let Some(grant) = policy.grant.as_ref().filter(|_| applied.unmet != 0) else {
            continue;
        };
        let missing: Vec<&Control> = unmet_controls(&grant.controls, applied.unmet).collect();
        let asked = if grant.any { one_of(&missing) } else { missing };
        is_blocked |= asked.contains(&&Control::Block);
        for control in asked {
            let need = Need::Control(control.clone());
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    // A client that can only give a name and a password cannot be asked for anything; a workload neither.
    let can_be_asked = !facts.context.client_app_type.is_legacy() && matches!(facts.context.subject, Subject::User(_));
    if is_blocked || (!can_be_asked && !needs.is_empty()) {
        return Outcome::Deny { error: BLOCKED, needs: vec![Need::Control(Control::Block)] };
    }
    if is_unbound {
        return Outcome::Deny { error: UNBOUND, needs };
    }
    needs.sort_by_key(|need| match need {
        Need::SignInAgain => 0,
        Need::Control(control) => control.rank(),
    });
    match needs.first() {
        None => Outcome::Allow,
        Some(first) if first.is_interactive() => Outcome::Interact { error: error(first, facts, mfa_age_max), needs },
        Some(first) => Outcome::Deny { error: error(first, facts, mfa_age_max), needs },
    }
}

/// The one control that is asked for where one is enough: the first that the person can do now, else the first.
fn one_of<'a>(missing: &[&'a Control]) -> Vec<&'a Control> {
    let can_do = |control: &&&Control| Need::Control((**control).clone()).is_interactive();
    missing.iter().find(can_do).or(missing.first()).map(|control| vec![*control]).unwrap_or_default()
}

fn error(need: &Need, facts: &Facts<'_>, mfa_age_max: Option<Duration>) -> Error {
    let (code, reason) = match need {
        Need::SignInAgain => (70044, "the last sign-in is too long ago: sign in again"),
        Need::Control(Control::Mfa | Control::Strength { .. }) => {
            let has_expired = facts.context.mfa.is_some_and(|at| !judge::is_fresh(facts.at, at, mfa_age_max));
            if has_expired {
                (50078, "the second factor was proved too long ago: prove it again")
            } else {
                (50076, "a second factor is required")
            }
        }
        Need::Control(Control::CompliantDevice) => match facts.known.device {
            Device::Absent => (50097, "a registered and compliant device is required"),
            Device::Unknown => (50187, "nothing is known of the device: register it again"),
            Device::Known { .. } => (53000, "the device is not compliant"),
        },
        Need::Control(Control::DomainJoinedDevice) => match facts.known.device {
            Device::Unknown => (50187, "nothing is known of the device: register it again"),
            Device::Absent | Device::Known { .. } => (53001, "the device is not joined to the domain"),
        },
        Need::Control(Control::ApprovedApplication) => (53002, "the application is not an approved one"),
        Need::Control(Control::CompliantApplication) => (53009, "the application is not protected by policy"),
        Need::Control(Control::PasswordChange | Control::RiskRemediation) => {
            (50135, "the password must be changed because of risk")
        }
        Need::Control(Control::TermsOfUse(_)) => (50158, "the terms of use must be accepted"),
        Need::Control(Control::Custom(_)) => (50158, "an external challenge must be met"),
        Need::Control(Control::Block) => return BLOCKED,
    };
    Error { code, reason }
}

/// Session controls of several policies as one: the shortest frequency, never persistent before always, any restriction.
fn merged<'a>(sessions: impl Iterator<Item = &'a Session>) -> Session {
    sessions.fold(Session::default(), |mut all, one| {
        all.frequency = match (all.frequency, one.frequency) {
            (Some(a), Some(b)) => {
                Some(Frequency { every: a.every.min(b.every), secondary_only: a.secondary_only && b.secondary_only })
            }
            (a, b) => a.or(b),
        };
        all.persistent_browser = match (all.persistent_browser, one.persistent_browser) {
            (Some(a), Some(b)) => Some(a && b),
            (a, b) => a.or(b),
        };
        all.app_enforced_restrictions |= one.app_enforced_restrictions;
        all.cloud_app_security |= one.cloud_app_security;
        all.token_protection |= one.token_protection;
        all.disable_resilience_defaults |= one.disable_resilience_defaults;
        let stricter = [&one.continuous_evaluation, &all.continuous_evaluation];
        let is_strict = |mode: &&&Option<String>| mode.as_deref().is_some_and(|m| m.starts_with("strict"));
        all.continuous_evaluation = match stricter.iter().find(is_strict) {
            Some(strict) => (**strict).clone(),
            None => all.continuous_evaluation.take().or_else(|| one.continuous_evaluation.clone()),
        };
        all
    })
}
