//! Running until stopped: woken by the push channel, by the clock or by a finished installation or script, whichever is first. Stopping drops
//! whatever is under way, which is safe at any moment because a crash is.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use agent_wire::{AppResult, ErrorCode};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Agent, Ended, Report, SELDOM, blocking};
use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::wake::{self, back_off, random_share};

/// How long scripts wait after what is remembered of them could not be kept.
const SCRIPTS_REST: Duration = Duration::from_secs(60);

impl Agent {
    /// Keeps the device as the server wants it until `shutdown` or the end of the relationship.
    pub async fn run(&mut self, shutdown: impl Future<Output = ()>) -> Result<Option<Ended>, AgentError> {
        let update = self.update.clone();
        if blocking(move || update.begin()).await? {
            return Ok(Some(Ended::Replaced));
        }
        let wakes = Arc::new(Notify::new());
        let held = self.held_version.subscribe();
        let listening = wake::listen(self.server.clone(), self.identity.push_url.clone(), held, wakes.clone());
        let _listener = AbortOnDrop(tokio::spawn(listening));
        tokio::select! {
            () = shutdown => Ok(None),
            ended = self.keep_going(&wakes) => Ok(Some(ended)),
        }
    }

    async fn keep_going(&mut self, wakes: &Notify) -> Ended {
        let mut installing: Option<AbortOnDrop<Vec<AppResult>>> = None;
        let mut scripting: Option<AbortOnDrop<Result<bool, AgentError>>> = None;
        let mut updating: Option<AbortOnDrop<bool>> = None;
        let mut due = Instant::now();
        let mut scripts_not_before = due;
        let mut failures = 0;
        loop {
            let is_scripting = scripting.is_some();
            let outcome = tokio::select! {
                () = wakes.notified() => self.converse(Report::Quick).await,
                results = finished(&mut installing) => {
                    installing = None;
                    match results {
                        Some(results) => self.tell_apps(results).await,
                        None => Ok(None),
                    }
                }
                updated = finished(&mut updating) => {
                    updating = None;
                    if updated == Some(true) {
                        return Ended::Replaced;
                    }
                    // What became of it is told.
                    self.converse(Report::Full).await
                }
                ran = finished(&mut scripting) => {
                    scripting = None;
                    match ran {
                        Some(Ok(true)) => self.converse(Report::Full).await,
                        Some(Err(why)) => {
                            scripts_not_before = Instant::now() + SCRIPTS_REST;
                            Err(why)
                        }
                        Some(Ok(false)) | None => Ok(None),
                    }
                }
                () = self.script_time(is_scripting, scripts_not_before) => {
                    let wanted = self.wanted_scripts();
                    scripting = Some(AbortOnDrop(tokio::spawn(self.scripts.clone().settle(wanted))));
                    continue;
                }
                () = tokio::time::sleep_until(due) => self.poll().await,
            };
            self.note(outcome.as_ref().err());
            let wait = match outcome {
                Ok(Some(ended)) => return ended,
                Ok(None) => {
                    failures = 0;
                    // A tenth earlier or later, so that devices do not ask in step.
                    self.next_check_in.mul_f64(0.9 + random_share() / 5.0)
                }
                Err(why) => {
                    failures += 1;
                    tracing::warn!(%why, failures, "check-in failed");
                    let update = self.update.clone();
                    if blocking(move || update.is_given_up()).await.unwrap_or(false) {
                        return Ended::Replaced;
                    }
                    wait_after(&why, failures)
                }
            };
            due = Instant::now() + wait;
            // One thing at a time: what one fetches, the other would clear away.
            if self.apps_are_due && installing.is_none() && updating.is_none() {
                installing = self.begin_installing();
            }
            if installing.is_none() && updating.is_none() && scripting.is_none() {
                updating = self.begin_updating();
            }
        }
    }

    /// Waits until a script's time has come; for ever, while one runs or when none will.
    async fn script_time(&self, is_running: bool, not_before: Instant) {
        let due = self.scripts.next_due(&self.wanted_scripts()).filter(|_| !is_running);
        let Some(due) = due else { return std::future::pending().await };
        let wait = u64::try_from(due - now_unix_seconds()).unwrap_or(0);
        tokio::time::sleep_until(not_before.max(Instant::now() + Duration::from_secs(wait))).await;
    }

    /// Settles apps beside the conversation: a long download must not hold up a lock or a wipe.
    fn begin_installing(&mut self) -> Option<AbortOnDrop<Vec<AppResult>>> {
        self.apps_are_due = false;
        let wanted = self.wanted_apps();
        let has_work = self.apps.has_work(&wanted);
        has_work.then(|| AbortOnDrop(tokio::spawn(self.apps.clone().settle(self.server.clone(), wanted))))
    }

    /// Becomes another version, unless the end of the relationship waits to be told.
    fn begin_updating(&mut self) -> Option<AbortOnDrop<bool>> {
        let release = self.release.take().filter(|_| self.journal.end().is_none())?;
        Some(AbortOnDrop(tokio::spawn(self.update.clone().settle(self.server.clone(), release))))
    }
}

fn wait_after(why: &AgentError, failures: u32) -> Duration {
    let wait = back_off(failures, random_share());
    match why {
        AgentError::Refused { code: ErrorCode::DeviceUnknown, .. } => SELDOM,
        AgentError::Refused { retry_after_seconds: Some(seconds), .. } => wait.max(Duration::from_secs(*seconds)),
        AgentError::Refused { .. } | AgentError::Unreachable(_) | AgentError::Local(_) => wait,
    }
}

/// What a task beside the conversation came to, nothing if it was lost; never, when none runs.
async fn finished<T>(task: &mut Option<AbortOnDrop<T>>) -> Option<T> {
    match task {
        Some(task) => (&mut task.0).await.ok(),
        None => std::future::pending().await,
    }
}

/// A task that does not outlive its owner.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
