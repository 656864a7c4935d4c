//! Places that somebody signed in from before: browsers and networks, as digests.
//!
//! Kept in one ticket per name, so that it costs one look, for names that nobody has too.

use directory::{Record, Time, Value};

/// So many places of one person are remembered; the one not seen for longest is forgotten first.
const PLACES_MAX: usize = 20;
/// A place is forgotten after so many days.
const DAYS: i64 = 90;
/// Seen again within so many hours, a place need not be written down again.
const FRESH_HOURS: u64 = 24;

/// The places of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Familiar(Vec<(Vec<u8>, Time)>);

impl Familiar {
    /// Whether one of these places is known.
    #[must_use]
    pub fn knows(&self, places: &[Vec<u8>], at: Time) -> bool {
        self.0.iter().any(|(known, seen)| places.contains(known) && seen.plus_days(DAYS) > at)
    }

    /// After a sign-in from these places; nothing where nothing is to be written down.
    #[must_use]
    pub fn seen(&self, places: &[Vec<u8>], at: Time) -> Option<Familiar> {
        let is_fresh = |place: &Vec<u8>| {
            self.0.iter().any(|(known, seen)| known == place && at.since(*seen).as_secs() < FRESH_HOURS * 3600)
        };
        if places.iter().all(is_fresh) {
            return None;
        }
        let mut all: Vec<(Vec<u8>, Time)> = places.iter().map(|place| (place.clone(), at)).collect();
        all.extend(self.0.iter().filter(|(known, _)| !places.contains(known)).cloned());
        all.truncate(PLACES_MAX);
        Some(Familiar(all))
    }

    /// When the ticket may be forgotten.
    #[must_use]
    pub fn expires(&self, at: Time) -> Time {
        at.plus_days(DAYS)
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        let place = |(place, seen): &(Vec<u8>, Time)| {
            Record::new().with("place", Value::Bytes(place.clone())).with("seen", *seen)
        };
        Record::new().with("places", self.0.iter().map(place).collect::<Vec<_>>())
    }

    #[must_use]
    pub fn from_record(record: &Record) -> Familiar {
        let place = |record: &Record| match (record.get("place"), record.time("seen")) {
            (Some(Value::Bytes(place)), Some(seen)) => Some((place.clone(), seen)),
            _ => None,
        };
        Familiar(record.records("places").filter_map(place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_unix(1_800_000_000);

    fn places(names: &[u8]) -> Vec<Vec<u8>> {
        names.iter().map(|name| vec![*name]).collect()
    }

    #[test]
    fn a_place_is_familiar_after_a_sign_in_and_for_ninety_days() {
        let none = Familiar::default();
        assert!(!none.knows(&places(b"a"), START));
        let Some(one) = none.seen(&places(b"ab"), START) else { panic!("it is new") };
        for (asked, at, expect) in [
            (&b"a"[..], START, true),
            (b"xb", START.plus_days(89), true),
            (b"a", START.plus_days(90), false),
            (b"x", START, false),
            (b"", START, false),
        ] {
            assert_eq!(one.knows(&places(asked), at), expect, "{asked:?}");
        }
        assert_eq!(one.seen(&places(b"b"), START.plus_days(0)), None, "it was seen just now");
        assert!(one.seen(&places(b"b"), START.plus_days(1)).is_some());
        assert_eq!(Familiar::from_record(&one.to_record()), one);
    }

    #[test]
    fn only_so_many_places_are_remembered() {
        let mut state = Familiar::default();
        for n in 0..100 {
            state = state.seen(&places(&[n]), START).unwrap_or_default();
        }
        assert_eq!(state.0.len(), PLACES_MAX);
        assert!(state.knows(&places(&[99]), START) && !state.knows(&places(&[0]), START));
    }
}
