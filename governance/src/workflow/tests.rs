//! What workflows do: for whom, when, once, in which order, and what is left of it as history.

use directory::{AttrId, By, Change, Id, Record, RefusalKind, Time, Value};
use schema::access_package::{ACCESS_PACKAGE, RESOURCE_ROLE_SCOPES};
use schema::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT};
use schema::access_package_resource_role_scope::{ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, ROLE, SCOPE};
use schema::group::{GROUP_TYPES, MEMBERS};
use schema::subscribed_sku::{SKU_ID, SUBSCRIBED_SKU};
use schema::user::{
    DEPARTMENT, DEVICES_TO_RELEASE, DIRECT_LICENSES, EMPLOYEE_HIRE_DATE, EMPLOYEE_LEAVE_DATE_TIME,
    REFRESH_TOKENS_VALID_FROM_DATE_TIME,
};
use schema::workflow::{
    CATEGORY, EXECUTION_CONDITIONS, FAILURE_REASON, IS_SCHEDULING_ENABLED, PROCESSING_INFO, PROCESSING_STATUS, RUN,
    SUBJECT_LINK, TASK_PROCESSING_RESULT, TASKS, USER_PROCESSING_RESULT, USER_PROCESSING_RESULTS, VERSIONS, WORKFLOW,
};
use schema::{ACCESS_PACKAGE_ID, ACCOUNT_ENABLED, DISPLAY_NAME, IS_ENABLED, MEMBERSHIP_RULE, REQUEST_TYPE, VERSION};

use super::task::RELEASE_DEVICES;
use crate::world::{World, id};
use crate::{MAIL, TEMPORARY_ACCESS_PASS};

const ADA: u128 = 1;
const MANAGER: u128 = 2;
const GROUP: u128 = 10;
const OTHER: u128 = 11;
const SKU: u128 = 15;
const PACKAGE: u128 = 20;
const FLOW: u128 = 30;

const WELCOME: &str = "70b29d51-b59a-4773-9280-8841dfd3f2ea";
const PASS: &str = "1b555e50-7f65-41d5-b514-5894a026d10d";
const ADD_TO_GROUPS: &str = "22085229-5809-45e8-97fd-270d28d66910";
const LICENSE: &str = "683c87a4-2ad4-420b-97d4-220d90afcd24";
const MOVED: &str = "aab41899-9972-422a-9d97-f626014578b7";
const GIVE_PACKAGE: &str = "c1ec1e76-f374-4375-aaa6-0bb6bd4c60be";
const DISABLE: &str = "1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950";
const REVOKE: &str = "509589a4-0466-4471-829e-49c5e502bdee";
const NO_PACKAGES: &str = "42ae2956-193d-4f39-be06-691b8ac4fa1d";
const NO_GROUPS: &str = "b3a31406-2a15-4c9a-b25b-a658fa5f07fc";
const NO_LICENSES: &str = "8fa97d28-3e52-4985-b3a9-a1126f9b8b4e";
const DELETE: &str = "8d18588d-9ad3-4c0f-99d0-ec215f0e3dff";

fn typed(kind: &str) -> Record {
    Record::new().with("@odata.type", format!("#microsoft.graph.identityGovernance.{kind}"))
}

fn on(attribute: &str, days: i64) -> Record {
    typed("timeBasedAttributeTrigger").with("timeBasedAttribute", attribute).with("offsetInDays", days)
}

fn conditions(trigger: Record, rule: &str) -> Record {
    typed("triggerAndScopeBasedConditions")
        .with("trigger", trigger)
        .with("scope", typed("ruleBasedSubjectSet").with("rule", rule))
}

fn sales(trigger: Record) -> Record {
    conditions(trigger, "department eq 'Sales'")
}

fn task(definition: &str, arguments: &[(&str, &str)]) -> Record {
    let pair = |(name, value): &(&str, &str)| Record::new().with("name", *name).with("value", *value);
    Record::new()
        .with("taskDefinitionId", definition)
        .with("displayName", definition.get(..8).unwrap_or("task"))
        .with("isEnabled", true)
        .with("arguments", arguments.iter().map(pair).collect::<Vec<Record>>())
}

