//! Tokens that others signed, or say they did. Also, past the signature: any claims, signed by us. Nothing panics, and a token
//! that nobody signed with our key is never taken for ours.

#![no_main]

use std::sync::LazyLock;

use castellan_fuzz::world::{KEYS, NOW};
use engine::testing::TENANT;
use keys::{Algorithm, Expect, PublicKey};
use libfuzzer_sys::fuzz_target;

static PUBLIC: LazyLock<Vec<PublicKey>> = LazyLock::new(|| {
    let jwks = KEYS.jwks(TENANT, NOW).expect("the tenant has keys");
    let keys = jwks["keys"].as_array().expect("a set has keys");
    keys.iter().map(|key| PublicKey::from_jwk(key).expect("our own keys can be read")).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let expect = Expect { typ: &["JWT"], iss: Some("x"), aud: &["y"], ..Expect::at(NOW) };
    if let Ok(token) = std::str::from_utf8(bytes) {
        let _ = keys::peek(token);
        assert!(keys::verify_assertion(&PUBLIC, token, &expect).is_err(), "nobody signed this");
        assert!(KEYS.verify_own(TENANT, token, &expect).is_err(), "nobody signed this");
        // Whoever proves possession brings the key along, so anybody may succeed.
        let _ = keys::verify_proof(token, "dpop+jwt", NOW, 300);
    }
    if let Ok(token) = KEYS.mint_json(TENANT, Algorithm::Es256, "JWT", bytes) {
        let _ = keys::peek(&token);
        let _ = KEYS.verify_own(TENANT, &token, &Expect::at(NOW));
        if let Ok(claims) = keys::verify_assertion(&PUBLIC, &token, &expect) {
            let _ = (claims.text("sub"), claims.time("exp"), claims.time("nbf"));
        }
    }
});
