//! The gate: every read and write of every protocol is put before it. Denies by default.
//!
//! What somebody may do at all stands in `rights`; what nobody may do although they could stands in `protect`. What cannot
//! be seen answers as if it were absent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use directory::{Act, AttrId, By, Caller, Change, Kind, LinkId, Object, Refusal, Shape, Snapshot, Value, Verb, Write};
use schema::SETTINGS;
use schema::device_management_configuration_policy::SEALED_SETTING_VALUES;

use crate::area::Area;
use crate::own;
use crate::protect;
use crate::reading::{area_of, is_credential, parents};
use crate::remote_actions;
use crate::right::Ask;
use crate::rights::Rights;

/// How many callers' rights are kept. Each keeps a snapshot in memory for as long as it is kept.
const KEPT_MAX: usize = 32;

/// Graph's own words for a no.
const DENIED: &str = "Insufficient privileges to complete the operation.";

/// Functions that only tell: whoever may read an object may call them.
const TELLING: &[&str] = &[
    "checkMemberGroups",
    "checkMemberObjects",
    "getMemberGroups",
    "getMemberObjects",
    "getByIds",
    "validateProperties",
    "evaluateDynamicMembership",
    "evaluate",
    "filterByCurrentUser",
    "isManagedAppUserBlocked",
    "explain",
    "usage",
    "usersRegisteredByMethod",
    "usersRegisteredByFeature",
    "delta",
];

/// The gate. It decides from the snapshot alone; what it keeps are outcomes for snapshots that are the very same.
#[derive(Default)]
pub struct Gate {
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    now: Snapshot,
    caller: Caller,
    rights: Arc<Rights>,
}

impl Gate {
    #[must_use]
    pub fn new() -> Gate {
        Gate::default()
    }

    /// What a caller may do now.
    #[must_use]
    pub fn rights(&self, now: &Snapshot, caller: &Caller) -> Arc<Rights> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.iter().find(|k| k.now.is_same(now) && is_same_caller(&k.caller, caller)) {
            return Arc::clone(&known.rights);
        }
        let rights = Arc::new(Rights::of(now, caller));
        kept.truncate(KEPT_MAX - 1);
        // An older snapshot is not asked about again.
        kept.retain(|k| k.caller.tenant != caller.tenant || k.now.usn() >= now.usn());
        kept.push_front(Kept { now: now.clone(), caller: caller.clone(), rights: Arc::clone(&rights) });
        rights
    }
}

impl directory::Gate for Gate {
    fn allow(&self, now: &Snapshot, caller: &Caller, act: &Act<'_>) -> Result<(), Refusal> {
        let rights = self.rights(now, caller);
        if rights.is_system {
            return Ok(());
        }
        let area = Area::of(act.kind);
        if let Some(target) = act.target
            && !rights.may(now, area_of(now, target), Ask::Read, target)
        {
            return Err(Refusal::not_found(target.id));
        }
        if !is_allowed(&rights, now, area, act) {
            return Err(Refusal::denied(DENIED));
        }
        remote_actions::check(&rights, now, act)?;
        protect::protect(&rights, now, act)
    }

    fn sees(&self, now: &Snapshot, caller: &Caller, object: &Object) -> bool {
        self.rights(now, caller).may(now, area_of(now, object), Ask::Read, object)
    }

    fn sees_all(&self, now: &Snapshot, caller: &Caller, kind: &'static Kind) -> bool {
        let rights = self.rights(now, caller);
        let model = now.model();
        let mut exact = model.subkinds(kind.id()).iter().filter_map(|id| model.kind(*id));
        exact.all(|kind| rights.may_all(Area::of(kind), Ask::Read))
    }
}

fn is_same_caller(a: &Caller, b: &Caller) -> bool {
    a.actor == b.actor && a.tenant == b.tenant && a.client == b.client && a.scopes == b.scopes && a.roles == b.roles
}

fn is_allowed(rights: &Rights, now: &Snapshot, area: Area, act: &Act<'_>) -> bool {
    let may = |ask: Ask<'_>| match act.target {
        Some(target) => rights.may(now, area_of(now, target), ask, target),
        None => rights.may_ever(area, ask),
    };
    match act.verb {
        Verb::Read => may(Ask::Read),
        Verb::Action(name) => {
            may(Ask::Action(name)) || (TELLING.iter().any(|t| t.eq_ignore_ascii_case(name)) && may(Ask::Read))
        }
        Verb::Delete | Verb::Restore => may(Ask::Delete),
        Verb::Create => may_create(rights, now, area, act) && changes_allowed(rights, now, act),
        Verb::Update => match act.target {
            Some(target) => may_something(rights, now, target) && changes_allowed(rights, now, act),
            None => changes_allowed(rights, now, act) && !act.changes.is_empty(),
        },
        Verb::Link(name) | Verb::Unlink(name) => may(Ask::Link(name)) && changes_allowed(rights, now, act),
    }
}

/// Whether the caller may change anything about an object.
fn may_something(rights: &Rights, now: &Snapshot, object: &Object) -> bool {
    let area = area_of(now, object);
    let any = [Ask::Set(""), Ask::Credentials, Ask::Link(""), Ask::Delete, Ask::Action("")];
    any.into_iter().any(|ask| rights.may(now, area, ask, object))
}

