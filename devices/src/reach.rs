//! Whom a draft of assignments would reach today: devices and people, in all and by each assignment, by the same rules as when
//! the draft is in force.
//!
//! Deliberately absent: what is assigned. Whether a policy or an application means something on a device is told elsewhere.

use std::collections::HashSet;

use directory::{Object, Record, Snapshot, Time, Value};
use schema::managed_device::{DEVICE_NAME, MANAGED_DEVICE, USER_PRINCIPAL_NAME};

use crate::assignment::{Subject, Target, target};
use crate::desired::is_of;

/// How many devices are named; all are counted.
pub const DEVICES_NAMED_MAX: usize = 50;

/// What assignments would reach among the devices of these platforms (Graph's names, separated by commas; all without):
/// `{managedDeviceCount, deviceCount, userCount, assignments: [{deviceCount}], devices}`. Of an exclusion are counted the devices
/// that it keeps away. `sees` says which devices whoever asks may see; others are as if absent.
#[must_use]
pub fn reach(
    now: &Snapshot,
    assignments: &[Record],
    platforms: Option<&str>,
    at: Time,
    sees: impl Fn(&Object) -> bool,
) -> Record {
    let mut by_assignment = vec![0_i64; assignments.len()];
    let (mut all, mut reached) = (0_i64, 0_i64);
    let mut people = HashSet::new();
    let mut named: Vec<Record> = Vec::new();
    let is_meant = |managed: &&Object| platforms.is_none_or(|some| is_of(some, managed)) && sees(managed);
    for managed in now.all(&MANAGED_DEVICE).filter(is_meant) {
        all += 1;
        let subject = Subject::of(now, managed, at);
        for (count, assignment) in by_assignment.iter_mut().zip(assignments) {
            *count += i64::from(speaks_of(&subject, assignment));
        }
        if !subject.applies(assignments) {
            continue;
        }
        reached += 1;
        people.extend(subject.user.map(|user| user.id));
        if named.len() < DEVICES_NAMED_MAX {
            let record = Record::new()
                .with("managedDeviceId", managed.id.to_string())
                .with_some("deviceName", managed.get(DEVICE_NAME))
                .with_some("userPrincipalName", managed.get(USER_PRINCIPAL_NAME));
            named.push(record);
        }
    }
    let counts: Vec<Record> = by_assignment.into_iter().map(|count| Record::new().with("deviceCount", count)).collect();
    Record::new()
        .with("managedDeviceCount", all)
        .with("deviceCount", reached)
        .with("userCount", i64::try_from(people.len()).unwrap_or(i64::MAX))
        .with("assignments", Value::from(counts))
        .with("devices", Value::from(named))
}

/// Whether one assignment, by itself, has a say about a device.
fn speaks_of(subject: &Subject<'_>, assignment: &Record) -> bool {
    match target(assignment) {
        Target::NotGroup(group) => subject.is_in(group).is_some(),
        Target::Group(_) | Target::AllUsers | Target::AllDevices | Target::Nobody => {
            subject.applies(std::slice::from_ref(assignment))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::join::Ownership;
    use crate::world::{World, id, to};

    /// Ann has two devices, Ben has one; both are in group 10, Ben alone in group 11.
    fn world() -> World {
        let mut w = World::new();
        let (ann, ben) = (w.user(1), w.user(2));
        w.device(ann, Ownership::Company);
        w.device(ann, Ownership::Company);
        w.device(ben, Ownership::Company);
        w.group(10, &[ann, ben]);
        w.group(11, &[ben]);
        w
    }

    #[test]
    fn devices_and_people_are_counted_in_all_and_by_each_assignment() {
        let w = world();
        let (group, not) = (|n| to("group", Some(id(n))), |n| to("exclusionGroup", Some(id(n))));
        for (assignments, devices, people, by_each) in [
            (vec![], 0, 0, vec![]),
            (vec![to("allDevices", None)], 3, 2, vec![3]),
            (vec![group(10)], 3, 2, vec![3]),
            (vec![group(10), not(11)], 2, 1, vec![3, 1]),
            (vec![group(11), not(10)], 0, 0, vec![1, 3]),
            (vec![not(11)], 0, 0, vec![1]),
        ] {
            let told = reach(&w.now, &assignments, Some("linux"), w.at, |_| true);
            let each: Vec<i64> = told.records("assignments").map(|one| one.int("deviceCount").unwrap()).collect();
            let counted = (told.int("deviceCount").unwrap(), told.int("userCount").unwrap(), each);
            assert_eq!(counted, (devices, people, by_each), "{assignments:?}");
            assert_eq!(told.records("devices").count(), usize::try_from(devices).unwrap());
            assert_eq!(told.int("managedDeviceCount"), Some(3));
        }
    }

    #[test]
    fn what_is_not_seen_and_other_platforms_do_not_count() {
        let w = world();
        let all = [to("allDevices", None)];
        let told = |reach: &Record| {
            let counts = ["managedDeviceCount", "deviceCount", "userCount"].map(|name| reach.int(name).unwrap());
            (counts, reach.records("assignments").next().unwrap().int("deviceCount").unwrap())
        };
        let bens = reach(&w.now, &all, Some("linux"), w.at, |managed| {
            managed.get(USER_PRINCIPAL_NAME) == Some("u2@xyz.example")
        });
        assert_eq!((told(&bens), bens.records("devices").count()), (([1, 1, 1], 1), 1));
        let other = reach(&w.now, &all, Some("windows10"), w.at, |_| true);
        assert_eq!(told(&other), ([0, 0, 0], 0));
    }
}
