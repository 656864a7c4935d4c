//! A directory for tests: every write passes the room's checks and is followed by its reactions, as the engine does it.

use std::sync::{Arc, OnceLock};

use directory::{
    Actor, AttrId, By, Call, Caller, Change, Commit, Decision, Fresh, Id, KindId, Own, Plan, Record, Refusal, Snapshot,
    TenantId, Time, Usn, Value,
};
use schema::group::{GROUP, GROUP_TYPES, MAIL_ENABLED, MEMBERS, SECURITY_ENABLED};
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL_NICKNAME, MEMBERSHIP_RULE, USER_PRINCIPAL_NAME};

use crate::ROOM;

/// How many rounds reactions may answer each other.
const ROUNDS_MAX: usize = 20;

pub(crate) struct World {
    pub(crate) now: Snapshot,
    pub(crate) at: Time,
    pub(crate) actor: Actor,
    usn: Usn,
}

pub(crate) fn id(n: u128) -> Id {
    Id::from_u128(n)
}

impl World {
    pub(crate) fn new() -> World {
        static MODEL: OnceLock<Arc<directory::Model>> = OnceLock::new();
        let model = MODEL.get_or_init(|| schema::model().into()).clone();
        let at = Time::parse("2026-11-21T12:00:00Z").unwrap();
        World { now: Snapshot::empty(model), at, actor: Actor::System, usn: 0 }
    }

    /// Commit changes as a caller would; then let the reactions settle and hold them to their word.
    pub(crate) fn submit(&mut self, changes: Vec<Change>) -> Result<Vec<Change>, Refusal> {
        let caller = Caller { actor: self.actor.clone(), ..Caller::system(TenantId::nil()) };
        let call = Call { caller: &caller, at: self.at, fresh: Fresh::new(u128::from(self.usn)) };
        let mut changes = changes;
        for check in ROOM.checks {
            if let Some(complete) = check.complete {
                complete(&self.now, &call, &mut changes)?;
            }
        }
        let mut after = self.now.clone();
        let applied = after.apply(self.usn + 1, self.at, &changes, None, &owned())?.changes;
        for check in ROOM.checks {
            if let Some(judge) = check.check {
                judge(&self.now, &after, &call, &applied)?;
            }
        }
        self.usn += 1;
        self.now = after;
        let mut followed = applied.clone();
        followed.extend(self.settle(vec![self.commit(applied)]));
        Ok(followed)
    }

    /// Call one of the room's actions.
    pub(crate) fn act(&mut self, name: &str, target: Option<Id>, given: &Record) -> Result<Option<Value>, Refusal> {
        let object = target.map(|id| self.now.get(id)).transpose()?;
        let action = ROOM
            .actions
            .iter()
            .find(|action| {
                action.name == name
                    && action.on_collection == target.is_none()
                    && object.is_none_or(|object| self.now.is_a(object, action.on))
            })
            .expect("the room has the action");
        let caller = Caller { actor: self.actor.clone(), ..Caller::system(TenantId::nil()) };
        let call = Call { caller: &caller, at: self.at, fresh: Fresh::new(u128::from(self.usn)) };
        let Decision { plan, answer } = (action.decide)(&self.now, &call, object, given)?;
        self.submit(plan.changes)?;
        Ok(answer)
    }

    /// Let time pass until a moment, asking the reactions at their deadlines in between.
    pub(crate) fn tick(&mut self, until: &str) {
        let until = Time::parse(until).unwrap();
        let mut commits = Vec::new();
        for reaction in ROOM.reactions {
            for deadline in reaction.deadlines {
                let crossed: Vec<Id> = (self.now.due(deadline.id, until))
                    .filter(|object| object.get(*deadline).is_some_and(|due| due > self.at))
                    .map(|object| object.id)
                    .collect();
                for object in crossed {
                    let plan = (reaction.due)(&self.now, object, deadline.id, until);
                    self.at = until;
                    commits.extend(self.carry_out(reaction.name, plan));
                }
            }
        }
        self.at = until;
        self.settle(commits);
    }

    fn settle(&mut self, mut unseen: Vec<Commit>) -> Vec<Change> {
        let mut followed = Vec::new();
        for _ in 0..ROUNDS_MAX {
            if unseen.is_empty() {
                for reaction in ROOM.reactions {
                    assert_eq!((reaction.verify)(&self.now, self.at), vec![], "{} is not settled", reaction.name);
                }
                return followed;
            }
            let seen = std::mem::take(&mut unseen);
            for reaction in ROOM.reactions {
                for commit in &seen {
                    let plan = (reaction.react)(&self.now, commit, self.at);
                    let more = self.carry_out(reaction.name, plan);
                    followed.extend(more.iter().flat_map(|commit| commit.changes.clone()));
                    unseen.extend(more);
                    let again = (reaction.react)(&self.now, commit, self.at);
                    assert_eq!(again.changes, vec![], "{} asked twice", reaction.name);
                }
            }
        }
        panic!("reactions answer each other without end");
    }

