//! A newer agent: fetched, held against the pinned keys, tried beside the running one, and only then installed. What was there
//! before is kept until the new one has spoken with the server, and put back if it cannot although the former one can: a device that
//! reaches nobody, asleep or away, is no reason.
//!
//! A program that was put back by us is one file: the package manager goes on calling the installed version the new one. It does
//! not decide which version a device should have; it never installs an older one.

mod signature;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use agent_wire::limits::DETAIL_BYTES_MAX;
use agent_wire::{AgentFailure, AgentRelease, Package, PackageKind};
use serde::{Deserialize, Serialize};

use crate::apps::{self, debian_architecture, download};
use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::outside::Systemd;
use crate::root::{Root, write_atomic};
use crate::server::Server;
use crate::state::State;
use crate::{outside, program};

/// The program that is updated: the package's.
pub const PROGRAM: &str = "/usr/bin/castellan-agent";
const PACKAGE: &str = "castellan-agent";
/// What the former program is kept as.
const FORMER: &str = "former-agent";
/// Where a new program is unpacked to be tried.
const CANDIDATE: &str = "candidate-agent";
/// How long a new agent may take to speak with the server while it is tried, …
const TRIAL: Duration = Duration::from_secs(90);
/// … and how long when it is installed and the machine awake, how many words must have failed by then, and how often it may begin
/// without having spoken.
const CONFIRM: Duration = Duration::from_secs(15 * 60);
const FAILURES_MIN: u32 = 5;
const STARTS_MAX: u32 = 5;
/// The unit of systemd that installs a newer agent.
const UNIT: &str = "castellan-agent-update";
/// How long dpkg may take, how often it is looked whether it has ended, and every how many looks whether it runs at all.
const PLACING: Duration = Duration::from_secs(3600);
const PLACING_STEP: Duration = Duration::from_millis(200);
const STEPS_PER_QUESTION: u32 = 25;

/// Why a release was not installed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum NotPlaced {
    /// It is not fit for this device: it is told, and not tried again.
    Failed(String),
    /// That says nothing about it: it may be tried another time.
    Later(String),
}

impl From<String> for NotPlaced {
    fn from(why: String) -> Self {
        NotPlaced::Failed(why)
    }
}

/// How far an update has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    version: String,
    phase: Phase,
    since_unix_seconds: i64,
    #[serde(default)]
    starts: u32,
    #[serde(default)]
    detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Phase {
    /// Being installed, or installed and not heard of yet.
    Installing,
    /// It came to nothing, and is not tried again.
    Failed,
}

const FILE: &str = "update.json";

/// The updates of one device's agent.
#[derive(Clone, Debug)]
pub struct Update {
    root: Root,
    state: State,
    /// Installs the package, where it runs the machine.
    systemd: Option<Systemd>,
    placing: Duration,
    /// By a clock that stands still while the machine sleeps and that nobody sets.
    began: Instant,
    /// Words with the server that failed since then.
    failures: Arc<AtomicU32>,
}

impl Update {
    pub fn new(root: Root, state: State) -> Self {
        let systemd = Systemd::of(&root);
        Self { root, state, systemd, placing: PLACING, began: Instant::now(), failures: Arc::default() }
    }

    /// What the server is to be told of the last update, if it came to nothing.
    pub fn failure(&self) -> Option<AgentFailure> {
        let progress = self.progress().filter(|progress| progress.phase == Phase::Failed)?;
        Some(AgentFailure { version: progress.version, detail: progress.detail })
    }

    /// Whether a release is to be fetched: it is another than this agent, and did not fail here before.
    pub fn is_wanted(&self, release: &AgentRelease) -> bool {
        let is_known = self.progress().is_some_and(|progress| progress.version == release.version);
        release.version != crate::VERSION && !is_known && self.root.exists(PROGRAM)
    }

