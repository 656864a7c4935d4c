//! `passwordSpray`: somebody tries few passwords on many accounts from one address, and one of them fits.
//!
//! Formula: within one hour at least 10 different names failed from one address (one /64 of IPv6), at least three times as
//! often as somebody got in from there. A sign-in by password that then succeeds from there is held against the account,
//! high: whoever sprays knows its password now.
//!
//! Accuses wrongly: a large office behind one address on the morning after everybody's password was changed. Names that
//! nobody has count too, so that guessing names is noticed.

use std::time::Duration;

use directory::{Record, Time, Value};

use super::{Against, Detection, Level};

/// The shelf of counters, by address.
pub const SPRAYS: &str = "sprays";
/// What happened longer ago does not count.
pub const SPRAY_WINDOW: Duration = Duration::from_secs(3600);
/// So many different names are a spray.
const NAMES_MIN: usize = 10;
/// So many names are remembered at most.
const NAMES_MAX: usize = 64;
/// So many times more names must fail than get in.
const FAILURES_PER_SUCCESS: usize = 3;

/// What came from one address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spray {
    /// Digests of names that failed, and when last.
    failed: Vec<(Vec<u8>, Time)>,
    /// Times at which somebody got in.
    succeeded: Vec<Time>,
}

impl Spray {
    /// With one more failure. `name` stands for the name that was typed.
    #[must_use]
    pub fn failed(mut self, at: Time, name: &[u8]) -> Spray {
        self.forget(at);
        self.failed.retain(|(known, _)| known != name);
        self.failed.push((name.to_vec(), at));
        if self.failed.len() > NAMES_MAX {
            self.failed.remove(0);
        }
        self
    }

    /// With one more that got in.
    #[must_use]
    pub fn succeeded(mut self, at: Time) -> Spray {
        self.forget(at);
        self.succeeded.push(at);
        if self.succeeded.len() > NAMES_MAX {
            self.succeeded.remove(0);
        }
        self
    }

    /// Whether there is anything to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.failed.is_empty()
    }

    /// What a password that fits means here.
    #[must_use]
    pub fn detect(&self, at: Time) -> Option<Detection> {
        let names = self.failed.iter().filter(|(_, last)| at.since(*last) <= SPRAY_WINDOW).count();
        let got_in = self.succeeded.iter().filter(|last| at.since(**last) <= SPRAY_WINDOW).count();
        (names >= NAMES_MIN && names >= got_in.saturating_mul(FAILURES_PER_SUCCESS)).then(|| Detection {
            event: "passwordSpray",
            level: Level::High,
            against: Against::Account,
            why: format!("passwords for {names} names failed from the same address within the hour"),
        })
    }

    fn forget(&mut self, at: Time) {
        self.failed.retain(|(_, last)| at.since(*last) <= SPRAY_WINDOW);
        self.succeeded.retain(|last| at.since(*last) <= SPRAY_WINDOW);
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        let failed = |(name, at): &(Vec<u8>, Time)| Record::new().with("name", name.clone()).with("at", *at);
        Record::new()
            .with("failed", self.failed.iter().map(failed).collect::<Vec<_>>())
            .with("succeeded", Value::List(self.succeeded.iter().map(|at| Value::Time(*at)).collect()))
    }

    /// Read what [`Spray::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Spray {
        let failed = |record: &Record| match record.get("name") {
            Some(Value::Bytes(name)) => Some((name.clone(), record.time("at")?)),
            _ => None,
        };
        Spray {
            failed: record.records("failed").filter_map(failed).collect(),
            succeeded: record.list("succeeded").iter().filter_map(Value::as_time).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_unix(1_800_000_000);

    fn after(names: u8, successes: usize) -> Spray {
        let tried = (0..names).fold(Spray::default(), |spray, n| spray.failed(START, &[n]));
        (0..successes).fold(tried, |spray, _| spray.succeeded(START))
    }

    #[test]
    fn many_names_that_fail_make_a_spray() {
        for (names, successes, minutes, expect) in [
            (9, 0, 0, false),
            (10, 0, 0, true),
            (10, 3, 0, true),
            (10, 4, 0, false),
            (64, 20, 0, true),
            (10, 0, 59, true),
            (10, 0, 61, false),
        ] {
            let spray = after(names, successes);
            let at = START + Duration::from_secs(minutes * 60);
            assert_eq!(spray.detect(at).is_some(), expect, "{names} {successes} {minutes}");
            assert_eq!(Spray::from_record(&spray.to_record()), spray);
        }
    }

    #[test]
    fn one_name_that_fails_again_and_again_is_no_spray_and_memory_has_an_end() {
        let same = (0..100).fold(Spray::default(), |spray, _| spray.failed(START, b"ada"));
        assert!(same.detect(START).is_none());
        assert_eq!(after(200, 200).failed.len(), NAMES_MAX);
        assert_eq!(after(200, 200).succeeded.len(), NAMES_MAX);
    }
}
