//! A client that proves itself with the certificate of its connection (RFC 8705 §2), as its application registered:
//! `token_endpoint_auth_method` is a tag of the application, as other metadata without a property in Graph.
//!
//! That the client holds the key was proved in the TLS handshake. Here is only asked whether the certificate is its own.

use keys::CertificateFacts;
use signin::{Client, ClientProof};

use crate::error::Problem;
use crate::request::Desk;

/// The client metadata that names the way (RFC 8705 §2.1.1, §2.2.1).
const METHOD: &str = "token_endpoint_auth_method";

/// How the certificate proves the client; absent where the client registered another way.
pub(crate) fn prove(desk: &Desk<'_>, client: &Client<'_>) -> Result<Option<ClientProof>, Problem> {
    match client.wish(METHOD) {
        Some("self_signed_tls_client_auth") => by_registered(desk, client).map(Some),
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

/// What the certificate of the connection says, if it is valid now.
fn shown(desk: &Desk<'_>) -> Result<CertificateFacts, Problem> {
    let certificate = desk.request.certificate.ok_or_else(|| {
        Problem::new(
            7_000_218,
            "the client proves itself with a certificate; ask at the address of `mtls_endpoint_aliases`",
        )
    })?;
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

fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::new(700_027, format!("the client's certificate is refused: {why}"))
}
