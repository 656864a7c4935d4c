//! deviceCompliancePolicy: what a device must be like to count as compliant, and what happens when it is not.
//!
//! The requirements stand in the kinds for each platform.

use directory::{EnumDef, Kind, LinkDef, RecordDef, Type};

use crate::assignment::{DEVICE_COMPLIANCE_POLICY_ASSIGNMENT, DEVICE_COMPLIANCE_POLICY_ASSIGNMENT_RECORD};
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME, ROLE_SCOPE_TAG_IDS,
    SCHEDULED_ACTIONS_FOR_RULE, VERSION,
};
use crate::shape::{ENTITY_RECORD, field, item, members, shape, under};

pub static DEVICE_COMPLIANCE_POLICY: Kind = Kind::new(
    "deviceCompliancePolicy",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        VERSION.def().system(),
        ROLE_SCOPE_TAG_IDS.def().on_select(),
        ASSIGNMENTS.def().of(Type::Record(&DEVICE_COMPLIANCE_POLICY_ASSIGNMENT_RECORD)).on_select(),
        SCHEDULED_ACTIONS_FOR_RULE
            .def()
            .of(Type::Record(&DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD))
            .on_select(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &DEVICE_COMPLIANCE_POLICY_ASSIGNMENT),
        LinkDef::records(
            "scheduledActionsForRule",
            "scheduledActionsForRule",
            &DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE,
        ),
    ],
)
.abstract_kind();

/// What follows when a device is not compliant.
pub static DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE: Kind = item(
    &DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD,
    &[LinkDef::records(
        "scheduledActionConfigurations",
        "scheduledActionConfigurations",
        &DEVICE_COMPLIANCE_ACTION_ITEM,
    )],
);

/// One consequence, and after how many hours.
pub static DEVICE_COMPLIANCE_ACTION_ITEM: Kind = item(&DEVICE_COMPLIANCE_ACTION_ITEM_RECORD, &[]);

pub static DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceComplianceScheduledActionForRule",
        &[
            field::text("ruleName"),
            field::records("scheduledActionConfigurations", &DEVICE_COMPLIANCE_ACTION_ITEM_RECORD),
        ],
    ),
);

pub static DEVICE_COMPLIANCE_ACTION_ITEM_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceComplianceActionItem",
        &[
            field::choice("actionType", &DEVICE_COMPLIANCE_ACTION_TYPE_VALUES),
            field::int("gracePeriodHours"),
            field::texts("notificationMessageCCList"),
            field::text("notificationTemplateId"),
        ],
    ),
);

pub static DEVICE_COMPLIANCE_ACTION_TYPE_VALUES: EnumDef = members(
    "deviceComplianceActionType",
    &[
        "noAction",
        "notification",
        "block",
        "retire",
        "wipe",
        "removeResourceAccessProfiles",
        "pushNotification",
        "remoteLock",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD, &DEVICE_COMPLIANCE_ACTION_ITEM_RECORD];
