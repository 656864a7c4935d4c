//! `GET /changes`: the stream over which a page learns at once that something changed which it may show (server-sent events,
//! HTML Living Standard §9.2). It says what, not how: the page reads again what it shows.
//!
//! Each event names the last commit it tells of (`id`), from which a stream that broke goes on (`Last-Event-ID`). A stream ends
//! with its token. Deliberately absent: a copy of what changed, and journals, which no commit tells of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use directory::{Caller, Id, LinkId, Shape, Snapshot, TenantId, Usn};
use engine::{Engine, Tenants, View, streamed};
use keys::Claims;
use schema::KINDS;
use tokio::sync::mpsc;

use crate::errors::Error;
use crate::exchange::{Content, Exchange, Reply};
use crate::json::Json;
use crate::print::id_of;
use crate::read::check_readable;
use crate::recent::{OBJECTS_MAX, Recent};
use crate::resolve::set_of;

/// Streams at once of one person or application, of one organisation, and of all together. Whoever is over it asks now and then.
const STREAMS_OF_ONE_MAX: usize = 16;
const STREAMS_OF_TENANT_MAX: usize = 1_000;
const STREAMS_MAX: usize = 4_000;
/// So long after an event nothing is said: what happens meanwhile comes together.
const PAUSE: Duration = Duration::from_millis(200);
/// So often something is said in any case, so that whoever is gone is noticed, and that a token ended.
const PING: Duration = Duration::from_secs(20);
/// Events that may wait for a slow reader.
const EVENTS_MAX: usize = 2;
/// How far up it is looked for the object in which another is contained.
const DEPTH_MAX: usize = 4;

const MEDIA_TYPE: &str = "text/event-stream";

/// Links by which objects are contained in others.
static CONTAINING: LazyLock<BTreeSet<LinkId>> = LazyLock::new(|| {
    let links = KINDS.iter().flat_map(|kind| kind.all_links());
    links.filter(|link| link.shape == Shape::Contained).map(|link| link.id).collect()
});

/// The streams that are open, counted by whose they are.
#[derive(Clone)]
pub struct Streams {
    open: Arc<Mutex<HashMap<(TenantId, Id), usize>>>,
    recent: Recent,
    tenants: Tenants,
}

/// One of them; it is over when this is dropped.
struct Place {
    streams: Streams,
    holder: (TenantId, Id),
}

impl Streams {
    pub fn new(tenants: Tenants) -> Streams {
        Streams { open: Arc::default(), recent: Recent::default(), tenants }
    }

    fn take(&self, holder: (TenantId, Id)) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = open.get(&holder).copied().unwrap_or_default();
        let ours: usize = open.iter().filter(|((tenant, _), _)| *tenant == holder.0).map(|(_, count)| count).sum();
        let all: usize = open.values().sum();
        if mine >= STREAMS_OF_ONE_MAX || ours >= STREAMS_OF_TENANT_MAX || all >= STREAMS_MAX {
            return None;
        }
        open.insert(holder, mine + 1);
        Some(Place { streams: self.clone(), holder })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.holder);
            }
        }
    }
}

/// Whoever reads a stream, and by which token.
struct Reader {
    engine: Engine,
    recent: Recent,
    caller: Caller,
    claims: Claims,
    /// What they were told of last, or how it was when they came: what is gone since is found here.
    before: Snapshot,
}

/// Open a stream.
pub fn open(exchange: &Exchange) -> Result<Reply, Error> {
    if exchange.is_nested {
        return Err(Error::bad("A stream of changes cannot be part of a batch."));
    }
    let holder = exchange.caller.actor.id().ok_or_else(|| Error::segment("changes"))?;
    let Some(place) = exchange.streams.take((exchange.engine.tenant(), holder)) else {
        let mut error =
            Error::new(429, "TooManyRequests", "Too many streams of changes are open. Close one, or ask now and then.");
        error.headers.push(("retry-after", "30".to_owned()));
        return Err(error);
    };
    let before = exchange.engine.snapshot();
    // A number that no commit has yet is not of this directory.
    let since = exchange.asked.last_event.unwrap_or(Usn::MAX).min(before.usn());
    let (engine, caller, claims) = (exchange.engine.clone(), exchange.caller.clone(), exchange.claims.clone());
    let (events, waiting) = mpsc::channel::<Bytes>(EVENTS_MAX);
    let (ending, recent) = (exchange.streams.tenants.ending(), exchange.streams.recent.clone());
    tokio::spawn(async move {
        let reader = Reader { engine, recent, caller, claims, before };
        tokio::select! {
            () = reader.run(since, events) => {}
            () = ending => {}
        }
        drop(place);
    });
    Ok(Reply { status: 200, headers: Vec::new(), content: Content::Stream(MEDIA_TYPE, streamed(waiting)) })
}