fn attributes(category: &str, conditions: Record, tasks: Vec<Record>) -> Vec<(AttrId, Value)> {
    vec![
        (CATEGORY.id, category.into()),
        (DISPLAY_NAME.id, format!("{category} workflow").into()),
        (EXECUTION_CONDITIONS.id, conditions.into()),
        (TASKS.id, tasks.into()),
        (IS_SCHEDULING_ENABLED.id, true.into()),
    ]
}

fn flow(world: &mut World, n: u128, category: &str, conditions: Record, tasks: Vec<Record>) -> Id {
    world.by_system().create(n, &WORKFLOW, attributes(category, conditions, tasks)).unwrap()
}

/// Ada in Sales with her manager, two groups and a product.
fn world() -> World {
    let mut world = World::new();
    world.user(MANAGER, vec![]);
    world.managed(ADA, MANAGER);
    world.submit(vec![Change::set(id(ADA), DEPARTMENT, "Sales")]).unwrap();
    world.group(GROUP, vec![]);
    world.group(OTHER, vec![]);
    world.create(SKU, &SUBSCRIBED_SKU, vec![(schema::ID.id, "sku".into()), (SKU_ID.id, id(SKU).into())]).unwrap();
    world
}

fn set(world: &mut World, attribute: AttrId, value: impl Into<Value>) {
    let change = Change::Set { id: id(ADA), attribute, old: None, new: Some(value.into()) };
    world.by_system().submit(vec![change]).unwrap();
}

fn is_enabled(world: &World) -> bool {
    world.now.find(id(ADA)).is_some_and(|ada| ada.is(ACCOUNT_ENABLED))
}

/// What the tasks of every run came to: the task's name and why it failed.
fn results(world: &World) -> Vec<(String, Option<String>)> {
    let mut results: Vec<(String, Option<String>)> = world
        .now
        .all(&TASK_PROCESSING_RESULT)
        .map(|result| {
            (result.get(PROCESSING_INFO).unwrap_or_default().to_owned(), result.get(FAILURE_REASON).map(str::to_owned))
        })
        .collect();
    results.sort();
    results
}

fn runs(world: &World) -> usize {
    world.now.count(&RUN)
}

#[test]
fn a_leaver_loses_everything_at_the_moment_of_leaving() {
    let mut world = world();
    world.submit(vec![Change::link(id(GROUP), MEMBERS, id(ADA))]).unwrap();
    let licence = Record::new().with("disabledPlans", Vec::<Id>::new()).with("skuId", id(SKU));
    set(&mut world, DIRECT_LICENSES.id, vec![licence]);
    package(&mut world);
    let wanted = Record::new().with("accessPackageId", id(PACKAGE).to_string()).with("targetId", id(ADA).to_string());
    let request = vec![(REQUEST_TYPE.id, "adminAdd".into()), (ASSIGNMENT.id, wanted.into())];
    world.by(MANAGER).create(25, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST, request).unwrap();
    assert_eq!(world.reasons(OTHER, ADA), [By::Package]);
    let tasks = vec![
        task(DISABLE, &[]),
        task(REVOKE, &[]),
        task(RELEASE_DEVICES, &[("action", "wipe")]),
        task(NO_PACKAGES, &[]),
        task(NO_GROUPS, &[]),
        task(NO_LICENSES, &[]),
    ];
    flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", 0)), tasks);
    flow(&mut world, FLOW + 1, "leaver", sales(on("employeeLeaveDateTime", 7)), vec![task(DELETE, &[])]);
    let leaves = world.at.plus_days(5);
    set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
    world.tick(Time(leaves.0 - 1));
    assert!(is_enabled(&world) && runs(&world) == 0);
    world.tick(leaves);
    let ada = world.now.find(id(ADA)).unwrap();
    assert!(!ada.is(ACCOUNT_ENABLED));
    assert_eq!(ada.get(DEVICES_TO_RELEASE), Some("wipe"));
    assert_eq!(ada.get(DIRECT_LICENSES), None);
    assert_eq!(ada.get(REFRESH_TOKENS_VALID_FROM_DATE_TIME), Some(leaves));
    assert_eq!((world.reasons(GROUP, ADA), world.reasons(OTHER, ADA)), (vec![], vec![]));
    assert!(results(&world).iter().all(|(_, failure)| failure.is_none()));
    assert_eq!((results(&world).len(), runs(&world)), (6, 1));
    world.tick(leaves.plus_days(7));
    assert!(world.now.find(id(ADA)).is_none() && world.now.find_deleted(id(ADA)).is_some());
    world.tick(leaves.plus_days(30));
    assert_eq!((runs(&world), world.now.count(&USER_PROCESSING_RESULT)), (1, 1), "the first is forgotten");
    world.tick(leaves.plus_days(37));
    assert_eq!((runs(&world), world.now.count(&TASK_PROCESSING_RESULT)), (0, 0));
}

