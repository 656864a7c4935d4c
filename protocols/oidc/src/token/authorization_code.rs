//! `authorization_code`: a code becomes tokens, once (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::time::Duration;

use directory::{Id, Record, Time, Value};
use engine::{Body, Tickets};
use http::{Response, StatusCode};
use signin::{ClientRules, Confirmation, Evidence, RedirectKind};

use super::Grant;
use super::refresh_token::{self, Family};
use crate::authorize;
use crate::authorize::request::kind_of;
use crate::binding;
use crate::cors;
use crate::error::Problem;
use crate::issue::{self, Person};
use crate::request::Desk;
use crate::{answer, families, opaque, risk};

/// A used code is remembered as long as the tokens it bought may live, so that a second use can take them back: those of
/// clients that take claims challenges live for up to 28 hours.
const REMEMBER_USED: Duration =
    Duration::from_secs((signin::CONTINUOUS_SECONDS_MIN + signin::CONTINUOUS_SECONDS_SPREAD).unsigned_abs());

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let form = &desk.request.form;
    let code = form.need("code")?;
    let proven = super::client(desk, "authorization_code")?;
    let (tickets, key) = (desk.engine.tickets(), opaque::key(code));
    let gone = || Problem::new(70_008, "the code has expired or was never given out; start again");
    let body = tickets.get(opaque::CODES, &key).map_err(|_| Problem::fault())?.ok_or_else(gone)?;
    if let Some(family) = body.guid("family") {
        return Err(reused(&tickets, family, &body));
    }
    let evidence = body.record("evidence").and_then(Evidence::from_record).ok_or_else(gone)?;
    let kind = body.text("kind").and_then(kind_of).ok_or_else(gone)?;
    if body.text("client") != Some(proven.client.app_id()) {
        return Err(Problem::new(70_002, "the code was given to another application"));
    }
    // Only pages take answers across origins; whoever else sends one is not the client that the code went to.
    if kind != RedirectKind::Spa && cors::is_from_elsewhere(desk) {
        let why = "cross-origin token redemption is permitted only for a single-page application's redirect URI";
        return Err(Problem::new(9_002_326, why));
    }
    if kind == RedirectKind::Web {
        proven.need_proof()?;
    }
    if form.get("redirect_uri").is_some_and(|uri| body.text("redirect") != Some(uri))
        || form.get("redirect_uri").is_none()
    {
        // RFC 6749 §5.2: here it is the grant that is invalid.
        let why = "`redirect_uri` must be the one that the code was sent to";
        return Err(Problem { error: "invalid_grant", ..Problem::new(50_011, why) });
    }
    let challenge = body.text("challenge").ok_or_else(gone)?;
    verify_pkce(desk, challenge)?;
    let rules = ClientRules::of(&proven.client);
    let confirmation = binding::of(desk, &proven.client, &rules)?;
    if let Some(jkt) = body.text("jkt")
        && confirmation != Some(Confirmation::Jkt(jkt.to_owned()))
    {
        // RFC 9449 §10: whoever took the code on its way does not have the key.
        return Err(Problem::new(70_000, "the code is bound to another key than the request shows"));
    }
    let grant = body.record("grant").and_then(Grant::from_record).ok_or_else(gone)?;
    let (scopes, details) = grant.taken(desk, &rules)?;
    let family = keys::random_uuid();
    // From here on the code is used, whatever comes of it; of two who redeem it at once, one does.
    let used = Record::new().with("family", family);
    let swapped = tickets.swap(opaque::CODES, &key, Some(family), desk.at + REMEMBER_USED, &body, &used);
    if !swapped.map_err(|_| Problem::fault())? {
        return Err(Problem::new(54_005, "the code was redeemed before; start again"));
    }
    let evidence = Evidence { place: risk::place(desk), ..evidence };
    let person = Person {
        client: &proven.client,
        proof: proven.proof,
        scopes: &scopes,
        asking: grant.asking(details.as_deref(), false),
        evidence: &evidence,
        nonce: body.text("nonce"),
        capabilities: &grant.capabilities,
        client_app_type: authorize::app_type(kind),
        flow: None,
        confirmation: confirmation.as_ref(),
    };
    let mut issued = issue::person(desk, &person).0?;
    // Written before the tokens leave, so that a second use of the code finds what to take back.
    let bought = used.clone().with("token", Value::Guid(issued.token)).with("until", issued.expires);
    let kept = tickets.swap(opaque::CODES, &key, Some(family), desk.at + REMEMBER_USED, &used, &bought);
    if !kept.map_err(|_| Problem::fault())? {
        return Err(Problem::new(54_005, "the code was redeemed before; start again"));
    }
    if scopes.offline_access {
        let family = Family {
            id: family,
            began: desk.at,
            client: proven.client.app_id().to_owned(),
            is_confidential: kind == RedirectKind::Web,
            is_spa: kind == RedirectKind::Spa,
            evidence,
            grant: Grant { fresh_factors: false, ..grant },
            confirmation: confirmation.filter(|_| kind != RedirectKind::Web),
        };
        issued.body.set("refresh_token", refresh_token::issue(desk, &family)?.expose());
    }
    Ok(answer::json(StatusCode::OK, &issued.body))
}

/// Without a challenge the code went to a broker, on the connection on which that showed its primary refresh token.
fn verify_pkce(desk: &Desk<'_>, challenge: &str) -> Result<(), Problem> {
    if challenge.is_empty() {
        return Ok(());
    }
    let form = &desk.request.form;
    if !keys::pkce_s256_matches(form.need("code_verifier")?, challenge) {
        return Err(Problem::new(501_481, "the `code_verifier` does not match the `code_challenge` of the request"));
    }
    Ok(())
}

/// A second use means that somebody else has the code: what it bought is taken back (RFC 6749 §4.1.2).
fn reused(tickets: &Tickets, family: Id, body: &Record) -> Problem {
    if families::end_refresh_family(tickets, family).is_err() {
        return Problem::fault();
    }
    if let (Some(token), Some(until)) = (body.guid("token"), body.time("until")) {
        let taken_back = revoke_access(tickets, token, until);
        if taken_back.is_err() {
            return Problem::fault();
        }
    }
    Problem::new(54_005, "the code was redeemed before; what it bought is taken back")
}

/// Take an access token back before its end, for whoever asks about it (introspection, userinfo).
pub(crate) fn revoke_access(tickets: &Tickets, token: Id, until: Time) -> Result<(), Problem> {
    bearer::take_back(tickets, token, until).map_err(|_| Problem::fault())
}
