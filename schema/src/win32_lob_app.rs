//! win32LobApp: a Windows program with its installer, detection and requirements.

use directory::{EnumDef, Kind, RecordDef};

use crate::mobile_app::MOBILE_LOB_APP;
use crate::shape::{abstract_shape, choice, field, flag, flags, int, members, record, records, shape, text, under};

pub static WIN32_LOB_APP: Kind = Kind::new(
    "win32LobApp",
    &[
        choice("allowedArchitectures", &WINDOWS_ARCHITECTURE_VALUES),
        choice("applicableArchitectures", &WINDOWS_ARCHITECTURE_VALUES),
        text("installCommandLine"),
        record("installExperience", &WIN32_LOB_APP_INSTALL_EXPERIENCE_RECORD),
        int("minimumCpuSpeedInMHz"),
        int("minimumFreeDiskSpaceInMB"),
        int("minimumMemoryInMB"),
        int("minimumNumberOfProcessors"),
        text("minimumSupportedWindowsRelease"),
        record("msiInformation", &WIN32_LOB_APP_MSI_INFORMATION_RECORD),
        records("returnCodes", &WIN32_LOB_APP_RETURN_CODE_RECORD),
        records("rules", &WIN32_LOB_APP_RULE_RECORD).on_select(),
        text("setupFilePath"),
        text("uninstallCommandLine"),
        record("activeInstallScript", &MOBILE_APP_SCRIPT_REFERENCE_RECORD).on_select(),
        record("activeUninstallScript", &MOBILE_APP_SCRIPT_REFERENCE_RECORD).on_select(),
        flag("allowAvailableUninstall").on_select(),
        records("detectionRules", &WIN32_LOB_APP_DETECTION_RECORD).on_select(),
        text("displayVersion").on_select(),
        record("minimumSupportedOperatingSystem", &WINDOWS_MINIMUM_OPERATING_SYSTEM_RECORD).on_select(),
        records("requirementRules", &WIN32_LOB_APP_REQUIREMENT_RECORD).on_select(),
    ],
    &[],
)
.under(&MOBILE_LOB_APP);

pub static WIN32_LOB_APP_INSTALL_EXPERIENCE_RECORD: RecordDef = shape(
    "win32LobAppInstallExperience",
    &[
        field::choice("deviceRestartBehavior", &WIN32_LOB_APP_RESTART_BEHAVIOR_VALUES),
        field::choice("runAsAccount", &RUN_AS_ACCOUNT_TYPE_VALUES),
        field::choice("inUseBehavior", &WIN32_LOB_APP_IN_USE_ACTION_TYPE_VALUES),
        field::int("maxRunTimeInMinutes"),
    ],
);

pub static WIN32_LOB_APP_MSI_INFORMATION_RECORD: RecordDef = shape(
    "win32LobAppMsiInformation",
    &[
        field::choice("packageType", &WIN32_LOB_APP_MSI_PACKAGE_TYPE_VALUES),
        field::text("productCode"),
        field::text("productName"),
        field::text("productVersion"),
        field::text("publisher"),
        field::flag("requiresReboot"),
        field::text("upgradeCode"),
    ],
);

pub static WIN32_LOB_APP_RETURN_CODE_RECORD: RecordDef = shape(
    "win32LobAppReturnCode",
    &[field::int("returnCode"), field::choice("type", &WIN32_LOB_APP_RETURN_CODE_TYPE_VALUES)],
);

pub static WIN32_LOB_APP_RULE_RECORD: RecordDef =
    abstract_shape(shape("win32LobAppRule", &[field::choice("ruleType", &WIN32_LOB_APP_RULE_TYPE_VALUES)]));

pub static WIN32_LOB_APP_FILE_SYSTEM_RULE_RECORD: RecordDef = under(
    &WIN32_LOB_APP_RULE_RECORD,
    shape(
        "win32LobAppFileSystemRule",
        &[
            field::flag("check32BitOn64System"),
            field::text("comparisonValue"),
            field::text("fileOrFolderName"),
            field::choice("operationType", &WIN32_LOB_APP_FILE_SYSTEM_OPERATION_TYPE_VALUES),
            field::choice("operator", &WIN32_LOB_APP_RULE_OPERATOR_VALUES),
            field::text("path"),
        ],
    ),
);

