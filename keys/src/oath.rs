//! Codes of authenticator apps: TOTP (RFC 6238) over HMAC-SHA-1 with six digits and steps of 30 seconds, which is what the
//! apps can do. Thirty lines over the HMAC that is here already; the library for it would bring a second SHA-1.
//!
//! Deliberately absent: the clock, and that a code counts once, which the caller keeps.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::digest::constant_time_eq;
use crate::random::random_bytes;

/// 160 bits, as long as the hash (RFC 4226 §4 R6).
const SEED_BYTES: usize = 20;
const DIGITS: u32 = 6;
const STEP_SECONDS: u32 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The key that an app shares with the server. Wiped from memory when dropped; not shown in `Debug`.
#[derive(Clone)]
pub struct OathSeed(Zeroizing<Vec<u8>>);

impl OathSeed {
    #[must_use]
    pub fn fresh() -> OathSeed {
        OathSeed::of(&random_bytes::<SEED_BYTES>())
    }

    /// A seed that was kept.
    #[must_use]
    pub fn of(bytes: &[u8]) -> OathSeed {
        OathSeed(Zeroizing::new(bytes.to_vec()))
    }

    /// To be sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the code of a step. Compared in constant time.
    #[must_use]
    pub fn matches(&self, step: i64, code: &str) -> bool {
        u64::try_from(step).is_ok_and(|step| constant_time_eq(self.code(step).as_bytes(), code.as_bytes()))
    }

    /// The seed as a person types it into an app: base32 in groups of four (RFC 4648 §6).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (at, letter) in self.base32().chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        text
    }

    /// What a QR code carries: `otpauth://totp/Issuer:account?secret=…&issuer=…`.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (escaped(issuer), escaped(account));
        let secret = self.base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&digits={DIGITS}&period={STEP_SECONDS}"
        )
    }

    /// RFC 4226 §5.3.
    pub(crate) fn code(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref().last().copied().unwrap_or(0) & 0x0f);
        let four = tag.as_ref().get(offset..).and_then(<[u8]>::first_chunk::<4>).copied().unwrap_or_default();
        let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(DIGITS);
        format!("{number:06}")
    }

    fn base32(&self) -> String {
        let mut text = String::new();
        let (mut bits, mut count) = (0_u32, 0);
        for byte in self.0.iter() {
            bits = (bits << 8) | u32::from(*byte);
            count += 8;
            while count >= 5 {
                count -= 5;
                text.push(letter(bits >> count));
            }
        }
        if count > 0 {
            text.push(letter(bits << (5 - count)));
        }
        text
    }
}

impl std::fmt::Debug for OathSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OathSeed(..)")
    }
}

fn letter(bits: u32) -> char {
    BASE32.get((bits & 31) as usize).copied().map_or('A', char::from)
}

/// Percent-encoded as a part of an address (RFC 3986 §2.3 says what stays).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238 appendix B has eight digits; these are the last six.
        let seed = OathSeed::of(b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = seconds / 30;
            assert!(seed.matches(step, code), "{seconds}");
            assert!(!seed.matches(step + 1, code) && !seed.matches(-step, code), "{seconds}");
        }
        for text in ["", "28708", "2870820", "abcdef"] {
            assert!(!seed.matches(1, text), "{text}");
        }
    }

    #[test]
    fn a_seed_is_typed_or_scanned() {
        let seed = OathSeed::of(b"12345678901234567890");
        assert_eq!(seed.text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            seed.uri("XYZ Ltd.", "ada@xyz.example"),
            "otpauth://totp/XYZ%20Ltd.:ada%40xyz.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=XYZ%20Ltd.&digits=6&period=30"
        );
        assert_eq!(OathSeed::of(b"f").base32(), "MY");
        assert_eq!(OathSeed::fresh().bytes().len(), SEED_BYTES);
        assert_eq!(format!("{:?}", OathSeed::fresh()), "OathSeed(..)");
    }
}
