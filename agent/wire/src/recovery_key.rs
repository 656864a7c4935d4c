//! The key with which an encrypted disk is opened when its owner cannot: made on the device, escrowed with the server.

use serde::{Deserialize, Serialize};

use crate::error::OverLimit;
use crate::limits::{RECOVERY_KEY_BYTES_MAX, TEXT_BYTES_MAX};

/// Body of `POST recovery-keys`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryKey {
    /// Names this key on the device: made with it, never reused.
    pub id: String,
    pub volume: Volume,
    pub key: String,
}

/// Graph `volumeType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Volume {
    /// The one that holds `/`.
    OperatingSystemVolume,
    FixedDataVolume,
}

impl RecoveryKey {
    /// Refuses texts over their limits.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("id", self.id.len(), TEXT_BYTES_MAX)?;
        OverLimit::check("key", self.key.len(), RECOVERY_KEY_BYTES_MAX)
    }
}

/// Never the key.
impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("RecoveryKey").field("id", &self.id).field("volume", &self.volume).finish_non_exhaustive()
    }
}
