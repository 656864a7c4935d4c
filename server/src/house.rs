//! The wiring: which rooms there are, who guards the gate, and how sign-in asks Conditional Access.

use std::sync::Arc;

use directory::Room;
use engine::House;

/// Every room. The one list.
pub static ROOMS: &[&Room] = &[
    &identity::ROOM,
    &signin::ROOM,
    &access::ROOM,
    &governance::ROOM,
    &provisioning::ROOM,
    &devices::ROOM,
    &apps::ROOM,
];

/// The house that every tenant's engine works in.
#[must_use]
pub fn house() -> Arc<House> {
    Arc::new(House::new(Arc::new(schema::model()), ROOMS, Arc::new(access::Gate::new())))
}
