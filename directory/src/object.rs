//! An object: an id, a kind and its attributes, packed into one block of bytes that is the same in memory and on disk.
//!
//! Packing is why a million objects fit: about 500 bytes for twenty attributes instead of three times that as a map.
//! Layout: count (u16), then per attribute its name hash and where its value starts (u32 each, sorted by hash), then the
//! values. Nested values are decoded when somebody asks for them.

use crate::attr::{Attr, Field, RawValue};
use crate::codec::{Corrupt, Reader, put_value};
use crate::{AttrId, Id, KindId, Usn, Value};

const ENTRY: usize = 8;

/// One object at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub id: Id,
    pub kind: KindId,
    /// The commit that last changed it.
    pub usn: Usn,
    body: Box<[u8]>,
}

impl Object {
    /// Pack attributes into an object. A later value for the same attribute replaces an earlier one.
    #[must_use]
    pub fn pack(id: Id, kind: KindId, usn: Usn, attributes: &[(AttrId, Value)]) -> Object {
        let mut sorted: Vec<(AttrId, Vec<u8>)> = Vec::with_capacity(attributes.len());
        for (attr, value) in attributes {
            let mut bytes = Vec::new();
            put_value(&mut bytes, value);
            sorted.push((*attr, bytes));
        }
        Object { id, kind, usn, body: assemble(sorted.iter().map(|(a, b)| (*a, b.as_slice())).collect()) }
    }

    /// An object from its stored body.
    pub fn from_bytes(id: Id, kind: KindId, usn: Usn, body: Vec<u8>) -> Result<Object, Corrupt> {
        let object = Object { id, kind, usn, body: body.into_boxed_slice() };
        for at in 0..object.count() {
            let (_, offset) = object.entry(at).ok_or(Corrupt)?;
            if offset >= object.body.len() {
                return Err(Corrupt);
            }
        }
        Ok(object)
    }

    /// The body as it is stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The value of an attribute, typed by its key.
    pub fn get<T: ?Sized + Field>(&self, attr: Attr<T>) -> Option<T::Out<'_>> {
        T::read(self.raw(attr.id)?)
    }

    /// A Boolean attribute that counts as false when absent.
    #[must_use]
    pub fn is(&self, attr: Attr<bool>) -> bool {
        self.get(attr).unwrap_or(false)
    }

    /// The value of an attribute by its id, decoded.
    #[must_use]
    pub fn value(&self, attr: AttrId) -> Option<Value> {
        self.raw(attr)?.decode()
    }

    /// The text of an attribute by its id, borrowed; nothing when it is no single text.
    #[must_use]
    pub fn text(&self, attr: AttrId) -> Option<&str> {
        <str as Field>::read(self.raw(attr)?)
    }

    #[must_use]
    pub fn has(&self, attr: AttrId) -> bool {
        self.raw(attr).is_some()
    }

    /// The attributes that have a value, in no particular order.
    pub fn attributes(&self) -> impl Iterator<Item = (AttrId, Value)> + '_ {
        (0..self.count()).filter_map(|at| {
            let (attr, offset) = self.entry(at)?;
            Some((attr, Reader::new(self.body.get(offset..)?).value().ok()?))
        })
    }

    /// The same object with some attributes set (`Some`) or cleared (`None`), as of a later commit.
    #[must_use]
    pub fn with(&self, usn: Usn, edits: &[(AttrId, Option<Value>)]) -> Object {
        let mut fresh: Vec<(AttrId, Vec<u8>)> = Vec::new();
        for (attr, value) in edits {
            if let Some(value) = value {
                let mut bytes = Vec::new();
                put_value(&mut bytes, value);
                fresh.push((*attr, bytes));
            }
        }
        let kept = (0..self.count()).filter_map(|at| {
            let (attr, start) = self.entry(at)?;
            let end = self.entry(at + 1).map_or(self.body.len(), |(_, offset)| offset);
            let is_edited = edits.iter().any(|(edited, _)| *edited == attr);
            if is_edited { None } else { Some((attr, self.body.get(start..end)?)) }
        });
        let parts = kept.chain(fresh.iter().map(|(a, b)| (*a, b.as_slice()))).collect();
        Object { id: self.id, kind: self.kind, usn, body: assemble(parts) }
    }

    fn raw(&self, attr: AttrId) -> Option<RawValue<'_>> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low.midpoint(high);
            let (found, offset) = self.entry(middle)?;
            match found.cmp(&attr) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    return Some(RawValue(Reader::new(self.body.get(offset..)?)));
                }
            }
        }
        None
    }

    fn count(&self) -> usize {
        match self.body.first_chunk::<2>() {
            Some(bytes) => usize::from(u16::from_le_bytes(*bytes)),
            None => 0,
        }
    }

    fn entry(&self, at: usize) -> Option<(AttrId, usize)> {
        if at >= self.count() {
            return None;
        }
        let start = 2 + at * ENTRY;
        let name: [u8; 4] = self.body.get(start..start + 4)?.try_into().ok()?;
        let offset: [u8; 4] = self.body.get(start + 4..start + 8)?.try_into().ok()?;
        Some((crate::Name(u32::from_le_bytes(name)), usize::try_from(u32::from_le_bytes(offset)).ok()?))
    }
}

