//! The keys that sign tokens, as an administrator sees and turns them.

use directory::Change;
use engine::testing::TENANT;
use serde_json::json;

use super::desk::Desk;

#[test]
fn keys_are_listed_rotated_held_and_released() {
    let desk = Desk::open();
    desk.commit(vec![Change::Create {
        id: TENANT,
        kind: schema::organization::ORGANIZATION.id(),
        attributes: vec![(schema::DISPLAY_NAME.id, "XYZ Ltd.".into())],
    }]);
    let list = |desk: &Desk| desk.get("/beta/signingKeys").json()["value"].as_array().unwrap().clone();
    let of = |keys: &[serde_json::Value], kid: &str| keys.iter().find(|key| key["kid"] == kid).cloned();
    let before = list(&desk);
    assert_eq!(before.len(), 2);
    assert!(before.iter().all(|key| key["state"] == "active" && key.get("pkcs8").is_none()));
    let es256 = before.iter().find(|key| key["alg"] == "ES256").unwrap()["kid"].as_str().unwrap().to_owned();
    assert_eq!(desk.post("/beta/signingKeys/rotate", &json!({"alg": "HS256"})).status, 400);
    assert_eq!(desk.post("/beta/signingKeys/rotate", &json!({"alg": "ES256"})).status, 204);
    let after = list(&desk);
    let old = of(&after, &es256).unwrap();
    assert_eq!((after.len(), old["state"].as_str()), (3, Some("retired")));
    assert!(old["verifiesUntilDateTime"].is_string());
    assert_eq!(desk.post(&format!("/beta/signingKeys/{es256}/retain"), &json!({})).status, 204);
    let held = of(&list(&desk), &es256).unwrap();
    assert_eq!((held["isRetained"].as_bool(), held["verifiesUntilDateTime"].as_str()), (Some(true), None));
    assert_eq!(desk.post(&format!("/beta/signingKeys/{es256}/release"), &json!({})).status, 204);
    assert_eq!(of(&list(&desk), &es256).unwrap()["isRetained"], false);
    assert_eq!(desk.post("/beta/signingKeys/nobody/retain", &json!({})).status, 404);
    // Whatever was done stands in the audit.
    let audit = desk.get("/v1.0/auditLogs/directoryAudits").text;
    for operation in ["Rotate signing key", "Retain signing key", "Release signing key"] {
        assert!(audit.contains(operation), "{operation}: {audit}");
    }
}