pub static WIN32_LOB_APP_POWER_SHELL_SCRIPT_RULE_RECORD: RecordDef = under(
    &WIN32_LOB_APP_RULE_RECORD,
    shape(
        "win32LobAppPowerShellScriptRule",
        &[
            field::text("comparisonValue"),
            field::text("displayName"),
            field::flag("enforceSignatureCheck"),
            field::choice("operationType", &WIN32_LOB_APP_POWER_SHELL_SCRIPT_RULE_OPERATION_TYPE_VALUES),
            field::choice("operator", &WIN32_LOB_APP_RULE_OPERATOR_VALUES),
            field::flag("runAs32Bit"),
            field::choice("runAsAccount", &RUN_AS_ACCOUNT_TYPE_VALUES),
            field::text("scriptContent"),
        ],
    ),
);

pub static WIN32_LOB_APP_PRODUCT_CODE_RULE_RECORD: RecordDef = under(
    &WIN32_LOB_APP_RULE_RECORD,
    shape(
        "win32LobAppProductCodeRule",
        &[
            field::text("productCode"),
            field::text("productVersion"),
            field::choice("productVersionOperator", &WIN32_LOB_APP_RULE_OPERATOR_VALUES),
        ],
    ),
);

pub static WIN32_LOB_APP_REGISTRY_RULE_RECORD: RecordDef = under(
    &WIN32_LOB_APP_RULE_RECORD,
    shape(
        "win32LobAppRegistryRule",
        &[
            field::flag("check32BitOn64System"),
            field::text("comparisonValue"),
            field::text("keyPath"),
            field::choice("operationType", &WIN32_LOB_APP_REGISTRY_RULE_OPERATION_TYPE_VALUES),
            field::choice("operator", &WIN32_LOB_APP_RULE_OPERATOR_VALUES),
            field::text("valueName"),
        ],
    ),
);

pub static WIN32_LOB_APP_PROCESS_RULE_RECORD: RecordDef = under(
    &WIN32_LOB_APP_RULE_RECORD,
    shape(
        "win32LobAppProcessRule",
        &[
            field::choice("operationType", &WIN32_LOB_APP_PROCESS_OPERATION_TYPE_VALUES),
            field::text("processDisplayName"),
            field::text("processName"),
        ],
    ),
);

pub static MOBILE_APP_SCRIPT_REFERENCE_RECORD: RecordDef =
    shape("mobileAppScriptReference", &[field::text("targetId")]);

pub static WIN32_LOB_APP_DETECTION_RECORD: RecordDef = abstract_shape(shape("win32LobAppDetection", &[]));

pub static WIN32_LOB_APP_FILE_SYSTEM_DETECTION_RECORD: RecordDef = under(
    &WIN32_LOB_APP_DETECTION_RECORD,
    shape(
        "win32LobAppFileSystemDetection",
        &[
            field::flag("check32BitOn64System"),
            field::choice("detectionType", &WIN32_LOB_APP_FILE_SYSTEM_DETECTION_TYPE_VALUES),
            field::text("detectionValue"),
            field::text("fileOrFolderName"),
            field::choice("operator", &WIN32_LOB_APP_DETECTION_OPERATOR_VALUES),
            field::text("path"),
        ],
    ),
);

pub static WIN32_LOB_APP_POWER_SHELL_SCRIPT_DETECTION_RECORD: RecordDef = under(
    &WIN32_LOB_APP_DETECTION_RECORD,
    shape(
        "win32LobAppPowerShellScriptDetection",
        &[field::flag("enforceSignatureCheck"), field::flag("runAs32Bit"), field::text("scriptContent")],
    ),
);

pub static WIN32_LOB_APP_PRODUCT_CODE_DETECTION_RECORD: RecordDef = under(
    &WIN32_LOB_APP_DETECTION_RECORD,
    shape(
        "win32LobAppProductCodeDetection",
        &[
            field::text("productCode"),
            field::text("productVersion"),
            field::choice("productVersionOperator", &WIN32_LOB_APP_DETECTION_OPERATOR_VALUES),
        ],
    ),
);

