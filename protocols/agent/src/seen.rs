//! When devices were last seen, in memory until many are written together: a storm of check-ins is a handful of commits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use directory::{Caller, Decision, Id, TenantId, Time};
use engine::{Engine, Submission};
use schema::managed_device::{LAST_SYNC_DATE_TIME, MANAGED_DEVICE};

/// How long a sign of life may wait to be written. A crash loses no more than this.
const FLUSH_AFTER: Duration = Duration::from_secs(30);
/// How many devices one commit writes.
const BATCH_MAX: usize = 1_000;

/// The signs of life that are not written yet.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<HashMap<TenantId, HashMap<Id, Time>>>>);

impl Seen {
    /// Note that a managed device was seen; it is written before long.
    pub(crate) fn note(&self, engine: &Engine, managed: Id, at: Time) {
        let is_first = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let theirs = waiting.entry(engine.tenant()).or_default();
            theirs.insert(managed, at);
            theirs.len() == 1
        };
        if is_first {
            let (seen, engine) = (self.clone(), engine.clone());
            tokio::spawn(async move {
                tokio::time::sleep(FLUSH_AFTER).await;
                seen.flush(&engine).await;
            });
        }
    }

    /// Write what waits.
    pub(crate) async fn flush(&self, engine: &Engine) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&engine.tenant());
        let waiting: Vec<(Id, Time)> = waiting.unwrap_or_default().into_iter().collect();
        for batch in waiting.chunks(BATCH_MAX) {
            let batch = batch.to_vec();
            let caller = Caller::system(engine.tenant());
            let submission = Submission::proven(&caller, "Note devices seen", move |now, _| {
                let devices = batch.iter().filter_map(|(id, at)| Some((now.find_a(&MANAGED_DEVICE, *id)?, *at)));
                let later =
                    devices.filter(|(device, at)| device.get(LAST_SYNC_DATE_TIME).is_none_or(|seen| seen < *at));
                Ok(Decision::change(later.flat_map(|(device, at)| devices::report::seen(now, device, at)).collect()))
            });
            if let Err(failure) = engine.submit(submission).await {
                // The next check-in of each device says it again.
                tracing::warn!(%failure, "when devices were seen could not be written");
            }
        }
    }
}
