//! Risk: what is unusual or known to be bad about a sign-in or an account, worked out by written formulas from what is seen.
//!
//! One detection, one file; each opens with its formula and with whom it accuses wrongly. A detection has a level and is
//! either about the **sign-in** (it counts for the session, and two factors answer it, where a policy asks for them) or
//! about the **account** (it counts until the password is changed safely or an administrator says otherwise).
//!
//! Deliberately absent: learning of any other kind than remembering what was seen; lists of our own of bad networks or
//! passwords, which the operator supplies; and what a level means, which the policies say.

mod habits;
mod middle;
mod networks;
mod spray;
mod token;
mod travel;
mod unfamiliar;
mod user;

pub use habits::{HABITS, Habits, Place, agent_of, network_of};
pub use middle::{LEAKED_CREDENTIALS, ORIGIN_OF_ANOTHER, leaked, origin_of_another};
pub use networks::{Networks, Reputation};
pub use spray::{SPRAY_WINDOW, SPRAYS, Spray};
pub use token::anomalous;
pub use travel::{Seen, unlikely_travel};
pub use unfamiliar::unfamiliar;
pub(crate) use user::{ACTIONS, is_by_another};
pub use user::{
    HISTORY_MAX, PEOPLE_MAX, RISK, confirm_compromised, confirm_compromised_action, confirm_safe_action,
    dismiss_action, high_since, level_of, raise, remediate, risky, state_of,
};

use std::net::IpAddr;

use directory::{Id, Record, Time};

/// The stream of the journal that holds detections.
pub const RISK_DETECTIONS: &str = "riskDetections";

/// `riskLevel`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    #[default]
    None,
    Low,
    Medium,
    High,
}

impl Level {
    pub const ALL: [Level; 4] = [Level::None, Level::Low, Level::Medium, Level::High];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
        }
    }

    #[must_use]
    pub fn of(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// What a detection is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    SignIn,
    Account,
}

/// Something that speaks against a sign-in or an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// `riskEventType`
    pub event: &'static str,
    pub level: Level,
    pub against: Against,
    /// What was seen, in words for an administrator.
    pub why: String,
}

/// What is held against a session: kept with its evidence, so that it is asked about for as long as the session lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInRisk {
    pub level: Level,
    /// `riskEventTypes_v2`
    pub events: Vec<String>,
}

impl SignInRisk {
    /// With these detections besides.
    #[must_use]
    pub fn with(mut self, detections: &[Detection]) -> SignInRisk {
        for detection in detections {
            self.level = self.level.max(detection.level);
            if !self.events.iter().any(|event| event == detection.event) {
                self.events.push(detection.event.to_owned());
            }
        }
        self
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new().with("level", self.level.name()).with("events", self.events.clone())
    }

    /// Read what [`SignInRisk::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> SignInRisk {
        SignInRisk {
            level: record.text("level").and_then(Level::of).unwrap_or_default(),
            events: record.texts("events").map(str::to_owned).collect(),
        }
    }
}

/// What is known of the sign-in that a detection is about.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    pub id: Id,
    pub at: Time,
    pub user: &'a directory::Object,
    pub address: Option<IpAddr>,
    pub country: Option<&'a str>,
    pub correlation: Id,
    /// The row of the sign-in log that it belongs to.
    pub request: Option<Id>,
    /// Whether two factors answered it.
    pub is_remediated: bool,
}

/// One line of the log of detections, in the shape of Graph's `riskDetection`.
#[must_use]
pub fn line(detection: &Detection, seen: &Circumstances<'_>) -> Record {
    let (state, detail) = if seen.is_remediated && detection.against == Against::SignIn {
        ("remediated", "userPassedMFADrivenByRiskBasedPolicy")
    } else {
        ("atRisk", "none")
    };
    let is_about_account = detection.against == Against::Account;
    Record::new()
        .with("id", seen.id.to_string())
        .with("activity", if is_about_account { "user" } else { "signin" })
        .with("activityDateTime", seen.at)
        .with("detectedDateTime", seen.at)
        .with("lastUpdatedDateTime", seen.at)
        .with("detectionTimingType", "realtime")
        .with("riskEventType", detection.event)
        .with("riskLevel", detection.level.name())
        .with("riskState", state)
        .with("riskDetail", detail)
        .with("source", "Castellan")
        .with("tokenIssuerType", "AzureAD")
        .with("additionalInfo", detection.why.as_str())
        .with("correlationId", seen.correlation.to_string())
        .with_some("requestId", seen.request.map(|id| id.to_string()))
        .with_some("ipAddress", seen.address.map(|address| address.to_string()))
        .with_some("location", seen.country.map(|country| Record::new().with("countryOrRegion", country)))
        .with("userId", seen.user.id.to_string())
        .with("userDisplayName", seen.user.get(schema::DISPLAY_NAME).unwrap_or_default())
        .with("userPrincipalName", seen.user.get(schema::USER_PRINCIPAL_NAME).unwrap_or_default())
}

/// The level that detections against an account add up to: the highest of them.
#[must_use]
pub fn against_account(detections: &[Detection]) -> Level {
    let levels = detections.iter().filter(|detection| detection.against == Against::Account);
    levels.map(|detection| detection.level).max().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_session_keeps_the_highest_level_and_every_event_once() {
        let low = Detection { event: "a", level: Level::Low, against: Against::SignIn, why: String::new() };
        let high = Detection { event: "b", level: Level::High, against: Against::Account, why: String::new() };
        let risk = SignInRisk::default().with(&[low.clone(), high.clone()]).with(std::slice::from_ref(&low));
        assert_eq!((risk.level, risk.events.as_slice()), (Level::High, ["a".to_owned(), "b".to_owned()].as_slice()));
        assert_eq!(SignInRisk::from_record(&risk.to_record()), risk);
        assert_eq!(SignInRisk::from_record(&Record::new()), SignInRisk::default());
        assert_eq!((against_account(&[low.clone(), high]), against_account(&[low])), (Level::High, Level::None));
    }

    #[test]
    fn levels_are_ordered_and_named() {
        assert!(Level::None < Level::Low && Level::Low < Level::Medium && Level::Medium < Level::High);
        for level in Level::ALL {
            assert_eq!(Level::of(level.name()), Some(level));
        }
        assert_eq!(Level::of("hidden"), None);
    }
}
