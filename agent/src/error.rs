//! How the agent fails: a refusal of the server, a server out of reach, or something on this device.

use std::fmt;

use agent_wire::ErrorCode;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentError {
    /// The server understood and said no; its message is for the person.
    Refused { status: u16, code: ErrorCode, message: String, retry_after_seconds: Option<u64> },
    /// No answer, or not one of ours. It may have happened.
    Unreachable(String),
    /// The device: files, keys, arguments.
    Local(String),
}

impl AgentError {
    #[must_use]
    pub fn local(message: String) -> Self {
        Self::Local(message)
    }

    /// The code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Unreachable(_) | Self::Local(_) => None,
        }
    }
}

impl fmt::Display for AgentError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { message, status, .. } => write!(out, "the server refused ({status}): {message}"),
            Self::Unreachable(message) => write!(out, "the server cannot be reached: {message}"),
            Self::Local(message) => out.write_str(message),
        }
    }
}

impl std::error::Error for AgentError {}

impl From<String> for AgentError {
    fn from(message: String) -> Self {
        Self::Local(message)
    }
}
