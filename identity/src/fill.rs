//! Small steps that the checks of users and groups share: filling in what a caller left out of a new object.

use directory::{Attr, AttrId, Field, Id, Value};

/// The value given for an attribute of an object that is being created.
pub(crate) fn given<T: ?Sized>(attributes: &[(AttrId, Value)], wanted: Attr<T>) -> Option<&Value> {
    attributes.iter().rev().find(|(attribute, _)| *attribute == wanted.id).map(|(_, value)| value)
}

/// Give an attribute a value unless the caller has given one.
pub(crate) fn fill<T: ?Sized + Field>(attributes: &mut Vec<(AttrId, Value)>, wanted: Attr<T>, value: impl Into<Value>) {
    if given(attributes, wanted).is_none() {
        attributes.push((wanted.id, value.into()));
    }
}

/// The security identifier of a user or group, as it is made from the object's id: the GUID's four 32-bit numbers.
pub(crate) fn security_identifier(id: Id) -> String {
    let (first, second, third, rest) = id.as_fields();
    let [a, b, c, d, e, f, g, h] = *rest;
    let numbers = [
        first,
        u32::from(second) | (u32::from(third) << 16),
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
    ];
    let [w, x, y, z] = numbers;
    format!("S-1-12-1-{w}-{x}-{y}-{z}")
}
