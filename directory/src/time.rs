//! A moment: microseconds since 1970-01-01T00:00:00Z. Where "now" comes from is the engine's business.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// A moment given in whole seconds since 1970.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Read an RFC 3339 date-time, or a plain date (taken as its midnight in UTC).
    #[must_use]
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.trim();
        if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
            return Some(Time(stamp.as_microsecond()));
        }
        // A date-time without a zone and a plain date both occur in the field; both are UTC.
        let civil = match text.parse::<jiff::civil::DateTime>() {
            Ok(civil) => civil,
            Err(_) => text.parse::<jiff::civil::Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
        };
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Time(zoned.timestamp().as_microsecond()))
    }

    /// This moment moved by whole days of 24 hours.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Time {
        Time(self.0.saturating_add(days.saturating_mul(86_400_000_000)))
    }

    /// How long from `earlier` to this moment; nothing if it is not later.
    #[must_use]
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// RFC 3339 in UTC, with a fraction only where there is one.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => f.write_str("9999-12-31T23:59:59Z"),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_what_it_prints() {
        for text in ["2026-11-21T08:00:00Z", "2026-11-21T08:00:00.25Z"] {
            assert_eq!(Time::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(Time::parse("2026-11-21").expect("a date").to_string(), "2026-11-21T00:00:00Z");
        assert_eq!(Time::parse("2026-11-21T09:00:00+01:00").expect("an offset").to_string(), "2026-11-21T08:00:00Z");
        assert_eq!(Time::parse("yesterday"), None);
    }
}
