//! Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict: a text has exactly one reading, so stray bits, padding
//! and line breaks are refused.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Bytes as base64url text.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Append bytes as base64url text.
pub fn encode_into(bytes: impl AsRef<[u8]>, text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// The bytes of a base64url text; `None` if it is not exactly that.
#[must_use]
pub fn decode(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Bytes as plain base64 text (RFC 4648 §4) with its padding.
#[must_use]
pub fn encode_plain(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of plain base64 text (RFC 4648 §4) with its padding, as `x5c` carries them.
#[must_use]
pub fn decode_plain(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Bytes as a PEM block (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    const LINE: usize = 64;
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(LINE) {
        pem.extend(line.iter().map(|b| char::from(*b)));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_reading() {
        assert_eq!(encode([3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("A-z_4ME"), Some(vec![3, 236, 255, 224, 193]));
        for other in ["A-z_4ME=", "A-z_4MF", "A+z/4ME", "A-z_4M E", "A"] {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}