fn package(world: &mut World) {
    world.create(PACKAGE, &ACCESS_PACKAGE, vec![(DISPLAY_NAME.id, "Project".into())]).unwrap();
    let role = Record::new().with("originId", format!("Member_{}", id(OTHER))).with("originSystem", "AadGroup");
    let attributes = vec![(ROLE.id, role.into()), (SCOPE.id, Record::new().with("isRootScope", true).into())];
    world
        .submit(vec![
            Change::Create { id: id(21), kind: ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE.id(), attributes },
            Change::link(id(PACKAGE), RESOURCE_ROLE_SCOPES, id(21)),
        ])
        .unwrap();
    let policy = vec![(DISPLAY_NAME.id, "By hand".into()), (ACCESS_PACKAGE_ID.id, id(PACKAGE).to_string().into())];
    world.create(22, &ACCESS_PACKAGE_ASSIGNMENT_POLICY, policy).unwrap();
}

#[test]
fn a_joiner_gets_mail_a_pass_for_the_manager_groups_licences_and_packages() {
    let mut world = world();
    package(&mut world);
    let tasks = vec![
        task(PASS, &[("tapLifetimeMinutes", "480"), ("tapIsUsableOnce", "true")]),
        task(
            WELCOME,
            &[("customSubject", "Hello {{userDisplayName}} {{unknown}}"), ("customBody", "from {{managerEmail}}")],
        ),
        task(ADD_TO_GROUPS, &[("groupID", &id(GROUP).to_string())]),
        task(LICENSE, &[("licenses", &id(SKU).to_string())]),
        task(GIVE_PACKAGE, &[("accessPackageId", &id(PACKAGE).to_string())]),
    ];
    flow(&mut world, FLOW, "joiner", sales(on("employeeHireDate", -7)), tasks);
    world.effects.clear();
    let hire = world.at.plus_days(9);
    set(&mut world, EMPLOYEE_HIRE_DATE.id, hire);
    assert_eq!(runs(&world), 0);
    world.tick(hire.plus_days(-7));
    let [pass, welcome, access] = world.effects.as_slice() else { panic!("{:?}", world.effects) };
    assert_eq!((pass.topic, welcome.topic, access.topic), (TEMPORARY_ACCESS_PASS, MAIL, MAIL));
    assert_eq!((pass.body.guid("user"), pass.body.text("to")), (Some(id(ADA)), Some("p2@xyz.example")));
    assert_eq!((pass.body.time("startDateTime"), pass.body.int("lifetimeInMinutes")), (Some(hire), Some(480)));
    assert_eq!(pass.body.bool("isUsableOnce"), Some(true));
    assert!(pass.body.text("text").unwrap().contains("{{temporaryAccessPass}}"));
    assert_eq!(welcome.body.text("subject"), Some("Hello Person 1 {{unknown}}"));
    assert_eq!(welcome.body.text("text"), Some("from p2@xyz.example"));
    assert_eq!((world.reasons(GROUP, ADA), world.reasons(OTHER, ADA)), (vec![By::Direct], vec![By::Package]));
    assert_eq!(world.now.find(id(ADA)).unwrap().get(DIRECT_LICENSES).unwrap().len(), 1);
}

