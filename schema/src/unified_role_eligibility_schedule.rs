//! unifiedRoleEligibilitySchedule: that somebody may activate a role; its requests and instances.

use directory::{Attr, Kind, LinkDef, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    ACTION, APP_SCOPE_ID, DIRECTORY_SCOPE, DIRECTORY_SCOPE_ID, END_DATE_TIME, IS_VALIDATION_ONLY, JUSTIFICATION,
    MEMBER_TYPE, PRINCIPAL, PRINCIPAL_ID, ROLE_DEFINITION, ROLE_DEFINITION_ID, SCHEDULE_INFO, START_DATE_TIME,
    TARGET_SCHEDULE, TARGET_SCHEDULE_ID, TICKET_INFO,
};
use crate::request::REQUEST;
use crate::schedule::REQUEST_SCHEDULE_RECORD;
use crate::unified_role_definition::UNIFIED_ROLE_DEFINITION;
use crate::unified_role_schedule::{
    TICKET_INFO_RECORD, UNIFIED_ROLE_SCHEDULE_BASE, UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE,
    UNIFIED_ROLE_SCHEDULE_REQUEST_ACTIONS_VALUES,
};

pub const ROLE_ELIGIBILITY_SCHEDULE_ID: Attr<str> = Attr::new("roleEligibilityScheduleId");

/// That somebody may activate a role.
pub static UNIFIED_ROLE_ELIGIBILITY_SCHEDULE: Kind = Kind::new(
    "unifiedRoleEligibilitySchedule",
    &[MEMBER_TYPE.def().system(), SCHEDULE_INFO.def().of(Type::Record(&REQUEST_SCHEDULE_RECORD)).system()],
    &[],
)
.under(&UNIFIED_ROLE_SCHEDULE_BASE);

/// That they may do so now.
pub static UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE: Kind = Kind::new(
    "unifiedRoleEligibilityScheduleInstance",
    &[
        END_DATE_TIME.def().system().ordered(),
        MEMBER_TYPE.def().system(),
        ROLE_ELIGIBILITY_SCHEDULE_ID.def().system().equal(),
        START_DATE_TIME.def().system().ordered(),
    ],
    &[],
)
.under(&UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE);

/// A request to make, change or end it.
pub static UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST: Kind = Kind::new(
    "unifiedRoleEligibilityScheduleRequest",
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
        LinkDef::one("targetSchedule", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE).system(),
    ],
)
.under(&REQUEST);
