//! When a script is to run next. Pure, but for the place of a device in a day, which is its own and always the same.

use agent_wire::{Script, ScriptSchedule};
use aws_lc_rs::digest::{SHA256, digest};

use super::NOBODY_SECONDS;
use crate::state::{Identity, State};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// A failed run is tried again after this long, and twice as long each time.
const RETRY_SECONDS: i64 = 60;
/// Doublings of that wait.
const DOUBLINGS_MAX: u32 = 8;
/// Scripts of many devices do not begin in the same second: those of a time of day wait up to this long.
const SPREAD_SECONDS: i64 = 300;

/// What is known of the runs so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub began: i64,
    /// In a row.
    pub failures: u32,
    /// It could not run: nobody whom it is for was signed in.
    pub waits_for_somebody: bool,
}

/// When it is due, in unix seconds; never, when it has run for good. `offset` is this device's share of the spread.
pub fn due(script: &Script, past: Option<Past>, offset: i64, now: i64) -> Option<i64> {
    let first = match script.schedule {
        ScriptSchedule::Once { not_before_unix_seconds } => Some(not_before_unix_seconds.unwrap_or(0)),
        ScriptSchedule::Every { .. } | ScriptSchedule::Daily { .. } => Some(0),
        ScriptSchedule::Unknown => None,
    };
    let Some(mut past) = past else { return first };
    if past.began > now {
        // The clock was ahead: when it ran nobody knows, only that it did.
        past.began = 0;
    }
    first?;
    if past.waits_for_somebody {
        return Some(past.began.saturating_add(NOBODY_SECONDS));
    }
    let regular = match script.schedule {
        ScriptSchedule::Once { .. } | ScriptSchedule::Unknown => None,
        ScriptSchedule::Every { seconds } => {
            Some(past.began.saturating_add(i64::try_from(seconds.max(1)).unwrap_or(i64::MAX)))
        }
        ScriptSchedule::Daily { days, at_seconds } => {
            Some(next_day(past.began, days, at_seconds).saturating_add(offset))
        }
    };
    let retry = (1..=script.retries).contains(&past.failures).then(|| {
        let wait = RETRY_SECONDS << (past.failures - 1).min(DOUBLINGS_MAX);
        past.began.saturating_add(wait)
    });
    match (regular, retry) {
        (Some(regular), Some(retry)) => Some(regular.min(retry)),
        (one, other) => one.or(other),
    }
}

/// The first moment of this time of day, so many days after that of the last run.
fn next_day(began: i64, days: u32, at_seconds: u32) -> i64 {
    let at = i64::from(at_seconds) % DAY_SECONDS;
    let today = began.div_euclid(DAY_SECONDS).saturating_mul(DAY_SECONDS).saturating_add(at);
    // What ran before its time of day (the first run, at once) runs again at it.
    let last = if today <= began { today } else { today.saturating_sub(DAY_SECONDS) };
    last.saturating_add(i64::from(days.max(1)).saturating_mul(DAY_SECONDS))
}

/// Up to [`SPREAD_SECONDS`], the same for a script on a device each time.
pub fn offset(script: &str, state: &State) -> i64 {
    let device = state.load::<Identity>(Identity::FILE).ok().flatten().map(|identity| identity.device_id);
    let text = format!("{}{script}", device.unwrap_or_default());
    let hash = digest(&SHA256, text.as_bytes());
    let number = hash.as_ref().iter().take(4).fold(0_i64, |sum, byte| sum * 256 + i64::from(*byte));
    number % SPREAD_SECONDS
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use agent_wire::RunAs;

    const DAY: i64 = 20_000 * DAY_SECONDS;

    #[test]
    fn a_script_runs_at_once_then_by_its_schedule_and_sooner_after_a_failure() {
        use ScriptSchedule::{Daily, Every, Once, Unknown};
        let past = |began: i64, failures: u32| Some(Past { began, failures, waits_for_somebody: false });
        let waiting = Some(Past { began: DAY, failures: 1, waits_for_somebody: true });
        let later = Once { not_before_unix_seconds: Some(DAY + 5) };
        let once = Once { not_before_unix_seconds: None };
        for (schedule, retries, past, expected) in [
            (once, 0, None, Some(0)),
            (once, 0, past(DAY, 0), None),
            (once, 0, past(DAY, 1), None),
            (once, 3, past(DAY, 1), Some(DAY + 60)),
            (once, 3, past(DAY, 3), Some(DAY + 240)),
            (once, 3, past(DAY, 4), None),
            (later, 0, None, Some(DAY + 5)),
            (Every { seconds: 3600 }, 0, None, Some(0)),
            (Every { seconds: 3600 }, 0, past(DAY, 0), Some(DAY + 3600)),
            (Every { seconds: 3600 }, 1, past(DAY, 1), Some(DAY + 60)),
            (Every { seconds: 30 }, 1, past(DAY, 1), Some(DAY + 30)),
            (Daily { days: 1, at_seconds: 7200 }, 0, past(DAY + 100, 0), Some(DAY + 7200 + 7)),
            (Daily { days: 1, at_seconds: 7200 }, 0, past(DAY + 7300, 0), Some(DAY + DAY_SECONDS + 7200 + 7)),
            (Daily { days: 7, at_seconds: 0 }, 0, past(DAY + 7300, 0), Some(DAY + 7 * DAY_SECONDS + 7)),
            (once, 0, waiting, Some(DAY + NOBODY_SECONDS)),
            // The clock was years ahead when it ran.
            (Every { seconds: 3600 }, 0, past(2 * DAY, 0), Some(3600)),
            (Daily { days: 1, at_seconds: 7200 }, 0, past(2 * DAY, 0), Some(7200 + 7)),
            (once, 0, past(2 * DAY, 0), None),
            (once, 3, past(2 * DAY, 1), Some(60)),
            (Unknown, 0, None, None),
        ] {
            let script = Script {
                id: "s".into(),
                version: "v".into(),
                run_as: RunAs::System,
                schedule,
                retries,
                timeout_seconds: 60,
                script: String::new(),
                repair: None,
            };
            assert_eq!(due(&script, past, 7, DAY + DAY_SECONDS), expected, "{schedule:?} {past:?}");
        }
    }
}
