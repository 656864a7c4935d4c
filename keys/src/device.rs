//! Device certificates: issued from a certificate request when a device joins, verified when it comes back.
//!
//! The first RDN is `CN=<device id>`, which is where clients look for it, and the extensions are those that Entra's device
//! certificates carry. Whether the device still exists or is enabled is the directory's to say; there is no revocation
//! list, because nobody but this server accepts these certificates.

use std::time::Duration;

use directory::{Id, TenantId, Time};
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose, SubjectPublicKeyInfo};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::authority::{Authority, blank};
use crate::fault::{CertError, JwtError, KeyFault};
use crate::keys::Keys;
use crate::public_key::{PublicKey, der_of};
use crate::record::{AuthorityRecord, Record};
use crate::{base64url, sha1_thumbprint};

/// A device's certificate lives at most this long, as Entra's do.
pub const DEVICE_DAYS_MAX: i64 = 3650;

const OID_DEVICE: &[u64] = &[1, 2, 840, 113_556, 1, 5, 284, 2];
const OID_USER: &[u64] = &[1, 2, 840, 113_556, 1, 5, 284, 3];
const OID_TENANT: &[u64] = &[1, 2, 840, 113_556, 1, 5, 284, 5];
const OID_JOIN_TYPE: &[u64] = &[1, 2, 840, 113_556, 1, 5, 284, 8];

/// What a device certificate says beside the device's id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceJoin {
    /// The object id of the user who joined the device.
    pub user: Option<Id>,
    /// How it was joined: 0 joined, 4 registered, 6 hybrid.
    pub join_type: u8,
}

/// A device's certificate: just issued, or verified.
#[derive(Clone, Debug)]
pub struct DeviceCertificate {
    /// The tenant that issued it.
    pub tenant: TenantId,
    /// The device: `device.deviceId`.
    pub device: Id,
    /// How, and by whom, it was joined.
    pub join: DeviceJoin,
    /// The device's public key: for tokens that it signs.
    pub public_key: PublicKey,
    /// The end of the certificate.
    pub not_after: Time,
    /// The certificate in DER.
    pub der: Vec<u8>,
}

impl DeviceCertificate {
    /// The certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        base64url::pem("CERTIFICATE", &self.der)
    }

    /// The SHA-1 thumbprint in upper-case hexadecimal, as Windows writes it. A name for people: whoever holds a certificate
    /// can write its unsigned outside differently, so identity is [`DeviceCertificate::device`], never this.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        sha1_thumbprint(&self.der).iter().map(|b| format!("{b:02X}")).collect()
    }
}

/// The key that a certificate request (PKCS#10, DER or PEM) asks to certify, after its proof of possession was checked.
pub fn requested_public_key(request: &[u8]) -> Result<PublicKey, CertError> {
    PublicKey::from_spki(&requested_key(request)?).map_err(key_refused)
}

impl Keys {
    /// Certify a device's key. The request (PKCS#10, DER or PEM) must be signed with its own key, EC P-256, EC P-384 or RSA
    /// of at least 2048 bits; nothing else in it counts. The lifetime is cut to [`DEVICE_DAYS_MAX`] and to the authority's.
    pub fn issue_device(
        &self,
        tenant: TenantId,
        request: &[u8],
        device: Id,
        join: &DeviceJoin,
        now: Time,
        lifetime: Duration,
    ) -> Result<DeviceCertificate, CertError> {
        let ring = self.ring(tenant)?;
        let spki = requested_key(request)?;
        let no_authority = CertError::Fault(KeyFault::Crypto("find a device authority that is valid now"));
        let authority = ring.authorities.iter().rfind(|authority| authority.is_valid(now)).ok_or(no_authority)?;

        let not_after = (now + lifetime).min(now.plus_days(DEVICE_DAYS_MAX)).min(authority.not_after());
        let mut params = blank(&device.to_string(), now, not_after);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.custom_extensions =
            vec![guid_extension(OID_DEVICE, device), guid_extension(OID_TENANT, tenant), join_type(join.join_type)];
        params.custom_extensions.extend(join.user.map(|user| guid_extension(OID_USER, user)));

        let spki = SubjectPublicKeyInfo::from_der(&spki).map_err(|_| CertError::Key("its kind is not supported"))?;
        let certificate = authority.issue(&params, &spki)?;
        self.verify_device(certificate.der(), now)
    }

