//! Who: people, groups whose members are chosen by hand or by rule, and the licences that both give.
//!
//! Deliberately absent: how somebody proves who they are (that is `signin`), what they may do (`access`), and the generic
//! create, read, update and delete, which the schema gives every noun.

mod dynamic_membership;
mod fill;
mod group;
mod preview;
mod rule_names;
mod rules;
mod user;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod world;

use directory::Room;

pub use preview::{MembershipPreview, membership_preview};
pub use rule_names::{DEVICE_RULE, USER_RULE};

/// The room as data.
pub const ROOM: Room = Room {
    name: "identity",
    kinds: &[&schema::user::USER, &schema::group::GROUP, &schema::subscribed_sku::SUBSCRIBED_SKU],
    actions: &[preview::EVALUATE, preview::EVALUATE_RULE],
    checks: &[user::CHECK, group::CHECK],
    reactions: &[dynamic_membership::REACTION],
};
