//! Approving a sign-in on a device: the page shows a number, the person's enrolled device asks, and the number typed there is
//! the answer (NIST SP 800-63B §3.1.3.2, OWASP ASVS 6.6.4). Who may be asked, how often, and what an answer amounts to.
//!
//! The request itself is a ticket, one for each person: who signs people in makes it, the devices' protocol answers it.

use std::time::Duration;

use directory::{Id, Object, Record, Snapshot, Time};
use schema::ACCOUNT_ENABLED;
use schema::device::{DEVICE, KEY_THUMBPRINT, REGISTERED_OWNERS, TRANSPORT_KEY};
use schema::user::USER;

use crate::methods_policy::{PolicyMethod, allowed};

/// The shelf of requests, by the id of the person: nobody is asked for two sign-ins at once.
pub const APPROVALS: &str = "signInApprovals";
/// The shelf of how often somebody was asked, by their id.
pub const APPROVALS_ASKED: &str = "signInApprovalsAsked";
/// A request waits so long (ASVS 6.6.2: at most ten minutes).
pub const APPROVAL_LIFE: Duration = Duration::from_secs(120);
/// So many requests that were not approved within [`ASKED_WINDOW`]; then the person is left in peace for the rest of it.
pub const ASKED_MAX: i64 = 4;
const ASKED_WINDOW: Duration = Duration::from_secs(600);
/// After somebody reported a request that was not theirs, nobody is asked on their behalf for so long.
const REPORTED_PEACE: Duration = Duration::from_secs(3600);
/// The numbers that are shown: two digits, never with a leading zero.
pub const NUMBERS: std::ops::RangeInclusive<i64> = 10..=99;
/// So many devices of one person are asked.
const DEVICES_MAX: usize = 32;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    Waiting,
    Approved,
    /// The number was another one: somebody approved what they did not see.
    WrongNumber,
    Denied,
    /// The person says that somebody else is signing in.
    Reported,
}

impl ApprovalState {
    const ALL: [(ApprovalState, &'static str); 5] = [
        (ApprovalState::Waiting, "waiting"),
        (ApprovalState::Approved, "approved"),
        (ApprovalState::WrongNumber, "wrongNumber"),
        (ApprovalState::Denied, "denied"),
        (ApprovalState::Reported, "reported"),
    ];

    fn name(self) -> &'static str {
        ApprovalState::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }
}

/// What somebody says on their device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalAnswer {
    Number(i64),
    Deny,
    Report,
}

/// A sign-in that waits to be approved.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    pub id: Id,
    pub user: Id,
    pub number: i64,
    pub at: Time,
    /// What is signed in to, and from where, as far as the device may show it.
    pub app: Option<String>,
    pub address: Option<String>,
    pub state: ApprovalState,
    /// The device that answered.
    pub device: Option<Id>,
}

impl Approval {
    #[must_use]
    pub fn expires(&self) -> Time {
        self.at + APPROVAL_LIFE
    }

    /// What it is after an answer from a device; absent where it was answered before, or is not this person's device.
    #[must_use]
    pub fn answered(&self, now: &Snapshot, device: Id, answer: ApprovalAnswer) -> Option<Approval> {
        let is_theirs = approval_devices(now, self.user).iter().any(|known| known.id == device);
        if self.state != ApprovalState::Waiting || !is_theirs {
            return None;
        }
        let state = match answer {
            ApprovalAnswer::Number(number) if number == self.number => ApprovalState::Approved,
            ApprovalAnswer::Number(_) => ApprovalState::WrongNumber,
            ApprovalAnswer::Deny => ApprovalState::Denied,
            ApprovalAnswer::Report => ApprovalState::Reported,
        };
        Some(Approval { state, device: Some(device), ..self.clone() })
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new()
            .with("id", self.id)
            .with("user", self.user)
            .with("number", self.number)
            .with("at", self.at)
            .with_some("app", self.app.as_deref())
            .with_some("address", self.address.as_deref())
            .with("state", self.state.name())
            .with_some("device", self.device)
    }

