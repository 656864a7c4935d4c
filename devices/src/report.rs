//! A device's report: what it says about itself, how its settings, applications and actions went.
//!
//! Only a change of state becomes a change of the directory. That a device was seen is noted with other changes, or by
//! itself at most every [`SEEN_EVERY`]; free space is kept roughly.

use std::time::Duration;

use directory::{Attr, AttrId, Change, Object, Record, Snapshot, Time, Value};
use schema::device::{APPROXIMATE_LAST_SIGN_IN_DATE_TIME, OPERATING_SYSTEM_VERSION};
use schema::managed_device::{
    APP_INSTALL_STATES, APP_STATE_KEYS, DEVICE_NAME, FACTS, FREE_STORAGE_SPACE_IN_BYTES, HELD_VERSION, IS_ENCRYPTED,
    LAST_SYNC_DATE_TIME, OS_VERSION, PHYSICAL_MEMORY_IN_BYTES, PROCESSOR_ARCHITECTURE, SERIAL_NUMBER, SETTING_STATES,
    TOTAL_STORAGE_SPACE_IN_BYTES,
};
use schema::{DISPLAY_NAME, MANUFACTURER, MODEL};

use crate::actions::{self, Outcome};
use crate::desired::{Desired, is_about, value_text};
use crate::end;
use crate::facts::Facts;
use crate::scripts::ScriptReport;

/// How often it is kept that a device was seen, when nothing else happens.
pub const SEEN_EVERY: Duration = Duration::from_secs(15 * 60);
/// Which part of the disk free space must move by to be kept.
const FREE_SPACE_PARTS: i64 = 20;

/// What a device reports; absent parts are as reported before.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub inventory: Option<Inventory>,
    pub facts: Option<Facts>,
    /// The version that the device has worked through.
    pub held: Option<String>,
    /// Results for every setting and application of the version that is current; of an older version they are left out.
    pub settings: Option<Vec<SettingReport>>,
    pub apps: Option<Vec<AppReport>>,
    pub scripts: Option<Vec<ScriptReport>>,
    pub outcomes: Vec<Outcome>,
    /// The release of the agent that came to nothing, and why; in a report that says which one, if any.
    pub agent_failure: Option<Option<(String, String)>>,
    /// The device has taken itself out.
    pub leaving: bool,
}

/// What Graph has properties for.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub name: Option<String>,
    pub os_version: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub serial_number: Option<String>,
    /// Graph `managedDeviceArchitecture`.
    pub architecture: Option<&'static str>,
    pub memory_bytes: Option<i64>,
    pub disk_bytes: Option<i64>,
    pub disk_free_bytes: Option<i64>,
    pub is_encrypted: Option<bool>,
}

/// How one setting went.
#[derive(Clone, Debug)]
pub struct SettingReport {
    pub id: String,
    pub state: SettingState,
    pub actual: Option<String>,
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingState {
    Succeeded,
    Error,
    Conflict,
    NotApplicable,
}

impl SettingState {
    const fn name(self) -> &'static str {
        match self {
            SettingState::Succeeded => "succeeded",
            SettingState::Error => "error",
            SettingState::Conflict => "conflict",
            SettingState::NotApplicable => "notApplicable",
        }
    }
}

/// How one application went. `install_state` is Graph `resultantAppState`.
#[derive(Clone, Debug)]
pub struct AppReport {
    pub id: String,
    pub display_name: Option<String>,
    pub version: String,
    pub install_state: &'static str,
    pub installed_version: Option<String>,
    pub error: Option<String>,
}

