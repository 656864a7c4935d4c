//! managedDevice: a device under management: its inventory, its state and what was last asked of it.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::custom_extension::KEY_VALUE_PAIR_RECORD;
use crate::device_category::DEVICE_CATEGORY;
use crate::device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE;
pub use crate::keys::{
    ENROLLMENT_PROFILE_NAME, MANUFACTURER, MODEL, NOTES, OPERATING_SYSTEM, ROLE_SCOPE_TAG_IDS, USER_ID,
    USER_PRINCIPAL_NAME,
};
use crate::shape::{field, members, shape, under};
use crate::user::USER;

pub const ACTIVATION_LOCK_BYPASS_CODE: Attr<str> = Attr::new("activationLockBypassCode");
pub const ANDROID_SECURITY_PATCH_LEVEL: Attr<str> = Attr::new("androidSecurityPatchLevel");
pub const AZURE_AD_DEVICE_ID: Attr<str> = Attr::new("azureADDeviceId");
pub const AZURE_AD_REGISTERED: Attr<bool> = Attr::new("azureADRegistered");
pub const COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME: Attr<Time> =
    Attr::new("complianceGracePeriodExpirationDateTime");
pub const COMPLIANCE_STATE: Attr<str> = Attr::new("complianceState");
pub const CONFIGURATION_MANAGER_CLIENT_ENABLED_FEATURES: Attr<Record> =
    Attr::new("configurationManagerClientEnabledFeatures");
pub const DEVICE_ACTION_RESULTS: Attr<[Record]> = Attr::new("deviceActionResults");
pub const DEVICE_CATEGORY_DISPLAY_NAME: Attr<str> = Attr::new("deviceCategoryDisplayName");
pub const DEVICE_ENROLLMENT_TYPE: Attr<str> = Attr::new("deviceEnrollmentType");
pub const DEVICE_HEALTH_ATTESTATION_STATE: Attr<Record> = Attr::new("deviceHealthAttestationState");
pub const DEVICE_NAME: Attr<str> = Attr::new("deviceName");
pub const DEVICE_REGISTRATION_STATE: Attr<str> = Attr::new("deviceRegistrationState");
pub const EAS_ACTIVATED: Attr<bool> = Attr::new("easActivated");
pub const EAS_ACTIVATION_DATE_TIME: Attr<Time> = Attr::new("easActivationDateTime");
pub const EAS_DEVICE_ID: Attr<str> = Attr::new("easDeviceId");
pub const EMAIL_ADDRESS: Attr<str> = Attr::new("emailAddress");
pub const ENROLLED_DATE_TIME: Attr<Time> = Attr::new("enrolledDateTime");
pub const ETHERNET_MAC_ADDRESS: Attr<str> = Attr::new("ethernetMacAddress");
pub const EXCHANGE_ACCESS_STATE: Attr<str> = Attr::new("exchangeAccessState");
pub const EXCHANGE_ACCESS_STATE_REASON: Attr<str> = Attr::new("exchangeAccessStateReason");
pub const EXCHANGE_LAST_SUCCESSFUL_SYNC_DATE_TIME: Attr<Time> = Attr::new("exchangeLastSuccessfulSyncDateTime");
pub const FREE_STORAGE_SPACE_IN_BYTES: Attr<i64> = Attr::new("freeStorageSpaceInBytes");
pub const ICCID: Attr<str> = Attr::new("iccid");
pub const IMEI: Attr<str> = Attr::new("imei");
pub const IS_ENCRYPTED: Attr<bool> = Attr::new("isEncrypted");
pub const IS_SUPERVISED: Attr<bool> = Attr::new("isSupervised");
pub const JAIL_BROKEN: Attr<str> = Attr::new("jailBroken");
pub const LAST_SYNC_DATE_TIME: Attr<Time> = Attr::new("lastSyncDateTime");
pub const MANAGED_DEVICE_NAME: Attr<str> = Attr::new("managedDeviceName");
pub const MANAGED_DEVICE_OWNER_TYPE: Attr<str> = Attr::new("managedDeviceOwnerType");
pub const MANAGEMENT_AGENT: Attr<str> = Attr::new("managementAgent");
pub const MANAGEMENT_CERTIFICATE_EXPIRATION_DATE: Attr<Time> = Attr::new("managementCertificateExpirationDate");
pub const MANAGEMENT_STATE: Attr<str> = Attr::new("managementState");
pub const MEID: Attr<str> = Attr::new("meid");
pub const OS_VERSION: Attr<str> = Attr::new("osVersion");
pub const PARTNER_REPORTED_THREAT_STATE: Attr<str> = Attr::new("partnerReportedThreatState");
pub const PHONE_NUMBER: Attr<str> = Attr::new("phoneNumber");
pub const PHYSICAL_MEMORY_IN_BYTES: Attr<i64> = Attr::new("physicalMemoryInBytes");
pub const REMOTE_ASSISTANCE_SESSION_ERROR_DETAILS: Attr<str> = Attr::new("remoteAssistanceSessionErrorDetails");
pub const REMOTE_ASSISTANCE_SESSION_URL: Attr<str> = Attr::new("remoteAssistanceSessionUrl");
pub const REQUIRE_USER_ENROLLMENT_APPROVAL: Attr<bool> = Attr::new("requireUserEnrollmentApproval");
pub const SERIAL_NUMBER: Attr<str> = Attr::new("serialNumber");
pub const SUBSCRIBER_CARRIER: Attr<str> = Attr::new("subscriberCarrier");
pub const TOTAL_STORAGE_SPACE_IN_BYTES: Attr<i64> = Attr::new("totalStorageSpaceInBytes");
pub const UDID: Attr<str> = Attr::new("udid");
pub const USER_DISPLAY_NAME: Attr<str> = Attr::new("userDisplayName");
pub const WI_FI_MAC_ADDRESS: Attr<str> = Attr::new("wiFiMacAddress");
pub const AUTOPILOT_ENROLLED: Attr<bool> = Attr::new("autopilotEnrolled");
pub const BOOTSTRAP_TOKEN_ESCROWED: Attr<bool> = Attr::new("bootstrapTokenEscrowed");
pub const CHASSIS_TYPE: Attr<str> = Attr::new("chassisType");
pub const CHROME_OS_DEVICE_INFO: Attr<[Record]> = Attr::new("chromeOSDeviceInfo");
pub const CLOUD_PC_REMOTE_ACTION_RESULTS: Attr<[Record]> = Attr::new("cloudPcRemoteActionResults");
pub const CONFIGURATION_MANAGER_CLIENT_HEALTH_STATE: Attr<Record> = Attr::new("configurationManagerClientHealthState");
pub const CONFIGURATION_MANAGER_CLIENT_INFORMATION: Attr<Record> = Attr::new("configurationManagerClientInformation");
pub const DEVICE_FIRMWARE_CONFIGURATION_INTERFACE_MANAGED: Attr<bool> =
    Attr::new("deviceFirmwareConfigurationInterfaceManaged");
