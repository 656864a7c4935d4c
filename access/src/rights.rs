//! Rights of one caller: what permissions, roles, membership and ownership add up to.
//!
//! For a person acting through an application both are asked: the person must be allowed, and the application must have
//! been granted the scope. Worked out from the snapshot alone; `gate` keeps the outcome for as long as the snapshot lasts.

use directory::{Actor, Caller, Id, Object, Snapshot, Value};
use schema::MEMBERS;
use schema::OWNERS;
use schema::administrative_unit::ADMINISTRATIVE_UNIT;
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE};
use schema::organization::ORGANIZATION;
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::user::{USER, USER_TYPE};
use schema::{ACCOUNT_ENABLED, APP_SCOPE_ID, DIRECTORY_SCOPE_ID, PRINCIPAL_ID, ROLE_DEFINITION_ID, TEMPLATE_ID};

use crate::area::Area;
use crate::matrix::{self, Reached};
use crate::own::{Own, own};
use crate::permission::find_permission;
use crate::reading::guid;
use crate::right::{Ask, Powers};
use crate::role::{self, GLOBAL_ADMINISTRATOR};

/// Over what a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Tenant,
    /// The members of an administrative unit.
    Unit(Id),
    /// One object.
    Object(Id),
}

/// A role that somebody holds now.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The role's definition; for a built-in one, its template id.
    pub role: Id,
    pub scope: Scope,
    pub assignment: &'a Object,
}

/// What a caller may do.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// What the actor may do.
    pub actor: Reached,
    /// What the actor may do with a part of the directory.
    scoped: Vec<(Scope, Powers)>,
    /// What the client may do at most; absent when nobody stands between.
    ceiling: Option<Reached>,
    pub me: Option<Id>,
    /// The roles held over the whole tenant.
    pub roles: Vec<Id>,
    /// The application permissions that count, of an application that acts as itself.
    pub permissions: Vec<&'static str>,
    /// The server itself.
    pub is_system: bool,
}

impl Rights {
    /// Work out what a caller may do.
    #[must_use]
    pub fn of(now: &Snapshot, caller: &Caller) -> Rights {
        if is_of_another_tenant(now, caller) {
            return Rights::default();
        }
        match caller.actor {
            Actor::System | Actor::Reaction(_) => {
                Rights { actor: Reached::everything(), is_system: true, ..Rights::default() }
            }
            Actor::Nobody => Rights::default(),
            Actor::Device(id) => Rights::of_device(now, id),
            Actor::App(id) => Rights::of_app(now, caller, id),
            Actor::User(id) => Rights::of_user(now, caller, id),
        }
    }

    fn of_device(now: &Snapshot, id: Id) -> Rights {
        let mut rights = Rights::default();
        if now.find(id).is_some_and(|device| device.is(ACCOUNT_ENABLED)) {
            rights.me = Some(id);
            for area in [Area::Devices, Area::ManagedDevices] {
                rights.actor.own.grant(area, crate::right::READ);
            }
        }
        rights
    }

    fn of_app(now: &Snapshot, caller: &Caller, id: Id) -> Rights {
        let mut rights = Rights::default();
        if now.find(id).is_none_or(|app| app.get(ACCOUNT_ENABLED) == Some(false)) {
            return rights;
        }
        rights.me = Some(id);
        for name in &caller.roles {
            // A scope's name among the roles means nothing: only application permissions count here.
            let permission = find_permission(name).filter(|permission| permission.role_id().is_some());
            if let (Some(permission), Some(powers)) = (permission, matrix::powers(name)) {
                rights.actor.join(powers);
                rights.permissions.push(permission.name);
            }
        }
        rights.add_roles(now, id);
        rights
    }

