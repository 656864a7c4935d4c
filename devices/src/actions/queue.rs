//! The queue of a device: what waits for it, what it was told, and how that ended.
//!
//! An entry is `pending` until the device has been told, `active` until it answers, then `done`, `failed` or
//! `notSupported`. What is pending can be taken back (`canceled`); what the device knows of cannot.

use directory::{Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Time, id_from_text};
use schema::managed_device::{
    ACTION_QUEUE, COMPLIANCE_REQUESTS, DEVICE_ACTION_RESULTS, MANAGEMENT_STATE, RELEASE_REQUEST,
};
use schema::remote_action_audit::{ACTION_STATE, REMOTE_ACTION_AUDIT};

use super::{Asked, RemoteAction};
use crate::{diagnostics, end};

/// How many unfinished actions a device may have.
pub const PENDING_MAX: usize = 20;
/// How many finished actions are kept on a device.
const FINISHED_MAX: usize = 20;

/// An action that waits for the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Unique for ever within the tenant.
    pub id: String,
    pub action: RemoteAction,
    /// What it needs to be told, where it needs anything.
    pub argument: Option<String>,
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

/// The changes that queue an action, and its id; `None` where it was asked for already and is not done yet: once is what
/// was meant.
pub(super) fn add(now: &Snapshot, call: &Call<'_>, managed: &Object, asked: &Asked) -> Option<(Id, Vec<Change>)> {
    let is_asked = |waiting: &Pending| waiting.action == asked.action && waiting.argument == asked.argument;
    if pending(managed).iter().any(is_asked) {
        return None;
    }
    let mut queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    // A wipe takes the place of a retire that the device has not begun, and a new name that of another.
    let replaced = if asked.action == RemoteAction::Wipe {
        Some((RemoteAction::Retire, true))
    } else {
        (asked.action == RemoteAction::SetDeviceName).then_some((RemoteAction::SetDeviceName, false))
    };
    let mut audits = Vec::new();
    if let Some((replaced, also_active)) = replaced {
        let gives_way = |record: &&mut Record| {
            record.text("actionName") == Some(replaced.name())
                && (record.text("actionState") == Some("pending") || (also_active && is_open(record)))
        };
        for record in queue.iter_mut().filter(gives_way) {
            record.set("actionState", "canceled");
            record.set("lastUpdatedDateTime", call.at);
            audits.extend(audited(now, record, "canceled"));
        }
    }
    let id = call.new_id();
    queue.push(
        Record::new()
            .with("id", id.to_string())
            .with("actionName", asked.action.name())
            .with("actionState", "pending")
            .with("startDateTime", call.at)
            .with("lastUpdatedDateTime", call.at)
            .with_some("argument", asked.argument.as_deref()),
    );
    let mut changes = keep(managed, queue);
    changes.extend(ending_state(asked.action, "Pending").map(|state| Change::set(managed.id, MANAGEMENT_STATE, state)));
    changes.append(&mut audits);
    Some((id, changes))
}

/// `cancelAction(actionName)`: take back what the device has not been told.
pub(super) fn cancel(
    now: &Snapshot,
    call: &Call<'_>,
    on: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let managed = on.ok_or_else(|| Refusal::invalid("name the device"))?;
    let name = given.text("actionName").unwrap_or_default();
    let action = RemoteAction::named(name)
        .ok_or_else(|| Refusal::invalid(format!("`{name}` is no action; name the one to cancel")).at("actionName"))?;
    let mut queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    let is_it = |record: &Record| record.text("actionName") == Some(action.name());
    let waits = |record: &Record| is_it(record) && record.text("actionState") == Some("pending");
    if !queue.iter().any(waits) {
        let text = match queue.iter().any(|record| is_it(record) && is_open(record)) {
            true => format!("the device has been told to {name}; what has begun cannot be canceled"),
            false => format!("no {name} is pending for this device"),
        };
        return Err(Refusal::state(text));
    }
    let mut audits = Vec::new();
    for record in queue.iter_mut().filter(|record| waits(record)) {
        record.set("actionState", "canceled");
        record.set("lastUpdatedDateTime", call.at);
        audits.extend(audited(now, record, "canceled"));
        audits.extend(record.text("id").and_then(|id| diagnostics::failed(now, id)));
    }
    let mut changes = keep(managed, queue);
    changes.extend(ending_state(action, "Canceled").map(|state| Change::set(managed.id, MANAGEMENT_STATE, state)));
    changes.append(&mut audits);
    Ok(Decision::change(changes))
}