pub const DEVICE_TYPE: Attr<str> = Attr::new("deviceType");
pub const ENROLLED_BY_USER_PRINCIPAL_NAME: Attr<str> = Attr::new("enrolledByUserPrincipalName");
pub const HARDWARE_INFORMATION: Attr<Record> = Attr::new("hardwareInformation");
pub const JOIN_TYPE: Attr<str> = Attr::new("joinType");
pub const LOST_MODE_STATE: Attr<str> = Attr::new("lostModeState");
pub const MANAGEMENT_FEATURES: Attr<str> = Attr::new("managementFeatures");
pub const OWNER_TYPE: Attr<str> = Attr::new("ownerType");
pub const PREFER_MDM_OVER_GROUP_POLICY_APPLIED_DATE_TIME: Attr<Time> =
    Attr::new("preferMdmOverGroupPolicyAppliedDateTime");
pub const PROCESSOR_ARCHITECTURE: Attr<str> = Attr::new("processorArchitecture");
pub const RETIRE_AFTER_DATE_TIME: Attr<Time> = Attr::new("retireAfterDateTime");
pub const SECURITY_PATCH_LEVEL: Attr<str> = Attr::new("securityPatchLevel");
pub const SKU_FAMILY: Attr<str> = Attr::new("skuFamily");
pub const SKU_NUMBER: Attr<i64> = Attr::new("skuNumber");
pub const SPECIFICATION_VERSION: Attr<str> = Attr::new("specificationVersion");
pub const USERS_LOGGED_ON: Attr<[Record]> = Attr::new("usersLoggedOn");
pub const WINDOWS_ACTIVE_MALWARE_COUNT: Attr<i64> = Attr::new("windowsActiveMalwareCount");
pub const WINDOWS_REMEDIATED_MALWARE_COUNT: Attr<i64> = Attr::new("windowsRemediatedMalwareCount");
pub const ACTION_QUEUE: Attr<[Record]> = Attr::new("actionQueue");
pub const APP_INSTALL_STATES: Attr<[Record]> = Attr::new("appInstallStates");
pub const COMPLIANCE_ACTION_DATE_TIME: Attr<Time> = Attr::new("complianceActionDateTime");
pub const COMPLIANCE_ACTIONS: Attr<[Record]> = Attr::new("complianceActions");
pub const COMPLIANCE_CHECK_DATE_TIME: Attr<Time> = Attr::new("complianceCheckDateTime");
pub const APP_STATE_KEYS: Attr<[String]> = Attr::new("appStateKeys");
pub const COMPLIANCE_POLICY_IDS: Attr<[String]> = Attr::new("compliancePolicyIds");
pub const COMPLIANCE_RESULTS: Attr<[Record]> = Attr::new("complianceResults");
pub const COMPLIANCE_REQUESTS: Attr<[Record]> = Attr::new("complianceRequests");
pub const FACTS: Attr<Record> = Attr::new("deviceFacts");
pub const SOFTWARE_INVENTORY: Attr<str> = Attr::new("softwareInventory");
pub const HELD_VERSION: Attr<str> = Attr::new("heldConfigurationVersion");
pub const AGENT_FAILURE: Attr<Record> = Attr::new("agentFailure");
pub const REQUESTED_APPS: Attr<[Record]> = Attr::new("requestedApps");
pub const RELEASE_REQUEST: Attr<Record> = Attr::new("releaseRequest");
pub const RELEASE_ENDS: Attr<Time> = Attr::new("releaseEndsDateTime");
pub const RETIRE_CANCELED: Attr<Time> = Attr::new("retireCanceledDateTime");
pub const SETTING_STATES: Attr<[Record]> = Attr::new("configurationSettingStates");
pub const USERS: LinkId = LinkId::of("users");
pub const DEVICE_CATEGORY_LINK: LinkId = LinkId::of("deviceCategory");
pub const LOG_COLLECTION_REQUESTS: LinkId = LinkId::of("logCollectionRequests");

