//! Passwords that are known to have leaked: a file that the operator supplies, searched on disk and never read whole.
//!
//! The file is the sorted form in which such lists are published: one line per password, its SHA-1 as 40 hexadecimal
//! digits, ascending, with `:count` behind it or not. SHA-1 names the line here and protects nothing.

use std::cmp::Ordering;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::digest::sha1_hex;
use crate::fault::KeyFault;
use crate::password::nfkc;

/// Digits of a hash.
const DIGITS: usize = 40;
/// The longest line: a hash, a colon, a count of twenty digits, and the two signs that end a line.
const LINE_BYTES_MAX: usize = 64;
/// So many lines are compared when the file is opened, to notice one that is not sorted.
const PROBES: u64 = 64;

/// A list of passwords that have leaked.
#[derive(Debug)]
pub(crate) struct Breached {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Breached {
    /// Open a list. Refused if it is no list or is not sorted.
    pub(crate) fn open(path: &Path) -> Result<Breached, KeyFault> {
        let storage = |e: &std::io::Error| KeyFault::storage("open the list of breached passwords", path, e);
        let file = File::open(path).map_err(|e| storage(&e))?;
        let length = file.metadata().map_err(|e| storage(&e))?.len();
        let list = Breached { file, path: path.to_owned(), length };
        let mut before: Option<[u8; DIGITS]> = None;
        for probe in 0..PROBES {
            let Some((_, hash, _)) = list.line_from(length / PROBES * probe)? else { continue };
            if before.is_some_and(|before| before > hash) {
                return Err(list.corrupt("its lines are not sorted by hash"));
            }
            before = Some(hash);
        }
        if before.is_none() {
            return Err(list.corrupt("it has no line"));
        }
        Ok(list)
    }

    /// Whether a password is on the list.
    pub(crate) fn contains(&self, password: &str) -> Result<bool, KeyFault> {
        let wanted = sha1_hex(nfkc(password).as_bytes());
        // The line, if it is there, begins at or after `low`, which begins one, and before `high`.
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_from(middle)?.filter(|(start, ..)| *start < high) {
                None => high = middle,
                Some((start, hash, end)) => match hash.as_slice().cmp(wanted.as_bytes()) {
                    Ordering::Equal => return Ok(true),
                    Ordering::Less => low = end,
                    Ordering::Greater if start == low => return Ok(false),
                    Ordering::Greater => high = middle,
                },
            }
        }
        Ok(false)
    }

    /// The first line that begins at or after an offset: where, its hash in upper case, where the next begins.
    fn line_from(&self, offset: u64) -> Result<Option<(u64, [u8; DIGITS], u64)>, KeyFault> {
        let from = offset.saturating_sub(1);
        let mut bytes = [0u8; 2 * LINE_BYTES_MAX + 1];
        let read = self.read_at(&mut bytes, from)?;
        let bytes = bytes.get(..read).unwrap_or_default();
        let start = match offset {
            0 => 0,
            // The sign before the offset ends a line, or one after it does.
            _ => match bytes.iter().position(|b| *b == b'\n') {
                Some(at) => at + 1,
                None => return Ok(None),
            },
        };
        let rest = bytes.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let is_last = from + read as u64 == self.length;
        let end = match rest.iter().position(|b| *b == b'\n') {
            Some(at) => at + 1,
            None if is_last => rest.len(),
            None => return Err(self.corrupt("a line is longer than a hash and a count")),
        };
        let mut hash = [0u8; DIGITS];
        let digits = rest.get(..DIGITS).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        hash.copy_from_slice(digits.ok_or_else(|| self.corrupt("a line does not begin with a SHA-1"))?);
        hash.make_ascii_uppercase();
        let start = from + start as u64;
        Ok(Some((start, hash, start + end as u64)))
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> Result<usize, KeyFault> {
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            let more = self.file.read_at(rest, offset + read as u64);
            match more.map_err(|e| KeyFault::storage("read the list of breached passwords", &self.path, &e))? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    fn corrupt(&self, what: &'static str) -> KeyFault {
        KeyFault::Corrupt { path: self.path.clone(), what }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn list(lines: &[String]) -> (Scratch, Result<Breached, KeyFault>) {
        let scratch = Scratch::new();
        std::fs::create_dir_all(scratch.path()).unwrap();
        let path = scratch.path().join("breached.txt");
        std::fs::write(&path, lines.concat()).unwrap();
        let opened = Breached::open(&path);
        (scratch, opened)
    }

    fn sorted(passwords: impl Iterator<Item = String>, end: impl Fn(usize) -> String) -> Vec<String> {
        let mut hashes: Vec<String> = passwords.map(|password| sha1_hex(password.as_bytes())).collect();
        hashes.sort();
        hashes.into_iter().enumerate().map(|(at, hash)| format!("{hash}{}", end(at))).collect()
    }

    #[test]
    fn every_password_of_a_list_is_found_and_no_other() {
        for size in [1_usize, 2, 3, 7, 100, 1_000] {
            for ends in [0, 1, 2] {
                let end = |at: usize| match ends {
                    0 => "\n".to_owned(),
                    1 => format!(":{}\r\n", at * at * 7_919 + 1),
                    _ => {
                        if at + 1 == size {
                            String::new()
                        } else {
                            format!(":{at}\n")
                        }
                    }
                };
                let lines = sorted((0..size).map(|n| format!("leaked {n}")), end);
                let (_scratch, list) = list(&lines);
                let list = list.unwrap();
                for n in 0..size {
                    assert!(list.contains(&format!("leaked {n}")).unwrap(), "{n} of {size}");
                    assert!(!list.contains(&format!("unheard of {n}")).unwrap(), "{n} of {size}");
                }
            }
        }
    }

    #[test]
    fn a_list_in_small_letters_and_a_password_in_another_form_of_unicode_are_found() {
        let lines = [sha1_hex("café".as_bytes()).to_lowercase() + ":3\n"];
        let (_scratch, list) = list(&lines);
        assert!(list.unwrap().contains("cafe\u{301}").unwrap());
    }

    #[test]
    fn what_is_no_sorted_list_is_refused() {
        let mut unsorted = sorted((0..200).map(|n| n.to_string()), |_| ":1\n".to_owned());
        unsorted.reverse();
        for lines in [vec![], vec!["password\n".to_owned()], vec!["A".repeat(500)], unsorted] {
            let (_scratch, opened) = list(&lines);
            assert!(matches!(opened, Err(KeyFault::Corrupt { .. })), "{lines:?}");
        }
    }
}
