//! `device_code`: a device asks whether its person has said yes (RFC 8628 §3.4, §3.5).

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use signin::{ClientAppType, ClientRules, Confirmation, Event, Evidence, Scopes};

use super::Grant;
use super::refresh_token::{self, Family};
use crate::binding;
use crate::client_auth;
use crate::device::{DEVICE_CODES, FLOW, INTERVAL_SECONDS, State};
use crate::error::Problem;
use crate::issue::{self, Asking, Person};
use crate::request::Desk;
use crate::{answer, opaque};

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let code = desk.request.form.need("device_code").or_else(|_| desk.request.form.need("code"))?;
    let proven = super::client(desk, super::DEVICE_CODE)?;
    // Before anything is used up: a client that lacks a nonce asks again.
    let confirmation = binding::of(desk, &proven.client, &ClientRules::of(&proven.client))?;
    let (tickets, key) = (desk.engine.tickets(), opaque::key(code));
    let unknown = || Problem::new(70_018, "the device code is not one of ours; ask for a new one");
    let body = tickets.get(DEVICE_CODES, &key).map_err(|_| Problem::fault())?.ok_or_else(unknown)?;
    if body.text("client") != Some(proven.client.app_id()) {
        return Err(unknown());
    }
    if body.time("expires").is_none_or(|expires| desk.at >= expires) {
        return Err(Problem::new(70_020, "the device code has expired; ask for a new one"));
    }
    match State::of(&body) {
        State::Pending => Err(wait(desk, &key, &body)?),
        State::Declined => {
            tickets.take(DEVICE_CODES, &key).map_err(|_| Problem::fault())?;
            Err(Problem { error: "access_denied", ..Problem::new(65_004, "the person did not let the device in") })
        }
        State::Approved(evidence) => {
            // Once: of two who ask at the same moment, one gets the tokens.
            if tickets.take(DEVICE_CODES, &key).map_err(|_| Problem::fault())?.is_none() {
                return Err(unknown());
            }
            tokens(desk, &proven, &body, *evidence, confirmation).await
        }
    }
}

async fn tokens(
    desk: &Desk<'_>,
    proven: &client_auth::Proven<'_>,
    body: &Record,
    evidence: Evidence,
    confirmation: Option<Confirmation>,
) -> Result<Response<Body>, Problem> {
    let asked = body.text("scope").unwrap_or_default();
    let scopes = Scopes::parse(asked)?;
    let person = Person {
        client: &proven.client,
        proof: proven.proof,
        scopes: &scopes,
        asking: Asking::default(),
        evidence: &evidence,
        nonce: None,
        capabilities: &[],
        client_app_type: ClientAppType::MobileAppsAndDesktopClients,
        flow: Some(FLOW),
        confirmation: confirmation.as_ref(),
    };
    let (outcome, verdict) = issue::person(desk, &person);
    let how = (Event::NonInteractiveUser, "deviceCode", person.client_app_type);
    super::log(desk, how, &proven.client, &evidence, verdict.as_ref(), &outcome).await?;
    let mut issued = outcome?;
    if scopes.offline_access {
        let family = Family {
            id: keys::random_uuid(),
            began: desk.at,
            client: proven.client.app_id().to_owned(),
            is_confidential: proven.need_proof().is_ok(),
            is_spa: false,
            evidence,
            grant: Grant { scope: asked.to_owned(), ..Grant::default() },
            confirmation: confirmation.filter(|_| proven.need_proof().is_err()),
        };
        issued.body.set("refresh_token", refresh_token::issue(desk, &family)?.expose());
    }
    Ok(answer::json(StatusCode::OK, &issued.body))
}

/// Not yet; and slower, if it asks too often.
fn wait(desk: &Desk<'_>, key: &[u8], body: &Record) -> Result<Problem, Problem> {
    // One second of grace for clocks and the network.
    let least = body.int("interval").unwrap_or(INTERVAL_SECONDS) - 1;
    let is_early = body.time("polled").is_some_and(|last| desk.at.unix() - last.unix() < least);
    let mut next = body.clone();
    next.set("polled", desk.at);
    if is_early {
        next.set("interval", body.int("interval").unwrap_or(INTERVAL_SECONDS) + 5);
    }
    let keep = body.time("kept").unwrap_or(desk.at);
    // Lost to the person's answer, this poll changes nothing, and the next one sees the answer.
    desk.engine.tickets().swap(DEVICE_CODES, key, None, keep, body, &next).map_err(|_| Problem::fault())?;
    Ok(if is_early {
        Problem::new(70_037, "the device asks too often; wait five seconds longer between two requests")
    } else {
        Problem::new(70_016, "the person has not finished signing in; ask again later")
    })
}
