//! Whether a certificate leads to an authority that is trusted, and whether anybody on the way has taken it back.
//!
//! Paths are built and signatures checked by `webpki` (RFC 5280 §6), revocation lists too. Which authorities are trusted,
//! and which of them must have a list, the caller says; nothing is fetched here. Deliberately absent: OCSP, and delta lists,
//! which `webpki` does not read.

use directory::Time;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, RevocationCheckDepth,
    RevocationOptions, RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath,
};

use crate::certificate::CertificateFacts;
use crate::fault::CertError;
use crate::public_key::der_of;

/// So many authorities of one tenant are considered.
pub const AUTHORITIES_MAX: usize = 256;
/// A revocation list is at most this large.
pub const CRL_BYTES_MAX: usize = 20 << 20;

/// An authority that a tenant trusts.
#[derive(Clone, Debug)]
pub struct TrustedAuthority<'a> {
    /// DER or PEM.
    pub certificate: &'a [u8],
    /// A root ends a path; any other only helps to find one.
    pub is_root: bool,
    /// The newest revocation list that it published, in DER.
    pub crl: Option<&'a [u8]>,
    /// Whether what it issued counts only when a list says that it was not taken back.
    pub needs_crl: bool,
}

/// Verify that a client's certificate (DER) leads to a trusted root, that everything on the way is valid now, and that no
/// list says otherwise. Answers what the certificate says.
///
/// Authorities that the client brings itself are not looked at: one that was taken out of the tenant's list is out.
pub fn verify_client_certificate(
    presented: &[u8],
    authorities: &[TrustedAuthority<'_>],
    now: Time,
) -> Result<CertificateFacts, CertError> {
    let facts = CertificateFacts::read(presented)?;
    if !facts.has_accepted_key {
        return Err(CertError::Key("it is too weak, or of a kind that is not accepted"));
    }
    let own = CertificateDer::from(presented);
    let end =
        EndEntityCert::try_from(&own).map_err(|_| CertError::Malformed("it is not an X.509 version 3 certificate"))?;
    let known: Vec<Known<'_>> = authorities.iter().take(AUTHORITIES_MAX).filter_map(Known::of).collect();
    let roots = known.iter().filter(|known| known.trusted.is_root);
    let anchors: Vec<_> = roots.filter_map(|root| webpki::anchor_from_trusted_cert(&root.der).ok()).collect();
    let between: Vec<CertificateDer<'_>> =
        known.iter().filter(|known| !known.trusted.is_root).map(|known| known.der.clone()).collect();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.unix().max(0).unsigned_abs()));
    let verify = |revocation: Option<RevocationOptions<'_>>| {
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        let path = end.verify_for_usage(algorithms, &anchors, &between, at, KeyUsage::client_auth(), revocation, None);
        path.map(|path| issuers(&path, &known)).map_err(refused)
    };
    let needs: Vec<bool> = verify(None)?.into_iter().map(|issuer| issuer.needs_crl).collect();
    let lists: Vec<CertRevocationList<'_>> = known.iter().filter_map(|known| list(known.trusted)).collect();
    let lists: Vec<&CertRevocationList<'_>> = lists.iter().collect();
    let depth = match needs.split_first() {
        Some((_, above)) if above.contains(&true) => Some(RevocationCheckDepth::Chain),
        Some((true, _)) => Some(RevocationCheckDepth::EndEntity),
        // Nobody on the way needs a list; what lists there are count all the same.
        Some((false, _)) | None => None,
    };
    let Ok(lists) = RevocationOptionsBuilder::new(&lists) else {
        return if depth.is_none() { Ok(facts) } else { Err(CertError::RevocationUnknown) };
    };
    let lists = lists.with_expiration_policy(ExpirationPolicy::Enforce);
    verify(Some(lists.with_status_policy(UnknownStatusPolicy::Allow).build()))?;
    if let Some(depth) = depth {
        verify(Some(lists.with_depth(depth).with_status_policy(UnknownStatusPolicy::Deny).build()))?;
    }
    Ok(facts)
}

