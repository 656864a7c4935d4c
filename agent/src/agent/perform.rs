//! Actions, each from its beginning to its result. An action that needs the server in its middle, and does not reach it, stays
//! begun and is taken up again; one that ends only with the next start of the machine waits for that, and a remediation runs
//! beside the conversation as every script does. Nothing here may take long: a lock or a wipe may be next.

use agent_wire::limits::ACTIONS_MAX;
use agent_wire::{Action, ActionKind, ActionState, Location};

use super::{Agent, blocking};
use crate::error::AgentError;
use crate::power::{self, Power};
use crate::{actions, diagnostics, disk_key, location, name, wipe};

/// How an action ended, or that it has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done(String),
    /// Done, and this is where the device is.
    Located(Location),
    Failed(String),
    NotSupported(String),
    /// Its end is still to come.
    Later,
}

impl From<Result<String, String>> for Outcome {
    fn from(result: Result<String, String>) -> Self {
        result.map_or_else(Outcome::Failed, Outcome::Done)
    }
}

/// How often logs are gathered for one request before it has failed.
const SENT_TRIES_MAX: u32 = 5;

/// What is done before everything else, in whatever order it was asked for. Each of these is done once however often it is done.
pub(super) fn is_urgent(kind: ActionKind) -> bool {
    matches!(kind, ActionKind::Lock | ActionKind::Wipe)
}

/// What has a word with the server in its middle.
pub(super) fn needs_the_server(kind: ActionKind) -> bool {
    matches!(kind, ActionKind::CollectDiagnostics | ActionKind::RotateRecoveryKey)
}

/// What is to be done at one time.
pub(super) struct Orders {
    pub urgent: Vec<Action>,
    pub others: Vec<Action>,
}

/// What came of orders.
#[derive(Default)]
pub(super) struct Came {
    /// There is something to tell.
    pub is_news: bool,
    /// The ids of those whose end is still to come.
    pub put_off: Vec<String>,
    /// Why one of them could not be kept or done.
    pub failure: Option<AgentError>,
}

impl Came {
    pub fn and(mut self, later: Came) -> Came {
        self.put_off.extend(later.put_off);
        Came { is_news: self.is_news || later.is_news, put_off: self.put_off, failure: later.failure.or(self.failure) }
    }
}

impl Agent {
    /// What is to be done: what the server asks for, and what was begun and needs it. What was put off in this conversation waits
    /// for the next.
    pub(super) fn orders(&self, asked: Vec<Action>, put_off: &[String]) -> Orders {
        let mut orders: Vec<Action> = asked.into_iter().take(ACTIONS_MAX).collect();
        for begun in self.journal.unfinished() {
            if needs_the_server(begun.kind) && orders.iter().all(|order| order.id != begun.id) {
                orders.push(begun);
            }
        }
        orders.retain(|order| !put_off.contains(&order.id));
        let (urgent, others) = orders.into_iter().partition(|action| is_urgent(action.kind));
        Orders { urgent, others }
    }

    /// Does what is asked for, until the device no longer belongs to the server. What cannot be kept or done does not hold up the
    /// rest.
    pub(super) async fn obey(&mut self, orders: &[Action]) -> Came {
        let mut came = Came::default();
        for action in orders {
            if self.journal.end().is_some() {
                break;
            }
            let boot = power::boot(&self.root);
            let done = match self.journal.accept(&self.state, action, boot.clone()) {
                Ok(true) => self.perform(action).await,
                Ok(false) => Ok(true),
                // Done twice they are done once, and a full disk keeps nobody's laptop open.
                Err(why) if is_urgent(action.kind) => {
                    tracing::warn!(%why, id = action.id, "an action cannot be written down; it is done all the same");
                    self.journal.hold(action, boot);
                    self.perform(action).await
                }
                Err(why) => Err(why),
            };
            match done {
                Ok(true) => came.is_news = true,
                // What ends with the next start of the machine is nothing to tell yet.
                Ok(false) => came.put_off.push(action.id.clone()),
                Err(why) => came.failure = Some(why),
            }
        }
        came
    }

    /// Runs an action; whether it has reached its end.
    pub(super) async fn perform(&mut self, action: &Action) -> Result<bool, AgentError> {
        let mut location = None;
        let (reached, detail) = match self.run_action(action).await? {
            Outcome::Done(detail) => (ActionState::Done, detail),
            Outcome::Located(found) => {
                location = Some(found);
                (ActionState::Done, "the device told where it is".to_owned())
            }
            Outcome::Failed(why) => (ActionState::Failed, why),
            Outcome::NotSupported(why) => (ActionState::NotSupported, why),
            Outcome::Later => return Ok(false),
        };
        tracing::info!(id = action.id, kind = ?action.kind, state = ?reached, detail, "an action has ended");
        if reached != ActionState::Done && matches!(action.kind, ActionKind::Wipe | ActionKind::Retire) {
            // The device stays, and is to be as its organisation wants it.
            self.apps.open();
            self.apps_are_due = true;
        }
        let kept = self.journal.finish(&self.state, &action.id, reached, Some(detail), location);
        match kept {
            Err(why) if is_urgent(action.kind) => tracing::warn!(%why, "the result cannot be written down; it is told"),
            other => other?,
        }
        Ok(true)
    }

