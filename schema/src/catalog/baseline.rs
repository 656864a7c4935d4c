//! Security baselines: settings that a sort of device should have, each with its reason, in versions. Data like the settings
//! themselves, in `schema/catalog/baselines/<name>.toml`: an item says from which version on it is there, and until which.
//!
//! Deliberately absent: which devices have one (`devices`: a policy made from it is a policy like others).

use std::sync::LazyLock;

use directory::{Record, Value};
use toml::de::DeTable;

use super::read::Table;
use super::{SettingDefinition, ValueKind, find};

const FILES: &[&str] = &[
    include_str!("../../catalog/baselines/linux-server.toml"),
    include_str!("../../catalog/baselines/linux-workstation.toml"),
];

/// One version of a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// The baseline's own id with the version behind it.
    pub id: String,
    /// The same for all its versions.
    pub base_id: String,
    pub display_name: String,
    pub description: String,
    pub platform: String,
    pub version: i64,
    pub display_version: String,
    /// Whether there is a later version.
    pub is_superseded: bool,
    pub items: Vec<BaselineItem>,
}

/// One setting of a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineItem {
    pub definition: &'static SettingDefinition,
    pub value: Value,
    pub reason: String,
}

static BASELINES: LazyLock<Vec<Baseline>> = LazyLock::new(|| {
    let files = FILES.iter().map(|text| read(text).expect("the baselines are read by their own test"));
    files.flatten().collect()
});

/// Every version of every baseline, the older before the newer.
#[must_use]
pub fn baselines() -> &'static [Baseline] {
    &BASELINES
}

/// A version of a baseline by its id.
#[must_use]
pub fn baseline(id: &str) -> Option<&'static Baseline> {
    baselines().iter().find(|baseline| baseline.id.eq_ignore_ascii_case(id))
}

impl Baseline {
    /// The newest version of the same baseline.
    #[must_use]
    pub fn newest(&self) -> &'static Baseline {
        let same = baselines().iter().filter(|other| other.base_id == self.base_id);
        same.max_by_key(|other| other.version).expect("a baseline is among its own versions")
    }

    /// As a `deviceManagementConfigurationPolicyTemplate`.
    #[must_use]
    pub fn record(&self) -> Record {
        Record::new()
            .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationPolicyTemplate")
            .with("id", self.id.as_str())
            .with("baseId", self.base_id.as_str())
            .with("displayName", self.display_name.as_str())
            .with("description", self.description.as_str())
            .with("version", self.version)
            .with("displayVersion", self.display_version.as_str())
            .with("lifecycleState", if self.is_superseded { "superseded" } else { "active" })
            .with("platforms", self.platform.as_str())
            .with("technologies", "linuxMdm")
            .with("templateFamily", "baseline")
            .with("allowUnmanagedSettings", true)
            .with("settingTemplateCount", i64::try_from(self.items.len()).unwrap_or(i64::MAX))
    }

    /// The `templateReference` of a policy that is made from it.
    #[must_use]
    pub fn reference(&self) -> Record {
        Record::new()
            .with("templateId", self.id.as_str())
            .with("templateFamily", "baseline")
            .with("templateDisplayName", self.display_name.as_str())
            .with("templateDisplayVersion", self.display_version.as_str())
    }

    /// Its settings as `deviceManagementConfigurationSetting`s of a policy.
    #[must_use]
    pub fn settings(&self) -> Vec<Record> {
        self.items.iter().filter_map(|item| super::setting_record(item.definition, &item.value)).collect()
    }

    /// Its settings as `deviceManagementConfigurationSettingTemplate`s.
    #[must_use]
    pub fn setting_templates(&self) -> Vec<Record> {
        self.items.iter().enumerate().map(|(at, item)| item.record(&self.id, at)).collect()
    }
}

impl BaselineItem {
    fn record(&self, baseline: &str, at: usize) -> Record {
        let id = format!("{baseline}_{at}");
        let kind = |name: &str| format!("#microsoft.graph.deviceManagementConfiguration{name}");
        let simple = |name: &str, constant: &Value| {
            let default = Record::new()
                .with("@odata.type", kind(&format!("{name}SettingValueConstantDefaultTemplate")))
                .with("constantValue", constant.clone());
            Record::new()
                .with("@odata.type", kind(&format!("{name}SettingValueTemplate")))
                .with("settingValueTemplateId", id.as_str())
                .with("defaultValue", default)
        };
        let template = Record::new()
            .with("settingInstanceTemplateId", id.as_str())
            .with("settingDefinitionId", self.definition.id.as_str())
            .with("isRequired", false);
        let template = match (&self.definition.kind, &self.value) {
            (ValueKind::Integer { .. }, value) => template
                .with("@odata.type", kind("SimpleSettingInstanceTemplate"))
                .with("simpleSettingValueTemplate", simple("Integer", value)),
            (ValueKind::List { .. }, Value::List(items)) => {
                let items = items.iter().map(|item| Value::Record(simple("String", item))).collect();
                template
                    .with("@odata.type", kind("SimpleSettingCollectionInstanceTemplate"))
                    .with("allowUnmanagedValues", true)
                    .with("simpleSettingCollectionValueTemplate", Value::List(items))
            }
            (ValueKind::Boolean, Value::Bool(flag)) => template
                .with("@odata.type", kind("ChoiceSettingInstanceTemplate"))
                .with("choiceSettingValueTemplate", self.choice(&id, &flag.to_string())),
            (ValueKind::Choice(_), Value::Text(option)) => template
                .with("@odata.type", kind("ChoiceSettingInstanceTemplate"))
                .with("choiceSettingValueTemplate", self.choice(&id, option)),
            (_, value) => template
                .with("@odata.type", kind("SimpleSettingInstanceTemplate"))
                .with("simpleSettingValueTemplate", simple("String", value)),
        };
        Record::new()
            .with("@odata.type", kind("SettingTemplate"))
            .with("id", id.as_str())
            .with("settingInstanceTemplate", template)
            .with("reason", self.reason.as_str())
    }

