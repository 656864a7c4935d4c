//! The tree that the agent reads and changes: the whole machine, or one folder for tests and trials. Every path from a server
//! passes here before a file is touched. Writes are whole (temporary file, sync, rename) and never follow a symbolic link;
//! reads in a confined tree never leave it. It decides nothing about what is written.

use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use agent_wire::limits::{PATH_BYTES_MAX, PATH_COMPONENT_BYTES_MAX};

/// Where the agent keeps what it knows, relative to the tree.
pub const STATE_DIR: &str = "/var/lib/castellan";
/// Places where a setting may write.
const SETTING_PLACES: [&str; 4] = ["/etc", "/opt", "/usr/local/etc", "/usr/local/share"];
/// Files whose loss locks everybody out; no setting writes them, whatever the server says.
const SETTING_NEVER: [&str; 7] =
    ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/fstab", "/etc/crypttab"];
/// The largest file that the agent reads for a fact or keeps as a pre-image.
pub const READ_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Clone, Debug)]
pub struct Root {
    dir: PathBuf,
    confined: bool,
}

impl Root {
    /// The whole machine.
    #[must_use]
    pub fn machine() -> Self {
        Self { dir: PathBuf::from("/"), confined: false }
    }

    /// A folder that stands for a machine; made when it is not there. `/` is refused: it is not a confinement.
    pub fn confined(dir: &Path) -> Result<Self, String> {
        fs::create_dir_all(dir).map_err(|e| format!("cannot make `{}`: {e}", dir.display()))?;
        let dir = dir.canonicalize().map_err(|e| format!("cannot find `{}`: {e}", dir.display()))?;
        if dir.parent().is_none() {
            return Err("`/` cannot be a confining root; leave `--root` out to manage this machine".into());
        }
        Ok(Self { dir, confined: true })
    }

    /// The machine, or the folder when one is given.
    pub fn from_option(dir: Option<&Path>) -> Result<Self, String> {
        dir.map_or_else(|| Ok(Self::machine()), Self::confined)
    }

    #[must_use]
    pub fn is_confined(&self) -> bool {
        self.confined
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A place of our own choosing in the tree, not checked.
    #[must_use]
    pub fn place(&self, path: &str) -> PathBuf {
        self.dir.join(path.trim_start_matches('/'))
    }

    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.place(STATE_DIR)
    }

    /// Where a setting's path lies, if it may be written.
    pub fn setting_path(&self, path: &str) -> Result<PathBuf, PathRefusal> {
        check_form(path)?;
        let allowed = SETTING_PLACES.iter().any(|place| is_below(path, place));
        if !allowed || SETTING_NEVER.contains(&path) {
            return Err(PathRefusal::NotAllowed);
        }
        self.without_links(path)
    }

    /// Where a well-formed path lies, if no component that is there is a symbolic link.
    pub fn without_links(&self, path: &str) -> Result<PathBuf, PathRefusal> {
        check_form(path)?;
        let mut place = self.dir.clone();
        let last = path.split('/').skip(1).count();
        for (at, component) in path.split('/').skip(1).enumerate() {
            place.push(component);
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() => return Err(PathRefusal::Link),
                Ok(found) if at + 1 < last && !found.is_dir() => return Err(PathRefusal::NotAFolder),
                Ok(_) => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(_) => return Err(PathRefusal::Unreadable),
            }
        }
        Ok(place)
    }

    /// Whether something is there. In a confined tree a link that leads out of it is not.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.resolve(path).is_ok()
    }

    /// Where a path leads after its links, within the tree.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, String> {
        let place = self.place(path).canonicalize().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => format!("`{path}` is not there"),
            _ => format!("`{path}` cannot be read: {e}"),
        })?;
        if place.starts_with(&self.dir) { Ok(place) } else { Err(format!("`{path}` leads out of the tree")) }
    }

    /// The text of a small file.
    pub fn read(&self, path: &str) -> Result<String, String> {
        let bytes = read_small(&self.resolve(path)?).map_err(|e| format!("`{path}` cannot be read: {e}"))?;
        String::from_utf8(bytes).map_err(|_| format!("`{path}` is not text"))
    }

    /// The names in a folder, sorted; none when it is not there.
    #[must_use]
    pub fn list(&self, path: &str) -> Vec<String> {
        let Ok(place) = self.resolve(path) else { return Vec::new() };
        let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
        let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// Why a path is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRefusal {
    NotNormal,
    TooLong,
    NotAllowed,
    Link,
    NotAFolder,
    Unreadable,
}

impl fmt::Display for PathRefusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotNormal => "the path must be absolute, without `.`, `..`, empty components or control characters",
            Self::TooLong => "the path is too long",
            Self::NotAllowed => "the path is not in a place that settings may write",
            Self::Link => "a symbolic link stands in the path",
            Self::NotAFolder => "a file stands in the path where a folder should be",
            Self::Unreadable => "the path cannot be looked at",
        })
    }
}

/// Whether a normalised path is strictly below a folder.
#[must_use]
pub fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
}

/// Refuses what is not one absolute, normalised path.
pub fn check_form(path: &str) -> Result<(), PathRefusal> {
    if path.len() > PATH_BYTES_MAX {
        return Err(PathRefusal::TooLong);
    }
    let Some(rest) = path.strip_prefix('/') else { return Err(PathRefusal::NotNormal) };
    for component in rest.split('/') {
        if component.len() > PATH_COMPONENT_BYTES_MAX {
            return Err(PathRefusal::TooLong);
        }
        if matches!(component, "" | "." | "..") || component.chars().any(|c| c.is_control() || c == '\\') {
            return Err(PathRefusal::NotNormal);
        }
    }
    Ok(())
}

