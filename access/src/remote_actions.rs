//! What is asked of devices: nobody reaches in a bulk what they could not reach one by one, and nobody who needs a second
//! administrator takes that need away.
//!
//! The call of a bulk itself names no object, and so says nothing about which devices are meant; what it leads to does.

use directory::{Act, AttrId, Change, Id, Object, Refusal, Snapshot, Value, Verb, id_from_text};
use schema::managed_device::{MANAGED_DEVICE, RETIRE_CANCELED};
use schema::operation_approval::{OPERATION_APPROVAL_POLICY, OPERATION_APPROVAL_REQUEST, REQUESTED_OPERATION};
use schema::remote_action_audit::{ACTION_NAME, MANAGED_DEVICE_ID, REMOTE_ACTION_AUDIT};

use crate::area::Area;
use crate::reading::area_of;
use crate::right::Ask;
use crate::rights::Rights;

/// Remote actions that Graph calls otherwise when one device is asked.
const OTHER_NAMES: &[(&str, &str)] = &[("collectDiagnostics", "createDeviceLogCollectionRequest")];

pub(crate) fn check(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    second_administrator(rights, now, act)?;
    // Whatever it is called on: the list of devices to retire is confirmed on the policies that made it.
    if act.target.is_some() || !matches!(act.verb, Verb::Action(_)) {
        return Ok(());
    }
    for (action, device) in act.changes.iter().flat_map(asked) {
        let found = id_from_text(&device).and_then(|id| now.find_a(&MANAGED_DEVICE, id));
        let may = |managed: &Object, ask: Ask<'_>| rights.may(now, area_of(now, managed), ask, managed);
        let Some(managed) = found.filter(|managed| may(managed, Ask::Read)) else {
            return Err(Refusal::not_found(id_from_text(&device).unwrap_or(Id::nil())));
        };
        let other = OTHER_NAMES.iter().find(|(name, _)| *name == action).map_or(action.as_str(), |(_, other)| other);
        if !may(managed, Ask::Action(&action)) && !may(managed, Ask::Action(other)) {
            return Err(Refusal::denied(format!("you may not ask the device `{device}` for `{action}`")));
        }
    }
    Ok(())
}

/// What has to be approved was decided once; only who assigns roles, and so could make a second administrator, decides anew.
fn second_administrator(rights: &Rights, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let is_policy = |id: Id| now.find_a(&OPERATION_APPROVAL_POLICY, id).is_some();
    let touches = act.changes.iter().any(|change| is_policy(change.subject()));
    if touches && !rights.may_all(Area::Roles, Ask::Create) {
        return Err(Refusal::denied(
            "only who assigns roles may change what needs a second administrator: ask a global or privileged role administrator",
        ));
    }
    Ok(())
}

