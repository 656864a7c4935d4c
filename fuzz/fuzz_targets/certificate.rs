//! Certificates, requests for them and public keys, in DER, PEM and JWK. Nothing panics; a certificate that our authority did
//! not issue is nobody's, one of ours with other bytes in it never becomes somebody else's, and a key that can be read can be
//! written and read again.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use castellan_fuzz::world::{KEYS, NOW};
use directory::Id;
use engine::testing::TENANT;
use keys::{CertError, DeviceCertificate, DeviceJoin, PublicKey};
use libfuzzer_sys::fuzz_target;

const DEVICE: Id = Id::from_u128(0xde);

/// A certificate of ours.
static ISSUED: LazyLock<DeviceCertificate> = LazyLock::new(|| {
    let request = include_bytes!("../seeds/certificate/request.der");
    issue(request).expect("a request of our own can be granted")
});

fn issue(request: &[u8]) -> Result<DeviceCertificate, CertError> {
    KEYS.issue_device(TENANT, request, DEVICE, &DeviceJoin::default(), NOW, Duration::from_secs(3_600))
}

fuzz_target!(|bytes: &[u8]| {
    assert!(KEYS.verify_device(bytes, NOW).is_err(), "nobody issued this");
    if let Ok(certificate) = KEYS.verify_device(&altered(bytes), NOW) {
        assert_eq!((certificate.device, certificate.tenant), (DEVICE, TENANT));
        assert_eq!(certificate.public_key.thumbprint(), ISSUED.public_key.thumbprint());
    }
    let requested = keys::requested_public_key(bytes).ok();
    if requested.is_some()
        && let Ok(issued) = issue(bytes)
    {
        assert!(KEYS.verify_device(&issued.der, NOW).is_ok(), "we issued this");
    }
    let read = [
        PublicKey::from_certificate(bytes).ok(),
        PublicKey::from_spki(bytes).ok(),
        serde_json::from_slice(bytes).ok().and_then(|jwk| PublicKey::from_jwk(&jwk).ok()),
        requested,
    ];
    for key in read.into_iter().flatten() {
        let again = PublicKey::from_jwk(&key.to_jwk().into()).expect("what we wrote can be read");
        assert_eq!(again.thumbprint(), key.thumbprint());
    }
});

/// Our certificate with these bytes (after two that say where) in the place of its own.
fn altered(bytes: &[u8]) -> Vec<u8> {
    let mut der = ISSUED.der.clone();
    if let [high, low, rest @ ..] = bytes {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % der.len();
        der.iter_mut().skip(at).zip(rest).for_each(|(place, byte)| *place = *byte);
    }
    der
}
