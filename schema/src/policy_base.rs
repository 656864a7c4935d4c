//! policyBase and policyDeletableItem: what tenant-wide policies have in common.
//!
//! The first is a directory object; the second is not, but can be restored after it was deleted.

use directory::{DELETED, Kind};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{DESCRIPTION, DISPLAY_NAME};

/// A policy that is a directory object.
pub static POLICY_BASE: Kind =
    Kind::new("policyBase", &[DESCRIPTION.def(), DISPLAY_NAME.def()], &[]).under(&DIRECTORY_OBJECT).abstract_kind();

/// A policy that can be restored after it was deleted.
pub static POLICY_DELETABLE_ITEM: Kind =
    Kind::new("policyDeletableItem", &[DELETED.def().system()], &[]).abstract_kind();
