//! The configuration of streams (SSF §8.1.1): create, read, update, replace, delete.

use bytes::Bytes;
use directory::{Caller, Change, Decision, Id, Object, Value as Kept};
use engine::{Body, Engine, Submission};
use http::{Method, Request, Response, StatusCode};
use schema::shared_signals::{
    AUDIENCE, AUTHORIZATION_HEADER, CREATED_DATE_TIME, DELIVERY_METHOD, DESCRIPTION, ENDPOINT_URL, EVENTS_REQUESTED,
    RECEIVER, SHARED_SIGNALS_STREAM, STATUS,
};
use serde_json::{Map, Value, json as object};
use signin::signals::EVENTS;

use crate::discovery::{self, POLL, PUSH};
use crate::problem::{Problem, empty, json};
use crate::receiver::{MANAGE, READ, Receiver};
use crate::verification::MIN_INTERVAL;
use crate::{Inner, queue};

/// A receiver has at most so many streams.
pub(crate) const STREAMS_MAX: usize = 10;
/// A request is at most this long.
pub(crate) const BODY_MAX: usize = 64 << 10;
/// A description is cut after so many characters.
const DESCRIPTION_MAX: usize = 200;
/// An address is at most this long.
const URL_MAX: usize = 2048;
/// What a receiver wants to see in `Authorization` is at most this long.
const AUTHORIZATION_MAX: usize = 4096;
/// So many event types can be asked for, known or not.
const EVENTS_MAX: usize = 100;
/// What the header is sealed for.
pub(crate) const SEALED_FOR: &str = "shared signals authorization";
/// What the transmitter alone says of a stream.
const OURS: [&str; 6] =
    ["stream_id", "iss", "aud", "events_supported", "events_delivered", "min_verification_interval"];

/// What a receiver may say of a stream.
#[derive(Default)]
struct Wanted {
    events: Option<Vec<String>>,
    delivery: Option<Delivery>,
    description: Option<String>,
}

enum Delivery {
    Push { url: String, authorization: Option<String> },
    Poll,
}

pub(crate) async fn answer(inner: &Inner, engine: Engine, request: &Request<Bytes>) -> Result<Response<Body>, Problem> {
    let method = request.method();
    let need = if method == Method::GET { READ } else { MANAGE };
    let receiver = Receiver::of(inner, &engine, request, need)?;
    match *method {
        Method::GET => read(inner, &engine, &receiver, stream_in_query(request).as_deref()),
        Method::POST => create(inner, &engine, &receiver, &members(request)?).await,
        Method::PATCH => change(inner, &engine, &receiver, &members(request)?, false).await,
        Method::PUT => change(inner, &engine, &receiver, &members(request)?, true).await,
        Method::DELETE => delete(&engine, &receiver, stream_in_query(request).as_deref()).await,
        _ => Err(Problem::method()),
    }
}

/// The members of a JSON object.
pub(crate) fn members(request: &Request<Bytes>) -> Result<Map<String, Value>, Problem> {
    if request.body().len() > BODY_MAX {
        return Err(Problem::bad(format!("the body is longer than its limit of {BODY_MAX} bytes")));
    }
    serde_json::from_slice(request.body()).map_err(|_| Problem::bad("the body is not a JSON object"))
}

/// `stream_id`, where it is needed.
pub(crate) fn named(members: &Map<String, Value>) -> Result<&str, Problem> {
    members.get("stream_id").and_then(Value::as_str).ok_or_else(|| Problem::bad("`stream_id` is missing"))
}

pub(crate) fn stream_in_query(request: &Request<Bytes>) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("stream_id=")).map(str::to_owned)
}

/// The configuration as its receiver sees it.
pub(crate) fn shown(inner: &Inner, engine: &Engine, stream: &Object) -> Value {
    let requested: Option<Vec<&str>> = stream.get(EVENTS_REQUESTED);
    let delivered: Vec<&str> = EVENTS
        .iter()
        .copied()
        .filter(|event| requested.as_ref().is_none_or(|requested| requested.contains(event)))
        .collect();
    let delivery = match stream.get(DELIVERY_METHOD) {
        Some("push") => object!({"method": PUSH, "endpoint_url": stream.get(ENDPOINT_URL).unwrap_or_default()}),
        _ => {
            let url = format!("{}/poll/{}", discovery::base(inner, engine), stream.id);
            object!({"method": POLL, "endpoint_url": url})
        }
    };
    let mut shown = object!({
        "stream_id": stream.id.to_string(),
        "iss": inner.issuer(engine),
        "aud": stream.get(AUDIENCE).unwrap_or_default(),
        "events_supported": EVENTS,
        "events_delivered": delivered,
        "delivery": delivery,
        "min_verification_interval": MIN_INTERVAL.as_secs(),
        "inactivity_timeout": queue::KEPT.as_secs(),
    });
    if let Some(members) = shown.as_object_mut() {
        if let Some(requested) = requested {
            members.insert("events_requested".to_owned(), object!(requested));
        }
        if let Some(description) = stream.get(DESCRIPTION) {
            members.insert("description".to_owned(), object!(description));
        }
    }
    shown
}

