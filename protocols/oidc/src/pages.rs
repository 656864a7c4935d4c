//! The pages people see: plain HTML from templates, no script, one style sheet of our own.

use askama::Template;
use bytes::Bytes;
use engine::{Body, full};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use schema::organization::ORGANIZATION;
use signin::Wish;

use crate::answer;
use crate::error::Problem;
use crate::flow::{Flow, Form, Purpose};
use crate::request::Desk;

const STYLE: &str = include_str!("../templates/style.css");

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    organisation: &'a str,
    action: &'a str,
    form: &'a Form,
    identifier: Option<&'a str>,
    notice: Option<&'a str>,
    client: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPassword<'a> {
    organisation: &'a str,
    action: &'a str,
    form: &'a Form,
    notice: Option<&'a str>,
    length_min: usize,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    organisation: &'a str,
    action: &'a str,
    form: &'a Form,
    client: &'a str,
    resource: &'a str,
    wishes: &'a [Wish],
    needs_admin: bool,
}

#[derive(Template)]
#[template(path = "user_code.html")]
struct UserCode<'a> {
    organisation: &'a str,
    action: &'a str,
    form: &'a Form,
    code: &'a str,
    notice: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "confirm_device.html")]
struct ConfirmDevice<'a> {
    organisation: &'a str,
    action: &'a str,
    form: &'a Form,
    client: &'a str,
    address: &'a str,
    person: &'a str,
    wishes: &'a [Wish],
}

#[derive(Template)]
#[template(path = "confirm_sign_out.html")]
struct ConfirmSignOut<'a> {
    organisation: &'a str,
    action: &'a str,
    form: &'a Form,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    organisation: &'a str,
    title: &'a str,
    text: &'a str,
    details: &'a [(&'a str, String)],
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    organisation: &'a str,
    to: &'a str,
    fields: &'a [(&'a str, &'a str)],
}

/// Who asks, and where the forms of every page lead.
struct Frame {
    organisation: String,
    action: String,
}

impl Frame {
    fn of(desk: &Desk<'_>) -> Frame {
        let organisation = desk.now.all(&ORGANIZATION).find_map(|o| o.get(schema::DISPLAY_NAME)).unwrap_or("Castellan");
        Frame { organisation: organisation.to_owned(), action: format!("/{}/oauth2/v2.0/login", desk.tenant) }
    }
}

pub(crate) fn sign_in(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    identifier: Option<&str>,
    notice: Option<&str>,
    status: StatusCode,
) -> Result<Response<Body>, Problem> {
    let Frame { organisation, action } = Frame::of(desk);
    let client = match &flow.purpose {
        Some(Purpose::Authorize(request)) => {
            signin::Client::find(&desk.now, &request.client_id).ok().map(|client| client.name())
        }
        _ => None,
    };
    let page = SignIn { organisation: &organisation, action: &action, form, identifier, notice, client };
    show(status, &page, &leads_to(flow))
}

pub(crate) fn new_password(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let Frame { organisation, action } = Frame::of(desk);
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page =
        NewPassword { organisation: &organisation, action: &action, form, notice, length_min: signin::LENGTH_MIN };
    show(status, &page, &leads_to(flow))
}

pub(crate) fn consent(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    client: &str,
    resource: &str,
    wishes: &[Wish],
) -> Result<Response<Body>, Problem> {
    let Frame { organisation, action } = Frame::of(desk);
    let needs_admin = wishes.iter().any(|wish| wish.needs_admin);
    let page = Consent { organisation: &organisation, action: &action, form, client, resource, wishes, needs_admin };
    show(StatusCode::OK, &page, &leads_to(flow))
}

pub(crate) fn user_code(
    desk: &Desk<'_>,
    form: &Form,
    code: &str,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let Frame { organisation, action } = Frame::of(desk);
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    show(status, &UserCode { organisation: &organisation, action: &action, form, code, notice }, "")
}

pub(crate) fn confirm_device(
    desk: &Desk<'_>,
    form: &Form,
    client: &str,
    address: &str,
    person: &str,
    wishes: &[Wish],
) -> Result<Response<Body>, Problem> {
    let Frame { organisation, action } = Frame::of(desk);
    show(
        StatusCode::OK,
        &ConfirmDevice { organisation: &organisation, action: &action, form, client, address, person, wishes },
        "",
    )
}

pub(crate) fn confirm_sign_out(desk: &Desk<'_>, form: &Form, to: Option<&str>) -> Result<Response<Body>, Problem> {
    let Frame { organisation, action } = Frame::of(desk);
    show(
        StatusCode::OK,
        &ConfirmSignOut { organisation: &organisation, action: &action, form },
        &to.map(origin).unwrap_or_default(),
    )
}

/// A page that says something and asks nothing.
pub(crate) fn message(desk: &Desk<'_>, title: &str, text: &str) -> Result<Response<Body>, Problem> {
    let Frame { organisation, .. } = Frame::of(desk);
    show(StatusCode::OK, &Message { organisation: &organisation, title, text, details: &[] }, "")
}

/// What went wrong, with what an administrator needs to find it.
pub(crate) fn error(desk: &Desk<'_>, problem: &Problem) -> Result<Response<Body>, Problem> {
    let Frame { organisation, .. } = Frame::of(desk);
    let ids = desk.request.ids;
    let details = [
        ("Error", format!("AADSTS{}", problem.code)),
        ("Correlation ID", ids.correlation.to_string()),
        ("Trace ID", ids.trace.to_string()),
        ("Time", directory::Time::from_unix(desk.at.unix()).to_string()),
    ];
    let mut text = problem.reason.clone();
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text.push('.');
    let page =
        Message { organisation: &organisation, title: "You cannot be signed in", text: &text, details: &details };
    // A page that explains is an answer to a person, whatever the number says to programs; 401 would ask them for more.
    let status = if problem.status == StatusCode::UNAUTHORIZED { StatusCode::BAD_REQUEST } else { problem.status };
    let mut answer = show(status, &page, "")?;
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

/// The response mode `form_post`: a button, because there is no script to press it.
pub(crate) fn form_post(desk: &Desk<'_>, to: &str, fields: &[(&str, &str)]) -> Result<Response<Body>, Problem> {
    let Frame { organisation, .. } = Frame::of(desk);
    show(StatusCode::OK, &FormPost { organisation: &organisation, to, fields }, &origin(to))
}

pub(crate) fn style() -> Response<Body> {
    let mut answer = Response::new(full(Bytes::from_static(STYLE.as_bytes())));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}

fn show(status: StatusCode, page: &impl Template, form_action: &str) -> Result<Response<Body>, Problem> {
    let html = page.render().map_err(|_| Problem::fault())?;
    Ok(answer::page(status, html, form_action))
}

/// Where a page's form may lead in the end: browsers hold the redirects after it to `form-action` too.
fn leads_to(flow: &Flow) -> String {
    match &flow.purpose {
        Some(Purpose::Authorize(request)) => origin(&request.redirect_uri),
        Some(Purpose::Device(_)) | None => String::new(),
    }
}

/// The source expression (CSP 3 §2.3.1) of an address: its origin, or only its scheme where it has no host that a policy
/// could name.
fn origin(uri: &str) -> String {
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
