//! Requests for roles: made eligible, given, activated, given up. Judged when they are made and again when they are
//! approved; what they lead to is a schedule, which the reaction in `schedules` makes effective.
//!
//! Refusals of activation use Graph's wording, because clients match on it. Deliberately absent: extending and renewing by
//! oneself, and authentication contexts.

use std::time::Duration;

use directory::{
    Action, Attr, AttrId, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Time, Value,
};
use schema::request::{APPROVAL_ID, CREATED_BY};
use schema::unified_role_assignment_schedule::{
    ACTIVATED_USING, ASSIGNMENT_TYPE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
};
use schema::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
};
use schema::unified_role_schedule::{CREATED_USING, SCHEDULE_ENDS, SCHEDULE_STARTS};
use schema::workflow::HISTORY_ENDS;
use schema::{
    ACTION, COMPLETED_DATE_TIME, CREATED_DATE_TIME, DIRECTORY_SCOPE, DIRECTORY_SCOPE_ID, IS_VALIDATION_ONLY,
    JUSTIFICATION, MEMBER_TYPE, MODIFIED_DATE_TIME, PRINCIPAL, PRINCIPAL_ID, ROLE_DEFINITION, ROLE_DEFINITION_ID,
    SCHEDULE_INFO, STATUS, TARGET_SCHEDULE, TARGET_SCHEDULE_ID, TICKET_INFO,
};

use super::asked::{
    Ask, Times, exists, holds, is_given, kind, lasting, matches_ask, missing, plain_assignments, rules_failed,
    schedule_info, schedule_of, schedules, scope_object, times,
};
use super::policy;
use crate::approval::{self, No};
use crate::package::request::refuse_edits;
use crate::{people, role, span};

/// How long an activation lasts at least before it can be given up.
const ACTIVE_MIN: Duration = Duration::from_secs(300);

pub(crate) const OF_ELIGIBILITY: Check =
    Check { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, complete: Some(complete), check: None };
pub(crate) const OF_ASSIGNMENT: Check =
    Check { kind: &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST, complete: Some(complete), check: None };
pub(crate) const CANCEL: Action = Action::on(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST, "cancel", cancel);

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    refuse_edits(now, changes)?;
    let kinds = [UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST.id(), UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST.id()];
    let requests: Vec<Given> = changes
        .iter()
        .filter_map(|change| match change {
            // Both kinds come here; a request that has a status was completed already.
            Change::Create { id, kind, attributes } if kinds.contains(kind) && !is_made(changes, *id) => {
                let is_eligibility = *kind == UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST.id();
                Some(Given { id: *id, is_eligibility, attributes: attributes.clone() })
            }
            _ => None,
        })
        .collect();
    for given in requests {
        let more = make(now, call, &given)?;
        changes.extend(more);
    }
    Ok(())
}

fn is_made(changes: &[Change], request: Id) -> bool {
    changes
        .iter()
        .any(|change| matches!(change, Change::Set { id, attribute, .. } if *id == request && *attribute == STATUS.id))
}

/// What a caller says of the request they make.
struct Given {
    id: Id,
    is_eligibility: bool,
    attributes: Vec<(AttrId, Value)>,
}

impl Given {
    fn value<T: ?Sized>(&self, wanted: Attr<T>) -> Option<&Value> {
        self.attributes.iter().rev().find(|(attribute, _)| *attribute == wanted.id).map(|(_, value)| value)
    }

    fn text(&self, wanted: Attr<str>) -> &str {
        self.value(wanted).and_then(Value::as_text).unwrap_or_default()
    }
}

