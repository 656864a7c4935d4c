//! deviceManagementScript and deviceShellScript: a script that devices run, once or every so often, and what came of it on each.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, RecordDef, Type};

use crate::assignment::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD;
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME, ROLE_SCOPE_TAG_IDS,
};
use crate::managed_device::MANAGED_DEVICE;
use crate::shape::{ENTITY_RECORD, choice, field, flag, int, item, members, shape, text, time, under};

pub const EXECUTION_FREQUENCY: Attr<str> = Attr::new("executionFrequency");
pub const RETRY_COUNT: Attr<i64> = Attr::new("retryCount");
pub const RUN_AS_ACCOUNT: Attr<str> = Attr::new("runAsAccount");
pub const SCRIPT_CONTENT: Attr<[u8]> = Attr::new("scriptContent");
pub const DEVICE_RUN_STATES: LinkId = LinkId::of("deviceRunStates");
pub const MANAGED_DEVICE_LINK: LinkId = LinkId::of("managedDevice");

/// Run once, and again when it changes.
pub static DEVICE_MANAGEMENT_SCRIPT: Kind = Kind::new(
    "deviceManagementScript",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        flag("enforceSignatureCheck"),
        text("fileName"),
        LAST_MODIFIED_DATE_TIME.def().system(),
        ROLE_SCOPE_TAG_IDS.def(),
        flag("runAs32Bit"),
        RUN_AS_ACCOUNT.def().of(Type::Enum(&RUN_AS_ACCOUNT_TYPE_VALUES)),
        SCRIPT_CONTENT.def().on_select(),
        ASSIGNMENTS.def().of(Type::Record(&DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT_RECORD)).on_select(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT),
        LinkDef::contained("deviceRunStates", &DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE).system(),
    ],
);

/// Run once or every so often, and again when it failed.
pub static DEVICE_SHELL_SCRIPT: Kind = Kind::new(
    "deviceShellScript",
    &[
        flag("blockExecutionNotifications"),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        EXECUTION_FREQUENCY.def().of(Type::Duration),
        text("fileName"),
        LAST_MODIFIED_DATE_TIME.def().system(),
        RETRY_COUNT.def(),
        ROLE_SCOPE_TAG_IDS.def(),
        RUN_AS_ACCOUNT.def().of(Type::Enum(&RUN_AS_ACCOUNT_TYPE_VALUES)),
        SCRIPT_CONTENT.def().on_select(),
        ASSIGNMENTS.def().of(Type::Record(&DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT_RECORD)).on_select(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT),
        LinkDef::contained("deviceRunStates", &DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE).system(),
    ],
);

/// What came of a script on one device.
pub static DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE: Kind = Kind::new(
    "deviceManagementScriptDeviceState",
    &[
        int("errorCode").system(),
        text("errorDescription").system(),
        time("lastStateUpdateDateTime").system(),
        text("resultMessage").system(),
        choice("runState", &RUN_STATE_VALUES).system(),
    ],
    &[LinkDef::one("managedDevice", &MANAGED_DEVICE).system()],
);

pub static DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT: Kind = item(&DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT_RECORD, &[]);

pub static DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceManagementScriptAssignment",
        &[field::record("target", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD)],
    ),
);

pub static RUN_AS_ACCOUNT_TYPE_VALUES: EnumDef = members("runAsAccountType", &["system", "user"]);

pub static RUN_STATE_VALUES: EnumDef =
    members("runState", &["unknown", "success", "fail", "scriptError", "pending", "notApplicable"]);

pub(crate) const RECORDS: &[&RecordDef] = &[&DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT_RECORD];
