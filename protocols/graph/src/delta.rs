//! Delta queries: everything once, then only what changed since. The token is the USN.
//!
//! Only changes of the selected properties count. What is no longer there is said to be removed; what was deleted and can
//! be restored has the reason `changed`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use directory::{AttrId, Change, Id, Kind, LinkDef, LinkId, Object, Read, Shape, Usn};
use engine::View;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::filter;
use crate::headers::Asked;
use crate::json::Json;
use crate::limits::COMMITS_PER_PAGE;
use crate::list::{self, Ask};
use crate::print::{Printer, id_of, linked};
use crate::projection::{Projection, find_link};
use crate::query::Query;
use crate::read;
use crate::resolve::{Collection, From};
use crate::token::{Position, Since};

/// Commits read at a time.
const CHUNK: usize = 500;

/// What is followed.
struct Watch {
    kind: &'static Kind,
    projection: Projection,
    /// Relations whose changes are told as `name@delta`.
    links: Vec<&'static LinkDef>,
    query: Query,
    since: Since,
}

/// What happened to one object since the token.
#[derive(Default)]
struct Seen {
    is_whole: bool,
    attributes: BTreeSet<AttrId>,
    links: BTreeSet<(LinkId, Id)>,
}

pub fn answer(exchange: &Exchange, view: &View, collection: &Collection) -> Result<Reply, Error> {
    if !matches!(collection.from, From::All) {
        return Err(Error::unsupported("Delta queries are not supported on this collection."));
    }
    read::may_read(view, collection.kind)?;
    let position = exchange.query.skiptoken.as_deref().map(Position::parse).transpose()?;
    let since = match exchange.query.deltatoken.as_deref() {
        Some("latest") | None => None,
        Some(token) => Some(Since::parse(token)?),
    };
    let watch = watch(exchange, view, collection.kind, since.as_ref())?;
    if exchange.query.deltatoken.as_deref() == Some("latest") {
        return reply(exchange, view, collection, &watch, |_, _| Ok(()), Link::Delta(view.now().usn()));
    }
    match (position, since) {
        (Some(position), _) if position.usn > 0 => changes(exchange, view, collection, &watch, position.usn),
        (None, Some(since)) => changes(exchange, view, collection, &watch, since.usn),
        (position, _) => everything(exchange, view, collection, &watch, position),
    }
}

fn watch(exchange: &Exchange, view: &View, kind: &'static Kind, since: Option<&Since>) -> Result<Watch, Error> {
    let query = &exchange.query;
    let or_before = |now: &Option<String>, before: Option<&String>| now.clone().or_else(|| before.cloned());
    let select = or_before(&query.select, since.and_then(|since| since.select.as_ref()));
    let expand = or_before(&query.expand, since.and_then(|since| since.expand.as_ref()));
    let text = or_before(&query.filter, since.and_then(|since| since.filter.as_ref()));
    let asked = Projection::parse(select.as_deref(), expand.as_deref())?;
    let model = view.now().model();
    asked.check(kind, model)?;
    if let Some(text) = &text {
        let parsed = filter::parse(text, kind, model)?;
        if parsed.uses.iter().any(|used| used.property != "id" || used.is_negated) {
            return Err(Error::unsupported("Delta queries can only be filtered by 'id eq'."));
        }
    }
    // A relation that is selected or expanded is followed; without a selection, membership is.
    let selected = asked.select.iter().flat_map(|names| names.iter().map(String::as_str));
    let expanded = asked.expand.iter().map(|expand| expand.name.as_str());
    let names: Vec<&str> = selected.chain(expanded).chain(asked.select.is_none().then_some("members")).collect();
    let stored = |link: &&'static LinkDef| matches!(link.shape, Shape::Forward | Shape::Contained);
    let links = names.into_iter().filter_map(|name| find_link(model, kind, name)).filter(stored).collect();
    let since = Since { usn: 0, select: select.clone(), filter: text.clone(), expand: expand.clone() };
    let query = Query { select, filter: text, expand: None, ..query.clone() };
    Ok(Watch { kind, projection: Projection { select: asked.select, expand: Vec::new() }, links, query, since })
}