    /// Verify a device's certificate (DER): signed by the device authority of the very tenant it names, valid now, meant
    /// for client authentication. A certificate of another authority, whatever it says, is [`CertError::Foreign`].
    pub fn verify_device(&self, certificate: &[u8], now: Time) -> Result<DeviceCertificate, CertError> {
        let malformed = CertError::Malformed("not one X.509 certificate in DER");
        let Ok(([], parsed)) = X509Certificate::from_der(certificate) else { return Err(malformed) };
        let tenant = extension(&parsed, OID_TENANT).and_then(guid).ok_or(CertError::Foreign)?;
        let ring = self.ring(tenant).map_err(|fault| match fault {
            KeyFault::UnknownTenant(_) => CertError::Foreign,
            fault => CertError::Fault(fault),
        })?;
        if !ring.authorities.iter().any(|authority| authority.is_valid(now) && authority.has_issued(&parsed)) {
            return Err(CertError::Foreign);
        }
        let validity = parsed.validity();
        if !(validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now.unix()) {
            return Err(CertError::Time);
        }
        let usage = parsed.extended_key_usage().ok().flatten();
        if parsed.is_ca() || !usage.is_some_and(|usage| usage.value.client_auth) {
            return Err(CertError::Usage);
        }
        let device = extension(&parsed, OID_DEVICE).and_then(guid).ok_or(CertError::Usage)?;
        if first_common_name(&parsed).as_deref() != Some(device.to_string().as_str()) {
            return Err(CertError::Usage);
        }
        let user = extension(&parsed, OID_USER).and_then(guid);
        let join_type =
            extension(&parsed, OID_JOIN_TYPE).and_then(<[u8]>::last).map_or(0, |digit| digit.saturating_sub(b'0'));
        Ok(DeviceCertificate {
            tenant,
            device,
            join: DeviceJoin { user, join_type },
            public_key: PublicKey::from_parsed_spki(parsed.public_key()).map_err(key_refused)?,
            not_after: Time::from_unix(validity.not_after.timestamp()),
            der: certificate.to_vec(),
        })
    }

    /// The tenant's device authority as PEM, newest last where there are several: what a TLS listener tells clients.
    pub fn device_authority_pem(&self, tenant: TenantId) -> Result<String, KeyFault> {
        Ok(self.ring(tenant)?.authorities.iter().map(Authority::pem).collect())
    }
}

/// Make a device authority if none outlives the certificates that are issued now. Answers whether one was made.
pub(crate) fn succeed_authority(record: &mut Record, tenant: TenantId, now: Time) -> Result<bool, KeyFault> {
    for authority in &record.authorities {
        if Authority::from_record(authority)?.not_after() > now.plus_days(DEVICE_DAYS_MAX) {
            return Ok(false);
        }
    }
    record.authorities.push(AuthorityRecord::new(&format!("Castellan device authority {tenant}"), now)?);
    Ok(true)
}

/// The SubjectPublicKeyInfo of a certificate request that proves possession of its key (RFC 2986 §3).
fn requested_key(request: &[u8]) -> Result<Vec<u8>, CertError> {
    let malformed = CertError::Malformed("not one PKCS#10 certificate request in DER or PEM");
    let der = der_of(request, &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]).ok_or_else(|| malformed.clone())?;
    let Ok(([], parsed)) = X509CertificationRequest::from_der(&der) else { return Err(malformed) };
    let info = &parsed.certification_request_info;
    let key = PublicKey::from_parsed_spki(&info.subject_pki).map_err(key_refused)?;
    if !key.is_ec_or_rsa() {
        return Err(CertError::Key("use EC P-256, EC P-384 or RSA"));
    }
    let algorithm = parsed.signature_algorithm.algorithm.to_id_string();
    if parsed.signature_value.unused_bits != 0
        || !key.verify_x509(&algorithm, info.raw, parsed.signature_value.data.as_ref())
    {
        return Err(CertError::RequestSignature);
    }
    Ok(info.subject_pki.raw.to_vec())
}

