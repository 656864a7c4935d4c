//! The verdict on one device: every requirement of every policy that reaches it, rolled up.
//!
//! The highest severity wins: unknown < not applicable < compliant < in grace period < not compliant < error. A device that
//! has not said enough to be judged is `unknown`, never compliant. Being in the grace period counts as compliant for
//! Conditional Access. What the tenant asks of every device (a policy, a sign of life, a person) is judged like a policy.

use std::time::Duration;

use directory::{Attr, Object, Record, Snapshot, Time};
use schema::PREFERRED_LANGUAGE;
use schema::device_management::DEVICE_MANAGEMENT;
use schema::managed_device::{
    COMPLIANCE_CHECK_DATE_TIME, COMPLIANCE_RESULTS, ENROLLED_DATE_TIME, LAST_SYNC_DATE_TIME, USER_ID,
};

use super::checks::{self, Finished, Met, Seen};
use super::contradiction::contradictions;
use super::policy::{Policy, Requirement, reaching};
use crate::assignment::Subject;
use crate::desired::value_text;
use crate::facts::Facts;

/// After how many days without a sign of life a device is not compliant, where the tenant does not say: Intune's default.
pub const INACTIVE_DAYS_DEFAULT: i64 = 30;
/// What the tenant may say.
const INACTIVE_DAYS: std::ops::RangeInclusive<i64> = 1..=120;
/// For how many days what a device was before counts on when it cannot tell any more: Intune's rule. Then it is not
/// compliant, without grace.
pub const HELD_DAYS: i64 = 7;
/// The name under which the tenant's own requirements are told.
const BUILT_IN: &str = "Built-in device compliance policy";

/// The verdict on a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub state: State,
    /// While in the grace period: until when.
    pub grace_until: Option<Time>,
    /// `complianceResult` records.
    pub results: Vec<Record>,
    /// The ids of the policies that reach the device.
    pub policies: Vec<String>,
    /// When the verdict must be looked at again because time has passed.
    pub check_at: Option<Time>,
}

/// Graph `complianceState`, in the order of severity: of several, the highest is the device's.
///
/// In Intune an unknown state is the mildest. Here not judged yet outranks compliant, so that silence is never taken for
/// health. Graph has no word for a device to which nothing applies: it falls short of nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    NotApplicable,
    Compliant,
    Unknown,
    InGracePeriod,
    Noncompliant,
    /// Policies demand what no device could be.
    Conflict,
    Error,
}

impl State {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::NotApplicable | State::Compliant => "compliant",
            State::Unknown => "unknown",
            State::InGracePeriod => "inGracePeriod",
            State::Noncompliant => "noncompliant",
            State::Conflict => "conflict",
            State::Error => "error",
        }
    }

    /// What Conditional Access sees.
    #[must_use]
    pub const fn is_compliant(self) -> bool {
        matches!(self, State::NotApplicable | State::Compliant | State::InGracePeriod)
    }

    /// Graph `complianceStatus`, as requirements have it, with when such a one is forgiven.
    #[must_use]
    pub fn of_status(status: &str, is_forgiven: bool) -> State {
        match status {
            "compliant" | "remediated" => State::Compliant,
            "notApplicable" => State::NotApplicable,
            "nonCompliant" if is_forgiven => State::InGracePeriod,
            "nonCompliant" => State::Noncompliant,
            "conflict" => State::Conflict,
            "error" => State::Error,
            _ => State::Unknown,
        }
    }

    /// The same as Graph `complianceStatus`, which has no word for grace.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            State::NotApplicable => "notApplicable",
            State::Compliant => "compliant",
            State::Unknown => "unknown",
            State::InGracePeriod | State::Noncompliant => "nonCompliant",
            State::Conflict => "conflict",
            State::Error => "error",
        }
    }
}

/// What the tenant asks of every device.
struct Tenant {
    secure_by_default: bool,
    inactive_days: i64,
}

