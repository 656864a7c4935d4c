//! The end of the relationship: retired by the organisation, or left by the person. What the agent changed is given back, the server
//! hears of it, then the agent forgets.

use std::path::Path;

use agent_wire::{ActionKind, CheckIn, ErrorCode};

use super::{Agent, Ended, Held, blocking};
use crate::apps::Apps;
use crate::disk_key;
use crate::error::AgentError;
use crate::first_boot;
use crate::root::Root;
use crate::settings;
use crate::state::State;
use crate::wipe;

impl Agent {
    /// Takes the device out on the wish of the person in front of it. With `by_force` although the server cannot be told, or
    /// something cannot be given back.
    pub async fn leave(mut self, by_force: bool) -> Result<(), AgentError> {
        let farewell = CheckIn { agent_version: crate::VERSION.into(), ..CheckIn::default() };
        // Asked before anything is changed: a device that cannot say goodbye stays as it is.
        self.tell(&farewell, by_force).await?;
        let failures = self.take_back().await?;
        if !failures.is_empty() && !by_force {
            return Err(AgentError::local(format!("not given back: {}; `--force` leaves anyway", failures.join("; "))));
        }
        self.tell(&CheckIn { leaving: true, ..farewell }, by_force).await?;
        first_boot::forget(&self.root);
        self.state.forget();
        Ok(())
    }

    /// Gives back and forgets without an agent that works: its key or certificate is damaged. The server is not told.
    pub fn abandon(root: Option<&Path>) -> Result<Vec<String>, AgentError> {
        let root = Root::from_option(root)?;
        let state = State::open(&root)?;
        let _lock = state.lock()?;
        let failures = give_back(&root, &state, &Apps::new(root.clone(), state.clone()))?;
        first_boot::forget(&root);
        state.forget();
        Ok(failures)
    }

    async fn tell(&self, message: &CheckIn, by_force: bool) -> Result<(), AgentError> {
        match self.server.check_in(message).await {
            Err(why) if !by_force && why.code() != Some(ErrorCode::DeviceUnknown) => Err(why),
            _ => Ok(()),
        }
    }

    /// The action `retire`, up to its report. What could not be given back does not hold the rest up, but the device stays in the
    /// organisation until it could: what was there before is known to nobody else.
    pub(super) async fn retire(&mut self) -> Result<String, String> {
        let failures = self.take_back().await.map_err(|e| e.to_string())?;
        if failures.is_empty() {
            return Ok("settings and apps were taken back".into());
        }
        Err(format!("not taken back: {}", failures.join("; ")))
    }

    async fn take_back(&mut self) -> Result<Vec<String>, AgentError> {
        let (root, state, apps) = (self.root.clone(), self.state.clone(), self.apps.clone());
        let failures = blocking(move || give_back(&root, &state, &apps)).await??;
        self.held = Held::default();
        self.state.save(Held::FILE, &self.held)?;
        Ok(failures)
    }

    /// Forgets everything after a reported end.
    pub(super) fn end(&mut self, kind: Option<ActionKind>) -> Option<Ended> {
        first_boot::forget(&self.root);
        self.state.forget();
        if kind == Some(ActionKind::Wipe) {
            wipe::finish(&self.root);
        }
        Some(if kind == Some(ActionKind::Wipe) { Ended::Wiped } else { Ended::Retired })
    }
}

/// Restores settings and removes apps; names what could not be.
fn give_back(root: &Root, state: &State, apps: &Apps) -> Result<Vec<String>, AgentError> {
    apps.close();
    let mut failures = settings::restore_all(root, state)?;
    failures.extend(apps.remove_all()?);
    failures.extend(disk_key::give_back(root, state).err().map(|why| format!("the disk's recovery key: {why}")));
    Ok(failures)
}
