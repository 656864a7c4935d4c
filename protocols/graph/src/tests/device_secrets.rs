//! What devices handed over to be kept, and what lets them in: shown to those who may see it, and written down.

use directory::{Change, Id, Record};
use schema::bitlocker_recovery_key::{BITLOCKER_RECOVERY_KEY, KEY_DEVICE_ID, SEALED_KEY};
use schema::device_log_collection_response::{DEVICE_LOG_COLLECTION_RESPONSE, LOG_MANAGED_DEVICE_ID, LOG_STATUS};
use schema::managed_device::{AZURE_AD_DEVICE_ID, LOG_COLLECTION_REQUESTS, MANAGED_DEVICE, SOFTWARE_INVENTORY};
use serde_json::json;

use super::desk::{Desk, ShutGate};
use std::sync::Arc;

const KEY_ID: Id = Id::from_u128(0xee1);
const DEVICE: Id = Id::from_u128(0xde1);
const LOGS: Id = Id::from_u128(0x109);
const KEYS: &str = "/v1.0/informationProtection/bitlocker/recoveryKeys";

fn escrow(desk: &Desk) {
    let sealed =
        desk.keys.seal(desk.engine.tenant(), &devices::recovery_key::purpose(KEY_ID), b"123456-654321").unwrap();
    let attributes = vec![(KEY_DEVICE_ID.id, "d-1".into()), (SEALED_KEY.id, sealed.into())];
    desk.commit(vec![Change::Create { id: KEY_ID, kind: BITLOCKER_RECOVERY_KEY.id(), attributes }]);
}

fn device(desk: &Desk, id: Id, software: &[(&str, &str)]) {
    let list = software.iter().map(|(name, version)| devices::software::Software {
        name: (*name).to_owned(),
        version: (*version).to_owned(),
        publisher: None,
    });
    let record = devices::software::to_record(list.collect());
    let hash = keys::sha256(&directory::record_to_bytes(&record));
    let until = desk.engine.now().plus_days(9);
    desk.engine.tickets().put(devices::software::SHELF, &hash, None, until, &record).unwrap();
    let attributes = vec![
        (AZURE_AD_DEVICE_ID.id, id.to_string().into()),
        (SOFTWARE_INVENTORY.id, keys::base64url::encode(hash).into()),
    ];
    desk.commit(vec![Change::Create { id, kind: MANAGED_DEVICE.id(), attributes }]);
}

#[test]
fn a_recovery_key_is_shown_where_it_is_asked_for_by_name_and_every_reading_is_audited() {
    let desk = Desk::open();
    escrow(&desk);
    for path in [KEYS.to_owned(), format!("{KEYS}/{KEY_ID}"), format!("{KEYS}?$select=id,key")] {
        let heard = desk.get(&path);
        assert_eq!(heard.status, 200, "{path}");
        assert!(!heard.text.contains("123456"), "{path}");
    }
    let audits = || desk.get("/v1.0/auditLogs/directoryAudits").text.matches("Read BitLocker key").count();
    assert_eq!(audits(), 0);
    for times in 1..=2 {
        let heard = desk.get(&format!("{KEYS}/{KEY_ID}?$select=key"));
        assert_eq!(heard.json()["key"], "123456-654321");
        assert_eq!(audits(), times);
    }
    assert!(!desk.get("/v1.0/auditLogs/directoryAudits").text.contains("123456"), "the audit has no secret");
}

#[test]
fn who_may_not_read_recovery_keys_gets_none_and_leaves_no_reading() {
    let desk = Desk::with_gate(Arc::new(ShutGate));
    escrow(&desk);
    assert!(matches!(desk.get(&format!("{KEYS}/{KEY_ID}?$select=key")).status, 403 | 404));
    let now = desk.engine.snapshot();
    assert_eq!(now.get(KEY_ID).unwrap().get(schema::bitlocker_recovery_key::LAST_READ_DATE_TIME), None);
}

