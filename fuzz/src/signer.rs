//! A client's own key, which signs whatever an input says: behind a signature that holds lie the readers of claims.

use std::sync::LazyLock;

use keys::{PublicKey, base64url};
use serde_json::Value as Json;

static PAIR: LazyLock<rcgen::KeyPair> = LazyLock::new(|| {
    rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("the system can make a key")
});

/// The public half, as the client registered it.
pub static JWK: LazyLock<Json> = LazyLock::new(|| {
    let spki = rcgen::PublicKeyData::subject_public_key_info(&*PAIR);
    Json::Object(PublicKey::from_spki(&spki).expect("our own key can be read").to_jwk())
});

/// A compact JWS of these bytes under this header.
#[must_use]
pub fn sign(header: &Json, payload: &[u8]) -> String {
    let message = format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(payload));
    let signature = rcgen::SigningKey::sign(&*PAIR, message.as_bytes()).expect("a key can sign");
    format!("{message}.{}", base64url::encode(signature))
}
