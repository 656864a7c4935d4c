//! Everything that needs a private key or cryptography: token signing, the certificate authority, sealed secrets,
//! passwords, random secrets. The only crate with private keys; it gives out signatures and certificates, never a key
//! (except the TLS key of the server itself, which the listener needs).
//!
//! [`Keys`] is all keys of a server, opened from a folder. The rest are plain functions and values that protocols need:
//! [`verify_assertion`] for tokens that clients and devices signed, [`Secret`] for fresh secrets, [`pkce_s256_matches`] and
//! other hashes.
//!
//! Deliberately absent: a clock (`now` is always passed in), threads and async (what is slow says so), HTTP (nobody's keys
//! are fetched here), and any opinion on who may have a token.

mod algorithm;
mod assertion;
mod authority;
pub mod base64url;
mod bcrypt_blob;
mod breached;
mod certificate;
mod chain;
mod claims;
mod confirmation;
mod device;
mod digest;
mod dpop;
mod fault;
mod holder;
mod jws;
mod keys;
mod material;
mod nonce;
mod oath;
mod package;
mod passkey;
mod password;
mod public_key;
mod random;
mod record;
mod ring;
mod rings;
mod seal;
mod sealed;
mod secret;
mod session_key;
mod signing_key;
#[cfg(any(test, feature = "testing"))]
#[allow(clippy::indexing_slicing, reason = "what a test asks for is there")]
pub mod testing;
mod tls;
mod tpm;
mod vault;
mod verified;

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod mutate;
#[cfg(test)]
mod scratch;

pub use algorithm::Algorithm;
pub use assertion::{KEYS_TRIED_MAX, verify_assertion, verify_event, verify_proof, verify_request, verify_with_jwk};
pub use bcrypt_blob::REGISTERED_KEY_BYTES_MAX;
pub use certificate::{CERTIFICATE_NAMES_MAX, CertificateFacts, is_same_name};
pub use chain::{AUTHORITIES_MAX, CRL_BYTES_MAX, TrustedAuthority, crl_next_update, verify_client_certificate};
pub use claims::{Claims, Expect, LEEWAY_SECONDS, peek};
pub use confirmation::Bound;
pub use device::{DEVICE_DAYS_MAX, DeviceCertificate, DeviceJoin, requested_public_key};
pub use digest::{constant_time_eq, hmac_sha256, pkce_s256_matches, sha1_thumbprint, sha256};
pub use dpop::{DPOP_PROOFS, DPOP_SECONDS, DpopError, DpopExpect, DpopProof};
pub use fault::{CertError, JwtError, KeyFault};
pub use holder::{Holder, HolderError};
pub use jws::{Header, TOKEN_BYTES_MAX, X5C_MAX};
pub use keys::Keys;
pub use material::{RSA_BITS_MAX, RSA_BITS_MIN};
pub use nonce::{FreshNonce, NONCE_SECONDS};
pub use oath::OathSeed;
pub use package::{PackageCheck, PackageKey, PackageOpener};
pub use passkey::{Assertion, Ceremony, NewCredential, PASSKEY_ANSWER_BYTES_MAX, PasskeyError, Passkeys};
pub use password::{PASSWORD_BYTES_MAX, PasswordCheck, Passwords, nfkc};
pub use public_key::{CERTIFICATE_BYTES_MAX, PublicKey};
pub use random::{random_bytes, random_uuid};
pub use record::{KeyState, OVERLAP_DAYS, PUBLISHED_AHEAD_DAYS, SIGNING_DAYS, SIGNING_KEYS_MAX};
pub use ring::KeyInfo;
pub use secret::{
    ACCESS_PASS_CHARS_MAX, ACCESS_PASS_CHARS_MIN, SECRET_HINT_CHARS, Secret, USER_CODE_CHARS_MAX, USER_CODE_CHARS_MIN,
};
pub use session_key::{KeyDerivation, SessionKey, SessionRequest};
pub use tls::{TLS_DAYS, TLS_NAMES_MAX, TlsCertificate};
pub use tpm::{TPM_KEY_BYTES_MAX, TpmCredential, TpmKey};
pub use vault::MasterKey;
