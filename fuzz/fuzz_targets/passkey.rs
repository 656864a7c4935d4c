//! What a browser says a passkey answered (WebAuthn): JSON with CBOR and COSE keys in it. The question is ours and the frame is
//! right, so that what is read first lets the input reach what is read last. Nothing panics; an attestation object that was
//! taken makes a credential that can be asked for; and no input signs in as somebody else's credential.

#![no_main]

use std::sync::LazyLock;

use directory::Id;
use keys::{Ceremony, Passkeys, base64url};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const HOME: &str = "https://id.xyz.example";
const ADA: Id = Id::from_u128(0x11);

static PASSKEYS: LazyLock<Passkeys> = LazyLock::new(|| Passkeys::new(HOME, "").expect("the address has a name"));
static REGISTRATION: LazyLock<Ceremony> =
    LazyLock::new(|| PASSKEYS.begin_registration(ADA, "ada@xyz.example", "Ada", &[]).expect("a question"));
static SIGN_IN: LazyLock<Ceremony> = LazyLock::new(|| PASSKEYS.begin_sign_in().expect("a question"));

fuzz_target!(|bytes: &[u8]| {
    let Some((which, rest)) = bytes.split_first() else { return };
    match which % 3 {
        0 => {
            let object = base64url::encode(rest);
            let response = json!({ "attestationObject": object, "clientDataJSON": client_data("create", &REGISTRATION) });
            if let Ok(made) = PASSKEYS.finish_registration(&REGISTRATION.state, &answer(&response)) {
                assert!(made.sign_count >= 0 && !made.digest.is_empty());
                PASSKEYS.begin_second_factor(&[made.credential]).expect("what was made can be asked for");
            }
        }
        1 => {
            let (data, signature) = rest.split_at(rest.len().min(37));
            let response = json!({
                "authenticatorData": base64url::encode(data),
                "clientDataJSON": client_data("get", &SIGN_IN),
                "signature": base64url::encode(signature),
                "userHandle": base64url::encode(ADA.as_bytes()),
            });
            let answer = answer(&response);
            let _ = (PASSKEYS.identify(&answer), PASSKEYS.named(&answer));
            assert!(PASSKEYS.finish_sign_in(&SIGN_IN.state, &answer, "{}").is_err(), "nobody has this credential");
        }
        _ => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            let _ = (PASSKEYS.identify(text), PASSKEYS.named(text));
            let _ = PASSKEYS.finish_registration(&REGISTRATION.state, text);
            assert!(PASSKEYS.finish_sign_in(&SIGN_IN.state, text, text).is_err(), "nobody has this credential");
        }
    }
});

fn answer(response: &Value) -> String {
    json!({ "id": "aWQ", "rawId": "aWQ", "type": "public-key", "response": response, "clientExtensionResults": {} })
        .to_string()
}

fn client_data(what: &str, asked: &Ceremony) -> String {
    let options: Value = serde_json::from_str(&asked.options).expect("options are JSON");
    let challenge = &options["publicKey"]["challenge"];
    base64url::encode(json!({ "type": format!("webauthn.{what}"), "challenge": challenge, "origin": HOME }).to_string())
}
