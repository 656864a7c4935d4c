//! `unfamiliarFeatures`: the sign-in looks like none of the account's before.
//!
//! Formula: a country not seen for 90 days counts 2 (where the country is known), a network 1, a program 1. Two are low,
//! three medium, four high. A device that proved itself and was seen before makes everything familiar. For the first 5
//! sign-ins, and the first 3 days, nothing is unfamiliar: there is nothing to compare with.
//!
//! Accuses wrongly: somebody on a journey with a new machine; somebody whose provider moves them between networks and who
//! changes the browser on the same day. A policy that asks for two factors at medium costs them one prompt.

use std::time::Duration;

use directory::Time;

use super::{Against, Detection, Habits, Level, Place};

/// So many sign-ins are needed before anything can be unfamiliar …
pub(super) const LEARNING_SIGN_INS: i64 = 5;
/// … and so much time.
const LEARNING_TIME: Duration = Duration::from_secs(3 * 86_400);

/// What is unfamiliar about a sign-in.
#[must_use]
pub fn unfamiliar(habits: &Habits, place: &Place, at: Time) -> Option<Detection> {
    let is_learning =
        habits.count < LEARNING_SIGN_INS || habits.began.is_none_or(|from| at.since(from) < LEARNING_TIME);
    let has_known_device = place.device.is_some_and(|id| habits.knows("device", &id.to_string(), at));
    if is_learning || has_known_device {
        return None;
    }
    let weighed = [("country", &place.country, 2), ("network", &place.network, 1), ("agent", &place.agent, 1)];
    let is_new = |(sort, value, _): &(&str, &Option<String>, i32)| {
        value.as_ref().is_some_and(|value| !habits.knows(sort, value, at))
    };
    let new: Vec<_> = weighed.into_iter().filter(is_new).collect();
    let level = match new.iter().map(|(_, _, weight)| weight).sum::<i32>() {
        ..=1 => return None,
        2 => Level::Low,
        3 => Level::Medium,
        _ => Level::High,
    };
    let named: Vec<String> =
        new.iter().map(|(sort, value, _)| format!("{sort} `{}`", value.as_deref().unwrap_or_default())).collect();
    let why = format!("not seen before: {}", named.join(", "));
    Some(Detection { event: "unfamiliarFeatures", level, against: Against::SignIn, why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::Seen;
    use directory::Id;

    const START: Time = Time::from_unix(1_800_000_000);
    const LAPTOP: Id = Id::from_u128(7);

    fn place(country: Option<&str>, network: &str, agent: &str, device: Option<Id>) -> Place {
        let text = |text: &str| Some(text.to_owned());
        Place { network: text(network), country: country.map(str::to_owned), agent: text(agent), device }
    }

    fn habits(sign_ins: i64) -> Habits {
        let usual = place(Some("DE"), "192.0.2.0/24", "linux Firefox", Some(LAPTOP));
        (0..sign_ins).fold(Habits::default(), |habits, n| {
            habits.with(&usual, Seen { at: START.plus_days(n), country: Some("DE".into()), coordinates: None })
        })
    }

    #[test]
    fn what_was_never_seen_adds_up() {
        let now = START.plus_days(10);
        let stranger = place(Some("BR"), "198.51.100.0/24", "windows Chrome", None);
        for (what, sign_ins, at, place, expect) in [
            ("as always", 6, now, place(Some("DE"), "192.0.2.0/24", "linux Firefox", None), None),
            ("a new network", 6, now, place(Some("DE"), "198.51.100.0/24", "linux Firefox", None), None),
            ("a new network and program", 6, now, place(Some("DE"), "198.51.100.0/24", "x", None), Some(Level::Low)),
            ("the same, country unknown", 6, now, place(None, "198.51.100.0/24", "x", None), Some(Level::Low)),
            ("abroad", 6, now, place(Some("FR"), "198.51.100.0/24", "linux Firefox", None), Some(Level::Medium)),
            ("everything new", 6, now, stranger.clone(), Some(Level::High)),
            ("with the own laptop", 6, now, Place { device: Some(LAPTOP), ..stranger.clone() }, None),
            (
                "with an unknown laptop",
                6,
                now,
                Place { device: Some(Id::from_u128(8)), ..stranger.clone() },
                Some(Level::High),
            ),
            ("too few sign-ins", 4, now, stranger.clone(), None),
            ("too early", 6, START.plus_days(2), stranger.clone(), None),
            (
                "after half a year everything is new",
                6,
                START.plus_days(200),
                place(Some("DE"), "192.0.2.0/24", "linux Firefox", None),
                Some(Level::High),
            ),
        ] {
            assert_eq!(unfamiliar(&habits(sign_ins), &place, at).map(|found| found.level), expect, "{what}");
        }
    }
}
