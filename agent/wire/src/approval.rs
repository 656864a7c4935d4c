//! Approving a sign-in of the device's person: what the device shows, and what the person says to it.

use serde::{Deserialize, Serialize};

/// 200 of `approvals`: the sign-ins that wait. Never the number, which only the page of the sign-in shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalsAnswer {
    #[serde(default)]
    pub approvals: Vec<WaitingApproval>,
}

/// A sign-in that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingApproval {
    pub id: String,
    /// Who signs in.
    pub person: String,
    /// What they sign in to, where the organisation shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// From which address, where the organisation shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub asked_unix_seconds: i64,
    pub expires_unix_seconds: i64,
}

/// Body of `POST approvals/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalDecision {
    pub answer: ApprovalWord,
    /// With `approve`: the number that the page of the sign-in shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
}

/// What the person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ApprovalWord {
    Approve,
    Deny,
    /// It was not them.
    Report,
}

/// 200 of `POST approvals/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionAnswer {
    /// Whether the sign-in goes on. A wrong number ends it.
    pub approved: bool,
}
