//! What a setting of the catalogue is, and which values it takes.

use directory::{Record, Value};

use super::applicability::{Applicability, Dependency};
use super::{Instruction, spelling};

/// A setting that devices can have.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingDefinition {
    /// Such as `linux.sshd.PermitRootLogin`; compared ignoring case.
    pub id: String,
    /// The platform in Graph's words: `linux`.
    pub platform: String,
    pub category: String,
    pub display_name: String,
    pub description: String,
    pub usage: Usage,
    pub kind: ValueKind,
    /// What a form begins with; nothing is written where a policy does not say so.
    pub default: Option<Value>,
    pub applies_to: Applicability,
    /// What another setting must be for this one to mean anything.
    pub depends_on: Option<Dependency>,
    pub conflict: ConflictRule,
    /// The group that this setting is a member of.
    pub group: Option<String>,
    /// How the device spells booleans and choices where it does not use our words.
    pub(super) spelling: Vec<(String, String)>,
    /// What to write, with `{value}` where the value belongs; compliance requirements have none.
    pub(super) template: Option<Instruction>,
    /// What has to happen beside writing.
    pub effects: Effects,
}

/// What has to happen on the device beside writing: commands, each a program's name and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Judges what was written.
    pub check: Option<Vec<String>>,
    /// Makes programs read it.
    pub then: Vec<Vec<String>>,
}

/// What it means that policies give a setting different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConflictRule {
    /// Neither is followed, and both are named.
    #[default]
    Report,
    /// Lists are put together.
    Union,
}

/// What a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// It is written on the device.
    Configuration,
    /// The device is judged by it.
    Compliance,
}

/// Which values a setting takes.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    Boolean,
    Integer {
        minimum: i64,
        maximum: i64,
    },
    Text {
        /// In characters.
        maximum_length: usize,
        /// Single characters and ranges, as `a-z0-9 _-`; anything printable where it is absent.
        characters: Option<String>,
        /// Whether it may have several lines.
        multiline: bool,
    },
    Choice(Vec<Choice>),
    /// Text that nobody may read. Its value is the token in its stead (`secret`); what it may be, `check_secret` says.
    Secret {
        /// In characters.
        minimum_length: usize,
        maximum_length: usize,
        characters: Option<String>,
    },
    /// Several texts.
    List {
        maximum_items: usize,
        /// Of one item, in characters.
        maximum_length: usize,
        characters: Option<String>,
    },
    /// Settings that belong together, several times over; the member of this name tells one from another.
    Group {
        key: String,
        members: Vec<Member>,
        maximum_items: usize,
    },
}

/// One setting of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name of its place in what is written; its id is the group's with this behind it.
    pub name: String,
    pub id: String,
    pub required: bool,
}

/// One value of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub display_name: String,
}

