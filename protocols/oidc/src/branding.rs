//! How an organisation's pages look: its texts, colours and images, in the language of the page.
//!
//! The pages' policy allows no style in the page itself, so the colours are a style sheet of their own, at an address that
//! changes with them. Images come from our own origin, and only those that the branding names. Where an organisation chose
//! a colour, the colour of the text on it is worked out, so that it can be read (WCAG 2.2 §1.4.3).

use bytes::Bytes;
use directory::{Attr, LinkId, Object};
use engine::{Body, full};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response};
use schema::ID;
use schema::organizational_branding as branding;
use schema::organizational_branding::{IMAGES, ORGANIZATIONAL_BRANDING};

use crate::answer;
use crate::error::Problem;
use crate::request::Desk;
use crate::words::Language;

const LOCALIZATIONS: LinkId = LinkId::of("localizations");

/// What the pages show of it; templates know it as `frame.brand`.
#[derive(Default)]
pub(crate) struct Brand {
    /// The address of the style sheet, if the organisation chose colours or a background.
    pub style: Option<String>,
    /// In the band across the top.
    pub header_logo: Option<String>,
    pub has_header: bool,
    /// In the card, in place of the organisation's name.
    pub logo: Option<String>,
    /// The same for dark screens.
    pub logo_dark: Option<String>,
    pub icon: Option<String>,
    /// Lines of the text beneath the sign-in form.
    pub text: Vec<String>,
    pub user_name_hint: Option<String>,
    /// An address, and what its link says where the organisation has words for it.
    pub privacy: Option<(String, Option<String>)>,
    pub terms: Option<(String, Option<String>)>,
}

impl Brand {
    pub(crate) fn of(desk: &Desk<'_>) -> Brand {
        let Some(found) = Found::of(desk) else { return Brand::default() };
        let address = |attribute| found.get(attribute).map(|relative| format!("/{relative}"));
        let link = |url, text| Some((found.get(url)?.to_owned(), found.get(text).map(str::to_owned)));
        let css = css(&found);
        let version: String = keys::base64url::encode(keys::sha256(css.as_bytes())).chars().take(12).collect();
        let style = format!("/{}/branding/{}.css?v={version}", desk.tenant, desk.language.tag());
        Brand {
            style: (!css.is_empty()).then_some(style),
            header_logo: address(branding::HEADER_LOGO_RELATIVE_URL),
            has_header: found.get(branding::HEADER_BACKGROUND_COLOR).is_some()
                || found.get(branding::HEADER_LOGO_RELATIVE_URL).is_some(),
            logo: address(branding::BANNER_LOGO_RELATIVE_URL).or_else(|| address(branding::SQUARE_LOGO_RELATIVE_URL)),
            logo_dark: address(branding::SQUARE_LOGO_DARK_RELATIVE_URL)
                .filter(|_| found.get(branding::BANNER_LOGO_RELATIVE_URL).is_none()),
            icon: address(branding::FAVICON_RELATIVE_URL),
            text: found.get(branding::SIGN_IN_PAGE_TEXT).map(lines).unwrap_or_default(),
            user_name_hint: found.get(branding::USERNAME_HINT_TEXT).map(str::to_owned),
            privacy: link(branding::CUSTOM_PRIVACY_AND_COOKIES_URL, branding::CUSTOM_PRIVACY_AND_COOKIES_TEXT),
            terms: link(branding::CUSTOM_TERMS_OF_USE_URL, branding::CUSTOM_TERMS_OF_USE_TEXT),
        }
    }
}

/// Answer `GET /{tenant}/branding/{language}.css` and `GET /{tenant}/branding/{sha256}`.
pub(crate) fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let name = desk.request.path.rsplit('/').next().unwrap_or_default();
    if let Some(language) = name.strip_suffix(".css").and_then(Language::of) {
        let css = Found::for_language(desk, language).as_ref().map(css).unwrap_or_default();
        return Ok(file("text/css; charset=utf-8", "public, max-age=300", css.into()));
    }
    let is_ours = named(desk).any(|served| served == format!("{}/branding/{name}", desk.tenant));
    if !is_ours {
        return Ok(answer::nothing_here());
    }
    let bytes = desk.engine.blob_get(name).map_err(|_| Problem::fault())?;
    let media_type = bytes.as_deref().and_then(media_type);
    let (Some(bytes), Some(media_type)) = (bytes, media_type) else { return Ok(answer::nothing_here()) };
    // Its name is the hash of its content: it never changes.
    Ok(file(media_type, "public, max-age=31536000, immutable", bytes.into()))
}

