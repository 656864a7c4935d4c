//! How long blobs are kept: which there are, when each was last put, which is its file's time of change, and their removal.
//!
//! Several processes may have the folder open. Who puts a blob holds a lock that others may hold as well, who removes one
//! holds it alone: so nothing is removed between the look at its time and its end. A process that dies lets go of it.

use super::Folder;
use crate::{BlobEntry, Fault};
use directory::{TenantId, Time};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl Folder {
    pub(crate) fn list(&self, tenant: TenantId, after: &str, limit: usize) -> Result<Vec<BlobEntry>, Fault> {
        let failed = |why: io::Error| Fault::definite("listing blobs", why);
        let mut found = Vec::new();
        let root = self.root.join(tenant.to_string());
        for first in names(&root).map_err(failed)? {
            if first.as_str() < after.get(..2).unwrap_or_default() {
                continue;
            }
            for second in names(&root.join(&first)).map_err(failed)? {
                if format!("{first}{second}").as_str() < after.get(..4).unwrap_or_default() {
                    continue;
                }
                let folder = root.join(&first).join(&second);
                for sha256 in names(&folder).map_err(failed)? {
                    if sha256.as_str() <= after || self.path(tenant, &sha256).is_none() {
                        continue;
                    }
                    if found.len() == limit {
                        return Ok(found);
                    }
                    match put_at(&folder.join(&sha256)) {
                        Ok(put) => found.push(BlobEntry { sha256, put }),
                        // Removed a moment ago.
                        Err(why) if why.kind() == ErrorKind::NotFound => {}
                        Err(why) => return Err(failed(why)),
                    }
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn remove(&self, tenant: TenantId, sha256: &str, before: Time) -> Result<bool, Fault> {
        let Some(path) = self.path(tenant, sha256) else { return Ok(false) };
        let removed = || -> io::Result<bool> {
            let lock = self.lock_file()?;
            lock.lock()?;
            let is_old = put_at(&path)? < before;
            if is_old {
                fs::remove_file(&path)?;
            }
            Ok(is_old)
        };
        match removed() {
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(false),
            // A removal may be repeated, whatever became of this one.
            other => other.map_err(|why| Fault::definite("removing a blob", why)),
        }
    }

    /// Say that a blob was put at this moment. False when it is not there.
    pub(super) fn touch(&self, path: &Path, now: Time) -> io::Result<bool> {
        let _held = self.hold()?;
        let file = match File::open(path) {
            Ok(file) => file,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(false),
            Err(why) => return Err(why),
        };
        match file.set_modified(system_time(now)) {
            // Another user's, as after a restore: it is written anew.
            Err(why) if why.kind() == ErrorKind::PermissionDenied => return Ok(false),
            other => other?,
        }
        file.sync_all()?;
        Ok(true)
    }

    /// Keep blobs from being removed for as long as this lives.
    pub(super) fn hold(&self) -> io::Result<File> {
        let lock = self.lock_file()?;
        lock.lock_shared()?;
        Ok(lock)
    }

    /// A handle of its own for each holder: a lock belongs to the handle.
    fn lock_file(&self) -> io::Result<File> {
        OpenOptions::new().create(true).truncate(false).write(true).open(self.root.join("lock"))
    }
}

pub(super) fn system_time(time: Time) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(time.0).unwrap_or(0))
}

fn put_at(path: &Path) -> io::Result<Time> {
    let since = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
}

/// What lies in a folder, in order; nothing where there is none.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(why),
    };
    let mut names = Vec::new();
    for entry in entries {
        // A name that is no text is none of ours.
        names.extend(entry?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}
