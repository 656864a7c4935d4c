//! provisioningObjectSummary: a row of the provisioning log: what became of one record from elsewhere.

use directory::{EnumDef, Kind, RecordDef};

use crate::directory_audit::MODIFIED_PROPERTY_RECORD;
use crate::identity::{
    DETAILS_INFO_RECORD, INITIATOR_RECORD, PROVISIONED_IDENTITY_RECORD, PROVISIONING_SERVICE_PRINCIPAL_RECORD,
    PROVISIONING_SYSTEM_RECORD,
};
use crate::shape::{choice, field, int, members, record, records, shape, text, time, under};

pub static PROVISIONING_OBJECT_SUMMARY: Kind = Kind::new(
    "provisioningObjectSummary",
    &[
        time("activityDateTime"),
        text("changeId"),
        text("cycleId"),
        int("durationInMilliseconds"),
        record("initiatedBy", &INITIATOR_RECORD),
        text("jobId"),
        records("modifiedProperties", &MODIFIED_PROPERTY_RECORD),
        choice("provisioningAction", &PROVISIONING_ACTION_VALUES),
        record("provisioningStatusInfo", &PROVISIONING_STATUS_INFO_RECORD),
        records("provisioningSteps", &PROVISIONING_STEP_RECORD),
        record("servicePrincipal", &PROVISIONING_SERVICE_PRINCIPAL_RECORD),
        record("sourceIdentity", &PROVISIONED_IDENTITY_RECORD),
        record("sourceSystem", &PROVISIONING_SYSTEM_RECORD),
        record("targetIdentity", &PROVISIONED_IDENTITY_RECORD),
        record("targetSystem", &PROVISIONING_SYSTEM_RECORD),
        text("tenantId"),
        text("action").on_select(),
        record("statusInfo", &STATUS_BASE_RECORD).on_select(),
    ],
    &[],
);

pub static PROVISIONING_STATUS_INFO_RECORD: RecordDef = shape(
    "provisioningStatusInfo",
    &[
        field::record("errorInformation", &PROVISIONING_ERROR_INFO_RECORD),
        field::choice("status", &PROVISIONING_RESULT_VALUES),
    ],
);

pub static PROVISIONING_ERROR_INFO_RECORD: RecordDef = shape(
    "provisioningErrorInfo",
    &[
        field::text("additionalDetails"),
        field::choice("errorCategory", &PROVISIONING_STATUS_ERROR_CATEGORY_VALUES),
        field::text("errorCode"),
        field::text("reason"),
        field::text("recommendedAction"),
    ],
);

pub static PROVISIONING_STEP_RECORD: RecordDef = shape(
    "provisioningStep",
    &[
        field::text("description"),
        field::record("details", &DETAILS_INFO_RECORD),
        field::text("name"),
        field::choice("provisioningStepType", &PROVISIONING_STEP_TYPE_VALUES),
        field::choice("status", &PROVISIONING_RESULT_VALUES),
    ],
);

pub static STATUS_BASE_RECORD: RecordDef = shape("statusBase", &[field::choice("status", &PROVISIONING_RESULT_VALUES)]);

pub static STATUS_DETAILS_RECORD: RecordDef = under(
    &STATUS_BASE_RECORD,
    shape(
        "statusDetails",
        &[
            field::text("additionalDetails"),
            field::choice("errorCategory", &PROVISIONING_STATUS_ERROR_CATEGORY_VALUES),
            field::text("errorCode"),
            field::text("reason"),
            field::text("recommendedAction"),
        ],
    ),
);

pub static PROVISIONING_ACTION_VALUES: EnumDef = members(
    "provisioningAction",
    &["other", "create", "delete", "disable", "update", "stagedDelete", "unknownFutureValue"],
);

pub static PROVISIONING_STATUS_ERROR_CATEGORY_VALUES: EnumDef =
    members("provisioningStatusErrorCategory", &["failure", "nonServiceFailure", "success", "unknownFutureValue"]);

pub static PROVISIONING_RESULT_VALUES: EnumDef =
    members("provisioningResult", &["success", "failure", "skipped", "warning", "unknownFutureValue"]);

pub static PROVISIONING_STEP_TYPE_VALUES: EnumDef = members(
    "provisioningStepType",
    &["import", "scoping", "matching", "processing", "referenceResolution", "export", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &PROVISIONING_STATUS_INFO_RECORD,
    &PROVISIONING_ERROR_INFO_RECORD,
    &PROVISIONING_STEP_RECORD,
    &STATUS_BASE_RECORD,
    &STATUS_DETAILS_RECORD,
];
