//! Requests for access packages: made by people for themselves or by administrators for others; judged when they are made,
//! when they are approved, and carried out as an assignment.
//!
//! A request cannot be changed after it was made: what was approved is what was asked for. Deliberately absent: asking on
//! behalf of somebody else, questions.

use directory::{Action, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Time, Write};
use schema::access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT;
use schema::access_package_assignment_policy::REQUESTOR_SETTINGS;
use schema::access_package_assignment_request::{
    ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT, ASSIGNMENT_LINK, REQUESTOR,
};
use schema::request::REQUEST;
use schema::{ACCESS_PACKAGE_LINK, CREATED_DATE_TIME, IS_VALIDATION_ONLY, JUSTIFICATION, SCHEDULE, STATE};

use super::admission::{Given, Wish, admit, recall, understand};
use super::grant::{agreed, carry_out, end_changes, said, states, subject};
use super::policy;
use crate::approval::{self, No};
use crate::{people, span};

pub(crate) const CHECK: Check =
    Check { kind: &ACCESS_PACKAGE_ASSIGNMENT_REQUEST, complete: Some(complete), check: None };
pub(crate) const OF_ASSIGNMENT: Check =
    Check { kind: &ACCESS_PACKAGE_ASSIGNMENT, complete: None, check: Some(only_from_requests) };
pub(crate) const CANCEL: Action = Action::on(&ACCESS_PACKAGE_ASSIGNMENT_REQUEST, "cancel", cancel);

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    refuse_edits(now, changes)?;
    let requests: Vec<Id> = changes
        .iter()
        .filter(|c| matches!(c, Change::Create { kind, .. } if *kind == ACCESS_PACKAGE_ASSIGNMENT_REQUEST.id()))
        .map(Change::subject)
        .collect();
    let mut made = Vec::new();
    for id in requests {
        make(now, call, id, changes, &mut made)?;
    }
    let gone = changes.iter().filter(|c| matches!(c, Change::Delete { .. })).map(Change::subject);
    let withdrawn: Vec<Change> = gone.filter_map(|id| approval::withdraw(now, id)).collect();
    changes.extend(withdrawn);
    Ok(())
}

/// What callers may write, they may write when they make the request.
pub(crate) fn refuse_edits(now: &Snapshot, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Some(request) = now.find(change.subject()) else { continue };
        let is_request = now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST) || now.is_a(request, &REQUEST);
        let is_edit = match change {
            Change::Set { attribute, .. } => {
                now.model().attribute(request.kind, *attribute).is_some_and(|a| a.write == Write::Caller)
            }
            Change::Link { link, .. } | Change::Unlink { link, .. } => {
                now.model().link(request.kind, *link).is_some_and(|l| l.write == Write::Caller)
            }
            Change::Create { .. } | Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => false,
        };
        if is_request && is_edit {
            return Err(Refusal::state("a request cannot be changed: cancel it and make another"));
        }
    }
    Ok(())
}

/// Judge a new request and write down what becomes of it.
fn make(
    now: &Snapshot,
    call: &Call<'_>,
    id: Id,
    changes: &mut Vec<Change>,
    subjects: &mut Vec<(Id, Id)>,
) -> Result<(), Refusal> {
    let given = Given { id, changes };
    let ask = understand(now, call, &given)?;
    let justification = given.text(JUSTIFICATION).unwrap_or_default().trim().to_owned();
    let schedule = given.record(SCHEDULE);
    admit(now, call.at, &ask, None)?;
    if !ask.is_admin && ask.wish != Wish::Remove && policy::wants_justification(ask.policy) && justification.is_empty()
    {
        return Err(Refusal::invalid("say why you need it").at(JUSTIFICATION.name));
    }
    let asked = schedule.as_ref().filter(|_| ask.is_admin || policy_allows_custom(ask.policy));
    let start = asked.and_then(|schedule| schedule.time("startDateTime")).unwrap_or(call.at).max(call.at);
    let end = policy::end(ask.policy, asked, start)?;
    if end.is_some_and(|end| end <= start) {
        return Err(Refusal::invalid("it would end before it begins").at("schedule/expiration"));
    }
    let validates_only = given.bool(IS_VALIDATION_ONLY);
    let mut more = Vec::new();
    let target_subject = subject(now, call, ask.target, subjects, &mut more);
    let requestor = call.caller.actor.id().map(|id| subject(now, call, id, subjects, &mut more));
    more.push(Change::link(id, REQUESTOR, requestor.unwrap_or(target_subject)));
    more.push(Change::link(id, ACCESS_PACKAGE_LINK, ask.package.id));
    more.push(Change::set(id, CREATED_DATE_TIME, call.at));
    // From here on the request carries all that was agreed, whatever becomes of the policy meanwhile.
    more.push(Change::set(id, SCHEDULE, agreed(asked, ask.policy, start)));
    more.push(Change::set(id, ASSIGNMENT, said(&ask)));
    let terms = if ask.is_admin || ask.wish == Wish::Remove {
        None
    } else {
        policy::approval(ask.policy, ask.wish == Wish::Update)
    };
    match terms {
        _ if validates_only => more.extend(states(id, "submitted", "Validated", Some(call.at))),
        Some(terms) => {
            let mut about = vec![ask.target];
            about.extend(people::caller(call));
            more.extend(approval::open(now, call, id, &about, terms)?);
            more.extend(states(id, "pendingApproval", "PendingApproval", None));
        }
        None => more.extend(carry_out(call.at, call.new_id(), id, &ask, target_subject, (start, end))),
    }
    changes.extend(more);
    Ok(())
}

