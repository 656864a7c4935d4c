//! The pages people see: plain HTML from templates, one style sheet of our own, and one script without which everything but
//! passkeys works. Their words stand in `words`.

use askama::Template;
use bytes::Bytes;
use directory::Time;
use engine::{Body, full};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use signin::{Client, Method, Permissions, Wish};

use crate::certificate_sign_in;
use crate::consent::Offer;
use crate::error::Problem;
use crate::flow::{Flow, Form, Purpose};
use crate::frame::Frame;
use crate::request::{Desk, Ids};
use crate::words::{self, With, Words};
use crate::{answer, methods, new_password as chosen};

const STYLE: &str = include_str!("../templates/style.css");
const SCRIPT: &str = include_str!("../templates/passkey.js");
const GO_ON: &str = include_str!("../templates/go_on.js");

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    frame: &'a Frame,
    form: &'a Form,
    identifier: Option<&'a str>,
    notice: Option<&'a str>,
    client: Option<&'a str>,
    by_certificate: bool,
    /// What a browser is asked to sign in with any passkey.
    passkey: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPassword<'a> {
    frame: &'a Frame,
    form: &'a Form,
    notice: Option<&'a str>,
    length_min: &'a str,
}

#[derive(Template)]
#[template(path = "push.html")]
struct Push<'a> {
    frame: &'a Frame,
    form: &'a Form,
    number: i64,
    again: &'a str,
    seconds: u32,
    others: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    frame: &'a Frame,
    form: &'a Form,
    client: &'a str,
    resource: &'a str,
    wishes: &'a [Wish],
    needs_admin: bool,
    for_everybody: bool,
    is_vouched_for: bool,
    can_be_requested: bool,
}

#[derive(Template)]
#[template(path = "admin_consent.html")]
struct AdminConsent<'a> {
    frame: &'a Frame,
    form: &'a Form,
    client: &'a Client<'a>,
    wanted: &'a [Permissions<'a>],
    is_vouched_for: bool,
}

#[derive(Template)]
#[template(path = "terms_of_use.html")]
struct TermsOfUse<'a> {
    frame: &'a Frame,
    form: &'a Form,
    name: &'a str,
    terms: &'a governance::Terms,
}

#[derive(Template)]
#[template(path = "user_code.html")]
struct UserCode<'a> {
    frame: &'a Frame,
    form: &'a Form,
    code: &'a str,
    notice: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "confirm_device.html")]
struct ConfirmDevice<'a> {
    frame: &'a Frame,
    form: &'a Form,
    client: &'a str,
    address: &'a str,
    person: &'a str,
    wishes: &'a [Wish],
}

#[derive(Template)]
#[template(path = "confirm_sign_out.html")]
struct ConfirmSignOut<'a> {
    frame: &'a Frame,
    form: &'a Form,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    frame: &'a Frame,
    title: &'a str,
    text: &'a str,
    details: &'a [(&'a str, String)],
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    frame: &'a Frame,
    title: &'a str,
    text: &'a str,
    go_on: &'a str,
    to: Option<&'a str>,
    frames: &'a [String],
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    frame: &'a Frame,
    to: &'a str,
    fields: &'a [(&'a str, &'a str)],
}

pub(crate) fn sign_in(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    identifier: Option<&str>,
    notice: Option<&str>,
    passkey: Option<&str>,
    status: StatusCode,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let client = match &flow.purpose {
        Some(Purpose::Authorize(request)) => {
            signin::Client::find(&desk.now, &request.client_id).ok().map(|client| client.name())
        }
        Some(Purpose::AdminConsent(request)) => {
            signin::Client::find(&desk.now, &request.client_id).ok().map(|client| client.name())
        }
        _ => None,
    };
    let by_certificate = certificate_sign_in::is_offered(desk);
    let page = SignIn { frame, form, identifier, notice, client, by_certificate, passkey };
    // The form may lead to the listener that asks for a certificate too.
    let there = desk.oidc.certificates.as_ref().filter(|_| by_certificate).map(|there| origin(&there.url));
    show(status, &page, &[leads_to(flow), there.unwrap_or_default()].join(" "))
}

