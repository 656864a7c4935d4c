//! A token that one client hands on to the next: an access token of ours, for the client that brings it, about a person.
//!
//! What the person proved travels in the token, sealed, so that whoever it is exchanged for is judged by the policies as
//! exactly as at the sign-in (`aio`, a text that only we can read).

use directory::Record;
use keys::{Claims, Expect, JwtError};
use signin::{Client, ClientAppType, Evidence, Resource};

use crate::error::Problem;
use crate::issue::ACCESS_TYP;
use crate::own_token;
use crate::request::Desk;

/// What the evidence in a token is sealed for.
const PURPOSE: &str = "evidence in an access token";

/// A token that was handed on.
pub(crate) struct HandedOn {
    pub claims: Claims,
    pub evidence: Evidence,
    /// Through which kind of program the person came in.
    pub client_app_type: ClientAppType,
}

/// The evidence, for a token that its resource may hand on; absent for those that only we read.
pub(crate) fn sealed(
    desk: &Desk<'_>,
    resource: &Resource<'_>,
    evidence: &Evidence,
    client_app_type: ClientAppType,
) -> Result<Option<String>, Problem> {
    if resource.app.is_none() {
        return Ok(None);
    }
    let record = evidence.to_record().with("clientAppType", client_app_type.name());
    let sealed = desk.oidc.keys.seal(desk.tenant, PURPOSE, &directory::record_to_bytes(&record))?;
    Ok(Some(keys::base64url::encode(sealed)))
}

/// Read a token that `client` brings: signed by us, alive, for this client and no other, about a person.
pub(crate) fn read(desk: &Desk<'_>, client: &Client<'_>, token: &str) -> Result<HandedOn, Problem> {
    let claims = verified(desk, token)?;
    if !claims.texts("aud").any(|audience| is_own_name(client, audience)) {
        return Err(Problem::new(
            500_131,
            format!("the audience of the assertion is not `{}`, which presents it", client.app_id()),
        ));
    }
    if claims.text("idtyp") != Some("user") {
        return Err(Problem::new(
            7_000_114,
            "the assertion is of an application acting as itself; only a person's token can be handed on",
        ));
    }
    let (evidence, client_app_type) = opened(desk, &claims).ok_or_else(unusable)?;
    let speaks_of = |name: &str| claims.text(name).and_then(directory::id_from_text);
    if speaks_of("oid") != Some(evidence.user) || speaks_of("sid") != Some(evidence.session) {
        return Err(unusable());
    }
    Ok(HandedOn { claims, evidence, client_app_type })
}

/// An access token of ours that nothing has ended.
pub(crate) fn verified(desk: &Desk<'_>, token: &str) -> Result<Claims, Problem> {
    let expect = Expect { typ: &[ACCESS_TYP], ..Expect::at(desk.at) };
    let claims = own_token::verify(desk, token, &expect).map_err(|why| match why {
        JwtError::Expired | JwtError::NotYetValid => {
            Problem::new(500_133, "the assertion is not within its valid time range")
        }
        JwtError::Fault(_) => Problem::fault(),
        why => Problem::new(50_013, format!("the assertion is refused: {why}")),
    })?;
    match bearer::is_taken_back(&desk.engine.tickets(), &claims) {
        Ok(false) => Ok(claims),
        Ok(true) => Err(Problem::new(50_173, "the assertion was taken back; the person has to sign in again")),
        Err(_) => Err(Problem::fault()),
    }
}

/// Whether a client is called so as a resource.
pub(crate) fn is_own_name(client: &Client<'_>, name: &str) -> bool {
    use schema::application::IDENTIFIER_URIS;
    use schema::service_principal::SERVICE_PRINCIPAL_NAMES;
    name.strip_prefix("api://").unwrap_or(name) == client.app_id()
        || client.app.and_then(|app| app.get(IDENTIFIER_URIS)).is_some_and(|names| names.contains(&name))
        || client.principal.get(SERVICE_PRINCIPAL_NAMES).is_some_and(|names| names.contains(&name))
}

fn opened(desk: &Desk<'_>, claims: &Claims) -> Option<(Evidence, ClientAppType)> {
    let sealed = keys::base64url::decode(claims.text("aio")?)?;
    let plain = desk.oidc.keys.open_sealed(desk.tenant, PURPOSE, &sealed).ok()?;
    let record: Record = directory::record_from_bytes(&plain).ok()?;
    let app_type = record.text("clientAppType")?;
    let app_type = [ClientAppType::Browser, ClientAppType::MobileAppsAndDesktopClients, ClientAppType::Other]
        .into_iter()
        .find(|known| known.name() == app_type)?;
    Some((Evidence::from_record(&record)?, app_type))
}

fn unusable() -> Problem {
    Problem::new(50_013, "the assertion cannot be handed on; ask for a token for this application and present that")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
