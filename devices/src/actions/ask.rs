//! Asking: one device, or many at once. What ends the management of devices passes the brake, and a second administrator
//! where the organisation wants one.

use std::collections::BTreeSet;

use directory::{Actor, AttrId, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Value, id_from_text};
use schema::device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE;
use schema::managed_device::{DEVICE_NAME, IMEI, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE};
use schema::remote_action_audit::{
    ACTION, ACTION_NAME, ACTION_STATE, BULK_DEVICE_ACTION_ID, DEVICE_ACTION_CATEGORY, DEVICE_DISPLAY_NAME, DEVICE_IMEI,
    DEVICE_OWNER_USER_PRINCIPAL_NAME, INITIATED_BY_USER_PRINCIPAL_NAME, MANAGED_DEVICE_ID, REMOTE_ACTION_AUDIT,
    REQUEST_DATE_TIME, USER_NAME,
};
use schema::{DISPLAY_NAME, USER_ID, USER_PRINCIPAL_NAME};

use super::queue::{self, PENDING_MAX};
use super::{Asked, RemoteAction, approval, brake};
use crate::{diagnostics, location};

/// How many devices one bulk action may name.
pub const BULK_DEVICES_MAX: usize = 100;
/// How many audits are kept; one more forgets the oldest.
const AUDITS_MAX: usize = 10_000;
/// The longest name of a device, and the longest id of a script: a label of a host name (RFC 1035 §2.3.4) and a GUID.
const NAME_BYTES_MAX: usize = 63;
const SCRIPT_ID_BYTES_MAX: usize = 36;

/// Ask one device.
pub(super) fn one(
    now: &Snapshot,
    call: &Call<'_>,
    on: Option<&Object>,
    action: RemoteAction,
    given: &Record,
) -> Result<Decision, Refusal> {
    let managed = on.ok_or_else(|| Refusal::invalid("name the device"))?;
    let asked = Asked { action, argument: argument(action, given)?, bulk: None };
    may_ask(managed, &asked)?;
    if approval::is_required(now, action) {
        let request = approval::request(now, call, &[managed.id], &asked, given)?;
        return Ok(request.0.answering(request.1));
    }
    // What people ask of their own devices is theirs to ask, and takes nothing from what administrators may.
    let is_own = managed.get(USER_ID).and_then(id_from_text).is_some_and(|user| call.caller.actor == Actor::User(user));
    let brake = if is_own { None } else { brake::count(now, call.at, action, 1)? };
    let mut changes = queued(now, call, managed, &asked);
    if !changes.is_empty() {
        changes.extend(brake);
    }
    changes.extend(forgotten(now, &changes, AUDITS_MAX));
    let mut decision = Decision::change(changes);
    if action == RemoteAction::LocateDevice && !is_own && !decision.plan.changes.is_empty() {
        decision.plan.effects.extend(location::notice(now, managed));
    }
    Ok(decision)
}

/// `createDeviceLogCollectionRequest`: the answer is what will tell when the logs have come.
pub(super) fn diagnostics(
    now: &Snapshot,
    call: &Call<'_>,
    on: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    diagnostics::check_template(given)?;
    let decision = one(now, call, on, RemoteAction::CollectDiagnostics, given)?;
    let new = decision.plan.changes.iter().find_map(|change| match change {
        Change::Create { id, kind, .. } if *kind == DEVICE_LOG_COLLECTION_RESPONSE.id() => Some(*id),
        _ => None,
    });
    let waiting = || {
        let waiting = on.map(queue::pending).unwrap_or_default();
        let waiting = waiting.iter().find(|waiting| waiting.action == RemoteAction::CollectDiagnostics);
        waiting.and_then(|waiting| Some(diagnostics::request_of(now, &waiting.id)?.id))
    };
    let id = new.or_else(waiting).ok_or_else(|| Refusal::state("the device cannot be asked for its logs now"))?;
    Ok(decision.answering(id))
}

