//! Role assignments: what is true of every one, and that writing the members of a directoryRole means making one.
//!
//! `unifiedRoleAssignment` is the truth; the members of a `directoryRole` are derived from it (`role_members`).

use directory::{By, Call, Change, Check, Id, Object, Refusal, Snapshot};
use schema::DIRECTORY_SCOPE;
use schema::MEMBERS;
use schema::administrative_unit::{ADMINISTRATIVE_UNIT, SCOPED_ROLE_MEMBERSHIP};
use schema::directory_role::{DIRECTORY_ROLE, ROLE_TEMPLATE_ID};
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::unified_role_assignment::{PRINCIPAL, ROLE_DEFINITION, UNIFIED_ROLE_ASSIGNMENT};
use schema::unified_role_definition::{IS_BUILT_IN, ROLE_PERMISSIONS, UNIFIED_ROLE_DEFINITION};
use schema::user::USER;
use schema::{DIRECTORY_SCOPE_ID, PRINCIPAL_ID, ROLE_DEFINITION_ID};

use super::{fill, given, removed, touched};
use crate::reading::guid;
use crate::rights::{Scope, assignments_to, held_by, scope_of};
use crate::role;

pub(crate) const ASSIGNMENTS: Check =
    Check { kind: &UNIFIED_ROLE_ASSIGNMENT, complete: Some(complete), check: Some(check) };
pub(crate) const DIRECTORY_ROLES: Check =
    Check { kind: &DIRECTORY_ROLE, complete: Some(members_to_assignments), check: None };
pub(crate) const DEFINITIONS: Check =
    Check { kind: &UNIFIED_ROLE_DEFINITION, complete: None, check: Some(check_definitions) };
pub(crate) const SCOPED: Check = Check { kind: &SCOPED_ROLE_MEMBERSHIP, complete: None, check: Some(refuse_scoped) };

/// How many roles an organization may define itself: what Microsoft documents.
const CUSTOM_ROLES_MAX: usize = 100;

/// Fill in the scope, and link what the ids name.
fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut links = Vec::new();
    for change in changes.iter_mut() {
        let Change::Create { id, kind, attributes } = change else {
            continue;
        };
        if *kind != UNIFIED_ROLE_ASSIGNMENT.id() {
            continue;
        }
        fill(attributes, DIRECTORY_SCOPE_ID, "/");
        let scope = given(attributes, DIRECTORY_SCOPE_ID).and_then(|v| v.as_text()).and_then(scope_of);
        let of_scope = scope.and_then(|scope| match scope {
            Scope::Tenant => None,
            Scope::Unit(id) | Scope::Object(id) => Some(id),
        });
        let ends = [
            (PRINCIPAL, given(attributes, PRINCIPAL_ID).and_then(|v| v.as_guid())),
            (ROLE_DEFINITION, given(attributes, ROLE_DEFINITION_ID).and_then(|v| v.as_guid())),
            (DIRECTORY_SCOPE, of_scope),
        ];
        for (link, target) in ends {
            if let Some(target) = target.filter(|target| now.find(*target).is_some()) {
                links.push(Change::link(*id, link, target));
            }
        }
    }
    changes.retain(|change| !links.contains(change));
    changes.append(&mut links);
    Ok(())
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let _ = before;
    for assignment in touched(after, changes, &UNIFIED_ROLE_ASSIGNMENT) {
        check_assignment(after, assignment)?;
    }
    Ok(())
}

fn check_assignment(after: &Snapshot, assignment: &Object) -> Result<(), Refusal> {
    let principal = guid(assignment, PRINCIPAL_ID).and_then(|id| after.find(id));
    let Some(principal) = principal else {
        return Err(Refusal::invalid("names nobody who is in the directory").at(PRINCIPAL_ID.name));
    };
    if after.is_a(principal, &GROUP) {
        if !principal.is(IS_ASSIGNABLE_TO_ROLE) {
            return Err(Refusal::invalid("a role can be given only to a group created with isAssignableToRole")
                .at(PRINCIPAL_ID.name));
        }
    } else if !after.is_a(principal, &USER) && !after.is_a(principal, &SERVICE_PRINCIPAL) {
        return Err(Refusal::invalid("a role is held by a user, a group or a service principal").at(PRINCIPAL_ID.name));
    }
    let role = guid(assignment, ROLE_DEFINITION_ID);
    let is_role = |id: Id| role::built_in(id).is_some() || after.find_a(&UNIFIED_ROLE_DEFINITION, id).is_some();
    let Some(role) = role.filter(|id| is_role(*id)) else {
        return Err(Refusal::invalid("names no role").at(ROLE_DEFINITION_ID.name));
    };
    let text = assignment.get(DIRECTORY_SCOPE_ID).unwrap_or("/");
    let scope = scope_of(text).filter(|scope| match scope {
        Scope::Tenant => true,
        Scope::Unit(id) => after.find_a(&ADMINISTRATIVE_UNIT, *id).is_some(),
        Scope::Object(id) => after.find(*id).is_some(),
    });
    let Some(scope) = scope else {
        return Err(Refusal::invalid(format!(
            "`{text}` is no scope: give `/`, `/administrativeUnits/{{id}}` or `/{{id}}`"
        ))
        .at(DIRECTORY_SCOPE_ID.name));
    };
    let is_twin = |other: &&Object| {
        other.id != assignment.id && held_by(other).is_some_and(|held| held.role == role && held.scope == scope)
    };
    if assignments_to(after, principal.id).any(|other| is_twin(&other)) {
        return Err(Refusal::conflict(
            "A conflicting object with one or more of the specified property values is present in the directory.",
        ));
    }
    Ok(())
}

