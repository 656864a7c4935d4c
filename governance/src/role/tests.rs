//! What schedules of roles do: eligible people hold nothing, activation ends by itself, and nobody approves their own.

use std::time::Duration;

use directory::{AttrId, Call, Caller, Change, Fresh, Id, Kind, Record, Refusal, TenantId, Time, Value};
use schema::administrative_unit::ADMINISTRATIVE_UNIT;
use schema::approval::{APPROVAL, ID, REVIEW_RESULT, STAGES};
use schema::group::{IS_ASSIGNABLE_TO_ROLE, MEMBERS};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::unified_role_assignment_schedule::{
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE,
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
};
use schema::unified_role_definition::{ROLE_PERMISSIONS, UNIFIED_ROLE_DEFINITION};
use schema::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
};
use schema::unified_role_management_policy::{RULES, UNIFIED_ROLE_MANAGEMENT_POLICY};
use schema::{
    ACTION, DIRECTORY_SCOPE_ID, DISPLAY_NAME, IS_ENABLED, JUSTIFICATION, PRINCIPAL_ID, ROLE_DEFINITION_ID,
    SCHEDULE_INFO, STATUS,
};

use crate::default_policy;
use crate::world::{World, id};

const ADA: u128 = 1;
const ADMIN: u128 = 2;
const KEEPER: u128 = 3;
const ROLE: u128 = 10;
const REQUEST: u128 = 30;
const ACTIVATION: u128 = 31;
const HOUR: Duration = Duration::from_secs(3_600);

fn role(n: u128, name: &str) -> Change {
    Change::Create {
        id: id(n),
        kind: UNIFIED_ROLE_DEFINITION.id(),
        attributes: vec![
            (DISPLAY_NAME.id, name.into()),
            (IS_ENABLED.id, true.into()),
            (ROLE_PERMISSIONS.id, vec![Record::new()].into()),
        ],
    }
}

/// Ada is eligible for a role, until further notice.
fn world() -> World {
    let mut world = World::new();
    for person in [ADA, ADMIN, KEEPER] {
        world.user(person, vec![]);
    }
    world.submit(vec![role(ROLE, "Helpdesk")]).unwrap();
    ask(world.by(ADMIN), REQUEST, Ask { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ..give("adminAssign") })
        .unwrap();
    world.mails();
    world
}

/// A world in which a policy of the role says something.
fn world_with(rule: Record) -> World {
    let mut world = world();
    let caller = Caller::system(TenantId::nil());
    let call = Call { caller: &caller, at: world.at, fresh: Fresh::new(99) };
    world.by_system().submit(default_policy(&call, TenantId::nil(), id(ROLE))).unwrap();
    let policy = world.now.all(&UNIFIED_ROLE_MANAGEMENT_POLICY).next().unwrap();
    let mut rules = policy.get(RULES).unwrap();
    rules.retain(|known| known.text("id") != rule.text("id"));
    rules.push(rule);
    let change = Change::set(policy.id, RULES, rules);
    world.submit(vec![change]).unwrap();
    world
}

fn approval_by(approvers: Vec<Record>) -> Record {
    let stage = Record::new().with("primaryApprovers", approvers).with("approvalStageTimeOutInDays", 1);
    let setting = Record::new().with("isApprovalRequired", true).with("approvalStages", vec![stage]);
    Record::new().with("id", "Approval_EndUser_Assignment").with("setting", setting)
}

fn single(user: u128) -> Record {
    Record::new().with("@odata.type", "#microsoft.graph.singleUser").with("userId", id(user).to_string())
}

#[derive(Clone)]
struct Ask {
    kind: &'static Kind,
    action: &'static str,
    principal: Option<u128>,
    scope: String,
    why: &'static str,
    lasting: Option<&'static str>,
    start: Option<Time>,
}

fn give(action: &'static str) -> Ask {
    let kind = &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST;
    Ask { kind, action, principal: Some(ADA), scope: "/".into(), why: "", lasting: None, start: None }
}

fn activate() -> Ask {
    Ask { why: "a ticket", lasting: Some("PT2H"), ..give("selfActivate") }
}

fn ask(world: &mut World, n: u128, ask: Ask) -> Result<Id, Refusal> {
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (ACTION.id, ask.action.into()),
        (ROLE_DEFINITION_ID.id, id(ROLE).to_string().into()),
        (DIRECTORY_SCOPE_ID.id, ask.scope.into()),
        (JUSTIFICATION.id, ask.why.into()),
    ];
    attributes.extend(ask.principal.map(|principal| (PRINCIPAL_ID.id, id(principal).to_string().into())));
    let pattern = ask.lasting.map(|text| Record::new().with("type", "afterDuration").with("duration", text));
    let info = Record::new().with_some("startDateTime", ask.start).with_some("expiration", pattern);
    attributes.push((SCHEDULE_INFO.id, info.into()));
    world.create(n, ask.kind, attributes)
}

