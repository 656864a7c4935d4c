//! The pages of this folder. Their words stand in `words`.

use askama::Template;
use engine::Body;
use http::{Response, StatusCode};
use qrcode::QrCode;
use qrcode::render::svg;
use signin::Method;

use super::prove::Say;
use crate::error::Problem;
use crate::flow::{Flow, Form};
use crate::frame::Frame;
use crate::pages::{leads_to, show};
use crate::request::Desk;
use crate::words::{With, Words};

/// What the page of a method asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    /// The browser's answer; needs script.
    Passkey,
    /// Digits from an app.
    Digits,
    /// A code from paper.
    Text,
    Password,
}

impl Field {
    fn of(method: Method) -> Field {
        match method {
            Method::Fido2 | Method::Fido2Touch => Field::Passkey,
            Method::RecoveryCode => Field::Text,
            Method::Password | Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse => {
                Field::Password
            }
            _ => Field::Digits,
        }
    }
}

/// What people call a method.
pub(crate) fn name(words: &'static Words, method: Method) -> &'static str {
    match method {
        Method::Fido2 | Method::Fido2Touch => words.passkey,
        Method::SoftwareOath | Method::HardwareOath => words.authenticator_app,
        Method::RecoveryCode => words.recovery_code,
        Method::Email => words.mail_code,
        Method::Password => words.password,
        Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse => words.access_pass,
        Method::AuthenticatorPush => words.approve_on_device,
        _ => method.name(),
    }
}

#[derive(Template)]
#[template(path = "prove.html")]
struct Prove<'a> {
    frame: &'a Frame,
    form: &'a Form,
    person: &'a str,
    field: Field,
    label: &'a str,
    options: &'a str,
    why: Option<&'a str>,
    notice: Option<&'a str>,
    others: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "choose_method.html")]
struct Choose<'a> {
    frame: &'a Frame,
    form: &'a Form,
    offered: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "register_passkey.html")]
struct RegisterPasskey<'a> {
    frame: &'a Frame,
    form: &'a Form,
    options: &'a str,
    notice: Option<&'a str>,
    name_max: usize,
}

#[derive(Template)]
#[template(path = "register_app.html")]
struct RegisterApp<'a> {
    frame: &'a Frame,
    form: &'a Form,
    qr: &'a str,
    key: &'a str,
    notice: Option<&'a str>,
    name_max: usize,
}

#[derive(Template)]
#[template(path = "mail_code.html")]
struct MailCode<'a> {
    frame: &'a Frame,
    form: &'a Form,
    notice: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct Campaign<'a> {
    frame: &'a Frame,
    form: &'a Form,
    method: &'a str,
    may_snooze: bool,
}

pub(crate) fn prove(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    offered: &[Method],
    options: Option<&str>,
    say: Say<'_>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let Some((shown, others)) = offered.split_first() else { return Err(Problem::fault()) };
    let user = flow.evidence.as_ref().and_then(|evidence| desk.now.find(evidence.user));
    let page = Prove {
        frame,
        form,
        person: user.and_then(|user| user.get(schema::USER_PRINCIPAL_NAME)).unwrap_or_default(),
        field: Field::of(*shown),
        label: label(frame.words, *shown),
        options: options.unwrap_or_default(),
        why: say.why,
        notice: say.notice,
        others: others.iter().map(|method| (method.mode(), name(frame.words, *method))).collect(),
    };
    show(status(say.notice), &page, &leads_to(flow))
}

pub(crate) fn choose(desk: &Desk<'_>, flow: &Flow, form: &Form, offered: &[Method]) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let offered = offered.iter().map(|method| (method.mode(), name(frame.words, *method))).collect();
    show(StatusCode::OK, &Choose { frame, form, offered }, &leads_to(flow))
}

pub(crate) fn register_passkey(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    options: &str,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let page = RegisterPasskey { frame, form, options, notice, name_max: signin::METHOD_NAME_MAX };
    show(status(notice), &page, &leads_to(flow))
}

pub(crate) fn register_app(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    uri: &str,
    key: &str,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    // A name too long for a QR code leaves the key to be typed.
    let qr = QrCode::new(uri.as_bytes()).map(|code| picture(&code)).unwrap_or_default();
    let page = RegisterApp { frame, form, qr: &qr, key, notice, name_max: signin::METHOD_NAME_MAX };
    show(status(notice), &page, &leads_to(flow))
}

pub(crate) fn mail_code(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    show(status(notice), &MailCode { frame, form, notice }, &leads_to(flow))
}

pub(crate) fn campaign(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &Form,
    method: Method,
    may_snooze: bool,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let page = Campaign { frame, form, method: name(frame.words, method), may_snooze };
    show(StatusCode::OK, &page, &leads_to(flow))
}

/// The label of a method's field.
fn label(words: &'static Words, method: Method) -> &'static str {
    match Field::of(method) {
        Field::Passkey => words.passkey,
        Field::Digits => words.app_code,
        Field::Text => words.recovery_code,
        Field::Password => words.password_or_pass,
    }
}

fn status(notice: Option<&str>) -> StatusCode {
    if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// A QR code as an `svg` element: black on white in every colour scheme, for cameras read nothing else well. No style
/// attribute, which the page's policy would refuse.
fn picture(code: &QrCode) -> String {
    let svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    // The XML declaration has no place within HTML.
    svg.find("<svg").map_or_else(String::new, |at| svg.split_at(at).1.to_owned())
}