enum Link {
    Next(Position),
    Delta(Usn),
}

fn reply(
    exchange: &Exchange,
    view: &View,
    collection: &Collection,
    watch: &Watch,
    print: impl FnOnce(&Printer<'_>, &mut Json) -> Result<(), Error>,
    link: Link,
) -> Result<Reply, Error> {
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{}{}/$delta", collection.context, watch.projection.in_context()));
    json.key("value");
    json.open_list();
    print(&printer, &mut json)?;
    json.close_list();
    match link {
        Link::Next(position) => json.member("@odata.nextLink", &exchange.link(&[("$skiptoken", &position.print())])),
        Link::Delta(usn) => {
            let token = Since { usn, ..watch.since.clone() }.print();
            json.member("@odata.deltaLink", &exchange.link(&[("$deltatoken", &token)]));
        }
    }
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// Everything, page by page; the delta begins at the USN of the first page.
fn everything(
    exchange: &Exchange,
    view: &View,
    collection: &Collection,
    watch: &Watch,
    position: Option<Position>,
) -> Result<Reply, Error> {
    let began = position.as_ref().and_then(|position| position.since).unwrap_or(view.now().usn());
    let asked = Asked { page_size: exchange.asked.page_size, ..Asked::default() };
    let query = Query { count: false, orderby: None, search: None, deltatoken: None, ..watch.query.clone() };
    let ask = Ask::of(&query, &asked, collection, view)?;
    let page = list::page(view, collection, &ask);
    let link = match page.next {
        Some(position) => Link::Next(Position { since: Some(began), ..position }),
        None => Link::Delta(began),
    };
    let print = |printer: &Printer<'_>, json: &mut Json| {
        for object in &page.items {
            json.open();
            let place = format!("{}('{}')", collection.context, id_of(object));
            printer.members(json, object, watch.kind, &watch.projection, &place)?;
            for link in &watch.links {
                let mut members = linked(view.now(), object.id, link).filter(|member| view.sees(member)).peekable();
                if members.peek().is_some() {
                    json.key(&format!("{}@delta", link.name));
                    json.open_list();
                    members.for_each(|member| reference(json, view, member.id, Some(member)));
                    json.close_list();
                }
            }
            json.close();
        }
        Ok(())
    };
    reply(exchange, view, collection, watch, print, link)
}

/// What changed after a USN, up to a page of it.
fn changes(
    exchange: &Exchange,
    view: &View,
    collection: &Collection,
    watch: &Watch,
    after: Usn,
) -> Result<Reply, Error> {
    let newest = view.now().usn();
    if after > newest {
        return Err(stale(exchange));
    }
    let asked = Asked { page_size: exchange.asked.page_size, ..Asked::default() };
    let query = Query { count: false, orderby: None, search: None, skiptoken: None, ..watch.query.clone() };
    let ask = Ask::of(&query, &asked, collection, view)?;
    let mut order: Vec<Id> = Vec::new();
    let mut seen: HashMap<Id, Seen> = HashMap::new();
    let mut at = after;
    let mut read = 0;
    while at < newest && order.len() < ask.top && read < COMMITS_PER_PAGE {
        let commits = exchange.engine.log(at, CHUNK).map_err(|_| Error::unavailable())?;
        if commits.first().is_none_or(|first| first.usn != at + 1) {
            // The log no longer reaches back that far.
            return Err(stale(exchange));
        }
        for commit in commits.into_iter().take_while(|commit| commit.usn <= newest) {
            for change in &commit.changes {
                let id = change.subject();
                let entry = seen.entry(id).or_insert_with(|| {
                    order.push(id);
                    Seen::default()
                });
                note(entry, change);
            }
            at = commit.usn;
            read += 1;
            if order.len() >= ask.top || read >= COMMITS_PER_PAGE {
                break;
            }
        }
    }
    let link = if at < newest { Link::Next(Position { usn: at, ..Position::default() }) } else { Link::Delta(at) };
    let print = |printer: &Printer<'_>, json: &mut Json| {
        for id in &order {
            if let Some(happened) = seen.get(id) {
                changed(exchange, view, printer, json, watch, (*id, happened), &ask)?;
            }
        }
        Ok(())
    };
    reply(exchange, view, collection, watch, print, link)
}

