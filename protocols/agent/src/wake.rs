//! `wake`: the stream over which a device learns at once that something waits for it.

use std::collections::HashSet;
use std::time::Duration;

use agent_wire::limits::{ID_BYTES_MAX, PING_SECONDS};
use agent_wire::{WAKE_MEDIA_TYPE, Wake, WakeLine};
use bytes::Bytes;
use directory::Id;
use engine::{Engine, streamed};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Request, Response};
use tokio::sync::{mpsc, watch};

use crate::AgentProtocol;
use crate::device::{self, DeviceSession};
use crate::hub::Nudge;
use crate::problem::{Answer, Problem};
use crate::render;

/// How many lines may wait for a slow device; it needs only the newest.
const LINES_MAX: usize = 4;

impl AgentProtocol {
    pub(crate) fn wake(&self, request: &Request<Bytes>) -> Answer {
        let session = self.device(request)?;
        let held = held(request)?;
        let hub = self.inner.hubs.of(&session.engine);
        let nudges = hub.open(session.id);
        let (lines, waiting) = mpsc::channel::<Bytes>(LINES_MAX);
        let stream = Stream::new(session, held);
        let ending = self.inner.tenants.ending();
        tokio::spawn(async move {
            let device = stream.device;
            tokio::select! {
                () = stream.run(nudges, lines) => {}
                () = ending => {}
            }
            hub.closed(device);
        });
        let mut response = Response::new(streamed(waiting));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(WAKE_MEDIA_TYPE));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

/// One open stream: what the device knows already.
struct Stream {
    engine: Engine,
    device: Id,
    token: [u8; 32],
    version: Option<String>,
    actions: HashSet<String>,
    /// The sign-ins that the device was told of.
    approvals: HashSet<Id>,
}

impl Stream {
    fn new(session: DeviceSession, held: Option<String>) -> Stream {
        let DeviceSession { engine, id, token, .. } = session;
        Stream { engine, device: id, token, version: held, actions: HashSet::new(), approvals: HashSet::new() }
    }

    async fn run(mut self, mut nudges: watch::Receiver<Nudge>, lines: mpsc::Sender<Bytes>) {
        let mut line = self.look().map(|wake| wake.or(Some(WakeLine::Ping {})));
        loop {
            match line {
                // The session has ended, or the device is disabled or gone.
                None => break,
                Some(Some(line)) if lines.send(text(&line)).await.is_err() => break,
                Some(_) => {}
            }
            line = tokio::select! {
                () = lines.closed() => break,
                changed = nudges.changed() => {
                    if changed.is_err() || *nudges.borrow_and_update() == Nudge::Replaced {
                        break;
                    }
                    self.look()
                }
                () = tokio::time::sleep(Duration::from_secs(PING_SECONDS)) => {
                    self.is_open().then(|| self.approval().or(Some(WakeLine::Ping {})))
                }
            };
        }
    }

    /// Whether there is something new for the device. `None`: the stream is over.
    fn look(&mut self) -> Option<Option<WakeLine>> {
        if !self.is_open() {
            return None;
        }
        let now = self.engine.snapshot();
        let device = now.find(self.device)?;
        let (desired, actions) = match devices::managed_of(&now, device) {
            Some(managed) => {
                let at = self.engine.now();
                let settings = devices::desired::desired(&now, managed, at);
                (render::desired(&now, managed, &settings, at), render::actions(managed))
            }
            None => (render::nothing(), Vec::new()),
        };
        let actions: HashSet<String> = actions.into_iter().map(|action| action.id).collect();
        let has_news = self.version.as_ref() != Some(&desired.version) || !actions.is_subset(&self.actions);
        self.actions = actions;
        if !has_news {
            return Some(self.approval());
        }
        self.version = Some(desired.version.clone());
        Some(Some(WakeLine::Wake(Wake { version: Some(desired.version) })))
    }

    /// Whether a sign-in waits that the device was not told of.
    fn approval(&mut self) -> Option<WakeLine> {
        let waiting = crate::approvals::waiting(&self.engine, self.device).unwrap_or_default();
        let waiting: HashSet<Id> = waiting.into_iter().map(|approval| approval.id).collect();
        let is_news = !waiting.is_subset(&self.approvals);
        self.approvals = waiting;
        is_news.then_some(WakeLine::Approval {})
    }

    fn is_open(&self) -> bool {
        let is_living = matches!(device::find(&self.engine, &self.token), Ok(Some(id)) if id == self.device);
        is_living && device::is_enabled(&self.engine.snapshot(), self.device)
    }
}

fn text(line: &WakeLine) -> Bytes {
    let mut text = serde_json::to_vec(line).expect("our own lines are written as JSON");
    text.push(b'\n');
    text.into()
}

/// The version in `?held=`; versions are base64url, so nothing in them is escaped.
fn held(request: &Request<Bytes>) -> Result<Option<String>, Problem> {
    let query = request.uri().query().unwrap_or_default();
    let held = query.split('&').find_map(|pair| pair.strip_prefix("held="));
    match held {
        Some(held) if held.len() > ID_BYTES_MAX => Err(Problem::bad("`held` is longer than its limit")),
        Some(held) => Ok(Some(held.to_owned()).filter(|held| !held.is_empty())),
        None => Ok(None),
    }
}
