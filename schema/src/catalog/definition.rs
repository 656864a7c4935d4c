//! What a setting of the catalogue is, and which values it takes.

use directory::Value;

use super::Instruction;

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
    /// How the device spells booleans and choices where it does not use our words.
    pub(super) spelling: Vec<(String, String)>,
    /// What to write, with `{value}` where the value belongs; compliance requirements have none.
    pub(super) template: Option<Instruction>,
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
        }
    }

    /// What a device has to write so that the setting has this value.
    pub fn render(&self, value: &Value) -> Result<Instruction, String> {
        self.check(value)?;
        let Some(template) = &self.template else {
            return Err(format!("`{}` is a requirement; devices are judged by it and write nothing", self.id));
        };
        Ok(template.filled(&self.spelled(value)))
    }

    /// A value that was checked, in the device's words.
    fn spelled(&self, value: &Value) -> String {
        let plain = match value {
            Value::Bool(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Double(_)
            | Value::Time(_)
            | Value::Guid(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Record(_) => unreachable!("no setting takes such a value, and it was checked"),
        };
        match self.spelling.iter().find(|(ours, _)| *ours == plain) {
            Some((_, theirs)) => theirs.clone(),
            None => plain,
        }
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
fn is_among(allowed: &str, c: char) -> bool {
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
