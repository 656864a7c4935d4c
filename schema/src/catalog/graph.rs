//! Settings as Graph's settings catalogue writes them: definitions for clients to choose from, and what they chose.
//!
//! Booleans are choices there, and an option's id is the setting's with the option behind it: `linux.x_true`.

use directory::{Record, Value};

use super::{Category, Dependency, SettingDefinition, Usage, ValueKind, definitions, find, secret};

/// What one setting instance of a policy says.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    /// A setting and its value, which was checked.
    One(&'static SettingDefinition, Value),
    /// A group of the catalogue, once for each time that it is there; each was checked.
    Members(&'static SettingDefinition, Vec<Value>),
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
    let mut applicability = Record::new()
        .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationLinuxSettingApplicability")
        .with("platform", definition.platform.as_str())
        .with("technologies", TECHNOLOGIES);
    if let Some(text) = definition.applies_to.text() {
        applicability.set("description", text);
    }
    let record = Record::new()
        .with("id", definition.id.as_str())
        .with("name", definition.id.as_str())
        .with("rootDefinitionId", definition.group.as_deref().unwrap_or(&definition.id))
        .with("displayName", definition.display_name.as_str())
        .with("description", definition.description.as_str())
        .with("categoryId", definition.category.as_str())
        .with("settingUsage", usage(definition.usage))
        .with("applicability", applicability);
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
        ValueKind::Secret { minimum_length, maximum_length, .. } => {
            let limits = Record::new()
                .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationStringSettingValueDefinition")
                .with("isSecret", true)
                .with("minimumLength", number(*minimum_length))
                .with("maximumLength", number(*maximum_length));
            simple(record, definition, limits, "#microsoft.graph.deviceManagementConfigurationSecretSettingValue")
        }
        ValueKind::List { maximum_items, maximum_length, .. } => {
            let limits = Record::new()
                .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationStringSettingValueDefinition")
                .with("minimumLength", 1_i64)
                .with("maximumLength", number(*maximum_length));
            record
                .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationSimpleSettingCollectionDefinition")
                .with("valueDefinition", limits)
                .with_some("dependentOn", definition.depends_on.as_ref().map(depends))
                .with("minimumCount", 1_i64)
                .with("maximumCount", number(*maximum_items))
        }
        ValueKind::Group { members, maximum_items, .. } => {
            let children: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
            record
                .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationSettingGroupCollectionDefinition")
                .with("childIds", children)
                .with_some("dependentOn", definition.depends_on.as_ref().map(depends))
                .with("minimumCount", 1_i64)
                .with("maximumCount", number(*maximum_items))
        }
    }
}

/// A category as a `deviceManagementConfigurationCategory`.
#[must_use]
pub fn category_record(category: &Category) -> Record {
    Record::new()
        .with("@odata.type", "#microsoft.graph.deviceManagementConfigurationCategory")
        .with("id", category.id.as_str())
        .with("name", category.display_name.as_str())
        .with("displayName", category.display_name.as_str())
        .with("description", category.description.as_str())
        .with("categoryDescription", category.description.as_str())
        .with("platforms", category.platform.as_str())
        .with("technologies", TECHNOLOGIES)
        .with("settingUsage", usage(category.usage))
        .with("rootCategoryId", category.id.as_str())
}

