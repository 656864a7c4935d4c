//! Approving sign-ins of the device's person from the desk: which wait, and what the person says to one. The agent that keeps
//! the device may run beside: nothing is written, and the two speak to the server in sessions of their own.

use std::path::Path;

use agent_wire::{ApprovalDecision, ApprovalWord, WaitingApproval};

use crate::agent::connect;
use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::root::Root;
use crate::server::Server;
use crate::state::State;

/// The person in front of a joined device.
#[derive(Debug)]
pub struct Approver {
    server: Server,
}

impl Approver {
    /// For the device that this machine, or a folder, is.
    pub fn open(root: Option<&Path>) -> Result<Self, AgentError> {
        let root = match root {
            Some(dir) if !dir.is_dir() => return Err(format!("`{}` is not a folder", dir.display()).into()),
            dir => Root::from_option(dir)?,
        };
        let (_, server) = connect(&State::look(&root))?;
        Ok(Self { server })
    }

    /// The sign-ins that wait.
    pub async fn waiting(&self) -> Result<Vec<WaitingApproval>, AgentError> {
        Ok(self.server.approvals().await?.approvals)
    }

    /// Say something to the only sign-in that waits, or to the one of this person. True: it goes on.
    pub async fn decide(
        &self,
        person: Option<&str>,
        answer: ApprovalWord,
        number: Option<i64>,
    ) -> Result<bool, AgentError> {
        let waiting = self.waiting().await?;
        let mut meant = waiting.iter().filter(|one| person.is_none_or(|name| one.person.eq_ignore_ascii_case(name)));
        let one = match (meant.next(), meant.next()) {
            (Some(one), None) => one,
            (None, _) => return Err(AgentError::local("no sign-in waits to be approved".into())),
            (Some(_), Some(_)) => {
                return Err(AgentError::local("sign-ins of several people wait; say whose with `--person`".into()));
            }
        };
        Ok(self.server.decide(&one.id, &ApprovalDecision { answer, number }).await?.approved)
    }
}

/// What the person is asked, in one line.
#[must_use]
pub fn question(waiting: &WaitingApproval) -> String {
    let app = waiting.app.as_deref().map(|app| format!(" to {app}")).unwrap_or_default();
    let address = waiting.address.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
    let left = (waiting.expires_unix_seconds - now_unix_seconds()).max(0);
    format!(
        "{} signs in{app}{address}: `castellan-agent approve NUMBER` with the number on the page, or `castellan-agent deny` \
         ({left} seconds left)",
        waiting.person
    )
}
