//! What lies on a device's disk, and what the agent there does with it: settings with what was there before, applications,
//! the journal of actions. A plain model of `agent`, whose own tests crash it between any two steps.
//!
//! A disk is a value: a cloned image is a clone of it, a backup an older one.

use std::collections::BTreeMap;

use agent_wire::{
    Action, ActionKind, ActionResult, ActionState, AppResult, AppState, CheckIn, Desired, Fact, Facts, Intent,
    MountEncryption, OsRelease, Render, SettingResult, SettingState,
};

use super::words::{BAD_VERSION, FACTORY};

/// How the relationship ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ended {
    Retired,
    Wiped,
}

/// An action that was written down before it was begun, and its result once there is one.
#[derive(Clone, Debug)]
struct Entry {
    action: Action,
    result: Option<ActionResult>,
    is_reported: bool,
}

/// An action that was carried out.
pub(super) struct Ran {
    pub(super) id: String,
    /// As Graph names it.
    pub(super) kind: &'static str,
    pub(super) is_done: bool,
}

/// Everything that the agent of one device keeps, and the device itself as far as it is asked about.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    /// The key, by its thumbprint. Made before the first join, forgotten at the end.
    pub(super) key: Option<String>,
    /// What the certificate names.
    pub(super) device_id: Option<String>,
    /// What settings write: files, kernel parameters, lines, by what they are written to.
    pub(super) files: BTreeMap<String, String>,
    /// What was there before the agent wrote.
    before: BTreeMap<String, Option<String>>,
    pub(super) held: Option<Desired>,
    settings: Vec<SettingResult>,
    results: Vec<AppResult>,
    /// Installed applications with their versions, and whether they go when they are no longer wanted.
    pub(super) apps: BTreeMap<String, (String, bool)>,
    journal: Vec<Entry>,
    /// How often the bad version of an application was tried.
    pub(super) bad_tries: u32,
    pub(super) is_encrypted: bool,
    pub(super) ended: Option<Ended>,
}

impl Disk {
    /// As it comes from the factory.
    pub(super) fn new(is_encrypted: bool) -> Disk {
        Disk { files: factory(), is_encrypted, ..Disk::default() }
    }

    pub(super) fn is_as_made(&self) -> bool {
        self.files == factory() && self.apps.is_empty()
    }

    /// Work a new desired state through: what left it is given back, what is in it is written.
    pub(super) fn take(&mut self, desired: Desired) {
        let wanted: BTreeMap<String, String> =
            desired.settings.iter().filter_map(|setting| target(&setting.render)).collect();
        let gone: Vec<String> = self.before.keys().filter(|path| !wanted.contains_key(*path)).cloned().collect();
        gone.iter().for_each(|path| self.give_back(path));
        for (path, value) in wanted {
            let was = self.files.insert(path.clone(), value);
            self.before.entry(path).or_insert(was);
        }
        self.settings = desired.settings.iter().map(|setting| succeeded(&setting.id)).collect();
        self.install(&desired);
        self.held = Some(desired);
    }

    fn install(&mut self, desired: &Desired) {
        let is_wanted = |id: &str| desired.apps.iter().any(|app| app.id == id && app.intent == Intent::Required);
        self.apps.retain(|id, (_, goes)| is_wanted(id) || !*goes);
        self.results.clear();
        for app in &desired.apps {
            let state = if app.intent == Intent::Uninstall {
                self.apps.remove(&app.id);
                AppState::NotInstalled
            } else if app.version == BAD_VERSION {
                // Its installer gives up; what was there before stays.
                self.bad_tries += 1;
                AppState::Failed
            } else {
                self.apps.insert(app.id.clone(), (app.version.clone(), app.uninstall_on_removal));
                AppState::Installed
            };
            let error = (state == AppState::Failed).then(|| "the installer ended with status 1".to_owned());
            let installed_version = self.apps.get(&app.id).map(|(version, _)| version.clone());
            let (id, version) = (app.id.clone(), app.version.clone());
            self.results.push(AppResult { id, version, state, installed_version, error });
        }
    }

    /// Write an action down. One that is known is not begun again; its result did not arrive, and is reported once more.
    pub(super) fn accept(&mut self, action: &Action) {
        match self.journal.iter_mut().find(|entry| entry.action.id == action.id) {
            Some(known) => known.is_reported = false,
            None => self.journal.push(Entry { action: action.clone(), result: None, is_reported: false }),
        }
    }

