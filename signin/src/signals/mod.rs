//! Shared signals: which events others are told of, and which of them a commit means.
//!
//! An emitter: it writes effects, one for each stream that wants the event; `protocols/ssf` makes a signed token of it and
//! delivers it. What it keeps is who was deleted, because of somebody who is purged nothing else is left.
//!
//! Deliberately absent: tokens, subjects in the words of a protocol, delivery.

mod assurance;
mod changes;

use directory::{Change, Commit, Effect, Id, Object, Own, Plan, Reaction, Record, Snapshot, Time, Value};
use schema::shared_signals::{DELETED_SUBJECTS, EVENTS_REQUESTED, REMOVED_SUBJECTS, SHARED_SIGNALS_STREAM, STATUS};
use schema::user::USER;

pub use assurance::{AssuranceLevel, assurance_changed};

/// The sink that takes what this reaction writes.
pub const TOPIC: &str = "sharedSignals";
/// So many deleted people are remembered for each stream; the ones deleted first are forgotten.
pub const DELETED_MAX: usize = 1_000;
/// So many subjects can be taken out of a stream.
pub const REMOVED_MAX: usize = 10_000;
/// So many streams are told of one commit.
pub const STREAMS_MAX: usize = 1_000;

macro_rules! events {
    ($($name:ident = $base:literal $word:literal;)*) => {
        $(pub const $name: &str = concat!("https://schemas.openid.net/secevent/", $base, "/event-type/", $word);)*
        /// Every event type that streams can ask for.
        pub const EVENTS: &[&str] = &[$($name),*];
    };
}

events! {
    SESSION_REVOKED = "caep" "session-revoked";
    TOKEN_CLAIMS_CHANGE = "caep" "token-claims-change";
    CREDENTIAL_CHANGE = "caep" "credential-change";
    ASSURANCE_LEVEL_CHANGE = "caep" "assurance-level-change";
    DEVICE_COMPLIANCE_CHANGE = "caep" "device-compliance-change";
    RISK_LEVEL_CHANGE = "caep" "risk-level-change";
    ACCOUNT_PURGED = "risc" "account-purged";
    ACCOUNT_DISABLED = "risc" "account-disabled";
    ACCOUNT_ENABLED = "risc" "account-enabled";
    IDENTIFIER_CHANGED = "risc" "identifier-changed";
    CREDENTIAL_COMPROMISE = "risc" "credential-compromise";
}

/// Whom an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    User(Id),
    /// A device (its `deviceId`), and the person whose it is.
    Device {
        device: String,
        owner: Option<Id>,
    },
    /// A mail address that a person had.
    Email {
        address: String,
        user: Id,
    },
}

/// Something that happened, in the words of CAEP and RISC.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// One of [`EVENTS`].
    pub event: &'static str,
    pub about: About,
    /// The claims of the event.
    pub data: Record,
}

/// Tells streams what a commit means.
pub(crate) const SIGNALS: Reaction = Reaction::new(
    "shared-signals",
    &[Own::Attribute(DELETED_SUBJECTS.id)],
    react,
    // What was told cannot be worked out from nothing.
    |_, _| Vec::new(),
);

impl About {
    /// The person by whom streams take subjects out.
    #[must_use]
    pub fn person(&self) -> Option<Id> {
        match self {
            About::User(user) | About::Email { user, .. } => Some(*user),
            About::Device { owner, .. } => *owner,
        }
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        match self {
            About::User(user) => Record::new().with("user", *user),
            About::Device { device, owner } => Record::new().with("device", device.as_str()).with_some("user", *owner),
            About::Email { address, user } => Record::new().with("email", address.as_str()).with("user", *user),
        }
    }

    /// Read what [`About::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<About> {
        let user = record.guid("user");
        match (record.text("device"), record.text("email")) {
            (Some(device), _) => Some(About::Device { device: device.to_owned(), owner: user }),
            (None, Some(address)) => Some(About::Email { address: address.to_owned(), user: user? }),
            (None, None) => Some(About::User(user?)),
        }
    }
}