/// A setting with its value as a `deviceManagementConfigurationSetting` of a policy. Groups have no one value.
#[must_use]
pub fn setting_record(definition: &SettingDefinition, value: &Value) -> Option<Record> {
    let kind = |name: &str| format!("#microsoft.graph.deviceManagementConfiguration{name}");
    let simple = |value: &Value| {
        let name = if matches!(value, Value::Int(_)) { "IntegerSettingValue" } else { "StringSettingValue" };
        Record::new().with("@odata.type", kind(name)).with("value", value.clone())
    };
    let choice = |option: &str| {
        let value = Record::new()
            .with("@odata.type", kind("ChoiceSettingValue"))
            .with("value", format!("{}_{option}", definition.id));
        ("ChoiceSettingInstance", "choiceSettingValue", Value::Record(value))
    };
    let (instance, field, value) = match (&definition.kind, value) {
        (ValueKind::Boolean, Value::Bool(flag)) => choice(&flag.to_string()),
        (ValueKind::Choice(_), Value::Text(option)) => choice(option),
        (ValueKind::List { .. }, Value::List(items)) => {
            let items = items.iter().map(|item| Value::Record(simple(item))).collect();
            ("SimpleSettingCollectionInstance", "simpleSettingCollectionValue", Value::List(items))
        }
        (ValueKind::Group { .. }, _) => return None,
        (ValueKind::Secret { .. }, Value::Guid(token)) => {
            ("SimpleSettingInstance", "simpleSettingValue", Value::Record(secret::record(*token)))
        }
        (_, value) => ("SimpleSettingInstance", "simpleSettingValue", Value::Record(simple(value))),
    };
    let instance = Record::new()
        .with("@odata.type", kind(instance))
        .with("settingDefinitionId", definition.id.as_str())
        .with(field, value);
    Some(Record::new().with("settingInstance", instance))
}

/// How devices of this catalogue are managed, in Graph's words.
const TECHNOLOGIES: &str = "linuxMdm";

const fn usage(usage: Usage) -> &'static str {
    match usage {
        Usage::Configuration => "configuration",
        Usage::Compliance => "compliance",
    }
}

fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The option of the other setting that this one means nothing without.
fn depends(on: &Dependency) -> Value {
    let option = format!("{}_{}", on.setting, on.value);
    let record = Record::new().with("dependentOn", option).with("parentSettingId", on.setting.as_str());
    Value::List(vec![Value::Record(record)])
}

