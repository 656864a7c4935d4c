//! certificateBasedAuthPki: a public key infrastructure whose certificates people may sign in with, and its authorities.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Time, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{CREATED_DATE_TIME, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME};
use crate::shape::{flag, members, text};

pub const CERTIFICATE: Attr<[u8]> = Attr::new("certificate");
pub const CERTIFICATE_AUTHORITY_TYPE: Attr<str> = Attr::new("certificateAuthorityType");
pub const CERTIFICATE_REVOCATION_LIST_URL: Attr<str> = Attr::new("certificateRevocationListUrl");
pub const EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("expirationDateTime");
pub const ISSUER: Attr<str> = Attr::new("issuer");
pub const ISSUER_SUBJECT_KEY_IDENTIFIER: Attr<str> = Attr::new("issuerSubjectKeyIdentifier");
pub const THUMBPRINT: Attr<str> = Attr::new("thumbprint");
pub const CERTIFICATE_AUTHORITIES: LinkId = LinkId::of("certificateAuthorities");

/// A set of authorities that belong together.
pub static CERTIFICATE_BASED_AUTH_PKI: Kind = Kind::new(
    "certificateBasedAuthPki",
    &[
        DISPLAY_NAME.def().required(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        text("status").system(),
        text("statusDetails").system(),
    ],
    &[LinkDef::contained("certificateAuthorities", &CERTIFICATE_AUTHORITY_DETAIL)],
)
.under(&DIRECTORY_OBJECT);

/// One authority, told by its certificate. What the certificate says is filled in from it.
pub static CERTIFICATE_AUTHORITY_DETAIL: Kind = Kind::new(
    "certificateAuthorityDetail",
    &[
        CERTIFICATE.def().required().on_create(),
        CERTIFICATE_AUTHORITY_TYPE.def().of(Type::Enum(&CERTIFICATE_AUTHORITY_TYPE_VALUES)).required(),
        CERTIFICATE_REVOCATION_LIST_URL.def(),
        CREATED_DATE_TIME.def().system(),
        text("deltaCertificateRevocationListUrl"),
        DISPLAY_NAME.def(),
        EXPIRATION_DATE_TIME.def().system(),
        flag("isIssuerHintEnabled"),
        ISSUER.def().system(),
        ISSUER_SUBJECT_KEY_IDENTIFIER.def().system(),
        THUMBPRINT.def().system(),
    ],
    &[],
)
.under(&DIRECTORY_OBJECT);

pub static CERTIFICATE_AUTHORITY_TYPE_VALUES: EnumDef =
    members("certificateAuthorityType", &["root", "intermediate", "unknownFutureValue"]);