/// An approver said yes: judge again, and give what was asked for.
pub(crate) fn approved(now: &Snapshot, call: &Call<'_>, request: &Object) -> Result<Vec<Change>, Refusal> {
    if request.get(STATE) != Some("pendingApproval") {
        return Err(Refusal::state("the request is not waiting for approval any more"));
    }
    let ask = recall(now, request)?;
    admit(now, call.at, &ask, Some(request.id))?;
    let schedule = request.get(SCHEDULE).unwrap_or_default();
    let start = schedule.time("startDateTime").unwrap_or(call.at).max(call.at);
    let end = span::end(schedule.record("expiration"), start)?;
    if end.is_some_and(|end| end <= start) {
        return Err(Refusal::state("the time for which it was asked is over"));
    }
    let mut more = Vec::new();
    let subject = subject(now, call, ask.target, &mut Vec::new(), &mut more);
    more.extend(carry_out(call.at, call.new_id(), request.id, &ask, subject, (start, end)));
    Ok(more)
}

/// An approver, or time, said no.
pub(crate) fn refused(request: &Object, at: Time, no: No) -> Vec<Change> {
    if request.get(STATE) != Some("pendingApproval") {
        return Vec::new();
    }
    let status = match no {
        No::Denied => "Denied",
        No::TimedOut => "Expired",
    };
    states(request.id, "denied", status, Some(at))
}

/// Take back a request that waits.
pub(crate) fn cancel_changes(now: &Snapshot, request: &Object, at: Time) -> Vec<Change> {
    let mut changes = states(request.id, "canceled", "Canceled", Some(at));
    // What was granted but has not begun does not begin.
    changes.extend(now.linked(request.id, ASSIGNMENT_LINK).into_iter().flat_map(|granted| end_changes(granted.id, at)));
    changes.extend(approval::withdraw(now, request.id));
    changes
}

fn cancel(now: &Snapshot, call: &Call<'_>, request: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let request = request.ok_or_else(|| Refusal::invalid("say which request"))?;
    if !matches!(request.get(STATE), Some("pendingApproval" | "scheduled")) {
        return Err(Refusal::state("only a request that waits can be cancelled"));
    }
    Ok(Decision::change(cancel_changes(now, request, call.at)))
}

fn policy_allows_custom(policy: &Object) -> bool {
    let settings = policy.get(REQUESTOR_SETTINGS);
    settings.is_some_and(|settings| settings.bool("allowCustomAssignmentSchedule") == Some(true))
}

/// Assignments come from requests.
fn only_from_requests(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_bare = |id: &Id| {
        after.find_a(&ACCESS_PACKAGE_ASSIGNMENT, *id).is_some_and(|assignment| assignment.get(STATE).is_none())
    };
    if changes.iter().any(|change| matches!(change, Change::Create { id, .. } if is_bare(id))) {
        return Err(Refusal::denied("assignments come from requests: make an assignment request"));
    }
    Ok(())
}
