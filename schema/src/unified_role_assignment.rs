//! unifiedRoleAssignment: that somebody holds a role now, over the whole directory or a part of it.

use directory::{Attr, Id, Kind, LinkDef};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    APP_SCOPE_ID, DIRECTORY_SCOPE, DIRECTORY_SCOPE_ID, PRINCIPAL, PRINCIPAL_ID, ROLE_DEFINITION, ROLE_DEFINITION_ID,
};
use crate::unified_role_definition::UNIFIED_ROLE_DEFINITION;

pub const CONDITION: Attr<str> = Attr::new("condition");
pub const PRINCIPAL_ORGANIZATION_ID: Attr<str> = Attr::new("principalOrganizationId");
pub const RESOURCE_SCOPE: Attr<str> = Attr::new("resourceScope");
pub const ASSIGNED_BY_SCHEDULE: Attr<Id> = Attr::new("assignedByScheduleId");

pub static UNIFIED_ROLE_ASSIGNMENT: Kind = Kind::new(
    "unifiedRoleAssignment",
    &[
        APP_SCOPE_ID.def().on_create(),
        CONDITION.def(),
        DIRECTORY_SCOPE_ID.def().on_create().equal(),
        PRINCIPAL_ID.def().required().on_create().equal(),
        PRINCIPAL_ORGANIZATION_ID.def().system(),
        ROLE_DEFINITION_ID.def().required().on_create().equal(),
        RESOURCE_SCOPE.def().on_select(),
        // Castellan's own: the schedule it follows from; absent when somebody assigned it.
        ASSIGNED_BY_SCHEDULE.def().equal().secret().owned_by("privileged-access"),
    ],
    &[
        LinkDef::one("principal", &DIRECTORY_OBJECT).system(),
        LinkDef::one("roleDefinition", &UNIFIED_ROLE_DEFINITION).system(),
        LinkDef::one("directoryScope", &DIRECTORY_OBJECT).system(),
    ],
);
