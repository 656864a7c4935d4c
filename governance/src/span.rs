//! How long something lasts: ISO 8601 durations and Graph's `expirationPattern`.
//!
//! Durations are those of `Edm.Duration` (OData 4.01 CSDL §3.3): days, hours, minutes and seconds. Years and months have no
//! fixed length and are refused; weeks, which clients send, are seven days.

use std::time::Duration;

use directory::{Record, Refusal, Time};

/// The longest that access may be given for.
pub(crate) const DAYS_MAX: u64 = 3_660;

/// Read a duration: `P7D`, `PT8H`, `P1DT12H30M`.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let rest = text.strip_prefix('P')?;
    let (days, times) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((days, times)) => (days, times),
        None => (rest, ""),
    };
    if days.is_empty() && times.is_empty() {
        return None;
    }
    let days = sum(days, &[('W', 7 * 86_400), ('D', 86_400)])?;
    let times = sum(times, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    Some(Duration::from_secs(days.checked_add(times)?))
}

/// Numbers with these units, each at most once and in this order.
fn sum(text: &str, units: &[(char, u64)]) -> Option<u64> {
    let (mut rest, mut total) = (text, 0u64);
    for (unit, seconds) in units {
        if let Some((number, after)) = rest.split_once(*unit) {
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(total)
}

/// When something that starts at a moment ends by an `expirationPattern`; `None` inside: never.
pub(crate) fn end(pattern: Option<&Record>, start: Time) -> Result<Option<Time>, Refusal> {
    let Some(pattern) = pattern else { return Ok(None) };
    match pattern.text("type").unwrap_or("notSpecified") {
        "afterDuration" => {
            let text = pattern.text("duration").unwrap_or_default();
            let span = parse(text).filter(|span| !span.is_zero() && *span <= Duration::from_secs(DAYS_MAX * 86_400));
            let span = span.ok_or_else(|| {
                Refusal::invalid(format!(
                    "`{text}` is not a duration of up to {DAYS_MAX} days: write it like P7D or PT8H"
                ))
                .at("expiration/duration")
            })?;
            Ok(Some(start + span))
        }
        "afterDateTime" => {
            let at = pattern
                .time("endDateTime")
                .ok_or_else(|| Refusal::invalid("say when it ends").at("expiration/endDateTime"))?;
            Ok(Some(at))
        }
        "noExpiration" => Ok(None),
        _ => Ok(None),
    }
}

/// Whether a pattern leaves it open how long.
pub(crate) fn is_open(pattern: Option<&Record>) -> bool {
    pattern.is_none_or(|pattern| matches!(pattern.text("type"), None | Some("notSpecified")))
}

/// The pattern that says what an end says.
pub(crate) fn until(end: Option<Time>) -> Record {
    match end {
        Some(end) => Record::new().with("type", "afterDateTime").with("endDateTime", end),
        None => Record::new().with("type", "noExpiration"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_iso_8601_says() {
        for (text, expect) in [
            ("P7D", Some(7 * 86_400)),
            ("P1W", Some(7 * 86_400)),
            ("PT8H", Some(8 * 3_600)),
            ("P1DT12H30M5S", Some(86_400 + 12 * 3_600 + 30 * 60 + 5)),
            ("PT0S", Some(0)),
            ("P1Y", None),
            ("P1M", None),
            ("P", None),
            ("PT", None),
            ("P1DT", None),
            ("8H", None),
            ("PT-8H", None),
            ("PT8H7D", None),
            ("P99999999999999999999D", None),
        ] {
            assert_eq!(parse(text).map(|span| span.as_secs()), expect, "{text}");
        }
    }

    #[test]
    fn a_pattern_ends_when_it_says() {
        let start = Time::parse("2026-11-21T08:00:00Z").unwrap();
        let pattern = |kind: &str| Record::new().with("type", kind);
        let day = pattern("afterDuration").with("duration", "P1D");
        assert_eq!(end(Some(&day), start), Ok(Some(start.plus_days(1))));
        assert_eq!(end(Some(&pattern("noExpiration")), start), Ok(None));
        assert_eq!(end(None, start), Ok(None));
        let fixed = pattern("afterDateTime").with("endDateTime", start.plus_days(9));
        assert_eq!(end(Some(&fixed), start), Ok(Some(start.plus_days(9))));
        for wrong in [
            pattern("afterDuration"),
            pattern("afterDuration").with("duration", "P3661D"),
            pattern("afterDuration").with("duration", "PT0S"),
            pattern("afterDateTime"),
        ] {
            assert!(end(Some(&wrong), start).is_err(), "{wrong:?}");
        }
        assert_eq!(
            end(Some(&pattern("afterDuration").with("duration", "P3660D")), start),
            Ok(Some(start.plus_days(3_660)))
        );
    }
}
