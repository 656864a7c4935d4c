//! What a device has to write for a setting, in words that do not depend on who asked for it.
//!
//! The same instructions that the agent's protocol carries (`agent-wire`); which of them a device accepts, it decides itself.

use directory::Record;

/// One thing to write. In a template, `{value}` stands for the value; in that of a group, `{name}` for the member `name`.
/// `{?name}` and `{!name}` stand for nothing: their line is there only where the member is given, or only where it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// The whole content of a file; `mode` is octal text.
    File { path: String, mode: String, content: String },
    /// One kernel parameter, in dotted form.
    Sysctl { key: String, value: String },
    /// A marked block in a file that others write too.
    ManagedBlock { path: String, marker: String, content: String },
    /// One line of a drop-in file; `key` names what the line sets.
    Line { path: String, key: String, line: String },
    /// One dconf key, as GVariant text.
    Dconf { key: String, value: String, locked: bool },
    /// One key of a file that others write too.
    Key { path: String, format: KeyFormat, key: String, value: String },
    /// A script that runs by the clock.
    Timer { name: String, on_calendar: String, user: String, timeout_seconds: String, script: String },
}

/// How a file writes a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFormat {
    /// `key = value`
    Equals,
    /// `KEY=value`
    Assign,
    /// `KEY value`
    Words,
    /// `key=value` below `[section]`; the key is `section/key`.
    Ini,
    /// A JSON object; the key is a JSON pointer.
    Json,
}

/// Where the value belongs in a template.
const PLACE: &str = "{value}";

impl KeyFormat {
    const ALL: [(KeyFormat, &'static str); 5] = [
        (KeyFormat::Equals, "equals"),
        (KeyFormat::Assign, "assign"),
        (KeyFormat::Words, "words"),
        (KeyFormat::Ini, "ini"),
        (KeyFormat::Json, "json"),
    ];

    pub(super) fn named(name: &str) -> Option<KeyFormat> {
        KeyFormat::ALL.into_iter().find(|(_, known)| *known == name).map(|(format, _)| format)
    }

    fn name(self) -> &'static str {
        KeyFormat::ALL.into_iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

impl Instruction {
    /// The instruction with the value in its place. Paths, keys and modes never depend on it.
    pub(super) fn filled(&self, with: &str) -> Instruction {
        let mut filled = self.clone();
        if let Some(place) = filled.place() {
            *place = place.replacen(PLACE, with, 1);
        }
        filled
    }

    /// The instruction with the members of a group in their places. A line that asks for a member which is not given is left
    /// out.
    pub(super) fn filled_with(&self, names: &[&str], values: &[(String, String)]) -> Instruction {
        let mut filled = self.clone();
        for text in filled.texts() {
            *text = with_members(text, names, values);
        }
        filled
    }

    /// Whether the template has exactly one place for the value.
    pub(super) fn has_one_place(&self) -> bool {
        self.clone().place().is_some_and(|place| place.matches(PLACE).count() == 1)
    }

    /// Whether every place of a group's template is one of its members', and the key is in what names the target.
    pub(super) fn has_places_for(&self, key: &str, names: &[&str]) -> bool {
        let mut template = self.clone();
        let texts: Vec<String> = template.texts().into_iter().map(|text| text.clone()).collect();
        let target = match self {
            Instruction::File { path, .. } => path,
            Instruction::Timer { name, .. } => name,
            Instruction::ManagedBlock { marker, .. } => marker,
            Instruction::Sysctl { key, .. }
            | Instruction::Line { key, .. }
            | Instruction::Dconf { key, .. }
            | Instruction::Key { key, .. } => key,
        };
        let known: Vec<String> =
            names.iter().flat_map(|name| ["", "?", "!"].map(|when| format!("{{{when}{name}}}"))).collect();
        let rest = |text: &String| known.iter().fold(text.clone(), |text, place| text.replace(place, ""));
        target.contains(&format!("{{{key}}}")) && texts.iter().all(|text| !rest(text).contains('{'))
    }

    /// The text that the value is put into; a script by the clock has several, and takes a group.
    fn place(&mut self) -> Option<&mut String> {
        match self {
            Instruction::File { content: place, .. }
            | Instruction::Sysctl { value: place, .. }
            | Instruction::ManagedBlock { content: place, .. }
            | Instruction::Line { line: place, .. }
            | Instruction::Dconf { value: place, .. }
            | Instruction::Key { value: place, .. } => Some(place),
            Instruction::Timer { .. } => None,
        }
    }

    fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Instruction::File { path, content, .. } => vec![path, content],
            Instruction::Sysctl { key, value } | Instruction::Dconf { key, value, .. } => vec![key, value],
            Instruction::ManagedBlock { marker, content, .. } => vec![marker, content],
            Instruction::Line { key, line, .. } => vec![key, line],
            Instruction::Key { key, value, .. } => vec![key, value],
            Instruction::Timer { name, on_calendar, user, timeout_seconds, script } => {
                vec![name, on_calendar, user, timeout_seconds, script]
            }
        }
    }

