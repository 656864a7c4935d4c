//! What a request for a role is about, the schedules there are about the same, and how long it may last.

use std::time::Duration;

use directory::{Id, Kind, Object, Record, Refusal, Snapshot, Time, Value};
use schema::administrative_unit::ADMINISTRATIVE_UNIT;
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::unified_role_assignment_schedule::{ASSIGNMENT_TYPE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE};
use schema::unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE;
use schema::unified_role_schedule::{SCHEDULE_ENDS, SCHEDULE_STARTS};
use schema::{DIRECTORY_SCOPE_ID, PRINCIPAL_ID, ROLE_DEFINITION_ID, SCHEDULE_INFO};

use super::policy;
use crate::{people, span};

/// Who is to have which role where, and from when to when.
pub(super) struct Ask {
    pub(super) principal: Id,
    pub(super) role: Id,
    pub(super) scope: String,
    pub(super) is_eligibility: bool,
}

pub(super) type Times = (Time, Option<Time>);

/// From when to when an administrator gives it, within what the policy allows.
pub(super) fn times(now: &Snapshot, ask: &Ask, info: Option<&Record>, at: Time) -> Result<Times, Refusal> {
    let start = info.and_then(|info| info.time("startDateTime")).unwrap_or(at).max(at);
    let end = span::end(info.and_then(|info| info.record("expiration")), start)?;
    if end.is_some_and(|end| end <= start) {
        return Err(Refusal::invalid("it would end before it begins").at(SCHEDULE_INFO.name));
    }
    let longest = policy::longest_given(now, ask.role, ask.is_eligibility);
    match (end, longest) {
        (None, Some(_)) => Err(rules_failed(&["ExpirationRule"])),
        (Some(end), Some(longest)) if end.since(start) > longest => Err(rules_failed(&["ExpirationRule"])),
        _ => Ok((start, end)),
    }
}

pub(super) fn schedule_info((start, end): Times) -> Record {
    Record::new().with("startDateTime", start).with("expiration", span::until(end))
}

/// A schedule that keeps how long instead of until when: the start may move while somebody decides.
pub(super) fn lasting(start: Time, long: Duration) -> Record {
    let pattern = Record::new().with("type", "afterDuration").with("duration", format!("PT{}S", long.as_secs()));
    Record::new().with("startDateTime", start).with("expiration", pattern)
}

pub(super) fn schedule_of<'a>(now: &'a Snapshot, ask: &Ask, is_meant: impl Fn(&Object) -> bool) -> Option<&'a Object> {
    let mut found = schedules(now, ask.principal, ask.role, kind(ask.is_eligibility));
    found.find(|schedule| matches_ask(schedule, ask) && is_meant(schedule))
}

/// Whether an administrator gave it.
pub(super) fn is_given(now: &Snapshot, schedule: &Object) -> bool {
    now.is_a(schedule, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE) || schedule.get(ASSIGNMENT_TYPE) == Some("Assigned")
}

pub(super) fn schedules<'a>(
    now: &'a Snapshot,
    principal: Id,
    role: Id,
    kind: &'static Kind,
) -> impl Iterator<Item = &'a Object> + 'a {
    now.by(PRINCIPAL_ID, Value::Guid(principal))
        .filter(move |found| now.is_a(found, kind) && people::named(found, ROLE_DEFINITION_ID) == Some(role))
}

pub(super) fn plain_assignments<'a>(now: &'a Snapshot, ask: &'a Ask) -> impl Iterator<Item = &'a Object> + 'a {
    schedules(now, ask.principal, ask.role, &UNIFIED_ROLE_ASSIGNMENT).filter(|assignment| matches_ask(assignment, ask))
}

pub(super) fn matches_ask(object: &Object, ask: &Ask) -> bool {
    people::named(object, ROLE_DEFINITION_ID) == Some(ask.role)
        && object.get(DIRECTORY_SCOPE_ID).unwrap_or("/") == ask.scope
}

pub(super) fn holds(schedule: &Object, at: Time) -> bool {
    schedule.get(SCHEDULE_STARTS).is_none_or(|start| start <= at)
        && schedule.get(SCHEDULE_ENDS).is_none_or(|end| end > at)
}

pub(super) fn kind(is_eligibility: bool) -> &'static Kind {
    if is_eligibility { &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE } else { &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE }
}

/// The administrative unit that a scope names.
pub(super) fn scope_object(now: &Snapshot, scope: &str) -> Option<Id> {
    let unit = scope.strip_prefix("/administrativeUnits/").and_then(directory::id_from_text)?;
    now.find_a(&ADMINISTRATIVE_UNIT, unit).map(|unit| unit.id)
}

pub(super) fn exists(ask: &Ask) -> Refusal {
    let what = if ask.is_eligibility { "Role eligibility" } else { "Role assignment" };
    Refusal::conflict(format!("The {what} already exists."))
}

pub(super) fn missing(ask: &Ask) -> Refusal {
    let what = if ask.is_eligibility { "Role eligibility" } else { "Role assignment" };
    Refusal::state(format!("The {what} does not exist."))
}

pub(super) fn rules_failed(rules: &[&str]) -> Refusal {
    let rules: Vec<String> = rules.iter().map(|rule| format!("\"{rule}\"")).collect();
    Refusal::state(format!("The following policy rules failed: [{}]", rules.join(",")))
}
