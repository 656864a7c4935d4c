//! directoryRole: a built-in role that is in use, with its members. The older sight of role assignments.

use directory::{Attr, Kind, LinkDef};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, MEMBERS};

pub const ROLE_TEMPLATE_ID: Attr<str> = Attr::new("roleTemplateId");

pub static DIRECTORY_ROLE: Kind = Kind::new(
    "directoryRole",
    &[
        DESCRIPTION.def().system(),
        DISPLAY_NAME.def().system().equal(),
        ROLE_TEMPLATE_ID.def().required().on_create().unique(),
    ],
    &[LinkDef::many("members", &DIRECTORY_OBJECT)],
)
.under(&DIRECTORY_OBJECT)
.keyed_by(&["roleTemplateId"]);
