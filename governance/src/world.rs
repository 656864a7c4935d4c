//! A directory for tests: every write passes the room's checks and is followed by its reactions, as the engine does it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use directory::{
    Actor, AttrId, By, Call, Caller, Change, Commit, Decision, Effect, Fresh, Id, Kind, Own, Plan, Reaction, Record,
    Refusal, Snapshot, TenantId, Time, Usn, Value, Write,
};
use schema::group::{GROUP, MAIL_ENABLED, MEMBERS, SECURITY_ENABLED};
use schema::user::{MANAGER, USER};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME};

use crate::ROOM;

/// How many rounds reactions may answer each other.
const ROUNDS_MAX: usize = 20;

pub(crate) struct World {
    pub(crate) now: Snapshot,
    pub(crate) at: Time,
    pub(crate) actor: Actor,
    pub(crate) strong: bool,
    /// What was to be done in the outside world.
    pub(crate) effects: Vec<Effect>,
    usn: Usn,
    asked: BTreeMap<&'static str, Time>,
}

pub(crate) fn id(n: u128) -> Id {
    Id::from_u128(n)
}

impl World {
    pub(crate) fn new() -> World {
        static MODEL: OnceLock<Arc<directory::Model>> = OnceLock::new();
        let model = MODEL.get_or_init(|| schema::model().into()).clone();
        let at = Time::parse("2026-11-21T12:00:00Z").unwrap();
        World {
            now: Snapshot::empty(model),
            at,
            actor: Actor::System,
            strong: true,
            effects: Vec::new(),
            usn: 0,
            asked: BTreeMap::new(),
        }
    }

    /// The same world, spoken to by somebody else.
    pub(crate) fn by(&mut self, user: u128) -> &mut World {
        self.actor = Actor::User(id(user));
        self
    }

    pub(crate) fn by_system(&mut self) -> &mut World {
        self.actor = Actor::System;
        self
    }

    /// Commit changes as a caller would; then let the reactions settle and hold them to their word.
    pub(crate) fn submit(&mut self, changes: Vec<Change>) -> Result<(), Refusal> {
        self.decide(|_, _| Ok(Decision::change(changes.clone())))
    }

    /// Make an object as a caller would.
    pub(crate) fn create(
        &mut self,
        n: u128,
        kind: &'static Kind,
        attributes: Vec<(AttrId, Value)>,
    ) -> Result<Id, Refusal> {
        self.submit(vec![Change::Create { id: id(n), kind: kind.id(), attributes }])?;
        Ok(id(n))
    }

    /// Call one of the room's actions.
    pub(crate) fn act(&mut self, name: &str, target: Id, given: &Record) -> Result<(), Refusal> {
        let object = self.now.get(target)?;
        let action = ROOM.actions.iter().find(|action| action.name == name && self.now.is_a(object, action.on));
        let decide = action.expect("the room has the action").decide;
        let given = given.clone();
        self.decide(move |now, call| decide(now, call, Some(now.get(target)?), &given))
    }

