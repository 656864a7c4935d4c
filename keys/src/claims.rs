//! What a token says, and what is expected of it. Signatures come first: nothing here runs on a payload whose signature
//! has not been checked, except for [`peek`], which says so.

use std::sync::Arc;

use directory::Time;
use serde_json::{Map, Value};

use crate::fault::JwtError;
use crate::jws::{Header, Parts, media_type};
use crate::public_key::PublicKey;

/// How far clocks may differ, unless an [`Expect`] says otherwise.
pub const LEEWAY_SECONDS: i64 = 60;
/// So many keys of one presenter are tried when a token does not name its key.
pub const KEYS_TRIED_MAX: usize = 16;

/// A token: its header and its claims. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(Arc<Inner>);

#[derive(Debug, PartialEq)]
struct Inner {
    header: Header,
    body: Map<String, Value>,
}

/// What a token must say to be accepted here. `exp` is always required.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The present.
    pub now: Time,
    /// The media types that are accepted in `typ`, such as `at+jwt`. Empty: any, or none at all (client assertions).
    pub typ: &'a [&'a str],
    /// The only issuer that is accepted.
    pub iss: Option<&'a str>,
    /// `aud` must name one of these. Empty: the caller checks the audience.
    pub aud: &'a [&'a str],
    /// The only subject that is accepted.
    pub sub: Option<&'a str>,
    /// How far clocks may differ.
    pub leeway_seconds: i64,
    /// `exp` may lie at most so far ahead of now.
    pub lifetime_seconds_max: Option<i64>,
}

impl<'a> Expect<'a> {
    /// Expect a token that is valid now, and nothing more: for `Expect { aud, ..Expect::at(now) }`.
    #[must_use]
    pub fn at(now: Time) -> Expect<'a> {
        let leeway_seconds = LEEWAY_SECONDS;
        Expect { now, typ: &[], iss: None, aud: &[], sub: None, leeway_seconds, lifetime_seconds_max: None }
    }
}

impl Claims {
    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// All claims.
    #[must_use]
    pub fn all(&self) -> &Map<String, Value> {
        &self.0.body
    }

    /// A claim of any type.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.body.get(name)
    }

    /// A claim that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A claim that is a NumericDate (RFC 7519 §2).
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Time> {
        numeric_date(self.get(name)?).map(Time::from_unix)
    }

    /// The texts of a claim that is a text or a list of texts (`aud`, `roles`, `amr`).
    pub fn texts<'c>(&'c self, name: &str) -> impl Iterator<Item = &'c str> {
        let value = self.get(name);
        let items = match value {
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        items.iter().filter_map(Value::as_str)
    }

    /// The space-separated words of a claim (`scope`, `scp`).
    pub fn words<'c>(&'c self, name: &str) -> impl Iterator<Item = &'c str> {
        self.text(name).unwrap_or_default().split_ascii_whitespace()
    }

    fn of(header: Header, payload: &[u8]) -> Result<Claims, JwtError> {
        let body =
            serde_json::from_slice(payload).map_err(|_| JwtError::Malformed("its claims are not a JSON object"))?;
        Ok(Claims(Arc::new(Inner { header, body })))
    }

    /// Check everything but the signature.
    pub(crate) fn check(&self, expect: &Expect<'_>) -> Result<(), JwtError> {
        if !expect.typ.is_empty() {
            let typ = self.header().typ.as_deref().ok_or(JwtError::Typ)?;
            if !expect.typ.iter().any(|accepted| media_type(accepted) == typ) {
                return Err(JwtError::Typ);
            }
        }
        self.check_times(expect)?;
        if let Some(iss) = expect.iss
            && self.text("iss").ok_or(JwtError::Claim("iss"))? != iss
        {
            return Err(JwtError::Issuer);
        }
        if let Some(sub) = expect.sub
            && self.text("sub").ok_or(JwtError::Claim("sub"))? != sub
        {
            return Err(JwtError::Subject);
        }
        if !expect.aud.is_empty() && !self.texts("aud").any(|aud| expect.aud.contains(&aud)) {
            return Err(if self.get("aud").is_none() { JwtError::Claim("aud") } else { JwtError::Audience });
        }
        Ok(())
    }

    fn check_times(&self, expect: &Expect<'_>) -> Result<(), JwtError> {
        let now = expect.now.unix();
        let date = |name: &'static str| match self.get(name) {
            None => Ok(None),
            Some(value) => numeric_date(value).map(Some).ok_or(JwtError::Claim(name)),
        };
        let exp = date("exp")?.ok_or(JwtError::Claim("exp"))?;
        if exp.saturating_add(expect.leeway_seconds) <= now {
            return Err(JwtError::Expired);
        }
        for name in ["nbf", "iat"] {
            if date(name)?.is_some_and(|from| from.saturating_sub(expect.leeway_seconds) > now) {
                return Err(JwtError::NotYetValid);
            }
        }
        match expect.lifetime_seconds_max {
            Some(most) if exp.saturating_sub(expect.leeway_seconds) > now.saturating_add(most) => {
                Err(JwtError::Lifetime)
            }
            _ => Ok(()),
        }
    }
}