/// Writes a whole file: temporary file in the same folder, sync, rename, sync of the folder. Makes missing folders (0755).
pub fn write_atomic(place: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("/"));
    make_folders(folder)?;
    let temporary = unfinished(place);
    forget_unfinished(place);
    // create_new: never write through something that was put there.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.set_permissions(Permissions::from_mode(mode)))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, place));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(folder)
}

/// Removes what a write to this place left behind that was killed in the middle.
pub fn forget_unfinished(place: &Path) {
    let _ = fs::remove_file(unfinished(place));
}

fn unfinished(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.castellan-new"))
}

/// Makes the folders that are missing, 0755 whatever the umask says: programs of others must reach what is written there.
fn make_folders(folder: &Path) -> std::io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e),
            Err(_) => {}
            Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o755))?,
        }
    }
    Ok(())
}

/// Makes a rename or removal in a folder durable.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The bytes of a file, refused when it is larger than [`READ_BYTES_MAX`].
pub fn read_small(place: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(place)?.take(READ_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > READ_BYTES_MAX {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

/// Deletes a tree without following links and without leaving its file system (a mount inside is left alone, and so is the place
/// that something is mounted on). `keep` is not entered. Goes on after a failure and says how many things it could not delete.
pub fn remove_tree(place: &Path, keep: &[PathBuf]) -> usize {
    let Ok(found) = fs::symlink_metadata(place) else { return 0 };
    remove_below(place, found.dev(), keep).failures
}

/// What stands after deleting.
#[derive(Default)]
struct Left {
    failures: usize,
    /// Something stays that is to stay.
    is_kept: bool,
}

fn remove_below(place: &Path, device: u64, keep: &[PathBuf]) -> Left {
    let kept = Left { failures: 0, is_kept: true };
    let failed = Left { failures: 1, is_kept: false };
    if keep.iter().any(|kept| kept == place) {
        return kept;
    }
    let Ok(found) = fs::symlink_metadata(place) else { return Left::default() };
    if found.dev() != device {
        return kept;
    }
    if !found.is_dir() {
        return if fs::remove_file(place).is_err() { failed } else { Left::default() };
    }
    let Ok(entries) = fs::read_dir(place) else { return failed };
    let mut left = Left::default();
    for entry in entries.flatten() {
        let below = remove_below(&entry.path(), device, keep);
        left.failures += below.failures;
        left.is_kept |= below.is_kept;
    }
    if left.is_kept || left.failures > 0 {
        return left;
    }
    match fs::remove_dir(place) {
        Ok(()) => left,
        // It is empty, and a mount: of the tree itself, or of another file system that has the same number.
        Err(e) if e.kind() == std::io::ErrorKind::ResourceBusy => kept,
        Err(_) => failed,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn hostile_paths_are_refused() {
        let dir = scratch("root-hostile");
        let outside = scratch("root-outside");
        let root = Root::confined(&dir).unwrap();
        fs::create_dir_all(dir.join("etc")).unwrap();
        std::os::unix::fs::symlink(&outside, dir.join("etc/away")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.join("etc/motd")).unwrap();
        fs::write(dir.join("etc/file"), "x").unwrap();
        let long = format!("/etc/{}", "x".repeat(256));
        let cases = [
            ("etc/x", PathRefusal::NotNormal),
            ("", PathRefusal::NotNormal),
            ("/", PathRefusal::NotNormal),
            ("/etc/../root/x", PathRefusal::NotNormal),
            ("/etc/./x", PathRefusal::NotNormal),
            ("/etc//x", PathRefusal::NotNormal),
            ("/etc/x/", PathRefusal::NotNormal),
            ("/etc/x\0y", PathRefusal::NotNormal),
            ("/etc/x\ny", PathRefusal::NotNormal),
            (&long, PathRefusal::TooLong),
            ("/home/x", PathRefusal::NotAllowed),
            ("/etc", PathRefusal::NotAllowed),
            ("/etcetera/x", PathRefusal::NotAllowed),
            ("/etc/shadow", PathRefusal::NotAllowed),
            ("/var/lib/castellan/device.key", PathRefusal::NotAllowed),
            ("/etc/away/x", PathRefusal::Link),
            ("/etc/motd", PathRefusal::Link),
            ("/etc/file/x", PathRefusal::NotAFolder),
        ];
        for (path, refusal) in cases {
            assert_eq!(root.setting_path(path), Err(refusal), "{path}");
        }
        assert_eq!(root.setting_path("/etc/issue.net"), Ok(dir.join("etc/issue.net")));
        assert!(root.read("/etc/motd").is_err(), "a link out of the tree is not read");
        assert!(Root::confined(Path::new("/")).is_err());
    }

    #[test]
    fn deleting_a_tree_leaves_what_links_point_to_and_what_is_kept() {
        let dir = scratch("root-remove");
        let outside = scratch("root-remove-outside");
        fs::write(outside.join("precious"), "x").unwrap();
        fs::create_dir_all(dir.join("a/b")).unwrap();
        fs::create_dir_all(dir.join("var/lib/castellan")).unwrap();
        fs::write(dir.join("a/b/c"), "x").unwrap();
        std::os::unix::fs::symlink(&outside, dir.join("a/link")).unwrap();
        assert_eq!(remove_tree(&dir, &[dir.join("var/lib/castellan")]), 0);
        assert!(outside.join("precious").exists());
        assert!(!dir.join("a").exists());
        assert!(dir.join("var/lib/castellan").exists());
    }
}