    pub(crate) fn decide(
        &mut self,
        decide: impl Fn(&Snapshot, &Call<'_>) -> Result<Decision, Refusal>,
    ) -> Result<(), Refusal> {
        let caller = Caller { actor: self.actor.clone(), strong: self.strong, ..Caller::system(TenantId::nil()) };
        let call = Call { caller: &caller, at: self.at, fresh: Fresh::new(u128::from(self.usn) << 64 | 7) };
        let Plan { mut changes, effects } = decide(&self.now, &call)?.plan;
        let asked = changes.clone();
        for check in ROOM.checks {
            if let Some(complete) = check.complete
                && touches(check.kind, &self.now, &changes)
            {
                complete(&self.now, &call, &mut changes)?;
            }
        }
        for change in changes.iter().filter(|change| !asked.contains(change)) {
            assert!(!is_callers(&self.now, change), "the gate would ask whether the caller may: {change:?}");
        }
        let mut after = self.now.clone();
        let applied = after.apply(self.usn + 1, self.at, &changes, None, &owned())?.changes;
        for check in ROOM.checks {
            if let Some(judge) = check.check
                && (touches(check.kind, &self.now, &applied) || touches(check.kind, &after, &applied))
            {
                judge(&self.now, &after, &call, &applied)?;
            }
        }
        self.usn += 1;
        self.now = after;
        self.effects.extend(effects);
        self.settle(vec![self.commit(self.actor.clone(), applied)]);
        Ok(())
    }

    /// Let time pass until a moment, asking the reactions at their deadlines, then settle.
    pub(crate) fn tick(&mut self, until: Time) {
        self.at = until;
        let mut commits = Vec::new();
        for reaction in ROOM.reactions {
            let asked = self.asked.insert(reaction.name, until).unwrap_or(Time(0));
            let mut due: Vec<(Time, Id, AttrId)> = Vec::new();
            for deadline in reaction.deadlines {
                let crossed = self.now.crossed(deadline.id, asked, until);
                due.extend(crossed.filter_map(|object| Some((object.get(*deadline)?, object.id, deadline.id))));
            }
            due.sort_unstable();
            for (_, id, attribute) in due {
                let plan = (reaction.due)(&self.now, id, attribute, until);
                commits.extend(self.carry_out(reaction, plan));
            }
        }
        self.settle(commits);
    }

    /// Let time pass by days.
    pub(crate) fn days(&mut self, days: i64) {
        self.tick(self.at.plus_days(days));
    }

    fn settle(&mut self, mut unseen: Vec<Commit>) {
        for _ in 0..ROUNDS_MAX {
            if unseen.is_empty() {
                for reaction in ROOM.reactions {
                    assert_eq!((reaction.verify)(&self.now, self.at), vec![], "{} is not settled", reaction.name);
                }
                return;
            }
            let seen = std::mem::take(&mut unseen);
            for reaction in ROOM.reactions {
                for commit in &seen {
                    let plan = (reaction.react)(&self.now, commit, self.at);
                    unseen.extend(self.carry_out(reaction, plan));
                    let again = (reaction.react)(&self.now, commit, self.at);
                    assert_eq!(again.changes, vec![], "{} asked twice", reaction.name);
                }
            }
        }
        panic!("reactions answer each other without end");
    }

    fn carry_out(&mut self, reaction: &Reaction, plan: Plan) -> Option<Commit> {
        let applied = self.now.apply(self.usn + 1, self.at, &plan.changes, Some(reaction.name), &owned()).unwrap();
        self.effects.extend(plan.effects);
        if applied.changes.is_empty() {
            return None;
        }
        self.usn += 1;
        Some(self.commit(Actor::Reaction(reaction.name.to_owned()), applied.changes))
    }

    fn commit(&self, actor: Actor, changes: Vec<Change>) -> Commit {
        let (usn, at) = (self.usn, self.at);
        Commit { usn, at, actor, cause: None, key: 0, operation: String::new(), correlation: Id::nil(), changes }
    }

    pub(crate) fn user(&mut self, n: u128, more: Vec<(AttrId, Value)>) -> Id {
        let mut attributes = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, format!("Person {n}").into()),
            (USER_PRINCIPAL_NAME.id, format!("p{n}@xyz.example").into()),
            (MAIL_NICKNAME.id, format!("p{n}").into()),
        ];
        attributes.extend(more);
        self.create(n, &USER, attributes).unwrap()
    }

    pub(crate) fn managed(&mut self, n: u128, manager: u128) -> Id {
        let user = self.user(n, vec![]);
        self.submit(vec![Change::link(user, MANAGER, id(manager))]).unwrap();
        user
    }

    pub(crate) fn group(&mut self, n: u128, more: Vec<(AttrId, Value)>) -> Id {
        let mut attributes = vec![
            (DISPLAY_NAME.id, format!("Group {n}").into()),
            (MAIL_NICKNAME.id, format!("g{n}").into()),
            (MAIL_ENABLED.id, false.into()),
            (SECURITY_ENABLED.id, true.into()),
        ];
        attributes.extend(more);
        self.create(n, &GROUP, attributes).unwrap()
    }

    /// Why somebody is in a group: the sorts of reasons.
    pub(crate) fn reasons(&self, group: u128, member: u128) -> Vec<By> {
        let why = self.now.why(id(group), MEMBERS, id(member));
        why.map(|why| why.reasons().iter().map(|reason| reason.by).collect()).unwrap_or_default()
    }

    /// The mails since this was last asked: to whom, about what.
    pub(crate) fn mails(&mut self) -> Vec<(String, String)> {
        let text = |body: &Record, field: &str| body.text(field).unwrap_or_default().to_owned();
        self.effects.drain(..).map(|effect| (text(&effect.body, "to"), text(&effect.body, "subject"))).collect()
    }
}

/// Whether a change that we added is one that only callers with the right to it may make: a direct link, of an object that
/// was there, that callers can write.
fn is_callers(now: &Snapshot, change: &Change) -> bool {
    let (Change::Link { source, link, by: By::Direct, .. } | Change::Unlink { source, link, by: By::Direct, .. }) =
        change
    else {
        return false;
    };
    let definition = now.find(*source).and_then(|source| now.model().link(source.kind, *link));
    definition.is_some_and(|definition| definition.write == Write::Caller)
}

fn touches(kind: &'static Kind, now: &Snapshot, changes: &[Change]) -> bool {
    changes.iter().any(|change| match change {
        Change::Create { kind: created, .. } => now.model().is_a(*created, kind.id()),
        other => now.stored(other.subject()).is_some_and(|object| now.is_a(object, kind)),
    })
}

fn owned() -> Vec<(&'static str, Own)> {
    ROOM.reactions.iter().flat_map(|reaction| reaction.owns.iter().map(|own| (reaction.name, *own))).collect()
}
