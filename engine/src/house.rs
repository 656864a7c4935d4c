//! The house: the model, the rooms and the gate, wired once by the server and the same for every tenant.

use std::sync::Arc;

use directory::{Action, Gate, Kind, Model, Own, Reaction, Room};

/// Everything an engine needs to know about the product, as data.
pub struct House {
    pub model: Arc<Model>,
    pub rooms: &'static [&'static Room],
    pub gate: Arc<dyn Gate>,
    /// What belongs to which reaction; derived from the rooms.
    pub(crate) owned: Vec<(&'static str, Own)>,
}

impl House {
    #[must_use]
    pub fn new(model: Arc<Model>, rooms: &'static [&'static Room], gate: Arc<dyn Gate>) -> House {
        let owned = rooms
            .iter()
            .flat_map(|room| room.reactions)
            .flat_map(|reaction| reaction.owns.iter().map(|own| (reaction.name, *own)))
            .collect();
        House { model, rooms, gate, owned }
    }

    pub fn reactions(&self) -> impl Iterator<Item = &'static Reaction> + '_ {
        self.rooms.iter().flat_map(|room| room.reactions)
    }

    /// The action of a name that is bound to a kind or to one it inherits from; names ignore case.
    #[must_use]
    pub fn action(&self, kind: &'static Kind, name: &str, on_collection: bool) -> Option<&'static Action> {
        self.rooms.iter().flat_map(|room| room.actions).find(|action| {
            action.on_collection == on_collection && action.name.eq_ignore_ascii_case(name) && kind.is_a(action.on)
        })
    }
}
