//! Who: people, groups whose members are chosen by hand or by rule, and the licences that both give.
//!
//! Deliberately absent: how somebody proves who they are (that is `signin`), what they may do (`access`), and the generic
//! create, read, update and delete, which the schema gives every noun.

mod application;
mod assign_license;
mod branding;
mod dynamic_membership;
mod fill;
mod group;
mod licence;
mod licences;
mod preview;
mod rule_names;
mod rules;
mod sku;
mod user;
mod why;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod world;

use directory::Room;

pub use preview::{MembershipPreview, membership_preview};
pub use rule_names::{DEVICE_RULE, USER_RULE};
pub use why::{why_licence, why_member};

/// The room as data.
pub const ROOM: Room = Room {
    name: "identity",
    kinds: &[&schema::user::USER, &schema::group::GROUP, &schema::subscribed_sku::SUBSCRIBED_SKU],
    actions: &[
        assign_license::ON_USER,
        assign_license::ON_GROUP,
        assign_license::REPROCESS,
        preview::EVALUATE,
        preview::EVALUATE_RULE,
    ],
    checks: &[
        user::CHECK,
        group::CHECK,
        sku::CHECK,
        application::APPLICATIONS,
        application::PRINCIPALS,
        branding::CHECK,
        branding::LOCALIZATION,
    ],
    reactions: &[dynamic_membership::REACTION, licences::REACTION],
};
