//! What a device knows about itself. A fact that cannot be determined says why; it is never guessed, and the server must
//! not read an unknown fact as a good or a bad one.

use serde::{Deserialize, Serialize};

use crate::error::OverLimit;
use crate::limits::{DETAIL_BYTES_MAX, MOUNTS_MAX, TEXT_BYTES_MAX};

/// `{"known": value}` or `{"unknown": "reason"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fact<T> {
    Known(T),
    Unknown(String),
}

impl<T> Fact<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::Unknown(reason.into())
    }
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::unknown("not reported")
    }
}

impl<T> From<Result<T, String>> for Fact<T> {
    fn from(result: Result<T, String>) -> Self {
        result.map_or_else(Self::Unknown, Self::Known)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    /// By the device's clock.
    pub gathered_at_unix_seconds: i64,
    pub agent_version: String,
    pub hostname: Fact<String>,
    pub os: Fact<OsRelease>,
    /// `uname -r`, such as `6.8.0-48-generic`.
    pub kernel: Fact<String>,
    /// `x86_64`, `aarch64`, …
    pub architecture: Fact<String>,
    pub manufacturer: Fact<String>,
    pub model: Fact<String>,
    pub serial_number: Fact<String>,
    pub memory_bytes: Fact<u64>,
    /// Of the file system that holds `/`.
    pub disk: Fact<DiskSpace>,
    pub patches: Patches,
    /// `/`, and `/home`, `/var` and swap where they are mounts of their own.
    pub encryption: Fact<Vec<MountEncryption>>,
    pub firewall: Fact<Firewall>,
    /// UEFI secure boot is on.
    pub secure_boot: Fact<bool>,
    pub password_policy: PasswordPolicy,
}

/// From /etc/os-release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OsRelease {
    /// ID, such as `ubuntu`.
    pub id: String,
    /// VERSION_ID, such as `24.04`; rolling distributions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// PRETTY_NAME.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiskSpace {
    pub total_bytes: u64,
    pub free_bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Patches {
    /// When the package lists were last brought up to date.
    pub last_refresh_unix_seconds: Fact<i64>,
    /// Upgrades waiting, and how many of them for security, as the distribution's notifier last counted.
    pub pending: Fact<u32>,
    pub pending_security: Fact<u32>,
    /// Upgrades are installed without being asked for.
    pub automatic: Fact<bool>,
    /// An installed upgrade waits for a restart.
    pub restart_required: Fact<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MountEncryption {
    /// `/home`, or `swap`.
    pub mount: String,
    /// `/dev/mapper/…`, `/dev/sda2`, `tmpfs`, …
    pub source: String,
    /// Every path from the mount to a physical disk passes dm-crypt; `tmpfs` counts as encrypted, it is not on a disk.
    pub encrypted: Fact<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firewall {
    pub active: bool,
    /// `ufw`, `firewalld`, `nftables`, `iptables`; absent when none is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PasswordPolicy {
    /// pwquality `minlen` where PAM asks it.
    pub min_length: Fact<u32>,
    /// pwquality `minclass`: how many of lower, upper, digit, other.
    pub min_classes: Fact<u32>,
    /// How many digits, small letters, capitals and other characters a password must have: pwquality `dcredit`, `lcredit`,
    /// `ucredit`, `ocredit` where they are negative.
    pub min_digits: Fact<u32>,
    pub min_lowercase: Fact<u32>,
    pub min_uppercase: Fact<u32>,
    pub min_symbols: Fact<u32>,
    /// login.defs `PASS_MAX_DAYS`.
    pub max_days: Fact<u32>,
}

impl Facts {
    /// Refuses lists and texts over their limits.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("agentVersion", self.agent_version.len(), TEXT_BYTES_MAX)?;
        let texts = [
            ("hostname", &self.hostname),
            ("kernel", &self.kernel),
            ("architecture", &self.architecture),
            ("manufacturer", &self.manufacturer),
            ("model", &self.model),
            ("serialNumber", &self.serial_number),
        ];
        for (what, fact) in texts {
            let (Fact::Known(text) | Fact::Unknown(text)) = fact;
            OverLimit::check(what, text.len(), DETAIL_BYTES_MAX)?;
        }
        let mounts = self.encryption.known().map_or(0, Vec::len);
        OverLimit::check("encryption", mounts, MOUNTS_MAX)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_known_or_says_why_not() {
        let facts = Facts { secure_boot: Fact::Known(true), ..Facts::default() };
        let text = serde_json::to_value(&facts).unwrap();
        assert_eq!(text.pointer("/secureBoot/known"), Some(&serde_json::json!(true)));
        assert_eq!(text.pointer("/patches/pending/unknown"), Some(&serde_json::json!("not reported")));
        assert_eq!(serde_json::from_value::<Facts>(text).unwrap(), facts);
    }

    #[test]
    fn facts_of_an_older_agent_lack_nothing_but_knowledge() {
        let facts: Facts = serde_json::from_str(r#"{"hostname":{"known":"lt-7"}}"#).unwrap();
        assert_eq!(facts.hostname, Fact::Known("lt-7".into()));
        assert_eq!(facts.os, Fact::unknown("not reported"));
    }
}
