//! When objects of a kind last changed, told by identity and not by time: where a kind has the same stamp in two snapshots,
//! they hold the same objects of it. Deliberately absent: links.

use std::sync::Arc;

use imbl::OrdMap;

use crate::KindId;

#[derive(Clone, Default)]
pub(crate) struct Stamps {
    /// Of every kind that has none of its own: nothing changed since the directory was loaded.
    loaded: Arc<()>,
    changed: OrdMap<KindId, Arc<()>>,
}

impl Stamps {
    /// An object of this kind changes.
    pub(crate) fn touch(&mut self, kind: KindId) {
        self.changed.insert(kind, Arc::new(()));
    }

    pub(crate) fn is_same(&self, other: &Stamps, kind: KindId) -> bool {
        Arc::ptr_eq(self.of(kind), other.of(kind))
    }

    fn of(&self, kind: KindId) -> &Arc<()> {
        self.changed.get(&kind).unwrap_or(&self.loaded)
    }
}
