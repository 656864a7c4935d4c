//! One setting that a device should have, in words that do not depend on who asked for it, and how it went.
//!
//! The agent decides by the path how content is checked (anything under /etc/sudoers.d must parse as sudoers, under
//! /etc/ssh/sshd_config.d as sshd_config); the server cannot ask it not to.

use serde::{Deserialize, Serialize};

/// `id` is the catalogue's name, such as `linux.sysctl.net.ipv4.ip_forward`, with the member in brackets where a group has
/// several (`linux.networkmanager.wifi[office]`); unique within one desired state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    pub id: String,
    pub render: Render,
    /// What is written holds a secret: nothing that was read back is reported, not even a digest.
    #[serde(default, rename = "isSecret", skip_serializing_if = "std::ops::Not::not")]
    pub is_secret: bool,
    /// Absolute paths of which one must be there; otherwise the setting is reported `notApplicable` and nothing is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    #[serde(default, skip_serializing_if = "Effects::is_empty")]
    pub effects: Effects,
}

impl Setting {
    /// A setting that needs nothing and has no effects besides.
    #[must_use]
    pub fn new(id: impl Into<String>, render: Render) -> Self {
        Self { id: id.into(), render, is_secret: false, needs: Vec::new(), effects: Effects::default() }
    }
}

/// What writing alone does not do. Each command is a program's name, looked up in the system's own folders, and its arguments;
/// a program that is not there is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// Judges what was written, before anything reads it; when it fails, what was there before is put back and the setting
    /// is reported as an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Vec<String>>,
    /// Run when something was written or given back, after all files are as they should be, each once however many settings
    /// ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Vec<String>>,
}

impl Effects {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.check.is_none() && self.then.is_empty()
    }
}

/// What to write. Two settings of one desired state that write the same target with different values are a conflict: neither
/// is applied, both report `conflict`, and what the device had stays. Equal values are no conflict.
///
/// Paths are absolute and normalised, without `.`, `..`, empty components or control characters, and lie under one of the
/// places that the agent may write: `/etc`, `/opt`, `/usr/local/etc`, `/usr/local/share`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Render {
    /// The whole content of a file. `mode` is octal text such as `0644`, without set-id bits and not writable for others.
    File { path: String, mode: String, content: String },
    /// One kernel parameter: a drop-in under /etc/sysctl.d, and the live value. `key` in dotted form.
    Sysctl { key: String, value: String },
    /// A block between `# BEGIN castellan {marker}` and `# END castellan {marker}` in a file that others write too. The
    /// marker is 1 to 64 of `A–Z a–z 0–9 . _ -`.
    ManagedBlock { path: String, marker: String, content: String },
    /// One line of a drop-in file that belongs to the agent: all lines with the same `path` are written to it in the order
    /// of their keys. `key` names what the line sets (`PermitRootLogin`, `minlen`): same key, other line = conflict.
    Line { path: String, key: String, line: String },
    /// One dconf key in the system database `local`, as GVariant text, locked against the user when `locked`. `key` such as
    /// `/org/gnome/desktop/screensaver/lock-enabled`.
    Dconf { key: String, value: String, locked: bool },
    /// One key of a file that others write too. What stood for that key before is written down, and put back when the setting
    /// goes; everything else in the file stays as it is.
    Key { path: String, format: KeyFormat, key: String, value: String },
    /// A script that the device runs by the clock: `on_calendar` as in systemd.time(7), `user` the account that runs it,
    /// `name` 1 to 64 of `a–z 0–9 -`.
    #[serde(rename_all = "camelCase")]
    Timer { name: String, on_calendar: String, user: String, timeout_seconds: u32, script: String },
    /// A kind of a newer server: reported `notApplicable`.
    #[serde(other)]
    Unknown,
}

/// How a file writes a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyFormat {
    /// `key = value`
    Equals,
    /// `KEY=value`
    Assign,
    /// `KEY value`
    Words,
    /// `key=value` below `[section]`; the key is `section/key`.
    Ini,
    /// A JSON object; the key is a JSON pointer (RFC 6901), the value is JSON text.
    Json,
    /// A format of a newer server: reported `notApplicable`.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingResult {
    pub id: String,
    pub state: SettingState,
    /// What the device has now, where it differs from what was wanted or a value was read back; cut to
    /// [`crate::limits::DETAIL_BYTES_MAX`]. For whole files `sha256:<hex>`, never the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SettingState {
    Succeeded,
    Error,
    Conflict,
    NotApplicable,
}
