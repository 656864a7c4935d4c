//! Indexes: from an attribute's value to the objects that have it. Text is compared ignoring case.

use imbl::OrdSet;

use crate::snapshot::Slot;
use crate::{AttrId, Index, Name, Object, Time, Value};

/// The declared indexes of one snapshot.
#[derive(Clone, Default)]
pub(crate) struct Indexes {
    /// (attribute, hash of the folded value, object): equality; a hit is verified against the object.
    equal: OrdSet<(AttrId, u64, Slot)>,
    /// (attribute, order-preserving key, object): equality, prefix and range.
    ordered: OrdSet<(AttrId, Box<[u8]>, Slot)>,
}

impl Indexes {
    pub(crate) fn insert(&mut self, attribute: AttrId, index: Index, value: &Value, slot: Slot) {
        for item in items(value) {
            match index {
                Index::None => {}
                Index::Equal | Index::Unique => drop(self.equal.insert((attribute, hash(&key(item)), slot))),
                Index::Ordered => drop(self.ordered.insert((attribute, key(item), slot))),
            }
        }
    }

    pub(crate) fn remove(&mut self, attribute: AttrId, index: Index, value: &Value, slot: Slot) {
        for item in items(value) {
            match index {
                Index::None => {}
                Index::Equal | Index::Unique => drop(self.equal.remove(&(attribute, hash(&key(item)), slot))),
                Index::Ordered => drop(self.ordered.remove(&(attribute, key(item), slot))),
            }
        }
    }

    /// Objects that may have this value; the caller verifies.
    pub(crate) fn equal(&self, attribute: AttrId, value: &Value) -> impl Iterator<Item = Slot> + '_ {
        let hash = hash(&key(value));
        self.equal.range((attribute, hash, Slot::MIN)..=(attribute, hash, Slot::MAX)).map(|(_, _, slot)| *slot)
    }

    /// Objects whose ordered key lies within bounds, in order.
    pub(crate) fn between(
        &self,
        attribute: AttrId,
        low: Box<[u8]>,
        high: Box<[u8]>,
    ) -> impl DoubleEndedIterator<Item = Slot> + '_ {
        self.ordered.range((attribute, low, Slot::MIN)..=(attribute, high, Slot::MAX)).map(|(_, _, slot)| *slot)
    }

    /// All objects that have a value, in its order, from a key on.
    pub(crate) fn in_order(&self, attribute: AttrId) -> impl DoubleEndedIterator<Item = Slot> + '_ {
        let low = (attribute, Box::default(), Slot::MIN);
        let high = (Name(attribute.0.saturating_add(1)), Box::default(), Slot::MIN);
        self.ordered.range(low..high).map(|(_, _, slot)| *slot)
    }
}

/// Whether an object has this value (or an item equal to it), as an index compares.
pub(crate) fn matches(object: &Object, attribute: AttrId, value: &Value) -> bool {
    let wanted = key(value);
    object.value(attribute).is_some_and(|found| items(&found).iter().any(|item| key(item) == wanted))
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        single => std::slice::from_ref(single),
    }
}

/// The key of a value: order-preserving bytes; text folded to lower case.
pub(crate) fn key(value: &Value) -> Box<[u8]> {
    match value {
        Value::Bool(b) => Box::new([u8::from(*b)]),
        Value::Int(i) => ordered_int(*i),
        Value::Time(Time(t)) => ordered_int(*t),
        Value::Text(t) => t.to_lowercase().into_bytes().into(),
        Value::Guid(g) => g.hyphenated().to_string().into_bytes().into(),
        Value::Bytes(b) => b.as_slice().into(),
        Value::Double(d) => d.to_bits().to_be_bytes().into(),
        Value::List(_) | Value::Record(_) => Box::default(),
    }
}

/// Eight bytes that sort as the number does.
fn ordered_int(i: i64) -> Box<[u8]> {
    ((i as u64) ^ (1 << 63)).to_be_bytes().into()
}

/// FNV-1a, 64 bits: a collision costs one comparison.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}
