//! remoteActionAudit: one thing that was asked of one device, by whom, and how it stands.

use directory::{Attr, EnumDef, Kind, RecordDef, Time, Type};

pub use crate::keys::USER_PRINCIPAL_NAME;
use crate::managed_device::ACTION_STATE_VALUES;
use crate::shape::{field, members, shape};

pub const ACTION: Attr<str> = Attr::new("action");
pub const ACTION_STATE: Attr<str> = Attr::new("actionState");
pub const BULK_DEVICE_ACTION_ID: Attr<str> = Attr::new("bulkDeviceActionId");
pub const DEVICE_ACTION_CATEGORY: Attr<str> = Attr::new("deviceActionCategory");
pub const DEVICE_DISPLAY_NAME: Attr<str> = Attr::new("deviceDisplayName");
pub const DEVICE_IMEI: Attr<str> = Attr::new("deviceIMEI");
pub const DEVICE_OWNER_USER_PRINCIPAL_NAME: Attr<str> = Attr::new("deviceOwnerUserPrincipalName");
pub const INITIATED_BY_USER_PRINCIPAL_NAME: Attr<str> = Attr::new("initiatedByUserPrincipalName");
pub const MANAGED_DEVICE_ID: Attr<str> = Attr::new("managedDeviceId");
pub const REQUEST_DATE_TIME: Attr<Time> = Attr::new("requestDateTime");
pub const USER_NAME: Attr<str> = Attr::new("userName");
pub const ACTION_NAME: Attr<str> = Attr::new("actionName");

pub static REMOTE_ACTION_AUDIT: Kind = Kind::new(
    "remoteActionAudit",
    &[
        ACTION.def().of(Type::Enum(&REMOTE_ACTION_VALUES)).system(),
        ACTION_STATE.def().of(Type::Enum(&ACTION_STATE_VALUES)).system(),
        BULK_DEVICE_ACTION_ID.def().system().equal(),
        DEVICE_ACTION_CATEGORY.def().of(Type::Enum(&DEVICE_ACTION_CATEGORY_VALUES)).system(),
        DEVICE_DISPLAY_NAME.def().system(),
        DEVICE_IMEI.def().system(),
        DEVICE_OWNER_USER_PRINCIPAL_NAME.def().system(),
        INITIATED_BY_USER_PRINCIPAL_NAME.def().system(),
        MANAGED_DEVICE_ID.def().system().equal(),
        REQUEST_DATE_TIME.def().system(),
        USER_NAME.def().system(),
        // Castellan's own: the action as it is called; Graph's enumeration does not know them all.
        ACTION_NAME.def().system(),
    ],
    &[],
);

/// What came of asking many devices at once.
pub static BULK_MANAGED_DEVICE_ACTION_RESULT_RECORD: RecordDef = shape(
    "bulkManagedDeviceActionResult",
    &[
        field::texts("failedDeviceIds"),
        field::texts("notFoundDeviceIds"),
        field::texts("notSupportedDeviceIds"),
        field::texts("successfulDeviceIds"),
        // Castellan's own: by which its progress is found among the audits, and what waits for a second administrator.
        field::text("bulkDeviceActionId"),
        field::text("operationApprovalRequestId"),
    ],
);

pub static DEVICE_ACTION_CATEGORY_VALUES: EnumDef = members("deviceActionCategory", &["single", "bulk"]);

pub static REMOTE_ACTION_VALUES: EnumDef = members(
    "remoteAction",
    &[
        "unknown",
        "factoryReset",
        "removeCompanyData",
        "resetPasscode",
        "remoteLock",
        "enableLostMode",
        "disableLostMode",
        "locateDevice",
        "rebootNow",
        "recoverPasscode",
        "cleanWindowsDevice",
        "logoutSharedAppleDeviceActiveUser",
        "quickScan",
        "fullScan",
        "windowsDefenderUpdateSignatures",
        "factoryResetKeepEnrollmentData",
        "updateDeviceAccount",
        "automaticRedeployment",
        "shutDown",
        "rotateBitLockerKeys",
        "rotateFileVaultKey",
        "getFileVaultKey",
        "setDeviceName",
        "activateDeviceEsim",
        "deprovision",
        "disable",
        "reenable",
        "moveDeviceToOrganizationalUnit",
        "initiateMobileDeviceManagementKeyRecovery",
        "initiateOnDemandProactiveRemediation",
        "rotateLocalAdminPassword",
        "unknownFutureValue",
        "launchRemoteHelp",
        "revokeAppleVppLicenses",
        "removeDeviceFirmwareConfigurationInterfaceManagement",
        "pauseConfigurationRefresh",
        "initiateDeviceAttestation",
        "changeAssignments",
        "delete",
        "suspendManagedHomeScreen",
        "restoreManagedHomeScreen",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&BULK_MANAGED_DEVICE_ACTION_RESULT_RECORD];
