//! The requirements of the compliance policies that reach a device, whatever kind of policy they stand in.

use directory::{Id, Object, Record, Snapshot, Value};
use schema::catalog::{self, Chosen, Usage};
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::windows10_compliance_policy::{DEVICE_COMPLIANCE_POLICY_SCRIPT, WINDOWS10_COMPLIANCE_POLICY};
use schema::{ASSIGNMENTS, DISPLAY_NAME, NAME, OPERATING_SYSTEM, SETTINGS};

use super::custom;
use super::schedule::{Consequence, consequences};
use crate::assignment::Subject;
use crate::desired::is_for;

/// The setting that puts custom compliance into a policy for Linux, and the ones beneath it.
pub const CUSTOM: &str = "linux_customcompliance_required";
pub const CUSTOM_SCRIPT: &str = "linux_customcompliance_discoveryscript";
pub const CUSTOM_RULES: &str = "linux_customcompliance_rules";

/// A policy that reaches the device.
pub struct Policy {
    pub id: Id,
    pub name: String,
    /// How long a device may fall short of it and still count as compliant.
    pub grace_hours: i64,
    pub requirements: Vec<Requirement>,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// As people are told.
    pub setting: String,
    /// Its name in [`super::checks::CHECKS`].
    pub check: String,
    pub value: Value,
}

impl Requirement {
    fn plain(setting: &str, value: Value) -> Requirement {
        Requirement { setting: setting.to_owned(), check: setting.to_owned(), value }
    }
}

/// The policies that reach a device.
#[must_use]
pub fn reaching(now: &Snapshot, subject: &Subject<'_>) -> Vec<Policy> {
    reaching_objects(now, subject)
        .into_iter()
        .map(|policy| Policy {
            id: policy.id,
            name: name(policy),
            grace_hours: grace_hours(&consequences(policy)),
            requirements: requirements(policy),
        })
        .collect()
}

/// The policies that reach a device, as they are.
#[must_use]
pub fn reaching_objects<'a>(now: &'a Snapshot, subject: &Subject<'_>) -> Vec<&'a Object> {
    let settings_policies =
        now.all(&DEVICE_MANAGEMENT_COMPLIANCE_POLICY).filter(|policy| is_for(policy, subject.managed));
    let is_windows = subject.managed.get(OPERATING_SYSTEM).is_some_and(|os| os.eq_ignore_ascii_case("windows"));
    let windows_policies = now
        .all(&DEVICE_COMPLIANCE_POLICY)
        .filter(|policy| is_windows && now.is_a(policy, &WINDOWS10_COMPLIANCE_POLICY));
    settings_policies
        .chain(windows_policies)
        .filter(|policy| subject.applies(&policy.get(ASSIGNMENTS).unwrap_or_default()))
        .collect()
}

/// The name of a policy of either sort.
#[must_use]
pub fn name(policy: &Object) -> String {
    policy.get(NAME).or_else(|| policy.get(DISPLAY_NAME)).unwrap_or_default().to_owned()
}

/// What a policy demands.
#[must_use]
pub fn requirements(policy: &Object) -> Vec<Requirement> {
    if policy.kind == DEVICE_MANAGEMENT_COMPLIANCE_POLICY.id() {
        from_settings(policy)
    } else {
        from_attributes(policy)
    }
}

/// The id of the script of a Linux policy's custom compliance, and its rules.
#[must_use]
pub fn custom_of(policy: &Object) -> Option<(Id, String)> {
    let settings = policy.get(SETTINGS).unwrap_or_default();
    let instance = settings.iter().filter_map(|setting| setting.record("settingInstance"));
    let custom = instance
        .filter(|instance| is_named(instance, CUSTOM))
        .find(|instance| matches!(catalog::chosen(instance), Ok(Chosen::One(_, Value::Bool(true)))))?;
    custom_parts(custom).ok()
}

