//! Assignments: to whom a policy or an application goes, with groups that are included and excluded.
//!
//! They are records of what they assign, not objects; the kinds here describe one record.

use directory::{EnumDef, Kind, RecordDef};

use crate::mobile_app::MOBILE_APP_ASSIGNMENT_RECORD;
use crate::shape::{ENTITY_RECORD, abstract_shape, field, item, members, shape, under};

/// To whom a compliance policy goes.
pub static DEVICE_COMPLIANCE_POLICY_ASSIGNMENT: Kind = item(&DEVICE_COMPLIANCE_POLICY_ASSIGNMENT_RECORD, &[]);

/// To whom a policy made of settings goes.
pub static DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT: Kind =
    item(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD, &[]);

/// To whom an application goes, and whether it is required, offered or removed.
pub static MOBILE_APP_ASSIGNMENT: Kind = item(&MOBILE_APP_ASSIGNMENT_RECORD, &[]);

pub static DEVICE_COMPLIANCE_POLICY_ASSIGNMENT_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceCompliancePolicyAssignment",
        &[
            field::record("target", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD),
            field::choice("source", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_SOURCE_VALUES),
            field::text("sourceId"),
        ],
    ),
);

pub static DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD: RecordDef = abstract_shape(shape(
    "deviceAndAppManagementAssignmentTarget",
    &[
        field::text("deviceAndAppManagementAssignmentFilterId"),
        field::choice(
            "deviceAndAppManagementAssignmentFilterType",
            &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER_TYPE_VALUES,
        ),
    ],
));

pub static ALL_DEVICES_ASSIGNMENT_TARGET_RECORD: RecordDef =
    under(&DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD, shape("allDevicesAssignmentTarget", &[]));

pub static ALL_LICENSED_USERS_ASSIGNMENT_TARGET_RECORD: RecordDef =
    under(&DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD, shape("allLicensedUsersAssignmentTarget", &[]));

pub static CONFIGURATION_MANAGER_COLLECTION_ASSIGNMENT_TARGET_RECORD: RecordDef = under(
    &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD,
    shape("configurationManagerCollectionAssignmentTarget", &[field::text("collectionId")]),
);

pub static GROUP_ASSIGNMENT_TARGET_RECORD: RecordDef = under(
    &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD,
    shape("groupAssignmentTarget", &[field::text("groupId")]),
);

pub static EXCLUSION_GROUP_ASSIGNMENT_TARGET_RECORD: RecordDef =
    under(&GROUP_ASSIGNMENT_TARGET_RECORD, shape("exclusionGroupAssignmentTarget", &[]));

pub static DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceManagementConfigurationPolicyAssignment",
        &[
            field::choice("source", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_SOURCE_VALUES),
            field::text("sourceId"),
            field::record("target", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD),
        ],
    ),
);

pub static DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER_TYPE_VALUES: EnumDef =
    members("deviceAndAppManagementAssignmentFilterType", &["none", "include", "exclude"]);

pub static DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_SOURCE_VALUES: EnumDef =
    members("deviceAndAppManagementAssignmentSource", &["direct", "policySets"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &DEVICE_COMPLIANCE_POLICY_ASSIGNMENT_RECORD,
    &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD,
    &ALL_DEVICES_ASSIGNMENT_TARGET_RECORD,
    &ALL_LICENSED_USERS_ASSIGNMENT_TARGET_RECORD,
    &CONFIGURATION_MANAGER_COLLECTION_ASSIGNMENT_TARGET_RECORD,
    &GROUP_ASSIGNMENT_TARGET_RECORD,
    &EXCLUSION_GROUP_ASSIGNMENT_TARGET_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT_RECORD,
];
