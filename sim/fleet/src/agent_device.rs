//! A device with our agent on it, as the server sees one: it joins with a join token, opens sessions by signed assertions, checks in
//! until there is nothing new, and keeps a wake stream open.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use agent_wire::limits::{ASSERTION_SECONDS, ROUNDS_MAX};
use agent_wire::{
    ASSERTION_TYPE, ActionKind, ActionResult, ActionState, App, AppResult, AppState, AssertionClaims, CHECK_IN_PATH,
    CheckIn, CheckInAnswer, ErrorBody, Fact, Facts, Intent, JOIN_PATH, JoinAnswer, JoinRequest, JoinType,
    MountEncryption, NONCE_PATH, NonceAnswer, OsRelease, SESSION_PATH, SessionAnswer, SessionRequest, Setting,
    SettingResult, SettingState, WAKE_PATH, WakeLine,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::door::{Door, Line};
use crate::key::{Key, der, encode, random};

/// A session token is not used in its last seconds.
const MARGIN: Duration = Duration::from_secs(20);
/// How many ids of actions that were carried out are remembered.
const DONE_MAX: usize = 64;

/// A joined device.
pub struct AgentDevice {
    n: usize,
    name: String,
    key: std::sync::Arc<Key>,
    certificate: Vec<u8>,
    pub device_id: String,
    /// The managed device, where joining enrolled it.
    pub managed_id: Option<String>,
    public_url: String,
    line: Option<Line>,
    token: Option<(String, Instant)>,
    held: Option<String>,
    /// Results of what was worked through last, until they are reported.
    worked: Option<(Vec<SettingResult>, Vec<AppResult>)>,
    /// Actions that were carried out and not reported yet.
    results: Vec<ActionResult>,
    done: HashSet<String>,
    /// By how many seconds its clock is wrong.
    pub skew: i64,
    ending: Option<Ended>,
    /// Whether facts and results are due with the next check-in.
    is_full: bool,
}

/// How the relationship ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Retired,
    Wiped,
}

/// What came of a check-in.
#[derive(Clone, Debug, Default)]
pub struct CheckedIn {
    /// Requests, sessions apart.
    pub requests: usize,
    pub ended: Option<Ended>,
    /// The version that is held now.
    pub held: Option<String>,
}

/// A device's wake stream, on a connection of its own.
pub struct Wakes(Line);

impl AgentDevice {
    /// Make a key and join with a join token.
    pub async fn join(door: &Door, n: usize, token: &str) -> Result<AgentDevice, Failure> {
        let name = format!("sim-{n:06}");
        let (key, request) = Key::make(&name)?;
        let asked = JoinRequest {
            csr: request.pem().map_err(|e| e.to_string())?,
            device_name: name.clone(),
            operating_system: "Linux".into(),
            operating_system_version: "13".into(),
            distribution: "debian".into(),
            manufacturer: Some("Castellan".into()),
            model: Some("Simulated".into()),
            serial_number: Some(format!("SIM-{n:06}")),
            join_type: JoinType::Join,
            agent_version: env!("CARGO_PKG_VERSION").into(),
            tpm_proof: None,
        };
        let mut line = door.connect(n).await?;
        let answer: JoinAnswer = ask(door, &mut line, JOIN_PATH, Some(token), &asked).await?;
        let public_url = answer.push_url.trim_end_matches(WAKE_PATH).to_owned();
        Ok(AgentDevice {
            n,
            name,
            key: key.into(),
            certificate: der(&answer.certificate)?,
            device_id: answer.device_id,
            managed_id: answer.managed_device_id,
            public_url,
            line: Some(line),
            token: None,
            held: None,
            worked: None,
            results: Vec::new(),
            done: HashSet::new(),
            skew: 0,
            ending: None,
            is_full: true,
        })
    }

    /// A device whose disk is a copy of this one's: the same key and certificate, another connection.
    #[must_use]
    pub fn cloned(&self) -> AgentDevice {
        AgentDevice {
            n: self.n,
            name: self.name.clone(),
            key: self.key.clone(),
            certificate: self.certificate.clone(),
            device_id: self.device_id.clone(),
            managed_id: self.managed_id.clone(),
            public_url: self.public_url.clone(),
            line: None,
            token: None,
            held: self.held.clone(),
            worked: None,
            results: Vec::new(),
            done: self.done.clone(),
            skew: self.skew,
            ending: None,
            is_full: true,
        }
    }

    /// An old state of the disk is put back: what was worked through since is forgotten.
    pub fn restore(&mut self) {
        (self.held, self.token, self.line) = (None, None, None);
        self.results.clear();
        self.done.clear();
        self.is_full = true;
    }

    /// Take the connection away, as a device does that falls asleep.
    pub fn hang_up(&mut self) {
        self.line = None;
    }