#[test]
fn a_date_that_has_passed_is_caught_up_with_for_three_days() {
    let day = 86_400_000_000;
    for (late, offset, expect) in [
        (0, 0, true),
        (1, 0, true),
        (3 * day, 0, true),
        (3 * day + 1, 0, false),
        (-1, 0, false),
        (-10 * day, -7, false),
        (-5 * day, -7, true),
        (-4 * day, -7, true),
        (-3 * day, -7, false),
        (183 * day, 180, true),
        (184 * day, 180, false),
    ] {
        let mut world = world();
        flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", offset)), vec![task(DISABLE, &[])]);
        let leaves = Time(world.at.0 - late);
        set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
        assert_eq!(!is_enabled(&world), expect, "{late} late, offset {offset}");
    }
}

#[test]
fn somebody_is_processed_once_for_a_date_and_again_for_another() {
    let mut world = world();
    let flow = flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", 0)), vec![task(DISABLE, &[])]);
    let leaves = world.at;
    set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
    assert!(!is_enabled(&world));
    set(&mut world, ACCOUNT_ENABLED.id, true);
    set(&mut world, DEPARTMENT.id, "Else");
    set(&mut world, DEPARTMENT.id, "Sales");
    world.submit(vec![Change::set(flow, TASKS, vec![task(DISABLE, &[]), task(REVOKE, &[])])]).unwrap();
    for on in [false, true] {
        world.submit(vec![Change::set(flow, IS_SCHEDULING_ENABLED, on)]).unwrap();
    }
    assert!(is_enabled(&world) && runs(&world) == 1);
    let later = world.at.plus_days(1);
    set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, later);
    world.tick(later);
    assert!(!is_enabled(&world) && runs(&world) == 2);
}

#[test]
fn nothing_runs_for_whom_it_is_not_meant_or_while_it_is_switched_off() {
    for (rule, switch, expect) in [
        ("department eq 'Sales'", None, true),
        ("department eq 'sales'", None, false),
        ("department eq 'Else'", None, false),
        ("department eq 'Sales'", Some((IS_ENABLED.id, false)), false),
        ("department eq 'Sales'", Some((IS_SCHEDULING_ENABLED.id, false)), false),
    ] {
        let mut world = world();
        let conditions = conditions(on("employeeLeaveDateTime", 0), rule);
        let flow = flow(&mut world, FLOW, "leaver", conditions, vec![task(DISABLE, &[])]);
        if let Some((attribute, on)) = switch {
            world.submit(vec![Change::Set { id: flow, attribute, old: None, new: Some(on.into()) }]).unwrap();
        }
        let leaves = world.at.plus_days(1);
        set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
        world.tick(leaves);
        assert_eq!(!is_enabled(&world), expect, "{rule} {switch:?}");
        if let Some((attribute, _)) = switch {
            world.submit(vec![Change::Set { id: flow, attribute, old: None, new: Some(true.into()) }]).unwrap();
            assert!(!is_enabled(&world), "switching on catches up");
        }
    }
}

#[test]
fn who_is_meant_is_asked_again_when_the_time_comes() {
    let mut world = world();
    flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", 0)), vec![task(DISABLE, &[])]);
    let leaves = world.at.plus_days(2);
    set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
    world.days(1);
    set(&mut world, DEPARTMENT.id, "Else");
    world.tick(leaves.plus_days(1));
    assert!(is_enabled(&world));
    set(&mut world, DEPARTMENT.id, "Sales");
    assert!(!is_enabled(&world), "within three days it is caught up with");
}

#[test]
fn a_mover_is_seen_by_what_changes() {
    let mut world = world();
    let named = Record::new().with("name", "department");
    let trigger = typed("attributeChangeTrigger").with("triggerAttributes", vec![named]);
    flow(&mut world, FLOW, "mover", sales(trigger), vec![task(MOVED, &[])]);
    world.effects.clear();
    set(&mut world, DISPLAY_NAME.id, "Ada");
    set(&mut world, DEPARTMENT.id, "Else");
    assert_eq!(runs(&world), 0);
    set(&mut world, DEPARTMENT.id, "Sales");
    assert_eq!(world.mails(), [("p2@xyz.example".into(), "Ada has a new place".into())]);
    set(&mut world, DEPARTMENT.id, "Sales");
    assert_eq!(runs(&world), 1);
}

