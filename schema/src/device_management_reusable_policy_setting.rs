//! deviceManagementReusablePolicySetting: a value that several policies refer to; here, the script by which a Linux device
//! finds out what custom compliance asks about.

use directory::{Attr, Kind, Record, Type};

use crate::configuration_setting::DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD;
pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME, VERSION};

pub const REFERENCING_CONFIGURATION_POLICY_COUNT: Attr<i64> = Attr::new("referencingConfigurationPolicyCount");
pub const SETTING_DEFINITION_ID: Attr<str> = Attr::new("settingDefinitionId");
pub const SETTING_INSTANCE: Attr<Record> = Attr::new("settingInstance");

pub static DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING: Kind = Kind::new(
    "deviceManagementReusablePolicySetting",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        REFERENCING_CONFIGURATION_POLICY_COUNT.def().system(),
        SETTING_DEFINITION_ID.def().equal(),
        SETTING_INSTANCE.def().of(Type::Record(&DEVICE_MANAGEMENT_CONFIGURATION_SETTING_INSTANCE_RECORD)),
        VERSION.def().system(),
    ],
    &[],
);
