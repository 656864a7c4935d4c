//! When a person leaves: their devices are retired or wiped.
//!
//! Whoever decides that somebody leaves (a leaver workflow, in `governance`) sets `devicesToRelease` on the person to
//! `retire` or `wipe`; rooms meet in the directory. This reaction keeps `releaseRequest` of every managed device equal to
//! what its person's mark asks: `wipe` wipes the organisation's devices, and either retires personal ones. The device is
//! told like of any other action ([`crate::actions::pending`]); taking the mark back withdraws what it has not begun.
//! The mark is never cleared here: a device that comes back for somebody who has left is released again.
//!
//! A device without our agent speaks only through its person's tokens, and who has left gets none: it would never hear of
//! it. After [`UNHEARD_DAYS`] its management ends without it: its record goes, and its certificate is worth nothing.

use std::collections::BTreeSet;

use directory::{AttrId, Change, Commit, Id, Object, Own, Plan, Reaction, Record, Snapshot, Time, Value, id_from_text};
use schema::USER_ID;
use schema::managed_device::{FACTS, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE, RELEASE_ENDS, RELEASE_REQUEST};
use schema::user::{DEVICES_TO_RELEASE, USER};

use crate::actions::RemoteAction;
use crate::{end, facts};

/// How long a device that only its person can speak for is waited for.
pub const UNHEARD_DAYS: i64 = 30;

pub(crate) const REACTION: Reaction = Reaction::new(
    "device-release",
    &[Own::Attribute(RELEASE_REQUEST.id), Own::Attribute(RELEASE_ENDS.id)],
    react,
    verify,
)
.at_deadlines(&[RELEASE_ENDS], due);

/// The changes that release everything a person has, as of `at`, if their mark says so; that withdraw it, if not.
#[must_use]
pub fn retire_devices_of(now: &Snapshot, user: Id, at: Time) -> Vec<Change> {
    let managed = now.by(USER_ID, user.to_string()).filter(|object| now.is_a(object, &MANAGED_DEVICE));
    managed.flat_map(|managed| settle(now, managed, at)).collect()
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
                if [USER_ID.id, MANAGED_DEVICE_OWNER_TYPE.id, FACTS.id].contains(attribute) =>
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
    managed.flat_map(|managed| settle(now, managed, at)).collect::<Vec<_>>().into()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    now.all(&MANAGED_DEVICE).flat_map(|managed| settle(now, managed, at)).collect()
}

/// Nobody has answered for the device: its management ends without it.
fn due(now: &Snapshot, id: Id, _: AttrId, _: Time) -> Plan {
    let waits = |managed: &&Object| managed.has(RELEASE_REQUEST.id) && !facts::has_agent(managed);
    now.find_a(&MANAGED_DEVICE, id).filter(waits).map(|managed| end::changes(now, managed)).unwrap_or_default().into()
}

/// The changes that make a device's request what its person's mark asks, and its end what the request allows.
fn settle(now: &Snapshot, managed: &Object, at: Time) -> Vec<Change> {
    let mut changes: Vec<Change> = asked(now, managed, at).into_iter().collect();
    let request = match changes.first() {
        Some(Change::Set { new, .. }) => new.as_ref().and_then(Value::as_record).cloned(),
        _ => managed.get(RELEASE_REQUEST),
    };
    let since = request.and_then(|request| request.time("startDateTime")).filter(|_| !facts::has_agent(managed));
    let ends = since.map(|since| since.plus_days(UNHEARD_DAYS));
    if managed.get(RELEASE_ENDS) != ends {
        changes.push(match ends {
            Some(ends) => Change::set(managed.id, RELEASE_ENDS, ends),
            None => Change::clear(managed.id, RELEASE_ENDS),
        });
    }
    changes
}

/// The change that makes a device's request what its person's mark asks.
fn asked(now: &Snapshot, managed: &Object, at: Time) -> Option<Change> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use schema::device::{DEVICE, IS_MANAGED};
    use schema::{ACCOUNT_ENABLED, DISPLAY_NAME};

    use super::*;
    use crate::facts::Facts;
    use crate::join::Ownership;
    use crate::report::Report;
    use crate::world::World;

    #[test]
    fn a_device_that_only_its_person_can_speak_for_is_not_waited_for_for_ever() {
        let mut w = World::new();
        let (ann, bob) = (w.user(1), w.user(2));
        let (company, of_company) = w.device(ann, Ownership::Company);
        let (personal, of_personal) = w.device(ann, Ownership::Personal);
        let (_, with_agent) = w.device(ann, Ownership::Company);
        let (_, others) = w.device(bob, Ownership::Company);
        w.facts(with_agent, Facts::new().known("agentVersion", "1.0"));
        w.done(vec![Change::set(ann, DEVICES_TO_RELEASE, "retire")]);
        assert!(w.get(of_company).has(RELEASE_ENDS.id) && !w.get(with_agent).has(RELEASE_ENDS.id));
        // They report all the while: that somebody is silent for too long is another matter.
        let middle = w.at.plus_days(15);
        w.tick(middle);
        for managed in [of_company, of_personal, with_agent, others] {
            w.report(managed, &Report::default());
        }
        let soon = w.at.plus_days(UNHEARD_DAYS - 16);
        w.tick(soon);
        assert_eq!(w.now.count(&MANAGED_DEVICE), 4, "it may still be heard of");
        let late = w.at.plus_days(2);
        w.tick(late);
        assert!(w.now.find(of_company).is_none() && w.now.find(of_personal).is_none());
        assert!(w.now.find(personal).is_none(), "a personal device is forgotten");
        let device = w.now.find_a(&DEVICE, company).unwrap();
        assert!(!device.is(ACCOUNT_ENABLED) && !device.is(IS_MANAGED) && device.has(DISPLAY_NAME.id));
        assert!(w.now.find(with_agent).is_some(), "the agent speaks for itself, whenever it comes back");
        assert!(w.now.find(others).is_some());
    }

    #[test]
    fn a_mark_that_is_taken_back_takes_the_end_back() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        w.done(vec![Change::set(ann, DEVICES_TO_RELEASE, "wipe")]);
        assert!(w.get(laptop).has(RELEASE_ENDS.id));
        w.done(vec![Change::clear(ann, DEVICES_TO_RELEASE)]);
        assert!(!w.get(laptop).has(RELEASE_ENDS.id) && !w.get(laptop).has(RELEASE_REQUEST.id));
        let late = w.at.plus_days(UNHEARD_DAYS + 1);
        w.tick(late);
        assert!(w.now.find(laptop).is_some());
    }
}
