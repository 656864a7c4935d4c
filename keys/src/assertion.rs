//! Tokens that others signed: a client's assertion, a device's request, a proof of possession. Their keys come from a
//! registration or from the token itself, and are handed in; nobody's keys are fetched here, and that a `jti` is used
//! once is the caller's to remember.

use std::time::Duration;

use directory::Time;
use serde_json::Value;

use crate::claims::{Claims, Expect, LEEWAY_SECONDS};
use crate::fault::JwtError;
use crate::jws::{Parts, media_type};
use crate::public_key::PublicKey;

/// So many keys of one presenter are tried when a token does not name its key.
pub const KEYS_TRIED_MAX: usize = 16;

/// Verify a token that a client or a device signed (RFC 7523 §3, RFC 8725): a client assertion, a device's request.
///
/// `keys` are the presenter's registered keys, from JWKs or certificates. The header's `x5t#S256`, `x5t` or `kid` chooses
/// among them; a header that names none is tried against each. A certificate must be valid now. `iss`, `sub`, `aud` and
/// the lifetime are checked as `expect` says; that a `jti` is used once is the caller's to remember.
pub fn verify_assertion(keys: &[PublicKey], token: &str, expect: &Expect<'_>) -> Result<Claims, JwtError> {
    let parts = Parts::of(token)?;
    find_signer(keys, &parts, expect.now)?;
    let claims = Claims::of(parts.header, &parts.payload)?;
    claims.check(expect)?;
    Ok(claims)
}

