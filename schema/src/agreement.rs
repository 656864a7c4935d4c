//! agreement and agreementAcceptance: terms of use, and who accepted or declined which of them.
//!
//! The files of an agreement are texts, one for each language. Who has to accept again, and when, stands in `governance`.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

pub use crate::keys::{DISPLAY_NAME, USER_ID};
use crate::shape::{ENTITY_RECORD, abstract_shape, field, item, members, shape, text, under};

pub const FILES: Attr<[Record]> = Attr::new("files");
pub const IS_PER_DEVICE_ACCEPTANCE_REQUIRED: Attr<bool> = Attr::new("isPerDeviceAcceptanceRequired");
pub const IS_VIEWING_BEFORE_ACCEPTANCE_REQUIRED: Attr<bool> = Attr::new("isViewingBeforeAcceptanceRequired");
pub const TERMS_EXPIRATION: Attr<Record> = Attr::new("termsExpiration");
pub const USER_REACCEPT_REQUIRED_FREQUENCY: Attr<str> = Attr::new("userReacceptRequiredFrequency");
pub const ACCEPTED_SINCE: Attr<Time> = Attr::new("acceptedSinceDateTime");

pub const AGREEMENT_FILE_ID: Attr<str> = Attr::new("agreementFileId");
pub const AGREEMENT_ID: Attr<str> = Attr::new("agreementId");
pub const ACCEPTED_ON: Attr<str> = Attr::new("deviceId");
pub const EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("expirationDateTime");
pub const RECORDED_DATE_TIME: Attr<Time> = Attr::new("recordedDateTime");
pub const ACCEPTANCE_STATE: Attr<str> = Attr::new("state");

pub const ACCEPTANCES: LinkId = LinkId::of("acceptances");

pub static AGREEMENT: Kind = Kind::new(
    "agreement",
    &[
        DISPLAY_NAME.def().required().equal(),
        IS_PER_DEVICE_ACCEPTANCE_REQUIRED.def().on_create(),
        IS_VIEWING_BEFORE_ACCEPTANCE_REQUIRED.def(),
        TERMS_EXPIRATION.def().of(Type::Record(&TERMS_EXPIRATION_RECORD)).on_create(),
        USER_REACCEPT_REQUIRED_FREQUENCY.def().of(Type::Duration).on_create(),
        FILES.def().of(Type::Record(&AGREEMENT_FILE_LOCALIZATION_RECORD)).on_select(),
        // Castellan's own: acceptances that are older were of a version that is no longer enough.
        ACCEPTED_SINCE.def().system().on_select(),
    ],
    &[
        LinkDef::contained("acceptances", &AGREEMENT_ACCEPTANCE).system(),
        LinkDef::records("files", "files", &AGREEMENT_FILE_LOCALIZATION),
    ],
);

pub static AGREEMENT_ACCEPTANCE: Kind = Kind::new(
    "agreementAcceptance",
    &[
        AGREEMENT_FILE_ID.def().system(),
        AGREEMENT_ID.def().system(),
        text("deviceDisplayName").system(),
        ACCEPTED_ON.def().system(),
        text("deviceOSType").system(),
        text("deviceOSVersion").system(),
        EXPIRATION_DATE_TIME.def().system(),
        RECORDED_DATE_TIME.def().system(),
        ACCEPTANCE_STATE.def().of(Type::Enum(&AGREEMENT_ACCEPTANCE_STATE_VALUES)).system(),
        text("userDisplayName").system(),
        text("userEmail").system(),
        USER_ID.def().equal().system(),
        text("userPrincipalName").system(),
    ],
    &[],
);

pub static AGREEMENT_FILE_LOCALIZATION: Kind = item(&AGREEMENT_FILE_LOCALIZATION_RECORD, &[]);

pub static AGREEMENT_FILE_PROPERTIES_RECORD: RecordDef = abstract_shape(under(
    &ENTITY_RECORD,
    shape(
        "agreementFileProperties",
        &[
            field::time("createdDateTime"),
            field::text("displayName"),
            field::record("fileData", &AGREEMENT_FILE_DATA_RECORD),
            field::text("fileName"),
            field::flag("isDefault"),
            field::flag("isMajorVersion"),
            field::text("language"),
        ],
    ),
));

pub static AGREEMENT_FILE_LOCALIZATION_RECORD: RecordDef =
    under(&AGREEMENT_FILE_PROPERTIES_RECORD, shape("agreementFileLocalization", &[]));

pub static AGREEMENT_FILE_DATA_RECORD: RecordDef = shape("agreementFileData", &[field::bytes("data")]);

pub static TERMS_EXPIRATION_RECORD: RecordDef =
    shape("termsExpiration", &[field::duration("frequency"), field::time("startDateTime")]);

pub static AGREEMENT_ACCEPTANCE_STATE_VALUES: EnumDef =
    members("agreementAcceptanceState", &["accepted", "declined", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &AGREEMENT_FILE_PROPERTIES_RECORD,
    &AGREEMENT_FILE_LOCALIZATION_RECORD,
    &AGREEMENT_FILE_DATA_RECORD,
    &TERMS_EXPIRATION_RECORD,
];
