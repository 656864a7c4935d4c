//! A directory for tests: every write passes the room's checks and is followed by its reactions, as the engine does it, and
//! after each one everything that follows must be as if worked out from nothing.

use std::sync::{Arc, OnceLock};

use directory::{
    Actor, AttrId, Call, Caller, Change, Commit, Decision, Fresh, Id, Object, Own, Record, Refusal, Snapshot, TenantId,
    Time, Value,
};
use schema::group::{GROUP, MAIL_ENABLED, MEMBERS, SECURITY_ENABLED};
use schema::user::USER;
use schema::{
    ACCOUNT_ENABLED, ASSIGNED_PLANS, ASSIGNMENTS, DISPLAY_NAME, MAIL_NICKNAME, NAME, PLATFORMS, SETTINGS,
    USER_PRINCIPAL_NAME,
};

use crate::ROOM;
use crate::facts::Facts;
use crate::join::{About, Join, Ownership};
use crate::report::Report;

/// How many rounds reactions may answer each other.
const ROUNDS_MAX: usize = 20;

pub(crate) struct World {
    pub(crate) now: Snapshot,
    pub(crate) at: Time,
    /// What reactions have asked to be sent.
    pub(crate) effects: Vec<directory::Effect>,
}

pub(crate) fn id(n: u128) -> Id {
    Id::from_u128(n)
}

impl World {
    pub(crate) fn new() -> World {
        static MODEL: OnceLock<Arc<directory::Model>> = OnceLock::new();
        let model = MODEL.get_or_init(|| schema::model().into()).clone();
        World { now: Snapshot::empty(model), at: Time::parse("2026-11-21T08:00:00Z").unwrap(), effects: Vec::new() }
    }

    /// Commit changes as a caller would; then let the reactions settle and hold them to their word.
    pub(crate) fn submit(&mut self, mut changes: Vec<Change>) -> Result<Vec<Change>, Refusal> {
        let caller = Caller::system(TenantId::nil());
        let call = self.call(&caller);
        for complete in ROOM.checks.iter().filter_map(|check| check.complete) {
            complete(&self.now, &call, &mut changes)?;
        }
        let mut after = self.now.clone();
        let applied = after.apply(self.now.usn() + 1, self.at, &changes, None, &owned())?.changes;
        for judge in ROOM.checks.iter().filter_map(|check| check.check) {
            judge(&self.now, &after, &call, &applied)?;
        }
        self.now = after;
        self.settle(vec![self.commit(applied.clone())]);
        Ok(applied)
    }

    pub(crate) fn done(&mut self, changes: Vec<Change>) {
        self.submit(changes).unwrap();
    }