/// When a revocation list says that the next one follows; that it can be read is checked with it.
pub fn crl_next_update(crl: &[u8]) -> Result<Option<Time>, CertError> {
    use x509_parser::prelude::{CertificateRevocationList, FromDer};
    let malformed = CertError::Malformed("not a revocation list in DER, or one of a kind that is not supported");
    if crl.len() > CRL_BYTES_MAX || BorrowedCertRevocationList::from_der(crl).is_err() {
        return Err(malformed);
    }
    let Ok((_, parsed)) = CertificateRevocationList::from_der(crl) else { return Err(malformed) };
    Ok(parsed.next_update().map(|next| Time::from_unix(next.timestamp())))
}

/// An authority whose certificate could be read.
struct Known<'a> {
    trusted: &'a TrustedAuthority<'a>,
    der: CertificateDer<'static>,
}

impl<'a> Known<'a> {
    fn of(trusted: &'a TrustedAuthority<'a>) -> Option<Known<'a>> {
        let der = CertificateDer::from(der_of(trusted.certificate, &["CERTIFICATE"])?);
        Some(Known { trusted, der })
    }
}

/// Who issued each certificate of a path, the client's first.
fn issuers<'a>(path: &VerifiedPath<'_>, known: &[Known<'a>]) -> Vec<&'a TrustedAuthority<'a>> {
    let anchor = path.anchor();
    let is_anchor = |known: &&Known<'a>| {
        known.trusted.is_root
            && webpki::anchor_from_trusted_cert(&known.der).is_ok_and(|own| {
                own.subject == anchor.subject && own.subject_public_key_info == anchor.subject_public_key_info
            })
    };
    let between = path.intermediate_certificates();
    let between = between.filter_map(|certificate| known.iter().find(|known| known.der == certificate.der()));
    between.chain(known.iter().find(is_anchor)).map(|known| known.trusted).collect()
}

fn list<'a>(trusted: &TrustedAuthority<'a>) -> Option<CertRevocationList<'a>> {
    let crl = trusted.crl.filter(|crl| crl.len() <= CRL_BYTES_MAX)?;
    BorrowedCertRevocationList::from_der(crl).ok().map(CertRevocationList::from)
}

