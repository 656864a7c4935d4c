//! What the agent remembers between starts: small documents in its state folder, each written whole and for its owner only.
//! It does not interpret them.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::AgentError;
use crate::root::{Root, sync_folder, write_atomic};

/// Who this device is. Its being there is what "joined" means: it is written last in a join and deleted first in a leave.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    pub server: String,
    pub device_id: String,
    pub tenant_id: String,
    #[serde(default)]
    pub managed_device_id: Option<String>,
    pub device_name: String,
    pub push_url: String,
    /// The only authorities that the server's TLS certificate may come from; the platform's when absent.
    #[serde(default)]
    pub pinned_authorities: Option<String>,
    /// The device is the person's own: what else is installed on it is theirs to know.
    #[serde(default)]
    pub is_personal: bool,
}

impl Identity {
    pub const FILE: &str = "identity.json";
}

pub const KEY_FILE: &str = "device.key";
pub const CERTIFICATE_FILE: &str = "device.crt";
const LOCK_FILE: &str = "lock";
/// How often a taken lock is tried, and the pause before the next try: a quarter of a second in all.
const LOCK_TRIES: u32 = 11;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The state folder.
#[derive(Clone, Debug)]
pub struct State {
    dir: PathBuf,
}

impl State {
    /// Makes the folder (0700) when it is not there.
    pub fn open(root: &Root) -> Result<Self, AgentError> {
        let dir = root.state_dir();
        let made = fs::create_dir_all(&dir).and_then(|()| fs::set_permissions(&dir, Permissions::from_mode(0o700)));
        made.map_err(|e| AgentError::local(format!("cannot make the state folder `{}`: {e}", dir.display())))?;
        Ok(Self { dir })
    }

    /// Looks without making anything.
    #[must_use]
    pub fn look(root: &Root) -> Self {
        Self { dir: root.state_dir() }
    }

    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A document; `None` when it was never written.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, AgentError> {
        let path = self.path(name);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(AgentError::local(format!("cannot read `{}`: {e}", path.display()))),
        };
        let parsed = serde_json::from_slice(&text);
        parsed.map(Some).map_err(|e| AgentError::local(format!("`{}` is damaged: {e}", path.display())))
    }

    /// Writes a document durably before it returns.
    pub fn save<T: Serialize>(&self, name: &str, document: &T) -> Result<(), AgentError> {
        let text = serde_json::to_vec_pretty(document)
            .map_err(|e| AgentError::local(format!("cannot write `{name}`: {e}")))?;
        self.save_bytes(name, &text)
    }

    pub fn save_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), AgentError> {
        let path = self.path(name);
        write_atomic(&path, bytes, 0o600)
            .map_err(|e| AgentError::local(format!("cannot write `{}`: {e}", path.display())))
    }

    /// Deletes a document; it need not be there.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
        let _ = sync_folder(&self.dir);
    }

    /// Deletes everything, the identity first, so that a crash on the way leaves a device that knows it is not joined.
    pub fn forget(&self) {
        self.remove(Identity::FILE);
        self.remove(KEY_FILE);
        self.remove(crate::tpm::TPM_KEY_FILE);
        let _ = fs::remove_dir_all(&self.dir);
        let _ = self.dir.parent().map(sync_folder);
    }

    /// Keeps a second agent away from the same state until the returned file is dropped.
    pub fn lock(&self) -> Result<File, AgentError> {
        let path = self.path(LOCK_FILE);
        let file =
            File::create(&path).map_err(|e| AgentError::local(format!("cannot make `{}`: {e}", path.display())))?;
        // A program that was started a moment ago holds what its parent held until it runs: a lock that was just given back
        // may look taken for so long.
        for tries_left in (0..LOCK_TRIES).rev() {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::WouldBlock) if tries_left > 0 => std::thread::sleep(LOCK_PAUSE),
                Err(fs::TryLockError::WouldBlock) => break,
                Err(fs::TryLockError::Error(e)) => {
                    return Err(AgentError::local(format!("cannot lock `{}`: {e}", path.display())));
                }
            }
        }
        Err(AgentError::local("another castellan-agent is at work on this device; stop it first".into()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn documents_are_for_their_owner_only_and_survive_reopening() {
        let root = Root::confined(&scratch("state")).unwrap();
        let state = State::open(&root).unwrap();
        assert_eq!(state.load::<u32>("n.json").unwrap(), None);
        state.save("n.json", &7).unwrap();
        let mode = fs::metadata(state.path("n.json")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(State::open(&root).unwrap().load::<u32>("n.json").unwrap(), Some(7));
    }

    #[test]
    fn a_second_agent_is_kept_away() {
        let root = Root::confined(&scratch("state-lock")).unwrap();
        let state = State::open(&root).unwrap();
        let first = state.lock().unwrap();
        assert!(state.lock().is_err());
        drop(first);
        assert!(state.lock().is_ok());
    }

    #[test]
    fn a_damaged_document_is_named_and_not_taken_for_absent() {
        let root = Root::confined(&scratch("state-damaged")).unwrap();
        let state = State::open(&root).unwrap();
        state.save_bytes("n.json", b"{").unwrap();
        assert!(state.load::<u32>("n.json").unwrap_err().to_string().contains("damaged"));
    }
}
