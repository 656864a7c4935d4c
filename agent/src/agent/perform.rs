//! One action, from its beginning to its result. An action that needs the server in its middle, and does not reach it, stays
//! begun and is taken up again; one that ends only with the next start of the machine waits for that.

use agent_wire::{Action, ActionKind, ActionState};

use super::{Agent, blocking};
use crate::error::AgentError;
use crate::power::{self, Power};
use crate::{actions, diagnostics, disk_key, name};

/// How an action ended, or that it has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done(String),
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

impl Agent {
    /// Runs an action; whether it has reached its end.
    pub(super) async fn perform(&mut self, action: &Action) -> Result<bool, AgentError> {
        let (reached, detail) = match self.run_action(action).await? {
            Outcome::Done(detail) => (ActionState::Done, detail),
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
        self.journal.finish(&self.state, &action.id, reached, Some(detail))?;
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
            ActionKind::Locate => Outcome::NotSupported("this device does not know where it is".to_owned()),
            ActionKind::RotateRecoveryKey => self.rotate_recovery_key().await?,
            ActionKind::CollectDiagnostics => {
                let archive = blocking(move || diagnostics::gather(&root, &state)).await?;
                match archive {
                    Ok(archive) => {
                        let size = archive.len();
                        self.server.send_diagnostics(&id, archive).await?;
                        Outcome::Done(format!("{size} bytes were sent"))
                    }
                    Err(why) => Outcome::Failed(why),
                }
            }
            ActionKind::RunRemediation => {
                let script = self.wanted_scripts().into_iter().find(|script| script.id == argument);
                match script {
                    Some(script) => self.scripts.clone().run_now(&script).await?.into(),
                    None => Outcome::Failed("the script is not assigned to this device".to_owned()),
                }
            }
            ActionKind::Wipe => {
                let apps = self.apps.clone();
                let wiped = blocking(move || {
                    apps.close();
                    actions::wipe(&root)
                });
                wiped.await?.into()
            }
            ActionKind::Retire => self.retire().await.into(),
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

    /// A new key is in the server's hands before it is the only one.
    async fn rotate_recovery_key(&mut self) -> Result<Outcome, AgentError> {
        let (root, state) = (self.root.clone(), self.state.clone());
        let new = match blocking(move || disk_key::prepare(&root, &state)).await? {
            Ok(new) => new,
            Err(why) => return Ok(Outcome::Failed(why)),
        };
        self.server.escrow(&new).await?;
        let (root, state) = (self.root.clone(), self.state.clone());
        Ok(blocking(move || disk_key::confirm(&root, &state)).await?.into())
    }
}
