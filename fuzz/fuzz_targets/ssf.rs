//! Shared signals: conversations with the endpoints, as nobody and as a receiver with a token (`{receiver}`). Bytes that are a JSON
//! object are also the claims of a security event token that a known transmitter signed, and what comes behind its signature; any
//! bytes at all are a token that nobody signed. No answer is a fault of the server, none panics, and what nobody signed is taken
//! from nobody.

#![no_main]

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use castellan_fuzz::conversation::{self, runtime};
use castellan_fuzz::world::{KEYS, NOW, PUBLIC_APP, URL, World};
use directory::{Caller, Change, Decision, Id};
use engine::testing::TENANT;
use engine::{Answered, Answering, Ask, Outgoing, Submission};
use http::{Request, StatusCode};
use keys::Algorithm;
use libfuzzer_sys::fuzz_target;
use schema::shared_signals as nouns;
use serde_json::{Value, json};
use ssf::{Settings, Ssf};

/// Who tells us: another tenant of the same keys.
const SENDER: Id = Id::from_u128(0x5e);
const SENDER_ISSUER: &str = "https://signals.example/";

static SENDERS_KEYS: LazyLock<String> = LazyLock::new(|| {
    KEYS.ensure_tenant(SENDER, NOW).expect("keys can be made in memory");
    KEYS.jwks(SENDER, NOW).expect("the sender has keys").to_string()
});

/// The world outside has the sender's keys, and nothing else.
struct Outside;

impl Outgoing for Outside {
    fn ask(&self, _: Ask) -> Answering<'_> {
        Box::pin(std::future::ready(Ok(Answered { status: 200, body: Bytes::from_static(SENDERS_KEYS.as_bytes()) })))
    }
}

fuzz_target!(|told: &[u8]| {
    let world = World::new();
    let caller = Caller::system(TENANT);
    let named =
        Submission::proven(&caller, "Name a transmitter", |_: &directory::Snapshot, _: &directory::Call<'_>| {
            Ok(Decision::change(vec![transmitter()]))
        });
    runtime().block_on(world.engine.submit(named)).expect("the rooms agree with a transmitter");
    let ssf = Ssf::new(world.tenants.clone(), KEYS.clone(), Settings { public_url: URL.to_owned() });
    let ssf = ssf.asking_through(Arc::new(Outside));
    let receive = |token: Vec<u8>| {
        let request = Request::post(format!("/ssf/{TENANT}/events")).header("content-type", "application/secevent+jwt");
        let request = request.body(Bytes::from(token)).expect("it is well formed");
        runtime().block_on(async {
            let status = ssf.answer(request).await.status();
            world.engine.settled().await;
            status
        })
    };
    assert_eq!(receive(told.to_vec()), StatusCode::BAD_REQUEST, "nobody signed this");
    if let Ok(claims @ Value::Object(_)) = serde_json::from_slice(told)
        && let Ok(token) = KEYS.mint(SENDER, Algorithm::Rs256, "secevent+jwt", &claims)
    {
        let status = receive(token.clone().into_bytes());
        assert!([StatusCode::BAD_REQUEST, StatusCode::ACCEPTED].contains(&status), "{status}");
        assert_eq!(receive(token.into_bytes()), status, "the same answer to the same token");
        return;
    }
    let mut given = world.given.clone();
    given.insert("receiver".to_owned(), receiver());
    let answer = async |request| {
        let answer = ssf.answer(request).await;
        world.engine.settled().await;
        answer
    };
    conversation::hold(told, given, answer, |status| status < 500);
});

fn transmitter() -> Change {
    let attributes = vec![
        (nouns::ISSUER.id, SENDER_ISSUER.into()),
        (nouns::JWKS_URI.id, "https://signals.example/keys".into()),
        (nouns::AUDIENCE.id, "castellan".into()),
        (nouns::IS_ENABLED.id, true.into()),
        (nouns::ON_SESSION_REVOKED.id, "revokeSessions".into()),
        (nouns::ON_CREDENTIAL_COMPROMISE.id, "riskHigh".into()),
    ];
    Change::Create { id: Id::from_u128(0x41), kind: nouns::SHARED_SIGNALS_TRANSMITTER.id(), attributes }
}

/// A token of the public client's service principal, for the stream management API.
fn receiver() -> String {
    let now = NOW.unix();
    let claims = json!({
        "iss": format!("{URL}/{TENANT}/v2.0"), "aud": ssf::resource(URL), "tid": TENANT.to_string(),
        "uti": "00000000-0000-4000-8000-00000000a11e", "sub": "x", "iat": now, "nbf": now, "exp": now + 3600,
        "idtyp": "app", "oid": Id::from_u128(0x24).to_string(), "appid": PUBLIC_APP, "roles": [ssf::MANAGE],
    });
    KEYS.mint(TENANT, Algorithm::Es256, "at+jwt", &claims).expect("the tenant can sign")
}
