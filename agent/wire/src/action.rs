//! What a device is told to do once, and what came of it.

use serde::{Deserialize, Serialize};

/// `id` is unique for ever within the tenant: the agent never runs the same id twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub id: String,
    pub kind: ActionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionKind {
    /// Gather facts, apply the desired state again and report everything. Done when that report is on its way.
    Sync,
    /// Lock the sessions of everybody who is signed in.
    Lock,
    /// Take back settings and apps, report, then delete the certificate and the key.
    Retire,
    /// Delete what is on the device, report, then delete the certificate and the key.
    Wipe,
    /// A kind of a newer server: reported `notSupported`.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionResult {
    pub id: String,
    pub state: ActionState,
    /// By the device's clock.
    pub finished_at_unix_seconds: i64,
    /// Why it failed, or what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The end states of Graph `actionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionState {
    Done,
    Failed,
    NotSupported,
}