/// Lay out encoded attributes; of two with the same name the later wins. Values lie in the order of their entries.
fn assemble(mut parts: Vec<(AttrId, &[u8])>) -> Box<[u8]> {
    parts.reverse();
    parts.sort_by_key(|(attr, _)| *attr);
    parts.dedup_by_key(|(attr, _)| *attr);
    let count = u16::try_from(parts.len()).expect("a kind has fewer than 65,536 attributes");
    let values: usize = parts.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut body = Vec::with_capacity(2 + parts.len() * ENTRY + values);
    body.extend_from_slice(&count.to_le_bytes());
    let mut offset = 2 + parts.len() * ENTRY;
    for (attr, bytes) in &parts {
        body.extend_from_slice(&attr.0.to_le_bytes());
        body.extend_from_slice(&u32::try_from(offset).expect("an object is smaller than 4 GiB").to_le_bytes());
        offset += bytes.len();
    }
    parts.iter().for_each(|(_, bytes)| body.extend_from_slice(bytes));
    body.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Attr<str> = Attr::new("displayName");
    const ENABLED: Attr<bool> = Attr::new("accountEnabled");
    const TAGS: Attr<[String]> = Attr::new("tags");

    #[test]
    fn an_object_keeps_replaces_and_clears_attributes() {
        let first = Object::pack(
            Id::from_u128(1),
            KindId::of("user"),
            1,
            &[(NAME.id, "A".into()), (ENABLED.id, true.into()), (TAGS.id, ["x", "y"].into())],
        );
        assert_eq!((first.get(NAME), first.is(ENABLED)), (Some("A"), true));
        assert_eq!(first.get(TAGS), Some(vec!["x", "y"]));
        let second = first.with(2, &[(NAME.id, Some("B".into())), (ENABLED.id, None)]);
        assert_eq!((second.get(NAME), second.get(ENABLED), second.usn), (Some("B"), None, 2));
        assert_eq!(second.get(TAGS), Some(vec!["x", "y"]));
        assert_eq!(second.attributes().count(), 2);
        let stored = Object::from_bytes(second.id, second.kind, 2, second.bytes().to_vec());
        assert_eq!(stored.as_ref(), Ok(&second));
    }

    #[test]
    fn altered_bodies_are_refused_or_read_without_panic() {
        let object = Object::pack(Id::from_u128(1), KindId::of("user"), 1, &[(NAME.id, "A".into())]);
        for at in 0..object.bytes().len() {
            let mut bytes = object.bytes().to_vec();
            bytes[at] ^= 0xff;
            if let Ok(read) = Object::from_bytes(object.id, object.kind, 1, bytes) {
                let _ = (read.get(NAME), read.attributes().count());
            }
        }
    }
}
