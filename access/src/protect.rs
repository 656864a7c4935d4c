//! What nobody may do although their role or permission alone would let them: touch the credentials of those above them,
//! raise themselves, or take over what holds more than they do.

use directory::{Act, Change, Id, Object, Refusal, Snapshot, Value, Verb};
use schema::MEMBERS;
use schema::OWNERS;
use schema::app_role_assignment::{APP_ROLE_ASSIGNMENT, APP_ROLE_ID, PRINCIPAL_ID, RESOURCE_ID};
use schema::application::APPLICATION;
use schema::directory_role::DIRECTORY_ROLE;
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use schema::{APP_ID, PRINCIPAL_ID as PRINCIPAL};

use crate::area::Area;
use crate::own::method_holder;
use crate::permission::{GRAPH_APP_ID, find_permission, permissions};
use crate::reading::{area_of, is_credential, parents};
use crate::right::Ask;
use crate::rights::{Rights, held_roles, template_of};
use crate::role::{self, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR};
use crate::trust;

/// What is sensitive about a person: with it one could become them, or lock them out.
const SENSITIVE: &[&str] = &[
    "accountEnabled",
    "businessPhones",
    "identities",
    "mail",
    "mobilePhone",
    "onPremisesImmutableId",
    "otherMails",
    "userPrincipalName",
];

/// Actions on a person that are sensitive.
const SENSITIVE_ACTIONS: &[&str] = &["revokeSignInSessions", "invalidateAllRefreshTokens", "resetPassword"];

/// Actions that give somebody a way to act as an application.
const CREDENTIAL_ACTIONS: &[&str] = &["addPassword", "addKey", "addTokenSigningCertificate"];

/// Application permissions with which one can give oneself any other.
const ESCALATING: &[&str] = &[
    "RoleManagement.ReadWrite.Directory",
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "UserAuthenticationMethod.ReadWrite.All",
];

/// Refuse what must not happen.
pub(crate) fn protect(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    if rights.is_global_administrator() || act.verb == Verb::Read {
        return Ok(());
    }
    trust::authorities(is_app_above_all(rights), now, act)?;
    people(rights, now, act)?;
    groups(rights, now, act)?;
    roles(rights, now, act)?;
    applications(rights, now, act)?;
    app_roles(rights, now, act)
}

/// Only privileged roles may touch the credentials of administrators.
fn people(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let of_target = act.target.and_then(|target| {
        let is_method = area_of(now, target) == Area::AuthenticationMethods;
        if is_method { now.find(method_holder(now, target.id)?) } else { Some(target) }
    });
    let touched = of_target.into_iter().chain(parents(now, act.changes));
    touched
        .filter(|object| now.is_a(object, &USER) && Some(object.id) != rights.me)
        .try_for_each(|person| one_person(rights, now, act, person))
}

fn one_person(rights: &Rights, now: &Snapshot, act: &Act<'_>, person: &Object) -> Result<(), Refusal> {
    let is_sensitive = match act.verb {
        Verb::Read => false,
        Verb::Delete | Verb::Restore => true,
        Verb::Action(name) => {
            SENSITIVE_ACTIONS.iter().any(|s| s.eq_ignore_ascii_case(name))
                || Area::of(act.kind) == Area::AuthenticationMethods
        }
        Verb::Create | Verb::Update | Verb::Link(_) | Verb::Unlink(_) => {
            Area::of(act.kind) == Area::AuthenticationMethods || changes_sensitive(now, person, act.changes)
        }
    };
    if is_sensitive && !outranks(rights, now, person) {
        return Err(Refusal::denied("only a privileged role may do this to an administrator"));
    }
    Ok(())
}

fn changes_sensitive(now: &Snapshot, person: &Object, changes: &[Change]) -> bool {
    changes.iter().filter(|change| change.subject() == person.id).any(|change| match change {
        Change::Set { attribute, .. } => {
            let definition = now.model().attribute(person.kind, *attribute);
            definition.is_some_and(|a| SENSITIVE.contains(&a.name) || is_credential(a.name, a.read))
        }
        Change::Link { link, .. } | Change::Unlink { link, .. } => {
            now.model().link(person.kind, *link).is_some_and(|l| Area::of(l.target) == Area::AuthenticationMethods)
        }
        Change::Create { .. } => false,
        Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => true,
    })
}