    async fn run_action(&mut self, action: &Action) -> Result<Outcome, AgentError> {
        let (root, state, id) = (self.root.clone(), self.state.clone(), action.id.clone());
        let argument = action.argument.clone().unwrap_or_default();
        Ok(match action.kind {
            ActionKind::Sync => {
                self.enforce().await?;
                self.apps_are_due = true;
                Outcome::Done("applied and reported".to_owned())
            }
            ActionKind::Lock => blocking(move || actions::lock(&root, &id)).await?.into(),
            ActionKind::Restart => self.switch(action, Power::Restart).await?,
            ActionKind::ShutDown => self.switch(action, Power::Off).await?,
            ActionKind::Rename => blocking(move || name::rename(&root, &argument)).await?.into(),
            ActionKind::Locate => location::locate(&root).await,
            ActionKind::RotateRecoveryKey => self.rotate_recovery_key().await?,
            ActionKind::CollectDiagnostics => {
                let archive = blocking(move || diagnostics::gather(&root, &state)).await?;
                match archive {
                    Ok(archive) => {
                        let size = archive.len();
                        let sent = self.server.send_diagnostics(&id, archive).await;
                        self.sent(&id, sent).unwrap_or_else(|| Outcome::Done(format!("{size} bytes were sent")))
                    }
                    Err(why) => Outcome::Failed(why),
                }
            }
            ActionKind::RunRemediation => {
                let script = self.wanted_scripts().into_iter().find(|script| script.id == argument);
                match script {
                    Some(script) => self.scripts.asked_for(&id, &script).map_or(Outcome::Later, Outcome::from),
                    None => Outcome::Failed("the script is not assigned to this device".to_owned()),
                }
            }
            ActionKind::Wipe => {
                // Afterwards a key in a TPM may sign nothing any more: what its tools need is gone.
                if let Err(why) = self.server.proof().await {
                    tracing::warn!(%why, "there is no session to report the wipe in");
                }
                let apps = self.apps.clone();
                let wiped = blocking(move || {
                    // What is being placed goes with the rest.
                    apps.close();
                    wipe::wipe(&root)
                });
                wiped.await?.into()
            }
            ActionKind::Retire => {
                self.apps.close();
                // It is taken up again when the package at hand is placed.
                if self.apps.is_at_work() { Outcome::Later } else { self.retire().await.into() }
            }
            ActionKind::Unknown => {
                Outcome::NotSupported("this agent does not know this action; update the agent".to_owned())
            }
        })
    }

    /// Once in the life of this program, and over when the machine runs another time than when it was asked.
    async fn switch(&mut self, action: &Action, power: Power) -> Result<Outcome, AgentError> {
        let (root, id) = (self.root.clone(), action.id.clone());
        let begun_in = self.journal.begun_in(&action.id).map(str::to_owned);
        let is_asked = self.switching.contains(&action.id);
        let outcome = blocking(move || power::switch(&root, power, &id, begun_in.as_deref(), is_asked)).await?;
        if outcome == Outcome::Later && !is_asked {
            self.switching.push(action.id.clone());
        }
        Ok(outcome)
    }

    /// What became of sending logs, where they did not arrive.
    fn sent(&mut self, id: &str, sent: Result<(), AgentError>) -> Option<Outcome> {
        let why = sent.err()?;
        let tries = self.journal.tried(&self.state, id);
        if is_final(&why) || tries >= SENT_TRIES_MAX {
            return Some(Outcome::Failed(why.to_string()));
        }
        tracing::warn!(%why, "the logs could not be sent; it is tried again");
        Some(Outcome::Later)
    }

    /// A new key is in the server's hands before it is the only one.
    async fn rotate_recovery_key(&mut self) -> Result<Outcome, AgentError> {
        let (root, state) = (self.root.clone(), self.state.clone());
        let new = match blocking(move || disk_key::prepare(&root, &state)).await? {
            Ok(new) => new,
            Err(why) => return Ok(Outcome::Failed(why)),
        };
        match self.server.escrow(&new).await {
            Ok(()) => {}
            Err(why) if is_final(&why) => return Ok(Outcome::Failed(why.to_string())),
            Err(why) => {
                tracing::warn!(%why, "the new recovery key could not be handed over; it is tried again");
                return Ok(Outcome::Later);
            }
        }
        let (root, state) = (self.root.clone(), self.state.clone());
        Ok(blocking(move || disk_key::confirm(&root, &state)).await?.into())
    }
}

/// Whether asking again would bring the same answer: the server said no, and not that it has no time.
fn is_final(why: &AgentError) -> bool {
    matches!(why, AgentError::Refused { status, .. } if *status < 500 && *status != 429)
}
