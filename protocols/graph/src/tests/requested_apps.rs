//! Applications that a person asks for on a device of theirs, over the wire; whether they may is the rooms' and the gate's business.

use std::sync::Arc;

use directory::{Act, Caller, Change, Gate, Id, Object, Record, Refusal, Snapshot};
use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION};
use schema::managed_device::MANAGED_DEVICE;
use schema::mobile_app::{LARGE_ICON, PUBLISHING_STATE};
use schema::{ASSIGNMENTS, DISPLAY_NAME, OPERATING_SYSTEM, USER_ID};
use serde_json::json;

use super::desk::{ADMIN, Desk};

const LAPTOP: Id = Id::from_u128(0x1a);
const STRANGERS: Id = Id::from_u128(0x1b);
const EDITOR: Id = Id::from_u128(0x2a);

fn open() -> Desk {
    open_to(Arc::new(engine::testing::OpenGate))
}

fn open_to(gate: Arc<dyn Gate>) -> Desk {
    let mut desk = Desk::with_gate(gate);
    let device = |id: Id, user: Id| Change::Create {
        id,
        kind: MANAGED_DEVICE.id(),
        attributes: vec![(OPERATING_SYSTEM.id, "Linux".into()), (USER_ID.id, user.to_string().into())],
    };
    let target = Record::new().with("@odata.type", "#microsoft.graph.allDevicesAssignmentTarget");
    let icon = Record::new().with("type", "image/png").with("value", directory::Value::Bytes(vec![0xfb, 0xff]));
    let editor = vec![
        (DISPLAY_NAME.id, "Editor".into()),
        (PACKAGE_TYPE.id, "deb".into()),
        (schema::linux_package_app::PACKAGE_NAME.id, "editor".into()),
        (PACKAGE_VERSION.id, "2.0".into()),
        (PACKAGE_SHA256.id, "a".repeat(64).into()),
        (PACKAGE_SIZE.id, 9_i64.into()),
        (PUBLISHING_STATE.id, "published".into()),
        (LARGE_ICON.id, icon.into()),
        (ASSIGNMENTS.id, vec![Record::new().with("intent", "available").with("target", target)].into()),
    ];
    desk.commit(vec![
        device(LAPTOP, ADMIN),
        device(STRANGERS, Id::from_u128(0xffff)),
        Change::link(LAPTOP, schema::managed_device::USERS, ADMIN),
        Change::Create { id: EDITOR, kind: LINUX_PACKAGE_APP.id(), attributes: editor },
    ]);
    desk.token = desk.delegated();
    desk
}

#[test]
fn a_person_sees_what_is_offered_asks_for_it_and_gives_it_back() {
    let desk = open();
    let path = format!("/beta/me/managedDevices/{LAPTOP}");
    let offered = || desk.get(&format!("{path}/availableApps")).json()["value"][0].clone();
    let app = offered();
    assert_eq!((app["id"].as_str(), app["displayVersion"].as_str()), (Some(EDITOR.to_string().as_str()), Some("2.0")));
    assert_eq!((&app["mobileAppIntent"], &app["installState"]), (&json!("available"), &json!("notInstalled")));
    assert_eq!(app["largeIcon"], json!({ "type": "image/png", "value": "+/8=" }));
    let body = json!({ "mobileAppId": EDITOR.to_string() });
    for (action, requested, state) in
        [("installApp", "install", "pendingInstall"), ("uninstallApp", "uninstall", "notInstalled")]
    {
        let heard = desk.post(&format!("{path}/{action}"), &body);
        assert_eq!(heard.status, 204, "{}", heard.text);
        let app = offered();
        assert_eq!((&app["requestedAction"], &app["installState"]), (&json!(requested), &json!(state)));
    }
    let audit = desk.get("/v1.0/auditLogs/directoryAudits?$top=1").json();
    assert_eq!(audit["value"][0]["activityDisplayName"], "Request removal of application");
    assert_eq!(audit["value"][0]["initiatedBy"]["user"]["id"], ADMIN.to_string());
}

/// Shows everything but applications.
struct NoApplications;

impl Gate for NoApplications {
    fn allow(&self, _: &Snapshot, _: &Caller, _: &Act<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn sees(&self, now: &Snapshot, _: &Caller, object: &Object) -> bool {
        now.find_a(&schema::mobile_app::MOBILE_APP, object.id).is_none()
    }
}

#[test]
fn whoever_only_reads_devices_is_told_of_no_application_but_those_offered_to_themselves() {
    let desk = open_to(Arc::new(NoApplications));
    let offered = |device: Id| {
        let heard = desk.get(&format!("/beta/deviceManagement/managedDevices/{device}/availableApps"));
        heard.json()["value"].as_array().map(Vec::len)
    };
    assert_eq!((offered(LAPTOP), offered(STRANGERS)), (Some(1), Some(0)));
    let seen = open();
    let heard = seen.get(&format!("/beta/deviceManagement/managedDevices/{STRANGERS}/availableApps"));
    assert_eq!(heard.json()["value"].as_array().map(Vec::len), Some(1), "{}", heard.text);
}

#[test]
fn what_cannot_be_asked_for_is_refused_in_graphs_words() {
    let desk = open();
    let of = |device: Id| format!("/beta/deviceManagement/managedDevices/{device}/installApp");
    let body = |app: &str| json!({ "mobileAppId": app });
    for (path, body, status) in [
        (of(STRANGERS), body(&EDITOR.to_string()), 403),
        (of(LAPTOP), body(&Id::from_u128(9).to_string()), 404),
        (of(LAPTOP), json!({}), 400),
        (of(Id::from_u128(9)), body(&EDITOR.to_string()), 404),
        (format!("/beta/users/{ADMIN}/installApp"), body(&EDITOR.to_string()), 400),
    ] {
        let heard = desk.post(&path, &body);
        assert_eq!(heard.status, status, "{path}: {}", heard.text);
    }
    let path = format!("/beta/me/managedDevices/{LAPTOP}");
    assert_eq!(desk.get(&format!("{path}/installApp")).status, 405);
    assert_eq!(desk.post(&format!("{path}/availableApps"), &json!({})).status, 405);
}

#[test]
fn intents_and_states_are_told_for_each_device_of_a_person() {
    let desk = open();
    let all = desk.get("/beta/me/mobileAppIntentAndStates").json();
    let devices = all["value"].as_array().unwrap();
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0]["managedDeviceIdentifier"], LAPTOP.to_string());
    let app = &devices[0]["mobileAppList"][0];
    assert_eq!((&app["applicationId"], &app["installState"]), (&json!(EDITOR.to_string()), &json!("notInstalled")));
    assert_eq!(app["supportedDeviceTypes"][0]["type"], "linux");
    let one = format!("/beta/users/{ADMIN}/mobileAppIntentAndStates");
    assert_eq!(desk.get(&format!("{one}/{LAPTOP}")).json()["userId"], ADMIN.to_string());
    assert_eq!(desk.get(&format!("{one}('{LAPTOP}')")).status, 200);
    assert_eq!(desk.get(&format!("{one}/{STRANGERS}")).status, 404);
    assert_eq!(desk.post(&one, &json!({})).status, 405);
}
