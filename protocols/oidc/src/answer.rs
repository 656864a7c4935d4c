//! Answers and the headers that each carries.

use bytes::Bytes;
use directory::{Record, Time};
use engine::{Body, full};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, PRAGMA, REFERRER_POLICY, RETRY_AFTER,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::error::Problem;
use crate::json;
use crate::request::Ids;

/// A JSON object that nobody may keep (RFC 6749 §5.1).
pub(crate) fn json(status: StatusCode, body: &Record) -> Response<Body> {
    json_text(status, json::print(body))
}

/// JSON that is text already.
pub(crate) fn json_text(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut answer = Response::new(full(body));
    *answer.status_mut() = status;
    set(&mut answer, CONTENT_TYPE, "application/json; charset=utf-8");
    set(&mut answer, CACHE_CONTROL, "no-store");
    set(&mut answer, PRAGMA, "no-cache");
    answer
}

/// An answer that everybody may keep for some seconds.
pub(crate) fn kept_for(mut answer: Response<Body>, seconds: u32) -> Response<Body> {
    answer.headers_mut().remove(PRAGMA);
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        answer.headers_mut().insert(CACHE_CONTROL, value);
    }
    answer
}

/// A problem, as JSON.
pub(crate) fn problem(problem: &Problem, ids: Ids, at: Time) -> Response<Body> {
    let mut answer = json(problem.status, &problem.body(at, ids.trace, ids.correlation));
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Who tried the `Authorization` header is told which scheme works there (RFC 6749 §5.2); nobody else is: clients that sent
/// their secret in the form take a challenge for another kind of failure.
pub(crate) fn challenge(answer: &mut Response<Body>, headers: &HeaderMap) {
    if answer.status() == StatusCode::UNAUTHORIZED
        && headers.contains_key(http::header::AUTHORIZATION)
        && !answer.headers().contains_key(WWW_AUTHENTICATE)
    {
        set(answer, WWW_AUTHENTICATE, "Basic realm=\"castellan\"");
    }
}

/// A page. `form_action` says where its forms may lead besides here; forms are held to it through redirects.
pub(crate) fn page(status: StatusCode, html: String, form_action: &str) -> Response<Body> {
    let mut answer = Response::new(full(html));
    *answer.status_mut() = status;
    set(&mut answer, CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut answer, CACHE_CONTROL, "no-store");
    set(&mut answer, X_FRAME_OPTIONS, "DENY");
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {form_action}"
    );
    if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// A page that shows frames of these origins, and of no others.
pub(crate) fn with_frames(mut answer: Response<Body>, origins: &[String]) -> Response<Body> {
    let policy = answer.headers().get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let policy = format!("{}; frame-src {}", policy.unwrap_or("default-src 'none'"), origins.join(" "));
    if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// Go elsewhere, with GET. Never 307, which would carry a password along (RFC 9700 §4.12). The body has the address as well (RFC
/// 9110 §15.4.4): brokers that read the answer themselves look for it there.
pub(crate) fn redirect(location: &str) -> Result<Response<Body>, Problem> {
    let escaped = location.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let mut answer = Response::new(full(format!("<!doctype html><a href=\"{escaped}\">Go on</a>")));
    set(&mut answer, CONTENT_TYPE, "text/html; charset=utf-8");
    *answer.status_mut() = StatusCode::SEE_OTHER;
    let location =
        HeaderValue::from_str(location).map_err(|_| Problem::malformed("the address to return to is not valid"))?;
    answer.headers_mut().insert(LOCATION, location);
    set(&mut answer, CACHE_CONTROL, "no-store");
    Ok(answer)
}

pub(crate) fn nothing_here() -> Response<Body> {
    let mut answer = Response::new(full(Bytes::new()));
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

/// What every answer carries.
pub(crate) fn finish(mut answer: Response<Body>, ids: Ids) -> Response<Body> {
    set(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut answer, REFERRER_POLICY, "no-referrer");
    if let Ok(id) = HeaderValue::from_str(&ids.trace.to_string()) {
        answer.headers_mut().insert("x-ms-request-id", id);
    }
    answer
}

fn set(answer: &mut Response<Body>, name: HeaderName, value: &'static str) {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
}
