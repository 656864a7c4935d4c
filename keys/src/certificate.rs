//! What an X.509 certificate says: its names, numbers and policies, as the text that others compare.
//!
//! Deliberately absent: whether any of it is true. That is `chain`'s business, and comes first.

use std::net::IpAddr;

use directory::Time;
use x509_parser::asn1_rs::{Any, Class};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::base64url;
use crate::digest::{sha1_thumbprint, sha256};
use crate::fault::CertError;
use crate::public_key::{PublicKey, der_of};

/// So many names or policies of one certificate are looked at.
pub const CERTIFICATE_NAMES_MAX: usize = 64;
/// The name of a person in the domain of their organisation: `otherName` of the type that smart cards carry.
const PRINCIPAL_NAME: &str = "1.3.6.1.4.1.311.20.2.3";

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// RFC 4514: the last part first.
    pub subject: String,
    pub issuer: String,
    /// As mappings of certificates to accounts write them: `DC=example,DC=xyz,CN=Ada`.
    pub subject_from_root: String,
    pub issuer_from_root: String,
    /// In hexadecimal, lower case.
    pub serial: String,
    pub principal_names: Vec<String>,
    pub rfc822_names: Vec<String>,
    pub dns_names: Vec<String>,
    pub uris: Vec<String>,
    pub addresses: Vec<IpAddr>,
    /// In hexadecimal, lower case; of the certificate itself and of the key that signed it.
    pub subject_key_id: Option<String>,
    pub authority_key_id: Option<String>,
    /// SHA-1 in hexadecimal, lower case: of the certificate, and of its public key (RFC 5280 §4.2.1.2, method 1).
    pub thumbprint: String,
    pub public_key_sha1: String,
    /// `x5t#S256` (RFC 8705 §3.1).
    pub x5t_s256: String,
    /// Dotted OIDs of the certificate policies.
    pub policies: Vec<String>,
    pub is_authority: bool,
    pub not_before: Time,
    pub not_after: Time,
    /// Whether its key is one that is accepted anywhere here: EC P-256 or P-384, RSA of 2048 bits and more, Ed25519.
    pub has_accepted_key: bool,
}

impl CertificateFacts {
    /// Read one certificate in DER, or in PEM.
    pub fn read(certificate: &[u8]) -> Result<CertificateFacts, CertError> {
        let malformed = CertError::Malformed("not one X.509 certificate in DER or PEM");
        let Some(der) = der_of(certificate, &["CERTIFICATE"]) else { return Err(malformed) };
        let Ok(([], parsed)) = X509Certificate::from_der(&der) else { return Err(malformed) };
        let mut facts = CertificateFacts {
            subject: rfc4514(parsed.subject()),
            issuer: rfc4514(parsed.issuer()),
            subject_from_root: from_root(parsed.subject()),
            issuer_from_root: from_root(parsed.issuer()),
            serial: hex(trimmed(parsed.raw_serial())),
            principal_names: Vec::new(),
            rfc822_names: Vec::new(),
            dns_names: Vec::new(),
            uris: Vec::new(),
            addresses: Vec::new(),
            subject_key_id: None,
            authority_key_id: None,
            thumbprint: hex(&sha1_thumbprint(&der)),
            public_key_sha1: hex(&sha1_thumbprint(&parsed.public_key().subject_public_key.data)),
            x5t_s256: base64url::encode(sha256(&der)),
            policies: Vec::new(),
            is_authority: parsed.is_ca(),
            not_before: Time::from_unix(parsed.validity().not_before.timestamp()),
            not_after: Time::from_unix(parsed.validity().not_after.timestamp()),
            has_accepted_key: PublicKey::from_parsed_spki(parsed.public_key()).is_ok(),
        };
        for extension in parsed.iter_extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(names) => {
                    names.general_names.iter().take(CERTIFICATE_NAMES_MAX).for_each(|name| facts.take_name(name));
                }
                ParsedExtension::SubjectKeyIdentifier(id) => facts.subject_key_id = Some(hex(id.0)),
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    facts.authority_key_id = id.key_identifier.as_ref().map(|id| hex(id.0));
                }
                ParsedExtension::CertificatePolicies(policies) => {
                    let oids =
                        policies.iter().take(CERTIFICATE_NAMES_MAX).map(|policy| policy.policy_id.to_id_string());
                    facts.policies = oids.collect();
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    /// Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    fn take_name(&mut self, name: &GeneralName<'_>) {
        match name {
            GeneralName::OtherName(oid, value) if oid.to_id_string() == PRINCIPAL_NAME => {
                self.principal_names.extend(other_name_text(value));
            }
            GeneralName::RFC822Name(mail) => self.rfc822_names.push((*mail).to_owned()),
            GeneralName::DNSName(name) => self.dns_names.push((*name).to_owned()),
            GeneralName::URI(uri) => self.uris.push((*uri).to_owned()),
            GeneralName::IPAddress(bytes) => self.addresses.extend(address(bytes)),
            _ => {}
        }
    }
}

