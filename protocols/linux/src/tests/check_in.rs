//! Details, policies, status and the verdict.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Change, Id, Record};
use schema::DISPLAY_NAME;
use schema::device::IS_COMPLIANT;
use schema::device_management_reusable_policy_setting::{
    DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, SETTING_DEFINITION_ID, SETTING_INSTANCE,
};
use schema::managed_device::{ACTION_QUEUE, FACTS, MANAGED_DEVICE, MANUFACTURER, OS_VERSION};
use serde_json::{Value as Json, json};

use super::world::{ANN, BOB, POLICY, World, choice, csr, run, simple};
use crate::VERDICT_APP_ID;

const DETAILS: [(&str, &str); 4] = [
    ("DeviceName", "pc-1"),
    ("Manufacturer", "XYZ"),
    ("OSDistribution", "Ubuntu"),
    ("OSVersion", "Ubuntu 24.04.1 LTS 24.04"),
];

async fn enrolled(w: &World) -> String {
    let (status, answer) = w.enroll(ANN, &csr()).await;
    assert_eq!(status, 200, "{answer}");
    answer["deviceId"].as_str().unwrap().to_owned()
}

fn details(device: &str) -> Json {
    let mut body = json!({ "DeviceId": device });
    for (name, value) in DETAILS {
        body[name] = json!(value);
    }
    body
}

/// A status as a client makes it of the policies: what it found for each setting, and its own opinion.
async fn report(w: &World, device: &str, found: &[(&str, &str)], opinion: &str) -> (u16, Json) {
    let (status, told) = w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await;
    assert_eq!(status, 200, "{told}");
    let statuses: Vec<Json> = told["policies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| {
            let details = policy["policySettings"].as_array().unwrap().iter().map(|setting| {
                let id = setting["settingDefinitionItemId"].as_str().unwrap();
                let actual = found.iter().find(|(name, _)| *name == id).map_or("", |(_, value)| *value);
                json!({
                    "RuleId": setting["ruleId"], "SettingDefinitionItemId": id, "ExpectedValue": setting["value"],
                    "ActualValue": actual, "NewComplianceState": opinion, "OldComplianceState": "Unknown",
                })
            });
            json!({
                "PolicyId": policy["policyId"], "LastStatusDateTime": "2026-11-22T08:00:00+00:00",
                "Details": details.collect::<Vec<_>>(),
            })
        })
        .collect();
    w.check_in(ANN, "POST", "status", &json!({ "DeviceId": device, "PolicyStatuses": statuses })).await
}

fn state(w: &World, device: &str) -> Option<bool> {
    let now = w.engine.snapshot();
    let managed = now.get(directory::id_from_text(device).unwrap()).unwrap();
    devices::device_of(&now, managed).unwrap().get(IS_COMPLIANT)
}

#[test]
fn details_are_kept_and_answered_with_the_name() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let (status, answer) = w.check_in(ANN, "POST", "details", &details(&device)).await;
        assert_eq!((status, answer), (200, json!({ "deviceFriendlyName": "pc-1" })));
        let now = w.engine.snapshot();
        let managed = now.get(directory::id_from_text(&device).unwrap()).unwrap();
        assert_eq!((managed.get(OS_VERSION), managed.get(MANUFACTURER)), (Some("24.04"), Some("XYZ")));
        for (name, _) in DETAILS {
            let mut empty = details(&device);
            empty[name] = json!(" ");
            let expected = if name == "Manufacturer" { 200 } else { 400 };
            assert_eq!(w.check_in(ANN, "POST", "details", &empty).await.0, expected, "{name}");
        }
    });
}

