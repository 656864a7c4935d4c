//! What a tenant's sealed file says: its secret, its signing keys and its device authorities; and how that changes with
//! time. Pure but for the making of keys: nothing here reads or writes a file.

use std::time::Duration;

use directory::Time;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use crate::algorithm::Algorithm;
use crate::authority::blank;
use crate::base64url;
use crate::fault::KeyFault;
use crate::random::random_bytes;
use crate::signing_key::SigningKey;

/// A key signs for so long, then the next one takes over.
pub const SIGNING_DAYS: i64 = 90;
/// The next key is published so long before it signs: longer than clients keep a key set.
pub const PUBLISHED_AHEAD_DAYS: i64 = 7;
/// A key that signs no more verifies for so long: longer than any token of ours lives.
pub const OVERLAP_DAYS: i64 = 7;
/// The certificate around a signing key lives so long; nobody's trust hangs on it.
const CERTIFICATE_DAYS: i64 = 5 * 365;
/// A tenant holds at most so many signing keys, retained ones included.
pub const SIGNING_KEYS_MAX: usize = 64;

/// Where a signing key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyState {
    /// Published, so that everybody knows it when it begins to sign.
    Next,
    /// Signs.
    Active,
    /// Signs no more; verifies until its not-after.
    Retired,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    /// The version of this format.
    pub version: u8,
    /// 32 bytes as base64url: the root of everything sealed and hashed for this tenant.
    pub secret: String,
    pub signing: Vec<SigningRecord>,
    pub authorities: Vec<AuthorityRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SigningRecord {
    pub kid: String,
    pub alg: String,
    pub state: KeyState,
    /// Microseconds since 1970: made; began or will begin to sign; verifies until.
    pub created: i64,
    pub not_before: Option<i64>,
    pub not_after: Option<i64>,
    /// An operator's hold: it stays published, verifies, and is not deleted, whatever the time.
    pub retain: bool,
    /// PKCS#8 as base64url.
    pub pkcs8: String,
    /// DER as base64url: the public half in the form that clients of Entra look for (`x5c`, `x5t`).
    #[serde(default)]
    pub certificate: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AuthorityRecord {
    /// PKCS#8 as base64url.
    pub pkcs8: String,
    /// DER as base64url.
    pub certificate: String,
}

// What leaves memory is wiped: these texts are private keys.
impl Drop for Record {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Drop for SigningRecord {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

impl Drop for AuthorityRecord {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

impl SigningRecord {
    fn new(alg: Algorithm, state: KeyState, now: Time) -> Result<SigningRecord, KeyFault> {
        let pkcs8 = SigningKey::generate(alg)?;
        let key = SigningKey::from_pkcs8(alg, &pkcs8)?;
        Ok(SigningRecord {
            kid: key.kid().to_owned(),
            alg: alg.name().to_owned(),
            state,
            created: now.0,
            not_before: (state == KeyState::Active).then_some(now.0),
            not_after: None,
            retain: false,
            pkcs8: base64url::encode(pkcs8.as_slice()),
            certificate: Some(certificate(&pkcs8, now)?),
        })
    }

    /// May this key still verify?
    pub(crate) fn is_live(&self, now: Time) -> bool {
        self.retain || self.not_after.is_none_or(|end| now.0 < end)
    }
}

/// A certificate of the key by the key itself.
fn certificate(pkcs8: &[u8], now: Time) -> Result<String, KeyFault> {
    let failed = |_| KeyFault::Crypto("make a signing key's certificate");
    let pair = rcgen::KeyPair::try_from(pkcs8).map_err(failed)?;
    let params = blank("Castellan token signing", now, now.plus_days(CERTIFICATE_DAYS));
    Ok(base64url::encode(params.self_signed(&pair).map_err(failed)?.der()))
}

impl Record {
    /// A tenant's first record, without an authority. Every algorithm of ours gets a key at once, so that no request waits
    /// for an RSA key to be made.
    pub(crate) fn new(algorithms: &[Algorithm], now: Time) -> Result<Record, KeyFault> {
        let signing = algorithms.iter().map(|alg| SigningRecord::new(*alg, KeyState::Active, now));
        Ok(Record {
            version: 1,
            secret: base64url::encode(random_bytes::<32>()),
            signing: signing.collect::<Result<_, _>>()?,
            authorities: Vec::new(),
        })
    }

    /// Let the next key of an algorithm sign, made now if there is none. The old one verifies for `overlap` more; nothing
    /// at all if it is compromised, held or not.
    pub(crate) fn rotate(&mut self, alg: Algorithm, now: Time, overlap: Duration) -> Result<(), KeyFault> {
        self.tidy(now);
        let next = self.position(alg, KeyState::Next);
        if next.is_none() && self.signing.len() >= SIGNING_KEYS_MAX {
            return Err(KeyFault::TooManyKeys);
        }
        let made = match next {
            Some(_) => None,
            None => Some(SigningRecord::new(alg, KeyState::Active, now)?),
        };
        for old in self.signing.iter_mut().filter(|key| key.alg == alg.name() && key.state == KeyState::Active) {
            old.state = KeyState::Retired;
            old.not_after = Some((now + overlap).0);
            // No hold outweighs that somebody else has the key.
            old.retain &= !overlap.is_zero();
        }
        self.signing.extend(made);
        if let Some(key) = next.and_then(|at| self.signing.get_mut(at)) {
            key.state = KeyState::Active;
            key.not_before = Some(now.0);
        }
        Ok(())
    }

    /// Do what is due: publish the next key, let it sign, delete what has ended. Answers whether anything was.
    pub(crate) fn tend(&mut self, now: Time) -> Result<bool, KeyFault> {
        let mut changed = self.tidy(now);
        // Keys of before there were certificates.
        for key in self.signing.iter_mut().filter(|key| key.certificate.is_none()) {
            let pkcs8 = base64url::decode(&key.pkcs8).map(zeroize::Zeroizing::new);
            let pkcs8 = pkcs8.ok_or(KeyFault::Crypto("read a signing key"))?;
            key.certificate = Some(certificate(&pkcs8, now)?);
            changed = true;
        }
        for alg in Algorithm::OWN {
            let Some(active) = self.position(alg, KeyState::Active).and_then(|at| self.signing.get(at)) else {
                continue;
            };
            let signs_since = Time(active.not_before.unwrap_or(active.created));
            let next = self.position(alg, KeyState::Next).and_then(|at| self.signing.get(at));
            match next.map(|next| Time(next.created)) {
                None if now >= signs_since.plus_days(SIGNING_DAYS - PUBLISHED_AHEAD_DAYS) => {
                    if self.signing.len() >= SIGNING_KEYS_MAX {
                        return Err(KeyFault::TooManyKeys);
                    }
                    self.signing.push(SigningRecord::new(alg, KeyState::Next, now)?);
                    changed = true;
                }
                Some(published)
                    if now >= signs_since.plus_days(SIGNING_DAYS)
                        && now >= published.plus_days(PUBLISHED_AHEAD_DAYS) =>
                {
                    self.rotate(alg, now, Duration::from_secs(OVERLAP_DAYS as u64 * 86_400))?;
                    changed = true;
                }
                _ => {}
            }
        }
        Ok(changed)
    }

    /// Hold a key, or let it go.
    pub(crate) fn retain(&mut self, kid: &str, retain: bool) -> Result<(), KeyFault> {
        let key = self.signing.iter_mut().find(|key| key.kid == kid);
        key.ok_or_else(|| KeyFault::UnknownKey(kid.to_owned()))?.retain = retain;
        Ok(())
    }

    /// Delete the keys that verify no more; a retained one always does.
    fn tidy(&mut self, now: Time) -> bool {
        let before = self.signing.len();
        self.signing.retain(|key| key.is_live(now));
        self.signing.len() != before
    }

    fn position(&self, alg: Algorithm, state: KeyState) -> Option<usize> {
        self.signing.iter().position(|key| key.alg == alg.name() && key.state == state)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const START: Time = Time::from_unix(1_795_248_000);

    fn record() -> Record {
        Record::new(&[Algorithm::Es256], START).unwrap()
    }

    fn states(record: &Record) -> Vec<KeyState> {
        record.signing.iter().map(|key| key.state).collect()
    }

    #[test]
    fn a_year_of_tending_keeps_one_key_signing_and_publishes_the_next_in_time() {
        let mut record = record();
        let mut signed_since = vec![record.signing[0].kid.clone()];
        let mut published: std::collections::HashMap<String, i64> = [(signed_since[0].clone(), 0)].into();
        for day in 0..400 {
            record.tend(START.plus_days(day)).unwrap();
            let active: Vec<_> = record.signing.iter().filter(|key| key.state == KeyState::Active).collect();
            assert_eq!(active.len(), 1, "day {day}");
            for key in &record.signing {
                published.entry(key.kid.clone()).or_insert(day);
            }
            if signed_since.last() != Some(&active[0].kid) {
                assert!(day - published[&active[0].kid] >= PUBLISHED_AHEAD_DAYS, "day {day}");
                let old = record.signing.iter().find(|key| Some(&key.kid) == signed_since.last()).unwrap();
                assert_eq!(old.not_after, Some(START.plus_days(day + OVERLAP_DAYS).0));
                signed_since.push(active[0].kid.clone());
            }
            assert!(record.signing.len() <= 3);
        }
        assert_eq!(signed_since.len(), 5, "0, 90, 180, 270 and 360 days");
    }

    #[test]
    fn tending_twice_does_nothing_the_second_time() {
        let mut record = record();
        for day in [0, 84, 91, 99, 200] {
            record.tend(START.plus_days(day)).unwrap();
            let before = states(&record);
            assert_eq!(record.tend(START.plus_days(day)), Ok(false), "day {day}");
            assert_eq!(states(&record), before);
        }
    }

    #[test]
    fn a_retained_key_is_never_deleted() {
        let mut record = record();
        let kid = record.signing[0].kid.clone();
        record.retain(&kid, true).unwrap();
        record.rotate(Algorithm::Es256, START, Duration::from_secs(1)).unwrap();
        for day in 0..1000 {
            record.tend(START.plus_days(day)).unwrap();
        }
        assert!(record.signing.iter().any(|key| key.kid == kid));
        record.retain(&kid, false).unwrap();
        assert_eq!(record.tend(START.plus_days(999)), Ok(true));
        assert!(!record.signing.iter().any(|key| key.kid == kid));
    }

    #[test]
    fn a_held_key_stays_published_until_it_is_released_or_found_out() {
        let mut record = record();
        let kid = record.signing[0].kid.clone();
        record.retain(&kid, true).unwrap();
        for day in 0..400 {
            record.tend(START.plus_days(day)).unwrap();
            let held = record.signing.iter().find(|key| key.kid == kid).expect("it is held");
            assert!(held.is_live(START.plus_days(day)), "day {day}");
            let signs: Vec<_> = record.signing.iter().filter(|key| key.state == KeyState::Active).collect();
            assert!(signs.len() == 1 && (day < SIGNING_DAYS || signs[0].kid != kid), "it does not sign for ever");
        }
        record.retain(&kid, false).unwrap();
        assert!(!record.signing.iter().find(|key| key.kid == kid).unwrap().is_live(START.plus_days(400)));
        // One that somebody else has ends, held or not.
        let kid = record.signing.iter().find(|key| key.state == KeyState::Active).unwrap().kid.clone();
        record.retain(&kid, true).unwrap();
        record.rotate(Algorithm::Es256, START.plus_days(401), Duration::ZERO).unwrap();
        record.tend(START.plus_days(402)).unwrap();
        assert!(!record.signing.iter().any(|key| key.kid == kid));
    }

    #[test]
    fn there_is_an_end_to_rotating() {
        let mut record = record();
        for _ in 1..SIGNING_KEYS_MAX {
            record.rotate(Algorithm::Es256, START, Duration::from_secs(60)).unwrap();
        }
        let refused = record.rotate(Algorithm::Es256, START, Duration::from_secs(60));
        assert_eq!(refused, Err(KeyFault::TooManyKeys));
        assert_eq!(states(&record).iter().filter(|state| **state == KeyState::Active).count(), 1);
        record.rotate(Algorithm::Es256, START + Duration::from_secs(61), Duration::ZERO).unwrap();
    }
}
