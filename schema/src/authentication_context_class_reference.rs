//! authenticationContextClassReference: a name (`c1` to `c99`) by which an application asks for the policies of something
//! it guards.

use directory::{Attr, Kind};

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, ID};

/// Whether it is published: applications may show it to those who choose.
pub const IS_AVAILABLE: Attr<bool> = Attr::new("isAvailable");

pub static AUTHENTICATION_CONTEXT_CLASS_REFERENCE: Kind = Kind::new(
    "authenticationContextClassReference",
    &[
        ID.def().on_create().required().unique(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        IS_AVAILABLE.def(),
    ],
    &[],
);
