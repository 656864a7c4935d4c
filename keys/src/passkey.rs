//! Passkeys and security keys (WebAuthn Level 3): what a browser is asked, and whether its answer is true.
//!
//! The library verifies origin, relying party, challenge, user presence and verification, signature and attestation; this file
//! says which ceremonies there are and turns their outcomes into plain values. What lies between question and answer is a
//! text that the caller keeps on the server and gives back once.
//!
//! Every ceremony prefers user verification, and a key that verified its owner at registration must do so ever after. A key
//! that cannot is a second factor and no more. Deliberately absent: who may register what, which is policy, and where
//! credentials are kept.

use std::fmt;
use std::time::Duration;

use directory::Id;
use webauthn_rs::prelude::{
    AttestationCaList, AttestationCaListBuilder, AuthenticationResult, Credential, DiscoverableAuthentication,
    ParsedAttestationData, PublicKeyCredential, RegisterPublicKeyCredential, SecurityKey, SecurityKeyAuthentication,
    SecurityKeyRegistration, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::digest::sha256;

/// A browser's answer is at most so many bytes: an attestation carries a few certificates.
pub const PASSKEY_ANSWER_BYTES_MAX: usize = 32 << 10;
/// So many roots of makers are trusted at most.
const ROOTS_MAX: usize = 512;
/// A browser waits so long for the person.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Asks and verifies, for one origin.
pub struct Passkeys {
    webauthn: Webauthn,
    roots: AttestationCaList,
}

/// A question to a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// JSON: the argument of `navigator.credentials.create` or `.get`, with bytes as base64url.
    pub options: String,
    /// What the answer is checked against. Never leaves the server, and serves once.
    pub state: String,
}

/// A credential that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// To be kept; public, but of no use to anybody.
    pub credential: String,
    /// SHA-256 of the credential's id, in hexadecimal.
    pub digest: String,
    pub aa_guid: Option<String>,
    /// The maker's certificates, base64 of DER, the key's own first.
    pub certificates: Vec<String>,
    /// A trusted root vouches for the maker.
    pub is_attested: bool,
    /// The flag BE: it can be copied to other devices.
    pub is_synced: bool,
    pub is_user_verified: bool,
    pub sign_count: i64,
}

/// A credential that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// As it is to be kept from now on.
    pub credential: String,
    pub is_synced: bool,
    pub is_user_verified: bool,
    pub sign_count: i64,
}

/// Why an answer is not taken. Shown to nobody but the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyError {
    /// It cannot be read.
    Malformed,
    /// It was given to another origin or for another relying party.
    WrongOrigin,
    /// It answers another question.
    WrongChallenge,
    /// The key's count did not go up: it may have been copied.
    CountWentBack,
    /// The key did not verify its owner, and has to.
    NotVerified,
    /// The signature or the attestation is wrong, or the credential is another one.
    Untrue,
}

impl fmt::Display for PasskeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PasskeyError::Malformed => "the passkey's answer cannot be read",
            PasskeyError::WrongOrigin => "the passkey's answer was given to another site",
            PasskeyError::WrongChallenge => "the passkey's answer answers another question",
            PasskeyError::CountWentBack => "the passkey's count went back; it may have been copied",
            PasskeyError::NotVerified => "the passkey did not verify its owner",
            PasskeyError::Untrue => "the passkey's answer is not true",
        })
    }
}

impl std::error::Error for PasskeyError {}

impl Passkeys {
    /// For the origin of an address. Absent where WebAuthn has no relying party: the host must be a name, reached by https,
    /// or `localhost`. `roots` is PEM: the roots of the makers whose attestation is believed.
    #[must_use]
    pub fn new(public_url: &str, roots: &str) -> Option<Passkeys> {
        let origin = Url::parse(public_url).ok()?;
        let host = origin.domain()?.to_owned();
        let webauthn = WebauthnBuilder::new(&host, &origin).ok()?.rp_name("Castellan").timeout(TIMEOUT).build().ok()?;
        Some(Passkeys { webauthn, roots: roots_of(roots) })
    }

