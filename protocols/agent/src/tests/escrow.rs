//! What a device hands over to be kept sealed: its disk's recovery key, and its logs when somebody asked for them.

use agent_wire::{ActionKind, CheckIn};
use bytes::Bytes;
use directory::{Id, Record, Value};
use http::Request;
use schema::bitlocker_recovery_key::{BITLOCKER_RECOVERY_KEY, SEALED_KEY, VOLUME_TYPE};
use schema::device_log_collection_response::{DEVICE_LOG_COLLECTION_RESPONSE, LOG_STATUS};
use serde_json::json;

use super::world::{ANN, Device, TENANT, URL, World, post, run};

const KEY: &str = "123456-123456-123456-123456-123456-123456-123456-123456";

async fn hand_over(w: &World, device: &Device, id: &str, key: &str) -> u16 {
    let body = json!({"id": id, "volume": "operatingSystemVolume", "key": key}).to_string();
    w.send(post("recovery-keys", Some(&device.session), body)).await.status().as_u16()
}

fn logs(device: &Device, action: &str, bytes: &[u8]) -> Request<Bytes> {
    let request = Request::post(format!("{URL}/agent/v1/diagnostics/{action}"));
    let request = request.header("authorization", format!("Bearer {}", device.session));
    request.body(Bytes::copy_from_slice(bytes)).unwrap()
}

#[test]
fn a_recovery_key_is_kept_sealed_and_once() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        assert_eq!(hand_over(&w, &device, "k-1", KEY).await, 204);
        assert_eq!(hand_over(&w, &device, "k-1", KEY).await, 204);
        assert_eq!(hand_over(&w, &device, "", KEY).await, 400);
        assert_eq!(hand_over(&w, &device, "k-2", &"1".repeat(300)).await, 400);
        let now = w.engine.snapshot();
        let kept: Vec<_> = now.all(&BITLOCKER_RECOVERY_KEY).collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].get(VOLUME_TYPE), Some("operatingSystemVolume"));
        let sealed = kept[0].get(SEALED_KEY).unwrap();
        assert!(!kept[0].bytes().windows(6).any(|window| window == b"123456"), "nowhere in the clear");
        let open = |id: Id| w.keys.open_sealed(TENANT, &devices::recovery_key::purpose(id), &sealed);
        assert_eq!(open(kept[0].id).unwrap().as_slice(), KEY.as_bytes());
        assert!(open(Id::from_u128(1)).is_err(), "sealed for this object and no other");
    });
}

#[test]
fn logs_come_only_when_they_were_asked_for() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        let stranger = Id::from_u128(7).to_string();
        assert_eq!(w.send(logs(&device, &stranger, b"\x1f\x8b.")).await.status(), 400);
        w.act("createDeviceLogCollectionRequest", device.managed(), Record::new()).await.unwrap();
        let asked = device.check_in(&w, &CheckIn::default()).await.unwrap().actions;
        assert_eq!(asked.iter().map(|action| action.kind).collect::<Vec<_>>(), [ActionKind::CollectDiagnostics]);
        let id = w.engine.snapshot().all(&DEVICE_LOG_COLLECTION_RESPONSE).next().unwrap().id;
        assert_eq!(w.send(logs(&device, &asked[0].id, b"no archive")).await.status(), 400);
        for text in ["\u{1f}first", "\u{1f}second"] {
            let archive: Vec<u8> = [&[0x1f, 0x8b], text.as_bytes()].concat();
            assert_eq!(w.send(logs(&device, &asked[0].id, &archive)).await.status(), 204);
        }
        let now = w.engine.snapshot();
        let request = now.find_a(&DEVICE_LOG_COLLECTION_RESPONSE, id).unwrap();
        assert_eq!(request.get(LOG_STATUS), Some("completed"));
        let kept = w.engine.tickets().get(devices::diagnostics::SHELF, id.as_bytes()).unwrap().unwrap();
        let Some(Value::Bytes(sealed)) = kept.get("archive") else { panic!("an archive is bytes") };
        let opened = w.keys.open_sealed(TENANT, &devices::diagnostics::purpose(id), sealed).unwrap();
        assert!(opened.ends_with(b"second"), "what was sent last");
    });
}
