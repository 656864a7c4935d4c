//! What is worked out for a request: beside the threads that answer others, and told as a record, or as a page of objects with
//! `$filter`, `$select`, `$top`, `$skip` and `$count`, in the order in which they were put together.

use directory::{AttrId, Id, Kind, Object, Record, Value, id_from_text};
use engine::View;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::filter;
use crate::json::Json;
use crate::limits::{PREVIEW_WAIT_MAX, PREVIEWS_MAX, TOP_MAX};
use crate::path::{Arguments, Segment};
use crate::print::id_of;
use crate::projection::Projection;
use crate::read::{check_readable, may_read};

static TURNS: Semaphore = Semaphore::const_new(PREVIEWS_MAX);

/// Work something out over all devices on a thread of its own; the view comes back with it. Who waits too long for a turn is told to
/// come back, and who does not wait for the answer any more gives a turn back that has not come; one that has come is taken to
/// its end.
pub async fn aside<T: Send + 'static>(
    view: View,
    work: impl FnOnce(&View) -> T + Send + 'static,
) -> Result<(View, T), Error> {
    let turn = timeout(PREVIEW_WAIT_MAX, TURNS.acquire()).await;
    let turn = turn.map_err(|_| Error::unavailable())?.map_err(|_| Error::unavailable())?;
    let working = tokio::task::spawn_blocking(move || {
        let done = work(&view);
        drop(turn);
        (view, done)
    });
    working.await.map_err(|_| Error::unavailable())
}

/// The names and keys of a path: `set('key')/what` and `set/key/what` are the same.
#[must_use]
pub fn steps(segments: &[Segment]) -> Vec<String> {
    let mut path = Vec::with_capacity(segments.len() + 1);
    for segment in segments {
        path.push(segment.name.clone());
        if let Arguments::Key(key) = &segment.arguments {
            path.push(key.clone());
        }
    }
    path
}

/// The object of a kind that a key names, if the caller may read it.
pub fn found<'v>(view: &'v View, kind: &'static Kind, key: &str) -> Result<&'v Object, Error> {
    may_read(view, kind)?;
    let object = id_from_text(key).and_then(|id| view.now().find_a(kind, id)).ok_or_else(|| Error::missing(key))?;
    check_readable(view, object)?;
    Ok(object)
}

/// One record.
#[must_use]
pub fn printed(exchange: &Exchange, view: &View, record: &Record, context: &str) -> Reply {
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, context);
    printer.fields(&mut json, record, None, &[]);
    json.close();
    Reply::json(200, json.into_text())
}

/// Records as a collection that is not paged.
#[must_use]
pub fn list(exchange: &Exchange, view: &View, records: &[Record], context: &str) -> Reply {
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, context);
    json.key("value");
    json.open_list();
    for record in records {
        json.open();
        printer.fields(&mut json, record, None, &[]);
        json.close();
    }
    json.close_list();
    json.close();
    Reply::json(200, json.into_text())
}

/// A record as an object of a kind, so that it can be filtered and chosen from like those that are kept.
#[must_use]
pub fn object(record: Record, kind: &'static Kind) -> Object {
    let attributes: Vec<(AttrId, Value)> = record.into_iter().map(|(name, value)| (AttrId::of(&name), value)).collect();
    Object::pack(Id::nil(), kind.id(), 0, &attributes)
}

pub fn page(
    exchange: &Exchange,
    view: &View,
    objects: &[Object],
    kind: &'static Kind,
    context: &str,
) -> Result<Reply, Error> {
    let query = &exchange.query;
    let model = view.now().model();
    let projection = Projection::parse(query.select.as_deref(), None)?;
    projection.check(kind, model)?;
    let parsed = query.filter.as_deref().map(|text| filter::parse(text, kind, model)).transpose()?;
    let wanted: Vec<&Object> = objects
        .iter()
        .filter(|object| parsed.as_ref().is_none_or(|parsed| parsed.filter.matches(view.now(), object, view.at())))
        .collect();
    let skip = query.skip.unwrap_or(0);
    let top = query.top.or(exchange.asked.page_size).unwrap_or(TOP_MAX).min(TOP_MAX);
    let items: Vec<&Object> = wanted.iter().skip(skip).take(top).copied().collect();
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{context}{}", projection.in_context()));
    if query.count {
        json.key("@odata.count");
        json.int(i64::try_from(wanted.len()).unwrap_or(i64::MAX));
    }
    if top > 0 && skip.saturating_add(items.len()) < wanted.len() {
        json.member("@odata.nextLink", &exchange.link(&[("$skip", &(skip + items.len()).to_string())]));
    }
    json.key("value");
    json.open_list();
    for object in items {
        printer.object(&mut json, object, kind, &projection, &format!("{context}('{}')", id_of(object)))?;
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}
