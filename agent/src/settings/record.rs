//! What the agent wrote and what was there before: the memory that makes restoring possible.

use std::collections::{BTreeMap, BTreeSet};

use agent_wire::KeyFormat;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Files under settings at one time: more than settings themselves, because one setting may write several.
pub const FILES_MAX: usize = 2_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// By path.
    pub files: BTreeMap<String, Applied>,
    /// Folders that had to be made; deleted again once nothing is in them.
    #[serde(default)]
    pub folders: BTreeSet<String>,
    /// Files that are being written or given back: not yet judged, and nobody has been told. Empty between two passes, unless one
    /// was cut short.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub open: BTreeSet<String>,
    /// What has to be run because of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<Vec<String>>,
}

impl Record {
    pub const FILE: &str = "settings.json";
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    pub kind: Kind,
    pub before: Before,
    /// By line key or block marker; a whole file is one part without a name.
    pub parts: BTreeMap<String, String>,
    /// A kernel parameter and its value from before.
    #[serde(default)]
    pub live_before: Option<(String, String)>,
    /// Of single keys, what stood for each before ours.
    #[serde(default)]
    pub formers: BTreeMap<String, Option<String>>,
    /// What has to be run once it is given back.
    #[serde(default)]
    pub undoing: Vec<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Whole,
    Lines,
    Blocks,
    Keys(KeyFormat),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Before {
    Absent,
    /// There, and others go on writing it: only our blocks are taken out.
    Shared,
    File(Image),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    content: String,
}

impl Before {
    pub fn file(bytes: &[u8], mode: u32, uid: u32, gid: u32) -> Self {
        Self::File(Image { mode, uid, gid, content: STANDARD.encode(bytes) })
    }
}

impl Image {
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        STANDARD.decode(&self.content).map_err(|_| "what was kept of it is damaged".into())
    }
}
