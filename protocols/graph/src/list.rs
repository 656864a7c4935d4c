//! One page of a collection: found through an index where the query allows, never more of it held than a page.
//!
//! Lists without an order go by kind and id, or as the links lie; lists with an order go through the index of that order
//! or keep the best of one page while they look. A position says where the page before ended.

mod candidates;

use std::collections::BinaryHeap;

use directory::{AttrId, Filter, Kind, Object, Value};
use engine::View;

use self::candidates::candidates;
use crate::errors::Error;
use crate::filter::{self, advanced};
use crate::headers::Asked;
use crate::limits::{TOP_DIRECTORY, TOP_MAX, TOP_MAX_DIRECTORY};
use crate::order::{self, Clause, Sorted};
use crate::print::linked;
use crate::query::Query;
use crate::resolve::{Collection, From};
use crate::search;
use crate::token::Position;

/// A question to a collection, understood and allowed.
pub struct Ask<'k> {
    pub filter: Option<Filter>,
    pub order: Vec<Clause>,
    /// How large a page is; `$top` does not limit how much there is in all pages together.
    pub top: usize,
    pub skip: usize,
    pub after: Option<Position>,
    pub counts: bool,
    pub is_advanced: bool,
    /// The caller sees all of the kind, so that nobody needs to look whether this or that one.
    sees_all: bool,
    /// What a function keeps of the collection.
    keeps: Option<&'k dyn Fn(&Object) -> bool>,
}

/// One page.
pub struct Page<'v> {
    pub items: Vec<&'v Object>,
    pub next: Option<Position>,
    pub count: Option<usize>,
}

impl<'k> Ask<'k> {
    /// Understand the options for objects of a kind, and refuse what Graph refuses.
    pub fn of(query: &Query, asked: &Asked, collection: &Collection, view: &View) -> Result<Ask<'k>, Error> {
        let kind = collection.kind;
        let model = view.now().model();
        let is_directory = advanced::is_directory(kind) && !matches!(collection.from, From::Deleted);
        let after = query.skiptoken.as_deref().map(Position::parse).transpose()?;
        let was_advanced = after.as_ref().is_some_and(|position| position.is_advanced);
        let is_eventual = asked.is_eventual || was_advanced;
        let is_advanced = is_eventual && (query.count || was_advanced);

        let mut filter = None;
        let mut needs_advanced = false;
        if let Some(text) = query.filter.as_deref().map(str::trim) {
            let parsed = filter::parse(text, kind, model)?;
            needs_advanced |= is_directory && advanced::needs(kind, &parsed.uses)?;
            filter = Some(parsed.filter);
        }
        if let Some(text) = &query.search {
            if is_directory && !is_eventual {
                return Err(Error::unsupported(
                    "Request with $search query parameter only works through MSGraph with a special request header: \
                     'ConsistencyLevel: eventual'",
                ));
            }
            let found = search::parse(text, kind, model)?;
            filter = Some(match filter {
                Some(other) => Filter::And(vec![other, found]),
                None => found,
            });
        }
        let order =
            query.orderby.as_deref().map(|text| order::parse(text, kind, model)).transpose()?.unwrap_or_default();
        if is_directory && !order.is_empty() {
            needs_advanced |= filter.is_some() || !orders_by_default(kind, &order);
        }
        if needs_advanced && !is_advanced {
            return Err(Error::unsupported(
                "The specified filter or sort is only supported with the request header 'ConsistencyLevel: eventual' and \
                 the query option $count=true.",
            ));
        }
        if is_directory && query.skip.is_some() {
            return Err(Error::unsupported("'$skip' is not supported by the service."));
        }
        Ok(Ask {
            filter,
            order,
            top: page_size(query, asked, is_directory)?,
            skip: query.skip.unwrap_or(0),
            // The count is on the first page only, and on directory objects only with the header.
            counts: query.count && after.is_none() && (!is_directory || is_eventual),
            after,
            is_advanced,
            sees_all: view.sees_all(kind),
            keeps: None,
        })
    }

    /// The same question about what a function keeps.
    #[must_use]
    pub fn keeping(self, keeps: Option<&'k dyn Fn(&Object) -> bool>) -> Ask<'k> {
        Ask { keeps, ..self }
    }

    fn wants(&self, view: &View, kind: &'static Kind, object: &Object) -> bool {
        view.now().is_a(object, kind)
            && self.filter.as_ref().is_none_or(|filter| filter.matches(view.now(), object, view.at()))
            && (self.sees_all || view.sees(object))
            && self.keeps.is_none_or(|keeps| keeps(object))
    }
}

