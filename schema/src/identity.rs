//! identity: who or what did something, as audit and provisioning rows name them.

use directory::{EnumDef, RecordDef};

use crate::shape::{field, members, open_shape, shape, under};

pub static IDENTITY_RECORD: RecordDef = open_shape(shape("identity", &[field::text("displayName"), field::text("id")]));

pub static EMAIL_IDENTITY_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("emailIdentity", &[field::text("email")])));

pub static INITIATOR_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("initiator", &[field::choice("initiatorType", &INITIATOR_TYPE_VALUES)])));

pub static PROVISIONED_IDENTITY_RECORD: RecordDef = open_shape(under(
    &IDENTITY_RECORD,
    shape("provisionedIdentity", &[field::record("details", &DETAILS_INFO_RECORD), field::text("identityType")]),
));

pub static DETAILS_INFO_RECORD: RecordDef = open_shape(shape("detailsInfo", &[]));

pub static PROVISIONING_SERVICE_PRINCIPAL_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("provisioningServicePrincipal", &[])));

pub static PROVISIONING_SYSTEM_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("provisioningSystem", &[field::record("details", &DETAILS_INFO_RECORD)])));

pub static SERVICE_PRINCIPAL_IDENTITY_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("servicePrincipalIdentity", &[field::text("appId")])));

pub static SHARE_POINT_GROUP_IDENTITY_RECORD: RecordDef = open_shape(under(
    &IDENTITY_RECORD,
    shape("sharePointGroupIdentity", &[field::text("principalId"), field::text("title")]),
));

pub static SHARE_POINT_IDENTITY_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("sharePointIdentity", &[field::text("loginName")])));

pub static USER_IDENTITY_RECORD: RecordDef = open_shape(under(
    &IDENTITY_RECORD,
    shape("userIdentity", &[field::text("ipAddress"), field::text("userPrincipalName")]),
));

pub static AUDIT_USER_IDENTITY_RECORD: RecordDef = open_shape(under(
    &USER_IDENTITY_RECORD,
    shape("auditUserIdentity", &[field::text("homeTenantId"), field::text("homeTenantName")]),
));

pub static GROUP_IDENTITY_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("groupIdentity", &[field::text("mailNickname")])));

pub static PROGRAM_RESOURCE_RECORD: RecordDef =
    open_shape(under(&IDENTITY_RECORD, shape("programResource", &[field::text("type")])));

pub static SOURCE_PROVISIONED_IDENTITY_RECORD: RecordDef =
    under(&IDENTITY_RECORD, shape("sourceProvisionedIdentity", &[]));

pub static TARGET_PROVISIONED_IDENTITY_RECORD: RecordDef =
    under(&IDENTITY_RECORD, shape("targetProvisionedIdentity", &[]));

pub static SUBMISSION_USER_IDENTITY_RECORD: RecordDef =
    under(&IDENTITY_RECORD, shape("submissionUserIdentity", &[field::text("email")]));

pub static INITIATOR_TYPE_VALUES: EnumDef =
    members("initiatorType", &["user", "application", "system", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &IDENTITY_RECORD,
    &EMAIL_IDENTITY_RECORD,
    &INITIATOR_RECORD,
    &PROVISIONED_IDENTITY_RECORD,
    &DETAILS_INFO_RECORD,
    &PROVISIONING_SERVICE_PRINCIPAL_RECORD,
    &PROVISIONING_SYSTEM_RECORD,
    &SERVICE_PRINCIPAL_IDENTITY_RECORD,
    &SHARE_POINT_GROUP_IDENTITY_RECORD,
    &SHARE_POINT_IDENTITY_RECORD,
    &USER_IDENTITY_RECORD,
    &AUDIT_USER_IDENTITY_RECORD,
    &GROUP_IDENTITY_RECORD,
    &PROGRAM_RESOURCE_RECORD,
    &SOURCE_PROVISIONED_IDENTITY_RECORD,
    &TARGET_PROVISIONED_IDENTITY_RECORD,
    &SUBMISSION_USER_IDENTITY_RECORD,
];
