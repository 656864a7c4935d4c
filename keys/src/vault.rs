//! The folder of keys: every file but the master key is sealed under it, every write is whole or not at all.
//!
//! Layout: `master.key` (unless the caller brings one), `lock`, `server.sealed`, `tenants/<tenant id>.sealed`. The file's
//! name is authenticated with its content, so one tenant's file cannot be put in another's place. What the files say is
//! `record`'s business.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::base64url;
use crate::fault::KeyFault;
use crate::random::random_bytes;
use crate::seal::{self, Key};

/// A sealed file is at most this large: some hundred keys. More is not ours.
const FILE_BYTES_MAX: u64 = 4 << 20;
const MODE_DIR: u32 = 0o700;
const MODE_FILE: u32 = 0o600;
/// What a file is called until it is whole.
const TEMPORARY: &str = "tmp";

/// The key under which all files are sealed.
pub struct MasterKey(Key);

impl MasterKey {
    /// Read a master key: 32 bytes, or base64url or hexadecimal text for them. White space around a text is ignored.
    pub fn parse(bytes: &[u8]) -> Result<MasterKey, KeyFault> {
        if let Ok(raw) = <[u8; 32]>::try_from(bytes) {
            return Ok(MasterKey(Key::new(raw)));
        }
        let text = bytes.trim_ascii();
        let decoded = match text.len() {
            64 => hexadecimal(text),
            _ => base64url::decode(text),
        };
        let decoded = Zeroizing::new(decoded.ok_or(KeyFault::MasterKey)?);
        let raw = <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| KeyFault::MasterKey)?;
        Ok(MasterKey(Key::new(raw)))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

pub(crate) struct Vault {
    dir: PathBuf,
    key: Key,
}

/// The content of a sealed file.
pub(crate) type Opened = Zeroizing<Vec<u8>>;

/// Whether a file has changed since it was read.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp(Option<(SystemTime, u64)>);

impl Vault {
    /// Open a folder, made if it is not there. Without a given master key it lies beside the sealed files.
    pub(crate) fn open(dir: &Path, master: Option<MasterKey>) -> Result<Vault, KeyFault> {
        make_dir(dir)?;
        let tenants = dir.join("tenants");
        make_dir(&tenants)?;
        let _lock = lock(dir)?;
        for folder in [dir, &tenants] {
            sweep(folder).map_err(|e| KeyFault::storage("tidy the folder", folder, &e))?;
        }
        let MasterKey(master) = match master {
            Some(given) => given,
            None => master_key(&dir.join("master.key"))?,
        };
        Ok(Vault { dir: dir.to_owned(), key: seal::derive(&master, "files at rest", b"") })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.sealed"))
    }

    /// The opened content of a file, and its stamp; `None` if there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<(Opened, Stamp)>, KeyFault> {
        let path = self.path(name);
        let stamp = self.stamp(name);
        let sealed = match read_whole(&path) {
            Ok(sealed) => sealed,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(KeyFault::storage("read", &path, &e)),
        };
        match seal::open(&self.key, name.as_bytes(), &sealed) {
            Some(plain) => Ok(Some((plain, stamp))),
            None => Err(KeyFault::DoesNotOpen { path }),
        }
    }

    /// The stamp of a file now.
    pub(crate) fn stamp(&self, name: &str) -> Stamp {
        let Ok(meta) = fs::metadata(self.path(name)) else { return Stamp(None) };
        Stamp(meta.modified().ok().map(|at| (at, meta.len())))
    }

    /// Replace a file's content. Callers hold [`Vault::lock`] from reading to writing.
    pub(crate) fn write(&self, name: &str, plain: &[u8]) -> Result<(), KeyFault> {
        let path = self.path(name);
        let sealed = seal::seal(&self.key, name.as_bytes(), plain);
        write_whole(&path, &sealed).map_err(|e| KeyFault::storage("write", &path, &e))
    }

    /// Keep everybody else from writing until the answer is dropped.
    pub(crate) fn lock(&self) -> Result<File, KeyFault> {
        lock(&self.dir)
    }
}

fn lock(dir: &Path) -> Result<File, KeyFault> {
    let path = dir.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(MODE_FILE).open(&path);
    let file = file.map_err(|e| KeyFault::storage("open", &path, &e))?;
    file.lock().map_err(|e| KeyFault::storage("lock", &path, &e))?;
    Ok(file)
}

