//! Public keys of others (clients, devices) and of ours: read from a JWK, a certificate or a SubjectPublicKeyInfo, and
//! used to verify. Weak keys, private keys and symmetric keys are refused when read, so that no later step has to ask.

use std::sync::Arc;

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Map, Value, json};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::digest::{sha1_thumbprint, sha256};
use crate::fault::JwtError;
use directory::Time;

/// RSA keys below this many bits are refused (NIST SP 800-131A; RFC 7518 §3.3).
pub const RSA_BITS_MIN: usize = 2048;
/// RSA keys above this many bits are refused: verifying them is slow enough to be an attack.
pub const RSA_BITS_MAX: usize = 8192;
/// A certificate, in DER or PEM, is at most this large.
pub const CERTIFICATE_BYTES_MAX: usize = 16 << 10;

const OID_P256: &str = "1.2.840.10045.3.1.7";
const OID_P384: &str = "1.3.132.0.34";
const OID_EC: &str = "1.2.840.10045.2.1";
const OID_RSA: &str = "1.2.840.113549.1.1.1";
const OID_ED25519: &str = "1.3.101.112";

/// A public key that signatures are checked against, with the names it goes by.
#[derive(Clone, Debug)]
pub struct PublicKey {
    material: Material,
    kid: Option<String>,
    /// What the JWK itself restricts the key to (RFC 7517 §4.4).
    alg: Option<Algorithm>,
    certificate: Option<CertificateNames>,
}

#[derive(Clone, Debug)]
enum Material {
    P256 { point: Vec<u8>, parsed: Arc<ParsedPublicKey> },
    P384 { point: Vec<u8>, parsed: Arc<ParsedPublicKey> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ed25519 { x: Vec<u8>, parsed: Arc<ParsedPublicKey> },
}

#[derive(Clone, Debug)]
struct CertificateNames {
    x5t: String,
    x5t_s256: String,
    not_before: i64,
    not_after: i64,
}

/// How a header names the key that signed (RFC 7515 §4.1.4, §4.1.7, §4.1.8).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyNames<'a> {
    pub kid: Option<&'a str>,
    pub x5t: Option<&'a str>,
    pub x5t_s256: Option<&'a str>,
}

