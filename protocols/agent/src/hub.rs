//! Who is to be woken: one watcher for each tenant follows the log and nudges only the streams that a commit concerns.
//!
//! A commit that is about nothing a device should be or do costs one look at its changes, however many streams are open.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use devices::touched::{Interest, Touched, touched};
use directory::{Id, Snapshot, TenantId, Usn};
use engine::Engine;
use schema::managed_device::MANAGED_DEVICE;
use tokio::sync::watch;

/// How many commits are looked at together.
const COMMITS_MAX: usize = 500;

/// The watchers of all tenants.
#[derive(Clone, Default)]
pub(crate) struct Hubs(Arc<Mutex<HashMap<TenantId, Arc<Hub>>>>);

/// The open streams of one tenant, by directory device.
#[derive(Default)]
pub(crate) struct Hub {
    streams: Mutex<HashMap<Id, watch::Sender<Nudge>>>,
}

/// What a stream is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nudge {
    /// Something may have changed; look. The number makes one nudge differ from the last.
    Look(u64),
    /// Another stream of the same device is open now.
    Replaced,
}

impl Hubs {
    /// The hub of a tenant; its watcher starts with the first stream.
    pub(crate) fn of(&self, engine: &Engine) -> Arc<Hub> {
        let mut hubs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hub = hubs.entry(engine.tenant()).or_insert_with(|| {
            let hub = Arc::new(Hub::default());
            tokio::spawn(follow(engine.clone(), hub.clone()));
            hub
        });
        hub.clone()
    }
}

impl Hub {
    /// Open the stream of a device; an older one is replaced.
    pub(crate) fn open(&self, device: Id) -> watch::Receiver<Nudge> {
        let (nudge, nudges) = watch::channel(Nudge::Look(0));
        let former = self.streams.lock().unwrap_or_else(PoisonError::into_inner).insert(device, nudge);
        if let Some(former) = former {
            former.send_replace(Nudge::Replaced);
        }
        nudges
    }

    /// Forget streams that nobody reads any more.
    pub(crate) fn closed(&self, device: Id) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if streams.get(&device).is_some_and(watch::Sender::is_closed) {
            streams.remove(&device);
        }
    }

    /// Have the streams of these devices look.
    pub(crate) fn look(&self, devices: &[Id]) {
        let touched = Touched { devices: devices.iter().copied().collect(), ..Touched::default() };
        let nothing = Snapshot::empty(Arc::new(directory::Model::new(&[], &[])));
        self.nudge(&touched, &nothing, &nothing);
    }

    fn is_idle(&self) -> bool {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn nudge(&self, touched: &Touched, now: &Snapshot, before: &Snapshot) {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let look = |nudge: &watch::Sender<Nudge>| {
            nudge.send_modify(|last| {
                if let Nudge::Look(count) = last {
                    *count = count.wrapping_add(1);
                }
            });
        };
        if touched.everything {
            streams.values().for_each(look);
            return;
        }
        let of_managed = touched.managed.iter().filter_map(|id| {
            let (now, managed) = match now.find_a(&MANAGED_DEVICE, *id) {
                Some(managed) => (now, managed),
                None => (before, before.find_a(&MANAGED_DEVICE, *id)?),
            };
            devices::device_of(now, managed).map(|device| device.id)
        });
        let concerned: BTreeSet<Id> = touched.devices.iter().copied().chain(of_managed).collect();
        concerned.iter().filter_map(|id| streams.get(id)).for_each(look);
    }

    fn nudge_all(&self) {
        let everything = Touched { everything: true, ..Touched::default() };
        let nothing = Snapshot::empty(Arc::new(directory::Model::new(&[], &[])));
        self.nudge(&everything, &nothing, &nothing);
    }
}

/// Follow the log and nudge; ends with the engine.
async fn follow(engine: Engine, hub: Arc<Hub>) {
    let mut commits = engine.commits();
    let mut before = engine.snapshot();
    // A stream that opened before this point has looked for itself; one more look is cheap.
    hub.nudge_all();
    while commits.changed().await.is_ok() {
        loop {
            let now = engine.snapshot();
            if now.usn() <= before.usn() {
                break;
            }
            if hub.is_idle() {
                before = now;
                break;
            }
            match concerned(&engine, &now, &before) {
                Some(touched) => hub.nudge(&touched, &now, &before),
                // What cannot be read is better looked at than missed.
                None => hub.nudge_all(),
            }
            before = now;
        }
    }
}

/// What the commits between two states concern.
fn concerned(engine: &Engine, now: &Snapshot, before: &Snapshot) -> Option<Touched> {
    let mut all = Touched::default();
    let mut after: Usn = before.usn();
    while after < now.usn() && !all.everything {
        let commits = engine.log(after, COMMITS_MAX).ok()?;
        after = commits.last()?.usn;
        for commit in commits.iter().filter(|commit| commit.usn <= now.usn()) {
            let found = touched(now, Some(before), &commit.changes, Interest::Desired);
            all.everything |= found.everything;
            all.managed.extend(found.managed);
            all.devices.extend(found.devices);
        }
    }
    Some(all)
}
