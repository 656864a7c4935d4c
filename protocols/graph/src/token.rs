//! `$skiptoken` and `$deltatoken`: where a client is, as opaque text. It is only a position: whoever changes it reads
//! from somewhere else, through the same gate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use directory::{Id, Record, Usn, Value};

use crate::errors::Error;
use crate::order::Key;

/// A longer token is none of ours.
const TOKEN_BYTES_MAX: usize = 4 << 10;

/// A position in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The last object of the page before.
    pub last: Id,
    /// Its kind, where a list goes through several.
    pub kind: u32,
    /// Its keys in the order of the list.
    pub keys: Vec<Key>,
    /// How many were passed, in lists without an order of their own.
    pub seen: u64,
    /// The first page was an advanced query: the header need not be sent again.
    pub is_advanced: bool,
    /// In lists of what happened: the commit or row.
    pub usn: Usn,
    /// What a delta's pages go on with when all is listed: the USN at which it began.
    pub since: Option<Usn>,
}

/// What a delta token says: from where on, and what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    pub usn: Usn,
    pub select: Option<String>,
    pub filter: Option<String>,
    pub expand: Option<String>,
}

impl Position {
    #[must_use]
    pub fn print(&self) -> String {
        let keys: Vec<Value> = self.keys.iter().map(key_value).collect();
        let record = Record::new()
            .with("i", self.last)
            .with("k", i64::from(self.kind))
            .with("s", signed(self.seen))
            .with("a", self.is_advanced)
            .with("u", signed(self.usn))
            .with_some("d", self.since.map(signed))
            .with("o", keys);
        URL_SAFE_NO_PAD.encode(directory::record_to_bytes(&record))
    }

    pub fn parse(text: &str) -> Result<Position, Error> {
        let wrong = || Error::bad("The $skiptoken is not valid.");
        let record = read(text).ok_or_else(wrong)?;
        Ok(Position {
            last: record.guid("i").ok_or_else(wrong)?,
            kind: record.int("k").and_then(|k| u32::try_from(k).ok()).ok_or_else(wrong)?,
            keys: record.list("o").iter().map(|value| value_key(value).ok_or_else(wrong)).collect::<Result<_, _>>()?,
            seen: unsigned(&record, "s").ok_or_else(wrong)?,
            is_advanced: record.bool("a").ok_or_else(wrong)?,
            usn: unsigned(&record, "u").ok_or_else(wrong)?,
            since: unsigned(&record, "d"),
        })
    }
}

impl Since {
    #[must_use]
    pub fn print(&self) -> String {
        let record = Record::new()
            .with("u", signed(self.usn))
            .with_some("s", self.select.as_ref())
            .with_some("f", self.filter.as_ref())
            .with_some("e", self.expand.as_ref());
        URL_SAFE_NO_PAD.encode(directory::record_to_bytes(&record))
    }

    pub fn parse(text: &str) -> Result<Since, Error> {
        let record = read(text).ok_or_else(|| Error::bad("The $deltatoken is not valid."))?;
        let usn = unsigned(&record, "u").ok_or_else(|| Error::bad("The $deltatoken is not valid."))?;
        let text = |name: &str| record.text(name).map(str::to_owned);
        Ok(Since { usn, select: text("s"), filter: text("f"), expand: text("e") })
    }
}

fn read(text: &str) -> Option<Record> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= TOKEN_BYTES_MAX)?;
    directory::record_from_bytes(&bytes).ok()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(record: &Record, name: &str) -> Option<u64> {
    u64::try_from(record.int(name)?).ok()
}

fn key_value(key: &Key) -> Value {
    match key {
        Key::Missing => Value::List(Vec::new()),
        Key::Bool(value) => Value::Bool(*value),
        Key::Int(value) => Value::Int(*value),
        Key::Text(text) => Value::Text(text.clone()),
    }
}

fn value_key(value: &Value) -> Option<Key> {
    match value {
        Value::List(_) => Some(Key::Missing),
        Value::Bool(value) => Some(Key::Bool(*value)),
        Value::Int(value) => Some(Key::Int(*value)),
        Value::Text(text) => Some(Key::Text(text.clone())),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_back_and_others_are_refused() {
        let position = Position {
            last: Id::from_u128(7),
            kind: u32::MAX,
            keys: vec![Key::Missing, Key::Text("é".into()), Key::Int(-1), Key::Bool(true)],
            seen: 9,
            is_advanced: true,
            usn: 3,
            since: Some(4),
        };
        assert_eq!(Position::parse(&position.print()).unwrap(), position);
        let since = Since { usn: 5, select: Some("id".into()), ..Since::default() };
        assert_eq!(Since::parse(&since.print()).unwrap(), since);
        for text in ["", "x", "latest", &position.print()[1..], &"A".repeat(10_000)] {
            assert!(Position::parse(text).is_err(), "{text}");
            assert!(Since::parse(text).is_err(), "{text}");
        }
    }
}
