//! What access packages do, from the request to the end: through the room's checks and reactions, as the engine asks them.

use directory::{By, Change, Id, Record, Refusal, RefusalKind, Time, Value};
use schema::access_package::{ACCESS_PACKAGE, INCOMPATIBLE_ACCESS_PACKAGES, INCOMPATIBLE_GROUPS, RESOURCE_ROLE_SCOPES};
use schema::access_package_assignment::{ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_ENDS, TARGET_ID};
use schema::access_package_assignment_policy::{
    ACCESS_PACKAGE_ASSIGNMENT_POLICY, ALLOWED_TARGET_SCOPE, EXPIRATION, REQUEST_APPROVAL_SETTINGS,
    SPECIFIC_ALLOWED_TARGETS,
};
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT, ASSIGNMENT_LINK};
use schema::access_package_resource_role_scope::{ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, ROLE, SCOPE};
use schema::approval::{APPROVAL, ID, REVIEW_RESULT, STAGES};
use schema::group::{GROUP_TYPES, MEMBERS};
use schema::{
    ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, ACCOUNT_ENABLED, DISPLAY_NAME, JUSTIFICATION, MEMBERSHIP_RULE,
    REQUEST_TYPE, SCHEDULE, STATE,
};

use crate::why_package;
use crate::world::{World, id};

pub(crate) const ADA: u128 = 1;
pub(crate) const MANAGER: u128 = 2;
pub(crate) const SECOND: u128 = 3;
const GROUP: u128 = 10;
pub(crate) const PACKAGE: u128 = 20;
pub(crate) const POLICY: u128 = 21;
pub(crate) const REQUEST: u128 = 30;

fn typed(kind: &str) -> Record {
    Record::new().with("@odata.type", format!("#microsoft.graph.{kind}"))
}

pub(crate) fn single(user: u128) -> Record {
    typed("singleUser").with("userId", id(user).to_string())
}

pub(crate) fn stage() -> Record {
    Record::new()
        .with("primaryApprovers", vec![typed("requestorManager").with("managerLevel", 1)])
        .with("fallbackPrimaryApprovers", vec![single(SECOND)])
        .with("durationBeforeAutomaticDenial", "P2D")
}

pub(crate) fn settings(stage: Record) -> Record {
    Record::new().with("isApprovalRequiredForAdd", true).with("stages", vec![stage])
}

fn for_days(days: u32) -> Record {
    Record::new().with("type", "afterDuration").with("duration", format!("P{days}D"))
}

/// A package that gives membership in one group for a week, with or without approval by the manager.
pub(crate) fn world(settings: Option<Record>) -> World {
    let mut world = World::new();
    world.user(MANAGER, vec![]);
    world.user(SECOND, vec![]);
    world.managed(ADA, MANAGER);
    world.group(GROUP, vec![]);
    package(&mut world, PACKAGE, POLICY, GROUP, settings).unwrap();
    world.mails();
    world
}

fn package(
    world: &mut World,
    package: u128,
    policy: u128,
    group: u128,
    settings: Option<Record>,
) -> Result<(), Refusal> {
    world.create(package, &ACCESS_PACKAGE, vec![(DISPLAY_NAME.id, format!("Package {package}").into())])?;
    give(world, package, package + 100, &format!("Member_{}", id(group)))?;
    let mut attributes = vec![
        (DISPLAY_NAME.id, "Everybody".into()),
        (ACCESS_PACKAGE_ID.id, id(package).to_string().into()),
        (ALLOWED_TARGET_SCOPE.id, "allMemberUsers".into()),
        (EXPIRATION.id, for_days(7).into()),
    ];
    attributes.extend(settings.map(|settings| (REQUEST_APPROVAL_SETTINGS.id, settings.into())));
    world.create(policy, &ACCESS_PACKAGE_ASSIGNMENT_POLICY, attributes).map(|_| ())
}

fn give(world: &mut World, package: u128, scope: u128, origin: &str) -> Result<(), Refusal> {
    let role = Record::new().with("originId", origin).with("originSystem", "AadGroup");
    world.submit(vec![
        Change::Create {
            id: id(scope),
            kind: ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE.id(),
            attributes: vec![(ROLE.id, role.into()), (SCOPE.id, Record::new().with("isRootScope", true).into())],
        },
        Change::link(id(package), RESOURCE_ROLE_SCOPES, id(scope)),
    ])
}

