//! directoryRoleTemplate: a built-in role, whether or not it is in use.

use directory::Kind;

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{DESCRIPTION, DISPLAY_NAME};

pub static DIRECTORY_ROLE_TEMPLATE: Kind =
    Kind::new("directoryRoleTemplate", &[DESCRIPTION.def().system(), DISPLAY_NAME.def().system()], &[])
        .under(&DIRECTORY_OBJECT);
