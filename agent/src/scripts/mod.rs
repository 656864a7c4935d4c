//! Scripts and remediations: run when their time has come or somebody asked, each at most once for each time, with what came of it
//! remembered over restarts. When is decided in `schedule`, how in `run`. It does not know what scripts do.

mod run;
mod schedule;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use agent_wire::limits::{DETAIL_BYTES_MAX, SCRIPTS_MAX};
use agent_wire::{Script, ScriptResult, ScriptRun};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

pub use run::{account, run_kept};

use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::root::Root;
use crate::state::State;

/// The exit code by which a script says that something is wrong.
const WRONG: i32 = 1;
/// A script for a person waits so long before it is looked again whether somebody is signed in.
const NOBODY_SECONDS: i64 = 5 * 60;

/// How long a run may take that somebody waits for.
const ON_DEMAND_SECONDS_MAX: u32 = 5 * 60;

/// What is remembered of each script, by its id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Record {
    scripts: BTreeMap<String, Remembered>,
}

impl Record {
    const FILE: &str = "scripts.json";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remembered {
    version: String,
    /// Written down before it begins, so that a crash on the way does not run it again at once.
    began_at_unix_seconds: i64,
    /// Runs in a row that failed.
    failures: u32,
    #[serde(default)]
    result: Option<ScriptResult>,
}

/// The scripts of this device. Clones share one place in the queue: no two scripts run at a time.
#[derive(Clone, Debug)]
pub struct Scripts {
    root: Root,
    state: State,
    turn: Arc<Mutex<()>>,
    /// Runs that somebody waits for, by the id of the action.
    asked: Arc<std::sync::Mutex<BTreeMap<String, Asked>>>,
}

/// A run that somebody waits for.
#[derive(Clone, Debug)]
struct Asked {
    script: String,
    /// How it went, once it has run.
    went: Option<Result<String, String>>,
}

impl Scripts {
    #[must_use]
    pub fn new(root: Root, state: State) -> Self {
        Self { root, state, turn: Arc::default(), asked: Arc::default() }
    }

    /// Runs what somebody waits for and what is due, one after another. True when there is a result that was not there before.
    pub async fn settle(self, wanted: Vec<Script>) -> Result<bool, AgentError> {
        let _turn = self.turn.lock().await;
        let mut is_news = self.forget_others(&wanted)?;
        for (action, id) in self.waited_for() {
            let script = wanted.iter().find(|script| script.id == id);
            let went = match script {
                Some(script) => self.run_now(script).await?,
                None => Err("the script is not assigned to this device".to_owned()),
            };
            if let Some(asked) = self.asked().get_mut(&action) {
                asked.went = Some(went);
            }
            is_news = true;
        }
        for script in wanted.iter().take(SCRIPTS_MAX) {
            let record = self.load()?;
            let last = record.scripts.get(&script.id).filter(|last| last.version == script.version);
            let (now, offset) = (now_unix_seconds(), schedule::offset(&script.id, &self.state));
            if schedule::due(script, last.map(Remembered::past), offset, now).is_some_and(|due| due <= now) {
                self.one(script, last.map_or(0, |last| last.failures)).await?;
                is_news = true;
            }
        }
        Ok(is_news)
    }

    /// How a run went that an action asks for; nothing until it has run, at the next settling, whenever the script's own time is.
    pub fn asked_for(&self, action: &str, script: &Script) -> Option<Result<String, String>> {
        let mut all = self.asked();
        if all.get(action).is_some_and(|asked| asked.went.is_some()) {
            return all.remove(action)?.went;
        }
        all.entry(action.to_owned()).or_insert_with(|| Asked { script: script.id.clone(), went: None });
        None
    }

