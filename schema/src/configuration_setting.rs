//! deviceManagementConfigurationSetting: one setting of a policy and the value it is to have.
//!
//! Which settings there are stands in `catalog`.

use directory::{EnumDef, Kind, RecordDef};

use crate::shape::{ENTITY_RECORD, abstract_shape, field, flags, item, members, shape, under};

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING: Kind = item(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD, &[]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "deviceManagementConfigurationSetting",
        &[field::record("settingInstance", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD: RecordDef = abstract_shape(shape(
    "deviceManagementConfigurationSettingInstance",
    &[
        field::text("settingDefinitionId"),
        field::record(
            "settingInstanceTemplateReference",
            &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_REFERENCE_RECORD,
        ),
    ],
));

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_REFERENCE_RECORD: RecordDef =
    shape("deviceManagementConfigurationSettingInstanceTemplateReference", &[field::text("settingInstanceTemplateId")]);

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_COLLECTION_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape(
        "deviceManagementConfigurationChoiceSettingCollectionInstance",
        &[field::records("choiceSettingCollectionValue", &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD,
    shape(
        "deviceManagementConfigurationChoiceSettingValue",
        &[field::records("children", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD), field::text("value")],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD: RecordDef = abstract_shape(shape(
    "deviceManagementConfigurationSettingValue",
    &[field::record(
        "settingValueTemplateReference",
        &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_TEMPLATE_REFERENCE_RECORD,
    )],
));

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_TEMPLATE_REFERENCE_RECORD: RecordDef = shape(
    "deviceManagementConfigurationSettingValueTemplateReference",
    &[field::text("settingValueTemplateId"), field::flag("useTemplateDefault")],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_VALUE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD,
    shape(
        "deviceManagementConfigurationGroupSettingValue",
        &[field::records("children", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD: RecordDef = abstract_shape(under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD,
    shape("deviceManagementConfigurationSimpleSettingValue", &[]),
));

pub static DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD,
    shape("deviceManagementConfigurationIntegerSettingValue", &[field::int("value")]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SECRET_SETTING_VALUE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD,
    shape(
        "deviceManagementConfigurationSecretSettingValue",
        &[
            field::text("value"),
            field::choice("valueState", &DEVICE_MANAGEMENT_CONFIGURATION_SECRET_SETTING_VALUE_STATE_VALUES),
        ],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD,
    shape("deviceManagementConfigurationStringSettingValue", &[field::text("value")]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_REFERENCE_SETTING_VALUE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_RECORD,
    shape("deviceManagementConfigurationReferenceSettingValue", &[field::text("note")]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape(
        "deviceManagementConfigurationChoiceSettingInstance",
        &[field::record("choiceSettingValue", &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_COLLECTION_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape(
        "deviceManagementConfigurationGroupSettingCollectionInstance",
        &[field::records("groupSettingCollectionValue", &DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_VALUE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape(
        "deviceManagementConfigurationGroupSettingInstance",
        &[field::record("groupSettingValue", &DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_VALUE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_COLLECTION_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape("deviceManagementConfigurationSettingGroupCollectionInstance", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape("deviceManagementConfigurationSettingGroupInstance", &[]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_COLLECTION_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape(
        "deviceManagementConfigurationSimpleSettingCollectionInstance",
        &[field::records("simpleSettingCollectionValue", &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_INSTANCE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    shape(
        "deviceManagementConfigurationSimpleSettingInstance",
        &[field::record("simpleSettingValue", &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES: EnumDef = flags(
    "deviceManagementConfigurationPlatforms",
    &[
        "none",
        "android",
        "iOS",
        "macOS",
        "windows10X",
        "windows10",
        "linux",
        "unknownFutureValue",
        "androidEnterprise",
        "aosp",
        "visionOS",
        "tvOS",
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES: EnumDef = flags(
    "deviceManagementConfigurationTechnologies",
    &[
        "none",
        "mdm",
        "windows10XManagement",
        "configManager",
        "intuneManagementExtension",
        "thirdParty",
        "documentGateway",
        "appleRemoteManagement",
        "microsoftSense",
        "exchangeOnline",
        "mobileApplicationManagement",
        "linuxMdm",
        "enrollment",
        "endpointPrivilegeManagement",
        "unknownFutureValue",
        "windowsOsRecovery",
        "android",
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SECRET_SETTING_VALUE_STATE_VALUES: EnumDef = members(
    "deviceManagementConfigurationSecretSettingValueState",
    &["invalid", "notEncrypted", "encryptedValueToken"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_REFERENCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_COLLECTION_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_VALUE_TEMPLATE_REFERENCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SECRET_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_REFERENCE_SETTING_VALUE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_COLLECTION_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_GROUP_SETTING_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_COLLECTION_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_COLLECTION_INSTANCE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_INSTANCE_RECORD,
];
