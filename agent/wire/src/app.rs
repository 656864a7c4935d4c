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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Intent {
    Required,
    Uninstall,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    pub kind: PackageKind,
    /// Package name: what dpkg calls it, or the folder under /opt for a tarball. `[a-z0-9][a-z0-9+.-]{0,63}`.
    pub name: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
    pub size_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PackageKind {
    /// A Debian package.
    Deb,
    /// A gzip-compressed tar archive, unpacked to /opt/{name}.
    Tarball,
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
