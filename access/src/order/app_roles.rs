//! Assignments of application roles: who may hold which role of which application.

use directory::{Call, Change, Check, Id, Object, Record, Refusal, Snapshot, Value};
use schema::PRINCIPAL;
use schema::RESOURCE_LINK;
use schema::app_role_assignment::{
    APP_ROLE_ASSIGNMENT, APP_ROLE_ID, PRINCIPAL_DISPLAY_NAME, PRINCIPAL_ID, PRINCIPAL_TYPE, RESOURCE_DISPLAY_NAME,
    RESOURCE_ID,
};
use schema::group::GROUP;
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use schema::{APP_ROLES, CREATED_DATE_TIME, DISPLAY_NAME};

use super::{fill, given, touched};

pub(crate) const CHECK: Check = Check { kind: &APP_ROLE_ASSIGNMENT, complete: Some(complete), check: Some(check) };

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut links = Vec::new();
    for change in changes.iter_mut() {
        let Change::Create { id, kind, attributes } = change else {
            continue;
        };
        if *kind != APP_ROLE_ASSIGNMENT.id() {
            continue;
        }
        fill(attributes, CREATED_DATE_TIME, call.at);
        let end = |value: Option<&Value>| value.and_then(Value::as_guid).and_then(|id| now.find(id));
        if let Some(principal) = end(given(attributes, PRINCIPAL_ID)) {
            fill(attributes, PRINCIPAL_TYPE, principal_type(now, principal).unwrap_or("Unknown"));
            fill(attributes, PRINCIPAL_DISPLAY_NAME, principal.get(DISPLAY_NAME).unwrap_or_default());
            links.push(Change::link(*id, PRINCIPAL, principal.id));
        }
        if let Some(resource) = end(given(attributes, RESOURCE_ID)).filter(|r| now.is_a(r, &SERVICE_PRINCIPAL)) {
            fill(attributes, RESOURCE_DISPLAY_NAME, resource.get(DISPLAY_NAME).unwrap_or_default());
            links.push(Change::link(*id, RESOURCE_LINK, resource.id));
        }
    }
    changes.retain(|change| !links.contains(change));
    changes.append(&mut links);
    Ok(())
}

fn principal_type(now: &Snapshot, principal: &Object) -> Option<&'static str> {
    [(&USER, "User"), (&GROUP, "Group"), (&SERVICE_PRINCIPAL, "ServicePrincipal")]
        .into_iter()
        .find(|(kind, _)| now.is_a(principal, kind))
        .map(|(_, name)| name)
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    touched(after, changes, &APP_ROLE_ASSIGNMENT).into_iter().try_for_each(|assignment| check_one(after, assignment))
}

fn check_one(after: &Snapshot, assignment: &Object) -> Result<(), Refusal> {
    let principal = assignment.get(PRINCIPAL_ID).and_then(|id| after.find(id));
    let Some((principal, sort)) = principal.and_then(|p| Some((p, principal_type(after, p)?))) else {
        return Err(Refusal::invalid("names no user, group or service principal").at(PRINCIPAL_ID.name));
    };
    let Some(resource) = assignment.get(RESOURCE_ID).and_then(|id| after.find_a(&SERVICE_PRINCIPAL, id)) else {
        return Err(Refusal::invalid("names no service principal").at(RESOURCE_ID.name));
    };
    let role = assignment.get(APP_ROLE_ID).unwrap_or_default();
    check_role(resource, role, sort)?;
    let is_twin = |other: &Object| {
        other.id != assignment.id
            && after.is_a(other, &APP_ROLE_ASSIGNMENT)
            && other.get(RESOURCE_ID) == Some(resource.id)
            && other.get(APP_ROLE_ID) == Some(role)
    };
    if after.by(PRINCIPAL_ID, Value::Guid(principal.id)).any(is_twin) {
        return Err(Refusal::conflict("Permission being assigned already exists on the object"));
    }
    Ok(())
}

/// Whether an application has this role for principals of this sort. The nil id is plain access, which every application
/// has.
fn check_role(resource: &Object, role: Id, sort: &str) -> Result<(), Refusal> {
    if role.is_nil() {
        return Ok(());
    }
    let roles = resource.get(APP_ROLES).unwrap_or_default();
    let Some(found) = roles.iter().find(|r| r.guid("id") == Some(role) && r.bool("isEnabled") != Some(false)) else {
        return Err(Refusal::invalid("Permission being assigned was not found on application").at(APP_ROLE_ID.name));
    };
    let wanted = if sort == "ServicePrincipal" { "Application" } else { "User" };
    if !allows(found, wanted) {
        return Err(Refusal::invalid(format!("the role is not for principals of the type {sort}")).at(APP_ROLE_ID.name));
    }
    Ok(())
}

fn allows(role: &Record, member: &str) -> bool {
    role.list("allowedMemberTypes").is_empty() || role.texts("allowedMemberTypes").any(|t| t == member)
}
