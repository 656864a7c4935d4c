//! Devices that join with nobody signed in.

use std::time::Duration;

use agent_wire::{CheckIn, JoinAnswer, JoinType, TpmChallenge, TpmClaim};
use devices::unattended::TOKEN_PURPOSE;
use directory::{Change, Id};
use keys::testing::tpm::{BOUND_SIGNING_KEY, Tpm, described};
use schema::device::REGISTERED_OWNERS;
use schema::device_join_token::{
    DEVICE_JOIN_TOKEN, DISPLAY_NAME, EXPIRATION_DATE_TIME, IS_REGISTRATION_REQUIRED, JOINED_DEVICE_COUNT,
    MAXIMUM_DEVICE_COUNT, TOKEN_HASH,
};
use schema::imported_device_identity::{
    ENDORSEMENT_KEY, ENROLLMENT_STATE, IMPORTED_DEVICE_IDENTIFIER, IMPORTED_DEVICE_IDENTITY,
    IMPORTED_DEVICE_IDENTITY_TYPE,
};

use super::world::{Device, Refused, TENANT, World, run};

const ID: Id = Id::from_u128(0x70);

async fn token(w: &World, devices: i64) -> String {
    let token = format!("{}.{}", TENANT.simple(), "secret");
    let hash = w.keys.hash_secret(TENANT, TOKEN_PURPOSE, &token).unwrap();
    let attributes = vec![
        (DISPLAY_NAME.id, "workshop".into()),
        (EXPIRATION_DATE_TIME.id, (w.engine.now() + Duration::from_secs(86_400)).into()),
        (MAXIMUM_DEVICE_COUNT.id, devices.into()),
        (TOKEN_HASH.id, keys::base64url::encode(hash).into()),
    ];
    w.submit(vec![Change::Create { id: ID, kind: DEVICE_JOIN_TOKEN.id(), attributes }]).await;
    token
}

async fn join(w: &World, device: &mut Device, token: &str, ty: JoinType) -> Result<(), Refused> {
    let answer: Result<JoinAnswer, Refused> = w.post("join", Some(token), &device.request(ty)).await;
    device.join = Some(answer?);
    w.engine.settled().await;
    Ok(())
}

#[test]
fn a_device_with_a_join_token_is_nobodys_and_managed_at_once() {
    run(async {
        let w = World::new().await;
        let token = token(&w, 1).await;
        let mut device = Device::new();
        join(&w, &mut device, &token, JoinType::Join).await.unwrap();
        let managed = device.managed();
        join(&w, &mut device, &token, JoinType::Join).await.unwrap();
        assert_eq!(device.managed(), managed, "an answer that was lost is asked for again");
        device.open(&w).await.unwrap();
        device.check_in(&w, &CheckIn::default()).await.unwrap();
        let now = w.engine.snapshot();
        let joined = devices::device_of(&now, now.get(managed).unwrap()).unwrap();
        assert!(now.linked(joined.id, REGISTERED_OWNERS).is_none());
        assert_eq!(now.get(ID).unwrap().get(JOINED_DEVICE_COUNT), Some(1));
    });
}

#[test]
fn a_join_token_that_is_used_up_unknown_or_of_another_organisation_opens_nothing() {
    run(async {
        let w = World::new().await;
        let token = token(&w, 1).await;
        let refused = async |token: String, ty: JoinType| {
            let Refused(status, code, _) = join(&w, &mut Device::new(), &token, ty).await.unwrap_err();
            (status, code)
        };
        let secret = token.split_once('.').unwrap().1;
        let elsewhere = format!("{}.{secret}", super::world::OTHER.simple());
        let nowhere = format!("{}.{secret}", Id::from_u128(9).simple());
        assert_eq!(refused(format!("{token}x"), JoinType::Join).await, (403, "joinRefused".into()));
        assert_eq!(refused(elsewhere, JoinType::Join).await, (403, "joinRefused".into()));
        assert_eq!(refused(nowhere, JoinType::Join).await, (401, "tokenInvalid".into()));
        assert_eq!(refused(token.clone(), JoinType::Register).await, (400, "badRequest".into()));
        join(&w, &mut Device::new(), &token, JoinType::Join).await.unwrap();
        assert_eq!(refused(token, JoinType::Join).await, (403, "deviceLimitReached".into()));
    });
}

