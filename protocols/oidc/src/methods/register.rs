//! Registering a way to sign in: the page that makes it, and its answer. What was registered was also proved: it counts in
//! the sign-in that asked for it.

use directory::{Caller, Decision, Effect, Id, Record, Value};
use engine::{Body, Failure, Submission};
use http::Response;
use schema::fido2_authentication_method::CREDENTIAL;
use schema::organization::ORGANIZATION;
use schema::{DISPLAY_NAME, USER_PRINCIPAL_NAME};
use signin::{Evidence, Method, NewPasskey, Proof};

use super::{Page, ceremony, code, pages};
use crate::error::Problem;
use crate::flow::{Flow, Purpose, Stage};
use crate::request::Desk;
use crate::{login, prove, session};

/// What people register on these pages by themselves.
pub(crate) const REGISTRABLE: [Method; 2] = [Method::Fido2, Method::SoftwareOath];
/// How it stands in the audit, in Entra's words.
pub(crate) const REGISTERED: &str = "User registered security info";

/// The page on which a method is registered.
pub(crate) fn page(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    method: Method,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let user = evidence.user;
    let flow = Flow {
        purpose: Some(purpose),
        stage: Stage::Method(Page::Register(method)),
        evidence: Some(evidence),
        keep: false,
    };
    let form = flow.open(desk)?;
    let page = match method {
        Method::Fido2 => {
            let (options, state) = passkey(desk, user)?;
            ceremony::keep(desk, &form, &Record::new().with("passkey", state))?;
            pages::register_passkey(desk, &flow, &form, &options, notice)?
        }
        Method::SoftwareOath => {
            let seed = keys::OathSeed::fresh();
            show_app(desk, &flow, &form, user, &seed, notice)?
        }
        _ => return Err(Problem::fault()),
    };
    Ok(form.answer(page))
}

/// Answer it.
pub(crate) async fn answer(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    method: Method,
) -> Result<Response<Body>, Problem> {
    let kept = ceremony::take(desk)?.unwrap_or_default();
    // What was allowed when the page was made may not be any more.
    if let Some(answer) = super::interrupt::blocked(desk, &purpose, &evidence)? {
        return Ok(answer);
    }
    let outcome = match method {
        Method::Fido2 => add_passkey(desk, &evidence, &kept).await?,
        Method::SoftwareOath => {
            let sealed = match kept.get("seed") {
                Some(Value::Bytes(sealed)) => sealed.clone(),
                _ => Vec::new(),
            };
            match add_app(desk, &evidence, &sealed).await? {
                Err(why) if !sealed.is_empty() => return again(desk, purpose, evidence, &sealed, &why),
                outcome => outcome,
            }
        }
        _ => return Err(Problem::fault()),
    };
    match outcome {
        Ok((proof, now)) => {
            let keep = session::current(desk)?.is_some_and(|session| session.keep);
            let evidence = evidence.and(keys::random_uuid(), proof);
            login::arrive(&desk.at_snapshot(now), purpose, evidence, keep).await
        }
        Err(why) => page(desk, purpose, evidence, method, Some(&why)),
    }
}

type Registered = Result<(Proof, directory::Snapshot), String>;

/// The question to a browser that makes a passkey.
fn passkey(desk: &Desk<'_>, user: Id) -> Result<(String, String), Problem> {
    let passkeys = desk.oidc.passkeys.as_ref().ok_or_else(Problem::fault)?;
    let known: Vec<String> =
        signin::passkeys(&desk.now, user).filter_map(|key| key.get(CREDENTIAL).map(str::to_owned)).collect();
    let person = desk.now.find(user).ok_or_else(Problem::fault)?;
    let name = person.get(USER_PRINCIPAL_NAME).unwrap_or("user");
    let shown = person.get(DISPLAY_NAME).unwrap_or(name);
    let asked = passkeys.begin_registration(user, name, shown, &known).map_err(|_| Problem::fault())?;
    Ok((asked.options, asked.state))
}

async fn add_passkey(desk: &Desk<'_>, evidence: &Evidence, kept: &Record) -> Result<Registered, Problem> {
    let passkeys = desk.oidc.passkeys.as_ref().ok_or_else(Problem::fault)?;
    let form = &desk.request.form;
    let answer = form.get("assertion").filter(|answer| answer.len() <= keys::PASSKEY_ANSWER_BYTES_MAX);
    let made = passkeys.finish_registration(kept.text("passkey").unwrap_or_default(), answer.unwrap_or_default());
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            tracing::info!(user = %evidence.user, why = %error, "a passkey was not registered");
            return Ok(Err(desk.words().passkey_failed.to_owned()));
        }
    };
    let method = if made.is_user_verified { Method::Fido2 } else { Method::Fido2Touch };
    let detail = made.aa_guid.clone();
    let new = NewPasskey {
        name: form.get("name").unwrap_or(desk.words().passkey).to_owned(),
        aa_guid: made.aa_guid,
        certificates: made.certificates,
        is_attested: made.is_attested,
        is_synced: made.is_synced,
        model: None,
        credential: made.credential,
        credential_digest: made.digest,
        sign_count: made.sign_count,
    };
    let user = evidence.user;
    let done = submit(desk, evidence, REGISTERED, "A passkey was added", move |now, id, at| {
        signin::add_passkey(now, user, id, &new, at)
    })
    .await?;
    Ok(done.map(|now| (Proof { detail, ..proof(desk, user, method) }, now)))
}

