//! accessPackageAssignmentRequest: that somebody asks for, changes or gives back an access package.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Type};

use crate::access_package::ACCESS_PACKAGE;
use crate::access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT;
use crate::access_package_question::ACCESS_PACKAGE_QUESTION_RECORD;
use crate::access_package_subject::ACCESS_PACKAGE_SUBJECT;
use crate::custom_extension::CUSTOM_EXTENSION_CALLOUT_INSTANCE_RECORD;
pub use crate::keys::{
    ACCESS_PACKAGE_LINK, COMPLETED_DATE_TIME, CREATED_DATE_TIME, CUSTOM_EXTENSION_CALLOUT_INSTANCES,
    IS_VALIDATION_ONLY, JUSTIFICATION, REQUEST_TYPE, SCHEDULE, STATE, STATUS,
};
use crate::schedule::ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD;
use crate::shape::{abstract_shape, field, members, open_shape, shape, under};

pub const ANSWERS: Attr<[Record]> = Attr::new("answers");
pub const CUSTOM_EXTENSION_HANDLER_INSTANCES: Attr<[Record]> = Attr::new("customExtensionHandlerInstances");
pub const HISTORY: Attr<[Record]> = Attr::new("history");
pub const VERIFIED_CREDENTIALS_DATA: Attr<[Record]> = Attr::new("verifiedCredentialsData");
pub const ASSIGNMENT: Attr<Record> = Attr::new("assignment");
pub const ASSIGNMENT_LINK: LinkId = LinkId::of("assignment");
pub const REQUESTOR: LinkId = LinkId::of("requestor");

pub static ACCESS_PACKAGE_ASSIGNMENT_REQUEST: Kind = Kind::new(
    "accessPackageAssignmentRequest",
    &[
        ANSWERS.def().of(Type::Record(&ACCESS_PACKAGE_ANSWER_RECORD)),
        COMPLETED_DATE_TIME.def().system(),
        // Castellan's own: when the completed request is forgotten.
        crate::workflow::HISTORY_ENDS.def().ordered().secret(),
        CREATED_DATE_TIME.def().system().ordered(),
        CUSTOM_EXTENSION_CALLOUT_INSTANCES.def().of(Type::Record(&CUSTOM_EXTENSION_CALLOUT_INSTANCE_RECORD)),
        JUSTIFICATION.def(),
        REQUEST_TYPE.def().of(Type::Enum(&ACCESS_PACKAGE_REQUEST_TYPE_VALUES)).required().on_create(),
        SCHEDULE.def().of(Type::Record(&ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD)),
        STATE.def().of(Type::Enum(&ACCESS_PACKAGE_REQUEST_STATE_VALUES)).system().equal(),
        STATUS.def().system(),
        CUSTOM_EXTENSION_HANDLER_INSTANCES
            .def()
            .of(Type::Record(&CUSTOM_EXTENSION_HANDLER_INSTANCE_RECORD))
            .on_select(),
        HISTORY.def().of(Type::Record(&REQUEST_ACTIVITY_RECORD)).on_select(),
        IS_VALIDATION_ONLY.def().on_select(),
        VERIFIED_CREDENTIALS_DATA.def().of(Type::Record(&VERIFIED_CREDENTIAL_DATA_RECORD)).on_select(),
        // What a caller says of the assignment that is wanted or meant; the link of the same name is what became of it.
        ASSIGNMENT.def().on_select(),
    ],
    &[
        LinkDef::one("accessPackage", &ACCESS_PACKAGE),
        LinkDef::one("assignment", &ACCESS_PACKAGE_ASSIGNMENT),
        LinkDef::one("requestor", &ACCESS_PACKAGE_SUBJECT),
    ],
);

pub static ACCESS_PACKAGE_ANSWER_RECORD: RecordDef = abstract_shape(shape(
    "accessPackageAnswer",
    &[field::text("displayValue"), field::record("answeredQuestion", &ACCESS_PACKAGE_QUESTION_RECORD)],
));

pub static ACCESS_PACKAGE_ANSWER_STRING_RECORD: RecordDef =
    under(&ACCESS_PACKAGE_ANSWER_RECORD, shape("accessPackageAnswerString", &[field::text("value")]));

pub static CUSTOM_EXTENSION_HANDLER_INSTANCE_RECORD: RecordDef = shape(
    "customExtensionHandlerInstance",
    &[
        field::text("customExtensionId"),
        field::text("externalCorrelationId"),
        field::choice("stage", &ACCESS_PACKAGE_CUSTOM_EXTENSION_STAGE_VALUES),
        field::choice("status", &ACCESS_PACKAGE_CUSTOM_EXTENSION_HANDLER_STATUS_VALUES),
    ],
);

pub static REQUEST_ACTIVITY_RECORD: RecordDef = shape(
    "requestActivity",
    &[
        field::text("action"),
        field::time("actionDateTime"),
        field::text("detail"),
        field::time("scheduledDateTime"),
        field::text("userDisplayName"),
        field::text("userPrincipalName"),
    ],
);

pub static VERIFIED_CREDENTIAL_DATA_RECORD: RecordDef = shape(
    "verifiedCredentialData",
    &[field::text("authority"), field::record("claims", &VERIFIED_CREDENTIAL_CLAIMS_RECORD), field::texts("type")],
);

pub static VERIFIED_CREDENTIAL_CLAIMS_RECORD: RecordDef = open_shape(shape("verifiedCredentialClaims", &[]));

pub static ACCESS_PACKAGE_REQUEST_TYPE_VALUES: EnumDef = members(
    "accessPackageRequestType",
    &[
        "notSpecified",
        "userAdd",
        "userUpdate",
        "userRemove",
        "adminAdd",
        "adminUpdate",
        "adminRemove",
        "systemAdd",
        "systemUpdate",
        "systemRemove",
        "onBehalfAdd",
        "unknownFutureValue",
        "approverRemove",
    ],
);

pub static ACCESS_PACKAGE_REQUEST_STATE_VALUES: EnumDef = members(
    "accessPackageRequestState",
    &[
        "submitted",
        "pendingApproval",
        "delivering",
        "delivered",
        "deliveryFailed",
        "denied",
        "scheduled",
        "canceled",
        "partiallyDelivered",
        "unknownFutureValue",
    ],
);

pub static ACCESS_PACKAGE_CUSTOM_EXTENSION_STAGE_VALUES: EnumDef = members(
    "accessPackageCustomExtensionStage",
    &[
        "assignmentRequestCreated",
        "assignmentRequestApproved",
        "assignmentRequestGranted",
        "assignmentRequestRemoved",
        "assignmentFourteenDaysBeforeExpiration",
        "assignmentOneDayBeforeExpiration",
        "unknownFutureValue",
    ],
);

pub static ACCESS_PACKAGE_CUSTOM_EXTENSION_HANDLER_STATUS_VALUES: EnumDef =
    members("accessPackageCustomExtensionHandlerStatus", &["requestSent", "requestReceived", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ACCESS_PACKAGE_ANSWER_RECORD,
    &ACCESS_PACKAGE_ANSWER_STRING_RECORD,
    &CUSTOM_EXTENSION_HANDLER_INSTANCE_RECORD,
    &REQUEST_ACTIVITY_RECORD,
    &VERIFIED_CREDENTIAL_DATA_RECORD,
    &VERIFIED_CREDENTIAL_CLAIMS_RECORD,
];
