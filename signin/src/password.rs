//! Which passwords are good enough, and the changes that setting one means. Never sees a password after this file, and
//! never a hash before: the protocol hashes with `keys` and hands in the verifier.
//!
//! Rules: at least 8 characters (NIST SP 800-63B demands 15 where the password stands alone; a tenant without a second
//! factor should raise [`LENGTH_MIN`] by policy), at most 256, any Unicode, no composition rules, no expiry; and Entra's
//! documented scoring against banned terms.

use directory::{AttrId, Change, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::user::{
    GIVEN_NAME, LAST_PASSWORD_CHANGE_DATE_TIME, PASSWORD_PROFILE, PASSWORD_VERIFIER,
    SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, SURNAME,
};
use schema::{DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME};

/// A password has at least so many characters.
pub const LENGTH_MIN: usize = 8;
/// A password has at most so many characters; longer ones are refused, never cut.
pub const LENGTH_MAX: usize = 256;
/// Banned terms count one point, every other character one; so many points are needed.
pub const POINTS_MIN: usize = 5;
/// Names shorter than this are not searched for.
const NAME_MIN: usize = 4;

/// Terms that open too many doors: bases of the most frequent passwords, normalised.
const BANNED: [&str; 52] = [
    "password",
    "passwort",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfgh",
    "zxcvbn",
    "abc123",
    "abcdef",
    "iloveyou",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "master",
    "shadow",
    "michael",
    "charlie",
    "summer",
    "winter",
    "spring",
    "autumn",
    "hunter",
    "trustno",
    "secret",
    "login",
    "access",
    "default",
    "changeme",
    "temporary",
    "castellan",
    "computer",
    "internet",
    "company",
    "office",
    "system",
    "server",
    "client",
    "manager",
    "test",
    "guest",
    "111111",
    "123456",
    "000000",
];

/// Why a password is not taken; shown to the person who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    /// One edit away from a banned term.
    Banned,
    /// Too little is left when banned terms are counted once.
    TooEasy,
    /// Contains the person's or the organisation's name.
    Name,
    /// It is the present one.
    Same,
}

impl Weakness {
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Weakness::TooShort => format!("the password has fewer than {LENGTH_MIN} characters; choose a longer one"),
            Weakness::TooLong => format!("the password has more than {LENGTH_MAX} characters; choose a shorter one"),
            Weakness::Banned | Weakness::TooEasy => {
                "the password is made of words that are guessed first; choose one that is harder to guess".to_owned()
            }
            Weakness::Name => "the password contains your name or the organisation's; leave it out".to_owned(),
            Weakness::Same => "the new password is the present one; choose another".to_owned(),
        }
    }

    /// As a protocol answers it to whoever sent the password.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        Refusal::invalid(self.message()).at("passwordProfile")
    }
}

/// What is already known of the person and may not stand in the password.
#[must_use]
pub fn names_of(now: &Snapshot, user: Option<&Object>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(user) = user {
        for attribute in [GIVEN_NAME, SURNAME, DISPLAY_NAME, MAIL_NICKNAME] {
            names.extend(user.get(attribute).map(str::to_owned));
        }
        names.extend(user.get(USER_PRINCIPAL_NAME).and_then(|upn| upn.split('@').next()).map(str::to_owned));
    }
    names.extend(
        now.all(&schema::organization::ORGANIZATION).filter_map(|o| o.get(schema::DISPLAY_NAME)).map(str::to_owned),
    );
    names
}

/// Judge a password that somebody wants to set.
pub fn judge(password: &str, names: &[String]) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(Weakness::TooShort);
    }
    if length > LENGTH_MAX {
        return Err(Weakness::TooLong);
    }
    let normal = normalise(password);
    let is_name = |name: &str| name.chars().count() >= NAME_MIN && normal.contains(&normalise(name));
    if names.iter().flat_map(|name| std::iter::once(name.as_str()).chain(name.split([' ', '.', '-']))).any(is_name) {
        return Err(Weakness::Name);
    }
    if BANNED.iter().any(|term| is_within_one_edit(&normal, term)) {
        return Err(Weakness::Banned);
    }
    if points(&normal) < POINTS_MIN {
        return Err(Weakness::TooEasy);
    }
    Ok(())
}

/// The changes that a new password means. `verifier` is the PHC text that `keys` made of the password; protocols call this
/// after [`judge`], and put the password itself nowhere. Older sessions end with it.
///
/// Graph's `passwordProfile` arrives in clear: the protocol takes `password` out of it, judges and hashes it, and appends
/// these changes to its own (or [`password_attributes`] to the attributes of a user who is being created).
#[must_use]
pub fn password_change(user: Id, verifier: &str, at: Time, force_change_next_sign_in: bool) -> Vec<Change> {
    let set = |(attribute, value)| Change::Set { id: user, attribute, old: None, new: Some(value) };
    let mut changes: Vec<Change> =
        password_attributes(verifier, at, force_change_next_sign_in).into_iter().map(set).collect();
    changes.push(Change::set(user, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, crate::whole_second_from(at)));
    changes
}