#[test]
fn policies_are_told_in_this_wires_words() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let (_, none) = w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await;
        assert_eq!(none, json!({ "policies": [] }));
        let group = |children: Vec<Record>| Record::new().with("children", children);
        let item = |name: &str, value: &str| simple(&format!("linux_distribution_alloweddistros_item_{name}"), value);
        let distributions = Record::new().with("settingDefinitionId", "linux_distribution_alloweddistros").with(
            "groupSettingCollectionValue",
            vec![
                group(vec![item("$type", "ubuntu"), item("minimumversion", "22.04")]),
                group(vec![item("$type", "rhel")]),
            ],
        );
        w.policy(vec![
            choice("linux_deviceencryption_required", "true"),
            simple("linux_passwordpolicy_minimumlength", 12_i64),
            distributions,
            choice("linux_firewall_required", "true"),
        ])
        .await;
        let (_, told) = w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await;
        let policy = &told["policies"][0];
        assert_eq!(
            (policy["policyId"].as_str(), &policy["policyType"]),
            (Some(POLICY.to_string().as_str()), &json!("Compliance"))
        );
        let settings: Vec<(String, String, String)> = policy["policySettings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| {
                let text = |name: &str| s[name].as_str().unwrap().to_owned();
                let path = text("cspPath").strip_prefix("com.microsoft.manage.LinuxMdm/").unwrap().to_owned();
                (path, text("settingDefinitionItemId"), text("value"))
            })
            .collect();
        let expected = [
            ("DeviceEncryption/Required", "linux_deviceencryption_required", "True"),
            ("PasswordPolicy/MinimumLength", "linux_passwordpolicy_minimumlength", "12"),
            ("Distribution/AllowedDistros/1/$type", "linux_distribution_alloweddistros_item_$type", "ubuntu"),
            (
                "Distribution/AllowedDistros/1/MinimumVersion",
                "linux_distribution_alloweddistros_item_minimumversion",
                "22.04",
            ),
            (
                "Distribution/AllowedDistros/1/MaximumVersion",
                "linux_distribution_alloweddistros_item_maximumversion",
                "",
            ),
            ("Distribution/AllowedDistros/2/$type", "linux_distribution_alloweddistros_item_$type", "rhel"),
            (
                "Distribution/AllowedDistros/2/MinimumVersion",
                "linux_distribution_alloweddistros_item_minimumversion",
                "",
            ),
            (
                "Distribution/AllowedDistros/2/MaximumVersion",
                "linux_distribution_alloweddistros_item_maximumversion",
                "",
            ),
        ];
        assert_eq!(settings, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
        let (_, again) = w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await;
        assert_eq!(again, told, "ids stay");
        assert_ne!(policy["policySettings"][2]["ruleId"], policy["policySettings"][5]["ruleId"]);
    });
}

#[test]
fn what_a_client_found_is_judged_and_what_it_thinks_is_not_believed() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        w.policy(vec![
            choice("linux_deviceencryption_required", "true"),
            simple("linux_passwordpolicy_minimumlength", 12_i64),
        ])
        .await;
        assert_eq!(w.verdict(ANN, &device).await.1["ComplianceState"], "Unknown");
        for (encrypted, length, opinion, expected, words) in [
            ("true", "12", "NonCompliant", true, "Compliant"),
            ("False", "12", "Compliant", false, "Noncompliant"),
            ("True", "11", "Compliant", false, "Noncompliant"),
            ("True", "14", "Compliant", true, "Compliant"),
        ] {
            let found =
                [("linux_deviceencryption_required", encrypted), ("linux_passwordpolicy_minimumlength", length)];
            let (status, echo) = report(&w, &device, &found, opinion).await;
            assert_eq!(status, 200, "{echo}");
            assert_eq!(echo["DeviceId"], device.as_str());
            assert_eq!(echo["PolicyStatuses"][0]["Details"][0]["ActualValue"], encrypted);
            assert_eq!(echo["PolicyStatuses"][0]["Details"][0]["ErrorCode"], 0);
            assert_eq!(state(&w, &device), Some(expected), "{encrypted} {length}");
            let (_, verdict) = w.verdict(ANN, &device).await;
            assert_eq!(
                (verdict["ComplianceState"].as_str(), &verdict["IsCompliantInGraph"]),
                (Some(words), &json!(expected))
            );
            assert_eq!(verdict["NoncompliantRules"].as_array().unwrap().len(), usize::from(!expected));
        }
        let (_, found) = report(&w, &device, &[("linux_deviceencryption_required", "false")], "Compliant").await;
        assert!(found["PolicyStatuses"].is_array());
        let (_, verdict) = w.verdict(ANN, &device).await;
        let rule = &verdict["NoncompliantRules"][0];
        assert_eq!(
            (rule["SettingID"].as_str(), rule["Title"].as_str()),
            (Some("linux_deviceencryption_required"), Some("Disks are encrypted"))
        );
        assert!(rule["Description"].as_str().unwrap().contains("encrypt the disks"), "{rule}");
    });
}

