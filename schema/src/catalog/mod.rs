//! The settings catalogue: which settings devices can have, which values they take and how a device spells them.
//!
//! The settings themselves are data, in `schema/catalog/<platform>/<area>.toml`; adding one takes no Rust. The files are
//! part of the program and read once, when first asked for.
//!
//! Deliberately absent: which device gets which value (`devices`) and how a device carries it out (`agent`).

mod applicability;
mod baseline;
mod definition;
mod graph;
mod instruction;
mod read;
pub mod secret;
mod spelling;

use std::collections::HashMap;
use std::sync::LazyLock;

use directory::Value;

pub use applicability::{Applicability, Dependency, Distribution};
pub use baseline::{Baseline, BaselineItem, baseline, baselines};
pub use definition::{Choice, ConflictRule, Effects, Member, SettingDefinition, Usage, ValueKind};
pub use graph::{Chosen, category_record, chosen, definition_record, setting_record};
pub use instruction::{Instruction, KeyFormat};

/// Settings that belong to one subject: those of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub id: String,
    pub platform: String,
    pub display_name: String,
    pub description: String,
    pub usage: Usage,
}

/// The files, with the platform they are for.
const FILES: &[(&str, &str)] = &[
    ("linux", include_str!("../../catalog/linux/audit.toml")),
    ("linux", include_str!("../../catalog/linux/browsers.toml")),
    ("linux", include_str!("../../catalog/linux/certificates.toml")),
    ("linux", include_str!("../../catalog/linux/compliance.toml")),
    ("linux", include_str!("../../catalog/linux/desktop.toml")),
    ("linux", include_str!("../../catalog/linux/firewall.toml")),
    ("linux", include_str!("../../catalog/linux/kernel.toml")),
    ("linux", include_str!("../../catalog/linux/login.toml")),
    ("linux", include_str!("../../catalog/linux/logs.toml")),
    ("linux", include_str!("../../catalog/linux/network.toml")),
    ("linux", include_str!("../../catalog/linux/passwords.toml")),
    ("linux", include_str!("../../catalog/linux/schedule.toml")),
    ("linux", include_str!("../../catalog/linux/services.toml")),
    ("linux", include_str!("../../catalog/linux/ssh.toml")),
    ("linux", include_str!("../../catalog/linux/sudo.toml")),
    ("linux", include_str!("../../catalog/linux/updates.toml")),
    ("linux", include_str!("../../catalog/linux/usb.toml")),
];

static CATALOG: LazyLock<(Vec<Category>, Vec<SettingDefinition>)> = LazyLock::new(|| {
    let (mut categories, mut definitions) = (Vec::new(), Vec::new());
    for (platform, text) in FILES {
        let (category, of_file) = read::file(platform, text).expect("the catalogue's files are read by its own test");
        categories.push(category);
        definitions.extend(of_file);
    }
    (categories, definitions)
});

static BY_ID: LazyLock<HashMap<String, &'static SettingDefinition>> =
    LazyLock::new(|| definitions().iter().map(|definition| (definition.id.to_ascii_lowercase(), definition)).collect());

/// Every setting.
#[must_use]
pub fn definitions() -> &'static [SettingDefinition] {
    &CATALOG.1
}

/// Every category.
#[must_use]
pub fn categories() -> &'static [Category] {
    &CATALOG.0
}

/// A setting by its id, ignoring case.
#[must_use]
pub fn find(id: &str) -> Option<&'static SettingDefinition> {
    BY_ID.get(&id.to_ascii_lowercase()).copied()
}

/// Whether the setting may have this value; if not, why.
pub fn validate(id: &str, value: &Value) -> Result<(), String> {
    get(id)?.check(value)
}

/// What a device has to write so that the setting has this value.
pub fn render(id: &str, value: &Value) -> Result<Instruction, String> {
    get(id)?.render(value)
}

