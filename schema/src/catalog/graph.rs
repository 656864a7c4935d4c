//! Settings as Graph's settings catalogue writes them: definitions for clients to choose from, and what they chose.
//!
//! Booleans are choices there, and an option's id is the setting's with the option behind it: `linux.x_true`.

use directory::{Record, Value};

use super::{SettingDefinition, Usage, ValueKind, find};

/// What one setting instance of a policy says.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    /// A setting and its value, which was checked.
    One(&'static SettingDefinition, Value),
    /// Groups of settings that belong together, such as a distribution with its versions.
    Group(String, Vec<Vec<Chosen>>),
}

/// How deep groups may stand in each other.
const DEPTH_MAX: usize = 4;

/// Read a `deviceManagementConfigurationSettingInstance`. The answer says what is wrong with it.
pub fn chosen(instance: &Record) -> Result<Chosen, String> {
    read(instance, DEPTH_MAX)
}

/// A setting as a `deviceManagementConfigurationSettingDefinition` of the fitting derived type.
#[must_use]
pub fn definition_record(definition: &SettingDefinition) -> Record {
    let (technologies, usage) = match definition.usage {
        Usage::Configuration => ("linuxMdm", "configuration"),
        Usage::Compliance => ("linuxMdm", "compliance"),
    };
    let record = Record::new()
        .with("id", definition.id.as_str())
        .with("name", definition.id.as_str())
        .with("rootDefinitionId", definition.id.as_str())
        .with("displayName", definition.display_name.as_str())
        .with("description", definition.description.as_str())
        .with("categoryId", definition.category.as_str())
        .with("settingUsage", usage)
        .with(
            "applicability",
            Record::new().with("platform", definition.platform.as_str()).with("technologies", technologies),
        );
    match &definition.kind {
        ValueKind::Boolean => {
            let options = [("true", "On"), ("false", "Off")];
            let default = definition.default.as_ref().and_then(Value::as_bool).map(|flag| flag.to_string());
            choice(record, definition, &options, default.as_deref())
        }
        ValueKind::Choice(options) => {
            let options: Vec<(&str, &str)> =
                options.iter().map(|option| (option.value.as_str(), option.display_name.as_str())).collect();
            choice(record, definition, &options, definition.default.as_ref().and_then(Value::as_text))
        }
        ValueKind::Integer { minimum, maximum } => {
            let limits = Record::new()
                .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationIntegerSettingValueDefinition")
                .with("minimumValue", *minimum)
                .with("maximumValue", *maximum);
            simple(record, definition, limits, "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue")
        }
        ValueKind::Text { maximum_length, .. } => {
            let limits = Record::new()
                .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationStringSettingValueDefinition")
                .with("minimumLength", 1_i64)
                .with("maximumLength", i64::try_from(*maximum_length).unwrap_or(i64::MAX));
            simple(record, definition, limits, "#microsoft.graph.deviceManagementConfigurationStringSettingValue")
        }
    }
}

fn choice(record: Record, definition: &SettingDefinition, options: &[(&str, &str)], default: Option<&str>) -> Record {
    let item = |option: &str| format!("{}_{option}", definition.id);
    let options = options.iter().map(|(value, display_name)| {
        let option = Record::new().with("itemId", item(value)).with("name", *value).with("displayName", *display_name);
        Value::Record(option)
    });
    record
        .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition")
        .with("options", Value::List(options.collect()))
        .with_some("defaultOptionId", default.map(item))
}

fn simple(record: Record, definition: &SettingDefinition, limits: Record, value_type: &str) -> Record {
    let default =
        definition.default.clone().map(|value| Record::new().with("@odata.type", value_type).with("value", value));
    record
        .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationSimpleSettingDefinition")
        .with("valueDefinition", limits)
        .with_some("defaultValue", default)
}

fn read(instance: &Record, depth: usize) -> Result<Chosen, String> {
    let id = instance.text("settingDefinitionId").ok_or("a setting needs `settingDefinitionId`")?;
    if let Some(Value::List(groups)) = instance.get("groupSettingCollectionValue") {
        if depth == 0 {
            return Err(format!("`{id}`: groups stand in each other more than {DEPTH_MAX} deep"));
        }
        let group = |group: &Value| {
            let children = group.as_record().map(|group| group.records("children").collect()).unwrap_or_default();
            let children: Vec<&Record> = children;
            children.into_iter().map(|child| read(child, depth - 1)).collect::<Result<Vec<_>, _>>()
        };
        return Ok(Chosen::Group(id.to_owned(), groups.iter().map(group).collect::<Result<_, _>>()?));
    }
    let definition = find(id).ok_or_else(|| format!("`{id}` is not a setting of the catalogue"))?;
    let value = value(definition, instance).ok_or_else(|| format!("`{id}` has no value of its type"))?;
    definition.check(&value).map_err(|why| format!("`{id}`: {why}"))?;
    Ok(Chosen::One(definition, value))
}

