//! Whose release a package is: a detached signature in minisign's format by one of the keys that came with this agent's own
//! package. What it says of the package (its trusted comment) is signed along: `castellan-agent VERSION ARCHITECTURE`.
//!
//! The keys lie where no setting of the server is written. Without any, nothing is anybody's release.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use minisign_verify::{PublicKey, Signature};

use crate::root::Root;

/// The keys, one to a line in minisign's base64; other lines are remarks.
pub const KEYS: &str = "/usr/share/castellan-agent/release-keys.pub";
/// The most keys that are looked at: the present one, the next one, and some room.
const KEYS_MAX: usize = 16;
/// What every release calls itself.
const PRODUCT: &str = "castellan-agent";

/// What a signature says of its package.
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    pub version: String,
    pub architecture: String,
}

/// The release that a package is, if one of the pinned keys signed it. Blocking.
pub fn verify(root: &Root, package: &Path, signature: &str) -> Result<Release, String> {
    let signature = Signature::decode(signature).map_err(|_| "the release's signature cannot be read".to_owned())?;
    let keys = root.read(KEYS).map_err(|_| "no release keys came with this agent; update it by hand".to_owned())?;
    let keys: Vec<PublicKey> =
        keys.lines().filter_map(|line| PublicKey::from_base64(line.trim()).ok()).take(KEYS_MAX).collect();
    if keys.is_empty() {
        return Err("no release keys came with this agent; update it by hand".into());
    }
    let is_signed = keys.iter().any(|key| is_signed(key, package, &signature).unwrap_or(false));
    if !is_signed {
        return Err("the release is not signed with a key that this agent knows; it was not opened".into());
    }
    release(signature.trusted_comment()).ok_or_else(|| "the signature is of something that is no release".to_owned())
}

fn is_signed(key: &PublicKey, package: &Path, signature: &Signature) -> std::io::Result<bool> {
    let Ok(mut verifier) = key.verify_stream(signature) else { return Ok(false) };
    let mut file = File::open(package)?;
    let mut buffer = vec![0_u8; 128 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(verifier.finalize().is_ok()),
            read => verifier.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

fn release(comment: &str) -> Option<Release> {
    let mut words = comment.split_whitespace();
    let (product, version, architecture) = (words.next()?, words.next()?, words.next()?);
    let is_release = product == PRODUCT && words.next().is_none();
    is_release.then(|| Release { version: version.to_owned(), architecture: architecture.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_read_whole_or_not_at_all() {
        let found = Release { version: "0.2.0".into(), architecture: "amd64".into() };
        assert_eq!(release("castellan-agent 0.2.0 amd64"), Some(found));
        for comment in ["", "castellan-agent 0.2.0", "castellan 0.2.0 amd64", "castellan-agent 0.2.0 amd64 and more"] {
            assert_eq!(release(comment), None, "{comment}");
        }
    }
}
