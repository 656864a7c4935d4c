//! Compliance: whether a device is as its policies demand. Judged here, on the server, from what the device says.
//!
//! A reaction: it looks again at the devices that a commit concerns, and at those whose grace or silence runs out, and
//! writes the verdict to the managed device and `isCompliant` to the directory device, where Conditional Access reads it.

mod checks;
pub(crate) mod consequences;
mod contradiction;
mod custom;
pub mod discovery;
mod judge;
mod notification;
mod policy;
pub mod retire_list;
pub(crate) mod schedule;
pub mod states;
mod windows;

use std::collections::BTreeSet;

use directory::{AttrId, Change, Commit, Id, Object, Own, Plan, Reaction, Snapshot, Time, Value};
use schema::device::{DEVICE, IS_COMPLIANT};
use schema::managed_device::{
    COMPLIANCE_CHECK_DATE_TIME, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_POLICY_IDS,
    COMPLIANCE_RESULTS, COMPLIANCE_STATE, MANAGED_DEVICE,
};

pub use checks::{CHECKS, Finished, Judge, Met, Seen};
pub use custom::{OUTPUT_BYTES_MAX, SCRIPT_BYTES_MAX, fact, failed, rules, rules_of_json};
pub use judge::{HELD_DAYS, INACTIVE_DAYS_DEFAULT, State, Verdict, judge};
pub use notification::COMPLIANCE_NOTIFICATION;
pub(crate) use policy::custom_parts;
pub use policy::{
    CUSTOM, CUSTOM_RULES, CUSTOM_SCRIPT, Requirement, custom_of, name as policy_name, reaching_objects, requirements,
};

use crate::touched::{Interest, touched};

pub(crate) const REACTION: Reaction = Reaction::new(
    "compliance",
    &[
        Own::Attribute(IS_COMPLIANT.id),
        Own::Attribute(COMPLIANCE_STATE.id),
        Own::Attribute(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.id),
        Own::Attribute(COMPLIANCE_RESULTS.id),
        Own::Attribute(COMPLIANCE_POLICY_IDS.id),
        Own::Attribute(COMPLIANCE_CHECK_DATE_TIME.id),
    ],
    react,
    verify,
)
.at_deadlines(&[COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_CHECK_DATE_TIME], due);

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let touched = touched(now, None, &commit.changes, Interest::Compliance);
    if touched.everything {
        return verify(now, at).into();
    }
    let mut managed: BTreeSet<Id> = touched.managed;
    let mut changes = Vec::new();
    for device in touched.devices.into_iter().filter_map(|id| now.find_a(&DEVICE, id)) {
        match crate::managed_of(now, device) {
            Some(found) => drop(managed.insert(found.id)),
            None => changes.extend(unmanaged(device)),
        }
    }
    for managed in managed.into_iter().filter_map(|id| now.find_a(&MANAGED_DEVICE, id)) {
        changes.extend(settle(now, managed, at));
    }
    changes.into()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let managed = now.all(&MANAGED_DEVICE).flat_map(|managed| settle(now, managed, at));
    let unmanaged = now
        .all(&DEVICE)
        .filter(|device| device.has(IS_COMPLIANT.id) && crate::managed_of(now, device).is_none())
        .filter_map(unmanaged);
    managed.chain(unmanaged).collect()
}

fn due(now: &Snapshot, id: Id, _: AttrId, at: Time) -> Plan {
    now.find_a(&MANAGED_DEVICE, id).map(|managed| settle(now, managed, at)).unwrap_or_default().into()
}

/// The changes that make what is written about a device its verdict.
fn settle(now: &Snapshot, managed: &Object, at: Time) -> Vec<Change> {
    let verdict = judge(now, managed, at);
    let mut changes = Vec::new();
    let mut keep = |object: &Object, attribute: AttrId, value: Option<Value>| {
        // An empty collection is the same as none.
        let value = value.filter(|value| value.as_list().is_none_or(|items| !items.is_empty()));
        if object.value(attribute) != value {
            changes.push(Change::Set { id: object.id, attribute, old: None, new: value });
        }
    };
    let time = |time: Option<Time>| time.map(Value::Time);
    if let Some(device) = crate::device_of(now, managed) {
        keep(device, IS_COMPLIANT.id, Some(verdict.state.is_compliant().into()));
    }
    keep(managed, COMPLIANCE_STATE.id, Some(verdict.state.name().into()));
    keep(managed, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.id, time(verdict.grace_until));
    keep(managed, COMPLIANCE_RESULTS.id, Some(verdict.results.into()));
    keep(managed, COMPLIANCE_POLICY_IDS.id, Some(verdict.policies.into()));
    keep(managed, COMPLIANCE_CHECK_DATE_TIME.id, time(verdict.check_at));
    changes
}

