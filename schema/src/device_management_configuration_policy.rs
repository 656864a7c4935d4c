//! deviceManagementConfigurationPolicy: settings from the catalogue that devices are to have.
//!
//! What a setting is and which values it takes stands in `catalog`.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

use crate::assignment::{
    DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT, DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD,
};
use crate::configuration_setting::{
    DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES, DEVICE_MANAGEMENT_CONFIGURATION_SETTING,
    DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD, DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES,
};
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, CREATION_SOURCE, DESCRIPTION, IS_ASSIGNED, LAST_MODIFIED_DATE_TIME, NAME,
    PLATFORMS, ROLE_SCOPE_TAG_IDS, SETTING_COUNT, SETTINGS, TECHNOLOGIES,
};
use crate::shape::{field, members, shape};

pub const DISABLE_ENTRA_GROUP_POLICY_ASSIGNMENT: Attr<bool> = Attr::new("disableEntraGroupPolicyAssignment");
pub const PRIORITY_META_DATA: Attr<Record> = Attr::new("priorityMetaData");
/// What the tokens in its settings stand for, sealed: `token`, a GUID, and `sealed`, bytes.
pub const SEALED_SETTING_VALUES: Attr<[Record]> = Attr::new("sealedSettingValues");
pub const TEMPLATE_REFERENCE: Attr<Record> = Attr::new("templateReference");

pub static DEVICE_MANAGEMENT_CONFIGURATION_POLICY: Kind = Kind::new(
    "deviceManagementConfigurationPolicy",
    &[
        CREATED_DATE_TIME.def().system(),
        CREATION_SOURCE.def().system(),
        DESCRIPTION.def(),
        DISABLE_ENTRA_GROUP_POLICY_ASSIGNMENT.def(),
        IS_ASSIGNED.def().system(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        NAME.def().required().equal(),
        PLATFORMS.def().of(Type::Enum(&DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES)).required(),
        PRIORITY_META_DATA.def().of(Type::Record(&DEVICE_MANAGEMENT_PRIORITY_META_DATA_RECORD)),
        ROLE_SCOPE_TAG_IDS.def(),
        SETTING_COUNT.def().system(),
        TECHNOLOGIES.def().of(Type::Enum(&DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES)),
        TEMPLATE_REFERENCE.def().of(Type::Record(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE_REFERENCE_RECORD)),
        ASSIGNMENTS.def().of(Type::Record(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD)).on_select(),
        SETTINGS.def().of(Type::Record(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD)).on_select(),
        SEALED_SETTING_VALUES.def().secret(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT),
        LinkDef::records("settings", "settings", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING),
    ],
);

pub static DEVICE_MANAGEMENT_PRIORITY_META_DATA_RECORD: RecordDef =
    shape("deviceManagementPriorityMetaData", &[field::int("priority")]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE_REFERENCE_RECORD: RecordDef = shape(
    "deviceManagementConfigurationPolicyTemplateReference",
    &[
        field::text("templateDisplayName"),
        field::text("templateDisplayVersion"),
        field::choice("templateFamily", &DEVICE_MANAGEMENT_CONFIGURATION_TEMPLATE_FAMILY_VALUES),
        field::text("templateId"),
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_TEMPLATE_FAMILY_VALUES: EnumDef = members(
    "deviceManagementConfigurationTemplateFamily",
    &[
        "none",
        "endpointSecurityAntivirus",
        "endpointSecurityDiskEncryption",
        "endpointSecurityFirewall",
        "endpointSecurityEndpointDetectionAndResponse",
        "endpointSecurityAttackSurfaceReduction",
        "endpointSecurityAccountProtection",
        "endpointSecurityApplicationControl",
        "endpointSecurityEndpointPrivilegeManagement",
        "enrollmentConfiguration",
        "appQuietTime",
        "baseline",
        "unknownFutureValue",
        "deviceConfigurationScripts",
        "deviceConfigurationPolicies",
        "windowsOsRecoveryPolicies",
        "companyPortal",
        "windowsRecoveryAndRemediationConfiguration",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&DEVICE_MANAGEMENT_PRIORITY_META_DATA_RECORD, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE_REFERENCE_RECORD];
