//! The device flow (RFC 8628): a device without a browser shows a code, and a person lets it in from elsewhere.
//!
//! The page says which application asks and from which address, and lets nobody in without a click: a code that somebody
//! was sent must not look like an everyday sign-in.

use std::time::Duration;

use directory::{Record, Value};
use engine::Body;
use http::{Response, StatusCode};
use schema::USER_PRINCIPAL_NAME;
use signin::{Client, ClientAppType, Event, Evidence, Outcome, Resource, Scopes, SignIn, Subject};

use crate::context::{self, Question};
use crate::error::Problem;
use crate::flow::{self, Flow, Purpose, Stage};
use crate::request::Desk;
use crate::{answer, consent, demand, issue, opaque, pages, session, token};

/// The shelf of device codes, by the code's hash.
pub(crate) const DEVICE_CODES: &str = "deviceCodes";
/// The shelf of user codes, leading to device codes.
const USER_CODES: &str = "userCodes";
/// What policies call this flow.
pub(crate) const FLOW: &str = "deviceCodeFlow";
/// A device asks at most this often.
pub(crate) const INTERVAL_SECONDS: i64 = 5;
/// Codes live so long.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// A device code is remembered so long, to tell an expired one from one that never was.
const REMEMBERED: Duration = Duration::from_secs(30 * 60);
/// 34 bits, typed within a quarter of an hour by addresses that may be wrong 200 times a minute.
const USER_CODE_LETTERS: usize = 8;

/// How far a device has come.
pub(crate) enum State {
    Pending,
    Declined,
    Approved(Box<Evidence>),
}

impl State {
    pub(crate) fn of(body: &Record) -> State {
        match body.text("state") {
            Some("declined") => State::Declined,
            Some("approved") => body
                .record("evidence")
                .and_then(Evidence::from_record)
                .map_or(State::Declined, |evidence| State::Approved(Box::new(evidence))),
            _ => State::Pending,
        }
    }
}

/// Answer `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(crate) fn device_code(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let proven = token::client(desk, token::DEVICE_CODE)?;
    if !proven.client.is_public() {
        proven.need_proof()?;
    }
    let scope = desk.request.form.need("scope")?;
    let scopes = Scopes::parse(scope)?;
    Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    let device = opaque::fresh(desk.tenant);
    let device_key = opaque::key(device.expose());
    let (expires, kept) = (desk.at + LIFE, desk.at + REMEMBERED);
    let tickets = desk.engine.tickets();
    let body = Record::new()
        .with("client", proven.client.app_id())
        .with("scope", scope)
        .with("expires", expires)
        .with("kept", kept)
        .with_some("address", desk.request.address.map(|address| address.to_string()));
    tickets.put(DEVICE_CODES, &device_key, None, kept, &body).map_err(|_| Problem::fault())?;
    let user_code = keys::Secret::user_code(USER_CODE_LETTERS);
    let leads_to = Record::new().with("device", Value::Bytes(device_key.to_vec()));
    if !tickets
        .put(USER_CODES, &user_key(user_code.expose()), None, expires, &leads_to)
        .map_err(|_| Problem::fault())?
    {
        // One in 2^34: let the device ask again.
        return Err(Problem::fault());
    }
    let home = &desk.oidc.public_url;
    let (first, second) = user_code.expose().split_at(USER_CODE_LETTERS / 2);
    let shown = format!("{first}-{second}");
    let body = Record::new()
        .with("device_code", device.expose())
        .with("user_code", &shown)
        .with("verification_uri", format!("{home}/device"))
        .with("verification_uri_complete", format!("{home}/device?user_code={shown}"))
        .with("expires_in", i64::try_from(LIFE.as_secs()).unwrap_or(0))
        .with("interval", INTERVAL_SECONDS)
        .with("message", format!("To sign in, open {home}/device in a browser and enter the code {shown}."));
    Ok(answer::json(StatusCode::OK, &body))
}

/// The page that asks for the user code.
pub(crate) fn page(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    code_page(desk, desk.request.query.get("user_code").or_else(|| desk.request.query.get("otc")), None)
}

fn code_page(desk: &Desk<'_>, code: Option<&str>, notice: Option<&str>) -> Result<Response<Body>, Problem> {
    let flow = Flow { purpose: None, stage: Stage::UserCode, evidence: None, keep: false };
    let form = flow.open(desk)?;
    let code: String = code.unwrap_or_default().chars().take(16).collect();
    let page = pages::user_code(desk, &form, &code, notice)?;
    Ok(form.answer(page))
}

