//! Events of others (RFC 8935 §2): verified, taken once, and answered as the administrator said: with risk, or by ending the
//! person's sessions.

use std::time::Duration;

use bytes::Bytes;
use directory::{Caller, Change, Decision, Id, Object, Record};
use engine::{Body, Engine, Submission};
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use keys::JwtError;
use schema::shared_signals::{
    AUDIENCE, IS_ENABLED, ISSUER, JWKS_URI, LAST_RECEIVED_DATE_TIME, ON_CREDENTIAL_COMPROMISE, ON_SESSION_REVOKED,
    SHARED_SIGNALS_TRANSMITTER,
};
use signin::risk::{self, Against, Circumstances, Detection, Level};
use signin::signals::{ACCOUNT_DISABLED, CREDENTIAL_COMPROMISE, SESSION_REVOKED};

use crate::Inner;
use crate::events::Event;
use crate::problem::{Problem, empty};
use crate::set::{MEDIA_TYPE, TYP};

/// A token is taken for so long after it was made; as long its `jti` is remembered.
const AGE_MAX: Duration = Duration::from_secs(7 * 86_400);
/// The shelf of tokens that were taken.
const TAKEN: &str = "sharedSignalsTaken";
/// Somebody is said to have been heard of at most this often.
const HEARD_EVERY: Duration = Duration::from_secs(3600);

pub(crate) async fn answer(inner: &Inner, engine: Engine, request: &Request<Bytes>) -> Result<Response<Body>, Problem> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(MEDIA_TYPE) {
        return Err(Problem::bad(format!("send `{MEDIA_TYPE}`")));
    }
    let text = std::str::from_utf8(request.body()).map_err(|_| Problem::bad("the token is not text"))?.trim();
    let said = keys::peek(text).map_err(|why| Problem::bad(format!("the token cannot be read: {why}")))?;
    let now = engine.snapshot();
    let issuer = said.text("iss").unwrap_or_default();
    let transmitter = now.find_by(&SHARED_SIGNALS_TRANSMITTER, ISSUER, issuer);
    let transmitter = transmitter.filter(|transmitter| transmitter.get(IS_ENABLED) != Some(false));
    let transmitter = transmitter
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "invalid_issuer", "nobody knows this issuer here"))?;
    let claims = verified(inner, &engine, transmitter, text).await?;
    let audience = transmitter.get(AUDIENCE).unwrap_or_default();
    if !claims.texts("aud").any(|named| named == audience) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_audience", "the token is for somebody else"));
    }
    let event = Event::parse(claims.all()).ok_or_else(|| Problem::bad("the token is no security event token"))?;
    // Taken before: the other side did not hear the answer, and gets the same one.
    let key = keys::sha256(format!("{issuer}\n{}", event.jti).as_bytes());
    if engine.tickets().put(TAKEN, &key, None, engine.now() + AGE_MAX, &Record::new())? {
        let done = act(inner, &engine, transmitter, &event).await;
        if let Err(problem) = done {
            // It was not taken after all.
            engine.tickets().take(TAKEN, &key)?;
            return Err(problem);
        }
    }
    Ok(empty(StatusCode::ACCEPTED))
}

async fn verified(inner: &Inner, engine: &Engine, transmitter: &Object, token: &str) -> Result<keys::Claims, Problem> {
    let (uri, at) = (transmitter.get(JWKS_URI).unwrap_or_default(), engine.now());
    for is_stale in [false, true] {
        let keys = inner.jwks.keys(inner.outgoing.as_ref(), uri, at, is_stale).await.map_err(|why| {
            tracing::warn!(transmitter = %transmitter.id, why, "the keys of a transmitter cannot be had");
            Problem::unavailable()
        })?;
        match keys::verify_event(&keys, token, TYP, at, AGE_MAX) {
            Ok(claims) => return Ok(claims),
            // A key that was made since.
            Err(JwtError::UnknownKey | JwtError::Signature) if !is_stale => {}
            Err(why) => return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_key", why.to_string())),
        }
    }
    Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_key", "the token was signed with an unknown key"))
}

/// Do what the administrator said is to be done.
async fn act(inner: &Inner, engine: &Engine, transmitter: &Object, event: &Event) -> Result<(), Problem> {
    let now = engine.snapshot();
    heard(engine, transmitter).await?;
    let Some(person) = event.subject.person(&now, &inner.issuer(engine)) else { return Ok(()) };
    for (name, _) in &event.events {
        let attribute = match name.as_str() {
            SESSION_REVOKED => ON_SESSION_REVOKED,
            CREDENTIAL_COMPROMISE | ACCOUNT_DISABLED => ON_CREDENTIAL_COMPROMISE,
            _ => continue,
        };
        let level = match transmitter.get(attribute) {
            Some("revokeSessions") => {
                revoke(engine, person).await?;
                continue;
            }
            Some("riskHigh") => Level::High,
            Some("riskMedium") => Level::Medium,
            Some("riskLow") => Level::Low,
            _ => continue,
        };
        let word = name.rsplit('/').next().unwrap_or_default();
        let why = format!("`{}` says `{word}`", transmitter.get(ISSUER).unwrap_or_default());
        raise(engine, person, level, why).await?;
    }
    Ok(())
}

async fn revoke(engine: &Engine, person: Id) -> Result<(), Problem> {
    let caller = Caller::system(engine.tenant());
    let submission = Submission::proven(&caller, "Revoke sessions on shared signal", move |_, call| {
        Ok(Decision::change(signin::revoke(person, call.at)))
    });
    engine.submit(submission).await?;
    Ok(())
}

async fn raise(engine: &Engine, person: Id, level: Level, why: String) -> Result<(), Problem> {
    const EVENT: &str = "investigationsThreatIntelligence";
    let now = engine.snapshot();
    let Some(user) = now.find(person) else { return Ok(()) };
    let detection = Detection { event: EVENT, level, against: Against::Account, why };
    let (id, at, correlation) = (keys::random_uuid(), engine.now(), keys::random_uuid());
    let seen =
        Circumstances { id, at, user, address: None, country: None, correlation, request: None, is_remediated: false };
    engine.journal(risk::RISK_DETECTIONS, Some(person), risk::line(&detection, &seen)).await?;
    let caller = Caller::system(engine.tenant());
    let submission = Submission::proven(&caller, "Update user risk", move |now, call| {
        Ok(Decision::change(risk::raise(now, person, call.at, level, &[EVENT.to_owned()])))
    });
    engine.submit(submission).await?;
    Ok(())
}

/// Remember that somebody was heard of, so that an administrator sees that the stream lives.
async fn heard(engine: &Engine, transmitter: &Object) -> Result<(), Problem> {
    let at = engine.now();
    if transmitter.get(LAST_RECEIVED_DATE_TIME).is_some_and(|last| at.since(last) < HEARD_EVERY) {
        return Ok(());
    }
    let (id, caller) = (transmitter.id, Caller::system(engine.tenant()));
    let submission = Submission::proven(&caller, "Note shared signals transmitter", move |now, call| {
        now.get_a(&SHARED_SIGNALS_TRANSMITTER, id)?;
        Ok(Decision::change(vec![Change::set(id, LAST_RECEIVED_DATE_TIME, call.at)]))
    });
    engine.submit(submission).await?;
    Ok(())
}
