//! accessPackage: access to several resources that is asked for, approved and taken away together.

use directory::{Attr, Kind, LinkDef, LinkId};

use crate::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use crate::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use crate::access_package_resource_role_scope::ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE;
use crate::group::GROUP;
pub use crate::keys::{
    CATALOG, CATALOG_ID, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, MODIFIED_DATE_TIME, UNIQUE_NAME,
};

pub const IS_HIDDEN: Attr<bool> = Attr::new("isHidden");
pub const IS_ROLE_SCOPES_VISIBLE: Attr<bool> = Attr::new("isRoleScopesVisible");
pub const RESOURCE_ROLE_SCOPES: LinkId = LinkId::of("resourceRoleScopes");
pub const INCOMPATIBLE_ACCESS_PACKAGES: LinkId = LinkId::of("incompatibleAccessPackages");
pub const INCOMPATIBLE_GROUPS: LinkId = LinkId::of("incompatibleGroups");

pub static ACCESS_PACKAGE: Kind = Kind::new(
    "accessPackage",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().ordered(),
        IS_HIDDEN.def(),
        MODIFIED_DATE_TIME.def().system(),
        CATALOG_ID.def().equal().on_select(),
        IS_ROLE_SCOPES_VISIBLE.def().on_select(),
        UNIQUE_NAME.def().unique().on_select(),
    ],
    &[
        LinkDef::one("catalog", &ACCESS_PACKAGE_CATALOG),
        LinkDef::back("assignmentPolicies", "accessPackage", &ACCESS_PACKAGE_ASSIGNMENT_POLICY),
        LinkDef::contained("resourceRoleScopes", &ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE),
        LinkDef::many("incompatibleAccessPackages", &ACCESS_PACKAGE),
        LinkDef::back("accessPackagesIncompatibleWith", "incompatibleAccessPackages", &ACCESS_PACKAGE),
        LinkDef::many("incompatibleGroups", &GROUP),
    ],
)
.keyed_by(&["uniqueName"]);
