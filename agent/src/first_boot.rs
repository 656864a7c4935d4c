//! Joining with nobody signed in: whoever set the machine up left a file that says where, and a join token. The file goes when the
//! device has joined; until then the join is tried again, more and more seldom.

use std::path::{Path, PathBuf};
use std::time::Duration;

use agent_wire::{ErrorCode, JoinType};
use serde::Deserialize;

use crate::error::AgentError;
use crate::root::{Root, read_small};
use crate::state::{Identity, State};
use crate::wake::{back_off, random_share};
use crate::{Agent, JoinOptions};

/// Where the file lies.
pub const FILE: &str = "/etc/castellan/join.json";
/// How long to wait after a refusal: somebody has to register the device, or make another token.
const REFUSED: Duration = Duration::from_secs(15 * 60);

/// What the file says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Orders {
    /// The server's public URL.
    server: String,
    /// The join token.
    token: String,
    /// PEM of the only authorities that may vouch for the server.
    #[serde(default)]
    certificate_authority: Option<String>,
    /// The device's name instead of its host name.
    #[serde(default)]
    name: Option<String>,
}

/// Whether the device has not joined, and may by itself.
pub fn is_due(root: &Root) -> bool {
    let has_joined = State::look(root).load::<Identity>(Identity::FILE).is_ok_and(|identity| identity.is_some());
    !has_joined && root.exists(FILE)
}

/// Joins, however often that has to be tried.
pub async fn join(dir: Option<&Path>) -> Result<Agent, AgentError> {
    let mut failures = 0;
    loop {
        let root = Root::from_option(dir)?;
        let options = options(&root, dir)?;
        match Agent::join(options).await {
            Ok(agent) => {
                forget(&root);
                tracing::info!(device = agent.device_id(), "this device has joined by itself");
                return Ok(agent);
            }
            Err(AgentError::Local(why)) => return Err(AgentError::Local(why)),
            Err(why) => {
                failures += 1;
                tracing::warn!(%why, failures, "this device could not join; it is tried again");
                let wait = back_off(failures, random_share());
                tokio::time::sleep(if is_refusal(&why) { wait.max(REFUSED) } else { wait }).await;
            }
        }
    }
}

fn is_refusal(why: &AgentError) -> bool {
    let refusals =
        [ErrorCode::JoinRefused, ErrorCode::DeviceLimitReached, ErrorCode::TokenInvalid, ErrorCode::KeyInUse];
    why.code().is_some_and(|code| refusals.contains(&code))
}

fn options(root: &Root, dir: Option<&Path>) -> Result<JoinOptions, AgentError> {
    let place = root.resolve(FILE)?;
    let text = read_small(&place).map_err(|e| AgentError::local(format!("cannot read `{FILE}`: {e}")))?;
    let orders: Orders = serde_json::from_slice(&text)
        .map_err(|e| AgentError::local(format!("`{FILE}` is not what `castellan zero-touch` prints: {e}")))?;
    Ok(JoinOptions {
        server: orders.server,
        pinned_authorities: orders.certificate_authority,
        access_token: orders.token,
        device_name: orders.name,
        join_type: JoinType::Join,
        root: dir.map(PathBuf::from),
    })
}

/// The token has done its work, or the device has joined or left without it: it must not join again by itself.
pub(crate) fn forget(root: &Root) {
    let removed = root.without_links(FILE).map(std::fs::remove_file);
    if let Ok(Err(why)) = removed
        && why.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%why, "`{FILE}` with its join token could not be removed");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::test_server::{PERSON_TOKEN, TestServer};
    use crate::trial::{TrialDevice, scratch};

    #[tokio::test]
    async fn a_device_that_finds_the_file_joins_and_forgets_the_token() {
        let server = TestServer::start().await;
        let dir = scratch("first-boot");
        TrialDevice::healthy("lt-0009", "PF3XYZ09").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        assert!(!is_due(&root), "nobody left a file");
        std::fs::create_dir_all(dir.join("etc/castellan")).unwrap();
        let orders = serde_json::json!({
            "server": server.url, "token": PERSON_TOKEN, "certificateAuthority": server.ca_pem, "name": "desk-9",
        });
        std::fs::write(dir.join("etc/castellan/join.json"), orders.to_string()).unwrap();
        assert!(is_due(&root));
        let agent = join(Some(&dir)).await.unwrap();
        assert_eq!(agent.device_id(), "device-1");
        assert!(!root.exists(FILE) && !is_due(&root));
    }

    #[tokio::test]
    async fn a_token_that_a_crash_left_behind_does_not_bring_a_retired_device_back() {
        let server = TestServer::start().await;
        let dir = scratch("first-boot-crash");
        TrialDevice::healthy("lt-0009", "PF3XYZ09").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        let place = dir.join("etc/castellan/join.json");
        let leave_a_file = || {
            std::fs::create_dir_all(dir.join("etc/castellan")).unwrap();
            let orders = serde_json::json!({
                "server": server.url, "token": PERSON_TOKEN, "certificateAuthority": server.ca_pem,
            });
            std::fs::write(&place, orders.to_string()).unwrap();
        };
        leave_a_file();
        drop(join(Some(&dir)).await.unwrap());
        leave_a_file();
        assert!(!is_due(&root), "it has joined");
        let mut agent = Agent::open(Some(&dir)).unwrap();
        assert!(!place.exists());
        leave_a_file();
        server.order("retire-1", agent_wire::ActionKind::Retire);
        assert_eq!(agent.check_in_once().await.unwrap(), Some(crate::Ended::Retired));
        assert!(!is_due(&root));
        leave_a_file();
        Agent::abandon(Some(&dir)).unwrap();
        assert!(!is_due(&root));
    }

    #[tokio::test]
    async fn a_file_that_says_something_else_is_named() {
        let dir = scratch("first-boot-bad");
        std::fs::create_dir_all(dir.join("etc/castellan")).unwrap();
        std::fs::write(dir.join("etc/castellan/join.json"), "{\"server\":\"x\"}").unwrap();
        let why = join(Some(&dir)).await.unwrap_err().to_string();
        assert!(why.contains("zero-touch") && why.contains("token"), "{why}");
    }
}
