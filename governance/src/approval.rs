//! One stage of approval, for access packages, for roles and for consent alike: who may decide, what a decision leads to, and what
//! silence means.
//!
//! An approver answers by setting `reviewResult` on the stage. The answer and all that follows from it are one commit, so
//! of two approvers at the same moment one decides and the other is told so. What was asked for is judged again then.
//!
//! Deliberately absent: several stages, escalation.

use std::collections::BTreeSet;
use std::time::Duration;

use directory::{
    Attr, AttrId, Call, Change, Check, Commit, Effect, Id, Object, Plan, Reaction, Record, Refusal, Snapshot, Time,
    Value,
};
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, REQUESTOR};
use schema::access_package_subject::OBJECT_ID;
use schema::approval::{
    APPROVAL, APPROVAL_DUE, APPROVAL_STAGE, APPROVERS, FALLBACK_APPROVERS, ID, IS_APPROVER_JUSTIFICATION_REQUIRED,
    REVIEW_RESULT, REVIEWED_BY, REVIEWED_DATE_TIME, STAGES,
};
use schema::consent_request::USER_CONSENT_REQUEST;
use schema::unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST;
use schema::{DISPLAY_NAME, JUSTIFICATION, PRINCIPAL_ID, STATUS};

use crate::{consent_request, mail, package, people, role};

/// The longest that a decision may wait.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(30 * 86_400);
/// How long it waits when the policy does not say.
pub(crate) const WAIT: Duration = Duration::from_secs(14 * 86_400);

const WAITING: &str = "InProgress";
const DECIDED: &str = "Completed";
const TIMED_OUT: &str = "Expired";

pub(crate) const OF_APPROVAL: Check = Check { kind: &APPROVAL, complete: None, check: Some(only_ours) };
pub(crate) const OF_STAGE: Check = Check { kind: &APPROVAL_STAGE, complete: Some(decide), check: Some(only_ours) };
pub(crate) const REACTION: Reaction = Reaction::new("approvals", &[], react, verify).at_deadlines(DEADLINES, due);

static DEADLINES: &[Attr<Time>] = &[APPROVAL_DUE];

/// Who decides, and until when.
pub(crate) struct Terms {
    pub(crate) primary: Vec<Record>,
    pub(crate) fallback: Vec<Record>,
    pub(crate) needs_justification: bool,
    pub(crate) wait: Duration,
}

/// How a request ends without being granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum No {
    Denied,
    TimedOut,
}

/// The approval of a request that is being made. Refused when there is nobody who could decide.
pub(crate) fn open(
    now: &Snapshot,
    call: &Call<'_>,
    request: Id,
    about: &[Id],
    terms: Terms,
) -> Result<Vec<Change>, Refusal> {
    let is_named = !terms.primary.is_empty();
    let approvers = if is_named {
        people::approvers(now, about, &terms.primary, &terms.fallback)
    } else {
        role::keepers(now, about)
    };
    if approvers.is_empty() {
        return Err(Refusal::state("nobody is there who could approve this: ask whoever keeps the policy"));
    }
    let (approval, stage) = (call.new_id(), call.new_id());
    let mut attributes = vec![
        (STATUS.id, WAITING.into()),
        (REVIEW_RESULT.id, "NotReviewed".into()),
        (IS_APPROVER_JUSTIFICATION_REQUIRED.id, terms.needs_justification.into()),
        (APPROVAL_DUE.id, (call.at + terms.wait).into()),
    ];
    if is_named {
        attributes.push((APPROVERS.id, terms.primary.into()));
    }
    if !terms.fallback.is_empty() {
        attributes.push((FALLBACK_APPROVERS.id, terms.fallback.into()));
    }
    Ok(vec![
        Change::Create { id: approval, kind: APPROVAL.id(), attributes: vec![(ID.id, request.to_string().into())] },
        Change::Create { id: stage, kind: APPROVAL_STAGE.id(), attributes },
        Change::link(approval, STAGES, stage),
    ])
}

/// The approval of a request goes with it.
pub(crate) fn withdraw(now: &Snapshot, request: Id) -> Option<Change> {
    now.find_by(&APPROVAL, ID, request.to_string()).map(|approval| Change::Delete { id: approval.id })
}

/// Whether a request is this person's to decide, or was when it was decided.
pub(crate) fn is_approver(now: &Snapshot, request: &Object, me: Id) -> bool {
    let about = about(now, request);
    let approval = now.find_by(&APPROVAL, ID, request.id.to_string());
    approval.is_some_and(|approval| {
        now.links(approval.id, STAGES).any(|stage| approvers_of(now, stage.object, &about).contains(&me))
    })
}

