//! Conversations with device registration, as nobody, as a person who registers a device (`{registrar}`), and as one who has just proved
//! two factors: no answer is a fault of the server, none panics, and JSON is JSON. How conversations are written:
//! `castellan_fuzz::conversation`.

#![no_main]

use castellan_fuzz::conversation;
use castellan_fuzz::world::{KEYS, URL, World};
use join::{Join, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|told: &[u8]| {
    let world = World::new();
    let settings = Settings { public_url: URL.to_owned(), certificate_url: None };
    let protocol = Join::new(world.tenants.clone(), KEYS.clone(), settings);
    let answer = async |request| {
        let answer = protocol.answer(request).await;
        world.engine.settled().await;
        answer
    };
    conversation::hold(told, world.given.clone(), answer, |status| status < 500);
});