pub(crate) fn new_password(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let length_min = chosen::length_min(desk, flow.evidence.as_ref().map(|evidence| evidence.user)).to_string();
    let page = NewPassword { frame, form, notice, length_min: &length_min };
    show(status, &page, &leads_to(flow))
}

/// The number to type on a device. The page asks for itself again, without script.
pub(crate) fn push(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    number: i64,
    instead: &[Method],
) -> Result<Response<Body>, Problem> {
    /// How often the page asks whether somebody answered.
    const SECONDS: u32 = 3;
    let frame = &Frame::of(desk);
    let again = format!("/{}/oauth2/v2.0/push?flow={}", desk.tenant, form.flow);
    let others = instead.iter().map(|method| (method.mode(), methods::pages::name(frame.words, *method))).collect();
    show(StatusCode::OK, &Push { frame, form, number, again: &again, seconds: SECONDS, others }, &leads_to(flow))
}

pub(crate) fn consent(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    (client, resource): (&str, &str),
    wishes: &[Wish],
    offer: Offer,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let Offer { for_everybody, is_vouched_for, can_be_requested } = offer;
    let needs_admin = wishes.iter().any(|wish| wish.needs_admin);
    let page =
        Consent { frame, form, client, resource, wishes, needs_admin, for_everybody, is_vouched_for, can_be_requested };
    show(StatusCode::OK, &page, &leads_to(flow))
}