    /// Fetches, verifies, tries and installs a release. True when this program has been replaced.
    pub async fn settle(self, server: Arc<Server>, release: AgentRelease) -> bool {
        let fetched = Package {
            kind: PackageKind::Deb,
            name: PACKAGE.into(),
            sha256: release.sha256.clone(),
            size_bytes: release.size_bytes,
            launcher: None,
        };
        let done = match download::download(&server, &self.state, &fetched).await {
            Ok(file) => {
                let installed = self.install(&file, &release).await;
                let _ = std::fs::remove_file(&file);
                installed
            }
            Err(why) => {
                // Perhaps the way to the server was bad: it is tried again.
                tracing::warn!(version = release.version, why, "a newer agent could not be fetched");
                return false;
            }
        };
        match done {
            Ok(()) => true,
            Err(NotPlaced::Failed(why)) => {
                self.fail(&release.version, &why);
                false
            }
            Err(NotPlaced::Later(why)) => {
                tracing::warn!(version = release.version, why, "a newer agent is not installed now");
                false
            }
        }
    }

    async fn install(&self, file: &Path, release: &AgentRelease) -> Result<(), NotPlaced> {
        if let Some(systemd) = &self.systemd {
            // One that began before this program did: what is kept as the former program must not be half of a newer one.
            self.over(systemd).await?;
        }
        let (update, fetched, wanted) = (self.clone(), file.to_owned(), release.clone());
        blocking(move || update.prepare(&fetched, &wanted)).await?;
        // Nothing of this program waits while the package is placed: its scripts end this program and begin the new one.
        match self.place(file).await {
            Err(NotPlaced::Failed(why)) => {
                let back = self.put_back();
                Err(NotPlaced::Failed(back.err().map_or(why.clone(), |also| format!("{why}; and {also}"))))
            }
            placed => placed,
        }
    }

    /// Verifies a release, tries it, and keeps this program.
    fn prepare(&self, file: &Path, release: &AgentRelease) -> Result<(), String> {
        let signed = signature::verify(&self.root, file, &release.signature)?;
        if signed.version != release.version || signed.architecture != debian_architecture() {
            return Err(format!(
                "the release is {} for `{}`; {} for `{}` was announced",
                crate::cut(&signed.version, 64),
                crate::cut(&signed.architecture, 64),
                crate::cut(&release.version, 64),
                debian_architecture()
            ));
        }
        if !is_newer(&release.version, crate::VERSION) {
            return Err(format!("the release is not newer than {}; an older agent is never installed", crate::VERSION));
        }
        self.try_out(file, &release.version)?;
        let program = self.root.resolve(PROGRAM)?;
        let former = std::fs::read(&program).map_err(|e| format!("this program cannot be read: {e}"))?;
        let kept = write_atomic(&self.state.path(FORMER), &former, 0o700);
        kept.map_err(|e| format!("this program cannot be kept: {e}"))?;
        self.note(&release.version, Phase::Installing, "")
    }

    /// Has the new program speak with the server, as this device, before anything is replaced.
    fn try_out(&self, file: &Path, version: &str) -> Result<(), String> {
        let folder = self.state.path(CANDIDATE);
        let _ = std::fs::remove_dir_all(&folder);
        let tried = self.tried(file, &folder, version);
        let _ = std::fs::remove_dir_all(&folder);
        tried
    }

    fn tried(&self, file: &Path, folder: &Path, version: &str) -> Result<(), String> {
        std::fs::create_dir_all(folder).map_err(|e| format!("cannot make a folder to try it in: {e}"))?;
        apps::unpack_deb(file, folder)?;
        let said = self.word(&folder.join(PROGRAM.trim_start_matches('/')));
        let said = said.map_err(|why| format!("the new agent could not speak with the server: {why}"))?;
        if said.trim() != version {
            return Err(format!("the new agent calls itself `{}`, not {version}", crate::cut(said.trim(), 64)));
        }
        Ok(())
    }

