//! For the tests of this room: applications and devices in a directory, changed as the engine does it.

use directory::{
    Action, Actor, AttrId, Caller, Change, Commit, Fresh, Id, Kind, Object, Own, Record, Refusal, Snapshot, TenantId,
    Time, Value,
};
use schema::linux_package_app::{
    LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION,
};
use schema::managed_device::MANAGED_DEVICE;
use schema::mobile_app::RELATIONSHIPS;
use schema::{DISPLAY_NAME, OPERATING_SYSTEM};

use crate::ROOM;

/// Rounds of reactions after which they count as restless.
const ROUNDS_MAX: usize = 10;

pub fn id(n: u128) -> Id {
    Id::from_u128(n)
}

pub fn needs(n: u128, how: &str) -> Record {
    Record::new()
        .with("@odata.type", "#microsoft.graph.mobileAppDependency")
        .with("targetId", id(n).to_string())
        .with("dependencyType", how)
}

pub fn supersedes(n: u128, how: &str) -> Record {
    Record::new()
        .with("@odata.type", "#microsoft.graph.mobileAppSupersedence")
        .with("targetId", id(n).to_string())
        .with("supersedenceType", how)
}

pub struct World {
    pub now: Snapshot,
    pub at: Time,
    fresh: u128,
}

impl World {
    /// Applications of these numbers, each with its content.
    pub fn with_apps(numbers: &[u128]) -> World {
        let mut world =
            World { now: Snapshot::empty(schema::model().into()), at: Time::from_unix(1_795_248_000), fresh: 1 };
        let apps = numbers.iter().map(|n| {
            create(
                id(*n),
                &LINUX_PACKAGE_APP,
                vec![
                    (DISPLAY_NAME.id, format!("app {n}").into()),
                    (PACKAGE_TYPE.id, "deb".into()),
                    (PACKAGE_NAME.id, format!("app-{n}").into()),
                    (PACKAGE_VERSION.id, "1".into()),
                    (PACKAGE_SHA256.id, format!("{n:064x}").into()),
                    (PACKAGE_SIZE.id, 9_i64.into()),
                ],
            )
        });
        let apps = apps.collect();
        world.submit(apps).unwrap();
        world
    }

    pub fn device(&mut self, n: u128, more: Vec<(AttrId, Value)>) -> Id {
        let mut attributes: Vec<(AttrId, Value)> = vec![(OPERATING_SYSTEM.id, "Linux".into())];
        attributes.extend(more);
        self.submit(vec![create(id(n), &MANAGED_DEVICE, attributes)]).unwrap();
        id(n)
    }

    /// Completed, applied, judged, and followed by the reactions until they are quiet.
    pub fn submit(&mut self, mut changes: Vec<Change>) -> Result<(), Refusal> {
        let caller = Caller::system(TenantId::nil());
        self.fresh += 1;
        let call = directory::Call { caller: &caller, at: self.at, fresh: Fresh::new(self.fresh) };
        for check in ROOM.checks {
            check.complete.map_or(Ok(()), |complete| complete(&self.now, &call, &mut changes))?;
        }
        let mut after = self.now.clone();
        let applied = after.apply(self.now.usn() + 1, self.at, &changes, None, &[])?;
        for check in ROOM.checks {
            check.check.map_or(Ok(()), |check| check(&self.now, &after, &call, &applied.changes))?;
        }
        self.now = after;
        self.react(applied.changes);
        Ok(())
    }

    /// Let the reactions follow until they are quiet, each asked twice, and hold them to what they make from nothing.
    fn react(&mut self, changes: Vec<Change>) {
        let mut changes = changes;
        for _ in 0..ROUNDS_MAX {
            let commit = self.commit(changes);
            let mut more = Vec::new();
            for reaction in ROOM.reactions {
                let plan = (reaction.react)(&self.now, &commit, self.at);
                more.extend(self.put(reaction.name, &plan.changes));
                assert!((reaction.react)(&self.now, &commit, self.at).is_empty(), "{} asked twice", reaction.name);
            }
            if more.is_empty() {
                for reaction in ROOM.reactions {
                    assert_eq!((reaction.verify)(&self.now, self.at), vec![], "{}", reaction.name);
                }
                return;
            }
            changes = more;
        }
        panic!("the reactions do not settle");
    }

    fn put(&mut self, reaction: &str, changes: &[Change]) -> Vec<Change> {
        let owned: Vec<(&'static str, Own)> =
            ROOM.reactions.iter().flat_map(|r| r.owns.iter().map(|own| (r.name, *own))).collect();
        let usn = self.now.usn() + 1;
        self.now.apply(usn, self.at, changes, Some(reaction), &owned).unwrap().changes
    }

    fn commit(&self, changes: Vec<Change>) -> Commit {
        Commit {
            usn: self.now.usn(),
            at: self.at,
            actor: Actor::System,
            cause: None,
            key: u128::from(self.now.usn()),
            operation: "test".into(),
            correlation: Id::nil(),
            changes,
        }
    }

    /// Time passes; deadlines come.
    pub fn tick(&mut self, at: Time) {
        let before = self.at;
        self.at = at;
        for reaction in ROOM.reactions {
            for deadline in reaction.deadlines {
                let due: Vec<Id> = self.now.crossed(deadline.id, before, at).map(|object| object.id).collect();
                for id in due {
                    let plan = (reaction.due)(&self.now, id, deadline.id, at);
                    let applied = self.put(reaction.name, &plan.changes);
                    self.react(applied);
                }
            }
        }
        self.react(vec![]);
    }

    pub fn act(&mut self, name: &str, on: Id, given: &Record) -> Result<(), Refusal> {
        let caller = Caller::system(TenantId::nil());
        self.fresh += 1;
        let call = directory::Call { caller: &caller, at: self.at, fresh: Fresh::new(self.fresh) };
        let kind = self.now.kind_of(self.now.find(on).unwrap());
        let is_it = |action: &&Action| action.name == name && kind.is_a(action.on);
        let action = ROOM.actions.iter().find(is_it).unwrap();
        let decision = (action.decide)(&self.now, &call, self.now.find(on), given)?;
        self.submit(decision.plan.changes)
    }

    pub fn relate(&mut self, app: u128, wanted: &[Record]) -> Result<(), Refusal> {
        self.act("updateRelationships", id(app), &Record::new().with("relationships", wanted.to_vec()))
    }

    pub fn app(&self, n: u128) -> &Object {
        self.now.find(id(n)).unwrap()
    }

    pub fn relationships(&self, n: u128) -> Vec<Record> {
        self.app(n).get(RELATIONSHIPS).unwrap_or_default()
    }
}

pub fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}
