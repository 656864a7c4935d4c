//! Request objects that a client signed, whatever they say (RFC 9101), by the browser and pushed; among them claims, details
//! and resources. No answer is a fault of the server, and none leads anywhere but to the client.

#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use castellan_fuzz::conversation::runtime;
use castellan_fuzz::signer::sign;
use castellan_fuzz::world::{KEYS, PUBLIC_APP, URL, World};
use directory::{Snapshot, Time};
use engine::testing::TENANT;
use http::Request;
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use signin::{SignInContext, Verdict};

fuzz_target!(|claims: &[u8]| {
    let world = World::new();
    let settings = oidc::Settings { public_url: URL.to_owned() };
    let may_they = Arc::new(|_: &Snapshot, _: Time, _: &SignInContext| Verdict::not_applied());
    let oidc = oidc::Oidc::new(world.tenants.clone(), KEYS.clone(), settings, may_they);
    let object = sign(&json!({"alg": "EdDSA", "typ": "oauth-authz-req+jwt"}), claims);
    let query = format!("client_id={PUBLIC_APP}&request={object}");
    let open = Request::get(format!("/{TENANT}/oauth2/v2.0/authorize?{query}")).body(Bytes::new());
    let pushed = Request::post(format!("/{TENANT}/oauth2/v2.0/par")).body(Bytes::from(query));
    for request in [open, pushed].into_iter().flatten() {
        let answer = runtime().block_on(oidc.answer(request));
        let status = answer.status().as_u16();
        assert!(status < 500 || status == 503, "{status}");
        if let Some(location) = answer.headers().get("location") {
            assert!(location.as_bytes().starts_with(b"http://localhost"), "{location:?}");
        }
    }
});
