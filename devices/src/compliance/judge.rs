//! The verdict on one device: every requirement of every policy that reaches it, rolled up.
//!
//! The highest severity wins: unknown < not applicable < compliant < in grace period < not compliant < error. A device that
//! has not said enough to be judged is `unknown`, never compliant. Being in the grace period counts as compliant for
//! Conditional Access. What the tenant asks of every device (a policy, a sign of life, a person) is judged like a policy.

use std::time::Duration;

use directory::{Attr, Object, Record, Snapshot, Time, Value};
use schema::device_management::DEVICE_MANAGEMENT;
use schema::managed_device::{
    COMPLIANCE_CHECK_DATE_TIME, COMPLIANCE_RESULTS, ENROLLED_DATE_TIME, LAST_SYNC_DATE_TIME, USER_ID,
};

use super::checks::{self, Finished, Met, Seen};
use super::policy::{Policy, reaching};
use crate::assignment::Subject;
use crate::desired::value_text;
use crate::facts::Facts;

/// After how many days without a sign of life a device is not compliant, where the tenant does not say: Intune's default.
pub const INACTIVE_DAYS_DEFAULT: i64 = 30;
/// What the tenant may say.
const INACTIVE_DAYS: std::ops::RangeInclusive<i64> = 1..=120;
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

/// Graph `complianceState`, in the order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Compliant,
    /// Not judged yet outranks compliant, so that silence is never taken for health.
    Unknown,
    InGracePeriod,
    Noncompliant,
    Error,
}

impl State {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Compliant => "compliant",
            State::Unknown => "unknown",
            State::InGracePeriod => "inGracePeriod",
            State::Noncompliant => "noncompliant",
            State::Error => "error",
        }
    }

    /// What Conditional Access sees.
    #[must_use]
    pub const fn is_compliant(self) -> bool {
        matches!(self, State::Compliant | State::InGracePeriod)
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
    let mut judging =
        Judging { managed, at, before: managed.get(COMPLIANCE_RESULTS).unwrap_or_default(), found: vec![] };
    let check_at = judging.tenant(&Tenant::of(now), &subject, &policies);
    for policy in &policies {
        for requirement in &policy.requirements {
            let finished = match checks::find(&requirement.setting) {
                Some(check) => check(&Seen { managed, facts: &facts }, &requirement.value),
                None => Finished {
                    met: Met::CannotTell("no client of this platform reports it".into()),
                    expected: value_text(&requirement.value),
                    actual: None,
                    remediation: "ask an administrator to take this requirement out of the policy",
                },
            };
            judging.add(Some(policy), &requirement.setting, finished);
        }
    }
    let Judging { found, .. } = judging;
    let state = found.iter().map(|(state, _, _)| *state).max().unwrap_or(State::Unknown);
    let graces = found.iter().filter_map(|(_, grace_until, _)| *grace_until);
    let grace_until = if state == State::InGracePeriod { graces.min() } else { None };
    let mut ids: Vec<String> = policies.iter().map(|policy| policy.id.to_string()).collect();
    ids.sort_unstable();
    Verdict { state, grace_until, results: found.into_iter().map(|(_, _, r)| r).collect(), policies: ids, check_at }
}

struct Judging<'a> {
    managed: &'a Object,
    at: Time,
    before: Vec<Record>,
    found: Vec<(State, Option<Time>, Record)>,
}

impl Judging<'_> {
    /// What the tenant asks of every device. The answer is when the device will count as silent.
    fn tenant(&mut self, tenant: &Tenant, subject: &Subject<'_>, policies: &[Policy]) -> Option<Time> {
        let met = |is: bool| if is { Met::Yes } else { Met::No };
        let has_policy = !policies.is_empty();
        self.add(
            None,
            "RequireDeviceCompliancePolicyAssigned",
            Finished {
                met: met(has_policy || !tenant.secure_by_default),
                expected: if tenant.secure_by_default { "a compliance policy" } else { "nothing" }.into(),
                actual: Some(if has_policy { "a compliance policy" } else { "no compliance policy" }.into()),
                remediation: "ask an administrator to assign a compliance policy",
            },
        );
        let seen = self.managed.get(LAST_SYNC_DATE_TIME).or_else(|| self.managed.get(ENROLLED_DATE_TIME));
        let silent_at = seen.map(|seen| seen.plus_days(tenant.inactive_days));
        let is_active = silent_at.is_some_and(|silent| silent > self.at);
        self.add(
            None,
            "RequireRemainContact",
            Finished {
                met: met(is_active),
                expected: format!("a sign of life within {} days", tenant.inactive_days),
                // Not the time itself: it changes without the verdict changing.
                actual: Some(if is_active { "in contact" } else { "silent for too long" }.into()),
                remediation: "connect the device to the network and let it check in",
            },
        );
        let has_person = subject.user.is_some() || !self.managed.has(USER_ID.id);
        self.add(
            None,
            "RequireUserExistence",
            Finished {
                met: met(has_person),
                expected: "the person who enrolled it".into(),
                actual: Some(if has_person { "exists" } else { "does not exist any more" }.into()),
                remediation: "enrol the device again for a person who exists",
            },
        );
        // A check that is still ahead is soon enough: it moves on when it comes, not with every sign of life.
        let kept = self.managed.get(COMPLIANCE_CHECK_DATE_TIME);
        let kept = kept.filter(|kept| *kept > self.at && silent_at.is_some_and(|silent| *kept <= silent));
        if is_active { kept.or(silent_at) } else { None }
    }

    /// Add one result. Since when it stands so is kept from the result before.
    fn add(&mut self, policy: Option<&Policy>, setting: &str, finished: Finished) {
        let (id, name) = policy.map_or((String::new(), BUILT_IN), |p| (p.id.to_string(), p.name.as_str()));
        let word = match &finished.met {
            Met::Yes => "compliant",
            Met::No => "nonCompliant",
            Met::CannotTell(_) => "error",
            Met::NotYet => "unknown",
        };
        let known = self.before.iter().find(|record| {
            record.text("policyId") == Some(id.as_str())
                && record.text("setting") == Some(setting)
                && record.text("state") == Some(word)
        });
        let since = known.and_then(|record| record.time("sinceDateTime")).unwrap_or(self.at);
        let hours = policy.map_or(0, |policy| policy.grace_hours);
        let forgiven_until = (finished.met == Met::No && hours > 0)
            .then(|| since + Duration::from_secs(u64::try_from(hours).unwrap_or(0) * 3_600));
        let state = match &finished.met {
            Met::Yes => State::Compliant,
            Met::NotYet => State::Unknown,
            Met::CannotTell(_) => State::Error,
            Met::No if forgiven_until.is_some_and(|until| until > self.at) => State::InGracePeriod,
            Met::No => State::Noncompliant,
        };
        let actual = match finished.met {
            Met::CannotTell(why) => Some(format!("cannot be told: {why}")),
            Met::Yes | Met::No | Met::NotYet => finished.actual,
        };
        let fix = Some(finished.remediation).filter(|_| state != State::Compliant).map(Value::from);
        let record = Record::new()
            .with("policyId", id)
            .with("policyName", name)
            .with("setting", setting)
            .with("state", word)
            .with("expected", finished.expected)
            .with_some("actual", actual)
            .with_some("remediation", fix)
            .with("sinceDateTime", since)
            .with_some("graceUntilDateTime", forgiven_until);
        self.found.push((state, forgiven_until.filter(|_| state == State::InGracePeriod), record));
    }
}