    /// Read what [`Approval::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Approval> {
        let named = record.text("state")?;
        Some(Approval {
            id: record.guid("id")?,
            user: record.guid("user")?,
            number: record.int("number")?,
            at: record.time("at")?,
            app: record.text("app").map(str::to_owned),
            address: record.text("address").map(str::to_owned),
            state: ApprovalState::ALL.iter().find(|(_, name)| *name == named).map(|(state, _)| *state)?,
            device: record.guid("device"),
        })
    }
}

/// How often somebody was asked and did not approve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    began: Time,
    times: i64,
    /// Until when nobody is asked at all.
    peace: Option<Time>,
}

impl Asked {
    /// Whether the person may be asked again.
    #[must_use]
    pub fn may_ask(&self, at: Time) -> bool {
        self.peace.is_none_or(|until| until <= at) && self.within(at).times < ASKED_MAX
    }

    /// With one more request.
    #[must_use]
    pub fn asked(&self, at: Time) -> Asked {
        let now = self.within(at);
        Asked { times: now.times + 1, ..now }
    }

    /// After an answer: an approval ends the count, a report ends the asking.
    #[must_use]
    pub fn answered(&self, state: ApprovalState, at: Time) -> Asked {
        match state {
            ApprovalState::Approved => Asked::default(),
            ApprovalState::Reported => Asked { peace: Some(at + REPORTED_PEACE), ..self.clone() },
            ApprovalState::Waiting | ApprovalState::WrongNumber | ApprovalState::Denied => self.clone(),
        }
    }

    #[must_use]
    pub fn expires(&self) -> Time {
        let window = self.began + ASKED_WINDOW;
        self.peace.map_or(window, |peace| peace.max(window))
    }

    fn within(&self, at: Time) -> Asked {
        let is_over = at < self.began || at.since(self.began) >= ASKED_WINDOW;
        if is_over { Asked { began: at, times: 0, peace: self.peace } } else { self.clone() }
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new().with("began", self.began).with("times", self.times).with_some("peace", self.peace)
    }

    #[must_use]
    pub fn from_record(record: &Record) -> Asked {
        Asked {
            began: record.time("began").unwrap_or_default(),
            times: record.int("times").unwrap_or(0),
            peace: record.time("peace"),
        }
    }
}

/// The devices on which somebody can approve: enabled, theirs, and with a key by which they prove themselves. Those that have a
/// second key for what is wrapped to them are spoken to in other ways, and are asked nothing.
#[must_use]
pub fn approval_devices(now: &Snapshot, user: Id) -> Vec<&Object> {
    let owned =
        now.backlinks(user, REGISTERED_OWNERS).map(|link| link.object).filter(|object| now.is_a(object, &DEVICE));
    owned
        .filter(|device| device.is(ACCOUNT_ENABLED) && device.has(KEY_THUMBPRINT.id) && !device.has(TRANSPORT_KEY.id))
        .take(DEVICES_MAX)
        .collect()
}

/// The people who can approve on a device.
#[must_use]
pub fn approving_people(now: &Snapshot, device: Id) -> Vec<Id> {
    now.links(device, REGISTERED_OWNERS).map(|link| link.object).filter(|o| now.is_a(o, &USER)).map(|o| o.id).collect()
}

/// What a device may show of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalRules {
    pub shows_app: bool,
    pub shows_place: bool,
}