#[test]
fn a_failure_stops_what_follows_unless_the_task_goes_on() {
    for (goes_on, expect_enabled, status) in [(false, true, "failed"), (true, false, "completedWithErrors")] {
        let mut world = world();
        world.submit(vec![Change::unlink(id(ADA), schema::user::MANAGER, id(MANAGER))]).unwrap();
        let failing = task("52853a3e-f4e5-4eb8-bb24-1ac09a1da935", &[]).with("continueOnError", goes_on);
        let tasks = vec![failing, task(DISABLE, &[])];
        flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", 0)), tasks);
        let leaves = world.at;
        set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
        assert_eq!(is_enabled(&world), expect_enabled);
        let failed = ("52853a3e".to_owned(), Some("the user has no manager".to_owned()));
        assert_eq!(results(&world).last(), Some(&failed));
        let result = world.now.all(&USER_PROCESSING_RESULT).next().unwrap();
        assert_eq!(result.get(PROCESSING_STATUS), Some(status));
        assert_eq!(world.now.linked(result.id, SUBJECT_LINK).map(|user| user.id), Some(id(ADA)));
    }
}

#[test]
fn tasks_run_in_their_sequence_and_those_switched_off_do_not() {
    let mut world = world();
    let to_group = [("groupID", id(GROUP).to_string())];
    let to_group: Vec<(&str, &str)> = to_group.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let tasks = vec![
        task(NO_GROUPS, &[]).with("executionSequence", 2),
        task(ADD_TO_GROUPS, &to_group).with("executionSequence", 1),
        task(DISABLE, &[]).with("executionSequence", 3).with("isEnabled", false),
    ];
    flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", 0)), tasks);
    let leaves = world.at;
    set(&mut world, EMPLOYEE_LEAVE_DATE_TIME.id, leaves);
    assert_eq!((world.reasons(GROUP, ADA), is_enabled(&world), results(&world).len()), (vec![], true, 2));
}

#[test]
fn on_demand_runs_for_whom_it_is_told_whatever_its_conditions_say() {
    let mut world = world();
    let conditions = conditions(on("employeeLeaveDateTime", 0), "department eq 'Nowhere'");
    let flow = flow(&mut world, FLOW, "leaver", conditions, vec![task(DISABLE, &[])]);
    let subjects = |ids: &[u128]| {
        let subjects: Vec<Record> = ids.iter().map(|n| Record::new().with("id", id(*n).to_string())).collect();
        Record::new().with("subjects", subjects)
    };
    for wrong in [subjects(&[]), subjects(&[99]), subjects(&(100..111).collect::<Vec<u128>>()), Record::new()] {
        assert!(world.act("activate", flow, &wrong).is_err());
    }
    world.act("activate", flow, &subjects(&[ADA, MANAGER])).unwrap();
    assert!(!is_enabled(&world) && !world.now.find(id(MANAGER)).unwrap().is(ACCOUNT_ENABLED));
    let run = world.now.all(&RUN).next().unwrap();
    assert_eq!(run.get(PROCESSING_STATUS), Some("completed"));
    assert_eq!(world.now.links(run.id, USER_PROCESSING_RESULTS).count(), 2);
    world.submit(vec![Change::set(flow, IS_ENABLED, false)]).unwrap();
    assert_eq!(world.act("activate", flow, &subjects(&[ADA])).unwrap_err().kind, RefusalKind::State);
}

#[test]
fn edits_of_tasks_and_conditions_make_versions_and_others_do_not() {
    let mut world = world();
    let flow = flow(&mut world, FLOW, "leaver", sales(on("employeeLeaveDateTime", 0)), vec![task(DISABLE, &[])]);
    let version = |world: &World| (world.now.find(flow).unwrap().get(VERSION), world.now.links(flow, VERSIONS).count());
    assert_eq!(version(&world), (Some(1), 1));
    world.submit(vec![Change::set(flow, DISPLAY_NAME, "Another")]).unwrap();
    assert_eq!(version(&world), (Some(1), 1));
    world.submit(vec![Change::set(flow, TASKS, vec![task(DISABLE, &[]), task(REVOKE, &[])])]).unwrap();
    assert_eq!(version(&world), (Some(2), 2));
    let wanted = Record::new().with("executionConditions", sales(on("employeeLeaveDateTime", 1)));
    world.act("createNewVersion", flow, &Record::new().with("workflow", wanted)).unwrap();
    assert_eq!(version(&world), (Some(3), 3));
    let first = world.now.links(flow, VERSIONS).find(|v| v.object.get(schema::workflow::VERSION_NUMBER) == Some(1));
    assert_eq!(first.unwrap().object.get(TASKS).unwrap().len(), 1);
}

