//! fido2AuthenticationMethod: a passkey or security key of one user (WebAuthn).
//!
//! What Graph shows is what the authenticator said of itself at registration. The credential itself, its public key and its
//! sign count, is Castellan's own and never shown.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

use crate::authentication_method::AUTHENTICATION_METHOD;
pub use crate::keys::DISPLAY_NAME;
use crate::shape::{field, members, open_shape, shape};

pub const AA_GUID: Attr<str> = Attr::new("aaGuid");
pub const ATTESTATION_CERTIFICATES: Attr<[String]> = Attr::new("attestationCertificates");
pub const ATTESTATION_LEVEL: Attr<str> = Attr::new("attestationLevel");
pub const MODEL: Attr<str> = Attr::new("model");
pub const PASSKEY_TYPE: Attr<str> = Attr::new("passkeyType");
pub const PUBLIC_KEY_CREDENTIAL: Attr<Record> = Attr::new("publicKeyCredential");
pub const CREDENTIAL_DIGEST: Attr<str> = Attr::new("credentialDigest");
pub const CREDENTIAL: Attr<str> = Attr::new("credential");
pub const SIGN_COUNT: Attr<i64> = Attr::new("signCount");

/// `attestationLevel` of a key whose maker vouches for it.
pub const ATTESTED: &str = "attested";
pub const NOT_ATTESTED: &str = "notAttested";
/// `passkeyType` of a key that cannot leave its authenticator, and of one that is copied to others.
pub const DEVICE_BOUND: &str = "deviceBound";
pub const SYNCED: &str = "synced";

pub static FIDO2_AUTHENTICATION_METHOD: Kind = Kind::new(
    "fido2AuthenticationMethod",
    &[
        AA_GUID.def().system(),
        ATTESTATION_CERTIFICATES.def().system(),
        ATTESTATION_LEVEL.def().of(Type::Enum(&ATTESTATION_LEVEL_VALUES)).system(),
        DISPLAY_NAME.def(),
        MODEL.def().system(),
        PASSKEY_TYPE.def().of(Type::Enum(&PASSKEY_TYPE_VALUES)).system(),
        // Given when a client registers a key through Graph; kept as `credential`, never as it came.
        PUBLIC_KEY_CREDENTIAL.def().of(Type::Record(&WEBAUTHN_PUBLIC_KEY_CREDENTIAL_RECORD)).system().on_select(),
        // Castellan's own: the SHA-256 of the credential's id in hexadecimal; no credential is registered twice (WebAuthn
        // Level 3 §7.1 step 26).
        CREDENTIAL_DIGEST.def().secret().required().unique(),
        // Castellan's own: the public key with all that later assertions are checked against.
        CREDENTIAL.def().secret().required(),
        // Castellan's own: the authenticator's count at its last use; 0 where it does not count.
        SIGN_COUNT.def().secret(),
    ],
    &[],
)
.under(&AUTHENTICATION_METHOD);

pub static WEBAUTHN_PUBLIC_KEY_CREDENTIAL_RECORD: RecordDef = shape(
    "webauthnPublicKeyCredential",
    &[
        field::record("clientExtensionResults", &WEBAUTHN_CLIENT_OUTPUTS_RECORD),
        field::text("id"),
        field::record("response", &WEBAUTHN_ATTESTATION_RESPONSE_RECORD),
    ],
);

pub static WEBAUTHN_CLIENT_OUTPUTS_RECORD: RecordDef =
    open_shape(shape("webauthnAuthenticationExtensionsClientOutputs", &[]));

pub static WEBAUTHN_ATTESTATION_RESPONSE_RECORD: RecordDef = shape(
    "webauthnAuthenticatorAttestationResponse",
    &[field::text("attestationObject"), field::text("clientDataJSON")],
);

pub static ATTESTATION_LEVEL_VALUES: EnumDef =
    members("attestationLevel", &["attested", "notAttested", "unknownFutureValue"]);

pub static PASSKEY_TYPE_VALUES: EnumDef = members("passkeyType", &["deviceBound", "synced", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&WEBAUTHN_PUBLIC_KEY_CREDENTIAL_RECORD, &WEBAUTHN_CLIENT_OUTPUTS_RECORD, &WEBAUTHN_ATTESTATION_RESPONSE_RECORD];
