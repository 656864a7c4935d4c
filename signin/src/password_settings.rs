//! The organisation's say about passwords: Graph's `Password Rule Settings`, as lists of names and texts.
//!
//! Acted on: the organisation's own banned words, and when and for how long wrong passwords lock an account. The names for
//! the agents of an on-premises directory are taken and kept, because clients send the whole set; there is no such agent.

use std::time::Duration;

use directory::{Call, Change, Check, Object, Record, Refusal, Snapshot, id_from_text};
use schema::directory_setting::{DIRECTORY_SETTING, DISPLAY_NAME, TEMPLATE_ID, VALUES};

use crate::banned::normal;

/// The template's id, the same everywhere.
pub const PASSWORD_RULE_SETTINGS: &str = "5cf42378-d67d-4f36-ba46-e8b86229381d";
/// Its name.
pub const PASSWORD_RULE_SETTINGS_NAME: &str = "Password Rule Settings";

/// An organisation bans at most so many words of its own …
const WORDS_MAX: usize = 1_000;
/// … and each has so many characters.
const WORD_CHARS: std::ops::RangeInclusive<usize> = 4..=16;
/// NIST SP 800-63B §3.2.2 lets at most 100 consecutive tries be wrong.
const THRESHOLD: std::ops::RangeInclusive<i64> = 1..=50;
const LOCKOUT_SECONDS: std::ops::RangeInclusive<i64> = 5..=18_000;

const LIST: &str = "BannedPasswordList";
const CHECK_WORDS: &str = "EnableBannedPasswordCheck";
const LOCKOUT_THRESHOLD: &str = "LockoutThreshold";
const LOCKOUT_DURATION: &str = "LockoutDurationInSeconds";

/// The names: name, type, what it says when nobody has said otherwise, what it is.
pub const PASSWORD_RULE_NAMES: [(&str, &str, &str, &str); 6] = [
    ("BannedPasswordCheckOnPremisesMode", "System.String", "Audit", "How agents on premises use the list."),
    ("EnableBannedPasswordCheckOnPremises", "System.Boolean", "True", "Whether agents on premises use the list."),
    (CHECK_WORDS, "System.Boolean", "True", "Whether the organisation's own list counts."),
    (LOCKOUT_DURATION, "System.Int32", "60", "How many seconds the first lock lasts."),
    (LOCKOUT_THRESHOLD, "System.Int32", "10", "How many wrong passwords lock an account."),
    (LIST, "System.String", "", "The organisation's own banned words, with tabs between them."),
];

/// What the organisation says, or the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordSettings {
    pub banned: Vec<String>,
    pub lockout_threshold: i64,
    pub lockout: Duration,
}

/// What the organisation says about passwords.
#[must_use]
pub fn password_settings(now: &Snapshot) -> PasswordSettings {
    let setting = now.all(&DIRECTORY_SETTING).find(|setting| is_password_rules(setting));
    let values = setting.and_then(|setting| setting.get(VALUES)).unwrap_or_default();
    let number = |name| value(&values, name).parse().unwrap_or_default();
    PasswordSettings {
        banned: if is_true(value(&values, CHECK_WORDS)) {
            words(value(&values, LIST)).map(str::to_owned).collect()
        } else {
            Vec::new()
        },
        lockout_threshold: number(LOCKOUT_THRESHOLD),
        lockout: Duration::from_secs(number(LOCKOUT_DURATION).unsigned_abs()),
    }
}

pub(crate) const CHECK: Check = Check { kind: &DIRECTORY_SETTING, complete: Some(complete), check: Some(check) };

/// A setting has all of its template's names, and its name.
#[allow(clippy::ptr_arg, reason = "what every check takes")]
fn complete(_: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes.iter_mut() {
        let Change::Create { kind, attributes, .. } = change else { continue };
        let is_ours = attributes.iter().any(|(id, value)| {
            *id == TEMPLATE_ID.id && value.as_text().is_some_and(|t| t.eq_ignore_ascii_case(PASSWORD_RULE_SETTINGS))
        });
        if *kind != DIRECTORY_SETTING.id() || !is_ours {
            continue;
        }
        let given = attributes.iter().find(|(id, _)| *id == VALUES.id).and_then(|(_, value)| value.as_list());
        let mut values: Vec<Record> = given.unwrap_or_default().iter().filter_map(|v| v.as_record().cloned()).collect();
        for (name, _, default, _) in PASSWORD_RULE_NAMES {
            if !values.iter().any(|value| is_named(value, name)) {
                values.push(Record::new().with("name", name).with("value", default));
            }
        }
        attributes.retain(|(id, _)| *id != VALUES.id && *id != DISPLAY_NAME.id);
        attributes.push((VALUES.id, values.into()));
        attributes.push((DISPLAY_NAME.id, PASSWORD_RULE_SETTINGS_NAME.into()));
    }
    Ok(())
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let touched = |setting: &&Object| {
        changes
            .iter()
            .any(|change| matches!(change, Change::Create { id, .. } | Change::Set { id, .. } if *id == setting.id))
    };
    for setting in after.all(&DIRECTORY_SETTING).filter(touched) {
        if !is_password_rules(setting) {
            let message = format!("there is one template, `{PASSWORD_RULE_SETTINGS}`");
            return Err(Refusal::invalid(message).at(TEMPLATE_ID.name));
        }
        if after.all(&DIRECTORY_SETTING).count() > 1 {
            return Err(Refusal::conflict("the organisation has this setting already: change it").at(TEMPLATE_ID.name));
        }
        check_values(&setting.get(VALUES).unwrap_or_default())?;
    }
    Ok(())
}

