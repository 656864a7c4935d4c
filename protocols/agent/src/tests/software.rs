//! What is installed: kept for devices of the organisation, as often as a day has need of.

use agent_wire::{CheckIn, Software};
use devices::software::SHELF;
use schema::managed_device::{OPERATING_SYSTEM, OS_VERSION, SOFTWARE_INVENTORY};

use super::world::*;

fn list(n: usize) -> Vec<Software> {
    vec![Software { name: "tool".into(), version: n.to_string(), publisher: None }]
}

fn is_kept(w: &World, n: usize) -> bool {
    let of =
        |one: Software| devices::software::Software { name: one.name, version: one.version, publisher: one.publisher };
    let record = devices::software::to_record(list(n).into_iter().map(of).collect());
    let hash = keys::sha256(&directory::record_to_bytes(&record));
    w.engine.tickets().get(SHELF, &hash).unwrap().is_some()
}

#[test]
fn of_a_device_that_tells_of_list_after_list_the_first_are_kept_and_all_else_is_heard() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        for n in (0..24).chain([24, 24, 24, 3]) {
            let said = CheckIn { software: Some(list(n)), ..CheckIn::default() };
            assert!(ann.check_in(&w, &said).await.is_ok(), "{n}");
        }
        assert!((0..24).all(|n| is_kept(&w, n)));
        assert!(!is_kept(&w, 24), "said again and again");
        let managed = || w.engine.snapshot().get(ann.managed()).unwrap().clone();
        let last = managed().get(SOFTWARE_INVENTORY).map(str::to_owned);
        let facts = super::check_in::facts(true);
        let said = CheckIn { software: Some(list(25)), facts: Some(facts), ..CheckIn::default() };
        ann.check_in(&w, &said).await.unwrap();
        assert_eq!((managed().get(OPERATING_SYSTEM), managed().get(OS_VERSION)), (Some("Linux"), Some("24.04")));
        assert_eq!(managed().get(SOFTWARE_INVENTORY).map(str::to_owned), last);
    });
}
