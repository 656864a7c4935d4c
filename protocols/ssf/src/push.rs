//! Delivery by push (RFC 8935): one token after another to each endpoint, in order; an endpoint that does not answer is tried
//! again, later and later, and holds up nobody else's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use directory::{Id, Object, Time};
use engine::{Ask, Engine};
use schema::shared_signals::{AUTHORIZATION_HEADER, DELIVERY_METHOD, ENDPOINT_URL, SHARED_SIGNALS_STREAM, STATUS};
use serde_json::Value;

use crate::queue::{self, Waiting};
use crate::set::MEDIA_TYPE;
use crate::stream::SEALED_FOR;
use crate::{Inner, status};

/// The first wait after a failure; it doubles up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_secs(1);
pub const RETRY_MAX: Duration = Duration::from_secs(300);
/// A stream whose endpoint has failed for so long is paused.
pub const FAILING_MAX: Duration = Duration::from_secs(24 * 3600);
/// A stream for which more waits is disabled: its receiver does not come any more.
pub const QUEUE_MAX: usize = 10_000;
/// So many tokens are taken out of a queue at a time.
const TAKE: usize = 32;
/// The longest a failed delivery that is due waits to be noticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often all streams are looked at, rung or not.
const LOOK_AT_ALL: Duration = Duration::from_secs(60);

/// What is known of a stream's deliveries. It does not outlive the process: then all are tried at once.
#[derive(Default)]
struct State {
    is_busy: bool,
    failures: u32,
    failing_since: Option<Time>,
    retry_at: Option<Time>,
}

type States = Arc<Mutex<HashMap<Id, State>>>;

pub(crate) async fn run(inner: Arc<Inner>, engine: Engine) {
    let states = States::default();
    let mut commits = engine.commits();
    let mut all_at: Option<tokio::time::Instant> = None;
    loop {
        let bell = inner.bell.notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        let is_time = all_at.is_none_or(|at| tokio::time::Instant::now() >= at);
        if is_time {
            all_at = Some(tokio::time::Instant::now() + LOOK_AT_ALL);
            tend(&inner, &engine).await;
        }
        for stream in due(&inner, &engine, &states, is_time) {
            let (inner, engine, states) = (inner.clone(), engine.clone(), states.clone());
            tokio::spawn(async move { drain(&inner, &engine, &states, stream).await });
        }
        tokio::select! {
            () = &mut bell => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            changed = commits.changed() => if changed.is_err() { return },
        }
    }
}

/// The streams that something may be delivered to now; they count as busy from here on.
fn due(inner: &Inner, engine: &Engine, states: &States, all: bool) -> Vec<Id> {
    let now = engine.snapshot();
    let is_pushed = |stream: &&Object| {
        stream.get(DELIVERY_METHOD) == Some("push") && stream.get(STATUS).is_none_or(|status| status == "enabled")
    };
    let mut news = inner.news.lock().unwrap_or_else(PoisonError::into_inner);
    let mut states = states.lock().unwrap_or_else(PoisonError::into_inner);
    let at = engine.now();
    let mut due = Vec::new();
    for stream in now.all(&SHARED_SIGNALS_STREAM).filter(is_pushed) {
        let state = states.entry(stream.id).or_default();
        let is_wanted = match state.retry_at {
            Some(retry_at) => retry_at <= at,
            None => all || news.contains(&stream.id),
        };
        if is_wanted && !state.is_busy {
            news.remove(&stream.id);
            state.is_busy = true;
            due.push(stream.id);
        }
    }
    states.retain(|id, state| state.is_busy || now.find(*id).is_some());
    news.retain(|id| now.find(*id).is_some());
    due
}