    /// Ask for a new credential. `known` are those that the person has, so that no authenticator holds two of theirs.
    pub fn begin_registration(
        &self,
        user: Id,
        name: &str,
        display_name: &str,
        known: &[String],
    ) -> Result<Ceremony, PasskeyError> {
        let known = keys_of(known).into_iter().map(|key| key.cred_id().clone()).collect();
        let (options, state) = self
            .webauthn
            .start_securitykey_registration(user, name, display_name, Some(known), None, None)
            .map_err(error)?;
        // The library asks for keys that stay second factors. Nothing here weakens a check: these are wishes to the browser.
        let mut options = serde_json::to_value(options).map_err(|_| PasskeyError::Malformed)?;
        if let Some(public_key) = options.get_mut("publicKey").and_then(serde_json::Value::as_object_mut) {
            public_key.remove("hints");
            public_key.insert("attestation".into(), "direct".into());
            if let Some(wish) = public_key.get_mut("authenticatorSelection").and_then(serde_json::Value::as_object_mut)
            {
                wish.insert("residentKey".into(), "preferred".into());
            }
            // Browsers refuse a protection policy beside a wish for verification that is only `preferred`
            // (CTAP 2.2 §12.1): keys that cannot verify their owner would never be made.
            if let Some(extensions) = public_key.get_mut("extensions").and_then(serde_json::Value::as_object_mut) {
                extensions.retain(|name, _| name == "credProps");
            }
        }
        Ok(Ceremony { options: options.to_string(), state: print(&state)? })
    }

    /// Verify what a browser made.
    pub fn finish_registration(&self, state: &str, answer: &str) -> Result<NewCredential, PasskeyError> {
        let state: SecurityKeyRegistration = read(state)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let aa_guid = aa_guid(answer.response.attestation_object.as_ref());
        let key = self.webauthn.finish_securitykey_registration(&answer, &state).map_err(error)?;
        let credential = print(&key)?;
        let digest = digest_of(key.cred_id().as_ref());
        let made = Credential::from(key);
        let certificates = certificates(&made.attestation.data);
        let is_attested = !self.roots.is_empty() && matches!(made.verify_attestation(&self.roots), Ok(Some(_)));
        Ok(NewCredential {
            credential,
            digest,
            aa_guid: aa_guid.map(|id| id.to_string()),
            certificates,
            is_attested,
            is_synced: made.backup_eligible,
            is_user_verified: made.user_verified,
            sign_count: i64::from(made.counter),
        })
    }

    /// Ask for any credential of anybody: the browser knows whose it has. The same for everybody, so it tells nothing.
    pub fn begin_sign_in(&self) -> Result<Ceremony, PasskeyError> {
        let (options, state) = self.webauthn.start_discoverable_authentication().map_err(error)?;
        Ok(Ceremony { options: print(&options)?, state: print(&state)? })
    }

    /// Whose credential an answer says it is, and the digest of the credential's id. Nothing is proved yet.
    pub fn identify(&self, answer: &str) -> Result<(Id, String), PasskeyError> {
        let answer: PublicKeyCredential = read(answer)?;
        let (user, credential) = self.webauthn.identify_discoverable_authentication(&answer).map_err(error)?;
        Ok((user, digest_of(credential)))
    }

    /// Verify the answer to [`Passkeys::begin_sign_in`] with the credential that [`Passkeys::identify`] led to. The owner was
    /// verified, or the answer is not taken.
    pub fn finish_sign_in(&self, state: &str, answer: &str, credential: &str) -> Result<Assertion, PasskeyError> {
        let state: DiscoverableAuthentication = read(state)?;
        let answer: PublicKeyCredential = read(answer)?;
        let key: SecurityKey = read(credential)?;
        let outcome = self.webauthn.finish_discoverable_authentication_v2(&answer, state, &key).map_err(error)?;
        assertion(key, &outcome)
    }

