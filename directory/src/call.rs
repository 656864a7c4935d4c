//! What comes in and what goes out of a decision: who asks, when, with which chance; the changes and the answer, or why not.

use std::cell::Cell;
use std::fmt;
use std::net::IpAddr;

use crate::codec::{Corrupt, Reader, put_text};
use crate::{Change, Id, Record, TenantId, Time, Value};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Nobody has been identified yet.
    Nobody,
    User(Id),
    /// A service principal acting as itself.
    App(Id),
    Device(Id),
    /// One of our reactions, by name.
    Reaction(String),
    /// The server itself: first start, sign-in bookkeeping.
    System,
}

impl Actor {
    /// The object it is, where it is one.
    #[must_use]
    pub fn id(&self) -> Option<Id> {
        match self {
            Actor::User(id) | Actor::App(id) | Actor::Device(id) => Some(*id),
            Actor::Nobody | Actor::Reaction(_) | Actor::System => None,
        }
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        let (tag, id) = match self {
            Actor::Nobody => (0, None),
            Actor::User(id) => (1, Some(id)),
            Actor::App(id) => (2, Some(id)),
            Actor::Device(id) => (3, Some(id)),
            Actor::Reaction(_) => (4, None),
            Actor::System => (5, None),
        };
        out.push(tag);
        if let Some(id) = id {
            out.extend_from_slice(id.as_bytes());
        }
        if let Actor::Reaction(name) = self {
            put_text(out, name);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Actor, Corrupt> {
        Ok(match r.byte()? {
            0 => Actor::Nobody,
            1 => Actor::User(r.id()?),
            2 => Actor::App(r.id()?),
            3 => Actor::Device(r.id()?),
            4 => Actor::Reaction(r.text()?.to_owned()),
            5 => Actor::System,
            _ => return Err(Corrupt),
        })
    }
}

/// Who asks, and what they were granted. Protocols build it from verified evidence; the gate judges it.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: TenantId,
    pub actor: Actor,
    /// The service principal of the client through which a person acts.
    pub client: Option<Id>,
    /// Delegated permissions (`scp`).
    pub scopes: Vec<String>,
    /// Application permissions (`roles`).
    pub roles: Vec<String>,
    pub address: Option<IpAddr>,
    /// Whether a second factor, or one that counts as two, was used.
    pub strong: bool,
    /// The request's correlation id.
    pub correlation: Id,
}

impl Caller {
    /// The server acting on its own behalf: first start, bookkeeping. Never built from a request.
    #[must_use]
    pub fn system(tenant: TenantId) -> Caller {
        Caller {
            tenant,
            actor: Actor::System,
            client: None,
            scopes: Vec::new(),
            roles: Vec::new(),
            address: None,
            strong: false,
            correlation: Id::nil(),
        }
    }
}

/// Chance, handed in: ids for new objects. The same seed gives the same ids, so a decision can be repeated.
#[derive(Debug)]
pub struct Fresh {
    seed: u128,
    used: Cell<u64>,
}

impl Fresh {
    #[must_use]
    pub fn new(seed: u128) -> Fresh {
        Fresh { seed, used: Cell::new(0) }
    }

    /// A new id: a version 7 UUID (RFC 9562 §5.7), so that ids made together lie together on disk.
    #[must_use]
    pub fn id(&self, at: Time) -> Id {
        let n = self.used.get();
        self.used.set(n.wrapping_add(1));
        let low = mix((self.seed as u64) ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let high = mix(((self.seed >> 64) as u64).wrapping_add(low));
        let millis = u64::try_from(at.0 / 1000).unwrap_or(0);
        let mut bytes = [0u8; 10];
        for (to, from) in bytes.iter_mut().zip(low.to_be_bytes().into_iter().chain(high.to_be_bytes())) {
            *to = from;
        }
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

/// The finaliser of splitmix64: spreads a counter over all bits.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Everything a decision may depend on besides the snapshot.
#[derive(Debug)]
pub struct Call<'a> {
    pub caller: &'a Caller,
    pub at: Time,
    pub fresh: Fresh,
}

impl Call<'_> {
    /// An id for a new object.
    #[must_use]
    pub fn new_id(&self) -> Id {
        self.fresh.id(self.at)
    }
}

/// Something to be done in the outside world after the commit is durable: a mail, a wake-up, a secret to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Which sink takes it.
    pub topic: &'static str,
    pub not_before: Option<Time>,
    pub body: Record,
}

/// What a reaction wants: changes and effects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub effects: Vec<Effect>,
}

impl From<Vec<Change>> for Plan {
    fn from(changes: Vec<Change>) -> Plan {
        Plan { changes, effects: Vec::new() }
    }
}

impl Plan {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.effects.is_empty()
    }

    /// Both plans, this one first.
    pub fn join(&mut self, mut other: Plan) {
        self.changes.append(&mut other.changes);
        self.effects.append(&mut other.effects);
    }
}

/// What a decision wants and what it answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    pub plan: Plan,
    pub answer: Option<Value>,
}

impl Decision {
    #[must_use]
    pub fn change(changes: Vec<Change>) -> Decision {
        Decision { plan: changes.into(), answer: None }
    }

    #[must_use]
    pub fn answering(mut self, answer: impl Into<Value>) -> Decision {
        self.answer = Some(answer.into());
        self
    }

    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Decision {
        self.plan.effects.push(effect);
        self
    }
}

/// What sort of no it is; each protocol maps it to its own error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request itself is wrong.
    Invalid,
    NotFound,
    /// Another object has this value, or the link is there already.
    Conflict,
    /// The caller may not.
    Denied,
    /// A named limit is reached.
    Limit,
    /// The object is not in a state that allows it.
    State,
    /// Somebody changed it in between.
    Precondition,
}

/// A no that the caller can act on: which attribute, and what was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub message: String,
    pub target: Option<String>,
}

impl Refusal {
    fn new(kind: RefusalKind, message: impl Into<String>) -> Refusal {
        Refusal { kind, message: message.into(), target: None }
    }

    pub fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::Invalid, message)
    }

    pub fn conflict(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::Conflict, message)
    }

    pub fn denied(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::Denied, message)
    }

    pub fn limit(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::Limit, message)
    }

    pub fn state(message: impl Into<String>) -> Refusal {
        Refusal::new(RefusalKind::State, message)
    }

    /// Nothing of this id, or nothing the caller may see: both answer alike.
    #[must_use]
    pub fn not_found(id: Id) -> Refusal {
        Refusal::new(
            RefusalKind::NotFound,
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
        )
    }

    #[must_use]
    pub fn at(mut self, target: impl Into<String>) -> Refusal {
        self.target = Some(target.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(f, "`{target}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids_and_no_id_comes_twice() {
        let (a, b) = (Fresh::new(42), Fresh::new(42));
        let at = Time::from_unix(1_800_000_000);
        let ids: Vec<Id> = (0..1000).map(|_| a.id(at)).collect();
        assert!(ids.iter().all(|id| *id == b.id(at) && id.get_version_num() == 7));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 1000);
    }
}
