//! mutualTlsOauthConfiguration: authorities whose certificates applications prove themselves with (RFC 8705 §2.1).

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::DISPLAY_NAME;
use crate::shape::{field, members, shape};

pub const CERTIFICATE_AUTHORITIES: Attr<[Record]> = Attr::new("certificateAuthorities");
pub const TLS_CLIENT_AUTH_PARAMETER: Attr<str> = Attr::new("tlsClientAuthParameter");

/// Authorities that an organisation trusts with something.
pub static TRUSTED_CERTIFICATE_AUTHORITY_BASE: Kind = Kind::new(
    "trustedCertificateAuthorityBase",
    &[CERTIFICATE_AUTHORITIES.def().of(Type::Record(&CERTIFICATE_AUTHORITY_RECORD)).required()],
    &[],
)
.under(&DIRECTORY_OBJECT)
.abstract_kind();

/// The name in a certificate by which applications are told apart, and who issues such certificates.
pub static MUTUAL_TLS_OAUTH_CONFIGURATION: Kind = Kind::new(
    "mutualTlsOauthConfiguration",
    &[
        DISPLAY_NAME.def(),
        TLS_CLIENT_AUTH_PARAMETER.def().of(Type::Enum(&TLS_CLIENT_REGISTRATION_METADATA_VALUES)).required(),
    ],
    &[],
)
.under(&TRUSTED_CERTIFICATE_AUTHORITY_BASE);

pub static CERTIFICATE_AUTHORITY_RECORD: RecordDef = shape(
    "certificateAuthority",
    &[
        field::bytes("certificate"),
        field::text("certificateRevocationListUrl"),
        field::text("deltaCertificateRevocationListUrl"),
        field::flag("isRootAuthority"),
        field::text("issuer"),
        field::text("issuerSki"),
    ],
);

pub static TLS_CLIENT_REGISTRATION_METADATA_VALUES: EnumDef = members(
    "tlsClientRegistrationMetadata",
    &[
        "tls_client_auth_subject_dn",
        "tls_client_auth_san_dns",
        "tls_client_auth_san_uri",
        "tls_client_auth_san_ip",
        "tls_client_auth_san_email",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&CERTIFICATE_AUTHORITY_RECORD];
