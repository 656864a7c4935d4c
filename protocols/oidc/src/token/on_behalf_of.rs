//! `jwt-bearer` with `requested_token_use=on_behalf_of`: a service that was called with a person's token asks for one to
//! call the next service with, still as that person (RFC 7523 §2.1 in Entra's dialect).
//!
//! Policies, consent and the account are judged anew for the next service. What a policy still asks of the person goes
//! back as `claims`, which the service passes on to the program in front of the person.

use engine::Body;
use http::{Response, StatusCode};
use signin::{ClientRules, Event, Scopes};

use super::Grant;
use super::handed_on::{self, HandedOn};
use super::refresh_token::{self, Family};
use crate::authorize::claims::ClaimsRequest;
use crate::error::Problem;
use crate::issue::{self, Asking, Person};
use crate::request::Desk;
use crate::{answer, binding, chained};

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let form = &desk.request.form;
    if form.get("requested_token_use") != Some("on_behalf_of") {
        return Err(Problem::malformed("`requested_token_use` must be `on_behalf_of` with this grant type"));
    }
    let assertion = form.need("assertion")?;
    let asked = form.need("scope")?;
    let proven = super::client(desk, super::JWT_BEARER)?;
    proven.need_proof()?;
    let confirmation = binding::of(desk, &proven.client, &ClientRules::of(&proven.client))?;
    let HandedOn { claims, evidence, client_app_type } = handed_on::read(desk, &proven.client, assertion)?;
    let scopes = Scopes::parse(asked)?;
    let capabilities = ClaimsRequest::parse(form.get("claims"))?.capabilities;
    let person = Person {
        client: &proven.client,
        proof: proven.proof,
        scopes: &scopes,
        asking: Asking::default(),
        evidence: &evidence,
        nonce: None,
        capabilities: &capabilities,
        client_app_type,
        flow: None,
        confirmation: confirmation.as_ref(),
    };
    // Who acted before is not forgotten on the way.
    let acting = claims.get("act").map(crate::json::read);
    let (outcome, verdict) = issue::person_acting(desk, &person, acting, None);
    let how = (Event::NonInteractiveUser, "onBehalfOf", client_app_type);
    super::log(desk, how, &proven.client, &evidence, verdict.as_ref(), &outcome).await?;
    let mut issued = outcome.map_err(|problem| chained::asked_for(desk, problem, &proven.client, &scopes))?;
    // The refresh token counts from the person's proof, so that handing tokens on makes no session longer.
    let began = evidence.at;
    if scopes.offline_access {
        let family = Family {
            id: keys::random_uuid(),
            began,
            client: proven.client.app_id().to_owned(),
            is_confidential: true,
            is_spa: false,
            evidence,
            grant: Grant { scope: asked.to_owned(), capabilities, ..Grant::default() },
            // Its client proves itself each time (RFC 8705 §4).
            confirmation: None,
        };
        issued.body.set("refresh_token", refresh_token::issue(desk, &family)?.expose());
    }
    Ok(answer::json(StatusCode::OK, &issued.body))
}
