//! deviceManagementConfigurationPolicyTemplate: settings to begin a policy with; here the versions of the security baselines.
//!
//! They are part of the program (`catalog`); nobody creates one through the API.

use directory::{EnumDef, Kind, LinkDef, RecordDef};

use crate::configuration_setting::{
    DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES, DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES,
};
use crate::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_TEMPLATE_FAMILY_VALUES;
pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, ID};
use crate::shape::{abstract_shape, choice, field, flag, int, members, record, shape, text, under};

pub static DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE: Kind = Kind::new(
    "deviceManagementConfigurationPolicyTemplate",
    &[
        flag("allowUnmanagedSettings"),
        text("baseId"),
        DESCRIPTION.def(),
        flag("disableEntraGroupPolicyAssignment"),
        DISPLAY_NAME.def(),
        text("displayVersion"),
        choice("lifecycleState", &DEVICE_MANAGEMENT_TEMPLATE_LIFECYCLE_STATE_VALUES),
        choice("platforms", &DEVICE_MANAGEMENT_CONFIGURATION_PLATFORMS_VALUES),
        int("settingTemplateCount"),
        choice("technologies", &DEVICE_MANAGEMENT_CONFIGURATION_TECHNOLOGIES_VALUES),
        choice("templateFamily", &DEVICE_MANAGEMENT_CONFIGURATION_TEMPLATE_FAMILY_VALUES),
        int("version"),
        ID.def().system(),
    ],
    &[LinkDef::contained("settingTemplates", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_TEMPLATE).system()],
);

/// One setting of a template.
pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_TEMPLATE: Kind = Kind::new(
    "deviceManagementConfigurationSettingTemplate",
    &[
        record("settingInstanceTemplate", &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_RECORD),
        // Castellan's own: why the setting is in the template.
        text("reason"),
        ID.def().system(),
    ],
    &[],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_RECORD: RecordDef = abstract_shape(shape(
    "deviceManagementConfigurationSettingInstanceTemplate",
    &[field::flag("isRequired"), field::text("settingDefinitionId"), field::text("settingInstanceTemplateId")],
));

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_INSTANCE_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_RECORD,
    shape(
        "deviceManagementConfigurationChoiceSettingInstanceTemplate",
        &[field::record(
            "choiceSettingValueTemplate",
            &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_TEMPLATE_RECORD,
        )],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_TEMPLATE_RECORD: RecordDef = shape(
    "deviceManagementConfigurationChoiceSettingValueTemplate",
    &[
        field::record("defaultValue", &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD),
        field::text("settingValueTemplateId"),
    ],
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD: RecordDef =
    abstract_shape(shape("deviceManagementConfigurationChoiceSettingValueDefaultTemplate", &[]));

pub static DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_CONSTANT_DEFAULT_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
    shape(
        "deviceManagementConfigurationChoiceSettingValueConstantDefaultTemplate",
        &[field::text("settingDefinitionOptionId")],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_INSTANCE_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_RECORD,
    shape(
        "deviceManagementConfigurationSimpleSettingInstanceTemplate",
        &[field::record(
            "simpleSettingValueTemplate",
            &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_TEMPLATE_RECORD,
        )],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_COLLECTION_INSTANCE_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_RECORD,
    shape(
        "deviceManagementConfigurationSimpleSettingCollectionInstanceTemplate",
        &[
            field::flag("allowUnmanagedValues"),
            field::records(
                "simpleSettingCollectionValueTemplate",
                &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_TEMPLATE_RECORD,
            ),
        ],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_TEMPLATE_RECORD: RecordDef = abstract_shape(shape(
    "deviceManagementConfigurationSimpleSettingValueTemplate",
    &[field::text("settingValueTemplateId")],
));

pub static DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_TEMPLATE_RECORD,
    shape(
        "deviceManagementConfigurationIntegerSettingValueTemplate",
        &[field::record(
            "defaultValue",
            &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
        )],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD: RecordDef =
    abstract_shape(shape("deviceManagementConfigurationIntegerSettingValueDefaultTemplate", &[]));

pub static DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_CONSTANT_DEFAULT_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
    shape("deviceManagementConfigurationIntegerSettingValueConstantDefaultTemplate", &[field::int("constantValue")]),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_TEMPLATE_RECORD,
    shape(
        "deviceManagementConfigurationStringSettingValueTemplate",
        &[field::record("defaultValue", &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD)],
    ),
);

pub static DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD: RecordDef =
    abstract_shape(shape("deviceManagementConfigurationStringSettingValueDefaultTemplate", &[]));

pub static DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_CONSTANT_DEFAULT_TEMPLATE_RECORD: RecordDef = under(
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
    shape("deviceManagementConfigurationStringSettingValueConstantDefaultTemplate", &[field::text("constantValue")]),
);

pub static DEVICE_MANAGEMENT_TEMPLATE_LIFECYCLE_STATE_VALUES: EnumDef = members(
    "deviceManagementTemplateLifecycleState",
    &["invalid", "draft", "active", "superseded", "deprecated", "retired"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_INSTANCE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_VALUE_CONSTANT_DEFAULT_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_INSTANCE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_COLLECTION_INSTANCE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_VALUE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_INTEGER_SETTING_VALUE_CONSTANT_DEFAULT_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_DEFAULT_TEMPLATE_RECORD,
    &DEVICE_MANAGEMENT_CONFIGURATION_STRING_SETTING_VALUE_CONSTANT_DEFAULT_TEMPLATE_RECORD,
];
