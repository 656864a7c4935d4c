//! Subjects of a stream (SSF §8.1.3). Everybody is in every stream (`default_subjects` is `ALL`); a receiver takes out whom
//! it does not want to hear of, and puts them in again.

use bytes::Bytes;
use directory::{Change, Decision, Id, Value as Kept};
use engine::{Body, Engine, Submission};
use http::{Request, Response, StatusCode};
use schema::shared_signals::{REMOVED_SUBJECTS, SHARED_SIGNALS_STREAM};
use signin::signals::REMOVED_MAX;

use crate::events::Subject;
use crate::problem::{Problem, empty};
use crate::receiver::{MANAGE, Receiver};
use crate::{Inner, stream};

pub(crate) async fn answer(
    inner: &Inner,
    engine: Engine,
    request: &Request<Bytes>,
    is_added: bool,
) -> Result<Response<Body>, Problem> {
    let receiver = Receiver::of(inner, &engine, request, MANAGE)?;
    let members = stream::members(request)?;
    let now = engine.snapshot();
    let id = receiver.stream(&now, stream::named(&members)?)?.id;
    let subject = members.get("subject").and_then(Subject::parse);
    let subject = subject.ok_or_else(|| Problem::bad("`subject` cannot be read (RFC 9493)"))?;
    let done = empty(if is_added { StatusCode::OK } else { StatusCode::NO_CONTENT });
    // SSF §10.1: whether somebody is known here is told to nobody.
    let Some(person) = subject.person(&now, &inner.issuer(&engine)) else { return Ok(done) };
    let what = if is_added { "Add subject to stream" } else { "Remove subject from stream" };
    let submission = Submission::proven(&stream::caller(&engine, receiver.id), what, move |now, _| {
        let stream = now.get_a(&SHARED_SIGNALS_STREAM, id)?;
        let before = stream.get(REMOVED_SUBJECTS).unwrap_or_default();
        let mut after: Vec<Id> = before.iter().copied().filter(|known| *known != person).collect();
        if !is_added {
            after.push(person);
        }
        if after.len() > REMOVED_MAX {
            return Err(directory::Refusal::limit(format!("at most {REMOVED_MAX} subjects can be removed")));
        }
        Ok(Decision::change(vec![Change::set(id, REMOVED_SUBJECTS, Kept::from(after))]))
    });
    engine.submit(submission).await?;
    Ok(done)
}