    /// As a record with the names of the agent's protocol.
    #[must_use]
    pub fn to_record(&self) -> Record {
        let texts = |kind: &str, fields: &[(&str, &String)]| {
            fields
                .iter()
                .fold(Record::new().with("kind", kind), |record, (name, text)| record.with(name, text.as_str()))
        };
        match self {
            Instruction::File { path, mode, content } => {
                texts("file", &[("path", path), ("mode", mode), ("content", content)])
            }
            Instruction::Sysctl { key, value } => texts("sysctl", &[("key", key), ("value", value)]),
            Instruction::ManagedBlock { path, marker, content } => {
                texts("managedBlock", &[("path", path), ("marker", marker), ("content", content)])
            }
            Instruction::Line { path, key, line } => texts("line", &[("path", path), ("key", key), ("line", line)]),
            Instruction::Dconf { key, value, locked } => {
                texts("dconf", &[("key", key), ("value", value)]).with("locked", *locked)
            }
            Instruction::Key { path, format, key, value } => {
                texts("key", &[("path", path), ("key", key), ("value", value)]).with("format", format.name())
            }
            Instruction::Timer { name, on_calendar, user, timeout_seconds, script } => {
                let fields = [("name", name), ("onCalendar", on_calendar), ("user", user), ("script", script)];
                texts("timer", &fields).with("timeoutSeconds", timeout_seconds.as_str())
            }
        }
    }
}

/// Filled line by line, each place once, so that a value that looks like a place stays a value.
fn with_members(text: &str, names: &[&str], values: &[(String, String)]) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut filled = String::new();
        let mut rest = line;
        let mut is_whole = true;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}').filter(|(name, _)| names.contains(&name.trim_start_matches(['?', '!']))) {
                Some((name, after)) => {
                    let of = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value);
                    match (name.strip_prefix('?'), name.strip_prefix('!')) {
                        (Some(name), _) => is_whole &= of(name).is_some(),
                        (None, Some(name)) => is_whole &= of(name).is_none(),
                        (None, None) => match of(name) {
                            Some(value) => filled.push_str(value),
                            None => is_whole = false,
                        },
                    }
                    rest = after;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        if is_whole {
            out.push_str(&filled);
            out.push_str(rest);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_its_member_is_left_out_and_a_value_is_never_a_place() {
        let values = [("name".to_owned(), "office".to_owned()), ("ssid".to_owned(), "{name}".to_owned())];
        let text = "id={name}\nssid={ssid}\npsk={psk}\nend {x}\n";
        assert_eq!(with_members(text, &["name", "ssid", "psk"], &values), "id=office\nssid={name}\nend {x}\n");
        let text = "[given]{?name}\n[not]{!name}\n[given]{?psk}\n[not]{!psk}\n";
        assert_eq!(with_members(text, &["name", "psk"], &values), "[given]\n[not]\n");
    }
}
