//! role-members: the members of a directoryRole are those who hold it over the whole tenant; and what somebody held goes
//! with them when they are gone for good.

use std::collections::HashSet;

use directory::{By, Change, Commit, Id, Object, Own, Plan, Reaction, Snapshot, Time, Value};
use schema::MEMBERS;
use schema::app_role_assignment::APP_ROLE_ASSIGNMENT;
use schema::directory_role::{DIRECTORY_ROLE, ROLE_TEMPLATE_ID};
use schema::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT;
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::{PRINCIPAL_ID, ROLE_DEFINITION_ID};

use crate::reading::{guid, guid_by_id};
use crate::rights::{Scope, held_by};

pub(crate) const REACTION: Reaction = Reaction::new("role-members", &[Own::Link(MEMBERS, By::Derived)], react, verify);

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    let is_about_roles = commit.changes.iter().any(|change| match change {
        Change::Create { kind, .. } => [UNIFIED_ROLE_ASSIGNMENT.id(), DIRECTORY_ROLE.id()].contains(kind),
        // What is gone for good has no kind any more; who comes back may have lost a role meanwhile.
        Change::Purge { .. } | Change::Restore { .. } => true,
        Change::Set { id, .. } => now.find_a(&UNIFIED_ROLE_ASSIGNMENT, *id).is_some(),
        Change::Delete { .. } | Change::Link { .. } | Change::Unlink { .. } => false,
    });
    if !is_about_roles {
        return Plan::default();
    }
    let mut changes: Vec<Change> = now.all(&DIRECTORY_ROLE).flat_map(|role| settle(now, role)).collect();
    for change in &commit.changes {
        if let Change::Purge { id } = change {
            changes.extend(held_by_nobody(now, *id));
        }
    }
    changes.into()
}

fn verify(now: &Snapshot, _: Time) -> Vec<Change> {
    let mut changes: Vec<Change> = now.all(&DIRECTORY_ROLE).flat_map(|role| settle(now, role)).collect();
    for kind in [&UNIFIED_ROLE_ASSIGNMENT, &APP_ROLE_ASSIGNMENT, &OAUTH2_PERMISSION_GRANT] {
        changes.extend(
            now.all(kind).filter(|object| is_orphan(now, object)).map(|object| Change::Delete { id: object.id }),
        );
    }
    changes
}

/// The changes that make the members of one role right.
fn settle(now: &Snapshot, role: &Object) -> Vec<Change> {
    let Some(template) = role.get(ROLE_TEMPLATE_ID) else {
        return Vec::new();
    };
    let held: HashSet<(Id, Id)> = now
        .by(ROLE_DEFINITION_ID, template)
        .filter(|object| now.is_a(object, &UNIFIED_ROLE_ASSIGNMENT))
        .filter(|object| held_by(object).is_some_and(|held| held.scope == Scope::Tenant))
        .filter_map(|object| Some((now.find(guid(object, PRINCIPAL_ID)?)?.id, object.id)))
        .collect();
    let shown: HashSet<(Id, Id)> = now
        .links(role.id, MEMBERS)
        .flat_map(|member| {
            let reasons = member.why.reasons().into_iter().filter(|reason| reason.by == By::Derived);
            reasons.map(move |reason| (member.object.id, reason.of))
        })
        .collect();
    let link = |(target, of): &(Id, Id)| Change::Link {
        source: role.id,
        link: MEMBERS,
        target: *target,
        by: By::Derived,
        of: *of,
    };
    let unlink = |(target, of): &(Id, Id)| Change::Unlink {
        source: role.id,
        link: MEMBERS,
        target: *target,
        by: By::Derived,
        of: *of,
    };
    let mut changes: Vec<Change> =
        shown.difference(&held).map(unlink).chain(held.difference(&shown).map(link)).collect();
    changes.sort_by_key(|change| match change {
        Change::Link { target, of, .. } => (1, *target, *of),
        Change::Unlink { target, of, .. } => (0, *target, *of),
        other => (2, other.subject(), Id::nil()),
    });
    changes
}

/// Assignments and grants of somebody who is gone for good.
fn held_by_nobody(now: &Snapshot, gone: Id) -> Vec<Change> {
    if now.stored(gone).is_some() {
        return Vec::new();
    }
    now.by(PRINCIPAL_ID, Value::Guid(gone))
        .filter(|object| {
            [&UNIFIED_ROLE_ASSIGNMENT, &APP_ROLE_ASSIGNMENT, &OAUTH2_PERMISSION_GRANT]
                .iter()
                .any(|k| now.is_a(object, k))
        })
        .map(|object| Change::Delete { id: object.id })
        .collect()
}

fn is_orphan(now: &Snapshot, object: &Object) -> bool {
    guid_by_id(object, PRINCIPAL_ID.id).is_some_and(|principal| now.stored(principal).is_none())
}
