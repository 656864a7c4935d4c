//! What the gate lets and what it does not, as tables over XYZ Ltd.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use directory::{Act, Caller, Change, Gate as _, Id, Kind, RefusalKind, Verb};
use schema::app_role_assignment::APP_ROLE_ASSIGNMENT;
use schema::authentication_method::TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD;
use schema::group::GROUP;
use schema::managed_device::MANAGED_DEVICE;
use schema::organization::ORGANIZATION;
use schema::subscribed_sku::SUBSCRIBED_SKU;
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST;
use schema::unified_role_definition::UNIFIED_ROLE_DEFINITION;
use schema::user::USER;

use crate::world::{World, application, id, link, person, put, role};
use crate::{GRAPH_APP_ID, Gate, find_permission};

const EVERYTHING: &[&str] = &["Directory.AccessAsUser.All"];

struct Case<'a> {
    what: &'a str,
    caller: Caller,
    verb: Verb<'a>,
    kind: &'static Kind,
    target: Option<Id>,
    changes: Vec<Change>,
    /// `None`: it is allowed.
    refused: Option<RefusalKind>,
}

fn check(world: &World, cases: Vec<Case<'_>>) {
    let gate = Gate::new();
    for case in cases {
        let target = case.target.map(|id| world.now.get(id).unwrap());
        let act = Act { verb: case.verb, kind: case.kind, target, changes: &case.changes };
        let outcome = gate.allow(&world.now, &case.caller, &act);
        assert_eq!(outcome.as_ref().err().map(|r| r.kind), case.refused, "{}: {outcome:?}", case.what);
        // Whoever is said to see all of a kind is nowhere refused to see one.
        let is_seen = target.is_none_or(|target| gate.sees(&world.now, &case.caller, target));
        assert!(is_seen || !gate.sees_all(&world.now, &case.caller, case.kind), "{}", case.what);
    }
}

#[test]
fn all_of_a_kind_is_seen_by_those_whom_nothing_narrows() {
    let mut world = World::new();
    let (me, guest) = (world.user(1), world.guest(3));
    let gate = Gate::new();
    for (caller, kind, expected) in [
        (person(me, &["User.Read.All"]), &USER, true),
        (person(me, &["User.Read.All"]), &GROUP, false),
        (person(me, &["User.Read"]), &USER, false),
        (person(guest, EVERYTHING), &USER, false),
    ] {
        assert_eq!(gate.sees_all(&world.now, &caller, kind), expected, "{:?} {}", caller.actor, kind.name);
    }
}

fn set(user: Id, name: &str, value: impl Into<directory::Value>) -> Vec<Change> {
    vec![Change::Set { id: user, attribute: directory::AttrId::of(name), old: None, new: Some(value.into()) }]
}

fn read<'a>(what: &'a str, caller: Caller, kind: &'static Kind, target: Id, refused: Option<RefusalKind>) -> Case<'a> {
    Case { what, caller, verb: Verb::Read, kind, target: Some(target), changes: vec![], refused }
}

fn update(what: &str, caller: Caller, target: Id, changes: Vec<Change>, refused: Option<RefusalKind>) -> Case<'_> {
    Case { what, caller, verb: Verb::Update, kind: &USER, target: Some(target), changes, refused }
}

const DENIED: Option<RefusalKind> = Some(RefusalKind::Denied);
const ABSENT: Option<RefusalKind> = Some(RefusalKind::NotFound);

#[test]
fn people_see_what_both_they_and_the_application_may() {
    let mut world = World::new();
    let (me, other, guest) = (world.user(1), world.user(2), world.guest(3));
    let group = world.group(10, &[other, guest], false);
    check(
        &world,
        vec![
            read("oneself", person(me, &["User.Read"]), &USER, me, None),
            read("another, with a scope for oneself", person(me, &["User.Read"]), &USER, other, ABSENT),
            read("another, with a scope for all", person(me, &["User.Read.All"]), &USER, other, None),
            read("a group, with a scope for people", person(me, &["User.Read.All"]), &GROUP, group, ABSENT),
            read("another, as a guest", person(guest, EVERYTHING), &USER, other, ABSENT),
            read("a group one is in, as a guest", person(guest, EVERYTHING), &GROUP, group, None),
            read("oneself, without any scope", person(me, &[]), &USER, me, ABSENT),
        ],
    );
}

