//! Changes and the commits they become: what can happen to a directory, and how it is written down.

use std::sync::Arc;

use crate::call::Actor;
use crate::codec::{Corrupt, Reader, put_bytes, put_text, put_uint, put_value};
use crate::model::AttributeDef;
use crate::{Attr, AttrId, Id, KindId, LinkId, Name, Time, Usn, Value};

/// Why a link is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// Somebody put it there.
    Direct,
    /// A rule of the object named: a dynamic group's rule, an attribute mapping.
    Rule,
    /// An access package assignment.
    Package,
    /// The activation of an eligible assignment.
    Activation,
    /// It follows from another object that names both ends.
    Derived,
}

impl By {
    pub const ALL: [By; 5] = [By::Direct, By::Rule, By::Package, By::Activation, By::Derived];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            By::Direct => "direct",
            By::Rule => "rule",
            By::Package => "accessPackage",
            By::Activation => "activation",
            By::Derived => "derived",
        }
    }
}

/// One reason for a link: what kind of reason, which object is behind it, and the commit that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    pub by: By,
    /// The object behind it: the package assignment, the role assignment; nil for `Direct`.
    pub of: Id,
    pub usn: Usn,
}

/// All the reasons for one link. It lasts as long as one of them does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The common case, kept small: put there by somebody, in this commit.
    Direct(Usn),
    Several(Arc<Vec<Reason>>),
}

impl Why {
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        match self {
            Why::Direct(usn) => vec![Reason { by: By::Direct, of: Id::nil(), usn: *usn }],
            Why::Several(reasons) => reasons.to_vec(),
        }
    }

    #[must_use]
    pub fn has(&self, by: By, of: Id) -> bool {
        match self {
            Why::Direct(_) => by == By::Direct && of.is_nil(),
            Why::Several(reasons) => reasons.iter().any(|r| r.by == by && r.of == of),
        }
    }

    /// Whether any reason is of this sort.
    #[must_use]
    pub fn is(&self, by: By) -> bool {
        match self {
            Why::Direct(_) => by == By::Direct,
            Why::Several(reasons) => reasons.iter().any(|r| r.by == by),
        }
    }

    pub(crate) fn of(reasons: &[Reason]) -> Option<Why> {
        match reasons {
            [] => None,
            [Reason { by: By::Direct, of, usn }] if of.is_nil() => Some(Why::Direct(*usn)),
            several => Some(Why::Several(Arc::new(several.to_vec()))),
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for reason in self.reasons() {
            out.push(by_byte(reason.by));
            out.extend_from_slice(reason.of.as_bytes());
            put_uint(&mut out, reason.usn);
        }
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Why, Corrupt> {
        let mut reader = Reader::new(bytes);
        let mut reasons = Vec::new();
        while !reader.is_at_end() {
            let by = by_from(reader.byte()?)?;
            reasons.push(Reason { by, of: reader.id()?, usn: reader.uint()? });
        }
        Why::of(&reasons).ok_or(Corrupt)
    }
}

/// One thing that happens to the directory.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Create {
        id: Id,
        kind: KindId,
        attributes: Vec<(AttrId, Value)>,
    },
    /// Set (`new` given) or clear an attribute. `old` is filled in when the change is carried out.
    Set {
        id: Id,
        attribute: AttrId,
        old: Option<Value>,
        new: Option<Value>,
    },
    /// Delete: restorable kinds are put aside, others are gone at once, with their links and contained children.
    Delete {
        id: Id,
    },
    Restore {
        id: Id,
    },
    /// Remove what was put aside, for good.
    Purge {
        id: Id,
    },
    Link {
        source: Id,
        link: LinkId,
        target: Id,
        by: By,
        of: Id,
    },
    Unlink {
        source: Id,
        link: LinkId,
        target: Id,
        by: By,
        of: Id,
    },
}

impl Change {
    /// Set an attribute by its typed key.
    pub fn set<T: ?Sized>(id: Id, attribute: Attr<T>, value: impl Into<Value>) -> Change {
        Change::Set { id, attribute: attribute.id, old: None, new: Some(value.into()) }
    }

    /// Clear an attribute.
    pub fn clear<T: ?Sized>(id: Id, attribute: Attr<T>) -> Change {
        Change::Set { id, attribute: attribute.id, old: None, new: None }
    }

