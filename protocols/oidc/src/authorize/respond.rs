//! The authorization response: a code or an error, to the client, in the mode it asked for.

use std::time::Duration;

use directory::Record;
use engine::Body;
use http::Response;
use keys::Algorithm;
use signin::{Client, ClientRules, Evidence};

use super::request::{AuthorizeRequest, ResponseMode, kind_name};
use crate::error::Problem;
use crate::request::Desk;
use crate::token::Grant;
use crate::{answer, json, opaque, pages, session};

/// A code lives so long (OWASP ASVS 10.4.3).
const CODE_LIFE: Duration = Duration::from_secs(60);

/// Give the client a code.
pub(crate) fn code(
    desk: &Desk<'_>,
    request: &AuthorizeRequest,
    evidence: &Evidence,
) -> Result<Response<Body>, Problem> {
    let is_for_broker = matches!(desk.request.shown.get(), Some(Some(shown)) if shown.by_header);
    if request.challenge.is_empty() && !is_for_broker {
        return error(
            desk,
            request,
            &Problem::new(9_002_325, "proof key for code exchange is required: send `code_challenge`"),
        );
    }
    let code = opaque::fresh(desk.tenant);
    let body = Record::new()
        .with("client", &request.client_id)
        .with("redirect", &request.redirect_uri)
        .with("kind", kind_name(request.kind))
        .with("challenge", &request.challenge)
        .with_some("jkt", request.dpop_jkt.clone())
        .with_some("nonce", request.nonce.clone())
        .with("grant", Grant::of(request).to_record())
        .with("evidence", evidence.to_record());
    let kept = desk.engine.tickets().put(opaque::CODES, &opaque::key(code.expose()), None, desk.at + CODE_LIFE, &body);
    kept.map_err(|_| Problem::fault())?;
    send(desk, request, &[("code", code.expose())]).map(session::lets_in)
}

/// Tell the client what went wrong.
pub(crate) fn error(desk: &Desk<'_>, request: &AuthorizeRequest, problem: &Problem) -> Result<Response<Body>, Problem> {
    let ids = desk.request.ids;
    let body = problem.body(desk.at, ids.trace, ids.correlation);
    send(
        desk,
        request,
        &[("error", problem.error), ("error_description", body.text("error_description").unwrap_or_default())],
    )
}

/// Every response says who it comes from (RFC 9207), so that a client of several servers cannot mix them up.
fn send(desk: &Desk<'_>, request: &AuthorizeRequest, fields: &[(&str, &str)]) -> Result<Response<Body>, Problem> {
    let mut all: Vec<(&str, &str)> = fields.to_vec();
    all.extend(request.state.as_deref().map(|state| ("state", state)));
    all.push(("iss", &desk.issuer));
    let signed;
    if request.mode.is_signed() {
        signed = sign(desk, request, &all)?;
        all = vec![("response", &signed)];
    }
    let uri = &request.redirect_uri;
    let joint = match request.mode {
        ResponseMode::FormPost | ResponseMode::FormPostJwt => return pages::form_post(desk, uri, &all),
        ResponseMode::Fragment | ResponseMode::FragmentJwt => '#',
        ResponseMode::Query | ResponseMode::QueryJwt if uri.contains('?') => '&',
        ResponseMode::Query | ResponseMode::QueryJwt => '?',
    };
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    answer::redirect(&format!("{uri}{joint}{text}"))
}

/// The parameters as one token for the client (JWT Secured Authorization Response Mode §2.1), good as long as a code.
fn sign(desk: &Desk<'_>, request: &AuthorizeRequest, fields: &[(&str, &str)]) -> Result<String, Problem> {
    let mut claims = Record::new();
    for (name, value) in fields {
        claims.set(name, *value);
    }
    claims.set("aud", &request.client_id);
    claims.set("exp", (desk.at + CODE_LIFE).unix());
    let client = Client::find(&desk.now, &request.client_id)?;
    // JARM §3: RS256, unless the application asks for another; the FAPI profile knows no RS256 (§5.4.1).
    let is_es256 =
        ClientRules::of(&client).is_fapi || client.wish("authorization_signed_response_alg") == Some("ES256");
    let algorithm = if is_es256 { Algorithm::Es256 } else { Algorithm::Rs256 };
    Ok(desk.oidc.keys.mint_json(desk.tenant, algorithm, "JWT", json::print(&claims).as_bytes())?)
}
