//! Devices join, report, are lost; policies require something of them.

use directory::{Call, Change, Decision, Record, Snapshot};
use engine::OwnedVerb;
use schema::device::DEVICE;
use schema::managed_device::MANAGED_DEVICE;
use schema::user::USER;
use schema::windows10_compliance_policy::WINDOWS10_COMPLIANCE_POLICY;
use schema::{ACCOUNT_ENABLED, ASSIGNED_PLANS};
use schema::{DISPLAY_NAME, group::GROUP};

use ::devices::join::{About, Join, Ownership};
use ::devices::report::{Inventory, Report};

use super::{Act, By, Scene, put};

pub(super) fn join(s: &mut Scene<'_>) -> Option<Act> {
    // Whoever has the licence for it comes under management, and mostly it is they who bring a device.
    let brings_any = s.dice.often(250);
    let user = s.any_of(&USER, |user| user.is(ACCOUNT_ENABLED) && (brings_any || user.has(ASSIGNED_PLANS.id)))?;
    // Keys are few, so that a device joins again, or somebody else comes with its key.
    let key = format!("key-{}", s.dice.below(20));
    let ownership = s.dice.one(&[Ownership::Company, Ownership::Personal]);
    let about = About {
        name: format!("pc-{key}"),
        operating_system: "Windows".into(),
        operating_system_version: "10.0.26100".into(),
        ..About::default()
    };
    let join = Join { user, key_thumbprint: key, transport_key: None, ownership, about };
    let decide = move |now: &Snapshot, call: &Call<'_>| ::devices::join::join(now, call, &join);
    Some(Act {
        operation: "Join device",
        ask: (OwnedVerb::Create, &DEVICE, None),
        decide: Box::new(decide),
        by: By::Server,
    })
}

pub(super) fn report(s: &mut Scene<'_>) -> Option<Act> {
    let managed = s.any(&MANAGED_DEVICE)?;
    let (encrypted, leaving) = (s.dice.often(600), s.dice.often(60));
    let version = s.dice.one(&["10.0.26100", "10.0.22631"]);
    let decide = move |now: &Snapshot, call: &Call<'_>| {
        let object = now.get_a(&MANAGED_DEVICE, managed)?;
        let desired = ::devices::desired::desired(now, object, call.at);
        let inventory =
            Inventory { os_version: Some(version.to_owned()), is_encrypted: Some(encrypted), ..Inventory::default() };
        let report = Report { inventory: Some(inventory), leaving, ..Report::default() };
        Ok(Decision::change(::devices::report::changes(now, object, &desired, call.at, &report)))
    };
    let ask = (OwnedVerb::Update, &MANAGED_DEVICE, Some(managed));
    Some(Act { operation: "Report of a device", ask, decide: Box::new(decide), by: By::Server })
}

pub(super) fn lose(s: &mut Scene<'_>) -> Option<Act> {
    let id = s.any(&DEVICE)?;
    Some(Act::change("Delete device", OwnedVerb::Delete, &DEVICE, id, vec![Change::Delete { id }]))
}

pub(super) fn require(s: &mut Scene<'_>) -> Option<Act> {
    let kind = &WINDOWS10_COMPLIANCE_POLICY;
    let attribute = |name: &str| kind.all_attributes().find(|attribute| attribute.name == name);
    let target = match s.any(&GROUP).filter(|_| s.dice.often(600)) {
        Some(group) => Record::new()
            .with("@odata.type", "#microsoft.graph.groupAssignmentTarget")
            .with("groupId", group.to_string()),
        None => Record::new().with("@odata.type", "#microsoft.graph.allDevicesAssignmentTarget"),
    };
    let assignments = vec![Record::new().with("target", target)];
    let mut attributes = vec![put(DISPLAY_NAME, format!("Policy {}", s.serial))];
    attributes.extend(attribute("osMinimumVersion").map(|a| (a.id, "10.0.26000".into())));
    attributes.extend(attribute("assignments").map(|a| (a.id, assignments.into())));
    Some(Act::create("Require of devices", kind, attributes, |_| Vec::new()))
}