/// The roles that Ada holds, as `access` sees them.
fn held(world: &World) -> usize {
    let of_ada = |object: &&directory::Object| object.get(PRINCIPAL_ID) == Some(id(ADA).to_string().as_str());
    world.now.all(&UNIFIED_ROLE_ASSIGNMENT).filter(of_ada).count()
}

fn status(world: &World, request: u128) -> String {
    world.now.find(id(request)).and_then(|request| request.get(STATUS)).unwrap_or_default().to_owned()
}

fn answer(world: &mut World, by: u128, result: &str) -> Result<(), Refusal> {
    let approval = world.now.find_by(&APPROVAL, ID, id(ACTIVATION).to_string()).expect("there is an approval").id;
    let stage = world.now.linked(approval, STAGES).expect("it has a stage").id;
    world.by(by).submit(vec![Change::set(stage, REVIEW_RESULT, result)])
}

#[test]
fn who_is_eligible_holds_nothing_until_they_activate_and_nothing_afterwards() {
    let mut world = world();
    assert_eq!(held(&world), 0);
    assert_eq!(world.now.count(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE), 1);
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    assert_eq!((status(&world, ACTIVATION), held(&world)), ("Provisioned".into(), 1));
    assert_eq!(world.now.count(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE), 1);
    assert_eq!(world.mails(), [("p1@xyz.example".into(), "The role Helpdesk is active".into())]);
    let end = world.at + 2 * HOUR;
    world.tick(Time(end.0 - 1));
    assert_eq!(held(&world), 1);
    world.tick(end);
    assert_eq!(held(&world), 0);
    assert_eq!(world.now.count(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE), 0);
    assert_eq!(world.now.count(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE), 0);
    assert_eq!(world.mails(), [("p1@xyz.example".into(), "The role Helpdesk has ended".into())]);
    ask(world.by(ADA), ACTIVATION + 1, activate()).unwrap();
}

#[test]
fn what_activating_demands() {
    let long = Record::new().with("id", "Expiration_EndUser_Assignment").with("maximumDuration", "PT1H");
    let nothing = Record::new().with("id", "Enablement_EndUser_Assignment").with("enabledRules", Vec::<Record>::new());
    let ticket = Record::new().with("id", "Enablement_EndUser_Assignment").with("enabledRules", ["Ticketing"]);
    let weak = |mut world: World| {
        world.strong = false;
        world
    };
    for (mut world, by, wish, expect) in [
        (world(), ADA, activate(), None),
        (world(), ADA, Ask { principal: None, ..activate() }, None),
        (world(), ADA, Ask { lasting: Some("PT8H"), ..activate() }, None),
        (world(), ADA, Ask { lasting: None, ..activate() }, None),
        (world(), ADA, Ask { lasting: Some("PT8H1S"), ..activate() }, Some("ExpirationRule")),
        (world(), ADA, Ask { why: " ", ..activate() }, Some("JustificationRule")),
        (weak(world()), ADA, activate(), Some("MfaRule")),
        (weak(world()), ADA, Ask { why: "", ..activate() }, Some("\"JustificationRule\",\"MfaRule\"")),
        (world_with(long), ADA, activate(), Some("ExpirationRule")),
        (weak(world_with(nothing)), ADA, Ask { why: "", ..activate() }, None),
        (world_with(ticket), ADA, activate(), Some("TicketingRule")),
        (world(), ADMIN, activate(), Some("one's own roles only")),
        (world(), ADMIN, Ask { principal: None, ..activate() }, Some("not eligible")),
        (world(), ADA, Ask { scope: "/nowhere".into(), ..activate() }, Some("is no scope")),
        (world(), ADA, give("selfExtend"), Some("cannot be asked for")),
        (world(), ADA, give("selfDeactivate"), Some("does not exist")),
        (
            world(),
            ADA,
            Ask { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ..activate() },
            Some("by an administrator"),
        ),
        (world(), ADMIN, Ask { principal: Some(99), ..give("adminAssign") }, Some("subject is not found")),
        (
            world(),
            ADMIN,
            Ask { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ..give("adminAssign") },
            Some("already exists"),
        ),
        (world(), ADMIN, give("adminRemove"), Some("does not exist")),
    ] {
        let done = ask(world.by(by), ACTIVATION, wish);
        match (done, expect) {
            (Ok(_), None) => assert_eq!(held(&world), 1),
            (Err(refusal), Some(words)) => assert!(refusal.message.contains(words), "{refusal} is not {words}"),
            (done, expect) => panic!("{done:?} is not {expect:?}"),
        }
    }
}

