//! Versions, compared number by number; a part that is missing counts as 0, and letters end a number.

use std::cmp::Ordering;

/// How many parts are looked at.
const PARTS_MAX: usize = 8;

/// Which of two versions is the later.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> [u64; PARTS_MAX] {
        let mut parts = [0; PARTS_MAX];
        for (part, text) in parts.iter_mut().zip(text.split('.')) {
            let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
            *part = digits.parse().unwrap_or(0);
        }
        parts
    };
    parts(a).cmp(&parts(b))
}

/// The version in a text that clients make of a system's names, `Debian GNU/Linux 12 (bookworm) 12`: the last word that begins
/// with a digit; the whole text where there is none.
#[must_use]
pub fn within(text: &str) -> &str {
    let begins = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    text.split_whitespace().rfind(begins).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_among_names() {
        for (text, version) in [
            ("24.04", "24.04"),
            ("Debian GNU/Linux 12 (bookworm) 12", "12"),
            ("openSUSE Tumbleweed 20241211", "20241211"),
            ("Arch Linux", "Arch Linux"),
            ("", ""),
        ] {
            assert_eq!(within(text), version, "{text}");
        }
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (a, b, expected) in [
            ("10.0.9", "10.0.10", Ordering::Less),
            ("24.04", "24.4", Ordering::Equal),
            ("24", "24.0.0", Ordering::Equal),
            ("22.04.1", "22.04", Ordering::Greater),
            ("12", "9.9", Ordering::Greater),
            ("12-rc1", "12", Ordering::Equal),
            ("", "0", Ordering::Equal),
        ] {
            assert_eq!(compare(a, b), expected, "{a} {b}");
        }
    }
}