    fn carry_out(&mut self, name: &str, plan: Plan) -> Option<Commit> {
        let applied = self.now.apply(self.usn + 1, self.at, &plan.changes, Some(name), &owned()).unwrap();
        if applied.changes.is_empty() {
            return None;
        }
        self.usn += 1;
        Some(self.commit(applied.changes))
    }

    fn commit(&self, changes: Vec<Change>) -> Commit {
        Commit {
            usn: self.usn,
            at: self.at,
            actor: self.actor.clone(),
            cause: None,
            key: 0,
            operation: String::new(),
            correlation: Id::nil(),
            changes,
        }
    }

    pub(crate) fn user(&mut self, n: u128, attributes: Vec<(AttrId, Value)>) -> Id {
        self.submit(vec![new_user(n, attributes)]).unwrap();
        id(n)
    }

    pub(crate) fn group(&mut self, n: u128, attributes: Vec<(AttrId, Value)>) -> Id {
        self.submit(vec![new_group(n, attributes)]).unwrap();
        id(n)
    }

    pub(crate) fn dynamic(&mut self, n: u128, rule: &str) -> Id {
        self.group(n, vec![(GROUP_TYPES.id, ["DynamicMembership"].into()), (MEMBERSHIP_RULE.id, rule.into())])
    }

    /// The members of a group, sorted, by the numbers they were made with.
    pub(crate) fn members(&self, group: Id) -> Vec<u128> {
        let mut members: Vec<u128> = self.now.links(group, MEMBERS).map(|m| m.object.id.as_u128()).collect();
        members.sort_unstable();
        members
    }

    pub(crate) fn is_by_rule(&self, group: Id, member: Id) -> bool {
        self.now.why(group, MEMBERS, member).is_some_and(|why| why.is(By::Rule) && !why.is(By::Direct))
    }
}

pub(crate) fn new_user(n: u128, more: Vec<(AttrId, Value)>) -> Change {
    let mut attributes = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (DISPLAY_NAME.id, format!("Person {n}").into()),
        (USER_PRINCIPAL_NAME.id, format!("p{n}@xyz.example").into()),
    ];
    attributes.extend(more);
    Change::Create { id: id(n), kind: KindId::of(USER.name), attributes }
}

pub(crate) fn new_group(n: u128, more: Vec<(AttrId, Value)>) -> Change {
    let mut attributes = vec![
        (DISPLAY_NAME.id, format!("Group {n}").into()),
        (MAIL_NICKNAME.id, format!("g{n}").into()),
        (MAIL_ENABLED.id, false.into()),
        (SECURITY_ENABLED.id, true.into()),
    ];
    attributes.extend(more);
    Change::Create { id: id(n), kind: KindId::of(GROUP.name), attributes }
}

fn owned() -> Vec<(&'static str, Own)> {
    ROOM.reactions.iter().flat_map(|reaction| reaction.owns.iter().map(|own| (reaction.name, *own))).collect()
}

mod tests {
    use schema::subscribed_sku::{
        CONSUMED_UNITS, PREPAID_UNITS, SERVICE_PLAN_RULES, SERVICE_PLANS, SKU_ID, SKU_PART_NUMBER, SUBSCRIBED_SKU,
    };
    use schema::user::{DEPARTMENT, EMPLOYEE_HIRE_DATE, MANAGER};
    use schema::{ASSIGNED_LICENSES, MEMBERSHIP_RULE_PROCESSING_STATE};

    use super::*;

    const PEOPLE: u128 = 12;
    const GROUPS: u128 = 6;
    const SKUS: u128 = 3;
    const SEATS: i64 = 4;