pub static WIN32_LOB_APP_REGISTRY_DETECTION_RECORD: RecordDef = under(
    &WIN32_LOB_APP_DETECTION_RECORD,
    shape(
        "win32LobAppRegistryDetection",
        &[
            field::flag("check32BitOn64System"),
            field::choice("detectionType", &WIN32_LOB_APP_REGISTRY_DETECTION_TYPE_VALUES),
            field::text("detectionValue"),
            field::text("keyPath"),
            field::choice("operator", &WIN32_LOB_APP_DETECTION_OPERATOR_VALUES),
            field::text("valueName"),
        ],
    ),
);

pub static WINDOWS_MINIMUM_OPERATING_SYSTEM_RECORD: RecordDef = shape(
    "windowsMinimumOperatingSystem",
    &[
        field::flag("v10_0"),
        field::flag("v8_0"),
        field::flag("v8_1"),
        field::flag("v10_1607"),
        field::flag("v10_1703"),
        field::flag("v10_1709"),
        field::flag("v10_1803"),
        field::flag("v10_1809"),
        field::flag("v10_1903"),
        field::flag("v10_1909"),
        field::flag("v10_2004"),
        field::flag("v10_21H1"),
        field::flag("v10_2H20"),
    ],
);

pub static WIN32_LOB_APP_REQUIREMENT_RECORD: RecordDef = abstract_shape(shape(
    "win32LobAppRequirement",
    &[field::text("detectionValue"), field::choice("operator", &WIN32_LOB_APP_DETECTION_OPERATOR_VALUES)],
));

pub static WIN32_LOB_APP_FILE_SYSTEM_REQUIREMENT_RECORD: RecordDef = under(
    &WIN32_LOB_APP_REQUIREMENT_RECORD,
    shape(
        "win32LobAppFileSystemRequirement",
        &[
            field::flag("check32BitOn64System"),
            field::choice("detectionType", &WIN32_LOB_APP_FILE_SYSTEM_DETECTION_TYPE_VALUES),
            field::text("fileOrFolderName"),
            field::text("path"),
        ],
    ),
);

pub static WIN32_LOB_APP_POWER_SHELL_SCRIPT_REQUIREMENT_RECORD: RecordDef = under(
    &WIN32_LOB_APP_REQUIREMENT_RECORD,
    shape(
        "win32LobAppPowerShellScriptRequirement",
        &[
            field::choice("detectionType", &WIN32_LOB_APP_POWER_SHELL_SCRIPT_DETECTION_TYPE_VALUES),
            field::text("displayName"),
            field::flag("enforceSignatureCheck"),
            field::flag("runAs32Bit"),
            field::choice("runAsAccount", &RUN_AS_ACCOUNT_TYPE_VALUES),
            field::text("scriptContent"),
        ],
    ),
);

pub static WIN32_LOB_APP_REGISTRY_REQUIREMENT_RECORD: RecordDef = under(
    &WIN32_LOB_APP_REQUIREMENT_RECORD,
    shape(
        "win32LobAppRegistryRequirement",
        &[
            field::flag("check32BitOn64System"),
            field::choice("detectionType", &WIN32_LOB_APP_REGISTRY_DETECTION_TYPE_VALUES),
            field::text("keyPath"),
            field::text("valueName"),
        ],
    ),
);

pub static WINDOWS_ARCHITECTURE_VALUES: EnumDef =
    flags("windowsArchitecture", &["none", "x86", "x64", "arm", "neutral", "arm64"]);

pub static WIN32_LOB_APP_RESTART_BEHAVIOR_VALUES: EnumDef =
    members("win32LobAppRestartBehavior", &["basedOnReturnCode", "allow", "suppress", "force"]);

pub static RUN_AS_ACCOUNT_TYPE_VALUES: EnumDef = members("runAsAccountType", &["system", "user"]);

pub static WIN32_LOB_APP_IN_USE_ACTION_TYPE_VALUES: EnumDef = members(
    "win32LobAppInUseActionType",
    &["notEnabled", "fail", "terminateWithoutUserInteraction", "terminateWithUserInteraction", "unknownFutureValue"],
);

pub static WIN32_LOB_APP_MSI_PACKAGE_TYPE_VALUES: EnumDef =
    members("win32LobAppMsiPackageType", &["perMachine", "perUser", "dualPurpose"]);

pub static WIN32_LOB_APP_RETURN_CODE_TYPE_VALUES: EnumDef =
    members("win32LobAppReturnCodeType", &["failed", "success", "softReboot", "hardReboot", "retry"]);

pub static WIN32_LOB_APP_RULE_TYPE_VALUES: EnumDef = members("win32LobAppRuleType", &["detection", "requirement"]);

