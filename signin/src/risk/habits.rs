//! What somebody's sign-ins usually look like: networks, countries, programs and devices seen before, and where last.
//!
//! Kept in a ticket for each account, not in the directory: it changes with every sign-in. Only sign-ins that nothing
//! speaks against are remembered, so that an attacker does not become familiar.

use std::net::IpAddr;
use std::time::Duration;

use directory::{Id, Record, Time};

use super::travel::Seen;
use super::unfamiliar::LEARNING_SIGN_INS;

/// The shelf of habits, by the account's id.
pub const HABITS: &str = "habits";
/// So many values of each sort are remembered; the one not seen for longest makes place.
const REMEMBERED_MAX: usize = 32;
/// A value not seen for so long is unfamiliar again.
const FORGET: Duration = Duration::from_secs(90 * 86_400);

/// Two sign-ins within so long say the same.
const MOMENT: Duration = Duration::from_secs(600);

/// Where and with what somebody signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub network: Option<String>,
    pub country: Option<String>,
    pub agent: Option<String>,
    /// The device that proved itself.
    pub device: Option<Id>,
}

/// What is remembered of an account's sign-ins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Habits {
    /// The first sign-in that is remembered.
    pub began: Option<Time>,
    pub count: i64,
    pub last: Option<Seen>,
    known: Vec<Known>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    sort: String,
    value: String,
    last: Time,
}

impl Place {
    fn values(&self) -> impl Iterator<Item = (&'static str, String)> {
        let texts =
            [("network", self.network.clone()), ("country", self.country.clone()), ("agent", self.agent.clone())];
        let device = ("device", self.device.map(|id| id.to_string()));
        texts.into_iter().chain([device]).filter_map(|(sort, value)| Some((sort, value?)))
    }
}

impl Place {
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new()
            .with_some("network", self.network.as_deref())
            .with_some("country", self.country.as_deref())
            .with_some("agent", self.agent.as_deref())
            .with_some("device", self.device)
    }

    /// Read what [`Place::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Place {
        let text = |name| record.text(name).map(str::to_owned);
        Place {
            network: text("network"),
            country: text("country"),
            agent: text("agent"),
            device: record.guid("device"),
        }
    }
}

impl Habits {
    /// Whether this value of a sort (`network`, `country`, `agent`, `device`) was seen lately.
    #[must_use]
    pub fn knows(&self, sort: &str, value: &str, at: Time) -> bool {
        self.known.iter().any(|known| known.sort == sort && known.value == value && at.since(known.last) <= FORGET)
    }

    /// With one more sign-in that nothing speaks against.
    #[must_use]
    pub fn with(mut self, place: &Place, seen: Seen) -> Habits {
        let at = seen.at;
        self.began.get_or_insert(at);
        self.count = self.count.saturating_add(1);
        self.last = Some(seen);
        for (sort, value) in place.values() {
            self.known.retain(|known| !(known.sort == sort && known.value == value));
            self.known.push(Known { sort: sort.to_owned(), value, last: at });
            // Newest last: the first of the sort is the one not seen for longest.
            if self.known.iter().filter(|known| known.sort == sort).count() > REMEMBERED_MAX
                && let Some(oldest) = self.known.iter().position(|known| known.sort == sort)
            {
                self.known.remove(oldest);
            }
        }
        self
    }

    /// Whether a sign-in would say again what one said a moment ago, and so need not be written down. Only for an account
    /// that is well known: until then each one counts.
    #[must_use]
    pub fn say_already(&self, place: &Place, seen: &Seen) -> bool {
        let is_recent = |at: Time| seen.at.since(at) < MOMENT;
        let is_known = |(sort, value): (&str, String)| {
            self.known.iter().any(|known| known.sort == sort && known.value == value && is_recent(known.last))
        };
        let is_same =
            |last: &Seen| last.country == seen.country && last.coordinates == seen.coordinates && is_recent(last.at);
        self.count >= LEARNING_SIGN_INS && self.last.as_ref().is_some_and(is_same) && place.values().all(is_known)
    }

    /// When the ticket may be forgotten.
    #[must_use]
    pub fn expires(at: Time) -> Time {
        at + FORGET
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        let known = |known: &Known| {
            Record::new().with("sort", known.sort.as_str()).with("value", known.value.as_str()).with("last", known.last)
        };
        Record::new()
            .with_some("began", self.began)
            .with("count", self.count)
            .with_some("last", self.last.as_ref().map(Seen::to_record))
            .with("known", self.known.iter().map(known).collect::<Vec<_>>())
    }

