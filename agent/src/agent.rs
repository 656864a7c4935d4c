//! The agent: one device's conversation with its server. It asks what should be, has `settings`, `apps` and `actions` do it, and
//! tells how it went. Running until stopped is in `run`, the end of the relationship in `ending`. It knows no file and no HTTP.

mod ending;
mod fitting;
mod perform;
mod run;

pub use perform::Outcome;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent_wire::limits::{APPS_MAX, CHECK_IN_SECONDS_MAX, CHECK_IN_SECONDS_MIN, DETAIL_BYTES_MAX, ROUNDS_MAX};
use agent_wire::{
    AgentRelease, App, AppResult, CheckIn, CheckInAnswer, Desired, ErrorCode, Script, SettingResult, SettingState,
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::actions::Journal;
use crate::apps::Apps;
use crate::error::AgentError;
use crate::facts::{self, now_unix_seconds};
use crate::first_boot;
use crate::inventory;
use crate::join::{self, JoinOptions};
use crate::key::DeviceKey;
use crate::root::Root;
use crate::scripts::Scripts;
use crate::server::{Origin, Server};
use crate::settings;
use crate::state::{CERTIFICATE_FILE, Identity, State};
use crate::status::LastCheckIn;
use crate::update::Update;

/// A certificate with less life than this is renewed.
const RENEW_SECONDS: i64 = 60 * 24 * 60 * 60;
/// How often renewing and asking a server that does not know us is tried.
const SELDOM: Duration = Duration::from_secs(60 * 60);

/// Why an agent came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Retired,
    Wiped,
    /// Another version of this program lies in its place, and should run instead.
    Replaced,
}

/// What the device holds: the desired state it worked through and what came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Held {
    pub desired: Option<Desired>,
    #[serde(default)]
    pub settings: Vec<SettingResult>,
    #[serde(default)]
    pub apps: Vec<AppResult>,
}

impl Held {
    pub const FILE: &str = "held.json";
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    /// Only what is held and which actions were done, to hear news soonest.
    Quick,
    /// Facts and all results.
    Full,
}

/// A joined device's agent. Only one can be open on a tree at a time.
#[derive(Debug)]
pub struct Agent {
    root: Root,
    state: State,
    identity: Identity,
    server: Arc<Server>,
    held: Held,
    held_version: watch::Sender<Option<String>>,
    journal: Journal,
    apps: Apps,
    scripts: Scripts,
    update: Update,
    /// What the server said last that this agent should become.
    release: Option<AgentRelease>,
    /// Apps may differ from what is wanted.
    apps_are_due: bool,
    next_check_in: Duration,
    renewal_tried: Option<Instant>,
    /// Restarts and switchings-off that this program has asked the system for.
    switching: Vec<String>,
    _lock: File,
}

impl Agent {
    /// Joins the device and opens its agent.
    pub async fn join(options: JoinOptions) -> Result<Self, AgentError> {
        join::join(options).await
    }

    /// Opens the agent of a device that has joined: this machine's, or the one of a folder.
    pub fn open(root: Option<&Path>) -> Result<Self, AgentError> {
        Self::open_root(Root::from_option(root)?)
    }

    pub(crate) fn open_root(root: Root) -> Result<Self, AgentError> {
        if State::look(&root).load::<Identity>(Identity::FILE)?.is_none() {
            return Err(not_joined());
        }
        let state = State::open(&root)?;
        let lock = state.lock()?;
        let (identity, server) = connect(&state)?;
        first_boot::forget(&root);
        let server = Arc::new(server);
        let held: Held = state.load(Held::FILE)?.unwrap_or_default();
        let (held_version, _) = watch::channel(held.desired.as_ref().map(|desired| desired.version.clone()));
        let journal = Journal::load(&state)?;
        let apps = Apps::new(root.clone(), state.clone());
        let scripts = Scripts::new(root.clone(), state.clone());
        let update = Update::new(root.clone(), state.clone());
        let next_check_in = Duration::from_secs(CHECK_IN_SECONDS_MAX);
        let agent = Self {
            root,
            state,
            identity,
            server,
            held,
            held_version,
            journal,
            apps,
            scripts,
            update,
            release: None,
            apps_are_due: true,
            next_check_in,
            renewal_tried: None,
            switching: Vec::new(),
            _lock: lock,
        };
        Ok(agent)
    }

