//! What would happen is told, and nothing does.

use std::sync::Arc;

use directory::{Act, Caller, Gate, Object, Refusal, Snapshot, Verb};
use serde_json::json;

use super::desk::{ADMIN, CLIENT, Desk};

const HEADERS: &[(&str, &str)] = &[("content-type", "application/json"), ("prefer", "rehearse")];

#[test]
fn a_request_that_is_rehearsed_tells_what_it_would_do_and_does_nothing() {
    let desk = Desk::open();
    let before = desk.engine.snapshot().usn();
    let user = format!("/v1.0/users/{ADMIN}");
    for (method, path, body, operation) in [
        ("PATCH", user.as_str(), json!({"displayName": "Somebody"}), "Update user"),
        ("DELETE", user.as_str(), json!({}), "Delete user"),
        (
            "POST",
            "/v1.0/groups",
            json!({"displayName": "G", "mailNickname": "g", "mailEnabled": false, "securityEnabled": true}),
            "Add group",
        ),
    ] {
        let answer = desk.ask(method, path, HEADERS, &body.to_string());
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        assert_eq!(answer.header("preference-applied"), Some("rehearse"));
        let told = answer.json();
        assert_eq!(told["isComplete"], true);
        assert_eq!(told["value"][0]["activityDisplayName"], operation, "{told}");
    }
    assert_eq!(desk.engine.snapshot().usn(), before);
    assert_eq!(desk.get(&user).json()["displayName"], "Admin");
}

#[test]
fn a_batch_is_rehearsed_as_a_whole_and_a_refusal_is_a_refusal() {
    let desk = Desk::open();
    let headers = json!({"content-type": "application/json"});
    let path = format!("/users/{ADMIN}");
    let requests = json!({"requests": [
        {"id": "1", "method": "PATCH", "url": path, "headers": headers, "body": {"displayName": "First"}},
        {"id": "2", "method": "PATCH", "url": path, "headers": headers, "body": {"displayName": "Second"}},
        {"id": "3", "method": "PATCH", "url": path, "headers": headers, "body": {"accountEnabled": 7}},
        {"id": "4", "method": "GET", "url": format!("{path}?$select=displayName")},
        {"id": "5", "method": "GET", "url": "/users/nobody@nowhere.example"},
    ]});
    let told = desk.ask("POST", "/v1.0/$batch", HEADERS, &requests.to_string()).json();
    let property = &told["value"][1]["targetResources"][0]["modifiedProperties"][0];
    assert_eq!((property["oldValue"].as_str(), property["newValue"].as_str()), (Some("\"First\""), Some("\"Second\"")));
    let refused = told["refused"].as_array().unwrap();
    assert_eq!((refused.len(), refused[0]["id"].as_str(), refused[0]["status"].as_u64()), (2, Some("3"), Some(400)));
    let answers = told["answers"].as_array().unwrap();
    assert_eq!(
        (answers.len(), &answers[0]["id"], &answers[0]["body"]["displayName"]),
        (1, &json!("4"), &json!("Second"))
    );
    assert!(refused[0]["error"]["message"].is_string(), "{told}");
    let refused = desk.ask("PATCH", &format!("/v1.0{path}"), HEADERS, "{\"accountEnabled\": 7}");
    assert_eq!(refused.status, 400);
    assert_eq!(desk.get(&format!("/v1.0{path}")).json()["displayName"], "Admin");
}

#[test]
fn keys_are_not_rehearsed() {
    let desk = Desk::open();
    let list = || desk.get("/beta/signingKeys").json()["value"].as_array().unwrap().len();
    let before = list();
    assert_eq!(desk.ask("POST", "/beta/signingKeys/rotate", HEADERS, "{\"alg\": \"ES256\"}").status, 400);
    let nested = json!({"requests": [{"id": "1", "method": "POST", "url": "/signingKeys/rotate",
        "headers": {"content-type": "application/json"}, "body": {"alg": "ES256"}}]});
    desk.ask("POST", "/beta/$batch", HEADERS, &nested.to_string());
    assert_eq!(list(), before);
}

#[test]
fn what_is_sealed_is_not_opened_by_a_rehearsal() {
    let desk = Desk::open();
    for url in [
        "/informationProtection/bitlocker/recoveryKeys/2a7c6f0e-0000-4000-8000-000000000001?$select=key",
        "/deviceManagement/managedDevices/2a7c6f0e-0000-4000-8000-000000000002/logCollectionRequests/1/content",
        "/users/admin@xyz.example/refreshTokenFamilies",
    ] {
        let requests = json!({"requests": [{"id": "1", "method": "GET", "url": url}]});
        let told = desk.ask("POST", "/beta/$batch", HEADERS, &requests.to_string()).json();
        assert_eq!(told["refused"][0]["status"], 400, "{url}: {told}");
        assert_eq!(told["refused"][0]["error"]["message"], "This request cannot be rehearsed.", "{url}");
    }
}

/// Others are seen by whoever bears the title of a reader.
struct Titled;

impl Gate for Titled {
    fn allow(&self, _: &Snapshot, _: &Caller, _: &Act<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn sees(&self, now: &Snapshot, caller: &Caller, object: &Object) -> bool {
        let me = caller.actor.id().and_then(|id| now.find(id));
        me.is_some_and(|me| me.id == object.id || me.get(schema::DISPLAY_NAME) == Some("Reader"))
    }
}

#[test]
fn nobody_sees_more_by_supposing_that_they_may() {
    let desk = Desk::with_gate(Arc::new(Titled));
    let headers = json!({"content-type": "application/json"});
    let me = format!("/servicePrincipals/{CLIENT}");
    let requests = json!({"requests": [
        {"id": "1", "method": "PATCH", "url": me, "headers": headers, "body": {"displayName": "Reader"}},
        {"id": "2", "method": "GET", "url": me},
        {"id": "3", "method": "GET", "url": format!("/users/{ADMIN}")},
        {"id": "4", "method": "GET", "url": "/users"},
    ]});
    let told = desk.ask("POST", "/v1.0/$batch", HEADERS, &requests.to_string()).json();
    let answers = told["answers"].as_array().unwrap();
    assert_eq!(answers.iter().map(|a| a["id"].as_str().unwrap()).collect::<Vec<_>>(), ["2", "4"], "{told}");
    assert_eq!(answers[0]["body"]["displayName"], "Reader");
    assert_eq!(answers[1]["body"]["value"], json!([]), "{told}");
    assert_eq!((&told["refused"][0]["id"], &told["refused"][0]["status"]), (&json!("3"), &json!(404)));
}

/// Lets everything but reading the audit.
struct NoAudit;

impl Gate for NoAudit {
    fn allow(&self, _: &Snapshot, _: &Caller, act: &Act<'_>) -> Result<(), Refusal> {
        if act.verb == Verb::Read && act.kind.name == "directoryAudit" {
            return Err(Refusal::denied("the audit is for others"));
        }
        Ok(())
    }

    fn sees(&self, _: &Snapshot, _: &Caller, _: &Object) -> bool {
        true
    }
}

#[test]
fn who_may_not_read_the_audit_is_told_nothing() {
    let desk = Desk::with_gate(Arc::new(NoAudit));
    let answer = desk.ask("PATCH", &format!("/v1.0/users/{ADMIN}"), HEADERS, "{\"displayName\": \"Somebody\"}");
    assert_eq!(answer.status, 403, "{}", answer.text);
}
