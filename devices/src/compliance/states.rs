//! The verdicts as Graph tells them: per policy and requirement of a device, per device of a policy, and counted.
//!
//! Everything is read from `complianceResults`, which the reaction keeps; nothing is judged here.

use std::collections::BTreeMap;

use directory::{Id, Object, Record, Snapshot, id_from_text};
use schema::managed_device::{
    COMPLIANCE_POLICY_IDS, COMPLIANCE_RESULTS, COMPLIANCE_STATE, DEVICE_NAME, EMAIL_ADDRESS, LAST_SYNC_DATE_TIME,
    MANAGED_DEVICE, USER_DISPLAY_NAME,
};
use schema::windows10_compliance_policy::WINDOWS10_COMPLIANCE_POLICY;
use schema::{MODEL, USER_ID, USER_PRINCIPAL_NAME};

use super::judge::State;

/// `deviceCompliancePolicyStates` of a device: one for each policy that reaches it, the tenant's own requirements first.
#[must_use]
pub fn policy_states(now: &Snapshot, managed: &Object) -> Vec<Record> {
    let mut by_policy: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for result in managed.get(COMPLIANCE_RESULTS).unwrap_or_default() {
        by_policy.entry(result.text("policyId").unwrap_or_default().to_owned()).or_default().push(result);
    }
    by_policy
        .iter()
        .map(|(policy, results)| {
            let name = results.first().and_then(|result| result.text("policyName")).unwrap_or_default();
            let settings: Vec<Record> = results.iter().map(|result| setting_state(managed, result)).collect();
            let platform = id_from_text(policy).and_then(|id| now.find(id)).map_or("all", platform);
            Record::new()
                .with("id", state_id(managed, policy))
                .with("displayName", name)
                .with("version", 1_i64)
                .with("platformType", platform)
                .with("state", state(results).status())
                .with("settingCount", i64::try_from(settings.len()).unwrap_or(i64::MAX))
                .with("settingStates", settings)
                .with_some("userId", managed.get(USER_ID))
                .with_some("userPrincipalName", managed.get(USER_PRINCIPAL_NAME))
        })
        .collect()
}

/// `deviceStatuses` of a policy: one for each device that it reaches.
#[must_use]
pub fn device_statuses(now: &Snapshot, policy: Id) -> Vec<Record> {
    reached(now, policy)
        .map(|managed| {
            let results = results_of(managed, policy);
            let grace = results.iter().filter_map(|result| result.time("graceUntilDateTime")).max();
            Record::new()
                .with("id", state_id(managed, &policy.to_string()))
                .with_some("deviceDisplayName", managed.get(DEVICE_NAME))
                .with_some("deviceModel", managed.get(MODEL))
                .with_some("userName", managed.get(USER_DISPLAY_NAME))
                .with_some("userPrincipalName", managed.get(USER_PRINCIPAL_NAME))
                .with("status", state(&results).status())
                .with_some("complianceGracePeriodExpirationDateTime", grace)
                .with_some("lastReportedDateTime", managed.get(LAST_SYNC_DATE_TIME))
        })
        .collect()
}

/// `userStatuses` of a policy: one for each person whose devices it reaches; the worst of them is the person's.
#[must_use]
pub fn user_statuses(now: &Snapshot, policy: Id) -> Vec<Record> {
    let mut by_user: BTreeMap<String, Vec<&Object>> = BTreeMap::new();
    for managed in reached(now, policy) {
        by_user.entry(managed.get(USER_ID).unwrap_or_default().to_owned()).or_default().push(managed);
    }
    let users = by_user.iter().filter(|(user, _)| !user.is_empty());
    users
        .map(|(user, devices)| {
            let worst = devices.iter().map(|managed| state(&results_of(managed, policy))).max();
            let first = devices.first();
            Record::new()
                .with("id", format!("{policy}_{user}"))
                .with_some("userDisplayName", first.and_then(|managed| managed.get(USER_DISPLAY_NAME)))
                .with_some("userPrincipalName", first.and_then(|managed| managed.get(USER_PRINCIPAL_NAME)))
                .with("devicesCount", i64::try_from(devices.len()).unwrap_or(i64::MAX))
                .with("status", worst.unwrap_or(State::Unknown).status())
                .with_some("lastReportedDateTime", devices.iter().filter_map(|m| m.get(LAST_SYNC_DATE_TIME)).max())
        })
        .collect()
}

