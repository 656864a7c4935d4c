//! `/account/security-info`: the ways somebody has to sign in, to be added, named and removed.

use askama::Template;
use directory::{Id, Time, id_from_text};
use engine::Body;
use http::{Response, StatusCode};
use schema::authentication_method::LAST_USED_DATE_TIME;
use schema::fido2_authentication_method::{PASSKEY_TYPE, SYNCED};
use schema::recovery_codes_authentication_method::REMAINING_CODES;
use schema::{CREATED_DATE_TIME, DISPLAY_NAME};
use signin::{Evidence, Method, PolicyMethod, Registered};

use super::{refused, show};
use crate::error::Problem;
use crate::flow::{Form, Purpose};
use crate::frame::Frame;
use crate::methods::{code, email, interrupt, pages as names, register};
use crate::pages;
use crate::request::Desk;
use crate::words::{Words, fill};

/// How it stands in the audit, in Entra's words.
const REMOVED: &str = "User deleted security info";
const CHANGED: &str = "User updated security info";

/// A line of the list.
struct Line {
    id: String,
    kind: &'static str,
    name: String,
    detail: String,
    /// Whether it carries a name of its owner's.
    is_named: bool,
}

#[derive(Template)]
#[template(path = "security_info.html")]
struct SecurityInfo<'a> {
    frame: &'a Frame,
    form: &'a Form,
    lines: &'a [Line],
    may_add: Vec<(&'static str, &'static str)>,
    may_add_email: bool,
    may_add_codes: bool,
    notice: Option<&'a str>,
    name_max: usize,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodes<'a> {
    frame: &'a Frame,
    codes: &'a [String],
}

pub(super) fn page(
    desk: &Desk<'_>,
    form: &Form,
    evidence: &Evidence,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let words = frame.words;
    let lines: Vec<Line> =
        signin::registered(&desk.now, evidence.user).iter().map(|registered| line(words, registered)).collect();
    let may_add = register::REGISTRABLE.into_iter().filter(|method| interrupt::may_register(desk, evidence, *method));
    let page = SecurityInfo {
        frame,
        form,
        lines: &lines,
        may_add: may_add.map(|method| (method.mode(), names::name(words, method))).collect(),
        may_add_email: signin::allowed(&desk.now, evidence.user, PolicyMethod::Email).is_some(),
        may_add_codes: interrupt::may_register(desk, evidence, Method::RecoveryCode)
            && signin::has_second_factor(&desk.now, evidence.user, desk.at),
        notice,
        name_max: signin::METHOD_NAME_MAX,
    };
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    pages::show(status, &page, "")
}

fn line(words: &'static Words, registered: &Registered<'_>) -> Line {
    let date = |time: Time| time.to_string().chars().take(10).collect::<String>();
    let mut detail: Vec<String> = Vec::new();
    if let Some(object) = registered.object {
        detail.extend(object.get(CREATED_DATE_TIME).map(|time| fill(words.added_on, &[("date", &date(time))])));
        detail.extend(object.get(LAST_USED_DATE_TIME).map(|time| fill(words.used_on, &[("date", &date(time))])));
        if object.get(PASSKEY_TYPE) == Some(SYNCED) {
            detail.push(words.passkey_synced.to_owned());
        }
        let left = object.get(REMAINING_CODES);
        detail.extend(left.map(|count| fill(words.codes_left, &[("count", &count.to_string())])));
    }
    Line {
        id: registered.object.map(|object| object.id.to_string()).unwrap_or_default(),
        kind: names::name(words, registered.method),
        name: registered.name().unwrap_or_default().to_owned(),
        detail: detail.join(" · "),
        is_named: registered.object.is_some_and(|object| object.has(DISPLAY_NAME.id)),
    }
}

/// Do what a form asks, if a second factor was given lately.
pub(super) async fn answer(desk: &Desk<'_>, purpose: Purpose, evidence: Evidence) -> Result<Response<Body>, Problem> {
    if let Some(answer) = interrupt::blocked(desk, &purpose, &evidence)? {
        return Ok(answer);
    }
    let form = &desk.request.form;
    let (user, target) = (evidence.user, form.get("id").and_then(id_from_text).unwrap_or_default());
    match form.get("do") {
        Some("add") => {
            let method = form.get("method").and_then(Method::of_mode);
            match method.filter(|method| register::REGISTRABLE.contains(method)) {
                Some(method) if interrupt::may_register(desk, &evidence, method) => {
                    register::page(desk, purpose, evidence, method, None)
                }
                _ => refused(desk, "the organisation does not allow this way to sign in for this account"),
            }
        }
        Some("remove") => {
            let decide = move |now: &directory::Snapshot, _: Id, _: Time| signin::remove_method(now, user, target);
            let done = register::submit(desk, &evidence, REMOVED, "A way to sign in was removed", decide).await?;
            finish(desk, &purpose, evidence, done)
        }
        Some("rename") => {
            let name = form.get("name").unwrap_or_default().to_owned();
            let decide =
                move |now: &directory::Snapshot, _: Id, _: Time| signin::rename_method(now, user, target, &name);
            let done = register::submit(desk, &evidence, CHANGED, "A way to sign in was renamed", decide).await?;
            finish(desk, &purpose, evidence, done)
        }
        Some("codes") => recovery_codes(desk, &purpose, evidence).await,
        Some("email") => {
            let address = form.get("address").unwrap_or_default().trim().to_owned();
            let is_allowed = signin::allowed(&desk.now, user, PolicyMethod::Email).is_some();
            if !is_allowed || !signin::is_mail_address(&address) {
                return show(desk, &purpose, evidence, Some(desk.words().mail_address_wrong));
            }
            email::confirm(desk, purpose, evidence, &address)
        }
        _ => refused(desk, "the page does not fit its request; start again"),
    }
}

/// New recovery codes in the place of the old ones, shown this once.
async fn recovery_codes(desk: &Desk<'_>, purpose: &Purpose, evidence: Evidence) -> Result<Response<Body>, Problem> {
    let codes: Vec<keys::Secret> = (0..signin::RECOVERY_CODES).map(|_| keys::Secret::recovery_code()).collect();
    let digests = codes.iter().map(|code| code::recovery_digest(desk, code.expose())).collect::<Result<Vec<_>, _>>()?;
    let user = evidence.user;
    let decide =
        move |now: &directory::Snapshot, id: Id, at: Time| signin::add_recovery_codes(now, user, id, &digests, at);
    let done = register::submit(desk, &evidence, register::REGISTERED, "New recovery codes were made", decide).await?;
    if let Err(why) = done {
        return show(desk, purpose, evidence, Some(&why));
    }
    let shown: Vec<String> = codes
        .iter()
        .map(|code| {
            let (first, second) = code.expose().split_at(code.expose().len() / 2);
            format!("{first}-{second}")
        })
        .collect();
    pages::show(StatusCode::OK, &RecoveryCodes { frame: &Frame::of(desk), codes: &shown }, "")
}

fn finish(
    desk: &Desk<'_>,
    purpose: &Purpose,
    evidence: Evidence,
    done: Result<directory::Snapshot, String>,
) -> Result<Response<Body>, Problem> {
    match done {
        Ok(_) => super::arrive("security-info"),
        Err(why) => show(desk, purpose, evidence, Some(&why)),
    }
}
