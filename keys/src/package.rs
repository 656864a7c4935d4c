//! Opening what a client encrypted before it uploaded it, as Intune's tools do with packages: AES-256-CBC, and HMAC-SHA-256
//! over the initialization vector and the ciphertext, in front of which both stand.
//!
//! Two passes over the pieces, so that nothing is deciphered before all of it is known to be what was sealed.

use aws_lc_rs::cipher::{AES_256, DecryptionContext, StreamingDecryptingKey, UnboundCipherKey};
use aws_lc_rs::{constant_time, hmac, iv::FixedLength};

/// Where the ciphertext begins: behind the code and the vector.
const CODE_BYTES: usize = 32;
const VECTOR_BYTES: usize = 16;

/// What the client says about the file (`fileEncryptionInfo`).
pub struct PackageKey {
    pub encryption_key: [u8; 32],
    pub mac_key: [u8; 32],
    pub initialization_vector: [u8; VECTOR_BYTES],
    pub mac: [u8; CODE_BYTES],
}

/// The first pass: is it whole, and sealed with these keys?
pub struct PackageCheck {
    context: hmac::Context,
    head: Vec<u8>,
}

/// The second: what was sealed.
pub struct PackageOpener {
    key: StreamingDecryptingKey,
    /// Bytes of the head that are still to be passed over.
    head: usize,
}

impl PackageKey {
    #[must_use]
    pub fn check(&self) -> PackageCheck {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.mac_key);
        PackageCheck { context: hmac::Context::with_key(&key), head: Vec::new() }
    }

    /// Nothing where the keys are none.
    #[must_use]
    pub fn opener(&self) -> Option<PackageOpener> {
        let key = UnboundCipherKey::new(&AES_256, &self.encryption_key).ok()?;
        let context = DecryptionContext::Iv128(FixedLength::from(self.initialization_vector));
        let key = StreamingDecryptingKey::cbc_pkcs7(key, context).ok()?;
        Some(PackageOpener { key, head: CODE_BYTES + VECTOR_BYTES })
    }
}

impl PackageCheck {
    pub fn update(&mut self, piece: &[u8]) {
        let missing = (CODE_BYTES + VECTOR_BYTES).saturating_sub(self.head.len()).min(piece.len());
        let (head, _) = piece.split_at(missing);
        let covered = CODE_BYTES.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(head);
        let (_, sealed) = piece.split_at(covered);
        self.context.update(sealed);
    }

    /// Whether the pieces were all of what these keys sealed.
    #[must_use]
    pub fn finish(self, key: &PackageKey) -> bool {
        let Some((code, vector)) = self.head.split_at_checked(CODE_BYTES) else { return false };
        let same = |left: &[u8], right: &[u8]| constant_time::verify_slices_are_equal(left, right).is_ok();
        same(self.context.sign().as_ref(), &key.mac) && same(code, &key.mac) && same(vector, &key.initialization_vector)
    }
}

impl PackageOpener {
    /// The clear text of a piece; nothing where it cannot be opened.
    pub fn update(&mut self, piece: &[u8]) -> Option<Vec<u8>> {
        let passed = self.head.min(piece.len());
        self.head -= passed;
        let (_, sealed) = piece.split_at_checked(passed)?;
        let mut clear = vec![0; sealed.len() + AES_256.block_len()];
        let length = self.key.update(sealed, &mut clear).ok()?.written().len();
        clear.truncate(length);
        Some(clear)
    }

    /// The rest of the clear text.
    #[must_use]
    pub fn finish(self) -> Option<Vec<u8>> {
        let mut clear = vec![0; AES_256.block_len()];
        let rest = self.key.finish(&mut clear).ok()?;
        Some(rest.written().to_vec())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_lc_rs::cipher::{EncryptionContext, PaddedBlockEncryptingKey};

    use super::*;

    fn key() -> PackageKey {
        PackageKey { encryption_key: [1; 32], mac_key: [2; 32], initialization_vector: [3; 16], mac: [0; 32] }
    }

    /// As a client seals a file.
    fn sealed(clear: &[u8]) -> (Vec<u8>, PackageKey) {
        let mut key = key();
        let cipher = UnboundCipherKey::new(&AES_256, &key.encryption_key).unwrap();
        let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).unwrap();
        let mut bytes = clear.to_vec();
        let context = EncryptionContext::Iv128(FixedLength::from(key.initialization_vector));
        cipher.less_safe_encrypt(&mut bytes, context).unwrap();
        let sealed = [key.initialization_vector.as_slice(), &bytes].concat();
        key.mac = crate::digest::hmac_sha256(&key.mac_key, &sealed);
        ([key.mac.as_slice(), &sealed].concat(), key)
    }

    fn opened(bytes: &[u8], key: &PackageKey, piece: usize) -> Option<Vec<u8>> {
        let mut check = key.check();
        bytes.chunks(piece).for_each(|piece| check.update(piece));
        if !check.finish(key) {
            return None;
        }
        let mut opener = key.opener()?;
        let mut clear = Vec::new();
        for piece in bytes.chunks(piece) {
            clear.extend(opener.update(piece)?);
        }
        clear.extend(opener.finish()?);
        Some(clear)
    }

    #[test]
    fn what_was_sealed_is_opened_whatever_the_pieces() {
        for length in [0, 1, 15, 16, 17, 1000] {
            let clear: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let (bytes, key) = sealed(&clear);
            for piece in [1, 7, 16, 33, 48, 5000] {
                assert_eq!(opened(&bytes, &key, piece).as_ref(), Some(&clear), "{length} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_was_changed_on_the_way_is_not_opened() {
        let (bytes, key) = sealed(b"a package");
        for at in [0, 31, 32, 47, 48, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(opened(&changed, &key, 16), None, "byte {at}");
        }
        assert_eq!(opened(&bytes[..bytes.len() - 1], &key, 16), None, "too short");
        assert_eq!(opened(&bytes[..20], &key, 16), None, "not even a head");
        let other = PackageKey { mac_key: [9; 32], ..key };
        assert_eq!(opened(&bytes, &other, 16), None, "another key");
    }
}
