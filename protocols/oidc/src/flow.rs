//! A page waits for an answer: what it was about, kept in a ticket and bound to the browser that got the page.
//!
//! Each page has a flow of its own, good for one answer. The answer must bring the flow, the browser's cookie and the token
//! made of both, so that no other site can send it (OWASP ASVS 10.7, NIST SP 800-63B §5.1).

use std::time::Duration;

use directory::{Id, Record, Value};
use engine::Body;
use http::{Response, StatusCode};
use signin::{Evidence, Method};

use crate::admin_consent::AdminConsentRequest;
use crate::authorize::request::AuthorizeRequest;
use crate::error::Problem;
use crate::methods::{self, Page};
use crate::request::Desk;
use crate::{opaque, pages, reset, session};

/// A page waits so long.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// What somebody signs in for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    Authorize(Box<AuthorizeRequest>),
    /// To let a device in that shows this user code.
    Device(String),
    /// To let an application act for the organisation.
    AdminConsent(AdminConsentRequest),
    /// To see the page of this name beneath `/account`.
    Account(String),
}

/// Which page it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stage {
    SignIn,
    /// A new password has to be chosen.
    NewPassword,
    /// These permissions are asked for.
    Consent(Vec<String>),
    /// These permissions are asked for, for everybody.
    AdminConsent(Vec<String>),
    /// A user code is asked for.
    UserCode,
    /// The device is to be let in.
    ConfirmDevice,
    /// These terms of use are to be accepted: the agreement, and the text of it that is shown.
    Terms(Id, String),
    /// A forgotten password is being reset.
    Reset(reset::Step),
    /// The session is to be ended.
    SignOut(Option<String>),
    /// A way to sign in is to be proved, chosen or registered.
    Method(Page),
    /// A certificate is shown elsewhere.
    Certificate,
    /// The person approves on a device; `instead` are the other ways to go on.
    Push {
        approval: Id,
        instead: Vec<Method>,
    },
}

/// A page that waits.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub purpose: Option<Purpose>,
    pub stage: Stage,
    /// What was proved so far.
    pub evidence: Option<Evidence>,
    pub keep: bool,
}

/// What a page puts into its form.
pub(crate) struct Form {
    pub flow: String,
    pub csrf: String,
    /// The browser's secret, where it has to be given one.
    fresh_browser: Option<String>,
}

impl Flow {
    /// Keep the flow and say what its page's form must carry.
    pub(crate) fn open(&self, desk: &Desk<'_>) -> Result<Form, Problem> {
        let (browser, is_fresh) = session::browser(desk);
        let flow = opaque::fresh(desk.tenant);
        let body = self.to_record().with("browser", Value::Bytes(keys::sha256(browser.as_bytes()).to_vec()));
        let put = desk.engine.tickets().put(opaque::FLOWS, &opaque::key(flow.expose()), None, desk.at + LIFE, &body);
        put.map_err(|_| Problem::fault())?;
        Ok(Form {
            csrf: csrf(&browser, flow.expose()),
            flow: flow.expose().to_owned(),
            fresh_browser: is_fresh.then_some(browser),
        })
    }

    /// The flow that a form's answer belongs to. It is taken: an answer counts once.
    pub(crate) fn take(desk: &Desk<'_>) -> Result<Flow, Problem> {
        let form = &desk.request.form;
        let (Some(flow), Some(given)) = (form.get("flow"), form.get("csrf")) else { return Err(over()) };
        let (browser, is_fresh) = session::browser(desk);
        if is_fresh || !keys::constant_time_eq(csrf(&browser, flow).as_bytes(), given.as_bytes()) {
            return Err(over());
        }
        Flow::take_by_token(desk, flow)
    }

    /// The flow of a token alone, for a browser that comes back by a redirect with another secret of its own. It is taken.
    pub(crate) fn take_by_token(desk: &Desk<'_>, flow: &str) -> Result<Flow, Problem> {
        let (browser, _) = session::browser(desk);
        let body = desk
            .engine
            .tickets()
            .take(opaque::FLOWS, &opaque::key(flow))
            .map_err(|_| Problem::fault())?
            .ok_or_else(over)?;
        if !is_of(&body, &browser) {
            return Err(over());
        }
        Flow::from_record(&body).ok_or_else(over)
    }

    /// The flow of a token, left where it is, for the browser that began it.
    pub(crate) fn look(desk: &Desk<'_>, token: &str) -> Option<Flow> {
        let (browser, _) = session::browser(desk);
        let body = desk.engine.tickets().get(opaque::FLOWS, &opaque::key(token)).ok().flatten()?;
        Flow::from_record(&body).filter(|_| is_of(&body, &browser))
    }

    /// What the form of its page carries when the page is shown once more.
    pub(crate) fn form(desk: &Desk<'_>, token: &str) -> Form {
        let (browser, _) = session::browser(desk);
        Form { csrf: csrf(&browser, token), flow: token.to_owned(), fresh_browser: None }
    }

    /// Whether a page of this stage waits under a token. Nothing is taken, and nothing is said of whose browser it is.
    pub(crate) fn waits(desk: &Desk<'_>, flow: &str, stage: &Stage) -> bool {
        let body = desk.engine.tickets().get(opaque::FLOWS, &opaque::key(flow)).ok().flatten();
        body.and_then(|body| Flow::from_record(&body)).is_some_and(|flow| flow.stage == *stage)
    }