    /// Let time pass, asking the reactions at their deadlines.
    pub(crate) fn tick(&mut self, until: Time) {
        let mut unseen = Vec::new();
        for reaction in ROOM.reactions {
            for deadline in reaction.deadlines {
                let crossed: Vec<Id> = self.now.crossed(deadline.id, self.at, until).map(|object| object.id).collect();
                for object in crossed {
                    let plan = (reaction.due)(&self.now, object, deadline.id, until);
                    self.effects.extend(plan.effects);
                    let applied = self.apply(reaction.name, &plan.changes, until);
                    if !applied.is_empty() {
                        unseen.push(Commit { at: until, ..self.commit(applied) });
                    }
                }
            }
        }
        self.at = until;
        self.settle(unseen);
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
                    self.effects.extend(plan.effects);
                    let applied = self.apply(reaction.name, &plan.changes, self.at);
                    if !applied.is_empty() {
                        unseen.push(self.commit(applied));
                    }
                    let again = (reaction.react)(&self.now, commit, self.at);
                    assert_eq!((again.changes, again.effects), (vec![], vec![]), "{} asked twice", reaction.name);
                }
            }
        }
        panic!("the reactions do not settle");
    }

    fn apply(&mut self, reaction: &str, changes: &[Change], at: Time) -> Vec<Change> {
        let usn = self.now.usn() + 1;
        let applied = self.now.apply(usn, at, changes, Some(reaction), &owned()).unwrap();
        applied.changes
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

    fn call<'a>(&self, caller: &'a Caller) -> Call<'a> {
        Call { caller, at: self.at, fresh: Fresh::new(u128::from(self.now.usn())) }
    }

    /// What is decided now, on behalf of the server.
    pub(crate) fn decided<T>(&self, decide: impl FnOnce(&Snapshot, &Call<'_>) -> T) -> T {
        let caller = Caller::system(TenantId::nil());
        decide(&self.now, &self.call(&caller))
    }

    pub(crate) fn user(&mut self, n: u128) -> Id {
        let attributes = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, Value::from(format!("user {n}"))),
            (MAIL_NICKNAME.id, format!("u{n}").into()),
            (USER_PRINCIPAL_NAME.id, format!("u{n}@xyz.example").into()),
        ];
        self.done(vec![Change::Create { id: id(n), kind: USER.id(), attributes }]);
        // As the reaction of another room would write it.
        let plan = Record::new().with("capabilityStatus", "Enabled").with("service", "INTUNE_A");
        self.apply("licences", &[Change::set(id(n), ASSIGNED_PLANS, vec![plan])], self.at);
        id(n)
    }

    pub(crate) fn group(&mut self, n: u128, members: &[Id]) -> Id {
        let attributes = vec![
            (DISPLAY_NAME.id, Value::from(format!("group {n}"))),
            (MAIL_ENABLED.id, false.into()),
            (MAIL_NICKNAME.id, format!("g{n}").into()),
            (SECURITY_ENABLED.id, true.into()),
        ];
        let mut changes = vec![Change::Create { id: id(n), kind: GROUP.id(), attributes }];
        changes.extend(members.iter().map(|member| Change::link(id(n), MEMBERS, *member)));
        self.done(changes);
        id(n)
    }

    /// A device of a person, joined and enrolled: the directory device and the managed one.
    pub(crate) fn device(&mut self, user: Id, ownership: Ownership) -> (Id, Id) {
        self.joined(user, ownership, "Linux", "24.04")
    }

    pub(crate) fn joined(&mut self, user: Id, ownership: Ownership, os: &str, version: &str) -> (Id, Id) {
        let join = Join {
            user,
            key_thumbprint: format!("key {}", self.now.usn()),
            transport_key: None,
            ownership,
            about: About {
                name: format!("lt-{}", self.now.usn()),
                operating_system: os.into(),
                operating_system_version: version.into(),
                ..About::default()
            },
        };
        let caller = Caller::system(TenantId::nil());
        let Decision { plan, answer } = crate::join::join(&self.now, &self.call(&caller), &join).unwrap();
        self.done(plan.changes);
        let answer = answer.unwrap();
        let answer = answer.as_record().unwrap();
        (answer.guid("device").unwrap(), answer.guid("managedDevice").unwrap())
    }

    pub(crate) fn laptop(&mut self, user: Id) -> Id {
        self.device(user, Ownership::Company).1
    }

    /// A device reports.
    pub(crate) fn report(&mut self, managed: Id, report: &Report) -> Vec<Change> {
        let object = self.now.get(managed).unwrap();
        let desired = crate::desired::desired(&self.now, object, self.at);
        let changes = crate::report::changes(&self.now, object, &desired, self.at, report);
        self.submit(changes).unwrap()
    }

    pub(crate) fn facts(&mut self, managed: Id, facts: Facts) {
        self.report(managed, &Report { facts: Some(facts), ..Report::default() });
    }

    pub(crate) fn get(&self, id: Id) -> &Object {
        self.now.get(id).unwrap()
    }
}

/// Who owns what, with the licences of another room.
fn owned() -> Vec<(&'static str, Own)> {
    let ours = ROOM.reactions.iter().flat_map(|reaction| reaction.owns.iter().map(|own| (reaction.name, *own)));
    ours.chain([("licences", Own::Attribute(ASSIGNED_PLANS.id))]).collect()
}

pub(crate) fn to(kind: &str, group: Option<Id>) -> Record {
    let target = Record::new()
        .with("@odata.type", format!("#microsoft.graph.{kind}AssignmentTarget"))
        .with_some("groupId", group.map(|group| group.to_string()));
    Record::new().with("target", target)
}

pub(crate) fn filtered(assignment: Record, filter: Id, mode: &str) -> Record {
    let mut target = assignment.record("target").unwrap().clone();
    target.set("deviceAndAppManagementAssignmentFilterId", filter.to_string());
    target.set("deviceAndAppManagementAssignmentFilterType", mode);
    assignment.with("target", target)
}

pub(crate) fn choice(setting: &str, option: &str) -> Record {
    let value = Record::new().with("value", format!("{setting}_{option}"));
    let instance = Record::new().with("settingDefinitionId", setting).with("choiceSettingValue", value);
    Record::new().with("settingInstance", instance)
}

pub(crate) fn policy(
    n: u128,
    kind: &'static directory::Kind,
    settings: Vec<Record>,
    assignments: Vec<Record>,
    more: Vec<(AttrId, Value)>,
) -> Change {
    let mut attributes = vec![
        (NAME.id, Value::from(format!("policy {n}"))),
        (PLATFORMS.id, "linux".into()),
        (SETTINGS.id, settings.into()),
        (ASSIGNMENTS.id, assignments.into()),
    ];
    attributes.extend(more);
    Change::Create { id: id(n), kind: kind.id(), attributes }
}
