//! How policies and applications stand on each device and for each person: worked out when it is asked for, never stored.

use directory::{Attr, EnumDef, Kind, Time, Type};

pub use crate::keys::USER_PRINCIPAL_NAME;
use crate::shape::{int, members, text, time};

pub const COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME: Attr<Time> =
    Attr::new("complianceGracePeriodExpirationDateTime");
pub const DEVICE_DISPLAY_NAME: Attr<str> = Attr::new("deviceDisplayName");
pub const DEVICE_MODEL: Attr<str> = Attr::new("deviceModel");
pub const LAST_REPORTED_DATE_TIME: Attr<Time> = Attr::new("lastReportedDateTime");
pub const STATUS: Attr<str> = Attr::new("status");
pub const USER_DISPLAY_NAME: Attr<str> = Attr::new("userDisplayName");
pub const USER_NAME: Attr<str> = Attr::new("userName");

pub static DEVICE_COMPLIANCE_DEVICE_STATUS: Kind = Kind::new(
    "deviceComplianceDeviceStatus",
    &[
        COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.def().system(),
        DEVICE_DISPLAY_NAME.def().system(),
        DEVICE_MODEL.def().system(),
        LAST_REPORTED_DATE_TIME.def().system(),
        STATUS.def().of(Type::Enum(&COMPLIANCE_STATUS_VALUES)).system(),
        USER_NAME.def().system(),
        USER_PRINCIPAL_NAME.def().system(),
    ],
    &[],
);

pub static DEVICE_COMPLIANCE_USER_STATUS: Kind = Kind::new(
    "deviceComplianceUserStatus",
    &[
        int("devicesCount").system(),
        LAST_REPORTED_DATE_TIME.def().system(),
        STATUS.def().of(Type::Enum(&COMPLIANCE_STATUS_VALUES)).system(),
        USER_DISPLAY_NAME.def().system(),
        USER_PRINCIPAL_NAME.def().system(),
    ],
    &[],
);

pub static DEVICE_CONFIGURATION_DEVICE_STATUS: Kind = Kind::new(
    "deviceConfigurationDeviceStatus",
    &[
        COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.def().system(),
        DEVICE_DISPLAY_NAME.def().system(),
        DEVICE_MODEL.def().system(),
        LAST_REPORTED_DATE_TIME.def().system(),
        STATUS.def().of(Type::Enum(&COMPLIANCE_STATUS_VALUES)).system(),
        USER_NAME.def().system(),
        USER_PRINCIPAL_NAME.def().system(),
        // Castellan's own: how many of the policy's settings stand how.
        int("succeededSettingCount").system(),
        int("errorSettingCount").system(),
        int("conflictSettingCount").system(),
        int("notApplicableSettingCount").system(),
    ],
    &[],
);

/// An application on one device. Castellan's own, under the name that Graph once had for it.
pub static MOBILE_APP_INSTALL_STATUS: Kind = Kind::new(
    "mobileAppInstallStatus",
    &[
        text("deviceName").system(),
        text("userName").system(),
        text("userPrincipalName").system(),
        text("displayVersion").system(),
        text("errorDescription").system(),
        time("lastSyncDateTime").system(),
        // Graph `resultantAppState`.
        text("installState").of(Type::Enum(&RESULTANT_APP_STATE_VALUES)).system(),
    ],
    &[],
);

/// An application on all devices of one person. Castellan's own, under the name that Graph once had for it.
pub static USER_APP_INSTALL_STATUS: Kind = Kind::new(
    "userAppInstallStatus",
    &[
        text("userName").system(),
        text("userPrincipalName").system(),
        int("installedDeviceCount").system(),
        int("failedDeviceCount").system(),
        int("pendingInstallDeviceCount").system(),
        int("notInstalledDeviceCount").system(),
    ],
    &[],
);

pub static COMPLIANCE_STATUS_VALUES: EnumDef = members(
    "complianceStatus",
    &["unknown", "notApplicable", "compliant", "remediated", "nonCompliant", "error", "conflict", "notAssigned"],
);

/// Graph's, without a word for what is to be taken off and is there still.
pub static RESULTANT_APP_STATE_VALUES: EnumDef = members(
    "resultantAppState",
    &["installed", "failed", "notInstalled", "uninstallFailed", "pendingInstall", "unknown", "notApplicable"],
);