pub(crate) fn wants(package: u128, target: Option<u128>) -> Record {
    Record::new()
        .with("accessPackageId", id(package).to_string())
        .with_some("targetId", target.map(|target| id(target).to_string()))
}

pub(crate) fn ask(world: &mut World, request: u128, kind: &str, wants: Record) -> Result<Id, Refusal> {
    ask_with(world, request, kind, wants, vec![])
}

fn ask_with(
    world: &mut World,
    request: u128,
    kind: &str,
    wants: Record,
    more: Vec<(directory::AttrId, Value)>,
) -> Result<Id, Refusal> {
    let mut attributes = vec![(REQUEST_TYPE.id, kind.into()), (ASSIGNMENT.id, wants.into())];
    attributes.extend(more);
    world.create(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST, attributes)
}

fn the_stage(world: &World, request: u128) -> Id {
    let approval = world.now.find_by(&APPROVAL, ID, id(request).to_string()).expect("there is an approval");
    world.now.linked(approval.id, STAGES).expect("it has a stage").id
}

pub(crate) fn answer(world: &mut World, request: u128, by: u128, result: &str, why: &str) -> Result<(), Refusal> {
    let stage = the_stage(world, request);
    world.by(by).submit(vec![Change::set(stage, JUSTIFICATION, why), Change::set(stage, REVIEW_RESULT, result)])
}

fn state(world: &World, object: Id) -> String {
    world.now.find(object).and_then(|object| object.get(STATE)).unwrap_or("gone").to_owned()
}

pub(crate) fn assignment(world: &World, request: u128) -> Id {
    world.now.linked(id(request), ASSIGNMENT_LINK).expect("it led to an assignment").id
}

#[test]
fn what_is_asked_for_is_approved_given_for_its_time_and_taken_back() {
    let mut world = world(Some(settings(stage())));
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    assert_eq!(state(&world, id(REQUEST)), "pendingApproval");
    assert_eq!(world.reasons(GROUP, ADA), []);
    assert_eq!(world.mails(), [("p2@xyz.example".into(), "Decision needed: the access package Package 20".into())]);

    answer(&mut world, REQUEST, MANAGER, "Approve", "a week on the project").unwrap();
    let given = assignment(&world, REQUEST);
    assert_eq!((state(&world, id(REQUEST)), state(&world, given)), ("delivered".into(), "delivered".into()));
    assert_eq!(world.reasons(GROUP, ADA), [By::Package]);
    assert_eq!(world.now.find(given).unwrap().get(ASSIGNMENT_ENDS), Some(world.at.plus_days(7)));
    let subjects: Vec<String> = world.mails().into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["Your request was approved", "You now have access"]);
    let why = why_package(&world.now, given).unwrap();
    assert!(why.text("text").unwrap().contains("Package 20"));
    let because: Vec<&str> = why.records("because").filter_map(|because| because.text("text")).collect();
    assert!(because.iter().any(|text| text.contains("Person 2 approved it")), "{because:?}");

    let end = world.at.plus_days(7);
    world.tick(Time(end.0 - 1));
    assert_eq!(world.reasons(GROUP, ADA), [By::Package]);
    world.tick(end);
    assert_eq!((world.reasons(GROUP, ADA), state(&world, given)), (vec![], "expired".into()));
    assert_eq!(world.mails(), [("p1@xyz.example".into(), "Your access has ended".into())]);
    ask(world.by(ADA), REQUEST + 1, "userAdd", wants(PACKAGE, None)).unwrap();
}

