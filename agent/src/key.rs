//! The device key: P-256, made here, never leaving. Proves itself in a certificate request and in session assertions, and
//! checks that a certificate is one for it. It lies in the device's TPM where there is one (`tpm`), otherwise in a file for
//! root alone.

use agent_wire::{ASSERTION_TYPE, AssertionClaims};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData};
use serde_json::json;

use crate::error::AgentError;
use crate::root::Root;
use crate::state::{KEY_FILE, State};
use crate::tpm::{self, TPM_KEY_FILE, TpmKey};

/// Where the private half is.
enum Holder {
    File { pair: Box<KeyPair>, signer: EcdsaKeyPair },
    Tpm(TpmKey),
}

pub struct DeviceKey(Holder);

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DeviceKey(…)")
    }
}

impl DeviceKey {
    /// The key kept on the device, or a new one that is kept before it is used: a join whose answer is lost is repeated with
    /// the same key and finds the same device.
    pub fn keep(root: &Root, state: &State) -> Result<Self, AgentError> {
        if let Some(key) = Self::load(state)? {
            return Ok(key);
        }
        if tpm::is_here(root) {
            match TpmKey::make(state) {
                Ok(key) => return Ok(Self(Holder::Tpm(key))),
                Err(why) => tracing::warn!(%why, "the TPM makes no key; the device key is kept in a file"),
            }
        }
        let pair = KeyPair::generate().map_err(|e| AgentError::local(format!("cannot make a key: {e}")))?;
        state.save_bytes(KEY_FILE, pair.serialize_pem().as_bytes())?;
        Self::from_pair(pair)
    }

    /// The key kept on the device, if there is one.
    pub fn load(state: &State) -> Result<Option<Self>, AgentError> {
        if let Some(key) = TpmKey::load(state)? {
            return Ok(Some(Self(Holder::Tpm(key))));
        }
        match std::fs::read_to_string(state.path(KEY_FILE)) {
            Ok(pem) => {
                let pair =
                    KeyPair::from_pem(&pem).map_err(|_| AgentError::local("the device key is damaged".into()))?;
                Self::from_pair(pair).map(Some)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(AgentError::local(format!("cannot read the device key: {e}"))),
        }
    }

    /// Whether a state folder's key lies in a TPM, without touching it.
    pub fn is_in_tpm(state: &State) -> bool {
        state.path(TPM_KEY_FILE).exists()
    }

    /// The key's TPM, where it lies in one.
    pub fn tpm(&self) -> Option<&TpmKey> {
        match &self.0 {
            Holder::File { .. } => None,
            Holder::Tpm(key) => Some(key),
        }
    }

    fn from_pair(pair: KeyPair) -> Result<Self, AgentError> {
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pair.serialized_der());
        let signer = signer.map_err(|_| AgentError::local("the device key is not a P-256 key".into()))?;
        Ok(Self(Holder::File { pair: Box::new(pair), signer }))
    }

    fn public_key_info(&self) -> Vec<u8> {
        match &self.0 {
            Holder::File { pair, .. } => pair.subject_public_key_info(),
            Holder::Tpm(key) => key.subject_public_key_info(),
        }
    }

