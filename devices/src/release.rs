//! When a person leaves: their devices are retired or wiped.
//!
//! Whoever decides that somebody leaves (a leaver workflow, in `governance`) sets `devicesToRelease` on the person to
//! `retire` or `wipe`; rooms meet in the directory. This reaction keeps `releaseRequest` of every managed device equal to
//! what its person's mark asks: `wipe` wipes the organisation's devices, and either retires personal ones. The device is
//! told like of any other action ([`crate::actions::pending`]); taking the mark back withdraws what it has not begun.
//! The mark is never cleared here: a device that comes back for somebody who has left is released again.

use std::collections::BTreeSet;

use directory::{Change, Commit, Id, Object, Own, Plan, Reaction, Record, Snapshot, Time, id_from_text};
use schema::USER_ID;
use schema::managed_device::{MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE, RELEASE_REQUEST};
use schema::user::{DEVICES_TO_RELEASE, USER};

use crate::actions::RemoteAction;

pub(crate) const REACTION: Reaction =
    Reaction::new("device-release", &[Own::Attribute(RELEASE_REQUEST.id)], react, verify);

/// The changes that release everything a person has, as of `at`, if their mark says so; that withdraw it, if not.
#[must_use]
pub fn retire_devices_of(now: &Snapshot, user: Id, at: Time) -> Vec<Change> {
    let managed = now.by(USER_ID, user.to_string()).filter(|object| now.is_a(object, &MANAGED_DEVICE));
    managed.filter_map(|managed| settle(now, managed, at)).collect()
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut wanted: BTreeSet<Id> = BTreeSet::new();
    for change in &commit.changes {
        match change {
            Change::Set { id, attribute, .. } if *attribute == DEVICES_TO_RELEASE.id => {
                let theirs = now.by(USER_ID, id.to_string()).filter(|object| now.is_a(object, &MANAGED_DEVICE));
                wanted.extend(theirs.map(|managed| managed.id));
            }
            Change::Set { id, attribute, .. }
                if *attribute == USER_ID.id || *attribute == MANAGED_DEVICE_OWNER_TYPE.id =>
            {
                wanted.insert(*id);
            }
            Change::Create { id, kind, .. } if *kind == MANAGED_DEVICE.id() => drop(wanted.insert(*id)),
            Change::Create { .. }
            | Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => {}
        }
    }
    let managed = wanted.into_iter().filter_map(|id| now.find_a(&MANAGED_DEVICE, id));
    managed.filter_map(|managed| settle(now, managed, at)).collect::<Vec<_>>().into()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    now.all(&MANAGED_DEVICE).filter_map(|managed| settle(now, managed, at)).collect()
}

/// The change that makes a device's request what its person's mark asks.
fn settle(now: &Snapshot, managed: &Object, at: Time) -> Option<Change> {
    // Somebody who was deleted has left all the more: the mark stays on what can be restored.
    let user = managed.get(USER_ID).and_then(id_from_text);
    if user.is_some_and(|user| now.stored(user).is_none()) {
        // Nobody is left to take the mark back: what was asked of the device stands.
        return None;
    }
    let user = user.and_then(|id| now.stored(id));
    let mark = user.filter(|user| user.kind == USER.id()).and_then(|user| user.get(DEVICES_TO_RELEASE));
    let request = managed.get(RELEASE_REQUEST);
    let wanted = mark.map(|mark| action(mark, managed));
    let is_so = request.as_ref().and_then(|request| request.text("actionName")) == wanted.map(RemoteAction::name);
    if is_so {
        return None;
    }
    let Some(action) = wanted else { return Some(Change::clear(managed.id, RELEASE_REQUEST)) };
    let request = Record::new()
        .with("id", format!("release-{}-{}", managed.id, action.name()))
        .with("actionName", action.name())
        .with("actionState", "pending")
        .with("startDateTime", at)
        .with("lastUpdatedDateTime", at);
    Some(Change::set(managed.id, RELEASE_REQUEST, request))
}

fn action(mark: &str, managed: &Object) -> RemoteAction {
    let is_personal = managed.get(MANAGED_DEVICE_OWNER_TYPE) == Some("personal");
    if mark == "wipe" && !is_personal { RemoteAction::Wipe } else { RemoteAction::Retire }
}