/// The actions that wait for a device, oldest first.
#[must_use]
pub fn pending(managed: &Object) -> Vec<Pending> {
    let queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    let mut waiting: Vec<Pending> = queue.iter().filter(|record| is_open(record)).filter_map(read).collect();
    let asked = managed.get(COMPLIANCE_REQUESTS).unwrap_or_default();
    for request in managed.get(RELEASE_REQUEST).iter().chain(&asked).filter_map(read) {
        if !queue.iter().any(|record| record.text("id") == Some(request.id.as_str()))
            && !waiting.iter().any(|p| p.action == request.action)
        {
            waiting.push(request);
        }
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
pub fn delivered(now: &Snapshot, managed: &Object, at: Time) -> Vec<Change> {
    let had = managed.get(ACTION_QUEUE).unwrap_or_default();
    let mut queue = had.clone();
    let mut changes = Vec::new();
    for waiting in pending(managed) {
        match queue.iter_mut().find(|record| record.text("id") == Some(waiting.id.as_str())) {
            Some(record) if record.text("actionState") == Some("active") => continue,
            Some(record) => {
                record.set("actionState", "active");
                record.set("lastUpdatedDateTime", at);
                changes.extend(audited(now, record, "active"));
            }
            // What the leaving of a person asks becomes an action like others when the device hears of it.
            None => queue.push(
                Record::new()
                    .with("id", waiting.id.as_str())
                    .with("actionName", waiting.action.name())
                    .with("actionState", "active")
                    .with("startDateTime", at)
                    .with("lastUpdatedDateTime", at),
            ),
        }
        changes.extend(
            ending_state(waiting.action, "Issued").map(|state| Change::set(managed.id, MANAGEMENT_STATE, state)),
        );
    }
    if queue != had {
        changes.splice(0..0, keep(managed, queue));
    }
    changes
}

/// What the results of actions mean. Results for actions that are not waiting are ignored, but for a retire or wipe that is
/// done: its end is the end of the management, whatever took its place since the device was told.
#[must_use]
pub fn finished(now: &Snapshot, managed: &Object, at: Time, outcomes: &[Outcome]) -> Vec<Change> {
    let had = managed.get(ACTION_QUEUE).unwrap_or_default();
    let mut queue = had.clone();
    let mut changes = Vec::new();
    let is_over = |record: &&Record| {
        read(record).is_some_and(|known| {
            let is_done = |outcome: &Outcome| outcome.id == known.id && outcome.state == OutcomeState::Done;
            known.action.is_an_end() && outcomes.iter().any(is_done)
        })
    };
    if had.iter().any(|record| is_over(&record)) {
        return closed(now, managed, outcomes).chain(end::of_record(now, managed)).collect();
    }
    for waiting in pending(managed) {
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.id == waiting.id) else { continue };
        if waiting.action.is_an_end() && outcome.state == OutcomeState::Done {
            return closed(now, managed, outcomes).chain(end::of_record(now, managed)).collect();
        }
        changes.extend(audit_of(now, &waiting.id, outcome.state.name()));
        changes.extend(diagnostics::failed(now, &waiting.id));
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
    if queue != had {
        changes.splice(0..0, keep(managed, queue));
    }
    changes
}

/// What the end of management means for everything that waits: it ended so, or nobody will ever tell, and it is canceled.
pub(crate) fn closed(now: &Snapshot, managed: &Object, outcomes: &[Outcome]) -> impl Iterator<Item = Change> {
    pending(managed).into_iter().flat_map(|waiting| {
        let outcome = outcomes.iter().find(|outcome| outcome.id == waiting.id);
        let state = outcome.map_or("canceled", |outcome| outcome.state.name());
        audit_of(now, &waiting.id, state).into_iter().chain(diagnostics::failed(now, &waiting.id))
    })
}

fn is_open(record: &Record) -> bool {
    matches!(record.text("actionState"), Some("pending" | "active"))
}

fn read(record: &Record) -> Option<Pending> {
    let id = record.text("id")?.to_owned();
    let action = RemoteAction::named(record.text("actionName")?)?;
    Some(Pending { id, action, argument: record.text("argument").map(str::to_owned) })
}

/// `retirePending`, `wipeIssued`, … for actions that end management.
fn ending_state(action: RemoteAction, suffix: &str) -> Option<String> {
    action.is_an_end().then(|| format!("{}{suffix}", action.name()))
}

fn audited(now: &Snapshot, record: &Record, state: &str) -> Option<Change> {
    audit_of(now, record.text("id")?, state)
}

/// The change of the audit of this action, which is known by the action's id.
fn audit_of(now: &Snapshot, id: &str, state: &str) -> Option<Change> {
    let audit = now.find_a(&REMOTE_ACTION_AUDIT, id_from_text(id)?)?;
    (audit.get(ACTION_STATE) != Some(state)).then(|| Change::set(audit.id, ACTION_STATE, state))
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
