//! A file of the catalogue, read. A member that is not known, missing or of the wrong type is refused with its setting.

use directory::Value;
use toml::de::{DeTable, DeValue};

use super::applicability::{Applicability, Dependency, Distribution};
use super::instruction::KeyFormat;
use super::{Category, Choice, ConflictRule, Effects, Instruction, Member, SettingDefinition, Usage, ValueKind};

/// What the members of every setting are called.
const KNOWN: [&str; 13] = [
    "id",
    "name",
    "description",
    "type",
    "default",
    "spell",
    "render",
    "applies_to",
    "needs",
    "depends_on",
    "conflict",
    "check",
    "then",
];

/// The category of one file, and its settings.
pub(super) fn file(platform: &str, text: &str) -> Result<(Category, Vec<SettingDefinition>), String> {
    let document = DeTable::parse(text).map_err(|error| error.to_string())?;
    let top = Table(document.get_ref());
    top.only(&["category", "about", "usage", "needs", "check", "then", "setting"])?;
    let usage = match top.text("usage")? {
        None => Usage::Configuration,
        Some("compliance") => Usage::Compliance,
        Some(other) => return Err(format!("`{other}` is not a usage; leave it out or write `compliance`")),
    };
    let display_name = top.required("category")?.to_owned();
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let id = format!("{platform}_{}", display_name.chars().map(word).collect::<String>());
    let description = top.required("about")?.to_owned();
    let category = Category { id, platform: platform.to_owned(), display_name, description, usage };
    let whole = Whole { category: &category, needs: top.texts("needs")?, effects: effects(&top, &Effects::default())? };
    let mut definitions = Vec::new();
    for setting in top.list("setting")? {
        let id = setting.required("id")?;
        one(&whole, &setting, &mut definitions).map_err(|why| format!("`{id}`: {why}"))?;
    }
    Ok((category, definitions))
}

/// What holds for every setting of a file that does not say otherwise.
struct Whole<'a> {
    category: &'a Category,
    needs: Vec<String>,
    effects: Effects,
}

fn one(whole: &Whole<'_>, setting: &Table<'_>, out: &mut Vec<SettingDefinition>) -> Result<(), String> {
    let usage = whole.category.usage;
    let mut definition = common(whole, setting, setting.required("id")?, &KNOWN)?;
    let template = match (usage, setting.table("render")?) {
        (Usage::Configuration, Some(render)) => Some(template(&render)?),
        (Usage::Compliance, None) => None,
        (Usage::Configuration, None) => return Err("needs `render`".into()),
        (Usage::Compliance, Some(_)) => return Err("a requirement has no `render`".into()),
    };
    match (&definition.kind, &template) {
        (ValueKind::Group { key, members, .. }, Some(template)) => {
            let places: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
            if !members.iter().any(|member| member.name == *key && member.required) {
                return Err(format!("its key `{key}` is not a required member"));
            }
            if !template.has_places_for(key, &places) {
                return Err("`render` needs its key in what it is called, and no place that is not a member".into());
            }
            for (member, table) in members.iter().zip(setting.list("member")?) {
                let mut of_group = common(
                    whole,
                    &table,
                    &member.id,
                    &["place", "required", "name", "description", "type", "default", "spell"],
                )
                .map_err(|why| format!("`{}`: {why}", member.name))?;
                if matches!(of_group.kind, ValueKind::Secret { .. }) && !is_for_root_alone(template) {
                    return Err(format!("`{}`: a secret is written to a file with the mode 0600", member.name));
                }
                of_group.group = Some(definition.id.clone());
                out.push(of_group);
            }
        }
        (ValueKind::Group { .. }, None) => return Err("a group is written".into()),
        (ValueKind::Secret { .. }, _) => return Err("a secret is a member of a group".into()),
        (_, Some(template)) if !template.has_one_place() => return Err("`render` needs `{value}` exactly once".into()),
        _ => {}
    }
    definition.template = template;
    out.push(definition);
    Ok(())
}

fn is_for_root_alone(template: &Instruction) -> bool {
    matches!(template, Instruction::File { mode, .. } if mode == "0600")
}