    /// Numbers that look random and are the same every time (Knuth's MMIX generator).
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: u128) -> u128 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u128::from(self.0 >> 33) % below
        }
    }

    fn person(dice: &mut Dice) -> Id {
        id(1 + dice.roll(PEOPLE))
    }

    fn group(dice: &mut Dice) -> Id {
        id(100 + dice.roll(GROUPS))
    }

    fn rule(dice: &mut Dice) -> String {
        match dice.roll(6) {
            0 => "user.department -eq \"D1\"".to_owned(),
            1 => "user.department -ne \"D1\" -and user.accountEnabled -eq true".to_owned(),
            2 => format!("user.memberOf -any (group.objectId -in [\"{}\"])", group(dice)),
            3 => "user.employeeHireDate -le system.now -plus p2d".to_owned(),
            4 => format!("Direct Reports for \"{}\"", person(dice)),
            _ => format!("user.assignedPlans -any (assignedPlan.servicePlanId -eq \"{}\")", id(0x1000)),
        }
    }

    /// One thing that somebody might do. What the checks refuse is part of life.
    fn step(w: &mut World, dice: &mut Dice) {
        let (user, group) = (person(dice), group(dice));
        let day = i64::try_from(dice.roll(20)).unwrap();
        let changes = match dice.roll(12) {
            0 => vec![Change::set(user, DEPARTMENT, format!("D{}", dice.roll(3)))],
            1 => vec![Change::set(user, EMPLOYEE_HIRE_DATE, w.at.plus_days(day - 10))],
            2 => vec![Change::link(user, MANAGER, person(dice))],
            3 | 4 => vec![Change::link(group, MEMBERS, user)],
            5 => vec![Change::unlink(group, MEMBERS, user)],
            6 => vec![Change::Delete { id: if dice.roll(2) == 0 { user } else { group } }],
            7 => vec![Change::Restore { id: if dice.roll(2) == 0 { user } else { group } }],
            8 => vec![
                Change::set(group, GROUP_TYPES, ["DynamicMembership"]),
                Change::set(group, MEMBERSHIP_RULE, rule(dice)),
            ],
            9 => vec![Change::clear(group, GROUP_TYPES)],
            10 => {
                let state = if dice.roll(3) == 0 { "Paused" } else { "On" };
                vec![Change::set(group, MEMBERSHIP_RULE_PROCESSING_STATE, state)]
            }
            _ => {
                let sku = id(0x100 + dice.roll(SKUS));
                let off: Vec<Id> = if dice.roll(2) == 0 { vec![] } else { vec![id(0x1000 + dice.roll(2))] };
                let add = vec![Record::new().with("skuId", sku).with("disabledPlans", off)];
                let given = match dice.roll(3) {
                    0 => Record::new().with("removeLicenses", vec![sku]),
                    _ => Record::new().with("addLicenses", add),
                };
                let to = if dice.roll(3) == 0 { user } else { group };
                let _ = w.act("assignLicense", Some(to), &given);
                return;
            }
        };
        let _ = w.submit(changes);
    }

    fn hold_invariants(w: &World) {
        let mut used = std::collections::BTreeMap::new();
        for user in w.now.all(&USER) {
            for sku in crate::licence::read_licences(user.get(ASSIGNED_LICENSES)).into_keys() {
                *used.entry(sku).or_insert(0i64) += 1;
            }
        }
        for sku in w.now.all(&SUBSCRIBED_SKU) {
            let held = used.get(&sku.get(SKU_ID).unwrap()).copied().unwrap_or(0);
            assert_eq!(sku.get(CONSUMED_UNITS).unwrap_or(0), held);
            assert!(held <= SEATS);
        }
        for group in w.now.all(&GROUP) {
            let Some(rule) = crate::rules::followed(group) else { continue };
            for user in w.now.all(&USER) {
                let is_in = w.now.why(group.id, MEMBERS, user.id).is_some();
                assert_eq!(is_in, rule.filter.matches(&w.now, user, w.at), "{:?}", group.get(MEMBERSHIP_RULE));
            }
        }
    }

    /// After every step the reactions have settled, their `verify` finds nothing (see `settle`), and what they are for holds.
    #[test]
    fn whatever_happens_members_follow_rules_and_seats_are_counted() {
        for seed in 1..=20 {
            let (mut w, mut dice) = (World::new(), Dice(seed));
            for n in 0..SKUS {
                // All share one plan; the second needs one of the first beside it, the third excludes one of the second.
                let plan = |plan: u128| Record::new().with("servicePlanId", id(plan)).with("servicePlanName", "P");
                let plans = vec![plan(0x1000), plan(0x1001 + n)];
                let rule = Record::new().with("servicePlanId", id(0x1001 + n));
                let rules = match n {
                    1 => vec![rule.with("dependsOn", vec![id(0x1001)])],
                    2 => vec![rule.with("conflictsWith", vec![id(0x1002)])],
                    _ => vec![],
                };
                let attributes = vec![
                    (SKU_ID.id, id(0x100 + n).into()),
                    (SKU_PART_NUMBER.id, format!("S{n}").into()),
                    (PREPAID_UNITS.id, Record::new().with("enabled", SEATS).into()),
                    (SERVICE_PLANS.id, plans.into()),
                    (SERVICE_PLAN_RULES.id, rules.into()),
                ];
                let product = Change::Create { id: id(0x200 + n), kind: SUBSCRIBED_SKU.id(), attributes };
                w.submit(vec![product]).unwrap();
            }
            let location = || vec![(schema::user::USAGE_LOCATION.id, "DE".into())];
            for n in 1..=PEOPLE {
                w.user(n, location());
            }
            for n in 0..GROUPS {
                w.group(100 + n, vec![]);
            }
            for _ in 0..150 {
                step(&mut w, &mut dice);
                if dice.roll(10) == 0 {
                    let until = w.at.plus_days(1).to_string();
                    w.tick(&until);
                }
                hold_invariants(&w);
            }
        }
    }
}
