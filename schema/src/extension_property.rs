//! extensionProperty: an attribute that an application adds to a kind of directory object.

use directory::{Attr, Kind};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{APP_DISPLAY_NAME, NAME};

pub const DATA_TYPE: Attr<str> = Attr::new("dataType");
pub const IS_MULTI_VALUED: Attr<bool> = Attr::new("isMultiValued");
pub const IS_SYNCED_FROM_ON_PREMISES: Attr<bool> = Attr::new("isSyncedFromOnPremises");
pub const TARGET_OBJECTS: Attr<[String]> = Attr::new("targetObjects");

pub static EXTENSION_PROPERTY: Kind = Kind::new(
    "extensionProperty",
    &[
        APP_DISPLAY_NAME.def().system(),
        DATA_TYPE.def().required().on_create(),
        IS_MULTI_VALUED.def(),
        IS_SYNCED_FROM_ON_PREMISES.def().system(),
        NAME.def().required().on_create().equal(),
        TARGET_OBJECTS.def().required(),
    ],
    &[],
)
.under(&DIRECTORY_OBJECT);
