//! Nonces: what makes a signed request fresh. Nothing is kept when one is made, because anybody may ask for one; that it is used
//! once is the caller's to remember, under the key and until the time that are answered here.

use directory::{TenantId, Time};

use crate::base64url;
use crate::digest::sha256;
use crate::fault::KeyFault;
use crate::keys::Keys;
use crate::random::random_bytes;

/// A nonce is good for so many seconds.
pub const NONCE_SECONDS: i64 = 300;
const PURPOSE: &str = "request nonce";
/// Longer texts are no nonces of ours.
const NONCE_BYTES_MAX: usize = 128;

/// A nonce that was made here and is fresh: where it is noted as used, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreshNonce {
    pub once: [u8; 32],
    pub until: Time,
}

impl Keys {
    /// A nonce under a key of the tenant.
    pub fn nonce(&self, tenant: TenantId, now: Time) -> Result<String, KeyFault> {
        let said = base64url::encode([random_bytes::<16>().as_slice(), &now.unix().to_be_bytes()].concat());
        let mac = self.hash_secret(tenant, PURPOSE, &said)?;
        Ok(format!("{said}.{}", base64url::encode(mac)))
    }

    /// Whether the nonce was made under that key less than [`NONCE_SECONDS`] ago.
    pub fn fresh_nonce(&self, tenant: TenantId, nonce: &str, now: Time) -> Result<Option<FreshNonce>, KeyFault> {
        let Some((said, mac)) = nonce.split_once('.').filter(|_| nonce.len() <= NONCE_BYTES_MAX) else {
            return Ok(None);
        };
        let Some(mac) = base64url::decode(mac) else { return Ok(None) };
        if !self.secret_matches(tenant, PURPOSE, said, &mac)? {
            return Ok(None);
        }
        let bytes = base64url::decode(said).unwrap_or_default();
        let made = bytes.get(16..).and_then(|time| time.try_into().ok()).map(i64::from_be_bytes);
        // Another node's clock may be a little ahead.
        let made = made.filter(|made| (-NONCE_SECONDS..NONCE_SECONDS).contains(&now.unix().saturating_sub(*made)));
        Ok(made.map(|made| FreshNonce {
            once: sha256(nonce.as_bytes()),
            until: Time::from_unix(made.saturating_add(2 * NONCE_SECONDS)),
        }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const NOW: Time = Time::from_unix(1_795_248_000);
    const ONE: TenantId = TenantId::from_u128(1);
    const TWO: TenantId = TenantId::from_u128(2);

    #[test]
    fn a_nonce_is_good_where_it_was_made_and_for_five_minutes() {
        let scratch = Scratch::new();
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        for tenant in [ONE, TWO] {
            keys.ensure_tenant(tenant, NOW).unwrap();
        }
        let nonce = keys.nonce(ONE, NOW).unwrap();
        assert_ne!(nonce, keys.nonce(ONE, NOW).unwrap());
        let after = |seconds: i64| Time::from_unix(NOW.unix() + seconds);
        for (tenant, text, at, is_fresh) in [
            (ONE, nonce.as_str(), NOW, true),
            (ONE, &nonce, after(299), true),
            (ONE, &nonce, after(300), false),
            (ONE, &nonce, after(-301), false),
            (TWO, &nonce, NOW, false),
            (ONE, nonce.trim_end_matches(|_| true), NOW, false),
            (ONE, "a.b", NOW, false),
            (ONE, &"a".repeat(200), NOW, false),
        ] {
            assert_eq!(keys.fresh_nonce(tenant, text, at).unwrap().is_some(), is_fresh, "{tenant} {text}");
        }
    }
}
