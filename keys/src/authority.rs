//! A certificate authority: an ECDSA P-256 root and what it signs. Which authority a tenant has stands in `record`; what a
//! device's or a server's certificate says stands in `device` and `tls`.

use std::time::Duration;

use directory::Time;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SerialNumber,
};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroize as _;

use crate::base64url;
use crate::fault::KeyFault;
use crate::public_key::PublicKey;
use crate::random::random_bytes;
use crate::record::AuthorityRecord;

/// A root lives this long.
const ROOT_DAYS: i64 = 20 * 365;
/// A certificate is valid from a little before now: the other side's clock may be behind.
pub(crate) const BACKDATED: Duration = Duration::from_secs(3600);
/// The last second that X.509 can write.
const LAST_SECOND: i64 = 253_402_300_799;

/// A root and its key.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
    /// The subject exactly as it stands in the root: what `issuer` must repeat, byte for byte.
    subject: Vec<u8>,
    public: PublicKey,
    not_before: Time,
    not_after: Time,
}

impl AuthorityRecord {
    /// Make a new root with this common name.
    pub(crate) fn new(common_name: &str, now: Time) -> Result<AuthorityRecord, KeyFault> {
        let failed = |_| KeyFault::Crypto("make a certificate authority");
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = blank(common_name, now, now.plus_days(ROOT_DAYS));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(failed)?;
        let mut pkcs8 = key.serialize_der();
        let record =
            AuthorityRecord { pkcs8: base64url::encode(&pkcs8), certificate: base64url::encode(certificate.der()) };
        pkcs8.zeroize();
        Ok(record)
    }
}

impl Authority {
    pub(crate) fn from_record(record: &AuthorityRecord) -> Result<Authority, KeyFault> {
        let unreadable = KeyFault::Crypto("read a certificate authority");
        let pkcs8 = base64url::decode(&record.pkcs8).ok_or_else(|| unreadable.clone())?;
        let certificate = base64url::decode(&record.certificate).ok_or_else(|| unreadable.clone())?;
        let key = KeyPair::try_from(pkcs8).map_err(|_| unreadable.clone())?;
        let issuer = Issuer::from_ca_cert_der(&certificate.as_slice().into(), key).map_err(|_| unreadable.clone())?;
        let (_, parsed) = X509Certificate::from_der(&certificate).map_err(|_| unreadable.clone())?;
        let public = PublicKey::from_parsed_spki(parsed.public_key()).map_err(|_| unreadable)?;
        let subject = parsed.subject().as_raw().to_vec();
        let not_before = Time::from_unix(parsed.validity().not_before.timestamp());
        let not_after = Time::from_unix(parsed.validity().not_after.timestamp());
        Ok(Authority { issuer, subject, public, not_before, not_after, certificate })
    }

    /// The root's certificate as PEM.
    pub(crate) fn pem(&self) -> String {
        base64url::pem("CERTIFICATE", &self.certificate)
    }

    pub(crate) fn not_after(&self) -> Time {
        self.not_after
    }

    pub(crate) fn is_valid(&self, now: Time) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// Sign a certificate.
    pub(crate) fn issue(&self, params: &CertificateParams, key: &impl PublicKeyData) -> Result<Certificate, KeyFault> {
        params.signed_by(key, &self.issuer).map_err(|_| KeyFault::Crypto("sign a certificate"))
    }

    /// Did this root sign that certificate? (Its validity and its usage are other questions.)
    pub(crate) fn has_issued(&self, certificate: &X509Certificate<'_>) -> bool {
        let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
        certificate.issuer().as_raw() == self.subject
            && certificate.signature_algorithm == certificate.tbs_certificate.signature
            && certificate.signature_value.unused_bits == 0
            && self.public.verify_x509(
                &algorithm,
                certificate.tbs_certificate.as_ref(),
                &certificate.signature_value.data,
            )
    }
}

/// A certificate that says nothing yet but its name and its time, with a random serial number of 126 bits
/// (CA/Browser Forum Baseline Requirements §7.1: at least 64).
pub(crate) fn blank(common_name: &str, now: Time, not_after: Time) -> CertificateParams {
    let mut serial = random_bytes::<16>();
    if let Some(first) = serial.first_mut() {
        // Positive, and never a leading zero byte: one length for all.
        *first = (*first & 0x3f) | 0x40;
    }
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let from_epoch = |time: Time| {
        let seconds = u64::try_from(time.unix().clamp(0, LAST_SECOND)).unwrap_or(0);
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
    };
    params.not_before = from_epoch(now - BACKDATED);
    params.not_after = from_epoch(not_after);
    params
}