#[test]
fn who_may_decide_and_who_may_not() {
    let strict = stage().with("isApproverJustificationRequired", true);
    let both = stage().with("primaryApprovers", vec![single(MANAGER), single(SECOND), single(ADA)]);
    let nobody =
        stage().with("primaryApprovers", vec![single(ADA)]).with("fallbackPrimaryApprovers", Vec::<Record>::new());
    for (stage, by, result, why, expect) in [
        (stage(), MANAGER, "Approve", "", Ok("delivered")),
        (stage(), MANAGER, "Deny", "", Ok("denied")),
        (stage(), SECOND, "Approve", "", Err("not among")),
        (stage(), ADA, "Approve", "", Err("nobody approves what they asked for")),
        (both.clone(), ADA, "Approve", "", Err("nobody approves what they asked for")),
        (both, SECOND, "Approve", "", Ok("delivered")),
        (strict.clone(), MANAGER, "Approve", " ", Err("say why")),
        (strict, MANAGER, "Approve", "needed", Ok("delivered")),
        (stage(), MANAGER, "Maybe", "", Err("no answer")),
        (nobody, MANAGER, "Approve", "", Err("nobody is there who could approve")),
    ] {
        let mut world = world(Some(settings(stage)));
        let done = ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None))
            .and_then(|_| answer(&mut world, REQUEST, by, result, why));
        match (done, expect) {
            (Ok(()), Ok(expected)) => assert_eq!(state(&world, id(REQUEST)), expected),
            (Err(refusal), Err(words)) => assert!(refusal.message.contains(words), "{refusal} is not {words}"),
            (done, expected) => panic!("{done:?} is not {expected:?}"),
        }
    }
}

#[test]
fn of_two_approvers_one_decides() {
    let both = stage().with("primaryApprovers", vec![single(MANAGER), single(SECOND)]);
    for (first, second) in [("Approve", "Deny"), ("Deny", "Approve"), ("Approve", "Approve")] {
        let mut world = world(Some(settings(both.clone())));
        ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
        answer(&mut world, REQUEST, MANAGER, first, "").unwrap();
        let refusal = answer(&mut world, REQUEST, SECOND, second, "").unwrap_err();
        assert!(refusal.message.contains("decided already"), "{refusal}");
        assert_eq!(!world.reasons(GROUP, ADA).is_empty(), first == "Approve");
        assert!(world.now.all(&ACCESS_PACKAGE_ASSIGNMENT).count() <= 1);
    }
}

#[test]
fn silence_is_a_no_when_its_time_has_come() {
    let mut world = world(Some(settings(stage())));
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    let due = world.at.plus_days(2);
    world.tick(Time(due.0 - 1));
    assert_eq!(state(&world, id(REQUEST)), "pendingApproval");
    world.mails();
    world.tick(due);
    assert_eq!(state(&world, id(REQUEST)), "denied");
    assert_eq!(world.mails(), [("p1@xyz.example".into(), "Your request has expired".into())]);
    assert!(answer(&mut world, REQUEST, MANAGER, "Approve", "").unwrap_err().message.contains("decided already"));
}

#[test]
fn without_a_manager_the_fallback_decides() {
    let mut world = world(Some(settings(stage())));
    world.by_system().submit(vec![Change::unlink(id(ADA), schema::user::MANAGER, id(MANAGER))]).unwrap();
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    assert!(answer(&mut world, REQUEST, MANAGER, "Approve", "").is_err());
    answer(&mut world, REQUEST, SECOND, "Approve", "").unwrap();
    assert_eq!(world.reasons(GROUP, ADA), [By::Package]);
}

#[test]
fn a_request_is_judged_again_when_it_is_approved() {
    let disable: fn(&mut World) = |world| world.submit(vec![Change::set(id(ADA), ACCOUNT_ENABLED, false)]).unwrap();
    let narrow: fn(&mut World) = |world| {
        let only = vec![single(SECOND)];
        world
            .submit(vec![
                Change::set(id(POLICY), ALLOWED_TARGET_SCOPE, "specificDirectoryUsers"),
                Change::set(id(POLICY), SPECIFIC_ALLOWED_TARGETS, only),
            ])
            .unwrap();
    };
    let given_meanwhile: fn(&mut World) = |world| {
        let direct = ask(world, REQUEST + 1, "adminAdd", wants(PACKAGE, Some(ADA)));
        assert!(direct.unwrap_err().message.contains("ExistingOpenRequest"));
        world.submit(vec![Change::Delete { id: id(POLICY) }]).unwrap();
    };
    for meanwhile in [disable, narrow, given_meanwhile] {
        let mut world = world(Some(settings(stage())));
        ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
        meanwhile(world.by_system());
        assert!(answer(&mut world, REQUEST, MANAGER, "Approve", "").is_err());
        assert_eq!(world.reasons(GROUP, ADA), []);
    }
}

