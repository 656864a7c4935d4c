//! Chance, from the operating system by way of aws-lc. Nothing here is seeded or repeatable.

use aws_lc_rs::rand;
use directory::Id;

/// Fresh random bytes.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A random GUID (RFC 9562 §5.4, version 4).
#[must_use]
pub fn random_uuid() -> Id {
    let bits = u128::from_be_bytes(random_bytes());
    let version = (bits & !(0xf << 76)) | (4 << 76);
    Id::from_u128((version & !(0b11 << 62)) | (0b10 << 62))
}

/// `length` letters drawn evenly from an alphabet of at most 256 ASCII characters.
pub(crate) fn random_text(alphabet: &[u8], length: usize) -> String {
    // Bytes above the largest multiple of the alphabet's size are thrown away: a plain remainder would prefer some letters.
    let usable = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in random_bytes::<32>() {
            let at = usize::from(byte);
            if at < usable
                && text.len() < length
                && let Some(letter) = alphabet.get(at % alphabet.len())
            {
                text.push(char::from(*letter));
            }
        }
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_random_guid_says_that_it_is_random() {
        let id = random_uuid();
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id.as_bytes().get(8).map(|b| b >> 6), Some(0b10));
        assert_ne!(id, random_uuid());
    }

    #[test]
    fn letters_are_drawn_evenly() {
        // 94 letters do not divide 256: a plain remainder would draw the first 68 half as often again as the others.
        let alphabet: Vec<u8> = (33..127).collect();
        let text = random_text(&alphabet, 94_000);
        let first = text.bytes().filter(|letter| *letter < 33 + 47).count();
        assert!((46_000..48_000).contains(&first), "{first} of 94,000 are in the first half");
        assert_eq!(text.len(), 94_000);
    }
}
