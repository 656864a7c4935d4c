//! One app that a device must have or must not have, and how it went. The package is named by its hash; its address follows
//! from that ([`crate::PACKAGES_PATH`]), so a server cannot send a device to a foreign origin.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Graph `mobileApp.id`.
    pub id: String,
    /// For messages.
    pub display_name: String,
    /// The version of this package, compared for equality with what the agent installed: another version is an upgrade (or a
    /// deliberate downgrade).
    pub version: String,
    pub intent: Intent,
    /// Required for intent `required`; for `uninstall` it may be absent, the agent knows what it installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// How to see that the app is there. The agent's own record decides when this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Detection>,
    /// When the app leaves the desired state: `true` removes it, `false` leaves it to the device. Always kept by the agent
    /// from the last desired state that named the app.
    #[serde(default)]
    pub uninstall_on_removal: bool,
    /// Apps of the same desired state that must be there first. The server names them before this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// Apps in whose place this one comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supersedes: Vec<Superseded>,
    /// Free space without which the app is not for the device, in megabytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_disk_megabytes: Option<u64>,
}

/// An app in whose place another comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Superseded {
    pub id: String,
    /// `true`: it is named before with intent `uninstall` and must be gone. `false`: it is left as it is, and where both are one
    /// package the new one is installed over it.
    pub removed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Intent {
    Required,
    Uninstall,
    /// Only looked for: another app needs it.
    Detect,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    pub kind: PackageKind,
    /// Package name: what dpkg or rpm calls it, or the folder under /opt for a tarball or an AppImage. `[a-z0-9][a-z0-9+.-]{0,63}`.
    pub name: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
    pub size_bytes: u64,
    /// The program within a tarball that people start, relative to its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launcher: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PackageKind {
    /// A Debian package.
    Deb,
    /// A package of rpm; for whole machines that have it.
    Rpm,
    /// A gzip-compressed tar archive, unpacked to /opt/{name}.
    Tarball,
    /// A program in one file, placed in /opt/{name}.
    AppImage,
    /// A script, run as root with the one argument `install` or `remove`.
    Script,
    /// A kind of a newer server: reported `notApplicable`.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Detection {
    /// A file or folder is there. The path rules of [`crate::Render`] do not apply to reading: any absolute, normalised path.
    FileExists { path: String },
    /// The agent's package record (or dpkg's, on a whole machine) has the package in exactly this version.
    PackageVersion { name: String, version: String },
    /// A script whose exit status is 0 and that says something on standard output.
    Script { script: String },
    /// A kind of a newer server: reported `notApplicable`.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppResult {
    pub id: String,
    /// The wanted version that this is about.
    pub version: String,
    pub state: AppState,
    /// What the agent installed, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Graph `resultantAppState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AppState {
    Installed,
    NotInstalled,
    Failed,
    UninstallFailed,
    PendingInstall,
    NotApplicable,
}