fn choice(record: Record, definition: &SettingDefinition, options: &[(&str, &str)], default: Option<&str>) -> Record {
    let item = |option: &str| format!("{}_{option}", definition.id);
    let dependents = |option: &str| -> Vec<Value> {
        let of_this = definitions().iter().filter(|other| {
            other.depends_on.as_ref().is_some_and(|on| on.setting == definition.id && on.value == option)
        });
        of_this
            .map(|other| Value::Record(Record::new().with("dependedOnBy", other.id.as_str()).with("required", false)))
            .collect()
    };
    let options = options.iter().map(|(value, display_name)| {
        let dependents = dependents(value);
        let option = Record::new()
            .with("itemId", item(value))
            .with("name", *value)
            .with("displayName", *display_name)
            .with_some("dependentOn", definition.depends_on.as_ref().map(depends))
            .with_some("dependedOnBy", (!dependents.is_empty()).then_some(Value::List(dependents)));
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
        .with_some("dependentOn", definition.depends_on.as_ref().map(depends))
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
        if let Some(definition) = find(id).filter(|found| matches!(found.kind, ValueKind::Group { .. })) {
            return members(definition, &groups.iter().map(group).collect::<Result<Vec<_>, _>>()?);
        }
        return Ok(Chosen::Group(id.to_owned(), groups.iter().map(group).collect::<Result<_, _>>()?));
    }
    let definition = find(id).ok_or_else(|| format!("`{id}` is not a setting of the catalogue"))?;
    let value = value(definition, instance).ok_or_else(|| match definition.kind {
        ValueKind::Secret { .. } => format!("`{id}` is a secret: give it with the `valueState` `notEncrypted`"),
        _ => format!("`{id}` has no value of its type"),
    })?;
    definition.check(&value).map_err(|why| format!("`{id}`: {why}"))?;
    Ok(Chosen::One(definition, value))
}

/// A group of the catalogue with what was chosen each time. No two times may be about the same thing.
fn members(definition: &'static SettingDefinition, groups: &[Vec<Chosen>]) -> Result<Chosen, String> {
    let ValueKind::Group { members, maximum_items, .. } = &definition.kind else {
        return Err(format!("`{}` is not a group", definition.id));
    };
    if groups.len() > *maximum_items {
        return Err(format!("`{}` may be there {maximum_items} times", definition.id));
    }
    let mut values: Vec<Value> = Vec::new();
    for group in groups {
        let mut record = Record::new();
        for chosen in group {
            let Chosen::One(of, value) = chosen else {
                return Err(format!("`{}` holds a group of its own", definition.id));
            };
            let member = members.iter().find(|member| member.id == of.id);
            let member = member.ok_or_else(|| format!("`{}` is not a member of `{}`", of.id, definition.id))?;
            record.set(&member.name, value.clone());
        }
        let value = Value::Record(record);
        definition.check(&value).map_err(|why| format!("`{}`: {why}", definition.id))?;
        if values.iter().any(|other| definition.key_of(other) == definition.key_of(&value)) {
            let key = definition.key_of(&value).unwrap_or_default();
            return Err(format!("`{}` says two things of `{key}`", definition.id));
        }
        values.push(value);
    }
    Ok(Chosen::Members(definition, values))
}

/// The value of an instance, in our words.
fn value(definition: &SettingDefinition, instance: &Record) -> Option<Value> {
    // What is marked as a secret is none of another type's values: it would be kept for everybody to read.
    let plain = || {
        let value = instance.record("simpleSettingValue").filter(|value| value.get("valueState").is_none())?;
        value.get("value").cloned()
    };
    let option = || {
        let item = instance.record("choiceSettingValue")?.text("value")?;
        let (prefix, option) = item.split_at_checked(definition.id.len())?;
        if prefix.eq_ignore_ascii_case(&definition.id) { option.strip_prefix('_') } else { None }
    };
    match definition.kind {
        ValueKind::Boolean => option()?.to_ascii_lowercase().parse().ok().map(Value::Bool),
        ValueKind::Choice(_) => option().map(|option| Value::Text(option.to_owned())),
        ValueKind::Integer { .. } | ValueKind::Text { .. } => plain(),
        ValueKind::Secret { .. } => instance.record("simpleSettingValue").and_then(secret::token).map(Value::Guid),
        ValueKind::List { .. } => {
            let items = instance.get("simpleSettingCollectionValue")?.as_list()?;
            items
                .iter()
                .map(|item| item.as_record()?.get("value").cloned())
                .collect::<Option<Vec<_>>>()
                .map(Value::List)
        }
        ValueKind::Group { .. } => None,
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
    fn lists_and_groups_of_the_catalogue_are_read_and_checked() {
        let items = |values: &[&str]| {
            let items = values.iter().map(|value| Value::Record(Record::new().with("value", *value))).collect();
            Record::new()
                .with("settingDefinitionId", "linux.sshd.AllowGroups")
                .with("simpleSettingCollectionValue", Value::List(items))
        };
        let Ok(Chosen::One(_, list)) = chosen(&items(&["admins", "ops"])) else { panic!("not a list") };
        assert_eq!(list, Value::List(vec!["admins".into(), "ops".into()]));
        assert!(chosen(&items(&["admins;rm"])).unwrap_err().contains("is not accepted"));
        assert!(chosen(&items(&[])).unwrap_err().contains("takes 1 to"));

        let network = |name: &str| {
            let of = |member: &str, value: &str| {
                Value::Record(simple_of(&format!("linux.networkmanager.wifi_{member}"), value))
            };
            Value::Record(Record::new().with("children", Value::List(vec![of("name", name), of("ssid", "XYZ")])))
        };
        let networks = |groups: Vec<Value>| {
            Record::new()
                .with("settingDefinitionId", "linux.networkmanager.wifi")
                .with("groupSettingCollectionValue", Value::List(groups))
        };
        let Ok(Chosen::Members(definition, values)) = chosen(&networks(vec![network("office"), network("lab")])) else {
            panic!("not a group")
        };
        let keys: Vec<_> = values.iter().filter_map(|value| definition.key_of(value)).collect();
        assert_eq!(keys, ["office", "lab"]);
        assert!(chosen(&networks(vec![network("office"), network("office")])).unwrap_err().contains("two things"));
        assert!(chosen(&networks(vec![network("../x")])).unwrap_err().contains("is not accepted"));
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
