//! Blobs in a folder: one file per blob and tenant, named by its SHA-256, two levels deep so that no folder grows huge.
//!
//! A blob appears whole or not at all: written under another name, flushed to disk, then renamed. Its bytes are never changed.

mod removal;

use crate::{BLOB_BYTES_MAX, BlobPart, Fault, NextPiece};
use directory::{TenantId, Time};
use removal::system_time;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A half-written file older than this is nobody's any more.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 3600);

/// The folder of the blobs.
pub(crate) struct Folder {
    root: PathBuf,
    /// Where blobs are written before they get their name.
    unnamed: PathBuf,
}

/// Blobs that this process has begun to write.
static BEGUN: AtomicU64 = AtomicU64::new(0);

impl Folder {
    pub(crate) fn open(root: &Path) -> Result<Folder, Fault> {
        let folder = Folder { root: root.to_owned(), unnamed: root.join("unnamed") };
        fs::create_dir_all(&folder.unnamed)
            .and_then(|()| folder.forget_abandoned())
            .map_err(|why| Fault::definite("opening the folder of the blobs", why))?;
        Ok(folder)
    }

    pub(crate) fn put(&self, tenant: TenantId, bytes: &[u8], now: Time) -> Result<String, Fault> {
        const DOING: &str = "keeping a blob";
        if u64::try_from(bytes.len()).map_or(true, |len| len > BLOB_BYTES_MAX) {
            return Err(Fault::definite(DOING, format!("a blob has at most {BLOB_BYTES_MAX} bytes")));
        }
        let name = name_of(bytes);
        let path = self.path(tenant, &name).expect("a name we made has a path");
        if self.touch(&path, now).map_err(|why| Fault::definite(DOING, why))? {
            return Ok(name);
        }
        let count = BEGUN.fetch_add(1, Ordering::Relaxed);
        // The process differs from another node's, the count from another thread's.
        let unnamed = self.unnamed.join(format!("{name}.{}.{count}", std::process::id()));
        let written = self.write_named(&unnamed, &path, bytes, now);
        if written.is_err() {
            drop(fs::remove_file(&unnamed));
        }
        // Whether it happened or not: putting the same bytes again is fine, so the caller may simply repeat it.
        written.map(|()| name).map_err(|why| Fault::definite(DOING, why))
    }

    pub(crate) fn join(&self, tenant: TenantId, next: &mut NextPiece<'_>, now: Time) -> Result<(String, u64), Fault> {
        let count = BEGUN.fetch_add(1, Ordering::Relaxed);
        let unnamed = self.unnamed.join(format!("joined.{}.{count}", std::process::id()));
        let written = self.write_joined(tenant, &unnamed, next, now);
        if unnamed.exists() {
            drop(fs::remove_file(&unnamed));
        }
        written
    }

    fn write_joined(
        &self,
        tenant: TenantId,
        unnamed: &Path,
        next: &mut NextPiece<'_>,
        now: Time,
    ) -> Result<(String, u64), Fault> {
        const DOING: &str = "joining a blob";
        let failed = |why: io::Error| Fault::definite(DOING, why);
        let (mut hash, mut length) = (Sha256::new(), 0u64);
        let mut file = File::create_new(unnamed).map_err(failed)?;
        while let Some(piece) = next()? {
            length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if length > BLOB_BYTES_MAX {
                return Err(Fault::definite(DOING, format!("a blob has at most {BLOB_BYTES_MAX} bytes")));
            }
            hash.update(&piece);
            file.write_all(&piece).map_err(failed)?;
        }
        file.set_modified(system_time(now)).and_then(|()| file.sync_all()).map_err(failed)?;
        let name = hex(&hash.finalize());
        let path = self.path(tenant, &name).expect("a name we made has a path");
        if !self.touch(&path, now).map_err(failed)? {
            self.give_name(unnamed, &path).map_err(failed)?;
        }
        Ok((name, length))
    }

    fn write_named(&self, unnamed: &Path, path: &Path, bytes: &[u8], now: Time) -> io::Result<()> {
        let mut file = File::create_new(unnamed)?;
        file.write_all(bytes)?;
        file.set_modified(system_time(now))?;
        file.sync_all()?;
        self.give_name(unnamed, path)
    }

    fn give_name(&self, unnamed: &Path, path: &Path) -> io::Result<()> {
        let parent = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent)?;
        let held = self.hold()?;
        fs::rename(unnamed, path)?;
        drop(held);
        // The name is durable only when the folder is, and a new folder only when its own parent is.
        for folder in parent.ancestors().take_while(|folder| folder.starts_with(&self.root)) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    pub(crate) fn get(&self, tenant: TenantId, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        const DOING: &str = "reading a blob";
        let Some(path) = self.path(tenant, name) else { return Ok(None) };
        match fs::read(path) {
            Ok(bytes) if name_of(&bytes) == name => Ok(Some(bytes)),
            Ok(_) => Err(Fault::definite(DOING, format!("the file of `{name}` was altered; restore it from a backup"))),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(Fault::definite(DOING, why)),
        }
    }

    pub(crate) fn part(&self, tenant: TenantId, name: &str, from: u64, most: usize) -> Result<Option<BlobPart>, Fault> {
        let Some(path) = self.path(tenant, name) else { return Ok(None) };
        let read = || -> io::Result<BlobPart> {
            let mut file = File::open(path)?;
            let total = file.metadata()?.len();
            file.seek(SeekFrom::Start(from.min(total)))?;
            let mut bytes = Vec::new();
            file.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
            Ok(BlobPart { bytes, total })
        };
        match read() {
            Ok(part) => Ok(Some(part)),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(Fault::definite("reading a part of a blob", why)),
        }
    }

    /// Nothing but a name we could have given has a path: this is what keeps `..` out.
    fn path(&self, tenant: TenantId, name: &str) -> Option<PathBuf> {
        let is_name = name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_name {
            return None;
        }
        let (first, second) = (name.get(..2)?, name.get(2..4)?);
        Some(self.root.join(tenant.to_string()).join(first).join(second).join(name))
    }

    fn forget_abandoned(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.unnamed)? {
            let entry = entry?;
            let age = entry.metadata().and_then(|data| data.modified()).map(|at| at.elapsed().unwrap_or_default());
            if age.is_ok_and(|age| age > ABANDONED_AFTER) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// The name of a blob: the SHA-256 of its bytes as 64 lower-case hexadecimal digits.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    let mut name = String::with_capacity(2 * digest.len());
    for byte in digest {
        write!(name, "{byte:02x}").expect("a string takes all that is written to it");
    }
    name
}
