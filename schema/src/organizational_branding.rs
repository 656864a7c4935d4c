//! organizationalBranding: how the sign-in pages of an organisation look, and how they differ by language.
//!
//! The images are streams (`bannerLogo`, …): they are written and read as bytes at paths of their own, and the object says
//! where each is served in `…RelativeUrl`. `customCSS` has no such path: it could paint over
//! what the pages must show.

use directory::{Attr, EnumDef, Kind, LinkDef, RecordDef};

use crate::application::KEY_VALUE_RECORD;
pub use crate::keys::ID;
use crate::shape::{field, members, record, shape, text};

pub const BACKGROUND_COLOR: Attr<str> = Attr::new("backgroundColor");
pub const BACKGROUND_IMAGE_RELATIVE_URL: Attr<str> = Attr::new("backgroundImageRelativeUrl");
pub const BANNER_LOGO_RELATIVE_URL: Attr<str> = Attr::new("bannerLogoRelativeUrl");
pub const CDN_LIST: Attr<[String]> = Attr::new("cdnList");
pub const CUSTOM_PRIVACY_AND_COOKIES_TEXT: Attr<str> = Attr::new("customPrivacyAndCookiesText");
pub const CUSTOM_PRIVACY_AND_COOKIES_URL: Attr<str> = Attr::new("customPrivacyAndCookiesUrl");
pub const CUSTOM_TERMS_OF_USE_TEXT: Attr<str> = Attr::new("customTermsOfUseText");
pub const CUSTOM_TERMS_OF_USE_URL: Attr<str> = Attr::new("customTermsOfUseUrl");
pub const FAVICON_RELATIVE_URL: Attr<str> = Attr::new("faviconRelativeUrl");
pub const HEADER_BACKGROUND_COLOR: Attr<str> = Attr::new("headerBackgroundColor");
pub const HEADER_LOGO_RELATIVE_URL: Attr<str> = Attr::new("headerLogoRelativeUrl");
pub const SIGN_IN_PAGE_TEXT: Attr<str> = Attr::new("signInPageText");
pub const SQUARE_LOGO_DARK_RELATIVE_URL: Attr<str> = Attr::new("squareLogoDarkRelativeUrl");
pub const SQUARE_LOGO_RELATIVE_URL: Attr<str> = Attr::new("squareLogoRelativeUrl");
pub const USERNAME_HINT_TEXT: Attr<str> = Attr::new("usernameHintText");

/// The `id` of an organisation's own branding; those of its localizations are languages.
pub const DEFAULT_BRANDING: &str = "0";

pub static ORGANIZATIONAL_BRANDING_PROPERTIES: Kind = Kind::new(
    "organizationalBrandingProperties",
    &[
        ID.def().on_create().required().unique(),
        BACKGROUND_COLOR.def(),
        BACKGROUND_IMAGE_RELATIVE_URL.def().system(),
        BANNER_LOGO_RELATIVE_URL.def().system(),
        CDN_LIST.def().system(),
        record("contentCustomization", &CONTENT_CUSTOMIZATION_RECORD),
        text("customCSSRelativeUrl").system(),
        text("customAccountResetCredentialsUrl"),
        text("customCannotAccessYourAccountText"),
        text("customCannotAccessYourAccountUrl"),
        text("customForgotMyPasswordText"),
        CUSTOM_PRIVACY_AND_COOKIES_TEXT.def(),
        CUSTOM_PRIVACY_AND_COOKIES_URL.def(),
        text("customResetItNowText"),
        CUSTOM_TERMS_OF_USE_TEXT.def(),
        CUSTOM_TERMS_OF_USE_URL.def(),
        FAVICON_RELATIVE_URL.def().system(),
        HEADER_BACKGROUND_COLOR.def(),
        HEADER_LOGO_RELATIVE_URL.def().system(),
        record("loginPageLayoutConfiguration", &LOGIN_PAGE_LAYOUT_CONFIGURATION_RECORD),
        record("loginPageTextVisibilitySettings", &LOGIN_PAGE_TEXT_VISIBILITY_SETTINGS_RECORD),
        SIGN_IN_PAGE_TEXT.def(),
        SQUARE_LOGO_DARK_RELATIVE_URL.def().system(),
        SQUARE_LOGO_RELATIVE_URL.def().system(),
        USERNAME_HINT_TEXT.def(),
    ],
    &[],
)
.abstract_kind()
.keyed_by(&["id"]);

pub static ORGANIZATIONAL_BRANDING: Kind = Kind::new(
    "organizationalBranding",
    &[],
    &[LinkDef::contained("localizations", &ORGANIZATIONAL_BRANDING_LOCALIZATION)],
)
.under(&ORGANIZATIONAL_BRANDING_PROPERTIES);

pub static ORGANIZATIONAL_BRANDING_LOCALIZATION: Kind =
    Kind::new("organizationalBrandingLocalization", &[], &[]).under(&ORGANIZATIONAL_BRANDING_PROPERTIES);

/// The images: as a path names each, where the object says that it is served, and its most bytes.
pub static IMAGES: [(&str, Attr<str>, usize); 6] = [
    ("backgroundImage", BACKGROUND_IMAGE_RELATIVE_URL, 300 << 10),
    ("bannerLogo", BANNER_LOGO_RELATIVE_URL, 50 << 10),
    ("favicon", FAVICON_RELATIVE_URL, 50 << 10),
    ("headerLogo", HEADER_LOGO_RELATIVE_URL, 50 << 10),
    ("squareLogo", SQUARE_LOGO_RELATIVE_URL, 50 << 10),
    ("squareLogoDark", SQUARE_LOGO_DARK_RELATIVE_URL, 50 << 10),
];

pub static CONTENT_CUSTOMIZATION_RECORD: RecordDef = shape(
    "contentCustomization",
    &[
        field::records("attributeCollection", &KEY_VALUE_RECORD),
        field::text("attributeCollectionRelativeUrl"),
        field::records("registrationCampaign", &KEY_VALUE_RECORD),
        field::text("registrationCampaignRelativeUrl"),
    ],
);

pub static LOGIN_PAGE_LAYOUT_CONFIGURATION_RECORD: RecordDef = shape(
    "loginPageLayoutConfiguration",
    &[
        field::flag("isFooterShown"),
        field::flag("isHeaderShown"),
        field::choice("layoutTemplateType", &LAYOUT_TEMPLATE_TYPE_VALUES),
    ],
);

pub static LOGIN_PAGE_TEXT_VISIBILITY_SETTINGS_RECORD: RecordDef = shape(
    "loginPageTextVisibilitySettings",
    &[
        field::flag("hideAccountResetCredentials"),
        field::flag("hideCannotAccessYourAccount"),
        field::flag("hideForgotMyPassword"),
        field::flag("hidePrivacyAndCookies"),
        field::flag("hideResetItNow"),
        field::flag("hideTermsOfUse"),
    ],
);

pub static LAYOUT_TEMPLATE_TYPE_VALUES: EnumDef =
    members("layoutTemplateType", &["default", "verticalSplit", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &CONTENT_CUSTOMIZATION_RECORD,
    &LOGIN_PAGE_LAYOUT_CONFIGURATION_RECORD,
    &LOGIN_PAGE_TEXT_VISIBILITY_SETTINGS_RECORD,
];
