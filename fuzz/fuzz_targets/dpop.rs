//! DPoP proofs: any text, and any claims under a signature that holds. Nothing panics, and a proof that is taken says the
//! request that it came with, the token beside it, and a nonce of ours.

#![no_main]

use castellan_fuzz::signer::{JWK, sign};
use castellan_fuzz::world::{KEYS, NOW, URL};
use engine::testing::TENANT;
use keys::{Algorithm, DpopExpect};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value as Json, json};

fuzz_target!(|bytes: &[u8]| {
    let uri = format!("{URL}/{TENANT}/oauth2/v2.0/token");
    let expect =
        DpopExpect { now: NOW, method: "POST", uri: &uri, access_token: Some("token"), algorithms: &Algorithm::ALL };
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(KEYS.verify_dpop(TENANT, text, &expect).is_err(), "nobody knows the nonce");
    }
    let nonce = KEYS.dpop_nonce(TENANT, NOW).expect("the tenant has keys");
    let Ok(mut claims) = serde_json::from_slice::<Json>(bytes) else { return };
    if let Some(claims) = claims.as_object_mut() {
        claims.entry("nonce").or_insert(nonce.into());
    }
    let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": *JWK});
    let proof = sign(&header, claims.to_string().as_bytes());
    if KEYS.verify_dpop(TENANT, &proof, &expect).is_ok() {
        let hash = keys::base64url::encode(keys::sha256(b"token"));
        assert_eq!((claims["htm"].as_str(), claims["ath"].as_str()), (Some("POST"), Some(hash.as_str())));
        assert!(claims["jti"].is_string() && claims["htu"].is_string() && claims["iat"].is_number());
    }
});