pub static MANAGED_DEVICE: Kind = Kind::new(
    "managedDevice",
    &[
        ACTIVATION_LOCK_BYPASS_CODE.def().system().on_select(),
        ANDROID_SECURITY_PATCH_LEVEL.def().system(),
        AZURE_AD_DEVICE_ID.def().system().unique(),
        AZURE_AD_REGISTERED.def().system(),
        COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.def().owned_by("compliance").ordered(),
        COMPLIANCE_STATE.def().of(Type::Enum(&COMPLIANCE_STATE_VALUES)).owned_by("compliance").equal(),
        CONFIGURATION_MANAGER_CLIENT_ENABLED_FEATURES
            .def()
            .of(Type::Record(&CONFIGURATION_MANAGER_CLIENT_ENABLED_FEATURES_RECORD))
            .system(),
        DEVICE_ACTION_RESULTS.def().of(Type::Record(&DEVICE_ACTION_RESULT_RECORD)).system(),
        DEVICE_CATEGORY_DISPLAY_NAME.def().system(),
        DEVICE_ENROLLMENT_TYPE.def().of(Type::Enum(&DEVICE_ENROLLMENT_TYPE_VALUES)).system(),
        DEVICE_HEALTH_ATTESTATION_STATE.def().of(Type::Record(&DEVICE_HEALTH_ATTESTATION_STATE_RECORD)).system(),
        DEVICE_NAME.def().system().ordered(),
        DEVICE_REGISTRATION_STATE.def().of(Type::Enum(&DEVICE_REGISTRATION_STATE_VALUES)).system(),
        EAS_ACTIVATED.def().system(),
        EAS_ACTIVATION_DATE_TIME.def().system(),
        EAS_DEVICE_ID.def().system(),
        EMAIL_ADDRESS.def().system(),
        ENROLLED_DATE_TIME.def().system(),
        ENROLLMENT_PROFILE_NAME.def().system(),
        ETHERNET_MAC_ADDRESS.def().system().on_select(),
        EXCHANGE_ACCESS_STATE.def().of(Type::Enum(&DEVICE_MANAGEMENT_EXCHANGE_ACCESS_STATE_VALUES)).system(),
        EXCHANGE_ACCESS_STATE_REASON
            .def()
            .of(Type::Enum(&DEVICE_MANAGEMENT_EXCHANGE_ACCESS_STATE_REASON_VALUES))
            .system(),
        EXCHANGE_LAST_SUCCESSFUL_SYNC_DATE_TIME.def().system(),
        FREE_STORAGE_SPACE_IN_BYTES.def().of(Type::Long).system(),
        ICCID.def().system().on_select(),
        IMEI.def().system(),
        IS_ENCRYPTED.def().system(),
        IS_SUPERVISED.def().system(),
        JAIL_BROKEN.def().system(),
        LAST_SYNC_DATE_TIME.def().system().ordered(),
        MANAGED_DEVICE_NAME.def(),
        MANAGED_DEVICE_OWNER_TYPE.def().of(Type::Enum(&MANAGED_DEVICE_OWNER_TYPE_VALUES)),
        MANAGEMENT_AGENT.def().of(Type::Enum(&MANAGEMENT_AGENT_TYPE_VALUES)).system(),
        MANAGEMENT_CERTIFICATE_EXPIRATION_DATE.def().system(),
        MANAGEMENT_STATE.def().of(Type::Enum(&MANAGEMENT_STATE_VALUES)).system(),
        MANUFACTURER.def().system(),
        MEID.def().system(),
        MODEL.def().system(),
        NOTES.def().on_select(),
        OPERATING_SYSTEM.def().system().equal(),
        OS_VERSION.def().system(),
        PARTNER_REPORTED_THREAT_STATE.def().of(Type::Enum(&MANAGED_DEVICE_PARTNER_REPORTED_HEALTH_STATE_VALUES)),
        PHONE_NUMBER.def().system(),
        PHYSICAL_MEMORY_IN_BYTES.def().of(Type::Long).system().on_select(),
        REMOTE_ASSISTANCE_SESSION_ERROR_DETAILS.def().system(),
        REMOTE_ASSISTANCE_SESSION_URL.def().system(),
        REQUIRE_USER_ENROLLMENT_APPROVAL.def().system().on_select(),
        SERIAL_NUMBER.def().system().equal(),
        SUBSCRIBER_CARRIER.def().system(),
        TOTAL_STORAGE_SPACE_IN_BYTES.def().of(Type::Long).system(),
        UDID.def().system().on_select(),
        USER_DISPLAY_NAME.def().system(),
        USER_ID.def().system().equal(),
        USER_PRINCIPAL_NAME.def().system().equal(),
        WI_FI_MAC_ADDRESS.def().system(),
        AUTOPILOT_ENROLLED.def().system().on_select(),
        BOOTSTRAP_TOKEN_ESCROWED.def().system().on_select(),
        CHASSIS_TYPE.def().of(Type::Enum(&CHASSIS_TYPE_VALUES)).system().on_select(),
        CHROME_OS_DEVICE_INFO.def().of(Type::Record(&CHROME_OS_DEVICE_PROPERTY_RECORD)).system().on_select(),
        CLOUD_PC_REMOTE_ACTION_RESULTS
            .def()
            .of(Type::Record(&CLOUD_PC_REMOTE_ACTION_RESULT_RECORD))
            .system()
            .on_select(),
        CONFIGURATION_MANAGER_CLIENT_HEALTH_STATE
            .def()
            .of(Type::Record(&CONFIGURATION_MANAGER_CLIENT_HEALTH_STATE_RECORD))
            .system()
            .on_select(),
        CONFIGURATION_MANAGER_CLIENT_INFORMATION
            .def()
            .of(Type::Record(&CONFIGURATION_MANAGER_CLIENT_INFORMATION_RECORD))
            .system()
            .on_select(),
        DEVICE_FIRMWARE_CONFIGURATION_INTERFACE_MANAGED.def().system().on_select(),
        DEVICE_TYPE.def().of(Type::Enum(&DEVICE_TYPE_VALUES)).system().on_select(),
        ENROLLED_BY_USER_PRINCIPAL_NAME.def().system().on_select(),
        HARDWARE_INFORMATION.def().of(Type::Record(&HARDWARE_INFORMATION_RECORD)).system().on_select(),
        JOIN_TYPE.def().of(Type::Enum(&JOIN_TYPE_VALUES)).system().on_select(),
        LOST_MODE_STATE.def().of(Type::Enum(&LOST_MODE_STATE_VALUES)).system().on_select(),
        MANAGEMENT_FEATURES.def().of(Type::Enum(&MANAGED_DEVICE_MANAGEMENT_FEATURES_VALUES)).system().on_select(),
        OWNER_TYPE.def().of(Type::Enum(&OWNER_TYPE_VALUES)).system().on_select(),
        PREFER_MDM_OVER_GROUP_POLICY_APPLIED_DATE_TIME.def().system().on_select(),
        PROCESSOR_ARCHITECTURE.def().of(Type::Enum(&MANAGED_DEVICE_ARCHITECTURE_VALUES)).system().on_select(),
        RETIRE_AFTER_DATE_TIME.def().owned_by("compliance-actions").on_select().ordered(),
        ROLE_SCOPE_TAG_IDS.def().on_select(),
        SECURITY_PATCH_LEVEL.def().system().on_select(),
        SKU_FAMILY.def().system().on_select(),
        SKU_NUMBER.def().system().on_select(),
        SPECIFICATION_VERSION.def().system().on_select(),
        USERS_LOGGED_ON.def().of(Type::Record(&LOGGED_ON_USER_RECORD)).system().on_select(),
        WINDOWS_ACTIVE_MALWARE_COUNT.def().system().on_select(),
        WINDOWS_REMEDIATED_MALWARE_COUNT.def().system().on_select(),
        // Castellan's own. What was asked of the device and not yet forgotten; its last result per action is Graph's
        // `deviceActionResults`.
        ACTION_QUEUE.def().of(Type::Record(&QUEUED_ACTION_RECORD)).system().on_select(),
        // The newer version of the agent that came to nothing on it.
        AGENT_FAILURE.def().of(Type::Record(&AGENT_FAILURE_RECORD)).system().on_select(),
        // What the leaving of its person asks of the device.
        RELEASE_REQUEST.def().of(Type::Record(&QUEUED_ACTION_RECORD)).owned_by("device-release").on_select(),
        // When that is over although the device never answered.
        RELEASE_ENDS.def().secret().owned_by("device-release").ordered(),
        // An administrator took it off the list of devices to retire; what came onto it before this does not count.
        RETIRE_CANCELED.def().secret(),
        // What the device says about itself, where Graph has no property for it.
        FACTS.def().of(Type::Record(&DEVICE_FACTS_RECORD)).system().on_select(),
        SETTING_STATES.def().of(Type::Record(&CONFIGURATION_SETTING_STATE_RECORD)).system().on_select(),
        APP_INSTALL_STATES.def().of(Type::Record(&APP_INSTALL_STATE_RECORD)).system().on_select(),
        // What the person asked for of the applications that are offered to them.
        REQUESTED_APPS.def().of(Type::Record(&REQUESTED_APP_RECORD)).system().on_select(),
        // Every requirement of every policy that reaches the device, and how it stands.
        COMPLIANCE_RESULTS.def().of(Type::Record(&COMPLIANCE_RESULT_RECORD)).owned_by("compliance").on_select(),
        // What follows from not being compliant: when, and what of it is done.
        COMPLIANCE_ACTIONS.def().of(Type::Record(&COMPLIANCE_ACTION_RECORD)).owned_by("compliance-actions").on_select(),
        // What that asks of the device itself.
        COMPLIANCE_REQUESTS.def().of(Type::Record(&QUEUED_ACTION_RECORD)).owned_by("compliance-actions").on_select(),
        COMPLIANCE_ACTION_DATE_TIME.def().secret().owned_by("compliance-actions").ordered(),
        // For looking up: the policies that reach the device; when time alone may change the verdict; what it holds.
        COMPLIANCE_POLICY_IDS.def().secret().owned_by("compliance").equal(),
        COMPLIANCE_CHECK_DATE_TIME.def().secret().owned_by("compliance").ordered(),
        HELD_VERSION.def().secret(),
        // Which list of software the device reported last; devices with the same image share one.
        SOFTWARE_INVENTORY.def().secret().equal(),
        // Each application that the device has to do with and how that stands, `id/installState/version`: for counting.
        APP_STATE_KEYS.def().secret().equal(),
    ],
    &[
        LinkDef::many("users", &USER),
        LinkDef::one("deviceCategory", &DEVICE_CATEGORY),
        LinkDef::contained("logCollectionRequests", &DEVICE_LOG_COLLECTION_RESPONSE).system(),
    ],
);