/// The changes that a report of a managed device means. Empty when it says nothing new and the device was seen lately.
#[must_use]
pub fn changes(now: &Snapshot, managed: &Object, desired: &Desired, at: Time, report: &Report) -> Vec<Change> {
    if report.leaving {
        return end::changes(now, managed);
    }
    let mut changes = actions::finished(now, managed, at, &report.outcomes);
    if changes.iter().any(|change| matches!(change, Change::Delete { id } if *id == managed.id)) {
        return changes;
    }
    if let Some(facts) = report.facts.as_ref().filter(|facts| managed.get(FACTS).as_ref() != Some(facts.record())) {
        changes.push(Change::set(managed.id, FACTS, facts.record().clone()));
    }
    if let Some(inventory) = &report.inventory {
        changes.extend(inventory_changes(now, managed, inventory));
    }
    if let Some(held) = report.held.as_deref().filter(|held| managed.get(HELD_VERSION) != Some(*held)) {
        changes.push(Change::set(managed.id, HELD_VERSION, held));
    }
    let lists = [
        (SETTING_STATES, report.settings.as_ref().map(|reports| setting_states(managed, desired, at, reports))),
        (APP_INSTALL_STATES, report.apps.as_ref().map(|reports| app_states(managed, at, reports))),
    ];
    for (attribute, states) in lists {
        if let Some(states) = states.filter(|states| *states != managed.get(attribute).unwrap_or_default()) {
            changes.push(Change::set(managed.id, attribute, states));
        }
    }
    if let Some(reports) = &report.apps {
        let known: Vec<String> =
            managed.get(APP_STATE_KEYS).unwrap_or_default().iter().map(ToString::to_string).collect();
        let keys = state_keys(reports);
        if known != keys {
            changes.push(Change::set(managed.id, APP_STATE_KEYS, keys));
        }
    }
    if let Some(told) = &report.agent_failure {
        changes.extend(crate::agent_release::failed(managed, at, told.as_ref()));
    }
    changes.extend(crate::scripts::changes(now, managed, at, report.scripts.as_deref().unwrap_or_default()));
    let is_stale = managed.get(LAST_SYNC_DATE_TIME).is_none_or(|seen| at.since(seen) >= SEEN_EVERY);
    if is_stale || !changes.is_empty() {
        changes.extend(seen(now, managed, at));
    }
    changes
}

/// That a device was seen.
#[must_use]
pub fn seen(now: &Snapshot, managed: &Object, at: Time) -> Vec<Change> {
    let mut changes = vec![Change::set(managed.id, LAST_SYNC_DATE_TIME, at)];
    if let Some(device) = crate::device_of(now, managed) {
        changes.push(Change::set(device.id, APPROXIMATE_LAST_SIGN_IN_DATE_TIME, at));
    }
    changes
}

