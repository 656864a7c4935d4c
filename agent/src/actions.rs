//! Actions, each run once. An id is written down before its action begins and its result before it is reported; an action that a
//! crash cut short is taken up again (each of ours may be run to its end twice with the effect of once), a finished one is only
//! reported again. What retiring means for the agent itself is in `agent`, what a wipe
//! deletes in `wipe`.

use std::collections::VecDeque;
use std::process::Command;

use agent_wire::{Action, ActionKind, ActionResult, ActionState, Location};
use serde::{Deserialize, Serialize};

use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::program;
use crate::root::{Root, write_atomic};
use crate::state::State;

/// Ids remembered; the oldest reported ones are forgotten first.
const REMEMBERED_MAX: usize = 2_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    entries: VecDeque<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    action: Action,
    /// Absent while it runs, or when a crash cut it short.
    #[serde(default)]
    result: Option<ActionResult>,
    #[serde(default)]
    is_reported: bool,
    /// How often it was tried and could not be brought to its end.
    #[serde(default, skip_serializing_if = "is_none")]
    tries: u32,
    /// The run of the machine in which it was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boot: Option<String>,
}

impl Journal {
    pub const FILE: &str = "actions.json";

    pub fn load(state: &State) -> Result<Self, AgentError> {
        Ok(state.load(Self::FILE)?.unwrap_or_default())
    }

