//! The lines of the wake stream: newline-delimited JSON, `{"wake":{"version":"…"}}` or `{"ping":{}}`.

use serde::{Deserialize, Serialize};

/// `Content-Type` of the stream.
pub const WAKE_MEDIA_TYPE: &str = "application/x-ndjson";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WakeLine {
    /// Check in now.
    Wake(Wake),
    /// A sign-in waits for the person to approve it: [`crate::APPROVALS_PATH`] says which.
    Approval {},
    /// Still here.
    Ping {},
}

/// The desired version at the time of the wake, for tracing; the agent checks in whatever it says, because an action may
/// wait under an unchanged version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wake {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_as_documented() {
        let cases = [
            (WakeLine::Wake(Wake { version: Some("7".into()) }), r#"{"wake":{"version":"7"}}"#),
            (WakeLine::Wake(Wake::default()), r#"{"wake":{}}"#),
            (WakeLine::Approval {}, r#"{"approval":{}}"#),
            (WakeLine::Ping {}, r#"{"ping":{}}"#),
        ];
        for (line, text) in cases {
            assert_eq!(serde_json::to_string(&line).unwrap(), text);
            assert_eq!(serde_json::from_str::<WakeLine>(text).unwrap(), line);
        }
    }
}