impl SettingDefinition {
    /// Whether the setting may have this value; if not, why.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match (&self.kind, value) {
            (ValueKind::Boolean, Value::Bool(_)) => Ok(()),
            (ValueKind::Boolean, _) => Err("takes true or false".into()),
            (ValueKind::Integer { minimum, .. }, Value::Int(number)) if number < minimum => {
                Err(format!("`{number}` is less than {minimum}, the least this setting takes"))
            }
            (ValueKind::Integer { maximum, .. }, Value::Int(number)) if number > maximum => {
                Err(format!("`{number}` is more than {maximum}, the most this setting takes"))
            }
            (ValueKind::Integer { .. }, Value::Int(_)) => Ok(()),
            (ValueKind::Integer { .. }, _) => Err("takes a whole number".into()),
            (ValueKind::Choice(options), Value::Text(text)) => check_choice(options, text),
            (ValueKind::Choice(_), _) => Err("takes one of its choices, as text".into()),
            (ValueKind::Text { maximum_length, characters, multiline }, Value::Text(text)) => {
                check_text(text, *maximum_length, characters.as_deref(), *multiline)
            }
            (ValueKind::Text { .. }, _) => Err("takes text".into()),
            (ValueKind::Secret { .. }, Value::Guid(_)) => Ok(()),
            (ValueKind::Secret { .. }, _) => Err("takes a secret that was sealed".into()),
            (ValueKind::List { maximum_items, maximum_length, characters }, Value::List(items)) => {
                if items.is_empty() || items.len() > *maximum_items {
                    return Err(format!("takes 1 to {maximum_items} values"));
                }
                items.iter().try_for_each(|item| match item.as_text() {
                    Some(text) => check_text(text, *maximum_length, characters.as_deref(), false),
                    None => Err("takes a list of texts".into()),
                })
            }
            (ValueKind::List { .. }, _) => Err("takes a list of texts".into()),
            (ValueKind::Group { members, .. }, Value::Record(record)) => check_members(members, record),
            (ValueKind::Group { .. }, _) => Err("takes its members".into()),
        }
    }

    /// What tells one member of a group from another; nothing, for a setting that there is once.
    #[must_use]
    pub fn key_of<'v>(&self, value: &'v Value) -> Option<&'v str> {
        match (&self.kind, value) {
            (ValueKind::Group { key, .. }, Value::Record(record)) => record.text(key),
            _ => None,
        }
    }

    /// Where it is written, for people; a requirement and a member of a group are written nowhere by themselves.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        Some(match self.template.as_ref()? {
            Instruction::File { path, .. } => path.clone(),
            Instruction::Sysctl { key, .. } => format!("sysctl {key}"),
            Instruction::ManagedBlock { path, .. } => format!("{path} (a block)"),
            Instruction::Line { path, line, .. } => format!("{path}: {line}"),
            Instruction::Dconf { key, .. } => format!("dconf {key}"),
            Instruction::Key { path, key, .. } => format!("{path}: {key}"),
            Instruction::Timer { .. } => "a timer of systemd".into(),
        })
    }

    /// What a device has to write so that the setting has this value.
    pub fn render(&self, value: &Value) -> Result<Instruction, String> {
        self.check(value)?;
        let Some(template) = &self.template else {
            return Err(format!("`{}` is a requirement; devices are judged by it and write nothing", self.id));
        };
        match (&self.kind, value) {
            (ValueKind::Group { members, .. }, Value::Record(record)) => {
                let spelled = |member: &Member| {
                    let definition = super::find(&member.id)?;
                    let value = record.get(&member.name)?;
                    Some((member.name.clone(), spelling::plain(value, &definition.spelling)))
                };
                let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
                let values: Vec<(String, String)> = members.iter().filter_map(spelled).collect();
                Ok(template.filled_with(&names, &values))
            }
            _ => Ok(template.filled(&spelling::spelled(value, &self.spelling, template))),
        }
    }
}

/// Each member is one of the group's and takes its value; none that is required is missing.
fn check_members(members: &[Member], record: &Record) -> Result<(), String> {
    for member in members {
        match (record.get(&member.name), super::find(&member.id)) {
            (Some(value), Some(definition)) => {
                definition.check(value).map_err(|why| format!("`{}` {why}", member.id))?;
            }
            (None, _) if member.required => return Err(format!("needs `{}`", member.id)),
            _ => {}
        }
    }
    match record.iter().find(|(name, _)| !members.iter().any(|member| member.name == *name)) {
        Some((other, _)) => Err(format!("`{other}` is not a member of this group")),
        None => Ok(()),
    }
}

fn check_choice(options: &[Choice], text: &str) -> Result<(), String> {
    if options.iter().any(|option| option.value == text) {
        return Ok(());
    }
    let known: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
    Err(format!("`{text}` is not one of {}", known.join(", ")))
}

fn check_text(text: &str, maximum_length: usize, characters: Option<&str>, multiline: bool) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("takes at least one character".into());
    }
    if text.chars().count() > maximum_length {
        return Err(format!("takes at most {maximum_length} characters"));
    }
    let is_strange = |c: char| c.is_control() && !(multiline && matches!(c, '\n' | '\t'));
    if text.chars().any(is_strange) {
        let what = if multiline { "text" } else { "one line" };
        return Err(format!("takes {what} without control characters"));
    }
    if let Some(allowed) = characters
        && let Some(other) = text.chars().find(|c| !is_among(allowed, *c))
    {
        return Err(format!("`{other}` is not accepted here; use {allowed}"));
    }
    Ok(())
}

/// Whether a character is among single characters and ranges such as `a-z0-9 _-`; a hyphen at the end is itself.
pub(super) fn is_among(allowed: &str, c: char) -> bool {
    let mut rest = allowed.chars();
    while let Some(first) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) => {
                if (first..=last).contains(&c) {
                    return true;
                }
                rest = ahead;
            }
            _ if first == c => return true,
            _ => {}
        }
    }
    false
}
