//! What a device is told to do once, and what came of it.

use serde::{Deserialize, Serialize};

/// `id` is unique for ever within the tenant: the agent never runs the same id twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub id: String,
    pub kind: ActionKind,
    /// What the kind needs to be told: the new name of a `rename`, the script's id of a `runRemediation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionKind {
    /// Gather facts, apply the desired state again and report everything. Done when that report is on its way.
    Sync,
    /// Lock the sessions of everybody who is signed in.
    Lock,
    /// Start the device again, a minute after the person was told. Done when it has started.
    Restart,
    /// Switch the device off, a minute after the person was told. Done when it is on again.
    ShutDown,
    /// Give the device the name that is the argument.
    Rename,
    /// Tell where the device is.
    Locate,
    /// Make a new recovery key for the encrypted disk, hand it to the server ([`crate::RECOVERY_KEYS_PATH`]), then take
    /// the former one away.
    RotateRecoveryKey,
    /// Gather the agent's and the system's logs and hand them to the server ([`crate::DIAGNOSTICS_PATH`]).
    CollectDiagnostics,
    /// Run the script that is the argument, of those in the desired state, now.
    RunRemediation,
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
