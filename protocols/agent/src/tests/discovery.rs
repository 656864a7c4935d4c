//! Custom compliance: the agent is given the script of a policy, to be run without rights, and what it prints is judged.

use agent_wire::{CheckIn, ComplianceState, RunAs, ScriptResult, ScriptRun, ScriptSchedule};
use directory::{Change, Id, Record};
use schema::device_management_compliance_policy::{DEVICE_MANAGEMENT_COMPLIANCE_POLICY, SCHEDULED_ACTIONS_FOR_RULE};
use schema::device_management_reusable_policy_setting::{
    DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, SETTING_DEFINITION_ID, SETTING_INSTANCE,
};
use schema::{ASSIGNMENTS, DISPLAY_NAME, NAME, PLATFORMS, SETTINGS};
use serde_json::json;

use super::check_in::facts;
use super::world::{ANN, Device, World, run};

const SCRIPT: Id = Id::from_u128(0x71);
const POLICY: Id = Id::from_u128(0x81);
const TEXT: &str = "#!/bin/sh\necho '{\"Lock\": true}'\n";

fn simple(id: &str, value: &str) -> Record {
    Record::new().with("settingDefinitionId", id).with("simpleSettingValue", Record::new().with("value", value))
}

fn script(text: &str) -> Record {
    simple(devices::policy_checks::CUSTOM_SCRIPT_SETTING, &keys::base64url::encode_plain(text.as_bytes()))
}

async fn organisation() -> World {
    let w = World::new().await;
    let attributes = vec![
        (DISPLAY_NAME.id, "Lock".into()),
        (SETTING_DEFINITION_ID.id, devices::policy_checks::CUSTOM_SCRIPT_SETTING.into()),
        (SETTING_INSTANCE.id, script(TEXT).into()),
    ];
    w.submit(vec![Change::Create { id: SCRIPT, kind: DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING.id(), attributes }])
        .await;
    let rules = json!({"Rules": [{
        "SettingName": "Lock", "Operator": "IsEquals", "DataType": "Boolean", "Operand": true,
        "RemediationStrings": [{"Language": "en_US", "Title": "The screen locks", "Description": "Turn it on."}],
    }]});
    let children = vec![
        simple("linux_customcompliance_discoveryscript", &SCRIPT.to_string()),
        simple("linux_customcompliance_rules", &keys::base64url::encode_plain(rules.to_string().as_bytes())),
    ];
    let value = Record::new().with("value", "linux_customcompliance_required_true").with("children", children);
    let custom =
        Record::new().with("settingDefinitionId", "linux_customcompliance_required").with("choiceSettingValue", value);
    let block = Record::new().with("actionType", "block").with("gracePeriodHours", 0_i64);
    let rule = Record::new().with("scheduledActionConfigurations", vec![block]);
    let everybody = Record::new().with("@odata.type", "#microsoft.graph.allLicensedUsersAssignmentTarget");
    let attributes = vec![
        (NAME.id, "Lock".into()),
        (PLATFORMS.id, "linux".into()),
        (SETTINGS.id, vec![Record::new().with("settingInstance", custom)].into()),
        (SCHEDULED_ACTIONS_FOR_RULE.id, vec![rule].into()),
        (ASSIGNMENTS.id, vec![Record::new().with("target", everybody)].into()),
    ];
    w.submit(vec![Change::Create { id: POLICY, kind: DEVICE_MANAGEMENT_COMPLIANCE_POLICY.id(), attributes }]).await;
    w
}

#[test]
fn a_script_of_custom_compliance_is_run_without_rights_and_judged_by_what_it_prints() {
    run(async {
        let w = organisation().await;
        let ann = Device::ready(&w, ANN).await;
        let full = || CheckIn { facts: Some(facts(true)), scripts: Some(vec![]), ..CheckIn::default() };
        let told = ann.check_in(&w, &full()).await.unwrap();
        let asked = told.desired.unwrap().scripts;
        assert_eq!((asked.len(), asked[0].id.as_str()), (1, POLICY.to_string().as_str()));
        assert_eq!((asked[0].run_as, asked[0].script.as_str()), (RunAs::WithoutRights, TEXT));
        assert_eq!(asked[0].schedule, ScriptSchedule::Every { seconds: 28_800 });
        assert_eq!(told.compliance.state, ComplianceState::Unknown, "it was not run yet");

        let result = |exit_code, output: &str, error: &str| ScriptResult {
            id: asked[0].id.clone(),
            version: asked[0].version.clone(),
            finished_at_unix_seconds: 0,
            not_applicable: None,
            run: Some(ScriptRun { exit_code, output: output.into(), error: error.into() }),
            repair: None,
            run_again: None,
        };
        for (output, error, exit_code, state, found) in [
            (r#"{"Lock": true}"#, "", Some(0), ComplianceState::Compliant, ""),
            (r#"{"Lock": false}"#, "", Some(0), ComplianceState::NonCompliant, "found false"),
            (r#"{"Lock": true}"#, "", Some(0), ComplianceState::Compliant, ""),
        ] {
            let said = CheckIn { scripts: Some(vec![result(exit_code, output, error)]), ..full() };
            let compliance = ann.check_in(&w, &said).await.unwrap().compliance;
            assert_eq!(compliance.state, state, "{output}");
            let told = compliance.reasons.iter().any(|reason| reason.message.contains(found));
            assert!(found.is_empty() || told, "{compliance:?}");
        }
        // Nothing that tells is not taken for good, once what was told before is too old.
        let facts_of = || {
            let facts = w.engine.snapshot().get(ann.managed()).unwrap().get(schema::managed_device::FACTS).unwrap();
            facts.records("customCompliance").next().and_then(|fact| fact.text("error").map(str::to_owned))
        };
        for (exit_code, output, error, why) in [
            (Some(1), "", "", "ended with an error"),
            (None, "{}", "it did not end within 60 s", "60 s"),
            (Some(0), "", "", "printed nothing"),
            (Some(0), "Lock on", "", "one JSON object"),
        ] {
            let said = CheckIn { scripts: Some(vec![result(exit_code, output, error)]), ..full() };
            ann.check_in(&w, &said).await.unwrap();
            assert!(facts_of().is_some_and(|said| said.contains(why)), "{why}: {:?}", facts_of());
        }
        // A script that the agent does not take is said to be so, and not sent.
        let long = script(&format!("{TEXT}{}", "#".repeat(70_000)));
        w.submit(vec![Change::set(SCRIPT, SETTING_INSTANCE, long)]).await;
        let told = ann.check_in(&w, &full()).await.unwrap();
        assert!(told.desired.unwrap().scripts.is_empty());
        assert!(facts_of().is_some_and(|said| said.contains("longer than")), "{:?}", facts_of());
    });
}
