//! One tenant's engine: a core with a thread of its own, a clock, and callers who wait.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use directory::{Act, Action, Caller, Commit, Gate, Id, Kind, Record, Room, Snapshot, TenantId, Time, Usn};
use store::{BATCH_MAX, Fault, Head, JournalQuery, JournalRow, Store};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::core::{Core, is_denial};
use crate::house::House;
use crate::journal::{self, REFUSALS};
use crate::rehearsal::{Doorkeeper, Rehearsal};
use crate::submission::{Done, Failure, Intent, Submission};
use crate::tickets::Tickets;
use crate::view::View;
use crate::wire::{self, Body};

/// How many submissions may wait; more are told to come back.
pub const QUEUE_MAX: usize = 8_192;
/// How many bytes of a blob are read at a time, and how many such parts wait for a slow reader.
const PART_BYTES: usize = 256 * 1024;
const PARTS_MAX: usize = 2;
/// The longest the loop sleeps without looking at the clock and at other nodes.
const IDLE_MAX: Duration = Duration::from_millis(250);

/// The engine of one tenant. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    tenant: TenantId,
    house: Arc<House>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    current: RwLock<Snapshot>,
    commits: watch::Sender<Usn>,
    queue: SyncSender<Job>,
    journal: SyncSender<journal::Row>,
}

enum Job {
    Submit(Box<Submission>, oneshot::Sender<Result<Done, Failure>>),
    /// Everything before this is settled when it is answered.
    Settle(oneshot::Sender<()>),
    /// What other nodes wrote before is here when it is answered.
    Follow(oneshot::Sender<Result<(), Fault>>),
    /// Write the cursors and end.
    Stop(oneshot::Sender<()>),
}

impl Engine {
    /// Start the engine of a tenant: load it, let reactions catch up, and begin to take submissions.
    pub fn start(
        store: Arc<dyn Store>,
        tenant: TenantId,
        house: Arc<House>,
        clock: Arc<dyn Clock>,
        chance: u128,
    ) -> Result<Engine, Fault> {
        let core = Core::open(store.clone(), tenant, house.clone(), chance)?;
        Ok(Engine::run(core, store, house, clock))
    }

    /// An engine over the directory as it is now, for trying things: what is submitted to it is decided and settled as it
    /// would be here, and kept nowhere. Stop it when it has told.
    pub fn rehearse(&self, chance: u128) -> Engine {
        let shared = &self.shared;
        let snapshot = self.snapshot();
        // Whatever the hash is, the rehearsal's own chain begins with it.
        let head = Head { usn: snapshot.usn(), ..Head::default() };
        let store: Arc<dyn Store> = Arc::new(Rehearsal::over(shared.store.clone(), shared.tenant, head));
        let gate = Doorkeeper { gate: shared.house.gate.clone(), real: snapshot.clone() };
        let house = Arc::new(House::new(shared.house.model.clone(), shared.house.rooms, Arc::new(gate)));
        let core = Core::rehearsing(store.clone(), house.clone(), (snapshot, head), self.now(), chance);
        Engine::run(core, store, house, shared.clock.clone())
    }

    fn run(core: Core, store: Arc<dyn Store>, house: Arc<House>, clock: Arc<dyn Clock>) -> Engine {
        let tenant = core.tenant();
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let shared = Arc::new(Shared {
            tenant,
            house,
            clock: clock.clone(),
            current: RwLock::new(core.snapshot().clone()),
            commits: watch::Sender::new(core.snapshot().usn()),
            queue,
            journal: journal::start(store.clone(), tenant),
            store,
        });
        let weak = Arc::downgrade(&shared);
        let publish = move |snapshot: &Snapshot| {
            if let Some(shared) = weak.upgrade() {
                *shared.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = snapshot.clone();
                shared.commits.send_replace(snapshot.usn());
            }
        };
        std::thread::Builder::new()
            .name("commit".into())
            .spawn(move || run(core, clock.as_ref(), &jobs, &publish))
            .expect("the system can start a thread");
        Engine { shared }
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.shared.tenant
    }

