//! What the pages say, in the person's language.
//!
//! Each language is one table of Rust constants: a key that a template names and no table has does not compile, nothing is
//! parsed or loaded at run time, and no library is needed. (Fluent was weighed: its plurals and selectors are worth much
//! where sentences count things; these pages count almost nothing, and its keys are looked up by text while running.)
//!
//! **To add a text**: one line `key: "text",` in `en.rs`, in your page's section. A page says it as
//! `{{ frame.words.key }}`, and Rust code as `desk.words().key`. `{name}` in a text is a place for a value, filled in by
//! `{{ frame.words.key.with([("name", value)]) }}` (HTML: the value is escaped, set in bold, and kept from turning round
//! in right-to-left text) or by [`fill`] (plain text). Keys `aadsts…` explain the error of that number to people; see
//! [`Words::reason`]. Every language has to have the key: one that lacks it does not compile.
//! Say it there in the same words as its neighbours (a passkey is one thing on every page).
//!
//! Deliberately absent: what programs read (`error_description`), which stays English, and the names that an organisation
//! gave to its own things.

mod ar;
mod choice;
mod de;
mod en;
mod es;
mod fr;
mod ja;

use askama::filters::HtmlSafe;
use std::fmt;

pub(crate) use choice::{Language, choose};
pub(crate) use en::Words;

use signin::Weakness;

/// A text with its values, as HTML.
#[derive(Debug)]
pub(crate) struct Phrase(String);

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// The text is ours and the values are escaped where they are filled in.
impl HtmlSafe for Phrase {}

/// Filling in the values of a text for a page.
pub(crate) trait With {
    /// The text as HTML with its values in bold. `<bdi>` keeps a name in another script from moving its neighbours.
    fn with(&self, values: &[(&str, &str)]) -> Phrase;
}

impl With for str {
    fn with(&self, values: &[(&str, &str)]) -> Phrase {
        let mut html = String::with_capacity(self.len() + 64 * values.len());
        put(&mut html, self, |html, name| match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => {
                html.push_str("<strong><bdi>");
                escape(html, value);
                html.push_str("</bdi></strong>");
            }
            None => html.push_str(name),
        });
        Phrase(html)
    }
}

/// A text with its values, as plain text.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    put(&mut filled, text, |filled, name| {
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or(name, |(_, value)| value));
    });
    filled
}

/// Copy a text; `value` writes what stands at each `{name}`.
fn put(to: &mut String, text: &str, value: impl Fn(&mut String, &str)) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        to.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        value(to, name);
        rest = after;
    }
    to.push_str(rest);
}

fn escape(to: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\'' => to.push_str("&#39;"),
            c => to.push(c),
        }
    }
}

impl Words {
    /// What the error of this AADSTS number means to a person and what they can do, if the number is one that people see.
    pub(crate) fn reason(&self, code: u32) -> Option<&'static str> {
        let key = format!("aadsts{code}");
        self.all().into_iter().find(|(known, _)| *known == key).map(|(_, text)| text)
    }

    /// Why a password is not taken.
    pub(crate) fn weakness(&self, weakness: Weakness) -> String {
        match weakness {
            Weakness::TooShort(least) => fill(self.password_too_short, &[("count", &least.to_string())]),
            Weakness::TooLong => fill(self.password_too_long, &[("count", &signin::LENGTH_MAX.to_string())]),
            Weakness::Banned | Weakness::TooEasy => self.password_too_easy.to_owned(),
            Weakness::Name => self.password_has_name.to_owned(),
            Weakness::Breached => self.password_has_leaked.to_owned(),
            Weakness::Same => self.password_is_same.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the values that a text has places for, in order.
    fn places(text: &str) -> Vec<String> {
        let found = std::cell::RefCell::new(Vec::new());
        put(&mut String::new(), text, |_, name| found.borrow_mut().push(name.to_owned()));
        let mut found = found.into_inner();
        found.sort();
        found
    }

    #[test]
    fn every_language_has_places_for_the_same_values() {
        for language in Language::ALL {
            for ((key, text), (_, english)) in language.words().all().into_iter().zip(en::EN.all()) {
                assert_eq!(places(text), places(english), "{key} in {language:?}");
                assert!(!text.trim().is_empty() && text.trim() == text, "{key} in {language:?}: `{text}`");
            }
        }
    }

    /// Words that are spelt as in English somewhere.
    const SAME: [&str; 9] = [
        "user_code",
        "reset_code",
        "error_code",
        "passkey",
        "method_name",
        "application",
        "terms",
        "sessions",
        "outcome",
    ];

    #[test]
    fn nothing_was_left_in_english() {
        for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
            for ((key, text), (_, english)) in language.words().all().into_iter().zip(en::EN.all()) {
                assert!(text != english || SAME.contains(&key), "{key} in {language:?}: {text}");
            }
        }
    }

    #[test]
    fn values_are_escaped_and_set_apart() {
        let phrase = "Hello {who}, {what}!".with(&[("who", "<b>&'\""), ("what", "x{who}")]);
        let expect = "Hello <strong><bdi>&lt;b&gt;&amp;&#39;&quot;</bdi></strong>, <strong><bdi>x{who}</bdi></strong>!";
        assert_eq!(phrase.to_string(), expect);
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
    }

    #[test]
    fn an_error_is_explained_in_each_language() {
        for language in Language::ALL {
            assert!(language.words().reason(50_126).is_some());
            assert_eq!(language.words().reason(1), None);
        }
    }
}
