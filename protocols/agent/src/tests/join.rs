//! Joining and renewing.

use agent_wire::{JoinType, RenewAnswer};
use directory::{Change, Record};
use schema::device::{
    DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, IS_MANAGED, OPERATING_SYSTEM, REGISTERED_OWNERS, REGISTERED_USERS, TRUST_TYPE,
};
use schema::device_registration_policy::{AZURE_AD_JOIN, DEVICE_REGISTRATION_POLICY, USER_DEVICE_QUOTA};
use schema::managed_device::{MANAGED_DEVICE_OWNER_TYPE, USER_ID};
use schema::user::DEPARTMENT;
use schema::{ACCOUNT_ENABLED, ID};
use serde_json::json;

use super::world::{ANN, BOB, Device, OTHER, Refused, TENANT, World, run};

#[test]
fn a_join_makes_a_device_a_managed_device_and_a_certificate() {
    run(async {
        let w = World::new().await;
        for (join_type, trust, ownership, owner) in [
            (JoinType::Join, "AzureAd", "Company", "company"),
            (JoinType::Register, "Workplace", "Personal", "personal"),
        ] {
            let device = Device::join(&w, ANN, join_type).await.unwrap();
            let now = w.engine.snapshot();
            let found = now.find_by(&DEVICE, DEVICE_ID, device.id()).unwrap();
            assert_eq!(found.get(TRUST_TYPE), Some(trust));
            assert_eq!(found.get(DEVICE_OWNERSHIP), Some(ownership));
            assert_eq!(found.get(OPERATING_SYSTEM), Some("Linux"));
            assert_eq!(found.get(IS_MANAGED), Some(true));
            for link in [REGISTERED_OWNERS, REGISTERED_USERS] {
                assert_eq!(now.linked(found.id, link).unwrap().id, ANN);
            }
            let managed = now.get(device.managed()).unwrap();
            assert_eq!(managed.get(USER_ID), Some(ANN.to_string().as_str()));
            assert_eq!(managed.get(MANAGED_DEVICE_OWNER_TYPE), Some(owner));
            let join = device.join.as_ref().unwrap();
            let der = keys::PublicKey::from_certificate(join.certificate.as_bytes()).unwrap();
            assert!(der.is_same_key(&keys::requested_public_key(device.csr.as_bytes()).unwrap()));
            assert_eq!(join.tenant_id, TENANT.to_string());
            assert_eq!(join.push_url, "https://id.xyz.example/agent/v1/wake");
        }
    });
}

#[test]
fn a_repeated_join_answers_the_same_device_and_creates_nothing() {
    run(async {
        let w = World::new().await;
        let mut device = Device::join(&w, ANN, JoinType::Join).await.unwrap();
        let (first, usn) = (device.id().to_owned(), w.engine.snapshot().usn());
        device.join_again(&w, ANN, JoinType::Join).await.unwrap();
        assert_eq!((device.id(), w.engine.snapshot().usn()), (first.as_str(), usn));
        let Refused(status, code, _) = device.join_again(&w, BOB, JoinType::Join).await.unwrap_err();
        assert_eq!((status, code.as_str()), (409, "keyInUse"));
    });
}

#[test]
fn without_a_licence_a_device_joins_and_is_not_managed_until_there_is_one() {
    run(async {
        let w = World::new().await;
        w.submit(vec![Change::set(ANN, DEPARTMENT, "Unlicensed")]).await;
        let mut device = Device::join(&w, ANN, JoinType::Join).await.unwrap();
        assert_eq!(device.join.as_ref().unwrap().managed_device_id, None);
        device.open(&w).await.unwrap();
        let quick = agent_wire::CheckIn::default();
        device.check_in(&w, &quick).await.unwrap();
        assert_eq!(w.engine.snapshot().count(&schema::managed_device::MANAGED_DEVICE), 0);
        w.submit(vec![Change::clear(ANN, DEPARTMENT)]).await;
        device.check_in(&w, &quick).await.unwrap();
        assert_eq!(w.engine.snapshot().count(&schema::managed_device::MANAGED_DEVICE), 1);
    });
}

