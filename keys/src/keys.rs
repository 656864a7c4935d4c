//! [`Keys`]: all keys of a server, opened from a folder. What one does with them has its own files: tokens here below,
//! sealing in `sealed`, devices in `device`, the server's own certificate in `tls`.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use directory::{TenantId, Time};
use serde::Serialize;
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::breached::Breached;
use crate::claims::{Claims, Expect};
use crate::device;
use crate::fault::{JwtError, KeyFault};
use crate::jws::{self, Parts};
use crate::password::Passwords;
use crate::record::{AuthorityRecord, Record};
use crate::ring::{KeyInfo, Ring};
use crate::rings::Rings;
use crate::vault::{MasterKey, Vault};
use crate::verified::Verified;

/// The file of what belongs to no tenant.
const SERVER: &str = "server";

/// All keys of a server. Cheap to clone; safe to use from any thread. Reading and signing never wait for a file that has
/// been read once.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    rings: Rings,
    verified: Verified,
    breached: OnceLock<Breached>,
}

impl Keys {
    /// Open the folder of keys; made, with a master key and the server's own certificate authority, on the first start.
    pub fn open(dir: &Path, now: Time) -> Result<Keys, KeyFault> {
        Keys::open_vault(Vault::open(dir, None)?, now)
    }

    /// Open the folder of keys under a master key that is kept elsewhere.
    pub fn open_with_master(dir: &Path, master: MasterKey, now: Time) -> Result<Keys, KeyFault> {
        Keys::open_vault(Vault::open(dir, Some(master))?, now)
    }

    fn open_vault(vault: Vault, now: Time) -> Result<Keys, KeyFault> {
        let keys = Keys(Arc::new(Inner {
            rings: Rings::new(vault),
            verified: Verified::default(),
            breached: OnceLock::new(),
        }));
        keys.0.rings.ensure(SERVER, || {
            let mut record = Record::new(&[], now)?;
            record.authorities.push(AuthorityRecord::new("Castellan server authority", now)?);
            Ok(record)
        })?;
        Ok(keys)
    }

    /// Make a tenant's keys if it has none: signing keys, the secret that seals, the device authority.
    pub fn ensure_tenant(&self, tenant: TenantId, now: Time) -> Result<(), KeyFault> {
        self.0.rings.ensure(&file(tenant), || {
            let mut record = Record::new(&Algorithm::OWN, now)?;
            device::succeed_authority(&mut record, tenant, now)?;
            Ok(record)
        })
    }

    /// The tenant's public keys as a JWK set (RFC 7517 §5): `kty`, `use`, `alg`, `kid` and the numbers.
    pub fn jwks(&self, tenant: TenantId, now: Time) -> Result<Value, KeyFault> {
        Ok(self.ring(tenant)?.jwks(now))
    }

    /// The tenant's signing keys: for an admin to look at.
    pub fn signing_keys(&self, tenant: TenantId) -> Result<Vec<KeyInfo>, KeyFault> {
        Ok(self.ring(tenant)?.signing.iter().map(|held| held.info()).collect())
    }

