//! A small organisation for tests: XYZ Ltd. with people, groups, roles and applications.

use std::sync::Arc;

use directory::{Actor, Attr, AttrId, By, Caller, Change, Id, Kind, LinkId, Snapshot, Time, Value};
use schema::administrative_unit::ADMINISTRATIVE_UNIT;
use schema::device::DEVICE;
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::user::{USER, USER_TYPE};

pub(crate) const AT: Time = Time::from_unix(1_795_300_000);
pub(crate) const TENANT: Id = Id::from_u128(0xdead);

/// The directory of XYZ Ltd., built up step by step.
pub(crate) struct World {
    pub(crate) now: Snapshot,
}

pub(crate) fn id(n: u128) -> Id {
    Id::from_u128(n)
}

pub(crate) fn role(name: &str) -> Id {
    crate::BUILT_IN.iter().find(|role| role.name == name).expect(name).id()
}

pub(crate) const fn link(name: &str) -> LinkId {
    LinkId::of(name)
}

impl World {
    pub(crate) fn new() -> World {
        World { now: Snapshot::empty(Arc::new(schema::model())) }
    }

    pub(crate) fn apply(&mut self, changes: &[Change]) {
        self.now.apply(self.now.usn() + 1, AT, changes, None, &[]).expect("the test's world is in order");
    }

    pub(crate) fn make(&mut self, n: u128, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Id {
        self.apply(&[Change::Create { id: id(n), kind: kind.id(), attributes }]);
        id(n)
    }

    pub(crate) fn user(&mut self, n: u128) -> Id {
        let name = format!("user{n}");
        self.make(
            n,
            &USER,
            vec![
                put(schema::DISPLAY_NAME, name.as_str()),
                put(schema::ACCOUNT_ENABLED, true),
                put(schema::USER_PRINCIPAL_NAME, format!("{name}@xyz.example")),
                put(schema::MAIL_NICKNAME, name),
            ],
        )
    }

    pub(crate) fn guest(&mut self, n: u128) -> Id {
        let guest = self.user(n);
        self.apply(&[Change::set(guest, USER_TYPE, "Guest")]);
        guest
    }

    pub(crate) fn group(&mut self, n: u128, members: &[Id], is_assignable: bool) -> Id {
        let group = self.make(
            n,
            &GROUP,
            vec![
                put(schema::DISPLAY_NAME, format!("group{n}")),
                put(schema::MAIL_NICKNAME, format!("group{n}")),
                put(schema::group::MAIL_ENABLED, false),
                put(schema::group::SECURITY_ENABLED, true),
                put(IS_ASSIGNABLE_TO_ROLE, is_assignable),
            ],
        );
        self.link_all(group, "members", members);
        group
    }

    pub(crate) fn unit(&mut self, n: u128, members: &[Id]) -> Id {
        let unit = self.make(n, &ADMINISTRATIVE_UNIT, vec![put(schema::DISPLAY_NAME, format!("unit{n}"))]);
        self.link_all(unit, "members", members);
        unit
    }

    pub(crate) fn app(&mut self, n: u128, app_id: &str) -> Id {
        self.make(
            n,
            &SERVICE_PRINCIPAL,
            vec![
                put(schema::DISPLAY_NAME, format!("app{n}")),
                put(schema::APP_ID, app_id),
                put(schema::ACCOUNT_ENABLED, true),
            ],
        )
    }

    pub(crate) fn device(&mut self, n: u128, more: Vec<(AttrId, Value)>) -> Id {
        let mut attributes = vec![
            put(schema::DISPLAY_NAME, format!("device{n}")),
            put(schema::device::DEVICE_ID, id(n).to_string()),
            put(schema::ACCOUNT_ENABLED, true),
            put(schema::OPERATING_SYSTEM, "Linux"),
            put(schema::device::OPERATING_SYSTEM_VERSION, "13"),
        ];
        attributes.extend(more);
        self.make(n, &DEVICE, attributes)
    }

    /// Give somebody a role over a scope: `/` is the tenant.
    pub(crate) fn assign(&mut self, n: u128, principal: Id, role: Id, scope: &str) -> Id {
        self.make(
            n,
            &UNIFIED_ROLE_ASSIGNMENT,
            vec![
                put(schema::PRINCIPAL_ID, principal.to_string()),
                put(schema::ROLE_DEFINITION_ID, role.to_string()),
                put(schema::DIRECTORY_SCOPE_ID, scope),
            ],
        )
    }

    pub(crate) fn link_all(&mut self, source: Id, name: &str, targets: &[Id]) {
        let link = link(name);
        let changes: Vec<Change> = targets
            .iter()
            .map(|target| Change::Link { source, link, target: *target, by: By::Direct, of: Id::nil() })
            .collect();
        if !changes.is_empty() {
            self.apply(&changes);
        }
    }
}

/// One attribute and its value.
pub(crate) fn put<T: ?Sized>(attribute: Attr<T>, value: impl Into<Value>) -> (AttrId, Value) {
    (attribute.id, value.into())
}

/// A person acting through an application that was granted these scopes.
pub(crate) fn person(user: Id, scopes: &[&str]) -> Caller {
    caller(Actor::User(user), scopes, &[])
}

/// An application acting as itself with these permissions.
pub(crate) fn application(app: Id, roles: &[&str]) -> Caller {
    caller(Actor::App(app), &[], roles)
}

fn caller(actor: Actor, scopes: &[&str], roles: &[&str]) -> Caller {
    let texts = |items: &[&str]| items.iter().map(|text| (*text).to_owned()).collect();
    Caller { actor, scopes: texts(scopes), roles: texts(roles), ..Caller::system(TENANT) }
}