/// Something to be done once by the device. Castellan's own.
pub static QUEUED_ACTION_RECORD: RecordDef = shape(
    "queuedAction",
    &[
        field::text("id"),
        field::text("actionName"),
        field::choice("actionState", &ACTION_STATE_VALUES),
        field::time("startDateTime"),
        field::time("lastUpdatedDateTime"),
        field::text("detail"),
        // What it needs to be told: a name, a script's id.
        field::text("argument"),
    ],
);

/// What a device says about itself. Castellan's own. A fact that is absent and not among `unknown` was never reported.
pub static DEVICE_FACTS_RECORD: RecordDef = shape(
    "deviceFacts",
    &[
        field::text("distribution"),
        field::text("distributionVersion"),
        field::text("distributionName"),
        field::text("kernel"),
        field::text("agentVersion"),
        field::flag("storageEncrypted"),
        field::texts("unencryptedMounts"),
        field::flag("firewallActive"),
        field::text("firewall"),
        field::flag("secureBootEnabled"),
        field::int("passwordMinimumLength"),
        field::int("passwordMinimumClasses"),
        field::int("passwordMinimumDigits"),
        field::int("passwordMinimumLowercase"),
        field::int("passwordMinimumUppercase"),
        field::int("passwordMinimumSymbols"),
        field::int("passwordMaximumDays"),
        field::int("pendingUpdates"),
        field::int("pendingSecurityUpdates"),
        field::flag("automaticUpdates"),
        field::flag("restartRequired"),
        field::time("updatesRefreshedDateTime"),
        // What Windows devices say.
        field::flag("bitLockerEnabled"),
        field::flag("codeIntegrityEnabled"),
        field::flag("earlyLaunchAntiMalwareDriverEnabled"),
        field::flag("healthAttested"),
        field::flag("passwordSet"),
        field::flag("passwordSimpleBlocked"),
        field::flag("passwordRequiredAfterIdle"),
        field::int("passwordHistoryLength"),
        field::int("lockAfterMinutes"),
        field::text("passwordType"),
        field::flag("antiSpywareActive"),
        field::flag("antivirusActive"),
        field::flag("defenderActive"),
        field::text("defenderVersion"),
        field::flag("realTimeProtectionActive"),
        field::flag("antivirusSignaturesCurrent"),
        field::flag("tpmActive"),
        field::flag("firmwareProtectionEnabled"),
        field::flag("kernelDmaProtectionEnabled"),
        field::flag("memoryIntegrityEnabled"),
        field::flag("virtualizationBasedSecurityEnabled"),
        field::flag("configurationManagerCompliant"),
        field::records("wslDistributions", &WSL_DISTRIBUTION_FACT_RECORD),
        // What scripts of custom compliance found, by policy.
        field::records("customCompliance", &CUSTOM_COMPLIANCE_FACT_RECORD),
        field::records("unknown", &UNKNOWN_FACT_RECORD),
    ],
);

/// The release of the agent that came to nothing on a device. Castellan's own.
pub static AGENT_FAILURE_RECORD: RecordDef =
    shape("agentFailure", &[field::text("version"), field::text("detail"), field::time("reportedDateTime")]);

/// A Linux that is installed within Windows. Castellan's own.
pub static WSL_DISTRIBUTION_FACT_RECORD: RecordDef =
    shape("wslDistributionFact", &[field::text("distribution"), field::text("version")]);

/// What the script of one policy found out, or why it did not. Castellan's own.
pub static CUSTOM_COMPLIANCE_FACT_RECORD: RecordDef = shape(
    "customComplianceFact",
    &[field::text("policyId"), field::records("found", &CUSTOM_COMPLIANCE_VALUE_RECORD), field::text("error")],
);

/// One setting that a script found: its value as text, and which sort of JSON value it was.
pub static CUSTOM_COMPLIANCE_VALUE_RECORD: RecordDef =
    shape("customComplianceValue", &[field::text("setting"), field::text("type"), field::text("value")]);

/// A fact that the device could not determine, and why.
pub static UNKNOWN_FACT_RECORD: RecordDef = shape("unknownDeviceFact", &[field::text("name"), field::text("reason")]);

/// A setting that the device was told to have, and how that went. Castellan's own.
pub static CONFIGURATION_SETTING_STATE_RECORD: RecordDef = shape(
    "configurationSettingState",
    &[
        field::text("settingDefinitionId"),
        // The value as text, as the catalogue writes it.
        field::text("value"),
        // succeeded, error, conflict, notApplicable.
        field::text("state"),
        field::text("actual"),
        field::text("error"),
        field::texts("policyIds"),
        field::time("lastUpdatedDateTime"),
    ],
);

