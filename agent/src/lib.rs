//! The program on a Linux device: joins it to a Castellan server, keeps it as the server says, and reports. As a library it lets
//! an agent be started in-process, confined to a folder. It judges nothing: compliance is the server's verdict.
//!
//! Reads: [`Agent`] (the conversation) → `join`, `server` (HTTP and sessions), `wake` (the push channel) → `facts`, `settings`,
//! `apps`, `scripts`, `actions` (what is done on the device) → [`Root`] and `state` (the only ways to the disk).

mod actions;
mod agent;
pub mod approvals;
mod apps;
pub mod device_code;
mod diagnostics;
mod disk_key;
mod error;
pub mod facts;
pub mod first_boot;
mod inventory;
mod join;
mod key;
mod location;
pub mod log;
mod name;
mod outside;
mod power;
mod privilege;
mod program;
mod root;
mod scripts;
mod server;
mod settings;
mod state;
pub mod status;
#[cfg(test)]
mod test_server;
mod tpm;
pub mod trial;
pub mod update;
mod wake;
mod wipe;

pub use agent::{Agent, Ended};
pub use agent_wire::JoinType;
pub use error::AgentError;
pub use join::JoinOptions;
pub use root::Root;
pub use server::Origin;

/// This agent's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The SHA-256 of the endorsement key of this machine's TPM, in hexadecimal digits: the first of those that it has, by any of which
/// it can be registered.
pub fn endorsement_key() -> Result<String, AgentError> {
    // Looking leaves nothing behind: the device may not have joined yet.
    let desk = std::env::temp_dir().join(format!("castellan-agent-{}", key::random_id()?));
    let state = state::State::open(&Root::confined(&desk)?)?;
    let found = tpm::endorsement_keys(&state);
    let _ = std::fs::remove_dir_all(&desk);
    let keys = found.map_err(AgentError::local)?;
    let first = keys.first().ok_or_else(|| AgentError::local("the TPM has no endorsement key".into()))?;
    Ok(key::hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &first.key).as_ref()))
}

/// A text cut to so many bytes, at a character.
pub(crate) fn cut(text: &str, bytes_max: usize) -> String {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
