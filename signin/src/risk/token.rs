//! `anomalousToken`: a refresh token is used by another program, or in another country, than it was given to.
//!
//! Formula: another program on another platform (`windows Chrome` → `linux curl`) is medium; if the country differs too,
//! and both are known, it is high. Versions do not count, and neither does the network: laptops travel.
//!
//! Accuses wrongly: a program that is given a new name by its update on the day its owner crosses a border; a library that
//! changes its user agent.

use super::{Against, Detection, Level, Place};

/// What is odd about a token that was given to one and is used by another.
#[must_use]
pub fn anomalous(given_to: &Place, used_by: &Place) -> Option<Detection> {
    let differs = |one: &Option<String>, other: &Option<String>| matches!((one, other), (Some(a), Some(b)) if a != b);
    if !differs(&given_to.agent, &used_by.agent) {
        return None;
    }
    let is_abroad = differs(&given_to.country, &used_by.country);
    let named = |place: &Place| {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
        format!("`{}` in {}", text(&place.agent), text(&place.country))
    };
    Some(Detection {
        event: "anomalousToken",
        level: if is_abroad { Level::High } else { Level::Medium },
        against: if is_abroad { Against::Account } else { Against::SignIn },
        why: format!("given to {}, used by {}", named(given_to), named(used_by)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(agent: Option<&str>, country: Option<&str>) -> Place {
        Place { agent: agent.map(str::to_owned), country: country.map(str::to_owned), ..Place::default() }
    }

    #[test]
    fn a_token_that_changes_hands_is_noticed() {
        let given = place(Some("windows Chrome"), Some("DE"));
        for (used, expect) in [
            (place(Some("windows Chrome"), Some("DE")), None),
            (place(Some("windows Chrome"), Some("FR")), None),
            (place(Some("linux curl"), Some("DE")), Some((Level::Medium, Against::SignIn))),
            (place(Some("linux curl"), None), Some((Level::Medium, Against::SignIn))),
            (place(Some("linux curl"), Some("FR")), Some((Level::High, Against::Account))),
            (place(None, Some("FR")), None),
        ] {
            let found = anomalous(&given, &used).map(|found| (found.level, found.against));
            assert_eq!(found, expect, "{used:?}");
        }
    }
}
