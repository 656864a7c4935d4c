//! The key that a device and the server share beside a primary refresh token (MS-OAPXBC §3.1.5.1): wrapped to the device when it is
//! made, and from then on never used itself. Each request and each answer has a key of its own, derived from it
//! (NIST SP 800-108 §5.1, counter mode with HMAC-SHA-256, one block).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::base64url;
use crate::digest::{constant_time_eq, hmac_sha256, sha256};
use crate::fault::{JwtError, KeyFault};
use crate::jws::TOKEN_BYTES_MAX;
use crate::public_key::PublicKey;
use crate::random::random_bytes;

/// The label of the derivation.
const LABEL: &[u8] = b"AzureAD-SecureConversation";
/// The context of a derivation has between so many bytes and so many: clients take 24 or 32.
const CONTEXT_BYTES: std::ops::RangeInclusive<usize> = 16..=64;
/// The context of an answer.
const ANSWER_CONTEXT_BYTES: usize = 24;

/// A session key. Wiped from memory when dropped.
pub struct SessionKey(Zeroizing<[u8; 32]>);

/// How the key of a message is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDerivation {
    /// From the context in the header alone.
    V1,
    /// From the context and the payload, so that whoever may sign one message has not the key of any other (CVE-2021-33781).
    V2,
}

/// A request that a session key signed, taken apart; nothing is checked until [`SessionRequest::verify`].
pub struct SessionRequest {
    derivation: KeyDerivation,
    context: Vec<u8>,
    signed: String,
    payload: Vec<u8>,
    claims: Map<String, Value>,
    signature: Vec<u8>,
}

impl SessionKey {
    /// A fresh one.
    #[must_use]
    pub fn fresh() -> SessionKey {
        SessionKey(Zeroizing::new(random_bytes()))
    }