#[test]
fn what_is_active_is_not_activated_twice_and_given_up_after_five_minutes() {
    let mut world = world();
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    assert!(ask(world.by(ADA), 40, activate()).unwrap_err().message.contains("already exists"));
    world.tick(world.at + Duration::from_secs(299));
    assert!(ask(world.by(ADA), 41, give("selfDeactivate")).unwrap_err().message.contains("ActiveDurationTooShort"));
    world.tick(world.at + Duration::from_secs(1));
    ask(world.by(ADA), 42, give("selfDeactivate")).unwrap();
    assert_eq!((status(&world, 42), held(&world)), ("Revoked".into(), 0));
}

#[test]
fn an_approval_is_given_by_somebody_else() {
    let named = || world_with(approval_by(vec![single(ADMIN), single(ADA)]));
    for (by, result, expect) in [
        (ADMIN, "Approve", Ok(("Provisioned", 1))),
        (ADMIN, "Deny", Ok(("Denied", 0))),
        (ADA, "Approve", Err("nobody approves what they asked for")),
        (KEEPER, "Approve", Err("not among")),
    ] {
        let mut world = named();
        ask(world.by(ADA), ACTIVATION, activate()).unwrap();
        assert_eq!((status(&world, ACTIVATION).as_str(), held(&world)), ("PendingApproval", 0));
        assert!(ask(world.by(ADA), 40, activate()).unwrap_err().message.contains("pending"));
        match (answer(&mut world, by, result), expect) {
            (Ok(()), Ok((status_after, held_after))) => {
                assert_eq!((status(&world, ACTIVATION).as_str(), held(&world)), (status_after, held_after));
                assert!(answer(&mut world, by, result).unwrap_err().message.contains("decided already"));
            }
            (Err(refusal), Err(words)) => assert!(refusal.message.contains(words), "{refusal} is not {words}"),
            (done, expect) => panic!("{done:?} is not {expect:?}"),
        }
    }
}

#[test]
fn the_time_asked_for_counts_from_the_approval() {
    let mut world = world_with(approval_by(vec![single(ADMIN)]));
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    world.tick(world.at + 5 * HOUR);
    answer(&mut world, ADMIN, "Approve").unwrap();
    world.tick(Time((world.at + 2 * HOUR).0 - 1));
    assert_eq!(held(&world), 1);
    world.tick(Time(world.at.0 + 1));
    assert_eq!(held(&world), 0);
}

#[test]
fn where_nobody_is_named_the_keepers_of_roles_decide() {
    let mut world = world_with(approval_by(vec![]));
    assert!(ask(world.by(ADA), ACTIVATION, activate()).unwrap_err().message.contains("nobody is there"));
    let administrator = Id::from_u128(0x62e9_0394_69f5_4237_9190_0121_7714_5e10);
    world.submit(vec![role(administrator.as_u128(), "Global Administrator")]).unwrap();
    let attributes = vec![
        (PRINCIPAL_ID.id, id(KEEPER).to_string().into()),
        (ROLE_DEFINITION_ID.id, administrator.to_string().into()),
    ];
    world.create(50, &UNIFIED_ROLE_ASSIGNMENT, attributes).unwrap();
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    assert!(answer(&mut world, ADMIN, "Approve").is_err());
    answer(&mut world, KEEPER, "Approve").unwrap();
    assert_eq!(held(&world), 1);
}

#[test]
fn a_day_of_silence_is_a_no() {
    let mut world = world_with(approval_by(vec![single(ADMIN)]));
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    world.days(1);
    assert_eq!((status(&world, ACTIVATION).as_str(), held(&world)), ("TimedOut", 0));
    assert!(answer(&mut world, ADMIN, "Approve").is_err());
}

#[test]
fn eligibility_is_judged_again_at_approval_and_carries_the_activation() {
    let take = Ask { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ..give("adminRemove") };
    let mut waiting = world_with(approval_by(vec![single(ADMIN)]));
    ask(waiting.by(ADA), ACTIVATION, activate()).unwrap();
    ask(waiting.by(ADMIN), 40, take.clone()).unwrap();
    assert!(answer(&mut waiting, ADMIN, "Approve").unwrap_err().message.contains("not eligible"));
    let mut active = world();
    ask(active.by(ADA), ACTIVATION, activate()).unwrap();
    ask(active.by(ADMIN), 40, take).unwrap();
    assert_eq!((held(&active), active.now.count(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE)), (0, 0));
}

