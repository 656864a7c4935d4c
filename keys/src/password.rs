//! Passwords: argon2id with a pepper, as PHC strings.
//!
//! These functions take tens of milliseconds and 19 MiB each, on purpose: the caller runs them on a bounded pool. They do
//! not judge whether a password is good enough. They bring it into one Unicode form (NFKC, NIST SP 800-63B §3.1.1.2), so
//! that the same password typed on another keyboard is the same password.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use unicode_normalization::{UnicodeNormalization, is_nfkc};
use zeroize::Zeroizing;

use crate::digest::constant_time_eq;
use crate::fault::KeyFault;
use crate::random::random_bytes;
use crate::seal::Key;

/// A password is at most this long, in bytes of UTF-8: longer ones are refused when set, never cut.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// The cost of new hashes: 19 MiB, two passes, one lane (OWASP's and SP 800-63B's floor for argon2id).
const COST: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };
/// What a stored hash may ask of us. More is not ours, and would be a way to exhaust the server.
const COST_MAX: Cost = Cost { memory_kib: 262_144, passes: 10, lanes: 4 };
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// A PHC string with our sizes takes about 100.
const PHC_BYTES_MAX: usize = 512;

/// A password in the one form in which it is judged and hashed. What is longer than any password is left as it is: it will
/// be refused, and costs nothing more.
#[must_use]
pub fn nfkc(password: &str) -> Zeroizing<String> {
    Zeroizing::new(if password.len() > PASSWORD_BYTES_MAX || is_nfkc(password) {
        password.to_owned()
    } else {
        password.nfkc().collect()
    })
}

/// Hashes and checks the passwords of one tenant. Cheap to clone, and to send to a thread that may be slow.
#[derive(Clone)]
pub struct Passwords {
    pepper: Arc<Key>,
}

/// What the check of a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCheck {
    /// Is it the password?
    pub matches: bool,
    /// It is, but its hash is of an older cost: hash it again now, while the password is known.
    pub needs_rehash: bool,
}

impl Passwords {
    pub(crate) fn new(pepper: Key) -> Passwords {
        Passwords { pepper: Arc::new(pepper) }
    }

    /// Hash a new password with a fresh salt: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
    pub fn hash(&self, password: &str) -> Result<String, KeyFault> {
        let password = nfkc(password);
        if password.len() > PASSWORD_BYTES_MAX {
            return Err(KeyFault::PasswordTooLong);
        }
        let salt = random_bytes::<SALT_BYTES>();
        let hash = self.argon2id(COST, &salt, password.as_bytes(), HASH_BYTES)?;
        Ok(Phc { cost: COST, salt: salt.to_vec(), hash: hash.to_vec() }.print())
    }

    /// Check a password. A stored text that is no argon2id hash matches nothing, and takes as long to say so.
    pub fn verify(&self, phc: &str, password: &str) -> Result<PasswordCheck, KeyFault> {
        const NO: PasswordCheck = PasswordCheck { matches: false, needs_rehash: false };
        let password = nfkc(password);
        let password = password.as_str();
        let Some(stored) = Phc::parse(phc) else {
            self.dummy_verify(password)?;
            return Ok(NO);
        };
        if password.len() > PASSWORD_BYTES_MAX {
            self.dummy_verify(password)?;
            return Ok(NO);
        }
        let hash = self.argon2id(stored.cost, &stored.salt, password.as_bytes(), stored.hash.len())?;
        if !constant_time_eq(&hash, &stored.hash) {
            return Ok(NO);
        }
        Ok(PasswordCheck { matches: true, needs_rehash: stored.cost != COST || stored.hash.len() != HASH_BYTES })
    }

    /// Take as long as [`Passwords::verify`], for a user who does not exist (OWASP ASVS 6.3.8): no user enumeration by time.
    pub fn dummy_verify(&self, password: &str) -> Result<(), KeyFault> {
        let bytes = password.as_bytes();
        let bytes = bytes.get(..PASSWORD_BYTES_MAX).unwrap_or(bytes);
        self.argon2id(COST, &[0; SALT_BYTES], bytes, HASH_BYTES).map(|_| ())
    }

    /// A hash that costs next to nothing, as of a time when machines were slow.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn hash_cheaply(&self, password: &str) -> String {
        let (cost, salt) = (Cost { memory_kib: 64, passes: 1, lanes: 1 }, [3; SALT_BYTES]);
        let hash = self.argon2id(cost, &salt, password.as_bytes(), HASH_BYTES).expect("the cost is allowed");
        Phc { cost, salt: salt.to_vec(), hash: hash.to_vec() }.print()
    }

    fn argon2id(
        &self,
        cost: Cost,
        salt: &[u8],
        password: &[u8],
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let refused = |_| KeyFault::Crypto("hash a password");
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(length)).map_err(refused)?;
        let argon2 = Argon2::new_with_secret(self.pepper.as_slice(), Algorithm::Argon2id, Version::V0x13, params)
            .map_err(refused)?;
        let mut hash = Zeroizing::new(vec![0; length]);
        argon2.hash_password_into(password, salt, &mut hash).map_err(refused)?;
        Ok(hash)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The PHC string format: https://github.com/P-H-C/phc-string-format, argon2id with version 19 only.