fn refused(why: webpki::Error) -> CertError {
    use webpki::Error;
    match why {
        Error::CertRevoked => CertError::Revoked,
        Error::UnknownRevocationStatus | Error::CrlExpired { .. } | Error::InvalidCrlSignatureForPublicKey => {
            CertError::RevocationUnknown
        }
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } | Error::InvalidCertValidity => CertError::Time,
        Error::RequiredEkuNotFoundContext(_) | Error::CaUsedAsEndEntity => CertError::Usage,
        _ => CertError::Foreign,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose, IsCa,
        Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
    };

    fn at(year: i32) -> Time {
        Time::from_unix(date_time_ymd(year, 6, 1).unix_timestamp())
    }

    /// An authority of the test, with its key.
    struct Made {
        der: Vec<u8>,
        issuer: Issuer<'static, KeyPair>,
    }

    fn params(name: &str, serial: u64) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        params
    }

    fn authority(name: &str, above: Option<&Made>) -> Made {
        let key = KeyPair::generate().unwrap();
        let mut params = params(name, 7);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = match above {
            Some(above) => params.signed_by(&key, &above.issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        Made { der: certificate.der().to_vec(), issuer: Issuer::new(params, key) }
    }

    fn person(issuer: &Made, serial: u64, usage: ExtendedKeyUsagePurpose) -> Vec<u8> {
        let mut params = params("Ada", serial);
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        params.signed_by(&KeyPair::generate().unwrap(), &issuer.issuer).unwrap().der().to_vec()
    }

    fn crl(issuer: &Made, revoked: &[u64], next: i32) -> Vec<u8> {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2023, 1, 1),
            next_update: date_time_ymd(next, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&issuer.issuer).unwrap().der().to_vec()
    }

    fn trusted<'a>(made: &'a Made, is_root: bool, crl: Option<&'a [u8]>, needs_crl: bool) -> TrustedAuthority<'a> {
        TrustedAuthority { certificate: &made.der, is_root, crl, needs_crl }
    }

    #[test]
    fn a_certificate_counts_when_it_leads_to_a_trusted_root_and_nothing_else_does() {
        let (root, stranger) = (authority("Root", None), authority("Root", None));
        let between = authority("Between", Some(&root));
        let client = || ExtendedKeyUsagePurpose::ClientAuth;
        let (ada, server) = (person(&between, 1, client()), person(&between, 2, ExtendedKeyUsagePurpose::ServerAuth));
        let (r, b) = (trusted(&root, true, None, false), trusted(&between, false, None, false));
        for (what, certificate, authorities, year, expect) in [
            ("in order", &ada, vec![r.clone(), b.clone()], 2030, Ok(())),
            ("too late", &ada, vec![r.clone(), b.clone()], 2050, Err(CertError::Time)),
            ("too early", &ada, vec![r.clone(), b.clone()], 2010, Err(CertError::Time)),
            ("a server's", &server, vec![r.clone(), b.clone()], 2030, Err(CertError::Usage)),
            ("no way to the root", &ada, vec![r.clone()], 2030, Err(CertError::Foreign)),
            ("no root", &ada, vec![b.clone()], 2030, Err(CertError::Foreign)),
            (
                "a stranger of the same name",
                &ada,
                vec![trusted(&stranger, true, None, false), b.clone()],
                2030,
                Err(CertError::Foreign),
            ),
            ("the authority itself", &root.der, vec![r.clone()], 2030, Err(CertError::Usage)),
        ] {
            let found = verify_client_certificate(certificate, &authorities, at(year));
            assert_eq!(found.map(drop), expect, "{what}");
        }
    }

    #[test]
    fn what_was_taken_back_counts_no_more_and_a_list_that_is_needed_must_be_there_and_fresh() {
        let root = authority("Root", None);
        let between = authority("Between", Some(&root));
        let other = authority("Between", Some(&root));
        let ada = person(&between, 42, ExtendedKeyUsagePurpose::ClientAuth);
        let (clean, old) = (crl(&between, &[41], 2035), crl(&between, &[], 2025));
        let (dirty, forged) = (crl(&between, &[41, 42], 2035), crl(&other, &[], 2035));
        let above = crl(&root, &[7], 2035);
        let unknown = Err(CertError::RevocationUnknown);
        for (what, of_between, of_root, needs, expect) in [
            ("no list and none needed", None, None, [false, false], Ok(())),
            ("no list but one needed", None, None, [true, false], unknown.clone()),
            ("a clean one", Some(&clean), None, [true, false], Ok(())),
            ("a clean one, and one above is needed", Some(&clean), None, [true, true], unknown.clone()),
            ("an old one", Some(&old), None, [true, false], unknown.clone()),
            ("revoked", Some(&dirty), None, [true, false], Err(CertError::Revoked)),
            ("revoked although no list is needed", Some(&dirty), None, [false, false], Err(CertError::Revoked)),
            ("signed by another", Some(&forged), None, [true, false], unknown.clone()),
            ("the authority was revoked", Some(&clean), Some(&above), [true, true], Err(CertError::Revoked)),
        ] {
            let authorities = [
                trusted(&root, true, of_root.map(Vec::as_slice), needs[1]),
                trusted(&between, false, of_between.map(Vec::as_slice), needs[0]),
            ];
            assert_eq!(verify_client_certificate(&ada, &authorities, at(2030)).map(drop), expect, "{what}");
        }
        assert_eq!(crl_next_update(&old).unwrap(), Some(Time::from_unix(date_time_ymd(2025, 1, 1).unix_timestamp())));
        assert!(crl_next_update(&ada).is_err());
    }

    #[test]
    fn no_mutated_list_makes_the_reader_panic() {
        let root = authority("Root", None);
        let list = crl(&root, &[1, 2, 3], 2035);
        crate::mutate::each(&list, 20_000, |bytes| drop(crl_next_update(bytes)));
    }
}