fn make_dir(dir: &Path) -> Result<(), KeyFault> {
    let fault = |e: io::Error| KeyFault::storage("make the folder", dir, &e);
    DirBuilder::new().recursive(true).mode(MODE_DIR).create(dir).map_err(fault)?;
    // The folder may have been made by somebody else, with other permissions.
    fs::set_permissions(dir, fs::Permissions::from_mode(MODE_DIR)).map_err(fault)?;
    if let Some(parent) = dir.parent()
        && let Ok(parent) = File::open(parent)
    {
        // That a new folder outlives a power cut is for its parent to remember; it may be a folder that we cannot open.
        let _ = parent.sync_all();
    }
    Ok(())
}

/// Remove what a writer that was killed left behind. Every writer holds the lock, and so do we.
fn sweep(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == TEMPORARY) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn master_key(path: &Path) -> Result<MasterKey, KeyFault> {
    if !path.exists() {
        let text = Zeroizing::new(format!("{}\n", base64url::encode(random_bytes::<32>())));
        write_whole(path, text.as_bytes()).map_err(|e| KeyFault::storage("write", path, &e))?;
    }
    let meta = fs::metadata(path).map_err(|e| KeyFault::storage("read", path, &e))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(KeyFault::MasterKeyExposed { path: path.to_owned() });
    }
    let text = Zeroizing::new(read_whole(path).map_err(|e| KeyFault::storage("read", path, &e))?);
    MasterKey::parse(&text)
}

fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any key file"));
    }
    Ok(bytes)
}

/// Write beside the file, make it durable, then move it into place, so that a crash leaves the old file or the new one.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(TEMPORARY);
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(MODE_FILE).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_are_for_the_owner_alone_and_leave_no_traces() {
        let scratch = Scratch::new();
        let vault = Vault::open(scratch.path(), None).unwrap();
        vault.write("server", b"content").unwrap();
        vault.write("server", b"content two").unwrap();
        assert_eq!(mode(scratch.path()), 0o700);
        assert_eq!(mode(&scratch.path().join("tenants")), 0o700);
        assert_eq!(mode(&scratch.path().join("master.key")), 0o600);
        assert_eq!(mode(&vault.path("server")), 0o600);
        let names: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 4, "lock, master.key, server.sealed, tenants: {names:?}");
        let sealed = fs::read(vault.path("server")).unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"content"));
    }

    #[test]
    fn a_file_opens_only_under_its_name_and_master_key() {
        let scratch = Scratch::new();
        let vault = Vault::open(scratch.path(), None).unwrap();
        vault.write("server", b"content").unwrap();
        assert_eq!(vault.read("server").unwrap().unwrap().0.as_slice(), b"content");
        assert!(vault.read("other").unwrap().is_none());

        fs::copy(vault.path("server"), vault.path("other")).unwrap();
        assert!(matches!(vault.read("other"), Err(KeyFault::DoesNotOpen { .. })));

        let another = Vault::open(scratch.path(), Some(MasterKey::parse(&[9; 32]).unwrap())).unwrap();
        assert!(matches!(another.read("server"), Err(KeyFault::DoesNotOpen { .. })));
    }

    #[test]
    fn what_a_killed_writer_left_is_removed() {
        let scratch = Scratch::new();
        Vault::open(scratch.path(), None).unwrap().write("server", b"content").unwrap();
        let left = [scratch.path().join("master.tmp"), scratch.path().join("tenants").join("one.tmp")];
        for path in &left {
            fs::write(path, "half a").unwrap();
        }
        let vault = Vault::open(scratch.path(), None).unwrap();
        assert!(left.iter().all(|path| !path.exists()));
        assert!(vault.read("server").unwrap().is_some());
    }

    #[test]
    fn an_exposed_master_key_is_refused() {
        let scratch = Scratch::new();
        Vault::open(scratch.path(), None).unwrap();
        let path = scratch.path().join("master.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(scratch.path(), None), Err(KeyFault::MasterKeyExposed { .. })));
    }

    #[test]
    fn a_master_key_reads_as_bytes_or_text() {
        let text = base64url::encode([5; 32]);
        for given in [&[5; 32][..], text.as_bytes(), format!(" {text}\n").as_bytes(), "05".repeat(32).as_bytes()] {
            assert_eq!(*MasterKey::parse(given).unwrap().0, [5; 32]);
        }
        for other in ["", "short", "zz", &"é".repeat(32), &"05".repeat(31)] {
            assert!(MasterKey::parse(other.as_bytes()).is_err(), "{other}");
        }
    }
}