    #[must_use]
    pub fn device_id(&self) -> &str {
        &self.identity.device_id
    }

    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.identity.tenant_id
    }

    #[must_use]
    pub fn managed_device_id(&self) -> Option<&str> {
        self.identity.managed_device_id.as_deref()
    }

    /// The desired version that was worked through last.
    #[must_use]
    pub fn held_version(&self) -> Option<&str> {
        self.held.desired.as_ref().map(|desired| desired.version.as_str())
    }

    /// What a browser or program on this device shows to the sign-in pages (header `Castellan-Device`) to prove on which
    /// device it runs. Good for minutes.
    pub async fn device_proof(&self) -> Result<String, AgentError> {
        self.server.proof().await
    }

    /// One whole check-in: undo drift, report, apply news, install apps, report again.
    pub async fn check_in_once(&mut self) -> Result<Option<Ended>, AgentError> {
        let outcome = self.poll().await;
        let outcome = match outcome {
            Ok(None) if self.apps_are_due => self.settle_apps_here().await,
            other => other,
        };
        let outcome = match outcome {
            Ok(None) => self.settle_scripts_here().await,
            other => other,
        };
        self.note(outcome.as_ref().err());
        outcome
    }

    /// A check-in that nobody asked for: drift is undone first.
    async fn poll(&mut self) -> Result<Option<Ended>, AgentError> {
        self.renew_certificate().await;
        if let Err(why) = self.enforce().await {
            // The server is to hear of it, and to be heard.
            tracing::warn!(%why, "what is held could not be applied");
            let text = crate::cut(&why.to_string(), DETAIL_BYTES_MAX);
            for result in &mut self.held.settings {
                (result.state, result.error) = (SettingState::Error, Some(text.clone()));
            }
        }
        self.apps_are_due = true;
        self.converse(Report::Full).await
    }

    /// Question and answer until there is nothing new.
    async fn converse(&mut self, first: Report) -> Result<Option<Ended>, AgentError> {
        // What needs the server in its middle is taken up with its answer: it must not stand before the first word.
        for action in self.journal.unfinished().iter().filter(|action| !perform::needs_the_server(action.kind)) {
            if let Err(why) = self.perform(action).await {
                tracing::warn!(%why, id = action.id, "an action that was cut short cannot be finished yet");
            }
        }
        let mut report = first;
        let mut put_off = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let ending = self.journal.end();
            let answer = match self.exchange(report).await {
                // The server heard of the end, and its answer was lost: it forgot the device, or shut it out.
                Err(why)
                    if ending.is_some()
                        && matches!(why.code(), Some(ErrorCode::DeviceUnknown | ErrorCode::DeviceDisabled)) =>
                {
                    return Ok(self.end(ending));
                }
                other => other?,
            };
            if ending.is_some() {
                return Ok(self.end(ending));
            }
            let orders = self.orders(answer.actions, &put_off);
            let mut came = self.obey(&orders.urgent).await;
            if let Some(desired) = answer.desired.filter(|_| self.journal.end().is_none()) {
                came.failure = self.take(desired).await.err().or(came.failure);
                came.is_news = true;
            }
            came = came.and(self.obey(&orders.others).await);
            if let Some(why) = came.failure.filter(|_| self.journal.end().is_none()) {
                return Err(why);
            }
            put_off.extend(came.put_off);
            if !came.is_news {
                return Ok(None);
            }
            report = Report::Full;
        }
        Err(AgentError::Unreachable(
            "it keeps wanting something new in every answer; the agent asks again later".into(),
        ))
    }

    async fn exchange(&mut self, report: Report) -> Result<CheckInAnswer, AgentError> {
        let report = self.compose(report).await?;
        let answer = self.server.check_in(&report).await?;
        // The server has spoken: what this disk cannot keep of it must not lose what it said.
        let mut kept = self.journal.reported(&self.state, &report.actions);
        if let Some(software) = &report.software {
            kept = kept.and(inventory::told(&self.state, software));
        }
        self.next_check_in =
            Duration::from_secs(answer.next_check_in_seconds.clamp(CHECK_IN_SECONDS_MIN, CHECK_IN_SECONDS_MAX));
        let (answer, failure) = fitting::within_limits(answer);
        if let Some(why) = &failure {
            tracing::warn!(why, "a part of the server's answer is passed over");
        }
        let last = LastCheckIn {
            at_unix_seconds: now_unix_seconds(),
            next_at_unix_seconds: now_unix_seconds() + i64::try_from(self.next_check_in.as_secs()).unwrap_or(0),
            compliance: Some(answer.compliance.clone()),
            failed_at_unix_seconds: failure.as_ref().map(|_| now_unix_seconds()),
            failure,
        };
        if let Err(why) = kept.and(self.state.save(LastCheckIn::FILE, &last)) {
            tracing::warn!(%why, "what the server heard and said cannot be written down");
        }
        self.update.confirm();
        self.release = answer.agent.clone().filter(|release| self.update.is_wanted(release));
        Ok(answer)
    }

    async fn compose(&self, report: Report) -> Result<CheckIn, AgentError> {
        let mut check_in = CheckIn {
            agent_version: crate::VERSION.into(),
            held: self.held_version().map(str::to_owned),
            actions: self.journal.unreported(),
            ..CheckIn::default()
        };
        if report == Report::Full {
            let root = self.root.clone();
            check_in.facts = Some(blocking(move || facts::gather(&root)).await?);
            check_in.agent_failure = self.update.failure();
            check_in.settings = Some(self.held.settings.clone());
            check_in.apps = Some(self.held.apps.clone());
            check_in.scripts = Some(self.scripts.results(&self.wanted_scripts()));
            if !self.identity.is_personal {
                let root = self.root.clone();
                let software = blocking(move || facts::software(&root)).await?.ok();
                check_in.software = software.filter(|software| inventory::is_due(&self.state, software));
            }
            fitting::shorten(&mut check_in);
        }
        Ok(check_in)
    }

    /// Works a new desired state through: settings now, apps next.
    async fn take(&mut self, desired: Desired) -> Result<(), AgentError> {
        let settings = self.apply(&desired).await?;
        let mut apps = self.apps.pending(&desired.apps);
        apps.truncate(APPS_MAX);
        self.held = Held { desired: Some(desired), settings, apps };
        self.state.save(Held::FILE, &self.held)?;
        self.held_version.send_replace(self.held_version().map(str::to_owned));
        self.apps_are_due = true;
        Ok(())
    }

    /// Applies what is held once more: somebody may have changed a file since.
    async fn enforce(&mut self) -> Result<(), AgentError> {
        let Some(desired) = self.held.desired.clone() else { return Ok(()) };
        if self.journal.end().is_some() {
            return Ok(());
        }
        let settings = self.apply(&desired).await?;
        if settings != self.held.settings {
            self.held.settings = settings;
            self.state.save(Held::FILE, &self.held)?;
        }
        Ok(())
    }

    async fn apply(&self, desired: &Desired) -> Result<Vec<SettingResult>, AgentError> {
        let (root, state, settings) = (self.root.clone(), self.state.clone(), desired.settings.clone());
        blocking(move || settings::apply(&root, &state, &settings)).await?
    }

    async fn settle_apps_here(&mut self) -> Result<Option<Ended>, AgentError> {
        self.apps_are_due = false;
        let wanted = self.wanted_apps();
        if !self.apps.has_work(&wanted) {
            return Ok(None);
        }
        let results = self.apps.clone().settle(self.server.clone(), wanted).await;
        self.tell_apps(results).await
    }

    async fn settle_scripts_here(&mut self) -> Result<Option<Ended>, AgentError> {
        if self.scripts.clone().settle(self.wanted_scripts()).await? {
            return self.converse(Report::Full).await;
        }
        Ok(None)
    }

    /// None, once the end of the relationship waits to be reported.
    fn wanted_scripts(&self) -> Vec<Script> {
        let desired = self.held.desired.as_ref().filter(|_| self.journal.end().is_none());
        desired.map(|desired| desired.scripts.clone()).unwrap_or_default()
    }

    fn wanted_apps(&self) -> Vec<App> {
        self.held.desired.as_ref().map(|desired| desired.apps.clone()).unwrap_or_default()
    }

    /// Keeps what came of the apps, and reports it if it is new.
    async fn tell_apps(&mut self, mut results: Vec<AppResult>) -> Result<Option<Ended>, AgentError> {
        results.truncate(APPS_MAX);
        // A retirement waits for the package at hand.
        if results == self.held.apps && self.journal.unfinished().is_empty() {
            return Ok(None);
        }
        self.held.apps = results;
        self.state.save(Held::FILE, &self.held)?;
        self.converse(Report::Full).await
    }

    async fn renew_certificate(&mut self) {
        let left = self.server.certificate().not_after_unix_seconds - now_unix_seconds();
        if left > RENEW_SECONDS || self.renewal_tried.is_some_and(|tried| tried.elapsed() < SELDOM) {
            return;
        }
        self.renewal_tried = Some(Instant::now());
        let renewed = match self.server.renew().await {
            Ok((pem, certificate)) => self
                .state
                .save_bytes(CERTIFICATE_FILE, pem.as_bytes())
                .map(|()| self.server.use_certificate(certificate)),
            Err(why) => Err(why),
        };
        if let Err(why) = renewed {
            tracing::warn!(%why, "the certificate could not be renewed; it is tried again");
        }
    }

    /// Keeps a failure for `status`; a success was kept by the exchange.
    fn note(&self, failure: Option<&AgentError>) {
        let Some(failure) = failure else { return };
        let last: LastCheckIn = self.state.load(LastCheckIn::FILE).ok().flatten().unwrap_or_default();
        let last = LastCheckIn {
            failure: Some(failure.to_string()),
            failed_at_unix_seconds: Some(now_unix_seconds()),
            ..last
        };
        let _ = self.state.save(LastCheckIn::FILE, &last);
    }
}

/// The server of a device that has joined, told by what the device keeps. Only looks: another agent may run beside.
pub(crate) fn connect(state: &State) -> Result<(Identity, Server), AgentError> {
    let identity: Identity = state.load(Identity::FILE)?.ok_or_else(not_joined)?;
    let key = DeviceKey::load(state)?
        .ok_or_else(|| AgentError::local("the device key is gone; leave and join again".into()))?;
    let pem = std::fs::read_to_string(state.path(CERTIFICATE_FILE));
    let pem = pem.map_err(|e| AgentError::local(format!("cannot read the device certificate: {e}")))?;
    let certificate = key.own_certificate(&pem, &identity.device_id)?;
    let origin = Origin::new(&identity.server, identity.pinned_authorities.as_deref())?;
    let server = Server::new(origin, &identity.device_id, &identity.device_name, key, certificate);
    Ok((identity, server))
}

fn not_joined() -> AgentError {
    AgentError::local("this device has not joined; `castellan-agent join` does that".into())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AgentError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AgentError::local("work on the device was interrupted".into()))
}

#[cfg(test)]
mod app_tests;
#[cfg(test)]
mod tests;