    /// Takes a delivery in, durably; true when the action is to be run. A finished one is marked for another report.
    pub fn accept(&mut self, state: &State, action: &Action, boot: Option<String>) -> Result<bool, AgentError> {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.action.id == action.id) {
            entry.is_reported = false;
            return Ok(entry.result.is_none());
        }
        let mut next = self.clone();
        while next.entries.len() >= REMEMBERED_MAX {
            let oldest = next.entries.iter().position(|entry| entry.is_reported);
            let oldest = oldest.ok_or_else(|| AgentError::local("too many actions wait to be reported".into()))?;
            next.entries.remove(oldest);
        }
        next.hold(action, boot);
        // What is not on disk was not taken in: it is delivered again.
        state.save(Self::FILE, &next)?;
        *self = next;
        Ok(true)
    }

    /// Takes a delivery in for the life of this program only.
    pub fn hold(&mut self, action: &Action, boot: Option<String>) {
        self.entries.push_back(Entry { action: action.clone(), result: None, is_reported: false, tries: 0, boot });
    }

    /// Keeps a result, durably, before anybody hears of it.
    pub fn finish(
        &mut self,
        state: &State,
        id: &str,
        state_reached: ActionState,
        detail: Option<String>,
        location: Option<Location>,
    ) -> Result<(), AgentError> {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.action.id == id) {
            let detail = detail.map(|text| crate::cut(&text, agent_wire::limits::DETAIL_BYTES_MAX));
            let finished_at_unix_seconds = now_unix_seconds();
            let (id, state) = (id.into(), state_reached);
            entry.result = Some(ActionResult { id, state, finished_at_unix_seconds, detail, location });
        }
        state.save(Self::FILE, self)
    }

    /// Counts a try that came to nothing, across the ends of this program; how many there were.
    pub fn tried(&mut self, state: &State, id: &str) -> u32 {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.action.id == id) else { return 1 };
        entry.tries = entry.tries.saturating_add(1);
        let tries = entry.tries;
        if let Err(why) = state.save(Self::FILE, self) {
            tracing::warn!(%why, id, "a try cannot be written down; it counts for the life of this program");
        }
        tries
    }

    /// In which run of the machine an action was taken in.
    pub fn begun_in(&self, id: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.action.id == id)?.boot.as_deref()
    }

    /// Begun and not finished: a crash came in between, or the end is still to come.
    pub fn unfinished(&self) -> Vec<Action> {
        self.entries.iter().filter(|entry| entry.result.is_none()).map(|entry| entry.action.clone()).collect()
    }

    pub fn unreported(&self) -> Vec<ActionResult> {
        let waiting = self.entries.iter().filter(|entry| !entry.is_reported);
        waiting.filter_map(|entry| entry.result.clone()).take(agent_wire::limits::ACTIONS_MAX).collect()
    }

    pub fn reported(&mut self, state: &State, results: &[ActionResult]) -> Result<(), AgentError> {
        if results.is_empty() {
            return Ok(());
        }
        for entry in &mut self.entries {
            entry.is_reported |= results.iter().any(|result| result.id == entry.action.id);
            // Where the device was is nobody's business once it was told.
            if let Some(result) = entry.result.as_mut().filter(|_| entry.is_reported) {
                result.location = None;
            }
        }
        state.save(Self::FILE, self)
    }

    /// The finished action after which this device no longer belongs to the server.
    pub fn end(&self) -> Option<ActionKind> {
        let done =
            self.entries.iter().filter(|entry| entry.result.as_ref().is_some_and(|r| r.state == ActionState::Done));
        done.map(|entry| entry.action.kind).find(|kind| matches!(kind, ActionKind::Retire | ActionKind::Wipe))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_none(tries: &u32) -> bool {
    *tries == 0
}

/// Locks every signed-in session. Blocking.
pub fn lock(root: &Root, id: &str) -> Result<String, String> {
    if root.is_confined() {
        let text = format!("{id}\n");
        let place = root.without_links("/run/castellan/locked").map_err(|why| why.to_string())?;
        write_atomic(&place, text.as_bytes(), 0o600).map_err(|e| format!("cannot write: {e}"))?;
        return Ok("locked in a confined tree".into());
    }
    program::done(Command::new("loginctl").arg("lock-sessions"), program::QUESTION)?;
    Ok("all sessions were told to lock".into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    fn action(id: &str, kind: ActionKind) -> Action {
        Action { id: id.into(), kind, argument: None }
    }

    #[test]
    fn an_action_runs_once_across_a_crash_at_any_point() {
        let state = State::open(&Root::confined(&scratch("actions-once")).unwrap()).unwrap();
        let lock = action("a-1", ActionKind::Lock);
        let mut journal = Journal::load(&state).unwrap();
        assert!(journal.accept(&state, &lock, None).unwrap());

        // Crash before the result: it is taken up again, once.
        let mut journal = Journal::load(&state).unwrap();
        assert_eq!(journal.unfinished(), std::slice::from_ref(&lock));
        assert!(journal.unreported().is_empty());
        journal.finish(&state, "a-1", ActionState::Done, None, None).unwrap();

        // Crash before the report: nothing is run, the result is still to be told.
        let mut journal = Journal::load(&state).unwrap();
        assert!(journal.unfinished().is_empty());
        let results = journal.unreported();
        assert_eq!(results.len(), 1);
        journal.reported(&state, &results).unwrap();
        assert!(Journal::load(&state).unwrap().unreported().is_empty());

        // Delivered again: not run, reported again with the same result.
        let mut journal = Journal::load(&state).unwrap();
        assert!(!journal.accept(&state, &lock, None).unwrap());
        assert_eq!(journal.unreported(), results);
    }

    #[test]
    fn what_cannot_be_written_down_was_not_taken_in() {
        let state = State::open(&Root::confined(&scratch("actions-full")).unwrap()).unwrap();
        let mut journal = Journal::load(&state).unwrap();
        let restart = action("a-1", ActionKind::Restart);
        crate::trial::refuse_writes(&state.path(Journal::FILE), true);
        for _ in 0..2 {
            assert!(journal.accept(&state, &restart, None).is_err());
            assert!(journal.unfinished().is_empty());
        }
        crate::trial::refuse_writes(&state.path(Journal::FILE), false);
        assert!(journal.accept(&state, &restart, None).unwrap());
        assert_eq!(Journal::load(&state).unwrap().unfinished(), [restart]);
    }

    #[test]
    fn the_memory_of_actions_is_bounded_and_keeps_what_was_not_reported() {
        let state = State::open(&Root::confined(&scratch("actions-bounded")).unwrap()).unwrap();
        let mut journal = Journal::default();
        for at in 0..REMEMBERED_MAX {
            let action = action(&at.to_string(), ActionKind::Sync);
            let entry = Entry { action, result: None, is_reported: at != 0, tries: 0, boot: None };
            journal.entries.push_back(entry);
        }
        journal.accept(&state, &action("new", ActionKind::Sync), None).unwrap();
        assert_eq!(journal.entries.len(), REMEMBERED_MAX);
        let ids: Vec<&str> = journal.entries.iter().map(|entry| entry.action.id.as_str()).collect();
        assert!(ids.contains(&"0") && !ids.contains(&"1") && ids.contains(&"new"));
    }
}
