//! deviceManagementConfigurationSettingDefinition: a setting of the catalogue, as clients see it.
//!
//! The settings themselves stand in `catalog`; nobody creates one through the API.

use directory::{EnumDef, Kind, RecordDef};

use crate::configuration_setting::{
    DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES, DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD,
    DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES,
};
pub use crate::keys::{DISPLAY_NAME, ID};
use crate::shape::{choice, field, flags, int, members, record, records, shape, text, texts, under};

/// What every setting has.
pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION: Kind = Kind::new(
    "deviceManagementConfigurationSettingDefinition",
    &[
        choice("accessTypes", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_ACCESS_TYPES_VALUES),
        record("applicability", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD),
        text("baseUri"),
        text("categoryId"),
        text("description"),
        DISPLAY_NAME.def(),
        text("helpText"),
        texts("infoUrls"),
        texts("keywords"),
        text("name"),
        record("occurrence", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_OCCURRENCE_RECORD),
        text("offsetUri"),
        records("referredSettingInformationList", &DEVICE_MANAGEMENT_CONFIGURATION_REFERRED_SETTING_INFORMATION_RECORD),
        choice("riskLevel", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RISK_LEVEL_VALUES),
        text("rootDefinitionId"),
        choice("settingUsage", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_USAGE_VALUES),
        choice("uxBehavior", &DEVICE_MANAGEMENT_CONFIGURATION_CONTROL_TYPE_VALUES),
        text("version"),
        choice("visibility", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VISIBILITY_VALUES),
        ID.def().system(),
    ],
    &[],
);

/// A setting that takes one of several options.
pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_DEFINITION: Kind = Kind::new(
    "deviceManagementConfigurationChoiceSettingDefinition",
    &[text("defaultOptionId"), records("options", &DEVICE_MANAGEMENT_CONFIGURATION_OPTION_DEFINITION_RECORD)],
    &[],
)
.under(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION);

/// A setting that takes a number or text.
pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_DEFINITION: Kind = Kind::new(
    "deviceManagementConfigurationSimpleSettingDefinition",
    &[
        record("defaultValue", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD),
        records("dependedOnBy", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEPENDED_ON_BY_RECORD),
        records("dependentOn", &DEVICE_MANAGEMENT_CONFIGURATION_DEPENDENT_ON_RECORD),
        record("valueDefinition", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_DEFINITION_RECORD),
    ],
    &[],
)
.under(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION);

/// A setting that takes several texts.
pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_COLLECTION_DEFINITION: Kind = Kind::new(
    "deviceManagementConfigurationSimpleSettingCollectionDefinition",
    &[int("maximumCount"), int("minimumCount")],
    &[],
)
.under(&DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_DEFINITION);

/// Settings that belong together.
pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_DEFINITION: Kind = Kind::new(
    "deviceManagementConfigurationSettingGroupDefinition",
    &[
        texts("childIds"),
        records("dependedOnBy", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEPENDED_ON_BY_RECORD),
        records("dependentOn", &DEVICE_MANAGEMENT_CONFIGURATION_DEPENDENT_ON_RECORD),
    ],
    &[],
)
.under(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION);

/// Settings that belong together, several times over.
pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_COLLECTION_DEFINITION: Kind = Kind::new(
    "deviceManagementConfigurationSettingGroupCollectionDefinition",
    &[int("maximumCount"), int("minimumCount")],
    &[],
)
.under(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_DEFINITION);

