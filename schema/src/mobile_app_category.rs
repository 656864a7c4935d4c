//! mobileAppCategory: a heading under which people find applications.

use directory::Kind;

pub use crate::keys::{DISPLAY_NAME, LAST_MODIFIED_DATE_TIME};

pub static MOBILE_APP_CATEGORY: Kind = Kind::new(
    "mobileAppCategory",
    &[DISPLAY_NAME.def().required().equal(), LAST_MODIFIED_DATE_TIME.def().system()],
    &[],
);
