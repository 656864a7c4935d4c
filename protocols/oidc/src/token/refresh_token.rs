//! `refresh_token`: one for one. An old one that comes back means that two hold the family, and ends it (RFC 9700 §4.14).

use directory::{Id, Record, Time};
use engine::{Body, Tickets};
use http::{Response, StatusCode};
use keys::Secret;
use signin::{ClientAppType, ClientProof, Event, Evidence, RefreshLife};

use super::authorization_code::narrowed;
use crate::client_auth;
use crate::error::Problem;
use crate::issue::{self, Person};
use crate::request::Desk;
use crate::{answer, opaque};

/// What all refresh tokens that came of one sign-in have in common.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub id: Id,
    pub began: Time,
    pub client: String,
    pub is_confidential: bool,
    pub is_spa: bool,
    pub scope: String,
    pub evidence: Evidence,
    pub capabilities: Vec<String>,
}

/// Give out the family's next refresh token.
pub(crate) fn issue(desk: &Desk<'_>, family: &Family) -> Result<Secret, Problem> {
    let token = opaque::fresh(desk.tenant);
    let key = opaque::key(token.expose());
    let put = desk.engine.tickets().put(
        opaque::REFRESH_TOKENS,
        &key,
        Some(family.id),
        family.expires(desk.at),
        &family.to_record(),
    );
    put.map_err(|_| Problem::fault())?;
    Ok(token)
}

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let form = &desk.request.form;
    let token = form.need("refresh_token")?;
    let proven = client_auth::client(desk)?;
    let (tickets, key) = (desk.engine.tickets(), opaque::key(token));
    let gone =
        || Problem::new(700_082, "the refresh token has expired, was revoked, or was never given out; sign in again");
    let body = tickets.get(opaque::REFRESH_TOKENS, &key).map_err(|_| Problem::fault())?.ok_or_else(gone)?;
    let family = Family::from_record(&body).ok_or_else(gone)?;
    if family.client != proven.client.app_id() {
        return Err(Problem::new(70_002, "the refresh token was given to another application"));
    }
    if family.is_confidential {
        proven.need_proof()?;
    }
    if body.bool("used") == Some(true) {
        return Err(reused(&tickets, family.id));
    }
    let scopes = narrowed(&family.scope, form.get("scope"))?;
    let person = Person {
        client: &proven.client,
        proof: proven.proof,
        scopes: &scopes,
        evidence: &family.evidence,
        nonce: None,
        capabilities: &family.capabilities,
        client_app_type: app_type(&family, proven.proof),
        flow: None,
    };
    let (outcome, verdict) = issue::person(desk, &person);
    let how = (Event::NonInteractiveUser, "refreshTokenGrant", person.client_app_type);
    super::log(desk, how, &proven.client, &family.evidence, verdict.as_ref(), &outcome).await?;
    let mut issued = outcome?;
    // Of two who bring the same token at once, one gets in; the other shows that there are two.
    let used = body.clone().with("used", true);
    let expires = family.expires(desk.at);
    let swapped = tickets
        .swap(opaque::REFRESH_TOKENS, &key, Some(family.id), expires, &body, &used)
        .map_err(|_| Problem::fault())?;
    if !swapped {
        return Err(reused(&tickets, family.id));
    }
    issued.body.set("refresh_token", issue(desk, &family)?.expose());
    Ok(answer::json(StatusCode::OK, &issued.body))
}

/// Take a family back if this token of it belongs to the client (RFC 7009 §2.1); whether there was one is told to nobody.
pub(crate) fn revoke(desk: &Desk<'_>, token: &str, client: &str) -> Result<(), Problem> {
    let tickets = desk.engine.tickets();
    let found = tickets.get(opaque::REFRESH_TOKENS, &opaque::key(token)).map_err(|_| Problem::fault())?;
    match found.as_ref().and_then(Family::from_record).filter(|family| family.client == client) {
        Some(family) => tickets.revoke(family.id).map(drop).map_err(|_| Problem::fault()),
        None => Ok(()),
    }
}

fn reused(tickets: &Tickets, family: Id) -> Problem {
    match tickets.revoke(family) {
        Ok(_) => Problem::new(
            50_173,
            "the refresh token was used before, so all that came of the same sign-in is revoked; sign in again",
        ),
        Err(_) => Problem::fault(),
    }
}

fn app_type(family: &Family, proof: ClientProof) -> ClientAppType {
    match (family.is_spa || family.is_confidential, proof) {
        (false, ClientProof::None) => ClientAppType::MobileAppsAndDesktopClients,
        _ => ClientAppType::Browser,
    }
}

impl Family {
    fn expires(&self, at: Time) -> Time {
        let life = if self.is_spa { RefreshLife::SPA } else { RefreshLife::USUAL };
        life.expires(self.began, at, self.evidence.until)
    }

    fn to_record(&self) -> Record {
        Record::new()
            .with("family", self.id)
            .with("began", self.began)
            .with("client", &self.client)
            .with("confidential", self.is_confidential)
            .with("spa", self.is_spa)
            .with("scope", &self.scope)
            .with("evidence", self.evidence.to_record())
            .with("capabilities", self.capabilities.clone())
    }

    fn from_record(record: &Record) -> Option<Family> {
        Some(Family {
            id: record.guid("family")?,
            began: record.time("began")?,
            client: record.text("client")?.to_owned(),
            is_confidential: record.bool("confidential")?,
            is_spa: record.bool("spa")?,
            scope: record.text("scope")?.to_owned(),
            evidence: Evidence::from_record(record.record("evidence")?)?,
            capabilities: record.texts("capabilities").map(str::to_owned).collect(),
        })
    }
}
