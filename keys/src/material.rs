//! The numbers of a public key and the signatures that can be checked with them. Its names, and what its owner restricts
//! it to, are `public_key`'s business.

use std::sync::Arc;

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::fault::JwtError;

/// RSA keys below this many bits are refused (NIST SP 800-131A; RFC 7518 §3.3).
pub const RSA_BITS_MIN: usize = 2048;
/// RSA keys above this many bits are refused: verifying them is slow enough to be an attack.
pub const RSA_BITS_MAX: usize = 8192;

const OID_P256: &str = "1.2.840.10045.3.1.7";
const OID_P384: &str = "1.3.132.0.34";
const OID_EC: &str = "1.2.840.10045.2.1";
const OID_RSA: &str = "1.2.840.113549.1.1.1";
const OID_ED25519: &str = "1.3.101.112";

#[derive(Clone, Debug)]
pub(crate) enum Material {
    P256 { point: Vec<u8>, parsed: Arc<ParsedPublicKey> },
    P384 { point: Vec<u8>, parsed: Arc<ParsedPublicKey> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ed25519 { x: Vec<u8>, parsed: Arc<ParsedPublicKey> },
}

impl Material {
    /// Read the numbers of a JWK.
    pub(crate) fn from_jwk(jwk: &Value) -> Result<Material, JwtError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let not_numbers = JwtError::Key("a number of it is missing or not base64url");
        let bytes = |name: &str| text(name).and_then(base64url::decode).ok_or(not_numbers.clone());
        match (text("kty"), text("crv")) {
            (Some("EC"), Some("P-256")) => Material::p256(point(&bytes("x")?, &bytes("y")?, 32)?),
            (Some("EC"), Some("P-384")) => Material::p384(point(&bytes("x")?, &bytes("y")?, 48)?),
            (Some("OKP"), Some("Ed25519")) => Material::ed25519(bytes("x")?),
            (Some("RSA"), _) => Material::rsa(&bytes("n")?, &bytes("e")?),
            _ => Err(JwtError::Key("its `kty` or `crv` is not supported")),
        }
    }

    /// Read the key of a SubjectPublicKeyInfo.
    pub(crate) fn from_spki(spki: &SubjectPublicKeyInfo<'_>) -> Result<Material, JwtError> {
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

    /// Is this an algorithm for such a key?
    pub(crate) fn can(&self, alg: Algorithm) -> bool {
        match self {
            Material::P256 { .. } => alg == Algorithm::Es256,
            Material::P384 { .. } => alg == Algorithm::Es384,
            Material::Rsa { .. } => matches!(alg, Algorithm::Rs256 | Algorithm::Ps256),
            Material::Ed25519 { .. } => alg == Algorithm::EdDsa,
        }
    }

    /// Check a JWS signature.
    pub(crate) fn verify(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        let verified = match (self, alg) {
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
        match (self, algorithm) {
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

    /// The members that RFC 7638 §3.2 requires (RFC 8037 §2 for OKP), in lexicographic order.
    pub(crate) fn required_members(&self) -> Vec<(&'static str, String)> {
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

    pub(crate) fn is_ed25519(&self) -> bool {
        matches!(self, Material::Ed25519 { .. })
    }

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
