//! The recovery key of the encrypted disk (LUKS). A new one is made here, added to the disk, handed to the server, and only then
//! is the former one taken away: whenever this is cut short, some key that the server holds opens the disk.
//!
//! To add a key, LUKS wants one that it knows: the agent's own from before, or the first one, which whoever sets the device up
//! leaves in [`FIRST_KEY`] (or names in /etc/crypttab). The agent does not ask people for their passphrase.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use agent_wire::{RecoveryKey, Volume};
use serde::{Deserialize, Serialize};

use crate::facts;
use crate::key::random_id;
use crate::program::{self, Limits};
use crate::root::Root;
use crate::state::State;

/// Where the disk's first key may lie, until the agent has one of its own.
pub const FIRST_KEY: &str = "/etc/castellan/disk.key";
const FILE: &str = "recovery-key.json";
/// Groups of so many digits: 159 bits, and typed on any keyboard.
const GROUPS: usize = 8;
const GROUP_DIGITS: usize = 6;
/// How long cryptsetup may take: it tries every slot, and hashing is meant to be slow.
const CRYPTSETUP: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    /// The key that the server has and the disk knows.
    #[serde(default)]
    current: Option<Own>,
    /// A new one, on its way.
    #[serde(default)]
    next: Option<Own>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Own {
    id: String,
    key: String,
}