    /// Set an attribute known only by its definition.
    #[must_use]
    pub fn put(id: Id, attribute: &AttributeDef, value: Option<Value>) -> Change {
        Change::Set { id, attribute: attribute.id, old: None, new: value }
    }

    /// Link because somebody said so.
    #[must_use]
    pub fn link(source: Id, link: LinkId, target: Id) -> Change {
        Change::Link { source, link, target, by: By::Direct, of: Id::nil() }
    }

    /// Take back what somebody said.
    #[must_use]
    pub fn unlink(source: Id, link: LinkId, target: Id) -> Change {
        Change::Unlink { source, link, target, by: By::Direct, of: Id::nil() }
    }

    /// The object it happens to; for a link, its source.
    #[must_use]
    pub fn subject(&self) -> Id {
        match self {
            Change::Create { id, .. }
            | Change::Set { id, .. }
            | Change::Delete { id }
            | Change::Restore { id }
            | Change::Purge { id } => *id,
            Change::Link { source, .. } | Change::Unlink { source, .. } => *source,
        }
    }
}

/// Changes that were carried out together: who, when, what for, and which commit led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    pub usn: Usn,
    pub at: Time,
    pub actor: Actor,
    /// The commit that led to this one; absent for what somebody asked for.
    pub cause: Option<Usn>,
    /// Tells one submission from another, so that a lost answer can be looked up.
    pub key: u128,
    /// What was done, in the words of the audit: `Add user`, `Update group`.
    pub operation: String,
    /// The request it came with, so that its rows can be found together.
    pub correlation: Id,
    pub changes: Vec<Change>,
}

impl Commit {
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.push(1); // the version of this layout
        put_uint(&mut out, self.usn);
        out.extend_from_slice(&self.at.0.to_le_bytes());
        self.actor.put(&mut out);
        put_uint(&mut out, self.cause.unwrap_or(0));
        out.extend_from_slice(&self.key.to_le_bytes());
        put_text(&mut out, &self.operation);
        out.extend_from_slice(self.correlation.as_bytes());
        put_uint(&mut out, self.changes.len() as u64);
        self.changes.iter().for_each(|change| put_change(&mut out, change));
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Commit, Corrupt> {
        let mut r = Reader::new(bytes);
        if r.byte()? != 1 {
            return Err(Corrupt);
        }
        let usn = r.uint()?;
        let at = r.time()?;
        let actor = Actor::read(&mut r)?;
        let cause = Some(r.uint()?).filter(|usn| *usn != 0);
        let key = u128::from_le_bytes(r.array()?);
        let operation = r.text()?.to_owned();
        let correlation = r.id()?;
        let count = r.count()?;
        let changes = (0..count).map(|_| read_change(&mut r)).collect::<Result<_, _>>()?;
        Ok(Commit { usn, at, actor, cause, key, operation, correlation, changes })
    }
}

fn by_byte(by: By) -> u8 {
    match by {
        By::Direct => 0,
        By::Rule => 1,
        By::Package => 2,
        By::Activation => 3,
        By::Derived => 4,
    }
}

fn by_from(byte: u8) -> Result<By, Corrupt> {
    By::ALL.into_iter().find(|by| by_byte(*by) == byte).ok_or(Corrupt)
}

fn put_optional(out: &mut Vec<u8>, value: Option<&Value>) {
    let mut bytes = Vec::new();
    if let Some(value) = value {
        put_value(&mut bytes, value);
    }
    put_bytes(out, &bytes);
}

fn read_optional(r: &mut Reader<'_>) -> Result<Option<Value>, Corrupt> {
    let bytes = r.bytes()?;
    if bytes.is_empty() { Ok(None) } else { Reader::new(bytes).value().map(Some) }
}