/// Read a token *without checking anything but its form*: to learn who claims to have signed it, and so whose keys to
/// check it with. Never a reason to let anybody in.
pub fn peek(token: &str) -> Result<Claims, JwtError> {
    let parts = Parts::of(token)?;
    Claims::of(parts.header, &parts.payload)
}

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

/// Verify a token against one key of ours.
pub(crate) fn verify_signature(key: &PublicKey, parts: Parts<'_>) -> Result<Claims, JwtError> {
    key.verify(parts.header.alg, parts.signed, &parts.signature)?;
    Claims::of(parts.header, &parts.payload)
}

/// Seconds since 1970, fractions rounded down. Text is refused: RFC 7519 §2 says a number.
fn numeric_date(value: &Value) -> Option<i64> {
    if let Some(seconds) = value.as_i64() {
        return Some(seconds);
    }
    let seconds = value.as_f64()?.floor();
    // Within these bounds the conversion is exact; no date of ours lies outside.
    (seconds.abs() < 9e15).then_some(seconds as i64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::base64url;
    use serde_json::json;

    const NOW: i64 = 1_795_248_000;

    fn check(body: Value, expect: &Expect<'_>) -> Result<(), JwtError> {
        let header = Parts::of("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9..").unwrap().header;
        Claims::of(header, body.to_string().as_bytes()).unwrap().check(expect)
    }

    #[test]
    fn times_are_judged_with_their_leeway() {
        let expect = Expect { lifetime_seconds_max: Some(300), ..Expect::at(Time::from_unix(NOW)) };
        for (body, verdict) in [
            (json!({"exp": NOW + 300}), Ok(())),
            (json!({"exp": NOW - 59}), Ok(())),
            (json!({"exp": NOW - 60}), Err(JwtError::Expired)),
            (json!({"exp": (NOW - 60) as f64 + 0.5}), Err(JwtError::Expired)),
            (json!({"exp": NOW + 360}), Ok(())),
            (json!({"exp": NOW + 361}), Err(JwtError::Lifetime)),
            (json!({"exp": i64::MAX}), Err(JwtError::Lifetime)),
            (json!({"exp": i64::MIN}), Err(JwtError::Expired)),
            (json!({"exp": 1e300}), Err(JwtError::Claim("exp"))),
            (json!({"exp": NOW, "nbf": NOW + 60}), Ok(())),
            (json!({"exp": NOW, "nbf": NOW + 61}), Err(JwtError::NotYetValid)),
            (json!({"exp": NOW, "iat": NOW + 61}), Err(JwtError::NotYetValid)),
            (json!({"exp": NOW.to_string()}), Err(JwtError::Claim("exp"))),
            (json!({"exp": NOW, "nbf": "soon"}), Err(JwtError::Claim("nbf"))),
            (json!({}), Err(JwtError::Claim("exp"))),
        ] {
            assert_eq!(check(body.clone(), &expect), verdict, "{body}");
        }
    }

    #[test]
    fn a_token_must_be_of_the_type_from_the_issuer_for_the_audience_about_the_subject() {
        let at = Expect::at(Time::from_unix(NOW));
        let expect = Expect { typ: &["at+JWT"], iss: Some("us"), aud: &["a", "b"], sub: Some("me"), ..at };
        let body = |iss: &str, aud: Value, sub: &str| json!({"exp": NOW, "iss": iss, "aud": aud, "sub": sub});
        for (body, verdict) in [
            (body("us", json!("a"), "me"), Ok(())),
            (body("us", json!(["c", "b"]), "me"), Ok(())),
            (body("us", json!(["c"]), "me"), Err(JwtError::Audience)),
            (body("us", json!([]), "me"), Err(JwtError::Audience)),
            (body("us", json!("ab"), "me"), Err(JwtError::Audience)),
            (body("them", json!("a"), "me"), Err(JwtError::Issuer)),
            (body("us", json!("a"), "you"), Err(JwtError::Subject)),
            (json!({"exp": NOW, "iss": "us", "sub": "me"}), Err(JwtError::Claim("aud"))),
            (json!({"exp": NOW, "aud": "a", "sub": "me"}), Err(JwtError::Claim("iss"))),
            (json!({"exp": NOW, "aud": "a", "iss": "us"}), Err(JwtError::Claim("sub"))),
        ] {
            assert_eq!(check(body.clone(), &expect), verdict, "{body}");
        }
        for typ in ["JWT", "id+jwt", "at"] {
            let verdict = check(body("us", json!("a"), "me"), &Expect { typ: &[typ], ..expect });
            assert_eq!(verdict, Err(JwtError::Typ), "{typ}");
        }
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