/// Two names in RFC 4514 text are the same when they differ only in the case of attribute types and in spaces after commas.
#[must_use]
pub fn is_same_name(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (parts(left), parts(right));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some((one, this)), Some((other, that))) if one.eq_ignore_ascii_case(other) && this == that => {}
            _ => return false,
        }
    }
}

/// The attributes of a name in RFC 4514 text; what follows a backslash separates nothing.
fn parts(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut is_escaped = false;
    let split = name.split(move |c: char| {
        let separates = c == ',' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        separates
    });
    split.map(|part| part.trim_start().split_once('=').unwrap_or((part, "")))
}

/// A name as RFC 4514 §2 writes it: the last part first.
fn rfc4514(name: &X509Name<'_>) -> String {
    let mut parts = relative(name);
    parts.reverse();
    parts.join(",")
}

/// A name from the root on, as mappings of certificates to accounts write it.
fn from_root(name: &X509Name<'_>) -> String {
    relative(name).join(",")
}

fn relative(name: &X509Name<'_>) -> Vec<String> {
    let attribute = |attribute: &AttributeTypeAndValue<'_>| {
        let oid = attribute.attr_type().to_id_string();
        let kind = short_name(&oid).unwrap_or(&oid);
        match attribute.as_str() {
            Ok(value) => format!("{kind}={}", escaped(value)),
            Err(_) => format!("{kind}=#{}", hex(attribute.as_slice())),
        }
    };
    name.iter_rdn().map(|rdn| rdn.iter().map(attribute).collect::<Vec<_>>().join("+")).collect()
}

/// The short names of RFC 4514 §3, and the one for mail that everybody writes.
fn short_name(oid: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 12] = [
        ("2.5.4.3", "CN"),
        ("2.5.4.7", "L"),
        ("2.5.4.8", "ST"),
        ("2.5.4.10", "O"),
        ("2.5.4.11", "OU"),
        ("2.5.4.6", "C"),
        ("2.5.4.9", "STREET"),
        ("0.9.2342.19200300.100.1.25", "DC"),
        ("0.9.2342.19200300.100.1.1", "UID"),
        ("2.5.4.5", "SERIALNUMBER"),
        ("2.5.4.42", "GN"),
        ("2.5.4.4", "SN"),
    ];
    NAMES.iter().find(|(known, _)| *known == oid).map(|(_, short)| *short)
}

/// RFC 4514 §2.4.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.push('\\'),
            ' ' if at == 0 || at == last => text.push('\\'),
            '#' if at == 0 => text.push('\\'),
            _ => {}
        }
        if c == '\0' { text.push_str("\\00") } else { text.push(c) }
    }
    text
}