/// Every address that a branding of the organisation names.
fn named<'d>(desk: &'d Desk<'_>) -> impl Iterator<Item = &'d str> {
    let own = desk.now.all(&ORGANIZATIONAL_BRANDING);
    let localized = desk.now.all(&branding::ORGANIZATIONAL_BRANDING_LOCALIZATION);
    own.chain(localized).flat_map(|found| IMAGES.iter().filter_map(|(_, served, _)| found.get(*served)))
}

fn file(media_type: &'static str, caching: &'static str, bytes: Bytes) -> Response<Body> {
    let mut answer = Response::new(full(bytes));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    // Whoever opens it by itself gets nothing that runs.
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    answer
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        _ => None,
    }
}

/// The branding that a language sees: its own, and the organisation's where that says nothing.
struct Found<'d> {
    own: &'d Object,
    localized: Option<&'d Object>,
}

impl<'d> Found<'d> {
    fn of(desk: &'d Desk<'_>) -> Option<Found<'d>> {
        Found::for_language(desk, desk.language)
    }

    fn for_language(desk: &'d Desk<'_>, language: Language) -> Option<Found<'d>> {
        let own = desk.now.all(&ORGANIZATIONAL_BRANDING).next()?;
        let mut all = desk.now.links(own.id, LOCALIZATIONS).map(|link| link.object);
        let localized = all.find(|found| found.get(ID).and_then(Language::of) == Some(language));
        Some(Found { own, localized })
    }

    fn get(&self, attribute: Attr<str>) -> Option<&'d str> {
        let text = |object: &'d Object| object.get(attribute).filter(|text| !text.is_empty());
        self.localized.and_then(text).or_else(|| text(self.own))
    }
}

/// The style sheet: values for the variables of the common one. Everything in it was checked when it was written.
fn css(found: &Found<'_>) -> String {
    let mut css = String::new();
    if let Some((colour, ink)) = found.get(branding::BACKGROUND_COLOR).and_then(colour) {
        css.push_str(&format!("body{{--ground:{colour};--ground-ink:{ink}}}"));
    }
    if let Some((colour, ink)) = found.get(branding::HEADER_BACKGROUND_COLOR).and_then(colour) {
        css.push_str(&format!("body{{--band:{colour};--band-ink:{ink}}}"));
    }
    if let Some(image) = found.get(branding::BACKGROUND_IMAGE_RELATIVE_URL) {
        css.push_str(&format!("@media (min-width:40rem){{body{{background-image:url(\"/{image}\")}}}}"));
    }
    css
}