/// What an approver's answer means.
fn decide(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let touched: BTreeSet<Id> = changes
        .iter()
        .filter(|change| matches!(change, Change::Set { attribute, .. } if [REVIEW_RESULT.id, JUSTIFICATION.id].contains(attribute)))
        .map(Change::subject)
        .filter(|id| now.find_a(&APPROVAL_STAGE, *id).is_some())
        .collect();
    for stage in touched {
        let more = answer(now, call, now.get(stage)?, changes)?;
        changes.extend(more);
    }
    Ok(())
}

fn answer(now: &Snapshot, call: &Call<'_>, stage: &Object, changes: &[Change]) -> Result<Vec<Change>, Refusal> {
    let given = |wanted: AttrId| {
        changes.iter().rev().find_map(|change| match change {
            Change::Set { id, attribute, new, .. } if *id == stage.id && *attribute == wanted => {
                new.as_ref()?.as_text()
            }
            _ => None,
        })
    };
    let request = request_of(now, stage).ok_or_else(|| Refusal::state("what was to be approved is gone"))?;
    if !is_waiting(stage, call.at) {
        return Err(Refusal::state("this was decided already").at(REVIEW_RESULT.name));
    }
    let approver = people::caller(call).ok_or_else(|| Refusal::denied("a person approves, not an application"))?;
    let about = about(now, request);
    if about.contains(&approver) {
        return Err(Refusal::denied("nobody approves what they asked for themselves"));
    }
    if !approvers_of(now, stage, &about).contains(&approver) {
        return Err(Refusal::denied("you are not among those who decide this"));
    }
    let result = given(REVIEW_RESULT.id).unwrap_or_default();
    let justification = given(JUSTIFICATION.id).unwrap_or_default().trim();
    if stage.is(IS_APPROVER_JUSTIFICATION_REQUIRED) && justification.is_empty() {
        return Err(Refusal::invalid("say why").at(JUSTIFICATION.name));
    }
    let mut more = match result {
        "Approve" => approved(now, call, request)?,
        "Deny" => refused(now, request, call.at, No::Denied),
        other => {
            return Err(Refusal::invalid(format!("`{other}` is no answer: say Approve or Deny")).at(REVIEW_RESULT.name));
        }
    };
    more.extend([
        Change::set(stage.id, STATUS, DECIDED),
        Change::set(stage.id, REVIEWED_DATE_TIME, call.at),
        Change::set(stage.id, REVIEWED_BY, people::identity(now, approver)),
    ]);
    Ok(more)
}

/// Approvals come from requests and from nowhere else.
fn only_ours(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { id, .. } = change else { continue };
        let is_bare_approval = after.find_a(&APPROVAL, *id).is_some_and(|approval| approval.get(ID).is_none());
        let is_bare_stage = after.find_a(&APPROVAL_STAGE, *id).is_some_and(|stage| stage.get(STATUS).is_none());
        if is_bare_approval || is_bare_stage {
            return Err(Refusal::denied("an approval comes from a request: make the request"));
        }
    }
    Ok(())
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut plan = Plan::default();
    for change in &commit.changes {
        let Some(stage) = now.find_a(&APPROVAL_STAGE, change.subject()) else { continue };
        match change {
            Change::Create { .. } if is_late(stage, at) => plan.join(time_out(now, stage, at)),
            Change::Create { .. } => plan.effects.extend(ask(now, stage)),
            Change::Set { attribute, new: Some(Value::Text(result)), .. } if *attribute == REVIEW_RESULT.id => {
                plan.effects.extend(tell(now, stage, result));
            }
            _ => {}
        }
    }
    plan
}

fn due(now: &Snapshot, stage: Id, _: AttrId, at: Time) -> Plan {
    let stage = now.find(stage).filter(|stage| is_late(stage, at));
    stage.map(|stage| time_out(now, stage, at)).unwrap_or_default()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let late = now.due(APPROVAL_DUE.id, at).filter(|stage| is_late(stage, at));
    late.flat_map(|stage| time_out(now, stage, at).changes).collect()
}

/// Nobody answered in time: that is a no.
fn time_out(now: &Snapshot, stage: &Object, at: Time) -> Plan {
    let mut changes = vec![Change::set(stage.id, STATUS, TIMED_OUT)];
    let mut effects = Vec::new();
    if let Some(request) = request_of(now, stage) {
        changes.extend(refused(now, request, at, No::TimedOut));
        let what = subject(now, request);
        let text = format!("Nobody decided your request for {what} in time. You can ask again.");
        effects.extend(requestor(now, request).and_then(|id| mail::to(now, id, "Your request has expired", &text)));
    }
    Plan { changes, effects }
}

