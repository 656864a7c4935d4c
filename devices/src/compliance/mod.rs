//! Compliance: whether a device is as its policies demand. Judged here, on the server, from what the device says.
//!
//! A reaction: it looks again at the devices that a commit concerns, and at those whose grace or silence runs out, and
//! writes the verdict to the managed device and `isCompliant` to the directory device, where Conditional Access reads it.

mod checks;
mod judge;
mod policy;

use std::collections::BTreeSet;

use directory::{AttrId, Change, Commit, Id, Object, Own, Plan, Reaction, Snapshot, Time, Value};
use schema::device::{DEVICE, IS_COMPLIANT};
use schema::managed_device::{
    COMPLIANCE_CHECK_DATE_TIME, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_POLICY_IDS,
    COMPLIANCE_RESULTS, COMPLIANCE_STATE, MANAGED_DEVICE,
};

pub use checks::{CHECKS, Finished, Judge, Met, Seen};
pub use judge::{INACTIVE_DAYS_DEFAULT, State, Verdict, judge};

use crate::touched::{Interest, touched};

pub(crate) const REACTION: Reaction = Reaction::new(
    "compliance",
    &[
        Own::Attribute(IS_COMPLIANT.id),
        Own::Attribute(COMPLIANCE_STATE.id),
        Own::Attribute(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.id),
        Own::Attribute(COMPLIANCE_RESULTS.id),
        Own::Attribute(COMPLIANCE_POLICY_IDS.id),
        Own::Attribute(COMPLIANCE_CHECK_DATE_TIME.id),
    ],
    react,
    verify,
)
.at_deadlines(&[COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_CHECK_DATE_TIME], due);

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let touched = touched(now, None, &commit.changes, Interest::Compliance);
    if touched.everything {
        return verify(now, at).into();
    }
    let mut managed: BTreeSet<Id> = touched.managed;
    let mut changes = Vec::new();
    for device in touched.devices.into_iter().filter_map(|id| now.find_a(&DEVICE, id)) {
        match crate::managed_of(now, device) {
            Some(found) => drop(managed.insert(found.id)),
            None => changes.extend(unmanaged(device)),
        }
    }
    for managed in managed.into_iter().filter_map(|id| now.find_a(&MANAGED_DEVICE, id)) {
        changes.extend(settle(now, managed, at));
    }
    changes.into()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let managed = now.all(&MANAGED_DEVICE).flat_map(|managed| settle(now, managed, at));
    let unmanaged = now
        .all(&DEVICE)
        .filter(|device| device.has(IS_COMPLIANT.id) && crate::managed_of(now, device).is_none())
        .filter_map(unmanaged);
    managed.chain(unmanaged).collect()
}

fn due(now: &Snapshot, id: Id, _: AttrId, at: Time) -> Plan {
    now.find_a(&MANAGED_DEVICE, id).map(|managed| settle(now, managed, at)).unwrap_or_default().into()
}

/// The changes that make what is written about a device its verdict.
fn settle(now: &Snapshot, managed: &Object, at: Time) -> Vec<Change> {
    let verdict = judge(now, managed, at);
    let mut changes = Vec::new();
    let mut keep = |object: &Object, attribute: AttrId, value: Option<Value>| {
        if object.value(attribute) != value {
            changes.push(Change::Set { id: object.id, attribute, old: None, new: value });
        }
    };
    let time = |time: Option<Time>| time.map(Value::Time);
    if let Some(device) = crate::device_of(now, managed) {
        keep(device, IS_COMPLIANT.id, Some(verdict.state.is_compliant().into()));
    }
    keep(managed, COMPLIANCE_STATE.id, Some(verdict.state.name().into()));
    keep(managed, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.id, time(verdict.grace_until));
    keep(managed, COMPLIANCE_RESULTS.id, Some(verdict.results.into()));
    keep(managed, COMPLIANCE_POLICY_IDS.id, Some(verdict.policies.into()));
    keep(managed, COMPLIANCE_CHECK_DATE_TIME.id, time(verdict.check_at));
    changes
}

/// A device that is not managed is not judged.
fn unmanaged(device: &Object) -> Option<Change> {
    device.has(IS_COMPLIANT.id).then(|| Change::clear(device.id, IS_COMPLIANT))
}
