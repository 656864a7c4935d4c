//! A newer agent: offered to those whom it has reached, with its bytes, and no more where it came to nothing.

use agent_wire::{AgentFailure, CheckIn};
use directory::{Change, Id, Record};
use http_body_util::BodyExt;
use schema::agent_release::{AGENT_RELEASE, FAILED_DEVICE_COUNT, SIGNATURE};
use schema::managed_device::AGENT_FAILURE;

use super::world::*;

const RELEASE: Id = Id::from_u128(0x77);
const SIGNED: &str = "untrusted comment: x\nRUQ=\ntrusted comment: castellan-agent 0.9.0 amd64\nAA==\n";

#[test]
fn a_newer_agent_is_offered_until_it_comes_to_nothing() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let full = |version: &str| CheckIn {
            agent_version: version.into(),
            facts: Some(super::check_in::facts(true)),
            ..CheckIn::default()
        };
        let create =
            Change::Create { id: RELEASE, kind: AGENT_RELEASE.id(), attributes: vec![(SIGNATURE.id, SIGNED.into())] };
        w.submit(vec![create]).await;
        assert_eq!(ann.check_in(&w, &full("0.1.0")).await.unwrap().agent, None, "its bytes have not come");
        let bytes = b"a release".to_vec();
        let sha256 = w.engine.blob_put(bytes.clone()).await.unwrap();
        let path = format!("packages/{sha256}");
        assert_eq!(w.send(get(&path, &ann.session)).await.status(), 404);
        let content = Record::new().with("sha256", sha256.as_str()).with("size", 9_i64);
        w.act("commitContent", RELEASE, content).await.unwrap();

        let offered = ann.check_in(&w, &full("0.1.0")).await.unwrap().agent.unwrap();
        assert_eq!((offered.version.as_str(), offered.signature.as_str()), ("0.9.0", SIGNED));
        assert_eq!((offered.sha256.as_str(), offered.size_bytes), (sha256.as_str(), 9));
        let answer = w.send(get(&path, &ann.session)).await;
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), bytes);
        assert_eq!(ann.check_in(&w, &full("0.9.0")).await.unwrap().agent, None, "it is that");

        let failure = AgentFailure { version: "0.9.0".into(), detail: "it does not start".into() };
        let failed = CheckIn { agent_failure: Some(failure), ..full("0.1.0") };
        assert_eq!(ann.check_in(&w, &failed).await.unwrap().agent, None, "not again");
        let now = w.engine.snapshot();
        assert_eq!(now.get(RELEASE).unwrap().get(FAILED_DEVICE_COUNT), Some(1));
        let kept = now.get(ann.managed()).unwrap().get(AGENT_FAILURE).unwrap();
        assert_eq!(kept.text("detail"), Some("it does not start"));
        // Said without facts, nothing is said of it.
        ann.check_in(&w, &CheckIn { agent_version: "0.1.0".into(), ..CheckIn::default() }).await.unwrap();
        assert!(w.engine.snapshot().get(ann.managed()).unwrap().has(AGENT_FAILURE.id));
        ann.check_in(&w, &full("0.9.1")).await.unwrap();
        assert!(!w.engine.snapshot().get(ann.managed()).unwrap().has(AGENT_FAILURE.id));
    });
}
