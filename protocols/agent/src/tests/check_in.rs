//! Checking in: settings, applications, facts and verdicts.

use agent_wire::{
    AppResult, AppState, CheckIn, ComplianceState, Fact, Facts, Firewall, Intent, OsRelease, Render, SettingResult,
    SettingState,
};
use bytes::Bytes;
use directory::{Change, Id, Record, Value};
use http_body_util::BodyExt;
use schema::device::{DEVICE, DEVICE_ID, IS_COMPLIANT};
use schema::device_management_compliance_policy::{DEVICE_MANAGEMENT_COMPLIANCE_POLICY, SCHEDULED_ACTIONS_FOR_RULE};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_TYPE, PACKAGE_VERSION};
use schema::managed_device::{APP_INSTALL_STATES, COMPLIANCE_STATE, LAST_SYNC_DATE_TIME, SETTING_STATES};
use schema::{ASSIGNMENTS, DISPLAY_NAME, NAME, PLATFORMS, SETTINGS};
use serde_json::json;

use super::world::{ANN, BOB, Device, Refused, World, get, post, read, run};

pub fn to_group(group: Id) -> Record {
    let target =
        Record::new().with("@odata.type", "#microsoft.graph.groupAssignmentTarget").with("groupId", group.to_string());
    Record::new().with("target", target)
}

pub fn choice(id: &str, option: &str) -> Record {
    let instance = Record::new()
        .with("settingDefinitionId", id)
        .with("choiceSettingValue", Record::new().with("value", format!("{id}_{option}")));
    Record::new().with("settingInstance", instance)
}

/// A configuration policy.
pub fn policy(id: u128, settings: Vec<Record>, assignments: Vec<Record>) -> Change {
    let attributes = vec![
        (NAME.id, Value::from(format!("policy {id}"))),
        (PLATFORMS.id, "linux".into()),
        (SETTINGS.id, settings.into()),
        (ASSIGNMENTS.id, assignments.into()),
    ];
    Change::Create { id: Id::from_u128(id), kind: DEVICE_MANAGEMENT_CONFIGURATION_POLICY.id(), attributes }
}

fn succeeded(id: &str) -> SettingResult {
    SettingResult { id: id.into(), state: SettingState::Succeeded, actual: None, error: None }
}

const FORWARD: &str = "linux.sysctl.net.ipv4.ip_forward";

#[test]
fn a_policy_reaches_the_devices_of_its_group_and_their_report_is_kept() {
    run(async {
        let w = World::new().await;
        let (ann, bob) = (Device::ready(&w, ANN).await, Device::ready(&w, BOB).await);
        let group = w.group(50, &[ANN]).await;
        w.submit(vec![policy(60, vec![choice(FORWARD, "false")], vec![to_group(group)])]).await;
        let desired = ann.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap();
        let render = Render::Sysctl { key: "net.ipv4.ip_forward".into(), value: "0".into() };
        assert_eq!(desired.settings, [agent_wire::Setting::new(FORWARD, render)]);
        assert!(bob.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap().settings.is_empty());

        let held = CheckIn {
            held: Some(desired.version.clone()),
            settings: Some(vec![succeeded(FORWARD)]),
            ..CheckIn::default()
        };
        assert_eq!(ann.check_in(&w, &held).await.unwrap().desired, None);
        let usn = w.engine.snapshot().usn();
        assert_eq!(ann.check_in(&w, &held).await.unwrap().desired, None);
        assert_eq!(w.engine.snapshot().usn(), usn, "a report that says nothing new is no commit");
        let states = w.engine.snapshot().get(ann.managed()).unwrap().get(SETTING_STATES).unwrap();
        assert_eq!(states[0].text("state"), Some("succeeded"));
        assert_eq!(states[0].texts("policyIds").collect::<Vec<_>>(), [Id::from_u128(60).to_string()]);
        let why = devices::why_setting(&w.engine.snapshot(), ann.managed(), FORWARD, w.engine.now()).unwrap();
        assert_eq!(why.text("text"), Some("`lt-7` has `linux.sysctl.net.ipv4.ip_forward` set to `false`"));
    });
}