/// `executeAction`: ask many devices at once. Its progress is that of the audits with the id that it answers.
pub(super) fn many(now: &Snapshot, call: &Call<'_>, _: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let name = given.text("actionName").unwrap_or_default();
    let action = RemoteAction::named(name).ok_or_else(|| {
        Refusal::invalid(format!("`{name}` is no action that many devices can be asked for")).at("actionName")
    })?;
    let bulk = call.new_id().to_string();
    let asked = Asked { action, argument: argument(action, given)?, bulk: Some(bulk.clone()) };
    let ids: BTreeSet<&str> = given.texts("deviceIds").collect();
    if ids.is_empty() || ids.len() > BULK_DEVICES_MAX {
        return Err(Refusal::limit(format!("name 1 to {BULK_DEVICES_MAX} devices")).at("deviceIds"));
    }
    let (mut willing, mut failed, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        match id_from_text(id).and_then(|id| now.find_a(&MANAGED_DEVICE, id)) {
            None => missing.push(id.to_owned()),
            Some(managed) if may_ask(managed, &asked).is_err() => failed.push(id.to_owned()),
            Some(managed) => willing.push(managed),
        }
    }
    let mut answer = Record::new()
        .with("@odata.type", "#microsoft.graph.bulkManagedDeviceActionResult")
        .with("bulkDeviceActionId", bulk)
        .with("failedDeviceIds", failed)
        .with("notFoundDeviceIds", missing)
        .with("notSupportedDeviceIds", Vec::<String>::new())
        .with("successfulDeviceIds", willing.iter().map(|managed| managed.id.to_string()).collect::<Vec<_>>());
    if willing.is_empty() {
        return Ok(Decision::default().answering(answer));
    }
    if approval::is_required(now, action) {
        let ids: Vec<Id> = willing.iter().map(|managed| managed.id).collect();
        let (decision, request) = approval::request(now, call, &ids, &asked, given)?;
        answer.set("operationApprovalRequestId", request.to_string());
        return Ok(decision.answering(answer));
    }
    let mut decision = Decision::change(queue_all(now, call, &willing, &asked)?);
    if action == RemoteAction::LocateDevice {
        let is_new = |managed: &&&Object| !queue::pending(managed).iter().any(|waiting| waiting.action == action);
        let told = willing.iter().filter(is_new).filter_map(|managed| location::notice(now, managed));
        decision.plan.effects.extend(told);
    }
    Ok(decision.answering(answer))
}

/// Retire every one of these devices, as a bulk action does; what may not be asked of one of them is asked of none.
pub(crate) fn retire_listed(
    now: &Snapshot,
    call: &Call<'_>,
    devices: &[&Object],
    given: &Record,
) -> Result<Decision, Refusal> {
    let bulk = call.new_id().to_string();
    let asked = Asked { action: RemoteAction::Retire, argument: None, bulk: Some(bulk) };
    devices.iter().try_for_each(|managed| may_ask(managed, &asked))?;
    if approval::is_required(now, asked.action) {
        let ids: Vec<Id> = devices.iter().map(|managed| managed.id).collect();
        return Ok(approval::request(now, call, &ids, &asked, given)?.0);
    }
    Ok(Decision::change(queue_all(now, call, devices, &asked)?))
}

/// Queue an action on every one of these devices, if the brake lets that many.
pub(super) fn queue_all(
    now: &Snapshot,
    call: &Call<'_>,
    devices: &[&Object],
    asked: &Asked,
) -> Result<Vec<Change>, Refusal> {
    let mut changes: Vec<Change> = devices.iter().flat_map(|managed| queued(now, call, managed, asked)).collect();
    let new = changes.iter().filter(|change| matches!(change, Change::Create { .. })).count();
    changes.extend(brake::count(now, call.at, asked.action, new)?);
    changes.extend(forgotten(now, &changes, AUDITS_MAX));
    Ok(changes)
}

/// Whether this can be asked of this device now.
pub(super) fn may_ask(managed: &Object, asked: &Asked) -> Result<(), Refusal> {
    let action = asked.action;
    let waiting = queue::pending(managed);
    if let Some(ending) = waiting.iter().find(|p| p.action.is_an_end()) {
        let may_follow = ending.action == RemoteAction::Retire && action == RemoteAction::Wipe;
        if !may_follow {
            let ending = ending.action.name();
            return Err(Refusal::state(format!("a {ending} is already pending for this device")));
        }
    }
    if managed.get(MANAGED_DEVICE_OWNER_TYPE) == Some("personal")
        && let Some(why) = why_not_personal(action)
    {
        return Err(Refusal::state(why));
    }
    if waiting.len() >= PENDING_MAX {
        return Err(Refusal::limit(format!("{PENDING_MAX} actions are pending for this device; wait for it")));
    }
    Ok(())
}

/// Why an action is not for a device that belongs to the person who carries it.
const fn why_not_personal(action: RemoteAction) -> Option<&'static str> {
    match action {
        RemoteAction::Wipe => Some("a personal device cannot be wiped; retire it to remove the organisation's data"),
        RemoteAction::LocateDevice => {
            Some("a personal device cannot be located: where a person is is their own affair")
        }
        RemoteAction::SetDeviceName => Some("a personal device is named by the person whose it is"),
        RemoteAction::CollectDiagnostics => Some("logs of a personal device are not collected"),
        RemoteAction::RemoteLock
        | RemoteAction::SyncDevice
        | RemoteAction::RebootNow
        | RemoteAction::ShutDown
        | RemoteAction::RotateRecoveryKey
        | RemoteAction::RunRemediation
        | RemoteAction::Retire => None,
    }
}

