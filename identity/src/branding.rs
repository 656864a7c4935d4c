//! What is true of every branding: colours are colours, addresses can be visited, texts fit the pages.

use directory::{Attr, Call, Change, Check, Object, Refusal, Snapshot, Type};
use schema::ID;
use schema::organizational_branding::{
    BACKGROUND_COLOR, HEADER_BACKGROUND_COLOR, ORGANIZATIONAL_BRANDING, ORGANIZATIONAL_BRANDING_LOCALIZATION,
    SIGN_IN_PAGE_TEXT, USERNAME_HINT_TEXT,
};

pub(crate) const CHECK: Check = Check { kind: &ORGANIZATIONAL_BRANDING, complete: None, check: Some(check) };
pub(crate) const LOCALIZATION: Check =
    Check { kind: &ORGANIZATIONAL_BRANDING_LOCALIZATION, complete: None, check: Some(check) };

/// As Graph documents it: the text on the sign-in page, in characters …
const SIGN_IN_PAGE_TEXT_MAX: usize = 1024;
/// … and the hint at the user name.
const USERNAME_HINT_TEXT_MAX: usize = 64;
/// Any other text or address.
const TEXT_MAX: usize = 256;

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        if let Some(branding) = after.find_a(&ORGANIZATIONAL_BRANDING, change.subject()) {
            texts(branding)?;
        } else if let Some(branding) = after.find_a(&ORGANIZATIONAL_BRANDING_LOCALIZATION, change.subject()) {
            texts(branding)?;
            let id = branding.get(ID).unwrap_or_default();
            if !is_language(id) {
                return Err(Refusal::invalid(format!("`{id}` is not a language such as `fr` or `fr-FR`")).at(ID.name));
            }
        }
    }
    Ok(())
}

fn texts(branding: &Object) -> Result<(), Refusal> {
    for colour in [BACKGROUND_COLOR, HEADER_BACKGROUND_COLOR] {
        if branding.get(colour).is_some_and(|text| !is_colour(text)) {
            return Err(Refusal::invalid("a colour is written as `#RRGGBB`").at(colour.name));
        }
    }
    for definition in ORGANIZATIONAL_BRANDING.all_attributes().filter(|a| matches!(a.ty, Type::Text) && !a.many) {
        let attribute: Attr<str> = Attr::new(definition.name);
        let Some(text) = branding.get(attribute) else { continue };
        let most = if attribute.id == SIGN_IN_PAGE_TEXT.id {
            SIGN_IN_PAGE_TEXT_MAX
        } else if attribute.id == USERNAME_HINT_TEXT.id {
            USERNAME_HINT_TEXT_MAX
        } else {
            TEXT_MAX
        };
        if text.chars().count() > most {
            return Err(Refusal::limit(format!("the text has more than {most} characters")).at(definition.name));
        }
        if definition.name.ends_with("Url") && !definition.name.ends_with("RelativeUrl") && !is_address(text) {
            let why = "the address must begin with `https://` and hold no spaces";
            return Err(Refusal::invalid(why).at(definition.name));
        }
    }
    Ok(())
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// An address that a page may lead to: nothing that a browser would carry out.
fn is_address(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()))
}

/// A language tag as far as brandings need one (BCP 47): subtags of letters and digits, the first of two or three letters.
fn is_language(id: &str) -> bool {
    let mut subtags = id.split('-');
    let is_first =
        subtags.next().is_some_and(|s| matches!(s.len(), 2 | 3) && s.bytes().all(|b| b.is_ascii_alphabetic()));
    is_first && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_addresses_and_languages_pass_for_such() {
        for (text, expect) in
            [("#0B5cad", true), ("#fff", false), ("red", false), ("#12345g", false), ("#00000\u{e9}", false)]
        {
            assert_eq!(is_colour(text), expect, "{text}");
        }
        for (text, expect) in [
            ("https://xyz.example/privacy?l=de", true),
            ("http://xyz.example", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://xyz.example/a b", false),
        ] {
            assert_eq!(is_address(text), expect, "{text}");
        }
        for (text, expect) in [("fr", true), ("zh-Hans-CN", true), ("0", false), ("french", false), ("fr-", false)] {
            assert_eq!(is_language(text), expect, "{text}");
        }
    }
}
