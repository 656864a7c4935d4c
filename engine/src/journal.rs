//! The journal's writer: many waiting rows become one durable append.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use directory::{Id, TenantId, Time};
use store::{Fault, Store};
use tokio::sync::oneshot;

/// The stream of refused attempts.
pub const REFUSALS: &str = "refusals";
/// How many rows may wait to be written; more callers wait their turn.
const WAITING_MAX: usize = 4_096;
/// The most rows written at once.
const BATCH_MAX: usize = 512;

pub(crate) struct Row {
    pub(crate) stream: &'static str,
    pub(crate) at: Time,
    pub(crate) subject: Option<Id>,
    pub(crate) body: Vec<u8>,
    pub(crate) written: oneshot::Sender<Result<(), Fault>>,
}

/// Start the writer thread of one tenant. It ends when the last sender is dropped.
pub(crate) fn start(store: Arc<dyn Store>, tenant: TenantId) -> SyncSender<Row> {
    let (sender, receiver) = sync_channel::<Row>(WAITING_MAX);
    std::thread::Builder::new()
        .name("journal".into())
        .spawn(move || write(store.as_ref(), tenant, &receiver))
        .expect("the system can start a thread while the server starts");
    sender
}

fn write(store: &dyn Store, tenant: TenantId, waiting: &Receiver<Row>) {
    while let Ok(first) = waiting.recv() {
        let mut rows = vec![first];
        while rows.len() < BATCH_MAX
            && let Ok(row) = waiting.try_recv()
        {
            rows.push(row);
        }
        let mut streams: Vec<&'static str> = rows.iter().map(|row| row.stream).collect();
        streams.sort_unstable();
        streams.dedup();
        for stream in streams {
            let (mine, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.stream == stream);
            rows = others;
            let (texts, answers): (Vec<_>, Vec<_>) =
                mine.into_iter().map(|row| ((row.at, row.subject, row.body), row.written)).unzip();
            let outcome = store.journal_append(tenant, stream, &texts).map(drop);
            for answer in answers {
                // Nobody waiting any more is fine: the row is written all the same.
                let _ = answer.send(outcome.clone());
            }
        }
    }
}