impl Tenant {
    fn of(now: &Snapshot) -> Tenant {
        let settings: Attr<Record> = Attr::new("settings");
        let settings = now.all(&DEVICE_MANAGEMENT).next().and_then(|tenant| tenant.get(settings)).unwrap_or_default();
        let days = settings.int("deviceComplianceCheckinThresholdDays").unwrap_or(INACTIVE_DAYS_DEFAULT);
        Tenant {
            // A device that nobody judges is not compliant unless the tenant says otherwise: the safe way round.
            secure_by_default: settings.bool("secureByDefault").unwrap_or(true),
            inactive_days: days.clamp(*INACTIVE_DAYS.start(), *INACTIVE_DAYS.end()),
        }
    }
}

/// Judge a device.
#[must_use]
pub fn judge(now: &Snapshot, managed: &Object, at: Time) -> Verdict {
    let subject = Subject::of(now, managed, at);
    let policies = reaching(now, &subject);
    let facts = Facts::of(managed);
    let language = subject.user.and_then(|user| user.get(PREFERRED_LANGUAGE));
    let seen = Seen { managed, facts: &facts, language };
    let mut judging =
        Judging { at, before: managed.get(COMPLIANCE_RESULTS).unwrap_or_default(), found: vec![], looks: vec![] };
    let is_active = judging.tenant(managed, &Tenant::of(now), &subject, &policies);
    let contradictions = contradictions(&policies);
    for policy in &policies {
        for requirement in &policy.requirements {
            let other = contradictions.iter().find(|c| c.is_about(policy.id, &requirement.setting));
            judging.add(Some(policy), &requirement.setting, carry_out(&seen, requirement), other.map(|c| &c.words));
        }
    }
    let state = judging.found.iter().map(|found| found.counts_as).max().unwrap_or(State::Unknown);
    let graces = judging.found.iter().filter_map(|found| found.grace_until);
    let grace_until = if state == State::InGracePeriod { graces.min() } else { None };
    let mut ids: Vec<String> = policies.iter().map(|policy| policy.id.to_string()).collect();
    ids.sort_unstable();
    // A look that is still ahead is soon enough: it moves on when it comes, not with every sign of life.
    let kept = managed.get(COMPLIANCE_CHECK_DATE_TIME).filter(|kept| *kept > at);
    // A silent device is looked at when it is seen again, and that it has no look ahead is how this is known.
    let soonest = judging.looks.iter().copied().filter(|look| is_active && *look > at).min();
    let check_at = match (kept, soonest) {
        (Some(kept), Some(soonest)) if kept <= soonest => Some(kept),
        (_, soonest) => soonest,
    };
    let results = judging.found.into_iter().map(|found| found.record).collect();
    Verdict { state, grace_until, results, policies: ids, check_at }
}

/// Ask the check that a requirement names.
fn carry_out(seen: &Seen<'_>, requirement: &Requirement) -> Finished {
    match checks::find(&requirement.check) {
        Some(check) => check(seen, &requirement.value),
        None => Finished::new(
            Met::CannotTell("no client of this platform reports it".into()),
            value_text(&requirement.value),
            None,
            "ask an administrator to take this requirement out of the policy",
        ),
    }
}

/// One requirement, judged.
struct Found {
    /// What it means for the device: the state itself, or, while it cannot be told, the one before.
    counts_as: State,
    grace_until: Option<Time>,
    record: Record,
}

struct Judging {
    at: Time,
    before: Vec<Record>,
    found: Vec<Found>,
    /// When time alone may change the verdict, the end of grace aside.
    looks: Vec<Time>,
}

impl Judging {
    /// What the tenant asks of every device. The answer is whether it was seen lately.
    fn tenant(&mut self, managed: &Object, tenant: &Tenant, subject: &Subject<'_>, policies: &[Policy]) -> bool {
        let met = |is: bool| if is { Met::Yes } else { Met::No };
        let has_policy = !policies.is_empty();
        let expected = if tenant.secure_by_default { "a compliance policy" } else { "nothing" };
        let actual = if has_policy { "a compliance policy" } else { "no compliance policy" };
        let outcome = Finished::new(
            met(has_policy || !tenant.secure_by_default),
            expected.into(),
            Some(actual.into()),
            "ask an administrator to assign a compliance policy",
        );
        self.add(None, "RequireDeviceCompliancePolicyAssigned", outcome, None);

        let seen = managed.get(LAST_SYNC_DATE_TIME).or_else(|| managed.get(ENROLLED_DATE_TIME));
        let silent_at = seen.map(|seen| seen.plus_days(tenant.inactive_days));
        let is_active = silent_at.is_some_and(|silent| silent > self.at);
        self.looks.extend(silent_at.filter(|_| is_active));
        let outcome = Finished::new(
            met(is_active),
            format!("a sign of life within {} days", tenant.inactive_days),
            // Not the time itself: it changes without the verdict changing.
            Some(if is_active { "in contact" } else { "silent for too long" }.into()),
            "connect the device to the network and let it check in",
        );
        self.add(None, "RequireRemainContact", outcome, None);

        let has_person = subject.user.is_some() || !managed.has(USER_ID.id);
        let outcome = Finished::new(
            met(has_person),
            "the person who enrolled it".into(),
            Some(if has_person { "exists" } else { "does not exist any more" }.into()),
            "enrol the device again for a person who exists",
        );
        self.add(None, "RequireUserExistence", outcome, None);
        is_active
    }

