//! A file of the catalogue, read. A member that is not known, missing or of the wrong type is refused with its setting.

use directory::Value;
use toml::de::{DeTable, DeValue};

use super::{Choice, Instruction, SettingDefinition, Usage, ValueKind};

/// The settings of one file.
pub(super) fn file(platform: &str, text: &str) -> Result<Vec<SettingDefinition>, String> {
    let document = DeTable::parse(text).map_err(|error| error.to_string())?;
    let top = Table(document.get_ref());
    top.only(&["category", "usage", "setting"])?;
    let usage = match top.text("usage")? {
        None => Usage::Configuration,
        Some("compliance") => Usage::Compliance,
        Some(other) => return Err(format!("`{other}` is not a usage; leave it out or write `compliance`")),
    };
    let category = top.required("category")?;
    let settings = top.list("setting")?;
    settings
        .into_iter()
        .map(|setting| {
            let id = setting.required("id")?;
            one(platform, category, usage, &setting).map_err(|why| format!("`{id}`: {why}"))
        })
        .collect()
}

fn one(platform: &str, category: &str, usage: Usage, setting: &Table<'_>) -> Result<SettingDefinition, String> {
    let kind = kind(setting)?;
    let mut known = vec!["id", "name", "description", "type", "default", "spell", "render"];
    known.extend(match kind {
        ValueKind::Boolean => &[][..],
        ValueKind::Integer { .. } => &["minimum", "maximum"],
        ValueKind::Text { .. } => &["maximum_length", "characters", "multiline"],
        ValueKind::Choice(_) => &["options"],
    });
    setting.only(&known)?;
    let template = match (usage, setting.table("render")?) {
        (Usage::Configuration, Some(render)) => Some(template(&render)?),
        (Usage::Compliance, None) => None,
        (Usage::Configuration, None) => return Err("needs `render`".into()),
        (Usage::Compliance, Some(_)) => return Err("a requirement has no `render`".into()),
    };
    let definition = SettingDefinition {
        id: setting.required("id")?.to_owned(),
        platform: platform.to_owned(),
        category: category.to_owned(),
        display_name: setting.required("name")?.to_owned(),
        description: setting.required("description")?.to_owned(),
        usage,
        kind,
        default: setting.value("default")?,
        spelling: spelling(setting)?,
        template,
    };
    if let Some(default) = &definition.default {
        definition.check(default).map_err(|why| format!("its default: {why}"))?;
    }
    Ok(definition)
}

fn kind(setting: &Table<'_>) -> Result<ValueKind, String> {
    Ok(match setting.required("type")? {
        "boolean" => ValueKind::Boolean,
        "integer" => {
            let (minimum, maximum) = (setting.required_integer("minimum")?, setting.required_integer("maximum")?);
            ValueKind::Integer { minimum, maximum }
        }
        "text" => ValueKind::Text {
            maximum_length: usize::try_from(setting.required_integer("maximum_length")?)
                .map_err(|_| "`maximum_length` is not a length")?,
            characters: setting.text("characters")?.map(str::to_owned),
            multiline: setting.flag("multiline")?.unwrap_or(false),
        },
        "choice" => {
            let options = setting.list("options")?;
            ValueKind::Choice(options.iter().map(choice).collect::<Result<_, _>>()?)
        }
        other => return Err(format!("`{other}` is not a type; use boolean, integer, text or choice")),
    })
}

fn choice(option: &Table<'_>) -> Result<Choice, String> {
    option.only(&["value", "name"])?;
    Ok(Choice { value: option.required("value")?.to_owned(), display_name: option.required("name")?.to_owned() })
}

fn spelling(setting: &Table<'_>) -> Result<Vec<(String, String)>, String> {
    let Some(table) = setting.table("spell")? else {
        return Ok(Vec::new());
    };
    let names = table.0.keys().map(|key| key.get_ref().as_ref());
    names.map(|name| Ok((name.to_owned(), table.required(name)?.to_owned()))).collect()
}