#[test]
fn a_secret_of_a_setting_is_sealed_and_only_its_token_is_ever_shown() {
    const POLICIES: &str = "/beta/deviceManagement/configurationPolicies";
    const KIND: &str = "#microsoft.graph.deviceManagementConfiguration";
    let desk = Desk::open();
    let simple = |place: &str, value: serde_json::Value| {
        json!({ "@odata.type": format!("{KIND}SimpleSettingInstance"),
                "settingDefinitionId": format!("linux.networkmanager.wifi_{place}"), "simpleSettingValue": value })
    };
    let text = |text: &str| json!({ "@odata.type": format!("{KIND}StringSettingValue"), "value": text });
    let secret = |value: &str, state: &str| json!({ "@odata.type": format!("{KIND}SecretSettingValue"), "value": value, "valueState": state });
    let network = |psk: serde_json::Value| {
        let children = [simple("name", text("office")), simple("ssid", text("XYZ")), simple("psk", psk)];
        json!({ "settingInstance": {
            "@odata.type": format!("{KIND}GroupSettingCollectionInstance"),
            "settingDefinitionId": "linux.networkmanager.wifi",
            "groupSettingCollectionValue": [{ "children": children }] } })
    };
    let policy = |settings: serde_json::Value| json!({ "name": "Office", "platforms": "linux", "settings": settings });
    let plain = network(secret("correct horse", "notEncrypted"));
    let made = desk.post(POLICIES, &policy(json!([plain])));
    assert_eq!(made.status, 201, "{}", made.text);
    let id: Id = made.json()["id"].as_str().unwrap().parse().unwrap();
    let sealed = || {
        let now = desk.engine.snapshot();
        now.get(id).unwrap().get(schema::device_management_configuration_policy::SEALED_SETTING_VALUES).unwrap()
    };
    let shown = desk.get(&format!("{POLICIES}/{id}?$expand=settings"));
    let children = &shown.json()["settings"][0]["settingInstance"]["groupSettingCollectionValue"][0]["children"];
    let value = &children[2]["simpleSettingValue"];
    assert_eq!(value["valueState"], "encryptedValueToken");
    let token: Id = value["value"].as_str().unwrap().parse().unwrap();
    let kept = sealed();
    assert_eq!(kept[0].guid("token"), Some(token));
    let Some(directory::Value::Bytes(bytes)) = kept[0].get("sealed") else { panic!("bytes") };
    let purpose = devices::setting_secrets::purpose(token);
    assert_eq!(desk.keys.open_sealed(desk.engine.tenant(), &purpose, bytes).unwrap().as_slice(), b"correct horse");

    // One more setting beneath the policy, and one changed there.
    let added = desk.post(&format!("{POLICIES}/{id}/settings"), &network(secret("battery staple", "notEncrypted")));
    assert_eq!(added.status, 201, "{}", added.text);
    assert!(!added.text.contains("battery") && added.text.contains("encryptedValueToken"), "{}", added.text);
    for (value, why) in [("short", "takes 8 to 64"), ("two\nlines of it", "one line")] {
        let refused = desk.post(POLICIES, &policy(json!([network(secret(value, "notEncrypted"))])));
        assert!(
            refused.status == 400 && refused.text.contains(why) && !refused.text.contains(value),
            "{}",
            refused.text
        );
    }
    for path in [POLICIES.to_owned(), format!("{POLICIES}/{id}/settings"), "/v1.0/auditLogs/directoryAudits".to_owned()]
    {
        let heard = desk.get(&path);
        assert!(heard.status == 200 && !heard.text.contains("horse") && !heard.text.contains("battery"), "{path}");
    }
}

#[test]
fn where_a_device_is_stands_beside_the_action_that_asked_while_it_is_kept() {
    let desk = Desk::open();
    device(&desk, DEVICE, &[]);
    let result = Record::new().with("actionName", "locateDevice").with("actionState", "done");
    let results = schema::managed_device::DEVICE_ACTION_RESULTS;
    desk.commit(vec![Change::set(DEVICE, results, vec![result])]);
    let path = format!("/v1.0/deviceManagement/managedDevices/{DEVICE}");
    let shown = || desk.get(&path).json()["deviceActionResults"][0].clone();
    assert_eq!(shown()["deviceLocation"], serde_json::Value::Null);
    let location = devices::location::Location {
        latitude: 52.52,
        longitude: 13.405,
        accuracy_meters: Some(25.0),
        altitude_meters: None,
        collected: desk.engine.now(),
    };
    let (shelf, key) = (devices::location::LOCATIONS, devices::location::key(DEVICE));
    let until = desk.engine.now() + devices::location::KEPT;
    desk.engine.tickets().put(shelf, &key, None, until, &location.record()).unwrap();
    assert_eq!(shown()["@odata.type"], "#microsoft.graph.locateDeviceActionResult");
    assert_eq!(shown()["deviceLocation"]["latitude"], 52.52);
    assert_eq!(shown()["deviceLocation"]["horizontalAccuracy"], 25.0);
    assert!(!desk.get("/v1.0/deviceManagement/managedDevices").text.contains("52.52"), "one device at a time");
}