fn key_refused(why: JwtError) -> CertError {
    match why {
        JwtError::Key(why) => CertError::Key(why),
        _ => CertError::Key("its kind is not supported"),
    }
}

/// A GUID as an OCTET STRING in Microsoft's byte order.
fn guid_extension(oid: &[u64], id: Id) -> CustomExtension {
    CustomExtension::from_oid_content(oid, [&[0x04, 16], id.to_bytes_le().as_slice()].concat())
}

/// The join type as an OCTET STRING with one digit.
fn join_type(join_type: u8) -> CustomExtension {
    CustomExtension::from_oid_content(OID_JOIN_TYPE, vec![0x04, 1, b'0' + join_type.min(9)])
}

fn guid(content: &[u8]) -> Option<Id> {
    let bytes = content.strip_prefix(&[0x04, 16])?;
    Some(Id::from_bytes_le(bytes.try_into().ok()?))
}

fn extension<'c>(certificate: &'c X509Certificate<'_>, oid: &[u64]) -> Option<&'c [u8]> {
    let is_it =
        |own: &x509_parser::der_parser::oid::Oid<'_>| own.iter().is_some_and(|arcs| arcs.eq(oid.iter().copied()));
    certificate.extensions().iter().find(|extension| is_it(&extension.oid)).map(|extension| extension.value)
}