/// The default orders of directory objects.
fn orders_by_default(kind: &Kind, order: &[Clause]) -> bool {
    let names: &[&str] = match kind.name {
        "user" => &["displayName", "userPrincipalName"],
        "group" => &["displayName"],
        _ => &[],
    };
    order.len() == 1 && order.iter().all(|clause| names.contains(&clause.name.as_str()))
}

fn page_size(query: &Query, asked: &Asked, is_directory: bool) -> Result<usize, Error> {
    let (default, most) = if is_directory { (TOP_DIRECTORY, TOP_MAX_DIRECTORY) } else { (TOP_MAX, TOP_MAX) };
    match query.top {
        Some(top) if top == 0 || top > most => Err(Error::unsupported(format!(
            "Invalid page size specified: '{top}'. Must be between 1 and {most} inclusive."
        ))),
        Some(top) => Ok(top),
        None => Ok(asked.page_size.map_or(default, |size| size.min(most))),
    }
}

/// One page of objects.
#[must_use]
pub fn page<'v>(view: &'v View, collection: &Collection, ask: &Ask<'_>) -> Page<'v> {
    let found = objects(view, collection, ask);
    let count = ask.counts.then(|| found.passed.unwrap_or_else(|| count(view, collection, ask)));
    Page { items: found.items, next: found.next, count }
}

/// How many objects there are.
#[must_use]
pub fn count(view: &View, collection: &Collection, ask: &Ask<'_>) -> usize {
    if matches!(collection.from, From::All) && ask.filter.is_none() && ask.sees_all && ask.keeps.is_none() {
        return view.now().count(collection.kind);
    }
    all(view, collection, ask).filter(|object| ask.wants(view, collection.kind, object)).count()
}

/// What one page holds, and how many were wanted when all had to be looked at for it.
struct Found<'v> {
    items: Vec<&'v Object>,
    next: Option<Position>,
    passed: Option<usize>,
}

impl<'v> std::convert::From<(Vec<&'v Object>, Option<Position>)> for Found<'v> {
    fn from((items, next): (Vec<&'v Object>, Option<Position>)) -> Found<'v> {
        Found { items, next, passed: None }
    }
}

fn objects<'v>(view: &'v View, collection: &Collection, ask: &Ask<'_>) -> Found<'v> {
    let now = view.now();
    let kind = collection.kind;
    let by_index = matches!(collection.from, From::All).then(|| candidates(now, kind, ask.filter.as_ref())).flatten();
    if let Some(found) = by_index {
        return best(view, kind, ask, found.into_iter());
    }
    if !ask.order.is_empty() {
        let indexed = matches!(collection.from, From::All).then(|| order::indexed(&ask.order, kind, now)).flatten();
        // Where all have to be looked at to count what a filter wants, one look gives the page too.
        let looks_at_all = ask.counts && ask.filter.is_some();
        return match indexed.filter(|_| !looks_at_all) {
            Some((attribute, is_descending)) => in_order(view, kind, ask, attribute, is_descending).into(),
            None => best(view, kind, ask, source(view, collection)),
        };
    }
    match collection.from {
        From::All => by_kind(view, kind, ask).into(),
        From::Deleted => best(view, kind, ask, source(view, collection)),
        From::Links { .. } => as_it_lies(view, kind, ask, source(view, collection)).into(),
        From::Log | From::Journal(_) | From::Catalog => (Vec::new(), None).into(),
    }
}

/// Everything that may be wanted, through an index if there is one.
fn all<'v>(view: &'v View, collection: &Collection, ask: &Ask<'_>) -> Box<dyn Iterator<Item = &'v Object> + 'v> {
    let by_index = matches!(collection.from, From::All)
        .then(|| candidates(view.now(), collection.kind, ask.filter.as_ref()))
        .flatten();
    match by_index {
        Some(found) => Box::new(found.into_iter()),
        None => source(view, collection),
    }
}

