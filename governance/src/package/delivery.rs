//! What access package assignments give: group links and app roles exactly as long as an assignment lives.
//!
//! Worked out per person from all their assignments, so that what two packages give stays until both have ended. What
//! somebody was given by hand or by a rule has its own reason and stays.

use std::collections::BTreeSet;

use directory::{Attr, AttrId, By, Change, Commit, Effect, Id, Object, Own, Plan, Reaction, Snapshot, Time, Value};
use schema::access_package::{ACCESS_PACKAGE, RESOURCE_ROLE_SCOPES};
use schema::access_package_assignment::{
    ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_ENDS, ASSIGNMENT_STARTS, TARGET, TARGET_ID,
};
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT_LINK};
use schema::access_package_subject::OBJECT_ID;
use schema::app_role_assignment::{
    APP_ROLE_ASSIGNMENT, APP_ROLE_ID, GIVEN_BY_PACKAGE, PRINCIPAL_DISPLAY_NAME, PRINCIPAL_ID, PRINCIPAL_TYPE,
    RESOURCE_DISPLAY_NAME, RESOURCE_ID,
};
use schema::group::{GROUP, GROUP_TYPES, MEMBERS, OWNERS};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use schema::{
    ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, APP_ROLES, CREATED_DATE_TIME, DISPLAY_NAME, ON_PREMISES_SYNC_ENABLED,
    PRINCIPAL, RESOURCE_LINK, STATE, STATUS,
};

use super::contents::{self, Gift, gifts};
use super::grant::{end_changes, states};
use crate::ids::derived;
use crate::{mail, people};

const NAME: &str = "access-packages";

pub(crate) const REACTION: Reaction = Reaction::new(NAME, OWNED, react, verify).at_deadlines(DEADLINES, due);

static OWNED: &[Own] =
    &[Own::Link(MEMBERS, By::Package), Own::Link(OWNERS, By::Package), Own::Attribute(GIVEN_BY_PACKAGE.id)];
static DEADLINES: &[Attr<Time>] = &[ASSIGNMENT_STARTS, ASSIGNMENT_ENDS];
/// What decides whether something can be given in a group or an application.
const WHAT_CAN_BE_GIVEN: [AttrId; 3] = [GROUP_TYPES.id, ON_PREMISES_SYNC_ENABLED.id, APP_ROLES.id];

/// The assignments that a person has or had.
pub(crate) fn assignments_of(now: &Snapshot, user: Id) -> impl Iterator<Item = &Object> {
    now.by(TARGET_ID, Value::Guid(user)).filter(|object| now.is_a(object, &ACCESS_PACKAGE_ASSIGNMENT))
}

/// The assignment of a package that a person has.
pub(crate) fn held(now: &Snapshot, user: Id, package: Id) -> Option<&Object> {
    assignments_of(now, user).find(|held| is_kept(held) && people::named(held, ACCESS_PACKAGE_ID) == Some(package))
}

/// Whether it was not ended.
pub(crate) fn is_kept(assignment: &Object) -> bool {
    matches!(assignment.get(STATE), Some("delivering" | "delivered" | "partiallyDelivered"))
}

pub(crate) fn is_alive_or_scheduled(assignment: &Object, at: Time) -> bool {
    is_kept(assignment) && assignment.get(ASSIGNMENT_ENDS).is_none_or(|end| end > at)
}

pub(crate) fn is_alive(assignment: &Object, at: Time) -> bool {
    is_alive_or_scheduled(assignment, at) && assignment.get(ASSIGNMENT_STARTS).is_none_or(|start| start <= at)
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut plan = Plan::default();
    for user in touched(now, commit) {
        plan.join(settle(now, user, at));
    }
    plan.effects.extend(ended_by_others(now, commit));
    plan
}

fn due(now: &Snapshot, assignment: Id, _: AttrId, at: Time) -> Plan {
    let user = now.find(assignment).and_then(|assignment| people::named(assignment, TARGET_ID));
    user.map(|user| settle(now, user, at)).unwrap_or_default()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let mut users: BTreeSet<Id> =
        now.all(&ACCESS_PACKAGE_ASSIGNMENT).filter_map(|assignment| people::named(assignment, TARGET_ID)).collect();
    for group in now.all(&GROUP) {
        let links = [MEMBERS, OWNERS].into_iter().flat_map(|link| now.links(group.id, link));
        users.extend(links.filter(|link| link.why.is(By::Package)).map(|link| link.object.id));
    }
    let given = now.all(&APP_ROLE_ASSIGNMENT).filter(|given| given.has(GIVEN_BY_PACKAGE.id));
    users.extend(given.filter_map(|given| given.get(PRINCIPAL_ID)));
    users.into_iter().flat_map(|user| settle(now, user, at).changes).collect()
}

