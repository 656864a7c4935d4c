//! Packages on a device, as a raw tar stream and as lines `kind|name|target|content` that become well-formed headers with hostile
//! words. Unpacking ends well or badly, but nothing appears beside the folder.
//!
//! The file is taken as a module: unpacking is not the agent's public face.

#![no_main]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../agent/src/apps/unpack.rs"]
mod unpack;

/// Entries in one archive that is written here.
const ENTRIES_MAX: usize = 32;

static FOLDER: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("castellan-fuzz-package-{}", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    for stream in [bytes.to_vec(), archive(bytes)] {
        let (inside, beside) = (FOLDER.join("a/inside"), FOLDER.join("a/beside"));
        for folder in [&inside, &beside] {
            fs::create_dir_all(folder).expect("a folder can be made");
        }
        let _ = unpack::list(stream.as_slice());
        let _ = unpack::unpack(stream.as_slice(), &inside, &BTreeSet::new());
        let names = |folder: PathBuf| fs::read_dir(folder).expect("it is ours").count();
        assert_eq!((names(FOLDER.join("a")), names(FOLDER.clone()), names(beside)), (2, 1, 0), "something got out");
        fs::remove_dir_all(&*FOLDER).expect("it is ours");
    }
});

/// An archive as an attacker would write it; the library refuses hostile names.
fn archive(lines: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for line in lines.split(|b| *b == b'\n').take(ENTRIES_MAX) {
        let mut parts = line.splitn(4, |b| *b == b'|');
        let mut part = || parts.next().unwrap_or_default();
        let (kind, name, target, content) = (part(), part(), part(), part());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::new(kind.first().copied().unwrap_or(b'0')));
        header.set_mode(0o4777);
        header.set_size(content.len() as u64);
        let raw = header.as_old_mut();
        for (place, given) in [(&mut raw.name, name), (&mut raw.linkname, target)] {
            place.iter_mut().zip(given).for_each(|(place, byte)| *place = *byte);
        }
        header.set_cksum();
        builder.append(&header, content).expect("memory does not fail");
    }
    builder.into_inner().expect("memory does not fail")
}