/// An application that the device was told to have or not to have, and how that went. Castellan's own.
pub static APP_INSTALL_STATE_RECORD: RecordDef = shape(
    "appInstallState",
    &[
        field::text("applicationId"),
        field::text("displayName"),
        field::text("version"),
        field::text("installedVersion"),
        // Graph `resultantAppState`.
        field::text("installState"),
        field::text("error"),
        field::time("lastUpdatedDateTime"),
    ],
);

/// What a person asked for of an application on a device of theirs. Castellan's own.
pub static REQUESTED_APP_RECORD: RecordDef = shape(
    "requestedApp",
    &[
        field::text("applicationId"),
        // `install` or `uninstall`.
        field::text("action"),
        field::time("requestedDateTime"),
        // Who asked: with another person of the device the wish counts no more.
        field::text("userId"),
    ],
);

/// Something that follows from not being compliant with a policy. Castellan's own.
pub static COMPLIANCE_ACTION_RECORD: RecordDef = shape(
    "complianceAction",
    &[
        field::text("policyId"),
        field::text("actionId"),
        // Graph `deviceComplianceActionType`.
        field::text("actionType"),
        // Since when the device falls short of the policy, and when this follows.
        field::time("sinceDateTime"),
        field::time("dueDateTime"),
        field::time("doneDateTime"),
        // What became of it, where that is not plain.
        field::text("detail"),
    ],
);

/// A requirement of a policy, and how the device meets it. Castellan's own.
pub static COMPLIANCE_RESULT_RECORD: RecordDef = shape(
    "complianceResult",
    &[
        field::text("policyId"),
        field::text("policyName"),
        field::text("setting"),
        field::text("title"),
        field::text("moreInfoUrl"),
        // Graph `complianceStatus`: compliant, nonCompliant, error, conflict, unknown, notApplicable.
        field::text("state"),
        field::text("expected"),
        field::text("actual"),
        field::text("remediation"),
        // Since when it stands like this.
        field::time("sinceDateTime"),
        // Until when it is forgiven.
        field::time("graceUntilDateTime"),
        // While it cannot be told: what it was before, which counts for a while.
        field::text("heldState"),
    ],
);

pub static CONFIGURATION_MANAGER_CLIENT_ENABLED_FEATURES_RECORD: RecordDef = shape(
    "configurationManagerClientEnabledFeatures",
    &[
        field::flag("compliancePolicy"),
        field::flag("deviceConfiguration"),
        field::flag("inventory"),
        field::flag("modernApps"),
        field::flag("resourceAccess"),
        field::flag("windowsUpdateForBusiness"),
        field::flag("endpointProtection"),
        field::flag("officeApps"),
    ],
);

pub static DEVICE_ACTION_RESULT_RECORD: RecordDef = shape(
    "deviceActionResult",
    &[
        field::text("actionName"),
        field::choice("actionState", &ACTION_STATE_VALUES),
        field::time("lastUpdatedDateTime"),
        field::time("startDateTime"),
    ],
);

pub static DELETE_USER_FROM_SHARED_APPLE_DEVICE_ACTION_RESULT_RECORD: RecordDef = under(
    &DEVICE_ACTION_RESULT_RECORD,
    shape("deleteUserFromSharedAppleDeviceActionResult", &[field::text("userPrincipalName")]),
);

pub static LOCATE_DEVICE_ACTION_RESULT_RECORD: RecordDef = under(
    &DEVICE_ACTION_RESULT_RECORD,
    shape("locateDeviceActionResult", &[field::record("deviceLocation", &DEVICE_GEO_LOCATION_RECORD)]),
);

pub static DEVICE_GEO_LOCATION_RECORD: RecordDef = shape(
    "deviceGeoLocation",
    &[
        field::double("altitude"),
        field::double("heading"),
        field::double("horizontalAccuracy"),
        field::time("lastCollectedDateTime"),
        field::double("latitude"),
        field::double("longitude"),
        field::double("speed"),
        field::double("verticalAccuracy"),
    ],
);

pub static REMOTE_LOCK_ACTION_RESULT_RECORD: RecordDef =
    under(&DEVICE_ACTION_RESULT_RECORD, shape("remoteLockActionResult", &[field::text("unlockPin")]));

pub static RESET_PASSCODE_ACTION_RESULT_RECORD: RecordDef = under(
    &DEVICE_ACTION_RESULT_RECORD,
    shape("resetPasscodeActionResult", &[field::int("errorCode"), field::text("passcode")]),
);

pub static ROTATE_BIT_LOCKER_KEYS_DEVICE_ACTION_RESULT_RECORD: RecordDef =
    under(&DEVICE_ACTION_RESULT_RECORD, shape("rotateBitLockerKeysDeviceActionResult", &[field::int("errorCode")]));

pub static WINDOWS_DEFENDER_SCAN_ACTION_RESULT_RECORD: RecordDef =
    under(&DEVICE_ACTION_RESULT_RECORD, shape("windowsDefenderScanActionResult", &[field::text("scanType")]));

pub static ACTIVATE_DEVICE_ESIM_ACTION_RESULT_RECORD: RecordDef =
    under(&DEVICE_ACTION_RESULT_RECORD, shape("activateDeviceEsimActionResult", &[field::text("carrierUrl")]));

pub static CHANGE_ASSIGNMENTS_ACTION_RESULT_RECORD: RecordDef = under(
    &DEVICE_ACTION_RESULT_RECORD,
    shape("changeAssignmentsActionResult", &[field::records("deviceAssignmentItems", &DEVICE_ASSIGNMENT_ITEM_RECORD)]),
);

pub static DEVICE_ASSIGNMENT_ITEM_RECORD: RecordDef = shape(
    "deviceAssignmentItem",
    &[
        field::choice("assignmentItemActionIntent", &DEVICE_ASSIGNMENT_ITEM_INTENT_VALUES),
        field::choice("assignmentItemActionStatus", &DEVICE_ASSIGNMENT_ITEM_STATUS_VALUES),
        field::int("errorCode"),
        field::text("intentActionMessage"),
        field::text("itemDisplayName"),
        field::text("itemId"),
        field::text("itemSubTypeDisplayName"),
        field::choice("itemType", &DEVICE_ASSIGNMENT_ITEM_TYPE_VALUES),
        field::time("lastActionDateTime"),
        field::time("lastModifiedDateTime"),
    ],
);

pub static CONFIGURATION_MANAGER_ACTION_RESULT_RECORD: RecordDef = under(
    &DEVICE_ACTION_RESULT_RECORD,
    shape(
        "configurationManagerActionResult",
        &[
            field::choice("actionDeliveryStatus", &CONFIGURATION_MANAGER_ACTION_DELIVERY_STATUS_VALUES),
            field::int("errorCode"),
        ],
    ),
);