/// The value of an instance, in our words.
fn value(definition: &SettingDefinition, instance: &Record) -> Option<Value> {
    let plain = || instance.record("simpleSettingValue")?.get("value").cloned();
    let option = || {
        let item = instance.record("choiceSettingValue")?.text("value")?;
        let (prefix, option) = item.split_at_checked(definition.id.len())?;
        if prefix.eq_ignore_ascii_case(&definition.id) { option.strip_prefix('_') } else { None }
    };
    match definition.kind {
        ValueKind::Boolean => option()?.to_ascii_lowercase().parse().ok().map(Value::Bool),
        ValueKind::Choice(_) => option().map(|option| Value::Text(option.to_owned())),
        ValueKind::Integer { .. } | ValueKind::Text { .. } => plain(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn choice_of(id: &str, option: &str) -> Record {
        Record::new().with("settingDefinitionId", id).with("choiceSettingValue", Record::new().with("value", option))
    }

    fn simple_of(id: &str, value: impl Into<Value>) -> Record {
        Record::new().with("settingDefinitionId", id).with("simpleSettingValue", Record::new().with("value", value))
    }

    #[test]
    fn what_a_client_chose_is_read_and_checked() {
        let cases = [
            (choice_of("linux.sshd.X11Forwarding", "linux.sshd.X11Forwarding_false"), Ok(Value::Bool(false))),
            (choice_of("linux.sshd.permitrootlogin", "linux.sshd.permitrootlogin_no"), Ok(Value::Text("no".into()))),
            (simple_of("linux.sshd.MaxAuthTries", 3_i64), Ok(Value::Int(3))),
            (
                simple_of("linux.sshd.MaxAuthTries", 30_i64),
                Err("`linux.sshd.MaxAuthTries`: `30` is more than 10, the most this setting takes"),
            ),
            (
                choice_of("linux.sshd.X11Forwarding", "linux.sshd.Banner_true"),
                Err("`linux.sshd.X11Forwarding` has no value of its type"),
            ),
            (simple_of("linux.none", 1_i64), Err("`linux.none` is not a setting of the catalogue")),
            (Record::new(), Err("a setting needs `settingDefinitionId`")),
        ];
        for (instance, expected) in cases {
            match (chosen(&instance), expected) {
                (Ok(Chosen::One(_, value)), Ok(expected)) => assert_eq!(value, expected),
                (Err(why), Err(expected)) => assert_eq!(why, expected),
                (other, expected) => panic!("{other:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn a_group_keeps_what_belongs_together() {
        let child = |name: &str, value: &str| {
            Value::Record(simple_of(&format!("linux_distribution_alloweddistros_item_{name}"), value))
        };
        let group = |children: Vec<Value>| Value::Record(Record::new().with("children", Value::List(children)));
        let instance = Record::new().with("settingDefinitionId", "linux_distribution_alloweddistros").with(
            "groupSettingCollectionValue",
            Value::List(vec![
                group(vec![child("$type", "ubuntu"), child("minimumversion", "22.04")]),
                group(vec![child("$type", "debian")]),
            ]),
        );
        let Ok(Chosen::Group(id, groups)) = chosen(&instance) else { panic!("not a group") };
        assert_eq!(id, "linux_distribution_alloweddistros");
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_definition_has_only_what_its_kind_has() {
        let model = crate::model();
        for definition in crate::catalog::definitions() {
            let record = definition_record(definition);
            let kind = record.text("@odata.type").unwrap().trim_start_matches("#microsoft.graph.");
            let kind = model.kind_named(kind).unwrap();
            for (name, _) in record.iter().filter(|(name, _)| *name != "@odata.type") {
                assert!(kind.all_attributes().any(|attribute| attribute.name == name), "{}/{name}", kind.name);
            }
        }
    }

    #[test]
    fn what_clients_are_offered_they_can_choose() {
        for definition in crate::catalog::definitions() {
            let record = definition_record(definition);
            for option in record.records("options") {
                let instance = choice_of(&definition.id, option.text("itemId").unwrap());
                assert!(matches!(chosen(&instance), Ok(Chosen::One(..))), "{}", definition.id);
            }
        }
    }
}
