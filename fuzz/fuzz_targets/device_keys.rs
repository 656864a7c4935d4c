//! What a device brings when it registers and signs in: keys as Windows writes them, and requests under a session key. Nothing panics,
//! a key that can be read is the same when it is written and read again, and no request that this session key did not sign counts.

#![no_main]

use std::sync::LazyLock;

use keys::{KeyDerivation, PublicKey, SessionKey, SessionRequest};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<SessionKey> = LazyLock::new(|| SessionKey::of(&[7; 32]).expect("a key has 32 bytes"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = PublicKey::from_registered(bytes) {
        let jwk = serde_json::Value::Object(key.to_jwk()).to_string();
        let again = PublicKey::from_registered(jwk.as_bytes()).expect("what we wrote can be read");
        assert_eq!((again.thumbprint(), again.blob_id()), (key.thumbprint(), key.blob_id()));
        let _ = key.blob_id().map(|_| KEY.wrapped_to(&key));
    }
    if let Ok(described) = keys::TpmKey::read(bytes) {
        assert!(described.key.can(keys::Algorithm::Es256), "a TPM's key of ours signs with P-256");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(request) = SessionRequest::read(text) {
            assert!(request.verify(&KEY).is_err(), "nobody has this key");
            let _ = (request.text("refresh_token"), request.int("iat"));
        }
        let _ = keys::peek(text);
    }
    if let Ok(claims) = serde_json::from_slice::<serde_json::Value>(bytes) {
        for derivation in [KeyDerivation::V1, KeyDerivation::V2] {
            let token = KEY.signed(derivation, &claims);
            if let Ok(request) = SessionRequest::read(&token) {
                assert!(request.verify(&KEY).is_ok(), "this very key signed it");
                assert_eq!(request.text("refresh_token"), claims["refresh_token"].as_str());
            }
        }
    }
});
