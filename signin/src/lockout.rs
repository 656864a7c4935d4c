//! Smart lockout: after so many wrong passwords an account is locked for a while, and for longer each time it goes on.
//!
//! There are two counters for each name: one for tries from places that the person signed in from before
//! ([`crate::Familiar`]), one for all others. A stranger who guesses locks strangers out, and the owner goes on working.
//! Passkeys and certificates are never counted, so they open a locked account.
//!
//! The state lies in a ticket and not in the log, so that a storm of wrong passwords never touches the directory. It is
//! kept for names nobody has, too, so that being locked tells nothing. Repeating one of the last three wrong passwords
//! does not count: that is an old phone in a drawer, not an attacker.

use std::time::Duration;

use directory::{Record, Snapshot, Time, Value};

use crate::password_settings::password_settings;

/// When an account is locked, and for how long at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockoutRules {
    /// So many different wrong passwords lock an account.
    pub threshold: i64,
    pub lock: Duration,
}

impl LockoutRules {
    /// As the organisation has set them.
    #[must_use]
    pub fn of(now: &Snapshot) -> LockoutRules {
        let settings = password_settings(now);
        LockoutRules { threshold: settings.lockout_threshold, lock: settings.lockout }
    }
}

/// A lock grows at most to this, so that nobody can lock somebody out for days (NIST SP 800-63B §3.2.2).
pub const LOCK_MAX: Duration = Duration::from_secs(3600);
/// Wrong passwords are forgotten after this long without another.
pub const FORGET: Duration = Duration::from_secs(24 * 3600);
/// So many wrong passwords are remembered, as digests.
const REMEMBERED: usize = 3;

/// What is known of the wrong tries for one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lockout {
    failures: i64,
    /// How often it was locked in a row.
    locks: i64,
    locked_until: Option<Time>,
    last: Option<Time>,
    recent: Vec<Vec<u8>>,
}

impl Lockout {
    /// Whether a try at `at` is refused unheard.
    #[must_use]
    pub fn is_locked(&self, at: Time) -> bool {
        self.locked_until.is_some_and(|until| at < until)
    }

    /// When the lock ends, if there is one at `at`.
    #[must_use]
    pub fn until(&self, at: Time) -> Option<Time> {
        self.locked_until.filter(|until| at < *until)
    }

    /// Nothing counts that happened before the password was last set: an admin's reset unlocks.
    #[must_use]
    pub fn since(self, password_set: Option<Time>) -> Lockout {
        match (self.last, password_set) {
            (Some(last), Some(set)) if last < set => Lockout::default(),
            _ => self,
        }
    }

    /// After one more wrong try. `digest` stands for the wrong password and cannot be turned back into it.
    #[must_use]
    pub fn failed(mut self, rules: LockoutRules, at: Time, digest: &[u8]) -> Lockout {
        if self.last.is_some_and(|last| at.since(last) > FORGET) {
            self = Lockout::default();
        }
        if self.recent.iter().any(|known| known == digest) {
            return self;
        }
        self.recent.push(digest.to_vec());
        if self.recent.len() > REMEMBERED {
            self.recent.remove(0);
        }
        self.last = Some(at);
        self.failures += 1;
        // Once it was locked, the next wrong try locks again.
        if self.failures >= rules.threshold || self.locks > 0 {
            let doublings = u32::try_from(self.locks.min(6)).unwrap_or(6);
            // An organisation may begin with a longer lock than ours grow to; then it does not grow.
            let span = rules.lock.saturating_mul(1 << doublings).min(LOCK_MAX.max(rules.lock));
            self.locked_until = Some(at + span);
            self.locks += 1;
            self.failures = 0;
        }
        self
    }

    /// When the ticket may be forgotten.
    #[must_use]
    pub fn expires(&self, at: Time) -> Time {
        at + FORGET
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new()
            .with("failures", self.failures)
            .with("locks", self.locks)
            .with_some("lockedUntil", self.locked_until)
            .with_some("last", self.last)
            .with("recent", Value::List(self.recent.iter().map(|r| Value::Bytes(r.clone())).collect()))
    }

    #[must_use]
    pub fn from_record(record: &Record) -> Lockout {
        let bytes = |value: &Value| if let Value::Bytes(b) = value { Some(b.clone()) } else { None };
        Lockout {
            failures: record.int("failures").unwrap_or(0),
            locks: record.int("locks").unwrap_or(0),
            locked_until: record.time("lockedUntil"),
            last: record.time("last"),
            recent: record.list("recent").iter().filter_map(bytes).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_unix(1_800_000_000);
    const RULES: LockoutRules = LockoutRules { threshold: 10, lock: Duration::from_secs(60) };

    fn after(tries: impl IntoIterator<Item = u8>) -> Lockout {
        tries.into_iter().fold(Lockout::default(), |state, n| state.failed(RULES, START, &[n]))
    }

    #[test]
    fn the_tenth_different_wrong_password_locks_for_a_minute() {
        assert!(!after(0..9).is_locked(START));
        let locked = after(0..10);
        assert!(locked.is_locked(START) && locked.is_locked(START + Duration::from_secs(59)));
        assert!(!locked.is_locked(START + Duration::from_secs(60)));
    }

    #[test]
    fn the_same_wrong_password_again_does_not_count() {
        assert!(!after(std::iter::repeat_n(7, 100)).is_locked(START));
        assert!(!after([1, 2, 3].into_iter().cycle().take(90)).is_locked(START));
    }

    #[test]
    fn locks_grow_but_not_for_ever() {
        let mut state = after(0..10);
        let mut at = START;
        for minutes in [2, 4, 8, 16, 32, 60, 60] {
            at = state.until(at).unwrap_or(at);
            let digest = at.0.to_be_bytes();
            state = state.failed(RULES, at, &digest);
            assert_eq!(state.until(at), Some(at + Duration::from_secs(60 * minutes)));
        }
    }

    #[test]
    fn an_organisation_that_locks_sooner_and_longer_is_heeded() {
        let rules = LockoutRules { threshold: 2, lock: Duration::from_secs(7_200) };
        let state = Lockout::default().failed(rules, START, b"a");
        assert!(!state.is_locked(START));
        let state = state.failed(rules, START, b"b").failed(rules, START, b"c");
        assert_eq!(state.until(START), Some(START + rules.lock));
    }

    #[test]
    fn a_reset_password_and_a_quiet_day_unlock() {
        let locked = after(0..10);
        let reset = locked.clone().since(Some(START + Duration::from_secs(1)));
        assert!(!reset.is_locked(START + Duration::from_secs(2)));
        assert!(locked.clone().since(Some(START - Duration::from_secs(1))).is_locked(START));
        let next_week = START.plus_days(7);
        assert!(!locked.failed(RULES, next_week, b"x").is_locked(next_week));
    }

    #[test]
    fn a_state_reads_what_it_prints() {
        for n in [0, 1, 5, 10, 11] {
            let state = after(0..n);
            assert_eq!(Lockout::from_record(&state.to_record()), state);
        }
    }
}
