//! Public keys as devices hand them over when they register: an RSA key as Windows writes it (`BCRYPT_RSAKEY_BLOB`: a magic, five
//! lengths, exponent, modulus), or a JWK.
//!
//! Only what a public key needs is read: a blob with primes in it, or with a byte too many, is refused.

use serde_json::{Value, json};

use crate::base64url;
use crate::digest::sha256;
use crate::fault::JwtError;
use crate::public_key::PublicKey;

/// `BCRYPT_RSAPUBLIC_MAGIC`.
const MAGIC: &[u8; 4] = b"RSA1";
/// The magic and five numbers of four bytes.
const HEADER_BYTES: usize = 24;
/// A key is at most this long: a JWK of 8192 bits with its names takes less.
pub const REGISTERED_KEY_BYTES_MAX: usize = 4096;

impl PublicKey {
    /// The key in a `BCRYPT_RSAKEY_BLOB`, or in the text of a JWK; whatever else a JWK says of its use is not looked at.
    pub fn from_registered(bytes: &[u8]) -> Result<PublicKey, JwtError> {
        if bytes.len() > REGISTERED_KEY_BYTES_MAX {
            return Err(JwtError::Malformed("the key is too long"));
        }
        if bytes.starts_with(MAGIC) {
            return PublicKey::from_jwk(&blob(bytes).ok_or(JwtError::Malformed("not one BCRYPT_RSAKEY_BLOB"))?);
        }
        let jwk: Value = serde_json::from_slice(bytes).map_err(|_| JwtError::Malformed("neither a blob nor a JWK"))?;
        let numbers = ["kty", "crv", "n", "e", "x", "y", "d", "k"];
        let bare = numbers.into_iter().filter_map(|name| Some((name.to_owned(), jwk.get(name)?.clone()))).collect();
        PublicKey::from_jwk(&Value::Object(bare))
    }

    /// The name of an RSA key among those that sign people in: the SHA-256 of its blob, as base64.
    #[must_use]
    pub fn blob_id(&self) -> Option<String> {
        let jwk = self.to_jwk();
        let number = |name: &str| jwk.get(name).and_then(Value::as_str).and_then(base64url::decode);
        let (exponent, modulus) = (number("e")?, number("n")?);
        let bits = modulus.len().checked_mul(8)?;
        let mut blob = MAGIC.to_vec();
        for length in [bits, exponent.len(), modulus.len(), 0, 0] {
            blob.extend(u32::try_from(length).ok()?.to_le_bytes());
        }
        blob.extend(exponent);
        blob.extend(modulus);
        Some(base64url::encode_plain(&sha256(&blob)))
    }
}

/// The blob's numbers as a JWK.
fn blob(bytes: &[u8]) -> Option<Value> {
    let number = |at: usize| {
        let bytes: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let (exponent, modulus) = (number(8)?, number(12)?);
    let (first_prime, second_prime) = (number(16)?, number(20)?);
    let middle = HEADER_BYTES.checked_add(exponent)?;
    let end = middle.checked_add(modulus)?;
    if first_prime != 0 || second_prime != 0 || bytes.len() != end || number(4)? != modulus.checked_mul(8)? {
        return None;
    }
    let (e, n) = (bytes.get(HEADER_BYTES..middle)?, bytes.get(middle..end)?);
    Some(json!({"kty": "RSA", "e": base64url::encode(e), "n": base64url::encode(n)}))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::mutate;

    fn example(modulus: &[u8]) -> Vec<u8> {
        let mut blob = MAGIC.to_vec();
        for length in [modulus.len() * 8, 3, modulus.len(), 0, 0] {
            blob.extend(u32::try_from(length).unwrap().to_le_bytes());
        }
        blob.extend([1, 0, 1]);
        blob.extend(modulus);
        blob
    }

    fn modulus() -> Vec<u8> {
        let mut modulus = vec![0xc5; 256];
        modulus[255] = 1;
        modulus
    }

    #[test]
    fn a_blob_and_a_jwk_of_one_key_are_one_key() {
        let blob = example(&modulus());
        let key = PublicKey::from_registered(&blob).unwrap();
        let jwk =
            json!({"kty": "RSA", "e": "AQAB", "n": base64url::encode(modulus()), "use": "enc", "kid": "transport"});
        let same = PublicKey::from_registered(jwk.to_string().as_bytes()).unwrap();
        assert!(key.is_same_key(&same));
        assert_eq!(key.blob_id(), Some(base64url::encode_plain(&sha256(&blob))));
        assert_eq!(same.blob_id(), key.blob_id());
    }

    #[test]
    fn what_is_no_public_key_of_some_strength_is_refused() {
        let good = example(&modulus());
        let with_prime = {
            let mut blob = good.clone();
            blob[16] = 1;
            blob
        };
        let of_other_length = {
            let mut blob = good.clone();
            blob[4] = blob[4].wrapping_add(8);
            blob
        };
        let private = json!({"kty": "RSA", "e": "AQAB", "n": base64url::encode(modulus()), "d": "AQAB"}).to_string();
        for (bytes, what) in [
            (with_prime.as_slice(), "a prime"),
            (&of_other_length, "a wrong length"),
            (&[good.as_slice(), &[0]].concat(), "a byte too many"),
            (&good[..good.len() - 1], "a byte too few"),
            (&example(&modulus()[128..]), "1024 bits"),
            (b"RSA1", "a magic alone"),
            (b"RSA2", "another magic"),
            (private.as_bytes(), "a private key"),
            (b"", "nothing"),
            (&vec![b'{'; REGISTERED_KEY_BYTES_MAX + 1], "too long"),
        ] {
            assert!(PublicKey::from_registered(bytes).is_err(), "{what}");
        }
    }

    #[test]
    fn no_mutated_blob_makes_the_reader_panic() {
        mutate::each(&example(&modulus()), 20_000, |bytes| {
            let _ = PublicKey::from_registered(bytes).map(|key| key.blob_id());
        });
    }
}
