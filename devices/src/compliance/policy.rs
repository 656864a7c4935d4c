//! The requirements of the compliance policies that reach a device, whatever kind of policy they stand in.

use directory::{Id, Object, Record, Snapshot, Value};
use schema::catalog::{self, Chosen, Usage};
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::windows10_compliance_policy::WINDOWS10_COMPLIANCE_POLICY;
use schema::{ASSIGNMENTS, DISPLAY_NAME, NAME, OPERATING_SYSTEM, SCHEDULED_ACTIONS_FOR_RULE, SETTINGS};

use crate::assignment::Subject;
use crate::desired::is_for;

/// The most hours that a policy can forgive: a year.
const GRACE_HOURS_MAX: i64 = 365 * 24;

/// A policy that reaches the device.
pub struct Policy {
    pub id: Id,
    pub name: String,
    /// How long a device may fall short of it and still count as compliant.
    pub grace_hours: i64,
    pub requirements: Vec<Requirement>,
}

/// One requirement: its name in [`super::checks::CHECKS`] and its value.
pub struct Requirement {
    pub setting: String,
    pub value: Value,
}

/// The policies that reach a device.
#[must_use]
pub fn reaching(now: &Snapshot, subject: &Subject<'_>) -> Vec<Policy> {
    let settings_policies = now
        .all(&DEVICE_MANAGEMENT_COMPLIANCE_POLICY)
        .filter(|policy| is_for(policy, subject.managed))
        .map(|policy| (policy, NAME, from_settings as fn(&Object) -> Vec<Requirement>));
    let is_windows = subject.managed.get(OPERATING_SYSTEM).is_some_and(|os| os.eq_ignore_ascii_case("windows"));
    let windows_policies = now
        .all(&DEVICE_COMPLIANCE_POLICY)
        .filter(|policy| is_windows && now.is_a(policy, &WINDOWS10_COMPLIANCE_POLICY))
        .map(|policy| (policy, DISPLAY_NAME, from_attributes as fn(&Object) -> Vec<Requirement>));
    settings_policies
        .chain(windows_policies)
        .filter(|(policy, ..)| subject.applies(&policy.get(ASSIGNMENTS).unwrap_or_default()))
        .map(|(policy, name, requirements)| Policy {
            id: policy.id,
            name: policy.get(name).unwrap_or_default().to_owned(),
            grace_hours: grace_hours(policy),
            requirements: requirements(policy),
        })
        .collect()
}

/// The delay of the action that marks a device as not compliant: `block`.
fn grace_hours(policy: &Object) -> i64 {
    let rules = policy.get(SCHEDULED_ACTIONS_FOR_RULE).unwrap_or_default();
    let blocks = rules
        .iter()
        .flat_map(|rule| rule.records("scheduledActionConfigurations"))
        .filter(|action| action.text("actionType") == Some("block"))
        .map(|action| action.int("gracePeriodHours").unwrap_or(0));
    blocks.min().unwrap_or(0).clamp(0, GRACE_HOURS_MAX)
}

fn from_settings(policy: &Object) -> Vec<Requirement> {
    let mut found = Vec::new();
    for setting in policy.get(SETTINGS).unwrap_or_default() {
        match setting.record("settingInstance").map(catalog::chosen) {
            Some(Ok(Chosen::One(definition, value))) if definition.usage == Usage::Compliance => {
                if value != Value::Bool(false) {
                    found.push(Requirement { setting: definition.id.clone(), value });
                }
            }
            Some(Ok(Chosen::Group(id, groups))) => {
                let entries: Vec<Value> = groups.iter().map(|group| Value::Record(entry(group))).collect();
                found.push(Requirement { setting: id, value: Value::List(entries) });
            }
            Some(Ok(Chosen::One(..) | Chosen::Members(..)) | Err(_)) | None => {}
        }
    }
    found
}

/// One group as a record: `…_item_$type` is `type`.
fn entry(group: &[Chosen]) -> Record {
    let mut record = Record::new();
    for chosen in group {
        if let Chosen::One(definition, value) = chosen {
            let name = definition.id.rsplit_once("_item_").map_or(definition.id.as_str(), |(_, name)| name);
            record.set(name.trim_start_matches('$'), value.clone());
        }
    }
    record
}

/// Every property of the policy that demands something.
fn from_attributes(policy: &Object) -> Vec<Requirement> {
    let demanding = |value: &Value| {
        !matches!(value, Value::Bool(false))
            && !matches!(value.as_text(), Some("deviceDefault" | "notSet" | "unavailable"))
            && !matches!(value, Value::List(items) if items.is_empty())
    };
    WINDOWS10_COMPLIANCE_POLICY
        .attributes
        .iter()
        .filter_map(|attribute| Some((attribute.name, policy.value(attribute.id)?)))
        .filter(|(_, value)| demanding(value))
        .map(|(name, value)| Requirement { setting: name.to_owned(), value })
        .collect()
}