impl PublicKey {
    /// Read a JWK (RFC 7517): EC P-256 and P-384, RSA of 2048 to 8192 bits, OKP Ed25519; public and meant for signing.
    pub fn from_jwk(jwk: &Value) -> Result<PublicKey, JwtError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if ["d", "p", "q", "dp", "dq", "qi", "k"].into_iter().any(|name| jwk.get(name).is_some()) {
            return Err(JwtError::Key("it is a private or symmetric key; give the public key"));
        }
        if text("use").is_some_and(|usage| usage != "sig") {
            return Err(JwtError::Key("its `use` is not `sig`"));
        }
        if let Some(ops) = jwk.get("key_ops").and_then(Value::as_array)
            && !ops.iter().any(|op| op == "verify")
        {
            return Err(JwtError::Key("its `key_ops` do not allow `verify`"));
        }
        let bytes = |name: &'static str| text(name).and_then(base64url::decode).ok_or(JwtError::Claim(name));
        let material = match (text("kty"), text("crv")) {
            (Some("EC"), Some("P-256")) => Material::p256(point(&bytes("x")?, &bytes("y")?, 32)?)?,
            (Some("EC"), Some("P-384")) => Material::p384(point(&bytes("x")?, &bytes("y")?, 48)?)?,
            (Some("OKP"), Some("Ed25519")) => Material::ed25519(bytes("x")?)?,
            (Some("RSA"), _) => Material::rsa(&bytes("n")?, &bytes("e")?)?,
            _ => return Err(JwtError::Key("its `kty` or `crv` is not supported")),
        };
        let alg = match text("alg") {
            None => None,
            Some(name) => Some(Algorithm::parse(name).ok_or(JwtError::Algorithm)?),
        };
        if alg.is_some_and(|alg| !material.can(alg)) {
            return Err(JwtError::Algorithm);
        }
        Ok(PublicKey { material, kid: text("kid").map(str::to_owned), alg, certificate: None })
    }

    /// Read an X.509 certificate, DER or PEM, as a bare key with names: nobody's chain is checked, only (when the key is
    /// used) that the time is within the certificate's.
    pub fn from_certificate(certificate: &[u8]) -> Result<PublicKey, JwtError> {
        let malformed = JwtError::Malformed("not one X.509 certificate in DER or PEM");
        let Some(der) = der_of(certificate, &["CERTIFICATE"]) else { return Err(malformed) };
        let Ok((rest, parsed)) = X509Certificate::from_der(&der) else { return Err(malformed) };
        if !rest.is_empty() {
            return Err(malformed);
        }
        let validity = parsed.validity();
        Ok(PublicKey {
            material: Material::from_spki(parsed.public_key())?,
            kid: None,
            alg: None,
            certificate: Some(CertificateNames {
                x5t: base64url::encode(sha1_thumbprint(&der)),
                x5t_s256: base64url::encode(sha256(&der)),
                not_before: validity.not_before.timestamp(),
                not_after: validity.not_after.timestamp(),
            }),
        })
    }

    /// Read a SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).
    pub fn from_spki(der: &[u8]) -> Result<PublicKey, JwtError> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], spki)) => PublicKey::from_parsed_spki(&spki),
            _ => Err(JwtError::Malformed("not a SubjectPublicKeyInfo in DER")),
        }
    }

    pub(crate) fn from_parsed_spki(spki: &SubjectPublicKeyInfo<'_>) -> Result<PublicKey, JwtError> {
        Ok(PublicKey { material: Material::from_spki(spki)?, kid: None, alg: None, certificate: None })
    }

    /// The same key under this `kid`.
    #[must_use]
    pub fn with_kid(mut self, kid: &str) -> PublicKey {
        self.kid = Some(kid.to_owned());
        self
    }

    /// The key as a JWK: `kty` and the numbers, and `kid` where it has one.
    #[must_use]
    pub fn to_jwk(&self) -> Map<String, Value> {
        let mut jwk = Map::new();
        let numbers = self.material.required_members();
        jwk.extend(numbers.into_iter().map(|(name, text)| (name.to_owned(), Value::String(text))));
        if let Some(kid) = &self.kid {
            jwk.insert("kid".to_owned(), json!(kid));
        }
        jwk
    }

    /// The JWK thumbprint with SHA-256 (RFC 7638 §3), as base64url: `jkt` of DPoP, and our own `kid`.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // Required members only, in lexicographic order, no white space; none of the values needs an escape.
        let members = self.material.required_members();
        let members: Vec<String> = members.iter().map(|(name, text)| format!("\"{name}\":\"{text}\"")).collect();
        base64url::encode(sha256(format!("{{{}}}", members.join(",")).as_bytes()))
    }

    /// Do these two hold the same key, whatever their names?
    #[must_use]
    pub fn is_same_key(&self, other: &PublicKey) -> bool {
        self.material.required_members() == other.material.required_members()
    }

    /// May this key be used with this algorithm (RFC 8725 §3.1)?
    #[must_use]
    pub fn can(&self, alg: Algorithm) -> bool {
        self.material.can(alg) && self.alg.is_none_or(|only| only == alg)
    }

    /// Check a JWS signature.
    pub fn verify(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        if !self.can(alg) {
            return Err(JwtError::Algorithm);
        }
        let verified = match (&self.material, alg) {
            (Material::P256 { parsed, .. }, Algorithm::Es256)
            | (Material::P384 { parsed, .. }, Algorithm::Es384)
            | (Material::Ed25519 { parsed, .. }, Algorithm::EdDsa) => parsed.verify_sig(message, signature),
            (Material::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Rsa { n, e }, Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PSS_2048_8192_SHA256, message, signature)
            }
            _ => return Err(JwtError::Algorithm),
        };
        verified.map_err(|_| JwtError::Signature)
    }

    /// Check a signature as X.509 and PKCS#10 carry it, by the dotted OID of its algorithm.
    pub(crate) fn verify_x509(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        use aws_lc_rs::signature as s;
        let ecdsa = |point: &[u8], scheme| UnparsedPublicKey::new(scheme, point).verify(message, signature).is_ok();
        let rsa = |n, e, scheme: &RsaParameters| {
            RsaPublicKeyComponents::<&Vec<u8>> { n, e }.verify(scheme, message, signature).is_ok()
        };
        match (&self.material, algorithm) {
            (Material::P256 { point, .. }, "1.2.840.10045.4.3.2") => ecdsa(point, &s::ECDSA_P256_SHA256_ASN1),
            (Material::P256 { point, .. }, "1.2.840.10045.4.3.3") => ecdsa(point, &s::ECDSA_P256_SHA384_ASN1),
            (Material::P384 { point, .. }, "1.2.840.10045.4.3.2") => ecdsa(point, &s::ECDSA_P384_SHA256_ASN1),
            (Material::P384 { point, .. }, "1.2.840.10045.4.3.3") => ecdsa(point, &s::ECDSA_P384_SHA384_ASN1),
            (Material::Rsa { n, e }, "1.2.840.113549.1.1.11") => rsa(n, e, &s::RSA_PKCS1_2048_8192_SHA256),
            (Material::Rsa { n, e }, "1.2.840.113549.1.1.12") => rsa(n, e, &s::RSA_PKCS1_2048_8192_SHA384),
            (Material::Rsa { n, e }, "1.2.840.113549.1.1.13") => rsa(n, e, &s::RSA_PKCS1_2048_8192_SHA512),
            _ => false,
        }
    }

    /// Is this an EC or RSA key, as a device certificate may hold?
    pub(crate) fn is_ec_or_rsa(&self) -> bool {
        !matches!(self.material, Material::Ed25519 { .. })
    }

    /// Is this the key that a header names? The strongest name given decides; no name at all fits every key.
    pub(crate) fn is_named(&self, names: KeyNames<'_>) -> bool {
        let of_certificate = self.certificate.as_ref();
        if let Some(x5t_s256) = names.x5t_s256 {
            return of_certificate.is_some_and(|c| c.x5t_s256 == x5t_s256);
        }
        if let Some(x5t) = names.x5t {
            return of_certificate.is_some_and(|c| c.x5t == x5t);
        }
        let Some(kid) = names.kid else { return true };
        match (&self.kid, of_certificate) {
            (Some(own), _) if own == kid => true,
            // Clients name a certificate by its thumbprint in either of two spellings.
            (_, Some(c)) => c.x5t == kid || c.x5t_s256 == kid || is_hex_of(kid, &c.x5t),
            (Some(_), None) => false,
            (None, None) => self.thumbprint() == kid,
        }
    }

    /// Is `now` within the certificate's validity, if there is one?
    pub(crate) fn is_within_validity(&self, now: Time) -> bool {
        self.certificate.as_ref().is_none_or(|c| (c.not_before..=c.not_after).contains(&now.unix()))
    }
}

