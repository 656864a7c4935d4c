//! What every page has around it: the organisation and how it looks, the language, and where its forms lead.

use schema::organization::ORGANIZATION;

use crate::branding::Brand;
use crate::request::Desk;
use crate::words::{Language, Words};

/// The frame of a page; templates know it as `frame`.
pub(crate) struct Frame {
    pub organisation: String,
    /// Where the forms of the flow lead. It says the language that the client asked for, so that the next page speaks it too.
    pub action: String,
    /// Where a forgotten password is reset.
    pub reset: String,
    pub language: Language,
    pub words: &'static Words,
    pub brand: Brand,
}

impl Frame {
    /// Around a page that belongs to no organisation, because none was found.
    pub(crate) fn of_nobody(language: Language) -> Frame {
        Frame {
            organisation: "Castellan".to_owned(),
            action: String::new(),
            reset: "/passwordreset".to_owned(),
            language,
            words: language.words(),
            brand: Brand::default(),
        }
    }

    pub(crate) fn of(desk: &Desk<'_>) -> Frame {
        let organisation = desk.now.all(&ORGANIZATION).find_map(|o| o.get(schema::DISPLAY_NAME)).unwrap_or("Castellan");
        let language = desk.language;
        let is_asked = desk.request.ui_locales().is_some();
        let asked = if is_asked { format!("?ui_locales={}", language.tag()) } else { String::new() };
        Frame {
            organisation: organisation.to_owned(),
            reset: format!("/{}/passwordreset{asked}", desk.tenant),
            action: format!("/{}/oauth2/v2.0/login{asked}", desk.tenant),
            language,
            words: language.words(),
            brand: Brand::of(desk),
        }
    }
}
