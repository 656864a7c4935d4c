//! The authorization response: a code or an error, to the client, in the mode it asked for.

use std::time::Duration;

use directory::Record;
use engine::Body;
use http::Response;
use signin::Evidence;

use super::request::{AuthorizeRequest, ResponseMode, kind_name};
use crate::error::Problem;
use crate::request::Desk;
use crate::{answer, opaque, pages};

/// A code lives so long (OWASP ASVS 10.4.3).
const CODE_LIFE: Duration = Duration::from_secs(60);

/// Give the client a code.
pub(crate) fn code(
    desk: &Desk<'_>,
    request: &AuthorizeRequest,
    evidence: &Evidence,
) -> Result<Response<Body>, Problem> {
    let code = opaque::fresh(desk.tenant);
    let body = Record::new()
        .with("client", &request.client_id)
        .with("redirect", &request.redirect_uri)
        .with("kind", kind_name(request.kind))
        .with("challenge", &request.challenge)
        .with("scope", &request.scope)
        .with_some("nonce", request.nonce.clone())
        .with("capabilities", request.capabilities.clone())
        .with("evidence", evidence.to_record());
    let kept = desk.engine.tickets().put(opaque::CODES, &opaque::key(code.expose()), None, desk.at + CODE_LIFE, &body);
    kept.map_err(|_| Problem::fault())?;
    send(desk, request, &[("code", code.expose())])
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
    let uri = &request.redirect_uri;
    if request.mode == ResponseMode::FormPost {
        return pages::form_post(desk, uri, &all);
    }
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    let sign = match request.mode {
        ResponseMode::Fragment => '#',
        _ if uri.contains('?') => '&',
        _ => '?',
    };
    answer::redirect(&format!("{uri}{sign}{text}"))
}
