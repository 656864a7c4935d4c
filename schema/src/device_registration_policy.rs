//! deviceRegistrationPolicy: who may register and join devices, and how many.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, ID};
use crate::shape::{field, members, shape, under};

pub const AZURE_AD_JOIN: Attr<Record> = Attr::new("azureADJoin");
pub const AZURE_AD_REGISTRATION: Attr<Record> = Attr::new("azureADRegistration");
pub const LOCAL_ADMIN_PASSWORD: Attr<Record> = Attr::new("localAdminPassword");
pub const MULTI_FACTOR_AUTH_CONFIGURATION: Attr<str> = Attr::new("multiFactorAuthConfiguration");
pub const USER_DEVICE_QUOTA: Attr<i64> = Attr::new("userDeviceQuota");
pub const REQUIRES_PAYLOAD_BOUND_KEYS: Attr<bool> = Attr::new("requiresPayloadBoundKeys");

pub static DEVICE_REGISTRATION_POLICY: Kind = Kind::new(
    "deviceRegistrationPolicy",
    &[
        AZURE_AD_JOIN.def().of(Type::Record(&AZURE_AD_JOIN_POLICY_RECORD)),
        AZURE_AD_REGISTRATION.def().of(Type::Record(&AZURE_AD_REGISTRATION_POLICY_RECORD)),
        DESCRIPTION.def(),
        DISPLAY_NAME.def(),
        LOCAL_ADMIN_PASSWORD.def().of(Type::Record(&LOCAL_ADMIN_PASSWORD_SETTINGS_RECORD)),
        MULTI_FACTOR_AUTH_CONFIGURATION.def().of(Type::Enum(&MULTI_FACTOR_AUTH_CONFIGURATION_VALUES)),
        USER_DEVICE_QUOTA.def(),
        // Castellan's own: whether devices must derive the key of a request from what the request says (CVE-2021-33781).
        REQUIRES_PAYLOAD_BOUND_KEYS.def(),
        ID.def().system(),
    ],
    &[],
);

pub static AZURE_AD_JOIN_POLICY_RECORD: RecordDef = shape(
    "azureADJoinPolicy",
    &[
        field::record("allowedToJoin", &DEVICE_REGISTRATION_MEMBERSHIP_RECORD),
        field::flag("isAdminConfigurable"),
        field::record("localAdmins", &LOCAL_ADMIN_SETTINGS_RECORD),
    ],
);

pub static DEVICE_REGISTRATION_MEMBERSHIP_RECORD: RecordDef = shape("deviceRegistrationMembership", &[]);

pub static ALL_DEVICE_REGISTRATION_MEMBERSHIP_RECORD: RecordDef =
    under(&DEVICE_REGISTRATION_MEMBERSHIP_RECORD, shape("allDeviceRegistrationMembership", &[]));

pub static ENUMERATED_DEVICE_REGISTRATION_MEMBERSHIP_RECORD: RecordDef = under(
    &DEVICE_REGISTRATION_MEMBERSHIP_RECORD,
    shape("enumeratedDeviceRegistrationMembership", &[field::texts("groups"), field::texts("users")]),
);

pub static NO_DEVICE_REGISTRATION_MEMBERSHIP_RECORD: RecordDef =
    under(&DEVICE_REGISTRATION_MEMBERSHIP_RECORD, shape("noDeviceRegistrationMembership", &[]));

pub static LOCAL_ADMIN_SETTINGS_RECORD: RecordDef = shape(
    "localAdminSettings",
    &[field::flag("enableGlobalAdmins"), field::record("registeringUsers", &DEVICE_REGISTRATION_MEMBERSHIP_RECORD)],
);

pub static AZURE_AD_REGISTRATION_POLICY_RECORD: RecordDef = shape(
    "azureADRegistrationPolicy",
    &[field::record("allowedToRegister", &DEVICE_REGISTRATION_MEMBERSHIP_RECORD), field::flag("isAdminConfigurable")],
);

pub static LOCAL_ADMIN_PASSWORD_SETTINGS_RECORD: RecordDef =
    shape("localAdminPasswordSettings", &[field::flag("isEnabled")]);

pub static MULTI_FACTOR_AUTH_CONFIGURATION_VALUES: EnumDef =
    members("multiFactorAuthConfiguration", &["notRequired", "required", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &AZURE_AD_JOIN_POLICY_RECORD,
    &DEVICE_REGISTRATION_MEMBERSHIP_RECORD,
    &ALL_DEVICE_REGISTRATION_MEMBERSHIP_RECORD,
    &ENUMERATED_DEVICE_REGISTRATION_MEMBERSHIP_RECORD,
    &NO_DEVICE_REGISTRATION_MEMBERSHIP_RECORD,
    &LOCAL_ADMIN_SETTINGS_RECORD,
    &AZURE_AD_REGISTRATION_POLICY_RECORD,
    &LOCAL_ADMIN_PASSWORD_SETTINGS_RECORD,
];
