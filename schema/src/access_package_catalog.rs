//! accessPackageCatalog: access packages and the resources they can give, administered together.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Type};

use crate::access_package::ACCESS_PACKAGE;
use crate::access_package_resource::ACCESS_PACKAGE_RESOURCE;
pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, MODIFIED_DATE_TIME, STATE, UNIQUE_NAME};
use crate::shape::members;

pub const CATALOG_TYPE: Attr<str> = Attr::new("catalogType");
pub const IS_EXTERNALLY_VISIBLE: Attr<bool> = Attr::new("isExternallyVisible");
pub const PRIVILEGE_LEVEL: Attr<str> = Attr::new("privilegeLevel");
pub const RESOURCES: LinkId = LinkId::of("resources");

pub static ACCESS_PACKAGE_CATALOG: Kind = Kind::new(
    "accessPackageCatalog",
    &[
        CATALOG_TYPE.def().of(Type::Enum(&ACCESS_PACKAGE_CATALOG_TYPE_VALUES)),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().ordered(),
        IS_EXTERNALLY_VISIBLE.def(),
        MODIFIED_DATE_TIME.def().system(),
        STATE.def().of(Type::Enum(&ACCESS_PACKAGE_CATALOG_STATE_VALUES)),
        PRIVILEGE_LEVEL.def().of(Type::Enum(&PRIVILEGE_LEVEL_VALUES)).on_select(),
        UNIQUE_NAME.def().unique().on_select(),
    ],
    &[
        LinkDef::back("accessPackages", "catalog", &ACCESS_PACKAGE),
        LinkDef::contained("resources", &ACCESS_PACKAGE_RESOURCE),
    ],
)
.keyed_by(&["uniqueName"]);

pub static ACCESS_PACKAGE_CATALOG_TYPE_VALUES: EnumDef =
    members("accessPackageCatalogType", &["userManaged", "serviceDefault", "serviceManaged", "unknownFutureValue"]);

pub static ACCESS_PACKAGE_CATALOG_STATE_VALUES: EnumDef =
    members("accessPackageCatalogState", &["unpublished", "published", "unknownFutureValue"]);

pub static PRIVILEGE_LEVEL_VALUES: EnumDef =
    members("privilegeLevel", &["standard", "privileged", "unknownFutureValue"]);