#[test]
fn collected_logs_are_fetched_at_an_address_that_holds_no_secret() {
    let desk = Desk::open();
    device(&desk, DEVICE, &[]);
    let attributes = vec![(LOG_MANAGED_DEVICE_ID.id, DEVICE.into()), (LOG_STATUS.id, "pending".into())];
    desk.commit(vec![
        Change::Create { id: LOGS, kind: DEVICE_LOG_COLLECTION_RESPONSE.id(), attributes },
        Change::link(DEVICE, LOG_COLLECTION_REQUESTS, LOGS),
    ]);
    let place = format!("/beta/deviceManagement/managedDevices/{DEVICE}/logCollectionRequests/{LOGS}");
    assert_eq!(desk.get(&place).json()["status"], "pending");
    assert_eq!(desk.post(&format!("{place}/createDownloadUrl"), &json!({})).status, 400, "they have not come");

    let sealed = desk.keys.seal(desk.engine.tenant(), &devices::diagnostics::purpose(LOGS), b"an archive").unwrap();
    let until = desk.engine.now().plus_days(9);
    let body = Record::new().with("archive", sealed);
    desk.engine.tickets().put(devices::diagnostics::SHELF, LOGS.as_bytes(), None, until, &body).unwrap();
    desk.commit(vec![Change::set(LOGS, LOG_STATUS, "completed")]);
    let url = desk.post(&format!("{place}/createDownloadUrl"), &json!({})).json()["value"].as_str().unwrap().to_owned();
    let path = url.get(url.find("/beta").unwrap()..).unwrap();
    assert_eq!(path, format!("{place}/content"));
    assert_eq!(desk.get(path).text, "an archive");
    assert!(desk.get("/v1.0/auditLogs/directoryAudits").text.contains("Read device logs"));
    let other = place.replace(&DEVICE.to_string(), &Id::from_u128(0xde2).to_string());
    assert_eq!(desk.get(&format!("{other}/content")).status, 404, "of another device");
}

#[test]
fn software_is_counted_over_devices_and_found_on_each() {
    let desk = Desk::open();
    device(&desk, DEVICE, &[("bash", "5"), ("openssl", "3.0.1")]);
    device(&desk, Id::from_u128(0xde2), &[("bash", "5"), ("openssl", "3.0.2")]);
    device(&desk, Id::from_u128(0xde3), &[("bash", "5"), ("openssl", "3.0.2")]);
    let apps = |query: &str| desk.get(&format!("/v1.0/deviceManagement/detectedApps{query}")).json();
    let told: Vec<_> = apps("")["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|app| {
            (
                app["displayName"].as_str().unwrap().to_owned(),
                app["version"].as_str().unwrap().to_owned(),
                app["deviceCount"].as_i64().unwrap(),
            )
        })
        .collect();
    let expected = [("bash", "5", 3), ("openssl", "3.0.1", 1), ("openssl", "3.0.2", 2)];
    assert_eq!(told, expected.map(|(name, version, devices)| (name.to_owned(), version.to_owned(), devices)));
    let old = apps("?$filter=displayName%20eq%20'openssl'%20and%20version%20eq%20'3.0.1'")["value"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let holders = desk.get(&format!("/v1.0/deviceManagement/detectedApps/{old}/managedDevices")).json();
    assert_eq!(holders["value"].as_array().unwrap().len(), 1);
    assert_eq!(holders["value"][0]["id"], DEVICE.to_string());
    assert_eq!(desk.get(&format!("/v1.0/deviceManagement/detectedApps/{old}")).json()["version"], "3.0.1");
    let of_one = desk.get(&format!("/beta/deviceManagement/managedDevices/{DEVICE}/detectedApps?$top=1")).json();
    assert_eq!(of_one["value"].as_array().unwrap().len(), 1);
    let next = of_one["@odata.nextLink"].as_str().unwrap();
    let rest = desk.get(next.get(next.find("/beta").unwrap()..).unwrap()).json();
    assert_eq!((rest["value"][0]["displayName"].as_str(), rest["@odata.nextLink"].as_str()), (Some("openssl"), None));
}

#[test]
fn a_join_token_is_shown_once() {
    let desk = Desk::open();
    let expires = desk.engine.now().plus_days(7).to_string();
    let body = json!({"displayName": "workshop", "maximumDeviceCount": 5, "expirationDateTime": expires});
    let made = desk.post("/beta/deviceManagement/joinTokens", &body);
    assert_eq!(made.status, 201, "{}", made.text);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(token.split('.').next().unwrap(), desk.engine.tenant().simple().to_string());
    let path = format!("/beta/deviceManagement/joinTokens/{}", made.json()["id"].as_str().unwrap());
    let secret = token.split_once('.').unwrap().1;
    for path in [path.as_str(), "/beta/deviceManagement/joinTokens?$select=token", "/v1.0/auditLogs/directoryAudits"] {
        assert!(!desk.get(path).text.contains(secret), "{path}");
    }
}