/// Whether somebody signs in by approving on a device, and what the device shows: the policy allows them notifications, and
/// they have a device. The number is always asked for, whatever `numberMatchingRequiredState` says.
#[must_use]
pub fn approval_rules(now: &Snapshot, user: Id) -> Option<ApprovalRules> {
    let allowed = allowed(now, user, PolicyMethod::MicrosoftAuthenticator)?;
    let by_push = |target: &Record| target.text("authenticationMode").is_none_or(|mode| mode != "deviceBasedPush");
    if !allowed.targets.iter().any(by_push) || approval_devices(now, user).is_empty() {
        return None;
    }
    let features = allowed.configuration.record("featureSettings");
    let is_on =
        |name: &str| features.and_then(|f| f.record(name)?.text("state")).is_none_or(|state| state != "disabled");
    Some(ApprovalRules {
        shows_app: is_on("displayAppInformationRequiredState"),
        shows_place: is_on("displayLocationInformationRequiredState"),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, create, directory};
    use crate::methods_policy::tests::with;
    use directory::Change;

    const LAPTOP: Id = Id::from_u128(0xd1);
    const OTHER: Id = Id::from_u128(0xd2);

    fn with_laptop(now: &Snapshot) -> Snapshot {
        let device = |id: Id, thumbprint: &str| {
            create(
                id,
                &DEVICE,
                vec![
                    (schema::DISPLAY_NAME.id, "laptop".into()),
                    (ACCOUNT_ENABLED.id, true.into()),
                    (KEY_THUMBPRINT.id, thumbprint.into()),
                ],
            )
        };
        let changes = [device(LAPTOP, "a"), device(OTHER, "b"), Change::link(LAPTOP, REGISTERED_OWNERS, USER_ID)];
        now.fork(NOW, &changes).unwrap()
    }

    fn approval() -> Approval {
        Approval {
            id: Id::from_u128(1),
            user: USER_ID,
            number: 42,
            at: NOW,
            app: Some("Orders".to_owned()),
            address: None,
            state: ApprovalState::Waiting,
            device: None,
        }
    }

    #[test]
    fn only_the_number_approves_and_only_on_a_device_of_ones_own_and_once() {
        let now = with_laptop(&directory());
        for (device, answer, expect) in [
            (LAPTOP, ApprovalAnswer::Number(42), Some(ApprovalState::Approved)),
            (LAPTOP, ApprovalAnswer::Number(24), Some(ApprovalState::WrongNumber)),
            (LAPTOP, ApprovalAnswer::Deny, Some(ApprovalState::Denied)),
            (LAPTOP, ApprovalAnswer::Report, Some(ApprovalState::Reported)),
            (OTHER, ApprovalAnswer::Number(42), None),
        ] {
            let answered = approval().answered(&now, device, answer);
            assert_eq!(answered.as_ref().map(|answered| answered.state), expect, "{answer:?}");
            if let Some(answered) = answered {
                assert_eq!(Approval::from_record(&answered.to_record()), Some(answered.clone()));
                assert_eq!(answered.answered(&now, LAPTOP, ApprovalAnswer::Number(42)), None, "answered before");
            }
        }
        let lost = now.fork(NOW, &[Change::set(LAPTOP, ACCOUNT_ENABLED, false)]).unwrap();
        assert_eq!(approval().answered(&lost, LAPTOP, ApprovalAnswer::Number(42)), None);
    }

    #[test]
    fn nobody_is_asked_until_they_give_in() {
        let mut asked = Asked::default();
        for _ in 0..ASKED_MAX {
            assert!(asked.may_ask(NOW));
            asked = asked.asked(NOW);
        }
        assert!(!asked.may_ask(NOW) && asked.may_ask(NOW + ASKED_WINDOW));
        assert!(asked.answered(ApprovalState::Approved, NOW).may_ask(NOW));
        let reported = Asked::default().asked(NOW).answered(ApprovalState::Reported, NOW);
        assert!(!reported.may_ask(NOW + ASKED_WINDOW) && reported.may_ask(NOW + REPORTED_PEACE));
        assert_eq!(Asked::from_record(&reported.to_record()), reported);
    }

    #[test]
    fn the_policy_says_who_approves_on_a_device_and_what_it_shows() {
        let target = |mode: &str| vec![Record::new().with("id", "all_users").with("authenticationMode", mode)];
        let hidden = Record::new()
            .with("displayAppInformationRequiredState", Record::new().with("state", "disabled"))
            .with("displayLocationInformationRequiredState", Record::new().with("state", "enabled"));
        let both = ApprovalRules { shows_app: true, shows_place: true };
        for (mode, state, features, expect) in [
            ("any", "enabled", Record::new(), Some(both)),
            ("push", "enabled", hidden, Some(ApprovalRules { shows_app: false, shows_place: true })),
            ("deviceBasedPush", "enabled", Record::new(), None),
            ("any", "disabled", Record::new(), None),
        ] {
            let configuration = Record::new()
                .with("id", "MicrosoftAuthenticator")
                .with("state", state)
                .with("featureSettings", features)
                .with("includeTargets", target(mode));
            let now = with(vec![configuration]);
            assert_eq!(approval_rules(&now, USER_ID), None, "no device: {mode}");
            assert_eq!(approval_rules(&with_laptop(&now), USER_ID), expect, "{mode} {state}");
        }
    }
}