/// A device that is not managed is not judged.
fn unmanaged(device: &Object) -> Option<Change> {
    device.has(IS_COMPLIANT.id).then(|| Change::clear(device.id, IS_COMPLIANT))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Record;
    use schema::device_management::DEVICE_MANAGEMENT;
    use schema::device_management_compliance_policy::{
        DEVICE_MANAGEMENT_COMPLIANCE_POLICY, SCHEDULED_ACTIONS_FOR_RULE,
    };

    use schema::windows10_compliance_policy::{
        OS_MINIMUM_VERSION, PASSWORD_REQUIRED, STORAGE_REQUIRE_ENCRYPTION, TPM_REQUIRED, WINDOWS10_COMPLIANCE_POLICY,
    };

    use super::*;
    use crate::facts::Facts;
    use crate::join::Ownership;
    use crate::report::{Inventory, Report};
    use crate::world::{World, choice, id, policy, to};

    fn requirement(n: u128, setting: &str, grace_hours: i64, assignments: Vec<Record>) -> Change {
        let block = Record::new().with("actionType", "block").with("gracePeriodHours", grace_hours);
        let rule = Record::new().with("scheduledActionConfigurations", vec![block]);
        let more = vec![(SCHEDULED_ACTIONS_FOR_RULE.id, vec![rule].into())];
        policy(n, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, vec![choice(setting, "true")], assignments, more)
    }

    fn tenant(settings: Record) -> Change {
        let settings = (schema::SETTINGS.id, settings.into());
        Change::Create { id: id(900), kind: DEVICE_MANAGEMENT.id(), attributes: vec![settings] }
    }

    fn state(w: &World, managed: Id) -> (String, Option<bool>) {
        let managed = w.get(managed);
        let device = crate::device_of(&w.now, managed).unwrap();
        (managed.get(COMPLIANCE_STATE).unwrap().to_owned(), device.get(IS_COMPLIANT))
    }

    fn is(word: &str, compliant: bool) -> (String, Option<bool>) {
        (word.to_owned(), Some(compliant))
    }

    #[test]
    fn a_device_that_nobody_judges_is_not_compliant_unless_the_tenant_says_so() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        assert_eq!(state(&w, laptop), is("noncompliant", false));
        w.done(vec![tenant(Record::new().with("secureByDefault", false))]);
        assert_eq!(state(&w, laptop), is("compliant", true));
    }

    #[test]
    fn the_highest_severity_wins_over_several_policies() {
        const FIREWALL: &str = "linux_firewall_required";
        const BOOT: &str = "linux_secureboot_required";
        for (firewall, boot, expected) in [
            (Some(Ok(true)), Some(Ok(true)), is("compliant", true)),
            (Some(Ok(false)), Some(Ok(true)), is("inGracePeriod", true)),
            (Some(Ok(false)), Some(Ok(false)), is("noncompliant", false)),
            (Some(Ok(true)), Some(Err("no EFI")), is("error", false)),
            (Some(Ok(false)), Some(Err("no EFI")), is("error", false)),
            (Some(Ok(true)), None, is("unknown", false)),
            (None, None, is("unknown", false)),
        ] {
            let mut w = World::new();
            let ann = w.user(1);
            let laptop = w.laptop(ann);
            w.done(vec![requirement(80, FIREWALL, 24, vec![to("allDevices", None)])]);
            w.done(vec![requirement(81, BOOT, 0, vec![to("allLicensedUsers", None)])]);
            let mut facts = Facts::new().known("kernel", "6.8");
            for (name, fact) in [("firewallActive", firewall), ("secureBootEnabled", boot)] {
                facts = match fact {
                    Some(Ok(value)) => facts.known(name, value),
                    Some(Err(why)) => facts.unknown(name, why),
                    None => facts,
                };
            }
            w.facts(laptop, facts);
            assert_eq!(state(&w, laptop), expected, "{firewall:?} {boot:?}");
        }
    }

    #[test]
    fn grace_runs_from_the_first_failure_and_begins_anew_after_a_good_report() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        w.done(vec![requirement(80, "linux_firewall_required", 24, vec![to("allDevices", None)])]);
        let hour = |w: &World, n: u64| w.at + std::time::Duration::from_secs(n * 3_600);
        let report = |w: &mut World, on: bool| w.facts(laptop, Facts::new().known("firewallActive", on));
        report(&mut w, false);
        let until = hour(&w, 24);
        assert_eq!(w.get(laptop).get(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME), Some(until));
        let later = hour(&w, 23);
        w.tick(later);
        report(&mut w, true);
        assert_eq!(state(&w, laptop), is("compliant", true));
        report(&mut w, false);
        let later = hour(&w, 2);
        w.tick(later);
        assert_eq!(state(&w, laptop), is("inGracePeriod", true), "the first grace has not run on");
        let later = hour(&w, 22);
        w.tick(later);
        assert_eq!(state(&w, laptop), is("noncompliant", false));
    }

    #[test]
    fn silence_for_too_long_is_not_compliant_until_the_device_is_seen_again() {
        let mut w = World::new();
        let ann = w.user(1);
        w.done(vec![tenant(
            Record::new().with("secureByDefault", false).with("deviceComplianceCheckinThresholdDays", 10_i64),
        )]);
        let laptop = w.laptop(ann);
        let day = w.at.plus_days(6);
        w.tick(day);
        w.report(laptop, &Report::default());
        let day = w.at.plus_days(6);
        w.tick(day);
        assert_eq!(state(&w, laptop), is("compliant", true), "it was seen six days ago");
        let day = w.at.plus_days(4);
        w.tick(day);
        assert_eq!(state(&w, laptop), is("noncompliant", false));
        w.report(laptop, &Report::default());
        assert_eq!(state(&w, laptop), is("compliant", true));
    }

    #[test]
    fn a_device_whose_person_is_gone_is_not_compliant() {
        let mut w = World::new();
        let ann = w.user(1);
        w.done(vec![tenant(Record::new().with("secureByDefault", false))]);
        let laptop = w.laptop(ann);
        w.done(vec![Change::Delete { id: ann }]);
        assert_eq!(state(&w, laptop), is("noncompliant", false));
        w.done(vec![Change::Restore { id: ann }]);
        assert_eq!(state(&w, laptop), is("compliant", true));
    }

    #[test]
    fn distributions_are_allowed_by_groups_of_settings() {
        let child = |name: &str, value: &str| {
            Record::new()
                .with("settingDefinitionId", format!("linux_distribution_alloweddistros_item_{name}"))
                .with("simpleSettingValue", Record::new().with("value", value))
        };
        let group = |children: Vec<Record>| Record::new().with("children", children);
        let instance = Record::new().with("settingDefinitionId", "linux_distribution_alloweddistros").with(
            "groupSettingCollectionValue",
            vec![
                group(vec![child("$type", "ubuntu"), child("minimumversion", "24.04")]),
                group(vec![child("$type", "debian")]),
            ],
        );
        let settings = vec![Record::new().with("settingInstance", instance)];
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let all = vec![to("allDevices", None)];
        w.done(vec![policy(80, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, settings, all, vec![])]);
        for (name, version, expected) in [
            ("ubuntu", "24.04", is("compliant", true)),
            ("ubuntu", "22.04", is("noncompliant", false)),
            ("debian", "11", is("compliant", true)),
            ("fedora", "43", is("noncompliant", false)),
        ] {
            w.facts(laptop, Facts::new().known("distribution", name).known("distributionVersion", version));
            assert_eq!(state(&w, laptop), expected, "{name} {version}");
        }
        let results = w.get(laptop).get(COMPLIANCE_RESULTS).unwrap();
        let result = results.iter().find(|result| result.text("policyId") != Some("")).unwrap();
        assert_eq!(result.text("expected"), Some("ubuntu from 24.04, or debian"));
        assert_eq!(result.text("actual"), Some("fedora 43"));
    }

    #[test]
    fn a_windows_policy_is_for_windows_and_what_nobody_reports_is_unknown() {
        let windows = |more: Vec<(AttrId, Value)>| {
            let mut attributes: Vec<(AttrId, Value)> = vec![
                (schema::DISPLAY_NAME.id, "Windows".into()),
                (schema::ASSIGNMENTS.id, vec![to("allDevices", None)].into()),
                (STORAGE_REQUIRE_ENCRYPTION.id, true.into()),
                (OS_MINIMUM_VERSION.id, "10.0.19045".into()),
                (PASSWORD_REQUIRED.id, false.into()),
            ];
            attributes.extend(more);
            Change::Create { id: id(80), kind: WINDOWS10_COMPLIANCE_POLICY.id(), attributes }
        };
        for (more, version, expected) in [
            (vec![], "10.0.22631", is("compliant", true)),
            (vec![], "10.0.9999", is("noncompliant", false)),
            (vec![(TPM_REQUIRED.id, true.into())], "10.0.22631", is("unknown", false)),
        ] {
            let mut w = World::new();
            let ann = w.user(1);
            let linux = w.laptop(ann);
            let laptop = w.joined(ann, Ownership::Company, "Windows", version).1;
            w.done(vec![windows(more)]);
            let inventory = Inventory { is_encrypted: Some(true), ..Inventory::default() };
            w.report(laptop, &Report { inventory: Some(inventory), ..Report::default() });
            assert_eq!(state(&w, laptop), expected, "{version}");
            assert_eq!(state(&w, linux), is("noncompliant", false), "no policy is meant for it");
        }
    }

    #[test]
    fn what_cannot_be_told_any_more_counts_as_before_for_seven_days() {
        const SETTING: &str = "linux_firewall_required";
        for (grace, before, at_once, later) in [
            (0, Some(true), is("compliant", true), is("noncompliant", false)),
            (0, Some(false), is("noncompliant", false), is("noncompliant", false)),
            (24, Some(false), is("compliant", true), is("noncompliant", false)),
            (0, None, is("error", false), is("error", false)),
        ] {
            let mut w = World::new();
            let ann = w.user(1);
            let laptop = w.laptop(ann);
            w.done(vec![requirement(80, SETTING, grace, vec![to("allDevices", None)])]);
            if let Some(on) = before {
                w.facts(laptop, Facts::new().known("firewallActive", on));
            }
            w.facts(laptop, Facts::new().unknown("firewallActive", "nft is not installed"));
            assert_eq!(state(&w, laptop), at_once, "{before:?} {grace}");
            let nearly = w.at.plus_days(6);
            w.tick(nearly);
            assert_eq!(state(&w, laptop), at_once, "{before:?} {grace}");
            let then = w.at.plus_days(1);
            w.tick(then);
            assert_eq!(state(&w, laptop), later, "{before:?} {grace}");
            w.facts(laptop, Facts::new().known("firewallActive", true));
            assert_eq!(state(&w, laptop), is("compliant", true));
        }
    }

    #[test]
    fn the_rollup_takes_the_more_severe_of_any_two() {
        let order = ["notApplicable", "compliant", "unknown", "nonCompliant", "conflict", "error"];
        for (at, one) in order.iter().enumerate() {
            for other in &order[at..] {
                let of = |status: &str| State::of_status(status, false);
                assert_eq!(of(one).max(of(other)), of(other), "{one} {other}");
                assert_eq!(of(other).status(), *other);
            }
        }
        assert!(State::of_status("nonCompliant", true) > State::Compliant);
        assert!(State::of_status("nonCompliant", true) < State::Noncompliant);
    }

    #[test]
    fn policies_that_no_device_could_meet_are_in_conflict_and_say_with_whom() {
        let windows = |n: u128, attribute: AttrId, version: &str| {
            let attributes = vec![
                (schema::DISPLAY_NAME.id, Value::from(format!("policy {n}"))),
                (schema::ASSIGNMENTS.id, vec![to("allDevices", None)].into()),
                (attribute, version.into()),
            ];
            Change::Create { id: id(n), kind: WINDOWS10_COMPLIANCE_POLICY.id(), attributes }
        };
        let maximum = schema::windows10_compliance_policy::OS_MAXIMUM_VERSION.id;
        for (most, expected) in [("10.0.22000", is("conflict", false)), ("10.0.26100", is("compliant", true))] {
            let mut w = World::new();
            let ann = w.user(1);
            let laptop = w.joined(ann, Ownership::Company, "Windows", "10.0.22631").1;
            w.done(vec![windows(80, OS_MINIMUM_VERSION.id, "10.0.22621"), windows(81, maximum, most)]);
            assert_eq!(state(&w, laptop), expected, "{most}");
        }
    }

    #[test]
    fn custom_compliance_is_judged_rule_by_rule_from_what_the_script_printed() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let words = r#""RemediationStrings": [{"Language": "en_US", "Title": "BIOS", "Description": "Update it."}]"#;
        let rule = |name: &str, operator: &str, data: &str, operand: &str| {
            format!(
                r#"{{"SettingName": "{name}", "Operator": "{operator}", "DataType": "{data}", "Operand": {operand}, {words}}}"#
            )
        };
        let rules = [rule("Bios", "GreaterEquals", "Version", "\"2.3\""), rule("Lock", "IsEquals", "Boolean", "true")];
        let text = |setting: &str, value: &str| {
            Record::new()
                .with("settingDefinitionId", setting)
                .with("simpleSettingValue", Record::new().with("value", value))
        };
        let children = vec![
            text("linux_customcompliance_discoveryscript", &id(70).to_string()),
            text("linux_customcompliance_rules", &format!("{{\"Rules\": [{}]}}", rules.join(","))),
        ];
        let choice = Record::new().with("value", "linux_customcompliance_required_true").with("children", children);
        let instance = Record::new()
            .with("settingDefinitionId", "linux_customcompliance_required")
            .with("choiceSettingValue", choice);
        let settings = vec![Record::new().with("settingInstance", instance)];
        let all = vec![to("allDevices", None)];
        w.done(vec![policy(80, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, settings, all, vec![])]);
        assert_eq!(state(&w, laptop), is("unknown", false));
        let policy = id(80).to_string();
        for (printed, expected) in [
            (r#"{"Bios": "2.4.1", "Lock": true}"#, is("compliant", true)),
            (r#"{"Bios": "2.2.9", "Lock": true}"#, is("noncompliant", false)),
            (r#"{"Bios": "2.4.1", "Lock": false}"#, is("noncompliant", false)),
        ] {
            w.facts(laptop, Facts::new().known("customCompliance", vec![fact(&policy, printed)]));
            assert_eq!(state(&w, laptop), expected, "{printed}");
        }
        assert_eq!(custom_of(w.get(id(80))).unwrap().0, id(70));
        let states = states::policy_states(&w.now, w.get(laptop));
        let own = states.iter().find(|state| state.text("displayName") == Some("policy 80")).unwrap();
        assert_eq!((own.text("state"), own.int("settingCount")), (Some("nonCompliant"), Some(2)));
        let wrong = own.records("settingStates").find(|s| s.text("setting") == Some("Lock")).unwrap();
        assert_eq!((wrong.text("state"), wrong.text("currentValue")), (Some("nonCompliant"), Some("false")));
        assert_eq!((wrong.text("expectedValue"), wrong.text("settingName")), (Some("equal to true"), Some("BIOS")));
        let statuses = states::device_statuses(&w.now, id(80));
        assert_eq!(states::overview(id(80), &statuses).int("failedCount"), Some(1));
        assert_eq!(states::user_statuses(&w.now, id(80))[0].text("status"), Some("nonCompliant"));
        assert_eq!(states::summary(&w.now).int("nonCompliantDeviceCount"), Some(1));
        let summaries = states::setting_summaries(&w.now);
        let lock = summaries.iter().find(|summary| summary.text("setting") == Some("Lock")).unwrap();
        assert_eq!(lock.int("nonCompliantDeviceCount"), Some(1));
    }

    #[test]
    fn an_explanation_names_what_is_wrong_first_and_what_to_do() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        w.done(vec![requirement(80, "linux_firewall_required", 0, vec![to("allDevices", None)])]);
        w.facts(laptop, Facts::new().known("firewallActive", false));
        let why = crate::why_compliance(&w.now, laptop).unwrap();
        let first = why.records("because").next().unwrap();
        assert_eq!(
            first.text("text"),
            Some("`linux_firewall_required` of `policy 80` is nonCompliant since 2026-11-21T08:00:00Z")
        );
        let reasons: Vec<&str> = first.records("because").filter_map(|reason| reason.text("text")).collect();
        assert_eq!(reasons, ["expected: on", "found: not on", "to do: turn the firewall on"]);
    }
}