fn source<'v>(view: &'v View, collection: &Collection) -> Box<dyn Iterator<Item = &'v Object> + 'v> {
    let now = view.now();
    match &collection.from {
        From::All => Box::new(now.all(collection.kind)),
        From::Deleted => Box::new(now.all_deleted(collection.kind)),
        From::Links { owner, link } => linked(now, *owner, link),
        From::Log | From::Journal(_) | From::Catalog => Box::new(std::iter::empty()),
    }
}

/// By exact kind and id: the natural order of the directory.
fn by_kind<'v>(view: &'v View, kind: &'static Kind, ask: &Ask<'_>) -> (Vec<&'v Object>, Option<Position>) {
    let now = view.now();
    let kinds = now.model().subkinds(kind.id());
    let start = ask.after.as_ref().and_then(|after| kinds.iter().position(|k| k.0 == after.kind)).unwrap_or(0);
    let mut found = kinds.iter().enumerate().skip(start).flat_map(|(at, exact)| {
        let after = ask.after.as_ref().filter(|_| at == start).map(|after| after.last);
        now.all_after(*exact, after).filter(move |object| object.kind == *exact)
    });
    take(
        &mut found,
        ask,
        |object| ask.wants(view, kind, object),
        |last| Position { last: last.id, kind: last.kind.0, ..Position::default() },
    )
}

/// As links lie: stable as long as nothing changes, and a change costs at most an item twice or never.
fn as_it_lies<'v>(
    view: &'v View,
    kind: &'static Kind,
    ask: &Ask<'_>,
    mut source: Box<dyn Iterator<Item = &'v Object> + 'v>,
) -> (Vec<&'v Object>, Option<Position>) {
    let seen = ask.after.as_ref().map_or(0, |after| after.seen);
    for _ in 0..seen {
        if source.next().is_none() {
            break;
        }
    }
    let passed = std::cell::Cell::new(seen);
    let last_taken = std::cell::Cell::new(seen);
    let wants = |object: &Object| {
        passed.set(passed.get() + 1);
        let is_wanted = ask.wants(view, kind, object);
        if is_wanted {
            last_taken.set(passed.get());
        }
        is_wanted
    };
    // The item that shows that there is a next page was looked at too; the next page begins with it.
    let (items, next) = take(&mut source, ask, wants, |last| Position { last: last.id, ..Position::default() });
    let next = next.map(|position| Position { seen: last_taken.get().saturating_sub(1), ..position });
    (items, next)
}

/// Through the index of the order; objects with the same value by id.
fn in_order<'v>(
    view: &'v View,
    kind: &'static Kind,
    ask: &Ask<'_>,
    attribute: AttrId,
    is_descending: bool,
) -> (Vec<&'v Object>, Option<Position>) {
    let now = view.now();
    let from = ask.after.as_ref().and_then(|after| after.keys.first()).and_then(|key| match key {
        order::Key::Text(text) => Some(Value::Text(text.clone())),
        order::Key::Int(int) => Some(Value::Int(*int)),
        order::Key::Bool(_) | order::Key::Missing => None,
    });
    let mut run: Box<dyn Iterator<Item = &Object>> = if is_descending {
        Box::new(now.between(attribute, None, from.as_ref()).rev())
    } else {
        Box::new(now.between(attribute, from.as_ref(), None))
    };
    let after = ask.after.as_ref().map(|after| Sorted { keys: after.keys.clone(), id: after.last });
    let is_after = |sorted: &Sorted| {
        after.as_ref().is_none_or(|after| sorted.compare(after, &ask.order) == std::cmp::Ordering::Greater)
    };
    let mut items: Vec<(Sorted, &Object)> = Vec::new();
    let wanted = ask.top + ask.skip + 1;
    for object in &mut run {
        if !ask.wants(view, kind, object) {
            continue;
        }
        let sorted = Sorted::of(object, &ask.order);
        // Everything with one value has to be known before it can be put in the order of the ids.
        let is_same_value = items.last().is_some_and(|(last, _)| last.keys == sorted.keys);
        if items.len() >= wanted && !is_same_value {
            break;
        }
        if is_after(&sorted) {
            items.push((sorted, object));
        }
    }
    items.sort_by(|(a, _), (b, _)| a.compare(b, &ask.order));
    finish(items, ask)
}

