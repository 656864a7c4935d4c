//! What an access package gives: the roles in groups and applications that its `resourceRoleScopes` name.
//!
//! A group role is `Member_<group id>` or `Owner_<group id>` of `AadGroup`, an application role the id of an app role of
//! `AadApplication`, with the service principal as the scope: Graph's `originId` and `originSystem`.

use directory::{Call, Change, Check, Id, LinkId, Object, Record, Refusal, Snapshot, id_from_text};
use schema::access_package::{ACCESS_PACKAGE, RESOURCE_ROLE_SCOPES};
use schema::access_package_resource_role_scope::{ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, ROLE, SCOPE};
use schema::group::{GROUP, GROUP_TYPES, MEMBERS, OWNERS};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::{APP_ROLES, ON_PREMISES_SYNC_ENABLED};

/// How many roles one package may give.
const ROLES_MAX: usize = 100;
/// The app role that means "access, without a role" (Graph's default access).
const DEFAULT_ACCESS: Id = Id::nil();

pub(crate) const CHECK: Check = Check { kind: &ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, complete: None, check: Some(check) };

/// One thing that a package gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gift {
    Link { group: Id, link: LinkId },
    AppRole { resource: Id, role: Id },
}

/// What a package gives, and how much of it cannot be given because what it names is gone or follows a rule.
pub(crate) fn gifts(now: &Snapshot, package: Id) -> (Vec<Gift>, usize) {
    let scopes: Vec<&Object> = now.links(package, RESOURCE_ROLE_SCOPES).map(|link| link.object).collect();
    let gifts: Vec<Gift> = scopes.iter().filter_map(|scope| gift(scope)).filter(|gift| can_give(now, *gift)).collect();
    let missing = scopes.len() - gifts.len();
    (gifts, missing)
}

/// Whether a role scope names a role in this group or application.
pub(crate) fn is_of(scope: &Object, resource: Id) -> bool {
    gift(scope).is_some_and(|gift| match gift {
        Gift::Link { group, .. } => group == resource,
        Gift::AppRole { resource: named, .. } => named == resource,
    })
}

fn gift(scope: &Object) -> Option<Gift> {
    let (role, scope) = (scope.get(ROLE)?, scope.get(SCOPE)?);
    let origin = role.text("originId")?;
    match system(&role, &scope) {
        "AadGroup" => {
            let (name, group) = origin.split_once('_')?;
            let link = match name {
                "Member" => MEMBERS,
                "Owner" => OWNERS,
                _ => return None,
            };
            Some(Gift::Link { group: id_from_text(group)?, link })
        }
        "AadApplication" => {
            let resource = scope.guid("originId").or_else(|| role.record("resource")?.guid("originId"))?;
            Some(Gift::AppRole { resource, role: id_from_text(origin)? })
        }
        _ => None,
    }
}

fn system<'a>(role: &'a Record, scope: &'a Record) -> &'a str {
    role.text("originSystem").or_else(|| scope.text("originSystem")).unwrap_or_default()
}

fn can_give(now: &Snapshot, gift: Gift) -> bool {
    match gift {
        Gift::Link { group, .. } => now.find_a(&GROUP, group).is_some_and(is_by_hand),
        Gift::AppRole { resource, role } => now.find_a(&SERVICE_PRINCIPAL, resource).is_some_and(|resource| {
            let roles = resource.get(APP_ROLES).unwrap_or_default();
            role == DEFAULT_ACCESS || roles.iter().any(|known| known.guid("id") == Some(role))
        }),
    }
}

/// Whether people can be put into a group: its members follow neither a rule nor another directory.
pub(crate) fn is_by_hand(group: &Object) -> bool {
    !group.get(GROUP_TYPES).unwrap_or_default().contains(&"DynamicMembership") && !group.is(ON_PREMISES_SYNC_ENABLED)
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { id, .. } = change else { continue };
        let Some(scope) = after.find_a(&ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, *id) else { continue };
        let gift = gift(scope).ok_or_else(|| {
            Refusal::invalid(
                "name a role of AadGroup (`Member_<group id>` or `Owner_<group id>`) or of AadApplication (the id of an \
                 app role, with the service principal as the scope)",
            )
            .at("role/originId")
        })?;
        if !can_give(after, gift) {
            let message = match gift {
                Gift::Link { .. } => "the group is not there, or its members follow a rule or another directory",
                Gift::AppRole { .. } => "the application is not there, or has no such role",
            };
            return Err(Refusal::invalid(message).at("role/originId"));
        }
        for package in after.backlinks(*id, RESOURCE_ROLE_SCOPES).filter(|p| after.is_a(p.object, &ACCESS_PACKAGE)) {
            if after.links(package.object.id, RESOURCE_ROLE_SCOPES).count() > ROLES_MAX {
                return Err(Refusal::limit(format!("a package gives at most {ROLES_MAX} roles")));
            }
        }
    }
    Ok(())
}