fn read(inner: &Inner, engine: &Engine, receiver: &Receiver, id: Option<&str>) -> Result<Response<Body>, Problem> {
    let now = engine.snapshot();
    let body = match id {
        Some(id) => shown(inner, engine, receiver.stream(&now, id)?),
        None => Value::Array(receiver.streams(&now).into_iter().map(|stream| shown(inner, engine, stream)).collect()),
    };
    Ok(json(StatusCode::OK, &body))
}

async fn create(
    inner: &Inner,
    engine: &Engine,
    receiver: &Receiver,
    members: &Map<String, Value>,
) -> Result<Response<Body>, Problem> {
    let wanted = Wanted::of(members)?;
    // SSF §8.1.1.1: without a word about delivery, poll.
    let delivery = wanted.delivery.unwrap_or(Delivery::Poll);
    let (client, audience) = (receiver.id, receiver.app_id.clone());
    let mut attributes = vec![
        (RECEIVER.id, client.into()),
        (AUDIENCE.id, audience.into()),
        (STATUS.id, "enabled".into()),
        (CREATED_DATE_TIME.id, engine.now().into()),
    ];
    attributes.extend(delivered(inner, engine, delivery)?.into_iter().filter_map(|(a, value)| Some((a, value?))));
    attributes.extend(wanted.events.map(|events| (EVENTS_REQUESTED.id, Kept::from(events))));
    attributes.extend(wanted.description.map(|text| (DESCRIPTION.id, Kept::from(text))));
    let submission = Submission::proven(&caller(engine, client), "Add shared signals stream", move |now, call| {
        let mine = now.by(RECEIVER, client).filter(|object| now.is_a(object, &SHARED_SIGNALS_STREAM)).count();
        if mine >= STREAMS_MAX {
            return Err(directory::Refusal::limit(format!("a receiver has at most {STREAMS_MAX} streams")));
        }
        let (id, kind) = (call.new_id(), SHARED_SIGNALS_STREAM.id());
        let create = Change::Create { id, kind, attributes: attributes.clone() };
        Ok(Decision::change(vec![create]).answering(Kept::Guid(id)))
    });
    let done = engine.submit(submission).await?;
    let made = done.answer.as_ref().and_then(Kept::as_guid).and_then(|id| done.snapshot.find(id));
    let made = made.ok_or_else(Problem::unavailable)?;
    Ok(json(StatusCode::CREATED, &shown(inner, engine, made)))
}

async fn change(
    inner: &Inner,
    engine: &Engine,
    receiver: &Receiver,
    members: &Map<String, Value>,
    replace: bool,
) -> Result<Response<Body>, Problem> {
    let now = engine.snapshot();
    let stream = receiver.stream(&now, named(members)?)?;
    let known = shown(inner, engine, stream);
    // SSF §8.1.1.3: what is the transmitter's to say may be sent, but only as it is.
    for name in OURS {
        if members.get(name).is_some_and(|given| known.get(name) != Some(given)) {
            return Err(Problem::bad(format!("`{name}` cannot be changed")));
        }
    }
    let wanted = Wanted::of(members)?;
    let mut sets: Vec<(directory::AttrId, Option<Kept>)> = Vec::new();
    match wanted.delivery {
        Some(delivery) => sets.extend(delivered(inner, engine, delivery)?),
        None if replace => sets.extend(delivered(inner, engine, Delivery::Poll)?),
        None => {}
    }
    if replace || wanted.events.is_some() {
        sets.push((EVENTS_REQUESTED.id, wanted.events.map(Kept::from)));
    }
    if replace || wanted.description.is_some() {
        sets.push((DESCRIPTION.id, wanted.description.map(Kept::from)));
    }
    let id = stream.id;
    let submission = Submission::proven(&caller(engine, receiver.id), "Update shared signals stream", move |now, _| {
        now.get_a(&SHARED_SIGNALS_STREAM, id)?;
        let set = |(attribute, new): &(directory::AttrId, Option<Kept>)| Change::Set {
            id,
            attribute: *attribute,
            old: None,
            new: new.clone(),
        };
        Ok(Decision::change(sets.iter().map(set).collect()))
    });
    let done = engine.submit(submission).await?;
    inner.ring(id);
    let changed = done.snapshot.find(id).ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &shown(inner, engine, changed)))
}

