//! The status of streams (SSF §8.1.2): what waits for a paused stream is kept, what would go to a disabled one is not.

use bytes::Bytes;
use directory::{Change, Decision, Id};
use engine::{Body, Engine, Failure, Submission};
use http::{Method, Request, Response, StatusCode};
use schema::shared_signals::{AUDIENCE, SHARED_SIGNALS_STREAM, STATUS, STATUS_REASON};
use serde_json::{Value, json as object};

use crate::problem::{Problem, json};
use crate::receiver::{MANAGE, READ, Receiver};
use crate::set::{self, Contents};
use crate::{Inner, queue, stream};

/// The event by which a receiver learns what we did to its stream (SSF §8.1.5).
pub(crate) const STREAM_UPDATED: &str = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
/// A reason is cut after so many characters.
const REASON_MAX: usize = 200;
const STATES: [&str; 3] = ["enabled", "paused", "disabled"];

pub(crate) async fn answer(inner: &Inner, engine: Engine, request: &Request<Bytes>) -> Result<Response<Body>, Problem> {
    if request.method() == Method::GET {
        let receiver = Receiver::of(inner, &engine, request, READ)?;
        let id = stream::stream_in_query(request).ok_or_else(|| Problem::bad("`stream_id` is missing"))?;
        let now = engine.snapshot();
        return Ok(json(StatusCode::OK, &shown(receiver.stream(&now, &id)?)));
    }
    let receiver = Receiver::of(inner, &engine, request, MANAGE)?;
    let members = stream::members(request)?;
    let id = receiver.stream(&engine.snapshot(), stream::named(&members)?)?.id;
    let given = members.get("status").and_then(Value::as_str);
    let status = STATES.into_iter().find(|known| given == Some(*known));
    let status = status.ok_or_else(|| Problem::bad("`status` must be `enabled`, `paused` or `disabled`"))?;
    let reason = members.get("reason").and_then(Value::as_str).map(|text| text.chars().take(REASON_MAX).collect());
    set_status(&engine, id, status, reason, stream::caller(&engine, receiver.id)).await?;
    if status == "disabled" {
        queue::clear(&engine, id)?;
    }
    inner.ring(id);
    let now = engine.snapshot();
    Ok(json(StatusCode::OK, &shown(receiver.stream(&now, &id.to_string())?)))
}

/// Pause or disable a stream of our own accord, and tell its receiver when it can be told.
pub(crate) async fn stop(
    inner: &Inner,
    engine: &Engine,
    id: Id,
    status: &'static str,
    why: &str,
) -> Result<(), Failure> {
    set_status(engine, id, status, Some(why.to_owned()), directory::Caller::system(engine.tenant())).await?;
    if status == "disabled" {
        queue::clear(engine, id)?;
    }
    let now = engine.snapshot();
    let Some(stream) = now.find_a(&SHARED_SIGNALS_STREAM, id) else { return Ok(()) };
    let jti = keys::random_uuid();
    let contents = Contents {
        jti,
        audience: stream.get(AUDIENCE).unwrap_or_default(),
        at: engine.now(),
        txn: None,
        sub_id: set::stream_id(id),
        event: STREAM_UPDATED,
        data: object!({"status": status, "reason": why}),
    };
    match set::mint(inner, engine, &contents) {
        Ok(set) => queue::put(engine, id, queue::after_now(engine), jti, &set).map(drop)?,
        Err(fault) => tracing::error!(%fault, "a stream's receiver cannot be told"),
    }
    Ok(())
}

async fn set_status(
    engine: &Engine,
    id: Id,
    status: &'static str,
    reason: Option<String>,
    caller: directory::Caller,
) -> Result<(), Failure> {
    let submission = Submission::proven(&caller, "Update shared signals stream status", move |now, _| {
        now.get_a(&SHARED_SIGNALS_STREAM, id)?;
        let reason = match &reason {
            Some(reason) => Change::set(id, STATUS_REASON, reason),
            None => Change::clear(id, STATUS_REASON),
        };
        Ok(Decision::change(vec![Change::set(id, STATUS, status), reason]))
    });
    engine.submit(submission).await.map(drop)
}

fn shown(stream: &directory::Object) -> Value {
    let mut shown = object!({"stream_id": stream.id.to_string(), "status": stream.get(STATUS).unwrap_or("enabled")});
    if let (Some(reason), Some(members)) = (stream.get(STATUS_REASON), shown.as_object_mut()) {
        members.insert("reason".to_owned(), object!(reason));
    }
    shown
}
