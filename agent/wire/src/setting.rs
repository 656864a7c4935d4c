//! One setting that a device should have, in words that do not depend on who asked for it, and how it went.
//!
//! The agent decides by the path how content is checked (anything under /etc/sudoers.d must parse as sudoers, under
//! /etc/ssh/sshd_config.d as sshd_config); the server cannot ask it not to.

use serde::{Deserialize, Serialize};

/// `id` is the catalogue's name, such as `linux.sysctl.net.ipv4.ip_forward`, unique within one desired state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    pub id: String,
    pub render: Render,
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
    /// A kind of a newer server: reported `notApplicable`.
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
