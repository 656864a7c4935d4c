//! The wake stream: who is woken, by what, and when a stream ends.

use agent_wire::CheckIn;
use directory::{Change, Record};
use schema::device::{DEVICE, DEVICE_ID};
use schema::group::MEMBERS;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME};
use serde_json::json;

use super::check_in::{choice, policy, to_group};
use super::world::{ANN, BOB, Device, World, get, line, run};

async fn open(w: &World, device: &Device) -> engine::Body {
    let held = device.check_in(w, &CheckIn::default()).await.unwrap().desired.unwrap().version;
    let response = w.send(get(&format!("wake?held={held}"), &device.session)).await;
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let mut body = response.into_body();
    assert_eq!(line(&mut body).await, Some(json!({"ping": {}})), "nothing to wake for");
    body
}

#[test]
fn a_device_is_woken_by_what_concerns_it_and_by_nothing_else() {
    run(async {
        let w = World::new().await;
        let (ann, bob) = (Device::ready(&w, ANN).await, Device::ready(&w, BOB).await);
        let group = w.group(50, &[]).await;
        let (mut anns, mut bobs) = (open(&w, &ann).await, open(&w, &bob).await);
        w.submit(vec![policy(60, vec![choice("linux.sysctl.net.ipv4.ip_forward", "false")], vec![to_group(group)])])
            .await;
        // Nobody is in the group yet; a name is nobody's business here.
        w.submit(vec![Change::set(BOB, DISPLAY_NAME, "Robert")]).await;
        w.submit(vec![Change::link(group, MEMBERS, ANN)]).await;
        let woken = line(&mut anns).await.unwrap();
        let desired = ann.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap();
        assert_eq!(woken, json!({"wake": {"version": desired.version}}));
        w.act("syncDevice", bob.managed(), Record::new()).await.unwrap();
        assert!(line(&mut bobs).await.unwrap().get("wake").is_some(), "the first line since the ping is the action's");
        w.submit(vec![Change::unlink(group, MEMBERS, ANN)]).await;
        let back = line(&mut anns).await.unwrap();
        assert_ne!(back, woken);
        assert!(back.get("wake").is_some());
    });
}

#[test]
fn a_device_that_holds_something_else_is_woken_on_opening() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        for path in ["wake", "wake?held=old"] {
            let mut body = w.send(get(path, &ann.session)).await.into_body();
            assert!(line(&mut body).await.unwrap().get("wake").is_some(), "{path}");
        }
        let long = format!("wake?held={}", "x".repeat(300));
        assert_eq!(w.send(get(&long, &ann.session)).await.status(), 400);
    });
}

#[test]
fn a_newer_stream_replaces_the_older_and_a_disabled_device_loses_both() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let mut first = open(&w, &ann).await;
        let mut second = open(&w, &ann).await;
        assert_eq!(line(&mut first).await, None);
        let object = w.engine.snapshot().find_by(&DEVICE, DEVICE_ID, ann.id()).unwrap().id;
        w.submit(vec![Change::set(object, ACCOUNT_ENABLED, false)]).await;
        assert_eq!(line(&mut second).await, None);
    });
}
