//! What is installed on devices: which list each one reported last. Devices that were set up alike share a list.
//!
//! Deliberately absent: the lists themselves, which are too long for a directory. The protocols keep and read them on a shelf
//! of tickets, where they are forgotten when no device says them any more.

use std::time::Duration;

use directory::{Change, Object, Record};
use schema::managed_device::{MANAGED_DEVICE_OWNER_TYPE, SOFTWARE_INVENTORY};

/// The shelf on which the lists are kept, by their SHA-256.
pub const SHELF: &str = "software";
/// How long a list is kept after a device said it; devices say it every week.
pub const KEPT_FOR: Duration = Duration::from_secs(30 * 86_400);
/// How large a list may be as it is kept.
pub const BYTES_MAX: usize = 900 * 1024;

/// One piece of software.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Software {
    pub name: String,
    pub version: String,
    pub publisher: Option<String>,
}

/// Whether it is kept what else is on this device: on a person's own, that is theirs to know.
#[must_use]
pub fn is_kept(managed: &Object) -> bool {
    managed.get(MANAGED_DEVICE_OWNER_TYPE) != Some("personal")
}

/// A list as it is kept: in one order, whoever said it.
#[must_use]
pub fn to_record(mut software: Vec<Software>) -> Record {
    software.sort();
    software.dedup();
    let items: Vec<Record> = software
        .into_iter()
        .map(|one| {
            Record::new()
                .with("name", one.name)
                .with("version", one.version)
                .with_some("publisher", one.publisher.as_deref())
        })
        .collect();
    Record::new().with("items", items)
}

/// What is in a kept list.
pub fn of_record(record: &Record) -> impl Iterator<Item = Software> {
    record.records("items").map(|item| Software {
        name: item.text("name").unwrap_or_default().to_owned(),
        version: item.text("version").unwrap_or_default().to_owned(),
        publisher: item.text("publisher").map(str::to_owned),
    })
}

/// What it means that a device reported the list of this hash.
#[must_use]
pub fn reported(managed: &Object, hash: &str) -> Option<Change> {
    (managed.get(SOFTWARE_INVENTORY) != Some(hash)).then(|| Change::set(managed.id, SOFTWARE_INVENTORY, hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join::Ownership;
    use crate::world::World;

    #[test]
    fn the_same_software_is_one_list_in_whatever_order_it_is_said() {
        let one = |name: &str| Software { name: name.into(), version: "1".into(), publisher: None };
        let (said, again) = (to_record(vec![one("b"), one("a"), one("b")]), to_record(vec![one("a"), one("b")]));
        assert_eq!(said, again);
        assert_eq!(of_record(&said).collect::<Vec<_>>(), [one("a"), one("b")]);
    }

    #[test]
    fn only_another_list_is_a_change_and_a_personal_device_has_none() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let (_, own) = w.device(ann, Ownership::Personal);
        let change = reported(w.get(laptop), "h").expect("it is new");
        w.done(vec![change]);
        assert_eq!(reported(w.get(laptop), "h"), None);
        assert!(is_kept(w.get(laptop)) && !is_kept(w.get(own)));
    }
}
