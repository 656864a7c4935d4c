//! deviceAndAppManagementAssignmentFilter: a rule over device properties that narrows an assignment.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

use crate::assignment::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER_TYPE_VALUES;
pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME};
use crate::shape::{field, members, shape};

pub const ASSIGNMENT_FILTER_MANAGEMENT_TYPE: Attr<str> = Attr::new("assignmentFilterManagementType");
pub const PAYLOADS: Attr<[Record]> = Attr::new("payloads");
pub const PLATFORM: Attr<str> = Attr::new("platform");
pub const ROLE_SCOPE_TAGS: Attr<[String]> = Attr::new("roleScopeTags");
pub const RULE: Attr<str> = Attr::new("rule");

pub static DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER: Kind = Kind::new(
    "deviceAndAppManagementAssignmentFilter",
    &[
        ASSIGNMENT_FILTER_MANAGEMENT_TYPE.def().of(Type::Enum(&ASSIGNMENT_FILTER_MANAGEMENT_TYPE_VALUES)),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        PAYLOADS.def().of(Type::Record(&PAYLOAD_BY_FILTER_RECORD)),
        PLATFORM.def().of(Type::Enum(&DEVICE_PLATFORM_TYPE_VALUES)).required(),
        ROLE_SCOPE_TAGS.def(),
        RULE.def().required(),
    ],
    &[],
);

pub static PAYLOAD_BY_FILTER_RECORD: RecordDef = shape(
    "payloadByFilter",
    &[
        field::choice("assignmentFilterType", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER_TYPE_VALUES),
        field::text("groupId"),
        field::text("payloadId"),
        field::choice("payloadType", &ASSOCIATED_ASSIGNMENT_PAYLOAD_TYPE_VALUES),
    ],
);

pub static ASSIGNMENT_FILTER_MANAGEMENT_TYPE_VALUES: EnumDef =
    members("assignmentFilterManagementType", &["devices", "apps", "unknownFutureValue"]);

pub static ASSOCIATED_ASSIGNMENT_PAYLOAD_TYPE_VALUES: EnumDef = members(
    "associatedAssignmentPayloadType",
    &[
        "unknown",
        "deviceConfigurationAndCompliance",
        "application",
        "androidEnterpriseApp",
        "enrollmentConfiguration",
        "groupPolicyConfiguration",
        "zeroTouchDeploymentDeviceConfigProfile",
        "androidEnterpriseConfiguration",
        "deviceFirmwareConfigurationInterfacePolicy",
        "resourceAccessPolicy",
        "win32app",
        "deviceManagmentConfigurationAndCompliancePolicy",
    ],
);

pub static DEVICE_PLATFORM_TYPE_VALUES: EnumDef = members(
    "devicePlatformType",
    &[
        "android",
        "androidForWork",
        "iOS",
        "macOS",
        "windowsPhone81",
        "windows81AndLater",
        "windows10AndLater",
        "androidWorkProfile",
        "unknown",
        "androidAOSP",
        "androidMobileApplicationManagement",
        "iOSMobileApplicationManagement",
        "unknownFutureValue",
        "windowsMobileApplicationManagement",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&PAYLOAD_BY_FILTER_RECORD];
