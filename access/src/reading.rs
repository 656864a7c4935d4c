//! What several files of the gate read of objects and of changes.

use directory::{Attr, AttrId, Change, Id, Object, Read, Shape, Snapshot};

use crate::area::Area;

/// The area of an object.
pub(crate) fn area_of(now: &Snapshot, object: &Object) -> Area {
    Area::of(now.kind_of(object))
}

/// The objects that something created becomes a part of.
pub(crate) fn parents<'a>(now: &'a Snapshot, changes: &'a [Change]) -> impl Iterator<Item = &'a Object> {
    changes.iter().filter_map(|change| {
        let Change::Link { source, link, .. } = change else {
            return None;
        };
        let parent = now.find(*source)?;
        let definition = now.model().link(parent.kind, *link)?;
        (definition.shape == Shape::Contained).then_some(parent)
    })
}

/// Whether an attribute is what somebody proves who they are with.
pub(crate) fn is_credential(name: &str, read: Read) -> bool {
    read == Read::Never
        || ["authorizationInfo", "passwordProfile", "passwordCredentials", "keyCredentials"].contains(&name)
}

/// An attribute that holds a GUID, as a GUID or as text.
pub(crate) fn guid<T: ?Sized>(object: &Object, attribute: Attr<T>) -> Option<Id> {
    guid_by_id(object, attribute.id)
}

pub(crate) fn guid_by_id(object: &Object, attribute: AttrId) -> Option<Id> {
    object.value(attribute)?.as_guid()
}