    fn choice(&self, id: &str, option: &str) -> Record {
        let default = Record::new()
            .with(
                "@odata.type",
                "#microsoft.graph.deviceManagementConfigurationChoiceSettingValueConstantDefaultTemplate",
            )
            .with("settingDefinitionOptionId", format!("{}_{option}", self.definition.id));
        Record::new().with("settingValueTemplateId", id).with("defaultValue", default)
    }
}

fn read(text: &str) -> Result<Vec<Baseline>, String> {
    let document = DeTable::parse(text).map_err(|error| error.to_string())?;
    let top = Table(document.get_ref());
    top.only(&["base_id", "name", "description", "platform", "versions", "item"])?;
    let base_id = top.required("base_id")?;
    let items = top.list("item")?;
    let versions = top.list("versions")?;
    let count = i64::try_from(versions.len()).unwrap_or(i64::MAX);
    let one = |version: &Table<'_>| {
        version.only(&["version", "display_version"])?;
        let number = version.required_integer("version")?;
        let mut of_version = Vec::new();
        for item in &items {
            item.only(&["setting", "value", "reason", "since", "until"])?;
            let bound = |name: &str, otherwise: i64| {
                if item.get(name).is_some() { item.required_integer(name) } else { Ok(otherwise) }
            };
            if (bound("since", 1)?..=bound("until", count)?).contains(&number) {
                of_version.push(read_item(item)?);
            }
        }
        Ok(Baseline {
            id: format!("{base_id}_{number}"),
            base_id: base_id.to_owned(),
            display_name: top.required("name")?.to_owned(),
            description: top.required("description")?.to_owned(),
            platform: top.required("platform")?.to_owned(),
            version: number,
            display_version: version.required("display_version")?.to_owned(),
            is_superseded: number < count,
            items: of_version,
        })
    };
    versions.iter().map(one).collect()
}

fn read_item(item: &Table<'_>) -> Result<BaselineItem, String> {
    let setting = item.required("setting")?;
    let definition = find(setting).ok_or_else(|| format!("`{setting}` is not a setting of the catalogue"))?;
    let value = item.value("value")?.ok_or_else(|| format!("`{setting}`: needs `value`"))?;
    definition.check(&value).map_err(|why| format!("`{setting}`: {why}"))?;
    let reason = item.required("reason")?.to_owned();
    Ok(BaselineItem { definition, value, reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;
    use crate::catalog::{Chosen, chosen};

    #[test]
    fn every_item_has_its_reason_and_can_be_chosen_as_it_is() {
        let mut ids = HashSet::new();
        for baseline in baselines() {
            assert!(ids.insert(&baseline.id), "`{}` is there twice", baseline.id);
            let mut settings = HashSet::new();
            for item in &baseline.items {
                assert!(settings.insert(&item.definition.id), "`{}` twice in `{}`", item.definition.id, baseline.id);
                assert!(
                    item.reason.len() > 15 && item.reason.ends_with('.'),
                    "`{}`: {}",
                    item.definition.id,
                    item.reason
                );
                let record = crate::catalog::setting_record(item.definition, &item.value).unwrap();
                let Ok(Chosen::One(definition, value)) = chosen(record.record("settingInstance").unwrap()) else {
                    panic!("`{}`", item.definition.id)
                };
                assert_eq!((definition, &value), (item.definition, &item.value));
            }
            assert_eq!(baseline.settings().len(), baseline.setting_templates().len());
        }
        assert!(baselines().len() >= 4);
    }

    #[test]
    fn a_later_version_says_more_than_the_one_before() {
        for baseline in baselines().iter().filter(|baseline| baseline.is_superseded) {
            let newest = baseline.newest();
            assert!(newest.version > baseline.version && !newest.is_superseded);
            assert_ne!(newest.items, baseline.items);
        }
    }

    #[test]
    fn a_template_has_only_what_its_kind_has() {
        let model = crate::model();
        let check = |record: &Record| {
            let kind = record.text("@odata.type").unwrap().trim_start_matches("#microsoft.graph.");
            let kind = model.kind_named(kind).unwrap();
            for (name, _) in record.iter().filter(|(name, _)| *name != "@odata.type") {
                assert!(kind.all_attributes().any(|attribute| attribute.name == name), "{}/{name}", kind.name);
            }
        };
        for baseline in baselines() {
            check(&baseline.record());
            baseline.setting_templates().iter().for_each(check);
        }
    }
}
