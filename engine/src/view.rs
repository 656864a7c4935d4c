//! The one way to look: a snapshot seen through the gate.

use directory::{Act, Caller, Id, Kind, Object, Refusal, Snapshot, Time, Verb};
use std::sync::Arc;

use crate::house::House;

/// The directory as one caller may see it.
pub struct View {
    pub(crate) snapshot: Snapshot,
    pub(crate) caller: Caller,
    pub(crate) house: Arc<House>,
    pub(crate) at: Time,
}

impl View {
    #[must_use]
    pub fn now(&self) -> &Snapshot {
        &self.snapshot
    }

    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    #[must_use]
    pub fn at(&self) -> Time {
        self.at
    }

    /// Whether the caller may read objects of this kind at all.
    pub fn may_read(&self, kind: &'static Kind) -> Result<(), Refusal> {
        let act = Act { verb: Verb::Read, kind, target: None, changes: &[] };
        self.house.gate.allow(&self.snapshot, &self.caller, &act)
    }

    /// Whether the caller may read this object.
    pub fn may_read_one(&self, object: &Object) -> Result<(), Refusal> {
        let kind = self.snapshot.kind_of(object);
        let act = Act { verb: Verb::Read, kind, target: Some(object), changes: &[] };
        self.house.gate.allow(&self.snapshot, &self.caller, &act)
    }

    #[must_use]
    pub fn sees(&self, object: &Object) -> bool {
        self.house.gate.sees(&self.snapshot, &self.caller, object)
    }

    #[must_use]
    pub fn find(&self, id: Id) -> Option<&Object> {
        self.snapshot.find(id).filter(|object| self.sees(object))
    }

    /// An object; what cannot be seen answers as if absent.
    pub fn get(&self, id: Id) -> Result<&Object, Refusal> {
        self.find(id).ok_or_else(|| Refusal::not_found(id))
    }
}