#[test]
fn policies_that_disagree_leave_the_device_as_it_was_and_are_both_named() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let group = w.group(50, &[ANN]).await;
        w.submit(vec![policy(60, vec![choice(FORWARD, "false")], vec![to_group(group)])]).await;
        let first = ann.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap();
        let report = |version: &str| CheckIn {
            held: Some(version.to_owned()),
            settings: Some(vec![succeeded(FORWARD)]),
            ..CheckIn::default()
        };
        ann.check_in(&w, &report(&first.version)).await.unwrap();
        w.submit(vec![policy(61, vec![choice(FORWARD, "true")], vec![to_group(group)])]).await;
        // What it had is what it keeps: nothing new is sent.
        assert_eq!(ann.check_in(&w, &report(&first.version)).await.unwrap().desired, None);
        let states = w.engine.snapshot().get(ann.managed()).unwrap().get(SETTING_STATES).unwrap();
        assert_eq!(states[0].text("state"), Some("conflict"));
        let error = "policies disagree: `policy 60` wants `false`, `policy 61` wants `true`";
        assert_eq!(states[0].text("error"), Some(error));
        // A device that never had either is told neither.
        let new = Device::ready(&w, ANN).await;
        assert!(new.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap().settings.is_empty());
    });
}

#[test]
fn a_required_application_is_offered_for_download_to_those_who_must_have_it() {
    run(async {
        let w = World::new().await;
        let (ann, bob) = (Device::ready(&w, ANN).await, Device::ready(&w, BOB).await);
        let group = w.group(50, &[ANN]).await;
        let bytes = b"a package".repeat(100);
        let sha256 = w.engine.blob_put(bytes.clone()).await.unwrap();
        let app = Id::from_u128(70);
        let attributes = vec![
            (DISPLAY_NAME.id, "Editor".into()),
            (PACKAGE_TYPE.id, "tarball".into()),
            (PACKAGE_NAME.id, "xyz-editor".into()),
            (PACKAGE_VERSION.id, "1.0".into()),
            (ASSIGNMENTS.id, vec![to_group(group).with("intent", "required")].into()),
        ];
        w.submit(vec![Change::Create { id: app, kind: LINUX_PACKAGE_APP.id(), attributes }]).await;
        let empty = ann.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap();
        assert!(empty.apps.is_empty(), "there is no content yet");
        let content = Record::new().with("sha256", sha256.as_str()).with("size", 900_i64).with("fileName", "e.tgz");
        w.act("commitContent", app, content).await.unwrap();
        let desired = ann.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap();
        let told = &desired.apps[0];
        assert_eq!((told.intent, told.version.as_str()), (Intent::Required, "1.0"));
        assert_eq!(told.package.as_ref().unwrap().sha256, sha256);

        let path = format!("packages/{sha256}");
        let body = async |response: http::Response<engine::Body>| {
            (response.status().as_u16(), response.into_body().collect().await.unwrap().to_bytes())
        };
        assert_eq!(body(w.send(get(&path, &ann.session)).await).await, (200, Bytes::from(bytes.clone())));
        let range = |range: &str| {
            let mut request = get(&path, &ann.session);
            request.headers_mut().insert("range", range.parse().unwrap());
            request
        };
        let rest = w.send(range("bytes=890-")).await;
        assert_eq!(rest.headers()["content-range"], "bytes 890-899/900");
        assert_eq!(body(rest).await, (206, Bytes::from(bytes[890..].to_vec())));
        assert_eq!(body(w.send(range("bytes=900-")).await).await.0, 416);
        for (session, path) in [(&bob.session, path.clone()), (&ann.session, format!("packages/{}", "a".repeat(64)))] {
            let Refused(status, code, _) =
                read::<serde_json::Value>(w.send(get(&path, session)).await).await.unwrap_err();
            assert_eq!((status, code.as_str()), (404, "packageUnknown"));
        }

        let result = AppResult {
            id: app.to_string(),
            version: "1.0".into(),
            state: AppState::Installed,
            installed_version: Some("1.0".into()),
            error: None,
        };
        let held = CheckIn { held: Some(desired.version), apps: Some(vec![result]), ..CheckIn::default() };
        ann.check_in(&w, &held).await.unwrap();
        let states = w.engine.snapshot().get(ann.managed()).unwrap().get(APP_INSTALL_STATES).unwrap();
        assert_eq!(states[0].text("installState"), Some("installed"));
        assert_eq!(states[0].text("displayName"), Some("Editor"));
    });
}

pub fn facts(firewall: bool) -> Facts {
    Facts {
        hostname: Fact::Known("lt-7".into()),
        os: Fact::Known(OsRelease { id: "ubuntu".into(), version: Some("24.04".into()), name: "Ubuntu".into() }),
        architecture: Fact::Known("x86_64".into()),
        firewall: Fact::Known(Firewall { active: firewall, by: None }),
        ..Facts::default()
    }
}

