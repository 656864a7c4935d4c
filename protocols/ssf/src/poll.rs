//! Delivery by poll (RFC 8936): the receiver asks, and says which tokens it has.

use std::time::Duration;

use bytes::Bytes;
use directory::Id;
use engine::{Body, Engine};
use http::{Request, Response, StatusCode};
use schema::shared_signals::{DELIVERY_METHOD, STATUS};
use serde_json::{Map, Value, json as object};

use crate::problem::{Problem, json};
use crate::queue::{self, Waiting};
use crate::receiver::{READ, Receiver};
use crate::{Inner, stream};

/// So many tokens are handed out at a time.
const EVENTS_MAX: usize = 100;
/// So many can be acknowledged at a time: the ones that can have been handed out and not acknowledged yet.
const WAITING_MAX: usize = 1_000;
/// The longest a request waits for something to happen.
const WAIT_MAX: Duration = Duration::from_secs(30);

pub(crate) async fn answer(
    inner: &Inner,
    engine: Engine,
    request: &Request<Bytes>,
    stream: Id,
) -> Result<Response<Body>, Problem> {
    let receiver = Receiver::of(inner, &engine, request, READ)?;
    check(&receiver, &engine, stream)?;
    let members = if request.body().is_empty() { Map::new() } else { stream::members(request)? };
    let max = match members.get("maxEvents") {
        None => EVENTS_MAX,
        Some(number) => {
            let number = number.as_u64().ok_or_else(|| Problem::bad("`maxEvents` must be a number, not negative"))?;
            usize::try_from(number).unwrap_or(EVENTS_MAX).min(EVENTS_MAX)
        }
    };
    acknowledge(&engine, stream, &members)?;
    let is_patient = members.get("returnImmediately").and_then(Value::as_bool) != Some(true) && max > 0;
    let until = tokio::time::Instant::now() + WAIT_MAX;
    loop {
        // Heard from here on: what comes between looking and waiting is not missed.
        let bell = inner.bell.notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        let is_enabled = check(&receiver, &engine, stream)?;
        let waiting = if is_enabled { queue::next(&engine, stream, max + 1)? } else { Vec::new() };
        if !waiting.is_empty() || !is_patient {
            return Ok(json(StatusCode::OK, &handed_out(&waiting, max)));
        }
        if tokio::time::timeout_at(until, bell).await.is_err() {
            return Ok(json(StatusCode::OK, &handed_out(&[], max)));
        }
    }
}

/// Whether the stream is this receiver's, delivered by poll; and enabled.
fn check(receiver: &Receiver, engine: &Engine, stream: Id) -> Result<bool, Problem> {
    let now = engine.snapshot();
    let stream = receiver.stream(&now, &stream.to_string())?;
    if stream.get(DELIVERY_METHOD) != Some("poll") {
        return Err(Problem::not_found());
    }
    Ok(stream.get(STATUS).is_none_or(|status| status == "enabled"))
}

/// What was taken, or cannot be: neither comes again (RFC 8936 §2.4).
fn acknowledge(engine: &Engine, stream: Id, members: &Map<String, Value>) -> Result<(), Problem> {
    let acknowledged = members.get("ack").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let failed = members.get("setErrs").and_then(Value::as_object);
    for (jti, error) in failed.into_iter().flatten() {
        let err = error.get("err").and_then(Value::as_str).unwrap_or_default();
        let shown: String = err.chars().take(64).collect();
        tracing::warn!(%stream, jti, err = %shown.escape_debug(), "a receiver could not use a token");
    }
    let done: Vec<&str> =
        acknowledged.chain(failed.into_iter().flat_map(|errors| errors.keys().map(String::as_str))).collect();
    if done.is_empty() {
        return Ok(());
    }
    for waiting in queue::next(engine, stream, WAITING_MAX)? {
        if done.contains(&waiting.jti.as_str()) {
            queue::taken(engine, &waiting)?;
        }
    }
    Ok(())
}

fn handed_out(waiting: &[Waiting], max: usize) -> Value {
    let sets: Map<String, Value> = waiting.iter().take(max).map(|w| (w.jti.clone(), object!(w.set))).collect();
    object!({"sets": sets, "moreAvailable": waiting.len() > max})
}
