//! Which packages the agent installed: the only things that it will ever remove. A package that was on the device before the
//! agent had it is written down with the version it had then, may be upgraded, and stays.

use std::collections::BTreeMap;

use agent_wire::PackageKind;
use serde::{Deserialize, Serialize};

use super::app_image::Placed;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// By app id.
    pub apps: BTreeMap<String, Installed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    pub display_name: String,
    pub package_name: String,
    pub kind: PackageKind,
    /// The app's version as the server names it.
    pub version: String,
    /// The package's own version, where it has one.
    #[serde(default)]
    pub package_version: Option<String>,
    /// The version that the device had before this agent touched the package: then it is not ours to remove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_there: Option<String>,
    /// What it put on the device, where that is not one folder of its own: paths relative to the tree, folders with a final `/`.
    #[serde(default)]
    pub files: Vec<String>,
    /// How people find it: paths from the top of the tree.
    #[serde(default)]
    pub launchers: Vec<String>,
    /// What a program in one file was when it was placed.
    #[serde(default)]
    pub placed: Option<Placed>,
    pub uninstall_on_removal: bool,
    /// Written `false` before the first file and `true` after the last.
    pub is_complete: bool,
}

impl Record {
    pub const FILE: &str = "packages.json";

    /// The package record's version of a package, for detection.
    pub fn has(&self, package_name: &str, version: &str) -> bool {
        let named = self.apps.values().filter(|app| app.is_complete && app.package_name == package_name);
        named.into_iter().any(|app| app.version == version || app.package_version.as_deref() == Some(version))
    }
}
