//! What is handed to the engine, and what comes back.

use std::fmt;

use directory::{Call, Caller, Change, Decision, Id, Kind, Refusal, Snapshot, Usn, Value, Verb};
use store::Fault;

/// A decision to be made: by whom, called what, subject to which question to the gate.
pub struct Submission {
    pub caller: Caller,
    /// What is done, in the words of the audit: `Add user`, `Update group`.
    pub operation: String,
    pub intent: Intent,
    /// Pure; decided again when somebody else was quicker.
    pub decide: Decide,
}

/// A pure decision over a snapshot.
pub type Decide = Box<dyn Fn(&Snapshot, &Call<'_>) -> Result<Decision, Refusal> + Send>;

/// What the gate is asked.
pub enum Intent {
    Ask {
        verb: OwnedVerb,
        kind: &'static Kind,
        target: Option<Id>,
    },
    /// The protocol has verified the evidence that lets this happen: a join by a signed-in person, a reset by a pass.
    Proven,
}

/// A [`Verb`] that owns its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedVerb {
    Create,
    Update,
    Delete,
    Restore,
    Link(String),
    Unlink(String),
    Action(String),
}

impl OwnedVerb {
    #[must_use]
    pub fn as_verb(&self) -> Verb<'_> {
        match self {
            OwnedVerb::Create => Verb::Create,
            OwnedVerb::Update => Verb::Update,
            OwnedVerb::Delete => Verb::Delete,
            OwnedVerb::Restore => Verb::Restore,
            OwnedVerb::Link(name) => Verb::Link(name),
            OwnedVerb::Unlink(name) => Verb::Unlink(name),
            OwnedVerb::Action(name) => Verb::Action(name),
        }
    }
}

impl Submission {
    /// A decision that the gate judges.
    pub fn asking(
        caller: &Caller,
        operation: impl Into<String>,
        (verb, kind, target): (OwnedVerb, &'static Kind, Option<Id>),
        decide: impl Fn(&Snapshot, &Call<'_>) -> Result<Decision, Refusal> + Send + 'static,
    ) -> Submission {
        Submission {
            caller: caller.clone(),
            operation: operation.into(),
            intent: Intent::Ask { verb, kind, target },
            decide: Box::new(decide),
        }
    }

    /// A decision whose evidence the protocol has verified.
    pub fn proven(
        caller: &Caller,
        operation: impl Into<String>,
        decide: impl Fn(&Snapshot, &Call<'_>) -> Result<Decision, Refusal> + Send + 'static,
    ) -> Submission {
        Submission {
            caller: caller.clone(),
            operation: operation.into(),
            intent: Intent::Proven,
            decide: Box::new(decide),
        }
    }
}

/// A decision that is durable.
#[derive(Clone, Debug)]
pub struct Done {
    /// The commit it became; the newest one when it changed nothing.
    pub usn: Usn,
    pub answer: Option<Value>,
    /// What really changed.
    pub changes: Vec<Change>,
    /// The directory with this commit in it. What reactions derive from it follows within milliseconds.
    pub snapshot: Snapshot,
}

/// Why a decision did not become a commit.
#[derive(Clone, Debug)]
pub enum Failure {
    Refused(Refusal),
    Fault(Fault),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(refusal) => refusal.fmt(f),
            Failure::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}
