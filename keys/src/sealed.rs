//! Secrets that the directory or a shelf keeps for us: sealed if they must be read again, hashed if they only have to be
//! recognised. Both are bound to a tenant and a purpose.

use directory::TenantId;
use zeroize::Zeroizing;

use crate::digest::{constant_time_eq, hmac_sha256};
use crate::fault::KeyFault;
use crate::keys::Keys;
use crate::seal;

impl Keys {
    /// Seal bytes for one purpose of one tenant (a recovery key, a push certificate). Opens only for the same purpose.
    pub fn seal(&self, tenant: TenantId, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let key = seal::derive(&self.ring(tenant)?.secret, "seal", purpose.as_bytes());
        Ok(seal::seal(&key, purpose.as_bytes(), plain))
    }

    /// Open what [`Keys::seal`] made; [`KeyFault::SealedElsewhere`] for anything else.
    pub fn open_sealed(&self, tenant: TenantId, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let key = seal::derive(&self.ring(tenant)?.secret, "seal", purpose.as_bytes());
        seal::open(&key, purpose.as_bytes(), sealed).ok_or(KeyFault::SealedElsewhere)
    }

    /// Hash a secret that is random already (client secrets, opaque tokens; never passwords), with HMAC-SHA-256 under a key
    /// of the tenant: fast, and worth nothing to whoever has the database but not the keys.
    pub fn hash_secret(&self, tenant: TenantId, purpose: &str, secret: &str) -> Result<[u8; 32], KeyFault> {
        let key = seal::derive(&self.ring(tenant)?.secret, "hash", purpose.as_bytes());
        Ok(hmac_sha256(key.as_slice(), secret.as_bytes()))
    }

    /// Is this the secret whose hash was kept? Compared in constant time.
    pub fn secret_matches(&self, tenant: TenantId, purpose: &str, secret: &str, kept: &[u8]) -> Result<bool, KeyFault> {
        Ok(constant_time_eq(&self.hash_secret(tenant, purpose, secret)?, kept))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::scratch::Scratch;
    use directory::Time;

    const ONE: TenantId = TenantId::from_u128(1);
    const TWO: TenantId = TenantId::from_u128(2);

    #[test]
    fn what_is_kept_belongs_to_its_tenant_and_purpose() {
        let scratch = Scratch::new();
        let keys = Keys::open(scratch.path(), Time::from_unix(1_795_248_000)).unwrap();
        for tenant in [ONE, TWO] {
            keys.ensure_tenant(tenant, Time::from_unix(1_795_248_000)).unwrap();
        }
        let sealed = keys.seal(ONE, "recovery key", b"123456").unwrap();
        let secret = Secret::client();
        let kept = keys.hash_secret(ONE, "client secret", secret.expose()).unwrap();
        assert_ne!(sealed, keys.seal(ONE, "recovery key", b"123456").unwrap(), "no nonce twice");

        for (tenant, purpose, opens) in
            [(ONE, "recovery key", true), (ONE, "push", false), (TWO, "recovery key", false)]
        {
            let opened = keys.open_sealed(tenant, purpose, &sealed);
            assert_eq!(opened.is_ok(), opens, "{tenant} {purpose}");
        }
        for (tenant, purpose, text, matches) in [
            (ONE, "client secret", secret.expose(), true),
            (ONE, "client secret", "another", false),
            (ONE, "refresh token", secret.expose(), false),
            (TWO, "client secret", secret.expose(), false),
        ] {
            assert_eq!(keys.secret_matches(tenant, purpose, text, &kept), Ok(matches), "{tenant} {purpose}");
        }
        assert_eq!(keys.secret_matches(ONE, "client secret", secret.expose(), b""), Ok(false));
        let phc = keys.passwords(ONE).unwrap().hash("correct horse").unwrap();
        for (tenant, matches) in [(ONE, true), (TWO, false)] {
            let check = keys.passwords(tenant).unwrap().verify(&phc, "correct horse").unwrap();
            assert_eq!(check.matches, matches, "the pepper is the tenant's: {tenant}");
        }
        crate::mutate::each(&sealed, 20_000, |bytes| {
            assert_eq!(keys.open_sealed(ONE, "recovery key", bytes).is_ok(), bytes == sealed);
        });
    }
}
