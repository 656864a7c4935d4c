//! Keeping roles, consent, policies and locations in order: what access has to say about every write to them, whoever
//! makes it.

pub(crate) mod administrators;
pub(crate) mod app_roles;
pub(crate) mod consent;
pub(crate) mod contexts;
mod controls;
pub(crate) mod locations;
mod lockout;
pub(crate) mod policies;
pub(crate) mod role_members;
pub(crate) mod roles;
pub(crate) mod strengths;

#[cfg(test)]
mod drafts;
#[cfg(test)]
mod tests;

use directory::{Attr, AttrId, Change, Id, Kind, Object, Snapshot, Time, Value};

/// The objects of a kind that changes create or touch, as they will be.
pub(crate) fn touched<'a>(after: &'a Snapshot, changes: &[Change], kind: &'static Kind) -> Vec<&'a Object> {
    let mut ids: Vec<Id> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Create { id, .. } | Change::Set { id, .. } | Change::Restore { id } => Some(*id),
            Change::Delete { .. } | Change::Purge { .. } | Change::Link { .. } | Change::Unlink { .. } => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter_map(|id| after.find_a(kind, id)).collect()
}

/// The objects of a kind that changes take away, as they were.
pub(crate) fn removed<'a>(before: &'a Snapshot, changes: &[Change], kind: &'static Kind) -> Vec<&'a Object> {
    let gone = |change: &Change| match change {
        Change::Delete { id } | Change::Purge { id } => before.find_a(kind, *id),
        Change::Create { .. }
        | Change::Set { .. }
        | Change::Restore { .. }
        | Change::Link { .. }
        | Change::Unlink { .. } => None,
    };
    changes.iter().filter_map(gone).collect()
}

/// Give an object that is created a value it was not given.
pub(crate) fn fill<T: ?Sized>(attributes: &mut Vec<(AttrId, Value)>, attribute: Attr<T>, value: impl Into<Value>) {
    if !attributes.iter().any(|(known, _)| *known == attribute.id) {
        attributes.push((attribute.id, value.into()));
    }
}

/// What an object that is created was given.
pub(crate) fn given<T: ?Sized>(attributes: &[(AttrId, Value)], attribute: Attr<T>) -> Option<&Value> {
    attributes.iter().find(|(known, _)| *known == attribute.id).map(|(_, value)| value)
}

/// Note when objects of a kind are created and changed.
pub(crate) fn stamp(now: &Snapshot, at: Time, kind: &'static Kind, changes: &mut Vec<Change>) {
    let mut changed: Vec<Id> = Vec::new();
    for change in changes.iter_mut() {
        match change {
            Change::Create { kind: created, attributes, .. } if now.model().is_a(*created, kind.id()) => {
                fill(attributes, schema::CREATED_DATE_TIME, at);
            }
            Change::Set { id, .. } if now.find_a(kind, *id).is_some() => changed.push(*id),
            Change::Create { .. }
            | Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => {}
        }
    }
    changed.sort_unstable();
    changed.dedup();
    changes.extend(changed.into_iter().map(|id| Change::set(id, schema::MODIFIED_DATE_TIME, at)));
}
