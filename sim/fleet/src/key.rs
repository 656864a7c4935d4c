//! A device's key: P-256, in memory. It proves itself in a certificate request, and by signing.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, CertificateSigningRequest, DnType, KeyPair};
use serde_json::{Value, json};

use crate::Failure;

/// The private half, ready to sign.
pub(crate) struct Key(EcdsaKeyPair);

impl Key {
    /// A new key, and the request for its certificate.
    pub(crate) fn make(name: &str) -> Result<(Key, CertificateSigningRequest), Failure> {
        let failed = |e: rcgen::Error| format!("cannot make a key: {e}");
        let pair = KeyPair::generate().map_err(failed)?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.remove(DnType::CommonName);
        parameters.distinguished_name.push(DnType::CommonName, name);
        let request = parameters.serialize_request(&pair).map_err(failed)?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pair.serialized_der());
        Ok((Key(key.map_err(|_| "cannot make a key".to_owned())?), request))
    }

    /// A compact JWS (RFC 7515) with ES256, the certificate in `x5c`.
    pub(crate) fn sign(&self, typ: &str, certificate: &[u8], claims: &Value) -> Result<String, Failure> {
        let header = json!({"alg": "ES256", "typ": typ, "x5c": [STANDARD.encode(certificate)]});
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| "the device key cannot sign".to_owned())?;
        Ok(format!("{signed}.{}", encode(signature.as_ref())))
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Failure> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| "not base64url".to_owned())
}

/// So many random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // There is no machine that runs this and has no randomness; zeros would only make a nonce that is refused.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    bytes
}

/// A number below `end`, by chance.
pub(crate) fn below(end: u64) -> u64 {
    u64::from_le_bytes(random()) % end.max(1)
}

/// The DER of a certificate in PEM.
pub(crate) fn der(pem: &str) -> Result<Vec<u8>, Failure> {
    let (_, parsed) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|_| "the certificate is not PEM")?;
    Ok(parsed.contents)
}

/// What a device's certificate names.
pub(crate) fn device_id(certificate: &[u8]) -> Result<String, Failure> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|_| "the certificate is not X.509")?;
    let name = parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    name.map(str::to_owned).ok_or_else(|| "the certificate names nobody".to_owned())
}