/// The people whose access a commit can change.
fn touched(now: &Snapshot, commit: &Commit) -> BTreeSet<Id> {
    let mut users = BTreeSet::new();
    let holders = |package: Id| {
        now.by(ACCESS_PACKAGE_ID, Value::Guid(package)).filter_map(|holder| people::named(holder, TARGET_ID))
    };
    for change in &commit.changes {
        let subject = change.subject();
        match change {
            Change::Create { kind, .. } if *kind == ACCESS_PACKAGE_ASSIGNMENT.id() => {
                users.extend(now.find(subject).and_then(|assignment| people::named(assignment, TARGET_ID)));
            }
            Change::Set { attribute, .. } => {
                let Some(object) = now.find(subject) else { continue };
                if now.is_a(object, &ACCESS_PACKAGE_ASSIGNMENT) {
                    users.extend(people::named(object, TARGET_ID));
                } else if WHAT_CAN_BE_GIVEN.contains(attribute) {
                    users.extend(given_by(now, object));
                }
            }
            // An assignment that was deleted has lost the link to whom it was for.
            Change::Unlink { link, target, .. } if *link == TARGET => {
                users.extend(now.find(*target).and_then(|subject| people::named(subject, OBJECT_ID)));
            }
            Change::Link { source, link, .. } | Change::Unlink { source, link, .. }
                if *link == RESOURCE_ROLE_SCOPES && now.find_a(&ACCESS_PACKAGE, *source).is_some() =>
            {
                users.extend(holders(*source));
            }
            Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => {
                if assignments_of(now, subject).next().is_some() {
                    users.insert(subject);
                }
                users.extend(now.stored(subject).map(|object| given_by(now, object)).unwrap_or_default());
            }
            Change::Create { .. } | Change::Link { .. } | Change::Unlink { .. } => {}
        }
    }
    users
}

/// The people whose assignments give something in a group or an application, or gave it while that was there.
fn given_by(now: &Snapshot, resource: &Object) -> Vec<Id> {
    if !now.is_a(resource, &GROUP) && !now.is_a(resource, &SERVICE_PRINCIPAL) {
        return Vec::new();
    }
    let packages = now.all(&ACCESS_PACKAGE).filter(|package| {
        now.links(package.id, RESOURCE_ROLE_SCOPES).any(|scope| contents::is_of(scope.object, resource.id))
    });
    packages
        .flat_map(|package| now.by(ACCESS_PACKAGE_ID, Value::Guid(package.id)))
        .filter_map(|holder| people::named(holder, TARGET_ID))
        .collect()
}

/// Make one person's access what their assignments say.
fn settle(now: &Snapshot, user: Id, at: Time) -> Plan {
    let mut plan = Plan::default();
    let person = now.find_a(&USER, user);
    let mut wanted: BTreeSet<(Gift, Id)> = BTreeSet::new();
    for assignment in assignments_of(now, user).filter(|assignment| is_kept(assignment)) {
        if person.is_none() || !is_alive_or_scheduled(assignment, at) {
            plan.changes.extend(end_changes(assignment.id, at));
            plan.effects.extend(ended(now, assignment));
        } else if is_alive(assignment, at) {
            let package = people::named(assignment, ACCESS_PACKAGE_ID).unwrap_or_default();
            let (given, missing) = gifts(now, package);
            let is_partial = missing > 0;
            wanted.extend(given.into_iter().map(|gift| (gift, assignment.id)));
            plan.join(delivered(now, assignment, at, is_partial));
        }
    }
    plan.changes.extend(links(now, user, &wanted));
    plan.changes.extend(app_roles(now, user, &wanted, at));
    plan
}

/// The links of a person that packages give too little or too much.
fn links(now: &Snapshot, user: Id, wanted: &BTreeSet<(Gift, Id)>) -> Vec<Change> {
    let mut changes = Vec::new();
    for link in [MEMBERS, OWNERS] {
        for found in now.backlinks(user, link) {
            let group = found.object.id;
            let reasons = found.why.reasons().into_iter().filter(|reason| reason.by == By::Package);
            changes.extend(
                reasons
                    .filter(|reason| !wanted.contains(&(Gift::Link { group, link }, reason.of)))
                    .map(|reason| Change::Unlink { source: group, link, target: user, by: By::Package, of: reason.of }),
            );
        }
    }
    for (gift, of) in wanted {
        if let Gift::Link { group, link } = *gift
            && !now.why(group, link, user).is_some_and(|why| why.has(By::Package, *of))
        {
            changes.push(Change::Link { source: group, link, target: user, by: By::Package, of: *of });
        }
    }
    changes
}

