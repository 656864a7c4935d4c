//! windows10CompliancePolicy: what a Windows device must be like to count as compliant.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

use crate::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use crate::shape::{field, members, shape};

pub const BIT_LOCKER_ENABLED: Attr<bool> = Attr::new("bitLockerEnabled");
pub const CODE_INTEGRITY_ENABLED: Attr<bool> = Attr::new("codeIntegrityEnabled");
pub const EARLY_LAUNCH_ANTI_MALWARE_DRIVER_ENABLED: Attr<bool> = Attr::new("earlyLaunchAntiMalwareDriverEnabled");
pub const MOBILE_OS_MAXIMUM_VERSION: Attr<str> = Attr::new("mobileOsMaximumVersion");
pub const MOBILE_OS_MINIMUM_VERSION: Attr<str> = Attr::new("mobileOsMinimumVersion");
pub const OS_MAXIMUM_VERSION: Attr<str> = Attr::new("osMaximumVersion");
pub const OS_MINIMUM_VERSION: Attr<str> = Attr::new("osMinimumVersion");
pub const PASSWORD_BLOCK_SIMPLE: Attr<bool> = Attr::new("passwordBlockSimple");
pub const PASSWORD_EXPIRATION_DAYS: Attr<i64> = Attr::new("passwordExpirationDays");
pub const PASSWORD_MINIMUM_CHARACTER_SET_COUNT: Attr<i64> = Attr::new("passwordMinimumCharacterSetCount");
pub const PASSWORD_MINIMUM_LENGTH: Attr<i64> = Attr::new("passwordMinimumLength");
pub const PASSWORD_MINUTES_OF_INACTIVITY_BEFORE_LOCK: Attr<i64> = Attr::new("passwordMinutesOfInactivityBeforeLock");
pub const PASSWORD_PREVIOUS_PASSWORD_BLOCK_COUNT: Attr<i64> = Attr::new("passwordPreviousPasswordBlockCount");
pub const PASSWORD_REQUIRED: Attr<bool> = Attr::new("passwordRequired");
pub const PASSWORD_REQUIRED_TO_UNLOCK_FROM_IDLE: Attr<bool> = Attr::new("passwordRequiredToUnlockFromIdle");
pub const PASSWORD_REQUIRED_TYPE: Attr<str> = Attr::new("passwordRequiredType");
pub const REQUIRE_HEALTHY_DEVICE_REPORT: Attr<bool> = Attr::new("requireHealthyDeviceReport");
pub const SECURE_BOOT_ENABLED: Attr<bool> = Attr::new("secureBootEnabled");
pub const STORAGE_REQUIRE_ENCRYPTION: Attr<bool> = Attr::new("storageRequireEncryption");
pub const ACTIVE_FIREWALL_REQUIRED: Attr<bool> = Attr::new("activeFirewallRequired");
pub const ANTI_SPYWARE_REQUIRED: Attr<bool> = Attr::new("antiSpywareRequired");
pub const ANTIVIRUS_REQUIRED: Attr<bool> = Attr::new("antivirusRequired");
pub const CONFIGURATION_MANAGER_COMPLIANCE_REQUIRED: Attr<bool> = Attr::new("configurationManagerComplianceRequired");
pub const DEFENDER_ENABLED: Attr<bool> = Attr::new("defenderEnabled");
pub const DEFENDER_VERSION: Attr<str> = Attr::new("defenderVersion");
pub const DEVICE_COMPLIANCE_POLICY_SCRIPT: Attr<Record> = Attr::new("deviceCompliancePolicyScript");
pub const DEVICE_THREAT_PROTECTION_ENABLED: Attr<bool> = Attr::new("deviceThreatProtectionEnabled");
pub const DEVICE_THREAT_PROTECTION_REQUIRED_SECURITY_LEVEL: Attr<str> =
    Attr::new("deviceThreatProtectionRequiredSecurityLevel");
pub const FIRMWARE_PROTECTION_ENABLED: Attr<bool> = Attr::new("firmwareProtectionEnabled");
pub const KERNEL_DMA_PROTECTION_ENABLED: Attr<bool> = Attr::new("kernelDmaProtectionEnabled");
pub const MEMORY_INTEGRITY_ENABLED: Attr<bool> = Attr::new("memoryIntegrityEnabled");
pub const RTP_ENABLED: Attr<bool> = Attr::new("rtpEnabled");
pub const SIGNATURE_OUT_OF_DATE: Attr<bool> = Attr::new("signatureOutOfDate");
pub const TPM_REQUIRED: Attr<bool> = Attr::new("tpmRequired");
pub const VALID_OPERATING_SYSTEM_BUILD_RANGES: Attr<[Record]> = Attr::new("validOperatingSystemBuildRanges");
pub const VIRTUALIZATION_BASED_SECURITY_ENABLED: Attr<bool> = Attr::new("virtualizationBasedSecurityEnabled");
pub const WSL_DISTRIBUTIONS: Attr<[Record]> = Attr::new("wslDistributions");