/// Adding to and taking from the members of a directoryRole becomes making and ending assignments over the tenant.
fn members_to_assignments(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut instead = Vec::new();
    let mut failed = None;
    changes.retain(|change| {
        let (source, target, is_added) = match change {
            Change::Link { source, link: MEMBERS, target, by: By::Direct, .. } => (*source, *target, true),
            Change::Unlink { source, link: MEMBERS, target, by: By::Direct, .. } => (*source, *target, false),
            Change::Link { .. }
            | Change::Unlink { .. }
            | Change::Create { .. }
            | Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. } => return true,
        };
        let Some(template) = now.find_a(&DIRECTORY_ROLE, source).and_then(|role| guid(role, ROLE_TEMPLATE_ID)) else {
            return true;
        };
        let held: Vec<Id> = assignments_to(now, target)
            .filter_map(held_by)
            .filter(|held| held.role == template && held.scope == Scope::Tenant)
            .map(|held| held.assignment.id)
            .collect();
        match (is_added, held.is_empty()) {
            (true, true) => {
                let id = call.new_id();
                let attributes = vec![
                    (PRINCIPAL_ID.id, target.to_string().into()),
                    (ROLE_DEFINITION_ID.id, template.to_string().into()),
                    (DIRECTORY_SCOPE_ID.id, "/".into()),
                ];
                instead.push(Change::Create { id, kind: UNIFIED_ROLE_ASSIGNMENT.id(), attributes });
                instead.push(Change::link(id, PRINCIPAL, target));
                if now.find(template).is_some() {
                    instead.push(Change::link(id, ROLE_DEFINITION, template));
                }
            }
            (true, false) => {
                failed = Some(Refusal::conflict(
                    "One or more added object references already exist for the following modified properties: 'members'.",
                ));
            }
            (false, true) => failed = Some(Refusal::not_found(target)),
            (false, false) => instead.extend(held.into_iter().map(|id| Change::Delete { id })),
        }
        false
    });
    changes.append(&mut instead);
    failed.map_or(Ok(()), Err)
}

/// Roles that are built in stay as they are; a role of one's own says what it allows in words that are understood.
fn check_definitions(before: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_system = call.caller.actor == directory::Actor::System;
    for definition in touched(after, changes, &UNIFIED_ROLE_DEFINITION) {
        if definition.is(IS_BUILT_IN) {
            if !is_system {
                return Err(Refusal::denied("a built-in role cannot be changed: define one of your own"));
            }
            continue;
        }
        let unknown = definition
            .get(ROLE_PERMISSIONS)
            .unwrap_or_default()
            .iter()
            .flat_map(|permission| permission.texts("allowedResourceActions"))
            .find(|action| role::resource_action(action).is_none())
            .map(str::to_owned);
        if let Some(action) = unknown {
            return Err(
                Refusal::invalid(format!("the resource action `{action}` is not known")).at(ROLE_PERMISSIONS.name)
            );
        }
    }
    let custom = || after.all(&UNIFIED_ROLE_DEFINITION).filter(|definition| !definition.is(IS_BUILT_IN));
    if changes.iter().any(|change| matches!(change, Change::Create { .. })) && custom().count() > CUSTOM_ROLES_MAX {
        return Err(Refusal::limit(format!("an organization defines at most {CUSTOM_ROLES_MAX} roles")));
    }
    for definition in removed(before, changes, &UNIFIED_ROLE_DEFINITION) {
        if definition.is(IS_BUILT_IN) {
            return Err(Refusal::denied("a built-in role cannot be deleted"));
        }
        let id = definition.id.to_string();
        if after.by(ROLE_DEFINITION_ID, id).any(|object| after.is_a(object, &UNIFIED_ROLE_ASSIGNMENT)) {
            return Err(Refusal::state("the role is held by somebody: end its assignments first"));
        }
    }
    Ok(())
}

fn refuse_scoped(_: &Snapshot, _: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let makes_one =
        |change: &Change| matches!(change, Change::Create { kind, .. } if *kind == SCOPED_ROLE_MEMBERSHIP.id());
    if changes.iter().any(makes_one) {
        return Err(Refusal::invalid(
            "create a roleManagement/directory/roleAssignments with directoryScopeId `/administrativeUnits/{id}` instead",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_or_not() {
        let id = "11111111-2222-3333-4444-555555555555";
        let of = directory::id_from_text(id).expect("a GUID");
        for (text, expected) in [
            ("/".to_owned(), Some(Scope::Tenant)),
            (format!("/administrativeUnits/{id}"), Some(Scope::Unit(of))),
            (format!("/{id}"), Some(Scope::Object(of))),
            ("/nonsense".to_owned(), None),
            (format!("/groups/{id}"), None),
        ] {
            assert_eq!(scope_of(&text), expected, "{text}");
        }
    }
}