/// The parts beneath the setting that demands custom compliance.
pub(crate) fn custom_parts(instance: &Record) -> Result<(Id, String), String> {
    let choice = instance.record("choiceSettingValue");
    let part = |name: &str| {
        let child = choice.into_iter().flat_map(|choice| choice.records("children")).find(|c| is_named(c, name));
        match child.map(catalog::chosen) {
            Some(Ok(Chosen::One(_, Value::Text(text)))) => Ok(text),
            Some(Err(why)) => Err(why),
            Some(Ok(_)) | None => Err(format!("`{CUSTOM}` needs `{name}` beneath it")),
        }
    };
    let script = part(CUSTOM_SCRIPT)?;
    let script = directory::id_from_text(&script).ok_or_else(|| format!("`{script}` is not the id of a script"))?;
    Ok((script, part(CUSTOM_RULES)?))
}

fn is_named(instance: &Record, name: &str) -> bool {
    instance.text("settingDefinitionId").is_some_and(|id| id.eq_ignore_ascii_case(name))
}

/// The delay of the action that marks a device as not compliant: `block`.
fn grace_hours(consequences: &[Consequence]) -> i64 {
    consequences.iter().filter(|c| c.action == "block").map(|c| c.grace_hours).min().unwrap_or(0)
}

fn from_settings(policy: &Object) -> Vec<Requirement> {
    let mut found = Vec::new();
    for setting in policy.get(SETTINGS).unwrap_or_default() {
        let Some(instance) = setting.record("settingInstance") else { continue };
        match catalog::chosen(instance) {
            Ok(Chosen::One(definition, value)) if definition.id == CUSTOM => {
                if value == Value::Bool(true) {
                    let rules = custom_parts(instance).and_then(|(_, rules)| custom::rules(&rules));
                    found.extend(custom_requirements(policy, CUSTOM, rules));
                }
            }
            Ok(Chosen::One(definition, value)) if definition.usage == Usage::Compliance => {
                if value != Value::Bool(false) {
                    found.push(Requirement::plain(&definition.id, value));
                }
            }
            Ok(Chosen::Group(id, groups)) => {
                let entries: Vec<Value> = groups.iter().map(|group| Value::Record(entry(group))).collect();
                found.push(Requirement::plain(&id, Value::List(entries)));
            }
            Ok(Chosen::One(..) | Chosen::Members(..)) | Err(_) => {}
        }
    }
    found
}

/// Each rule of custom compliance is a requirement of its own. Rules that cannot be read were refused when the policy was
/// written; of an older policy nothing can be told, which is not taken for good.
fn custom_requirements(policy: &Object, check: &str, rules: Result<Vec<Record>, String>) -> Vec<Requirement> {
    let id = policy.id.to_string();
    let Ok(rules) = rules else { return vec![Requirement::plain(check, Record::new().with("policyId", id).into())] };
    let requirement = |rule: Record| Requirement {
        setting: rule.text("setting").unwrap_or_default().to_owned(),
        check: check.to_owned(),
        value: rule.with("policyId", id.as_str()).into(),
    };
    rules.into_iter().map(requirement).collect()
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
    let mut found: Vec<Requirement> = WINDOWS10_COMPLIANCE_POLICY
        .attributes
        .iter()
        .filter(|attribute| attribute.id != DEVICE_COMPLIANCE_POLICY_SCRIPT.id)
        .filter_map(|attribute| Some((attribute.name, policy.value(attribute.id)?)))
        .filter(|(_, value)| demanding(value))
        .map(|(name, value)| Requirement::plain(name, value))
        .collect();
    if let Some(script) = policy.get(DEVICE_COMPLIANCE_POLICY_SCRIPT) {
        let rules = match script.get("rulesContent") {
            Some(Value::Bytes(rules)) => custom::rules_of_json(rules),
            Some(_) | None => Err("there are no rules".to_owned()),
        };
        found.extend(custom_requirements(policy, "deviceCompliancePolicyScript", rules));
    }
    found
}
