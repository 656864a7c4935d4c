//! The ways in which this crate fails. A [`KeyFault`] is for the operator (a file, a wrong master key); a [`JwtError`] or
//! [`CertError`] is for whoever presented the token or the certificate. None of them ever carries a secret or a token.

use std::fmt;
use std::path::{Path, PathBuf};

use directory::TenantId;

/// Something the operator has to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// A file could not be read or written: what was being done, where, and the system's words.
    Storage { doing: &'static str, path: PathBuf, cause: String },
    /// A sealed file does not open: another master key sealed it, or it was altered.
    DoesNotOpen { path: PathBuf },
    /// A file opened but does not say what it should.
    Corrupt { path: PathBuf, what: &'static str },
    /// The master key is not 32 bytes, nor text for 32 bytes.
    MasterKey,
    /// The master key file can be read by other users of the machine.
    MasterKeyExposed { path: PathBuf },
    /// No keys were made for this tenant: [`crate::Keys::ensure_tenant`] comes first.
    UnknownTenant(TenantId),
    /// No key with this `kid`.
    UnknownKey(String),
    /// A tenant already holds as many signing keys as it may.
    TooManyKeys,
    /// Sealed data was made for another purpose or tenant, or was altered.
    SealedElsewhere,
    /// A password longer than [`crate::PASSWORD_BYTES_MAX`].
    PasswordTooLong,
    /// A name or address that cannot stand in a certificate.
    CertificateName(String),
    /// The cryptographic library refused something that should not fail; says what.
    Crypto(&'static str),
}

impl KeyFault {
    pub(crate) fn storage(doing: &'static str, path: &Path, cause: &std::io::Error) -> KeyFault {
        KeyFault::Storage { doing, path: path.to_owned(), cause: cause.to_string() }
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyFault::Storage { doing, path, cause } => write!(f, "could not {doing} `{}`: {cause}", path.display()),
            KeyFault::DoesNotOpen { path } => {
                write!(f, "`{}` does not open: it was altered, or sealed under another master key", path.display())
            }
            KeyFault::Corrupt { path, what } => write!(f, "`{}` is damaged: {what}", path.display()),
            KeyFault::MasterKey => {
                f.write_str("the master key must be 32 bytes, or base64url or hexadecimal text for them")
            }
            KeyFault::MasterKeyExposed { path } => {
                write!(f, "`{}` can be read by other users; run chmod 600 on it", path.display())
            }
            KeyFault::UnknownTenant(tenant) => write!(f, "there are no keys for tenant `{tenant}`"),
            KeyFault::UnknownKey(kid) => write!(f, "there is no signing key `{kid}`"),
            KeyFault::TooManyKeys => {
                f.write_str("the tenant has too many signing keys; release some that are retained")
            }
            KeyFault::SealedElsewhere => f.write_str("the sealed data was altered, or sealed for something else"),
            KeyFault::PasswordTooLong => {
                write!(f, "a password has at most {} bytes; choose a shorter one", crate::PASSWORD_BYTES_MAX)
            }
            KeyFault::CertificateName(name) => write!(f, "`{name}` cannot stand in a certificate; give a DNS name"),
            KeyFault::Crypto(what) => write!(f, "could not {what}"),
        }
    }
}

impl std::error::Error for KeyFault {}

/// Why a JSON Web Token or a JSON Web Key was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwtError {
    /// Not a compact JWS, or longer than [`crate::TOKEN_BYTES_MAX`]; says what is wrong with it.
    Malformed(&'static str),
    /// `alg` is none, symmetric, unknown, or not the algorithm of the key (RFC 8725 §3.1).
    Algorithm,
    /// A header parameter that is not accepted: `crit`, `jku`, `x5u`, `b64` (RFC 8725 §3.10).
    Header(&'static str),
    /// `typ` is not the kind of token that is expected here (RFC 8725 §3.11).
    Typ,
    /// No key of the presenter matches, or the key has ended.
    UnknownKey,
    /// A key that is not accepted; says why.
    Key(&'static str),
    /// The certificate of the key is not valid now.
    CertificateTime,
    /// The signature does not match.
    Signature,
    /// A claim is missing or has the wrong type; names it.
    Claim(&'static str),
    /// A claim is not about this request or presenter; names it.
    Mismatch(&'static str),
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
    /// `exp` lies further ahead than allowed.
    Lifetime,
    /// `iss` is another.
    Issuer,
    /// `aud` does not name us.
    Audience,
    /// `sub` is another.
    Subject,
    /// The keys themselves could not be read.
    Fault(KeyFault),
}

impl fmt::Display for JwtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JwtError::Malformed(what) => write!(f, "the token is malformed: {what}"),
            JwtError::Algorithm => f.write_str("the token's algorithm is not accepted for this key"),
            JwtError::Header(name) => write!(f, "the token's header parameter `{name}` is not accepted"),
            JwtError::Typ => f.write_str("the token is of another type"),
            JwtError::UnknownKey => f.write_str("the token is signed with an unknown or ended key"),
            JwtError::Key(why) => write!(f, "the key is not accepted: {why}"),
            JwtError::CertificateTime => f.write_str("the certificate is not valid now"),
            JwtError::Signature => f.write_str("the token's signature does not match"),
            JwtError::Claim(name) => write!(f, "the token's claim `{name}` is missing or has the wrong type"),
            JwtError::Mismatch(name) => write!(f, "the token's claim `{name}` does not fit the request"),
            JwtError::Expired => f.write_str("the token has expired"),
            JwtError::NotYetValid => f.write_str("the token is not valid yet"),
            JwtError::Lifetime => f.write_str("the token is valid for too long"),
            JwtError::Issuer => f.write_str("the token was issued by another"),
            JwtError::Audience => f.write_str("the token is meant for another audience"),
            JwtError::Subject => f.write_str("the token speaks about another subject"),
            JwtError::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for JwtError {}

impl From<KeyFault> for JwtError {
    fn from(fault: KeyFault) -> JwtError {
        JwtError::Fault(fault)
    }
}

/// Why a certificate or a certificate request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertError {
    /// Not the DER or PEM it should be; says what is wrong with it.
    Malformed(&'static str),
    /// The key is too weak, or of a kind that is not accepted.
    Key(&'static str),
    /// The signature of a request does not match its key.
    RequestSignature,
    /// Not issued by the device authority of the tenant it names.
    Foreign,
    /// Not valid at this time.
    Time,
    /// Not a device's or a client's certificate (no client authentication, or a CA).
    Usage,
    /// Its issuer has taken it, or an authority above it, back.
    Revoked,
    /// Its issuer must say whether it was taken back, and no revocation list that counts says so.
    RevocationUnknown,
    /// The keys themselves could not be read or used.
    Fault(KeyFault),
}

impl fmt::Display for CertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CertError::Malformed(what) => write!(f, "the certificate or request is malformed: {what}"),
            CertError::Key(why) => write!(f, "the key is not accepted: {why}"),
            CertError::RequestSignature => f.write_str("the certificate request is not signed with its own key"),
            CertError::Foreign => f.write_str("the certificate was not issued by an authority that is trusted here"),
            CertError::Time => f.write_str("the certificate is not valid now"),
            CertError::Usage => f.write_str("the certificate is not one for proving who its holder is"),
            CertError::Revoked => f.write_str("the certificate was revoked by its issuer"),
            CertError::RevocationUnknown => {
                f.write_str("whether the certificate was revoked cannot be told now; try again later")
            }
            CertError::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for CertError {}

impl From<KeyFault> for CertError {
    fn from(fault: KeyFault) -> CertError {
        CertError::Fault(fault)
    }
}
