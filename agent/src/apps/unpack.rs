//! Unpacking a tar stream under a folder without ever leaving it: entries with absolute paths, `..`, devices or links that are
//! walked through are refused, sizes and counts are bounded while they are read, set-id bits are dropped.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use agent_wire::limits::{PACKAGE_FILES_MAX, UNPACKED_BYTES_MAX};
use tar::{Archive, EntryType};

/// The paths in an archive, relative and normalised, folders with a final `/`, without unpacking anything.
pub fn list(stream: impl Read) -> Result<Vec<String>, String> {
    let mut paths = Vec::new();
    each(stream, |path, entry| {
        let kind = entry.header().entry_type();
        paths.push(if kind == EntryType::Directory { format!("{path}/") } else { path.to_owned() });
        Ok(())
    })?;
    Ok(paths)
}

/// Unpacks under `folder`, which must exist. `ours` are paths that may be replaced; anything else that is in the way is an error.
pub fn unpack(stream: impl Read, folder: &Path, ours: &BTreeSet<String>) -> Result<(), String> {
    let mut bytes_left = UNPACKED_BYTES_MAX;
    each(stream, |path, entry| {
        let place = folder.join(path);
        parents(folder, path)?;
        let header = entry.header();
        let mode = header.mode().unwrap_or(0o644) & 0o775;
        match header.entry_type() {
            EntryType::Directory => make_folder(&place, mode),
            EntryType::Regular | EntryType::Continuous => {
                clear(&place, path, ours)?;
                let size = entry.size();
                bytes_left = bytes_left.checked_sub(size).ok_or("the package unpacks to more than is allowed")?;
                let mut file = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(mode | 0o400)
                    .open(&place)
                    .map_err(|e| failed(path, &e))?;
                let copied = io::copy(&mut entry.take(size), &mut file).map_err(|e| failed(path, &e))?;
                if copied < size {
                    return Err(format!("the package ends within `{path}`"));
                }
                // Durable before anything says that it is there: a record of a package outlives a power cut.
                file.set_permissions(fs::Permissions::from_mode(mode | 0o400))
                    .and_then(|()| file.sync_all())
                    .map_err(|e| failed(path, &e))
            }
            EntryType::Symlink => {
                clear(&place, path, ours)?;
                let target = entry.link_name().ok().flatten().ok_or_else(|| format!("`{path}` links to nothing"))?;
                symlink(&target, &place).map_err(|e| failed(path, &e))
            }
            EntryType::Link => {
                clear(&place, path, ours)?;
                let target = entry.link_name().ok().flatten().ok_or_else(|| format!("`{path}` links to nothing"))?;
                let target = normal(&target)?;
                parents(folder, &target)?;
                let source = folder.join(&target);
                // A hard link to a symbolic link could be walked through later.
                if !source.symlink_metadata().is_ok_and(|found| found.is_file()) {
                    return Err(format!("`{path}` links to something that is not a file of this package"));
                }
                fs::hard_link(source, &place).map_err(|e| failed(path, &e))
            }
            _ => Err(format!("`{path}` is a device or something else that packages may not bring")),
        }
    })
}

/// Calls with each entry's normalised path; headers that only describe others are skipped.
fn each<R: Read>(
    stream: R,
    mut with: impl FnMut(&str, &mut tar::Entry<'_, R>) -> Result<(), String>,
) -> Result<(), String> {
    let damaged = |e: io::Error| format!("the package is damaged: {e}");
    let mut archive = Archive::new(stream);
    for (at, entry) in archive.entries().map_err(damaged)?.enumerate() {
        if at >= PACKAGE_FILES_MAX {
            return Err(format!("the package holds more than {PACKAGE_FILES_MAX} files"));
        }
        let mut entry = entry.map_err(damaged)?;
        if matches!(entry.header().entry_type(), EntryType::XGlobalHeader) {
            continue;
        }
        let path = normal(&entry.path().map_err(damaged)?)?;
        if !path.is_empty() {
            with(&path, &mut entry)?;
        }
    }
    Ok(())
}

/// `./usr/bin/x` → `usr/bin/x`; empty for the root itself.
fn normal(path: &Path) -> Result<String, String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => {
                let part = part.to_str().filter(|part| !part.chars().any(char::is_control));
                parts.push(part.ok_or("the package holds a file name that is not plain text")?);
            }
            Component::RootDir | Component::ParentDir | Component::Prefix(_) => {
                return Err(format!("the package wants to write to `{}`, outside of its place", path.display()));
            }
        }
    }
    Ok(parts.join("/"))
}

