//! The server's own TLS certificate, from the server's own authority: for installations that bring none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use directory::Time;
use rcgen::{ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, SanType};

use crate::authority::{Authority, blank};
use crate::fault::KeyFault;
use crate::keys::Keys;
use crate::record::AuthorityRecord;
use crate::secret::Secret;

/// A server certificate lives this long: the most that browsers have accepted (CA/Browser Forum, ballot SC31).
pub const TLS_DAYS: i64 = 397;
/// A server certificate names at most so many names and addresses.
pub const TLS_NAMES_MAX: usize = 100;

/// A server certificate with its private key, as a TLS listener wants them.
#[derive(Clone, Debug)]
pub struct TlsCertificate {
    /// The certificate as PEM. The root is not in it: whoever trusts it has it ([`Keys::tls_authority_pem`]).
    pub chain_pem: String,
    /// The private key, PKCS#8 as PEM.
    pub key_pem: Secret,
    /// When it ends. Ask for another one before.
    pub not_after: Time,
}

impl Keys {
    /// Make a server certificate (ECDSA P-256) for these names and addresses, and always for `localhost`, `127.0.0.1` and
    /// `::1`. Each call makes a new key; the authority stays, and is succeeded before it ends.
    pub fn issue_tls(&self, names: &[String], ips: &[IpAddr], now: Time) -> Result<TlsCertificate, KeyFault> {
        let alternative_names = alternative_names(names, ips)?;
        let not_after = now.plus_days(TLS_DAYS);
        let outlives = |authority: &Authority| authority.is_valid(now) && authority.not_after() >= not_after;
        if !self.server()?.authorities.iter().any(outlives) {
            self.change_server(|record| {
                record.authorities.push(AuthorityRecord::new("Castellan server authority", now)?);
                Ok(true)
            })?;
        }
        let server = self.server()?;
        let authority = server.authorities.iter().rfind(|authority| outlives(authority));
        let authority = authority.ok_or(KeyFault::Crypto("find a server authority that is valid now"))?;

        let mut params = blank(names.first().map_or("localhost", |name| common_name(name)), now, not_after);
        params.use_authority_key_identifier_extension = true;
        params.subject_alt_names = alternative_names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().map_err(|_| KeyFault::Crypto("make a TLS key"))?;
        let certificate = authority.issue(&params, &key)?;
        Ok(TlsCertificate { chain_pem: certificate.pem(), key_pem: Secret::new(key.serialize_pem()), not_after })
    }

    /// The server authority as PEM, newest last where there are several: what clients are told to trust.
    pub fn tls_authority_pem(&self) -> Result<String, KeyFault> {
        Ok(self.server()?.authorities.iter().map(Authority::pem).collect())
    }
}

fn alternative_names(names: &[String], ips: &[IpAddr]) -> Result<Vec<SanType>, KeyFault> {
    if names.len() + ips.len() > TLS_NAMES_MAX {
        return Err(KeyFault::CertificateName(format!("{} names", names.len() + ips.len())));
    }
    let mut all = Vec::new();
    for name in std::iter::once("localhost").chain(names.iter().map(String::as_str)) {
        let refused = || KeyFault::CertificateName(name.to_owned());
        if !is_dns_name(name) {
            return Err(refused());
        }
        all.push(SanType::DnsName(name.to_ascii_lowercase().try_into().map_err(|_| refused())?));
    }
    let own = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    all.extend(own.iter().chain(ips).map(|ip| SanType::IpAddress(*ip)));
    let mut seen = std::collections::HashSet::new();
    all.retain(|name| seen.insert(name.clone()));
    Ok(all)
}

/// A host name (RFC 1123 §2.1), or one with a wildcard as its first label (RFC 9525 §6.3).
fn is_dns_name(name: &str) -> bool {
    let host = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && host.split('.').all(is_label)
}

/// A common name has at most 64 characters (RFC 5280, appendix A); the alternative names are what counts.
fn common_name(name: &str) -> &str {
    if name.len() <= 64 { name } else { "localhost" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use x509_parser::extensions::GeneralName;
    use x509_parser::pem::parse_x509_pem;

    const NOW: Time = Time::from_unix(1_795_248_000);

    #[test]
    fn a_server_certificate_names_the_host_and_chains_to_the_authority() {
        let scratch = Scratch::new();
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        let names = ["id.xyz.example".to_owned(), "*.xyz.example".to_owned(), "LOCALHOST".to_owned()];
        let tls = keys.issue_tls(&names, &["192.0.2.7".parse().unwrap()], NOW).unwrap();
        let (_, pem) = parse_x509_pem(tls.chain_pem.as_bytes()).unwrap();
        let certificate = pem.parse_x509().unwrap();
        let found = certificate.subject_alternative_name().unwrap().unwrap();
        let found: Vec<String> = found.value.general_names.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(found.iter().all(|name| !name.contains("LOCALHOST")));
        let addresses = certificate.subject_alternative_name().unwrap().unwrap().value.general_names.iter();
        assert_eq!(addresses.filter(|name| matches!(name, GeneralName::IPAddress(_))).count(), 3);
        let validity = certificate.validity();
        assert_eq!(validity.not_after.timestamp(), NOW.plus_days(TLS_DAYS).unix());
        assert!(validity.not_after.timestamp() - validity.not_before.timestamp() <= 398 * 86_400);
        assert!(keys.server().unwrap().authorities[0].has_issued(&certificate));
        assert!(tls.key_pem.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
    }

    #[test]
    fn the_authority_stays_until_a_certificate_would_outlive_it() {
        let scratch = Scratch::new();
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        let pem = keys.tls_authority_pem().unwrap();
        keys.issue_tls(&[], &[], NOW.plus_days(365)).unwrap();
        assert_eq!(Keys::open(scratch.path(), NOW).unwrap().tls_authority_pem().unwrap(), pem);
        let late = NOW.plus_days(20 * 365 - 30);
        assert_eq!(keys.issue_tls(&[], &[], late).unwrap().not_after, late.plus_days(TLS_DAYS));
        let succeeded = keys.tls_authority_pem().unwrap();
        assert!(succeeded.starts_with(&pem) && succeeded.len() > pem.len());
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        let scratch = Scratch::new();
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        for name in ["", "a..b", "-a", "a b", "xyz.example/", "*", "a.*.b", "köln.example", &"a".repeat(64)] {
            let refused = keys.issue_tls(&[name.to_owned()], &[], NOW);
            assert!(matches!(refused, Err(KeyFault::CertificateName(_))), "{name}");
        }
        assert!(keys.issue_tls(&vec!["a".to_owned(); TLS_NAMES_MAX + 1], &[], NOW).is_err());
    }
}