#[test]
fn a_script_of_the_organisation_is_sent_and_judged_by_its_rules() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let script = STANDARD.encode("#!/bin/sh\necho '{\"Lock\": true}'\n");
        let reusable = Id::from_u128(0x71);
        let attributes = vec![
            (DISPLAY_NAME.id, "lock".into()),
            (SETTING_DEFINITION_ID.id, devices::policy_checks::CUSTOM_SCRIPT_SETTING.into()),
            (SETTING_INSTANCE.id, simple(devices::policy_checks::CUSTOM_SCRIPT_SETTING, script.as_str()).into()),
        ];
        let kind = DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING.id();
        w.submit(vec![Change::Create { id: reusable, kind, attributes }]).await;
        let rules = json!({"Rules": [{
            "SettingName": "Lock", "Operator": "IsEquals", "DataType": "Boolean", "Operand": true,
            "MoreInfoUrl": "https://help.xyz.example/lock",
            "RemediationStrings": [{"Language": "en_US", "Title": "The screen locks", "Description": "Turn it on."}],
        }]});
        let rules = STANDARD.encode(rules.to_string());
        let children = vec![
            simple("linux_customcompliance_discoveryscript", reusable.to_string()),
            simple("linux_customcompliance_rules", rules.as_str()),
        ];
        let value = Record::new().with("value", "linux_customcompliance_required_true").with("children", children);
        let custom = Record::new()
            .with("settingDefinitionId", "linux_customcompliance_required")
            .with("choiceSettingValue", value);
        w.policy(vec![custom]).await;
        let (_, told) = w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await;
        assert_eq!(told["policies"][0]["policySettings"][0]["value"], script.as_str());
        for (printed, opinion, words) in [
            ("{\"Lock\": true}\n", "Unknown", "Compliant"),
            ("{\"Lock\": false}", "Compliant", "Noncompliant"),
            ("{\"Lock\": true}", "Unknown", "Compliant"),
        ] {
            let (status, _) =
                report(&w, &device, &[("linux_customcompliance_discoveryscript", printed)], opinion).await;
            assert_eq!(
                (status, w.verdict(ANN, &device).await.1["ComplianceState"].as_str()),
                (200, Some(words)),
                "{printed}"
            );
        }
        report(&w, &device, &[("linux_customcompliance_discoveryscript", "{\"Lock\": false}")], "Unknown").await;
        let (_, verdict) = w.verdict(ANN, &device).await;
        let rule = &verdict["NoncompliantRules"][0];
        assert_eq!(
            (rule["ComplianceSource"].as_str(), rule["Title"].as_str()),
            (Some("CustomCompliance"), Some("The screen locks"))
        );
        assert_eq!(rule["MoreInfoUri"], "https://help.xyz.example/lock");
    });
}

#[test]
fn what_this_wire_cannot_tell_is_an_error_and_not_silence() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        w.policy(vec![choice("linux_firewall_required", "true"), choice("linux_deviceencryption_required", "true")])
            .await;
        report(&w, &device, &[("linux_deviceencryption_required", "true")], "Compliant").await;
        let (_, verdict) = w.verdict(ANN, &device).await;
        assert_eq!(verdict["ComplianceState"], "Error");
        let told = verdict["NoncompliantRules"][0]["Description"].as_str().unwrap().to_owned();
        assert!(told.contains("the client of this device does not report it"), "{told}");
    });
}

