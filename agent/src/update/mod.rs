//! A newer agent: fetched, held against the pinned keys, tried beside the running one, and only then installed. What was there
//! before is kept until the new one has spoken with the server, and put back if it does not.
//!
//! A program that was put back by us is one file: the package manager goes on calling the installed version the new one. It does
//! not decide which version a device should have; it never installs an older one.

mod signature;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use agent_wire::limits::DETAIL_BYTES_MAX;
use agent_wire::{AgentFailure, AgentRelease, Package, PackageKind};
use serde::{Deserialize, Serialize};

use crate::apps::{self, debian_architecture, download};
use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::root::{Root, write_atomic};
use crate::server::Server;
use crate::state::State;

/// The program that is updated: the package's.
pub const PROGRAM: &str = "/usr/bin/castellan-agent";
const PACKAGE: &str = "castellan-agent";
/// What the former program is kept as.
const FORMER: &str = "former-agent";
/// Where a new program is unpacked to be tried.
const CANDIDATE: &str = "candidate-agent";
/// How long a new agent may take to speak with the server while it is tried, …
const TRIAL: Duration = Duration::from_secs(90);
const TRIAL_STEP: Duration = Duration::from_millis(200);
/// … and how long when it is installed, and how often it may begin without having done so.
const CONFIRM_SECONDS: i64 = 15 * 60;
const STARTS_MAX: u32 = 5;
/// There while systemd runs the machine (sd_booted(3)).
const SYSTEMD: &str = "/run/systemd/system";

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
}

impl Update {
    pub fn new(root: Root, state: State) -> Self {
        Self { root, state }
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
                let (update, release) = (self.clone(), release.clone());
                let work = move || {
                    let installed = update.install(&file, &release);
                    let _ = std::fs::remove_file(&file);
                    installed
                };
                tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err("it was interrupted".into()))
            }
            Err(why) => {
                // Perhaps the way to the server was bad: it is tried again.
                tracing::warn!(version = release.version, why, "a newer agent could not be fetched");
                return false;
            }
        };
        match done {
            Ok(()) => true,
            Err(why) => {
                self.fail(&release.version, &why);
                false
            }
        }
    }

    fn install(&self, file: &Path, release: &AgentRelease) -> Result<(), String> {
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
        self.note(&release.version, Phase::Installing, "")?;
        match self.place(file) {
            Ok(()) => Ok(()),
            Err(why) => {
                let back = self.put_back();
                Err(back.err().map_or(why.clone(), |also| format!("{why}; and {also}")))
            }
        }
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
        let program = folder.join(PROGRAM.trim_start_matches('/'));
        let output = folder.join("said");
        let said = std::fs::File::create(&output).map_err(|e| format!("cannot try it: {e}"))?;
        let mut command = Command::new(&program);
        command.arg("try").stdin(Stdio::null()).stdout(said).stderr(Stdio::null());
        if self.root.is_confined() {
            command.arg("--root").arg(self.root.dir());
        }
        let mut child = command.spawn().map_err(|e| format!("the new agent does not start here: {e}"))?;
        let began = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if began.elapsed() < TRIAL => std::thread::sleep(TRIAL_STEP),
                Ok(None) | Err(_) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(format!("the new agent did not speak with the server within {} s", TRIAL.as_secs()));
                }
            }
        };
        let said = std::fs::read_to_string(&output).unwrap_or_default();
        if !status.success() {
            return Err("the new agent could not speak with the server".into());
        }
        if said.trim() != version {
            return Err(format!("the new agent calls itself `{}`, not {version}", crate::cut(said.trim(), 64)));
        }
        Ok(())
    }

    fn place(&self, file: &Path) -> Result<(), String> {
        let ours = BTreeSet::from([PROGRAM.trim_start_matches('/').to_owned()]);
        if self.root.is_confined() || !Path::new(SYSTEMD).exists() {
            return apps::install_deb(&self.root, file, &ours);
        }
        // The package's scripts start the agent anew; what runs in its control group would end with it.
        let status = Command::new("systemd-run")
            .args(["--quiet", "--collect", "--wait", "--unit=castellan-agent-update", "--property=Type=oneshot"])
            .args(["dpkg", "--force-confold", "--install"])
            .arg(file)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err("`dpkg` refused the package".into()),
            Err(e) => Err(format!("`systemd-run` could not be started: {e}")),
        }
    }

    /// Looks, at the start of this program, whether it is a new one that has begun often without a word with the server. True when
    /// the former one was put back, and should run instead.
    pub fn begin(&self) -> bool {
        let Some(mut progress) = self.progress().filter(|progress| progress.phase == Phase::Installing) else {
            return false;
        };
        if progress.version != crate::VERSION {
            // It was interrupted before anything was replaced.
            let _ = self.note(&progress.version, Phase::Failed, "it was interrupted while it was installed");
            return false;
        }
        progress.starts += 1;
        let _ = self.state.save(FILE, &progress);
        progress.starts > STARTS_MAX && self.give_up(&progress, "it began again and again")
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

    /// True when this new program has not reached the server for too long and the former one was put back.
    pub fn is_given_up(&self) -> bool {
        let Some(progress) = self.progress().filter(|progress| progress.phase == Phase::Installing) else {
            return false;
        };
        let is_late = now_unix_seconds() - progress.since_unix_seconds > CONFIRM_SECONDS;
        progress.version == crate::VERSION && is_late && self.give_up(&progress, "it could not speak with the server")
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
