//! Conversations with Graph, by an application with a valid token: no answer is a fault of the server, none panics, and JSON is
//! JSON. How conversations are written: `castellan_fuzz::conversation`.

#![no_main]

use bytes::Bytes;
use castellan_fuzz::conversation;
use castellan_fuzz::world::{KEYS, URL, World};
use http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|told: &[u8]| {
    let world = World::new();
    let settings = graph::Settings { public_url: URL.to_owned() };
    let graph = graph::Graph::new(world.tenants.clone(), KEYS.clone(), settings);
    let bearer = HeaderValue::try_from(format!("Bearer {}", world.given["token"])).expect("a token is ASCII");
    let answer = async |mut request: Request<Bytes>| {
        // Who says nothing about who asks is the application: fuzzing the token is for `jws`.
        request.headers_mut().entry("authorization").or_insert(bearer.clone());
        let answer = graph.answer(request).await;
        world.engine.settled().await;
        answer
    };
    conversation::hold(told, world.given.clone(), answer, |status| status < 500);
});
