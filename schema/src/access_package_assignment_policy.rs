//! accessPackageAssignmentPolicy: who may ask for an access package, who approves, and how long it lasts.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

use crate::access_package::ACCESS_PACKAGE;
use crate::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use crate::access_package_question::{ACCESS_PACKAGE_QUESTION, ACCESS_PACKAGE_QUESTION_RECORD};
pub use crate::keys::{
    ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, CATALOG, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, MODIFIED_DATE_TIME,
};
use crate::schedule::{ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD, EXPIRATION_PATTERN_RECORD};
use crate::shape::{field, members, shape, under};
use crate::subject_set::SUBJECT_SET_RECORD;

pub const ALLOWED_TARGET_SCOPE: Attr<str> = Attr::new("allowedTargetScope");
pub const AUTOMATIC_REQUEST_SETTINGS: Attr<Record> = Attr::new("automaticRequestSettings");
pub const EXPIRATION: Attr<Record> = Attr::new("expiration");
pub const NOTIFICATION_SETTINGS: Attr<Record> = Attr::new("notificationSettings");
pub const REQUEST_APPROVAL_SETTINGS: Attr<Record> = Attr::new("requestApprovalSettings");
pub const REQUESTOR_SETTINGS: Attr<Record> = Attr::new("requestorSettings");
pub const REVIEW_SETTINGS: Attr<Record> = Attr::new("reviewSettings");
pub const SPECIFIC_ALLOWED_TARGETS: Attr<[Record]> = Attr::new("specificAllowedTargets");
pub const CAN_EXTEND: Attr<bool> = Attr::new("canExtend");
pub const QUESTIONS: Attr<[Record]> = Attr::new("questions");

pub static ACCESS_PACKAGE_ASSIGNMENT_POLICY: Kind = Kind::new(
    "accessPackageAssignmentPolicy",
    &[
        ALLOWED_TARGET_SCOPE.def().of(Type::Enum(&ALLOWED_TARGET_SCOPE_VALUES)),
        AUTOMATIC_REQUEST_SETTINGS.def().of(Type::Record(&ACCESS_PACKAGE_AUTOMATIC_REQUEST_SETTINGS_RECORD)),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required(),
        EXPIRATION.def().of(Type::Record(&EXPIRATION_PATTERN_RECORD)),
        MODIFIED_DATE_TIME.def().system(),
        NOTIFICATION_SETTINGS.def().of(Type::Record(&ACCESS_PACKAGE_NOTIFICATION_SETTINGS_RECORD)),
        REQUEST_APPROVAL_SETTINGS.def().of(Type::Record(&ACCESS_PACKAGE_ASSIGNMENT_APPROVAL_SETTINGS_RECORD)),
        REQUESTOR_SETTINGS.def().of(Type::Record(&ACCESS_PACKAGE_ASSIGNMENT_REQUESTOR_SETTINGS_RECORD)),
        REVIEW_SETTINGS.def().of(Type::Record(&ACCESS_PACKAGE_ASSIGNMENT_REVIEW_SETTINGS_RECORD)),
        SPECIFIC_ALLOWED_TARGETS.def().of(Type::Record(&SUBJECT_SET_RECORD)),
        ACCESS_PACKAGE_ID.def().equal().on_select(),
        CAN_EXTEND.def().on_select(),
        QUESTIONS.def().of(Type::Record(&ACCESS_PACKAGE_QUESTION_RECORD)).on_select(),
    ],
    &[
        LinkDef::one("accessPackage", &ACCESS_PACKAGE),
        LinkDef::one("catalog", &ACCESS_PACKAGE_CATALOG),
        LinkDef::records("questions", "questions", &ACCESS_PACKAGE_QUESTION),
    ],
);

pub static ACCESS_PACKAGE_AUTOMATIC_REQUEST_SETTINGS_RECORD: RecordDef = shape(
    "accessPackageAutomaticRequestSettings",
    &[
        field::duration("gracePeriodBeforeAccessRemoval"),
        field::flag("removeAccessWhenTargetLeavesAllowedTargets"),
        field::flag("requestAccessForAllowedTargets"),
    ],
);

pub static ACCESS_PACKAGE_NOTIFICATION_SETTINGS_RECORD: RecordDef =
    shape("accessPackageNotificationSettings", &[field::flag("isAssignmentNotificationDisabled")]);

