//! The one way to look: a snapshot seen through the gate. A caller of another tenant sees nothing, whatever the gate would say.

use directory::{Act, Caller, Id, Kind, Object, Refusal, Snapshot, TenantId, Time, Verb};
use std::sync::Arc;

use crate::house::House;

/// The directory as one caller may see it.
pub struct View {
    pub(crate) tenant: TenantId,
    pub(crate) snapshot: Snapshot,
    pub(crate) caller: Caller,
    pub(crate) house: Arc<House>,
    pub(crate) at: Time,
}

impl View {
    /// Another directory, a fork of this one, as the same caller may see it.
    #[must_use]
    pub fn of(self, fork: Snapshot) -> View {
        View { snapshot: fork, ..self }
    }

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
        self.allow(&Act { verb: Verb::Read, kind, target: None, changes: &[] })
    }

    /// Whether the caller may make objects of this kind at all.
    pub fn may_create(&self, kind: &'static Kind) -> Result<(), Refusal> {
        self.allow(&Act { verb: Verb::Create, kind, target: None, changes: &[] })
    }

    /// Whether the caller may read this object.
    pub fn may_read_one(&self, object: &Object) -> Result<(), Refusal> {
        let kind = self.snapshot.kind_of(object);
        self.allow(&Act { verb: Verb::Read, kind, target: Some(object), changes: &[] })
    }

    #[must_use]
    pub fn sees(&self, object: &Object) -> bool {
        self.is_at_home() && self.house.gate.sees(&self.snapshot, &self.caller, object)
    }

    /// Whether the caller sees every object of a kind: then none needs to be asked about by itself.
    #[must_use]
    pub fn sees_all(&self, kind: &'static Kind) -> bool {
        self.is_at_home() && self.house.gate.sees_all(&self.snapshot, &self.caller, kind)
    }

    #[must_use]
    pub fn find(&self, id: Id) -> Option<&Object> {
        self.snapshot.find(id).filter(|object| self.sees(object))
    }

    /// An object; what cannot be seen answers as if absent.
    pub fn get(&self, id: Id) -> Result<&Object, Refusal> {
        self.find(id).ok_or_else(|| Refusal::not_found(id))
    }

    fn is_at_home(&self) -> bool {
        self.caller.tenant == self.tenant
    }

    fn allow(&self, act: &Act<'_>) -> Result<(), Refusal> {
        if !self.is_at_home() {
            return Err(Refusal::denied("the caller belongs to another organization"));
        }
        self.house.gate.allow(&self.snapshot, &self.caller, act)
    }
}
