//! Logs that an administrator asks a device for: asked for as a remote action, received, kept for a while.
//!
//! Deliberately absent: the logs. The protocol keeps them sealed, on a shelf that forgets.

use std::time::Duration;

use directory::{AttrId, Call, Change, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::USER_PRINCIPAL_NAME;
use schema::device_log_collection_response::{
    DEVICE_LOG_COLLECTION_RESPONSE, ENROLLED_BY_USER, EXPIRATION_DATE_TIME_UTC, INITIATED_BY_USER_PRINCIPAL_NAME,
    LAST_READ_DATE_TIME, LOG_ACTION_ID, LOG_MANAGED_DEVICE_ID, LOG_STATUS, READ_COUNT, RECEIVED_DATE_TIME_UTC,
    REQUESTED_DATE_TIME_UTC, SIZE, SIZE_IN_KB,
};
use schema::managed_device::LOG_COLLECTION_REQUESTS;

use crate::actions::{self, RemoteAction};

/// The shelf of tickets on which the sealed logs are kept, by the id of their request.
pub const SHELF: &str = "deviceLogs";
/// How long logs are kept.
pub const KEPT_FOR: Duration = Duration::from_secs(28 * 86_400);
/// How many requests are kept of a device.
const REQUESTS_MAX: usize = 10;

/// What logs are sealed for.
#[must_use]
pub fn purpose(request: Id) -> String {
    format!("device logs {request}")
}

/// The changes that note a request, for the action that asks the device; the oldest give way.
pub(crate) fn begin(now: &Snapshot, call: &Call<'_>, managed: &Object, action: Id) -> Vec<Change> {
    let id = call.new_id();
    let mut kept: Vec<&Object> =
        now.links(managed.id, LOG_COLLECTION_REQUESTS).filter_map(|link| now.find(link.object.id)).collect();
    kept.sort_by_key(|request| request.get(REQUESTED_DATE_TIME_UTC));
    let too_many = (kept.len() + 1).saturating_sub(REQUESTS_MAX);
    let mut changes: Vec<Change> = kept.iter().take(too_many).map(|old| Change::Delete { id: old.id }).collect();
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (LOG_MANAGED_DEVICE_ID.id, managed.id.into()),
        (REQUESTED_DATE_TIME_UTC.id, call.at.into()),
        (EXPIRATION_DATE_TIME_UTC.id, (call.at + KEPT_FOR).into()),
        (LOG_STATUS.id, "pending".into()),
        (LOG_ACTION_ID.id, action.to_string().into()),
    ];
    let initiator = call.caller.actor.id().and_then(|id| now.find(id)?.get(USER_PRINCIPAL_NAME));
    let optional =
        [(ENROLLED_BY_USER.id, managed.get(USER_PRINCIPAL_NAME)), (INITIATED_BY_USER_PRINCIPAL_NAME.id, initiator)];
    attributes.extend(optional.into_iter().filter_map(|(attribute, text)| Some((attribute, text?.into()))));
    changes.push(Change::Create { id, kind: DEVICE_LOG_COLLECTION_RESPONSE.id(), attributes });
    changes.push(Change::link(managed.id, LOG_COLLECTION_REQUESTS, id));
    changes
}

/// The request that a device answers: one that waits for it.
pub fn awaited(now: &Snapshot, managed: &Object, action: &str) -> Result<Id, Refusal> {
    let waits = actions::pending(managed)
        .iter()
        .any(|waiting| waiting.id == action && waiting.action == RemoteAction::CollectDiagnostics);
    let request = request_of(now, action).filter(|_| waits);
    request.map(|request| request.id).ok_or_else(|| Refusal::state("nobody waits for these logs"))
}

/// The request that an action was asked for.
pub(crate) fn request_of<'a>(now: &'a Snapshot, action: &str) -> Option<&'a Object> {
    now.by(LOG_ACTION_ID, action).find(|object| now.is_a(object, &DEVICE_LOG_COLLECTION_RESPONSE))
}

/// What it means that logs have come.
#[must_use]
pub fn received(now: &Snapshot, request: Id, at: Time, bytes: usize) -> Vec<Change> {
    let Some(request) = now.find_a(&DEVICE_LOG_COLLECTION_RESPONSE, request) else { return Vec::new() };
    let kilobytes = bytes as f64 / 1024.0;
    vec![
        Change::set(request.id, LOG_STATUS, "completed"),
        Change::set(request.id, RECEIVED_DATE_TIME_UTC, at),
        Change::set(request.id, EXPIRATION_DATE_TIME_UTC, at + KEPT_FOR),
        Change::set(request.id, SIZE_IN_KB, kilobytes),
        Change::set(request.id, SIZE, kilobytes),
    ]
}

/// Write down that logs are read now.
#[must_use]
pub fn read(now: &Snapshot, request: Id, at: Time) -> Vec<Change> {
    let Some(request) = now.find_a(&DEVICE_LOG_COLLECTION_RESPONSE, request) else { return Vec::new() };
    let count = request.get(READ_COUNT).unwrap_or_default() + 1;
    vec![Change::set(request.id, LAST_READ_DATE_TIME, at), Change::set(request.id, READ_COUNT, count)]
}

/// What it means that a device could not give its logs, or that nobody wants them any more.
pub(crate) fn failed(now: &Snapshot, action: &str) -> Option<Change> {
    let request = request_of(now, action)?;
    (request.get(LOG_STATUS) == Some("pending")).then(|| Change::set(request.id, LOG_STATUS, "failed"))
}

/// `createDeviceLogCollectionRequest(templateType)`: only the predefined collection is known.
pub(crate) fn check_template(given: &Record) -> Result<(), Refusal> {
    let template = given.record("templateType").and_then(|template| template.text("templateType"));
    match template.or_else(|| given.text("templateType")) {
        None | Some("predefined") => Ok(()),
        Some(other) => Err(Refusal::invalid(format!("`{other}` is no template; use `predefined`")).at("templateType")),
    }
}