/// Whether the caller stands above everything that a person holds.
fn outranks(rights: &Rights, now: &Snapshot, person: &Object) -> bool {
    // Whoever assigns roles could raise themselves above anybody; there is nothing left to protect from them.
    if rights.roles.contains(&PRIVILEGED_AUTHENTICATION_ADMINISTRATOR) || is_app_above_all(rights) {
        return true;
    }
    let is_in_protected_group = now
        .backlinks(person.id, MEMBERS)
        .any(|link| link.object.is(IS_ASSIGNABLE_TO_ROLE) && now.is_a(link.object, &GROUP));
    if is_in_protected_group {
        return false;
    }
    held_roles(now, person.id).iter().all(|held| {
        let Some(of) = role::built_in(template_of(now, held.role)) else {
            return false;
        };
        rights.roles.iter().any(|by| of.may_be_reset_by(template_of(now, *by)))
    })
}

/// An application that acts as itself and may assign roles.
fn is_app_above_all(rights: &Rights) -> bool {
    rights.is_application() && rights.may_all(Area::Roles, Ask::Create)
}

/// Groups that can hold roles are managed by those who assign roles, and by their owners; nobody adds themselves.
fn groups(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let assigns_roles = rights.may_all(Area::Roles, Ask::Create);
    let makes_one = act.changes.iter().any(|change| {
        let Change::Create { kind, attributes, .. } = change else {
            return false;
        };
        *kind == GROUP.id()
            && attributes.iter().any(|(a, v)| *a == IS_ASSIGNABLE_TO_ROLE.id && v.as_bool() == Some(true))
    });
    if makes_one && !assigns_roles {
        return Err(Refusal::denied("only who assigns roles may create a group that can hold them")
            .at(IS_ASSIGNABLE_TO_ROLE.name));
    }
    let is_protected = |id: Id| now.find_a(&GROUP, id).is_some_and(|group| group.is(IS_ASSIGNABLE_TO_ROLE));
    let is_owner = |id: Id| rights.me.is_some_and(|me| now.why(id, OWNERS, me).is_some());
    let target = act.target.map(|target| target.id).filter(|id| is_protected(*id));
    let linked = act.changes.iter().filter_map(link_of).map(|(source, ..)| source).filter(|id| is_protected(*id));
    for id in target.into_iter().chain(linked) {
        let only_tells = matches!(act.verb, Verb::Action(_)) && act.changes.is_empty();
        if !assigns_roles && !is_owner(id) && !only_tells {
            return Err(Refusal::denied("only who assigns roles, or an owner, may change a group that can hold them"));
        }
    }
    let adds_self = act.changes.iter().filter_map(link_of).any(|(source, link, to, is_added)| {
        is_added && [MEMBERS, OWNERS].contains(&link) && Some(to) == rights.me && is_protected(source)
    });
    if adds_self { Err(raising_oneself()) } else { Ok(()) }
}

fn link_of(change: &Change) -> Option<(Id, directory::LinkId, Id, bool)> {
    match change {
        Change::Link { source, link, target, .. } => Some((*source, *link, *target, true)),
        Change::Unlink { source, link, target, .. } => Some((*source, *link, *target, false)),
        Change::Create { .. }
        | Change::Set { .. }
        | Change::Delete { .. }
        | Change::Restore { .. }
        | Change::Purge { .. } => None,
    }
}

/// Nobody gives a role to themselves, to a group they are in, or to an application they own, except by activating what
/// they were made eligible for.
fn roles(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let is_about_roles = [Area::Roles, Area::RoleEligibility, Area::RoleActivation].contains(&Area::of(act.kind));
    if !is_about_roles {
        return Ok(());
    }
    let is_self_service = act.changes.iter().any(|change| {
        let action = created_text(change, "action");
        action.is_some_and(|action| action.starts_with("self"))
    });
    if is_self_service && act.kind.name == "unifiedRoleAssignmentScheduleRequest" {
        return Ok(());
    }
    for change in act.changes {
        let principal = match change {
            Change::Create { attributes, .. } => {
                attributes.iter().find(|(a, _)| *a == PRINCIPAL.id).and_then(|(_, value)| value.as_guid())
            }
            Change::Link { source, link, target, .. } if *link == MEMBERS => {
                now.find_a(&DIRECTORY_ROLE, *source).map(|_| *target)
            }
            Change::Link { .. }
            | Change::Unlink { .. }
            | Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. } => None,
        };
        if principal.is_some_and(|principal| is_oneself(rights, now, principal)) {
            return Err(raising_oneself());
        }
    }
    Ok(())
}

fn is_oneself(rights: &Rights, now: &Snapshot, principal: Id) -> bool {
    rights.me.is_some_and(|me| {
        me == principal || now.why(principal, MEMBERS, me).is_some() || now.why(principal, OWNERS, me).is_some()
    })
}

fn raising_oneself() -> Refusal {
    Refusal::denied("nobody gives a role to themselves: ask somebody else who assigns roles")
}

