//! Which passwords are good enough, and the changes that setting one means. Never sees a password after this file, and
//! never a hash before: the protocol brings the password in its one Unicode form (`keys::nfkc`), hashes it with `keys` and
//! hands in the verifier; and asks `keys` whether it has leaked.
//!
//! Rules (NIST SP 800-63B-4 §3.1.1.2): at least [`LENGTH_MIN_ALONE`] characters where the password can be all that somebody
//! proves, [`LENGTH_MIN`] where Conditional Access always demands a second factor; at most [`LENGTH_MAX`]; any characters;
//! no composition rules, no expiry; not the person's or the organisation's name; Entra's documented scoring against banned
//! words ([`crate::Words`]).

use directory::{AttrId, Change, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::organization::ORGANIZATION;
use schema::user::{
    GIVEN_NAME, LAST_PASSWORD_CHANGE_DATE_TIME, PASSWORD_PROFILE, PASSWORD_VERIFIER,
    SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, SURNAME,
};
use schema::{DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME};

use crate::banned::{POINTS_MIN, Words, normal};
use crate::password_settings::password_settings;

/// A password that is never all that somebody proves has at least so many characters.
pub const LENGTH_MIN: usize = 8;
/// A password that can be the only factor has at least so many.
pub const LENGTH_MIN_ALONE: usize = 15;
/// A password has at most so many characters; longer ones are refused, never cut.
pub const LENGTH_MAX: usize = 256;
/// Names shorter than this are not searched for.
const NAME_MIN: usize = 4;

/// Why a password is not taken; shown to the person who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer characters than this.
    TooShort(usize),
    TooLong,
    /// One edit away from a banned word.
    Banned,
    /// Too little is left when banned words are counted once.
    TooEasy,
    /// Contains the person's or the organisation's name.
    Name,
    /// It is on the list of passwords that have leaked.
    Breached,
    /// It is the present one.
    Same,
}

impl Weakness {
    #[must_use]
    pub fn message(self) -> String {
        let text = match self {
            Weakness::TooShort(least) => {
                return format!("the password has fewer than {least} characters; choose a longer one");
            }
            Weakness::TooLong => {
                return format!("the password has more than {LENGTH_MAX} characters; choose a shorter one");
            }
            Weakness::Banned => {
                "the password is almost a word that is guessed first; choose one that is harder to guess"
            }
            Weakness::TooEasy => {
                "the password is made of words that are guessed first; choose one that is harder to guess"
            }
            Weakness::Name => "the password contains your name or the organisation's; leave it out",
            Weakness::Breached => "the password is on a list of passwords that have leaked; choose another",
            Weakness::Same => "the new password is the present one; choose another",
        };
        text.to_owned()
    }

    /// As a protocol answers it to whoever sent the password.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        Refusal::invalid(self.message()).at("passwordProfile")
    }
}

/// What is asked of a password that one person is to have.
#[derive(Clone, Debug)]
pub struct PasswordRules {
    /// At least so many characters.
    pub length_min: usize,
    words: Words,
    /// What may not stand in it, normalised.
    names: Vec<String>,
}

impl PasswordRules {
    /// The rules for a user, or for somebody who is only being created. `is_only_factor` says whether the password can be
    /// all that they prove.
    #[must_use]
    pub fn of(now: &Snapshot, user: Option<&Object>, is_only_factor: bool) -> PasswordRules {
        let own = password_settings(now).banned;
        let rules = PasswordRules {
            length_min: if is_only_factor { LENGTH_MIN_ALONE } else { LENGTH_MIN },
            words: Words::with(own.iter().map(String::as_str)),
            names: Vec::new(),
        };
        let mut names: Vec<&str> = now.all(&ORGANIZATION).filter_map(|o| o.get(DISPLAY_NAME)).collect();
        if let Some(user) = user {
            names.extend([GIVEN_NAME, SURNAME, DISPLAY_NAME, MAIL_NICKNAME].into_iter().filter_map(|a| user.get(a)));
            names.extend(user.get(USER_PRINCIPAL_NAME).and_then(|upn| upn.split('@').next()));
        }
        rules.without(names)
    }

    /// The same rules, and these names may not stand in it either.
    #[must_use]
    pub fn without<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> PasswordRules {
        for name in names {
            let parts = std::iter::once(name).chain(name.split([' ', '.', '-']));
            self.names.extend(parts.map(normal).filter(|part| part.chars().count() >= NAME_MIN));
        }
        self
    }