fn make(now: &Snapshot, call: &Call<'_>, given: &Given) -> Result<Vec<Change>, Refusal> {
    let action = given.text(ACTION);
    let target = given.value(TARGET_SCHEDULE_ID).and_then(Value::as_guid).and_then(|id| now.find(id));
    let ask = understand(now, call, given, action, target)?;
    let info = given.value(SCHEDULE_INFO).and_then(Value::as_record).cloned();
    let validates_only = given.value(IS_VALIDATION_ONLY).and_then(Value::as_bool) == Some(true);
    let mut changes = vec![
        Change::set(given.id, PRINCIPAL_ID, ask.principal.to_string()),
        Change::set(given.id, ROLE_DEFINITION_ID, ask.role.to_string()),
        Change::set(given.id, DIRECTORY_SCOPE_ID, ask.scope.as_str()),
        Change::set(given.id, CREATED_DATE_TIME, call.at),
        Change::link(given.id, PRINCIPAL, ask.principal),
        Change::link(given.id, ROLE_DEFINITION, ask.role),
    ];
    if let Some(who) = call.caller.actor.id() {
        let by = Record::new().with("user", people::identity(now, who));
        changes.push(Change::set(given.id, CREATED_BY, by));
    }
    changes.extend(scope_object(now, &ask.scope).map(|unit| Change::link(given.id, DIRECTORY_SCOPE, unit)));
    let outcome = match action {
        "adminAssign" => assign(now, call, given.id, &ask, info.as_ref())?,
        "adminUpdate" | "adminExtend" | "adminRenew" => update(now, call, given.id, &ask, info.as_ref())?,
        "adminRemove" => remove(now, call, given.id, &ask)?,
        "selfActivate" => activate(now, call, given, &ask, info.as_ref())?,
        "selfDeactivate" => deactivate(now, call, given.id, &ask)?,
        other => {
            let message = format!("`{other}` cannot be asked for here: ask an administrator, who says adminExtend");
            return Err(Refusal::invalid(message).at(ACTION.name));
        }
    };
    if validates_only {
        changes.extend(status(given.id, "Granted", Some(call.at)));
    } else {
        changes.extend(outcome);
    }
    Ok(changes)
}

fn understand(
    now: &Snapshot,
    call: &Call<'_>,
    given: &Given,
    action: &str,
    target: Option<&Object>,
) -> Result<Ask, Refusal> {
    let of = |attribute: Attr<str>| {
        given.value(attribute).and_then(Value::as_guid).or_else(|| target.and_then(|t| people::named(t, attribute)))
    };
    let is_self = action.starts_with("self");
    if is_self && given.is_eligibility {
        return Err(Refusal::invalid("an eligibility is given by an administrator").at(ACTION.name));
    }
    let me = people::caller(call);
    let principal = of(PRINCIPAL_ID).or(me.filter(|_| is_self));
    let principal = principal.ok_or_else(|| Refusal::invalid("say who").at(PRINCIPAL_ID.name))?;
    if is_self && me != Some(principal) {
        return Err(Refusal::denied("one activates and gives up one's own roles only").at(PRINCIPAL_ID.name));
    }
    // Removing is possible whatever became of the principal.
    if action != "adminRemove" && !role::can_hold(now, principal) {
        return Err(Refusal::invalid("The subject is not found.").at(PRINCIPAL_ID.name));
    }
    let role = of(ROLE_DEFINITION_ID).and_then(|role| role::definition(now, role));
    let role = role.ok_or_else(|| Refusal::invalid("The role is not found.").at(ROLE_DEFINITION_ID.name))?;
    let said = given.text(DIRECTORY_SCOPE_ID);
    let said = if said.is_empty() { target.and_then(|t| t.get(DIRECTORY_SCOPE_ID)).unwrap_or("/") } else { said };
    if said != "/" && scope_object(now, said).is_none() {
        let message = format!("`{said}` is no scope: say `/` or `/administrativeUnits/` and the id of one");
        return Err(Refusal::invalid(message).at(DIRECTORY_SCOPE_ID.name));
    }
    Ok(Ask { principal, role: role.id, scope: said.to_owned(), is_eligibility: given.is_eligibility })
}

