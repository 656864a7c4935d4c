//! Remote actions: what an admin asks a device to do once. Each is queued on the device, delivered until its result is
//! known, and ends with it.
//!
//! Deliberately absent: how a device is told (each protocol renders [`RemoteAction`] in an exhaustive match).

use directory::{Action, Call, Change, Decision, Object, Record, Refusal, Snapshot, Time};
use schema::managed_device::{
    ACTION_QUEUE, DEVICE_ACTION_RESULTS, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE, MANAGEMENT_STATE, RELEASE_REQUEST,
};

use crate::end;

/// How many unfinished actions a device may have.
pub const PENDING_MAX: usize = 20;
/// How many finished actions are kept on a device.
const FINISHED_MAX: usize = 20;

/// What a device can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteAction {
    RemoteLock,
    SyncDevice,
    Retire,
    Wipe,
}

/// An action that waits for the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Unique for ever within the tenant.
    pub id: String,
    pub action: RemoteAction,
}

/// How an action ended on the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub id: String,
    pub state: OutcomeState,
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeState {
    Done,
    Failed,
    NotSupported,
}

impl RemoteAction {
    pub const ALL: [RemoteAction; 4] = [Self::RemoteLock, Self::SyncDevice, Self::Retire, Self::Wipe];

    /// As Graph names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RemoteLock => "remoteLock",
            Self::SyncDevice => "syncDevice",
            Self::Retire => "retire",
            Self::Wipe => "wipe",
        }
    }

    fn named(name: &str) -> Option<RemoteAction> {
        RemoteAction::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Whether the device is no longer managed when it is done.
    #[must_use]
    pub const fn is_an_end(self) -> bool {
        matches!(self, Self::Retire | Self::Wipe)
    }
}

impl OutcomeState {
    /// As Graph `actionState` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotSupported => "notSupported",
        }
    }
}

pub(crate) const ACTIONS: [Action; 4] = [
    Action::on(&MANAGED_DEVICE, "remoteLock", |_, call, on, _| ask(call, on, RemoteAction::RemoteLock)),
    Action::on(&MANAGED_DEVICE, "syncDevice", |_, call, on, _| ask(call, on, RemoteAction::SyncDevice)),
    Action::on(&MANAGED_DEVICE, "retire", |_, call, on, _| ask(call, on, RemoteAction::Retire)),
    Action::on(&MANAGED_DEVICE, "wipe", |_, call, on, _| ask(call, on, RemoteAction::Wipe)),
];

/// Queue an action.
fn ask(call: &Call<'_>, on: Option<&Object>, action: RemoteAction) -> Result<Decision, Refusal> {
    let managed = on.ok_or_else(|| Refusal::invalid("name the device"))?;
    let waiting = pending(managed);
    if let Some(ending) = waiting.iter().find(|p| p.action.is_an_end()) {
        let may_follow = ending.action == RemoteAction::Retire && action == RemoteAction::Wipe;
        if !may_follow {
            let ending = ending.action.name();
            return Err(Refusal::state(format!("a {ending} is already pending for this device")));
        }
    }
    if action == RemoteAction::Wipe && managed.get(MANAGED_DEVICE_OWNER_TYPE) == Some("personal") {
        return Err(Refusal::state("a personal device cannot be wiped; retire it to remove the organisation's data"));
    }
    if waiting.iter().any(|p| p.action == action) {
        // Asked for already, and not done yet: once is what was meant.
        return Ok(Decision::default());
    }
    if waiting.len() >= PENDING_MAX {
        return Err(Refusal::limit(format!("{PENDING_MAX} actions are pending for this device; wait for it")));
    }
    let mut queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    if action == RemoteAction::Wipe {
        // A wipe takes the place of a retire that the device has not begun.
        for record in queue.iter_mut().filter(|r| r.text("actionName") == Some("retire") && is_open(r)) {
            record.set("actionState", "canceled");
            record.set("lastUpdatedDateTime", call.at);
        }
    }
    queue.push(
        Record::new()
            .with("id", call.new_id().to_string())
            .with("actionName", action.name())
            .with("actionState", "pending")
            .with("startDateTime", call.at)
            .with("lastUpdatedDateTime", call.at),
    );
    let mut changes = keep(managed, queue);
    changes.extend(ending_state(action, "Pending").map(|state| Change::set(managed.id, MANAGEMENT_STATE, state)));
    Ok(Decision::change(changes))
}

/// The actions that wait for a device, oldest first.
#[must_use]
pub fn pending(managed: &Object) -> Vec<Pending> {
    let queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    let mut waiting: Vec<Pending> = queue.iter().filter(|record| is_open(record)).filter_map(read).collect();
    if let Some(request) = managed.get(RELEASE_REQUEST).as_ref().and_then(read)
        && !queue.iter().any(|record| record.text("id") == Some(request.id.as_str()))
        && !waiting.iter().any(|p| p.action == request.action)
    {
        waiting.push(request);
    }
    waiting
}