impl std::fmt::Debug for Own {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Own").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A new key that opens the disk, beside the former one. The same one when it was cut short. Blocking.
pub fn prepare(root: &Root, state: &State) -> Result<RecoveryKey, String> {
    let device = facts::luks_device(root)?;
    let mut kept = load(state)?;
    let next = match kept.next.clone() {
        Some(next) => next,
        None => {
            let next = Own { id: random_id().map_err(|e| e.to_string())?, key: new_key()? };
            kept.next = Some(next.clone());
            save(state, &kept)?;
            next
        }
    };
    if !opens(state, &device, &next.key)? {
        let known = known_key(root, state, &kept, &device)?;
        let added = with_file(state, &next.key, |new| {
            // The key is random enough by itself: slow hashing would only slow the person down who types it.
            let mut command = cryptsetup(&["luksAddKey", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]);
            run(command.arg("--key-file").arg(&known.path).arg(&device).arg(new))
        });
        known.forget();
        added?;
    }
    Ok(RecoveryKey { id: next.id, volume: Volume::OperatingSystemVolume, key: next.key })
}

/// The server has the new key: the former one is taken away. Blocking.
pub fn confirm(root: &Root, state: &State) -> Result<String, String> {
    let device = facts::luks_device(root)?;
    let mut kept = load(state)?;
    let next = kept.next.clone().ok_or("there is no new key")?;
    if !opens(state, &device, &next.key)? {
        return Err("the new key does not open the disk; the former one stays".into());
    }
    if let Some(former) = &kept.current
        && opens(state, &device, &former.key)?
    {
        remove(state, &device, &former.key)?;
    }
    kept.current = Some(next);
    kept.next = None;
    save(state, &kept)?;
    // The agent has a key of its own from here on.
    if let Ok(first) = root.without_links(FIRST_KEY) {
        let _ = std::fs::remove_file(first);
    }
    Ok("the disk has a new recovery key".into())
}

/// Takes the agent's keys off the disk when the device leaves. Blocking.
pub fn give_back(root: &Root, state: &State) -> Result<(), String> {
    let kept = load(state)?;
    let keys: Vec<Own> = [kept.current, kept.next].into_iter().flatten().collect();
    if keys.is_empty() {
        return Ok(());
    }
    let device = facts::luks_device(root)?;
    for own in keys {
        if opens(state, &device, &own.key)? && slots(&device)? > 1 {
            remove(state, &device, &own.key)?;
        }
    }
    state.remove(FILE);
    Ok(())
}

/// Destroys every key of a disk: nobody opens it again, whatever they know. Blocking.
pub fn erase(device: &Path) -> Result<(), String> {
    run(cryptsetup(&["luksErase"]).arg(device))
}

/// A file with a key that the disk knows.
struct Known {
    path: PathBuf,
    is_ours: bool,
}

impl Known {
    fn forget(self) {
        if self.is_ours {
            let _ = std::fs::remove_file(self.path);
        }
    }
}

fn known_key(root: &Root, state: &State, kept: &Kept, device: &Path) -> Result<Known, String> {
    if let Some(current) = &kept.current
        && opens(state, device, &current.key)?
    {
        let path = state.path("known-key");
        state.save_bytes("known-key", current.key.as_bytes()).map_err(|e| e.to_string())?;
        return Ok(Known { path, is_ours: true });
    }
    let crypttab = root.read("/etc/crypttab").unwrap_or_default();
    let named = crypttab.lines().filter(|line| !line.trim_start().starts_with('#'));
    let named = named.filter_map(|line| line.split_whitespace().nth(2)).filter(|path| path.starts_with('/'));
    for path in std::iter::once(FIRST_KEY).chain(named) {
        let Ok(path) = root.resolve(path) else { continue };
        let mut command = cryptsetup(&["open", "--test-passphrase"]);
        if run(command.arg("--key-file").arg(&path).arg(device)).is_ok() {
            return Ok(Known { path, is_ours: false });
        }
    }
    Err(format!("no key of the disk is known to the agent; put one into `{FIRST_KEY}` once"))
}

fn opens(state: &State, device: &Path, key: &str) -> Result<bool, String> {
    with_file(state, key, |file| {
        let mut command = cryptsetup(&["open", "--test-passphrase"]);
        let said = program::run(command.arg("--key-file").arg(file).arg(device), Limits::of(CRYPTSETUP))?;
        match said.status.code() {
            Some(0) => Ok(true),
            // cryptsetup(8), return codes: 2 no permission (bad passphrase).
            Some(2) => Ok(false),
            _ => Err(format!("`cryptsetup` failed: {}", said.error())),
        }
    })
}

fn remove(state: &State, device: &Path, key: &str) -> Result<(), String> {
    with_file(state, key, |file| run(cryptsetup(&["luksRemoveKey"]).arg(device).arg(file)))
}

/// How many keys the disk knows.
fn slots(device: &Path) -> Result<usize, String> {
    let text = program::answer(cryptsetup(&["luksDump"]).arg(device), CRYPTSETUP)?;
    // LUKS2 lists `  0: luks2` under Keyslots; LUKS1 says `Key Slot 0: ENABLED`.
    let is_slot = |line: &&str| {
        let line = line.trim();
        line.ends_with(": luks2") || (line.starts_with("Key Slot") && line.ends_with("ENABLED"))
    };
    Ok(text.lines().filter(is_slot).count())
}

fn cryptsetup(arguments: &[&str]) -> Command {
    let mut command = Command::new("cryptsetup");
    command.arg("--batch-mode").args(arguments).env("LC_ALL", "C");
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    program::done(command, CRYPTSETUP)
}

/// Hands a key to a program in a file for root alone, which lies on the encrypted disk itself.
fn with_file<T>(state: &State, key: &str, work: impl FnOnce(&Path) -> Result<T, String>) -> Result<T, String> {
    const NAME: &str = "key-in-use";
    state.save_bytes(NAME, key.as_bytes()).map_err(|e| e.to_string())?;
    let done = work(&state.path(NAME));
    state.remove(NAME);
    done
}

fn load(state: &State) -> Result<Kept, String> {
    Ok(state.load(FILE).map_err(|e| e.to_string())?.unwrap_or_default())
}

fn save(state: &State, kept: &Kept) -> Result<(), String> {
    state.save(FILE, kept).map_err(|e| e.to_string())
}

/// Digits in groups, as a person reads them off a screen.
fn new_key() -> Result<String, String> {
    let mut digits = String::new();
    while digits.len() < GROUPS * GROUP_DIGITS {
        let mut byte = [0u8; 1];
        aws_lc_rs::rand::fill(&mut byte).map_err(|_| "the system has no randomness".to_owned())?;
        let [byte] = byte;
        // 250 is a multiple of ten: no digit is likelier than another.
        if byte < 250 {
            digits.push(char::from(b'0' + byte % 10));
        }
    }
    let groups: Vec<&str> =
        (0..GROUPS).filter_map(|at| digits.get(at * GROUP_DIGITS..(at + 1) * GROUP_DIGITS)).collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::{TrialDevice, scratch};

    #[test]
    fn a_key_is_made_of_groups_of_digits_and_is_another_each_time() {
        let (one, two) = (new_key().unwrap(), new_key().unwrap());
        assert_ne!(one, two);
        let groups: Vec<&str> = one.split('-').collect();
        assert_eq!(groups.len(), GROUPS);
        assert!(groups.iter().all(|group| group.len() == 6 && group.bytes().all(|byte| byte.is_ascii_digit())));
    }

    /// On a real LUKS disk, which lies in a file.
    #[test]
    fn a_disk_changes_its_key_and_is_given_back() {
        if !crate::trial::has_luks("disk-key-probe") {
            return;
        }
        let dir = scratch("disk-key");
        TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        let state = State::open(&root).unwrap();
        std::fs::create_dir_all(dir.join("dev")).unwrap();
        let disk = dir.join("dev/vda2");
        std::fs::write(&disk, vec![0u8; 20 << 20]).unwrap();
        let refused = prepare(&root, &state).unwrap_err();
        assert!(refused.contains("cryptsetup"), "what is not LUKS has no key: {refused}");

        let first = root.place(FIRST_KEY);
        std::fs::create_dir_all(first.parent().unwrap()).unwrap();
        std::fs::write(&first, "from the installer").unwrap();
        let mut format = cryptsetup(&["luksFormat", "--type", "luks2", "--pbkdf", "pbkdf2"]);
        run(format.args(["--pbkdf-force-iterations", "1000"]).arg(&disk).arg(&first)).unwrap();

        let one = prepare(&root, &state).unwrap();
        assert_eq!(prepare(&root, &state).unwrap(), one, "cut short: the same key again");
        confirm(&root, &state).unwrap();
        assert!(!first.exists());
        let two = prepare(&root, &state).unwrap();
        assert_ne!(one.key, two.key);
        assert!(opens(&state, &disk, &one.key).unwrap(), "until the server has the new one");
        confirm(&root, &state).unwrap();
        assert!(!opens(&state, &disk, &one.key).unwrap() && opens(&state, &disk, &two.key).unwrap());
        give_back(&root, &state).unwrap();
        assert!(!opens(&state, &disk, &two.key).unwrap() && opens(&state, &disk, "from the installer").unwrap());
    }
}