/// The app role assignments of a person that packages give too little or too much.
fn app_roles(now: &Snapshot, user: Id, wanted: &BTreeSet<(Gift, Id)>, at: Time) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut right: BTreeSet<Id> = BTreeSet::new();
    for (gift, of) in wanted {
        let Gift::AppRole { resource, role } = *gift else { continue };
        let id = derived(*of, &format!("{resource} {role}"));
        right.insert(id);
        if now.find(id).is_some() {
            continue;
        }
        let name = |id: Id| now.find(id).and_then(|object| object.get(DISPLAY_NAME)).unwrap_or_default();
        changes.push(Change::Create {
            id,
            kind: APP_ROLE_ASSIGNMENT.id(),
            attributes: vec![
                (APP_ROLE_ID.id, role.into()),
                (PRINCIPAL_ID.id, user.into()),
                (RESOURCE_ID.id, resource.into()),
                (GIVEN_BY_PACKAGE.id, (*of).into()),
                (CREATED_DATE_TIME.id, at.into()),
                (PRINCIPAL_TYPE.id, "User".into()),
                (PRINCIPAL_DISPLAY_NAME.id, name(user).into()),
                (RESOURCE_DISPLAY_NAME.id, name(resource).into()),
            ],
        });
        changes.push(Change::link(id, PRINCIPAL, user));
        changes.push(Change::link(id, RESOURCE_LINK, resource));
    }
    let stale = now
        .by(PRINCIPAL_ID, user)
        .filter(|given| now.is_a(given, &APP_ROLE_ASSIGNMENT) && given.has(GIVEN_BY_PACKAGE.id))
        .filter(|given| !right.contains(&given.id));
    changes.extend(stale.map(|given| Change::Delete { id: given.id }));
    changes
}

/// What was being delivered is delivered, as far as it can be.
fn delivered(now: &Snapshot, assignment: &Object, at: Time, is_partial: bool) -> Plan {
    let (state, status) =
        if is_partial { ("partiallyDelivered", "PartiallyDelivered") } else { ("delivered", "Delivered") };
    if assignment.get(STATE) == Some(state) {
        return Plan::default();
    }
    let is_new = assignment.get(STATE) == Some("delivering");
    let mut changes = vec![Change::set(assignment.id, STATE, state), Change::set(assignment.id, STATUS, status)];
    let waiting = now.backlinks(assignment.id, ASSIGNMENT_LINK).map(|link| link.object).filter(|request| {
        now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST)
            && matches!(request.get(STATE), Some("delivering" | "scheduled"))
    });
    changes.extend(waiting.flat_map(|request| states(request.id, state, status, Some(at))));
    let until = assignment.get(ASSIGNMENT_ENDS).map(|end| format!(" until {end}")).unwrap_or_default();
    let text = format!("You now have the access package {}{until}.", package_name(now, assignment));
    let effect =
        people::named(assignment, TARGET_ID).and_then(|user| mail::to(now, user, "You now have access", &text));
    Plan { changes, effects: effect.into_iter().filter(|_| is_new).collect() }
}

fn ended(now: &Snapshot, assignment: &Object) -> Option<Effect> {
    let text = format!("Your access by the access package {} has ended.", package_name(now, assignment));
    mail::to(now, people::named(assignment, TARGET_ID)?, "Your access has ended", &text)
}

/// Assignments that somebody else ended in this commit: they are told of here, once.
fn ended_by_others(now: &Snapshot, commit: &Commit) -> Vec<Effect> {
    if matches!(&commit.actor, directory::Actor::Reaction(name) if name == NAME) {
        return Vec::new();
    }
    let is_end = |change: &&Change| matches!(change, Change::Set { attribute, new: Some(Value::Text(state)), .. } if *attribute == STATE.id && state == "expired");
    let ends = commit.changes.iter().filter(is_end).map(Change::subject);
    ends.filter_map(|id| ended(now, now.find_a(&ACCESS_PACKAGE_ASSIGNMENT, id)?)).collect()
}

fn package_name(now: &Snapshot, assignment: &Object) -> String {
    now.linked(assignment.id, ACCESS_PACKAGE_LINK).map_or("that was", people::name).to_owned()
}