    /// What a program of the agent says that is to speak one word with the server as this device. Blocking.
    fn word(&self, program: &Path) -> Result<String, String> {
        let mut command = Command::new(program);
        command.arg("try");
        if self.root.is_confined() {
            command.arg("--root").arg(self.root.dir());
        }
        program::answer(&mut command, TRIAL)
    }

    /// Waits until no former installation is at work.
    async fn over(&self, systemd: &Systemd) -> Result<(), NotPlaced> {
        let waited = async {
            while is_running(systemd).await.map_err(NotPlaced::Later)? {
                tokio::time::sleep(PLACING_STEP * STEPS_PER_QUESTION).await;
            }
            Ok(())
        };
        let late = |_| Err(NotPlaced::Later("the installation of another one goes on".into()));
        tokio::time::timeout(self.placing, waited).await.unwrap_or_else(late)
    }

    async fn place(&self, file: &Path) -> Result<(), NotPlaced> {
        let Some(systemd) = &self.systemd else {
            let (root, file) = (self.root.clone(), file.to_owned());
            let ours = BTreeSet::from([PROGRAM.trim_start_matches('/').to_owned()]);
            return Ok(blocking(move || apps::install_deb(&root, &file, &ours)).await?);
        };
        // The package's scripts start the agent anew; what runs in its control group would end with it.
        let mut command = Command::new("dpkg");
        command.args(["--force-confold", "--install"]).arg(file).env("DEBIAN_FRONTEND", "noninteractive");
        let (asked, placing) = (systemd.clone(), self.placing);
        let code = match blocking(move || asked.start(&command, placing, UNIT)).await {
            Ok(code) => code,
            Err(why) if is_running(systemd).await == Ok(true) => {
                // Another one came in between, which says nothing about this one.
                self.state.remove(FILE);
                return Err(NotPlaced::Later(why));
            }
            Err(why) => return Err(NotPlaced::Failed(why)),
        };
        let ended = async {
            for look in 1_u32.. {
                // Asked first: what ends in between has written down how.
                let is_over = look.is_multiple_of(STEPS_PER_QUESTION) && is_running(systemd).await == Ok(false);
                match outside::exit_code(&code) {
                    Some(code) => return Some(code),
                    None if is_over => return None,
                    None => tokio::time::sleep(PLACING_STEP).await,
                }
            }
            None
        };
        match tokio::time::timeout(self.placing, ended).await {
            Ok(Some(0)) => return Ok(()),
            Ok(Some(code)) => {
                let why = format!("`dpkg` refused the package ({code}); the journal says why: `journalctl -u {UNIT}`");
                return Err(NotPlaced::Failed(why));
            }
            Ok(None) => return Err(NotPlaced::Failed("`dpkg` was ended before it was done".into())),
            Err(_) => {}
        }
        // Nothing is put back under the hands of one that still works.
        let asked = systemd.clone();
        let stopped = blocking(move || asked.stop(UNIT)).await;
        match (is_running(systemd).await, stopped) {
            (Ok(false), _) => Err(NotPlaced::Failed("`dpkg` did not end, and was stopped".into())),
            (Ok(true), Ok(())) => Err(NotPlaced::Later("`dpkg` does not end".into())),
            (_, Err(why)) | (Err(why), _) => {
                Err(NotPlaced::Later(format!("`dpkg` does not end, and cannot be stopped: {why}")))
            }
        }
    }

    /// Looks, at the start of this program, whether it is a new one that has begun often without a word with the server. True when
    /// the former one was put back, and should run instead. Blocking.
    pub fn begin(&self) -> bool {
        let Some(mut progress) = self.progress().filter(|progress| progress.phase == Phase::Installing) else {
            return false;
        };
        if progress.version != crate::VERSION {
            if self.systemd.as_ref().is_some_and(|systemd| systemd.is_running(UNIT) == Ok(true)) {
                // This program began anew while the next one is being installed: that one may need the way back.
                return false;
            }
            // It was cut short before anything was replaced, which says nothing about it: it may be tried again.
            self.state.remove(FILE);
            self.state.remove(FORMER);
            return false;
        }
        progress.starts += 1;
        let _ = self.state.save(FILE, &progress);
        progress.starts > STARTS_MAX && self.former_speaks() && self.give_up(&progress, "it began again and again")
    }