fn inventory_changes(now: &Snapshot, managed: &Object, inventory: &Inventory) -> Vec<Change> {
    let device = crate::device_of(now, managed);
    let mut changes = Vec::new();
    let mut keep = |object: Option<&Object>, attribute: AttrId, value: Option<Value>| {
        if let (Some(object), Some(value)) = (object, value)
            && object.value(attribute).as_ref() != Some(&value)
        {
            changes.push(Change::Set { id: object.id, attribute, old: None, new: Some(value) });
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(Value::from);
    let both: [(Attr<str>, Attr<str>, &Option<String>); 4] = [
        (DEVICE_NAME, DISPLAY_NAME, &inventory.name),
        (OS_VERSION, OPERATING_SYSTEM_VERSION, &inventory.os_version),
        (MANUFACTURER, MANUFACTURER, &inventory.manufacturer),
        (MODEL, MODEL, &inventory.model),
    ];
    for (on_managed, on_device, value) in both {
        keep(Some(managed), on_managed.id, text(value));
        keep(device, on_device.id, text(value));
    }
    keep(Some(managed), SERIAL_NUMBER.id, text(&inventory.serial_number));
    keep(Some(managed), PROCESSOR_ARCHITECTURE.id, inventory.architecture.map(Value::from));
    keep(Some(managed), PHYSICAL_MEMORY_IN_BYTES.id, inventory.memory_bytes.map(Value::from));
    keep(Some(managed), TOTAL_STORAGE_SPACE_IN_BYTES.id, inventory.disk_bytes.map(Value::from));
    keep(Some(managed), IS_ENCRYPTED.id, inventory.is_encrypted.map(Value::from));
    let had = managed.get(FREE_STORAGE_SPACE_IN_BYTES);
    let step = inventory.disk_bytes.unwrap_or(0) / FREE_SPACE_PARTS;
    let has_moved = |free: &i64| had.is_none_or(|had| (had - free).abs() > step);
    keep(Some(managed), FREE_STORAGE_SPACE_IN_BYTES.id, inventory.disk_free_bytes.filter(has_moved).map(Value::from));
    changes
}

/// The states of the settings that the device was told to have. What policies disagree about is a conflict, whatever the
/// device did with the value that it keeps.
fn setting_states(managed: &Object, desired: &Desired, at: Time, reports: &[SettingReport]) -> Vec<Record> {
    let before = managed.get(SETTING_STATES).unwrap_or_default();
    let mut states = Vec::new();
    for wanted in &desired.settings {
        let Some(report) = reports.iter().find(|report| report.id.eq_ignore_ascii_case(&wanted.id)) else { continue };
        let policies: Vec<String> = wanted.policies.iter().map(ToString::to_string).collect();
        let conflict = desired.conflicts.iter().find(|conflict| conflict.id == wanted.id);
        let (state, error) = match conflict {
            Some(conflict) => (SettingState::Conflict, Some(conflict.text())),
            None => (report.state, report.error.clone()),
        };
        let record = Record::new()
            .with("settingDefinitionId", wanted.id.as_str())
            .with("value", value_text(&wanted.value))
            .with("state", state.name())
            // Even a digest of what was written would let somebody try passwords against it.
            .with_some("actual", report.actual.as_deref().filter(|_| !wanted.has_secret))
            .with_some("error", error)
            .with("policyIds", policies);
        states.push(dated(record, before.iter().find(|state| is_about(state, &wanted.id)), at));
    }
    for not in &desired.not_applicable {
        let policies: Vec<String> = not.policies.iter().map(ToString::to_string).collect();
        let record = Record::new()
            .with("settingDefinitionId", not.id.as_str())
            .with("state", SettingState::NotApplicable.name())
            .with("error", not.reason.as_str())
            .with("policyIds", policies);
        states.push(dated(record, before.iter().find(|state| is_about(state, &not.id)), at));
    }
    for conflict in &desired.conflicts {
        if !desired.settings.iter().any(|wanted| wanted.id == conflict.id) {
            let policies: Vec<String> = conflict.sides.iter().map(|side| side.policy.to_string()).collect();
            let record = Record::new()
                .with("settingDefinitionId", conflict.id.as_str())
                .with("state", SettingState::Conflict.name())
                .with("error", conflict.text())
                .with("policyIds", policies);
            states.push(dated(record, before.iter().find(|state| is_about(state, &conflict.id)), at));
        }
    }
    states
}

fn app_states(managed: &Object, at: Time, reports: &[AppReport]) -> Vec<Record> {
    let before = managed.get(APP_INSTALL_STATES).unwrap_or_default();
    let state = |report: &AppReport| {
        let known = before.iter().find(|state| state.text("applicationId") == Some(report.id.as_str()));
        let name = report.display_name.as_deref().or_else(|| known?.text("displayName"));
        let record = Record::new()
            .with("applicationId", report.id.as_str())
            .with_some("displayName", name)
            .with("version", report.version.as_str())
            .with("installState", report.install_state)
            .with_some("installedVersion", report.installed_version.as_deref())
            .with_some("error", report.error.as_deref());
        dated(record, known, at)
    };
    reports.iter().map(state).collect()
}

/// Each application and how it stands, for counting: `id/installState/version`.
fn state_keys(reports: &[AppReport]) -> Vec<String> {
    reports.iter().map(|report| format!("{}/{}/{}", report.id, report.install_state, report.version)).collect()
}

/// The record with the time from which it stands so: as before, if nothing has changed.
fn dated(record: Record, before: Option<&Record>, at: Time) -> Record {
    let since = before.and_then(|before| before.time("lastUpdatedDateTime"));
    let unchanged = since.map(|since| record.clone().with("lastUpdatedDateTime", since));
    match unchanged.filter(|unchanged| before == Some(unchanged)) {
        Some(unchanged) => unchanged,
        None => record.with("lastUpdatedDateTime", at),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::world::World;

    fn inventory(free: i64) -> Report {
        let inventory = Inventory {
            name: Some("lt-7".into()),
            disk_bytes: Some(1_000),
            disk_free_bytes: Some(free),
            is_encrypted: Some(true),
            ..Inventory::default()
        };
        let facts = Facts::new().known("firewallActive", true);
        Report { inventory: Some(inventory), facts: Some(facts), held: Some("v".into()), ..Report::default() }
    }

    #[test]
    fn only_a_change_of_state_is_a_change() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        assert!(!w.report(laptop, &inventory(500)).is_empty());
        assert_eq!(w.report(laptop, &inventory(500)), vec![]);
        assert_eq!(w.report(laptop, &inventory(540)), vec![], "free space moves all the time");
        assert!(!w.report(laptop, &inventory(600)).is_empty());
        let soon = w.at + SEEN_EVERY - Duration::from_secs(1);
        w.tick(soon);
        assert_eq!(w.report(laptop, &inventory(600)), vec![]);
        let later = w.at + Duration::from_secs(1);
        w.tick(later);
        let seen = w.report(laptop, &inventory(600));
        let seen: Vec<AttrId> = seen
            .iter()
            .filter_map(|c| if let Change::Set { attribute, .. } = c { Some(*attribute) } else { None })
            .collect();
        assert_eq!(seen, [LAST_SYNC_DATE_TIME.id, APPROXIMATE_LAST_SIGN_IN_DATE_TIME.id]);
        let device = crate::device_of(&w.now, w.get(laptop)).unwrap();
        assert_eq!(device.get(DISPLAY_NAME), Some("lt-7"), "rules of dynamic groups read the directory device");
        assert_eq!(w.get(laptop).get(IS_ENCRYPTED), Some(true));
    }
}
