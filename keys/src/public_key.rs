//! Public keys of others (clients, devices) and of ours: read from a JWK, a certificate or a SubjectPublicKeyInfo, and
//! used to verify. Weak keys, private keys and symmetric keys are refused when read, so that no later step has to ask.

use serde_json::{Map, Value, json};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::digest::{sha1_thumbprint, sha256};
use crate::fault::JwtError;
use crate::material::Material;
use directory::Time;

/// A certificate, in DER or PEM, is at most this large.
pub const CERTIFICATE_BYTES_MAX: usize = 16 << 10;

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
        let material = Material::from_jwk(jwk)?;
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
        self.material.verify(alg, message, signature)
    }

    /// Check a signature as X.509 and PKCS#10 carry it, by the dotted OID of its algorithm.
    pub(crate) fn verify_x509(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        self.material.verify_x509(algorithm, message, signature)
    }

    /// Is this an EC or RSA key, as a device certificate may hold?
    pub(crate) fn is_ec_or_rsa(&self) -> bool {
        !self.material.is_ed25519()
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
