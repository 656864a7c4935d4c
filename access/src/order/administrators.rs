//! There is always somebody who may do everything: the last Global Administrator cannot be removed, disabled or deleted.

use std::collections::BTreeSet;

use directory::{Call, Change, Check, Id, Refusal, Snapshot};
use schema::MEMBERS;
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, PRINCIPAL_ID, ROLE_DEFINITION_ID};

use crate::reading::guid;
use crate::rights::{Scope, held_by};
use crate::role::GLOBAL_ADMINISTRATOR;

pub(crate) const ON_USERS: Check = Check { kind: &USER, complete: None, check: Some(check) };
pub(crate) const ON_GROUPS: Check = Check { kind: &GROUP, complete: None, check: Some(check) };
pub(crate) const ON_ASSIGNMENTS: Check = Check { kind: &UNIFIED_ROLE_ASSIGNMENT, complete: None, check: Some(check) };

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    if !changes.iter().any(may_take_away) {
        return Ok(());
    }
    if global_administrators(after).is_empty() && !global_administrators(before).is_empty() {
        return Err(Refusal::state(
            "this would leave nobody who may do everything: make somebody else Global Administrator first",
        ));
    }
    Ok(())
}

/// Whether a change can end that somebody is an administrator: most writes cannot.
fn may_take_away(change: &Change) -> bool {
    match change {
        Change::Delete { .. } | Change::Purge { .. } | Change::Unlink { .. } => true,
        Change::Set { attribute, .. } => {
            [ACCOUNT_ENABLED.id, IS_ASSIGNABLE_TO_ROLE.id, ROLE_DEFINITION_ID.id, PRINCIPAL_ID.id].contains(attribute)
        }
        Change::Create { .. } | Change::Restore { .. } | Change::Link { .. } => false,
    }
}

/// The people who hold the role over the tenant and can sign in.
pub(crate) fn global_administrators(now: &Snapshot) -> BTreeSet<Id> {
    let mut people = BTreeSet::new();
    let assignments = now.by(ROLE_DEFINITION_ID, GLOBAL_ADMINISTRATOR.to_string());
    for assignment in assignments.filter(|object| now.is_a(object, &UNIFIED_ROLE_ASSIGNMENT)) {
        if held_by(assignment).is_none_or(|held| held.scope != Scope::Tenant) {
            continue;
        }
        let Some(principal) = guid(assignment, PRINCIPAL_ID).and_then(|id| now.find(id)) else {
            continue;
        };
        if now.is_a(principal, &USER) {
            people.insert(principal.id);
        } else if principal.is(IS_ASSIGNABLE_TO_ROLE) {
            people.extend(now.links(principal.id, MEMBERS).map(|member| member.object.id));
        }
    }
    people.retain(|id| now.find_a(&USER, *id).is_some_and(|user| user.is(ACCOUNT_ENABLED)));
    people
}