#[test]
fn people_change_what_is_theirs_and_no_more() {
    let mut world = World::new();
    let (me, other) = (world.user(1), world.user(2));
    let group = world.group(10, &[], false);
    world.link_all(group, "owners", &[me]);
    let mine = || person(me, EVERYTHING);
    let member = |by: Id| vec![Change::link(group, link("members"), by)];
    let members = |what, caller, refused| Case {
        what,
        caller,
        verb: Verb::Link("members"),
        kind: &GROUP,
        target: Some(group),
        changes: member(other),
        refused,
    };
    check(
        &world,
        vec![
            update("one's own telephone", mine(), me, set(me, "mobilePhone", "+49 1"), None),
            update("one's own department", mine(), me, set(me, "department", "Board"), DENIED),
            update("one's own password by writing it", mine(), me, set(me, "passwordVerifier", "x"), DENIED),
            update("another's telephone", mine(), other, set(other, "mobilePhone", "+49 1"), DENIED),
            members("members of a group one owns", mine(), None),
            members("members of a group one does not own", person(other, EVERYTHING), DENIED),
            members("with a scope that only reads", person(me, &["Group.Read.All"]), DENIED),
        ],
    );
}

#[test]
fn applications_do_what_their_permissions_say() {
    let mut world = World::new();
    let (app, user) = (world.app(1, "11111111-0000-0000-0000-000000000001"), world.user(2));
    let created = vec![Change::Create { id: id(9), kind: USER.id(), attributes: vec![put(schema::DISPLAY_NAME, "N")] }];
    let create = |what, roles: &[&str], refused| Case {
        what,
        caller: application(app, roles),
        verb: Verb::Create,
        kind: &USER,
        target: None,
        changes: created.clone(),
        refused,
    };
    check(
        &world,
        vec![
            create("create with the permission", &["User.ReadWrite.All"], None),
            create("create without", &["User.Read.All"], DENIED),
            create("create with the name of a scope", &["Directory.AccessAsUser.All"], DENIED),
            create("create with nothing", &[], DENIED),
            read("read with nothing", application(app, &[]), &USER, user, ABSENT),
            update(
                "disable",
                application(app, &["User.EnableDisableAccount.All"]),
                user,
                set(user, "accountEnabled", false),
                None,
            ),
            update(
                "rename with the permission to disable",
                application(app, &["User.EnableDisableAccount.All"]),
                user,
                set(user, "displayName", "N"),
                DENIED,
            ),
        ],
    );
}

#[test]
fn a_disabled_caller_may_nothing() {
    let mut world = World::new();
    let (me, app) = (world.user(1), world.app(2, "11111111-0000-0000-0000-000000000002"));
    world.assign(3, me, role("Global Administrator"), "/");
    world.apply(&[Change::set(me, schema::ACCOUNT_ENABLED, false), Change::set(app, schema::ACCOUNT_ENABLED, false)]);
    check(
        &world,
        vec![
            read("a person", person(me, EVERYTHING), &USER, me, ABSENT),
            read("an application", application(app, &["User.Read.All"]), &USER, me, ABSENT),
        ],
    );
}

#[test]
fn roles_reach_as_far_as_they_are_scoped() {
    let mut world = World::new();
    let (tenant, unit_admin, inside, outside) = (world.user(1), world.user(2), world.user(3), world.user(4));
    let unit = world.unit(20, &[inside]);
    let group = world.group(21, &[outside], true);
    world.assign(30, tenant, role("User Administrator"), "/");
    world.assign(31, unit_admin, role("User Administrator"), &format!("/administrativeUnits/{unit}"));
    world.assign(32, group, role("Helpdesk Administrator"), "/");
    let department = |user| set(user, "department", "Sales");
    check(
        &world,
        vec![
            update("anybody", person(tenant, EVERYTHING), outside, set(outside, "jobTitle", "Clerk"), None),
            update("a member of the unit", person(unit_admin, EVERYTHING), inside, department(inside), None),
            update("somebody else", person(unit_admin, EVERYTHING), tenant, department(tenant), DENIED),
            update(
                "with a client that may not",
                person(tenant, &["User.Read.All"]),
                inside,
                department(inside),
                DENIED,
            ),
            update(
                "a password, by a role held through a group",
                person(outside, EVERYTHING),
                inside,
                set(inside, "passwordVerifier", "x"),
                None,
            ),
        ],
    );
}

