//! deviceHealthScript: a pair of scripts, one that looks whether something is wrong and one that puts it right; and what came of them
//! on each device.

use directory::{Attr, EnumDef, Kind, LinkDef, RecordDef, Type};

use crate::assignment::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD;
pub use crate::device_management_script::{DEVICE_RUN_STATES, MANAGED_DEVICE_LINK, RUN_AS_ACCOUNT};
use crate::device_management_script::{RUN_AS_ACCOUNT_TYPE_VALUES, RUN_STATE_VALUES};
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME, ROLE_SCOPE_TAG_IDS,
};
use crate::managed_device::MANAGED_DEVICE;
use crate::mobile_app::PUBLISHER;
use crate::shape::{
    ENTITY_RECORD, abstract_shape, choice, field, flag, item, members, records, shape, text, texts, time, under,
};

pub const DETECTION_SCRIPT_CONTENT: Attr<[u8]> = Attr::new("detectionScriptContent");
pub const REMEDIATION_SCRIPT_CONTENT: Attr<[u8]> = Attr::new("remediationScriptContent");

pub static DEVICE_HEALTH_SCRIPT: Kind = Kind::new(
    "deviceHealthScript",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DETECTION_SCRIPT_CONTENT.def().on_select(),
        records("detectionScriptParameters", &DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD),
        choice("deviceHealthScriptType", &DEVICE_HEALTH_SCRIPT_TYPE_VALUES),
        DISPLAY_NAME.def().required().equal(),
        flag("enforceSignatureCheck"),
        text("highestAvailableVersion").system(),
        flag("isGlobalScript").system(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        PUBLISHER.def(),
        REMEDIATION_SCRIPT_CONTENT.def().on_select(),
        records("remediationScriptParameters", &DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD),
        ROLE_SCOPE_TAG_IDS.def(),
        flag("runAs32Bit"),
        RUN_AS_ACCOUNT.def().of(Type::Enum(&RUN_AS_ACCOUNT_TYPE_VALUES)),
        text("version").system(),
        ASSIGNMENTS.def().of(Type::Record(&DEVICE_HEALTH_SCRIPT_ASSIGNMENT_RECORD)).on_select(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &DEVICE_HEALTH_SCRIPT_ASSIGNMENT),
        LinkDef::contained("deviceRunStates", &DEVICE_HEALTH_SCRIPT_DEVICE_STATE).system(),
    ],
);

/// What came of the pair on one device.
pub static DEVICE_HEALTH_SCRIPT_DEVICE_STATE: Kind = Kind::new(
    "deviceHealthScriptDeviceState",
    &[
        texts("assignmentFilterIds").system(),
        choice("detectionState", &RUN_STATE_VALUES).system(),
        time("expectedStateUpdateDateTime").system(),
        time("lastStateUpdateDateTime").system(),
        time("lastSyncDateTime").system(),
        text("postRemediationDetectionScriptError").system(),
        text("postRemediationDetectionScriptOutput").system(),
        text("preRemediationDetectionScriptError").system(),
        text("preRemediationDetectionScriptOutput").system(),
        text("remediationScriptError").system(),
        choice("remediationState", &REMEDIATION_STATE_VALUES).system(),
    ],
    &[LinkDef::one("managedDevice", &MANAGED_DEVICE).system()],
);

pub static DEVICE_HEALTH_SCRIPT_ASSIGNMENT: Kind = item(&DEVICE_HEALTH_SCRIPT_ASSIGNMENT_RECORD, &[]);

pub static DEVICE_HEALTH_SCRIPT_ASSIGNMENT_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceHealthScriptAssignment",
        &[
            field::flag("runRemediationScript"),
            field::record("runSchedule", &DEVICE_HEALTH_SCRIPT_RUN_SCHEDULE_RECORD),
            field::record("target", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD),
        ],
    ),
);

pub static DEVICE_HEALTH_SCRIPT_RUN_SCHEDULE_RECORD: RecordDef =
    abstract_shape(shape("deviceHealthScriptRunSchedule", &[field::int("interval")]));

pub static DEVICE_HEALTH_SCRIPT_TIME_SCHEDULE_RECORD: RecordDef = abstract_shape(under(
    &DEVICE_HEALTH_SCRIPT_RUN_SCHEDULE_RECORD,
    shape("deviceHealthScriptTimeSchedule", &[field::time_of_day("time"), field::flag("useUtc")]),
));

pub static DEVICE_HEALTH_SCRIPT_DAILY_SCHEDULE_RECORD: RecordDef =
    under(&DEVICE_HEALTH_SCRIPT_TIME_SCHEDULE_RECORD, shape("deviceHealthScriptDailySchedule", &[]));

pub static DEVICE_HEALTH_SCRIPT_RUN_ONCE_SCHEDULE_RECORD: RecordDef = under(
    &DEVICE_HEALTH_SCRIPT_TIME_SCHEDULE_RECORD,
    shape("deviceHealthScriptRunOnceSchedule", &[field::date("date")]),
);

pub static DEVICE_HEALTH_SCRIPT_HOURLY_SCHEDULE_RECORD: RecordDef =
    under(&DEVICE_HEALTH_SCRIPT_RUN_SCHEDULE_RECORD, shape("deviceHealthScriptHourlySchedule", &[]));

pub static DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD: RecordDef = abstract_shape(shape(
    "deviceHealthScriptParameter",
    &[
        field::flag("applyDefaultValueWhenNotAssigned"),
        field::text("description"),
        field::flag("isRequired"),
        field::text("name"),
    ],
));

pub static DEVICE_HEALTH_SCRIPT_BOOLEAN_PARAMETER_RECORD: RecordDef = under(
    &DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD,
    shape("deviceHealthScriptBooleanParameter", &[field::flag("defaultValue")]),
);

pub static DEVICE_HEALTH_SCRIPT_INTEGER_PARAMETER_RECORD: RecordDef = under(
    &DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD,
    shape("deviceHealthScriptIntegerParameter", &[field::int("defaultValue")]),
);

pub static DEVICE_HEALTH_SCRIPT_STRING_PARAMETER_RECORD: RecordDef = under(
    &DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD,
    shape("deviceHealthScriptStringParameter", &[field::text("defaultValue")]),
);

pub static DEVICE_HEALTH_SCRIPT_TYPE_VALUES: EnumDef =
    members("deviceHealthScriptType", &["deviceHealthScript", "managedInstallerScript"]);

pub static REMEDIATION_STATE_VALUES: EnumDef = members(
    "remediationState",
    &["unknown", "skipped", "success", "remediationFailed", "scriptError", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &DEVICE_HEALTH_SCRIPT_ASSIGNMENT_RECORD,
    &DEVICE_HEALTH_SCRIPT_RUN_SCHEDULE_RECORD,
    &DEVICE_HEALTH_SCRIPT_TIME_SCHEDULE_RECORD,
    &DEVICE_HEALTH_SCRIPT_DAILY_SCHEDULE_RECORD,
    &DEVICE_HEALTH_SCRIPT_RUN_ONCE_SCHEDULE_RECORD,
    &DEVICE_HEALTH_SCRIPT_HOURLY_SCHEDULE_RECORD,
    &DEVICE_HEALTH_SCRIPT_PARAMETER_RECORD,
    &DEVICE_HEALTH_SCRIPT_BOOLEAN_PARAMETER_RECORD,
    &DEVICE_HEALTH_SCRIPT_INTEGER_PARAMETER_RECORD,
    &DEVICE_HEALTH_SCRIPT_STRING_PARAMETER_RECORD,
];