    /// Read what [`Habits::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Habits {
        let known = |known: &Record| {
            Some(Known {
                sort: known.text("sort")?.to_owned(),
                value: known.text("value")?.to_owned(),
                last: known.time("last")?,
            })
        };
        Habits {
            began: record.time("began"),
            count: record.int("count").unwrap_or(0),
            last: record.record("last").and_then(Seen::from_record),
            known: record.records("known").filter_map(known).collect(),
        }
    }
}

/// The network of an address: a /24 of IPv4, a /48 of IPv6, which is what providers give to a household or an office.
#[must_use]
pub fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// The program of a user agent, without versions, which change by themselves: `windows Chrome`, `linux python-requests`.
#[must_use]
pub fn agent_of(user_agent: &str) -> Option<String> {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    /// A program's name is at most so long.
    const NAME_MAX: usize = 40;
    let found = BROWSERS.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| (*name).to_owned());
    let first = || user_agent.split(['/', ' ']).next().map(|name| name.chars().take(NAME_MAX).collect::<String>());
    let program = found.or_else(first).filter(|name| !name.is_empty())?;
    Some(format!("{} {program}", crate::platform_of(user_agent).unwrap_or("other")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const AT: Time = Time::from_unix(1_800_000_000);

    fn seen(at: Time) -> Seen {
        Seen { at, country: Some("DE".into()), coordinates: Some((52.5, 13.4)) }
    }

    #[test]
    fn what_was_seen_is_known_for_a_while_and_reads_back() {
        let place =
            Place { network: Some("192.0.2.0/24".into()), agent: Some("linux Firefox".into()), ..Place::default() };
        let habits = Habits::default().with(&place, seen(AT));
        assert!(habits.knows("network", "192.0.2.0/24", AT.plus_days(89)));
        assert!(!habits.knows("network", "192.0.2.0/24", AT.plus_days(91)));
        assert!(!habits.knows("network", "198.51.100.0/24", AT) && !habits.knows("agent", "192.0.2.0/24", AT));
        assert_eq!(Habits::from_record(&habits.to_record()), habits);
    }

    #[test]
    fn what_was_said_a_moment_ago_need_not_be_said_again() {
        let place = Place { network: Some("192.0.2.0/24".into()), ..Place::default() };
        let known = (0..5).fold(Habits::default(), |habits, _| habits.with(&place, seen(AT)));
        let elsewhere = Place { network: Some("198.51.100.0/24".into()), ..Place::default() };
        let soon = AT + Duration::from_secs(599);
        for (habits, place, seen, expect) in [
            (&known, &place, seen(soon), true),
            (&known, &place, seen(AT + MOMENT), false),
            (&known, &elsewhere, seen(soon), false),
            (&known, &place, Seen { country: Some("FR".into()), ..seen(soon) }, false),
            (&Habits::default().with(&place, seen(AT)), &place, seen(soon), false),
        ] {
            assert_eq!(habits.say_already(place, &seen), expect, "{habits:?} {place:?} {seen:?}");
        }
    }

    #[test]
    fn memory_has_an_end_and_the_oldest_goes_first() {
        let mut habits = Habits::default();
        for n in 0..100 {
            let place = Place { network: Some(format!("10.0.{n}.0/24")), ..Place::default() };
            habits = habits.with(&place, seen(AT + Duration::from_secs(n)));
        }
        assert_eq!((habits.known.len(), habits.count), (REMEMBERED_MAX, 100));
        assert!(habits.knows("network", "10.0.99.0/24", AT) && !habits.knows("network", "10.0.0.0/24", AT));
    }

    #[test]
    fn networks_and_programs_are_named_coarsely() {
        for (address, expect) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ] {
            assert_eq!(network_of(address.parse().unwrap()), expect);
        }
        for (agent, expect) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
                "windows Chrome",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "linux Firefox"),
            ("python-requests/2.32.3", "other python-requests"),
        ] {
            assert_eq!(agent_of(agent).as_deref(), Some(expect));
        }
        assert_eq!(agent_of(""), None);
    }
}
