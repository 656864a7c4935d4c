//! Certificates of people and applications, and the lists of those that were taken back. Nothing panics; a certificate with
//! other bytes in it never becomes somebody else's, and no other list than its issuer's own makes a revoked one good.

#![no_main]

use castellan_fuzz::world::NOW;
use keys::{CertError, CertificateFacts, TrustedAuthority};
use libfuzzer_sys::fuzz_target;

const ROOT: &[u8] = include_bytes!("../seeds/certificate_chain/root.der");
const CLIENT: &[u8] = include_bytes!("../seeds/certificate_chain/client.der");
const REVOKED: &[u8] = include_bytes!("../seeds/certificate_chain/revoked.der");
/// Says that `REVOKED` was taken back.
const LIST: &[u8] = include_bytes!("../seeds/certificate_chain/list.crl");

fn verify(certificate: &[u8], list: &[u8]) -> Result<CertificateFacts, CertError> {
    let root = TrustedAuthority { certificate: ROOT, is_root: true, crl: Some(list), needs_crl: true };
    keys::verify_client_certificate(certificate, &[root], NOW)
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(facts) = CertificateFacts::read(bytes) {
        assert!(keys::is_same_name(&facts.subject, &facts.subject), "a name is itself");
    }
    let _ = keys::crl_next_update(bytes);
    let client = CertificateFacts::read(CLIENT).expect("a certificate of our own can be read");
    for presented in [bytes.to_vec(), altered(CLIENT, bytes)] {
        if let Ok(facts) = verify(&presented, LIST) {
            assert_eq!((facts.subject, facts.public_key_sha1), (client.subject.clone(), client.public_key_sha1.clone()));
        }
    }
    for list in [altered(LIST, bytes), bytes.to_vec()] {
        assert!(verify(REVOKED, &list).is_err(), "what was taken back stays so");
    }
});

/// These bytes (after two that say where) in the place of its own.
fn altered(der: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut der = der.to_vec();
    if let [high, low, rest @ ..] = bytes {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % der.len();
        der.iter_mut().skip(at).zip(rest).for_each(|(place, byte)| *place = *byte);
    }
    der
}
