//! Reading JSON texts that policies are written in. Only what definitions need: members by name
//! ignoring case, as they are written by hand.

use serde_json::Value;

/// A definition is at most this long.
pub(crate) const BYTES_MAX: usize = 16 << 10;

/// A definition, if it is JSON of a bearable size.
pub(crate) fn parse(text: &str) -> Option<Value> {
    if text.len() > BYTES_MAX { None } else { serde_json::from_str(text).ok() }
}

/// A member, its name compared ignoring case.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A member that is text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name)?.as_str()
}
