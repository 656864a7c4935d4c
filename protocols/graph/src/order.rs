//! `$orderby`, and keys that sort: text ignoring case, what is missing first.

use std::cmp::Ordering;

use directory::{AttrId, Kind, Model, Object, Operand, Snapshot, Type, Value};

use crate::errors::Error;
use crate::filter::{Scope, Term, names};
use crate::limits::ORDER_MAX;

/// One clause of `$orderby`.
#[derive(Clone, Debug)]
pub struct Clause {
    pub attribute: Option<AttrId>,
    path: Vec<String>,
    pub is_descending: bool,
    /// The name as it was found, for the rules about which orders are supported.
    pub name: String,
}

/// A value as something that sorts. Ordered as clients see it: nothing, then false, true, numbers, text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Missing,
    Bool(bool),
    Int(i64),
    Text(String),
}

/// The keys of one object under all clauses; a descending clause turns its comparison around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted {
    pub keys: Vec<Key>,
    pub id: directory::Id,
}

pub fn parse(text: &str, kind: &'static Kind, model: &Model) -> Result<Vec<Clause>, Error> {
    let mut clauses = Vec::new();
    for piece in text.split(',') {
        let mut words = piece.split_whitespace();
        let Some(path) = words.next() else {
            return Err(Error::bad(format!("Syntax error in $orderby '{text}'.")));
        };
        let is_descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(other) => return Err(Error::bad(format!("Syntax error at '{other}' in $orderby '{text}'."))),
        };
        if words.next().is_some() || clauses.len() == ORDER_MAX {
            return Err(Error::bad(format!("Syntax error in $orderby '{text}': at most {ORDER_MAX} clauses.")));
        }
        clauses.push(clause(path, is_descending, kind, model)?);
    }
    Ok(clauses)
}

fn clause(path: &str, is_descending: bool, kind: &'static Kind, model: &Model) -> Result<Clause, Error> {
    let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    let term = names(model).find(Scope::Object(kind), &segments)?;
    let (attribute, path) = match term {
        Term::Value { operand: Operand::Attribute(id, path), many: false, ty, .. }
            if !matches!(ty, Type::Record(_) | Type::Bytes) =>
        {
            (Some(id), path)
        }
        Term::Value { operand: Operand::Id, .. } => (None, Vec::new()),
        _ => return Err(Error::unsupported(format!("Sorting by '{path}' is not supported."))),
    };
    let name = attribute.and_then(|id| model.name_of(id)).unwrap_or("id").to_owned();
    Ok(Clause { attribute, path, is_descending, name })
}

impl Clause {
    fn key(&self, object: &Object) -> Key {
        let Some(attribute) = self.attribute else {
            return Key::Text(object.id.hyphenated().to_string());
        };
        if let (true, Some(text)) = (self.path.is_empty(), object.text(attribute)) {
            return Key::Text(text.to_lowercase());
        }
        let found = object.value(attribute);
        let value = self.path.iter().fold(found, |value, name| match value {
            Some(Value::Record(mut record)) => record.remove(name),
            _ => None,
        });
        value.as_ref().map_or(Key::Missing, key)
    }
}

/// The order of a text, ignoring case, to one that has none of it any more; nothing where that takes more than a look at the bytes.
fn folded(text: &str, lower: &str) -> Option<Ordering> {
    let fold = || text.bytes().map(|byte| byte.to_ascii_lowercase());
    (text.is_ascii() && lower.is_ascii()).then(|| fold().cmp(lower.bytes()))
}

/// The key of a value.
#[must_use]
pub fn key(value: &Value) -> Key {
    match value {
        Value::Bool(value) => Key::Bool(*value),
        Value::Int(value) => Key::Int(*value),
        // Exact enough to sort by; no sortable property in scope has fractions smaller than a thousandth.
        Value::Double(value) => Key::Int((value * 1000.0) as i64),
        Value::Time(time) => Key::Int(time.0),
        Value::Text(text) => Key::Text(text.to_lowercase()),
        Value::Guid(id) => Key::Text(id.hyphenated().to_string()),
        Value::Bytes(_) | Value::List(_) | Value::Record(_) => Key::Missing,
    }
}

impl Sorted {
    #[must_use]
    pub fn of(object: &Object, clauses: &[Clause]) -> Sorted {
        Sorted { keys: clauses.iter().map(|clause| clause.key(object)).collect(), id: object.id }
    }

    /// Whether an object certainly comes after this one, as far as the first clause tells without making a key of it.
    #[must_use]
    pub fn is_before(&self, object: &Object, clauses: &[Clause]) -> bool {
        let (Some(Key::Text(lower)), Some(clause)) = (self.keys.first(), clauses.first()) else { return false };
        let Some(text) = clause.attribute.filter(|_| clause.path.is_empty()).and_then(|id| object.text(id)) else {
            return false;
        };
        let after = if clause.is_descending { Ordering::Less } else { Ordering::Greater };
        folded(text, lower) == Some(after)
    }

    /// The order of two objects under the clauses; the id decides where the keys are equal.
    #[must_use]
    pub fn compare(&self, other: &Sorted, clauses: &[Clause]) -> Ordering {
        let by_keys = self
            .keys
            .iter()
            .zip(&other.keys)
            .zip(clauses)
            .map(|((a, b), clause)| if clause.is_descending { b.cmp(a) } else { a.cmp(b) });
        by_keys.fold(Ordering::Equal, Ordering::then).then_with(|| self.id.cmp(&other.id))
    }
}

/// The attribute whose index gives this order, if it is one that every object of the kind has a value for.
#[must_use]
pub fn indexed(clauses: &[Clause], kind: &'static Kind, now: &Snapshot) -> Option<(AttrId, bool)> {
    let [Clause { attribute: Some(attribute), path, is_descending, .. }] = clauses else {
        return None;
    };
    let definition = now.model().attribute(kind.id(), *attribute)?;
    let fits = path.is_empty() && definition.required && definition.index == directory::Index::Ordered;
    fits.then_some((*attribute, *is_descending))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_read_and_wrong_ones_refused() {
        let model = schema::model();
        let of = |text: &str| parse(text, &schema::user::USER, &model);
        let clauses = of("displayName desc, employeeOrgData/costCenter,id asc").unwrap();
        assert_eq!(clauses.iter().map(|c| c.is_descending).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(clauses[1].path, ["costCenter"]);
        for text in ["", "displayName up", "wrong", "businessPhones", "displayName asc x", "employeeOrgData"] {
            assert_eq!(of(text).unwrap_err().status, 400, "{text}");
        }
    }

    #[test]
    fn a_look_at_the_bytes_says_what_the_keys_would_say_or_nothing() {
        let texts = ["", "a", "A", "ab", "B", "zürich", "Z"];
        for text in texts {
            for other in texts {
                let lower = other.to_lowercase();
                let told = folded(text, &lower);
                assert!(told.is_none_or(|told| told == text.to_lowercase().cmp(&lower)), "{text} {other}");
                assert_eq!(told.is_some(), text.is_ascii() && other.is_ascii());
            }
        }
    }

    #[test]
    fn what_is_missing_comes_first_and_text_ignores_case() {
        let mut keys = [key(&"b".into()), key(&"A".into()), Key::Missing, key(&"a".into())];
        keys.sort();
        assert_eq!(keys, [Key::Missing, Key::Text("a".into()), Key::Text("a".into()), Key::Text("b".into())]);
    }
}
