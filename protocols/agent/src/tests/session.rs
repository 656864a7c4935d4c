//! Opening sessions, and everything that must not open one.

use agent_wire::JoinType;
use directory::Change;
use schema::ACCOUNT_ENABLED;
use schema::device::{DEVICE, DEVICE_ID};
use serde_json::{Value, json};

use super::world::{ANN, BOB, Device, OTHER, Refused, World, get, leaf, post, read, run};

fn code<T: std::fmt::Debug>(outcome: Result<T, Refused>) -> (u16, String) {
    let Refused(status, code, _) = outcome.unwrap_err();
    (status, code)
}

fn invalid() -> (u16, String) {
    (401, "assertionInvalid".into())
}

#[test]
fn an_assertion_that_does_not_hold_opens_nothing() {
    run(async {
        let w = World::new().await;
        let device = Device::join(&w, ANN, JoinType::Join).await.unwrap();
        let stranger = Device::join(&w, BOB, JoinType::Join).await.unwrap();
        let now = w.engine.now().unix();
        let changed_claims: &[(&str, Value)] = &[
            ("aud", json!("https://id.xyz.example/agent/v1/check-in")),
            ("iss", json!(stranger.id())),
            ("sub", json!(stranger.id())),
            ("nonce", json!("")),
            ("nonce", json!("abc.def")),
            ("exp", json!(now)),
            ("exp", json!(now + 3_600)),
            ("iat", json!(now + 120)),
            ("iat", json!(now - 30)),
            ("exp", Value::Null),
        ];
        for (name, value) in changed_claims {
            let mut claims = device.claims(&w).await;
            claims[*name] = value.clone();
            let outcome = device.present(&w, device.sign(&device.header(), &claims)).await;
            assert_eq!(code(outcome), invalid(), "{name} {value}");
        }
        let theirs = leaf(&stranger.join.as_ref().unwrap().certificate);
        let changed_headers: &[(&str, Value)] = &[
            ("typ", json!("JWT")),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("x5c", json!([])),
            ("x5c", json!([theirs])),
        ];
        for (name, value) in changed_headers {
            let (mut header, claims) = (device.header(), device.claims(&w).await);
            header[*name] = value.clone();
            assert_eq!(code(device.present(&w, device.sign(&header, &claims)).await), invalid(), "{name} {value}");
        }
    });
}

#[test]
fn a_nonce_is_good_once_and_not_for_long() {
    run(async {
        let w = World::new().await;
        let device = Device::join(&w, ANN, JoinType::Join).await.unwrap();
        let assertion = device.sign(&device.header(), &device.claims(&w).await);
        device.present(&w, assertion.clone()).await.unwrap();
        let Refused(_, _, message) = device.present(&w, assertion).await.unwrap_err();
        assert!(message.contains("used before"), "{message}");
        let mut claims = device.claims(&w).await;
        w.clock.advance(std::time::Duration::from_secs(301));
        let now = w.engine.now().unix();
        (claims["iat"], claims["exp"]) = (json!(now), json!(now + 300));
        assert_eq!(code(device.present(&w, device.sign(&device.header(), &claims)).await), invalid());
    });
}

#[test]
fn a_certificate_of_another_authority_or_organisation_opens_nothing_here() {
    run(async {
        let w = World::new().await;
        let mut device = Device::join(&w, ANN, JoinType::Join).await.unwrap();
        let id = device.id().parse().unwrap();
        let issue = |keys: &keys::Keys, tenant| {
            let (join, life) = (keys::DeviceJoin::default(), std::time::Duration::from_secs(86_400));
            keys.issue_device(tenant, device.csr.as_bytes(), id, &join, w.engine.now(), life).unwrap().pem()
        };
        // The other organisation of this server certifies the same key under the same device id.
        let of_other = issue(&w.keys, OTHER);
        // A stranger's server pretends to be this organisation.
        let folder = std::env::temp_dir().join(format!("castellan-agent-{}", keys::random_uuid()));
        let strange = keys::Keys::open(&folder, w.engine.now()).unwrap();
        strange.ensure_tenant(super::world::TENANT, w.engine.now()).unwrap();
        let of_stranger = issue(&strange, super::world::TENANT);
        std::fs::remove_dir_all(&folder).unwrap();
        for (certificate, expected) in [(of_other, (401, "deviceUnknown".into())), (of_stranger, invalid())] {
            device.join.as_mut().unwrap().certificate = certificate;
            let claims = device.claims(&w).await;
            assert_eq!(code(device.present(&w, device.sign(&device.header(), &claims)).await), expected);
        }
    });
}

#[test]
fn disabling_or_deleting_a_device_ends_its_sessions_at_once() {
    run(async {
        let w = World::new().await;
        let mut device = Device::ready(&w, ANN).await;
        let object = w.engine.snapshot().find_by(&DEVICE, DEVICE_ID, device.id()).unwrap().id;
        let said = agent_wire::CheckIn::default();
        device.check_in(&w, &said).await.unwrap();
        w.submit(vec![Change::set(object, ACCOUNT_ENABLED, false)]).await;
        assert_eq!(code(device.check_in(&w, &said).await), (401, "tokenInvalid".into()));
        assert_eq!(code(device.open(&w).await), (403, "deviceDisabled".into()));
        w.submit(vec![Change::set(object, ACCOUNT_ENABLED, true)]).await;
        device.open(&w).await.unwrap();
        w.submit(vec![Change::Delete { id: object }]).await;
        assert_eq!(code(device.check_in(&w, &said).await), (401, "tokenInvalid".into()));
        assert_eq!(code(device.open(&w).await), (401, "deviceUnknown".into()));
    });
}

#[test]
fn a_device_has_only_so_many_sessions() {
    run(async {
        let w = World::new().await;
        let mut device = Device::ready(&w, ANN).await;
        let first = device.session.clone();
        for _ in 0..16 {
            device.open(&w).await.unwrap();
        }
        let said = agent_wire::CheckIn::default();
        device.check_in(&w, &said).await.unwrap();
        device.session = first;
        assert_eq!(code(device.check_in(&w, &said).await), (401, "tokenInvalid".into()));
    });
}

#[test]
fn without_a_session_nothing_is_answered_and_wrong_paths_say_so() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        let of_other =
            device.session.replacen(&super::world::TENANT.simple().to_string(), &OTHER.simple().to_string(), 1);
        w.clock.advance(std::time::Duration::from_secs(1));
        for token in ["", "x", "x.y", of_other.as_str()] {
            for request in [
                post("check-in", Some(token), "{}".into()),
                post("renew", Some(token), "{}".into()),
                get("wake", token),
                get(&format!("packages/{}", "a".repeat(64)), token),
            ] {
                let response = w.send(request).await;
                assert_eq!(response.headers()["www-authenticate"], "Bearer");
                assert_eq!(code(read::<Value>(response).await), (401, "tokenInvalid".into()));
            }
        }
        let wrong = w.send(get("check-in", &device.session)).await;
        assert_eq!(wrong.headers()["allow"], "POST");
        assert_eq!(code(read::<Value>(wrong).await), (405, "methodNotAllowed".into()));
        assert_eq!(code(read::<Value>(w.send(get("nothing", &device.session)).await).await), (404, "notFound".into()));
        w.clock.advance(std::time::Duration::from_secs(3_600));
        let said = agent_wire::CheckIn::default();
        assert_eq!(code(device.check_in(&w, &said).await), (401, "tokenInvalid".into()), "the session has ended");
    });
}
