//! The client's half of a primary refresh token's session key (MS-OAPXBC §3.1.5.1): unwrap it, sign requests with keys derived
//! from it (NIST SP 800-108, counter mode with HMAC-SHA-256, one block), and read the answers that are encrypted to it.

use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::Failure;
use crate::key::{decode, encode, random};

const LABEL: &[u8] = b"AzureAD-SecureConversation";
const CONTEXT_BYTES: usize = 24;

/// The key to which session keys are wrapped.
pub(crate) struct TransportKey(PrivateDecryptingKey);

impl TransportKey {
    pub(crate) fn make() -> Result<TransportKey, Failure> {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048);
        key.map(TransportKey).map_err(|_| "cannot make a transport key".to_owned())
    }

    /// The public half, as a JWK (RFC 7518 §6.3).
    pub(crate) fn jwk(&self) -> Result<Value, Failure> {
        let failed = |_| "cannot write the transport key".to_owned();
        let spki = self.0.public_key().as_der().map_err(failed)?;
        let (_, spki) = SubjectPublicKeyInfo::from_der(spki.as_ref()).map_err(|e| e.to_string())?;
        let Ok(PublicKey::RSA(key)) = spki.parsed() else { return Err("the transport key is not RSA".to_owned()) };
        // DER puts a zero before numbers whose first bit is set.
        let number = |bytes: &[u8]| encode(bytes.strip_prefix(&[0]).unwrap_or(bytes));
        Ok(json!({"kty": "RSA", "n": number(key.modulus), "e": number(key.exponent)}))
    }

    /// The session key in a JWE whose content encryption key it is (RFC 7516 §4.2).
    pub(crate) fn unwrapped(&self, jwe: &str) -> Result<SessionKey, Failure> {
        let failed = "the session key cannot be unwrapped";
        let wrapped = decode(jwe.split('.').nth(1).ok_or(failed)?)?;
        let key = OaepPrivateDecryptingKey::new(self.0.clone()).map_err(|_| failed)?;
        let mut plain = vec![0; key.min_output_size()];
        let plain = key.decrypt(&OAEP_SHA1_MGF1SHA1, &wrapped, &mut plain, None).map_err(|_| failed)?;
        Ok(SessionKey(plain.to_vec()))
    }
}

pub(crate) struct SessionKey(Vec<u8>);

impl SessionKey {
    fn derived(&self, context: &[u8]) -> hmac::Tag {
        let input = [&1_u32.to_be_bytes(), LABEL, &[0], context, &256_u32.to_be_bytes()].concat();
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), &input)
    }

    /// Sign a request, with a key derived from a context and from what is signed (`kdf_ver` 2).
    pub(crate) fn signed(&self, claims: &Value) -> String {
        let (context, payload) = (random::<CONTEXT_BYTES>(), claims.to_string());
        let bound = digest(&SHA256, &[context.as_slice(), payload.as_bytes()].concat());
        let header = json!({"alg": "HS256", "typ": "JWT", "ctx": STANDARD.encode(context), "kdf_ver": 2});
        let signed = format!("{}.{}", encode(header.to_string()), encode(payload));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.derived(bound.as_ref()).as_ref());
        format!("{signed}.{}", encode(hmac::sign(&key, signed.as_bytes())))
    }

    /// Read an answer: AES-256-CBC with PKCS #7, whatever its header calls it, as all clients of this protocol do.
    pub(crate) fn read(&self, jwe: &str) -> Result<Value, Failure> {
        let failed = "an answer cannot be deciphered";
        let parts: Vec<&str> = jwe.split('.').collect();
        let [header, "", iv, text, _] = parts.as_slice() else { return Err(failed.to_owned()) };
        let header: Value = serde_json::from_slice(&decode(header)?).map_err(|_| failed)?;
        let context = header.get("ctx").and_then(Value::as_str).ok_or(failed)?;
        let key = self.derived(&STANDARD.decode(context).map_err(|_| failed)?);
        let cipher = UnboundCipherKey::new(&AES_256, key.as_ref()).map_err(|_| failed)?;
        let iv: [u8; 16] = decode(iv)?.try_into().map_err(|_| failed)?;
        let mut text = decode(text)?;
        let context = DecryptionContext::Iv128(FixedLength::from(iv));
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).map_err(|_| failed)?;
        let plain = cipher.decrypt(&mut text, context).map_err(|_| failed)?;
        serde_json::from_slice(plain).map_err(|_| failed.to_owned())
    }
}
