//! directoryAudit: a row of the audit: who did what to which object. Printed from the log of commits, never written.

use directory::{EnumDef, Kind, RecordDef};

use crate::application::KEY_VALUE_RECORD;
use crate::identity::USER_IDENTITY_RECORD;
use crate::shape::{choice, field, members, record, records, shape, text, time};

pub static DIRECTORY_AUDIT: Kind = Kind::new(
    "directoryAudit",
    &[
        time("activityDateTime"),
        text("activityDisplayName"),
        records("additionalDetails", &KEY_VALUE_RECORD),
        text("category"),
        text("correlationId"),
        record("initiatedBy", &AUDIT_ACTIVITY_INITIATOR_RECORD),
        text("loggedByService"),
        text("operationType"),
        choice("result", &OPERATION_RESULT_VALUES),
        text("resultReason"),
        records("targetResources", &TARGET_RESOURCE_RECORD),
        record("performedBy", &AUDIT_ACTIVITY_PERFORMER_RECORD).on_select(),
        text("userAgent").on_select(),
    ],
    &[],
);

pub static AUDIT_ACTIVITY_INITIATOR_RECORD: RecordDef = shape(
    "auditActivityInitiator",
    &[
        field::record("app", &APP_IDENTITY_RECORD),
        field::record("user", &USER_IDENTITY_RECORD),
        field::record("linkableIdentifiers", &LINKABLE_IDENTIFIERS_RECORD),
    ],
);

pub static APP_IDENTITY_RECORD: RecordDef = shape(
    "appIdentity",
    &[
        field::text("appId"),
        field::text("displayName"),
        field::text("servicePrincipalId"),
        field::text("servicePrincipalName"),
    ],
);

pub static LINKABLE_IDENTIFIERS_RECORD: RecordDef = shape(
    "linkableIdentifiers",
    &[field::text("deviceId"), field::text("sessionId"), field::record("tokenDetails", &TOKEN_DETAILS_RECORD)],
);

pub static TOKEN_DETAILS_RECORD: RecordDef =
    shape("tokenDetails", &[field::time("issuedAtDateTime"), field::text("uniqueTokenIdentifier")]);

pub static TARGET_RESOURCE_RECORD: RecordDef = shape(
    "targetResource",
    &[
        field::text("displayName"),
        field::choice("groupType", &GROUP_TYPE_VALUES),
        field::text("id"),
        field::records("modifiedProperties", &MODIFIED_PROPERTY_RECORD),
        field::text("type"),
        field::text("userPrincipalName"),
    ],
);

pub static MODIFIED_PROPERTY_RECORD: RecordDef =
    shape("modifiedProperty", &[field::text("displayName"), field::text("newValue"), field::text("oldValue")]);

pub static AUDIT_ACTIVITY_PERFORMER_RECORD: RecordDef = shape(
    "auditActivityPerformer",
    &[field::text("appId"), field::text("blueprintId"), field::choice("identityType", &AUDIT_IDENTITY_TYPE_VALUES)],
);

pub static OPERATION_RESULT_VALUES: EnumDef =
    members("operationResult", &["success", "failure", "timeout", "unknownFutureValue"]);

pub static GROUP_TYPE_VALUES: EnumDef = members("groupType", &["unifiedGroups", "azureAD", "unknownFutureValue"]);

pub static AUDIT_IDENTITY_TYPE_VALUES: EnumDef =
    members("auditIdentityType", &["agent", "servicePrincipal", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &AUDIT_ACTIVITY_INITIATOR_RECORD,
    &APP_IDENTITY_RECORD,
    &LINKABLE_IDENTIFIERS_RECORD,
    &TOKEN_DETAILS_RECORD,
    &TARGET_RESOURCE_RECORD,
    &MODIFIED_PROPERTY_RECORD,
    &AUDIT_ACTIVITY_PERFORMER_RECORD,
];
