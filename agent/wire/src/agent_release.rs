//! A newer agent, as a package that somebody signed whom the agent knows. The server stores and offers it; it cannot make one.

use serde::{Deserialize, Serialize};

use crate::error::OverLimit;
use crate::limits::{SIGNATURE_BYTES_MAX, TEXT_BYTES_MAX};

/// What a device is to become. Its bytes are served like those of an app's package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentRelease {
    pub version: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
    pub size_bytes: u64,
    /// A detached signature of the package in minisign's format; its trusted comment says `castellan-agent VERSION ARCHITECTURE`.
    pub signature: String,
}

/// A release that was not installed, or was taken back because the new agent did not reach the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentFailure {
    pub version: String,
    pub detail: String,
}

impl AgentRelease {
    /// Refuses texts over their limits.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("agent.version", self.version.len(), TEXT_BYTES_MAX)?;
        OverLimit::check("agent.signature", self.signature.len(), SIGNATURE_BYTES_MAX)
    }
}