    /// The runs that wait, as the ids of action and script.
    fn waited_for(&self) -> Vec<(String, String)> {
        let all = self.asked();
        let waiting = all.iter().filter(|(_, asked)| asked.went.is_none());
        waiting.map(|(action, asked)| (action.clone(), asked.script.clone())).collect()
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one because somebody asked; answers in words how it went.
    async fn run_now(&self, script: &Script) -> Result<Result<String, String>, AgentError> {
        let asked = Script { timeout_seconds: script.timeout_seconds.min(ON_DEMAND_SECONDS_MAX), ..script.clone() };
        self.one(&asked, 0).await?;
        let result = self.results(std::slice::from_ref(script)).pop();
        Ok(result.map_or_else(|| Err("nothing is known of it".to_owned()), |result| told(&result)))
    }

    /// When the next one is due, if one ever is.
    pub fn next_due(&self, wanted: &[Script]) -> Option<i64> {
        if !self.waited_for().is_empty() {
            return Some(now_unix_seconds());
        }
        let record = self.load().ok()?;
        let due = |script: &Script| {
            let last = record.scripts.get(&script.id).filter(|last| last.version == script.version);
            let offset = schedule::offset(&script.id, &self.state);
            schedule::due(script, last.map(Remembered::past), offset, now_unix_seconds())
        };
        wanted.iter().take(SCRIPTS_MAX).filter_map(due).min()
    }

    /// What came of the scripts that are wanted, the last time.
    pub fn results(&self, wanted: &[Script]) -> Vec<ScriptResult> {
        let record = self.load().unwrap_or_default();
        let results = wanted.iter().take(SCRIPTS_MAX).filter_map(|script| {
            let remembered = record.scripts.get(&script.id).filter(|known| known.version == script.version)?;
            remembered.result.clone()
        });
        results.collect()
    }

    async fn one(&self, script: &Script, failures: u32) -> Result<(), AgentError> {
        let mut remembered = Remembered {
            version: script.version.clone(),
            began_at_unix_seconds: now_unix_seconds(),
            failures: failures + 1,
            result: None,
        };
        self.remember(&script.id, remembered.clone())?;
        let result = self.result(script).await;
        let is_good = result.run.as_ref().is_some_and(|run| match script.repair {
            None => run.exit_code == Some(0),
            Some(_) => matches!(run.exit_code, Some(0 | WRONG)),
        });
        if is_good {
            remembered.failures = 0;
        }
        remembered.result = Some(result);
        self.remember(&script.id, remembered)
    }

    async fn result(&self, script: &Script) -> ScriptResult {
        let mut result = ScriptResult {
            id: script.id.clone(),
            version: script.version.clone(),
            finished_at_unix_seconds: now_unix_seconds(),
            not_applicable: None,
            run: None,
            repair: None,
            run_again: None,
        };
        let as_whom = match run::account(&self.root, script.run_as) {
            Ok(account) => account,
            Err(why) => {
                result.not_applicable = Some(crate::cut(&why, DETAIL_BYTES_MAX));
                return result;
            }
        };
        let run = |text: String| run::run(&self.root, &as_whom, text, script.timeout_seconds);
        let first = run(script.script.clone()).await;
        let is_wrong = first.exit_code == Some(WRONG);
        result.run = Some(first);
        if let Some(repair) = script.repair.clone().filter(|_| is_wrong) {
            let repaired = run(repair).await;
            if repaired.exit_code == Some(0) {
                result.run_again = Some(run(script.script.clone()).await);
            }
            result.repair = Some(repaired);
        }
        result.finished_at_unix_seconds = now_unix_seconds();
        result
    }

    fn load(&self) -> Result<Record, AgentError> {
        Ok(self.state.load(Record::FILE)?.unwrap_or_default())
    }

    fn remember(&self, id: &str, remembered: Remembered) -> Result<(), AgentError> {
        let mut record = self.load()?;
        record.scripts.insert(id.to_owned(), remembered);
        self.state.save(Record::FILE, &record)
    }

    /// Scripts that are not wanted any more are forgotten; one that comes back begins anew.
    fn forget_others(&self, wanted: &[Script]) -> Result<bool, AgentError> {
        let mut record = self.load()?;
        let known = record.scripts.len();
        record.scripts.retain(|id, _| wanted.iter().any(|script| script.id == *id));
        if record.scripts.len() == known {
            return Ok(false);
        }
        self.state.save(Record::FILE, &record)?;
        Ok(true)
    }
}

/// How a remediation went, for whoever asked for it.
fn told(result: &ScriptResult) -> Result<String, String> {
    let code = |run: &ScriptRun| run.exit_code.map_or_else(|| run.error.clone(), |code| format!("exit code {code}"));
    let Some(run) = &result.run else { return Err(result.not_applicable.clone().unwrap_or_default()) };
    match (run.exit_code, &result.repair, &result.run_again) {
        (Some(0), ..) => Ok("nothing was wrong".into()),
        (Some(WRONG), None, _) => Err("something is wrong, and it is not repaired here".into()),
        (Some(WRONG), Some(_), Some(again)) if again.exit_code == Some(0) => Ok("it was repaired".into()),
        (Some(WRONG), Some(_), Some(again)) => Err(format!("it was not repaired: {}", code(again))),
        (Some(WRONG), Some(repair), None) => Err(format!("the repair failed: {}", code(repair))),
        _ => Err(format!("it could not tell: {}", code(run))),
    }
}

impl Remembered {
    fn past(&self) -> schedule::Past {
        let waits_for_somebody = self.result.as_ref().is_some_and(|result| result.not_applicable.is_some());
        schedule::Past { began: self.began_at_unix_seconds, failures: self.failures, waits_for_somebody }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
