//! What a granted request makes: an assignment that begins, is extended or ends, and the subjects it names.

use directory::{By, Call, Change, Id, Object, Record, Refusal, Snapshot, Time};
use schema::access_package::ACCESS_PACKAGE;
use schema::access_package_assignment::{
    ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_ENDS, ASSIGNMENT_POLICY, ASSIGNMENT_POLICY_ID, ASSIGNMENT_STARTS,
    EXPIRED_DATE_TIME, IS_EXTENDED, TARGET, TARGET_ID,
};
use schema::access_package_assignment_policy::EXPIRATION;
use schema::access_package_assignment_request::ASSIGNMENT_LINK;
use schema::access_package_subject::{
    ACCESS_PACKAGE_SUBJECT, EMAIL, OBJECT_ID, PRINCIPAL_NAME, SUBJECT_LIFECYCLE, SUBJECT_TYPE,
};
use schema::user::USER;
use schema::workflow::HISTORY_ENDS;
use schema::{
    ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, CATALOG_ID, COMPLETED_DATE_TIME, DISPLAY_NAME, SCHEDULE, STATE, STATUS,
    USER_PRINCIPAL_NAME,
};

use super::admission::{Ask, Wish, admit, policy_for};
use super::policy;
use crate::ids::derived;
use crate::{people, span};

/// The changes that end an assignment now.
pub(crate) fn end_changes(assignment: Id, at: Time) -> Vec<Change> {
    vec![
        Change::set(assignment, STATE, "expired"),
        Change::set(assignment, STATUS, "Expired"),
        Change::set(assignment, EXPIRED_DATE_TIME, at),
    ]
}

/// Give a package to a person as an administrator would, by a policy or the package's only one.
pub(crate) fn direct(
    now: &Snapshot,
    at: Time,
    (target, package, policy): (Id, Id, Option<Id>),
    id: Id,
) -> Result<Vec<Change>, Refusal> {
    let package = now.get_a(&ACCESS_PACKAGE, package)?;
    let policy = policy_for(now, package, policy)?;
    let ask = Ask { wish: Wish::Add, is_admin: true, target, package, policy, assignment: None };
    admit(now, at, &ask, None)?;
    let end = policy::end(policy, None, at)?;
    let mut changes = Vec::new();
    let subject = match now.find_by(&ACCESS_PACKAGE_SUBJECT, OBJECT_ID, target) {
        Some(subject) => subject.id,
        None => {
            let subject = derived(target, "accessPackageSubject");
            changes.push(new_subject(now, subject, target));
            subject
        }
    };
    changes.extend(assignment(&ask, id, subject, (at, end)));
    Ok(changes)
}

/// The schedule that a request carries: what was asked for, or what the policy says now.
pub(super) fn agreed(asked: Option<&Record>, policy: &Object, start: Time) -> Record {
    let pattern = asked
        .and_then(|schedule| schedule.record("expiration"))
        .filter(|pattern| !span::is_open(Some(pattern)))
        .cloned()
        .or_else(|| policy.get(EXPIRATION));
    Record::new().with("startDateTime", start).with_some("expiration", pattern)
}

pub(super) fn said(ask: &Ask<'_>) -> Record {
    Record::new()
        .with_some("id", ask.assignment.map(|assignment| assignment.id.to_string()))
        .with("targetId", ask.target.to_string())
        .with("assignmentPolicyId", ask.policy.id.to_string())
        .with("accessPackageId", ask.package.id.to_string())
}

pub(super) fn carry_out(
    at: Time,
    new: Id,
    request: Id,
    ask: &Ask<'_>,
    subject: Id,
    (start, end): (Time, Option<Time>),
) -> Vec<Change> {
    let mut changes = Vec::new();
    match (ask.wish, ask.assignment) {
        (Wish::Remove, Some(held)) => {
            changes.extend(end_changes(held.id, at));
            changes.push(led_to(request, held.id));
            changes.extend(states(request, "delivered", "Delivered", Some(at)));
        }
        (Wish::Update, Some(held)) => {
            changes.push(Change::set(held.id, SCHEDULE, schedule(held.get(ASSIGNMENT_STARTS).unwrap_or(at), end)));
            changes.push(match end {
                Some(end) => Change::set(held.id, ASSIGNMENT_ENDS, end),
                None => Change::clear(held.id, ASSIGNMENT_ENDS),
            });
            changes.push(Change::set(held.id, IS_EXTENDED, true));
            changes.push(led_to(request, held.id));
            changes.extend(states(request, "delivered", "Delivered", Some(at)));
        }
        (Wish::Add | Wish::Update | Wish::Remove, _) => {
            changes.extend(assignment(ask, new, subject, (start, end)));
            changes.push(led_to(request, new));
            let (state, status) = if start > at { ("scheduled", "Scheduled") } else { ("delivering", "Delivering") };
            changes.extend(states(request, state, status, None));
        }
    }
    changes
}

