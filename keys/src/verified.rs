//! Tokens of ours that were verified before, so that the next request with the same token costs a hash instead of a
//! signature. Only the signature is remembered: times, audience and the key's end are checked on every use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use directory::TenantId;

use crate::claims::Claims;
use crate::digest::sha256;

/// A generation holds so many tokens, and there are two: at most some 10 MiB of claims in all.
const GENERATION_MAX: usize = 2048;
/// Longer tokens are verified each time: they would fill the memory.
const REMEMBERED_BYTES_MAX: usize = 4096;

/// A bounded memory of verified tokens. When the young generation is full it becomes the old one, and the old one goes.
#[derive(Default)]
pub(crate) struct Verified(Mutex<[HashMap<Hash, Claims>; 2]>);

/// The SHA-256 of tenant and token.
type Hash = [u8; 32];

impl Verified {
    pub(crate) fn hash(tenant: TenantId, token: &str) -> Option<Hash> {
        (token.len() <= REMEMBERED_BYTES_MAX).then(|| sha256(&[tenant.as_bytes(), token.as_bytes()].concat()))
    }

    pub(crate) fn find(&self, hash: Option<Hash>) -> Option<Claims> {
        let hash = hash?;
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [young, old] = &mut *generations;
        if let Some(claims) = young.get(&hash) {
            return Some(claims.clone());
        }
        let claims = old.remove(&hash)?;
        keep(&mut generations, hash, claims.clone());
        Some(claims)
    }

    pub(crate) fn remember(&self, hash: Option<Hash>, claims: &Claims) {
        if let Some(hash) = hash {
            keep(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), hash, claims.clone());
        }
    }
}

fn keep(generations: &mut [HashMap<Hash, Claims>; 2], hash: Hash, claims: Claims) {
    let [young, old] = generations;
    if young.len() >= GENERATION_MAX {
        *old = std::mem::take(young);
    }
    young.insert(hash, claims);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_memory_has_an_end() {
        let claims = crate::peek("eyJhbGciOiJFUzI1NiJ9.e30.").unwrap();
        let verified = Verified::default();
        let hash = |n: usize| Some(sha256(&n.to_be_bytes()));
        for n in 0..20_000 {
            verified.remember(hash(n), &claims);
            assert!(verified.find(hash(0)).is_some(), "used all the time: {n}");
        }
        assert!(verified.find(hash(1)).is_none());
        assert!(verified.find(hash(19_999)).is_some());
        assert!(verified.0.lock().unwrap().iter().map(HashMap::len).sum::<usize>() <= 2 * GENERATION_MAX);
        assert!(Verified::hash(TenantId::nil(), &"x".repeat(REMEMBERED_BYTES_MAX + 1)).is_none());
    }
}