pub static WIN32_LOB_APP_FILE_SYSTEM_OPERATION_TYPE_VALUES: EnumDef = members(
    "win32LobAppFileSystemOperationType",
    &[
        "notConfigured",
        "exists",
        "modifiedDate",
        "createdDate",
        "version",
        "sizeInMB",
        "doesNotExist",
        "sizeInBytes",
        "appVersion",
        "unknownFutureValue",
    ],
);

pub static WIN32_LOB_APP_RULE_OPERATOR_VALUES: EnumDef = members(
    "win32LobAppRuleOperator",
    &["notConfigured", "equal", "notEqual", "greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"],
);

pub static WIN32_LOB_APP_POWER_SHELL_SCRIPT_RULE_OPERATION_TYPE_VALUES: EnumDef = members(
    "win32LobAppPowerShellScriptRuleOperationType",
    &["notConfigured", "string", "dateTime", "integer", "float", "version", "boolean"],
);

pub static WIN32_LOB_APP_REGISTRY_RULE_OPERATION_TYPE_VALUES: EnumDef = members(
    "win32LobAppRegistryRuleOperationType",
    &["notConfigured", "exists", "doesNotExist", "string", "integer", "version", "appVersion", "unknownFutureValue"],
);

pub static WIN32_LOB_APP_PROCESS_OPERATION_TYPE_VALUES: EnumDef =
    members("win32LobAppProcessOperationType", &["notConfigured", "exists", "unknownFutureValue"]);

pub static WIN32_LOB_APP_FILE_SYSTEM_DETECTION_TYPE_VALUES: EnumDef = members(
    "win32LobAppFileSystemDetectionType",
    &["notConfigured", "exists", "modifiedDate", "createdDate", "version", "sizeInMB", "doesNotExist"],
);

pub static WIN32_LOB_APP_DETECTION_OPERATOR_VALUES: EnumDef = flags(
    "win32LobAppDetectionOperator",
    &["notConfigured", "equal", "notEqual", "greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"],
);

pub static WIN32_LOB_APP_REGISTRY_DETECTION_TYPE_VALUES: EnumDef = members(
    "win32LobAppRegistryDetectionType",
    &["notConfigured", "exists", "doesNotExist", "string", "integer", "version"],
);

pub static WIN32_LOB_APP_POWER_SHELL_SCRIPT_DETECTION_TYPE_VALUES: EnumDef = members(
    "win32LobAppPowerShellScriptDetectionType",
    &["notConfigured", "string", "dateTime", "integer", "float", "version", "boolean"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &WIN32_LOB_APP_INSTALL_EXPERIENCE_RECORD,
    &WIN32_LOB_APP_MSI_INFORMATION_RECORD,
    &WIN32_LOB_APP_RETURN_CODE_RECORD,
    &WIN32_LOB_APP_RULE_RECORD,
    &WIN32_LOB_APP_FILE_SYSTEM_RULE_RECORD,
    &WIN32_LOB_APP_POWER_SHELL_SCRIPT_RULE_RECORD,
    &WIN32_LOB_APP_PRODUCT_CODE_RULE_RECORD,
    &WIN32_LOB_APP_REGISTRY_RULE_RECORD,
    &WIN32_LOB_APP_PROCESS_RULE_RECORD,
    &MOBILE_APP_SCRIPT_REFERENCE_RECORD,
    &WIN32_LOB_APP_DETECTION_RECORD,
    &WIN32_LOB_APP_FILE_SYSTEM_DETECTION_RECORD,
    &WIN32_LOB_APP_POWER_SHELL_SCRIPT_DETECTION_RECORD,
    &WIN32_LOB_APP_PRODUCT_CODE_DETECTION_RECORD,
    &WIN32_LOB_APP_REGISTRY_DETECTION_RECORD,
    &WINDOWS_MINIMUM_OPERATING_SYSTEM_RECORD,
    &WIN32_LOB_APP_REQUIREMENT_RECORD,
    &WIN32_LOB_APP_FILE_SYSTEM_REQUIREMENT_RECORD,
    &WIN32_LOB_APP_POWER_SHELL_SCRIPT_REQUIREMENT_RECORD,
    &WIN32_LOB_APP_REGISTRY_REQUIREMENT_RECORD,
];
