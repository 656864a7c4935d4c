//! Words that open too many doors, and the documented scoring of passwords against them.
//!
//! A password and the words are compared in one form ([`normal`]). A password that is a banned word but for one edit is
//! refused; otherwise each banned word in it counts one point, each other character one, and [`POINTS_MIN`] are needed. Of
//! all ways to read a password the one with the fewest points counts, so that the score does not depend on chance.

/// Banned words count one point, every other character one; so many points are needed.
pub const POINTS_MIN: usize = 5;

/// Bases of the most frequent passwords, and words that stand on every door of this house, normalised.
const BANNED: [&str; 88] = [
    "000000",
    "111111",
    "123123",
    "12345",
    "123456",
    "abc123",
    "abcd",
    "abcdef",
    "access",
    "admin",
    "administrator",
    "april",
    "asdf",
    "asdfgh",
    "august",
    "autumn",
    "azerty",
    "baseball",
    "batman",
    "castellan",
    "changeme",
    "charlie",
    "client",
    "company",
    "computer",
    "december",
    "default",
    "demo",
    "dragon",
    "february",
    "flower",
    "football",
    "freedom",
    "friday",
    "guest",
    "hallo",
    "hello",
    "hunter",
    "iloveyou",
    "internet",
    "january",
    "july",
    "june",
    "letmein",
    "login",
    "london",
    "love",
    "manager",
    "march",
    "master",
    "michael",
    "monday",
    "monkey",
    "november",
    "october",
    "office",
    "password",
    "passwort",
    "pass",
    "paris",
    "princess",
    "qazwsx",
    "qwer",
    "qwerty",
    "qwertz",
    "root",
    "saturday",
    "secret",
    "server",
    "september",
    "shadow",
    "spring",
    "starwars",
    "summer",
    "sunday",
    "sunshine",
    "superman",
    "system",
    "temp",
    "temporary",
    "test",
    "thursday",
    "trustno",
    "tuesday",
    "user",
    "welcome",
    "winter",
    "zxcvbn",
];

/// The built-in words and an organisation's own, ready to be compared.
#[derive(Clone, Debug)]
pub struct Words(Vec<Vec<char>>);

impl Words {
    /// The built-in words and these.
    #[must_use]
    pub fn with<'a>(own: impl IntoIterator<Item = &'a str>) -> Words {
        let mut words: Vec<Vec<char>> =
            BANNED.into_iter().chain(own).map(|word| normal(word).chars().collect()).collect();
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        Words(words)
    }

    /// Whether one edit at most turns the password into a word.
    #[must_use]
    pub fn almost_has(&self, password: &str) -> bool {
        let password: Vec<char> = normal(password).chars().collect();
        self.0.iter().any(|word| is_within_one_edit(&password, word))
    }

    /// The fewest points that a way to read the password gives.
    #[must_use]
    pub fn points(&self, password: &str) -> usize {
        let password: Vec<char> = normal(password).chars().collect();
        // least[n] is the least for the first n characters.
        let mut least = vec![0usize];
        for end in 1..=password.len() {
            let mut best = least.last().copied().unwrap_or(0) + 1;
            for word in &self.0 {
                if let Some(start) = end.checked_sub(word.len())
                    && password.get(start..end) == Some(word.as_slice())
                    && let Some(before) = least.get(start)
                {
                    best = best.min(before + 1);
                }
            }
            least.push(best);
        }
        least.last().copied().unwrap_or(0)
    }
}

/// As the documented scoring compares: lower case, and the usual digits and signs turned back into letters.
#[must_use]
pub fn normal(text: &str) -> String {
    let plain = |c: char| match c {
        '0' => 'o',
        '1' => 'l',
        '$' => 's',
        '@' => 'a',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

/// Whether one insertion, removal or replacement turns one into the other.
fn is_within_one_edit(a: &[char], b: &[char]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let left = a.len().min(b.len()) - same_start;
    let same_end = a.iter().rev().zip(b.iter().rev()).take(left).take_while(|(x, y)| x == y).count();
    a.len().max(b.len()) - same_start - same_end <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_lowest_of_all_ways_to_read_a_password() {
        let words = Words::with(["contoso", "blank", "contosoblank"]);
        for (password, expect) in [
            ("", 0),
            ("zz", 2),
            ("password", 1),
            ("passwordtest1", 3),
            ("xpasswordx", 3),
            // The documented examples.
            ("C0ntos0Blank12", 3),
            ("ContoS0Bl@nkf9!", 4),
        ] {
            assert_eq!(words.points(password), expect, "{password}");
        }
        let documented = Words::with(["contoso", "blank"]);
        assert_eq!(documented.points("C0ntos0Blank12"), 4);
        assert_eq!(documented.points("ContoS0Bl@nkf9!"), POINTS_MIN);
    }

    #[test]
    fn one_edit_is_one_edit() {
        let chars = |text: &str| normal(text).chars().collect::<Vec<char>>();
        for (password, expect) in
            [("admin", true), ("admln", true), ("admin1", true), ("admi", true), ("Adm1n", true), ("adminxy", false)]
        {
            assert_eq!(is_within_one_edit(&chars(password), &chars("admin")), expect, "{password}");
        }
    }

    #[test]
    fn no_banned_word_is_given_twice() {
        let mut words: Vec<String> = BANNED.iter().map(|word| normal(word)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), BANNED.len());
    }
}