/// What every setting has, one that is a member of a group included.
fn common(whole: &Whole<'_>, setting: &Table<'_>, id: &str, known: &[&str]) -> Result<SettingDefinition, String> {
    let kind = kind(setting, id)?;
    let mut known = known.to_vec();
    known.extend(match kind {
        ValueKind::Boolean => &[][..],
        ValueKind::Integer { .. } => &["minimum", "maximum"],
        ValueKind::Text { .. } => &["maximum_length", "characters", "multiline"],
        ValueKind::Choice(_) => &["options"],
        ValueKind::Secret { .. } => &["minimum_length", "maximum_length", "characters"],
        ValueKind::List { .. } => &["maximum_items", "maximum_length", "characters"],
        ValueKind::Group { .. } => &["key", "maximum_items", "member"],
    });
    setting.only(&known)?;
    let conflict = match (setting.text("conflict")?, &kind) {
        (None, _) => ConflictRule::Report,
        (Some("union"), ValueKind::List { .. }) => ConflictRule::Union,
        (Some(other), _) => return Err(format!("`{other}` is not a conflict rule of this type; lists take `union`")),
    };
    let own_needs = setting.texts("needs")?;
    let distributions =
        setting.texts("applies_to")?.iter().map(|text| Distribution::parse(text)).collect::<Result<_, _>>()?;
    let dependency = |table: Table<'_>| {
        table.only(&["setting", "value"])?;
        Ok::<_, String>(Dependency {
            setting: table.required("setting")?.to_owned(),
            value: table.required("value")?.to_owned(),
        })
    };
    let definition = SettingDefinition {
        id: id.to_owned(),
        platform: whole.category.platform.clone(),
        category: whole.category.id.clone(),
        display_name: setting.required("name")?.to_owned(),
        description: setting.required("description")?.to_owned(),
        usage: whole.category.usage,
        kind,
        default: setting.value("default")?,
        applies_to: Applicability {
            distributions,
            needs: if own_needs.is_empty() { whole.needs.clone() } else { own_needs },
        },
        depends_on: setting.table("depends_on")?.map(dependency).transpose()?,
        conflict,
        group: None,
        spelling: spelling(setting)?,
        template: None,
        effects: effects(setting, &whole.effects)?,
    };
    if let Some(default) = &definition.default {
        if matches!(definition.kind, ValueKind::Group { .. }) {
            return Err("a group has no default; its members may".into());
        }
        definition.check(default).map_err(|why| format!("its default: {why}"))?;
    }
    Ok(definition)
}

fn effects(table: &Table<'_>, otherwise: &Effects) -> Result<Effects, String> {
    let check = table.texts("check")?;
    let then = table.commands("then")?;
    Ok(Effects {
        check: if check.is_empty() { otherwise.check.clone() } else { Some(check) },
        then: if then.is_empty() { otherwise.then.clone() } else { then },
    })
}

fn kind(setting: &Table<'_>, id: &str) -> Result<ValueKind, String> {
    let length = |name: &str| {
        usize::try_from(setting.required_integer(name)?).map_err(|_| format!("`{name}` is not a number of things"))
    };
    let characters = || Ok::<_, String>(setting.text("characters")?.map(str::to_owned));
    Ok(match setting.required("type")? {
        "boolean" => ValueKind::Boolean,
        "integer" => {
            let (minimum, maximum) = (setting.required_integer("minimum")?, setting.required_integer("maximum")?);
            ValueKind::Integer { minimum, maximum }
        }
        "text" => ValueKind::Text {
            maximum_length: length("maximum_length")?,
            characters: characters()?,
            multiline: setting.flag("multiline")?.unwrap_or(false),
        },
        "choice" => {
            let options = setting.list("options")?;
            ValueKind::Choice(options.iter().map(choice).collect::<Result<_, _>>()?)
        }
        "secret" => ValueKind::Secret {
            minimum_length: length("minimum_length")?,
            maximum_length: length("maximum_length")?,
            characters: characters()?,
        },
        "list" => ValueKind::List {
            maximum_items: length("maximum_items")?,
            maximum_length: length("maximum_length")?,
            characters: characters()?,
        },
        "group" => {
            let member = |table: &Table<'_>| {
                let name = table.required("place")?;
                let required = table.flag("required")?.unwrap_or(false);
                Ok::<_, String>(Member { name: name.to_owned(), id: format!("{id}_{name}"), required })
            };
            let members = setting.list("member")?.iter().map(member).collect::<Result<_, _>>()?;
            ValueKind::Group {
                key: setting.required("key")?.to_owned(),
                members,
                maximum_items: length("maximum_items")?,
            }
        }
        other => {
            return Err(format!("`{other}` is not a type; use boolean, integer, text, choice, secret, list or group"));
        }
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
        "key" => {
            let format = render.required("format")?;
            let format = KeyFormat::named(format).ok_or_else(|| format!("`{format}` is not a format of keys"))?;
            let value = render.text("value")?.unwrap_or("{value}").to_owned();
            (
                Instruction::Key { path: text("path")?, format, key: text("key")?, value },
                &["kind", "path", "format", "key", "value"],
            )
        }
        "timer" => (
            Instruction::Timer {
                name: text("name")?,
                on_calendar: text("on_calendar")?,
                user: text("user")?,
                timeout_seconds: text("timeout_seconds")?,
                script: text("script")?,
            },
            &["kind", "name", "on_calendar", "user", "timeout_seconds", "script"],
        ),
        other => return Err(format!("`{other}` is not a way to render")),
    };
    render.only(known)?;
    Ok(template)
}

