//! operationApprovalPolicy and operationApprovalRequest: which operations on devices a second administrator has to approve,
//! and what waits for that.
//!
//! Who may approve and what an approval sets going stands in `devices`.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Time, Type};

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME};
use crate::request::IDENTITY_SET_RECORD;
use crate::shape::{choice, field, flags, members, record, shape};

pub const APPROVER_GROUP_IDS: Attr<[String]> = Attr::new("approverGroupIds");
pub const POLICY_TYPE: Attr<str> = Attr::new("policyType");

pub const APPROVAL_JUSTIFICATION: Attr<str> = Attr::new("approvalJustification");
pub const APPROVER: Attr<Record> = Attr::new("approver");
pub const EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("expirationDateTime");
pub const LAST_MODIFIED_DATE_TIME: Attr<Time> = Attr::new("lastModifiedDateTime");
pub const REQUEST_DATE_TIME: Attr<Time> = Attr::new("requestDateTime");
pub const REQUEST_JUSTIFICATION: Attr<str> = Attr::new("requestJustification");
pub const REQUESTOR: Attr<Record> = Attr::new("requestor");
pub const REQUIRED_POLICY_TYPES: Attr<str> = Attr::new("requiredOperationApprovalPolicyTypes");
pub const STATUS: Attr<str> = Attr::new("status");
pub const REQUESTED_OPERATION: Attr<Record> = Attr::new("requestedOperation");

pub static OPERATION_APPROVAL_POLICY: Kind = Kind::new(
    "operationApprovalPolicy",
    &[
        APPROVER_GROUP_IDS.def(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        // Castellan asks a second administrator whatever the platform.
        choice("policyPlatform", &OPERATION_APPROVAL_POLICY_PLATFORM_VALUES),
        record("policySet", &OPERATION_APPROVAL_POLICY_SET_RECORD),
        POLICY_TYPE.def().of(Type::Enum(&OPERATION_APPROVAL_POLICY_TYPE_VALUES)).required().equal(),
    ],
    &[],
);

pub static OPERATION_APPROVAL_REQUEST: Kind = Kind::new(
    "operationApprovalRequest",
    &[
        APPROVAL_JUSTIFICATION.def().system(),
        APPROVER.def().of(Type::Record(&IDENTITY_SET_RECORD)).system(),
        EXPIRATION_DATE_TIME.def().system(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        REQUEST_DATE_TIME.def().system(),
        REQUEST_JUSTIFICATION.def().system(),
        REQUESTOR.def().of(Type::Record(&IDENTITY_SET_RECORD)).system(),
        REQUIRED_POLICY_TYPES.def().of(Type::Enum(&OPERATION_APPROVAL_POLICY_TYPE_VALUES)).system(),
        STATUS.def().of(Type::Enum(&OPERATION_APPROVAL_REQUEST_STATUS_VALUES)).system().equal(),
        // Castellan's own: what was asked, of which devices, so that who approves knows what.
        REQUESTED_OPERATION.def().of(Type::Record(&REQUESTED_OPERATION_RECORD)).system(),
    ],
    &[],
);

/// What waits to be approved. Castellan's own.
pub static REQUESTED_OPERATION_RECORD: RecordDef =
    shape("requestedOperation", &[field::text("actionName"), field::texts("managedDeviceIds")]);

pub static OPERATION_APPROVAL_POLICY_SET_RECORD: RecordDef = shape(
    "operationApprovalPolicySet",
    &[
        field::choice("policyPlatform", &OPERATION_APPROVAL_POLICY_PLATFORM_VALUES),
        field::choice("policyType", &OPERATION_APPROVAL_POLICY_TYPE_VALUES),
    ],
);

pub static OPERATION_APPROVAL_POLICY_TYPE_VALUES: EnumDef = members(
    "operationApprovalPolicyType",
    &[
        "unknown",
        "deviceWipe",
        "deviceRetire",
        "deviceDelete",
        "app",
        "script",
        "role",
        "unknownFutureValue",
        "tenantConfiguration",
    ],
);

pub static OPERATION_APPROVAL_POLICY_PLATFORM_VALUES: EnumDef = flags(
    "operationApprovalPolicyPlatform",
    &[
        "notApplicable",
        "androidDeviceAdministrator",
        "androidEnterprise",
        "iOSiPadOS",
        "macOS",
        "windows10AndLater",
        "windows81AndLater",
        "windows10X",
        "unknownFutureValue",
    ],
);

pub static OPERATION_APPROVAL_REQUEST_STATUS_VALUES: EnumDef = members(
    "operationApprovalRequestStatus",
    &["unknown", "needsApproval", "approved", "rejected", "cancelled", "completed", "expired", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&OPERATION_APPROVAL_POLICY_SET_RECORD, &REQUESTED_OPERATION_RECORD];