/// The best of a page while looking at everything: never more than a page is held.
fn best<'v>(view: &'v View, kind: &'static Kind, ask: &Ask<'_>, source: impl Iterator<Item = &'v Object>) -> Found<'v> {
    let after = ask.after.as_ref().map(|after| Sorted { keys: after.keys.clone(), id: after.last });
    let wanted = ask.top + ask.skip + 1;
    let mut passed = 0;
    let mut heap: BinaryHeap<Held<'_, 'v>> = BinaryHeap::new();
    for object in source.filter(|object| ask.wants(view, kind, object)) {
        passed += 1;
        // Most objects of many come after all that fit; seeing that costs no key.
        if heap.len() == wanted && heap.peek().is_some_and(|last| last.sorted.is_before(object, &ask.order)) {
            continue;
        }
        let sorted = Sorted::of(object, &ask.order);
        if after.as_ref().is_some_and(|after| sorted.compare(after, &ask.order) != std::cmp::Ordering::Greater) {
            continue;
        }
        heap.push(Held { sorted, object, order: &ask.order });
        if heap.len() > wanted {
            heap.pop();
        }
    }
    let items = heap.into_sorted_vec().into_iter().map(|held| (held.sorted, held.object)).collect();
    let (items, next) = finish(items, ask);
    Found { items, next, passed: Some(passed) }
}

struct Held<'a, 'v> {
    sorted: Sorted,
    object: &'v Object,
    order: &'a [Clause],
}

impl Ord for Held<'_, '_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sorted.compare(&other.sorted, self.order)
    }
}

impl PartialOrd for Held<'_, '_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Held<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == std::cmp::Ordering::Equal
    }
}

impl Eq for Held<'_, '_> {}

fn finish<'v>(items: Vec<(Sorted, &'v Object)>, ask: &Ask<'_>) -> (Vec<&'v Object>, Option<Position>) {
    let mut items = items.into_iter().skip(ask.skip).collect::<Vec<_>>();
    let has_more = items.len() > ask.top;
    items.truncate(ask.top);
    let next = items.last().filter(|_| has_more).map(|(sorted, object)| Position {
        last: object.id,
        keys: sorted.keys.clone(),
        is_advanced: ask.is_advanced,
        ..Position::default()
    });
    (items.into_iter().map(|(_, object)| object).collect(), next)
}

/// The next page's worth of a list that is in its final order.
fn take<'v>(
    source: &mut dyn Iterator<Item = &'v Object>,
    ask: &Ask<'_>,
    wants: impl Fn(&Object) -> bool,
    position: impl Fn(&Object) -> Position,
) -> (Vec<&'v Object>, Option<Position>) {
    let mut items: Vec<&Object> = Vec::new();
    let mut skipped = 0;
    for object in source.filter(|object| wants(object)) {
        if skipped < ask.skip {
            skipped += 1;
        } else if items.len() == ask.top {
            let next = items.last().map(|last| Position { is_advanced: ask.is_advanced, ..position(last) });
            return (items, next);
        } else {
            items.push(object);
        }
    }
    (items, None)
}
