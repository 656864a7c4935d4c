//! Who takes part in a person's sessions: the applications that signed the person in here and want to hear of the end
//! (OpenID Connect Front-Channel and Back-Channel Logout 1.0), and the families of refresh tokens that came of it.
//!
//! Kept as tickets with the person as their group, so that they are listed and ended together. Here stands what such a
//! ticket says, and when the directory makes it worth looking at them; carrying word of it is the protocol's.

use directory::{Change, Commit, Effect, Id, Plan, Reaction, Record, Snapshot, Time, Value};
use schema::user::{
    LAST_PASSWORD_CHANGE_DATE_TIME, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, STRONG_CREDENTIALS_VALID_FROM, USER,
};

use crate::Evidence;

/// The shelf of families of refresh tokens, by the id of the family.
pub const REFRESH_FAMILIES: &str = "refreshFamilies";
/// The shelf of applications that take part in sessions.
pub const PARTICIPANTS: &str = "participants";
/// So many of each are listed of one person; a person with more has to end them to see the rest.
pub const LISTED_MAX: usize = 500;
/// The topic of the outbox: look whose sessions have ended, and tell the applications. The body names the `user`.
pub const END_SESSIONS: &str = "endSessions";
/// The topic of the outbox: tell one application by the back channel. The body is [`Participant::to_record`].
pub const BACK_CHANNEL_LOGOUT: &str = "backChannelLogout";

/// What all refresh tokens that came of one sign-in have in common, as a person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshFamily {
    pub id: Id,
    /// `appId` of the client.
    pub client: String,
    pub user: Id,
    /// The session in which it was given out.
    pub session: Id,
    pub began: Time,
    /// Not finer than an hour.
    pub used: Time,
    pub scope: String,
}

/// An application that signed a person in.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// `appId` of the client.
    pub client: String,
    /// The session as the application knows it (`sid`).
    pub session: Id,
    /// The session that has taken its place, after a step up.
    pub now_session: Id,
    pub evidence: Evidence,
}

impl RefreshFamily {
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new()
            .with("id", self.id)
            .with("client", &self.client)
            .with("user", self.user)
            .with("session", self.session)
            .with("began", self.began)
            .with("used", self.used)
            .with("scope", &self.scope)
    }

    /// Read what [`RefreshFamily::to_record`] wrote; absent if it is something else.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<RefreshFamily> {
        Some(RefreshFamily {
            id: record.guid("id")?,
            client: record.text("client")?.to_owned(),
            user: record.guid("user")?,
            session: record.guid("session")?,
            began: record.time("began")?,
            used: record.time("used")?,
            scope: record.text("scope")?.to_owned(),
        })
    }
}

impl Participant {
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new()
            .with("client", &self.client)
            .with("session", self.session)
            .with("nowSession", self.now_session)
            .with("evidence", self.evidence.to_record())
    }

    /// Read what [`Participant::to_record`] wrote; absent if it is something else.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Participant> {
        Some(Participant {
            client: record.text("client")?.to_owned(),
            session: record.guid("session")?,
            now_session: record.guid("nowSession")?,
            evidence: Evidence::from_record(record.record("evidence")?)?,
        })
    }

    /// The word to carry to it.
    #[must_use]
    pub fn told(&self) -> Effect {
        Effect { topic: BACK_CHANNEL_LOGOUT, not_before: None, body: self.to_record() }
    }
}

/// Has the ends of sessions looked at after what may end them.
pub(crate) const ENDS: Reaction = Reaction::new("endSessions", &[], react, |_, _| Vec::new());

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    let mut users: Vec<Id> = commit.changes.iter().filter_map(|change| ended(now, change)).collect();
    users.sort_unstable();
    users.dedup();
    let effect = |user| Effect { topic: END_SESSIONS, not_before: None, body: Record::new().with("user", user) };
    Plan { changes: Vec::new(), effects: users.into_iter().map(effect).collect() }
}

/// The user whose sessions a change may have ended.
fn ended(now: &Snapshot, change: &Change) -> Option<Id> {
    const MOMENTS: [directory::Attr<Time>; 3] =
        [SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, STRONG_CREDENTIALS_VALID_FROM, LAST_PASSWORD_CHANGE_DATE_TIME];
    match change {
        Change::Set { id, attribute, new: Some(Value::Time(_)), .. }
            if MOMENTS.iter().any(|moment| moment.id == *attribute) =>
        {
            Some(*id)
        }
        Change::Delete { id } => now.find_deleted(*id).filter(|object| now.is_a(object, &USER)).map(|user| user.id),
        Change::Create { .. }
        | Change::Set { .. }
        | Change::Restore { .. }
        | Change::Purge { .. }
        | Change::Link { .. }
        | Change::Unlink { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Proof};

    #[test]
    fn what_is_kept_reads_what_it_prints() {
        let id = Id::from_u128;
        let at = Time::from_unix(10);
        let family = RefreshFamily {
            id: id(1),
            client: "app".to_owned(),
            user: id(2),
            session: id(3),
            began: at,
            used: at,
            scope: "openid".to_owned(),
        };
        assert_eq!(RefreshFamily::from_record(&family.to_record()), Some(family));
        let evidence = Evidence::begin(id(2), id(3), Proof::of(Method::Password, at));
        let participant = Participant { client: "app".to_owned(), session: id(3), now_session: id(4), evidence };
        assert_eq!(Participant::from_record(&participant.to_record()), Some(participant));
        assert_eq!(
            (RefreshFamily::from_record(&Record::new()), Participant::from_record(&Record::new())),
            (None, None)
        );
    }
}