pub static WINDOWS10_COMPLIANCE_POLICY: Kind = Kind::new(
    "windows10CompliancePolicy",
    &[
        BIT_LOCKER_ENABLED.def(),
        CODE_INTEGRITY_ENABLED.def(),
        EARLY_LAUNCH_ANTI_MALWARE_DRIVER_ENABLED.def(),
        MOBILE_OS_MAXIMUM_VERSION.def(),
        MOBILE_OS_MINIMUM_VERSION.def(),
        OS_MAXIMUM_VERSION.def(),
        OS_MINIMUM_VERSION.def(),
        PASSWORD_BLOCK_SIMPLE.def(),
        PASSWORD_EXPIRATION_DAYS.def(),
        PASSWORD_MINIMUM_CHARACTER_SET_COUNT.def(),
        PASSWORD_MINIMUM_LENGTH.def(),
        PASSWORD_MINUTES_OF_INACTIVITY_BEFORE_LOCK.def(),
        PASSWORD_PREVIOUS_PASSWORD_BLOCK_COUNT.def(),
        PASSWORD_REQUIRED.def(),
        PASSWORD_REQUIRED_TO_UNLOCK_FROM_IDLE.def(),
        PASSWORD_REQUIRED_TYPE.def().of(Type::Enum(&REQUIRED_PASSWORD_TYPE_VALUES)),
        REQUIRE_HEALTHY_DEVICE_REPORT.def(),
        SECURE_BOOT_ENABLED.def(),
        STORAGE_REQUIRE_ENCRYPTION.def(),
        ACTIVE_FIREWALL_REQUIRED.def().on_select(),
        ANTI_SPYWARE_REQUIRED.def().on_select(),
        ANTIVIRUS_REQUIRED.def().on_select(),
        CONFIGURATION_MANAGER_COMPLIANCE_REQUIRED.def().on_select(),
        DEFENDER_ENABLED.def().on_select(),
        DEFENDER_VERSION.def().on_select(),
        DEVICE_COMPLIANCE_POLICY_SCRIPT.def().of(Type::Record(&DEVICE_COMPLIANCE_POLICY_SCRIPT_RECORD)).on_select(),
        DEVICE_THREAT_PROTECTION_ENABLED.def().on_select(),
        DEVICE_THREAT_PROTECTION_REQUIRED_SECURITY_LEVEL
            .def()
            .of(Type::Enum(&DEVICE_THREAT_PROTECTION_LEVEL_VALUES))
            .on_select(),
        FIRMWARE_PROTECTION_ENABLED.def().on_select(),
        KERNEL_DMA_PROTECTION_ENABLED.def().on_select(),
        MEMORY_INTEGRITY_ENABLED.def().on_select(),
        RTP_ENABLED.def().on_select(),
        SIGNATURE_OUT_OF_DATE.def().on_select(),
        TPM_REQUIRED.def().on_select(),
        VALID_OPERATING_SYSTEM_BUILD_RANGES.def().of(Type::Record(&OPERATING_SYSTEM_VERSION_RANGE_RECORD)).on_select(),
        VIRTUALIZATION_BASED_SECURITY_ENABLED.def().on_select(),
        WSL_DISTRIBUTIONS.def().of(Type::Record(&WSL_DISTRIBUTION_CONFIGURATION_RECORD)).on_select(),
    ],
    &[],
)
.under(&DEVICE_COMPLIANCE_POLICY);

pub static DEVICE_COMPLIANCE_POLICY_SCRIPT_RECORD: RecordDef = shape(
    "deviceCompliancePolicyScript",
    &[field::text("deviceComplianceScriptId"), field::bytes("rulesContent"), field::int("runIntervalInMinutes")],
);

pub static OPERATING_SYSTEM_VERSION_RANGE_RECORD: RecordDef = shape(
    "operatingSystemVersionRange",
    &[field::text("description"), field::text("highestVersion"), field::text("lowestVersion")],
);

pub static WSL_DISTRIBUTION_CONFIGURATION_RECORD: RecordDef = shape(
    "wslDistributionConfiguration",
    &[field::text("distribution"), field::text("maximumOSVersion"), field::text("minimumOSVersion")],
);

pub static REQUIRED_PASSWORD_TYPE_VALUES: EnumDef =
    members("requiredPasswordType", &["deviceDefault", "alphanumeric", "numeric"]);

pub static DEVICE_THREAT_PROTECTION_LEVEL_VALUES: EnumDef =
    members("deviceThreatProtectionLevel", &["unavailable", "secured", "low", "medium", "high", "notSet"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &DEVICE_COMPLIANCE_POLICY_SCRIPT_RECORD,
    &OPERATING_SYSTEM_VERSION_RANGE_RECORD,
    &WSL_DISTRIBUTION_CONFIGURATION_RECORD,
];