/// Settings that are about the same thing.
pub static DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY: Kind = Kind::new(
    "deviceManagementConfigurationCategory",
    &[
        text("categoryDescription"),
        texts("childCategoryIds"),
        text("description"),
        DISPLAY_NAME.def(),
        text("helpText"),
        text("name"),
        text("parentCategoryId"),
        choice("platforms", &DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES),
        text("rootCategoryId"),
        choice("settingUsage", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_USAGE_VALUES),
        choice("technologies", &DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES),
        ID.def().system(),
    ],
    &[],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD: RecordDef = shape(
    "deviceManagementConfigurationSettingApplicability",
    &[
        field::text("description"),
        field::choice("deviceMode", &DEVICE_MANAGEMENT_CONFIGURATION_DEVICE_MODE_VALUES),
        field::choice("platform", &DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES),
        field::choice("technologies", &DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES),
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_ANDROID_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape("deviceManagementConfigurationAndroidSettingApplicability", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_APPLICATION_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape("deviceManagementConfigurationApplicationSettingApplicability", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_EDGE_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape("deviceManagementConfigurationEdgeSettingApplicability", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_EXCHANGE_ONLINE_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape("deviceManagementConfigurationExchangeOnlineSettingApplicability", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_IOS_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape(
        "deviceManagementConfigurationIosSettingApplicability",
        &[field::records(
            "versionApplicabilities",
            &DEVICE_MANAGEMENT_CONFIGURATION_APPLE_SETTING_VERSION_APPLICABILITY_RECORD,
        )],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_APPLE_SETTING_VERSION_APPLICABILITY_RECORD: RecordDef = shape(
    "deviceManagementConfigurationAppleSettingVersionApplicability",
    &[
        field::choice("constraints", &DEVICE_MANAGEMENT_CONFIGURATION_APPLE_APPLICABILITY_CONSTRAINT_VALUES),
        field::choice("deviceType", &DEVICE_MANAGEMENT_CONFIGURATION_APPLE_APPLICABILITY_DEVICE_TYPE_VALUES),
        field::record("supportedVersions", &DEVICE_MANAGEMENT_CONFIGURATION_APPLE_OS_SUPPORTED_VERSIONS_RECORD),
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_APPLE_OS_SUPPORTED_VERSIONS_RECORD: RecordDef = shape(
    "deviceManagementConfigurationAppleOSSupportedVersions",
    &[
        field::flag("includesMaxVersion"),
        field::flag("includesMinVersion"),
        field::text("maxVersion"),
        field::text("minVersion"),
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_LINUX_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape("deviceManagementConfigurationLinuxSettingApplicability", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_WINDOWS_SETTING_APPLICABILITY_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    shape(
        "deviceManagementConfigurationWindowsSettingApplicability",
        &[
            field::text("configurationServiceProviderVersion"),
            field::text("maximumSupportedVersion"),
            field::text("minimumSupportedVersion"),
            field::choice("requiredAzureAdTrustType", &DEVICE_MANAGEMENT_CONFIGURATION_AZURE_AD_TRUST_TYPE_VALUES),
            field::flag("requiresAzureAd"),
            field::choices("windowsSkus", &DEVICE_MANAGEMENT_CONFIGURATION_WINDOWS_SKUS_VALUES),
        ],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_OCCURRENCE_RECORD: RecordDef = shape(
    "deviceManagementConfigurationSettingOccurrence",
    &[field::int("maxDeviceOccurrence"), field::int("minDeviceOccurrence")],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_REFERRED_SETTING_INFORMATION_RECORD: RecordDef =
    shape("deviceManagementConfigurationReferredSettingInformation", &[field::text("settingDefinitionId")]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_OPTION_DEFINITION_RECORD: RecordDef = shape(
    "deviceManagementConfigurationOptionDefinition",
    &[
        field::records("dependedOnBy", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEPENDED_ON_BY_RECORD),
        field::records("dependentOn", &DEVICE_MANAGEMENT_CONFIGURATION_DEPENDENT_ON_RECORD),
        field::text("description"),
        field::text("displayName"),
        field::text("helpText"),
        field::text("itemId"),
        field::text("name"),
        field::record("optionValue", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD),
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEPENDED_ON_BY_RECORD: RecordDef =
    shape("deviceManagementConfigurationSettingDependedOnBy", &[field::text("dependedOnBy"), field::flag("required")]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_DEPENDENT_ON_RECORD: RecordDef =
    shape("deviceManagementConfigurationDependentOn", &[field::text("dependentOn"), field::text("parentSettingId")]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_DEFINITION_RECORD: RecordDef =
    shape("deviceManagementConfigurationSettingValueDefinition", &[]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_FLOAT_SETTING_VALUE_DEFINITION_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_DEFINITION_RECORD,
    shape(
        "deviceManagementConfigurationFloatSettingValueDefinition",
        &[field::double("maximumValue"), field::double("minimumValue")],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_DEFINITION_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_DEFINITION_RECORD,
    shape(
        "deviceManagementConfigurationIntegerSettingValueDefinition",
        &[field::long("maximumValue"), field::long("minimumValue")],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_DEFINITION_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_DEFINITION_RECORD,
    shape(
        "deviceManagementConfigurationStringSettingValueDefinition",
        &[
            field::texts("fileTypes"),
            field::choice("format", &DEVICE_MANAGEMENT_CONFIGURATION_STRING_FORMAT_VALUES),
            field::text("inputValidationSchema"),
            field::flag("isSecret"),
            field::long("maximumLength"),
            field::long("minimumLength"),
        ],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_ACCESS_TYPES_VALUES: EnumDef = flags(
    "deviceManagementConfigurationSettingAccessTypes",
    &["none", "add", "copy", "delete", "get", "replace", "execute"],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_DEVICE_MODE_VALUES: EnumDef =
    members("deviceManagementConfigurationDeviceMode", &["none", "kiosk"]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_APPLE_APPLICABILITY_CONSTRAINT_VALUES: EnumDef = flags(
    "deviceManagementConfigurationAppleApplicabilityConstraint",
    &[
        "notSupported",
        "deviceChannel",
        "userChannel",
        "requireSupervised",
        "requireDepEnrolled",
        "requireUserApproved",
        "allowUserEnrollment",
        "unknownFutureValue",
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_APPLE_APPLICABILITY_DEVICE_TYPE_VALUES: EnumDef = flags(
    "deviceManagementConfigurationAppleApplicabilityDeviceType",
    &["none", "ios", "sharediPad", "macOS", "unknownFutureValue"],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_AZURE_AD_TRUST_TYPE_VALUES: EnumDef =
    members("deviceManagementConfigurationAzureAdTrustType", &["none", "azureAdJoined", "addWorkAccount", "mdmOnly"]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_WINDOWS_SKUS_VALUES: EnumDef = members(
    "deviceManagementConfigurationWindowsSkus",
    &[
        "unknown",
        "windowsHome",
        "windowsProfessional",
        "windowsEnterprise",
        "windowsEducation",
        "windowsMobile",
        "windowsMobileEnterprise",
        "windowsTeamSurface",
        "iot",
        "iotEnterprise",
        "holoLens",
        "holoLensEnterprise",
        "holographicForBusiness",
        "windowsMultiSession",
        "surfaceHub",
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RISK_LEVEL_VALUES: EnumDef =
    flags("deviceManagementConfigurationSettingRiskLevel", &["low", "medium", "high"]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_USAGE_VALUES: EnumDef = flags(
    "deviceManagementConfigurationSettingUsage",
    &["none", "configuration", "compliance", "reusableSetting", "unknownFutureValue"],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_CONTROL_TYPE_VALUES: EnumDef = members(
    "deviceManagementConfigurationControlType",
    &[
        "default",
        "dropdown",
        "smallTextBox",
        "largeTextBox",
        "toggle",
        "multiheaderGrid",
        "contextPane",
        "unknownFutureValue",
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VISIBILITY_VALUES: EnumDef = flags(
    "deviceManagementConfigurationSettingVisibility",
    &["none", "settingsCatalog", "template", "unknownFutureValue"],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_STRING_FORMAT_VALUES: EnumDef = members(
    "deviceManagementConfigurationStringFormat",
    &[
        "none",
        "email",
        "guid",
        "ip",
        "base64",
        "url",
        "version",
        "xml",
        "date",
        "time",
        "binary",
        "regEx",
        "json",
        "dateTime",
        "surfaceHub",
        "bashScript",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_ANDROID_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_APPLICATION_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_EDGE_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_EXCHANGE_ONLINE_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_IOS_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_APPLE_SETTING_VERSION_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_APPLE_OS_SUPPORTED_VERSIONS_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_LINUX_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_WINDOWS_SETTING_APPLICABILITY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_OCCURRENCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_REFERRED_SETTING_INFORMATION_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_OPTION_DEFINITION_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEPENDED_ON_BY_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_DEPENDENT_ON_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_DEFINITION_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_FLOAT_SETTING_VALUE_DEFINITION_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_DEFINITION_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_DEFINITION_RECORD,
];
