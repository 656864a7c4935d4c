//! The pages of a reset. The same for every name.

use askama::Template;
use engine::Body;
use http::{Response, StatusCode};
use signin::Method;

use crate::error::Problem;
use crate::flow::Form;
use crate::frame::Frame;
use crate::pages::show;
use crate::request::Desk;
use crate::words::With;

#[derive(Template)]
#[template(path = "reset_name.html")]
struct Name<'a> {
    frame: &'a Frame,
    form: &'a Form,
    name: &'a str,
    notice: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "reset_prove.html")]
struct Prove<'a> {
    frame: &'a Frame,
    form: &'a Form,
    name: &'a str,
    notice: Option<&'a str>,
    /// What can still be proved: how it is sent, and what it is called.
    ways: Vec<(&'a str, &'a str)>,
}

#[derive(Template)]
#[template(path = "reset_password.html")]
struct Password<'a> {
    frame: &'a Frame,
    form: &'a Form,
    notice: Option<&'a str>,
    length_min: &'a str,
}

pub(super) fn name(desk: &Desk<'_>, form: &Form, name: &str, notice: Option<&str>) -> Result<Response<Body>, Problem> {
    show(status(notice), &Name { frame: &Frame::of(desk), form, name, notice }, "")
}

pub(super) fn prove(
    desk: &Desk<'_>,
    form: &Form,
    name: &str,
    proved: &[Method],
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let words = frame.words;
    // A recovery code stands in for the app: where one was given, the other is not asked for.
    let has_app = proved.iter().any(|method| matches!(method, Method::SoftwareOath | Method::RecoveryCode));
    let all = [
        (Method::SoftwareOath, words.reset_by_app, has_app),
        (Method::RecoveryCode, words.reset_by_recovery_code, has_app),
        (Method::Email, words.reset_by_mail, proved.contains(&Method::Email)),
    ];
    let ways =
        all.into_iter().filter(|(.., is_done)| !is_done).map(|(method, text, _)| (method.mode(), text)).collect();
    show(StatusCode::OK, &Prove { frame, form, name, notice, ways }, "")
}

pub(super) fn password(
    desk: &Desk<'_>,
    form: &Form,
    length_min: usize,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let page = Password { frame: &Frame::of(desk), form, notice, length_min: &length_min.to_string() };
    show(status(notice), &page, "")
}

fn status(notice: Option<&str>) -> StatusCode {
    if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}