pub static REVOKE_APPLE_VPP_LICENSES_ACTION_RESULT_RECORD: RecordDef = under(
    &DEVICE_ACTION_RESULT_RECORD,
    shape("revokeAppleVppLicensesActionResult", &[field::int("failedLicensesCount"), field::int("totalLicensesCount")]),
);

pub static DEVICE_HEALTH_ATTESTATION_STATE_RECORD: RecordDef = shape(
    "deviceHealthAttestationState",
    &[
        field::text("attestationIdentityKey"),
        field::text("bitLockerStatus"),
        field::text("bootAppSecurityVersion"),
        field::text("bootDebugging"),
        field::text("bootManagerSecurityVersion"),
        field::text("bootManagerVersion"),
        field::text("bootRevisionListInfo"),
        field::text("codeIntegrity"),
        field::text("codeIntegrityCheckVersion"),
        field::text("codeIntegrityPolicy"),
        field::text("contentNamespaceUrl"),
        field::text("contentVersion"),
        field::text("dataExcutionPolicy"),
        field::text("deviceHealthAttestationStatus"),
        field::text("earlyLaunchAntiMalwareDriverProtection"),
        field::text("healthAttestationSupportedStatus"),
        field::text("healthStatusMismatchInfo"),
        field::time("issuedDateTime"),
        field::text("lastUpdateDateTime"),
        field::text("operatingSystemKernelDebugging"),
        field::text("operatingSystemRevListInfo"),
        field::text("pcr0"),
        field::text("pcrHashAlgorithm"),
        field::long("resetCount"),
        field::long("restartCount"),
        field::text("safeMode"),
        field::text("secureBoot"),
        field::text("secureBootConfigurationPolicyFingerPrint"),
        field::text("testSigning"),
        field::text("tpmVersion"),
        field::text("virtualSecureMode"),
        field::text("windowsPE"),
        field::choice("firmwareProtection", &FIRMWARE_PROTECTION_TYPE_VALUES),
        field::choice("memoryAccessProtection", &AZURE_ATTESTATION_SETTING_STATUS_VALUES),
        field::choice("memoryIntegrityProtection", &AZURE_ATTESTATION_SETTING_STATUS_VALUES),
        field::choice("securedCorePC", &AZURE_ATTESTATION_SETTING_STATUS_VALUES),
        field::choice("systemManagementMode", &SYSTEM_MANAGEMENT_MODE_LEVEL_VALUES),
        field::choice("virtualizationBasedSecurity", &AZURE_ATTESTATION_SETTING_STATUS_VALUES),
    ],
);

pub static CHROME_OS_DEVICE_PROPERTY_RECORD: RecordDef = shape(
    "chromeOSDeviceProperty",
    &[field::text("name"), field::flag("updatable"), field::text("value"), field::text("valueType")],
);

pub static CLOUD_PC_REMOTE_ACTION_RESULT_RECORD: RecordDef = shape(
    "cloudPcRemoteActionResult",
    &[
        field::text("actionName"),
        field::choice("actionState", &ACTION_STATE_VALUES),
        field::text("cloudPcId"),
        field::time("lastUpdatedDateTime"),
        field::text("managedDeviceId"),
        field::time("startDateTime"),
        field::record("statusDetail", &CLOUD_PC_STATUS_DETAIL_RECORD),
        field::record("statusDetails", &CLOUD_PC_STATUS_DETAILS_RECORD),
    ],
);

pub static CLOUD_PC_STATUS_DETAIL_RECORD: RecordDef = shape(
    "cloudPcStatusDetail",
    &[field::records("additionalInformation", &KEY_VALUE_PAIR_RECORD), field::text("code"), field::text("message")],
);

pub static CLOUD_PC_STATUS_DETAILS_RECORD: RecordDef = shape(
    "cloudPcStatusDetails",
    &[field::records("additionalInformation", &KEY_VALUE_PAIR_RECORD), field::text("code"), field::text("message")],
);

pub static CONFIGURATION_MANAGER_CLIENT_HEALTH_STATE_RECORD: RecordDef = shape(
    "configurationManagerClientHealthState",
    &[
        field::int("errorCode"),
        field::time("lastSyncDateTime"),
        field::choice("state", &CONFIGURATION_MANAGER_CLIENT_STATE_VALUES),
    ],
);

pub static CONFIGURATION_MANAGER_CLIENT_INFORMATION_RECORD: RecordDef = shape(
    "configurationManagerClientInformation",
    &[field::text("clientIdentifier"), field::text("clientVersion"), field::flag("isBlocked")],
);

pub static HARDWARE_INFORMATION_RECORD: RecordDef = shape(
    "hardwareInformation",
    &[
        field::int("batteryChargeCycles"),
        field::int("batteryHealthPercentage"),
        field::double("batteryLevelPercentage"),
        field::text("batterySerialNumber"),
        field::text("cellularTechnology"),
        field::text("deviceFullQualifiedDomainName"),
        field::choice(
            "deviceGuardLocalSystemAuthorityCredentialGuardState",
            &DEVICE_GUARD_LOCAL_SYSTEM_AUTHORITY_CREDENTIAL_GUARD_STATE_VALUES,
        ),
        field::choice(
            "deviceGuardVirtualizationBasedSecurityHardwareRequirementState",
            &DEVICE_GUARD_VIRTUALIZATION_BASED_SECURITY_HARDWARE_REQUIREMENT_STATE_VALUES,
        ),
        field::choice(
            "deviceGuardVirtualizationBasedSecurityState",
            &DEVICE_GUARD_VIRTUALIZATION_BASED_SECURITY_STATE_VALUES,
        ),
        field::int("deviceLicensingLastErrorCode"),
        field::text("deviceLicensingLastErrorDescription"),
        field::choice("deviceLicensingStatus", &DEVICE_LICENSING_STATUS_VALUES),
        field::text("esimIdentifier"),
        field::long("freeStorageSpace"),
        field::text("imei"),
        field::text("ipAddressV4"),
        field::flag("isEncrypted"),
        field::flag("isSharedDevice"),
        field::flag("isSupervised"),
        field::text("manufacturer"),
        field::text("meid"),
        field::text("model"),
        field::text("operatingSystemEdition"),
        field::text("operatingSystemLanguage"),
        field::int("operatingSystemProductType"),
        field::text("osBuildNumber"),
        field::text("phoneNumber"),
        field::text("productName"),
        field::int("residentUsersCount"),
        field::text("serialNumber"),
        field::records("sharedDeviceCachedUsers", &SHARED_APPLE_DEVICE_USER_RECORD),
        field::text("subnetAddress"),
        field::text("subscriberCarrier"),
        field::text("systemManagementBIOSVersion"),
        field::long("totalStorageSpace"),
        field::text("tpmManufacturer"),
        field::text("tpmSpecificationVersion"),
        field::text("tpmVersion"),
        field::text("wifiMac"),
        field::texts("wiredIPv4Addresses"),
    ],
);