#[test]
fn an_eligibility_that_ends_ends_what_it_allowed() {
    let mut world = world();
    let take = Ask { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ..give("adminRemove") };
    ask(world.by(ADMIN), 40, take.clone()).unwrap();
    ask(world.by(ADMIN), 41, Ask { action: "adminAssign", lasting: Some("PT1H"), ..take }).unwrap();
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    world.tick(world.at + HOUR);
    assert_eq!((held(&world), world.now.count(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE)), (0, 0));
    assert!(ask(world.by(ADA), 42, activate()).unwrap_err().message.contains("not eligible"));
}

#[test]
fn what_an_administrator_gives_holds_is_changed_and_taken_back() {
    let mut world = world();
    let start = world.at + HOUR;
    let ask_given = Ask { start: Some(start), lasting: Some("P1D"), ..give("adminAssign") };
    ask(world.by(ADMIN), ACTIVATION, ask_given).unwrap();
    assert_eq!((status(&world, ACTIVATION).as_str(), held(&world)), ("Granted", 0));
    world.tick(start);
    assert_eq!(held(&world), 1);
    ask(world.by(ADMIN), 40, Ask { lasting: Some("P9D"), ..give("adminExtend") }).unwrap();
    world.days(8);
    assert_eq!(held(&world), 1);
    ask(world.by(ADMIN), 41, give("adminRemove")).unwrap();
    assert_eq!(held(&world), 0);
}

#[test]
fn who_is_gone_holds_no_role_not_even_when_they_come_back() {
    let mut world = world();
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    world.by_system().submit(vec![Change::Delete { id: id(ADA) }]).unwrap();
    assert_eq!((held(&world), world.now.count(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE)), (0, 0));
    world.submit(vec![Change::Restore { id: id(ADA) }]).unwrap();
    assert_eq!(held(&world), 0);
    assert!(ask(world.by(ADA), 40, activate()).is_err());
}

#[test]
fn deleting_the_assignment_of_an_activation_ends_the_activation() {
    let mut world = world();
    ask(world.by(ADA), ACTIVATION, activate()).unwrap();
    let made = world.now.all(&UNIFIED_ROLE_ASSIGNMENT).next().unwrap().id;
    world.by_system().submit(vec![Change::Delete { id: made }]).unwrap();
    assert_eq!((held(&world), world.now.count(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE)), (0, 0));
}

#[test]
fn a_group_is_eligible_for_its_members_and_a_unit_is_a_narrower_scope() {
    let mut world = world();
    world.by_system().group(60, vec![(IS_ASSIGNABLE_TO_ROLE.id, true.into())]);
    world.group(61, vec![]);
    world.submit(vec![Change::link(id(60), MEMBERS, id(KEEPER))]).unwrap();
    let eligible = Ask { kind: &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ..give("adminAssign") };
    ask(world.by(ADMIN), 40, Ask { principal: Some(60), ..eligible.clone() }).unwrap();
    assert!(ask(world.by(ADMIN), 41, Ask { principal: Some(61), ..eligible }).is_err());
    ask(world.by(KEEPER), 42, Ask { principal: None, ..activate() }).unwrap();
    let unit = world.by_system().create(70, &ADMINISTRATIVE_UNIT, vec![(DISPLAY_NAME.id, "Graz".into())]).unwrap();
    ask(world.by(ADA), 43, Ask { scope: format!("/administrativeUnits/{unit}"), ..activate() }).unwrap();
    assert_eq!(held(&world), 1);
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    for rule in [
        Record::new().with("id", "Expiration_EndUser_Assignment").with("maximumDuration", "PT25H"),
        Record::new().with("id", "Expiration_EndUser_Assignment").with("maximumDuration", "soon"),
        Record::new().with("id", "Expiration_Admin_Assignment").with("maximumDuration", "P3661D"),
        Record::new().with("id", "Enablement_EndUser_Assignment").with("enabledRules", ["Karaoke"]),
        approval_by(vec![single(99)]),
    ] {
        let mut world = world_with(approval_by(vec![single(ADMIN)]));
        let policy = world.now.all(&UNIFIED_ROLE_MANAGEMENT_POLICY).next().unwrap().id;
        assert!(world.submit(vec![Change::set(policy, RULES, vec![rule.clone()])]).is_err(), "{rule:?}");
    }
}
