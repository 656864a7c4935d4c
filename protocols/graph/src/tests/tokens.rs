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
    assert!(!knows(desk, token), "nor are many bytes read of whoever shows it: {part}");
}

fn knows(desk: &Desk, token: &str) -> bool {
    let request = http::Request::put("/v1.0/a/content").header("authorization", format!("Bearer {token}"));
    desk.graph.knows(&request.body(()).unwrap().into_parts().0)
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
    // An ID token is no access token, whatever its audience (RFC 8725 §3.11).
    let id = json!({"iss": format!("{URL}/{TENANT}/v2.0"), "aud": URL, "tid": TENANT.to_string(), "iat": now,
        "exp": now + 60, "idtyp": "app", "oid": CLIENT.to_string()});
    let id = desk.keys.mint_json(TENANT, Algorithm::Es256, "JWT", id.to_string().as_bytes()).unwrap();
    refused(&desk, &id, "validation failure");
    for header in ["", "Basic abc", "Bearer", "Bearer "] {
        let heard = desk.ask("GET", "/v1.0/users", &[("authorization", header)], "");
        assert_eq!(heard.status, 401, "{header}");
    }
    assert_eq!(desk.get("/v1.0/users").status, 200);
    assert!(knows(&desk, &desk.token));
    let rsa = json!({"iss": format!("{URL}/{TENANT}/v2.0"), "aud": "https://graph.microsoft.com", "tid": TENANT.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e",
        "iat": now, "exp": now + 60, "idtyp": "app", "oid": CLIENT.to_string()});
    let rsa = desk.keys.mint_json(TENANT, Algorithm::Rs256, "at+jwt", rsa.to_string().as_bytes()).unwrap();
    assert_eq!(desk.ask("GET", "/v1.0/users", &[("authorization", &format!("Bearer {rsa}"))], "").status, 200);
}

#[test]
fn a_token_that_was_given_back_opens_nothing_more() {
    let desk = Desk::open();
    let mint =
        |uti: &str| desk.mint(&json!({"idtyp": "app", "oid": CLIENT.to_string(), "appid": CLIENT_APP, "uti": uti}));
    let (given, kept) = (mint(&uuid()), mint("00000000-0000-4000-8000-00000000beef"));
    let ask = |token: &str| desk.ask("GET", "/v1.0/users", &[("authorization", &format!("Bearer {token}"))], "").status;
    assert_eq!((ask(&given), ask(&kept)), (200, 200));
    let ends = Time::from_unix(desk.engine.now().unix() + 60);
    bearer::take_back(&desk.engine.tickets(), directory::id_from_text(&uuid()).unwrap(), ends).unwrap();
    assert_eq!((ask(&given), ask(&kept)), (401, 200));
    // One that could never be given back counts as if it were.
    assert_eq!(ask(&mint("")), 401);
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

/// A key of somebody's own, and the proofs that it signs (RFC 9449 §4.2).
struct Holder(rcgen::KeyPair);

impl Holder {
    fn jwk(&self) -> Json {
        let spki = rcgen::PublicKeyData::subject_public_key_info(&self.0);
        Json::Object(keys::PublicKey::from_spki(&spki).unwrap().to_jwk())
    }

    fn jkt(&self) -> String {
        keys::PublicKey::from_jwk(&self.jwk()).unwrap().thumbprint()
    }

    fn proof(&self, desk: &Desk, token: &str, changes: &[(&str, &str)]) -> String {
        let now = desk.engine.now();
        let mut claims = json!({
            "htm": "GET", "htu": format!("{URL}/v1.0/users"), "iat": now.unix(), "jti": keys::random_uuid().to_string(),
            "ath": keys::base64url::encode(keys::sha256(token.as_bytes())),
            "nonce": desk.keys.dpop_nonce(TENANT, now).unwrap(),
        });
        for (name, value) in changes {
            claims[*name] = json!(value);
        }
        let part = |json: &Json| keys::base64url::encode(json.to_string());
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk()});
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = rcgen::SigningKey::sign(&self.0, message.as_bytes()).unwrap();
        format!("{message}.{}", keys::base64url::encode(signature))
    }
}

#[test]
fn a_token_bound_to_a_key_counts_only_with_a_proof_of_that_key() {
    let desk = Desk::open();
    let new = || Holder(rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap());
    let (own, other) = (new(), new());
    let token = desk.mint(&json!({
        "idtyp": "app", "oid": CLIENT.to_string(), "appid": CLIENT_APP, "cnf": {"jkt": own.jkt()}
    }));
    let ask = |scheme: &str, token: &str, proofs: &[&str]| {
        let authorization = format!("{scheme} {token}");
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        desk.ask("GET", "/v1.0/users?$top=1", &headers, "")
    };
    let good = own.proof(&desk, &token, &[]);
    assert_eq!(ask("DPoP", &token, &[&good]).status, 200);
    let (fresh, second) = (own.proof(&desk, &token, &[]), own.proof(&desk, &token, &[]));
    for (name, heard, error) in [
        ("again", ask("DPoP", &token, &[&good]), "invalid_dpop_proof"),
        ("as a bearer", ask("Bearer", &token, &[&fresh]), "invalid_token"),
        ("without a proof", ask("DPoP", &token, &[]), "invalid_dpop_proof"),
        ("with two proofs", ask("DPoP", &token, &[&fresh, &second]), "invalid_dpop_proof"),
        ("by another key", ask("DPoP", &token, &[&other.proof(&desk, &token, &[])]), "invalid_token"),
        ("for another token", ask("DPoP", &token, &[&own.proof(&desk, "x", &[])]), "invalid_dpop_proof"),
        ("elsewhere", ask("DPoP", &token, &[&own.proof(&desk, &token, &[("htu", URL)])]), "invalid_dpop_proof"),
        ("another verb", ask("DPoP", &token, &[&own.proof(&desk, &token, &[("htm", "POST")])]), "invalid_dpop_proof"),
        ("an old nonce", ask("DPoP", &token, &[&own.proof(&desk, &token, &[("nonce", "x")])]), "use_dpop_nonce"),
        ("an unbound one", ask("DPoP", &desk.token, &[&own.proof(&desk, &desk.token, &[])]), "invalid_token"),
    ] {
        assert_eq!(heard.status, 401, "{name}: {}", heard.text);
        let challenge = heard.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("DPoP ") && challenge.contains(error), "{name}: {challenge}");
        assert!(heard.header("dpop-nonce").is_some(), "{name}");
    }
}