fn check_values(values: &[Record]) -> Result<(), Refusal> {
    let wrong = |name: &str, message: String| Err(Refusal::invalid(message).at(name));
    for given in values {
        let name = given.text("name").unwrap_or_default();
        let text = given.text("value").unwrap_or_default();
        let Some((name, ty, ..)) = PASSWORD_RULE_NAMES.into_iter().find(|(known, ..)| *known == name) else {
            return wrong(VALUES.name, format!("the template has no `{name}`"));
        };
        if values.iter().filter(|other| is_named(other, name)).count() > 1 {
            return wrong(name, "is given twice".to_owned());
        }
        let range = match name {
            LOCKOUT_THRESHOLD => Some(THRESHOLD),
            LOCKOUT_DURATION => Some(LOCKOUT_SECONDS),
            _ => None,
        };
        if let Some(range) = range
            && !text.parse::<i64>().is_ok_and(|number| range.contains(&number))
        {
            return wrong(name, format!("is a number from {} to {}", range.start(), range.end()));
        }
        if ty == "System.Boolean" && !["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return wrong(name, "is true or false".to_owned());
        }
        if name == "BannedPasswordCheckOnPremisesMode" && !["Audit", "Enforce", "Enforced"].contains(&text) {
            return wrong(name, "is Audit or Enforce".to_owned());
        }
        if name == LIST {
            check_words(text)?;
        }
    }
    Ok(())
}

fn check_words(list: &str) -> Result<(), Refusal> {
    if words(list).count() > WORDS_MAX {
        return Err(Refusal::limit(format!("has at most {WORDS_MAX} words")).at(LIST));
    }
    match words(list).find(|word| !WORD_CHARS.contains(&normal(word).chars().count())) {
        Some(word) => {
            let message = format!("`{word}` does not have {} to {} characters", WORD_CHARS.start(), WORD_CHARS.end());
            Err(Refusal::invalid(message).at(LIST))
        }
        None => Ok(()),
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(['\t', '\r', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

fn is_password_rules(setting: &Object) -> bool {
    setting.get(TEMPLATE_ID).and_then(id_from_text) == id_from_text(PASSWORD_RULE_SETTINGS)
}

fn is_named(value: &Record, name: &str) -> bool {
    value.text("name") == Some(name)
}

/// What a name says, or its default.
fn value<'a>(values: &'a [Record], name: &str) -> &'a str {
    let given = values.iter().find(|value| is_named(value, name)).and_then(|value| value.text("value"));
    let default = || PASSWORD_RULE_NAMES.into_iter().find(|(known, ..)| *known == name);
    given.or_else(|| default().map(|(_, _, default, _)| default)).unwrap_or_default()
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Caller, Fresh, Id};

    use super::*;
    use crate::fixture::{NOW, create, directory};

    const SETTING: Id = Id::from_u128(0x99);

    fn set(values: &[(&str, &str)]) -> Result<PasswordSettings, Refusal> {
        let now = directory();
        let values: Vec<Record> =
            values.iter().map(|(name, value)| Record::new().with("name", *name).with("value", *value)).collect();
        let attributes = vec![(TEMPLATE_ID.id, PASSWORD_RULE_SETTINGS.into()), (VALUES.id, values.into())];
        let mut changes = vec![create(SETTING, &DIRECTORY_SETTING, attributes)];
        let caller = Caller::system(Id::nil());
        let call = Call { caller: &caller, at: NOW, fresh: Fresh::new(1) };
        complete(&now, &call, &mut changes)?;
        let after = now.fork(NOW, &changes).unwrap();
        check(&now, &after, &call, &changes)?;
        Ok(password_settings(&after))
    }

    #[test]
    fn an_organisation_that_says_nothing_has_the_defaults() {
        let defaults = PasswordSettings { banned: vec![], lockout_threshold: 10, lockout: Duration::from_secs(60) };
        assert_eq!(password_settings(&directory()), defaults);
        assert_eq!(set(&[]).unwrap(), defaults);
    }

    #[test]
    fn what_the_organisation_says_counts_and_nonsense_is_refused() {
        let said =
            set(&[(LIST, "kestrel\tmoorland\r\n"), (LOCKOUT_THRESHOLD, "3"), (LOCKOUT_DURATION, "120")]).unwrap();
        assert_eq!((said.banned, said.lockout_threshold), (vec!["kestrel".to_owned(), "moorland".to_owned()], 3));
        assert_eq!(said.lockout, Duration::from_secs(120));
        assert_eq!(set(&[(LIST, "kestrel"), (CHECK_WORDS, "False")]).unwrap().banned, [""; 0]);
        let many = vec!["kestrel"; WORDS_MAX + 1].join("\t");
        for (name, value) in [
            ("Unheard", "x"),
            (LIST, "abc"),
            (LIST, "seventeen-letters"),
            (LIST, many.as_str()),
            (LOCKOUT_THRESHOLD, "0"),
            (LOCKOUT_THRESHOLD, "many"),
            (LOCKOUT_DURATION, "4"),
            (CHECK_WORDS, "maybe"),
        ] {
            assert!(set(&[(name, value)]).is_err(), "{name}={value}");
        }
        assert!(set(&[(LOCKOUT_THRESHOLD, "3"), (LOCKOUT_THRESHOLD, "4")]).is_err());
    }
}