/// A way to act as an application that holds more than the caller is given only by those who could give it that much.
fn applications(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let touched = act.target.into_iter().chain(parents(now, act.changes));
    touched
        .filter(|object| now.is_a(object, &APPLICATION) || now.is_a(object, &SERVICE_PRINCIPAL))
        .try_for_each(|target| one_application(rights, now, act, target))
}

fn one_application(rights: &Rights, now: &Snapshot, act: &Act<'_>, target: &Object) -> Result<(), Refusal> {
    let gives_access = match act.verb {
        Verb::Action(name) => CREDENTIAL_ACTIONS.iter().any(|c| c.eq_ignore_ascii_case(name)),
        Verb::Link(name) => name.eq_ignore_ascii_case("owners"),
        Verb::Create => act.kind.name == "federatedIdentityCredential",
        Verb::Update => act.changes.iter().any(|change| match change {
            Change::Set { attribute, .. } => {
                let definition = now.model().attribute(target.kind, *attribute);
                definition.is_some_and(|a| is_credential(a.name, a.read))
            }
            Change::Link { link, .. } => *link == OWNERS,
            Change::Create { .. }
            | Change::Unlink { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. } => false,
        }),
        Verb::Read | Verb::Delete | Verb::Restore | Verb::Unlink(_) => false,
    };
    let is_trusted = rights.roles.contains(&PRIVILEGED_ROLE_ADMINISTRATOR)
        || is_app_above_all(rights)
        || rights.me.is_some_and(|me| me == target.id || now.why(target.id, OWNERS, me).is_some());
    if gives_access && !is_trusted && holds_much(now, target) {
        return Err(Refusal::denied(
            "only who assigns roles, or an owner, may give access to an application that holds one",
        ));
    }
    Ok(())
}

/// Whether the application, as a service principal, holds a directory role or a permission that leads to all others.
fn holds_much(now: &Snapshot, application: &Object) -> bool {
    let Some(app_id) = application.get(APP_ID) else {
        return false;
    };
    let Some(principal) = now.find_by(&SERVICE_PRINCIPAL, APP_ID, app_id) else {
        return false;
    };
    if !held_roles(now, principal.id).is_empty() {
        return true;
    }
    let escalating: Vec<Id> = ESCALATING.iter().filter_map(|name| find_permission(name)?.role_id()).collect();
    now.by(PRINCIPAL_ID, Value::Guid(principal.id))
        .filter(|object| now.is_a(object, &APP_ROLE_ASSIGNMENT))
        .any(|assignment| assignment.get(APP_ROLE_ID).is_some_and(|role| escalating.contains(&role)))
}

/// Permissions of Microsoft Graph are granted by those who assign roles, and never to oneself beyond what one has.
fn app_roles(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    for change in act.changes {
        let Change::Create { kind, attributes, .. } = change else {
            continue;
        };
        if *kind != APP_ROLE_ASSIGNMENT.id() {
            continue;
        }
        let guid = |id| attributes.iter().find(|(a, _)| *a == id).and_then(|(_, value)| value.as_guid());
        let Some(resource) = guid(RESOURCE_ID.id).and_then(|id| now.find(id)) else {
            continue;
        };
        if !rights.may_all(Area::AppRoleAssignments, Ask::Create)
            && rights.me.is_none_or(|me| now.why(resource.id, OWNERS, me).is_none())
        {
            return Err(Refusal::denied("owners assign people to the applications they own, and to no others"));
        }
        if resource.get(APP_ID) != Some(GRAPH_APP_ID) {
            continue;
        }
        let may_grant = rights.roles.contains(&PRIVILEGED_ROLE_ADMINISTRATOR)
            || (rights.is_application() && rights.may_all(Area::AppRoleAssignments, Ask::Create));
        if !may_grant {
            return Err(Refusal::denied("permissions of Microsoft Graph are granted by who assigns directory roles"));
        }
        let role = guid(APP_ROLE_ID.id);
        let name = permissions().find(|permission| permission.role_id().is_some() && permission.role_id() == role);
        let has_it = name.is_some_and(|permission| rights.permissions.contains(&permission.name));
        if guid(PRINCIPAL_ID.id).is_some_and(|principal| is_oneself(rights, now, principal)) && !has_it {
            return Err(Refusal::denied("nobody grants a permission to themselves: ask another administrator"));
        }
    }
    Ok(())
}

fn created_text<'a>(change: &'a Change, name: &str) -> Option<&'a str> {
    let Change::Create { attributes, .. } = change else {
        return None;
    };
    let id = directory::AttrId::of(name);
    attributes.iter().find(|(attribute, _)| *attribute == id)?.1.as_text()
}