    /// Sign claims as a compact JWS (RFC 7515) with the tenant's active key; `typ` is the header's (`JWT`, `at+jwt` …).
    pub fn mint(
        &self,
        tenant: TenantId,
        alg: Algorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, KeyFault> {
        let json = serde_json::to_vec(claims).map_err(|_| KeyFault::Crypto("write the claims as JSON"))?;
        self.mint_json(tenant, alg, typ, &json)
    }

    /// [`Keys::mint`] for claims that are JSON text already.
    pub fn mint_json(&self, tenant: TenantId, alg: Algorithm, typ: &str, claims: &[u8]) -> Result<String, KeyFault> {
        let ring = self.ring(tenant)?;
        let key = ring.active(alg).ok_or(KeyFault::Crypto("find a signing key of this algorithm"))?;
        jws::mint(key, typ, claims)
    }

    /// Verify a token of the tenant's own. The key is chosen by `kid` and used only with its own algorithm (RFC 8725 §3.1);
    /// a key past its not-after verifies nothing. A token seen before costs a hash instead of a signature.
    pub fn verify_own(&self, tenant: TenantId, token: &str, expect: &Expect<'_>) -> Result<Claims, JwtError> {
        let ring = match self.ring(tenant) {
            Err(KeyFault::UnknownTenant(_)) => return Err(JwtError::UnknownKey),
            ring => ring?,
        };
        let hash = Verified::hash(tenant, token);
        if let Some(claims) = self.0.verified.find(hash) {
            let kid = claims.header().kid.as_deref().ok_or(JwtError::UnknownKey)?;
            if !ring.find(kid).is_some_and(|held| held.is_live(expect.now)) {
                return Err(JwtError::UnknownKey);
            }
            claims.check(expect)?;
            return Ok(claims);
        }
        let parts = Parts::of(token)?;
        let kid = parts.header.kid.clone().ok_or(JwtError::UnknownKey)?;
        let ring = match ring.find(&kid) {
            Some(_) => ring,
            // Another process may have rotated: look at the file, but read it only if it has changed.
            None => self.0.rings.newer(&file(tenant), &ring)?.ok_or(JwtError::UnknownKey)?,
        };
        let held = ring.find(&kid).filter(|held| held.is_live(expect.now)).ok_or(JwtError::UnknownKey)?;
        if held.key.alg() != parts.header.alg {
            return Err(JwtError::Algorithm);
        }
        held.key.public().verify(parts.header.alg, parts.signed, &parts.signature)?;
        let claims = Claims::of(parts.header, &parts.payload)?;
        claims.check(expect)?;
        self.0.verified.remember(hash, &claims);
        Ok(claims)
    }

    /// Let the next key of an algorithm sign from now on. The old one verifies for `overlap` more: seven days for an
    /// orderly change ([`crate::OVERLAP_DAYS`]), nothing at all for a key that is compromised.
    pub fn rotate(&self, tenant: TenantId, alg: Algorithm, now: Time, overlap: Duration) -> Result<(), KeyFault> {
        self.0
            .rings
            .change(&file(tenant), KeyFault::UnknownTenant(tenant), |record| {
                record.rotate(alg, now, overlap).map(|()| true)
            })
            .map(|_| ())
    }

    /// Hold a signing key, or let it go. A held key stays published and verifies, whatever its age, and is not deleted:
    /// for somebody who cannot follow a rotation yet. It signs no longer than another, and a compromised one is not held.
    pub fn retain(&self, tenant: TenantId, kid: &str, retain: bool) -> Result<(), KeyFault> {
        self.0
            .rings
            .change(&file(tenant), KeyFault::UnknownTenant(tenant), |record| record.retain(kid, retain).map(|()| true))
            .map(|_| ())
    }

    /// Do what is due for a tenant: publish the next keys, let them sign, delete what has ended, succeed an ageing device
    /// authority. To be called daily or so; answers whether anything changed, and changes nothing when called again.
    pub fn tend(&self, tenant: TenantId, now: Time) -> Result<bool, KeyFault> {
        self.0.rings.change(&file(tenant), KeyFault::UnknownTenant(tenant), |record| {
            let succeeded = device::succeed_authority(record, tenant, now)?;
            Ok(record.tend(now)? || succeeded)
        })
    }

    /// What hashes and checks the tenant's passwords.
    pub fn passwords(&self, tenant: TenantId) -> Result<Passwords, KeyFault> {
        Ok(self.ring(tenant)?.passwords.clone())
    }

    /// Know passwords that have leaked, by a list that the operator supplies: a file of SHA-1 hashes, sorted. Once, when the
    /// server starts.
    pub fn know_breached(&self, list: &Path) -> Result<(), KeyFault> {
        // A second list changes nothing: there is one server and one start.
        let _ = self.0.breached.set(Breached::open(list)?);
        Ok(())
    }

    /// Whether a password is known to have leaked; without a list, none is. Reads a few blocks of the file: slow.
    pub fn is_breached(&self, password: &str) -> Result<bool, KeyFault> {
        self.0.breached.get().map_or(Ok(false), |list| list.contains(password))
    }

    pub(crate) fn ring(&self, tenant: TenantId) -> Result<Arc<Ring>, KeyFault> {
        self.0.rings.find(&file(tenant))?.ok_or(KeyFault::UnknownTenant(tenant))
    }

    /// The keys that belong to no tenant.
    pub(crate) fn server(&self) -> Result<Arc<Ring>, KeyFault> {
        self.0.rings.find(SERVER)?.ok_or(KeyFault::Crypto("find the server's own keys"))
    }

    pub(crate) fn change_server(
        &self,
        change: impl FnOnce(&mut Record) -> Result<bool, KeyFault>,
    ) -> Result<bool, KeyFault> {
        self.0.rings.change(SERVER, KeyFault::Crypto("find the server's own keys"), change)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

fn file(tenant: TenantId) -> String {
    format!("tenants/{tenant}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::scratch::Scratch;
    use serde_json::json;

    const NOW: Time = Time::from_unix(1_795_248_000);
    const TENANT: TenantId = TenantId::from_u128(1);
    const OTHER: TenantId = TenantId::from_u128(2);
    const WEEK: Duration = Duration::from_secs(7 * 86_400);

    fn open(scratch: &Scratch) -> Keys {
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        keys.ensure_tenant(TENANT, NOW).unwrap();
        keys
    }

    fn claims() -> Value {
        json!({"iss": "https://xyz.example", "aud": "api", "sub": "alice", "exp": NOW.unix() + 3600, "roles": ["User.Read.All"]})
    }

    fn expect(now: Time) -> Expect<'static> {
        Expect { typ: &["at+jwt"], iss: Some("https://xyz.example"), aud: &["api"], ..Expect::at(now) }
    }

    #[test]
    fn a_minted_token_verifies_here_and_with_another_library() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.jwks(TENANT, NOW).unwrap()).unwrap();
        for alg in Algorithm::OWN {
            let token = keys.mint(TENANT, alg, "at+jwt", &claims()).unwrap();
            for _ in 0..2 {
                let verified = keys.verify_own(TENANT, &token, &expect(NOW)).unwrap();
                assert_eq!(verified.text("sub"), Some("alice"));
                assert_eq!(verified.texts("roles").collect::<Vec<_>>(), ["User.Read.All"]);
            }
            let header = jsonwebtoken::decode_header(&token).unwrap();
            let jwk = jwks.find(header.kid.as_deref().unwrap()).unwrap();
            let mut validation = jsonwebtoken::Validation::new(header.alg);
            validation.validate_exp = false;
            validation.set_audience(&["api"]);
            let own = keys.jwks(TENANT, NOW).unwrap();
            let jwk_of = |kid: &str| own["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).cloned();
            let published = jwk_of(header.kid.as_deref().unwrap()).unwrap();
            let pem = format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                published["x5c"][0].as_str().unwrap()
            );
            let by_certificate = crate::PublicKey::from_certificate(pem.as_bytes()).unwrap();
            assert!(
                by_certificate.is_same_key(&crate::PublicKey::from_jwk(&published).unwrap()),
                "x5c is the same key"
            );
            let key = jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap();
            let theirs = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();
            assert_eq!(theirs.claims, claims());
        }
    }

    #[test]
    fn tokens_that_are_not_ours_for_this_use_are_refused() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        keys.ensure_tenant(OTHER, NOW).unwrap();
        let mint = |typ: &str| keys.mint(TENANT, Algorithm::Es256, typ, &claims()).unwrap();
        let good = mint("at+jwt");
        let (head, rest) = good.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let kid = crate::peek(&good).unwrap().header().kid.clone().unwrap();
        let rs_kid =
            keys.signing_keys(TENANT).unwrap().into_iter().find(|key| key.alg == Algorithm::Rs256).unwrap().kid;
        let with_header = |header: Value| format!("{}.{payload}.{signature}", base64url::encode(header.to_string()));
        // The classic: HMAC with the public key's bytes as the secret, under the kid of an RSA key.
        let confused = {
            let header = base64url::encode(json!({"alg": "HS256", "typ": "at+jwt", "kid": rs_kid}).to_string());
            let message = format!("{header}.{payload}");
            let mac = crate::hmac_sha256(keys.jwks(TENANT, NOW).unwrap().to_string().as_bytes(), message.as_bytes());
            format!("{message}.{}", base64url::encode(mac))
        };
        let mut changed = claims();
        changed["sub"] = json!("mallory");
        let changed = format!("{head}.{}.{signature}", base64url::encode(changed.to_string()));
        let later = NOW + Duration::from_secs(3600 + 60);
        for (token, expect, refusal) in [
            (with_header(json!({"alg": "none", "typ": "at+jwt", "kid": kid})), expect(NOW), JwtError::Algorithm),
            (format!("{}.{payload}.", base64url::encode(r#"{"alg":"none"}"#)), expect(NOW), JwtError::Algorithm),
            (confused, expect(NOW), JwtError::Algorithm),
            (with_header(json!({"alg": "RS256", "typ": "at+jwt", "kid": kid})), expect(NOW), JwtError::Algorithm),
            (with_header(json!({"alg": "ES256", "typ": "at+jwt", "kid": rs_kid})), expect(NOW), JwtError::Algorithm),
            (with_header(json!({"alg": "ES256", "typ": "at+jwt", "kid": "x"})), expect(NOW), JwtError::UnknownKey),
            (with_header(json!({"alg": "ES256", "typ": "at+jwt"})), expect(NOW), JwtError::UnknownKey),
            (changed, expect(NOW), JwtError::Signature),
            (format!("{head}.{payload}."), expect(NOW), JwtError::Signature),
            (mint("JWT"), expect(NOW), JwtError::Typ),
            (good.clone(), expect(later), JwtError::Expired),
            (good.clone(), Expect { aud: &["another"], ..expect(NOW) }, JwtError::Audience),
            (good.clone(), Expect { iss: Some("https://evil.example"), ..expect(NOW) }, JwtError::Issuer),
            (keys.mint(OTHER, Algorithm::Es256, "at+jwt", &claims()).unwrap(), expect(NOW), JwtError::UnknownKey),
        ] {
            assert_eq!(keys.verify_own(TENANT, &token, &expect), Err(refusal.clone()), "{refusal:?} {token}");
            // Once more, now that the good one may be remembered.
            keys.verify_own(TENANT, &good, &self::expect(NOW)).unwrap();
            assert_eq!(keys.verify_own(TENANT, &token, &expect), Err(refusal), "{token}");
        }
        assert_eq!(keys.verify_own(TenantId::from_u128(3), &good, &expect(NOW)), Err(JwtError::UnknownKey));
        assert_eq!(keys.verify_own(OTHER, &good, &expect(NOW)), Err(JwtError::UnknownKey));
    }

    #[test]
    fn an_old_token_verifies_until_its_key_ends() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let body = json!({"iss": "https://xyz.example", "aud": "api", "exp": NOW.plus_days(400).unix()});
        let old = keys.mint(TENANT, Algorithm::Es256, "at+jwt", &body).unwrap();
        keys.rotate(TENANT, Algorithm::Es256, NOW, WEEK).unwrap();
        let new = keys.mint(TENANT, Algorithm::Es256, "at+jwt", &body).unwrap();
        let kid = |token: &str| crate::peek(token).unwrap().header().kid.clone().unwrap();
        assert_ne!(kid(&old), kid(&new));
        let published = |now| keys.jwks(TENANT, now).unwrap()["keys"].as_array().unwrap().len();
        assert_eq!(published(NOW), 3, "old and new ES256, RS256");

        let last = NOW + WEEK - Duration::from_micros(1);
        keys.verify_own(TENANT, &old, &expect(last)).unwrap();
        assert_eq!(keys.verify_own(TENANT, &old, &expect(NOW + WEEK)), Err(JwtError::UnknownKey));
        assert_eq!(published(NOW + WEEK), 2);
        keys.verify_own(TENANT, &new, &expect(NOW + WEEK)).unwrap();

        // Held, it is kept, published and verifies until it is released; a compromised key ends at once.
        keys.retain(TENANT, &kid(&old), true).unwrap();
        keys.tend(TENANT, NOW.plus_days(80)).unwrap();
        assert!(keys.signing_keys(TENANT).unwrap().iter().any(|key| key.kid == kid(&old) && key.retain));
        keys.verify_own(TENANT, &old, &expect(NOW.plus_days(80))).unwrap();
        assert!(keys.jwks(TENANT, NOW.plus_days(80)).unwrap().to_string().contains(&kid(&old)));
        keys.retain(TENANT, &kid(&old), false).unwrap();
        assert_eq!(keys.verify_own(TENANT, &old, &expect(NOW.plus_days(80))), Err(JwtError::UnknownKey));
        keys.rotate(TENANT, Algorithm::Es256, NOW.plus_days(81), Duration::ZERO).unwrap();
        assert_eq!(keys.verify_own(TENANT, &new, &expect(NOW.plus_days(81))), Err(JwtError::UnknownKey));
        assert_eq!(keys.retain(TENANT, "x", true), Err(KeyFault::UnknownKey("x".to_owned())));
    }

    #[test]
    fn keys_survive_a_restart_and_a_rotation_by_another_process() {
        let scratch = Scratch::new();
        let first = open(&scratch);
        let token = first.mint(TENANT, Algorithm::Rs256, "at+jwt", &claims()).unwrap();
        let sealed = first.seal(TENANT, "test", b"text").unwrap();
        let phc = first.passwords(TENANT).unwrap().hash("correct horse").unwrap();
        let jwks = first.jwks(TENANT, NOW).unwrap();

        let second = open(&scratch);
        assert_eq!(second.jwks(TENANT, NOW).unwrap(), jwks);
        second.verify_own(TENANT, &token, &expect(NOW)).unwrap();
        assert_eq!(second.open_sealed(TENANT, "test", &sealed).unwrap().as_slice(), b"text");
        assert!(second.passwords(TENANT).unwrap().verify(&phc, "correct horse").unwrap().matches);

        second.rotate(TENANT, Algorithm::Es256, NOW, WEEK).unwrap();
        let fresh = second.mint(TENANT, Algorithm::Es256, "at+jwt", &claims()).unwrap();
        first.verify_own(TENANT, &fresh, &expect(NOW)).unwrap();
        assert_eq!(first.jwks(TENANT, NOW).unwrap(), second.jwks(TENANT, NOW).unwrap());
    }

    #[test]
    fn many_openers_of_a_new_folder_agree_on_one_set_of_keys() {
        let scratch = Scratch::new();
        let sets: Vec<Value> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&scratch).jwks(TENANT, NOW).unwrap())).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        assert!(sets.windows(2).all(|pair| pair[0] == pair[1]), "{sets:?}");
    }

    #[test]
    fn a_tenant_without_keys_and_a_wrong_master_key_are_faults() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let nobody = keys.mint(OTHER, Algorithm::Es256, "JWT", &claims());
        assert_eq!(nobody, Err(KeyFault::UnknownTenant(OTHER)));
        assert_eq!(keys.tend(OTHER, NOW), Err(KeyFault::UnknownTenant(OTHER)));
        assert!(keys.mint(TENANT, Algorithm::EdDsa, "JWT", &claims()).is_err());
        let wrong = Keys::open_with_master(scratch.path(), MasterKey::parse(&[1; 32]).unwrap(), NOW);
        assert!(matches!(wrong, Err(KeyFault::DoesNotOpen { .. })));
    }

    #[test]
    fn no_mutated_token_is_accepted_or_makes_the_reader_panic() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let good = keys.mint(TENANT, Algorithm::Es256, "at+jwt", &claims()).unwrap();
        let key = crate::PublicKey::from_jwk(&keys.jwks(TENANT, NOW).unwrap()["keys"][0]).unwrap();
        crate::mutate::each(good.as_bytes(), 20_000, |bytes| {
            let Ok(token) = std::str::from_utf8(bytes) else { return };
            let _ = crate::peek(token);
            let _ = crate::verify_proof(token, "dpop+jwt", NOW, 60);
            if token != good {
                assert!(keys.verify_own(TENANT, token, &expect(NOW)).is_err(), "{token}");
                assert!(crate::verify_assertion(std::slice::from_ref(&key), token, &expect(NOW)).is_err(), "{token}");
            }
        });
    }
}