/// Somebody typed a code: sign in if nobody is, then ask.
pub(crate) async fn user_code(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    if let Err(problem) = desk.oidc.throttle.admit(desk.request.address, desk.at) {
        return pages::error(desk, &problem);
    }
    let code = plain(desk.request.form.get("user_code").unwrap_or_default());
    if device_of(desk, &code)?.is_none() {
        desk.oidc.throttle.failed(desk.request.address, desk.at);
        return code_page(desk, None, Some(desk.words().user_code_wrong));
    }
    match session::current(desk)? {
        Some(session) => confirm_page(desk, &code, session.evidence),
        None => flow::sign_in_page(desk, Purpose::Device(code), None, None, None),
    }
}

/// Ask whether the device may come in.
pub(crate) fn confirm_page(desk: &Desk<'_>, code: &str, evidence: Evidence) -> Result<Response<Body>, Problem> {
    let Some((_, device)) = device_of(desk, code)? else {
        return code_page(desk, None, Some(desk.words().user_code_expired));
    };
    let client = Client::find(&desk.now, device.text("client").unwrap_or_default())?;
    let scopes = Scopes::parse(device.text("scope").unwrap_or_default())?;
    let resource = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    let missing = signin::missing_consent(&desk.now, &client, &resource, &scopes, evidence.user);
    let wishes = match signin::wishes(&desk.now, &client, &resource, &missing) {
        Ok(wishes) => wishes,
        Err(name) => {
            let why = format!("`{}` offers no permission `{name}`", resource.name());
            return pages::error(desk, &Problem::new(70_011, why));
        }
    };
    let user = desk.now.find(evidence.user).and_then(|user| user.get(USER_PRINCIPAL_NAME));
    let person = user.unwrap_or_default().to_owned();
    let flow = Flow {
        purpose: Some(Purpose::Device(code.to_owned())),
        stage: Stage::ConfirmDevice,
        evidence: Some(evidence),
        keep: false,
    };
    let form = flow.open(desk)?;
    let address = device.text("address").unwrap_or(desk.words().unknown_address);
    let page = pages::confirm_device(desk, &form, client.name(), address, &person, &wishes)?;
    Ok(form.answer(page))
}

/// What the person decided.
pub(crate) async fn confirmed(desk: &Desk<'_>, flow: Flow, code: &str) -> Result<Response<Body>, Problem> {
    let (Some(evidence), Some((key, device))) = (flow.evidence, device_of(desk, code)?) else {
        return code_page(desk, None, Some(desk.words().user_code_expired));
    };
    let client = Client::find(&desk.now, device.text("client").unwrap_or_default())?;
    let scopes = Scopes::parse(device.text("scope").unwrap_or_default())?;
    let resource = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    if desk.request.form.get("decision") != Some("accept") {
        settle(desk, code, &key, &device, &device.clone().with("state", "declined"))?;
        return pages::message(desk, desk.words().device_not_let_in, desk.words().close_page);
    }
    let missing = signin::missing_consent(&desk.now, &client, &resource, &scopes, evidence.user);
    let verdict = context::ask(
        desk,
        &Question {
            subject: Subject::User(evidence.user),
            client: &client,
            resource: &resource,
            scopes: &scopes,
            client_app_type: ClientAppType::MobileAppsAndDesktopClients,
            evidence: Some(&evidence),
            flow: Some(FLOW),
        },
    );
    let row = SignIn {
        client: Some(&client),
        resource: Some(&resource),
        user: desk.now.find(evidence.user),
        evidence: Some(&evidence),
        verdict: Some(&verdict),
        ..issue::sign_in(desk, Event::InteractiveUser, "deviceCode", ClientAppType::MobileAppsAndDesktopClients)
    };
    if let Outcome::Interact { needs, reason, .. } = &verdict.outcome {
        write(desk, SignIn { denial: context::denial(&verdict).as_ref(), ..row }).await?;
        return demand::page(desk, Purpose::Device(code.to_owned()), evidence.clone(), needs, reason);
    }
    // The page said what the application asks for, and the person agreed to all of it.
    let consented = match (context::denial(&verdict), missing.as_slice()) {
        (Some(_), _) | (None, []) => desk.now.clone(),
        (None, missing) => match consent::give(desk, &evidence, &client, &resource, missing).await {
            Ok(now) => now,
            Err(problem) => return pages::error(desk, &problem),
        },
    };
    let after = desk.at_snapshot(consented);
    let ask = signin::UserAsk {
        client: &client,
        proof: signin::ClientProof::None,
        resource: &resource,
        scopes: &scopes,
        evidence: &evidence,
        nonce: None,
        capabilities: &[],
        confirmation: None,
        class: None,
        contexts: &[],
        kept: None,
    };
    let denial = context::denial(&verdict).or_else(|| signin::plan_user(&issue::mint(&after), &ask).err());
    write(desk, SignIn { denial: denial.as_ref(), ..row }).await?;
    if let Some(denial) = denial {
        settle(desk, code, &key, &device, &device.clone().with("state", "declined"))?;
        return pages::error(desk, &denial.into());
    }
    settle(
        desk,
        code,
        &key,
        &device,
        &device.clone().with("state", "approved").with("evidence", evidence.to_record()),
    )?;
    pages::message(desk, desk.words().device_let_in, desk.words().close_page)
}

