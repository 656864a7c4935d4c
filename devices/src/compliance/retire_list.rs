//! The list of devices to retire, which a policy puts devices on (`retireAfterDateTime`): what stands on it, and an
//! administrator's word on it, in Graph's `setScheduledRetireState`.

use std::collections::BTreeSet;

use directory::{Action, Call, Change, Decision, Object, Record, Refusal, Snapshot, id_from_text};
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::managed_device::{
    COMPLIANCE_ACTIONS, COMPLIANCE_STATE, DEVICE_NAME, DEVICE_TYPE, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE,
    MANAGEMENT_AGENT, RETIRE_AFTER_DATE_TIME, RETIRE_CANCELED, ROLE_SCOPE_TAG_IDS,
};
use schema::{DISPLAY_NAME, NAME};

use crate::actions::{self, RemoteAction};

/// How many devices one call may be about.
pub const DEVICES_MAX: usize = 500;

pub(crate) const SET: Action = Action::on(&DEVICE_COMPLIANCE_POLICY, "setScheduledRetireState", set).of_collection();

/// Everything on the list, in Graph's `retireScheduledManagedDevice`: one for each device that `sees` lets through.
#[must_use]
pub fn listed(now: &Snapshot, sees: impl Fn(&Object) -> bool) -> Vec<Record> {
    on_list(now).filter(|managed| sees(managed)).map(|managed| record(now, managed)).collect()
}

fn on_list(now: &Snapshot) -> impl Iterator<Item = &Object> {
    now.all(&MANAGED_DEVICE).filter(|managed| managed.has(RETIRE_AFTER_DATE_TIME.id))
}

fn record(now: &Snapshot, managed: &Object) -> Record {
    let actions = managed.get(COMPLIANCE_ACTIONS).unwrap_or_default();
    let retire = actions.iter().filter(|action| action.text("actionType") == Some(RemoteAction::Retire.name()));
    let first = retire.filter(|action| action.time("doneDateTime").is_some()).min_by_key(|a| a.time("dueDateTime"));
    let policy = first.and_then(|action| action.text("policyId"));
    let name = policy.and_then(id_from_text).and_then(|id| now.find(id));
    let name = name.and_then(|policy| policy.get(DISPLAY_NAME).or_else(|| policy.get(NAME)));
    // The words of `complianceStatus`, which are not those of `complianceState`.
    let state = match managed.get(COMPLIANCE_STATE).unwrap_or_default() {
        "compliant" => "compliant",
        "error" => "error",
        "conflict" => "conflict",
        "noncompliant" | "inGracePeriod" => "nonCompliant",
        _ => "unknown",
    };
    Record::new()
        .with("@odata.type", "#microsoft.graph.retireScheduledManagedDevice")
        .with("id", managed.id.to_string())
        .with("managedDeviceId", managed.id.to_string())
        .with_some("managedDeviceName", managed.get(DEVICE_NAME))
        .with_some("deviceType", managed.get(DEVICE_TYPE))
        .with("complianceState", state)
        .with_some("managementAgent", managed.get(MANAGEMENT_AGENT))
        .with_some("ownerType", managed.get(MANAGED_DEVICE_OWNER_TYPE))
        .with_some("retireAfterDateTime", managed.get(RETIRE_AFTER_DATE_TIME))
        .with_some("deviceCompliancePolicyId", policy)
        .with_some("deviceCompliancePolicyName", name)
        .with("roleScopeTagIds", managed.get(ROLE_SCOPE_TAG_IDS).unwrap_or_default())
}

/// What is said with `scopedToAllDevices`, for whoever may decide about these: everything of it on the list.
#[must_use]
pub fn meant(now: &Snapshot, given: &Record, may: impl Fn(&Object) -> bool) -> Record {
    let mut given = given.clone();
    if given.bool("scopedToAllDevices") == Some(true) {
        let all: Vec<String> =
            on_list(now).filter(|managed| may(managed)).map(|managed| managed.id.to_string()).collect();
        given.set("managedDeviceIds", all);
    }
    given
}

/// `confirmRetire` retires what stands on the list, as if each device had been retired by hand: the brake counts it, and a second
/// administrator is asked where one has to be. `cancelRetire` takes it off; what falls short anew comes onto it anew.
fn set(now: &Snapshot, call: &Call<'_>, _: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let devices = chosen(now, given)?;
    match given.text("state") {
        Some("confirmRetire") => actions::retire_listed(now, call, &devices, given),
        Some("cancelRetire") => {
            let cancel = |managed: &&Object| Change::set(managed.id, RETIRE_CANCELED, call.at);
            Ok(Decision::change(devices.iter().map(cancel).collect()))
        }
        _ => Err(Refusal::invalid("say `confirmRetire` or `cancelRetire`").at("state")),
    }
}

fn chosen<'a>(now: &'a Snapshot, given: &Record) -> Result<Vec<&'a Object>, Refusal> {
    let ids: BTreeSet<&str> = given.texts("managedDeviceIds").collect();
    let find = |id: &str| {
        let found = id_from_text(id).and_then(|id| now.find_a(&MANAGED_DEVICE, id));
        let found = found.filter(|managed| managed.has(RETIRE_AFTER_DATE_TIME.id));
        let missing = || format!("`{id}` is not on the list of devices to retire");
        found.ok_or_else(|| Refusal::invalid(missing()).at("managedDeviceIds"))
    };
    let devices: Vec<&Object> = ids.into_iter().map(find).collect::<Result<_, _>>()?;
    if devices.is_empty() || devices.len() > DEVICES_MAX {
        return Err(Refusal::limit(format!("name 1 to {DEVICES_MAX} devices")).at("managedDeviceIds"));
    }
    Ok(devices)
}
