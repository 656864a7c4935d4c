//! DPoP (RFC 9449): a proof, signed with a key of the client's own, that whoever sends a request holds that key; and the
//! nonces that make a proof fresh. A nonce is a hash of the time it was made in, so every node knows it and none keeps it.
//!
//! That a proof is used once is the caller's to remember, under [`DpopProof::once`] on the shelf [`DPOP_PROOFS`].

use std::time::Duration;

use directory::{TenantId, Time};

use crate::algorithm::Algorithm;
use crate::assertion::verify_proof;
use crate::base64url;
use crate::digest::{constant_time_eq, sha256};
use crate::fault::{JwtError, KeyFault};
use crate::keys::Keys;

/// The shelf of tickets that remember proofs that were used.
pub const DPOP_PROOFS: &str = "dpopProofs";
/// A proof counts for so long after its `iat`; a nonce as long, or up to twice as long.
pub const DPOP_SECONDS: i64 = 150;
/// A proof may be from so far ahead (FAPI 2.0 Security Profile §5.3.2.1).
const AHEAD_SECONDS_MAX: i64 = 60;
/// A `jti` is at most this long.
const JTI_MAX: usize = 256;
/// What the nonces' hash is for.
const NONCE: &str = "dpop nonce";

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct DpopExpect<'a> {
    pub now: Time,
    pub method: &'a str,
    /// Where the request went; a query does not count.
    pub uri: &'a str,
    /// The access token beside which the proof came; absent where a token is asked for.
    pub access_token: Option<&'a str>,
    pub algorithms: &'a [Algorithm],
}

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpopProof {
    /// The thumbprint of the key (RFC 7638), as `cnf.jkt` has it.
    pub jkt: String,
    /// By what it is remembered …
    pub once: [u8; 32],
    /// … and until when.
    pub until: Time,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DpopError {
    /// It brings no nonce, or one that is too old: the caller is to be given one ([`Keys::dpop_nonce`]).
    Nonce,
    Invalid(JwtError),
}

impl Keys {
    /// Check a proof (RFC 9449 §4.3), all of it but that it is used once.
    pub fn verify_dpop(&self, tenant: TenantId, proof: &str, expect: &DpopExpect<'_>) -> Result<DpopProof, DpopError> {
        // A nonce says that a proof is new, so `iat` only has to bound how long it is remembered.
        let (claims, key) =
            verify_proof(proof, "dpop+jwt", expect.now, 2 * DPOP_SECONDS).map_err(DpopError::Invalid)?;
        let refuse = |name| Err(DpopError::Invalid(JwtError::Mismatch(name)));
        if !expect.algorithms.contains(&claims.header().alg) {
            return Err(DpopError::Invalid(JwtError::Algorithm));
        }
        let iat = claims.time("iat").unwrap_or_default();
        if iat.unix() - expect.now.unix() > AHEAD_SECONDS_MAX {
            return Err(DpopError::Invalid(JwtError::NotYetValid));
        }
        if claims.text("htm") != Some(expect.method) {
            return refuse("htm");
        }
        if claims.text("htu").and_then(normal) != normal(expect.uri) || claims.text("htu").is_none() {
            return refuse("htu");
        }
        if let Some(token) = expect.access_token
            && claims.text("ath") != Some(&base64url::encode(sha256(token.as_bytes())))
        {
            return refuse("ath");
        }
        let jti = claims.text("jti").filter(|jti| !jti.is_empty() && jti.len() <= JTI_MAX);
        let jti = jti.ok_or(DpopError::Invalid(JwtError::Claim("jti")))?;
        let nonce = claims.text("nonce").ok_or(DpopError::Nonce)?;
        if !self.knows_nonce(tenant, nonce, expect.now).map_err(|fault| DpopError::Invalid(fault.into()))? {
            return Err(DpopError::Nonce);
        }
        let jkt = key.thumbprint();
        let once = sha256(format!("{jkt}\n{jti}").as_bytes());
        let until = iat.max(expect.now) + Duration::from_secs(2 * DPOP_SECONDS.unsigned_abs() + 1);
        Ok(DpopProof { jkt, once, until })
    }

    /// The nonce of the present (RFC 9449 §8).
    pub fn dpop_nonce(&self, tenant: TenantId, now: Time) -> Result<String, KeyFault> {
        self.nonce_of(tenant, now.unix().div_euclid(DPOP_SECONDS))
    }

    /// Whether a nonce is ours, of the present or of the time just before.
    fn knows_nonce(&self, tenant: TenantId, nonce: &str, now: Time) -> Result<bool, KeyFault> {
        let period = now.unix().div_euclid(DPOP_SECONDS);
        for period in [period, period - 1] {
            if constant_time_eq(self.nonce_of(tenant, period)?.as_bytes(), nonce.as_bytes()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn nonce_of(&self, tenant: TenantId, period: i64) -> Result<String, KeyFault> {
        Ok(base64url::encode(self.hash_secret(tenant, NONCE, &period.to_string())?))
    }
}

/// A URI as it is compared: without query and fragment, scheme and host in lower case, no default port, no needless
/// escapes (RFC 9449 §4.3, RFC 3986 §6.2.2, §6.2.3). Absent for what is no absolute http(s) URI.
fn normal(uri: &str) -> Option<String> {
    let uri = uri.split(['?', '#']).next()?;
    let (scheme, rest) = uri.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    if host.is_empty() || host.contains('@') {
        return None;
    }
    Some(format!("{scheme}://{host}{}", unescaped(path)?))
}

/// A path with the escapes of unreserved characters undone and the others in capitals (RFC 3986 §6.2.2.1, §6.2.2.2).
fn unescaped(path: &str) -> Option<String> {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        plain.push_str(rest.get(..at)?);
        let hex = rest.get(at + 1..at + 3).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let byte = u8::from_str_radix(hex, 16).ok()?;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            plain.push(char::from(byte));
        } else {
            plain.push('%');
            plain.push_str(&hex.to_ascii_uppercase());
        }
        rest = rest.get(at + 3..)?;
    }
    plain.push_str(rest);
    Some(plain)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use crate::signing_key::SigningKey;
    use serde_json::{Value, json};

    const NOW: Time = Time::from_unix(1_795_248_000);
    const TENANT: TenantId = TenantId::from_u128(1);
    const URI: &str = "https://id.xyz.example/token";

    struct Holder {
        pair: rcgen::KeyPair,
        jwk: Value,
    }

    impl Holder {
        fn new() -> Holder {
            let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
            let spki = rcgen::PublicKeyData::subject_public_key_info(&pair);
            let jwk = Value::Object(crate::PublicKey::from_spki(&spki).unwrap().to_jwk());
            Holder { pair, jwk }
        }

        fn prove(&self, header: &Value, claims: &Value) -> String {
            let message =
                format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(claims.to_string()));
            let key = SigningKey::from_pkcs8(Algorithm::Es256, &self.pair.serialize_der()).unwrap();
            format!("{message}.{}", key.sign(message.as_bytes(), |s| base64url::encode(s)).unwrap())
        }
    }

    fn open(scratch: &Scratch) -> Keys {
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        keys.ensure_tenant(TENANT, NOW).unwrap();
        keys.ensure_tenant(TenantId::from_u128(2), NOW).unwrap();
        keys
    }

    fn expect(now: Time) -> DpopExpect<'static> {
        DpopExpect { now, method: "POST", uri: URI, access_token: Some("token"), algorithms: &Algorithm::ALL }
    }

    #[test]
    fn a_proof_is_for_one_request_and_nothing_else_about_it_may_differ() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let holder = Holder::new();
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": holder.jwk});
        let good = json!({
            "htm": "POST", "htu": URI, "iat": NOW.unix(), "jti": "1", "nonce": keys.dpop_nonce(TENANT, NOW).unwrap(),
            "ath": base64url::encode(sha256(b"token")),
        });
        let verify = |header: &Value, claims: &Value, expect: &DpopExpect<'_>| {
            keys.verify_dpop(TENANT, &holder.prove(header, claims), expect)
        };
        let proof = verify(&header, &good, &expect(NOW)).unwrap();
        assert_eq!(proof.jkt, crate::PublicKey::from_jwk(&holder.jwk).unwrap().thumbprint());
        assert!(proof.until > NOW + Duration::from_secs(300));

        let foreign = keys.dpop_nonce(TenantId::from_u128(2), NOW).unwrap();
        let old = keys.dpop_nonce(TENANT, Time::from_unix(NOW.unix() - 2 * DPOP_SECONDS)).unwrap();
        let last = keys.dpop_nonce(TENANT, Time::from_unix(NOW.unix() - DPOP_SECONDS)).unwrap();
        let mismatch = |name| Some(DpopError::Invalid(JwtError::Mismatch(name)));
        let (missing, nonce) = (Some(DpopError::Invalid(JwtError::Claim("jti"))), Some(DpopError::Nonce));
        for (name, value, refusal) in [
            ("htm", json!("GET"), mismatch("htm")),
            ("htm", json!("post"), mismatch("htm")),
            ("htm", Value::Null, mismatch("htm")),
            ("htu", json!("https://id.xyz.example/other"), mismatch("htu")),
            ("htu", json!("https://evil.example/token"), mismatch("htu")),
            ("htu", json!("http://id.xyz.example/token"), mismatch("htu")),
            ("htu", json!("nonsense"), mismatch("htu")),
            ("htu", Value::Null, mismatch("htu")),
            ("htu", json!("HTTPS://ID.xyz.example:443/tok%65n?x=1#y"), None),
            ("ath", json!(base64url::encode(sha256(b"another"))), mismatch("ath")),
            ("ath", Value::Null, mismatch("ath")),
            ("jti", json!(""), missing.clone()),
            ("jti", json!("x".repeat(JTI_MAX + 1)), missing.clone()),
            ("jti", Value::Null, missing),
            ("nonce", Value::Null, nonce.clone()),
            ("nonce", json!("made up"), nonce.clone()),
            ("nonce", json!(foreign), nonce.clone()),
            ("nonce", json!(old), nonce),
            ("nonce", json!(last), None),
            ("iat", json!(NOW.unix() - 300), None),
            ("iat", json!(NOW.unix() - 301), Some(DpopError::Invalid(JwtError::Expired))),
            ("iat", json!(NOW.unix() + 60), None),
            ("iat", json!(NOW.unix() + 61), Some(DpopError::Invalid(JwtError::NotYetValid))),
            ("iat", Value::Null, Some(DpopError::Invalid(JwtError::Claim("iat")))),
        ] {
            let mut claims = good.clone();
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                _ => claims[name] = value.clone(),
            }
            assert_eq!(verify(&header, &claims, &expect(NOW)).err(), refusal, "{name}={value}");
        }
        let only = DpopExpect { algorithms: &[Algorithm::EdDsa], ..expect(NOW) };
        assert_eq!(verify(&header, &good, &only).err(), Some(DpopError::Invalid(JwtError::Algorithm)));
        for (name, value) in [("typ", json!("jwt")), ("alg", json!("none")), ("jwk", json!({"kty": "oct", "k": "AA"}))]
        {
            let mut header = header.clone();
            header[name] = value;
            assert!(verify(&header, &good, &expect(NOW)).is_err(), "{name}");
        }
    }

    #[test]
    fn a_proof_is_remembered_by_its_key_and_jti() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let (one, two) = (Holder::new(), Holder::new());
        let once = |holder: &Holder, jti: &str| {
            let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": holder.jwk});
            let claims = json!({
                "htm": "POST", "htu": URI, "iat": NOW.unix(), "jti": jti,
                "nonce": keys.dpop_nonce(TENANT, NOW).unwrap(),
            });
            let expect = DpopExpect { access_token: None, ..expect(NOW) };
            keys.verify_dpop(TENANT, &holder.prove(&header, &claims), &expect).unwrap().once
        };
        assert_eq!(once(&one, "1"), once(&one, "1"));
        assert_ne!(once(&one, "1"), once(&one, "2"));
        assert_ne!(once(&one, "1"), once(&two, "1"), "nobody can use up another's jti");
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        for (uri, expect) in [
            ("https://id.xyz.example", Some("https://id.xyz.example/")),
            ("https://id.xyz.example:443/a", Some("https://id.xyz.example/a")),
            ("http://Host:80/a?b#c", Some("http://host/a")),
            ("https://h:8443/%7Ea%2fb", Some("https://h:8443/~a%2Fb")),
            ("https://h/%zz", None),
            ("https://h/%4", None),
            ("https://me@h/", None),
            ("https:///a", None),
            ("ftp://h/", None),
            ("/a", None),
        ] {
            assert_eq!(normal(uri).as_deref(), expect, "{uri}");
        }
    }
}
