//! What a store answers when it could not do its work: the operator can act on it, the caller cannot.

use std::fmt;

/// Whether the thing asked for may have happened all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It certainly did not happen; it may be tried again as it was.
    Definite,
    /// It may have happened (the answer was lost); look before trying again.
    Unknown,
}

/// A failure of the store: what we were doing, why it failed, and whether it may have happened.
#[derive(Clone, Debug)]
pub struct Fault {
    pub doing: &'static str,
    pub why: String,
    pub outcome: Outcome,
}

impl Fault {
    #[must_use]
    pub fn definite(doing: &'static str, why: impl fmt::Display) -> Fault {
        Fault { doing, why: why.to_string(), outcome: Outcome::Definite }
    }

    #[must_use]
    pub fn unknown(doing: &'static str, why: impl fmt::Display) -> Fault {
        Fault { doing, why: why.to_string(), outcome: Outcome::Unknown }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Definite => "it did not happen",
            Outcome::Unknown => "it may have happened",
        };
        write!(f, "{}: {} ({outcome})", self.doing, self.why)
    }
}

impl std::error::Error for Fault {}