pub static SHARED_APPLE_DEVICE_USER_RECORD: RecordDef = shape(
    "sharedAppleDeviceUser",
    &[field::long("dataQuota"), field::flag("dataToSync"), field::long("dataUsed"), field::text("userPrincipalName")],
);

pub static LOGGED_ON_USER_RECORD: RecordDef =
    shape("loggedOnUser", &[field::time("lastLogOnDateTime"), field::text("userId")]);

pub static COMPLIANCE_STATE_VALUES: EnumDef = members(
    "complianceState",
    &["unknown", "compliant", "noncompliant", "conflict", "error", "inGracePeriod", "configManager"],
);

pub static ACTION_STATE_VALUES: EnumDef =
    members("actionState", &["none", "pending", "canceled", "active", "done", "failed", "notSupported"]);

pub static DEVICE_ASSIGNMENT_ITEM_INTENT_VALUES: EnumDef =
    members("deviceAssignmentItemIntent", &["remove", "restore", "unknownFutureValue"]);

pub static DEVICE_ASSIGNMENT_ITEM_STATUS_VALUES: EnumDef = members(
    "deviceAssignmentItemStatus",
    &["initiated", "inProgress", "removed", "error", "succeeded", "unknownFutureValue"],
);

pub static DEVICE_ASSIGNMENT_ITEM_TYPE_VALUES: EnumDef = members(
    "deviceAssignmentItemType",
    &[
        "application",
        "deviceConfiguration",
        "deviceManagementConfigurationPolicy",
        "mobileAppConfiguration",
        "unknownFutureValue",
    ],
);

pub static CONFIGURATION_MANAGER_ACTION_DELIVERY_STATUS_VALUES: EnumDef = members(
    "configurationManagerActionDeliveryStatus",
    &[
        "unknown",
        "pendingDelivery",
        "deliveredToConnectorService",
        "failedToDeliverToConnectorService",
        "deliveredToOnPremisesServer",
    ],
);

pub static DEVICE_ENROLLMENT_TYPE_VALUES: EnumDef = members(
    "deviceEnrollmentType",
    &[
        "unknown",
        "userEnrollment",
        "deviceEnrollmentManager",
        "appleBulkWithUser",
        "appleBulkWithoutUser",
        "windowsAzureADJoin",
        "windowsBulkUserless",
        "windowsAutoEnrollment",
        "windowsBulkAzureDomainJoin",
        "windowsCoManagement",
        "windowsAzureADJoinUsingDeviceAuth",
        "appleUserEnrollment",
        "appleUserEnrollmentWithServiceAccount",
        "unknownFutureValue",
        "azureAdJoinUsingAzureVmExtension",
        "androidEnterpriseDedicatedDevice",
        "androidEnterpriseFullyManaged",
        "androidEnterpriseCorporateWorkProfile",
        "androidAOSPUserOwnedDeviceEnrollment",
        "androidAOSPUserlessDeviceEnrollment",
        "appleAccountDrivenUserEnrollment",
    ],
);

pub static FIRMWARE_PROTECTION_TYPE_VALUES: EnumDef = members(
    "firmwareProtectionType",
    &["notApplicable", "systemGuardSecureLaunch", "firmwareAttackSurfaceReduction", "disabled", "unknownFutureValue"],
);

pub static AZURE_ATTESTATION_SETTING_STATUS_VALUES: EnumDef =
    members("azureAttestationSettingStatus", &["notApplicable", "enabled", "disabled", "unknownFutureValue"]);

pub static SYSTEM_MANAGEMENT_MODE_LEVEL_VALUES: EnumDef =
    members("systemManagementModeLevel", &["notApplicable", "level1", "level2", "level3", "unknownFutureValue"]);

pub static DEVICE_REGISTRATION_STATE_VALUES: EnumDef = members(
    "deviceRegistrationState",
    &[
        "notRegistered",
        "registered",
        "revoked",
        "keyConflict",
        "approvalPending",
        "certificateReset",
        "notRegisteredPendingEnrollment",
        "unknown",
    ],
);

pub static DEVICE_MANAGEMENT_EXCHANGE_ACCESS_STATE_VALUES: EnumDef =
    members("deviceManagementExchangeAccessState", &["none", "unknown", "allowed", "blocked", "quarantined"]);

pub static DEVICE_MANAGEMENT_EXCHANGE_ACCESS_STATE_REASON_VALUES: EnumDef = members(
    "deviceManagementExchangeAccessStateReason",
    &[
        "none",
        "unknown",
        "exchangeGlobalRule",
        "exchangeIndividualRule",
        "exchangeDeviceRule",
        "exchangeUpgrade",
        "exchangeMailboxPolicy",
        "other",
        "compliant",
        "notCompliant",
        "notEnrolled",
        "unknownLocation",
        "mfaRequired",
        "azureADBlockDueToAccessPolicy",
        "compromisedPassword",
        "deviceNotKnownWithManagedApp",
    ],
);

pub static MANAGED_DEVICE_OWNER_TYPE_VALUES: EnumDef =
    members("managedDeviceOwnerType", &["unknown", "company", "personal", "unknownFutureValue"]);

pub static MANAGEMENT_AGENT_TYPE_VALUES: EnumDef = members(
    "managementAgentType",
    &[
        "eas",
        "mdm",
        "easMdm",
        "intuneClient",
        "easIntuneClient",
        "configurationManagerClient",
        "configurationManagerClientMdm",
        "configurationManagerClientMdmEas",
        "unknown",
        "jamf",
        "googleCloudDevicePolicyController",
        "microsoft365ManagedMdm",
        "msSense",
        "intuneAosp",
        "google",
        "unknownFutureValue",
    ],
);

pub static MANAGEMENT_STATE_VALUES: EnumDef = members(
    "managementState",
    &[
        "managed",
        "retirePending",
        "retireFailed",
        "wipePending",
        "wipeFailed",
        "unhealthy",
        "deletePending",
        "retireIssued",
        "wipeIssued",
        "wipeCanceled",
        "retireCanceled",
        "discovered",
        "unknownFutureValue",
    ],
);

pub static MANAGED_DEVICE_PARTNER_REPORTED_HEALTH_STATE_VALUES: EnumDef = members(
    "managedDevicePartnerReportedHealthState",
    &[
        "unknown",
        "activated",
        "deactivated",
        "secured",
        "lowSeverity",
        "mediumSeverity",
        "highSeverity",
        "unresponsive",
        "compromised",
        "misconfigured",
    ],
);

