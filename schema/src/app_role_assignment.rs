//! appRoleAssignment: that a user, group or service principal has a role in an application.

use directory::{Attr, Id, Kind, LinkDef};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{CREATED_DATE_TIME, PRINCIPAL, RESOURCE_LINK};
use crate::service_principal::SERVICE_PRINCIPAL;

pub const APP_ROLE_ID: Attr<Id> = Attr::new("appRoleId");
pub const PRINCIPAL_DISPLAY_NAME: Attr<str> = Attr::new("principalDisplayName");
pub const PRINCIPAL_ID: Attr<Id> = Attr::new("principalId");
pub const PRINCIPAL_TYPE: Attr<str> = Attr::new("principalType");
pub const RESOURCE_DISPLAY_NAME: Attr<str> = Attr::new("resourceDisplayName");
pub const GIVEN_BY_PACKAGE: Attr<Id> = Attr::new("givenByPackageAssignmentId");
pub const RESOURCE_ID: Attr<Id> = Attr::new("resourceId");

pub static APP_ROLE_ASSIGNMENT: Kind = Kind::new(
    "appRoleAssignment",
    &[
        APP_ROLE_ID.def().required().on_create(),
        CREATED_DATE_TIME.def().system(),
        PRINCIPAL_DISPLAY_NAME.def().system(),
        PRINCIPAL_ID.def().required().on_create().equal(),
        PRINCIPAL_TYPE.def().system(),
        RESOURCE_DISPLAY_NAME.def().system(),
        RESOURCE_ID.def().required().on_create().equal(),
        // Castellan's own: the access package assignment it follows from; absent when somebody assigned it.
        GIVEN_BY_PACKAGE.def().equal().secret().owned_by("access-packages"),
    ],
    &[
        // Castellan's own: what `principalId` and `resourceId` say, as links.
        LinkDef::one("principal", &DIRECTORY_OBJECT).system(),
        LinkDef::one("resource", &SERVICE_PRINCIPAL).system(),
    ],
)
.under(&DIRECTORY_OBJECT);
