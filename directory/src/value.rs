//! Values: what an attribute can hold. There is no null; absence is absence.

use crate::{Id, Time};

/// One value of an attribute, or of a field inside a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Time(Time),
    Guid(Id),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Record(Record),
}

/// Named fields in the order they were given. Used for nested values: conditions, assignments, service plans.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Record(Vec<(String, Value)>);

impl Record {
    #[must_use]
    pub fn new() -> Record {
        Record(Vec::new())
    }

    /// The same record with one more field: for building in one expression.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Record {
        self.set(name, value);
        self
    }

    /// The same record with one more field if there is a value for it.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Record {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Put a field, replacing one of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Take a field away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// A text field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    /// A Boolean field.
    #[must_use]
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// An integer field.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_int()
    }

    /// A time field.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Time> {
        self.get(name)?.as_time()
    }

    /// A GUID field; a text that is a GUID counts.
    #[must_use]
    pub fn guid(&self, name: &str) -> Option<Id> {
        self.get(name)?.as_guid()
    }

    /// A record field.
    #[must_use]
    pub fn record(&self, name: &str) -> Option<&Record> {
        self.get(name)?.as_record()
    }

    /// The items of a list field; empty when it is absent.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_list).unwrap_or(&[])
    }

    /// The texts of a list field; empty when it is absent.
    pub fn texts<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.list(name).iter().filter_map(Value::as_text)
    }

    /// The records of a list field; empty when it is absent.
    pub fn records<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Record> {
        self.list(name).iter().filter_map(Value::as_record)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Value)> for Record {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Record {
        Record(fields.into_iter().collect())
    }
}

impl IntoIterator for Record {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Value {
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(b) = self { Some(*b) } else { None }
    }

    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(i) = self { Some(*i) } else { None }
    }

    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(t) = self { Some(t) } else { None }
    }

    #[must_use]
    pub fn as_time(&self) -> Option<Time> {
        match self {
            Value::Time(t) => Some(*t),
            Value::Text(t) => Time::parse(t),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_guid(&self) -> Option<Id> {
        match self {
            Value::Guid(g) => Some(*g),
            Value::Text(t) => crate::id_from_text(t),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(l) = self { Some(l) } else { None }
    }

    #[must_use]
    pub fn as_record(&self) -> Option<&Record> {
        if let Value::Record(r) = self { Some(r) } else { None }
    }
}

macro_rules! into_value {
    ($($from:ty => |$x:ident| $to:expr;)*) => {
        $(impl From<$from> for Value { fn from($x: $from) -> Value { $to } })*
    };
}

into_value! {
    bool => |x| Value::Bool(x);
    i32 => |x| Value::Int(i64::from(x));
    i64 => |x| Value::Int(x);
    u32 => |x| Value::Int(i64::from(x));
    f64 => |x| Value::Double(x);
    &str => |x| Value::Text(x.to_owned());
    String => |x| Value::Text(x);
    &String => |x| Value::Text(x.clone());
    Time => |x| Value::Time(x);
    Id => |x| Value::Guid(x);
    Vec<u8> => |x| Value::Bytes(x);
    &[u8] => |x| Value::Bytes(x.to_vec());
    Record => |x| Value::Record(x);
    Vec<Value> => |x| Value::List(x);
    Vec<Record> => |x| Value::List(x.into_iter().map(Value::Record).collect());
    Vec<String> => |x| Value::List(x.into_iter().map(Value::Text).collect());
    Vec<&str> => |x| Value::List(x.into_iter().map(Value::from).collect());
    &[&str] => |x| Value::List(x.iter().map(|t| Value::from(*t)).collect());
    Vec<Id> => |x| Value::List(x.into_iter().map(Value::Guid).collect());
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(items: [&str; N]) -> Value {
        Value::List(items.into_iter().map(Value::from).collect())
    }
}
