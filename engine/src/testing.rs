//! For tests of protocols and rooms: an engine over memory, with a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use directory::{Act, Caller, Gate, Model, Object, Refusal, Room, Snapshot, TenantId, Time};

use crate::clock::Clock;
use crate::engine::Engine;
use crate::house::House;

/// A clock that moves only when told to.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    #[must_use]
    pub fn at(time: Time) -> TestClock {
        TestClock(Arc::new(AtomicI64::new(time.0)))
    }

    pub fn set(&self, time: Time) {
        self.0.store(time.0, Ordering::SeqCst);
    }

    pub fn advance(&self, by: std::time::Duration) {
        self.set(self.now() + by);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// A gate that lets everybody do everything. For tests of what lies behind the gate.
pub struct OpenGate;

impl Gate for OpenGate {
    fn allow(&self, _: &Snapshot, _: &Caller, _: &Act<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn sees(&self, _: &Snapshot, _: &Caller, _: &Object) -> bool {
        true
    }
}

/// The tenant of tests.
pub const TENANT: TenantId = TenantId::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);

/// An engine over memory for the tenant [`TENANT`], starting at 2026-11-21T08:00:00Z.
#[must_use]
pub fn engine(model: Model, rooms: &'static [&'static Room], gate: Arc<dyn Gate>) -> (Engine, TestClock) {
    engine_of(TENANT, model, rooms, gate)
}

/// As [`engine`], for another tenant.
#[must_use]
pub fn engine_of(
    tenant: TenantId,
    model: Model,
    rooms: &'static [&'static Room],
    gate: Arc<dyn Gate>,
) -> (Engine, TestClock) {
    let clock = TestClock::at(Time::from_unix(1_795_248_000));
    let house = Arc::new(House::new(Arc::new(model), rooms, gate));
    let engine = Engine::start(Arc::new(store::Memory::new()), tenant, house, Arc::new(clock.clone()), 7)
        .expect("memory does not fail");
    (engine, clock)
}

/// The longest that a test waits for something that must come: only one that fails waits so long.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The longest that a whole test may take.
const STORY_MAX: Duration = Duration::from_secs(240);

/// A test that waits for ever fails instead.
pub async fn in_time<T>(story: impl Future<Output = T>) -> T {
    tokio::time::timeout(STORY_MAX, story).await.expect("the test comes to its end")
}