/// Whether a retire or a wipe waits for the device: until it is done there is nothing else that it should be.
#[must_use]
pub fn is_leaving(managed: &Object) -> bool {
    pending(managed).iter().any(|waiting| waiting.action.is_an_end())
}

/// What it means that the pending actions were handed to the device: they are active.
#[must_use]
pub fn delivered(managed: &Object, at: Time) -> Vec<Change> {
    let mut queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    let mut changes = Vec::new();
    for waiting in pending(managed) {
        let name = waiting.action.name();
        match queue.iter_mut().find(|record| record.text("id") == Some(waiting.id.as_str())) {
            Some(record) if record.text("actionState") == Some("active") => continue,
            Some(record) => {
                record.set("actionState", "active");
                record.set("lastUpdatedDateTime", at);
            }
            // What the leaving of a person asks becomes an action like others when the device hears of it.
            None => queue.push(
                Record::new()
                    .with("id", waiting.id.as_str())
                    .with("actionName", name)
                    .with("actionState", "active")
                    .with("startDateTime", at)
                    .with("lastUpdatedDateTime", at),
            ),
        }
        changes.extend(
            ending_state(waiting.action, "Issued").map(|state| Change::set(managed.id, MANAGEMENT_STATE, state)),
        );
    }
    let had = managed.get(ACTION_QUEUE).unwrap_or_default();
    if queue != had {
        changes.splice(0..0, keep(managed, queue));
    }
    changes
}

/// What the results of actions mean. Results for actions that are not waiting are ignored. The end of a retire or wipe ends
/// the management of the device.
#[must_use]
pub fn finished(now: &Snapshot, managed: &Object, at: Time, outcomes: &[Outcome]) -> Vec<Change> {
    let mut queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    let mut changes = Vec::new();
    for waiting in pending(managed) {
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.id == waiting.id) else { continue };
        if waiting.action.is_an_end() && outcome.state == OutcomeState::Done {
            return end::changes(now, managed);
        }
        let known = queue.iter_mut().find(|record| record.text("id") == Some(waiting.id.as_str()));
        let fields = |record: &mut Record| {
            record.set("actionState", outcome.state.name());
            record.set("lastUpdatedDateTime", at);
            if let Some(detail) = &outcome.detail {
                record.set("detail", detail.as_str());
            }
        };
        match known {
            Some(record) => fields(record),
            None => {
                let mut record = Record::new()
                    .with("id", waiting.id.as_str())
                    .with("actionName", waiting.action.name())
                    .with("startDateTime", at);
                fields(&mut record);
                queue.push(record);
            }
        }
        changes.extend(
            ending_state(waiting.action, "Failed").map(|state| Change::set(managed.id, MANAGEMENT_STATE, state)),
        );
    }
    if queue != managed.get(ACTION_QUEUE).unwrap_or_default() {
        changes.splice(0..0, keep(managed, queue));
    }
    changes
}

fn is_open(record: &Record) -> bool {
    matches!(record.text("actionState"), Some("pending" | "active"))
}

fn read(record: &Record) -> Option<Pending> {
    Some(Pending { id: record.text("id")?.to_owned(), action: RemoteAction::named(record.text("actionName")?)? })
}

/// `retirePending`, `wipeIssued`, … for actions that end management.
fn ending_state(action: RemoteAction, suffix: &str) -> Option<String> {
    action.is_an_end().then(|| format!("{}{suffix}", action.name()))
}

/// Keep the queue, without the oldest finished ones, and what Graph shows of it: the last of each action.
fn keep(managed: &Object, mut queue: Vec<Record>) -> Vec<Change> {
    let finished = queue.iter().filter(|record| !is_open(record)).count();
    let mut to_forget = finished.saturating_sub(FINISHED_MAX);
    queue.retain(|record| {
        let forget = to_forget > 0 && !is_open(record);
        to_forget -= usize::from(forget);
        !forget
    });
    let mut shown: Vec<Record> = Vec::new();
    for record in &queue {
        let name = record.text("actionName").unwrap_or_default();
        shown.retain(|older| older.text("actionName") != Some(name));
        let fields = ["actionName", "actionState", "lastUpdatedDateTime", "startDateTime"];
        shown.push(fields.iter().filter_map(|f| Some(((*f).to_owned(), record.get(f)?.clone()))).collect());
    }
    vec![Change::set(managed.id, ACTION_QUEUE, queue), Change::set(managed.id, DEVICE_ACTION_RESULTS, shown)]
}
