//! Sealing: AES-256-GCM under keys derived by HKDF-SHA-256. Only bytes here; files are `vault`'s, purposes are the caller's.
//!
//! A sealed text is `version (1) | nonce (12) | ciphertext | tag (16)`. The key depends on the purpose, and the purpose is
//! authenticated too, so that what was sealed for one purpose cannot be passed off as another.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

/// A symmetric key.
pub(crate) type Key = Zeroizing<[u8; 32]>;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// A key for one purpose, derived from a root (RFC 5869). The label names the use, the context whose it is.
pub(crate) fn derive(root: &Key, label: &str, context: &[u8]) -> Key {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"castellan").extract(root.as_slice());
    let length = (label.len() as u64).to_be_bytes();
    let info = [length.as_slice(), label.as_bytes(), context];
    let mut key = Key::default();
    prk.expand(&info, hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut_slice()))
        .expect("32 bytes are within what HKDF-SHA-256 can give");
    key
}

/// Seal a text. The purpose is authenticated, not hidden.
pub(crate) fn seal(key: &Key, purpose: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).expect("the key has 32 bytes");
    let mut text = plain.to_vec();
    let nonce = cipher
        .seal_in_place_append_tag(Aad::from(purpose), &mut text)
        .expect("the text is far below the 64 GiB that GCM can seal");
    let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + text.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&text);
    sealed
}

/// Open what [`seal`] made with the same key and purpose; `None` for anything else.
pub(crate) fn open(key: &Key, purpose: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (&version, rest) = sealed.split_first()?;
    if version != VERSION || rest.len() < NONCE_BYTES + TAG_BYTES {
        return None;
    }
    let (nonce, text) = rest.split_at_checked(NONCE_BYTES)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).ok()?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = cipher.open_in_place(nonce, Aad::from(purpose), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_purpose() {
        let (one, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let sealed = seal(&one, b"mail", b"text");
        assert_eq!(open(&one, b"mail", &sealed).as_deref().map(Vec::as_slice), Some(&b"text"[..]));
        assert!(open(&other, b"mail", &sealed).is_none());
        assert!(open(&one, b"push", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(open(&one, b"mail", &altered).is_none(), "byte {at}");
            assert!(open(&one, b"mail", &sealed[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn label_and_context_do_not_run_into_each_other() {
        let root = Key::new([7; 32]);
        assert_ne!(*derive(&root, "ab", b"c"), *derive(&root, "a", b"bc"));
        assert_eq!(*derive(&root, "ab", b"c"), *derive(&root, "ab", b"c"));
    }
}
