//! Conversations with the sign-in endpoints: no answer is a fault of the server but "come back later", none panics, and JSON is
//! JSON. How conversations are written: `castellan_fuzz::conversation`.

#![no_main]

use std::sync::Arc;

use castellan_fuzz::conversation;
use castellan_fuzz::world::{KEYS, URL, World};
use directory::{Snapshot, Time};
use libfuzzer_sys::fuzz_target;
use signin::{SignInContext, Verdict};

fuzz_target!(|told: &[u8]| {
    let world = World::new();
    let settings = oidc::Settings { public_url: URL.to_owned() };
    let may_they = Arc::new(|_: &Snapshot, _: Time, _: &SignInContext| Verdict::not_applied());
    let oidc = oidc::Oidc::new(world.tenants.clone(), KEYS.clone(), settings, may_they);
    let answer = async |request| oidc.answer(request).await;
    conversation::hold(told, world.given.clone(), answer, |status| status < 500 || status == 503);
});
