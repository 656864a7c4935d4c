//! Dynamic membership: how long after a change of an attribute the groups are right, with 100,000 people and 1,000 rules that
//! all read that attribute. End to end through the engine over a durable store, and the reaction by itself.

use std::sync::Arc;
use std::time::Instant;

use directory::{Caller, Change, Decision, Id, Room, TenantId};
use engine::testing::OpenGate;
use engine::{Engine, House, Submission, SystemClock};
use schema::group::{GROUP, GROUP_TYPES, MAIL_ENABLED, MEMBERS, SECURITY_ENABLED};
use schema::user::{DEPARTMENT, USER};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL_NICKNAME, MEMBERSHIP_RULE, USER_PRINCIPAL_NAME};
use store::{Sqlite, Store};

use crate::commits::scratch;
use crate::process::processor_seconds;

const TENANT: TenantId = TenantId::from_u128(0x8);
const USERS: u32 = 100_000;
const RULES: u32 = 1_000;
/// Every department has five rules of its own.
const DEPARTMENTS: u32 = RULES / 5;
const CHANGES: u32 = 200;
const PER_COMMIT: u32 = 5_000;

static ROOMS: &[&Room] = &[&identity::ROOM, &access::ROOM];

/// Milliseconds for each change.
pub struct Membership {
    /// Until the change is durable.
    pub commit_ms: Vec<f64>,
    /// Until its consequences are durable too.
    pub settled_ms: Vec<f64>,
    /// The share of the reaction's own thinking.
    pub reaction_ms: Vec<f64>,
    /// Processor time of everything that a change led to: others on the machine do not count.
    pub processor_ms: f64,
}

pub async fn measure() -> Membership {
    let store: Arc<dyn Store> =
        Arc::new(Sqlite::open(&scratch("membership")).expect("the scratch folder can be written"));
    let house = Arc::new(House::new(Arc::new(schema::model()), ROOMS, Arc::new(OpenGate)));
    let engine = Engine::start(store, TENANT, house, Arc::new(SystemClock), 13).expect("an empty tenant starts");
    submit(&engine, "Add organisation", organisation()).await;
    for first in (0..USERS).step_by(PER_COMMIT as usize) {
        submit(&engine, "Add people", (first..first + PER_COMMIT).map(person).collect()).await;
    }
    for first in (0..RULES).step_by(50) {
        submit(&engine, "Add groups", (first..first + 50).map(group).collect()).await;
    }
    engine.settled().await;

    let mut times =
        Membership { commit_ms: Vec::new(), settled_ms: Vec::new(), reaction_ms: Vec::new(), processor_ms: 0.0 };
    for n in 0..CHANGES {
        let who = n * 487 % USERS;
        let department = (who + 1) % DEPARTMENTS;
        let (start, processor) = (Instant::now(), processor_seconds("self"));
        let change = Change::set(user_id(who), DEPARTMENT, department_name(department).as_str());
        let usn = submit(&engine, "Update user", vec![change]).await;
        times.commit_ms.push(millis(start));
        engine.settled().await;
        times.settled_ms.push(millis(start));
        times.processor_ms += (processor_seconds("self") - processor) * 1e3 / f64::from(CHANGES);
        let now = engine.snapshot();
        for rule in 0..RULES {
            let belongs = rule % DEPARTMENTS == department && is_for(rule, who);
            let is_member = now.why(group_id(rule), MEMBERS, user_id(who)).is_some();
            assert_eq!(belongs, is_member, "person {who} and rule {rule}");
        }
        times.reaction_ms.push(react(&engine, usn));
    }
    engine.stop().await;
    times
}

/// How long the room's reactions think about one commit.
fn react(engine: &Engine, usn: u64) -> f64 {
    let commit = engine.log(usn - 1, 1).ok().and_then(|mut log| log.pop()).expect("the commit is in the log");
    let (now, at) = (engine.snapshot(), engine.now());
    let start = Instant::now();
    for reaction in identity::ROOM.reactions {
        std::hint::black_box((reaction.react)(&now, &commit, at));
    }
    millis(start)
}

async fn submit(engine: &Engine, operation: &str, changes: Vec<Change>) -> u64 {
    let submission =
        Submission::proven(&Caller::system(TENANT), operation, move |_, _| Ok(Decision::change(changes.clone())));
    engine.submit(submission).await.expect("the change is allowed").usn
}

fn organisation() -> Vec<Change> {
    let organization = Change::Create {
        id: TENANT,
        kind: schema::organization::ORGANIZATION.id(),
        attributes: vec![(DISPLAY_NAME.id, "XYZ Ltd.".into())],
    };
    let domain = Change::Create {
        id: Id::from_u128(0xd0),
        kind: schema::domain::DOMAIN.id(),
        attributes: vec![
            (schema::ID.id, "xyz.example".into()),
            (schema::domain::IS_VERIFIED.id, true.into()),
            (schema::domain::IS_DEFAULT.id, true.into()),
        ],
    };
    vec![organization, domain]
}

fn person(n: u32) -> Change {
    let attributes = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (DISPLAY_NAME.id, format!("Person {n}").into()),
        (USER_PRINCIPAL_NAME.id, format!("person{n}@xyz.example").into()),
        (MAIL_NICKNAME.id, format!("person{n}").into()),
        (DEPARTMENT.id, department_name(n % DEPARTMENTS).into()),
        (schema::COUNTRY.id, if n.is_multiple_of(3) { "NL" } else { "DE" }.into()),
        (schema::user::JOB_TITLE.id, if n.is_multiple_of(2) { "Senior engineer" } else { "Engineer" }.into()),
        (schema::user::EMPLOYEE_ID.id, format!("E{n:06}").into()),
    ];
    Change::Create { id: user_id(n), kind: USER.id(), attributes }
}

fn group(n: u32) -> Change {
    let attributes = vec![
        (DISPLAY_NAME.id, format!("Rule {n}").into()),
        (MAIL_NICKNAME.id, format!("rule{n}").into()),
        (MAIL_ENABLED.id, false.into()),
        (SECURITY_ENABLED.id, true.into()),
        (GROUP_TYPES.id, vec!["DynamicMembership".to_owned()].into()),
        (MEMBERSHIP_RULE.id, rule(n).into()),
        (schema::MEMBERSHIP_RULE_PROCESSING_STATE.id, "On".into()),
    ];
    Change::Create { id: group_id(n), kind: GROUP.id(), attributes }
}

/// Five forms of rules, each about one department.
fn rule(n: u32) -> String {
    let department = format!("user.department -eq \"{}\"", department_name(n % DEPARTMENTS));
    match n / DEPARTMENTS {
        0 => department,
        1 => format!("{department} -and user.country -eq \"NL\""),
        2 => format!("{department} -and user.jobTitle -startsWith \"Senior\""),
        3 => format!("(user.country -in [\"DE\", \"FR\", \"BE\"]) -and {department}"),
        _ => format!("{department} -and user.accountEnabled -eq true -and user.employeeId -ne null"),
    }
}

/// Whether a rule is true of a person of its department.
fn is_for(rule: u32, who: u32) -> bool {
    match rule / DEPARTMENTS {
        1 => who.is_multiple_of(3),
        2 => who.is_multiple_of(2),
        3 => !who.is_multiple_of(3),
        _ => true,
    }
}

fn department_name(n: u32) -> String {
    format!("Department {n}")
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn user_id(n: u32) -> Id {
    Id::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}

fn group_id(n: u32) -> Id {
    Id::from_u128(0x0193_0000_0000_7000_8000_0001_0000_0000 | u128::from(n))
}
