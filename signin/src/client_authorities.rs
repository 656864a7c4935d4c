//! Which authorities are trusted to say which application it is (RFC 8705 §2.1): those of the tenant's
//! `mutualTlsOauthConfiguration`s, each for the one name that they write into certificates.

use directory::{Record, Snapshot, Value};
use schema::mutual_tls_oauth_configuration::{
    CERTIFICATE_AUTHORITIES, MUTUAL_TLS_OAUTH_CONFIGURATION, TLS_CLIENT_AUTH_PARAMETER,
};

use crate::CertificateAuthority;

/// The client metadata that names what a certificate must carry (RFC 8705 §2.1.2). Tags of the application hold it.
pub const TLS_CLIENT_NAMES: [&str; 5] = [
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

/// All authorities of applications.
#[must_use]
pub fn client_authorities(now: &Snapshot) -> Vec<CertificateAuthority> {
    TLS_CLIENT_NAMES.iter().flat_map(|name| client_authorities_by(now, name)).collect()
}

/// The authorities that tell applications apart by this metadata.
#[must_use]
pub fn client_authorities_by(now: &Snapshot, name: &str) -> Vec<CertificateAuthority> {
    let configured = now.all(&MUTUAL_TLS_OAUTH_CONFIGURATION);
    let of_name = configured.filter(|known| known.get(TLS_CLIENT_AUTH_PARAMETER) == Some(name));
    let records = of_name.flat_map(|known| known.get(CERTIFICATE_AUTHORITIES).unwrap_or_default());
    records.filter_map(|record| authority(&record)).collect()
}

fn authority(record: &Record) -> Option<CertificateAuthority> {
    let Some(Value::Bytes(certificate)) = record.get("certificate") else { return None };
    let crl_url = record.text("certificateRevocationListUrl").filter(|url| !url.is_empty()).map(str::to_owned);
    let is_root = record.bool("isRootAuthority").unwrap_or(false);
    Some(CertificateAuthority { certificate: certificate.clone(), is_root, needs_crl: crl_url.is_some(), crl_url })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, create, directory};
    use directory::Id;

    #[test]
    fn an_authority_counts_for_the_name_that_it_was_set_up_for() {
        let authority = Record::new().with("certificate", Value::Bytes(vec![1])).with("isRootAuthority", true);
        let by_dns = create(
            Id::from_u128(1),
            &MUTUAL_TLS_OAUTH_CONFIGURATION,
            vec![
                (TLS_CLIENT_AUTH_PARAMETER.id, "tls_client_auth_san_dns".into()),
                (CERTIFICATE_AUTHORITIES.id, vec![authority].into()),
            ],
        );
        let now = directory().fork(NOW, &[by_dns]).unwrap();
        assert_eq!(client_authorities_by(&now, "tls_client_auth_san_dns").len(), 1);
        assert!(client_authorities_by(&now, "tls_client_auth_subject_dn").is_empty());
        assert!(client_authorities(&now)[0].is_root);
    }
}