struct Phc {
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Phc {
    fn print(&self) -> String {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let salt = STANDARD_NO_PAD.encode(&self.salt);
        let hash = STANDARD_NO_PAD.encode(&self.hash);
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}")
    }

    fn parse(text: &str) -> Option<Phc> {
        if text.len() > PHC_BYTES_MAX {
            return None;
        }
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let mut fields = cost.split(',');
        let mut field = |name: &str| fields.next()?.strip_prefix(name)?.parse::<u32>().ok();
        let cost = Cost { memory_kib: field("m=")?, passes: field("t=")?, lanes: field("p=")? };
        let salt = STANDARD_NO_PAD.decode(salt).ok()?;
        let hash = STANDARD_NO_PAD.decode(hash).ok()?;
        let is_whole = parts.next().is_none() && fields.next().is_none();
        let is_allowed = (1..=COST_MAX.lanes).contains(&cost.lanes)
            && (1..=COST_MAX.passes).contains(&cost.passes)
            && (8 * cost.lanes..=COST_MAX.memory_kib).contains(&cost.memory_kib)
            && (8..=64).contains(&salt.len())
            && (16..=64).contains(&hash.len());
        (is_whole && is_allowed).then_some(Phc { cost, salt, hash })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn passwords(pepper: u8) -> Passwords {
        Passwords::new(Key::new([pepper; 32]))
    }

    #[test]
    fn only_the_password_under_the_pepper_matches() {
        let phc = passwords(1).hash("correct horse").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(phc, passwords(1).hash("correct horse").unwrap(), "salts differ");
        let yes = PasswordCheck { matches: true, needs_rehash: false };
        let no = PasswordCheck { matches: false, needs_rehash: false };
        for (pepper, password, expect) in
            [(1, "correct horse", yes), (1, "correct horsf", no), (1, "", no), (2, "correct horse", no)]
        {
            assert_eq!(passwords(pepper).verify(&phc, password).unwrap(), expect, "{pepper} {password}");
        }
    }

    #[test]
    fn the_same_password_in_another_form_of_unicode_matches() {
        let phc = passwords(1).hash("Ｗüstenfuchs im ﬁnstern").unwrap();
        for (password, expect) in [
            ("Wu\u{308}stenfuchs im finstern", true),
            ("Wüstenfuchs im finstern", true),
            ("Wustenfuchs im finstern", false),
        ] {
            assert_eq!(passwords(1).verify(&phc, password).unwrap().matches, expect, "{password}");
        }
        // One sign may stand for eighteen: the limit holds for what is hashed.
        assert_eq!(passwords(1).hash(&"\u{fdfa}".repeat(300)), Err(KeyFault::PasswordTooLong));
    }

    #[test]
    fn a_cheaper_hash_asks_to_be_made_again() {
        let passwords = passwords(1);
        let found = passwords.verify(&passwords.hash_cheaply("old"), "old").unwrap();
        assert_eq!(found, PasswordCheck { matches: true, needs_rehash: true });
    }

    #[test]
    fn a_text_that_is_no_hash_matches_nothing() {
        let long = format!("$argon2id$v=19$m=4000000000,t=2,p=1${}${}", "A".repeat(22), "A".repeat(43));
        for text in ["", "secret", "$2b$10$abc", "$argon2id$v=19$m=1,t=2,p=1$AAAA$AAAA", &long] {
            assert!(Phc::parse(text).is_none(), "{text}");
        }
        let found = passwords(1).verify("plain text", "plain text").unwrap();
        assert!(!found.matches);
    }

    #[test]
    fn a_password_is_refused_before_it_is_cut() {
        let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
        assert_eq!(passwords(1).hash(&long), Err(KeyFault::PasswordTooLong));
        let phc = passwords(1).hash(&long[1..]).unwrap();
        assert!(passwords(1).verify(&phc, &long[1..]).unwrap().matches);
        assert!(!passwords(1).verify(&phc, &long).unwrap().matches);
    }

    #[test]
    fn no_mutated_hash_makes_the_reader_panic() {
        let phc = Phc { cost: COST, salt: vec![1; 16], hash: vec![2; 32] }.print();
        crate::mutate::each(phc.as_bytes(), 20_000, |bytes| {
            let _ = Phc::parse(&String::from_utf8_lossy(bytes));
        });
    }
}