/// A colour, and black or white: whichever reads better on it. Nothing, if it is no colour.
fn colour(text: &str) -> Option<(&str, &'static str)> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    // WCAG 2.2: relative luminance of sRGB. It is as far from black as from white at 0.179.
    let linear = |shift: u32| {
        let part = f64::from((number >> shift) & 0xff) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0);
    Some((text, if luminance > 0.179 { "#000000" } else { "#ffffff" }))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{Org, authorize_url, run};
    use directory::{AttrId, Change, Id, Value};
    use engine::testing::TENANT;

    const OWN: Id = Id::from_u128(0xb0);
    const GERMAN: Id = Id::from_u128(0xb1);
    const LOGO: &[u8] = b"\x89PNG\r\n\x1a\nlogo";

    async fn branded(org: &Org, attributes: Vec<(AttrId, Value)>) {
        let with_id = |id: &str, mut attributes: Vec<(AttrId, Value)>| {
            attributes.push((ID.id, id.into()));
            attributes
        };
        let german = vec![(branding::SIGN_IN_PAGE_TEXT.id, "Hilfe: Anruf bei der Pforte".into())];
        let (own, local) = (&ORGANIZATIONAL_BRANDING, &branding::ORGANIZATIONAL_BRANDING_LOCALIZATION);
        org.change(vec![
            Change::Create { id: OWN, kind: own.id(), attributes: with_id("0", attributes) },
            Change::Create { id: GERMAN, kind: local.id(), attributes: with_id("de-DE", german) },
            Change::link(OWN, LOCALIZATIONS, GERMAN),
        ])
        .await;
    }

    #[test]
    fn the_ink_on_a_chosen_colour_can_be_read() {
        for (text, expect) in [
            ("#000000", Some("#ffffff")),
            ("#ffffff", Some("#000000")),
            ("#0b5cad", Some("#ffffff")),
            ("#ffcc00", Some("#000000")),
            ("#767676", Some("#000000")),
            ("red", None),
            ("#fff", None),
        ] {
            assert_eq!(colour(text).map(|(_, ink)| ink), expect, "{text}");
        }
    }

    #[test]
    fn pages_wear_the_organisations_texts_and_colours() {
        run(|org| async move {
            let sha256 = org.engine.blob_put(LOGO.to_vec()).await.unwrap();
            let served = format!("{TENANT}/branding/{sha256}");
            branded(
                &org,
                vec![
                    (branding::BACKGROUND_COLOR.id, "#ffcc00".into()),
                    (branding::SIGN_IN_PAGE_TEXT.id, "Help: <b>call</b> the desk".into()),
                    (branding::USERNAME_HINT_TEXT.id, "name@xyz.example".into()),
                    (branding::CUSTOM_PRIVACY_AND_COOKIES_URL.id, "https://xyz.example/privacy".into()),
                    (branding::BANNER_LOGO_RELATIVE_URL.id, served.as_str().into()),
                ],
            )
            .await;
            let page = org.get(&authorize_url(&[])).await.text;
            for part in [
                "Help: &#60;b&#62;call&#60;/b&#62; the desk",
                "name@xyz.example",
                "href=\"https://xyz.example/privacy\"",
                &format!("src=\"/{served}\""),
            ] {
                assert!(page.contains(part), "{part}: {page}");
            }
            assert!(!page.contains("style="), "the policy would not let it count");
            let at = page.find(&format!("/{TENANT}/branding/en.css?v=")).unwrap();
            let style = org.get(page[at..].split('"').next().unwrap()).await;
            assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
            assert_eq!(style.text, "body{--ground:#ffcc00;--ground-ink:#000000}");
            let german = org.get(&authorize_url(&[("ui_locales", "de")])).await.text;
            assert!(german.contains("Hilfe: Anruf") && german.contains("/branding/de.css"), "{german}");
            assert!(german.contains(&served), "what a language does not say, the organisation says: {german}");
        });
    }

    #[test]
    fn only_images_that_the_branding_names_are_served() {
        run(|org| async move {
            let logo = org.engine.blob_put(b"\xff\xd8\xffjpeg".to_vec()).await.unwrap();
            let page = org.engine.blob_put(b"<script>alert(1)</script>".to_vec()).await.unwrap();
            let other = org.engine.blob_put(LOGO.to_vec()).await.unwrap();
            branded(
                &org,
                vec![
                    (branding::BANNER_LOGO_RELATIVE_URL.id, format!("{TENANT}/branding/{logo}").into()),
                    (branding::FAVICON_RELATIVE_URL.id, format!("{TENANT}/branding/{page}").into()),
                ],
            )
            .await;
            let status = |name: String| {
                // Not text, so not an answer as the fixture reads it.
                let request = http::Request::get(format!("/{TENANT}/branding/{name}")).body(Bytes::new()).unwrap();
                let answer = org.oidc.answer(request);
                async move { answer.await.into_parts().0 }
            };
            let image = status(logo).await;
            assert_eq!(
                (image.status, image.headers["content-type"].to_str().unwrap()),
                (http::StatusCode::OK, "image/jpeg")
            );
            assert_eq!(image.headers["x-content-type-options"], "nosniff");
            for absent in [page, other, "x".repeat(64), "..".to_owned()] {
                assert_eq!(status(absent.clone()).await.status, http::StatusCode::NOT_FOUND, "{absent}");
            }
        });
    }
}