    /// PKCS#10 in PEM. The subject is only for a reader; the server names the device.
    pub fn certificate_request(&self, device_name: &str) -> Result<String, AgentError> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.remove(DnType::CommonName);
        parameters.distinguished_name.push(DnType::CommonName, device_name);
        let request = match &self.0 {
            Holder::File { pair, .. } => parameters.serialize_request(pair.as_ref()),
            Holder::Tpm(key) => parameters.serialize_request(key),
        };
        let request = request.and_then(|request| request.pem());
        request.map_err(|e| AgentError::local(format!("cannot make a certificate request: {e}")))
    }

    /// A compact JWS over the claims (RFC 7515), ES256 with the certificate in `x5c`.
    pub fn assert(&self, certificate_der: &[u8], claims: &AssertionClaims) -> Result<String, AgentError> {
        let header = json!({"alg": "ES256", "typ": ASSERTION_TYPE, "x5c": [STANDARD.encode(certificate_der)]});
        let claims =
            serde_json::to_vec(claims).map_err(|e| AgentError::local(format!("cannot write an assertion: {e}")))?;
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let signature = match &self.0 {
            Holder::File { signer, .. } => {
                let signature = signer.sign(&SystemRandom::new(), signed.as_bytes());
                signature.map_err(|_| AgentError::local("the device key cannot sign".into()))?.as_ref().to_vec()
            }
            Holder::Tpm(key) => key.sign_fixed(signed.as_bytes()).map_err(AgentError::local)?,
        };
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Reads a certificate from PEM and refuses one that is not for this key or names another device.
    pub fn own_certificate(&self, pem: &str, device_id: &str) -> Result<Certificate, AgentError> {
        let refuse = |why: &str| AgentError::local(format!("the certificate from the server is not usable: {why}"));
        let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|_| refuse("it is not PEM"))?;
        let parsed = pem.parse_x509().map_err(|_| refuse("it is not X.509"))?;
        if parsed.public_key().raw != self.public_key_info() {
            return Err(refuse("it is for another key"));
        }
        let first = parsed.subject().iter_rdn().next().and_then(|rdn| rdn.iter().next());
        let is_ours = first.is_some_and(|attribute| {
            attribute.attr_type() == &x509_parser::oid_registry::OID_X509_COMMON_NAME
                && attribute.as_str() == Ok(device_id)
        });
        if !is_ours {
            return Err(refuse("its first name is not the device id"));
        }
        let not_after_unix_seconds = parsed.validity().not_after.timestamp();
        Ok(Certificate { not_after_unix_seconds, der: pem.contents.clone() })
    }
}

/// A certificate for this device's key.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub der: Vec<u8>,
    pub not_after_unix_seconds: i64,
}

/// A random id, 128 bits in hex.
pub fn random_id() -> Result<String, AgentError> {
    let mut bytes = [0u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| AgentError::local("the system has no randomness".into()))?;
    Ok(hex(&bytes))
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;
    use std::os::unix::fs::PermissionsExt;

    fn key(test: &str) -> (Root, State, DeviceKey) {
        let root = Root::confined(&scratch(test)).unwrap();
        let state = State::open(&root).unwrap();
        let key = DeviceKey::keep(&root, &state).unwrap();
        (root, state, key)
    }

    #[test]
    fn the_key_is_made_once_and_kept_for_its_owner_only() {
        let (root, state, first) = key("key-once");
        let again = DeviceKey::keep(&root, &state).unwrap();
        assert_eq!(first.public_key_info(), again.public_key_info());
        assert!(!DeviceKey::is_in_tpm(&state));
        let mode = std::fs::metadata(state.path(KEY_FILE)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_request_proves_that_its_sender_holds_the_key() {
        let (_, _, key) = key("key-request");
        let request =
            rcgen::CertificateSigningRequestParams::from_pem(&key.certificate_request("lt-0007").unwrap()).unwrap();
        assert_eq!(request.public_key.subject_public_key_info(), key.public_key_info());
    }

    #[test]
    fn a_certificate_for_another_key_or_device_is_refused() {
        let (_, _, key) = key("key-certificate");
        let issue = |name: &str, pair: &KeyPair| {
            let mut parameters = CertificateParams::default();
            parameters.distinguished_name.remove(DnType::CommonName);
            parameters.distinguished_name.push(DnType::CommonName, name);
            parameters.self_signed(pair).unwrap().pem()
        };
        let Holder::File { pair, .. } = &key.0 else { panic!("there is no TPM here") };
        assert!(key.own_certificate(&issue("d-1", pair), "d-1").is_ok());
        assert!(key.own_certificate(&issue("d-2", pair), "d-1").is_err());
        assert!(key.own_certificate(&issue("d-1", &KeyPair::generate().unwrap()), "d-1").is_err());
        assert!(key.own_certificate("-----BEGIN CERTIFICATE-----\n", "d-1").is_err());
    }
}