/// The devices that a change asks for something, and for what: at once, or when somebody else approves.
fn asked(change: &Change) -> Vec<(String, String)> {
    if let Change::Set { id, attribute, .. } = change
        && *attribute == RETIRE_CANCELED.id
    {
        // Who takes a device off the list of those to retire decides about retiring it.
        return vec![("retire".to_owned(), id.to_string())];
    }
    let Change::Create { kind, attributes, .. } = change else { return Vec::new() };
    let value = |id: AttrId| attributes.iter().find(|(attribute, _)| *attribute == id).map(|(_, value)| value);
    let text = |id: AttrId| value(id).and_then(Value::as_text).unwrap_or_default().to_owned();
    if *kind == REMOTE_ACTION_AUDIT.id() {
        return vec![(text(ACTION_NAME.id), text(MANAGED_DEVICE_ID.id))];
    }
    let operation = value(REQUESTED_OPERATION.id).and_then(Value::as_record);
    let Some(operation) = operation.filter(|_| *kind == OPERATION_APPROVAL_REQUEST.id()) else { return Vec::new() };
    let action = operation.text("actionName").unwrap_or_default();
    operation.texts("managedDeviceIds").map(|device| (action.to_owned(), device.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use directory::{Gate as _, Record};
    use schema::USER_ID;
    use schema::managed_device::{AZURE_AD_DEVICE_ID, DEVICE_NAME};
    use schema::operation_approval::POLICY_TYPE;

    use super::*;
    use crate::Gate;
    use crate::world::{World, id, person, put, role};

    const EVERYTHING: &[&str] = &["Directory.AccessAsUser.All"];

    fn managed(world: &mut World, n: u128) -> Id {
        let device = world.device(n, Vec::new());
        let attributes = vec![
            put(DEVICE_NAME, format!("pc{n}")),
            put(AZURE_AD_DEVICE_ID, device.to_string()),
            put(USER_ID, id(n + 200).to_string()),
        ];
        world.make(n + 100, &MANAGED_DEVICE, attributes)
    }

    fn audit(device: Id) -> Change {
        let attributes = vec![put(ACTION_NAME, "wipe"), put(MANAGED_DEVICE_ID, device.to_string())];
        Change::Create { id: id(900), kind: REMOTE_ACTION_AUDIT.id(), attributes }
    }

    fn request(device: Id) -> Change {
        let operation = Record::new().with("actionName", "wipe").with("managedDeviceIds", vec![device.to_string()]);
        let attributes = vec![put(REQUESTED_OPERATION, operation)];
        Change::Create { id: id(901), kind: OPERATION_APPROVAL_REQUEST.id(), attributes }
    }

    #[test]
    fn many_devices_at_once_are_no_more_than_each_by_itself() {
        let mut world = World::new();
        let (everywhere, here) = (world.user(1), world.user(2));
        let (mine, other) = (managed(&mut world, 10), managed(&mut world, 11));
        world.assign(30, everywhere, role("Intune Administrator"), "/");
        world.assign(31, here, role("Intune Administrator"), &format!("/{mine}"));
        let ask = |who: Id, changes: &[Change]| {
            let act = Act { verb: Verb::Action("executeAction"), kind: &MANAGED_DEVICE, target: None, changes };
            Gate::new().allow(&world.now, &person(who, EVERYTHING), &act).is_ok()
        };
        let one = |who: Id, device: Id| {
            let target = world.now.find(device);
            let act = Act { verb: Verb::Action("wipe"), kind: &MANAGED_DEVICE, target, changes: &[] };
            Gate::new().allow(&world.now, &person(who, EVERYTHING), &act).is_ok()
        };
        for (what, who, device, may) in [
            ("the administrator of all", everywhere, other, true),
            ("the administrator of one, that one", here, mine, true),
            ("the administrator of one, another", here, other, false),
        ] {
            assert_eq!(one(who, device), may, "{what}, by itself");
            assert_eq!(ask(who, &[audit(device)]), may, "{what}, among many");
            assert_eq!(ask(who, &[request(device)]), may, "{what}, with an approval");
        }
        assert!(!ask(here, &[audit(mine), audit(other)]), "one that is allowed does not open the other");
    }

    #[test]
    fn who_needs_a_second_administrator_cannot_take_that_away() {
        let mut world = World::new();
        let (intune, privileged) = (world.user(1), world.user(2));
        world.assign(30, intune, role("Intune Administrator"), "/");
        world.assign(31, privileged, role("Global Administrator"), "/");
        let what = vec![put(schema::operation_approval::DISPLAY_NAME, "wipes"), put(POLICY_TYPE, "deviceWipe")];
        let policy = world.make(50, &OPERATION_APPROVAL_POLICY, what);
        let delete = [Change::Delete { id: policy }];
        let create = [Change::Create { id: id(51), kind: OPERATION_APPROVAL_POLICY.id(), attributes: Vec::new() }];
        for (what, who, verb, target, changes, may) in [
            ("an Intune administrator makes one", intune, Verb::Create, None, &create, true),
            ("and does not delete it", intune, Verb::Delete, Some(policy), &delete, false),
            ("a global administrator does", privileged, Verb::Delete, Some(policy), &delete, true),
        ] {
            let target = target.and_then(|id| world.now.find(id));
            let act = Act { verb, kind: &OPERATION_APPROVAL_POLICY, target, changes };
            assert_eq!(Gate::new().allow(&world.now, &person(who, EVERYTHING), &act).is_ok(), may, "{what}");
        }
    }
}
