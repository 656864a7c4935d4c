//! Sets: where kinds are found from outside, `users` or `deviceManagement/managedDevices`.

use directory::Kind;

use crate::user::USER;

/// What the items of a set are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Objects of the directory.
    Directory,
    /// Objects of the directory that were deleted and can be restored.
    Deleted,
    /// The one object of its kind.
    Singleton,
    /// The log of commits, as audit records.
    Log,
    /// A stream of the journal.
    Journal(&'static str),
}

/// A path at which the objects of a kind are listed and addressed. Segments are compared ignoring case.
#[derive(Clone, Copy, Debug)]
pub struct Set {
    pub path: &'static str,
    pub kind: &'static Kind,
    pub source: Source,
}

impl Set {
    const fn of(path: &'static str, kind: &'static Kind) -> Set {
        Set { path, kind, source: Source::Directory }
    }
}

/// Every set.
pub static SETS: &[Set] = &[Set::of("users", &USER)];