    /// Open a session, and stop there.
    pub async fn open_session(&mut self, door: &Door) -> Result<(), Failure> {
        self.token = None;
        self.token(door).await.map(drop)
    }

    /// Whether a check-in needs no new session.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.token.as_ref().is_some_and(|(_, ends)| *ends > Instant::now())
    }

    /// Check in until there is nothing new.
    pub async fn check_in(&mut self, door: &Door) -> Result<CheckedIn, Failure> {
        let mut told = CheckedIn::default();
        for _ in 0..ROUNDS_MAX {
            let ending = self.ending;
            let answer = self.exchange(door).await?;
            told.requests += 1;
            if ending.is_some() {
                told.ended = ending;
                break;
            }
            let is_news = answer.desired.is_some() || !answer.actions.is_empty();
            self.take(answer);
            if !is_news {
                break;
            }
        }
        told.held.clone_from(&self.held);
        Ok(told)
    }

    /// Send a check-in and hang up before its answer comes.
    pub async fn check_in_deaf(&mut self, door: &Door) -> Result<(), Failure> {
        let request = self.composed(door, None).await?;
        let line = self.line(door).await?;
        line.send(&request).await?;
        self.line = None;
        Ok(())
    }

    /// Open the wake stream; with a new session, where the one that it has is not good any more.
    pub async fn wakes(&mut self, door: &Door) -> Result<Wakes, Failure> {
        let path = match &self.held {
            Some(held) => format!("{WAKE_PATH}?held={held}"),
            None => WAKE_PATH.to_owned(),
        };
        let is_used = self.has_session();
        let (status, line) = self.wake(door, &path).await?;
        let (status, line) = if status == 401 && is_used {
            self.token = None;
            self.wake(door, &path).await?
        } else {
            (status, line)
        };
        if status == 200 { Ok(Wakes(line)) } else { Err(format!("the wake stream answered {status}")) }
    }

    async fn wake(&mut self, door: &Door, path: &str) -> Result<(u16, Line), Failure> {
        let token = self.token(door).await?;
        let mut line = door.connect(self.n).await?;
        let status = line.open(&door.request("GET", path, Some(&token), b"")).await?;
        Ok((status, line))
    }

    async fn exchange(&mut self, door: &Door) -> Result<CheckInAnswer, Failure> {
        let said: Vec<String> = self.results.iter().map(|result| result.id.clone()).collect();
        let request = self.composed(door, None).await?;
        let line = self.line(door).await?;
        let answer = match line.ask(&request).await {
            Ok(answer) => answer,
            // The server may have closed a connection that was idle for long.
            Err(_) => {
                self.line = None;
                self.line(door).await?.ask(&request).await?
            }
        };
        let answer = if answer.status == 401 {
            let stale = self.token.take().map(|(token, _)| token);
            let request = self.composed(door, stale.as_deref()).await?;
            self.line(door).await?.ask(&request).await?
        } else {
            answer
        };
        let answer: CheckInAnswer = read(answer.status, &answer.body)?;
        self.results.retain(|result| !said.contains(&result.id));
        (self.is_full, self.worked) = (false, None);
        Ok(answer)
    }

    /// The request of a check-in with a good token, other than the refused one.
    async fn composed(&mut self, door: &Door, refused: Option<&str>) -> Result<Vec<u8>, Failure> {
        if self.token.as_ref().is_some_and(|(token, _)| Some(token.as_str()) == refused) {
            self.token = None;
        }
        let token = self.token(door).await?;
        let body = serde_json::to_vec(&self.compose()).map_err(|e| e.to_string())?;
        Ok(door.request("POST", CHECK_IN_PATH, Some(&token), &body))
    }

    fn compose(&self) -> CheckIn {
        let mut said = CheckIn {
            agent_version: env!("CARGO_PKG_VERSION").into(),
            held: self.held.clone(),
            actions: self.results.clone(),
            ..CheckIn::default()
        };
        if self.is_full {
            said.facts = Some(self.facts());
        }
        if let Some((settings, apps)) = &self.worked {
            (said.settings, said.apps) = (Some(settings.clone()), Some(apps.clone()));
        }
        said
    }

    fn facts(&self) -> Facts {
        let mount = MountEncryption { mount: "/".into(), source: "/dev/vda1".into(), encrypted: Fact::Known(true) };
        let os = OsRelease { id: "debian".into(), version: Some("13".into()), name: "Debian GNU/Linux 13".into() };
        Facts {
            gathered_at_unix_seconds: now() + self.skew,
            agent_version: env!("CARGO_PKG_VERSION").into(),
            hostname: Fact::Known(self.name.clone()),
            os: Fact::Known(os),
            encryption: Fact::Known(vec![mount]),
            ..Facts::default()
        }
    }

    fn take(&mut self, answer: CheckInAnswer) {
        if let Some(desired) = answer.desired {
            self.worked =
                Some((desired.settings.iter().map(set).collect(), desired.apps.iter().map(installed).collect()));
            self.held = Some(desired.version);
        }
        for action in answer.actions {
            let state = match action.kind {
                ActionKind::Sync
                | ActionKind::Lock
                | ActionKind::Restart
                | ActionKind::ShutDown
                | ActionKind::Rename => ActionState::Done,
                ActionKind::Retire | ActionKind::Wipe => {
                    let is_wipe = action.kind == ActionKind::Wipe;
                    self.ending = Some(if is_wipe { Ended::Wiped } else { Ended::Retired });
                    ActionState::Done
                }
                ActionKind::Locate
                | ActionKind::RotateRecoveryKey
                | ActionKind::CollectDiagnostics
                | ActionKind::RunRemediation
                | ActionKind::Unknown => ActionState::NotSupported,
            };
            if self.done.len() >= DONE_MAX {
                self.done.clear();
            }
            self.done.insert(action.id.clone());
            self.results.push(ActionResult {
                id: action.id,
                state,
                finished_at_unix_seconds: now() + self.skew,
                detail: None,
                location: None,
            });
        }
    }

    async fn line(&mut self, door: &Door) -> Result<&mut Line, Failure> {
        if self.line.is_none() {
            self.line = Some(door.connect(self.n).await?);
        }
        self.line.as_mut().ok_or_else(|| "there is no connection".to_owned())
    }

    /// A good session token; a new session when there is none.
    async fn token(&mut self, door: &Door) -> Result<String, Failure> {
        if let Some((token, ends)) = &self.token
            && *ends > Instant::now()
        {
            return Ok(token.clone());
        }
        let mut line = match self.line.take() {
            Some(line) => line,
            None => door.connect(self.n).await?,
        };
        let nonce = match ask::<NonceAnswer>(door, &mut line, NONCE_PATH, None, &()).await {
            Ok(nonce) => nonce,
            Err(_) => {
                line = door.connect(self.n).await?;
                ask(door, &mut line, NONCE_PATH, None, &()).await?
            }
        };
        let claims = AssertionClaims {
            aud: format!("{}{SESSION_PATH}", self.public_url),
            iss: self.device_id.clone(),
            sub: self.device_id.clone(),
            nonce: nonce.nonce,
            iat: nonce.now_unix_seconds,
            exp: nonce.now_unix_seconds + ASSERTION_SECONDS,
            jti: encode(random::<16>()),
        };
        let claims = serde_json::to_value(&claims).map_err(|e| e.to_string())?;
        let assertion = self.key.sign(ASSERTION_TYPE, &self.certificate, &claims)?;
        let session: SessionAnswer = ask(door, &mut line, SESSION_PATH, None, &SessionRequest { assertion }).await?;
        self.line = Some(line);
        let life = Duration::from_secs(session.expires_in).saturating_sub(MARGIN);
        self.token = Some((session.access_token.clone(), Instant::now() + life));
        Ok(session.access_token)
    }
}

