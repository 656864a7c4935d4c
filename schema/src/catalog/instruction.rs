//! What a device has to write for a setting, in words that do not depend on who asked for it.
//!
//! The same instructions that the agent's protocol carries (`agent-wire`); which of them a device accepts, it decides itself.

use directory::Record;

/// One thing to write. In a template, `{value}` stands for the value.
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
}

/// Where the value belongs in a template.
const PLACE: &str = "{value}";

impl Instruction {
    /// The instruction with the value in its place. Paths, keys and modes never depend on it.
    pub(super) fn filled(&self, with: &str) -> Instruction {
        let mut filled = self.clone();
        let (Instruction::File { content: place, .. }
        | Instruction::Sysctl { value: place, .. }
        | Instruction::ManagedBlock { content: place, .. }
        | Instruction::Line { line: place, .. }
        | Instruction::Dconf { value: place, .. }) = &mut filled;
        *place = place.replacen(PLACE, with, 1);
        filled
    }

    /// Whether the template has exactly one place for the value.
    pub(super) fn has_one_place(&self) -> bool {
        let (Instruction::File { content: place, .. }
        | Instruction::Sysctl { value: place, .. }
        | Instruction::ManagedBlock { content: place, .. }
        | Instruction::Line { line: place, .. }
        | Instruction::Dconf { value: place, .. }) = self;
        place.matches(PLACE).count() == 1
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
        }
    }
}