    /// Ask for one of these credentials, which are a known person's.
    pub fn begin_second_factor(&self, known: &[String]) -> Result<Ceremony, PasskeyError> {
        let (options, state) = self.webauthn.start_securitykey_authentication(&keys_of(known)).map_err(error)?;
        let mut options = serde_json::to_value(options).map_err(|_| PasskeyError::Malformed)?;
        if let Some(public_key) = options.get_mut("publicKey").and_then(serde_json::Value::as_object_mut) {
            public_key.remove("hints");
        }
        Ok(Ceremony { options: options.to_string(), state: print(&state)? })
    }

    /// The digest of the credential's id that an answer names.
    pub fn named(&self, answer: &str) -> Result<String, PasskeyError> {
        let answer: PublicKeyCredential = read(answer)?;
        Ok(digest_of(answer.get_credential_id()))
    }

    /// Verify the answer to [`Passkeys::begin_second_factor`]; `credential` is the one it names, as it is kept now.
    pub fn finish_second_factor(&self, state: &str, answer: &str, credential: &str) -> Result<Assertion, PasskeyError> {
        let state: SecurityKeyAuthentication = read(state)?;
        let answer: PublicKeyCredential = read(answer)?;
        let key: SecurityKey = read(credential)?;
        let outcome = self.webauthn.finish_securitykey_authentication(&answer, &state).map_err(error)?;
        assertion(key, &outcome)
    }
}

fn assertion(mut key: SecurityKey, outcome: &AuthenticationResult) -> Result<Assertion, PasskeyError> {
    key.update_credential(outcome).ok_or(PasskeyError::Untrue)?;
    Ok(Assertion {
        credential: print(&key)?,
        is_synced: outcome.backup_eligible(),
        is_user_verified: outcome.user_verified(),
        sign_count: i64::from(outcome.counter()),
    })
}

/// The credentials that can be read; one that cannot is no way in.
fn keys_of(kept: &[String]) -> Vec<SecurityKey> {
    kept.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
}