/// As [`password_change`], for a user who is being created and has no session that could end.
#[must_use]
pub fn password_attributes(verifier: &str, at: Time, force_change_next_sign_in: bool) -> Vec<(AttrId, Value)> {
    vec![
        (PASSWORD_VERIFIER.id, verifier.into()),
        (LAST_PASSWORD_CHANGE_DATE_TIME.id, at.into()),
        (SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME.id, Time::from_unix(at.unix()).into()),
        (PASSWORD_PROFILE.id, profile(force_change_next_sign_in).into()),
    ]
}

/// The change that keeps the same password under a newer hash, made when somebody signs in with it.
#[must_use]
pub fn rehash(user: Id, verifier: &str) -> Vec<Change> {
    vec![Change::set(user, PASSWORD_VERIFIER, verifier)]
}

/// Whether somebody has to choose a new password before anything else.
#[must_use]
pub fn must_change(user: &Object) -> bool {
    let profile = user.get(PASSWORD_PROFILE).unwrap_or_default();
    ["forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"]
        .iter()
        .any(|name| profile.bool(name) == Some(true))
}

fn profile(force_change_next_sign_in: bool) -> Record {
    Record::new()
        .with("forceChangePasswordNextSignIn", force_change_next_sign_in)
        .with("forceChangePasswordNextSignInWithMfa", false)
}

/// As the documented scoring compares: lower case, and the usual digits and signs turned back into letters.
fn normalise(text: &str) -> String {
    let plain = |c: char| match c {
        '0' => 'o',
        '1' => 'l',
        '$' => 's',
        '@' => 'a',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

/// The fewest points a split into banned terms and single characters gives.
fn points(normal: &str) -> usize {
    let banned: Vec<Vec<char>> = BANNED.iter().map(|term| normalise(term).chars().collect()).collect();
    let chars: Vec<char> = normal.chars().collect();
    // best[i] is the least for the first i characters.
    let mut best = vec![0usize];
    for end in 1..=chars.len() {
        let mut least = best.last().copied().unwrap_or(0) + 1;
        for term in &banned {
            if let Some(start) = end.checked_sub(term.len())
                && chars.get(start..end) == Some(term.as_slice())
                && let Some(before) = best.get(start)
            {
                least = least.min(before + 1);
            }
        }
        best.push(least);
    }
    best.last().copied().unwrap_or(0)
}

/// Whether one insertion, removal or replacement turns the password into the term.
fn is_within_one_edit(password: &str, term: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (password.chars().collect(), normalise(term).chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same_start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let left = a.len().min(b.len()) - same_start;
    let same_end = a.iter().rev().zip(b.iter().rev()).take(left).take_while(|(x, y)| x == y).count();
    a.len().max(b.len()) - same_start - same_end <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_judged_by_length_names_and_points() {
        let names = ["Ada Lovelace".to_owned(), "XYZ Ltd.".to_owned()];
        for (password, expect) in [
            ("short77", Err(Weakness::TooShort)),
            ("correct horse battery", Ok(())),
            ("wüstenfuchs-läuft", Ok(())),
            ("Password1", Err(Weakness::Banned)),
            ("P@ssw0rd", Err(Weakness::Banned)),
            ("passwordpassword12", Err(Weakness::TooEasy)),
            ("Winter2026!x", Ok(())),
            ("summer12", Err(Weakness::TooEasy)),
            ("L0vel@ce-rides", Err(Weakness::Name)),
        ] {
            assert_eq!(judge(password, &names), expect, "{password}");
        }
        assert_eq!(judge(&"x".repeat(LENGTH_MAX + 1), &[]), Err(Weakness::TooLong));
        assert_eq!(judge(&"xy".repeat(LENGTH_MAX / 2), &[]), Ok(()));
    }

    #[test]
    fn the_score_is_the_lowest_of_all_splits() {
        for (text, expect) in [("", 0), ("ab", 2), ("password", 1), ("passwordtest1", 3), ("xpasswordx", 3)] {
            assert_eq!(points(text), expect, "{text}");
        }
    }

    #[test]
    fn one_edit_is_one_edit() {
        for (password, expect) in
            [("admin", true), ("admln", true), ("admin1", true), ("admi", true), ("adminxy", false)]
        {
            assert_eq!(is_within_one_edit(password, "admin"), expect, "{password}");
        }
    }
}
