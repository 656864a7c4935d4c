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
pub mod log;
mod name;
mod power;
mod privilege;
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

pub use agent::{Agent, Ended};
pub use agent_wire::JoinType;
pub use error::AgentError;
pub use join::JoinOptions;
pub use root::Root;
pub use server::Origin;

/// This agent's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A text cut to so many bytes, at a character.
pub(crate) fn cut(text: &str, bytes_max: usize) -> String {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