fn assign(
    now: &Snapshot,
    call: &Call<'_>,
    request: Id,
    ask: &Ask,
    info: Option<&Record>,
) -> Result<Vec<Change>, Refusal> {
    if schedule_of(now, ask, |schedule| is_given(now, schedule)).is_some() {
        return Err(exists(ask));
    }
    let times = times(now, ask, info, call.at)?;
    let (id, mut changes) = schedule(call, request, ask, times, "Assigned");
    changes.extend(lead_to(call.at, request, id, times.0));
    Ok(changes)
}

fn update(
    now: &Snapshot,
    call: &Call<'_>,
    request: Id,
    ask: &Ask,
    info: Option<&Record>,
) -> Result<Vec<Change>, Refusal> {
    let schedule = schedule_of(now, ask, |schedule| is_given(now, schedule)).ok_or_else(|| missing(ask))?;
    let started = schedule.get(SCHEDULE_STARTS).unwrap_or(call.at);
    let (start, end) = times(now, ask, info, call.at)?;
    let start = if started <= call.at { started } else { start };
    let mut changes = vec![
        Change::set(schedule.id, SCHEDULE_INFO, schedule_info((start, end))),
        Change::set(schedule.id, SCHEDULE_STARTS, start),
        Change::set(schedule.id, MODIFIED_DATE_TIME, call.at),
        match end {
            Some(end) => Change::set(schedule.id, SCHEDULE_ENDS, end),
            None => Change::clear(schedule.id, SCHEDULE_ENDS),
        },
    ];
    changes.extend(lead_to(call.at, request, schedule.id, start));
    Ok(changes)
}

fn remove(now: &Snapshot, call: &Call<'_>, request: Id, ask: &Ask) -> Result<Vec<Change>, Refusal> {
    let schedule = schedule_of(now, ask, |_| true);
    let mut changes: Vec<Change> = schedule.iter().map(|schedule| Change::Delete { id: schedule.id }).collect();
    if schedule.is_none() && !ask.is_eligibility {
        // A role that was given without a schedule is taken back as well.
        changes.extend(plain_assignments(now, ask).map(|assignment| Change::Delete { id: assignment.id }));
    }
    if changes.is_empty() {
        return Err(missing(ask));
    }
    changes.extend(status(request, "Revoked", Some(call.at)));
    Ok(changes)
}

fn activate(
    now: &Snapshot,
    call: &Call<'_>,
    given: &Given,
    ask: &Ask,
    info: Option<&Record>,
) -> Result<Vec<Change>, Refusal> {
    let rules = policy::activation(now, ask.role);
    let ticket = given.value(TICKET_INFO).and_then(Value::as_record).and_then(|ticket| ticket.text("ticketNumber"));
    let failed: Vec<&str> = [
        (rules.needs_justification && given.text(JUSTIFICATION).trim().is_empty(), "JustificationRule"),
        (rules.needs_strong && !call.caller.strong, "MfaRule"),
        (rules.needs_ticket && ticket.is_none_or(str::is_empty), "TicketingRule"),
    ]
    .into_iter()
    .filter_map(|(failed, rule)| failed.then_some(rule))
    .collect();
    if !failed.is_empty() {
        return Err(rules_failed(&failed));
    }
    let eligibility = judge_activation(now, call.at, ask, Some(given.id))?;
    let start = info.and_then(|info| info.time("startDateTime")).unwrap_or(call.at).max(call.at);
    let pattern = info.and_then(|info| info.record("expiration")).filter(|pattern| !span::is_open(Some(pattern)));
    let end = match pattern {
        Some(pattern) => span::end(Some(pattern), start)?,
        None => Some(start + rules.longest),
    };
    let Some(end) = end.filter(|end| *end > start && end.since(start) <= rules.longest) else {
        return Err(rules_failed(&["ExpirationRule"]));
    };
    let Some(terms) = rules.approval else {
        return Ok(activated(call, given.id, ask, eligibility, (start, Some(end))));
    };
    let mut changes = vec![
        Change::set(given.id, SCHEDULE_INFO, lasting(start, end.since(start))),
        Change::set(given.id, APPROVAL_ID, given.id.to_string()),
        Change::link(given.id, ACTIVATED_USING, eligibility),
    ];
    changes.extend(approval::open(now, call, given.id, &[ask.principal], terms)?);
    changes.extend(status(given.id, "PendingApproval", None));
    Ok(changes)
}

