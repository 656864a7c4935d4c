//! What a room offers to the server: its kinds, actions, checks and reactions, as plain data; and the gate's shape.

use crate::{
    Attr, AttrId, By, Call, Caller, Change, Commit, Decision, Id, Kind, LinkId, Object, Plan, Record, Refusal,
    Snapshot, Time,
};

/// A room as data. `server` holds the one list of them.
#[derive(Clone, Copy)]
pub struct Room {
    pub name: &'static str,
    pub kinds: &'static [&'static Kind],
    pub actions: &'static [Action],
    pub checks: &'static [Check],
    pub reactions: &'static [Reaction],
}

/// Something a caller can ask for that is not plain create, read, update or delete. A pure decision.
#[derive(Clone, Copy)]
pub struct Action {
    /// As Graph names it: `assignLicense`.
    pub name: &'static str,
    /// The kind it is bound to, or the kind whose collection it is bound to.
    pub on: &'static Kind,
    /// Whether it is bound to the collection instead of one object; `target` is absent then.
    pub on_collection: bool,
    /// Whether it only reads: called as a Graph function, and never commits.
    pub is_function: bool,
    /// Of what its answer is a list, in Graph's words, where it is one: an empty list does not say it itself. Text without.
    pub list_of: Option<&'static str>,
    /// Of a function that answers what of a collection concerns the caller: what part they may have in it. The caller
    /// names one of them, and nothing else is decided.
    pub parts: &'static [Part],
    pub decide: fn(&Snapshot, &Call<'_>, Option<&Object>, &Record) -> Result<Decision, Refusal>,
}

/// A part that somebody may have in an object: `("approver", …)`.
pub type Part = (&'static str, Has);
/// Whether the caller has a part in an object.
pub type Has = fn(&Snapshot, &Call<'_>, &Object) -> bool;

impl Action {
    /// An action bound to one object.
    #[must_use]
    pub const fn on(
        on: &'static Kind,
        name: &'static str,
        decide: fn(&Snapshot, &Call<'_>, Option<&Object>, &Record) -> Result<Decision, Refusal>,
    ) -> Action {
        Action { name, on, on_collection: false, is_function: false, list_of: None, parts: &[], decide }
    }

    #[must_use]
    pub const fn of_collection(mut self) -> Action {
        self.on_collection = true;
        self
    }

    #[must_use]
    pub const fn function(mut self) -> Action {
        self.is_function = true;
        self
    }

    /// A function that answers what of a collection concerns the caller, which may be filtered and paged like all of it.
    #[must_use]
    pub const fn filter_by_current_user(on: &'static Kind, parts: &'static [Part]) -> Action {
        let nothing = |_: &Snapshot, _: &Call<'_>, _: Option<&Object>, _: &Record| Ok(Decision::default());
        Action { parts, ..Action::on(on, "filterByCurrentUser", nothing).of_collection().function() }
    }

    /// It answers a list of records of this type.
    #[must_use]
    pub const fn listing(mut self, ty: &'static str) -> Action {
        self.list_of = Some(ty);
        self
    }
}

/// The opinion a room has on every write to a kind, whoever makes it.
#[derive(Clone, Copy)]
pub struct Check {
    pub kind: &'static Kind,
    /// Fill in what the caller left out, before anything is carried out. Called once with all the changes when any of
    /// them happens to an object of the kind (or creates one).
    pub complete: Option<Complete>,
    /// Judge the outcome: the directory before, the directory as it would be, and the changes between them.
    pub check: Option<Judge>,
}

/// Fills in what the caller left out.
pub type Complete = fn(&Snapshot, &Call<'_>, &mut Vec<Change>) -> Result<(), Refusal>;
/// Judges before, after, and the changes between them.
pub type Judge = fn(&Snapshot, &Snapshot, &Call<'_>, &[Change]) -> Result<(), Refusal>;

/// What a reaction alone may write.
#[derive(Clone, Copy, Debug)]
pub enum Own {
    Attribute(AttrId),
    /// Links of this definition, for this sort of reason.
    Link(LinkId, By),
}

/// What happens because something happened. Derivers give changes, emitters give effects.
///
/// INVARIANT: writes only what it owns; looks only at the snapshot, the commit and the time it is given; asked twice
/// about the same commit, the second answer is empty.
#[derive(Clone, Copy)]
pub struct Reaction {
    pub name: &'static str,
    pub owns: &'static [Own],
    /// What a commit leads to. The snapshot is at that commit or later.
    pub react: fn(&Snapshot, &Commit, Time) -> Plan,
    /// The changes that make everything right, worked out from nothing; empty in a settled directory. Emitters: empty.
    pub verify: fn(&Snapshot, Time) -> Vec<Change>,
    /// Attributes (ordered times) at which it wants to be asked.
    pub deadlines: &'static [Attr<Time>],
    /// What it means that this deadline of this object has come.
    pub due: fn(&Snapshot, Id, AttrId, Time) -> Plan,
}

impl Reaction {
    /// A reaction without deadlines.
    #[must_use]
    pub const fn new(
        name: &'static str,
        owns: &'static [Own],
        react: fn(&Snapshot, &Commit, Time) -> Plan,
        verify: fn(&Snapshot, Time) -> Vec<Change>,
    ) -> Reaction {
        Reaction { name, owns, react, verify, deadlines: &[], due: |_, _, _, _| Plan::default() }
    }

    /// The same reaction, asked once when a deadline passes. A deadline that is already past when it is set is the
    /// business of `react`.
    #[must_use]
    pub const fn at_deadlines(
        mut self,
        deadlines: &'static [Attr<Time>],
        due: fn(&Snapshot, Id, AttrId, Time) -> Plan,
    ) -> Reaction {
        self.deadlines = deadlines;
        self.due = due;
        self
    }
}

/// What somebody wants to do, for the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb<'a> {
    Read,
    Create,
    Update,
    Delete,
    Restore,
    /// Add or remove a link of this name.
    Link(&'a str),
    Unlink(&'a str),
    /// Call an action by name.
    Action(&'a str),
}

/// One act put before the gate.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    pub verb: Verb<'a>,
    pub kind: &'static Kind,
    pub target: Option<&'a Object>,
    /// What it would change; empty for reading.
    pub changes: &'a [Change],
}

/// May they? Wired once by the server; every read and write passes here. Denies by default.
pub trait Gate: Send + Sync {
    fn allow(&self, now: &Snapshot, caller: &Caller, act: &Act<'_>) -> Result<(), Refusal>;
    /// Whether the caller may see this object at all; what cannot be seen answers as if absent.
    fn sees(&self, now: &Snapshot, caller: &Caller, object: &Object) -> bool;
    /// Whether the caller sees every object of a kind and of those that inherit from it, so that a list need not ask about
    /// each. A gate that does not know says no.
    fn sees_all(&self, now: &Snapshot, caller: &Caller, kind: &'static Kind) -> bool {
        let _ = (now, caller, kind);
        false
    }
}