    /// Judge a password that somebody wants to set, in its one Unicode form.
    pub fn judge(&self, password: &str) -> Result<(), Weakness> {
        let length = password.chars().count();
        if length < self.length_min {
            return Err(Weakness::TooShort(self.length_min));
        }
        if length > LENGTH_MAX {
            return Err(Weakness::TooLong);
        }
        let normal = normal(password);
        if self.names.iter().any(|name| normal.contains(name.as_str())) {
            return Err(Weakness::Name);
        }
        if self.words.almost_has(password) {
            return Err(Weakness::Banned);
        }
        if self.words.points(password) < POINTS_MIN {
            return Err(Weakness::TooEasy);
        }
        Ok(())
    }
}

/// The changes that a new password means. `verifier` is the PHC text that `keys` made of the password; protocols call this
/// after [`judge`], and put the password itself nowhere. What the old password proved ends with it ([`crate::Presented`]).
///
/// Graph's `passwordProfile` arrives in clear: the protocol takes `password` out of it, judges and hashes it, and appends
/// these changes to its own (or [`password_attributes`] to the attributes of a user who is being created).
#[must_use]
pub fn password_change(user: Id, verifier: &str, at: Time, force_change_next_sign_in: bool) -> Vec<Change> {
    let set = |(attribute, value)| Change::Set { id: user, attribute, old: None, new: Some(value) };
    password_attributes(verifier, at, force_change_next_sign_in)
        .into_iter()
        .filter(|(attribute, _)| *attribute != SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME.id)
        .map(set)
        .collect()
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

#[cfg(test)]
mod tests {
    use schema::directory_setting::{DIRECTORY_SETTING, TEMPLATE_ID, VALUES};

    use super::*;
    use crate::fixture::{NOW, USER_ID, create, directory};

    fn rules(is_only_factor: bool) -> PasswordRules {
        let now = directory();
        PasswordRules::of(&now, now.find(USER_ID), is_only_factor).without(["XYZ Ltd."])
    }

    #[test]
    fn passwords_are_judged_by_length_names_and_points() {
        let rules = rules(false);
        for (password, expect) in [
            ("short77", Err(Weakness::TooShort(8))),
            ("correct horse battery", Ok(())),
            ("wüstenfuchs-läuft", Ok(())),
            ("кошкагуляет", Ok(())),
            ("Password1", Err(Weakness::Banned)),
            ("P@ssw0rd", Err(Weakness::Banned)),
            ("passwordpassword12", Err(Weakness::TooEasy)),
            ("Winter2026!x", Ok(())),
            ("summer12", Err(Weakness::TooEasy)),
            ("L0vel@ce-rides", Err(Weakness::Name)),
            ("we are xyz ltd.", Err(Weakness::Name)),
        ] {
            assert_eq!(rules.judge(password), expect, "{password}");
        }
        assert_eq!(rules.judge(&"x".repeat(LENGTH_MAX + 1)), Err(Weakness::TooLong));
        assert_eq!(rules.judge(&"xy".repeat(LENGTH_MAX / 2)), Ok(()));
    }

    #[test]
    fn a_password_that_stands_alone_is_longer() {
        for (password, alone, beside) in [
            ("kestrel moor 7", Err(Weakness::TooShort(15)), Ok(())),
            ("kestrel moor 77", Ok(()), Ok(())),
            ("ästrel möör 77ß", Ok(()), Ok(())),
        ] {
            assert_eq!(rules(true).judge(password), alone, "{password}");
            assert_eq!(rules(false).judge(password), beside, "{password}");
        }
    }

    #[test]
    fn the_organisations_own_words_count() {
        let list = Record::new().with("name", "BannedPasswordList").with("value", "kestrel\tmoorland");
        let setting = create(
            Id::from_u128(0x99),
            &DIRECTORY_SETTING,
            vec![(TEMPLATE_ID.id, crate::PASSWORD_RULE_SETTINGS.into()), (VALUES.id, vec![list].into())],
        );
        let now = directory().fork(NOW, &[setting]).expect("the setting fits the schema");
        let rules = PasswordRules::of(&now, None, true);
        assert_eq!(rules.judge("kestrelmoorland12"), Err(Weakness::TooEasy));
        assert_eq!(PasswordRules::of(&directory(), None, true).judge("kestrelmoorland12"), Ok(()));
    }
}