/// A table, asked for members of a type.
pub(super) struct Table<'a>(pub &'a DeTable<'a>);

impl<'a> Table<'a> {
    pub fn get(&self, name: &str) -> Option<&'a DeValue<'a>> {
        self.0.get(name).map(|value| value.get_ref())
    }

    pub fn only(&self, known: &[&str]) -> Result<(), String> {
        match self.0.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            Some(other) => Err(format!("`{}` is not known here", other.get_ref())),
            None => Ok(()),
        }
    }

    pub fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text.as_ref())),
            Some(_) => Err(format!("`{name}` is not text")),
        }
    }

    pub fn required(&self, name: &str) -> Result<&'a str, String> {
        self.text(name)?.ok_or_else(|| format!("needs `{name}`"))
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(DeValue::Boolean(flag)) => Ok(Some(*flag)),
            Some(_) => Err(format!("`{name}` is not true or false")),
        }
    }

    pub fn required_integer(&self, name: &str) -> Result<i64, String> {
        match self.get(name) {
            Some(DeValue::Integer(number)) => integer(name, number),
            Some(_) => Err(format!("`{name}` is not a whole number")),
            None => Err(format!("needs `{name}`")),
        }
    }

    /// None, where there is none.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        self.get(name).map_or(Ok(Vec::new()), |value| texts(name, value))
    }

    pub fn commands(&self, name: &str) -> Result<Vec<Vec<String>>, String> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(DeValue::Array(items)) => items.iter().map(|item| texts(name, item.get_ref())).collect(),
            Some(_) => Err(format!("`{name}` is not a list of commands")),
        }
    }

    pub fn value(&self, name: &str) -> Result<Option<Value>, String> {
        Ok(match self.get(name) {
            None => None,
            Some(DeValue::String(text)) => Some(Value::Text(text.to_string())),
            Some(DeValue::Boolean(flag)) => Some(Value::Bool(*flag)),
            Some(DeValue::Integer(number)) => Some(Value::Int(integer(name, number)?)),
            Some(list @ DeValue::Array(_)) => {
                Some(Value::List(texts(name, list)?.into_iter().map(Value::Text).collect()))
            }
            Some(DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_)) => {
                return Err(format!("`{name}` is not a value that a setting takes"));
            }
        })
    }

    pub fn table(&self, name: &str) -> Result<Option<Table<'a>>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(DeValue::Table(table)) => Ok(Some(Table(table))),
            Some(_) => Err(format!("`{name}` is not a table")),
        }
    }

    pub fn list(&self, name: &str) -> Result<Vec<Table<'a>>, String> {
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

fn texts(name: &str, value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let DeValue::Array(items) = value else { return Err(format!("`{name}` is not a list")) };
    let text = |item: &DeValue<'_>| match item {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(format!("`{name}` holds something that is not text")),
    };
    items.iter().map(|item| text(item.get_ref())).collect()
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
        let begin = "category = 'c'\nabout = 'a'\n[[setting]]\nid = 'x'\nname = 'n'\ndescription = 'd'\n";
        let cases = [
            ("type = 'boolean'", "`x`: needs `render`"),
            (
                "type = 'number'",
                "`x`: `number` is not a type; use boolean, integer, text, choice, secret, list or group",
            ),
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
        let group = "type = 'group'\nkey = 'k'\nmaximum_items = 3\nmember = [{ place = 'k', required = true, name = 'n', description = 'd', type = 'boolean' }]\n";
        let groups = [
            ("render = { kind = 'file', path = '/p', mode = '0600', content = '{k}' }", "its key in what it is called"),
            (
                "render = { kind = 'file', path = '/p/{k}', mode = '0600', content = '{other}' }",
                "no place that is not a member",
            ),
        ];
        let secret = "type = 'group'\nkey = 'k'\nmaximum_items = 3\nmember = [{ place = 'k', required = true, name = 'n', description = 'd', type = 'boolean' }, { place = 's', name = 'n', description = 'd', type = 'secret', minimum_length = 1, maximum_length = 9 }]\nrender = { kind = 'file', path = '/p/{k}', mode = '0644', content = '{s}' }";
        let why = file("linux", &format!("{begin}{secret}")).unwrap_err();
        assert!(why.ends_with("a secret is written to a file with the mode 0600"), "{why}");
        for (render, why) in groups {
            assert!(file("linux", &format!("{begin}{group}{render}")).unwrap_err().contains(why), "{render}");
        }
        for (rest, why) in cases {
            assert_eq!(file("linux", &format!("{begin}{rest}")).unwrap_err(), why);
        }
    }
}