/// Makes the folders above a path; none may be a link, lest the file lands elsewhere.
fn parents(folder: &Path, path: &str) -> Result<(), String> {
    let mut place = PathBuf::from(folder);
    let Some((above, _)) = path.rsplit_once('/') else { return Ok(()) };
    for part in above.split('/') {
        place.push(part);
        make_folder(&place, 0o755)?;
    }
    Ok(())
}

fn make_folder(place: &Path, mode: u32) -> Result<(), String> {
    match fs::symlink_metadata(place) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(format!("`{}` stands where the package needs a folder", place.display())),
        Err(_) => fs::create_dir(place)
            .and_then(|()| fs::set_permissions(place, fs::Permissions::from_mode(mode | 0o700)))
            .map_err(|e| failed(&place.display().to_string(), &e)),
    }
}

fn clear(place: &Path, path: &str, ours: &BTreeSet<String>) -> Result<(), String> {
    match fs::symlink_metadata(place) {
        Err(_) => Ok(()),
        Ok(found) if !found.is_dir() && ours.contains(path) => fs::remove_file(place).map_err(|e| failed(path, &e)),
        Ok(_) => Err(format!("`{path}` is already there and not from this package")),
    }
}

fn failed(path: &str, e: &io::Error) -> String {
    format!("cannot unpack `{path}`: {e}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    /// An entry as (type, raw name, link target, content).
    fn archive(entries: &[(EntryType, &str, &str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (kind, name, target, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_mode(0o4777);
            header.set_size(content.len() as u64);
            // The library refuses hostile names; write them as an attacker would.
            let raw = header.as_old_mut();
            raw.name.get_mut(..name.len()).unwrap().copy_from_slice(name.as_bytes());
            raw.linkname.get_mut(..target.len()).unwrap().copy_from_slice(target.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn hostile_archives_are_refused_and_nothing_leaves_the_folder() {
        use EntryType::{Block, Link, Regular, Symlink};
        let outside = scratch("unpack-outside");
        let away = outside.to_str().unwrap().to_owned();
        let cases: Vec<Vec<u8>> = vec![
            archive(&[(Regular, "/evil", "", b"x")]),
            archive(&[(Regular, "../evil", "", b"x")]),
            archive(&[(Regular, "a/../../evil", "", b"x")]),
            archive(&[(Symlink, "a", &away, b""), (Regular, "a/evil", "", b"x")]),
            archive(&[(Symlink, "a", "/etc/passwd", b""), (Link, "b", "a", b"")]),
            archive(&[(Link, "b", "../../x", b"")]),
            archive(&[(Block, "disk", "", b"")]),
            archive(&[(Regular, "twice", "", b"x"), (Regular, "twice", "", b"y")]),
            archive(&[(Regular, "cut", "", b"long enough")]).into_iter().take(515).collect(),
        ];
        for (at, bytes) in cases.iter().enumerate() {
            let folder = scratch("unpack-hostile");
            assert!(unpack(bytes.as_slice(), &folder, &BTreeSet::new()).is_err(), "case {at}");
            assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "case {at}");
        }
    }

    #[test]
    fn ordinary_entries_arrive_without_set_id_bits() {
        use EntryType::{Directory, Link, Regular, Symlink};
        let bytes = archive(&[
            (Directory, "./", "", b""),
            (Directory, "./bin/", "", b""),
            (Regular, "./bin/tool", "", b"#!/bin/sh\n"),
            (Symlink, "./latest", "bin/tool", b""),
            (Link, "./copy", "bin/tool", b""),
        ]);
        let folder = scratch("unpack-ordinary");
        unpack(bytes.as_slice(), &folder, &BTreeSet::new()).unwrap();
        assert_eq!(fs::read_to_string(folder.join("latest")).unwrap(), "#!/bin/sh\n");
        assert_eq!(fs::metadata(folder.join("bin/tool")).unwrap().permissions().mode() & 0o7777, 0o775);
        assert_eq!(list(bytes.as_slice()).unwrap(), ["bin/", "bin/tool", "latest", "copy"]);
        assert!(
            unpack(bytes.as_slice(), &folder, &BTreeSet::new()).is_err(),
            "files that are there are not overwritten"
        );
        let ours = ["bin/tool", "latest", "copy"].map(str::to_owned).into();
        unpack(bytes.as_slice(), &folder, &ours).unwrap();
    }
}
