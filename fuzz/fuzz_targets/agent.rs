//! Conversations with the agent's protocol, as nobody, as a person who joins a device (`{joiner}`) and as a joined device
//! (`{session}`): no answer is a fault of the server, none panics, and JSON is JSON. How conversations are written:
//! `castellan_fuzz::conversation`.

#![no_main]

use agent_protocol::{AgentProtocol, Settings};
use castellan_fuzz::conversation;
use castellan_fuzz::world::{KEYS, URL, World};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|told: &[u8]| {
    let world = World::new();
    let protocol = AgentProtocol::new(world.tenants.clone(), KEYS.clone(), Settings { public_url: URL.to_owned() });
    let answer = async |request| {
        let answer = protocol.answer(request).await;
        world.engine.settled().await;
        answer
    };
    conversation::hold(told, world.given.clone(), answer, |status| status < 500 || status == 503);
});