fn first_common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    let first = certificate.subject().iter().next()?.iter().next()?;
    (*first.attr_type() == x509_parser::oid_registry::OID_X509_COMMON_NAME)
        .then(|| first.as_str().ok().map(str::to_owned))
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
    };

    const NOW: Time = Time::from_unix(1_795_248_000);
    const TENANT: TenantId = TenantId::from_u128(1);
    const OTHER: TenantId = TenantId::from_u128(2);
    const DEVICE: Id = Id::from_u128(0x1234);
    const YEAR: Duration = Duration::from_secs(365 * 86_400);

    /// A request made by openssl for an RSA key of 1024 bits.
    const WEAK_RSA: &str = "MIIBTjCBuAIBADAPMQ0wCwYDVQQDDAR3ZWFrMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDVqghwxi3r2tota6JonMZE\
                                nQx7JmqunL6KyDhR-CE9AnyzgEF8-c6QcV7cQXvn75anggsSqB-qZfcGilnq-H5dZeuLPMCj_8ksXlSGSQuYp-zNNknZoefE\
                                hMgtYJGlEUR81BQacjlncqbXsOedaSrQEkvq6Qw9i56OOHOOlDaV1QIDAQABoAAwDQYJKoZIhvcNAQELBQADgYEAAL2n4YR2\
                                UT0vmZ8B9PFVt4BkFeDBIEOJKZRvyS_dKVszJ9Wo-u8W40lMVdg1_qeqDmmio17KRVqI94RxLHkVaj0_-RaalE2dVF0193-C\
                                U0mCH7PQbJfD02YCr70tk3dWA8k4q_kTRjfO-sDm95pjEqzkIkMDuxRtHMrct0h2Ci8";

    fn open(scratch: &Scratch) -> Keys {
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        keys.ensure_tenant(TENANT, NOW).unwrap();
        keys.ensure_tenant(OTHER, NOW).unwrap();
        keys
    }

    fn request(key: &KeyPair) -> rcgen::CertificateSigningRequest {
        // As a hostile client would: asking to be a CA for another name.
        let mut params = CertificateParams::new(vec!["xyz.example".to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.serialize_request(key).unwrap()
    }

    fn issue(keys: &Keys, tenant: TenantId, join: &DeviceJoin) -> DeviceCertificate {
        let request = request(&KeyPair::generate().unwrap());
        keys.issue_device(tenant, request.der(), DEVICE, join, NOW, YEAR).unwrap()
    }

    #[test]
    fn a_device_gets_a_certificate_that_says_who_it_is() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let join = DeviceJoin { user: Some(Id::from_u128(77)), join_type: 4 };
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_RSA_SHA256] {
            let key = KeyPair::generate_for(algorithm).unwrap();
            let request = request(&key);
            for given in [request.der().to_vec(), request.pem().unwrap().into_bytes()] {
                let issued = keys.issue_device(TENANT, &given, DEVICE, &join, NOW, YEAR).unwrap();
                let verified = keys.verify_device(&issued.der, NOW).unwrap();
                assert_eq!((verified.tenant, verified.device, verified.join), (TENANT, DEVICE, join));
                assert_eq!(verified.not_after, NOW + YEAR);
                let own = PublicKey::from_spki(&rcgen::PublicKeyData::subject_public_key_info(&key)).unwrap();
                assert!(verified.public_key.is_same_key(&own));

                let (_, parsed) = X509Certificate::from_der(&issued.der).unwrap();
                assert_eq!(parsed.subject().to_string(), format!("CN={DEVICE}"));
                assert_eq!(parsed.issuer().to_string(), format!("CN=Castellan device authority {TENANT}"));
                assert!(!parsed.is_ca() && parsed.subject_alternative_name().unwrap().is_none());
                assert!(issued.pem().starts_with("-----BEGIN CERTIFICATE-----\n"));
                assert_eq!(issued.thumbprint().len(), 40);
            }
        }
    }

    #[test]
    fn requests_without_proof_or_with_weak_keys_are_refused() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let mut unproven = request(&KeyPair::generate().unwrap()).der().to_vec();
        *unproven.last_mut().unwrap() ^= 1;
        let ed25519 = request(&KeyPair::generate_for(&PKCS_ED25519).unwrap());
        let weak = base64url::decode(WEAK_RSA).unwrap();
        for (request, what) in [
            (weak.as_slice(), "the key is not accepted: an RSA key needs at least 2048 bits"),
            (ed25519.der(), "the key is not accepted: use EC P-256, EC P-384 or RSA"),
            (&unproven, "the certificate request is not signed with its own key"),
            (b"", "malformed"),
            (keys.device_authority_pem(TENANT).unwrap().as_bytes(), "malformed"),
        ] {
            let refused = keys.issue_device(TENANT, request, DEVICE, &DeviceJoin::default(), NOW, YEAR).unwrap_err();
            assert!(refused.to_string().contains(what), "{refused}");
        }
    }

    #[test]
    fn a_certificate_counts_only_for_the_tenant_whose_authority_signed_it() {
        let (scratch, elsewhere) = (Scratch::new(), Scratch::new());
        let (keys, foreign) = (open(&scratch), open(&elsewhere));
        let join = DeviceJoin::default();
        assert_eq!(keys.verify_device(&issue(&keys, OTHER, &join).der, NOW).unwrap().tenant, OTHER);

        // Another installation with the same tenant id, and so with the same name of its authority.
        let stranger = issue(&foreign, TENANT, &join);
        assert_eq!(keys.verify_device(&stranger.der, NOW).unwrap_err(), CertError::Foreign);

        // Our own other tenant's authority, speaking of a device of this tenant.
        let key = KeyPair::generate().unwrap();
        let mut params = blank(&DEVICE.to_string(), NOW, NOW + YEAR);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.custom_extensions = vec![guid_extension(OID_DEVICE, DEVICE), guid_extension(OID_TENANT, TENANT)];
        let ring = keys.ring(OTHER).unwrap();
        let crossed = ring.authorities[0].issue(&params, &key).unwrap();
        assert_eq!(keys.verify_device(crossed.der(), NOW).unwrap_err(), CertError::Foreign);

        // Self-signed, with everything else right; and of a tenant that does not exist.
        let own = params.self_signed(&key).unwrap();
        assert_eq!(keys.verify_device(own.der(), NOW).unwrap_err(), CertError::Foreign);
        params.custom_extensions = vec![guid_extension(OID_TENANT, Id::from_u128(3))];
        let unknown = ring.authorities[0].issue(&params, &key).unwrap();
        assert_eq!(keys.verify_device(unknown.der(), NOW).unwrap_err(), CertError::Foreign);
    }

    #[test]
    fn a_certificate_is_valid_for_its_time_and_for_its_use() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let issued = issue(&keys, TENANT, &DeviceJoin::default());
        for (now, verdict) in [
            (NOW - crate::authority::BACKDATED, None),
            (NOW + YEAR, None),
            (NOW + YEAR + Duration::from_secs(1), Some(CertError::Time)),
        ] {
            assert_eq!(keys.verify_device(&issued.der, now).err(), verdict, "{now}");
        }
        let ring = keys.ring(TENANT).unwrap();
        let good = || {
            let mut params = blank(&DEVICE.to_string(), NOW, NOW + YEAR);
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            params.custom_extensions = vec![guid_extension(OID_DEVICE, DEVICE), guid_extension(OID_TENANT, TENANT)];
            params
        };
        let spoilt: [fn(&mut CertificateParams); 4] = [
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth],
            |params| params.extended_key_usages = Vec::new(),
            |params| params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained),
            |params| params.custom_extensions[0] = guid_extension(OID_DEVICE, Id::from_u128(9)),
        ];
        let key = KeyPair::generate().unwrap();
        assert!(keys.verify_device(ring.authorities[0].issue(&good(), &key).unwrap().der(), NOW).is_ok());
        for (n, spoil) in spoilt.iter().enumerate() {
            let mut params = good();
            spoil(&mut params);
            let certificate = ring.authorities[0].issue(&params, &key).unwrap();
            assert_eq!(keys.verify_device(certificate.der(), NOW).unwrap_err(), CertError::Usage, "{n}");
        }
    }

    #[test]
    fn an_ageing_authority_is_succeeded_and_its_devices_stay() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let issued = issue(&keys, TENANT, &DeviceJoin::default());
        let lifetime = YEAR * 30;
        let request = request(&KeyPair::generate().unwrap());
        let later = NOW.plus_days(DEVICE_DAYS_MAX);
        assert_eq!(keys.tend(TENANT, later), Ok(true));
        assert_eq!(keys.device_authority_pem(TENANT).unwrap().matches("BEGIN").count(), 2);
        let new = keys.issue_device(TENANT, request.der(), DEVICE, &DeviceJoin::default(), later, lifetime).unwrap();
        assert_eq!(new.not_after, later.plus_days(DEVICE_DAYS_MAX), "cut to the limit");
        assert!(keys.verify_device(&issued.der, NOW + YEAR).is_ok());
    }

    #[test]
    fn no_mutation_makes_a_reader_panic_or_changes_what_is_certified() {
        let scratch = Scratch::new();
        let keys = open(&scratch);
        let join = DeviceJoin::default();
        let issued = issue(&keys, TENANT, &join);
        crate::mutate::each(&issued.der, 20_000, |bytes| {
            let _ = PublicKey::from_certificate(bytes);
            // What surrounds the signed part can be written in more than one way; the signed part cannot.
            if let Ok(found) = keys.verify_device(bytes, NOW) {
                assert_eq!((found.tenant, found.device, found.join), (TENANT, DEVICE, join));
                assert_eq!(found.not_after, issued.not_after);
                assert!(found.public_key.is_same_key(&issued.public_key));
            }
        });
        crate::mutate::each(issued.pem().as_bytes(), 20_000, |bytes| drop(PublicKey::from_certificate(bytes)));
        let key = KeyPair::generate().unwrap();
        let own = PublicKey::from_spki(&rcgen::PublicKeyData::subject_public_key_info(&key)).unwrap();
        crate::mutate::each(request(&key).der(), 20_000, |bytes| {
            if let Ok(found) = keys.issue_device(TENANT, bytes, DEVICE, &join, NOW, YEAR) {
                assert!(found.public_key.is_same_key(&own));
            }
        });
    }
}