fn get(id: &str) -> Result<&'static SettingDefinition, String> {
    find(id).ok_or_else(|| format!("`{id}` is not a setting of the catalogue"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use directory::Record;

    use super::*;

    #[test]
    fn every_file_is_read_and_every_id_is_there_once() {
        let mut seen = HashSet::new();
        for definition in definitions() {
            assert!(seen.insert(definition.id.to_ascii_lowercase()), "`{}` is given twice", definition.id);
            assert!(!definition.display_name.is_empty() && !definition.description.is_empty(), "{}", definition.id);
            if let Some(on) = &definition.depends_on {
                let parent = find(&on.setting).unwrap_or_else(|| panic!("{}: no `{}`", definition.id, on.setting));
                assert!(parent.id == on.setting && options(parent).contains(&on.value), "{}: {on:?}", definition.id);
            }
            assert!(
                definition.default.is_some() || definition.usage == Usage::Compliance || has_no_default(definition)
            );
        }
        let of_use = |usage| definitions().iter().filter(|d| d.usage == usage && d.group.is_none()).count();
        assert!(of_use(Usage::Configuration) >= 100, "{}", of_use(Usage::Configuration));
        let mut ids = HashSet::new();
        assert!(categories().iter().all(|category| ids.insert(&category.id)), "two categories share an id");
    }

    fn options(definition: &SettingDefinition) -> Vec<String> {
        match &definition.kind {
            ValueKind::Boolean => vec!["true".into(), "false".into()],
            ValueKind::Choice(options) => options.iter().map(|option| option.value.clone()).collect(),
            _ => vec![],
        }
    }

    /// What an organisation must say itself: names, texts and lists of its own.
    fn has_no_default(definition: &SettingDefinition) -> bool {
        matches!(definition.kind, ValueKind::Text { .. } | ValueKind::List { .. } | ValueKind::Group { .. })
            || definition.group.is_some()
    }

    #[test]
    fn every_setting_takes_its_default_and_can_be_written_with_it() {
        for definition in definitions() {
            if let Some(default) = &definition.default {
                definition.check(default).unwrap();
            }
            for value in samples(definition) {
                definition.check(&value).unwrap();
                match (definition.usage, &definition.group) {
                    (Usage::Configuration, None) => drop(definition.render(&value).unwrap()),
                    // Judged, or written with its group.
                    (Usage::Compliance, _) | (_, Some(_)) => drop(definition.render(&value).unwrap_err()),
                }
            }
        }
    }

    fn samples(definition: &SettingDefinition) -> Vec<Value> {
        match &definition.kind {
            ValueKind::Boolean => vec![Value::Bool(true), Value::Bool(false)],
            ValueKind::Integer { minimum, maximum } => vec![Value::Int(*minimum), Value::Int(*maximum)],
            ValueKind::Text { .. } => vec![Value::Text("0".into())],
            ValueKind::Choice(options) => options.iter().map(|option| Value::Text(option.value.clone())).collect(),
            ValueKind::Secret { .. } => vec![Value::Guid(directory::Id::from_u128(1))],
            ValueKind::List { .. } => vec![Value::List(vec![Value::Text("0".into())])],
            ValueKind::Group { members, .. } => {
                let sample = |member: &Member| samples(find(&member.id).unwrap()).swap_remove(0);
                let record: Record = members.iter().map(|member| (member.name.clone(), sample(member))).collect();
                vec![Value::Record(record)]
            }
        }
    }

    #[test]
    fn values_that_a_setting_does_not_take_are_refused_with_the_reason() {
        let text = |text: &str| Value::Text(text.into());
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::Text((*text).into())).collect());
        let cases = [
            ("linux.sshd.MaxAuthTries", Value::Int(11), "`11` is more than 10, the most this setting takes"),
            ("linux.sshd.MaxAuthTries", Value::Int(0), "`0` is less than 1, the least this setting takes"),
            ("linux.sshd.MaxAuthTries", text("4"), "takes a whole number"),
            (
                "linux.sshd.PermitRootLogin",
                text("maybe"),
                "`maybe` is not one of no, prohibit-password, forced-commands-only, yes",
            ),
            ("linux.sshd.X11Forwarding", text("yes"), "takes true or false"),
            (
                "linux.sshd.AllowGroups",
                list(&["admins\nPermitRootLogin yes"]),
                "takes one line without control characters",
            ),
            ("linux.sshd.AllowGroups", list(&["admins;x"]), "`;` is not accepted here; use a-zA-Z0-9._-"),
            ("linux.sshd.AllowGroups", list(&[""]), "takes at least one character"),
            ("linux.sshd.AllowGroups", text("admins"), "takes a list of texts"),
            ("linux.login.issue", text("a\u{0}b"), "takes text without control characters"),
            ("linux.nothing", Value::Bool(true), "`linux.nothing` is not a setting of the catalogue"),
        ];
        for (id, value, why) in cases {
            assert_eq!(validate(id, &value).unwrap_err(), why, "{id}");
            assert_eq!(render(id, &value).unwrap_err(), why, "{id}");
        }
    }

    #[test]
    fn a_device_is_told_in_its_own_words() {
        let line = |path: &str, key: &str, line: &str| {
            Record::new().with("kind", "line").with("path", path).with("key", key).with("line", line)
        };
        let cases = [
            (
                "linux.sysctl.net.ipv4.ip_forward",
                Value::Bool(false),
                Record::new().with("kind", "sysctl").with("key", "net.ipv4.ip_forward").with("value", "0"),
            ),
            (
                "linux.sshd.Banner",
                Value::Bool(true),
                line("/etc/ssh/sshd_config.d/10-castellan.conf", "Banner", "Banner /etc/issue.net"),
            ),
            (
                "LINUX.SUDO.USE_PTY",
                Value::Bool(false),
                line("/etc/sudoers.d/castellan", "use_pty", "Defaults !use_pty"),
            ),
            (
                "linux.login.issue",
                Value::Text("Property of XYZ Ltd.\n{value}".into()),
                Record::new()
                    .with("kind", "file")
                    .with("path", "/etc/issue")
                    .with("mode", "0644")
                    .with("content", "Property of XYZ Ltd.\n{value}\n"),
            ),
            (
                "linux.faillock.deny",
                Value::Int(5),
                Record::new()
                    .with("kind", "managedBlock")
                    .with("path", "/etc/security/faillock.conf")
                    .with("marker", "faillock.deny")
                    .with("content", "deny = 5\n"),
            ),
            (
                "linux.gnome.session.idle_delay",
                Value::Int(300),
                Record::new()
                    .with("kind", "dconf")
                    .with("key", "/org/gnome/desktop/session/idle-delay")
                    .with("value", "uint32 300")
                    .with("locked", true),
            ),
        ];
        let key = |path: &str, format: &str, key: &str, value: &str| {
            let record = Record::new().with("kind", "key").with("path", path).with("key", key).with("value", value);
            record.with("format", format)
        };
        let ids = Value::List(vec!["a".into(), "b*".into()]);
        let more = [
            (
                "linux.chromium.ExtensionInstallBlocklist",
                ids,
                key(
                    "/etc/chromium/policies/managed/castellan.json",
                    "json",
                    "/ExtensionInstallBlocklist",
                    "[\"a\",\"b*\"]",
                ),
            ),
            (
                "linux.login_defs.PASS_MAX_DAYS",
                Value::Int(365),
                key("/etc/login.defs", "words", "PASS_MAX_DAYS", "365"),
            ),
            (
                "linux.sshd.AllowGroups",
                Value::List(vec!["admins".into(), "ops".into()]),
                line("/etc/ssh/sshd_config.d/10-castellan.conf", "AllowGroups", "AllowGroups admins ops"),
            ),
        ];
        for (id, value, expected) in cases.into_iter().chain(more) {
            assert_eq!(render(id, &value).unwrap().to_record(), expected, "{id}");
        }
    }
}
