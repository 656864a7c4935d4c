//! What waits for a stream: signed tokens in the order in which things happened, kept until they are taken or too old.
//!
//! They lie on a shelf of tickets, in the stream's group: durable, gone with the stream, and forgotten after [`KEPT`].

use std::time::Duration;

use directory::{Id, Record, Time, Value};
use engine::{Engine, Fault};

const SHELF: &str = "sharedSignals";
/// A token waits for at most so long: a receiver that is away for longer has to ask anew how things stand.
pub const KEPT: Duration = Duration::from_secs(7 * 86_400);

/// A token that waits.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    key: Vec<u8>,
    pub jti: String,
    pub set: String,
}

/// Where in a stream's order a token belongs: the commit, and the place within it.
pub(crate) type Place = (u64, u64);

/// Put a token into a stream's queue. False: it is there already.
pub(crate) fn put(engine: &Engine, stream: Id, place: Place, jti: Id, set: &str) -> Result<bool, Fault> {
    let mut key = stream.as_bytes().to_vec();
    key.extend_from_slice(&place.0.to_be_bytes());
    key.extend_from_slice(&place.1.to_be_bytes());
    let body = Record::new().with("key", key.clone()).with("jti", jti.to_string()).with("set", set);
    engine.tickets().put(SHELF, &key, Some(stream), engine.now() + KEPT, &body)
}

/// The place of something that is no commit's: after everything so far.
pub(crate) fn after_now(engine: &Engine) -> Place {
    let Time(micros) = engine.now();
    (engine.snapshot().usn(), micros.unsigned_abs())
}

/// The next tokens of a stream, first come first.
pub(crate) fn next(engine: &Engine, stream: Id, limit: usize) -> Result<Vec<Waiting>, Fault> {
    let rows = engine.tickets().list(SHELF, stream, limit)?;
    let read = |row: Record| {
        let Some(Value::Bytes(key)) = row.get("key") else { return None };
        Some(Waiting { key: key.clone(), jti: row.text("jti")?.to_owned(), set: row.text("set")?.to_owned() })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// A token was taken.
pub(crate) fn taken(engine: &Engine, waiting: &Waiting) -> Result<(), Fault> {
    engine.tickets().take(SHELF, &waiting.key).map(drop)
}

/// Nobody will come for what waits.
pub(crate) fn clear(engine: &Engine, stream: Id) -> Result<(), Fault> {
    engine.tickets().revoke(stream).map(drop)
}