async fn write(desk: &Desk<'_>, row: SignIn<'_>) -> Result<(), Problem> {
    desk.oidc.journal.write(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await
}

/// Write the decision down, once. The device may have polled in between, which is no reason to ask the person again.
fn settle(desk: &Desk<'_>, code: &str, key: &[u8], seen: &Record, decided: &Record) -> Result<(), Problem> {
    const TRIES: usize = 8;
    let tickets = desk.engine.tickets();
    tickets.take(USER_CODES, &user_key(code)).map_err(|_| Problem::fault())?;
    let mut seen = seen.clone();
    for _ in 0..TRIES {
        let kept = seen.time("kept").unwrap_or(desk.at);
        if tickets.swap(DEVICE_CODES, key, None, kept, &seen, decided).map_err(|_| Problem::fault())? {
            return Ok(());
        }
        let gone = || Problem::new(70_020, "the device code has expired; start again on the device");
        seen = tickets.get(DEVICE_CODES, key).map_err(|_| Problem::fault())?.ok_or_else(gone)?;
    }
    Err(Problem::busy(1))
}

/// The device that a user code leads to, while it waits.
fn device_of(desk: &Desk<'_>, code: &str) -> Result<Option<(Vec<u8>, Record)>, Problem> {
    let tickets = desk.engine.tickets();
    let Some(leads_to) = tickets.get(USER_CODES, &user_key(code)).map_err(|_| Problem::fault())? else {
        return Ok(None);
    };
    let Some(Value::Bytes(key)) = leads_to.get("device") else { return Ok(None) };
    let device = tickets.get(DEVICE_CODES, key).map_err(|_| Problem::fault())?;
    Ok(device.filter(|device| matches!(State::of(device), State::Pending)).map(|device| (key.clone(), device)))
}

fn user_key(code: &str) -> [u8; 32] {
    keys::sha256(format!("user code {code}").as_bytes())
}

/// A code as it is kept: letters only, in capitals.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_uppercase())
        .take(keys::USER_CODE_CHARS_MAX)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{ADA, Answer, Org, PASS, PASSWORD, PHONE_APP, UPN, WEB_APP, run};
    use engine::testing::TENANT;
    use signin::Verdict;

    async fn begin(org: &Org) -> Answer {
        let path = format!("/{TENANT}/oauth2/v2.0/devicecode");
        org.post(&path, &[("client_id", PHONE_APP), ("scope", "openid offline_access User.Read")]).await
    }

    async fn poll(org: &Org, begun: &Answer) -> Answer {
        let code = begun.field("device_code");
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        org.token(&[("grant_type", grant), ("client_id", PHONE_APP), ("device_code", &code)]).await
    }

    #[test]
    fn a_person_lets_a_device_in_with_its_code() {
        run(|org| async move {
            let begun = begin(&org).await;
            assert_eq!(begun.json()["interval"], 5);
            assert!(begun.field("message").contains(&begun.field("user_code")));
            assert_eq!(poll(&org, &begun).await.field("error"), "authorization_pending");
            let typed = begun.field("user_code").to_lowercase().replace('-', " ");
            let page = org.get("/device").await;
            let page = org.answer(&page, &[("user_code", &typed)]).await;
            let page = org.answer(&page, &[("loginfmt", UPN)]).await;
            let page = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD)]).await;
            for text in ["Field tool", "192.0.2.7", UPN] {
                assert!(page.text.contains(text), "{text}: {}", page.text);
            }
            org.later(5);
            assert_eq!(poll(&org, &begun).await.code(), 70_016, "nothing without a click");
            let done = org.answer(&page, &[("decision", "accept")]).await;
            assert!(done.text.contains("You are signed in on your device"), "{}", done.text);
            org.later(5);
            let tokens = poll(&org, &begun).await;
            assert_eq!(org.claims(&tokens.field("access_token")).text("oid"), Some(ADA.to_string().as_str()));
            assert_eq!(org.refresh(&tokens.field("refresh_token"), &[]).await.status, 200);
            assert_eq!(poll(&org, &begun).await.code(), 70_018, "once");
            let page = org.get("/device").await;
            assert!(org.answer(&page, &[("user_code", &typed)]).await.text.contains("not valid"), "once");
        });
    }

    #[test]
    fn a_device_that_asks_too_often_too_late_or_for_nothing_is_told_so() {
        run(|org| async move {
            let begun = begin(&org).await;
            assert_eq!(poll(&org, &begun).await.field("error"), "authorization_pending");
            org.later(2);
            assert_eq!(poll(&org, &begun).await.field("error"), "slow_down");
            org.later(6);
            assert_eq!(poll(&org, &begun).await.field("error"), "slow_down", "ten seconds by now");
            org.later(15);
            assert_eq!(poll(&org, &begun).await.field("error"), "authorization_pending");
            org.later(900);
            assert_eq!(poll(&org, &begun).await.field("error"), "expired_token");
            let grant = ("grant_type", "device_code");
            let code = begun.field("device_code");
            assert_eq!(org.token(&[grant, ("client_id", PHONE_APP), ("device_code", "x")]).await.code(), 70_018);
            assert_eq!(org.token(&[grant, ("client_id", WEB_APP), ("device_code", &code)]).await.code(), 70_018);
            let path = format!("/{TENANT}/oauth2/v2.0/devicecode");
            let web = org.post(&path, &[("client_id", WEB_APP), ("scope", "User.Read")]).await;
            assert_eq!(web.code(), 7_000_218, "not a public client");
        });
    }

    #[test]
    fn a_person_may_decline_and_a_policy_may_forbid_the_flow() {
        run(|org| async move {
            let sign_in = |begun: Answer, decision: &'static str| {
                let org = &org;
                async move {
                    let page = org.get(&format!("/device?user_code={}", begun.field("user_code"))).await;
                    assert_eq!(page.input("user_code"), begun.field("user_code"));
                    let mut page = org.answer(&page, &[("user_code", &begun.field("user_code"))]).await;
                    if !page.text.contains("Let the device in?") {
                        page = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASS)]).await;
                    }
                    let done = org.answer(&page, &[("decision", decision)]).await;
                    (done, poll(org, &begun).await)
                }
            };
            let (_, polled) = sign_in(begin(&org).await, "cancel").await;
            assert_eq!(polled.field("error"), "access_denied");
            org.judge_by(|context| match context.flow {
                Some("deviceCodeFlow") => Verdict {
                    outcome: Outcome::Denied { code: 53_003, reason: "blocked".to_owned(), policies: Vec::new() },
                    status: "failure",
                    ..Verdict::not_applied()
                },
                _ => Verdict::not_applied(),
            });
            let (page, polled) = sign_in(begin(&org).await, "accept").await;
            assert!(page.text.contains("AADSTS53003"), "{}", page.text);
            assert_eq!(polled.field("error"), "access_denied");
        });
    }

    #[test]
    fn what_nobody_consented_to_is_asked_on_the_same_page() {
        run(|org| async move {
            org.change(vec![directory::Change::Delete { id: directory::Id::from_u128(0x52) }]).await;
            let begun = begin(&org).await;
            let page = org.get("/device").await;
            let page = org.answer(&page, &[("user_code", &begun.field("user_code"))]).await;
            let page = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD)]).await;
            assert!(page.text.contains("User.Read for the organisation"), "{}", page.text);
            org.answer(&page, &[("decision", "accept")]).await;
            let tokens = poll(&org, &begun).await;
            assert_eq!(org.claims(&tokens.field("access_token")).text("scp"), Some("User.Read openid"));
        });
    }

    #[test]
    fn guessing_user_codes_is_slowed_down() {
        run(|org| async move {
            let mut refused = 0;
            for _ in 0..210 {
                let page = org.get("/device").await;
                let answer = org.answer(&page, &[("user_code", "BCDFGHJK")]).await;
                refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
            }
            assert_eq!(refused, 10);
        });
    }
}