    /// Add one result. Since when it stands so is kept from the result before.
    fn add(&mut self, policy: Option<&Policy>, setting: &str, finished: Finished, conflict: Option<&String>) {
        let (id, name) = policy.map_or((String::new(), BUILT_IN), |p| (p.id.to_string(), p.name.as_str()));
        let word = match &finished.met {
            _ if conflict.is_some() => "conflict",
            Met::Yes => "compliant",
            Met::No => "nonCompliant",
            Met::CannotTell(_) => "error",
            Met::NotYet => "unknown",
            Met::NotApplicable => "notApplicable",
        };
        let before = self
            .before
            .iter()
            .find(|record| record.text("policyId") == Some(id.as_str()) && record.text("setting") == Some(setting));
        let same = before.filter(|record| record.text("state") == Some(word));
        let since = same.and_then(|record| record.time("sinceDateTime")).unwrap_or(self.at);
        let hours = policy.map_or(0, |policy| policy.grace_hours);
        let forgiven_until = (word == "nonCompliant" && hours > 0)
            .then(|| since + Duration::from_secs(u64::try_from(hours).unwrap_or(0) * 3_600));
        let state = State::of_status(word, forgiven_until.is_some_and(|until| until > self.at));
        let held = if word == "error" { held(before, self.at) } else { None };
        let counts_as = match held {
            None => state,
            Some(held) => {
                let ends = since.plus_days(HELD_DAYS);
                self.looks.push(ends);
                if ends > self.at { State::of_status(held, false) } else { State::Noncompliant }
            }
        };
        let actual = match (conflict, finished.met) {
            (Some(words), _) => Some(words.clone()),
            (None, Met::CannotTell(why)) => Some(format!("cannot be told: {why}")),
            (None, Met::Yes | Met::No | Met::NotYet | Met::NotApplicable) => finished.actual,
        };
        let is_fine = matches!(state, State::Compliant | State::NotApplicable);
        let fix = match conflict {
            Some(_) => "ask an administrator to make the policies agree".into(),
            None => finished.remediation,
        };
        let record = Record::new()
            .with("policyId", id)
            .with("policyName", name)
            .with("setting", setting)
            .with_some("title", finished.title)
            .with("state", word)
            .with("expected", finished.expected)
            .with_some("actual", actual)
            .with_some("remediation", (!is_fine && !fix.is_empty()).then(|| fix.as_ref()))
            .with_some("moreInfoUrl", finished.more_info_url.filter(|_| !is_fine))
            .with("sinceDateTime", since)
            .with_some("graceUntilDateTime", forgiven_until)
            .with_some("heldState", held);
        let grace_until = forgiven_until.filter(|_| state == State::InGracePeriod);
        self.found.push(Found { counts_as, grace_until, record });
    }
}

/// The state before one that cannot be told, which counts on for a while. Grace does not: it ends with the state.
fn held(before: Option<&Record>, at: Time) -> Option<&'static str> {
    let before = before?;
    match before.text("state")? {
        "error" => match before.text("heldState")? {
            "compliant" => Some("compliant"),
            _ => Some("nonCompliant"),
        },
        "compliant" => Some("compliant"),
        "nonCompliant" if before.time("graceUntilDateTime").is_some_and(|until| until > at) => Some("compliant"),
        "nonCompliant" => Some("nonCompliant"),
        _ => None,
    }
}
