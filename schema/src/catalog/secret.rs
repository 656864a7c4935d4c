//! Values that nobody may read: how a policy holds them, where they belong in what is written, and what puts them there.
//!
//! In the directory and everywhere that people look, a secret is a token, which says nothing. What it stands for is sealed; who
//! may open it (a protocol, on the way to the device) puts it in its place with [`fill`].

use directory::{Id, Record, Value, id_from_text};

use super::{SettingDefinition, ValueKind};

/// Stands on both sides of a token. No value of a setting has it: texts are without control characters.
const EDGE: char = '\0';

/// The Graph type of a value that is a secret.
const TYPE: &str = "#microsoft.graph.deviceManagementConfigurationSecretSettingValue";
/// Graph: the value is the secret itself, as somebody has just written it.
pub const NOT_ENCRYPTED: &str = "notEncrypted";
/// Graph: the value is a token in its stead.
pub const ENCRYPTED_VALUE_TOKEN: &str = "encryptedValueToken";

/// The token that a `deviceManagementConfigurationSecretSettingValue` holds, if it holds one and nothing else.
#[must_use]
pub fn token(value: &Record) -> Option<Id> {
    if value.text("valueState") != Some(ENCRYPTED_VALUE_TOKEN) {
        return None;
    }
    value.text("value").and_then(id_from_text)
}

/// A token as a `deviceManagementConfigurationSecretSettingValue`.
#[must_use]
pub fn record(token: Id) -> Record {
    Record::new().with("@odata.type", TYPE).with("value", token.to_string()).with("valueState", ENCRYPTED_VALUE_TOKEN)
}

/// Every token within a value: a group of settings may have several.
#[must_use]
pub fn tokens_in(value: &Value) -> Vec<Id> {
    match value {
        Value::Guid(token) => vec![*token],
        Value::Record(record) => record.iter().flat_map(|(_, value)| tokens_in(value)).collect(),
        Value::List(items) => items.iter().flat_map(tokens_in).collect(),
        Value::Bool(_) | Value::Int(_) | Value::Double(_) | Value::Text(_) | Value::Time(_) | Value::Bytes(_) => vec![],
    }
}

/// Where a secret belongs in what is written.
pub(super) fn place(token: Id) -> String {
    format!("{EDGE}{token}{EDGE}")
}

/// The text with every secret in its place, as a GLib keyfile spells it; nothing, if one of them is not known.
pub fn fill(text: &str, mut secret: impl FnMut(Id) -> Option<String>) -> Option<String> {
    let mut filled = String::new();
    for (at, part) in text.split(EDGE).enumerate() {
        // Between two edges stands a token, outside them what was there before.
        if at % 2 == 0 {
            filled.push_str(part);
        } else {
            filled.push_str(&keyfile(&secret(id_from_text(part)?)?));
        }
    }
    Some(filled)
}

/// Whether something in a text waits for a secret.
#[must_use]
pub fn has_place(text: &str) -> bool {
    text.contains(EDGE)
}

/// The Desktop Entry Specification's escapes, which GLib's keyfiles share: a backslash, and blanks that would be cut off.
fn keyfile(secret: &str) -> String {
    let escaped = secret.replace('\\', "\\\\");
    let inner = escaped.trim_start_matches(' ');
    let before = escaped.len() - inner.len();
    let core = inner.trim_end_matches(' ');
    let after = inner.len() - core.len();
    format!("{}{core}{}", "\\s".repeat(before), "\\s".repeat(after))
}

impl SettingDefinition {
    /// Whether this secret may be kept; if not, why. What it says never repeats any of it.
    pub fn check_secret(&self, secret: &str) -> Result<(), String> {
        let ValueKind::Secret { minimum_length, maximum_length, characters } = &self.kind else {
            return Err("is not a secret".into());
        };
        if secret.chars().any(char::is_control) {
            return Err("takes one line without control characters".into());
        }
        if !(*minimum_length..=*maximum_length).contains(&secret.chars().count()) {
            return Err(format!("takes {minimum_length} to {maximum_length} characters"));
        }
        match characters {
            Some(allowed) if secret.chars().any(|c| !super::definition::is_among(allowed, c)) => {
                Err(format!("has a character that is not accepted; use {allowed}"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ONE: Id = Id::from_u128(1);

    #[test]
    fn a_secret_stands_in_its_place_as_a_keyfile_spells_it() {
        for (secret, expected) in [
            ("correct horse", "psk=correct horse\n"),
            (" a\\b ", "psk=\\sa\\\\b\\s\n"),
            ("\0{value}", "psk=\0{value}\n"),
            ("  ", "psk=\\s\\s\n"),
        ] {
            let text = format!("psk={}\n", place(ONE));
            assert!(has_place(&text));
            assert_eq!(fill(&text, |token| (token == ONE).then(|| secret.to_owned())).unwrap(), expected);
        }
        assert_eq!(fill(&place(ONE), |_| None), None, "what is not known is not written");
        assert_eq!(fill("plain", |_| None).unwrap(), "plain");
    }

    #[test]
    fn only_a_token_is_read_and_every_one_is_found() {
        assert_eq!(token(&record(ONE)), Some(ONE));
        for other in [record(ONE).with("valueState", NOT_ENCRYPTED), record(ONE).with("value", "word")] {
            assert_eq!(token(&other), None);
        }
        let group = Record::new().with("name", "office").with("psk", ONE).with("more", Value::List(vec![ONE.into()]));
        assert_eq!(tokens_in(&group.into()), [ONE, ONE]);
    }

    #[test]
    fn a_secret_that_does_not_fit_is_refused_without_repeating_it() {
        let psk = crate::catalog::find("linux.networkmanager.wifi_psk").unwrap();
        assert_eq!(psk.check_secret("long enough, ümlaut"), Ok(()));
        for (secret, why) in [("short", "8 to 64"), ("two\nlines here", "one line"), (&"x".repeat(65), "8 to 64")] {
            let told = psk.check_secret(secret).unwrap_err();
            assert!(told.contains(why) && !told.contains(secret), "{told}");
        }
        let key = crate::catalog::find("linux.networkmanager.wireguard_private_key").unwrap();
        assert!(key.check_secret(&"!".repeat(44)).unwrap_err().contains("not accepted"));
        assert_eq!(key.check_secret("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="), Ok(()));
        let other = crate::catalog::find("linux.networkmanager.wifi_ssid").unwrap();
        assert!(other.check_secret("any").is_err());
    }
}