/// Whether an object of this kind may be made: anywhere, beneath the object it becomes a part of, or as one's own.
fn may_create(rights: &Rights, now: &Snapshot, area: Area, act: &Act<'_>) -> bool {
    if rights.may_all(area, Ask::Create) {
        return true;
    }
    let created: Vec<(&'static Kind, &[(AttrId, Value)])> = act
        .changes
        .iter()
        .filter_map(|change| created(now, change))
        .filter(|(kind, _)| kind.name == act.kind.name)
        .collect();
    let parents: Vec<&Object> = act.target.into_iter().chain(parents(now, act.changes)).collect();
    // Before the decision nothing is known but the kind: whoever may make one somewhere is asked again after it.
    if created.is_empty() && parents.is_empty() {
        return rights.may_ever(area, Ask::Create) || rights.may_ever(area, Ask::Link(""));
    }
    if !parents.is_empty() {
        return parents.into_iter().all(|parent| may_create_beneath(rights, now, area, parent));
    }
    if act.kind.name == "appRoleAssignment" && rights.may_ever(area, Ask::Create) {
        // Owners assign people to what they own; `protect` holds them to it.
        return true;
    }
    let is_own = created.iter().all(|(kind, attributes)| is_for_oneself(rights, kind, attributes));
    is_own && own::is_self_service(act.kind) && rights.may_own(area, Ask::Create)
}

/// Beneath an object: a part of it for whoever may change it, something else for whoever may create that there.
fn may_create_beneath(rights: &Rights, now: &Snapshot, area: Area, parent: &Object) -> bool {
    rights.may(now, area, Ask::Create, parent)
        || (area == area_of(now, parent) && rights.may(now, area, Ask::Link(""), parent))
}

fn created<'a>(now: &Snapshot, change: &'a Change) -> Option<(&'static Kind, &'a [(AttrId, Value)])> {
    let Change::Create { kind, attributes, .. } = change else {
        return None;
    };
    Some((now.model().kind(*kind)?, attributes))
}

/// Whether what is created is a request of the caller for themselves.
fn is_for_oneself(rights: &Rights, kind: &'static Kind, attributes: &[(AttrId, Value)]) -> bool {
    let find = |name: &str| {
        let id = AttrId::of(name);
        attributes.iter().find(|(attribute, _)| *attribute == id).map(|(_, value)| value)
    };
    let starts = |name: &str, prefix: &str| find(name).and_then(|v| v.as_text()).is_some_and(|t| t.starts_with(prefix));
    let is_mine = |name: &str| find(name).is_none_or(|value| value.as_guid() == rights.me);
    match kind.name {
        "unifiedRoleAssignmentScheduleRequest" => starts("action", "self") && is_mine("principalId"),
        "accessPackageAssignmentRequest" => starts("requestType", "user"),
        _ => is_mine("userId"),
    }
}

/// Whether each change is allowed by itself. What our own decisions add (attributes and links that callers may not write,
/// changes to other objects) is theirs to answer for.
fn changes_allowed(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> bool {
    let target = act.target.map(|target| target.id);
    act.changes.iter().all(|change| match change {
        Change::Set { id, attribute, .. } if target == Some(*id) => {
            now.find(*id).is_none_or(|object| may_set(rights, now, object, *attribute))
        }
        Change::Link { source, link, by: By::Direct, .. } | Change::Unlink { source, link, by: By::Direct, .. } => {
            now.find(*source).is_none_or(|object| may_link(rights, now, object, *link))
        }
        Change::Set { .. }
        | Change::Link { .. }
        | Change::Unlink { .. }
        | Change::Create { .. }
        | Change::Delete { .. }
        | Change::Restore { .. }
        | Change::Purge { .. } => true,
    })
}

fn may_set(rights: &Rights, now: &Snapshot, object: &Object, attribute: AttrId) -> bool {
    let Some(definition) = now.model().attribute(object.kind, attribute) else {
        return false;
    };
    let area = area_of(now, object);
    // Nobody proves who they are with the secret of a setting: whoever may write the settings may write it.
    if attribute == SEALED_SETTING_VALUES.id {
        return rights.may(now, area, Ask::Set(SETTINGS.name), object);
    }
    if is_credential(definition.name, definition.read) {
        return rights.may(now, area, Ask::Credentials, object);
    }
    match definition.write {
        Write::System | Write::Only(_) => true,
        Write::Caller | Write::Create => rights.may(now, area, Ask::Set(definition.name), object),
    }
}

fn may_link(rights: &Rights, now: &Snapshot, object: &Object, link: LinkId) -> bool {
    let Some(definition) = now.model().link(object.kind, link) else {
        return false;
    };
    if matches!(definition.write, Write::System | Write::Only(_)) {
        return true;
    }
    let area = area_of(now, object);
    if definition.shape == Shape::Contained {
        let child = Area::of(definition.target);
        return rights.may_all(child, Ask::Create) || may_create_beneath(rights, now, child, object);
    }
    rights.may(now, area, Ask::Link(definition.name), object)
}
