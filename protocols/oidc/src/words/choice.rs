//! Which language a page is in: what the client asked for (`ui_locales`, OpenID Connect Core §3.1.2.1), else what the
//! browser prefers (`Accept-Language`, RFC 9110 §12.5.4), else the organisation's `preferredLanguage`, else English.

use super::{Words, ar, de, en, es, fr, ja};

/// A list of languages is read so far.
const RANGES_MAX: usize = 32;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
    French,
    Spanish,
    Japanese,
    Arabic,
}

impl Language {
    pub(crate) const ALL: [Language; 6] = [
        Language::English,
        Language::German,
        Language::French,
        Language::Spanish,
        Language::Japanese,
        Language::Arabic,
    ];

    /// The subtag of BCP 47, for `lang`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::French => "fr",
            Language::Spanish => "es",
            Language::Japanese => "ja",
            Language::Arabic => "ar",
        }
    }

    /// The direction of writing, for `dir`.
    pub(crate) const fn dir(self) -> &'static str {
        match self {
            Language::Arabic => "rtl",
            Language::English | Language::German | Language::French | Language::Spanish | Language::Japanese => "ltr",
        }
    }

    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Language::English => &en::EN,
            Language::German => &de::DE,
            Language::French => &fr::FR,
            Language::Spanish => &es::ES,
            Language::Japanese => &ja::JA,
            Language::Arabic => &ar::AR,
        }
    }

    /// The language that a tag such as `de-AT` begins with, if the pages speak it.
    pub(crate) fn of(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

/// The language to speak, from the most to the least particular wish.
pub(crate) fn choose(ui_locales: Option<&str>, accept: Option<&str>, organisation: Option<&str>) -> Language {
    let asked = ui_locales.and_then(|tags| tags.split_ascii_whitespace().take(RANGES_MAX).find_map(Language::of));
    asked.or_else(|| preferred(accept?)).or_else(|| Language::of(organisation?)).unwrap_or(Language::English)
}

/// The best of an `Accept-Language` list: the heaviest that is ours, the first of equals.
fn preferred(accept: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for range in accept.split(',').take(RANGES_MAX) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()).unwrap_or(0.0);
        let Some(language) = Language::of(tag.trim()) else { continue };
        if weight > best.map_or(0.0, |(heaviest, _)| heaviest) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::Language::{Arabic, English, French, German, Japanese, Spanish};
    use super::*;

    #[test]
    fn the_most_particular_wish_decides() {
        for (ui_locales, accept, organisation, expect) in [
            (None, None, None, English),
            (None, None, Some("es-MX"), Spanish),
            (None, Some("de-AT,de;q=0.9,en;q=0.8"), Some("es"), German),
            (None, Some("en;q=0.2, ar;q=0.7, fr;q=0.6"), None, Arabic),
            (None, Some("nl, ja;q=0.5"), Some("de"), Japanese),
            (None, Some("nl, *;q=0.5"), Some("de"), German),
            (None, Some("fr;q=0, nl"), None, English),
            (None, Some("fr;q=high"), Some("de"), German),
            (Some("nl fr-CA de"), Some("de"), None, French),
            (Some("tlh"), Some("ja"), None, Japanese),
            (Some(""), Some("DE"), None, German),
            (Some("english"), Some(";;,,q="), None, English),
        ] {
            assert_eq!(choose(ui_locales, accept, organisation), expect, "{ui_locales:?} {accept:?} {organisation:?}");
        }
    }
}