    fn to_record(&self) -> Record {
        let (stage, detail) = match &self.stage {
            Stage::SignIn => ("signIn", None),
            Stage::NewPassword => ("newPassword", None),
            Stage::Consent(scopes) => ("consent", Some(scopes.join(" "))),
            Stage::AdminConsent(shown) => ("adminConsent", Some(shown.join(" "))),
            Stage::UserCode => ("userCode", None),
            Stage::Reset(step) => ("reset", Some(step.name().to_owned())),
            Stage::ConfirmDevice => ("confirmDevice", None),
            Stage::Terms(agreement, file) => ("terms", Some(format!("{agreement} {file}"))),
            Stage::SignOut(to) => ("signOut", to.clone()),
            Stage::Method(page) => ("method", Some(page.to_text())),
            Stage::Certificate => ("certificate", None),
            Stage::Push { approval, instead } => {
                let modes = instead.iter().map(|method| method.mode());
                let words: Vec<&str> = std::iter::once("").chain(modes).collect();
                ("push", Some(format!("{approval}{}", words.join(" "))))
            }
        };
        let purpose: Option<(&str, Value)> = self.purpose.as_ref().map(|purpose| match purpose {
            Purpose::Authorize(request) => ("request", request.to_record().into()),
            Purpose::Device(code) => ("device", code.as_str().into()),
            Purpose::Account(place) => ("account", place.as_str().into()),
            Purpose::AdminConsent(request) => ("adminConsent", request.to_record().into()),
        });
        let mut record = Record::new();
        if let Some((name, purpose)) = purpose {
            record.set(name, purpose);
        }
        record
            .with("stage", stage)
            .with_some("detail", detail)
            .with_some("evidence", self.evidence.as_ref().map(Evidence::to_record))
            .with("keep", self.keep)
    }

    fn from_record(record: &Record) -> Option<Flow> {
        let detail = record.text("detail").map(str::to_owned);
        let stage = match record.text("stage")? {
            "signIn" => Stage::SignIn,
            "newPassword" => Stage::NewPassword,
            "consent" => {
                Stage::Consent(detail.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect())
            }
            "adminConsent" => {
                let shown = detail.unwrap_or_default();
                Stage::AdminConsent(shown.split_ascii_whitespace().map(str::to_owned).collect())
            }
            "userCode" => Stage::UserCode,
            "reset" => Stage::Reset(reset::Step::of_name(&detail?)?),
            "confirmDevice" => Stage::ConfirmDevice,
            "terms" => {
                let (agreement, file) = detail.as_deref()?.split_once(' ')?;
                Stage::Terms(directory::id_from_text(agreement)?, file.to_owned())
            }
            "signOut" => Stage::SignOut(detail),
            "method" => Stage::Method(Page::of_text(&detail?)?),
            "certificate" => Stage::Certificate,
            "push" => {
                let detail = detail.unwrap_or_default();
                let mut words = detail.split(' ');
                let approval = words.next().and_then(directory::id_from_text)?;
                Stage::Push { approval, instead: words.filter_map(Method::of_mode).collect() }
            }
            _ => return None,
        };
        let purpose = if let Some(request) = record.record("request") {
            Some(Purpose::Authorize(Box::new(AuthorizeRequest::from_record(request)?)))
        } else if let Some(request) = record.record("adminConsent") {
            Some(Purpose::AdminConsent(AdminConsentRequest::from_record(request)?))
        } else if let Some(code) = record.text("device") {
            Some(Purpose::Device(code.to_owned()))
        } else {
            record.text("account").map(|place| Purpose::Account(place.to_owned()))
        };
        let evidence = record.record("evidence").and_then(Evidence::from_record);
        Some(Flow { purpose, stage, evidence, keep: record.bool("keep").unwrap_or(false) })
    }
}

impl Form {
    /// The page's answer, with the browser's cookie where it needs one.
    pub(crate) fn answer(&self, mut page: Response<Body>) -> Response<Body> {
        if let Some(browser) = &self.fresh_browser {
            session::give_browser(&mut page, browser);
        }
        page
    }
}

/// The page that asks who somebody is, or, once that is typed, to prove it.
pub(crate) fn sign_in_page(
    desk: &Desk<'_>,
    purpose: Purpose,
    identifier: Option<String>,
    notice: Option<String>,
    evidence: Option<Evidence>,
) -> Result<Response<Body>, Problem> {
    let flow = Flow { purpose: Some(purpose), stage: Stage::SignIn, evidence, keep: false };
    let form = flow.open(desk)?;
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let status = if flow.evidence.is_some() { StatusCode::OK } else { status };
    let passkey = methods::passkey::ask_for_any(desk, &form)?;
    let page =
        pages::sign_in(desk, &flow, &form, identifier.as_deref(), notice.as_deref(), passkey.as_deref(), status)?;
    Ok(form.answer(page))
}

fn is_of(body: &Record, browser: &str) -> bool {
    matches!(body.get("browser"), Some(Value::Bytes(hash)) if *hash == keys::sha256(browser.as_bytes()))
}

fn over() -> Problem {
    Problem::new(50_058, "this page is too old, was answered before, or belongs to another browser; start again")
}

fn csrf(browser: &str, flow: &str) -> String {
    keys::base64url::encode(keys::hmac_sha256(browser.as_bytes(), flow.as_bytes()))
}