    /// Carry out what was written down and has no result. `stumbles`: what can fail does.
    pub(super) fn perform(&mut self, clock: i64, stumbles: bool) -> Vec<Ran> {
        let mut ran = Vec::new();
        let open: Vec<Action> =
            self.journal.iter().filter(|entry| entry.result.is_none()).map(|entry| entry.action.clone()).collect();
        for action in open {
            let (state, detail) = match action.kind {
                ActionKind::Retire if stumbles => (ActionState::Failed, Some("a file is in use".to_owned())),
                ActionKind::Retire => {
                    self.take_back();
                    (ActionState::Done, None)
                }
                ActionKind::Wipe => {
                    (self.files, self.before, self.apps) = Default::default();
                    (ActionState::Done, None)
                }
                ActionKind::Lock | ActionKind::Sync | ActionKind::Restart | ActionKind::Rename => {
                    (ActionState::Done, None)
                }
                ActionKind::ShutDown
                | ActionKind::Locate
                | ActionKind::RotateRecoveryKey
                | ActionKind::CollectDiagnostics
                | ActionKind::RunRemediation
                | ActionKind::Unknown => (ActionState::NotSupported, None),
            };
            ran.push(Ran { id: action.id.clone(), kind: name(action.kind), is_done: state == ActionState::Done });
            let result =
                ActionResult { id: action.id.clone(), state, finished_at_unix_seconds: clock, detail, location: None };
            let entry = self.journal.iter_mut().find(|entry| entry.action.id == action.id);
            entry.expect("it was just read from there").result = Some(result);
        }
        ran
    }

    /// The retire or wipe that was carried out and ends everything once it is reported.
    pub(super) fn ending(&self) -> Option<Ended> {
        let ended = self.journal.iter().filter_map(|entry| match (entry.action.kind, entry.result.as_ref()?.state) {
            (ActionKind::Retire, ActionState::Done) => Some(Ended::Retired),
            (ActionKind::Wipe, ActionState::Done) => Some(Ended::Wiped),
            _ => None,
        });
        ended.max()
    }

    /// What the device says of itself. `clock` is its own, which may be wrong.
    pub(super) fn compose(&self, is_full: bool, clock: i64, name: &str) -> CheckIn {
        let unreported = self.journal.iter().filter(|entry| !entry.is_reported);
        CheckIn {
            agent_version: "1".into(),
            held: self.held.as_ref().map(|held| held.version.clone()),
            facts: is_full.then(|| self.facts(clock, name)),
            settings: is_full.then(|| self.settings.clone()),
            apps: is_full.then(|| self.results.clone()),
            actions: unreported.filter_map(|entry| entry.result.clone()).collect(),
            ..CheckIn::default()
        }
    }

    fn facts(&self, clock: i64, name: &str) -> Facts {
        let mount = MountEncryption {
            mount: "/".into(),
            source: "/dev/vda1".into(),
            encrypted: Fact::Known(self.is_encrypted),
        };
        let os = OsRelease { id: "debian".into(), version: Some("13".into()), name: "Debian GNU/Linux 13".into() };
        Facts {
            gathered_at_unix_seconds: clock,
            agent_version: "1".into(),
            hostname: Fact::Known(name.to_owned()),
            os: Fact::Known(os),
            encryption: Fact::Known(vec![mount]),
            ..Facts::default()
        }
    }

    /// An answer has come: what was said is acknowledged.
    pub(super) fn acknowledged(&mut self, said: &CheckIn) {
        for entry in &mut self.journal {
            entry.is_reported |= said.actions.iter().any(|result| result.id == entry.action.id);
        }
    }

    /// Forget key, certificate and everything else of the relationship. What is on the device stays as it is.
    pub(super) fn end(&mut self, how: Ended) {
        let Disk { files, apps, bad_tries, is_encrypted, .. } = std::mem::take(self);
        *self = Disk { files, apps, bad_tries, is_encrypted, ended: Some(how), ..Disk::default() };
    }

    fn take_back(&mut self) {
        let ours: Vec<String> = self.before.keys().cloned().collect();
        ours.iter().for_each(|path| self.give_back(path));
        self.apps.clear();
        (self.held, self.settings, self.results) = Default::default();
    }

    fn give_back(&mut self, path: &str) {
        match self.before.remove(path).flatten() {
            Some(was) => self.files.insert(path.to_owned(), was),
            None => self.files.remove(path),
        };
    }
}

fn factory() -> BTreeMap<String, String> {
    FACTORY.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
}

fn succeeded(id: &str) -> SettingResult {
    SettingResult { id: id.to_owned(), state: SettingState::Succeeded, actual: None, error: None }
}

/// What a setting writes to, and what it writes.
fn target(render: &Render) -> Option<(String, String)> {
    Some(match render {
        Render::File { path, content, .. } => (path.clone(), content.clone()),
        Render::Sysctl { key, value } => (format!("sysctl {key}"), value.clone()),
        Render::ManagedBlock { path, marker, content } => (format!("{path} {marker}"), content.clone()),
        Render::Line { path, key, line } => (format!("{path} {key}"), line.clone()),
        Render::Dconf { key, value, .. } => (format!("dconf {key}"), value.clone()),
        Render::Key { path, key, value, .. } => (format!("{path} {key}"), value.clone()),
        Render::Timer { name, script, .. } => (format!("timer {name}"), script.clone()),
        Render::Unknown => return None,
    })
}

/// An action as Graph names it, of those that the story asks for.
fn name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Sync => "syncDevice",
        ActionKind::Lock => "remoteLock",
        ActionKind::Restart => "rebootNow",
        ActionKind::Rename => "setDeviceName",
        ActionKind::Retire => "retire",
        ActionKind::Wipe => "wipe",
        ActionKind::ShutDown
        | ActionKind::Locate
        | ActionKind::RotateRecoveryKey
        | ActionKind::CollectDiagnostics
        | ActionKind::RunRemediation
        | ActionKind::Unknown => "another",
    }
}