pub(crate) fn admin_consent(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    client: &Client<'_>,
    wanted: &[Permissions<'_>],
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let is_vouched_for = signin::is_vouched_for(client);
    show(StatusCode::OK, &AdminConsent { frame, form, client, wanted, is_vouched_for }, &leads_to(flow))
}

pub(crate) fn terms_of_use(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    name: &str,
    terms: &governance::Terms,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    show(StatusCode::OK, &TermsOfUse { frame, form, name, terms }, &leads_to(flow))
}

pub(crate) fn user_code(
    desk: &Desk<'_>,
    form: &Form,
    code: &str,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    show(status, &UserCode { frame, form, code, notice }, "")
}

pub(crate) fn confirm_device(
    desk: &Desk<'_>,
    form: &Form,
    client: &str,
    address: &str,
    person: &str,
    wishes: &[Wish],
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    show(StatusCode::OK, &ConfirmDevice { frame, form, client, address, person, wishes }, "")
}

pub(crate) fn confirm_sign_out(desk: &Desk<'_>, form: &Form, to: Option<&str>) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    show(StatusCode::OK, &ConfirmSignOut { frame, form }, &to.map(origin).unwrap_or_default())
}

/// A page that says something and asks nothing.
pub(crate) fn message(desk: &Desk<'_>, title: &str, text: &str) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    show(StatusCode::OK, &Message { frame, title, text, details: &[] }, "")
}

/// Signed out; the applications in the frames hear of it.
pub(crate) fn signed_out(desk: &Desk<'_>, to: Option<&str>, frames: &[String]) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let words = frame.words;
    let page = SignedOut { frame, title: words.signed_out, text: words.close_page, go_on: words.go_on, to, frames };
    let mut origins: Vec<String> = frames.iter().map(|uri| origin(uri)).collect();
    origins.sort_unstable();
    origins.dedup();
    Ok(answer::with_frames(show(StatusCode::OK, &page, "")?, &origins))
}

/// What went wrong, in the person's words, with what an administrator needs to find it.
pub(crate) fn error(desk: &Desk<'_>, problem: &Problem) -> Result<Response<Body>, Problem> {
    error_in(&Frame::of(desk), desk.request.ids, desk.at, problem)
}

/// The same before it is known which organisation is meant.
pub(crate) fn early_error(
    headers: &HeaderMap,
    ids: Ids,
    at: Time,
    problem: &Problem,
) -> Result<Response<Body>, Problem> {
    let accept = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    error_in(&Frame::of_nobody(words::choose(None, accept, None)), ids, at, problem)
}

fn error_in(frame: &Frame, ids: Ids, at: Time, problem: &Problem) -> Result<Response<Body>, Problem> {
    let words = frame.words;
    let details = [
        (words.error_code, format!("AADSTS{}", problem.code)),
        (words.error_detail, problem.reason.clone()),
        (words.error_correlation, ids.correlation.to_string()),
        (words.error_trace, ids.trace.to_string()),
        (words.error_time, Time::from_unix(at.unix()).to_string()),
    ];
    let text = explained(words, problem.code, &problem.reason);
    let page = Message { frame, title: title(words, problem.code), text: &text, details: &details };
    // A page that explains is an answer to a person, whatever the number says to programs; 401 would ask them for more.
    let status = if problem.status == StatusCode::UNAUTHORIZED { StatusCode::BAD_REQUEST } else { problem.status };
    let mut answer = show(status, &page, "")?;
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

/// What an error means to a person: its number's text in their language, or else the English reason as a sentence.
pub(crate) fn explained(words: &Words, code: u32, reason: &str) -> String {
    if let Some(text) = words.reason(code) {
        return text.to_owned();
    }
    let mut text = reason.to_owned();
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text.push('.');
    text
}

fn title(words: &Words, code: u32) -> &'static str {
    match code {
        50_058 | 50_173 | 70_020 | 9_002_313 => words.error_stale_title,
        50_097 | 50_105 | 53_000..=53_004 => words.error_access_title,
        90_036 | 90_055 => words.error_later_title,
        _ => words.error_title,
    }
}

/// The response mode `form_post`: a button, because there is no script to press it.
pub(crate) fn form_post(desk: &Desk<'_>, to: &str, fields: &[(&str, &str)]) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    show(StatusCode::OK, &FormPost { frame, to, fields }, &origin(to))
}

/// The script that asks browsers for passkeys, or the one that follows a page's link by itself.
pub(crate) fn script(path: &str) -> Response<Body> {
    let script = if path.ends_with("/go_on.js") { GO_ON } else { SCRIPT };
    let mut answer = Response::new(full(Bytes::from_static(script.as_bytes())));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}

pub(crate) fn style() -> Response<Body> {
    let mut answer = Response::new(full(Bytes::from_static(STYLE.as_bytes())));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}

pub(crate) fn show(status: StatusCode, page: &impl Template, form_action: &str) -> Result<Response<Body>, Problem> {
    let html = page.render().map_err(|_| Problem::fault())?;
    Ok(answer::page(status, html, form_action))
}

/// Where a page's form may lead in the end: browsers hold the redirects after it to `form-action` too.
pub(crate) fn leads_to(flow: &Flow) -> String {
    match &flow.purpose {
        Some(Purpose::Authorize(request)) => origin(&request.redirect_uri),
        Some(Purpose::AdminConsent(request)) => origin(&request.redirect_uri),
        Some(Purpose::Device(_) | Purpose::Account(_)) | None => String::new(),
    }
}

/// The source expression (CSP 3 §2.3.1) of an address: its origin, or only its scheme where it has no host that a policy
/// could name.
pub(crate) fn origin(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once(':') else { return String::new() };
    let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !is_scheme {
        return String::new();
    }
    let host =
        rest.strip_prefix("//").map(|rest| rest.split(['/', '?']).next().unwrap_or_default()).unwrap_or_default();
    let is_plain =
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    if matches!(scheme, "http" | "https") && is_plain { format!("{scheme}://{host}") } else { format!("{scheme}:") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_origin_that_a_form_leads_to() {
        for (uri, expect) in [
            ("https://app.xyz.example/cb?x=1", "https://app.xyz.example"),
            ("http://localhost:5000", "http://localhost:5000"),
            ("http://[::1]:5000/", "http:"),
            ("com.xyz.tool://auth", "com.xyz.tool:"),
            ("https://a;script-src *", "https:"),
            ("bad scheme:x", ""),
        ] {
            assert_eq!(origin(uri), expect, "{uri}");
        }
    }

    #[test]
    fn every_page_is_small() {
        assert!(STYLE.len() < 10_000);
    }
}