/// The app shows a code of the seed: then both have the same.
async fn add_app(desk: &Desk<'_>, evidence: &Evidence, sealed: &[u8]) -> Result<Registered, Problem> {
    let form = &desk.request.form;
    let Ok(seed) = desk.oidc.keys.open_sealed(desk.tenant, code::OATH_SEED, sealed) else {
        return Ok(Err(desk.words().code_wrong.to_owned()));
    };
    let seed = keys::OathSeed::of(&seed);
    let typed: String = form.get("otc").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let Some(step) = signin::oath_steps(desk.at).into_iter().find(|step| seed.matches(*step, &typed)) else {
        return Ok(Err(desk.words().code_wrong.to_owned()));
    };
    let (user, sealed) = (evidence.user, sealed.to_vec());
    let name = form.get("name").unwrap_or(desk.words().authenticator_app).to_owned();
    let done = submit(desk, evidence, REGISTERED, "An authenticator app was added", move |now, id, at| {
        signin::add_software_oath(now, user, id, &name, &sealed, at)
    })
    .await?;
    if let Ok(now) = &done {
        // The code that showed the app has the seed is used up by that.
        for app in signin::oath_apps(now, user).filter(|app| desk.now.find(app.id).is_none()) {
            code::take_step(desk, app, step)?;
        }
    }
    Ok(done.map(|now| (proof(desk, user, Method::SoftwareOath), now)))
}

/// The same seed again after a wrong code: the app has it by now.
fn again(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    sealed: &[u8],
    why: &str,
) -> Result<Response<Body>, Problem> {
    let seed = keys::OathSeed::of(&desk.oidc.keys.open_sealed(desk.tenant, code::OATH_SEED, sealed)?);
    let user = evidence.user;
    let flow = Flow {
        purpose: Some(purpose),
        stage: Stage::Method(Page::Register(Method::SoftwareOath)),
        evidence: Some(evidence),
        keep: false,
    };
    let form = flow.open(desk)?;
    let page = show_app(desk, &flow, &form, user, &seed, Some(why))?;
    Ok(form.answer(page))
}

fn show_app(
    desk: &Desk<'_>,
    flow: &Flow,
    form: &crate::flow::Form,
    user: Id,
    seed: &keys::OathSeed,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let sealed = desk.oidc.keys.seal(desk.tenant, code::OATH_SEED, seed.bytes())?;
    ceremony::keep(desk, form, &Record::new().with("seed", Value::Bytes(sealed)))?;
    let issuer = desk.now.all(&ORGANIZATION).find_map(|o| o.get(DISPLAY_NAME)).unwrap_or("Castellan");
    let account = desk.now.find(user).and_then(|user| user.get(USER_PRINCIPAL_NAME)).unwrap_or_default();
    pages::register_app(desk, flow, form, &seed.uri(issuer, account), &seed.text(), notice)
}

fn proof(desk: &Desk<'_>, user: Id, method: Method) -> Proof {
    let at = desk.now.find(user).map_or(desk.at, |user| signin::evidence_time(user, desk.at));
    Proof::of(method, at)
}

/// Change somebody's methods in their own name, and tell them. The error is theirs to read.
pub(crate) async fn submit(
    desk: &Desk<'_>,
    evidence: &Evidence,
    operation: &'static str,
    what: &'static str,
    decide: impl Fn(&directory::Snapshot, Id, directory::Time) -> Result<Vec<directory::Change>, directory::Refusal>
    + Send
    + 'static,
) -> Result<Result<directory::Snapshot, String>, Problem> {
    let user = evidence.user;
    let caller: Caller = prove::caller(desk, evidence);
    let submission = Submission::proven(&caller, operation, move |now, call| {
        let mut decision = Decision::change(decide(now, call.new_id(), call.at)?);
        let notices: Vec<Effect> = signin::security_notice(now.get(user)?, what, what, call.at);
        decision.plan.effects = notices;
        Ok(decision)
    });
    match desk.engine.submit(submission).await {
        Ok(done) => Ok(Ok(done.snapshot)),
        Err(Failure::Refused(refusal)) => Ok(Err(crate::pages::explained(desk.words(), 0, &refusal.message))),
        Err(Failure::Fault(_)) => Err(Problem::fault()),
    }
}