#[test]
fn the_verdict_follows_the_facts_and_is_in_the_answer() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let answer = ann.check_in(&w, &CheckIn::default()).await.unwrap();
        assert_eq!(answer.compliance.state, ComplianceState::NonCompliant, "nobody has judged it");
        assert_eq!(answer.compliance.reasons[0].check, "RequireDeviceCompliancePolicyAssigned");

        let block = Record::new().with("actionType", "block").with("gracePeriodHours", 24_i64);
        let rule = Record::new().with("scheduledActionConfigurations", vec![block]);
        let everybody = Record::new().with("@odata.type", "#microsoft.graph.allLicensedUsersAssignmentTarget");
        let attributes = vec![
            (NAME.id, "Linux".into()),
            (PLATFORMS.id, "linux".into()),
            (SETTINGS.id, vec![choice("linux_firewall_required", "true")].into()),
            (SCHEDULED_ACTIONS_FOR_RULE.id, vec![rule].into()),
            (ASSIGNMENTS.id, vec![Record::new().with("target", everybody)].into()),
        ];
        let kind = DEVICE_MANAGEMENT_COMPLIANCE_POLICY.id();
        w.submit(vec![Change::Create { id: Id::from_u128(80), kind, attributes }]).await;
        let said = |firewall| CheckIn { facts: Some(facts(firewall)), ..CheckIn::default() };
        let is_compliant = || {
            let now = w.engine.snapshot();
            now.find_by(&DEVICE, DEVICE_ID, ann.id()).unwrap().get(IS_COMPLIANT)
        };
        let state = async |said: &CheckIn| ann.check_in(&w, said).await.unwrap().compliance;
        assert_eq!(state(&CheckIn::default()).await.state, ComplianceState::Unknown, "nothing was reported yet");
        assert_eq!(is_compliant(), Some(false));
        assert_eq!(state(&said(true)).await.state, ComplianceState::Compliant);
        assert_eq!(is_compliant(), Some(true));
        let forgiven = state(&said(false)).await;
        assert_eq!(forgiven.state, ComplianceState::InGracePeriod);
        assert_eq!(forgiven.grace_until_unix_seconds, Some(w.engine.now().unix() + 86_400));
        assert_eq!(forgiven.reasons[0].message, "expected on, found not on; turn the firewall on");
        assert_eq!(is_compliant(), Some(true));
        w.clock.advance(std::time::Duration::from_secs(86_400));
        w.engine.settled().await;
        assert_eq!(is_compliant(), Some(false));
        let managed = w.engine.snapshot().get(ann.managed()).unwrap().get(COMPLIANCE_STATE).map(str::to_owned);
        assert_eq!(managed.as_deref(), Some("noncompliant"));
    });
}

#[test]
fn reports_that_are_malformed_or_over_a_limit_change_nothing() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let usn = w.engine.snapshot().usn();
        let result = json!({"id": "s", "state": "succeeded"});
        for (body, status, code) in [
            (r#"{"agentVersion":"0.1"#.to_owned(), 400, "badRequest"),
            (r#"{"agentVersion":7}"#.to_owned(), 400, "badRequest"),
            ("[]".to_owned(), 400, "badRequest"),
            (json!({"agentVersion": "1", "settings": vec![result; 501]}).to_string(), 400, "badRequest"),
            (json!({"agentVersion": "x".repeat(300)}).to_string(), 400, "badRequest"),
            (json!({"agentVersion": "x".repeat(1_100_000)}).to_string(), 413, "tooLarge"),
        ] {
            let answer = w.send(post("check-in", Some(&ann.session), body)).await;
            let Refused(found, word, _) = read::<serde_json::Value>(answer).await.unwrap_err();
            assert_eq!((found, word.as_str()), (status, code));
        }
        w.engine.settled().await;
        assert_eq!(w.engine.snapshot().usn(), usn);
    });
}

#[test]
fn that_a_device_was_seen_is_written_together_with_others() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let said = CheckIn::default();
        ann.check_in(&w, &said).await.unwrap();
        w.clock.advance(devices::report::SEEN_EVERY);
        let usn = w.engine.snapshot().usn();
        ann.check_in(&w, &said).await.unwrap();
        assert_eq!(w.engine.snapshot().usn(), usn, "a sign of life waits in memory");
        w.protocol.inner.seen.flush(&w.engine).await;
        let seen = w.engine.snapshot().get(ann.managed()).unwrap().get(LAST_SYNC_DATE_TIME);
        assert_eq!(seen, Some(w.engine.now()));
    });
}
