//! Verification (SSF §8.1.4): a receiver asks for an event, to see that its stream works.

use std::time::Duration;

use bytes::Bytes;
use directory::Record;
use engine::{Body, Engine};
use http::{Request, Response, StatusCode};
use schema::shared_signals::{AUDIENCE, STATUS};
use serde_json::{Value, json as object};

use crate::problem::{Problem, empty};
use crate::receiver::{MANAGE, Receiver};
use crate::set::{self, Contents};
use crate::{Inner, queue, stream};

const VERIFICATION: &str = "https://schemas.openid.net/secevent/ssf/event-type/verification";
/// A receiver asks at most this often.
pub(crate) const MIN_INTERVAL: Duration = Duration::from_secs(5);
/// The shelf that remembers when it last did.
const ASKED: &str = "sharedSignalsAsked";
/// What is to be sent back is at most this long.
const STATE_MAX: usize = 1024;

pub(crate) fn answer(inner: &Inner, engine: Engine, request: &Request<Bytes>) -> Result<Response<Body>, Problem> {
    let receiver = Receiver::of(inner, &engine, request, MANAGE)?;
    let members = stream::members(request)?;
    let now = engine.snapshot();
    let stream = receiver.stream(&now, stream::named(&members)?)?;
    let state = match members.get("state") {
        None => None,
        Some(Value::String(state)) if state.len() <= STATE_MAX => Some(state),
        Some(_) => return Err(Problem::bad(format!("`state` must be text of at most {STATE_MAX} bytes"))),
    };
    if stream.get(STATUS) == Some("disabled") {
        return Err(Problem::bad("the stream is disabled; enable it first"));
    }
    let key = stream.id.as_bytes();
    if !engine.tickets().put(ASKED, key, None, engine.now() + MIN_INTERVAL, &Record::new())? {
        return Err(Problem::too_often(MIN_INTERVAL.as_secs()));
    }
    let jti = keys::random_uuid();
    let contents = Contents {
        jti,
        audience: stream.get(AUDIENCE).unwrap_or_default(),
        at: engine.now(),
        txn: None,
        sub_id: set::stream_id(stream.id),
        event: VERIFICATION,
        data: state.map_or_else(|| object!({}), |state| object!({"state": state})),
    };
    let set = set::mint(inner, &engine, &contents)?;
    queue::put(&engine, stream.id, queue::after_now(&engine), jti, &set)?;
    inner.ring(stream.id);
    Ok(empty(StatusCode::NO_CONTENT))
}