impl Material {
    fn p256(point: Vec<u8>) -> Result<Material, JwtError> {
        let parsed = ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, &point);
        let parsed = parsed.map_err(|_| JwtError::Key("it is not a point of P-256"))?;
        Ok(Material::P256 { point, parsed: Arc::new(parsed) })
    }

    fn p384(point: Vec<u8>) -> Result<Material, JwtError> {
        let parsed = ParsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, &point);
        let parsed = parsed.map_err(|_| JwtError::Key("it is not a point of P-384"))?;
        Ok(Material::P384 { point, parsed: Arc::new(parsed) })
    }

    fn ed25519(x: Vec<u8>) -> Result<Material, JwtError> {
        let refused = JwtError::Key("it is not an Ed25519 key");
        if x.len() != 32 {
            return Err(refused);
        }
        let parsed = ParsedPublicKey::new(&signature::ED25519, &x).map_err(|_| refused)?;
        Ok(Material::Ed25519 { x, parsed: Arc::new(parsed) })
    }

    fn rsa(n: &[u8], e: &[u8]) -> Result<Material, JwtError> {
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let bits = n.first().map_or(0, |top| n.len() * 8 - top.leading_zeros() as usize);
        if bits < RSA_BITS_MIN {
            return Err(JwtError::Key("an RSA key needs at least 2048 bits"));
        }
        if bits > RSA_BITS_MAX {
            return Err(JwtError::Key("an RSA key has at most 8192 bits"));
        }
        // The exponent: odd, above 1, and small (aws-lc itself allows 33 bits).
        if e.len() > 5 || e == [1] || e.last().is_none_or(|b| b % 2 == 0) {
            return Err(JwtError::Key("its RSA exponent is not usable"));
        }
        Ok(Material::Rsa { n: n.to_vec(), e: e.to_vec() })
    }

    fn from_spki(spki: &SubjectPublicKeyInfo<'_>) -> Result<Material, JwtError> {
        use x509_parser::public_key::PublicKey as Parsed;
        let refused = JwtError::Key("its kind is not supported; use EC P-256, EC P-384 or RSA");
        if spki.subject_public_key.unused_bits != 0 {
            return Err(refused);
        }
        let bits = spki.subject_public_key.data.as_ref();
        match spki.algorithm.algorithm.to_id_string().as_str() {
            OID_EC => {
                let curve = spki.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok()).map(|o| o.to_id_string());
                match (curve.as_deref(), bits.first()) {
                    (Some(OID_P256), Some(4)) if bits.len() == 65 => Material::p256(bits.to_vec()),
                    (Some(OID_P384), Some(4)) if bits.len() == 97 => Material::p384(bits.to_vec()),
                    _ => Err(refused),
                }
            }
            OID_RSA => match spki.parsed() {
                Ok(Parsed::RSA(key)) => Material::rsa(key.modulus, key.exponent),
                _ => Err(refused),
            },
            OID_ED25519 => Material::ed25519(bits.to_vec()),
            _ => Err(refused),
        }
    }

    fn can(&self, alg: Algorithm) -> bool {
        match self {
            Material::P256 { .. } => alg == Algorithm::Es256,
            Material::P384 { .. } => alg == Algorithm::Es384,
            Material::Rsa { .. } => matches!(alg, Algorithm::Rs256 | Algorithm::Ps256),
            Material::Ed25519 { .. } => alg == Algorithm::EdDsa,
        }
    }

    /// The members that RFC 7638 §3.2 requires (RFC 8037 §2 for OKP), in lexicographic order.
    fn required_members(&self) -> Vec<(&'static str, String)> {
        let ec = |crv: &str, point: &[u8]| {
            let coordinates = point.get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            let own = |text: &str| text.to_owned();
            vec![("crv", own(crv)), ("kty", own("EC")), ("x", base64url::encode(x)), ("y", base64url::encode(y))]
        };
        match self {
            Material::P256 { point, .. } => ec("P-256", point),
            Material::P384 { point, .. } => ec("P-384", point),
            Material::Rsa { n, e } => {
                vec![("e", base64url::encode(e)), ("kty", "RSA".to_owned()), ("n", base64url::encode(n))]
            }
            Material::Ed25519 { x, .. } => {
                vec![("crv", "Ed25519".to_owned()), ("kty", "OKP".to_owned()), ("x", base64url::encode(x))]
            }
        }
    }
}

