//! importedDeviceIdentity: a device that the organisation expects, registered before it is first switched on.

use directory::{Attr, EnumDef, Kind, Time, Type};

pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION};
use crate::shape::members;

pub const ENROLLMENT_STATE: Attr<str> = Attr::new("enrollmentState");
pub const IMPORTED_DEVICE_IDENTIFIER: Attr<str> = Attr::new("importedDeviceIdentifier");
pub const IMPORTED_DEVICE_IDENTITY_TYPE: Attr<str> = Attr::new("importedDeviceIdentityType");
pub const LAST_CONTACTED_DATE_TIME: Attr<Time> = Attr::new("lastContactedDateTime");
pub const LAST_MODIFIED_DATE_TIME: Attr<Time> = Attr::new("lastModifiedDateTime");
/// SHA-256 of the endorsement key of the device's TPM (SubjectPublicKeyInfo in DER), in hexadecimal digits.
pub const ENDORSEMENT_KEY: Attr<str> = Attr::new("endorsementKeySha256");
pub const PLATFORM: Attr<str> = Attr::new("platform");

pub static IMPORTED_DEVICE_IDENTITY: Kind = Kind::new(
    "importedDeviceIdentity",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        // Castellan's own.
        ENDORSEMENT_KEY.def().on_create().unique(),
        ENROLLMENT_STATE.def().of(Type::Enum(&ENROLLMENT_STATE_VALUES)).system(),
        // A serial number, or manufacturer, model and serial number with commas between.
        IMPORTED_DEVICE_IDENTIFIER.def().required().on_create().equal(),
        IMPORTED_DEVICE_IDENTITY_TYPE
            .def()
            .of(Type::Enum(&IMPORTED_DEVICE_IDENTITY_TYPE_VALUES))
            .required()
            .on_create(),
        LAST_CONTACTED_DATE_TIME.def().system(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        PLATFORM.def().of(Type::Enum(&PLATFORM_VALUES)),
    ],
    &[],
);

pub static ENROLLMENT_STATE_VALUES: EnumDef =
    members("enrollmentState", &["unknown", "enrolled", "pendingReset", "failed", "notContacted", "blocked"]);

pub static IMPORTED_DEVICE_IDENTITY_TYPE_VALUES: EnumDef =
    members("importedDeviceIdentityType", &["unknown", "imei", "serialNumber", "manufacturerModelSerial"]);

pub static PLATFORM_VALUES: EnumDef = members(
    "platform",
    &["unknown", "ios", "android", "windows", "windowsMobile", "macOS", "visionOS", "tvOS", "unknownFutureValue"],
);
