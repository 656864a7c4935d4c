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
    /// Tell where the device is ([`ActionResult::location`]).
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
    /// What a `locate` found out. Nothing else may say where the device is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// Where a device is (WGS 84). Angles in ten-millionths of a degree, which is a centimetre: numbers that are equal or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// North is positive; at most 900,000,000 either way.
    pub latitude_e7: i32,
    /// East is positive; at most 1,800,000,000 either way.
    pub longitude_e7: i32,
    /// How far it may be wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_meters: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_meters: Option<i32>,
    /// By the device's clock.
    pub collected_at_unix_seconds: i64,
}

impl Location {
    /// Of degrees; nothing, where they are no place on Earth.
    #[must_use]
    pub fn of_degrees(latitude: f64, longitude: f64, collected_at_unix_seconds: i64) -> Option<Self> {
        let e7 = |degrees: f64, most: f64| {
            let is_there = degrees.is_finite() && degrees.abs() <= most;
            // Within an i32: the most is 180 degrees.
            #[allow(clippy::cast_possible_truncation)]
            is_there.then(|| (degrees * 1e7).round() as i32)
        };
        let (latitude_e7, longitude_e7) = (e7(latitude, 90.0)?, e7(longitude, 180.0)?);
        Some(Self {
            latitude_e7,
            longitude_e7,
            accuracy_meters: None,
            altitude_meters: None,
            collected_at_unix_seconds,
        })
    }

    /// Whether it is a place on Earth.
    #[must_use]
    pub fn is_on_earth(&self) -> bool {
        self.latitude_e7.unsigned_abs() <= 900_000_000 && self.longitude_e7.unsigned_abs() <= 1_800_000_000
    }
}

/// The end states of Graph `actionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionState {
    Done,
    Failed,
    NotSupported,
}