/// The streams that events go to, or wait for.
pub fn streams(now: &Snapshot) -> impl Iterator<Item = &Object> + '_ {
    now.all(&SHARED_SIGNALS_STREAM).filter(|stream| stream.get(STATUS) != Some("disabled")).take(STREAMS_MAX)
}

/// Whether a stream wants this event about this subject. A stream that asked for nothing in particular gets everything.
#[must_use]
pub fn wants(stream: &Object, event: &str, about: &About) -> bool {
    let is_asked = stream.get(EVENTS_REQUESTED).is_none_or(|asked| asked.contains(&event));
    let removed = || stream.get(REMOVED_SUBJECTS).unwrap_or_default();
    is_asked && about.person().is_none_or(|person| !removed().contains(&person))
}

/// The effects that tell every stream that wants it. `usn` and the place in the list keep the order.
#[must_use]
pub fn effects(now: &Snapshot, signals: &[Signal], (usn, at): (u64, Time), txn: Id) -> Vec<Effect> {
    let mut effects = Vec::new();
    for stream in streams(now) {
        for (order, signal) in signals.iter().enumerate() {
            if !wants(stream, signal.event, &signal.about) {
                continue;
            }
            let body = Record::new()
                .with("stream", stream.id)
                .with("usn", i64::try_from(usn).unwrap_or(i64::MAX))
                .with("order", i64::try_from(order).unwrap_or(i64::MAX))
                .with("event", signal.event)
                .with("about", signal.about.to_record())
                .with("data", signal.data.clone())
                .with("at", at)
                .with("txn", txn);
            effects.push(Effect { topic: TOPIC, not_before: None, body });
        }
    }
    effects
}

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    if streams(now).next().is_none() {
        return Plan::default();
    }
    let mut signals = changes::signals(now, commit);
    let purged = purged(now, commit);
    signals.extend(purged.iter().map(|user| Signal {
        event: ACCOUNT_PURGED,
        about: About::User(*user),
        data: Record::new(),
    }));
    let effects = effects(now, &signals, (commit.usn, commit.at), commit.correlation);
    Plan { changes: remembered(now, commit, &purged), effects }
}

/// The people whom a commit purged, as far as a stream knows that they were people.
fn purged(now: &Snapshot, commit: &Commit) -> Vec<Id> {
    let is_person = |id: &Id| streams(now).any(|s| s.get(DELETED_SUBJECTS).is_some_and(|known| known.contains(id)));
    let gone = commit.changes.iter().filter_map(|change| match change {
        Change::Purge { id } => Some(*id),
        _ => None,
    });
    gone.filter(is_person).collect()
}

/// Remember for every stream who was deleted, and forget who came back or is gone for good.
fn remembered(now: &Snapshot, commit: &Commit, purged: &[Id]) -> Vec<Change> {
    let (mut deleted, mut restored) = (Vec::new(), purged.to_vec());
    for change in &commit.changes {
        match change {
            Change::Delete { id } if now.find_deleted(*id).is_some_and(|object| now.is_a(object, &USER)) => {
                deleted.push(*id);
            }
            Change::Restore { id } => restored.push(*id),
            _ => {}
        }
    }
    if deleted.is_empty() && restored.is_empty() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    for stream in streams(now) {
        let before = stream.get(DELETED_SUBJECTS).unwrap_or_default();
        let mut after: Vec<Id> = before.iter().copied().filter(|id| !restored.contains(id)).collect();
        after.extend(deleted.iter().copied().filter(|id| !before.contains(id)));
        let skip = after.len().saturating_sub(DELETED_MAX);
        let after: Vec<Id> = after.into_iter().skip(skip).collect();
        if after != before {
            changes.push(Change::set(stream.id, DELETED_SUBJECTS, Value::from(after)));
        }
    }
    changes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
