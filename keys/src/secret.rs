//! Secrets made of text: what one looks like in memory, and how fresh ones are made.
//!
//! How they are stored is the caller's business: high-entropy ones as [`crate::Keys::hash_secret`], passwords as
//! [`crate::Passwords::hash`].

use std::fmt;

use zeroize::Zeroizing;

use crate::base64url;
use crate::digest::constant_time_eq;
use crate::random::{random_bytes, random_text};

/// How many first characters of a client secret may be shown again (`passwordCredential.hint`).
pub const SECRET_HINT_CHARS: usize = 3;
/// A Temporary Access Pass is at least this long (Graph: `temporaryAccessPassAuthenticationMethodConfiguration`).
pub const ACCESS_PASS_CHARS_MIN: usize = 8;
/// A Temporary Access Pass is at most this long.
pub const ACCESS_PASS_CHARS_MAX: usize = 48;
/// A user code has at least 8 of 20 letters: 34 bits (RFC 8628 §5.1, §6.1).
pub const USER_CODE_CHARS_MIN: usize = 8;
/// Longer user codes are not typed right.
pub const USER_CODE_CHARS_MAX: usize = 16;

/// Consonants only: no words, nothing read for a digit (RFC 8628 §6.1).
const USER_CODE_LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters and digits without 0 O o, 1 I l, and without signs that a keyboard layout moves.
const ACCESS_PASS_LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// Capital letters and digits without 0 O, 1 I: typed from paper, in either case.
const RECOVERY_LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// A recovery code has so many of them: 50 bits.
const RECOVERY_CHARS: usize = 10;
/// A code sent by mail has so many digits: guessed within its five tries once in twenty million times.
const MAIL_CODE_DIGITS: usize = 8;

/// A text that is wiped from memory when dropped and does not show itself in `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Take a text as a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    /// A client secret: 40 characters of base64url, 240 bits.
    #[must_use]
    pub fn client() -> Secret {
        let mut text = base64url::encode(random_bytes::<30>());
        // A first `-` would be read as an option where the secret is pasted into a command line.
        if text.starts_with('-') {
            text.replace_range(..1, "~");
        }
        Secret::new(text)
    }

    /// A Temporary Access Pass of this many characters, moved into the limits if outside.
    #[must_use]
    pub fn access_pass(length: usize) -> Secret {
        let length = length.clamp(ACCESS_PASS_CHARS_MIN, ACCESS_PASS_CHARS_MAX);
        Secret::new(random_text(ACCESS_PASS_LETTERS, length))
    }

    /// An opaque token (authorization code, refresh token, device code, session): 256 bits as base64url.
    #[must_use]
    pub fn opaque() -> Secret {
        Secret::new(base64url::encode(random_bytes::<32>()))
    }

    /// A user code for the device flow, without the hyphen that a page may show in its middle.
    #[must_use]
    pub fn user_code(length: usize) -> Secret {
        Secret::new(random_text(USER_CODE_LETTERS, length.clamp(USER_CODE_CHARS_MIN, USER_CODE_CHARS_MAX)))
    }

    /// A recovery code, without the hyphen that a page may show in its middle.
    #[must_use]
    pub fn recovery_code() -> Secret {
        Secret::new(random_text(RECOVERY_LETTERS, RECOVERY_CHARS))
    }

    /// A code to be sent by mail.
    #[must_use]
    pub fn mail_code() -> Secret {
        Secret::new(random_text(b"0123456789", MAIL_CODE_DIGITS))
    }

    /// The text itself: to hand it to its owner, once, or to compare it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first [`SECRET_HINT_CHARS`] characters, by which an admin tells secrets apart.
    #[must_use]
    pub fn hint(&self) -> String {
        self.0.chars().take(SECRET_HINT_CHARS).collect()
    }
}

/// Compared in constant time.
impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_long_enough_and_of_its_alphabet() {
        for _ in 0..200 {
            let client = Secret::client();
            assert_eq!(client.expose().len(), 40);
            assert!(!client.expose().starts_with('-'));
            assert_eq!(client.hint().len(), 3);
            assert_eq!(Secret::opaque().expose().len(), 43);
        }
        for (asked, given) in [(0, 8), (8, 8), (12, 12), (48, 48), (500, 48)] {
            let pass = Secret::access_pass(asked);
            assert_eq!(pass.expose().len(), given);
            assert!(pass.expose().bytes().all(|b| ACCESS_PASS_LETTERS.contains(&b)));
        }
        let code = Secret::recovery_code();
        assert!(code.expose().len() == 10 && code.expose().bytes().all(|b| RECOVERY_LETTERS.contains(&b)));
        let code = Secret::mail_code();
        assert!(code.expose().len() == 8 && code.expose().bytes().all(|b| b.is_ascii_digit()));
        let code = Secret::user_code(8);
        assert!(code.expose().len() == 8 && code.expose().bytes().all(|b| USER_CODE_LETTERS.contains(&b)));
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some(Secret(..))");
    }
}
