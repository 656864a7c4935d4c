//! unifiedRoleAssignmentSchedule: that somebody holds a role for a time; its requests and instances.
//!
//! An activation is a request for one of these.

use directory::{Attr, Kind, LinkDef, LinkId, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    ACTION, APP_SCOPE_ID, DIRECTORY_SCOPE, DIRECTORY_SCOPE_ID, END_DATE_TIME, IS_VALIDATION_ONLY, JUSTIFICATION,
    MEMBER_TYPE, PRINCIPAL, PRINCIPAL_ID, ROLE_DEFINITION, ROLE_DEFINITION_ID, SCHEDULE_INFO, START_DATE_TIME,
    TARGET_SCHEDULE, TARGET_SCHEDULE_ID, TICKET_INFO,
};
use crate::request::REQUEST;
use crate::schedule::REQUEST_SCHEDULE_RECORD;
use crate::unified_role_definition::UNIFIED_ROLE_DEFINITION;
use crate::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
};
use crate::unified_role_schedule::{
    TICKET_INFO_RECORD, UNIFIED_ROLE_SCHEDULE_BASE, UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE,
    UNIFIED_ROLE_SCHEDULE_REQUEST_ACTIONS_VALUES,
};

pub const ASSIGNMENT_TYPE: Attr<str> = Attr::new("assignmentType");
pub const ROLE_ASSIGNMENT_ORIGIN_ID: Attr<str> = Attr::new("roleAssignmentOriginId");
pub const ROLE_ASSIGNMENT_SCHEDULE_ID: Attr<str> = Attr::new("roleAssignmentScheduleId");
pub const ACTIVATED_USING: LinkId = LinkId::of("activatedUsing");

/// That somebody holds a role for a time.
pub static UNIFIED_ROLE_ASSIGNMENT_SCHEDULE: Kind = Kind::new(
    "unifiedRoleAssignmentSchedule",
    &[
        ASSIGNMENT_TYPE.def().system(),
        MEMBER_TYPE.def().system(),
        SCHEDULE_INFO.def().of(Type::Record(&REQUEST_SCHEDULE_RECORD)).system(),
    ],
    &[LinkDef::one("activatedUsing", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE).system()],
)
.under(&UNIFIED_ROLE_SCHEDULE_BASE);

/// That they hold it now.
pub static UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE: Kind = Kind::new(
    "unifiedRoleAssignmentScheduleInstance",
    &[
        ASSIGNMENT_TYPE.def().system(),
        END_DATE_TIME.def().system().ordered(),
        MEMBER_TYPE.def().system(),
        ROLE_ASSIGNMENT_ORIGIN_ID.def().system(),
        ROLE_ASSIGNMENT_SCHEDULE_ID.def().system().equal(),
        START_DATE_TIME.def().system().ordered(),
    ],
    &[LinkDef::one("activatedUsing", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE).system()],
)
.under(&UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE);

/// A request to give, activate, change or end it.
pub static UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST: Kind = Kind::new(
    "unifiedRoleAssignmentScheduleRequest",
    &[
        ACTION.def().of(Type::Enum(&UNIFIED_ROLE_SCHEDULE_REQUEST_ACTIONS_VALUES)).required().on_create(),
        APP_SCOPE_ID.def(),
        DIRECTORY_SCOPE_ID.def(),
        IS_VALIDATION_ONLY.def(),
        JUSTIFICATION.def(),
        PRINCIPAL_ID.def().on_create().equal(),
        ROLE_DEFINITION_ID.def().on_create().equal(),
        SCHEDULE_INFO.def().of(Type::Record(&REQUEST_SCHEDULE_RECORD)),
        TARGET_SCHEDULE_ID.def(),
        TICKET_INFO.def().of(Type::Record(&TICKET_INFO_RECORD)),
    ],
    &[
        LinkDef::one("principal", &DIRECTORY_OBJECT).system(),
        LinkDef::one("roleDefinition", &UNIFIED_ROLE_DEFINITION).system(),
        LinkDef::one("directoryScope", &DIRECTORY_OBJECT).system(),
        LinkDef::one("targetSchedule", &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE).system(),
        LinkDef::one("activatedUsing", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE).system(),
    ],
)
.under(&REQUEST);
