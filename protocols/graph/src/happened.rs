//! What happened, newest first: the log of commits as audit records, and the streams of the journal.
//!
//! Each row becomes an object of its kind for the moment, so that the one filter and the one printer serve it too.

mod bounds;

use std::collections::VecDeque;

pub use bounds::Only;
use directory::{AttrId, Commit, Filter, Object, Record, Snapshot, Time, Value};
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

/// Rows read at a time: few first, because a page may be short and a commit long, then twice as many each time.
const CHUNK_FIRST: usize = 16;
const CHUNK: usize = 500;

/// Whether a collection is of things that happened.
#[must_use]
pub fn is_here(collection: &Collection) -> bool {
    matches!(collection.from, From::Log | From::Journal(_))
}

/// A row, and where the list goes on after it.
struct Row {
    told: Told,
    at: Time,
    next: Position,
}

/// What happened; a commit becomes an object only when somebody looks.
enum Told {
    Commit(Commit),
    Object(Object),
}

impl Told {
    fn object(self, now: &Snapshot) -> Object {
        match self {
            Told::Commit(commit) => audit::of_commit(now, &commit),
            Told::Object(object) => object,
        }
    }

    /// Whether a condition is true of it. `is_light`: the condition does not ask what was changed.
    fn matches(&self, filter: &Filter, view: &View, is_light: bool) -> bool {
        let (now, at) = (view.now(), view.at());
        match self {
            Told::Commit(commit) if is_light => filter.matches(now, &audit::without_targets(now, commit), at),
            Told::Commit(commit) => filter.matches(now, &audit::of_commit(now, commit), at),
            Told::Object(object) => filter.matches(now, object, at),
        }
    }
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
    let targets = AttrId::of("targetResources");
    let is_light = filter.as_ref().is_some_and(|filter| !filter.attributes().contains(&targets));
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
        let is_wanted = filter.as_ref().is_none_or(|filter| row.told.matches(filter, view, is_light));
        if is_wanted && items.len() == top {
            break;
        }
        next = Some(row.next);
        if is_wanted {
            items.push(row.told.object(view.now()));
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
        let object = row.told.object(view.now());
        if !id_of(&object).eq_ignore_ascii_case(key) {
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
        printer.members(&mut json, &object, collection.kind, &projection, &collection.context)?;
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
    commits: VecDeque<Commit>,
    chunk: usize,
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
            chunk: CHUNK_FIRST,
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
        let is_from_log = match (self.commits.front(), self.journal.front()) {
            (Some(commit), Some((row, ..))) => commit.at >= *row,
            (is_there, _) => is_there.is_some(),
        };
        let (told, at) = if is_from_log {
            let Some(commit) = self.commits.pop_front() else { return Ok(None) };
            self.position.usn = commit.usn;
            let at = commit.at;
            (Told::Commit(commit), at)
        } else {
            let Some((at, number, object)) = self.journal.pop_front() else { return Ok(None) };
            self.position.seen = number;
            (Told::Object(object), at)
        };
        Ok(Some(Row { told, at, next: self.position.clone() }))
    }

    /// The next older commits. A position's USN is that of the last one told.
    fn read_log(&mut self) -> Result<(), Error> {
        let before = if self.position.usn == 0 { self.view.now().usn() + 1 } else { self.position.usn };
        let newest = before.saturating_sub(1);
        if newest == 0 {
            self.is_log_read = true;
            return Ok(());
        }
        let after = newest.saturating_sub(self.chunk as u64);
        let count = usize::try_from(newest - after).unwrap_or(self.chunk);
        self.chunk = (self.chunk * 2).min(CHUNK);
        let commits = self.engine.log(after, count).map_err(|_| Error::unavailable())?;
        self.commits = commits.into_iter().rev().filter(|commit| commit.usn < before).collect();
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