    fn of_user(now: &Snapshot, caller: &Caller, id: Id) -> Rights {
        let mut rights = Rights::default();
        let Some(user) = now.find_a(&USER, id).filter(|user| user.is(ACCOUNT_ENABLED)) else {
            return rights;
        };
        rights.me = Some(id);
        let is_guest = user.get(USER_TYPE).is_some_and(|t| t.eq_ignore_ascii_case("Guest"));
        let seen = if is_guest { role::GUESTS } else { role::MEMBERS };
        seen.iter().for_each(|(area, may)| rights.actor.all.grant(*area, may));
        role::OWN.iter().for_each(|(area, may)| rights.actor.own.grant(*area, may));
        role::OWNED.iter().for_each(|(area, may)| rights.actor.owned.grant(*area, may));
        rights.add_roles(now, id);
        let mut ceiling = Reached::default();
        caller.scopes.iter().filter_map(|scope| matrix::powers(scope)).for_each(|powers| ceiling.join(powers));
        rights.ceiling = Some(ceiling);
        rights
    }

    fn add_roles(&mut self, now: &Snapshot, principal: Id) {
        for held in held_roles(now, principal) {
            let Some(powers) = role_powers(now, held.role) else {
                continue;
            };
            match held.scope {
                Scope::Tenant => {
                    self.actor.all.join(&powers);
                    self.roles.push(held.role);
                }
                part @ (Scope::Unit(_) | Scope::Object(_)) => self.scoped.push((part, powers)),
            }
        }
    }

    /// Whether the caller may do this with some object of the area.
    #[must_use]
    pub fn may_ever(&self, area: Area, ask: Ask<'_>) -> bool {
        let actor = has_any(&self.actor, area, ask) || self.scoped.iter().any(|(_, powers)| powers.have(area, ask));
        actor && self.ceiling.as_ref().is_none_or(|ceiling| has_any(ceiling, area, ask))
    }

    /// Whether the caller may do this with every object of the area.
    #[must_use]
    pub fn may_all(&self, area: Area, ask: Ask<'_>) -> bool {
        self.actor.all.have(area, ask) && self.ceiling.as_ref().is_none_or(|ceiling| ceiling.all.have(area, ask))
    }

    /// Whether the caller may do this with one object.
    #[must_use]
    pub fn may(&self, now: &Snapshot, area: Area, ask: Ask<'_>, object: &Object) -> bool {
        if self.may_all(area, ask) {
            return true;
        }
        let Some(me) = self.me else {
            return false;
        };
        let is_own = match own(now, area, object, me) {
            Own::Mine => true,
            Own::ToRead => ask == Ask::Read,
            Own::Not => false,
        };
        let is_owned = now.why(object.id, OWNERS, me).is_some();
        let within = |powers: &Reached| {
            powers.all.have(area, ask)
                || (is_own && powers.own.have(area, ask))
                || (is_owned && powers.owned.have(area, ask))
        };
        let actor = within(&self.actor) || self.may_in_part(now, area, ask, object);
        actor && self.ceiling.as_ref().is_none_or(within)
    }

    /// Whether the caller may do this with what is created as their own.
    #[must_use]
    pub fn may_own(&self, area: Area, ask: Ask<'_>) -> bool {
        let within = |powers: &Reached| powers.all.have(area, ask) || powers.own.have(area, ask);
        within(&self.actor) && self.ceiling.as_ref().is_none_or(within)
    }

    fn may_in_part(&self, now: &Snapshot, area: Area, ask: Ask<'_>, object: &Object) -> bool {
        self.scoped.iter().any(|(scope, powers)| {
            powers.have(area, ask)
                && match scope {
                    Scope::Tenant => true,
                    Scope::Object(id) => *id == object.id,
                    // The unit itself is not a member of it: who administers its members does not change the unit.
                    Scope::Unit(unit) => {
                        now.find_a(&ADMINISTRATIVE_UNIT, *unit).is_some()
                            && now.why(*unit, MEMBERS, holder(now, area, object)).is_some()
                    }
                }
        })
    }

    /// Whether an application acts as itself.
    #[must_use]
    pub fn is_application(&self) -> bool {
        !self.permissions.is_empty() && self.ceiling.is_none()
    }