/// The changes that queue an action and audit that it was asked for; none where it waits already.
fn queued(now: &Snapshot, call: &Call<'_>, managed: &Object, asked: &Asked) -> Vec<Change> {
    let Some((id, mut changes)) = queue::add(now, call, managed, asked) else { return Vec::new() };
    changes.push(audit(now, call, managed, id, asked));
    if asked.action == RemoteAction::CollectDiagnostics {
        changes.extend(diagnostics::begin(now, call, managed, id));
    }
    changes
}

/// The audits that have to be forgotten for those that these changes make.
fn forgotten(now: &Snapshot, changes: &[Change], most: usize) -> Vec<Change> {
    let is_audit =
        |change: &&Change| matches!(change, Change::Create { kind, .. } if *kind == REMOTE_ACTION_AUDIT.id());
    let many = (now.count(&REMOTE_ACTION_AUDIT) + changes.iter().filter(is_audit).count()).saturating_sub(most);
    // Ids made later are greater.
    now.all(&REMOTE_ACTION_AUDIT).take(many).map(|oldest| Change::Delete { id: oldest.id }).collect()
}

fn audit(now: &Snapshot, call: &Call<'_>, managed: &Object, id: Id, asked: &Asked) -> Change {
    let initiator = call.caller.actor.id().and_then(|id| now.find(id));
    let initiator = initiator.and_then(|object| object.get(USER_PRINCIPAL_NAME).or_else(|| object.get(DISPLAY_NAME)));
    let initiator = match &call.caller.actor {
        Actor::Reaction(name) => Some(name.as_str()),
        _ => initiator,
    };
    let category = if asked.bulk.is_some() { "bulk" } else { "single" };
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (ACTION.id, asked.action.audit_name().into()),
        (ACTION_NAME.id, asked.action.name().into()),
        (ACTION_STATE.id, "pending".into()),
        (DEVICE_ACTION_CATEGORY.id, category.into()),
        (MANAGED_DEVICE_ID.id, managed.id.to_string().into()),
        (REQUEST_DATE_TIME.id, call.at.into()),
    ];
    let owner = managed.get(USER_PRINCIPAL_NAME);
    let optional = [
        (BULK_DEVICE_ACTION_ID.id, asked.bulk.as_deref()),
        (DEVICE_DISPLAY_NAME.id, managed.get(DEVICE_NAME)),
        (DEVICE_IMEI.id, managed.get(IMEI)),
        (DEVICE_OWNER_USER_PRINCIPAL_NAME.id, owner),
        (INITIATED_BY_USER_PRINCIPAL_NAME.id, initiator),
        (USER_NAME.id, managed.get(schema::managed_device::USER_DISPLAY_NAME)),
    ];
    attributes.extend(optional.into_iter().filter_map(|(attribute, text)| Some((attribute, text?.into()))));
    Change::Create { id, kind: REMOTE_ACTION_AUDIT.id(), attributes }
}

/// What the action needs to be told, checked.
fn argument(action: RemoteAction, given: &Record) -> Result<Option<String>, Refusal> {
    let Some(parameter) = action.parameter() else { return Ok(None) };
    let text = given.text(parameter).map(str::trim).unwrap_or_default();
    let (is_right, rule) = if action == RemoteAction::SetDeviceName {
        let rule = format!("1 to {NAME_BYTES_MAX} letters, digits and hyphens, with no hyphen at either end");
        (is_host_name(text), rule)
    } else {
        (text.len() <= SCRIPT_ID_BYTES_MAX && id_from_text(text).is_some(), "the id of a script".to_owned())
    };
    if is_right {
        Ok(Some(text.to_owned()))
    } else {
        Err(Refusal::invalid(format!("`{parameter}` must be {rule}")).at(parameter))
    }
}

/// RFC 1123 §2.1.
fn is_host_name(text: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{World, id};

    #[test]
    fn as_many_audits_are_forgotten_as_are_made_and_each_once() {
        let mut world = World::new();
        let audit = |n: u128| Change::Create { id: id(n), kind: REMOTE_ACTION_AUDIT.id(), attributes: Vec::new() };
        world.submit((0x500..0x503).map(audit).collect()).unwrap();
        let gone = |new: &[Change], most| -> Vec<Id> {
            forgotten(&world.now, new, most).iter().map(Change::subject).collect()
        };
        let two = [audit(0x600), audit(0x601)];
        assert!(gone(&two, 5).is_empty(), "there is room for five");
        assert_eq!(gone(&two, 4), [id(0x500)]);
        assert_eq!(gone(&two, 3), [id(0x500), id(0x501)], "the oldest, and no one twice");
        assert!(gone(&[], 3).is_empty());
    }
}