/// The key that signed, among those that the header names; or why the last of them did not.
fn find_signer<'k>(keys: &'k [PublicKey], parts: &Parts<'_>, now: Time) -> Result<&'k PublicKey, JwtError> {
    let names = parts.header.key_names();
    let mut refusal = JwtError::UnknownKey;
    for key in keys.iter().filter(|key| key.is_named(names)).take(KEYS_TRIED_MAX) {
        if !key.is_within_validity(now) {
            refusal = JwtError::CertificateTime;
            continue;
        }
        match key.verify(parts.header.alg, parts.signed, &parts.signature) {
            Ok(()) => return Ok(key),
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// Verify a request that this very key signed, whatever its header calls the key. It is made fresh by a nonce in it, not by
/// times, and that nonce, as all it says, is the caller's to judge.
pub fn verify_request(key: &PublicKey, token: &str) -> Result<Claims, JwtError> {
    let parts = Parts::of(token)?;
    key.verify(parts.header.alg, parts.signed, &parts.signature)?;
    Claims::of(parts.header, &parts.payload)
}

/// Verify a token signed with one JWK (RFC 7517).
pub fn verify_with_jwk(jwk: &Value, token: &str, expect: &Expect<'_>) -> Result<Claims, JwtError> {
    verify_assertion(&[PublicKey::from_jwk(jwk)?], token, expect)
}

/// Verify a token that carries its own key in `jwk`, as a DPoP proof does (RFC 9449 §4.3), and answer that key: its
/// thumbprint is what the caller compares. DPoP proofs have no `exp`: `iat` must be within `window_seconds` of now.
pub fn verify_proof(token: &str, typ: &str, now: Time, window_seconds: i64) -> Result<(Claims, PublicKey), JwtError> {
    let parts = Parts::of(token)?;
    if parts.header.typ.as_deref() != Some(media_type(typ).as_str()) {
        return Err(JwtError::Typ);
    }
    let key = PublicKey::from_jwk(parts.header.jwk.as_ref().ok_or(JwtError::Header("jwk"))?)?;
    key.verify(parts.header.alg, parts.signed, &parts.signature)?;
    let claims = Claims::of(parts.header, &parts.payload)?;
    let iat = claims.time("iat").ok_or(JwtError::Claim("iat"))?.unix();
    match iat.saturating_sub(now.unix()) {
        ahead if ahead > window_seconds => Err(JwtError::NotYetValid),
        ahead if ahead < -window_seconds => Err(JwtError::Expired),
        _ => Ok((claims, key)),
    }
}

/// Verify a security event token (RFC 8417): it has no `exp`; it must be of this `typ`, and its `iat` must lie within
/// `age_max` of now. `iss`, `aud` and `jti` are the caller's to check.
pub fn verify_event(
    keys: &[PublicKey],
    token: &str,
    typ: &str,
    now: Time,
    age_max: Duration,
) -> Result<Claims, JwtError> {
    let parts = Parts::of(token)?;
    if parts.header.typ.as_deref() != Some(media_type(typ).as_str()) {
        return Err(JwtError::Typ);
    }
    find_signer(keys, &parts, now)?;
    let claims = Claims::of(parts.header, &parts.payload)?;
    let iat = claims.time("iat").ok_or(JwtError::Claim("iat"))?;
    if iat.unix() > now.unix().saturating_add(LEEWAY_SECONDS) {
        return Err(JwtError::NotYetValid);
    }
    if now.since(iat) > age_max {
        return Err(JwtError::Expired);
    }
    Ok(claims)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::base64url;
    use serde_json::json;

    const NOW: i64 = 1_795_248_000;

    #[test]
    fn the_example_of_rfc_7515_verifies() {
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        });
        let token = "eyJhbGciOiJFUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let expect = |now| Expect { iss: Some("joe"), ..Expect::at(Time::from_unix(now)) };
        assert!(verify_with_jwk(&jwk, token, &expect(1_300_819_380)).is_ok());
        assert_eq!(verify_with_jwk(&jwk, token, &expect(1_300_819_380 + 60)), Err(JwtError::Expired));
        let altered = token.replace("DtEhU3", "DtEhU4");
        assert_eq!(verify_with_jwk(&jwk, &altered, &expect(1_300_819_380)), Err(JwtError::Signature));
    }

    /// A presenter's key pair, and a library that is not ours to sign with it.
    struct Presenter {
        pair: rcgen::KeyPair,
        certificate: Vec<u8>,
    }

    impl Presenter {
        fn new(algorithm: &'static rcgen::SignatureAlgorithm) -> Presenter {
            let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let now = Time::from_unix(NOW);
            let params = crate::authority::blank("client", now, now.plus_days(30));
            let certificate = params.self_signed(&pair).unwrap().der().to_vec();
            Presenter { pair, certificate }
        }

        fn public(&self) -> PublicKey {
            PublicKey::from_spki(&rcgen::PublicKeyData::subject_public_key_info(&self.pair)).unwrap()
        }

        fn sign(&self, header: &jsonwebtoken::Header, body: &Value) -> String {
            use jsonwebtoken::{Algorithm as A, EncodingKey as K};
            let pkcs8 = self.pair.serialize_der();
            let key = match header.alg {
                A::ES256 | A::ES384 => K::from_ec_der(&pkcs8),
                A::EdDSA => K::from_ed_der(&pkcs8),
                // PKCS#1 begins where the 26 bytes of PKCS#8 around an RSA-2048 key end.
                _ => K::from_rsa_der(&pkcs8[26..]),
            };
            jsonwebtoken::encode(header, body, &key).unwrap()
        }
    }

    fn assertion() -> Value {
        json!({"iss": "client", "sub": "client", "aud": "https://xyz.example/token", "jti": "1", "exp": NOW + 300})
    }

    fn expect(now: i64) -> Expect<'static> {
        let aud = &["https://xyz.example/token"];
        let at = Expect::at(Time::from_unix(now));
        Expect { iss: Some("client"), sub: Some("client"), aud, lifetime_seconds_max: Some(600), ..at }
    }

    #[test]
    fn an_assertion_of_any_accepted_algorithm_verifies_with_jwk_or_certificate() {
        use jsonwebtoken::Algorithm as A;
        for (algorithm, algs) in [
            (&rcgen::PKCS_ECDSA_P256_SHA256, &[A::ES256][..]),
            (&rcgen::PKCS_ECDSA_P384_SHA384, &[A::ES384]),
            (&rcgen::PKCS_RSA_SHA256, &[A::RS256, A::PS256]),
            (&rcgen::PKCS_ED25519, &[A::EdDSA]),
        ] {
            let presenter = Presenter::new(algorithm);
            let jwk = Value::Object(presenter.public().to_jwk());
            let by_certificate = PublicKey::from_certificate(&presenter.certificate).unwrap();
            for alg in algs {
                let mut header = jsonwebtoken::Header::new(*alg);
                header.x5t = Some(base64url::encode(crate::sha1_thumbprint(&presenter.certificate)));
                let named = presenter.sign(&header, &assertion());
                assert!(
                    verify_assertion(std::slice::from_ref(&by_certificate), &named, &expect(NOW)).is_ok(),
                    "{alg:?}"
                );
                header.x5t = None;
                header.kid = Some(presenter.public().thumbprint());
                let token = presenter.sign(&header, &assertion());
                assert!(verify_with_jwk(&jwk, &token, &expect(NOW)).is_ok(), "{alg:?}");
                // An algorithm for which the token was signed, but the key was not registered.
                let other = Value::Object(Presenter::new(algorithm).public().to_jwk());
                assert_eq!(verify_with_jwk(&other, &token, &expect(NOW)), Err(JwtError::UnknownKey));
            }
        }
    }

    #[test]
    fn the_header_chooses_the_key_and_the_certificate_must_be_valid() {
        let (one, two) =
            (Presenter::new(&rcgen::PKCS_ECDSA_P256_SHA256), Presenter::new(&rcgen::PKCS_ECDSA_P256_SHA256));
        let certificate = |presenter: &Presenter| PublicKey::from_certificate(&presenter.certificate).unwrap();
        let keys = [one.public().with_kid("1"), two.public().with_kid("2"), certificate(&two)];
        let s256 = base64url::encode(crate::sha256(&two.certificate));
        let sha1 = crate::sha1_thumbprint(&two.certificate);
        let hex: String = sha1.iter().map(|b| format!("{b:02X}")).collect();
        let header = |kid: Option<&str>, x5t: Option<&str>, x5t_s256: Option<&str>| {
            let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
            header.kid = kid.map(str::to_owned);
            header.x5t = x5t.map(str::to_owned);
            header.x5t_s256 = x5t_s256.map(str::to_owned);
            header
        };
        let far = NOW + 31 * 86_400;
        for (header, now, verdict) in [
            (header(Some("2"), None, None), NOW, Ok(())),
            (header(Some("2"), None, None), far, Ok(())),
            (header(Some(&hex), None, None), NOW, Ok(())),
            (header(None, Some(&base64url::encode(sha1)), None), NOW, Ok(())),
            (header(None, None, Some(&s256)), NOW, Ok(())),
            (header(None, None, Some(&s256)), far, Err(JwtError::CertificateTime)),
            (header(None, None, None), NOW, Ok(())),
            (header(Some("1"), None, None), NOW, Err(JwtError::Signature)),
            (header(Some("3"), None, None), NOW, Err(JwtError::UnknownKey)),
            (header(Some("2"), None, Some("AAAA")), NOW, Err(JwtError::UnknownKey)),
        ] {
            let mut body = assertion();
            body["exp"] = json!(now + 300);
            let found = verify_assertion(&keys, &two.sign(&header, &body), &expect(now)).map(|_| ());
            assert_eq!(found, verdict, "{header:?} {now}");
        }
        assert_eq!(
            verify_assertion(&[], &two.sign(&header(None, None, None), &assertion()), &expect(NOW)).err(),
            Some(JwtError::UnknownKey)
        );
    }

    #[test]
    fn a_proof_brings_its_own_public_key() {
        let presenter = Presenter::new(&rcgen::PKCS_ECDSA_P256_SHA256);
        let public = presenter.public();
        let proof = |typ: &str, jwk: Value, iat: i64| {
            let header = json!({"typ": typ, "alg": "ES256", "jwk": jwk}).to_string();
            let message =
                format!("{}.{}", base64url::encode(header), base64url::encode(json!({"iat": iat}).to_string()));
            let pkcs8 = presenter.pair.serialize_der();
            let key = crate::signing_key::SigningKey::from_pkcs8(crate::Algorithm::Es256, &pkcs8).unwrap();
            format!("{message}.{}", key.sign(message.as_bytes(), |s| base64url::encode(s)).unwrap())
        };
        let own = Value::Object(public.to_jwk());
        let mut private = own.clone();
        private["d"] = json!("AA");
        let other = Value::Object(Presenter::new(&rcgen::PKCS_ECDSA_P256_SHA256).public().to_jwk());
        let verify = |token: &str| verify_proof(token, "dpop+jwt", Time::from_unix(NOW), 60);
        let (_, found) = verify(&proof("dpop+jwt", own.clone(), NOW)).unwrap();
        assert_eq!(found.thumbprint(), public.thumbprint());
        for (token, refusal) in [
            (proof("JWT", own.clone(), NOW), JwtError::Typ),
            (proof("dpop+jwt", other, NOW), JwtError::Signature),
            (proof("dpop+jwt", private, NOW), JwtError::Key("it is a private or symmetric key; give the public key")),
            (proof("dpop+jwt", Value::Null, NOW), JwtError::Key("its `kty` or `crv` is not supported")),
            (proof("dpop+jwt", own.clone(), NOW - 61), JwtError::Expired),
            (proof("dpop+jwt", own.clone(), NOW + 61), JwtError::NotYetValid),
        ] {
            assert_eq!(verify(&token).err(), Some(refusal), "{token}");
        }
    }
}