#[test]
fn what_a_policy_becomes_does_not_change_what_was_asked_for() {
    let mut world = world(Some(settings(stage())));
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    world.by_system().submit(vec![Change::set(id(POLICY), EXPIRATION, for_days(300))]).unwrap();
    answer(&mut world, REQUEST, MANAGER, "Approve", "").unwrap();
    let given = assignment(&world, REQUEST);
    assert_eq!(world.now.find(given).unwrap().get(ASSIGNMENT_ENDS), Some(world.at.plus_days(7)));
}

#[test]
fn a_request_that_was_made_cannot_be_changed() {
    let mut world = world(Some(settings(stage())));
    package(world.by_system(), 40, 41, GROUP, None).unwrap();
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    for edit in [
        Change::set(id(REQUEST), SCHEDULE, Record::new().with("expiration", for_days(999))),
        Change::set(id(REQUEST), ASSIGNMENT, wants(40, None)),
        Change::link(id(REQUEST), ACCESS_PACKAGE_LINK, id(40)),
    ] {
        assert_eq!(world.by(ADA).submit(vec![edit]).unwrap_err().kind, RefusalKind::State);
    }
}

#[test]
fn requests_that_are_refused() {
    let by_policy = |mut policy: Vec<Change>| {
        let mut world = world(None);
        policy.push(Change::set(id(POLICY), DISPLAY_NAME, "Changed"));
        world.by_system().submit(policy).unwrap();
        world
    };
    let unspecified = || by_policy(vec![Change::set(id(POLICY), ALLOWED_TARGET_SCOPE, "notSpecified")]);
    for (mut world, by, kind, wants, words) in [
        (world(None), ADA, "userAdd", wants(PACKAGE, Some(SECOND)), "ask for yourself"),
        (world(None), ADA, "userAdd", wants(99, None), "no such access package"),
        (world(None), ADA, "userAdd", Record::new(), "say which access package"),
        (world(None), ADA, "adminAdd", wants(PACKAGE, None), "say whom"),
        (world(None), ADA, "adminAdd", wants(PACKAGE, Some(99)), "not there or is disabled"),
        (world(None), ADA, "systemAdd", wants(PACKAGE, None), "cannot be asked for"),
        (world(None), ADA, "userRemove", wants(PACKAGE, None), "no such assignment"),
        (world(None), ADA, "userUpdate", wants(PACKAGE, None), "no assignment to extend"),
        (
            world(None),
            ADA,
            "userAdd",
            wants(PACKAGE, None).with("assignmentPolicyId", id(99).to_string()),
            "no such assignment policy",
        ),
        (unspecified(), ADA, "userAdd", wants(PACKAGE, None), "does not let you"),
    ] {
        let refusal = ask(world.by(by), REQUEST, kind, wants).unwrap_err();
        assert!(refusal.message.contains(words), "{refusal} is not {words}");
    }
}

