//! TLS: the operator's certificate, or one from the server's own authority, renewed while the server runs.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use directory::Time;
use keys::Keys;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoClientAuth, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use crate::config::ServeOptions;

/// The server's own certificate is renewed this long before it ends.
const RENEW_DAYS: i64 = 30;
/// A client may send so many certificates besides its own.
const CHAIN_MAX: usize = 8;

/// The certificate in use; replaced when it is renewed.
#[derive(Debug)]
pub struct Current {
    key: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// TLS, ready to accept: how, with which certificate, and when that is to be renewed (never, if the operator brought it).
pub type Prepared = (Arc<ServerConfig>, Arc<Current>, Option<Time>);

/// Prepare TLS, and write the certificate authority that clients must trust to `tls/ca.pem`.
pub fn prepare(options: &ServeOptions, keys: &Keys, now: Time) -> Result<Prepared, String> {
    let folder = options.data.join("tls");
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make the folder {}: {e}", folder.display()))?;
    let (chain, key, renew_at) = match (&options.tls_certificate, &options.tls_key) {
        (Some(certificate), Some(key)) => (read(certificate)?, read(key)?, None),
        _ => {
            let (chain, key, renew_at) = own_certificate(options, keys, now)?;
            (chain, key, Some(renew_at))
        }
    };
    let current = Arc::new(Current { key: RwLock::new(certified(&chain, &key)?) });
    let config = config(Arc::new(NoClientAuth), current.clone())?;
    Ok((config, current, renew_at))
}

/// TLS with the same certificate for the listener that asks clients for theirs.
pub fn asking_for_certificates(current: Arc<Current>) -> Result<Arc<ServerConfig>, String> {
    config(Arc::new(AnyCertificate(provider())), current)
}

fn config(clients: Arc<dyn ClientCertVerifier>, current: Arc<Current>) -> Result<Arc<ServerConfig>, String> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|e| format!("cannot set up TLS: {e}"))?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(current);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.max_early_data_size = 0; // a request in early data can be replayed
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Takes any certificate whose key the client holds, or none. Each tenant trusts other authorities, and which tenant it is
/// stands in the request: whether anybody vouches for the certificate is asked there, of every certificate.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if others.len() > CHAIN_MAX {
            return Err(rustls::Error::General("the chain of certificates is too long".to_owned()));
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Put a fresh certificate in place of the one that is about to end. Answers when to do it again.
pub fn renew(options: &ServeOptions, keys: &Keys, current: &Current, now: Time) -> Result<Time, String> {
    let (chain, key, renew_at) = own_certificate(options, keys, now)?;
    *current.key.write().unwrap_or_else(PoisonError::into_inner) = certified(&chain, &key)?;
    Ok(renew_at)
}

fn own_certificate(options: &ServeOptions, keys: &Keys, now: Time) -> Result<(Vec<u8>, Vec<u8>, Time), String> {
    let (names, addresses) = options.tls_names();
    let made = keys.issue_tls(&names, &addresses, now).map_err(|e| format!("cannot issue a TLS certificate: {e}"))?;
    let authority = keys.tls_authority_pem().map_err(|e| format!("cannot read the TLS authority: {e}"))?;
    let path = options.data.join("tls").join("ca.pem");
    std::fs::write(&path, authority).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    let renew_at = made.not_after.plus_days(-RENEW_DAYS);
    Ok((made.chain_pem.into_bytes(), made.key_pem.expose().as_bytes().to_vec(), renew_at))
}

fn certified(chain: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|e| format!("the TLS certificate is not PEM: {e}"))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| format!("the TLS key is not PEM: {e}"))?;
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key)
        .map_err(|e| format!("the TLS key cannot be used: {e}"))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|e| format!("the TLS key does not belong to the certificate: {e}"))?;
    Ok(Arc::new(certified))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}
