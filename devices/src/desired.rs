//! What a device should be like: the settings of every configuration policy that reaches it, in words that do not depend on
//! the protocol it speaks.
//!
//! Where two policies give one setting different values, neither is followed: the device keeps what it had, and the
//! conflict names both. The same directory always gives the same answer.

use std::collections::BTreeMap;

use directory::{Id, Object, Record, Snapshot, Time, Value};
use schema::catalog::{self, Chosen, Instruction, SettingDefinition, Usage, ValueKind};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::managed_device::SETTING_STATES;
use schema::{ASSIGNMENTS, NAME, OPERATING_SYSTEM, PLATFORMS, SETTINGS};

use crate::assignment::Subject;

/// One setting and what to write for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The catalogue's id.
    pub id: String,
    pub value: Value,
    pub instruction: Instruction,
    /// The policies that want it so.
    pub policies: Vec<Id>,
}

/// A setting that policies disagree about.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub id: String,
    pub sides: Vec<Side>,
}

/// One policy's wish.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub policy: Id,
    pub policy_name: String,
    pub value: Value,
}

/// Everything a device should be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// In the order of their ids; settings in conflict are here with the value that the device has, if it has one.
    pub settings: Vec<Wanted>,
    pub conflicts: Vec<Conflict>,
}

/// What a managed device should be like.
#[must_use]
pub fn desired(now: &Snapshot, managed: &Object, at: Time) -> Desired {
    if crate::actions::is_leaving(managed) {
        return Desired::default();
    }
    let subject = Subject::of(now, managed, at);
    let mut desired = Desired::default();
    for (definition, sides) in wishes(now, &subject) {
        let agreed = sides.first().map(|side| &side.value).filter(|value| sides.iter().all(|s| s.value == **value));
        let value = match agreed {
            Some(value) => Some(value.clone()),
            None => {
                desired.conflicts.push(Conflict { id: definition.id.clone(), sides: sides.clone() });
                had(managed, definition)
            }
        };
        // A value that does not check was refused when the policy was written; one of an older catalogue is left out.
        if let Some(value) = value
            && let Ok(instruction) = definition.render(&value)
        {
            let policies = sides.iter().filter(|side| side.value == value).map(|side| side.policy).collect();
            desired.settings.push(Wanted { id: definition.id.clone(), value, instruction, policies });
        }
    }
    desired
}

/// Every setting that a policy reaching the device speaks about, with each policy's value.
pub(crate) fn wishes(now: &Snapshot, subject: &Subject<'_>) -> Vec<(&'static SettingDefinition, Vec<Side>)> {
    let mut wishes: BTreeMap<&'static str, (&'static SettingDefinition, Vec<Side>)> = BTreeMap::new();
    for policy in now.all(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY) {
        if !is_for(policy, subject.managed) || !subject.applies(&policy.get(ASSIGNMENTS).unwrap_or_default()) {
            continue;
        }
        for (definition, value) in settings(policy) {
            let (_, sides) = wishes.entry(definition.id.as_str()).or_insert_with(|| (definition, Vec::new()));
            let policy_name = policy.get(NAME).unwrap_or_default().to_owned();
            sides.push(Side { policy: policy.id, policy_name, value });
        }
    }
    wishes.into_values().collect()
}

/// Whether a policy is meant for the device's platform.
pub(crate) fn is_for(policy: &Object, managed: &Object) -> bool {
    let platform = match managed.get(OPERATING_SYSTEM).unwrap_or_default() {
        windows if windows.eq_ignore_ascii_case("windows") => "windows10".to_owned(),
        other => other.to_owned(),
    };
    policy.get(PLATFORMS).unwrap_or_default().split(',').any(|p| p.trim().eq_ignore_ascii_case(&platform))
}

/// The settings of a policy that are to be written, with their values.
fn settings(policy: &Object) -> Vec<(&'static SettingDefinition, Value)> {
    let mut found = Vec::new();
    for setting in policy.get(SETTINGS).unwrap_or_default() {
        if let Some(Ok(chosen)) = setting.record("settingInstance").map(catalog::chosen) {
            collect(chosen, &mut found);
        }
    }
    found.retain(|(definition, _)| definition.usage == Usage::Configuration);
    found
}

fn collect(chosen: Chosen, found: &mut Vec<(&'static SettingDefinition, Value)>) {
    match chosen {
        Chosen::One(definition, value) => found.push((definition, value)),
        Chosen::Group(_, groups) => groups.into_iter().flatten().for_each(|chosen| collect(chosen, found)),
    }
}

/// The value that the device was last told and had.
fn had(managed: &Object, definition: &SettingDefinition) -> Option<Value> {
    let states = managed.get(SETTING_STATES).unwrap_or_default();
    let state = states.iter().find(|state| is_about(state, &definition.id))?;
    let text = state.text("value")?;
    match definition.kind {
        ValueKind::Boolean => text.parse().ok().map(Value::Bool),
        ValueKind::Integer { .. } => text.parse().ok().map(Value::Int),
        ValueKind::Text { .. } | ValueKind::Choice(_) => Some(Value::from(text)),
    }
}

pub(crate) fn is_about(state: &Record, setting: &str) -> bool {
    state.text("settingDefinitionId").is_some_and(|id| id.eq_ignore_ascii_case(setting))
}

/// A value as the catalogue writes it.
#[must_use]
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Double(number) => number.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Guid(id) => id.to_string(),
        Value::Bytes(_) | Value::Record(_) => String::new(),
        Value::List(items) => items.iter().map(value_text).collect::<Vec<_>>().join(", "),
    }
}

impl Conflict {
    /// For people: who wants what.
    #[must_use]
    pub fn text(&self) -> String {
        let sides: Vec<String> =
            self.sides.iter().map(|s| format!("`{}` wants `{}`", s.policy_name, value_text(&s.value))).collect();
        format!("policies disagree: {}", sides.join(", "))
    }
}