/// What became of a request. Not a direct link: whoever approves may not edit the request, yet this follows from it.
fn led_to(request: Id, assignment: Id) -> Change {
    Change::Link { source: request, link: ASSIGNMENT_LINK, target: assignment, by: By::Derived, of: assignment }
}

fn assignment(ask: &Ask<'_>, id: Id, subject: Id, (start, end): (Time, Option<Time>)) -> Vec<Change> {
    let mut attributes = vec![
        (STATE.id, "delivering".into()),
        (STATUS.id, "Delivering".into()),
        (SCHEDULE.id, schedule(start, end).into()),
        (ACCESS_PACKAGE_ID.id, ask.package.id.to_string().into()),
        (ASSIGNMENT_POLICY_ID.id, ask.policy.id.to_string().into()),
        (TARGET_ID.id, ask.target.to_string().into()),
        (ASSIGNMENT_STARTS.id, start.into()),
    ];
    attributes.extend(ask.package.get(CATALOG_ID).map(|catalog| (CATALOG_ID.id, catalog.into())));
    attributes.extend(end.map(|end| (ASSIGNMENT_ENDS.id, end.into())));
    vec![
        Change::Create { id, kind: ACCESS_PACKAGE_ASSIGNMENT.id(), attributes },
        Change::link(id, ACCESS_PACKAGE_LINK, ask.package.id),
        Change::link(id, ASSIGNMENT_POLICY, ask.policy.id),
        Change::link(id, TARGET, subject),
    ]
}

fn schedule(start: Time, end: Option<Time>) -> Record {
    Record::new().with("startDateTime", start).with("expiration", span::until(end))
}

pub(crate) fn states(request: Id, state: &str, status: &str, completed: Option<Time>) -> Vec<Change> {
    let mut changes = vec![Change::set(request, STATE, state), Change::set(request, STATUS, status)];
    if let Some(at) = completed {
        changes.push(Change::set(request, COMPLETED_DATE_TIME, at));
        changes.push(Change::set(request, HISTORY_ENDS, at.plus_days(crate::REQUESTS_KEPT_DAYS)));
    }
    changes
}

/// Somebody as access packages see them: known already, or made known.
pub(super) fn subject(
    now: &Snapshot,
    call: &Call<'_>,
    who: Id,
    made: &mut Vec<(Id, Id)>,
    more: &mut Vec<Change>,
) -> Id {
    if let Some(subject) = now.find_by(&ACCESS_PACKAGE_SUBJECT, OBJECT_ID, who) {
        return subject.id;
    }
    if let Some((_, subject)) = made.iter().find(|(known, _)| *known == who) {
        return *subject;
    }
    let id = call.new_id();
    more.push(new_subject(now, id, who));
    made.push((who, id));
    id
}

fn new_subject(now: &Snapshot, id: Id, who: Id) -> Change {
    let person = now.find(who);
    let is_user = person.is_some_and(|object| now.is_a(object, &USER));
    let mut attributes = vec![
        (OBJECT_ID.id, who.to_string().into()),
        (SUBJECT_TYPE.id, if is_user { "user" } else { "servicePrincipal" }.into()),
        (SUBJECT_LIFECYCLE.id, "notGoverned".into()),
    ];
    if let Some(person) = person {
        attributes.extend(person.get(DISPLAY_NAME).map(|name| (DISPLAY_NAME.id, name.into())));
        attributes.extend(person.get(USER_PRINCIPAL_NAME).map(|name| (PRINCIPAL_NAME.id, name.into())));
        attributes.extend(people::address(person).map(|mail| (EMAIL.id, mail.into())));
    }
    Change::Create { id, kind: ACCESS_PACKAGE_SUBJECT.id(), attributes }
}