/// Wait until all that has happened is settled and nothing of these topics is in the outbox: it was delivered, and does not wait
/// to be tried again. Something has to pump it meanwhile.
pub async fn delivered(engine: &Engine, topics: &[&str]) {
    engine.settled().await;
    let begun = Instant::now();
    let waiting =
        || engine.store().outbox_due(engine.tenant(), Time(i64::MAX), usize::MAX).expect("memory does not fail");
    while waiting().iter().any(|row| topics.contains(&row.topic.as_str())) {
        assert!(begun.elapsed() < PATIENCE, "something is not delivered");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Attr, Change, Commit, Decision, Id, Kind, KindId, LinkDef, LinkId, Own, Plan, Reaction};

    use super::*;
    use crate::{Failure, OwnedVerb, Submission};

    const NAME: Attr<str> = Attr::new("displayName");
    const LOUD: Attr<str> = Attr::new("loudName");
    const ENDS: Attr<Time> = Attr::new("endDateTime");
    const OVER: Attr<bool> = Attr::new("isOver");

    static THING: Kind = Kind::new(
        "thing",
        &[
            NAME.def().required().unique(),
            LOUD.def().owned_by("shout"),
            ENDS.def().ordered(),
            OVER.def().owned_by("end"),
        ],
        &[LinkDef::many("members", &THING)],
    );

    /// Keeps `loudName` equal to `displayName` in capitals.
    static SHOUT: Reaction = Reaction::new(
        "shout",
        &[Own::Attribute(LOUD.id)],
        |now, commit, _| {
            let ids: std::collections::BTreeSet<Id> = commit.changes.iter().map(Change::subject).collect();
            ids.into_iter().filter_map(|id| loud(now, id)).collect::<Vec<_>>().into()
        },
        |now, _| now.all(&THING).filter_map(|thing| loud(now, thing.id)).collect(),
    );

    /// Sets `isOver` when `endDateTime` has passed.
    static END: Reaction = Reaction::new(
        "end",
        &[Own::Attribute(OVER.id)],
        |now, commit, at| {
            let past = commit.changes.iter().filter_map(|change| now.find(change.subject()));
            past.filter(|thing| thing.get(ENDS).is_some_and(|ends| ends <= at))
                .map(|thing| Change::set(thing.id, OVER, true))
                .collect::<Vec<_>>()
                .into()
        },
        |now, at| now.due(ENDS.id, at).filter(|t| !t.is(OVER)).map(|t| Change::set(t.id, OVER, true)).collect(),
    )
    .at_deadlines(&[ENDS], |_, id, _, _| Plan::from(vec![Change::set(id, OVER, true)]));

    static ROOM: Room = Room { name: "things", kinds: &[&THING], actions: &[], checks: &[], reactions: &[SHOUT, END] };
    static ROOMS: &[&Room] = &[&ROOM];

    fn loud(now: &Snapshot, id: Id) -> Option<Change> {
        let name = now.find(id)?.get(NAME)?;
        Some(Change::set(id, LOUD, name.to_uppercase()))
    }

    fn start() -> (Engine, TestClock) {
        engine(Model::new(&[&THING], &[]), ROOMS, Arc::new(OpenGate))
    }

    fn create(id: u128, name: &'static str) -> Submission {
        Submission::proven(&Caller::system(TENANT), "Add thing", move |_, _| {
            let attributes = vec![(NAME.id, name.into())];
            Ok(Decision::change(vec![Change::Create { id: Id::from_u128(id), kind: THING.id(), attributes }]))
        })
    }

    fn set(id: u128, change: impl Fn(Id) -> Change + Send + 'static) -> Submission {
        Submission::proven(&Caller::system(TENANT), "Update thing", move |_, _| {
            Ok(Decision::change(vec![change(Id::from_u128(id))]))
        })
    }

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn a_commit_leads_to_its_reactions_and_names_itself_as_their_cause() {
        wait(async {
            let (engine, _) = start();
            let done = engine.submit(create(1, "quiet")).await.unwrap();
            engine.settled().await;
            let now = engine.snapshot();
            assert_eq!(now.find(Id::from_u128(1)).unwrap().get(LOUD), Some("QUIET"));
            let log = engine.log(0, 10).unwrap();
            let causes: Vec<_> = log.iter().map(|c: &Commit| (c.usn, c.cause, c.operation.as_str())).collect();
            assert_eq!(causes, [(done.usn, None, "Add thing"), (done.usn + 1, Some(done.usn), "shout")]);
            assert_eq!(crate::verify_chain(engine.store().as_ref(), TENANT).unwrap(), (2, vec![]));
        });
    }

    #[test]
    fn unique_required_and_owned_attributes_are_held_whoever_writes() {
        wait(async {
            let (engine, _) = start();
            engine.submit(create(1, "one")).await.unwrap();
            let refused = |failure: Failure| match failure {
                Failure::Refused(refusal) => refusal.target.unwrap_or_default(),
                Failure::Fault(fault) => fault.to_string(),
            };
            assert_eq!(refused(engine.submit(create(2, "ONE")).await.unwrap_err()), "displayName");
            assert_eq!(refused(engine.submit(set(1, |id| Change::clear(id, NAME))).await.unwrap_err()), "displayName");
            assert_eq!(refused(engine.submit(set(1, |id| Change::set(id, LOUD, "x"))).await.unwrap_err()), "loudName");
            let member = LinkId::of("members");
            let nobody = engine.submit(set(1, move |id| Change::link(id, member, Id::from_u128(9)))).await;
            assert!(nobody.is_err());
            assert_eq!(engine.snapshot().all(&THING).count(), 1);
        });
    }

    #[test]
    fn a_deadline_is_noticed_when_it_passes_and_when_it_is_set_late() {
        wait(async {
            let (engine, clock) = start();
            let later = clock.now().plus_days(1);
            engine.submit(create(1, "one")).await.unwrap();
            engine.submit(set(1, move |id| Change::set(id, ENDS, later))).await.unwrap();
            engine.settled().await;
            assert!(!engine.snapshot().find(Id::from_u128(1)).unwrap().is(OVER));
            clock.set(later);
            engine.settled().await;
            assert!(engine.snapshot().find(Id::from_u128(1)).unwrap().is(OVER));
            engine.submit(create(2, "two")).await.unwrap();
            engine.submit(set(2, move |id| Change::set(id, ENDS, later))).await.unwrap();
            engine.settled().await;
            assert!(engine.snapshot().find(Id::from_u128(2)).unwrap().is(OVER));
        });
    }

    struct ShutGate;
    impl Gate for ShutGate {
        fn allow(&self, _: &Snapshot, _: &Caller, _: &Act<'_>) -> Result<(), Refusal> {
            Err(Refusal::denied("Insufficient privileges to complete the operation."))
        }
        fn sees(&self, _: &Snapshot, _: &Caller, _: &Object) -> bool {
            false
        }
    }

    #[test]
    fn what_the_gate_denies_leaves_only_a_trace_in_the_journal() {
        wait(async {
            let (engine, _) = engine(Model::new(&[&THING], &[]), ROOMS, Arc::new(ShutGate));
            let mut attempt = create(1, "one");
            attempt.intent = crate::Intent::Ask { verb: OwnedVerb::Create, kind: &THING, target: None };
            assert!(engine.submit(attempt).await.is_err());
            assert!(engine.log(0, 10).unwrap().is_empty());
            let query = crate::JournalQuery { limit: 10, ..crate::JournalQuery::default() };
            let rows = engine.journal_read(crate::REFUSALS, &query).unwrap();
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0].1.text("operation"), Some("Add thing"));
            assert_eq!(rows[0].1.text("kind"), Some("thing"));
        });
    }

    #[test]
    fn a_caller_of_another_tenant_changes_nothing_and_sees_nothing() {
        wait(async {
            let (engine, _) = start();
            engine.submit(create(1, "one")).await.unwrap();
            let mut attempt = create(2, "two");
            attempt.caller.tenant = TenantId::from_u128(0xbad);
            let stranger = attempt.caller.clone();
            let Err(Failure::Refused(refusal)) = engine.submit(attempt).await else { panic!("it was let in") };
            assert_eq!(refusal.kind, directory::RefusalKind::Denied);
            assert_eq!(engine.snapshot().count(&THING), 1);
            let view = engine.view(&stranger);
            assert!(view.may_read(&THING).is_err() && view.find(Id::from_u128(1)).is_none());
            assert!(engine.view(&Caller::system(TENANT)).find(Id::from_u128(1)).is_some());
        });
    }

    #[test]
    fn many_writers_get_one_commit_each_without_gaps() {
        wait(async {
            let (engine, _) = start();
            let names: Vec<&'static str> =
                (0..300).map(|n| &*Box::leak(format!("thing {n}").into_boxed_str())).collect();
            let waiting: Vec<_> =
                names.iter().enumerate().map(|(n, name)| engine.submit(create(n as u128 + 1, name))).collect();
            for done in waiting {
                done.await.unwrap();
            }
            engine.settled().await;
            let usns: Vec<u64> = engine.log(0, 10_000).unwrap().iter().map(|commit| commit.usn).collect();
            assert_eq!(usns, (1..=usns.len() as u64).collect::<Vec<_>>());
            assert_eq!(engine.snapshot().count(&THING), 300);
            assert_eq!(engine.snapshot().all_after(KindId::of("thing"), Some(Id::from_u128(299))).count(), 1);
        });
    }
}
