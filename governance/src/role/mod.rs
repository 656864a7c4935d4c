//! Privileged roles: who may activate one, who has activated one, for how long, and with whose approval.

pub(crate) mod asked;
pub(crate) mod policy;
pub(crate) mod request;
pub(crate) mod schedules;
pub(crate) mod why;

use std::collections::BTreeSet;

use directory::{Change, Id, Object, Snapshot, Value};
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE, MEMBERS};
use schema::unified_role_assignment::{DIRECTORY_SCOPE_ID, UNIFIED_ROLE_ASSIGNMENT};
use schema::unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE;
use schema::unified_role_definition::UNIFIED_ROLE_DEFINITION;
use schema::unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE;
use schema::user::USER;
use schema::{PRINCIPAL_ID, ROLE_DEFINITION_ID, TEMPLATE_ID};

use crate::people;

/// The built-in roles that keep roles: Privileged Role Administrator and Global Administrator.
const KEEPERS: [Id; 2] = [
    Id::from_u128(0xe861_1ab8_c189_46e8_94e1_6021_3ab1_f814),
    Id::from_u128(0x62e9_0394_69f5_4237_9190_0121_7714_5e10),
];

/// Who decides where a role's policy names nobody: those who hold a role that keeps roles, except who asks.
pub(crate) fn keepers(now: &Snapshot, about: &[Id]) -> BTreeSet<Id> {
    let people = held_by(now, |role| KEEPERS.contains(&template_of(now, role)));
    people.filter(|id| !about.contains(id) && people::living(now, *id).is_some()).collect()
}

/// Who holds a role, themselves or through a group.
pub(crate) fn holders(now: &Snapshot, role: Id) -> Vec<Id> {
    held_by(now, |held| held == role || template_of(now, held) == role).collect()
}

fn held_by(now: &Snapshot, is_meant: impl Fn(Id) -> bool) -> impl Iterator<Item = Id> {
    let assignments = now.all(&UNIFIED_ROLE_ASSIGNMENT);
    let meant = assignments.filter(move |a| people::named(a, ROLE_DEFINITION_ID).is_some_and(&is_meant));
    meant.filter_map(|a| people::named(a, PRINCIPAL_ID)).flat_map(|holder| match now.find_a(&GROUP, holder) {
        Some(group) => now.links(group.id, MEMBERS).map(|member| member.object.id).collect(),
        None => vec![holder],
    })
}

/// The role definition that an id means: its own or its template's.
pub(crate) fn definition(now: &Snapshot, role: Id) -> Option<&Object> {
    now.find_a(&UNIFIED_ROLE_DEFINITION, role)
        .or_else(|| now.by(TEMPLATE_ID, Value::Guid(role)).find(|found| now.is_a(found, &UNIFIED_ROLE_DEFINITION)))
}

/// A person and the role-assignable groups through which roles reach them: direct membership only.
pub(crate) fn reached(now: &Snapshot, user: Id) -> Vec<Id> {
    let groups = now.backlinks(user, MEMBERS).map(|link| link.object);
    let groups = groups.filter(|group| now.is_a(group, &GROUP) && group.is(IS_ASSIGNABLE_TO_ROLE));
    std::iter::once(user).chain(groups.map(|group| group.id)).collect()
}

/// The end of every role that somebody holds or may activate: of schedules, and of assignments made without one.
pub(crate) fn end_all(now: &Snapshot, user: Id) -> Vec<Change> {
    let is_role = |object: &&Object| {
        [&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE]
            .iter()
            .any(|kind| now.is_a(object, kind))
    };
    let scheduled: Vec<&Object> = now.by(PRINCIPAL_ID, Value::Guid(user)).filter(is_role).collect();
    // What a schedule leads to goes with the schedule; an assignment of its own has none with its role and scope.
    let is_covered = |assignment: &Object| {
        scheduled.iter().any(|schedule| {
            now.is_a(schedule, &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE)
                && people::named(schedule, ROLE_DEFINITION_ID) == people::named(assignment, ROLE_DEFINITION_ID)
                && schedule.get(DIRECTORY_SCOPE_ID) == assignment.get(DIRECTORY_SCOPE_ID)
        })
    };
    let plain = now
        .by(PRINCIPAL_ID, Value::Guid(user))
        .filter(|object| now.is_a(object, &UNIFIED_ROLE_ASSIGNMENT) && !is_covered(object));
    scheduled.iter().copied().chain(plain).map(|object| Change::Delete { id: object.id }).collect()
}

/// Whether roles can be given to this object.
pub(crate) fn can_hold(now: &Snapshot, id: Id) -> bool {
    match now.find(id) {
        Some(object) if now.is_a(object, &GROUP) => object.is(IS_ASSIGNABLE_TO_ROLE),
        Some(object) => now.is_a(object, &USER) || people::is_principal(now, id),
        None => false,
    }
}

fn template_of(now: &Snapshot, role: Id) -> Id {
    now.find(role).and_then(|definition| people::named(definition, TEMPLATE_ID)).unwrap_or(role)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
