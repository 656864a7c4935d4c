//! Conversations with the service for Linux clients of others, as nobody and as a person with a token for each of its resources
//! (`{enroller}`, `{checker}`, `{asker}`): no answer is a fault of the server, none panics, and JSON is JSON. How conversations are
//! written: `castellan_fuzz::conversation`.
//!
//! The same bytes are read as the rules of custom compliance and as what a script printed: what is kept can be judged.

#![no_main]

use castellan_fuzz::conversation;
use castellan_fuzz::world::{KEYS, URL, World};
use devices::compliance;
use libfuzzer_sys::fuzz_target;
use linux_protocol::{LinuxProtocol, Settings};

fuzz_target!(|told: &[u8]| {
    let _ = compliance::rules_of_json(told);
    if let Ok(text) = std::str::from_utf8(told) {
        let _ = compliance::rules(text);
        let fact = compliance::fact("policy", text);
        assert!(fact.get("found").is_some() != fact.get("error").is_some(), "either found or failed");
    }
    let world = World::new();
    let protocol = LinuxProtocol::new(world.tenants.clone(), KEYS.clone(), Settings { public_url: URL.to_owned() });
    let answer = async |request| {
        let answer = protocol.answer(request).await;
        world.engine.settled().await;
        answer
    };
    conversation::hold(told, world.given.clone(), answer, |status| status < 500 || status == 503);
});