    #[must_use]
    pub fn now(&self) -> Time {
        self.shared.clock.now()
    }

    /// The newest durable directory, not seen through the gate: for a protocol's own decisions, never to be printed.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shared.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The directory as a caller may see it.
    #[must_use]
    pub fn view(&self, caller: &Caller) -> View {
        View {
            tenant: self.tenant(),
            snapshot: self.snapshot(),
            caller: caller.clone(),
            house: self.shared.house.clone(),
            at: self.now(),
        }
    }

    /// Change the directory: decided on the newest state, durable when this answers.
    pub async fn submit(&self, submission: Submission) -> Result<Done, Failure> {
        let caller = submission.caller.clone();
        let operation = submission.operation.clone();
        let about = match &submission.intent {
            Intent::Ask { kind, target, .. } => Some((kind.name, *target)),
            Intent::Proven => None,
        };
        let (answer, waiting) = oneshot::channel();
        let queued = self.shared.queue.try_send(Job::Submit(Box::new(submission), answer));
        match queued {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(Fault::definite("queueing a commit", "too many are waiting; try again").into());
            }
            Err(TrySendError::Disconnected(_)) => return Err(stopped().into()),
        }
        let outcome = waiting.await.unwrap_or_else(|_| Err(stopped().into()));
        if let Err(failure) = &outcome
            && is_denial(failure)
        {
            self.journal_refusal(&caller, &operation, about, failure).await?;
        }
        outcome
    }

    /// Note an attempt that was denied, so that trying leaves a trace.
    pub async fn journal_denied(
        &self,
        caller: &Caller,
        operation: &str,
        refusal: directory::Refusal,
    ) -> Result<(), Fault> {
        self.journal_refusal(caller, operation, None, &Failure::Refused(refusal)).await
    }

    async fn journal_refusal(
        &self,
        caller: &Caller,
        operation: &str,
        about: Option<(&'static str, Option<Id>)>,
        failure: &Failure,
    ) -> Result<(), Fault> {
        let row = Record::new()
            .with("operation", operation)
            .with_some("actor", caller.actor.id())
            .with_some("client", caller.client)
            .with("correlationId", caller.correlation)
            .with_some("ipAddress", caller.address.map(|address| address.to_string()))
            .with_some("kind", about.map(|(kind, _)| kind))
            .with_some("target", about.and_then(|(_, target)| target))
            .with("reason", failure.to_string());
        self.journal(REFUSALS, caller.actor.id(), row).await
    }

    /// Append to a stream of the journal; durable when this answers.
    pub async fn journal(&self, stream: &'static str, subject: Option<Id>, row: Record) -> Result<(), Fault> {
        let (written, waiting) = oneshot::channel();
        let row = journal::Row { stream, at: self.now(), subject, body: directory::record_to_bytes(&row), written };
        self.shared
            .journal
            .try_send(row)
            .map_err(|_| Fault::definite("writing the journal", "too many rows are waiting"))?;
        waiting.await.unwrap_or_else(|_| Err(stopped()))
    }

    pub fn journal_read(&self, stream: &str, query: &JournalQuery) -> Result<Vec<(JournalRow, Record)>, Fault> {
        let rows = self.shared.store.journal_read(self.shared.tenant, stream, query)?;
        rows.into_iter()
            .map(|row| {
                let record = directory::record_from_bytes(&row.body)
                    .map_err(|corrupt| Fault::definite("reading the journal", format!("row {}: {corrupt}", row.seq)))?;
                Ok((row, record))
            })
            .collect()
    }

    /// Wakes on every commit.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<Usn> {
        self.shared.commits.subscribe()
    }

    /// Commits after a USN, oldest first.
    pub fn log(&self, after: Usn, limit: usize) -> Result<Vec<Commit>, Fault> {
        let rows = self.shared.store.log(self.shared.tenant, after, limit)?;
        rows.into_iter()
            .map(|row| {
                Commit::from_bytes(&row.body)
                    .map_err(|corrupt| Fault::definite("reading the log", format!("commit {}: {corrupt}", row.usn)))
            })
            .collect()
    }

    #[must_use]
    pub fn tickets(&self) -> Tickets {
        Tickets { store: self.shared.store.clone(), clock: self.shared.clock.clone(), tenant: self.shared.tenant }
    }

    #[must_use]
    pub fn rooms(&self) -> &[&'static Room] {
        self.shared.house.rooms
    }

    /// The action of a name bound to a kind.
    #[must_use]
    pub fn action(&self, kind: &'static Kind, name: &str, on_collection: bool) -> Option<&'static Action> {
        self.shared.house.action(kind, name, on_collection)
    }

    #[must_use]
    pub fn gate(&self) -> &dyn Gate {
        self.shared.house.gate.as_ref()
    }

    /// Ask the gate about something that is not a change: a function, an export.
    pub fn allow(&self, caller: &Caller, act: &Act<'_>) -> Result<(), directory::Refusal> {
        self.shared.house.gate.allow(&self.snapshot(), caller, act)
    }

    /// The store, for verification and for the outbox.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    pub async fn blob_put(&self, bytes: Vec<u8>) -> Result<String, Fault> {
        let (store, tenant, now) = (self.shared.store.clone(), self.shared.tenant, self.now());
        let put = tokio::task::spawn_blocking(move || store.blob_put(tenant, &bytes, now)).await;
        put.map_err(|lost| Fault::unknown("keeping a blob", lost))?
    }

    /// Keep what pieces make together, without holding up others; see [`Store::blob_join`].
    pub async fn blob_join(
        &self,
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, Fault> + Send + 'static,
    ) -> Result<(String, u64), Fault> {
        let (store, tenant, now) = (self.shared.store.clone(), self.shared.tenant, self.now());
        let joined = tokio::task::spawn_blocking(move || store.blob_join(tenant, &mut next, now)).await;
        joined.map_err(|lost| Fault::unknown("joining a blob", lost))?
    }

    pub fn blob_get(&self, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.shared.store.blob_get(self.shared.tenant, sha256)
    }

    /// A part of a blob, without holding up others; see [`Store::blob_part`].
    pub async fn blob_part(&self, sha256: &str, from: u64, most: usize) -> Result<Option<store::BlobPart>, Fault> {
        let (store, tenant, sha256) = (self.shared.store.clone(), self.shared.tenant, sha256.to_owned());
        let read = tokio::task::spawn_blocking(move || store.blob_part(tenant, &sha256, from, most)).await;
        read.map_err(|lost| Fault::definite("reading a part of a blob", lost))?
    }

    /// A blob from a byte on, as the body of an answer: as few of its bytes are in memory as the other side takes at a time.
    /// One that cannot be read further breaks off, short of its announced length.
    #[must_use]
    pub fn blob_body(&self, sha256: &str, from: u64) -> Body {
        let (engine, sha256) = (self.clone(), sha256.to_owned());
        let (parts, waiting) = mpsc::channel(PARTS_MAX);
        tokio::spawn(async move {
            let mut at = from;
            while let Ok(Some(part)) = engine.blob_part(&sha256, at, PART_BYTES).await {
                at = at.saturating_add(u64::try_from(part.bytes.len()).unwrap_or(u64::MAX));
                let is_last = part.bytes.is_empty() || at >= part.total;
                if parts.send(part.bytes.into()).await.is_err() || is_last {
                    break;
                }
            }
        });
        wire::streamed(waiting)
    }

    /// Wait until everything submitted before is settled: reactions have seen it and its consequences.
    pub async fn settled(&self) {
        let (done, waiting) = oneshot::channel();
        let queue = self.shared.queue.clone();
        let sent = tokio::task::spawn_blocking(move || queue.send(Job::Settle(done))).await;
        if matches!(sent, Ok(Ok(()))) {
            let _ = waiting.await;
        }
    }

    /// Take in what other nodes have written up to now, for an answer that must not be given on an older state.
    pub async fn caught_up(&self) -> Result<(), Fault> {
        let (done, waiting) = oneshot::channel();
        let queue = self.shared.queue.clone();
        let sent = tokio::task::spawn_blocking(move || queue.send(Job::Follow(done))).await;
        match sent {
            Ok(Ok(())) => waiting.await.unwrap_or_else(|_| Err(stopped())),
            Ok(Err(_)) | Err(_) => Err(stopped()),
        }
    }

    /// Finish what waits, keep the cursors and end the loop.
    pub async fn stop(&self) {
        let (done, waiting) = oneshot::channel();
        let queue = self.shared.queue.clone();
        let sent = tokio::task::spawn_blocking(move || queue.send(Job::Stop(done))).await;
        if matches!(sent, Ok(Ok(()))) {
            let _ = waiting.await;
        }
    }
}

