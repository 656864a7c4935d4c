//! The end of management: a device was retired or wiped, has left by itself, or its record was deleted.

use directory::{Call, Change, Check, Decision, Id, Object, Refusal, Snapshot};
use schema::ACCOUNT_ENABLED;
use schema::device::{DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, IS_MANAGED, MANAGEMENT_TYPE, MDM_APP_ID};
use schema::managed_device::{AGENT_FAILURE, APP_STATE_KEYS, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE};

use crate::{actions, recovery_key};

/// What it means that a device has taken itself out: its record goes. A personal device is forgotten altogether; the
/// organisation's own stays known to the directory, disabled, so that its past can be looked up.
#[must_use]
pub fn changes(now: &Snapshot, managed: &Object) -> Vec<Change> {
    actions::closed(now, managed, &[]).chain(of_record(now, managed)).collect()
}

/// The same, without what waits for the device.
pub(crate) fn of_record(now: &Snapshot, managed: &Object) -> Vec<Change> {
    let mut changes = vec![Change::Delete { id: managed.id }];
    if let Some(device) = crate::device_of(now, managed) {
        let is_personal = managed.get(MANAGED_DEVICE_OWNER_TYPE) == Some("personal");
        changes.push(gone(device, is_personal));
        changes.extend(unmanaged(device).into_iter().filter(|_| !is_personal));
    }
    changes
}

/// What it means that a device that was never managed has taken itself out.
#[must_use]
pub fn left(device: &Object) -> Vec<Change> {
    vec![gone(device, device.get(DEVICE_OWNERSHIP) == Some("Personal"))]
}

/// Decide that a device that has proved itself leaves the organisation, managed or not. One that is gone already has left.
pub fn leave(now: &Snapshot, device: Id) -> Result<Decision, Refusal> {
    let Some(device) = now.find_a(&DEVICE, device) else { return Ok(Decision::default()) };
    Ok(Decision::change(match crate::managed_of(now, device) {
        Some(managed) => changes(now, managed),
        None if crate::hybrid::is_synced(device) => crate::hybrid::unregistered(device),
        None => left(device),
    }))
}

fn gone(device: &Object, is_personal: bool) -> Change {
    if is_personal { Change::Delete { id: device.id } } else { Change::set(device.id, ACCOUNT_ENABLED, false) }
}

fn unmanaged(device: &Object) -> [Change; 3] {
    [
        Change::set(device.id, IS_MANAGED, false),
        Change::clear(device.id, MANAGEMENT_TYPE),
        Change::clear(device.id, MDM_APP_ID),
    ]
}

/// However a managed device goes, its directory device is not managed any more, and what it counted for is taken back before: of
/// something that is gone nobody can see what it was.
pub(crate) const MANAGED: Check = Check { kind: &MANAGED_DEVICE, complete: Some(complete_managed), check: None };
/// However a directory device goes, it cannot open a session any more, so it cannot be managed either.
pub(crate) const DIRECTORY: Check = Check { kind: &DEVICE, complete: Some(complete_device), check: None };

fn complete_managed(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let gone = || deleted(changes).filter_map(|id| now.find_a(&MANAGED_DEVICE, id));
    let taken_back = gone().flat_map(|managed| {
        let counted = [AGENT_FAILURE.id, APP_STATE_KEYS.id].into_iter().filter(|attribute| managed.has(*attribute));
        counted.map(|attribute| Change::Set { id: managed.id, attribute, old: None, new: None })
    });
    let taken_back: Vec<Change> = taken_back.collect();
    let mut more = Vec::new();
    for device in gone().filter_map(|managed| crate::device_of(now, managed)) {
        let is_said = deleted(changes).any(|id| id == device.id)
            || changes.iter().any(|change| {
                matches!(change, Change::Set { id, attribute, .. } if *id == device.id && *attribute == IS_MANAGED.id)
            });
        if !is_said {
            more.extend(unmanaged(device));
        }
    }
    changes.append(&mut more);
    changes.splice(..0, taken_back);
    Ok(())
}

fn complete_device(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let managed = deleted(changes).filter_map(|id| crate::managed_of(now, now.find_a(&DEVICE, id)?));
    let unsaid = managed.map(|managed| managed.id).filter(|managed| deleted(changes).all(|id| id != *managed));
    let mut more: Vec<Change> = unsaid.map(|id| Change::Delete { id }).collect();
    // Nobody could tell any more whose disk a key opens.
    let gone = deleted(changes).filter_map(|id| now.find_a(&DEVICE, id)?.get(DEVICE_ID));
    more.extend(gone.flat_map(|id| recovery_key::of_device(now, id)).map(|key| Change::Delete { id: key.id }));
    changes.append(&mut more);
    Ok(())
}

fn deleted(changes: &[Change]) -> impl Iterator<Item = Id> {
    changes.iter().filter_map(|change| if let Change::Delete { id } = change { Some(*id) } else { None })
}