#[test]
fn the_tenant_says_who_may_join_and_how_many_devices() {
    run(async {
        let w = World::new().await;
        let nobody = Record::new().with("@odata.type", "#microsoft.graph.noDeviceRegistrationMembership");
        let policy = directory::Id::from_u128(77);
        let attributes = vec![
            (ID.id, "deviceRegistrationPolicy".into()),
            (AZURE_AD_JOIN.id, Record::new().with("allowedToJoin", nobody).into()),
            (USER_DEVICE_QUOTA.id, 1_i64.into()),
        ];
        w.submit(vec![Change::Create { id: policy, kind: DEVICE_REGISTRATION_POLICY.id(), attributes }]).await;
        let refused = |outcome: Result<Device, Refused>| outcome.err().map(|Refused(status, code, _)| (status, code));
        let outcome = refused(Device::join(&w, ANN, JoinType::Join).await);
        assert_eq!(outcome, Some((403, "joinRefused".into())));
        assert_eq!(refused(Device::join(&w, ANN, JoinType::Register).await), None);
        let outcome = refused(Device::join(&w, ANN, JoinType::Register).await);
        assert_eq!(outcome, Some((403, "deviceLimitReached".into())));
    });
}

#[test]
fn only_a_good_token_of_a_living_person_joins() {
    run(async {
        let w = World::new().await;
        let device = Device::new();
        let body = device.request(JoinType::Join);
        let status = async |token: &str| {
            w.post::<agent_wire::JoinAnswer>("join", Some(token), &body).await.map(|_| 201).unwrap_or_else(|r| r.0)
        };
        let later = w.engine.now().unix() + 1;
        for token in [
            w.token(TENANT, ANN, |claims| claims["aud"] = json!("https://id.xyz.example")),
            w.token(TENANT, ANN, |claims| claims["idtyp"] = json!("app")),
            w.token(TENANT, ANN, |claims| claims["exp"] = json!(later - 3600)),
            w.token(TENANT, ANN, |claims| claims["iss"] = json!("https://evil.example")),
            w.token(OTHER, BOB, |claims| claims["tid"] = json!(TENANT.to_string())),
            w.token(TENANT, directory::Id::from_u128(404), |_| ()),
            "not a token".into(),
        ] {
            assert_eq!(status(&token).await, 401, "{token}");
        }
        let good = w.token(TENANT, ANN, |_| ());
        let from = directory::Time::from_unix(later);
        let valid_from = schema::user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME;
        w.submit(vec![Change::set(ANN, valid_from, from)]).await;
        assert_eq!(status(&good).await, 401, "sessions were revoked");
        w.submit(vec![Change::clear(ANN, valid_from), Change::set(ANN, ACCOUNT_ENABLED, false)]).await;
        assert_eq!(status(&good).await, 401, "the person is disabled");
        w.submit(vec![Change::set(ANN, ACCOUNT_ENABLED, true)]).await;
        assert_eq!(status(&good).await, 201);
    });
}

#[test]
fn a_request_that_proves_no_key_or_says_too_much_is_refused() {
    run(async {
        let w = World::new().await;
        let token = w.token(TENANT, ANN, |_| ());
        let good = Device::new().request(JoinType::Join);
        let with = |name: &str, value: serde_json::Value| {
            let mut body = good.clone();
            body[name] = value;
            body.to_string()
        };
        let csr = good["csr"].as_str().unwrap();
        // One character in the middle of the request: the key or the signature is another.
        let (a, b) = csr.split_at(csr.len() / 2);
        let altered = format!("{a}{}{}", if b.starts_with('A') { 'B' } else { 'A' }, &b[1..]);
        for (body, status, code) in [
            (with("csr", json!(altered)), 400, "badRequest"),
            (with("csr", json!("")), 400, "badRequest"),
            (with("joinType", json!("borrow")), 400, "badRequest"),
            (with("deviceName", json!("x".repeat(257))), 400, "badRequest"),
            (good.to_string()[..40].to_owned(), 400, "badRequest"),
            (with("csr", json!("x".repeat(40_000))), 413, "tooLarge"),
        ] {
            let answer = w.send(super::world::post("join", Some(&token), body)).await;
            let Refused(found, word, _) = super::world::read::<serde_json::Value>(answer).await.unwrap_err();
            assert_eq!((found, word.as_str()), (status, code));
        }
        assert_eq!(w.engine.snapshot().count(&DEVICE), 0);
    });
}

#[test]
fn a_certificate_is_renewed_for_the_same_key_only() {
    run(async {
        let w = World::new().await;
        let mut device = Device::ready(&w, ANN).await;
        let renew =
            async |csr: &str| w.post::<RenewAnswer>("renew", Some(&device.session), &json!({ "csr": csr })).await;
        assert_eq!(renew(&Device::new().csr).await.unwrap_err().0, 400);
        let renewed = renew(&device.csr).await.unwrap();
        device.join.as_mut().unwrap().certificate = renewed.certificate;
        device.open(&w).await.unwrap();
    });
}