/// Deliver until nothing waits or something fails.
async fn drain(inner: &Inner, engine: &Engine, states: &States, stream: Id) {
    let outcome = deliver_all(inner, engine, stream).await;
    let at = engine.now();
    let failing_since = {
        let mut states = states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(stream).or_default();
        state.is_busy = false;
        match &outcome {
            Ok(()) => *state = State::default(),
            Err(why) => {
                tracing::warn!(%stream, why, "a stream's endpoint did not take a token; it is tried again");
                let wait = RETRY_FIRST.saturating_mul(1 << state.failures.min(16)).min(RETRY_MAX);
                state.failures = state.failures.saturating_add(1);
                state.failing_since.get_or_insert(at);
                state.retry_at = Some(at + wait);
            }
        }
        state.failing_since
    };
    if failing_since.is_some_and(|since| at.since(since) >= FAILING_MAX) {
        let why = "the endpoint has not taken events for a day";
        if let Err(failure) = status::stop(inner, engine, stream, "paused", why).await {
            tracing::error!(%failure, %stream, "a stream could not be paused");
        }
        states.lock().unwrap_or_else(PoisonError::into_inner).remove(&stream);
    }
    // What came while this ran is not left lying.
    if outcome.is_ok() && matches!(queue::next(engine, stream, 1), Ok(waiting) if !waiting.is_empty()) {
        inner.ring(stream);
    }
}

async fn deliver_all(inner: &Inner, engine: &Engine, id: Id) -> Result<(), String> {
    loop {
        let waiting = queue::next(engine, id, TAKE).map_err(|fault| fault.to_string())?;
        if waiting.is_empty() {
            return Ok(());
        }
        for token in waiting {
            let now = engine.snapshot();
            let Some(stream) = now.find_a(&SHARED_SIGNALS_STREAM, id) else { return Ok(()) };
            if stream.get(STATUS).is_some_and(|status| status != "enabled")
                || stream.get(DELIVERY_METHOD) != Some("push")
            {
                return Ok(());
            }
            deliver(inner, engine, stream, &token).await?;
            queue::taken(engine, &token).map_err(|fault| fault.to_string())?;
        }
    }
}

/// Deliver one token. An answer that says that this token will never do counts as delivered (RFC 8935 §2.3).
async fn deliver(inner: &Inner, engine: &Engine, stream: &Object, token: &Waiting) -> Result<(), String> {
    let url = stream.get(ENDPOINT_URL).ok_or("the stream has no endpoint")?;
    let mut ask = Ask::post(url, MEDIA_TYPE, token.set.clone());
    if let Some(sealed) = stream.get(AUTHORIZATION_HEADER) {
        let opened = inner.keys.open_sealed(engine.tenant(), SEALED_FOR, &sealed).map_err(|fault| fault.to_string())?;
        ask.authorization = String::from_utf8(opened.to_vec()).ok();
    }
    let answered = inner.outgoing.ask(ask).await?;
    match answered.status {
        200..=299 => Ok(()),
        400 => {
            let said: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
            let err = said.get("err").and_then(Value::as_str).unwrap_or_default();
            // Keys, access and authentication can be put right; a token that is not understood stays so.
            if ["invalid_request", "invalid_issuer", "invalid_audience", "invalid_state"].contains(&err) {
                tracing::warn!(stream = %stream.id, jti = token.jti, err, "a receiver could not use a token");
                return Ok(());
            }
            Err(format!("it answered 400 `{}`", err.chars().take(64).collect::<String>().escape_debug()))
        }
        status => Err(format!("it answered {status}")),
    }
}

/// End the streams for which too much waits.
async fn tend(inner: &Inner, engine: &Engine) {
    let now = engine.snapshot();
    for stream in now.all(&SHARED_SIGNALS_STREAM).filter(|stream| stream.get(STATUS) != Some("disabled")) {
        let waiting = queue::next(engine, stream.id, QUEUE_MAX + 1).map_or(0, |waiting| waiting.len());
        if waiting > QUEUE_MAX {
            let why = "more events wait than are kept";
            if let Err(failure) = status::stop(inner, engine, stream.id, "disabled", why).await {
                tracing::error!(%failure, stream = %stream.id, "a stream could not be disabled");
            }
        }
    }
}
