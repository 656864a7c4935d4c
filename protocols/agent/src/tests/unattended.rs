//! Devices that join with nobody signed in.

use std::time::Duration;

use agent_wire::{CheckIn, JoinAnswer, JoinType};
use devices::unattended::TOKEN_PURPOSE;
use directory::{Change, Id};
use schema::device::REGISTERED_OWNERS;
use schema::device_join_token::{
    DEVICE_JOIN_TOKEN, DISPLAY_NAME, EXPIRATION_DATE_TIME, JOINED_DEVICE_COUNT, MAXIMUM_DEVICE_COUNT, TOKEN_HASH,
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
