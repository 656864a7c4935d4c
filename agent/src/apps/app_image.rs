//! Programs in one file (AppImage): each in a folder of its own, /opt/{name}/{name}.AppImage, with the hash that it had when it
//! was placed, so that one that was altered is placed again.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::download::sha256;
use crate::root::{Root, remove_tree, sync_folder};

/// What a file was when it was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    sha256: String,
    size_bytes: u64,
    modified_nanoseconds: i128,
}

/// The program, relative to its folder.
pub fn program(name: &str) -> String {
    format!("{name}.AppImage")
}

fn folder(name: &str) -> String {
    format!("/opt/{name}")
}

pub fn is_there(root: &Root, name: &str) -> bool {
    root.without_links(&folder(name)).is_ok_and(|place| place.symlink_metadata().is_ok())
}

/// Whether the program is as it was placed. It is read only where its size or its time differ.
pub fn is_whole(root: &Root, name: &str, placed: Option<&Placed>) -> bool {
    let Ok(place) = root.without_links(&format!("{}/{}", folder(name), program(name))) else { return false };
    let (Ok(found), Some(placed)) = (stamp(&place), placed) else { return false };
    let is_same = found == (placed.size_bytes, placed.modified_nanoseconds);
    is_same || (found.0 == placed.size_bytes && sha256(&place).is_ok_and(|now| now == placed.sha256))
}

/// Places the program beside the former one and then in its place. The caller knows that what stands there is ours.
pub fn install(root: &Root, name: &str, package: &Path) -> Result<Placed, String> {
    let io = |e: io::Error| format!("cannot place the program: {e}");
    let place = root.without_links(&folder(name)).map_err(|why| why.to_string())?;
    fs::create_dir_all(&place).map_err(io)?;
    let (fresh, target) = (place.join(".castellan-new"), place.join(program(name)));
    let copied = fs::copy(package, &fresh)
        .and_then(|_| fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755)))
        .and_then(|()| File::open(&fresh)?.sync_all())
        .and_then(|()| fs::rename(&fresh, &target));
    if let Err(why) = copied {
        let _ = fs::remove_file(&fresh);
        return Err(io(why));
    }
    sync_folder(&place).map_err(io)?;
    let (size_bytes, modified_nanoseconds) = stamp(&target).map_err(io)?;
    Ok(Placed { sha256: sha256(&target).map_err(io)?, size_bytes, modified_nanoseconds })
}

pub fn uninstall(root: &Root, name: &str) -> Result<(), String> {
    let place = root.without_links(&folder(name)).map_err(|why| why.to_string())?;
    match remove_tree(&place, &[]) {
        0 => Ok(()),
        left => Err(format!("{left} files of `{}` could not be deleted", folder(name))),
    }
}

fn stamp(place: &Path) -> io::Result<(u64, i128)> {
    let found = fs::symlink_metadata(place)?;
    if !found.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok((found.len(), i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn a_program_that_was_altered_is_seen() {
        let dir = scratch("app-image");
        let root = Root::confined(&dir).unwrap();
        let package = dir.join("package");
        fs::write(&package, "program").unwrap();
        let placed = install(&root, "ledger", &package).unwrap();
        let target = dir.join("opt/ledger/ledger.AppImage");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o755);
        assert!(is_whole(&root, "ledger", Some(&placed)));
        let later = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_900_000_000);
        File::options().write(true).open(&target).unwrap().set_modified(later).unwrap();
        assert!(is_whole(&root, "ledger", Some(&placed)), "touched, not altered");
        fs::write(&target, "profane").unwrap();
        assert!(!is_whole(&root, "ledger", Some(&placed)));
        install(&root, "ledger", &package).unwrap();
        uninstall(&root, "ledger").unwrap();
        assert!(!is_whole(&root, "ledger", Some(&placed)) && !dir.join("opt/ledger").exists());
    }
}