pub static ACCESS_PACKAGE_ASSIGNMENT_APPROVAL_SETTINGS_RECORD: RecordDef = shape(
    "accessPackageAssignmentApprovalSettings",
    &[
        field::flag("isApprovalRequiredForAdd"),
        field::flag("isApprovalRequiredForUpdate"),
        field::flag("isRequestorJustificationRequired"),
        field::records("stages", &ACCESS_PACKAGE_APPROVAL_STAGE_RECORD),
    ],
);

pub static ACCESS_PACKAGE_APPROVAL_STAGE_RECORD: RecordDef = shape(
    "accessPackageApprovalStage",
    &[
        field::choice("approverInformationVisibility", &APPROVER_INFORMATION_VISIBILITY_VALUES),
        field::duration("durationBeforeAutomaticDenial"),
        field::duration("durationBeforeEscalation"),
        field::records("escalationApprovers", &SUBJECT_SET_RECORD),
        field::records("fallbackEscalationApprovers", &SUBJECT_SET_RECORD),
        field::records("fallbackPrimaryApprovers", &SUBJECT_SET_RECORD),
        field::flag("isApproverJustificationRequired"),
        field::flag("isEscalationEnabled"),
        field::records("primaryApprovers", &SUBJECT_SET_RECORD),
    ],
);

pub static ACCESS_PACKAGE_DYNAMIC_APPROVAL_STAGE_RECORD: RecordDef =
    under(&ACCESS_PACKAGE_APPROVAL_STAGE_RECORD, shape("accessPackageDynamicApprovalStage", &[]));

pub static ACCESS_PACKAGE_ASSIGNMENT_REQUESTOR_SETTINGS_RECORD: RecordDef = shape(
    "accessPackageAssignmentRequestorSettings",
    &[
        field::flag("allowCustomAssignmentSchedule"),
        field::flag("enableOnBehalfRequestorsToAddAccess"),
        field::flag("enableOnBehalfRequestorsToRemoveAccess"),
        field::flag("enableOnBehalfRequestorsToUpdateAccess"),
        field::flag("enableTargetsToSelfAddAccess"),
        field::flag("enableTargetsToSelfRemoveAccess"),
        field::flag("enableTargetsToSelfUpdateAccess"),
        field::records("onBehalfRequestors", &SUBJECT_SET_RECORD),
    ],
);

pub static ACCESS_PACKAGE_ASSIGNMENT_REVIEW_SETTINGS_RECORD: RecordDef = shape(
    "accessPackageAssignmentReviewSettings",
    &[
        field::choice("expirationBehavior", &ACCESS_REVIEW_EXPIRATION_BEHAVIOR_VALUES),
        field::records("fallbackReviewers", &SUBJECT_SET_RECORD),
        field::flag("isEnabled"),
        field::flag("isRecommendationEnabled"),
        field::flag("isReviewerJustificationRequired"),
        field::flag("isSelfReview"),
        field::records("primaryReviewers", &SUBJECT_SET_RECORD),
        field::record("schedule", &ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD),
    ],
);

pub static ALLOWED_TARGET_SCOPE_VALUES: EnumDef = members(
    "allowedTargetScope",
    &[
        "notSpecified",
        "specificDirectoryUsers",
        "specificConnectedOrganizationUsers",
        "specificDirectoryServicePrincipals",
        "allMemberUsers",
        "allDirectoryUsers",
        "allDirectoryServicePrincipals",
        "allConfiguredConnectedOrganizationUsers",
        "allExternalUsers",
        "allDirectoryAgentIdentities",
        "unknownFutureValue",
    ],
);

pub static APPROVER_INFORMATION_VISIBILITY_VALUES: EnumDef =
    members("approverInformationVisibility", &["default", "notVisible", "visible", "unknownFutureValue"]);

pub static ACCESS_REVIEW_EXPIRATION_BEHAVIOR_VALUES: EnumDef = members(
    "accessReviewExpirationBehavior",
    &["keepAccess", "removeAccess", "acceptAccessRecommendation", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ACCESS_PACKAGE_AUTOMATIC_REQUEST_SETTINGS_RECORD,
    &ACCESS_PACKAGE_NOTIFICATION_SETTINGS_RECORD,
    &ACCESS_PACKAGE_ASSIGNMENT_APPROVAL_SETTINGS_RECORD,
    &ACCESS_PACKAGE_APPROVAL_STAGE_RECORD,
    &ACCESS_PACKAGE_DYNAMIC_APPROVAL_STAGE_RECORD,
    &ACCESS_PACKAGE_ASSIGNMENT_REQUESTOR_SETTINGS_RECORD,
    &ACCESS_PACKAGE_ASSIGNMENT_REVIEW_SETTINGS_RECORD,
];