impl Wakes {
    /// Wait until the server wakes the device; pings are passed over.
    pub async fn next(&mut self) -> Result<(), Failure> {
        loop {
            let line = self.0.next_line().await?;
            match serde_json::from_str(&line).map_err(|e| e.to_string())? {
                WakeLine::Wake(_) => return Ok(()),
                WakeLine::Ping {} | WakeLine::Approval {} => {}
            }
        }
    }
}

fn set(setting: &Setting) -> SettingResult {
    SettingResult { id: setting.id.clone(), state: SettingState::Succeeded, actual: None, error: None }
}

fn installed(app: &App) -> AppResult {
    let is_wanted = app.intent == Intent::Required;
    AppResult {
        id: app.id.clone(),
        version: app.version.clone(),
        state: if is_wanted { AppState::Installed } else { AppState::NotInstalled },
        installed_version: is_wanted.then(|| app.version.clone()),
        error: None,
    }
}

async fn ask<A: DeserializeOwned>(
    door: &Door,
    line: &mut Line,
    path: &str,
    bearer: Option<&str>,
    body: &impl Serialize,
) -> Result<A, Failure> {
    let body = serde_json::to_vec(body).map_err(|e| e.to_string())?;
    let answer = line.ask(&door.request("POST", path, bearer, &body)).await?;
    read(answer.status, &answer.body)
}

fn read<A: DeserializeOwned>(status: u16, body: &[u8]) -> Result<A, Failure> {
    if !(200..300).contains(&status) {
        let why = serde_json::from_slice::<ErrorBody>(body).map(|body| format!("{:?}", body.error.code));
        return Err(why.unwrap_or_else(|_| format!("status {status}")));
    }
    serde_json::from_slice(body).map_err(|e| format!("an answer cannot be read: {e}"))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