fn note(seen: &mut Seen, change: &Change) {
    match change {
        Change::Create { .. } | Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => {
            seen.is_whole = true
        }
        Change::Set { attribute, .. } => drop(seen.attributes.insert(*attribute)),
        Change::Link { link, target, .. } | Change::Unlink { link, target, .. } => {
            seen.links.insert((*link, *target));
        }
    }
}

fn changed(
    exchange: &Exchange,
    view: &View,
    printer: &Printer<'_>,
    json: &mut Json,
    watch: &Watch,
    (id, happened): (Id, &Seen),
    ask: &Ask,
) -> Result<(), Error> {
    let now = view.now();
    let Some(object) = now.find(id) else {
        let deleted = now.find_deleted(id);
        // Of what is gone for good nobody knows any more what it was; a client ignores what it never had.
        let is_ours = deleted.is_none_or(|object| now.is_a(object, watch.kind));
        if happened.is_whole && is_ours {
            json.open();
            json.member("id", &id.hyphenated().to_string());
            removed(json, if deleted.is_some() { "changed" } else { "deleted" });
            json.close();
        }
        return Ok(());
    };
    let is_wanted = ask.filter.as_ref().is_none_or(|filter| filter.matches(now, object, view.at()));
    if !now.is_a(object, watch.kind) || !is_wanted || !view.sees(object) {
        return Ok(());
    }
    let kind = now.kind_of(object);
    let shown: Vec<AttrId> = match &watch.projection.select {
        Some(_) => watch.projection.columns(kind, exchange.version).iter().map(|c| c.definition.id).collect(),
        None => kind.all_attributes().filter(|a| a.read != Read::Never).map(|a| a.id).collect(),
    };
    let changed: Vec<AttrId> = happened.attributes.iter().copied().filter(|id| shown.contains(id)).collect();
    let is_followed = |(link, _): &&(LinkId, Id)| watch.links.iter().any(|followed| followed.id == *link);
    if !happened.is_whole && changed.is_empty() && !happened.links.iter().any(|entry| is_followed(&entry)) {
        return Ok(());
    }
    let minimal = (exchange.asked.return_minimal && !happened.is_whole).then(|| {
        let names = changed.iter().filter_map(|id| now.model().name_of(*id)).map(str::to_owned).collect();
        Projection { select: Some(Arc::new(names)), expand: Vec::new() }
    });
    json.open();
    let place = format!("{}('{}')", exchange.path, id);
    printer.members(json, object, watch.kind, minimal.as_ref().unwrap_or(&watch.projection), &place)?;
    for link in &watch.links {
        let mut members = happened.links.iter().filter(|(changed, _)| *changed == link.id).peekable();
        if members.peek().is_none() {
            continue;
        }
        json.key(&format!("{}@delta", link.name));
        json.open_list();
        for (_, member) in members {
            let is_member = now.why(id, link.id, *member).is_some();
            reference(json, view, *member, now.find(*member).filter(|_| is_member));
        }
        json.close_list();
    }
    json.close();
    Ok(())
}

/// A related object: there, or not any more.
fn reference(json: &mut Json, view: &View, id: Id, object: Option<&Object>) {
    json.open();
    let known = object.or_else(|| view.now().find(id));
    if let Some(object) = known {
        json.member("@odata.type", &format!("#microsoft.graph.{}", view.now().kind_of(object).name));
    }
    json.member("id", &id.hyphenated().to_string());
    if object.is_none() {
        removed(json, "deleted");
    }
    json.close();
}

fn removed(json: &mut Json, reason: &str) {
    json.key("@removed");
    json.open();
    json.member("reason", reason);
    json.close();
}

/// The client has to begin anew; `Location` says where.
fn stale(exchange: &Exchange) -> Error {
    let mut error = Error::new(410, "resyncRequired", "The delta token is too old; start with a full synchronization.");
    error.headers.push(("location", exchange.link(&[])));
    error
}