fn stopped() -> Fault {
    Fault::unknown("waiting for a commit", "the server is stopping")
}

/// The loop: take what waits, decide and append it together, answer, let reactions follow, let time pass.
fn run(mut core: Core, clock: &dyn Clock, jobs: &Receiver<Job>, publish: &dyn Fn(&Snapshot)) {
    settle(&mut core, clock, publish);
    loop {
        let first = match jobs.recv_timeout(sleep(&core, clock)) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let (mut submissions, mut answers, mut waiting, mut stop) = (Vec::new(), Vec::new(), Vec::new(), None);
        let mut following = Vec::new();
        let more = std::iter::from_fn(|| jobs.try_recv().ok());
        for job in first.into_iter().chain(more.take(BATCH_MAX - 1)) {
            match job {
                Job::Submit(submission, answer) => {
                    submissions.push(*submission);
                    answers.push(answer);
                }
                Job::Settle(done) => waiting.push(done),
                Job::Follow(done) => following.push(done),
                Job::Stop(done) => stop = Some(done),
            }
        }
        if submissions.is_empty() {
            // Nothing to do: a good moment to see what other nodes have done.
            if let Err(fault) = core.follow() {
                tracing::warn!(%fault, "the log cannot be followed");
            }
        } else {
            let outcomes = core.submit(clock.now(), &submissions);
            publish(core.snapshot());
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A caller who went away does not undo what was decided.
                let _ = answer.send(outcome);
            }
        }
        let followed = if following.is_empty() { Ok(()) } else { core.follow().map(drop) };
        settle(&mut core, clock, publish);
        for done in following {
            let _ = done.send(followed.clone());
        }
        for done in waiting {
            let _ = done.send(());
        }
        if let Some(done) = stop {
            if let Err(fault) = core.keep_cursors() {
                tracing::warn!(%fault, "the cursors could not be kept; reactions will be asked again");
            }
            let _ = done.send(());
            break;
        }
    }
}

fn settle(core: &mut Core, clock: &dyn Clock, publish: &dyn Fn(&Snapshot)) {
    let now = clock.now();
    let outcome = core.settle(now).and_then(|made| Ok(made + core.tick(now)?));
    match outcome {
        Ok(_) => publish(core.snapshot()),
        Err(fault) => {
            // The cursors have not moved: the same work is tried again in the next round.
            publish(core.snapshot());
            tracing::error!(%fault, "what follows from a commit could not be written; it is tried again");
        }
    }
}

fn sleep(core: &Core, clock: &dyn Clock) -> Duration {
    match core.next_deadline() {
        None => IDLE_MAX,
        Some(deadline) => deadline.since(clock.now()).min(IDLE_MAX),
    }
}
