//! What was granted: app roles, delegated permissions, directory roles and groups of whoever a token speaks about.

use directory::{Id, Object, Snapshot};
use schema::MEMBERS;
use schema::app_role_assignment::{APP_ROLE_ASSIGNMENT, APP_ROLE_ID, PRINCIPAL_ID, RESOURCE_ID};
use schema::application::API;
use schema::group::{GROUP, SECURITY_ENABLED};
use schema::oauth2_permission_grant as grant;

use crate::client::{Client, Resource};
use crate::offered::role_values;

/// More groups than this are not listed in a token; it says where to ask instead.
pub const GROUPS_MAX: usize = 200;

/// The values of the app roles that a principal holds at a resource, by itself or through the groups it is directly in.
/// The second says whether it is assigned at all: an assignment may carry no role.
#[must_use]
pub fn app_roles(now: &Snapshot, principal: Id, resource: &Resource<'_>) -> (Vec<String>, bool) {
    let offered = role_values(resource.principal);
    let mut roles: Vec<String> = Vec::new();
    let mut is_assigned = false;
    let groups =
        now.backlinks(principal, MEMBERS).filter(|link| now.is_a(link.object, &GROUP)).map(|link| link.object.id);
    for holder in std::iter::once(principal).chain(groups) {
        for assignment in now.by(PRINCIPAL_ID, holder).filter(|object| now.is_a(object, &APP_ROLE_ASSIGNMENT)) {
            if assignment.get(RESOURCE_ID) != Some(resource.principal.id) {
                continue;
            }
            is_assigned = true;
            let value = assignment.get(APP_ROLE_ID).and_then(|id| offered.get(&id));
            roles.extend(value.filter(|value| !roles.contains(value)).cloned());
        }
    }
    (roles, is_assigned)
}

/// The delegated permissions that a client holds at a resource for a person: by an administrator's consent or their own.
#[must_use]
pub fn delegated(now: &Snapshot, client: Id, user: Id, resource: Id) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for permission in grants_of(now, client, resource) {
        let applies = match permission.get(grant::CONSENT_TYPE) {
            Some("AllPrincipals") => true,
            _ => same_id(permission.get(schema::PRINCIPAL_ID), Some(user)),
        };
        if applies {
            let words = permission.get(grant::SCOPE).unwrap_or_default().split_ascii_whitespace();
            words.for_each(|word| {
                if !scopes.iter().any(|known| known == word) {
                    scopes.push(word.to_owned());
                }
            });
        }
    }
    scopes
}

/// The delegated permissions that a client has at a resource for a person: those that were granted, and those for which the
/// resource itself has named the client beforehand (`api.preAuthorizedApplications`).
#[must_use]
pub fn permitted(now: &Snapshot, client: &Client<'_>, user: Id, resource: &Resource<'_>) -> Vec<String> {
    let mut scopes = delegated(now, client.principal.id, user, resource.principal.id);
    let Some(api) = resource.app.and_then(|app| app.get(API)) else { return scopes };
    let named = api.records("preAuthorizedApplications").filter(|one| one.text("appId") == Some(client.app_id()));
    let ids: Vec<Id> = named
        .flat_map(|one| one.texts("delegatedPermissionIds").chain(one.texts("permissionIds")))
        .filter_map(directory::id_from_text)
        .collect();
    if !ids.is_empty() {
        let offered = resource.permission_scopes();
        let values = offered
            .iter()
            .filter(|scope| scope.bool("isEnabled").unwrap_or(true))
            .filter(|scope| scope.guid("id").is_some_and(|id| ids.contains(&id)))
            .filter_map(|scope| scope.text("value"));
        for value in values {
            if !scopes.iter().any(|known| known == value) {
                scopes.push(value.to_owned());
            }
        }
    }
    scopes
}

/// The grants between a client and a resource.
pub fn grants_of(now: &Snapshot, client: Id, resource: Id) -> impl Iterator<Item = &Object> + '_ {
    now.by(grant::CLIENT_ID, client)
        .filter(|object| now.is_a(object, &grant::OAUTH2_PERMISSION_GRANT))
        .filter(move |permission| same_id(permission.get(grant::RESOURCE_ID), Some(resource)))
}

/// Whether a text names this object; grants keep ids as text, as Graph types them.
pub(crate) fn same_id(text: Option<&str>, id: Option<Id>) -> bool {
    text.and_then(directory::id_from_text) == id
}

/// The groups a person is in, as a `groups` claim of this configuration lists them; absent when none is configured.
#[must_use]
pub fn groups<'a>(now: &'a Snapshot, user: Id, configured: Option<&str>, at: &Resource<'_>) -> Option<Vec<&'a Object>> {
    let words: Vec<&str> = configured?.split(',').map(str::trim).collect();
    let has = |word: &str| words.contains(&word);
    if !has("All") && !has("SecurityGroup") && !has("ApplicationGroup") {
        return None;
    }
    let listed = |group: &&Object| {
        now.is_a(group, &GROUP)
            && (has("All")
                || (has("SecurityGroup") && group.is(SECURITY_ENABLED))
                || (has("ApplicationGroup") && is_assigned(now, group.id, at.principal.id)))
    };
    Some(now.closure(user, MEMBERS, true).into_iter().filter(listed).collect())
}

/// Whether a group is assigned to an application, whatever role that gives.
fn is_assigned(now: &Snapshot, group: Id, application: Id) -> bool {
    let mut assignments = now.by(PRINCIPAL_ID, group).filter(|object| now.is_a(object, &APP_ROLE_ASSIGNMENT));
    assignments.any(|assignment| assignment.get(RESOURCE_ID) == Some(application))
}
