//! What happened, newest first: the log of commits as audit records, and the streams of the journal.
//!
//! Each row becomes an object of its kind for the moment, so that the one filter and the one printer serve it too.

mod bounds;

use std::collections::VecDeque;

pub use bounds::Only;
use directory::{AttrId, Object, Record, Time, Value};
use engine::{Engine, JournalQuery, View};

use crate::audit;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::filter;
use crate::json::Json;
use crate::limits::{COMMITS_PER_PAGE, TOP_MAX};
use crate::print::id_of;
use crate::projection::Projection;
use crate::read::may_read;
use crate::resolve::{Collection, From};
use crate::token::Position;
use bounds::Bounds;

/// Rows read at a time.
const CHUNK: usize = 500;

/// Whether a collection is of things that happened.
#[must_use]
pub fn is_here(collection: &Collection) -> bool {
    matches!(collection.from, From::Log | From::Journal(_))
}

/// A row, and where the list goes on after it.
struct Row {
    object: Object,
    at: Time,
    next: Position,
}

/// A page.
pub fn page(exchange: &Exchange, view: &View, collection: &Collection) -> Result<Reply, Error> {
    may_read(view, collection.kind)?;
    let query = &exchange.query;
    let projection = Projection::parse(query.select.as_deref(), query.expand.as_deref())?;
    projection.check(collection.kind, view.now().model())?;
    check_order(query.orderby.as_deref())?;
    let parsed =
        query.filter.as_deref().map(|text| filter::parse(text, collection.kind, view.now().model())).transpose()?;
    let filter = parsed.map(|parsed| parsed.filter);
    let top = match query.top.or(exchange.asked.page_size) {
        Some(0) => {
            return Err(Error::unsupported("Invalid page size specified: '0'. Must be between 1 and 1000 inclusive."));
        }
        Some(top) => top.min(TOP_MAX),
        None => TOP_MAX,
    };
    let bounds = Bounds::of(&collection.from, filter.as_ref());
    let position = match query.skiptoken.as_deref() {
        Some(token) => Position::parse(token)?,
        None => bounds.start(&exchange.engine, view, &collection.from)?,
    };
    let most = if bounds.only.is_some() { 1 } else { COMMITS_PER_PAGE };
    let mut rows = Rows::of(&exchange.engine, view, collection, position, &bounds);
    let mut items = Vec::new();
    let mut next = None;
    for _ in 0..most {
        let Some(row) = rows.next()? else {
            next = None;
            break;
        };
        if rows.since.is_some_and(|since| row.at < since) {
            next = None;
            break;
        }
        let is_wanted = filter.as_ref().is_none_or(|filter| filter.matches(view.now(), &row.object, view.at()));
        if is_wanted && items.len() == top {
            break;
        }
        next = Some(row.next);
        if is_wanted {
            items.push(row.object);
        }
    }
    next = next.filter(|_| bounds.only.is_none());
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{}{}", collection.context, projection.in_context()));
    if let Some(next) = &next {
        json.member("@odata.nextLink", &exchange.link(&[("$skiptoken", &next.print())]));
    }
    json.key("value");
    json.open_list();
    for object in &items {
        printer.object(&mut json, object, collection.kind, &projection, &collection.context)?;
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The row of an id.
pub fn one(exchange: &Exchange, view: &View, collection: &Collection, key: &str) -> Result<Reply, Error> {
    may_read(view, collection.kind)?;
    let bounds = Bounds { only: bounds::named(&collection.from, key), ..Bounds::default() };
    let position = bounds.start(&exchange.engine, view, &collection.from)?;
    let mut rows = Rows::of(&exchange.engine, view, collection, position, &bounds);
    for _ in 0..COMMITS_PER_PAGE {
        let Some(row) = rows.next()? else { break };
        if !id_of(&row.object).eq_ignore_ascii_case(key) {
            if bounds.only.is_some() {
                break;
            }
            continue;
        }
        let printer = exchange.printer(view);
        let mut json = Json::new();
        json.open();
        printer.context(&mut json, &format!("{}/$entity", collection.context));
        let projection = Projection::parse(exchange.query.select.as_deref(), None)?;
        printer.members(&mut json, &row.object, collection.kind, &projection, &collection.context)?;
        json.close();
        return Ok(Reply::json(200, json.into_text()));
    }
    Err(Error::missing(key))
}

/// Newest first is the only order there is.
fn check_order(order: Option<&str>) -> Result<(), Error> {
    let is_newest_first = |text: &str| {
        let mut words = text.split_whitespace();
        let by = words.next().is_some_and(|name| ["activityDateTime", "createdDateTime"].contains(&name));
        by && words.next().is_some_and(|way| way.eq_ignore_ascii_case("desc")) && words.next().is_none()
    };
    match order {
        Some(text) if !is_newest_first(text) => {
            Err(Error::unsupported("Records can only be ordered by time, newest first."))
        }
        _ => Ok(()),
    }
}

/// Rows from newest to oldest, read as they are needed. The audit has two sources: commits, and refused attempts.
struct Rows<'v> {
    engine: &'v Engine,
    view: &'v View,
    source: From,
    kind: directory::KindId,
    position: Position,
    /// Nothing older is wanted.
    since: Option<Time>,
    subject: Option<directory::Id>,
    commits: VecDeque<(Time, u64, Object)>,
    journal: VecDeque<(Time, u64, Object)>,
    is_log_read: bool,
    is_journal_read: bool,
}

impl<'v> Rows<'v> {
    fn of(
        engine: &'v Engine,
        view: &'v View,
        collection: &Collection,
        position: Position,
        bounds: &Bounds,
    ) -> Rows<'v> {
        Rows {
            engine,
            view,
            source: collection.from.clone(),
            kind: collection.kind.id(),
            position,
            since: bounds.since,
            subject: bounds.subject,
            commits: VecDeque::new(),
            journal: VecDeque::new(),
            is_log_read: !matches!(collection.from, From::Log) || matches!(bounds.only, Some(Only::Row(_))),
            is_journal_read: matches!(bounds.only, Some(Only::Commit(_))),
        }
    }

    fn next(&mut self) -> Result<Option<Row>, Error> {
        if self.commits.is_empty() && !self.is_log_read {
            self.read_log()?;
        }
        if self.journal.is_empty() && !self.is_journal_read {
            self.read_journal()?;
        }
        let from_log = match (self.commits.front(), self.journal.front()) {
            (Some((commit, ..)), Some((row, ..))) => commit >= row,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return Ok(None),
        };
        let first = if from_log { self.commits.pop_front() } else { self.journal.pop_front() };
        let Some((at, number, object)) = first else { return Ok(None) };
        if from_log {
            self.position.usn = number;
        } else {
            self.position.seen = number;
        }
        Ok(Some(Row { object, at, next: self.position.clone() }))
    }

    /// The next older commits. A position's USN is that of the last one told.
    fn read_log(&mut self) -> Result<(), Error> {
        let before = if self.position.usn == 0 { self.view.now().usn() + 1 } else { self.position.usn };
        let newest = before.saturating_sub(1);
        if newest == 0 {
            self.is_log_read = true;
            return Ok(());
        }
        let after = newest.saturating_sub(CHUNK as u64);
        let count = usize::try_from(newest - after).unwrap_or(CHUNK);
        let commits = self.engine.log(after, count).map_err(|_| Error::unavailable())?;
        let rows = commits.iter().rev().filter(|commit| commit.usn < before);
        self.commits = rows.map(|commit| (commit.at, commit.usn, audit::of_commit(self.view.now(), commit))).collect();
        self.is_log_read = self.commits.is_empty();
        Ok(())
    }

    fn read_journal(&mut self) -> Result<(), Error> {
        let (stream, is_refusal) = (bounds::stream(&self.source), matches!(self.source, From::Log));
        let query = JournalQuery {
            subject: self.subject,
            after: self.position.seen,
            from: self.since,
            until: None,
            newest_first: true,
            limit: CHUNK,
        };
        let rows = self.engine.journal_read(stream, &query).map_err(|_| Error::unavailable())?;
        self.is_journal_read = rows.len() < CHUNK;
        self.journal = rows
            .into_iter()
            .map(|(row, record)| {
                let object = if is_refusal {
                    audit::of_refusal(self.view.now(), row.seq, row.at, &record)
                } else {
                    object_of(self.kind, stream, row.seq, record)
                };
                (row.at, row.seq, object)
            })
            .collect();
        Ok(())
    }
}

/// A record of the journal as an object. Without an `id` of its own it is known by its number.
fn object_of(kind: directory::KindId, stream: &str, seq: u64, record: Record) -> Object {
    let id = record.guid("id");
    let mut attributes: Vec<(AttrId, Value)> = Vec::new();
    if id.is_none() {
        attributes.push((
            schema::ID.id,
            Value::Text(record.text("id").map_or_else(|| format!("{stream}_{seq}"), str::to_owned)),
        ));
    }
    for (name, value) in record {
        if name != "id" {
            attributes.push((AttrId::of(&name), value));
        }
    }
    Object::pack(id.unwrap_or_default(), kind, 0, &attributes)
}
