//! The end of management: a device was retired or wiped, has left by itself, or its record was deleted.

use directory::{Call, Change, Check, Object, Refusal, Snapshot};
use schema::ACCOUNT_ENABLED;
use schema::device::{IS_MANAGED, MANAGEMENT_TYPE};
use schema::managed_device::{MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE};

/// What it means that a device has taken itself out: its record goes. A personal device is forgotten altogether; the
/// organisation's own stays known to the directory, disabled, so that its past can be looked up.
#[must_use]
pub fn changes(now: &Snapshot, managed: &Object) -> Vec<Change> {
    let mut changes = vec![Change::Delete { id: managed.id }];
    if let Some(device) = crate::device_of(now, managed) {
        if managed.get(MANAGED_DEVICE_OWNER_TYPE) == Some("personal") {
            changes.push(Change::Delete { id: device.id });
        } else {
            changes.push(Change::set(device.id, ACCOUNT_ENABLED, false));
            changes.extend(unmanaged(device));
        }
    }
    changes
}

/// What it means that a device that was never managed has taken itself out.
#[must_use]
pub fn left(device: &Object) -> Vec<Change> {
    vec![Change::set(device.id, ACCOUNT_ENABLED, false)]
}

fn unmanaged(device: &Object) -> [Change; 2] {
    [Change::set(device.id, IS_MANAGED, false), Change::clear(device.id, MANAGEMENT_TYPE)]
}

/// However a managed device goes, its directory device is not managed any more.
pub(crate) const CHECK: Check = Check { kind: &MANAGED_DEVICE, complete: Some(complete), check: None };

fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let gone: Vec<&Object> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Delete { id } => now.find_a(&MANAGED_DEVICE, *id),
            Change::Create { .. }
            | Change::Set { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => None,
        })
        .collect();
    let mut more = Vec::new();
    for device in gone.into_iter().filter_map(|managed| crate::device_of(now, managed)) {
        let is_said = changes.iter().any(|change| match change {
            Change::Delete { id } => *id == device.id,
            Change::Set { id, attribute, .. } => *id == device.id && *attribute == IS_MANAGED.id,
            Change::Create { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => false,
        });
        if !is_said {
            more.extend(unmanaged(device));
        }
    }
    changes.append(&mut more);
    Ok(())
}
