//! What every submission was answered, by its correlation id: held against the log at the end.
//!
//! Acknowledged means in the log exactly once, refused means not at all, a definite fault means not at all, an unknown
//! one at most once.

use std::collections::BTreeMap;

use directory::{Change, Id, Usn};
use engine::{Done, Failure, Outcome};

use crate::callers::Sort;

/// How a submission was answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Nobody has answered yet: the node fell over, or it is still being decided.
    None,
    Acknowledged {
        usn: Usn,
        changes: Vec<Change>,
    },
    Refused,
    Definite,
    Unknown,
}

impl Answer {
    #[must_use]
    pub fn of(outcome: &Result<Done, Failure>) -> Answer {
        match outcome {
            Ok(done) => Answer::Acknowledged { usn: done.usn, changes: done.changes.clone() },
            Err(Failure::Refused(_)) => Answer::Refused,
            Err(Failure::Fault(fault)) if fault.outcome == Outcome::Definite => Answer::Definite,
            Err(Failure::Fault(_)) => Answer::Unknown,
        }
    }
}

/// One submission.
#[derive(Debug)]
pub struct Entry {
    pub operation: &'static str,
    pub sort: Sort,
    pub answer: Answer,
}

/// All submissions of a run.
#[derive(Default)]
pub struct Ledger {
    next: u128,
    entries: BTreeMap<Id, Entry>,
    surprises: Vec<String>,
}

impl Ledger {
    /// Give a submission its correlation id.
    pub fn open(&mut self, operation: &'static str, sort: Sort) -> Id {
        self.next += 1;
        let id = Id::from_u128((0x00c0_ffee_u128 << 96) | self.next);
        self.entries.insert(id, Entry { operation, sort, answer: Answer::None });
        id
    }

    pub fn close(&mut self, id: Id, answer: Answer) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.answer = answer;
        }
    }

    /// Something that must not happen, noticed where it cannot be reported.
    pub fn surprise(&mut self, what: String) {
        self.surprises.push(what);
    }

    pub fn surprises(&mut self) -> Vec<String> {
        std::mem::take(&mut self.surprises)
    }

    /// The submission that was opened last.
    pub fn last(&self) -> Option<&Entry> {
        self.entries.values().next_back()
    }

    pub fn entries(&self) -> &BTreeMap<Id, Entry> {
        &self.entries
    }
}
