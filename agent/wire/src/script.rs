//! One script that a device should run, when, as whom, and what came of it.
//!
//! A script is text whose first line names its interpreter. It is run once for each version, or by its schedule; the agent
//! remembers when it ran last over restarts. With `repair` it is a remediation: `script` says by its exit code whether something
//! is wrong (0 no, 1 yes, anything else: it could not tell), `repair` puts it right, and `script` is asked again.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Script {
    pub id: String,
    /// Changes whenever the script, or how it is run, does.
    pub version: String,
    pub run_as: RunAs,
    pub schedule: ScriptSchedule,
    /// How often a failed run is tried again before the next time of the schedule.
    #[serde(default)]
    pub retries: u32,
    pub timeout_seconds: u32,
    pub script: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunAs {
    System,
    /// The person who is signed in on the device; it waits until somebody is.
    User,
    /// A user without any right of its own: for scripts that only look (custom compliance).
    WithoutRights,
    /// An account of a newer server: reported as not applicable.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ScriptSchedule {
    /// Once for each version, as soon as possible, or not before a moment.
    #[serde(rename_all = "camelCase")]
    Once {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before_unix_seconds: Option<i64>,
    },
    /// Every so many seconds after the last run.
    Every { seconds: u64 },
    /// Every so many days at a time of day, in seconds after midnight of UTC.
    #[serde(rename_all = "camelCase")]
    Daily { days: u32, at_seconds: u32 },
    /// A schedule of a newer server: reported as not applicable.
    #[serde(other)]
    Unknown,
}

/// How one script went the last time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptResult {
    pub id: String,
    pub version: String,
    pub finished_at_unix_seconds: i64,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<ScriptRun>,
    /// Of a remediation that found something wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<ScriptRun>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_again: Option<ScriptRun>,
}

/// One run. Output and errors are cut to [`crate::limits::SCRIPT_OUTPUT_BYTES_MAX`], each at its beginning; the output of a script that
/// only looks to [`crate::limits::DISCOVERY_OUTPUT_BYTES_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptRun {
    /// Absent when it did not end by itself; `error` says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_written_as_documented_and_new_ones_are_unknown() {
        for (schedule, text) in [
            (ScriptSchedule::Once { not_before_unix_seconds: None }, r#"{"kind":"once"}"#),
            (ScriptSchedule::Every { seconds: 3600 }, r#"{"kind":"every","seconds":3600}"#),
            (ScriptSchedule::Daily { days: 1, at_seconds: 60 }, r#"{"kind":"daily","days":1,"atSeconds":60}"#),
        ] {
            assert_eq!(serde_json::to_string(&schedule).unwrap(), text);
            assert_eq!(serde_json::from_str::<ScriptSchedule>(text).unwrap(), schedule);
        }
        let new: ScriptSchedule = serde_json::from_str(r#"{"kind":"full moon","nights":3}"#).unwrap();
        assert_eq!(new, ScriptSchedule::Unknown);
    }
}