#[test]
fn a_device_proves_in_which_tpm_its_key_lies() {
    run(async {
        let w = World::new().await;
        let token = token(&w, 9).await;
        w.submit(vec![Change::set(ID, IS_REGISTRATION_REQUIRED, true)]).await;
        // It is registered by the second of its keys, which is on a curve.
        let (rsa, tpm, other) = (Tpm::default(), Tpm::on_a_curve(), Tpm::default());
        let hash: String = keys::sha256(&tpm.endorsement_key).iter().map(|byte| format!("{byte:02x}")).collect();
        let attributes = vec![
            (IMPORTED_DEVICE_IDENTITY_TYPE.id, "unknown".into()),
            (IMPORTED_DEVICE_IDENTIFIER.id, hash.as_str().into()),
            (ENDORSEMENT_KEY.id, hash.as_str().into()),
        ];
        let kind = IMPORTED_DEVICE_IDENTITY.id();
        w.submit(vec![Change::Create { id: Id::from_u128(0x71), kind, attributes }]).await;

        let mut device = Device::new();
        let key = keys::requested_public_key(device.csr.as_bytes()).unwrap();
        let public = described(&key, BOUND_SIGNING_KEY);
        let base64 = keys::base64url::encode_plain;
        let challenge = async |tpm: &Tpm, token: &str, public: &[u8]| -> Result<Vec<u8>, Refused> {
            let claim = TpmClaim {
                endorsement_key: base64(&rsa.endorsement_key),
                more_endorsement_keys: vec![base64(&tpm.endorsement_key)],
                public: base64(public),
            };
            let claim = serde_json::to_value(claim).unwrap();
            let told: TpmChallenge = w.post("tpm-challenge", Some(token), &claim).await?;
            let taken = told.endorsement_key.as_deref().and_then(keys::base64url::decode_plain).unwrap();
            let tpm = if taken == tpm.endorsement_key { tpm } else { &rsa };
            let bytes = |text: &str| keys::base64url::decode_plain(text).unwrap();
            Ok(tpm.open(public, &bytes(&told.credential), &bytes(&told.encrypted_secret)).unwrap())
        };
        let join = async |device: &Device, proof: &[u8]| -> Result<JoinAnswer, Refused> {
            let mut request = device.request(JoinType::Join);
            request["tpmProof"] = base64(proof).into();
            w.post("join", Some(&token), &request).await
        };
        let status = |refused: Result<JoinAnswer, Refused>| refused.unwrap_err().0;

        assert_eq!(challenge(&tpm, &format!("{token}x"), &public).await.unwrap_err().0, 401, "no token");
        assert_eq!(
            challenge(&tpm, &token, &described(&key, 1 << 18)).await.unwrap_err().0,
            400,
            "a key that may leave"
        );
        assert_eq!(challenge(&tpm, &token, b"x").await.unwrap_err().0, 400, "no key");
        assert_eq!(status(join(&device, b"guessed").await), 400, "a secret that nobody made");
        let anothers = challenge(&other, &token, &public).await.unwrap();
        assert_eq!(status(join(&device, &anothers).await), 403, "a TPM that is not registered");
        let proof = challenge(&tpm, &token, &public).await.unwrap();
        assert_eq!(status(join(&Device::new(), &proof).await), 400, "another device's proof");
        assert_eq!(status(join(&device, &proof).await), 400, "and it is used up by that");
        let late = challenge(&tpm, &token, &public).await.unwrap();
        w.clock.advance(Duration::from_secs(301));
        assert_eq!(status(join(&device, &late).await), 400, "too late");
        let proof = challenge(&tpm, &token, &public).await.unwrap();
        device.join = Some(join(&device, &proof).await.unwrap());
        let now = w.engine.snapshot();
        let registered = now.find_by(&IMPORTED_DEVICE_IDENTITY, ENDORSEMENT_KEY, hash.as_str()).unwrap();
        assert_eq!(registered.get(ENROLLMENT_STATE), Some("enrolled"));
        device.open(&w).await.unwrap();
    });
}