#[test]
fn a_device_is_nobodys_business_but_its_persons() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let status = json!({ "DeviceId": device, "PolicyStatuses": [] });
        assert_eq!(w.check_in(BOB, "POST", "details", &details(&device)).await.0, 404);
        assert_eq!(w.check_in(BOB, "GET", &format!("policies/{device}"), &json!(null)).await.0, 404);
        assert_eq!(w.verdict(BOB, &device).await.0, 404);
        let (code, refused) = w.check_in(BOB, "POST", "status", &status).await;
        assert_eq!((code, refused["error"]["message"].as_str()), (400, Some("Device validation failed")));
        // The token of another device of the same person.
        let elsewhere = w.token(ANN, VERDICT_APP_ID, |claims| claims["deviceid"] = json!(Id::from_u128(9).to_string()));
        let path = format!("IWService/Devices(guid'{device}')");
        let (code, _) = w.send("GET", &path, &elsewhere, "").await;
        assert!(code == 401 || code == 404, "{code}");
        for device in ["", "x", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(w.check_in(ANN, "POST", "status", &json!({ "DeviceId": device })).await.0, 400);
        }
        let token = w.token(ANN, VERDICT_APP_ID, |_| ());
        for path in ["IWService/Devices", "IWService/Devices(x)", "IWService/Devices(guid'x')"] {
            assert!([400, 404].contains(&w.send("GET", path, &token, "").await.0), "{path}");
        }
    });
}

#[test]
fn for_a_device_that_our_agent_manages_a_person_cannot_speak() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let id = directory::id_from_text(&device).unwrap();
        let wipe = Record::new().with("id", "1").with("actionName", "wipe").with("actionState", "pending");
        let facts = Record::new().with("agentVersion", "0.1.0").with("storageEncrypted", false);
        w.submit(vec![Change::set(id, ACTION_QUEUE, vec![wipe]), Change::set(id, FACTS, facts)]).await;
        let before = w.engine.snapshot();
        let status = json!({ "DeviceId": device, "PolicyStatuses": [] });
        assert_eq!(w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await.0, 404);
        assert_eq!(w.check_in(ANN, "POST", "details", &details(&device)).await.0, 404);
        assert_eq!(w.check_in(ANN, "POST", "status", &status).await.0, 400);
        assert_eq!(w.verdict(ANN, &device).await.0, 404);
        let now = w.engine.snapshot();
        let kept =
            |now: &directory::Snapshot| (now.get(id).unwrap().get(ACTION_QUEUE), now.get(id).unwrap().get(FACTS));
        assert_eq!(kept(&now), kept(&before), "the wipe waits for the agent, and the facts are the agent's");
    });
}

#[test]
fn a_retired_device_is_not_known_any_more_and_a_lock_is_not_supported() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let id = directory::id_from_text(&device).unwrap();
        let queued =
            |name: &str| vec![Record::new().with("id", name).with("actionName", name).with("actionState", "pending")];
        w.submit(vec![Change::set(id, ACTION_QUEUE, queued("remoteLock"))]).await;
        report(&w, &device, &[], "Unknown").await;
        let now = w.engine.snapshot();
        let queue = now.get(id).unwrap().get(ACTION_QUEUE).unwrap();
        assert_eq!(queue[0].text("actionState"), Some("notSupported"));
        w.submit(vec![Change::set(id, ACTION_QUEUE, queued("retire"))]).await;
        assert_eq!(w.check_in(ANN, "GET", &format!("policies/{device}"), &json!(null)).await.0, 404);
        assert_eq!(w.engine.snapshot().all(&MANAGED_DEVICE).count(), 0);
        assert_eq!(w.verdict(ANN, &device).await.0, 404);
    });
}

#[test]
fn a_person_can_look_again_and_remove_the_device() {
    run(async {
        let w = World::new().await;
        let device = enrolled(&w).await;
        let token = w.token(ANN, VERDICT_APP_ID, |_| ());
        let (_, verdict) = w.verdict(ANN, &device).await;
        let target = verdict["#CommonContainer.CheckCompliance"]["target"].as_str().unwrap().to_owned();
        let path = target.split("/linux/").nth(1).unwrap();
        assert_eq!(w.send("POST", path, &token, "").await.0, 200);
        let retire = verdict["#CommonContainer.Retire"]["target"].as_str().unwrap().to_owned();
        let path = retire.split("/linux/").nth(1).unwrap();
        assert_eq!(w.send("POST", path, &token, "").await.0, 204);
        assert_eq!(w.verdict(ANN, &device).await.0, 404);
        assert_eq!(w.send("POST", &format!("IWService/Devices(guid'{device}')/SetRD"), &token, "").await.0, 404);
    });
}
