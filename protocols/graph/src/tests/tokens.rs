//! Who gets in: tokens that are ours, for us, of somebody who is still there.

use std::sync::Arc;

use directory::{Change, Time};
use keys::Algorithm;
use schema::ACCOUNT_ENABLED;
use schema::user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME;
use serde_json::{Value as Json, json};

use super::desk::{ADMIN, CLIENT, CLIENT_APP, Desk, ShutGate, URL};
use engine::testing::TENANT;

fn refused(desk: &Desk, token: &str, part: &str) {
    let heard = desk.ask("GET", "/v1.0/users", &[("authorization", &format!("Bearer {token}"))], "");
    assert_eq!(heard.status, 401, "{}", heard.text);
    assert_eq!(heard.json()["error"]["code"], "InvalidAuthenticationToken");
    let message = heard.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(part), "{message}");
    assert!(heard.header("www-authenticate").unwrap().starts_with("Bearer "));
}

#[test]
fn tokens_that_are_not_for_us_are_refused() {
    let desk = Desk::open();
    let app = json!({"idtyp": "app", "oid": CLIENT.to_string(), "appid": CLIENT_APP});
    let with = |changes: Json| {
        let mut claims = app.clone();
        changes.as_object().unwrap().iter().for_each(|(name, value)| claims[name] = value.clone());
        desk.mint(&claims)
    };
    let now = desk.engine.now().unix();
    refused(&desk, &with(json!({"aud": "https://other.example"})), "Invalid audience");
    refused(&desk, &with(json!({"iss": "https://other.example"})), "Invalid issuer");
    refused(&desk, &with(json!({"exp": now - 600, "iat": now - 1200})), "expired");
    refused(&desk, &with(json!({"nbf": now + 600})), "validation failure");
    refused(&desk, &with(json!({"tid": uuid()})), "parsing failed");
    refused(&desk, &with(json!({"oid": uuid()})), "does not exist");
    refused(&desk, "not.a.token", "parsing failed");
    let mut parts: Vec<String> = desk.token.split('.').map(str::to_owned).collect();
    let other = if parts[2].starts_with('A') { "B" } else { "A" };
    parts[2].replace_range(..1, other);
    refused(&desk, &parts.join("."), "validation failure");
    // alg=none
    let none = keys::base64url::encode(br#"{"alg":"none","typ":"JWT"}"#);
    refused(&desk, &format!("{none}.{}.", parts[1]), "");
    for header in ["", "Basic abc", "Bearer", "Bearer "] {
        let heard = desk.ask("GET", "/v1.0/users", &[("authorization", header)], "");
        assert_eq!(heard.status, 401, "{header}");
    }
    assert_eq!(desk.get("/v1.0/users").status, 200);
    let rsa = json!({"iss": format!("{URL}/{TENANT}/v2.0"), "aud": "https://graph.microsoft.com", "tid": TENANT.to_string(),
        "iat": now, "exp": now + 60, "idtyp": "app", "oid": CLIENT.to_string()});
    let rsa = desk.keys.mint_json(TENANT, Algorithm::Rs256, "JWT", rsa.to_string().as_bytes()).unwrap();
    assert_eq!(desk.ask("GET", "/v1.0/users", &[("authorization", &format!("Bearer {rsa}"))], "").status, 200);
}

fn uuid() -> String {
    "00000000-0000-4000-8000-00000000dead".to_owned()
}

#[test]
fn a_token_ends_with_the_account_the_sessions_and_the_client() {
    let desk = Desk::open();
    let token = desk.delegated();
    let ask = || desk.ask("GET", "/v1.0/me", &[("authorization", &format!("Bearer {token}"))], "");
    assert_eq!(ask().json()["userPrincipalName"], "admin@xyz.example");

    let later = Time::from_unix(desk.engine.now().unix() + 1);
    desk.commit(vec![Change::set(ADMIN, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, later)]);
    let heard = ask();
    assert_eq!(heard.status, 401);
    assert!(heard.header("www-authenticate").unwrap().contains("claims=\""), "a client can ask for a fresh token");
    desk.commit(vec![Change::clear(ADMIN, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME)]);
    assert_eq!(ask().status, 200);

    desk.commit(vec![Change::set(ADMIN, ACCOUNT_ENABLED, false)]);
    assert_eq!(ask().status, 401);
    desk.commit(vec![Change::set(ADMIN, ACCOUNT_ENABLED, true)]);

    desk.commit(vec![Change::set(CLIENT, ACCOUNT_ENABLED, false)]);
    assert_eq!(ask().status, 401);
    assert_eq!(desk.get("/v1.0/users").status, 401);
}

#[test]
fn what_may_not_be_seen_is_denied_or_absent_and_trying_leaves_a_trace() {
    let desk = Desk::with_gate(Arc::new(ShutGate));
    let admin = ADMIN.to_string();
    for (method, url, body) in [
        ("GET", "/v1.0/users".to_owned(), ""),
        ("GET", "/v1.0/users/$count".to_owned(), ""),
        ("GET", "/v1.0/users/delta".to_owned(), ""),
        ("GET", "/v1.0/auditLogs/directoryAudits".to_owned(), ""),
        ("GET", "/v1.0/auditLogs/signIns".to_owned(), ""),
        ("GET", "/beta/deviceManagement/configurationSettings".to_owned(), ""),
        ("GET", "/v1.0/directory/deletedItems".to_owned(), ""),
        (
            "POST",
            "/v1.0/users".to_owned(),
            r#"{"displayName":"x","accountEnabled":true,"mailNickname":"x","userPrincipalName":"x@xyz.example"}"#,
        ),
    ] {
        let heard = desk.ask(method, &url, &[], body);
        assert_eq!(heard.status, 403, "{method} {url}: {}", heard.text);
        assert_eq!(
            heard.json()["error"]["code"],
            if url.contains("deviceM") { "Forbidden" } else { "Authorization_RequestDenied" }
        );
    }
    // A single object answers the same whether it is there or not.
    let there = desk.get(&format!("/v1.0/users/{admin}"));
    let absent = desk.get(&format!("/v1.0/users/{}", uuid()));
    assert_eq!((there.status, absent.status), (403, 403));
    assert_eq!(there.json()["error"]["code"], absent.json()["error"]["code"]);
    for (method, body) in [("PATCH", "{}"), ("DELETE", "")] {
        assert_eq!(desk.ask(method, &format!("/v1.0/users/{admin}"), &[], body).status, 403);
    }
    let refusals =
        desk.engine.journal_read(engine::REFUSALS, &engine::JournalQuery { limit: 10, ..Default::default() });
    assert_eq!(refusals.unwrap().len(), 1, "the one attempt to change something");
}