fn put_change(out: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Create { id, kind, attributes } => {
            out.push(0);
            out.extend_from_slice(id.as_bytes());
            out.extend_from_slice(&kind.0.to_le_bytes());
            put_uint(out, attributes.len() as u64);
            for (attribute, value) in attributes {
                out.extend_from_slice(&attribute.0.to_le_bytes());
                put_value(out, value);
            }
        }
        Change::Set { id, attribute, old, new } => {
            out.push(1);
            out.extend_from_slice(id.as_bytes());
            out.extend_from_slice(&attribute.0.to_le_bytes());
            put_optional(out, old.as_ref());
            put_optional(out, new.as_ref());
        }
        Change::Delete { id } => put_tagged(out, 2, *id),
        Change::Restore { id } => put_tagged(out, 3, *id),
        Change::Purge { id } => put_tagged(out, 4, *id),
        Change::Link { source, link, target, by, of } => put_link(out, 5, (*source, *link, *target), *by, *of),
        Change::Unlink { source, link, target, by, of } => put_link(out, 6, (*source, *link, *target), *by, *of),
    }
}

fn put_tagged(out: &mut Vec<u8>, tag: u8, id: Id) {
    out.push(tag);
    out.extend_from_slice(id.as_bytes());
}

fn put_link(out: &mut Vec<u8>, tag: u8, (source, link, target): (Id, LinkId, Id), by: By, of: Id) {
    put_tagged(out, tag, source);
    out.extend_from_slice(&link.0.to_le_bytes());
    out.extend_from_slice(target.as_bytes());
    out.push(by_byte(by));
    out.extend_from_slice(of.as_bytes());
}

fn read_change(r: &mut Reader<'_>) -> Result<Change, Corrupt> {
    let tag = r.byte()?;
    let id = r.id()?;
    Ok(match tag {
        0 => {
            let kind = read_name(r)?;
            let count = r.count()?;
            let attributes = (0..count).map(|_| Ok((read_name(r)?, r.value()?))).collect::<Result<_, Corrupt>>()?;
            Change::Create { id, kind, attributes }
        }
        1 => Change::Set { id, attribute: read_name(r)?, old: read_optional(r)?, new: read_optional(r)? },
        2 => Change::Delete { id },
        3 => Change::Restore { id },
        4 => Change::Purge { id },
        5 | 6 => {
            let (source, link, target) = (id, read_name(r)?, r.id()?);
            let (by, of) = (by_from(r.byte()?)?, r.id()?);
            if tag == 5 {
                Change::Link { source, link, target, by, of }
            } else {
                Change::Unlink { source, link, target, by, of }
            }
        }
        _ => return Err(Corrupt),
    })
}

fn read_name(r: &mut Reader<'_>) -> Result<Name, Corrupt> {
    Ok(Name(u32::from_le_bytes(r.array()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_change() -> Commit {
        let (a, b) = (Id::from_u128(1), Id::from_u128(2));
        let name: Attr<str> = Attr::new("displayName");
        Commit {
            usn: 7,
            at: Time(5),
            actor: Actor::Reaction("groups".into()),
            cause: Some(6),
            key: 99,
            operation: "Add user".into(),
            correlation: a,
            changes: vec![
                Change::Create { id: a, kind: KindId::of("user"), attributes: vec![(name.id, "A".into())] },
                Change::set(a, name, "B"),
                Change::clear(a, name),
                Change::link(a, LinkId::of("manager"), b),
                Change::Unlink { source: a, link: LinkId::of("manager"), target: b, by: By::Package, of: b },
                Change::Delete { id: a },
                Change::Restore { id: a },
                Change::Purge { id: a },
            ],
        }
    }

    #[test]
    fn a_commit_reads_back_as_it_was_written() {
        assert_eq!(Commit::from_bytes(&every_change().to_bytes()), Ok(every_change()));
    }

    #[test]
    fn truncated_commits_are_refused_and_altered_ones_never_panic() {
        let bytes = every_change().to_bytes();
        for at in 0..bytes.len() {
            assert!(Commit::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
            let mut altered = bytes.clone();
            altered[at] ^= 0x55;
            let _ = Commit::from_bytes(&altered);
        }
    }

    #[test]
    fn reasons_read_back_as_they_were_written() {
        let several = Why::Several(
            vec![
                Reason { by: By::Rule, of: Id::from_u128(1), usn: 3 },
                Reason { by: By::Direct, of: Id::nil(), usn: 4 },
            ]
            .into(),
        );
        for why in [Why::Direct(300), several] {
            assert_eq!(Why::from_bytes(&why.to_bytes()), Ok(why));
        }
        assert_eq!(Why::from_bytes(&[]), Err(Corrupt));
    }
}
