//! unifiedRoleDefinition: what holders of a role may do.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, IS_ENABLED, TEMPLATE_ID};
use crate::shape::{field, flags, shape};

pub const IS_BUILT_IN: Attr<bool> = Attr::new("isBuiltIn");
pub const RESOURCE_SCOPES: Attr<[String]> = Attr::new("resourceScopes");
pub const ROLE_PERMISSIONS: Attr<[Record]> = Attr::new("rolePermissions");
pub const VERSION: Attr<str> = Attr::new("version");
pub const ALLOWED_PRINCIPAL_TYPES: Attr<str> = Attr::new("allowedPrincipalTypes");
pub const IS_PRIVILEGED: Attr<bool> = Attr::new("isPrivileged");

pub static UNIFIED_ROLE_DEFINITION: Kind = Kind::new(
    "unifiedRoleDefinition",
    &[
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        IS_BUILT_IN.def().system(),
        IS_ENABLED.def().required(),
        RESOURCE_SCOPES.def(),
        ROLE_PERMISSIONS.def().of(Type::Record(&UNIFIED_ROLE_PERMISSION_RECORD)).required(),
        TEMPLATE_ID.def().on_create().equal(),
        VERSION.def(),
        ALLOWED_PRINCIPAL_TYPES.def().of(Type::Enum(&ALLOWED_ROLE_PRINCIPAL_TYPES_VALUES)).on_select(),
        IS_PRIVILEGED.def().system().on_select(),
    ],
    &[],
);

pub static UNIFIED_ROLE_PERMISSION_RECORD: RecordDef = shape(
    "unifiedRolePermission",
    &[field::texts("allowedResourceActions"), field::text("condition"), field::texts("excludedResourceActions")],
);

pub static ALLOWED_ROLE_PRINCIPAL_TYPES_VALUES: EnumDef =
    flags("allowedRolePrincipalTypes", &["user", "servicePrincipal", "group", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[&UNIFIED_ROLE_PERMISSION_RECORD];
