//! accessPackageResourceRoleScope: one role in one resource that an access package gives.

use directory::{Attr, Kind, LinkDef, Record, Type};

use crate::access_package_resource::{
    ACCESS_PACKAGE_RESOURCE_ROLE, ACCESS_PACKAGE_RESOURCE_ROLE_RECORD, ACCESS_PACKAGE_RESOURCE_SCOPE,
    ACCESS_PACKAGE_RESOURCE_SCOPE_RECORD,
};
pub use crate::keys::{CREATED_DATE_TIME, MODIFIED_DATE_TIME};

pub const ROLE: Attr<Record> = Attr::new("role");
pub const SCOPE: Attr<Record> = Attr::new("scope");

pub static ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE: Kind = Kind::new(
    "accessPackageResourceRoleScope",
    &[
        CREATED_DATE_TIME.def().system(),
        MODIFIED_DATE_TIME.def().system().on_select(),
        ROLE.def().of(Type::Record(&ACCESS_PACKAGE_RESOURCE_ROLE_RECORD)).required().on_create().on_select(),
        SCOPE.def().of(Type::Record(&ACCESS_PACKAGE_RESOURCE_SCOPE_RECORD)).required().on_create().on_select(),
    ],
    &[
        LinkDef::records("role", "role", &ACCESS_PACKAGE_RESOURCE_ROLE).single(),
        LinkDef::records("scope", "scope", &ACCESS_PACKAGE_RESOURCE_SCOPE).single(),
    ],
);