#[test]
fn workflows_that_make_no_sense_are_refused() {
    let day = || on("employeeLeaveDateTime", 0);
    let one = || vec![task(DISABLE, &[])];
    let group = |value: &str| vec![task(ADD_TO_GROUPS, &[("groupID", value)])];
    let changes =
        |name: &str| typed("attributeChangeTrigger").with("triggerAttributes", vec![Record::new().with("name", name)]);
    for (category, conditions, tasks) in [
        ("leaver", sales(on("employeeLeaveDateTime", 181)), one()),
        ("leaver", sales(on("employeeLeaveDateTime", -181)), one()),
        ("leaver", sales(on("birthday", 0)), one()),
        ("leaver", conditions(day(), "department is 'Sales'"), one()),
        ("leaver", conditions(day(), "shoeSize eq 'Sales'"), one()),
        ("leaver", typed("sometimes"), one()),
        ("leaver", sales(typed("userInactivityTrigger")), one()),
        ("mover", sales(changes("shoeSize")), vec![task(MOVED, &[])]),
        ("extensibility", sales(day()), one()),
        ("leaver", sales(day()), vec![]),
        ("leaver", sales(day()), vec![task(DISABLE, &[]); 26]),
        ("leaver", sales(day()), vec![task("00000000-0000-0000-0000-000000000000", &[])]),
        ("leaver", sales(day()), vec![task(WELCOME, &[])]),
        ("leaver", sales(day()), group("")),
        ("leaver", sales(day()), group("x")),
        ("leaver", sales(day()), group(&id(99).to_string())),
        ("leaver", sales(day()), group(&id(12).to_string())),
        ("leaver", sales(day()), vec![task(RELEASE_DEVICES, &[("action", "melt")])]),
        ("joiner", sales(day()), vec![task(PASS, &[("tapLifetimeMinutes", "9")])]),
        ("joiner", sales(day()), vec![task(PASS, &[("tapLifetimeMinutes", "soon")])]),
        ("joiner", sales(day()), vec![task(LICENSE, &[("licenses", &id(99).to_string())])]),
        ("joiner", sales(day()), vec![task(GIVE_PACKAGE, &[("accessPackageId", &id(99).to_string())])]),
    ] {
        let mut world = world();
        let dynamic =
            vec![(GROUP_TYPES.id, ["DynamicMembership"].into()), (MEMBERSHIP_RULE.id, "user.city -eq \"Graz\"".into())];
        world.group(12, dynamic);
        let said = format!("{category} {conditions:?} {tasks:?}");
        assert!(world.create(FLOW, &WORKFLOW, attributes(category, conditions, tasks)).is_err(), "{said}");
    }
    let mut world = world();
    for n in 0..100 {
        flow(&mut world, 1_000 + n, "leaver", sales(day()), one());
    }
    let refusal = world.create(2_000, &WORKFLOW, attributes("leaver", sales(day()), one())).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Limit);
}

#[test]
fn a_pass_is_not_made_for_who_can_sign_in_already_or_has_no_manager() {
    let mut world = world();
    world.submit(vec![Change::unlink(id(ADA), schema::user::MANAGER, id(MANAGER))]).unwrap();
    flow(&mut world, FLOW, "joiner", sales(on("employeeHireDate", 0)), vec![task(PASS, &[])]);
    world.effects.clear();
    let hire = world.at;
    set(&mut world, EMPLOYEE_HIRE_DATE.id, hire);
    assert_eq!(results(&world), [("1b555e50".into(), Some("the user has no manager".into()))]);
    assert!(world.effects.is_empty());
}