    #[must_use]
    pub fn is_global_administrator(&self) -> bool {
        self.is_system || self.roles.contains(&GLOBAL_ADMINISTRATOR)
    }
}

/// Whether the caller comes from elsewhere: a tenant is called as its organization is.
fn is_of_another_tenant(now: &Snapshot, caller: &Caller) -> bool {
    now.all(&ORGANIZATION).next().is_some_and(|organization| organization.id != caller.tenant)
}

/// The roles that a principal holds now: assigned to them, or to a role-assignable group they are a direct member of.
pub fn held_roles(now: &Snapshot, principal: Id) -> Vec<Held<'_>> {
    let groups = now
        .backlinks(principal, MEMBERS)
        .map(|link| link.object)
        .filter(|group| now.is_a(group, &GROUP) && group.is(IS_ASSIGNABLE_TO_ROLE));
    let mut held: Vec<Held<'_>> = Vec::new();
    for holder in std::iter::once(principal).chain(groups.map(|group| group.id)) {
        held.extend(assignments_to(now, holder).filter_map(held_by));
    }
    held
}

/// The assignments of roles to one principal.
pub(crate) fn assignments_to(now: &Snapshot, principal: Id) -> impl Iterator<Item = &Object> {
    now.by(PRINCIPAL_ID, Value::Guid(principal)).filter(|object| now.is_a(object, &UNIFIED_ROLE_ASSIGNMENT))
}

/// What an assignment says; nothing if it is scoped to an application or to something unknown.
pub(crate) fn held_by(assignment: &Object) -> Option<Held<'_>> {
    let is_app_scoped = assignment.get(APP_SCOPE_ID).is_some_and(|scope| !scope.is_empty() && scope != "/");
    if is_app_scoped {
        return None;
    }
    let role = guid(assignment, ROLE_DEFINITION_ID)?;
    let scope = scope_of(assignment.get(DIRECTORY_SCOPE_ID).unwrap_or("/"))?;
    Some(Held { role, scope, assignment })
}

/// Read a `directoryScopeId`.
#[must_use]
pub fn scope_of(text: &str) -> Option<Scope> {
    if text.is_empty() || text == "/" {
        return Some(Scope::Tenant);
    }
    let path = text.strip_prefix('/').unwrap_or(text);
    match path.split_once('/') {
        Some((collection, id)) if collection.eq_ignore_ascii_case("administrativeUnits") => {
            directory::id_from_text(id).map(Scope::Unit)
        }
        Some(_) => None,
        None => directory::id_from_text(path).map(Scope::Object),
    }
}

/// What a role allows, built in or made by the organization.
fn role_powers(now: &Snapshot, role: Id) -> Option<Powers> {
    if let Some(powers) = role::built_in_powers(role) {
        return Some(powers.clone());
    }
    let definition = now.find(role).or_else(|| {
        // A definition of a built-in role may be kept under an id of its own, with the template beside it.
        now.by(TEMPLATE_ID, Value::Guid(role)).next()
    })?;
    if let Some(powers) = guid(definition, TEMPLATE_ID).and_then(role::built_in_powers) {
        return Some(powers.clone());
    }
    Some(role::custom_powers(definition))
}

/// The built-in role that an assignment's `roleDefinitionId` means.
pub(crate) fn template_of(now: &Snapshot, role: Id) -> Id {
    if role::built_in(role).is_some() {
        return role;
    }
    now.find(role).and_then(|definition| guid(definition, TEMPLATE_ID)).unwrap_or(role)
}

/// The object by whose administrative units this one is administered: itself, or the person whose method it is.
fn holder(now: &Snapshot, area: Area, object: &Object) -> Id {
    match area {
        Area::AuthenticationMethods => crate::own::method_holder(now, object.id).unwrap_or(object.id),
        _ => object.id,
    }
}

fn has_any(powers: &Reached, area: Area, ask: Ask<'_>) -> bool {
    powers.all.have(area, ask) || powers.own.have(area, ask) || powers.owned.have(area, ask)
}