#[test]
fn administrators_are_out_of_reach_of_those_beneath_them() {
    let mut world = World::new();
    let (helpdesk, user_admin, global, second) = (world.user(1), world.user(2), world.user(3), world.user(4));
    let authentication = world.user(5);
    let app = world.app(6, "11111111-0000-0000-0000-000000000006");
    world.assign(30, helpdesk, role("Helpdesk Administrator"), "/");
    world.assign(31, user_admin, role("User Administrator"), "/");
    world.assign(32, global, role("Global Administrator"), "/");
    world.assign(33, second, role("Global Administrator"), "/");
    world.assign(34, authentication, role("Privileged Authentication Administrator"), "/");
    let reset = |what, by, whom, refused| {
        update(what, person(by, EVERYTHING), whom, set(whom, "passwordVerifier", "x"), refused)
    };
    let delete = |what, caller, refused| Case {
        what,
        caller,
        verb: Verb::Delete,
        kind: &USER,
        target: Some(global),
        changes: vec![],
        refused,
    };
    check(
        &world,
        vec![
            reset("help desk resets an administrator", helpdesk, global, DENIED),
            reset("help desk resets a user administrator", helpdesk, user_admin, DENIED),
            reset("a user administrator resets help desk", user_admin, helpdesk, None),
            reset("a user administrator resets a global one", user_admin, global, DENIED),
            reset("the privileged one resets a global one", authentication, global, None),
            reset("a global one resets another", global, second, None),
            update(
                "a user administrator writes an administrator's department",
                person(user_admin, EVERYTHING),
                global,
                set(global, "department", "IT"),
                None,
            ),
            update(
                "a user administrator disables a global one",
                person(user_admin, EVERYTHING),
                global,
                set(global, "accountEnabled", false),
                DENIED,
            ),
            delete("an application deletes an administrator", application(app, &["User.ReadWrite.All"]), DENIED),
            delete(
                "an application that could assign roles deletes an administrator",
                application(app, &["User.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]),
                None,
            ),
        ],
    );
}

#[test]
fn a_pass_is_issued_only_to_those_beneath() {
    let mut world = World::new();
    let (issuer, person_, global, scoped) = (world.user(1), world.user(2), world.user(3), world.user(4));
    let unit = world.unit(20, &[person_]);
    world.assign(30, issuer, role("Authentication Administrator"), "/");
    world.assign(31, global, role("Global Administrator"), "/");
    world.assign(32, scoped, role("Authentication Administrator"), &format!("/administrativeUnits/{unit}"));
    let kind = &TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD;
    let issue = |what, by, to: Id, refused| Case {
        what,
        caller: person(by, EVERYTHING),
        verb: Verb::Create,
        kind,
        target: None,
        changes: vec![
            Change::Create { id: id(99), kind: kind.id(), attributes: vec![] },
            Change::link(to, link("authenticationMethods"), id(99)),
        ],
        refused,
    };
    check(
        &world,
        vec![
            issue("to a person", issuer, person_, None),
            issue("to an administrator", issuer, global, DENIED),
            issue("to oneself, without the role", person_, person_, DENIED),
            issue("to another, without the role", person_, scoped, DENIED),
            issue("within one's unit", scoped, person_, None),
            issue("outside one's unit", scoped, issuer, DENIED),
        ],
    );
}

#[test]
fn people_ask_for_themselves() {
    let mut world = World::new();
    let (me, other) = (world.user(1), world.user(2));
    let kind = &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST;
    let ask = |what, action: &str, principal: Id, refused| Case {
        what,
        caller: person(me, EVERYTHING),
        verb: Verb::Create,
        kind,
        target: None,
        changes: vec![Change::Create {
            id: id(99),
            kind: kind.id(),
            attributes: vec![put(schema::ACTION, action), put(schema::PRINCIPAL_ID, principal.to_string())],
        }],
        refused,
    };
    let mut before = ask("before anything is decided", "selfActivate", me, None);
    before.changes.clear();
    check(
        &world,
        vec![
            before,
            ask("for oneself", "selfActivate", me, None),
            ask("for another", "selfActivate", other, DENIED),
            ask("as an administrator would", "adminAssign", me, DENIED),
        ],
    );
}

#[test]
fn who_comes_from_another_tenant_sees_nothing() {
    let mut world = World::new();
    let me = world.user(1);
    let name = vec![put(schema::DISPLAY_NAME, "XYZ Ltd.")];
    world.apply(&[Change::Create { id: crate::world::TENANT, kind: ORGANIZATION.id(), attributes: name }]);
    let mut stranger = person(me, EVERYTHING);
    stranger.tenant = id(0xbeef);
    check(
        &world,
        vec![
            read("at home", person(me, EVERYTHING), &USER, me, None),
            read("from elsewhere", stranger, &USER, me, ABSENT),
        ],
    );
}

#[test]
fn nobody_raises_themselves() {
    let mut world = World::new();
    let (assigner, other, global) = (world.user(1), world.user(2), world.user(3));
    let app = world.app(4, "11111111-0000-0000-0000-000000000004");
    let graph = world.app(5, GRAPH_APP_ID);
    world.assign(30, assigner, role("Privileged Role Administrator"), "/");
    world.assign(31, global, role("Global Administrator"), "/");
    let protected = world.group(40, &[], true);
    let give = |to: Id| {
        let attributes = vec![
            put(schema::PRINCIPAL_ID, to.to_string()),
            put(schema::ROLE_DEFINITION_ID, role("Global Administrator").to_string()),
        ];
        vec![Change::Create { id: id(99), kind: UNIFIED_ROLE_ASSIGNMENT.id(), attributes }]
    };
    let assign = |what, caller, to, refused| Case {
        what,
        caller,
        verb: Verb::Create,
        kind: &UNIFIED_ROLE_ASSIGNMENT,
        target: None,
        changes: give(to),
        refused,
    };
    let join = |what, caller, who, refused| Case {
        what,
        caller,
        verb: Verb::Link("members"),
        kind: &GROUP,
        target: Some(protected),
        changes: vec![Change::link(protected, link("members"), who)],
        refused,
    };
    let grant = |what, caller, to: Id, name: &str, refused| {
        let role = find_permission(name).unwrap().role_id().unwrap();
        let attributes = vec![
            put(schema::app_role_assignment::PRINCIPAL_ID, to),
            put(schema::app_role_assignment::RESOURCE_ID, graph),
            put(schema::app_role_assignment::APP_ROLE_ID, role),
        ];
        Case {
            what,
            caller,
            verb: Verb::Create,
            kind: &APP_ROLE_ASSIGNMENT,
            target: None,
            changes: vec![Change::Create { id: id(98), kind: APP_ROLE_ASSIGNMENT.id(), attributes }],
            refused,
        }
    };
    let granting = || application(app, &["AppRoleAssignment.ReadWrite.All", "User.Read.All"]);
    check(
        &world,
        vec![
            assign("to another", person(assigner, EVERYTHING), other, None),
            assign("to oneself", person(assigner, EVERYTHING), assigner, DENIED),
            assign("to oneself, having all", person(global, EVERYTHING), global, None),
            assign("by nobody special", person(other, EVERYTHING), assigner, DENIED),
            assign(
                "by an application to itself",
                application(app, &["RoleManagement.ReadWrite.Directory"]),
                app,
                DENIED,
            ),
            assign(
                "by an application to another",
                application(app, &["RoleManagement.ReadWrite.Directory"]),
                other,
                None,
            ),
            join("another into a group that holds roles", person(assigner, EVERYTHING), other, None),
            join("oneself into a group that holds roles", person(assigner, EVERYTHING), assigner, DENIED),
            join(
                "with the permission for members only",
                application(app, &["GroupMember.ReadWrite.All"]),
                other,
                DENIED,
            ),
            grant("a permission to itself", granting(), app, "RoleManagement.ReadWrite.Directory", DENIED),
            grant("a permission to itself that it has", granting(), app, "User.Read.All", None),
            grant("a permission to another", granting(), other, "User.Read.All", None),
        ],
    );
}

#[test]
fn a_help_desk_operator_can_wipe_and_not_see_licences() {
    let mut world = World::new();
    let operator = world.user(1);
    let permissions = directory::Record::new().with(
        "allowedResourceActions",
        ["microsoft.intune/managedDevices/standard/read", "microsoft.intune/managedDevices/wipe"],
    );
    let definition = world.make(
        50,
        &UNIFIED_ROLE_DEFINITION,
        vec![
            put(schema::DISPLAY_NAME, "Wipe desk"),
            put(schema::IS_ENABLED, true),
            put(schema::unified_role_definition::ROLE_PERMISSIONS, vec![permissions]),
        ],
    );
    world.assign(51, operator, definition, "/");
    let device = world.make(60, &MANAGED_DEVICE, vec![]);
    let sku =
        world.make(61, &SUBSCRIBED_SKU, vec![put(schema::subscribed_sku::SKU_ID, id(62)), put(schema::ID, "sku")]);
    let act = |what, name, refused| Case {
        what,
        caller: person(operator, EVERYTHING),
        verb: Verb::Action(name),
        kind: &MANAGED_DEVICE,
        target: Some(device),
        changes: vec![],
        refused,
    };
    check(
        &world,
        vec![
            act("wipe", "wipe", None),
            act("retire", "retire", DENIED),
            read("licences", person(operator, EVERYTHING), &SUBSCRIBED_SKU, sku, ABSENT),
        ],
    );
}

#[test]
fn rights_follow_the_directory_at_once() {
    let mut world = World::new();
    let (admin, other) = (world.user(1), world.user(2));
    let gate = Gate::new();
    let caller = person(admin, EVERYTHING);
    let change = set(other, "department", "Sales");
    let ask = |world: &World| {
        let target = Some(world.now.get(other).unwrap());
        gate.allow(&world.now, &caller, &Act { verb: Verb::Update, kind: &USER, target, changes: &change }).is_ok()
    };
    assert!(!ask(&world));
    // Two futures with the same number: what holds in the one must not hold in the other.
    let mut with_role = World { now: world.now.clone() };
    with_role.assign(30, admin, role("User Administrator"), "/");
    world.unit(31, &[]);
    assert_eq!(world.now.usn(), with_role.now.usn());
    assert!(ask(&with_role));
    assert!(!ask(&world));
}