/// `deviceStatusOverview` (or, of the records of [`user_statuses`], `userStatusOverview`) of a policy.
#[must_use]
pub fn overview(policy: Id, statuses: &[Record]) -> Record {
    let count = |wanted: &[&str]| {
        let found = statuses.iter().filter(|status| status.text("status").is_some_and(|is| wanted.contains(&is)));
        i64::try_from(found.count()).unwrap_or(i64::MAX)
    };
    Record::new()
        .with("id", policy.to_string())
        .with("pendingCount", count(&["unknown"]))
        .with("notApplicableCount", count(&["notApplicable"]))
        .with("successCount", count(&["compliant", "remediated"]))
        .with("errorCount", count(&["error"]))
        .with("conflictCount", count(&["conflict"]))
        .with("failedCount", count(&["nonCompliant"]))
        .with("configurationVersion", 1_i64)
        .with_some("lastUpdateDateTime", statuses.iter().filter_map(|s| s.time("lastReportedDateTime")).max())
}

/// `deviceCompliancePolicyDeviceStateSummary` of the organisation.
#[must_use]
pub fn summary(now: &Snapshot) -> Record {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for managed in now.all(&MANAGED_DEVICE) {
        *counts.entry(managed.get(COMPLIANCE_STATE).unwrap_or("unknown")).or_default() += 1;
    }
    let count = |state: &str| counts.get(state).copied().unwrap_or(0);
    Record::new()
        .with("id", "deviceCompliancePolicyDeviceStateSummary")
        .with("unknownDeviceCount", count("unknown"))
        .with("notApplicableDeviceCount", 0_i64)
        .with("compliantDeviceCount", count("compliant"))
        .with("remediatedDeviceCount", 0_i64)
        .with("nonCompliantDeviceCount", count("noncompliant"))
        .with("errorDeviceCount", count("error"))
        .with("conflictDeviceCount", count("conflict"))
        .with("inGracePeriodCount", count("inGracePeriod"))
        .with("configManagerCount", 0_i64)
}

/// `deviceCompliancePolicySettingStateSummaries`: every requirement that any policy has, with how many devices meet it.
/// Each has its `deviceComplianceSettingStates` within.
#[must_use]
pub fn setting_summaries(now: &Snapshot) -> Vec<Record> {
    let mut by_setting: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for managed in now.all(&MANAGED_DEVICE) {
        let mut worst: BTreeMap<String, Record> = BTreeMap::new();
        for result in managed.get(COMPLIANCE_RESULTS).unwrap_or_default() {
            if result.text("policyId").is_none_or(str::is_empty) {
                continue;
            }
            let setting = result.text("setting").unwrap_or_default().to_owned();
            let of = |result: &Record| State::of_status(result.text("state").unwrap_or_default(), false);
            if worst.get(&setting).is_none_or(|known| of(known) < of(&result)) {
                worst.insert(setting, result);
            }
        }
        for (setting, result) in worst {
            let state = device_setting_state(managed, &setting, &result);
            by_setting.entry(setting).or_default().push(state);
        }
    }
    by_setting
        .into_iter()
        .map(|(setting, states)| {
            let count = |wanted: &str| {
                let found = states.iter().filter(|state| state.text("state") == Some(wanted)).count();
                i64::try_from(found).unwrap_or(i64::MAX)
            };
            Record::new()
                .with("id", setting.as_str())
                .with("setting", setting.as_str())
                .with("settingName", title_of(&setting))
                .with("platformType", "all")
                .with("unknownDeviceCount", count("unknown"))
                .with("notApplicableDeviceCount", count("notApplicable"))
                .with("compliantDeviceCount", count("compliant"))
                .with("remediatedDeviceCount", count("remediated"))
                .with("nonCompliantDeviceCount", count("nonCompliant"))
                .with("errorDeviceCount", count("error"))
                .with("conflictDeviceCount", count("conflict"))
                .with("deviceComplianceSettingStates", states)
        })
        .collect()
}