fn template(render: &Table<'_>) -> Result<Instruction, String> {
    let text = |name: &str| render.required(name).map(str::to_owned);
    let (template, known): (Instruction, &[&str]) = match render.required("kind")? {
        "file" => (
            Instruction::File { path: text("path")?, mode: text("mode")?, content: text("content")? },
            &["kind", "path", "mode", "content"],
        ),
        // A parameter is nothing but its value.
        "sysctl" => (Instruction::Sysctl { key: text("key")?, value: "{value}".into() }, &["kind", "key"]),
        "managedBlock" => (
            Instruction::ManagedBlock { path: text("path")?, marker: text("marker")?, content: text("content")? },
            &["kind", "path", "marker", "content"],
        ),
        "line" => (
            Instruction::Line { path: text("path")?, key: text("key")?, line: text("line")? },
            &["kind", "path", "key", "line"],
        ),
        "dconf" => (
            Instruction::Dconf {
                key: text("key")?,
                value: text("value")?,
                locked: render.flag("locked")?.unwrap_or(false),
            },
            &["kind", "key", "value", "locked"],
        ),
        other => return Err(format!("`{other}` is not a way to render")),
    };
    render.only(known)?;
    if template.has_one_place() { Ok(template) } else { Err("`render` needs `{value}` exactly once".into()) }
}

/// A table, asked for members of a type.
struct Table<'a>(&'a DeTable<'a>);

impl<'a> Table<'a> {
    fn get(&self, name: &str) -> Option<&'a DeValue<'a>> {
        self.0.get(name).map(|value| value.get_ref())
    }

    fn only(&self, known: &[&str]) -> Result<(), String> {
        match self.0.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            Some(other) => Err(format!("`{}` is not known here", other.get_ref())),
            None => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text.as_ref())),
            Some(_) => Err(format!("`{name}` is not text")),
        }
    }

    fn required(&self, name: &str) -> Result<&'a str, String> {
        self.text(name)?.ok_or_else(|| format!("needs `{name}`"))
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(DeValue::Boolean(flag)) => Ok(Some(*flag)),
            Some(_) => Err(format!("`{name}` is not true or false")),
        }
    }

    fn required_integer(&self, name: &str) -> Result<i64, String> {
        match self.get(name) {
            Some(DeValue::Integer(number)) => integer(name, number),
            Some(_) => Err(format!("`{name}` is not a whole number")),
            None => Err(format!("needs `{name}`")),
        }
    }

    fn value(&self, name: &str) -> Result<Option<Value>, String> {
        Ok(match self.get(name) {
            None => None,
            Some(DeValue::String(text)) => Some(Value::Text(text.to_string())),
            Some(DeValue::Boolean(flag)) => Some(Value::Bool(*flag)),
            Some(DeValue::Integer(number)) => Some(Value::Int(integer(name, number)?)),
            Some(DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_)) => {
                return Err(format!("`{name}` is not a value that a setting takes"));
            }
        })
    }

    fn table(&self, name: &str) -> Result<Option<Table<'a>>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(DeValue::Table(table)) => Ok(Some(Table(table))),
            Some(_) => Err(format!("`{name}` is not a table")),
        }
    }

    fn list(&self, name: &str) -> Result<Vec<Table<'a>>, String> {
        let Some(DeValue::Array(items)) = self.get(name) else {
            return Err(format!("needs `{name}`, a list of tables"));
        };
        let table = |item: &'a DeValue<'a>| match item {
            DeValue::Table(table) => Ok(Table(table)),
            _ => Err(format!("`{name}` holds something that is not a table")),
        };
        items.iter().map(|item| table(item.get_ref())).collect()
    }
}

fn integer(name: &str, number: &toml::de::DeInteger<'_>) -> Result<i64, String> {
    i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| format!("`{name}` is too large a number"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_mistake_in_a_file_is_named_with_its_setting() {
        let begin = "category = 'c'\n[[setting]]\nid = 'x'\nname = 'n'\ndescription = 'd'\n";
        let cases = [
            ("type = 'boolean'", "`x`: needs `render`"),
            ("type = 'number'", "`x`: `number` is not a type; use boolean, integer, text or choice"),
            ("type = 'integer'\nminimum = 1", "`x`: needs `maximum`"),
            ("type = 'boolean'\nminimum = 1", "`x`: `minimum` is not known here"),
            ("type = 'boolean'\nrender = { kind = 'sysctl' }", "`x`: needs `key`"),
            (
                "type = 'boolean'\nrender = { kind = 'line', path = '/p', key = 'k', line = 'l' }",
                "`x`: `render` needs `{value}` exactly once",
            ),
            (
                "type = 'boolean'\ndefault = 1\nrender = { kind = 'sysctl', key = 'a.b' }",
                "`x`: its default: takes true or false",
            ),
        ];
        for (rest, why) in cases {
            assert_eq!(file("linux", &format!("{begin}{rest}")).unwrap_err(), why);
        }
    }
}