/// The DER inside a PEM block with one of these labels, or the bytes themselves if they are no PEM.
pub(crate) fn der_of(bytes: &[u8], labels: &[&str]) -> Option<Vec<u8>> {
    if bytes.len() > CERTIFICATE_BYTES_MAX {
        return None;
    }
    if !bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
        return Some(bytes.to_vec());
    }
    let (_, pem) = x509_parser::pem::parse_x509_pem(bytes.trim_ascii_start()).ok()?;
    labels.contains(&pem.label.as_str()).then_some(pem.contents)
}

fn point(x: &[u8], y: &[u8], size: usize) -> Result<Vec<u8>, JwtError> {
    // RFC 7518 §6.2.1.2: the full size of a coordinate, never shorter.
    if x.len() != size || y.len() != size {
        return Err(JwtError::Key("its coordinates do not have the size of its curve"));
    }
    Ok([&[4], x, y].concat())
}

fn without_leading_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

fn is_hex_of(hex: &str, base64: &str) -> bool {
    let Some(bytes) = base64url::decode(base64) else { return false };
    let own: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    own.eq_ignore_ascii_case(hex)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// The key of RFC 7638 §3.1.
    fn rfc_7638() -> Value {
        json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
                  FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb\
                  9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls\
                  1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"
        })
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        let key = PublicKey::from_jwk(&rfc_7638()).unwrap();
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_is_used_only_as_it_says() {
        let key = PublicKey::from_jwk(&rfc_7638()).unwrap();
        assert!(key.can(Algorithm::Rs256));
        for other in [Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa] {
            assert!(!key.can(other), "{other:?}");
            assert_eq!(key.verify(other, b"m", b"s"), Err(JwtError::Algorithm));
        }
    }

    #[test]
    fn keys_that_are_not_public_strong_and_for_signing_are_refused() {
        let with = |name: &str, value: Value| {
            let mut jwk = rfc_7638();
            jwk[name] = value;
            jwk
        };
        let p256 = |x: &str| json!({"kty": "EC", "crv": "P-256", "x": x, "y": base64url::encode([1; 32])});
        for (jwk, what) in [
            (with("d", json!("AQAB")), "private"),
            (with("use", json!("enc")), "for encryption"),
            (with("key_ops", json!(["sign"])), "not for verification"),
            (with("alg", json!("HS256")), "symmetric algorithm"),
            (with("alg", json!("ES256")), "algorithm of another kind"),
            (with("e", json!("AQ")), "exponent 1"),
            (with("e", json!("AAAA")), "exponent 0"),
            (with("n", json!(base64url::encode([0xff; 128]))), "1024 bits"),
            (with("n", json!(base64url::encode([0xff; 2048]))), "16384 bits"),
            (with("kty", json!("oct")), "symmetric"),
            (json!({"kty": "oct", "k": "c2VjcmV0"}), "symmetric"),
            (p256(&base64url::encode([1; 32])), "not on the curve"),
            (p256(&base64url::encode([1; 31])), "short coordinate"),
            (json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}), "other curve"),
            (json!("text"), "no object"),
        ] {
            assert!(PublicKey::from_jwk(&jwk).is_err(), "{what}");
        }
    }

    #[test]
    fn no_mutated_jwk_makes_the_reader_panic() {
        crate::mutate::each(rfc_7638().to_string().as_bytes(), 20_000, |bytes| {
            if let Ok(jwk) = serde_json::from_slice::<Value>(bytes) {
                let _ = PublicKey::from_jwk(&jwk).map(|key| key.thumbprint());
            }
        });
    }
}