impl Reader {
    async fn run(mut self, mut since: Usn, events: mpsc::Sender<Bytes>) {
        let mut commits = self.engine.commits();
        // The first event says from where on it is told.
        let mut event = Some(event("open", Some(since), "{}"));
        loop {
            if let Some(event) = event.take()
                && !say(&events, event, PING).await
            {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            if *commits.borrow_and_update() <= since {
                tokio::select! {
                    () = events.closed() => break,
                    changed = commits.changed() => if changed.is_err() { break },
                    () = tokio::time::sleep(PING) => event = Some(Bytes::from_static(b": \n\n")),
                }
            }
            let from = self.caller.address;
            if bearer::still_counts(&self.engine, &self.claims, from).is_err() {
                say(&events, self::event("ended", None, "{}"), PING).await;
                break;
            }
            let view = self.engine.view(&self.caller);
            let now = view.now().usn();
            if now > since {
                event = self.news(&view, since).map(|news| self::event("changes", Some(now), &news));
                self.before = view.now().clone();
                since = now;
            }
        }
    }

    /// What changed since, of what the reader may see.
    fn news(&self, view: &View, since: Usn) -> Option<String> {
        const MUCH: &str = r#"{"isTruncated":true,"value":[]}"#;
        let now = view.now();
        // Whoever comes back with a number from elsewhere, or from long ago, reads everything again.
        let Some(commits) = self.recent.since(&self.engine, since, now.usn()) else { return Some(MUCH.to_owned()) };
        // What went before they came back is found nowhere: it cannot be said what it was, nor whether they saw it.
        let missed = commits.iter().take_while(|commit| commit.usn <= self.before.usn());
        if missed.flat_map(|commit| &commit.gone).any(|id| now.find(*id).is_none()) {
            return Some(MUCH.to_owned());
        }
        let mut touched: BTreeSet<Id> = BTreeSet::new();
        for commit in &commits {
            let Some(ids) = &commit.ids else { return Some(MUCH.to_owned()) };
            touched.extend(ids);
            if touched.len() > OBJECTS_MAX {
                return Some(MUCH.to_owned());
            }
        }
        let earlier = self.engine.view(&self.caller).of(self.before.clone());
        let mut told = BTreeMap::new();
        for id in touched {
            tell(view, id, false, &mut told);
            if now.find(id).is_none() {
                tell(&earlier, id, true, &mut told);
            }
        }
        (!told.is_empty()).then(|| written(&told))
    }
}

/// One object of which is told: its `id`, where such objects are listed, and whether it is gone.
type Told = BTreeMap<String, (&'static str, Option<&'static str>, bool)>;

/// Tell of an object, or of the one in which it is contained, if the reader may see it.
fn tell(view: &View, id: Id, is_gone: bool, told: &mut Told) {
    let mut object = view.now().find(id);
    for depth in 0..DEPTH_MAX {
        let Some(found) = object else { return };
        if check_readable(view, found).is_ok() {
            let kind = view.now().kind_of(found);
            let path = set_of(kind).map(|set| set.path);
            told.entry(id_of(found)).or_insert((kind.name, path, is_gone && depth == 0));
            if path.is_some() {
                return;
            }
        }
        object =
            CONTAINING.iter().find_map(|link| view.now().backlinks(found.id, *link).next()).map(|link| link.object);
    }
}

fn written(told: &Told) -> String {
    let mut json = Json::new();
    json.open();
    json.key("value");
    json.open_list();
    for (id, (kind, path, is_gone)) in told {
        json.open();
        json.member("@odata.type", &format!("#microsoft.graph.{kind}"));
        json.member("id", id);
        if let Some(path) = path {
            json.member("path", path);
        }
        if *is_gone {
            json.key("@removed");
            json.open();
            json.member("reason", "deleted");
            json.close();
        }
        json.close();
    }
    json.close_list();
    json.close();
    json.into_text()
}

/// Say something. False: nobody hears it, or they do not listen for so long that their token might have ended meanwhile.
async fn say(events: &mpsc::Sender<Bytes>, event: Bytes, patience: Duration) -> bool {
    matches!(tokio::time::timeout(patience, events.send(event)).await, Ok(Ok(())))
}

fn event(name: &str, id: Option<Usn>, data: &str) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Bytes::from(format!("{id}event: {name}\ndata: {data}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_organisation_leaves_room_for_others() {
        let streams = Streams::new(Tenants::new());
        let (ours, theirs) = (TenantId::from_u128(1), TenantId::from_u128(2));
        let taken: Vec<Option<Place>> = (0..1_001).map(|n| streams.take((ours, Id::from_u128(n)))).collect();
        assert_eq!(taken.iter().filter(|place| place.is_some()).count(), STREAMS_OF_TENANT_MAX);
        assert!(streams.take((theirs, Id::from_u128(1))).is_some());
        drop(taken);
        assert!(streams.take((ours, Id::from_u128(1))).is_some());
    }

    #[test]
    fn who_does_not_listen_is_not_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (events, _kept) = mpsc::channel(1);
            assert!(say(&events, Bytes::new(), PING).await);
            assert!(!say(&events, Bytes::new(), Duration::from_millis(5)).await);
        });
    }
}
