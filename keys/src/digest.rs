//! Hashes and comparisons that protocols need, so that each does not bring its own cryptography.

use aws_lc_rs::{constant_time, digest, hmac};

use crate::base64url;

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// SHA-1, for certificate thumbprints only (`x5t`, RFC 7515 §4.1.7): a name, never a proof.
#[must_use]
pub fn sha1_thumbprint(certificate_der: &[u8]) -> [u8; 20] {
    let mut hash = [0; 20];
    hash.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate_der).as_ref());
    hash
}

/// SHA-1 in capital hexadecimal digits, to find a line in a list of breached passwords: a name, never a proof.
pub(crate) fn sha1_hex(bytes: &[u8]) -> String {
    sha1_thumbprint(bytes).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// HMAC with SHA-256 (RFC 2104).
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = [0; 32];
    mac.copy_from_slice(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref());
    mac
}

/// Are these bytes equal? The time it takes does not depend on where they differ (it may on their lengths).
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// Does this PKCE verifier belong to this S256 challenge? A verifier that RFC 7636 §4.1 does not allow never does.
#[must_use]
pub fn pkce_s256_matches(verifier: &str, challenge: &str) -> bool {
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(is_unreserved)
        && constant_time_eq(base64url::encode(sha256(verifier.as_bytes())).as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn pkce_matches_as_in_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(pkce_s256_matches(verifier, challenge));
        assert!(!pkce_s256_matches(&verifier.replace('d', "e"), challenge));
        assert!(!pkce_s256_matches(challenge, challenge), "plain is not S256");
        assert!(!pkce_s256_matches("short", &base64url::encode(sha256(b"short"))));
    }

    #[test]
    fn hmac_is_that_of_rfc_4231_case_2() {
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(mac.get(..4), Some(&[0x5b, 0xdc, 0xc1, 0x46][..]));
    }

    #[test]
    fn sha256_is_that_of_fips_180() {
        assert_eq!(sha256(b"abc").get(..4), Some(&[0xba, 0x78, 0x16, 0xbf][..]));
    }
}