async fn delete(engine: &Engine, receiver: &Receiver, id: Option<&str>) -> Result<Response<Body>, Problem> {
    let id = id.ok_or_else(|| Problem::bad("`stream_id` is missing"))?;
    let id = receiver.stream(&engine.snapshot(), id)?.id;
    let submission = Submission::proven(&caller(engine, receiver.id), "Delete shared signals stream", move |now, _| {
        now.get_a(&SHARED_SIGNALS_STREAM, id)?;
        Ok(Decision::change(vec![Change::Delete { id }]))
    });
    engine.submit(submission).await?;
    queue::clear(engine, id)?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// The receiver acting for itself, in the audit.
pub(crate) fn caller(engine: &Engine, client: Id) -> Caller {
    Caller { actor: directory::Actor::App(client), correlation: keys::random_uuid(), ..Caller::system(engine.tenant()) }
}

/// The attributes that a way of delivery means.
fn delivered(
    inner: &Inner,
    engine: &Engine,
    delivery: Delivery,
) -> Result<Vec<(directory::AttrId, Option<Kept>)>, Problem> {
    Ok(match delivery {
        Delivery::Poll => {
            vec![(DELIVERY_METHOD.id, Some("poll".into())), (ENDPOINT_URL.id, None), (AUTHORIZATION_HEADER.id, None)]
        }
        Delivery::Push { url, authorization } => {
            let seal = |text: String| inner.keys.seal(engine.tenant(), SEALED_FOR, text.as_bytes());
            let sealed = authorization.map(seal).transpose()?;
            vec![
                (DELIVERY_METHOD.id, Some("push".into())),
                (ENDPOINT_URL.id, Some(url.into())),
                (AUTHORIZATION_HEADER.id, sealed.map(Kept::from)),
            ]
        }
    })
}

impl Wanted {
    fn of(members: &Map<String, Value>) -> Result<Wanted, Problem> {
        let mut wanted = Wanted::default();
        if let Some(events) = members.get("events_requested") {
            let wrong = || Problem::bad("`events_requested` must be a list of event types");
            let events = events.as_array().filter(|events| events.len() <= EVENTS_MAX).ok_or_else(wrong)?;
            let texts: Option<Vec<String>> = events.iter().map(|event| event.as_str().map(str::to_owned)).collect();
            // SSF §8.1.1: what is not understood is ignored.
            let mut known: Vec<String> = Vec::new();
            for text in texts.ok_or_else(wrong)? {
                if EVENTS.contains(&text.as_str()) && !known.contains(&text) {
                    known.push(text);
                }
            }
            wanted.events = Some(known);
        }
        if let Some(description) = members.get("description") {
            let text = description.as_str().ok_or_else(|| Problem::bad("`description` must be text"))?;
            wanted.description = Some(text.chars().take(DESCRIPTION_MAX).collect());
        }
        wanted.delivery = members.get("delivery").map(Delivery::of).transpose()?;
        Ok(wanted)
    }
}

impl Delivery {
    fn of(value: &Value) -> Result<Delivery, Problem> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        match text("method") {
            Some(POLL) => Ok(Delivery::Poll),
            Some(PUSH) => {
                let url = text("endpoint_url").filter(|url| {
                    url.len() <= URL_MAX
                        && (url.starts_with("https://") || url.starts_with("http://"))
                        && url.bytes().all(|byte| byte.is_ascii_graphic())
                });
                let url = url.ok_or_else(|| Problem::bad("`delivery.endpoint_url` must be an https address"))?;
                let authorization = text("authorization_header");
                let fits = |header: &str| {
                    header.len() <= AUTHORIZATION_MAX && header.bytes().all(|byte| (b' '..=b'~').contains(&byte))
                };
                if authorization.is_some_and(|header| !fits(header)) {
                    return Err(Problem::bad("`delivery.authorization_header` cannot be sent"));
                }
                Ok(Delivery::Push { url: url.to_owned(), authorization: authorization.map(str::to_owned) })
            }
            _ => Err(Problem::bad(format!("`delivery.method` must be `{PUSH}` or `{POLL}`"))),
        }
    }
}