/// Whether a role can be activated now; answers the eligibility that allows it. Asked again when it is approved.
fn judge_activation(now: &Snapshot, at: Time, ask: &Ask, own: Option<Id>) -> Result<Id, Refusal> {
    if people::living(now, ask.principal).is_none() {
        return Err(Refusal::state("whoever activates is there and enabled").at(PRINCIPAL_ID.name));
    }
    let holders = role::reached(now, ask.principal);
    let eligibility = holders
        .iter()
        .flat_map(|holder| schedules(now, *holder, ask.role, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE))
        // What one may activate everywhere one may activate in a part.
        .find(|schedule| {
            holds(schedule, at)
                && matches!(schedule.get(DIRECTORY_SCOPE_ID), Some(scope) if scope == "/" || scope == ask.scope)
        })
        .ok_or_else(|| Refusal::denied("The Role assignment does not exist: you are not eligible for this role."))?
        .id;
    if schedule_of(now, ask, |schedule| schedule.get(SCHEDULE_ENDS).is_none_or(|end| end > at)).is_some() {
        return Err(exists(ask));
    }
    let is_pending = now
        .by(PRINCIPAL_ID, Value::Guid(ask.principal))
        .filter(|found| now.is_a(found, &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST) && Some(found.id) != own)
        .any(|request| request.get(STATUS) == Some("PendingApproval") && matches_ask(request, ask));
    if is_pending {
        return Err(Refusal::conflict("There is already an existing pending Role assignment request."));
    }
    Ok(eligibility)
}

fn deactivate(now: &Snapshot, call: &Call<'_>, request: Id, ask: &Ask) -> Result<Vec<Change>, Refusal> {
    let active = schedule_of(now, ask, |schedule| schedule.get(ASSIGNMENT_TYPE) == Some("Activated"));
    let active = active.ok_or_else(|| missing(ask))?;
    if active.get(SCHEDULE_STARTS).is_some_and(|start| start <= call.at && call.at.since(start) < ACTIVE_MIN) {
        return Err(Refusal::state(
            "ActiveDurationTooShort: the role can be given up five minutes after it was activated",
        ));
    }
    let mut changes = vec![Change::Delete { id: active.id }];
    changes.extend(status(request, "Revoked", Some(call.at)));
    Ok(changes)
}

/// An approver said yes: judge again, and activate for as long as was asked, from now or from the start that was asked for.
pub(crate) fn approved(now: &Snapshot, call: &Call<'_>, request: &Object) -> Result<Vec<Change>, Refusal> {
    if request.get(STATUS) != Some("PendingApproval") {
        return Err(Refusal::state("the request is not waiting for approval any more"));
    }
    let gone = || Refusal::state("what was asked for is not there any more");
    let ask = Ask {
        principal: people::named(request, PRINCIPAL_ID).ok_or_else(gone)?,
        role: people::named(request, ROLE_DEFINITION_ID).filter(|role| now.find(*role).is_some()).ok_or_else(gone)?,
        scope: request.get(DIRECTORY_SCOPE_ID).unwrap_or("/").to_owned(),
        is_eligibility: false,
    };
    let eligibility = judge_activation(now, call.at, &ask, Some(request.id))?;
    let info = request.get(SCHEDULE_INFO).unwrap_or_default();
    let start = info.time("startDateTime").unwrap_or(call.at).max(call.at);
    let end = span::end(info.record("expiration"), start)?;
    Ok(activated(call, request.id, &ask, eligibility, (start, end)))
}

