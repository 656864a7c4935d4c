//! Values and commits as bytes: small, self-describing, the same on disk and in memory.
//!
//! Integers are varints, text is length-prefixed UTF-8. Nothing here trusts its input: what cannot be read is [`Corrupt`].

use crate::{Id, Record, Time, Value};

/// Bytes that are not what we wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt;

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stored bytes cannot be read")
    }
}

impl std::error::Error for Corrupt {}

/// How deep values may nest; Graph's deepest type in scope needs 9.
const DEPTH_MAX: usize = 32;

const FALSE: u8 = 0;
const TRUE: u8 = 1;
const INT: u8 = 2;
const DOUBLE: u8 = 3;
const TEXT: u8 = 4;
const TIME: u8 = 5;
const GUID: u8 = 6;
const BYTES: u8 = 7;
const LIST: u8 = 8;
const RECORD: u8 = 9;

pub(crate) fn put_uint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(crate) fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::Int(i) => {
            out.push(INT);
            put_uint(out, ((i << 1) ^ (i >> 63)) as u64);
        }
        Value::Double(d) => {
            out.push(DOUBLE);
            out.extend_from_slice(&d.to_le_bytes());
        }
        Value::Text(t) => {
            out.push(TEXT);
            put_text(out, t);
        }
        Value::Time(t) => {
            out.push(TIME);
            out.extend_from_slice(&t.0.to_le_bytes());
        }
        Value::Guid(g) => {
            out.push(GUID);
            out.extend_from_slice(g.as_bytes());
        }
        Value::Bytes(b) => {
            out.push(BYTES);
            put_bytes(out, b);
        }
        Value::List(items) => {
            out.push(LIST);
            put_uint(out, items.len() as u64);
            items.iter().for_each(|item| put_value(out, item));
        }
        Value::Record(record) => {
            out.push(RECORD);
            put_record(out, record);
        }
    }
}

pub(crate) fn put_record(out: &mut Vec<u8>, record: &Record) {
    put_uint(out, record.len() as u64);
    for (name, value) in record.iter() {
        put_text(out, name);
        put_value(out, value);
    }
}

/// A record as bytes, for the shelves beside the log.
#[must_use]
pub fn record_to_bytes(record: &Record) -> Vec<u8> {
    let mut out = Vec::new();
    put_record(&mut out, record);
    out
}

/// Read what [`record_to_bytes`] wrote.
pub fn record_from_bytes(bytes: &[u8]) -> Result<Record, Corrupt> {
    let mut reader = Reader::new(bytes);
    let record = reader.record_within(DEPTH_MAX)?;
    if reader.is_at_end() { Ok(record) } else { Err(Corrupt) }
}

/// Reads what the functions above wrote, from the front of a slice.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<&'a [u8], Corrupt> {
        let (head, tail) = self.rest.split_at_checked(n).ok_or(Corrupt)?;
        self.rest = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Corrupt> {
        self.take(N)?.try_into().map_err(|_| Corrupt)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Corrupt> {
        let [b] = self.array()?;
        Ok(b)
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Corrupt> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let b = self.byte()?;
            n |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(n);
            }
        }
        Err(Corrupt)
    }

    /// A length or count that cannot be larger than what is left to read.
    pub(crate) fn count(&mut self) -> Result<usize, Corrupt> {
        let n = usize::try_from(self.uint()?).map_err(|_| Corrupt)?;
        if n > self.rest.len() { Err(Corrupt) } else { Ok(n) }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Corrupt> {
        let n = self.count()?;
        self.take(n)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Corrupt> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Corrupt)
    }

    pub(crate) fn id(&mut self) -> Result<Id, Corrupt> {
        Ok(Id::from_bytes(self.array()?))
    }

    pub(crate) fn time(&mut self) -> Result<Time, Corrupt> {
        Ok(Time(i64::from_le_bytes(self.array()?)))
    }

    pub(crate) fn value(&mut self) -> Result<Value, Corrupt> {
        self.value_within(DEPTH_MAX)
    }

    fn value_within(&mut self, depth: usize) -> Result<Value, Corrupt> {
        let depth = depth.checked_sub(1).ok_or(Corrupt)?;
        Ok(match self.byte()? {
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            INT => {
                let n = self.uint()?;
                Value::Int(((n >> 1) as i64) ^ -((n & 1) as i64))
            }
            DOUBLE => Value::Double(f64::from_le_bytes(self.array()?)),
            TEXT => Value::Text(self.text()?.to_owned()),
            TIME => Value::Time(self.time()?),
            GUID => Value::Guid(self.id()?),
            BYTES => Value::Bytes(self.bytes()?.to_vec()),
            LIST => {
                let n = self.count()?;
                Value::List((0..n).map(|_| self.value_within(depth)).collect::<Result<_, _>>()?)
            }
            RECORD => Value::Record(self.record_within(depth)?),
            _ => return Err(Corrupt),
        })
    }

    fn record_within(&mut self, depth: usize) -> Result<Record, Corrupt> {
        let n = self.count()?;
        (0..n).map(|_| Ok((self.text()?.to_owned(), self.value_within(depth)?))).collect()
    }

    /// Read a Boolean without building a `Value`.
    pub(crate) fn plain_bool(mut self) -> Option<bool> {
        match self.byte().ok()? {
            FALSE => Some(false),
            TRUE => Some(true),
            _ => None,
        }
    }

    /// Read a text in place.
    pub(crate) fn plain_text(mut self) -> Option<&'a str> {
        if self.byte().ok()? == TEXT { self.text().ok() } else { None }
    }

    /// Read a list of texts in place.
    pub(crate) fn plain_texts(mut self) -> Option<Vec<&'a str>> {
        if self.byte().ok()? != LIST {
            return None;
        }
        let n = self.count().ok()?;
        (0..n).map(|_| if self.byte().ok()? == TEXT { self.text().ok() } else { None }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        Value::Record(
            Record::new()
                .with("bool", true)
                .with("int", i64::MIN)
                .with("double", 1.5)
                .with("text", "Zoë")
                .with("time", Time(-5))
                .with("guid", Id::from_u128(7))
                .with("bytes", vec![0u8, 255])
                .with("list", vec![Value::Int(-1), Value::Record(Record::new().with("x", 300i64))]),
        )
    }

    #[test]
    fn a_value_reads_back_as_it_was_written() {
        let mut bytes = Vec::new();
        put_value(&mut bytes, &sample());
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.value(), Ok(sample()));
        assert!(reader.is_at_end());
    }

    #[test]
    fn truncated_or_altered_bytes_never_panic() {
        let mut bytes = Vec::new();
        put_value(&mut bytes, &sample());
        for cut in 0..bytes.len() {
            assert!(Reader::new(&bytes[..cut]).value().is_err());
        }
        for at in 0..bytes.len() {
            for flip in [0x01u8, 0x80, 0xff] {
                let mut altered = bytes.clone();
                altered[at] ^= flip;
                let _ = Reader::new(&altered).value();
            }
        }
    }
}
