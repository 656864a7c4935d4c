//! A client that proves itself with the certificate of its connection (RFC 8705 §2), as its application registered:
//! `token_endpoint_auth_method` is a tag of the application, as other metadata without a property in Graph.
//!
//! That the client holds the key was proved in the TLS handshake. Here is only asked whether the certificate is its own.

use keys::CertificateFacts;
use signin::{Client, ClientProof};

use crate::certificate_sign_in;
use crate::error::Problem;
use crate::request::Desk;

/// The client metadata that names the way (RFC 8705 §2.1.1, §2.2.1).
const METHOD: &str = "token_endpoint_auth_method";

/// How the certificate proves the client; absent where the client registered another way.
pub(crate) fn prove(desk: &Desk<'_>, client: &Client<'_>) -> Result<Option<ClientProof>, Problem> {
    match client.wish(METHOD) {
        Some("self_signed_tls_client_auth") => by_registered(desk, client).map(Some),
        Some("tls_client_auth") => by_authority(desk, client).map(Some),
        Some(_) | None => Ok(None),
    }
}

/// The certificate itself is registered (`keyCredentials`); who signed it does not matter (RFC 8705 §2.2).
fn by_registered(desk: &Desk<'_>, client: &Client<'_>) -> Result<ClientProof, Problem> {
    let shown = shown(desk)?;
    let holders = client.app.into_iter().chain([client.principal]);
    let registered = holders.flat_map(|holder| signin::verifying_keys(holder, desk.at));
    let is_own = registered
        .take(keys::KEYS_TRIED_MAX)
        .filter_map(|key| CertificateFacts::read(&key).ok())
        .any(|registered| registered.x5t_s256 == shown.x5t_s256);
    if is_own { Ok(ClientProof::Key) } else { Err(refused("it is not one that the application registered")) }
}

/// An authority that the tenant trusts issued the certificate, and the one name in it that the application registered is
/// there (RFC 8705 §2.1).
fn by_authority(desk: &Desk<'_>, client: &Client<'_>) -> Result<ClientProof, Problem> {
    let certificate = desk.request.certificate.ok_or_else(none_shown)?;
    // Exactly one of the five may be registered (§2.1.2).
    let mut registered = signin::TLS_CLIENT_NAMES.iter().filter_map(|name| Some((*name, client.wish(name)?)));
    let (Some((name, expected)), None) = (registered.next(), registered.next()) else {
        return Err(refused("the application must register exactly one name that the certificate has to carry"));
    };
    let authorities = signin::client_authorities_by(&desk.now, name);
    let facts = certificate_sign_in::verified(desk, certificate, &authorities);
    let facts = facts.map_err(|denial| refused(denial.reason))?;
    let is_there = match name {
        "tls_client_auth_subject_dn" => keys::is_same_name(&facts.subject, expected),
        "tls_client_auth_san_dns" => facts.dns_names.iter().any(|known| known.eq_ignore_ascii_case(expected)),
        "tls_client_auth_san_uri" => facts.uris.iter().any(|known| known == expected),
        "tls_client_auth_san_ip" => expected.parse().is_ok_and(|expected| facts.addresses.contains(&expected)),
        "tls_client_auth_san_email" => facts.rfc822_names.iter().any(|known| known == expected),
        _ => false,
    };
    if is_there {
        Ok(ClientProof::Key)
    } else {
        Err(refused("it does not carry the name that the application registered"))
    }
}

/// What the certificate of the connection says, if it is valid now.
fn shown(desk: &Desk<'_>) -> Result<CertificateFacts, Problem> {
    let certificate = desk.request.certificate.ok_or_else(none_shown)?;
    let facts = CertificateFacts::read(certificate).map_err(refused)?;
    if !facts.has_accepted_key {
        return Err(refused("its key is too weak, or of a kind that is not accepted"));
    }
    if (facts.not_before..=facts.not_after).contains(&desk.at) {
        Ok(facts)
    } else {
        Err(refused("it is not valid now"))
    }
}

fn none_shown() -> Problem {
    Problem::new(
        7_000_218,
        "the client proves itself with a certificate; ask at the address of `mtls_endpoint_aliases`",
    )
}

fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::new(700_027, format!("the client's certificate is refused: {why}"))
}