/// The text in an `otherName`: an explicitly tagged UTF8String (RFC 5280 §4.2.1.6).
fn other_name_text(value: &[u8]) -> Option<String> {
    let (_, tagged) = Any::from_der(value).ok()?;
    let inner = match tagged.class() {
        Class::ContextSpecific => Any::from_der(tagged.data).ok()?.1,
        _ => tagged,
    };
    std::str::from_utf8(inner.data).ok().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

/// A serial number without the zero byte that only keeps it positive.
fn trimmed(serial: &[u8]) -> &[u8] {
    match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => serial,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, CustomExtension, DnType, KeyPair, SanType};

    fn made(edit: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        edit(&mut params);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn names_are_written_as_rfc_4514_has_them_and_from_the_root_on() {
        let der = made(|params| {
            params.distinguished_name.push(DnType::CountryName, "DE");
            params.distinguished_name.push(DnType::OrganizationName, "XYZ, Ltd.");
            params.distinguished_name.push(DnType::CommonName, "Ada");
        });
        let facts = CertificateFacts::read(&der).unwrap();
        assert_eq!(facts.subject, "CN=Ada,O=XYZ\\, Ltd.,C=DE");
        assert_eq!(facts.subject_from_root, "C=DE,O=XYZ\\, Ltd.,CN=Ada");
        assert!(facts.is_self_issued() && facts.has_accepted_key && !facts.is_authority);
    }

    #[test]
    fn names_differ_only_where_it_matters() {
        for (left, right, expect) in [
            ("CN=Ada,O=XYZ", "cn=Ada, o=XYZ", true),
            ("CN=Ada,O=XYZ", "O=XYZ,CN=Ada", false),
            ("CN=Ada", "CN=ada", false),
            ("CN=Ada\\,O=XYZ", "CN=Ada,O=XYZ", false),
            ("CN=Ada", "CN=Ada,O=XYZ", false),
            ("CN=Ada", "", false),
        ] {
            assert_eq!(is_same_name(left, right), expect, "{left} {right}");
        }
    }

    #[test]
    fn alternative_names_and_policies_are_read() {
        // SEQUENCE { [0] otherName { principal name, [0] UTF8String "ada@xyz.example" } }
        let upn = b"ada@xyz.example";
        let mut other = vec![0x06, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3, 0xa0, 17, 0x0c, 15];
        other.extend(upn);
        let mut names = vec![0x30, 2 + other.len() as u8, 0xa0, other.len() as u8];
        names.extend(other);
        // SEQUENCE { SEQUENCE { 1.2.3.4 } }
        let policies = vec![0x30, 7, 0x30, 5, 0x06, 3, 0x2a, 3, 4];
        let der = made(|params| {
            params.custom_extensions = vec![
                CustomExtension::from_oid_content(&[2, 5, 29, 17], names),
                CustomExtension::from_oid_content(&[2, 5, 29, 32], policies),
            ];
        });
        let facts = CertificateFacts::read(&der).unwrap();
        assert_eq!(
            (facts.principal_names, facts.policies),
            (vec!["ada@xyz.example".to_owned()], vec!["1.2.3.4".into()])
        );
        let der = made(|params| {
            params.subject_alt_names = vec![
                SanType::Rfc822Name("ada@xyz.example".try_into().unwrap()),
                SanType::DnsName("tool.xyz.example".try_into().unwrap()),
                SanType::IpAddress([192, 0, 2, 1].into()),
                SanType::URI("urn:tool".try_into().unwrap()),
            ];
        });
        let facts = CertificateFacts::read(&der).unwrap();
        assert_eq!(
            (facts.rfc822_names, facts.dns_names),
            (vec!["ada@xyz.example".to_owned()], vec!["tool.xyz.example".into()])
        );
        assert_eq!((facts.addresses, facts.uris), (vec![IpAddr::from([192, 0, 2, 1])], vec!["urn:tool".to_owned()]));
    }

    #[test]
    fn no_mutated_certificate_makes_the_reader_panic() {
        let der = made(|params| params.subject_alt_names = vec![SanType::Rfc822Name("a@b.c".try_into().unwrap())]);
        crate::mutate::each(&der, 20_000, |bytes| drop(CertificateFacts::read(bytes)));
    }
}
