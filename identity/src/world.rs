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