#[test]
fn what_is_there_already_is_not_given_twice() {
    let mut world = world(None);
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    for kind in ["userAdd", "adminAdd"] {
        let refusal = ask(world.by(ADA), REQUEST + 1, kind, wants(PACKAGE, Some(ADA))).unwrap_err();
        assert!(refusal.message.contains("ExistingGrant"), "{refusal}");
    }
    let mut waiting = self::world(Some(settings(stage())));
    ask(waiting.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    let refusal = ask(waiting.by(ADA), REQUEST + 1, "userAdd", wants(PACKAGE, None)).unwrap_err();
    assert!(refusal.message.contains("ExistingOpenRequest"), "{refusal}");
    waiting.by(ADA).act("cancel", id(REQUEST), &Record::new()).unwrap();
    assert_eq!(state(&waiting, id(REQUEST)), "canceled");
    ask(waiting.by(ADA), REQUEST + 1, "userAdd", wants(PACKAGE, None)).unwrap();
}

#[test]
fn an_administrator_gives_past_scope_and_approval_and_takes_back() {
    let mut world = world(Some(settings(stage())));
    ask(world.by(SECOND), REQUEST, "adminAdd", wants(PACKAGE, Some(ADA))).unwrap();
    assert_eq!(world.reasons(GROUP, ADA), [By::Package]);
    let given = assignment(&world, REQUEST);
    ask(&mut world, REQUEST + 1, "adminRemove", Record::new().with("id", given.to_string())).unwrap();
    assert_eq!((world.reasons(GROUP, ADA), state(&world, given)), (vec![], "expired".into()));
}

#[test]
fn people_give_back_and_extend_what_they_have() {
    let mut world = world(None);
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    let given = assignment(&world, REQUEST);
    world.days(3);
    ask(world.by(ADA), REQUEST + 1, "userUpdate", wants(PACKAGE, None)).unwrap();
    assert_eq!(world.now.find(given).unwrap().get(ASSIGNMENT_ENDS), Some(world.at.plus_days(7)));
    world.days(5);
    assert_eq!(world.reasons(GROUP, ADA), [By::Package]);
    ask(world.by(ADA), REQUEST + 2, "userRemove", wants(PACKAGE, None)).unwrap();
    assert_eq!(world.reasons(GROUP, ADA), []);
}

#[test]
fn a_start_in_the_future_gives_nothing_before() {
    let mut world = world(None);
    let start = world.at.plus_days(2);
    let schedule = Record::new().with("startDateTime", start);
    ask_with(world.by(SECOND), REQUEST, "adminAdd", wants(PACKAGE, Some(ADA)), vec![(SCHEDULE.id, schedule.into())])
        .unwrap();
    assert_eq!((state(&world, id(REQUEST)), world.reasons(GROUP, ADA)), ("scheduled".into(), vec![]));
    world.tick(start);
    assert_eq!((state(&world, id(REQUEST)), world.reasons(GROUP, ADA)), ("delivered".into(), vec![By::Package]));
    world.tick(start.plus_days(7));
    assert_eq!(world.reasons(GROUP, ADA), []);
}

#[test]
fn what_is_cancelled_before_it_begins_does_not_begin() {
    let mut world = world(None);
    let start = world.at.plus_days(2);
    let schedule = Record::new().with("startDateTime", start);
    let more = vec![(SCHEDULE.id, schedule.into())];
    ask_with(world.by(SECOND), REQUEST, "adminAdd", wants(PACKAGE, Some(ADA)), more).unwrap();
    world.act("cancel", id(REQUEST), &Record::new()).unwrap();
    world.tick(start);
    assert_eq!((state(&world, id(REQUEST)), world.reasons(GROUP, ADA)), ("canceled".into(), vec![]));
    assert_eq!(state(&world, assignment(&world, REQUEST)), "expired");
}

#[test]
fn nobody_asks_for_longer_than_the_policy_gives() {
    for (pattern, expect) in
        [(for_days(8), false), (for_days(7), true), (Record::new().with("type", "noExpiration"), false)]
    {
        let mut world = world(None);
        let schedule = Record::new().with("expiration", pattern.clone());
        let more = vec![(SCHEDULE.id, schedule.into())];
        let done = ask_with(world.by(SECOND), REQUEST, "adminAdd", wants(PACKAGE, Some(ADA)), more);
        assert_eq!(done.is_ok(), expect, "{pattern:?}");
    }
}

#[test]
fn what_was_there_for_another_reason_stays() {
    let mut world = world(None);
    world.submit(vec![Change::link(id(GROUP), MEMBERS, id(ADA))]).unwrap();
    package(&mut world, 40, 41, GROUP, None).unwrap();
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    world.days(2);
    ask(world.by(ADA), REQUEST + 1, "userAdd", wants(40, None)).unwrap();
    assert_eq!(world.reasons(GROUP, ADA), [By::Direct, By::Package, By::Package]);
    world.days(5);
    assert_eq!(world.reasons(GROUP, ADA), [By::Direct, By::Package]);
    world.days(2);
    assert_eq!(world.reasons(GROUP, ADA), [By::Direct]);
}

#[test]
fn what_a_package_gives_follows_its_contents() {
    let mut world = world(None);
    world.group(11, vec![]);
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    give(world.by_system(), PACKAGE, 131, &format!("Member_{}", id(11))).unwrap();
    assert_eq!(world.reasons(11, ADA), [By::Package]);
    world.submit(vec![Change::Delete { id: id(131) }]).unwrap();
    assert_eq!(world.reasons(11, ADA), []);
    world.submit(vec![Change::Delete { id: id(GROUP) }]).unwrap();
    assert_eq!(state(&world, assignment(&world, REQUEST)), "partiallyDelivered");
    world.submit(vec![Change::Restore { id: id(GROUP) }]).unwrap();
    assert_eq!(
        (state(&world, assignment(&world, REQUEST)), world.reasons(GROUP, ADA)),
        ("delivered".into(), vec![By::Package])
    );
}

#[test]
fn who_leaves_keeps_nothing_not_even_when_they_come_back() {
    let mut world = world(None);
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    world.by_system().submit(vec![Change::Delete { id: id(ADA) }]).unwrap();
    world.submit(vec![Change::Restore { id: id(ADA) }]).unwrap();
    assert_eq!(world.reasons(GROUP, ADA), []);
    assert_eq!(state(&world, assignment(&world, REQUEST)), "expired");
}

#[test]
fn deleting_an_assignment_takes_what_it_gave() {
    let mut world = world(None);
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    let given = assignment(&world, REQUEST);
    world.by_system().submit(vec![Change::Delete { id: given }]).unwrap();
    assert_eq!(world.reasons(GROUP, ADA), []);
}

#[test]
fn duties_are_kept_apart_in_both_directions() {
    for (from, to) in [(PACKAGE, 40), (40, PACKAGE)] {
        let mut world = world(None);
        package(&mut world, 40, 41, GROUP, None).unwrap();
        world.submit(vec![Change::link(id(from), INCOMPATIBLE_ACCESS_PACKAGES, id(to))]).unwrap();
        ask(world.by(ADA), REQUEST, "userAdd", wants(40, None)).unwrap();
        for kind in ["userAdd", "adminAdd"] {
            let refusal = ask(world.by(ADA), REQUEST + 1, kind, wants(PACKAGE, Some(ADA))).unwrap_err();
            assert!(refusal.message.contains("Package 40"), "{refusal}");
        }
    }
    let mut world = world(None);
    let change =
        vec![Change::link(id(PACKAGE), INCOMPATIBLE_GROUPS, id(GROUP)), Change::link(id(GROUP), MEMBERS, id(ADA))];
    world.submit(change).unwrap();
    assert!(ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).is_err());
}

