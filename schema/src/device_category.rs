//! deviceCategory: a sort of device that the organisation distinguishes.

use directory::Kind;

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, ROLE_SCOPE_TAG_IDS};

pub static DEVICE_CATEGORY: Kind = Kind::new(
    "deviceCategory",
    &[DESCRIPTION.def(), DISPLAY_NAME.def().required().equal(), ROLE_SCOPE_TAG_IDS.def().on_select()],
    &[],
);
