//! deviceManagementCompliancePolicy: compliance requirements put together from settings; how Linux devices are judged.

use directory::{EnumDef, Kind, LinkDef, RecordDef, Type};

use crate::assignment::{
    DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT, DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD,
};
use crate::configuration_setting::{
    DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES, DEVICE_MANAGEMENT_CONFIGURATION_SETTING,
    DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD, DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES,
};
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, CREATION_SOURCE, DESCRIPTION, IS_ASSIGNED, LAST_MODIFIED_DATE_TIME, NAME,
    PLATFORMS, ROLE_SCOPE_TAG_IDS, SCHEDULED_ACTIONS_FOR_RULE, SETTING_COUNT, SETTINGS, TECHNOLOGIES,
};
use crate::shape::{ENTITY_RECORD, field, item, members, shape, under};

pub static DEVICE_MANAGEMENT_COMPLIANCE_POLICY: Kind = Kind::new(
    "deviceManagementCompliancePolicy",
    &[
        CREATED_DATE_TIME.def().system(),
        CREATION_SOURCE.def().system(),
        DESCRIPTION.def(),
        IS_ASSIGNED.def().system(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        NAME.def().required().equal(),
        PLATFORMS.def().of(Type::Enum(&DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES)).required(),
        ROLE_SCOPE_TAG_IDS.def(),
        SETTING_COUNT.def().system(),
        TECHNOLOGIES.def().of(Type::Enum(&DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES)),
        ASSIGNMENTS.def().of(Type::Record(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD)).on_select(),
        SCHEDULED_ACTIONS_FOR_RULE
            .def()
            .of(Type::Record(&DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD))
            .on_select(),
        SETTINGS.def().of(Type::Record(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD)).on_select(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT),
        LinkDef::records(
            "scheduledActionsForRule",
            "scheduledActionsForRule",
            &DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE,
        ),
        LinkDef::records("settings", "settings", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING),
    ],
);

/// What follows when a device is not compliant.
pub static DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE: Kind = item(
    &DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD,
    &[LinkDef::records(
        "scheduledActionConfigurations",
        "scheduledActionConfigurations",
        &DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM,
    )],
);

/// One consequence, and after how many hours.
pub static DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM: Kind = item(&DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM_RECORD, &[]);

pub static DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceManagementComplianceScheduledActionForRule",
        &[
            field::text("ruleName"),
            field::records("scheduledActionConfigurations", &DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM_RECORD),
        ],
    ),
);

pub static DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceManagementComplianceActionItem",
        &[
            field::choice("actionType", &DEVICE_MANAGEMENT_COMPLIANCE_ACTION_TYPE_VALUES),
            field::int("gracePeriodHours"),
            field::texts("notificationMessageCCList"),
            field::text("notificationTemplateId"),
        ],
    ),
);

pub static DEVICE_MANAGEMENT_COMPLIANCE_ACTION_TYPE_VALUES: EnumDef = members(
    "deviceManagementComplianceActionType",
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
    &[&DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE_RECORD, &DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM_RECORD];