/// An approver, or time, said no.
pub(crate) fn refused(request: &Object, at: Time, no: No) -> Vec<Change> {
    if request.get(STATUS) != Some("PendingApproval") {
        return Vec::new();
    }
    let outcome = match no {
        No::Denied => "Denied",
        No::TimedOut => "TimedOut",
    };
    status(request.id, outcome, Some(at))
}

fn cancel(now: &Snapshot, call: &Call<'_>, request: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let request = request.ok_or_else(|| Refusal::invalid("say which request"))?;
    if request.get(STATUS) != Some("PendingApproval") {
        return Err(Refusal::state("only a request that waits can be cancelled"));
    }
    let mut changes = status(request.id, "Canceled", Some(call.at));
    changes.extend(approval::withdraw(now, request.id));
    Ok(Decision::change(changes))
}

fn activated(call: &Call<'_>, request: Id, ask: &Ask, eligibility: Id, times: Times) -> Vec<Change> {
    let (id, mut changes) = schedule(call, request, ask, times, "Activated");
    changes.push(Change::link(id, ACTIVATED_USING, eligibility));
    changes.push(Change::link(request, ACTIVATED_USING, eligibility));
    changes.extend(lead_to(call.at, request, id, times.0));
    changes
}

fn schedule(call: &Call<'_>, request: Id, ask: &Ask, (start, end): Times, kind_of: &str) -> (Id, Vec<Change>) {
    let id = call.new_id();
    let mut attributes = vec![
        (PRINCIPAL_ID.id, ask.principal.to_string().into()),
        (ROLE_DEFINITION_ID.id, ask.role.to_string().into()),
        (DIRECTORY_SCOPE_ID.id, ask.scope.as_str().into()),
        (CREATED_USING.id, request.to_string().into()),
        (CREATED_DATE_TIME.id, call.at.into()),
        (STATUS.id, "Provisioned".into()),
        (MEMBER_TYPE.id, "Direct".into()),
        (SCHEDULE_INFO.id, schedule_info((start, end)).into()),
        (SCHEDULE_STARTS.id, start.into()),
    ];
    attributes.extend(end.map(|end| (SCHEDULE_ENDS.id, end.into())));
    if !ask.is_eligibility {
        attributes.push((ASSIGNMENT_TYPE.id, kind_of.into()));
    }
    let mut changes = vec![
        Change::Create { id, kind: kind(ask.is_eligibility).id(), attributes },
        Change::link(id, PRINCIPAL, ask.principal),
        Change::link(id, ROLE_DEFINITION, ask.role),
        Change::link(request, TARGET_SCHEDULE, id),
        Change::set(request, TARGET_SCHEDULE_ID, id.to_string()),
    ];
    if let Some(unit) = ask.scope.rsplit('/').next().and_then(directory::id_from_text) {
        changes.push(Change::link(id, DIRECTORY_SCOPE, unit));
    }
    (id, changes)
}

/// The request has led to a schedule.
fn lead_to(at: Time, request: Id, schedule: Id, start: Time) -> Vec<Change> {
    let mut changes = vec![
        Change::link(request, TARGET_SCHEDULE, schedule),
        Change::set(request, TARGET_SCHEDULE_ID, schedule.to_string()),
    ];
    changes.extend(status(request, if start > at { "Granted" } else { "Provisioned" }, Some(at)));
    changes
}

fn status(request: Id, status: &str, completed: Option<Time>) -> Vec<Change> {
    let mut changes = vec![Change::set(request, STATUS, status)];
    if let Some(at) = completed {
        changes.push(Change::set(request, COMPLETED_DATE_TIME, at));
        changes.push(Change::set(request, HISTORY_ENDS, at.plus_days(crate::REQUESTS_KEPT_DAYS)));
    }
    changes
}