#[test]
fn what_makes_no_sense_is_refused_at_once() {
    let policy = |attribute: directory::AttrId, value: Value| {
        let mut world = world(None);
        world.submit(vec![Change::Set { id: id(POLICY), attribute, old: None, new: Some(value) }])
    };
    let two = Record::new().with("isApprovalRequiredForAdd", true).with("stages", vec![stage(), stage()]);
    let unknown = typed("singleUser").with("userId", id(99).to_string());
    for (attribute, value) in [
        (EXPIRATION.id, Value::from(for_days(3_661))),
        (REQUEST_APPROVAL_SETTINGS.id, two.into()),
        (REQUEST_APPROVAL_SETTINGS.id, Record::new().with("isApprovalRequiredForAdd", true).into()),
        (REQUEST_APPROVAL_SETTINGS.id, settings(stage().with("durationBeforeAutomaticDenial", "P31D")).into()),
        (SPECIFIC_ALLOWED_TARGETS.id, vec![unknown].into()),
        (SPECIFIC_ALLOWED_TARGETS.id, vec![typed("connectedOrganizationMembers")].into()),
        (ALLOWED_TARGET_SCOPE.id, "specificDirectoryUsers".into()),
    ] {
        assert!(policy(attribute, value.clone()).is_err(), "{value:?}");
    }
    let mut world = world(None);
    world.group(
        11,
        vec![(GROUP_TYPES.id, ["DynamicMembership"].into()), (MEMBERSHIP_RULE.id, "user.city -eq \"Graz\"".into())],
    );
    for origin in
        [format!("Member_{}", id(11)), format!("Member_{}", id(99)), format!("Guest_{}", id(GROUP)), "Member".into()]
    {
        assert!(give(&mut world, PACKAGE, 132, &origin).is_err(), "{origin}");
    }
    let bare = vec![(TARGET_ID.id, id(ADA).to_string().into())];
    assert!(world.create(133, &ACCESS_PACKAGE_ASSIGNMENT, bare).is_err());
    assert!(world.create(134, &APPROVAL, vec![]).is_err());
    ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
    assert!(world.by_system().submit(vec![Change::Delete { id: id(PACKAGE) }]).is_err());
}
