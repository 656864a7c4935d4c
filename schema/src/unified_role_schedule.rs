//! unifiedRoleScheduleBase: what schedules of roles and their instances have in common.
//!
//! A schedule is what was decided; an instance is a span of time in which it holds.

use directory::{Attr, EnumDef, Kind, LinkDef, RecordDef, Time};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    APP_SCOPE_ID, CREATED_DATE_TIME, DIRECTORY_SCOPE, DIRECTORY_SCOPE_ID, MODIFIED_DATE_TIME, PRINCIPAL, PRINCIPAL_ID,
    ROLE_DEFINITION, ROLE_DEFINITION_ID, STATUS,
};
use crate::shape::{field, members, shape};
use crate::unified_role_definition::UNIFIED_ROLE_DEFINITION;

pub const CREATED_USING: Attr<str> = Attr::new("createdUsing");
pub const SCHEDULE_STARTS: Attr<Time> = Attr::new("scheduleStartDateTime");
pub const SCHEDULE_ENDS: Attr<Time> = Attr::new("scheduleEndDateTime");

/// What was decided.
pub static UNIFIED_ROLE_SCHEDULE_BASE: Kind = Kind::new(
    "unifiedRoleScheduleBase",
    &[
        APP_SCOPE_ID.def().system(),
        CREATED_DATE_TIME.def().system(),
        CREATED_USING.def().system(),
        DIRECTORY_SCOPE_ID.def().system().equal(),
        MODIFIED_DATE_TIME.def().system(),
        PRINCIPAL_ID.def().system().required().equal(),
        ROLE_DEFINITION_ID.def().system().required().equal(),
        STATUS.def().system().equal(),
        // Castellan's own: the start that `scheduleInfo` gives, where the clock finds it.
        SCHEDULE_STARTS.def().ordered().secret(),
        // Castellan's own: the end that `scheduleInfo` gives, where the clock finds it.
        SCHEDULE_ENDS.def().ordered().secret(),
    ],
    &[
        LinkDef::one("principal", &DIRECTORY_OBJECT).system(),
        LinkDef::one("roleDefinition", &UNIFIED_ROLE_DEFINITION).system(),
        LinkDef::one("directoryScope", &DIRECTORY_OBJECT).system(),
    ],
)
.abstract_kind();

/// A span of time in which it holds.
pub static UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE: Kind = Kind::new(
    "unifiedRoleScheduleInstanceBase",
    &[
        APP_SCOPE_ID.def().system(),
        DIRECTORY_SCOPE_ID.def().system().equal(),
        PRINCIPAL_ID.def().system().required().equal(),
        ROLE_DEFINITION_ID.def().system().required().equal(),
    ],
    &[
        LinkDef::one("principal", &DIRECTORY_OBJECT).system(),
        LinkDef::one("roleDefinition", &UNIFIED_ROLE_DEFINITION).system(),
        LinkDef::one("directoryScope", &DIRECTORY_OBJECT).system(),
    ],
)
.abstract_kind();

pub static TICKET_INFO_RECORD: RecordDef = shape(
    "ticketInfo",
    &[
        field::text("ticketNumber"),
        field::text("ticketSystem"),
        field::text("ticketApproverIdentityId"),
        field::text("ticketSubmitterIdentityId"),
    ],
);

pub static UNIFIED_ROLE_SCHEDULE_REQUEST_ACTIONS_VALUES: EnumDef = members(
    "unifiedRoleScheduleRequestActions",
    &[
        "adminAssign",
        "adminUpdate",
        "adminRemove",
        "selfActivate",
        "selfDeactivate",
        "adminExtend",
        "adminRenew",
        "selfExtend",
        "selfRenew",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&TICKET_INFO_RECORD];