    /// The server has answered: this program stays.
    pub fn confirm(&self) {
        let progress = self.progress();
        if progress.is_some_and(|progress| progress.phase == Phase::Installing && progress.version == crate::VERSION) {
            tracing::info!(version = crate::VERSION, "the new agent has spoken with the server and stays");
            self.state.remove(FILE);
            self.state.remove(FORMER);
        }
    }

    /// After a word with the server that failed: true when this new program has not reached it for too long, and the former one,
    /// which can, was put back. Blocking.
    pub fn is_given_up(&self) -> bool {
        self.is_given_up_after(self.began.elapsed())
    }

    fn is_given_up_after(&self, awake: Duration) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let Some(progress) = self.progress().filter(|progress| progress.phase == Phase::Installing) else {
            return false;
        };
        let is_late = progress.version == crate::VERSION && awake > CONFIRM && failures >= FAILURES_MIN;
        is_late && self.former_speaks() && self.give_up(&progress, "it could not speak with the server")
    }

    /// Whether the former program reaches the server at this moment. If not, it is not the new one that is in the way.
    fn former_speaks(&self) -> bool {
        self.word(&self.state.path(FORMER)).is_ok()
    }

    fn give_up(&self, progress: &Progress, why: &str) -> bool {
        match self.put_back() {
            Ok(()) => {
                self.fail(&progress.version, &format!("{why}; the former agent was put back"));
                true
            }
            Err(cannot) => {
                tracing::warn!(cannot, "the former agent cannot be put back");
                false
            }
        }
    }

    fn put_back(&self) -> Result<(), String> {
        let former = std::fs::read(self.state.path(FORMER));
        let former = former.map_err(|e| format!("the former program is not there: {e}"))?;
        let place = write_atomic(&self.root.place(PROGRAM), &former, 0o755);
        place.map_err(|e| format!("the former program cannot be put back: {e}"))?;
        self.state.remove(FORMER);
        Ok(())
    }

    fn fail(&self, version: &str, why: &str) {
        tracing::warn!(version, why, "the agent was not updated");
        let _ = self.note(version, Phase::Failed, why);
    }

    fn note(&self, version: &str, phase: Phase, why: &str) -> Result<(), String> {
        let progress = Progress {
            version: version.to_owned(),
            phase,
            since_unix_seconds: now_unix_seconds(),
            starts: 0,
            detail: crate::cut(why, DETAIL_BYTES_MAX),
        };
        self.state.save(FILE, &progress).map_err(|e| e.to_string())
    }

    fn progress(&self) -> Option<Progress> {
        self.state.load(FILE).ok().flatten()
    }
}

/// What `castellan-agent try` does: one word with the server, as this device, changing nothing on it. Another agent may run
/// beside.
pub async fn try_out(dir: Option<&Path>) -> Result<String, AgentError> {
    let root = Root::from_option(dir)?;
    let (_, server) = crate::agent::connect(&State::look(&root))?;
    server.proof().await?;
    Ok(crate::VERSION.to_owned())
}

/// Whether an installation is at work.
async fn is_running(systemd: &Systemd) -> Result<bool, String> {
    let systemd = systemd.clone();
    blocking(move || systemd.is_running(UNIT)).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err("it was interrupted".into()))
}

/// Compared number by number; a part that is missing counts as 0.
fn is_newer(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        text.split('.')
            .map(|part| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0))
            .chain(std::iter::repeat(0))
            .take(8)
            .collect()
    };
    numbers(version) > numbers(than)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