pub static CHASSIS_TYPE_VALUES: EnumDef = members(
    "chassisType",
    &[
        "unknown",
        "desktop",
        "laptop",
        "worksWorkstation",
        "enterpriseServer",
        "phone",
        "tablet",
        "mobileOther",
        "mobileUnknown",
    ],
);

pub static CONFIGURATION_MANAGER_CLIENT_STATE_VALUES: EnumDef = members(
    "configurationManagerClientState",
    &["unknown", "installed", "healthy", "installFailed", "updateFailed", "communicationError"],
);

pub static DEVICE_TYPE_VALUES: EnumDef = members(
    "deviceType",
    &[
        "desktop",
        "windowsRT",
        "winMO6",
        "nokia",
        "windowsPhone",
        "mac",
        "winCE",
        "winEmbedded",
        "iPhone",
        "iPad",
        "iPod",
        "android",
        "iSocConsumer",
        "unix",
        "macMDM",
        "holoLens",
        "surfaceHub",
        "androidForWork",
        "androidEnterprise",
        "windows10x",
        "androidnGMS",
        "chromeOS",
        "linux",
        "visionOS",
        "tvOS",
        "blackberry",
        "palm",
        "unknown",
        "cloudPC",
    ],
);

pub static DEVICE_GUARD_LOCAL_SYSTEM_AUTHORITY_CREDENTIAL_GUARD_STATE_VALUES: EnumDef = members(
    "deviceGuardLocalSystemAuthorityCredentialGuardState",
    &["running", "rebootRequired", "notLicensed", "notConfigured", "virtualizationBasedSecurityNotRunning"],
);

pub static DEVICE_GUARD_VIRTUALIZATION_BASED_SECURITY_HARDWARE_REQUIREMENT_STATE_VALUES: EnumDef = members(
    "deviceGuardVirtualizationBasedSecurityHardwareRequirementState",
    &[
        "meetHardwareRequirements",
        "secureBootRequired",
        "dmaProtectionRequired",
        "hyperVNotSupportedForGuestVM",
        "hyperVNotAvailable",
    ],
);

pub static DEVICE_GUARD_VIRTUALIZATION_BASED_SECURITY_STATE_VALUES: EnumDef = members(
    "deviceGuardVirtualizationBasedSecurityState",
    &[
        "running",
        "rebootRequired",
        "require64BitArchitecture",
        "notLicensed",
        "notConfigured",
        "doesNotMeetHardwareRequirements",
        "other",
    ],
);

pub static DEVICE_LICENSING_STATUS_VALUES: EnumDef = members(
    "deviceLicensingStatus",
    &[
        "unknown",
        "licenseRefreshStarted",
        "licenseRefreshPending",
        "deviceIsNotAzureActiveDirectoryJoined",
        "verifyingMicrosoftDeviceIdentity",
        "deviceIdentityVerificationFailed",
        "verifyingMicrosoftAccountIdentity",
        "microsoftAccountVerificationFailed",
        "acquiringDeviceLicense",
        "refreshingDeviceLicense",
        "deviceLicenseRefreshSucceed",
        "deviceLicenseRefreshFailed",
        "removingDeviceLicense",
        "deviceLicenseRemoveSucceed",
        "deviceLicenseRemoveFailed",
        "unknownFutureValue",
    ],
);

pub static JOIN_TYPE_VALUES: EnumDef =
    members("joinType", &["unknown", "azureADJoined", "azureADRegistered", "hybridAzureADJoined"]);

pub static LOST_MODE_STATE_VALUES: EnumDef = members("lostModeState", &["disabled", "enabled"]);

pub static MANAGED_DEVICE_MANAGEMENT_FEATURES_VALUES: EnumDef =
    members("managedDeviceManagementFeatures", &["none", "microsoftManagedDesktop"]);

pub static OWNER_TYPE_VALUES: EnumDef = members("ownerType", &["unknown", "company", "personal"]);

pub static MANAGED_DEVICE_ARCHITECTURE_VALUES: EnumDef =
    members("managedDeviceArchitecture", &["unknown", "x86", "x64", "arm", "arM64"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &QUEUED_ACTION_RECORD,
    &DEVICE_FACTS_RECORD,
    &UNKNOWN_FACT_RECORD,
    &AGENT_FAILURE_RECORD,
    &CONFIGURATION_SETTING_STATE_RECORD,
    &APP_INSTALL_STATE_RECORD,
    &REQUESTED_APP_RECORD,
    &COMPLIANCE_RESULT_RECORD,
    &COMPLIANCE_ACTION_RECORD,
    &WSL_DISTRIBUTION_FACT_RECORD,
    &CUSTOM_COMPLIANCE_FACT_RECORD,
    &CUSTOM_COMPLIANCE_VALUE_RECORD,
    &CONFIGURATION_MANAGER_CLIENT_ENABLED_FEATURES_RECORD,
    &DEVICE_ACTION_RESULT_RECORD,
    &DELETE_USER_FROM_SHARED_APPLE_DEVICE_ACTION_RESULT_RECORD,
    &LOCATE_DEVICE_ACTION_RESULT_RECORD,
    &DEVICE_GEO_LOCATION_RECORD,
    &REMOTE_LOCK_ACTION_RESULT_RECORD,
    &RESET_PASSCODE_ACTION_RESULT_RECORD,
    &ROTATE_BIT_LOCKER_KEYS_DEVICE_ACTION_RESULT_RECORD,
    &WINDOWS_DEFENDER_SCAN_ACTION_RESULT_RECORD,
    &ACTIVATE_DEVICE_ESIM_ACTION_RESULT_RECORD,
    &CHANGE_ASSIGNMENTS_ACTION_RESULT_RECORD,
    &DEVICE_ASSIGNMENT_ITEM_RECORD,
    &CONFIGURATION_MANAGER_ACTION_RESULT_RECORD,
    &REVOKE_APPLE_VPP_LICENSES_ACTION_RESULT_RECORD,
    &DEVICE_HEALTH_ATTESTATION_STATE_RECORD,
    &CHROME_OS_DEVICE_PROPERTY_RECORD,
    &CLOUD_PC_REMOTE_ACTION_RESULT_RECORD,
    &CLOUD_PC_STATUS_DETAIL_RECORD,
    &CLOUD_PC_STATUS_DETAILS_RECORD,
    &CONFIGURATION_MANAGER_CLIENT_HEALTH_STATE_RECORD,
    &CONFIGURATION_MANAGER_CLIENT_INFORMATION_RECORD,
    &HARDWARE_INFORMATION_RECORD,
    &SHARED_APPLE_DEVICE_USER_RECORD,
    &LOGGED_ON_USER_RECORD,
];