fn ask(now: &Snapshot, stage: &Object) -> Vec<Effect> {
    let Some(request) = request_of(now, stage) else { return Vec::new() };
    if now.is_a(request, &USER_CONSENT_REQUEST) {
        return consent_request::ask(now, request, approvers_of(now, stage, &about(now, request)));
    }
    let about = about(now, request);
    let who = about.first().and_then(|id| now.find(*id)).map_or("somebody", people::name);
    let why = request.get(JUSTIFICATION).map(|why| format!("\n\nTheir reason: {why}")).unwrap_or_default();
    let until = stage.get(APPROVAL_DUE).map(|due| format!(" until {due}")).unwrap_or_default();
    let text = format!("{who} asks for {}. Please decide{until}.{why}", subject(now, request));
    let subject = format!("Decision needed: {}", subject(now, request));
    let approvers = approvers_of(now, stage, &about);
    approvers.into_iter().filter_map(|approver| mail::to(now, approver, &subject, &text)).collect()
}

fn tell(now: &Snapshot, stage: &Object, result: &str) -> Option<Effect> {
    let request = request_of(now, stage)?;
    let what = subject(now, request);
    let outcome = if result == "Approve" { "approved" } else { "denied" };
    let why = stage.get(JUSTIFICATION).map(|why| format!("\n\nThe reason given: {why}")).unwrap_or_default();
    let text = format!("Your request for {what} was {outcome}.{why}");
    mail::to(now, requestor(now, request)?, &format!("Your request was {outcome}"), &text)
}

fn is_waiting(stage: &Object, at: Time) -> bool {
    stage.get(STATUS) == Some(WAITING) && stage.get(APPROVAL_DUE).is_some_and(|due| due > at)
}

fn is_late(stage: &Object, at: Time) -> bool {
    stage.get(STATUS) == Some(WAITING) && stage.get(APPROVAL_DUE).is_none_or(|due| due <= at)
}

fn request_of<'a>(now: &'a Snapshot, stage: &Object) -> Option<&'a Object> {
    let approval = now.backlinks(stage.id, STAGES).next()?.object;
    now.find(directory::id_from_text(approval.get(ID)?)?)
}

fn approvers_of(now: &Snapshot, stage: &Object, about: &[Id]) -> BTreeSet<Id> {
    let sets = |attribute| stage.get(attribute).unwrap_or_default();
    if !stage.has(APPROVERS.id) {
        // Where a role's policy names nobody, those decide who keep the roles.
        return role::keepers(now, about);
    }
    people::approvers(now, about, &sets(APPROVERS), &sets(FALLBACK_APPROVERS))
}

/// Those who may not decide: who asks, and for whom.
fn about(now: &Snapshot, request: &Object) -> Vec<Id> {
    if now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST) {
        return package::admission::target_of(request).into_iter().chain(requestor(now, request)).collect();
    }
    requestor(now, request).into_iter().collect()
}

/// Who made a request.
pub(crate) fn requestor(now: &Snapshot, request: &Object) -> Option<Id> {
    match now.linked(request.id, REQUESTOR) {
        Some(subject) => people::named(subject, OBJECT_ID),
        None if now.is_a(request, &USER_CONSENT_REQUEST) => consent_request::asked_by(request),
        None => people::named(request, PRINCIPAL_ID),
    }
}

/// What is asked for, in words.
fn subject(now: &Snapshot, request: &Object) -> String {
    if now.is_a(request, &USER_CONSENT_REQUEST) {
        return format!("permissions of {}", consent_request::application(now, request));
    }
    let named = [schema::ACCESS_PACKAGE_LINK, schema::ROLE_DEFINITION]
        .into_iter()
        .find_map(|link| now.linked(request.id, link));
    let what = if now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST) { "the access package" } else { "the role" };
    match named.and_then(|object| object.get(DISPLAY_NAME)) {
        Some(name) => format!("{what} {name}"),
        None => what.to_owned(),
    }
}

fn approved(now: &Snapshot, call: &Call<'_>, request: &Object) -> Result<Vec<Change>, Refusal> {
    if now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST) {
        package::request::approved(now, call, request)
    } else if now.is_a(request, &USER_CONSENT_REQUEST) {
        Err(consent_request::approved_elsewhere())
    } else {
        role::request::approved(now, call, request)
    }
}

fn refused(now: &Snapshot, request: &Object, at: Time, no: No) -> Vec<Change> {
    if now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST) {
        package::request::refused(request, at, no)
    } else if now.is_a(request, &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST) {
        role::request::refused(request, at, no)
    } else if now.is_a(request, &USER_CONSENT_REQUEST) {
        consent_request::ended(now, request, at, no == No::TimedOut)
    } else {
        Vec::new()
    }
}
