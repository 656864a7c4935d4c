//! The list of devices to retire: whoever administers some of them decides about those, and hears of no others.

use directory::{Change, Id, Room};
use schema::managed_device::{MANAGED_DEVICE, RETIRE_AFTER_DATE_TIME, RETIRE_CANCELED};
use serde_json::json;

use super::desk::{ADMIN, Desk};
use super::reach::{MEMBER, SCOPED, ask, given_of};

const SET: &str = "/beta/deviceManagement/deviceCompliancePolicies/setScheduledRetireState";
const OTHER: Id = Id::from_u128(0xd1);
const THEIRS: Id = Id::from_u128(0xd2);

/// Two devices on the list, of which one administrator has one.
fn given() -> Desk {
    let set = devices::ROOM.actions.iter().find(|action| action.name == "setScheduledRetireState").unwrap();
    let actions = std::slice::from_ref(set);
    let room: &'static Room =
        Box::leak(Box::new(Room { name: "retire list", kinds: &[], actions, checks: &[], reactions: &[] }));
    let desk = given_of(Box::leak(Box::new([room])));
    let at = desk.engine.now();
    desk.commit([OTHER, THEIRS].map(|id| Change::set(id, RETIRE_AFTER_DATE_TIME, at)).to_vec());
    desk
}

fn canceled(desk: &Desk) -> Vec<Id> {
    let now = desk.engine.snapshot();
    now.all(&MANAGED_DEVICE).filter(|managed| managed.has(RETIRE_CANCELED.id)).map(|managed| managed.id).collect()
}

#[test]
fn all_devices_are_those_that_whoever_says_it_administers() {
    let all = json!({ "state": "cancelRetire", "scopedToAllDevices": true, "managedDeviceIds": [] });
    for (who, status, expected) in
        [(MEMBER, 403, vec![]), (SCOPED, 204, vec![THEIRS]), (ADMIN, 204, vec![OTHER, THEIRS])]
    {
        let desk = given();
        let (said, told) = ask(&desk, who, "POST", SET, &all);
        assert_eq!((said, canceled(&desk)), (status, expected), "{who}: {told}");
        assert!(!told.to_string().contains(&OTHER.to_string()), "{told}");
    }
}

#[test]
fn a_device_that_is_named_is_one_that_the_caller_administers() {
    let desk = given();
    let named = |id: Id| json!({ "state": "cancelRetire", "managedDeviceIds": [id.to_string()] });
    assert_eq!(ask(&desk, SCOPED, "POST", SET, &named(OTHER)).0, 404);
    assert_eq!(ask(&desk, SCOPED, "POST", SET, &named(THEIRS)).0, 204);
    assert_eq!(canceled(&desk), [THEIRS]);
}
