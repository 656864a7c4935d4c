//! The outbox: what is to be done in the outside world because of a commit, delivered at least once.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use directory::{Id, Record};

use crate::engine::Engine;

/// How often a delivery is tried before it is given up and reported.
pub const OUTBOX_ATTEMPTS_MAX: u32 = 12;
/// The first wait after a failed delivery; it doubles up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_secs(2);
const RETRY_MAX: Duration = Duration::from_secs(6 * 3600);
/// How many deliveries are taken at a time.
const TAKE: usize = 64;
/// The longest an entry that has become due waits to be noticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One thing to deliver. `id` is the same at every attempt, so that a sink can notice a repeat.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: Id,
    pub attempt: u32,
    pub body: Record,
}

/// Something that delivers: mail, webhooks, secrets made at the edge.
pub trait Sink: Send + Sync {
    /// Deliver; the error says why it should be tried again.
    fn deliver<'a>(
        &'a self,
        engine: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;
}

impl Engine {
    /// Deliver what is due until the engine stops. Run it once per tenant, as a task of its own.
    pub async fn pump_outbox(&self, sinks: HashMap<&'static str, Arc<dyn Sink>>) {
        let mut commits = self.commits();
        loop {
            if let Err(fault) = self.deliver_due(&sinks).await {
                tracing::warn!(%fault, "the outbox cannot be read");
            }
            let woken = tokio::time::timeout(LOOK_EVERY, commits.changed()).await;
            if matches!(woken, Ok(Err(_))) {
                return;
            }
        }
    }

    async fn deliver_due(&self, sinks: &HashMap<&'static str, Arc<dyn Sink>>) -> Result<(), store::Fault> {
        loop {
            let due = self.store().outbox_due(self.tenant(), self.now(), TAKE)?;
            if due.is_empty() {
                return Ok(());
            }
            for row in due {
                let body = directory::record_from_bytes(&row.body);
                let outcome = match (sinks.get(row.topic.as_str()), body) {
                    (None, _) => Err("nobody delivers this topic".to_owned()),
                    (_, Err(corrupt)) => Err(corrupt.to_string()),
                    (Some(sink), Ok(body)) => {
                        sink.deliver(self, Delivery { id: row.id, attempt: row.attempts + 1, body }).await
                    }
                };
                match outcome {
                    Ok(()) => self.store().outbox_done(self.tenant(), row.id)?,
                    Err(why) if row.attempts + 1 >= OUTBOX_ATTEMPTS_MAX => {
                        tracing::error!(topic = row.topic, id = %row.id, why, "a delivery was given up");
                        self.store().outbox_done(self.tenant(), row.id)?;
                    }
                    Err(why) => {
                        let wait = RETRY_FIRST.saturating_mul(1 << row.attempts.min(16)).min(RETRY_MAX);
                        tracing::warn!(topic = row.topic, id = %row.id, why, "a delivery failed and is tried again");
                        self.store().outbox_retry(self.tenant(), row.id, self.now() + wait)?;
                    }
                }
            }
        }
    }
}