fn device_setting_state(managed: &Object, setting: &str, result: &Record) -> Record {
    Record::new()
        .with("id", format!("{setting}_{}", managed.id))
        .with("setting", setting)
        .with("settingName", name_of(result))
        .with("deviceId", managed.id.to_string())
        .with_some("deviceName", managed.get(DEVICE_NAME))
        .with_some("deviceModel", managed.get(MODEL))
        .with_some("userId", managed.get(USER_ID))
        .with_some("userEmail", managed.get(EMAIL_ADDRESS))
        .with_some("userName", managed.get(USER_DISPLAY_NAME))
        .with_some("userPrincipalName", managed.get(USER_PRINCIPAL_NAME))
        .with_some("state", result.text("state"))
        .with_some("complianceGracePeriodExpirationDateTime", result.time("graceUntilDateTime"))
}

fn setting_state(managed: &Object, result: &Record) -> Record {
    let text = |field: &str| result.text(field);
    let is_error = text("state") == Some("error");
    let policy = text("policyId").unwrap_or_default();
    let source = Record::new()
        .with("id", policy)
        .with_some("displayName", text("policyName"))
        .with("sourceType", "deviceConfiguration");
    Record::new()
        .with_some("setting", text("setting"))
        .with("settingName", name_of(result))
        .with_some("state", text("state"))
        .with_some("currentValue", text("actual"))
        .with("errorCode", i64::from(is_error))
        .with_some("errorDescription", text("actual").filter(|_| is_error))
        // Castellan's own, beside Graph's: what was demanded, since when it stands so, and what can be done.
        .with_some("expectedValue", text("expected"))
        .with_some("sinceDateTime", result.time("sinceDateTime"))
        .with_some("remediation", text("remediation"))
        .with_some("userId", managed.get(USER_ID))
        .with_some("userName", managed.get(USER_DISPLAY_NAME))
        .with_some("userEmail", managed.get(EMAIL_ADDRESS))
        .with_some("userPrincipalName", managed.get(USER_PRINCIPAL_NAME))
        .with("sources", vec![source])
}

fn name_of(result: &Record) -> String {
    let setting = result.text("setting").unwrap_or_default();
    result.text("title").map_or_else(|| title_of(setting), str::to_owned)
}

/// What the catalogue calls a requirement.
fn title_of(setting: &str) -> String {
    schema::catalog::find(setting).map_or_else(|| setting.to_owned(), |definition| definition.display_name.clone())
}

fn state_id(managed: &Object, policy: &str) -> String {
    // The tenant's own requirements stand in no policy.
    if policy.is_empty() { format!("builtIn_{}", managed.id) } else { format!("{policy}_{}", managed.id) }
}

/// What several results mean together.
fn state(results: &[Record]) -> State {
    let states = results.iter().map(|result| State::of_status(result.text("state").unwrap_or_default(), false));
    states.max().unwrap_or(State::Unknown)
}

fn reached(now: &Snapshot, policy: Id) -> impl Iterator<Item = &Object> {
    now.by(COMPLIANCE_POLICY_IDS, policy.to_string()).filter(|object| now.is_a(object, &MANAGED_DEVICE))
}

fn results_of(managed: &Object, policy: Id) -> Vec<Record> {
    let id = policy.to_string();
    let results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    results.into_iter().filter(|result| result.text("policyId") == Some(id.as_str())).collect()
}

/// Graph `policyPlatformType`, which has no word for Linux.
fn platform(policy: &Object) -> &'static str {
    if policy.kind == WINDOWS10_COMPLIANCE_POLICY.id() { "windows10AndLater" } else { "all" }
}