fn digest_of(credential_id: &[u8]) -> String {
    sha256(credential_id).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The AAGUID in the authenticator data (WebAuthn Level 3 §6.1, §6.5.1): 32 bytes of hash, flags, a count, then 16 bytes. All
/// zero means that the authenticator does not say.
fn aa_guid(attestation_object: &[u8]) -> Option<Uuid> {
    const ATTESTED_CREDENTIAL_DATA: u8 = 0x40;
    let serde_cbor_2::Value::Map(object) = serde_cbor_2::from_slice(attestation_object).ok()? else { return None };
    let name = serde_cbor_2::Value::Text("authData".to_owned());
    let serde_cbor_2::Value::Bytes(data) = object.get(&name)? else { return None };
    let has_it = data.get(32)? & ATTESTED_CREDENTIAL_DATA != 0;
    let bytes: [u8; 16] = data.get(37..53)?.try_into().ok()?;
    Some(Uuid::from_bytes(bytes)).filter(|id| has_it && !id.is_nil())
}

/// The roots in a PEM text. Each vouches for whatever it signed; which models are let in is policy.
fn roots_of(pem: &str) -> AttestationCaList {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let mut list = AttestationCaListBuilder::new().build();
    for block in pem.split(BEGIN).skip(1).take(ROOTS_MAX) {
        let der = block.split("-----END").next().unwrap_or_default().split_whitespace().collect::<String>();
        let ca = base64_standard(&der).and_then(|der| {
            let text = serde_json::json!({ "ca": crate::base64url::encode(der), "aaguids": {}, "blanket_allow": true });
            serde_json::from_value(text).ok()
        });
        if let Some(ca) = ca {
            // The same root twice is one.
            let _ = list.insert(ca);
        }
    }
    list
}

fn base64_standard(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// The certificates of an attestation as Graph shows them: base64 of DER. The library writes them as base64url, beneath the
/// name of the attestation's type.
fn certificates(data: &ParsedAttestationData) -> Vec<String> {
    use base64::Engine;
    let Ok(serde_json::Value::Object(by_type)) = serde_json::to_value(data) else { return Vec::new() };
    let chain =
        by_type.values().filter_map(serde_json::Value::as_array).flatten().filter_map(serde_json::Value::as_str);
    let der = chain.filter_map(crate::base64url::decode);
    der.map(|der| base64::engine::general_purpose::STANDARD.encode(der)).collect()
}

fn print(value: &impl serde::Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).map_err(|_| PasskeyError::Malformed)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, PasskeyError> {
    serde_json::from_str(text).map_err(|_| PasskeyError::Malformed)
}

fn error(error: WebauthnError) -> PasskeyError {
    match error {
        WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash | WebauthnError::CredentialCrossOrigin => {
            PasskeyError::WrongOrigin
        }
        WebauthnError::MismatchedChallenge | WebauthnError::InvalidClientDataType => PasskeyError::WrongChallenge,
        WebauthnError::CredentialPossibleCompromise => PasskeyError::CountWentBack,
        WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => PasskeyError::NotVerified,
        _ => PasskeyError::Untrue,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::testing::Authenticator;

    const HOME: &str = "https://id.xyz.example:8443";
    const ADA: Id = Id::from_u128(0x11);

    fn passkeys() -> Passkeys {
        Passkeys::new(HOME, "").unwrap()
    }

    fn register(passkeys: &Passkeys, key: &mut Authenticator) -> Result<NewCredential, PasskeyError> {
        let asked = passkeys.begin_registration(ADA, "ada@xyz.example", "Ada", &[]).unwrap();
        passkeys.finish_registration(&asked.state, &key.create(&asked.options))
    }

    #[test]
    fn a_passkey_signs_in_without_a_name() {
        let passkeys = passkeys();
        let mut key = Authenticator::new(HOME);
        let made = register(&passkeys, &mut key).unwrap();
        assert!(made.is_user_verified && !made.is_synced && !made.is_attested);
        assert_eq!(made.aa_guid.as_deref(), Some("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"));
        let asked = passkeys.begin_sign_in().unwrap();
        let answer = key.get(&asked.options);
        assert_eq!(passkeys.identify(&answer), Ok((ADA, made.digest.clone())));
        let used = passkeys.finish_sign_in(&asked.state, &answer, &made.credential).unwrap();
        assert!(used.is_user_verified && used.sign_count == 2);
        // The same answer to the next question.
        let next = passkeys.begin_sign_in().unwrap();
        assert_eq!(passkeys.finish_sign_in(&next.state, &answer, &made.credential), Err(PasskeyError::WrongChallenge));
        // The same count again, as a copy of the key would have it.
        key.count = 2;
        let copied = key.get(&next.options);
        assert_eq!(passkeys.finish_sign_in(&next.state, &copied, &used.credential), Err(PasskeyError::CountWentBack));
    }

    #[test]
    fn an_answer_given_elsewhere_is_not_taken() {
        for origin in
            ["https://id.xyz.example.evil.example:8443", "https://id.xyz.example", "http://id.xyz.example:8443"]
        {
            let passkeys = passkeys();
            let mut key = Authenticator::new(origin);
            assert_eq!(register(&passkeys, &mut key), Err(PasskeyError::WrongOrigin), "{origin}");
            key.origin = HOME.to_owned();
            let made = register(&passkeys, &mut key).unwrap();
            key.origin = origin.to_owned();
            let asked = passkeys.begin_sign_in().unwrap();
            let answer = key.get(&asked.options);
            assert_eq!(
                passkeys.finish_sign_in(&asked.state, &answer, &made.credential),
                Err(PasskeyError::WrongOrigin)
            );
        }
        let elsewhere = Passkeys::new("https://other.example", "").unwrap();
        let made = register(&passkeys(), &mut Authenticator::new(HOME)).unwrap();
        let asked = elsewhere.begin_second_factor(std::slice::from_ref(&made.credential)).unwrap();
        let answer = Authenticator::new(HOME).get(&asked.options);
        assert!(elsewhere.finish_second_factor(&asked.state, &answer, &made.credential).is_err());
    }

    #[test]
    fn a_key_that_cannot_verify_is_a_second_factor_and_no_more() {
        let passkeys = passkeys();
        let mut key = Authenticator::new(HOME);
        key.verifies = false;
        let made = register(&passkeys, &mut key).unwrap();
        assert!(!made.is_user_verified);
        let asked = passkeys.begin_second_factor(std::slice::from_ref(&made.credential)).unwrap();
        let answer = key.get(&asked.options);
        let used = passkeys.finish_second_factor(&asked.state, &answer, &made.credential).unwrap();
        assert!(!used.is_user_verified);
        let asked = passkeys.begin_sign_in().unwrap();
        let answer = key.get(&asked.options);
        assert_eq!(passkeys.finish_sign_in(&asked.state, &answer, &used.credential), Err(PasskeyError::NotVerified));
    }

    #[test]
    fn a_key_that_verified_once_does_so_ever_after() {
        let passkeys = passkeys();
        let mut key = Authenticator::new(HOME);
        let made = register(&passkeys, &mut key).unwrap();
        key.verifies = false;
        let asked = passkeys.begin_second_factor(std::slice::from_ref(&made.credential)).unwrap();
        let answer = key.get(&asked.options);
        let outcome = passkeys.finish_second_factor(&asked.state, &answer, &made.credential);
        assert_eq!(outcome, Err(PasskeyError::NotVerified));
    }

    #[test]
    fn an_attestation_counts_when_a_trusted_root_vouches_for_the_maker() {
        let (mut key, root) = Authenticator::new(HOME).attested();
        let (_, other) = Authenticator::new(HOME).attested();
        for (roots, expect) in
            [("", false), (other.as_str(), false), (root.as_str(), true), (&[other.as_str(), &root].concat(), true)]
        {
            let passkeys = Passkeys::new(HOME, roots).unwrap();
            let made = register(&passkeys, &mut key).unwrap();
            assert_eq!(made.is_attested, expect);
            assert_eq!(made.certificates.len(), 1, "what it said of itself is kept either way");
        }
        // What the maker signed speaks of one model; the key says it is another.
        key.aa_guid = [0xbb; 16];
        assert_eq!(register(&passkeys(), &mut key), Err(PasskeyError::Untrue));
    }

    #[test]
    fn another_key_another_signature_and_no_json_are_refused() {
        let passkeys = passkeys();
        let (mut one, mut other) = (Authenticator::new(HOME), Authenticator::new(HOME));
        let (made, stranger) = (register(&passkeys, &mut one).unwrap(), register(&passkeys, &mut other).unwrap());
        let asked = passkeys.begin_second_factor(std::slice::from_ref(&made.credential)).unwrap();
        let answer = other.get(&asked.options);
        assert_eq!(
            passkeys.finish_second_factor(&asked.state, &answer, &stranger.credential),
            Err(PasskeyError::Untrue),
            "it was not asked for"
        );
        for text in ["", "{}", "null", "[]"] {
            assert_eq!(passkeys.identify(text), Err(PasskeyError::Malformed), "{text}");
            assert!(passkeys.finish_second_factor(&asked.state, text, &made.credential).is_err(), "{text}");
        }
    }

    #[test]
    fn a_host_without_a_name_has_no_passkeys() {
        for (url, expect) in [
            ("https://id.xyz.example:8443", true),
            ("https://localhost:8443", true),
            ("https://192.0.2.7:8443", false),
            ("not an address", false),
        ] {
            assert_eq!(Passkeys::new(url, "").is_some(), expect, "{url}");
        }
    }
}