    /// The key of kept bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<SessionKey> {
        Some(SessionKey(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, to be sealed and kept.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The key for one holder's private key alone: a JWE (RFC 7516) whose content encryption key it is, around nothing. The
    /// algorithm is the one that devices' TPMs do and clients expect, RSA-OAEP with SHA-1 (RFC 7518 §4.3); RSA keys only.
    pub fn wrapped_to(&self, holder: &PublicKey) -> Result<String, KeyFault> {
        let failed = || KeyFault::Crypto("wrap a session key");
        let jwk = holder.to_jwk();
        let number = |name: &str| jwk.get(name).and_then(Value::as_str).and_then(base64url::decode);
        let components = PublicKeyComponents { n: number("n").ok_or_else(failed)?, e: number("e").ok_or_else(failed)? };
        let key: PublicEncryptingKey = components.try_into().map_err(|_| failed())?;
        let key = OaepPublicEncryptingKey::new(key).map_err(|_| failed())?;
        let mut wrapped = vec![0; key.ciphertext_size()];
        let wrapped = key.encrypt(&OAEP_SHA1_MGF1SHA1, self.expose(), &mut wrapped, None).map_err(|_| failed())?;
        let header = base64url::encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        let iv: [u8; 12] = random_bytes();
        let content = UnboundKey::new(&AES_256_GCM, self.expose()).map(LessSafeKey::new).map_err(|_| failed())?;
        let (nonce, aad) = (Nonce::assume_unique_for_key(iv), Aad::from(header.as_bytes()));
        let tag = content.seal_in_place_separate_tag(nonce, aad, &mut []).map_err(|_| failed())?;
        let (wrapped, iv, tag) = (base64url::encode(wrapped), base64url::encode(iv), base64url::encode(tag));
        Ok(format!("{header}.{wrapped}.{iv}..{tag}"))
    }

    /// An answer that only the holder of this key can read, as a compact JWE.
    ///
    /// The header names AES-GCM, and clients decipher with AES-256-CBC and PKCS #7 whatever it says, with an IV of sixteen bytes; so
    /// it is what is done here. The last part authenticates the others, for whoever looks at it; the channel is TLS.
    pub fn encrypted(&self, plain: &[u8]) -> Result<String, KeyFault> {
        let failed = || KeyFault::Crypto("encrypt an answer");
        let context: [u8; ANSWER_CONTEXT_BYTES] = random_bytes();
        let key = self.derived(&context);
        let cipher = UnboundCipherKey::new(&AES_256, key.as_slice()).map_err(|_| failed())?;
        let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).map_err(|_| failed())?;
        let mut text = plain.to_vec();
        let iv = FixedLength::from(random_bytes::<16>());
        let used = cipher.less_safe_encrypt(&mut text, aws_lc_rs::cipher::EncryptionContext::Iv128(iv));
        let DecryptionContext::Iv128(iv) = used.map_err(|_| failed())? else { return Err(failed()) };
        let iv: &[u8; 16] = iv.as_ref();
        let header = format!(r#"{{"alg":"dir","enc":"A256GCM","ctx":"{}"}}"#, base64url::encode_plain(&context));
        let mut token = format!("{}..{}.{}", base64url::encode(header), base64url::encode(iv), base64url::encode(text));
        let tag = hmac_sha256(key.as_slice(), token.as_bytes());
        token.push('.');
        base64url::encode_into(tag.get(..16).unwrap_or_default(), &mut token);
        Ok(token)
    }

    fn derived(&self, context: &[u8]) -> Zeroizing<[u8; 32]> {
        let input = [&1_u32.to_be_bytes(), LABEL, &[0], context, &256_u32.to_be_bytes()].concat();
        Zeroizing::new(hmac_sha256(self.expose(), &input))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

impl SessionRequest {
    /// Take a request apart: a compact JWS (RFC 7515) with HS256, a context, and claims.
    pub fn read(token: &str) -> Result<SessionRequest, JwtError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(JwtError::Malformed("it is too long"));
        }
        let not_three = || JwtError::Malformed("it does not have three parts");
        let (signed, signature) = token.rsplit_once('.').ok_or_else(not_three)?;
        let (header, payload) = signed.split_once('.').ok_or_else(not_three)?;
        let decode = |text: &str| base64url::decode(text).ok_or(JwtError::Malformed("a part is not base64url"));
        let header: Map<String, Value> = serde_json::from_slice(&decode(header)?)
            .map_err(|_| JwtError::Malformed("its header is not a JSON object"))?;
        if header.get("alg").and_then(Value::as_str) != Some("HS256") {
            return Err(JwtError::Algorithm);
        }
        for name in ["crit", "b64"] {
            if header.contains_key(name) {
                return Err(JwtError::Header(name));
            }
        }
        let derivation = match header.get("kdf_ver").map(Value::as_i64) {
            None | Some(Some(1)) => KeyDerivation::V1,
            Some(Some(2)) => KeyDerivation::V2,
            Some(_) => return Err(JwtError::Header("kdf_ver")),
        };
        let context = header.get("ctx").and_then(Value::as_str).and_then(base64url::decode_plain);
        let context = context.filter(|bytes| CONTEXT_BYTES.contains(&bytes.len())).ok_or(JwtError::Header("ctx"))?;
        let (signed, payload, signature) = (signed.to_owned(), decode(payload)?, decode(signature)?);
        let claims =
            serde_json::from_slice(&payload).map_err(|_| JwtError::Malformed("its claims are not a JSON object"))?;
        Ok(SessionRequest { derivation, context, signed, payload, claims, signature })
    }

    /// Whether the key of it was derived from the payload too.
    #[must_use]
    pub fn derivation(&self) -> KeyDerivation {
        self.derivation
    }

    /// What it says under a name. Proves nothing before [`SessionRequest::verify`].
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A number that it says.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// Whether this session key signed it.
    pub fn verify(&self, key: &SessionKey) -> Result<(), JwtError> {
        let context = match self.derivation {
            KeyDerivation::V1 => self.context.clone(),
            KeyDerivation::V2 => sha256(&[self.context.as_slice(), &self.payload].concat()).to_vec(),
        };
        let mac = hmac_sha256(key.derived(&context).as_slice(), self.signed.as_bytes());
        if constant_time_eq(&mac, &self.signature) { Ok(()) } else { Err(JwtError::Signature) }
    }
}

/// Sign as a device does: for tests, which stand where the device stands.
#[cfg(any(test, feature = "testing"))]
impl SessionKey {
    #[must_use]
    pub fn signed(&self, derivation: KeyDerivation, claims: &Value) -> String {
        let (context, payload) = ([7_u8; 32], claims.to_string());
        let (version, of) = match derivation {
            KeyDerivation::V1 => ("", context.to_vec()),
            KeyDerivation::V2 => {
                (r#","kdf_ver":2"#, sha256(&[context.as_slice(), payload.as_bytes()].concat()).to_vec())
            }
        };
        let header = format!(r#"{{"alg":"HS256","typ":"JWT","ctx":"{}"{version}}}"#, base64url::encode_plain(&context));
        let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let mac = hmac_sha256(self.derived(&of).as_slice(), signed.as_bytes());
        format!("{signed}.{}", base64url::encode(mac))
    }

    /// What [`SessionKey::encrypted`] made, as clients read it.
    #[must_use]
    pub fn decrypted(&self, token: &str) -> Option<Vec<u8>> {
        use aws_lc_rs::cipher::PaddedBlockDecryptingKey;
        let parts: Vec<&str> = token.split('.').collect();
        let [header, "", iv, text, _] = parts.as_slice() else { return None };
        let header: Value = serde_json::from_slice(&base64url::decode(header)?).ok()?;
        let key = self.derived(&base64url::decode_plain(header.get("ctx")?.as_str()?)?);
        let cipher = UnboundCipherKey::new(&AES_256, key.as_slice()).ok()?;
        let iv: [u8; 16] = base64url::decode(iv)?.try_into().ok()?;
        let mut text = base64url::decode(text)?;
        let context = DecryptionContext::Iv128(FixedLength::from(iv));
        let plain = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).ok()?.decrypt(&mut text, context).ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::mutate;
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::{KeySize, OaepPrivateDecryptingKey, PrivateDecryptingKey};
    use serde_json::json;

    #[test]
    fn a_request_counts_only_under_the_key_and_derivation_that_signed_it() {
        let (key, other) = (SessionKey::fresh(), SessionKey::fresh());
        let claims = json!({"refresh_token": "a.b", "iat": 7, "exp": "9"});
        for derivation in [KeyDerivation::V1, KeyDerivation::V2] {
            let token = key.signed(derivation, &claims);
            let request = SessionRequest::read(&token).unwrap();
            assert_eq!(request.derivation(), derivation);
            assert_eq!(
                (request.text("refresh_token"), request.int("iat"), request.int("exp")),
                (Some("a.b"), Some(7), Some(9))
            );
            assert_eq!(request.verify(&key), Ok(()));
            assert_eq!(request.verify(&other), Err(JwtError::Signature));
        }
        // The second derivation binds the payload: its key is no use for other words under the same context.
        let (one, two) = (key.signed(KeyDerivation::V2, &claims), key.signed(KeyDerivation::V1, &claims));
        assert_ne!(one.rsplit_once('.').unwrap().1, two.rsplit_once('.').unwrap().1);
    }

    #[test]
    fn the_derivation_is_that_of_nist_sp_800_108() {
        // Computed with Python's hmac.
        let key = SessionKey::of(&[0x0b; 32]).unwrap();
        let hex: String = key.derived(&[0x0c; 24]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "fa75fc7f48d334aa03190960207656a35bc10683d8a7893a09bd1effd0a0b606");
    }

    #[test]
    fn requests_that_are_none_are_refused() {
        let token = |header: &str| format!("{}.{}.AA", base64url::encode(header), base64url::encode("{}"));
        let context = base64url::encode_plain(&[1; 24]);
        for (header, expect) in [
            (format!(r#"{{"alg":"none","ctx":"{context}"}}"#), JwtError::Algorithm),
            (format!(r#"{{"alg":"RS256","ctx":"{context}"}}"#), JwtError::Algorithm),
            (r#"{"alg":"HS256"}"#.to_owned(), JwtError::Header("ctx")),
            (r#"{"alg":"HS256","ctx":"AAAA"}"#.to_owned(), JwtError::Header("ctx")),
            (format!(r#"{{"alg":"HS256","ctx":"{context}","kdf_ver":3}}"#), JwtError::Header("kdf_ver")),
            (format!(r#"{{"alg":"HS256","ctx":"{context}","kdf_ver":"2"}}"#), JwtError::Header("kdf_ver")),
            (format!(r#"{{"alg":"HS256","ctx":"{context}","crit":["x"]}}"#), JwtError::Header("crit")),
        ] {
            assert_eq!(SessionRequest::read(&token(&header)).err(), Some(expect), "{header}");
        }
    }

    #[test]
    fn an_answer_is_read_with_the_key_alone() {
        let (key, other) = (SessionKey::fresh(), SessionKey::fresh());
        let token = key.encrypted(b"{\"token_type\":\"pop\"}").unwrap();
        assert_eq!(key.decrypted(&token).unwrap(), b"{\"token_type\":\"pop\"}");
        assert_ne!(other.decrypted(&token).as_deref(), Some(b"{\"token_type\":\"pop\"}".as_slice()));
        assert_ne!(key.encrypted(b"x").unwrap(), key.encrypted(b"x").unwrap());
    }

    #[test]
    fn a_session_key_is_unwrapped_by_its_holder() {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let spki = private.public_key().as_der().unwrap();
        let holder = PublicKey::from_spki(spki.as_ref()).unwrap();
        let key = SessionKey::fresh();
        let token = key.wrapped_to(&holder).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let [header, wrapped, iv, "", tag] = parts.as_slice() else { panic!("{token}") };
        let private = OaepPrivateDecryptingKey::new(private).unwrap();
        let mut unwrapped = vec![0; private.min_output_size()];
        let wrapped = base64url::decode(wrapped).unwrap();
        let unwrapped = private.decrypt(&OAEP_SHA1_MGF1SHA1, &wrapped, &mut unwrapped, None).unwrap();
        assert_eq!(unwrapped, key.expose());
        let content = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, unwrapped).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&base64url::decode(iv).unwrap()).unwrap();
        let mut tag = base64url::decode(tag).unwrap();
        assert_eq!(content.open_in_place(nonce, Aad::from(header.as_bytes()), &mut tag).unwrap(), b"");
    }

    #[test]
    fn no_mutated_request_counts_or_makes_the_reader_panic() {
        let key = SessionKey::fresh();
        let token = key.signed(KeyDerivation::V2, &json!({"refresh_token": "a.b"}));
        mutate::each(token.as_bytes(), 20_000, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            let counts = SessionRequest::read(text).is_ok_and(|request| request.verify(&key).is_ok());
            assert_eq!(counts, text == token, "{text}");
        });
    }
}
