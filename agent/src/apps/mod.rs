//! Making the device have the apps that it must have, and not those that it must not. What was installed by us is recorded before
//! and after; nothing else is ever removed, and a package that was there before us is upgraded at most. A package is opened only after `download` has verified it.

mod app_image;
mod deb;
pub(crate) mod download;
mod launcher;
mod place;
mod record;
mod rpm;
mod script;
mod tarball;
mod unpack;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use agent_wire::limits::DETAIL_BYTES_MAX;
use agent_wire::{App, AppResult, AppState, Detection, Intent, Package, PackageKind};

use crate::error::AgentError;
use crate::root::{Root, check_form};
use crate::server::Server;
use crate::state::State;
pub(crate) use deb::debian_architecture;
use record::{Installed, Record};
use rpm::Rpm;

/// How long installing or removing one package may take: as long as Intune gives an installer.
const PLACING: Duration = Duration::from_secs(3600);

/// The apps of one device.
#[derive(Clone, Debug)]
pub struct Apps {
    root: Root,
    state: State,
    /// Held while packages are placed or removed.
    work: Arc<Mutex<()>>,
    /// The device is being taken out and nothing may be placed any more.
    is_closed: Arc<AtomicBool>,
}

impl Apps {
    pub fn new(root: Root, state: State) -> Self {
        Self { root, state, work: Arc::default(), is_closed: Arc::default() }
    }

    /// Whether there is anything to do or say: an agent that never had an app has nothing to settle.
    pub fn has_work(&self, wanted: &[App]) -> bool {
        !wanted.is_empty() || self.record().is_ok_and(|record| !record.apps.is_empty())
    }

    /// What to report before anything was done.
    pub fn pending(&self, wanted: &[App]) -> Vec<AppResult> {
        let record = self.record().unwrap_or_default();
        let result = |app: &App| {
            let is_settled = record.apps.get(&app.id).is_some_and(|is| is.is_complete && is.version == app.version);
            let state = match app.intent {
                Intent::Required if is_settled => AppState::Installed,
                Intent::Required => AppState::PendingInstall,
                Intent::Uninstall if record.apps.contains_key(&app.id) => AppState::Installed,
                Intent::Uninstall | Intent::Detect => AppState::NotInstalled,
            };
            outcome(app, state, record.apps.get(&app.id).map(|is| is.version.clone()), None)
        };
        wanted.iter().map(result).collect()
    }

    /// Installs, upgrades and removes; one result for each app wanted and each one removed.
    pub async fn settle(self, server: Arc<Server>, wanted: Vec<App>) -> Vec<AppResult> {
        let mut results = Vec::new();
        download::remove_stale(&self.state, wanted.iter().filter_map(|app| app.package.as_ref()));
        let ids: BTreeSet<&str> = wanted.iter().map(|app| app.id.as_str()).collect();
        // What another comes over is left as it is, and stays ours to remove one day.
        let left: BTreeSet<&str> =
            wanted.iter().flat_map(|app| &app.supersedes).filter(|is| !is.removed).map(|is| is.id.as_str()).collect();
        for (id, installed) in self.record().unwrap_or_default().apps {
            if !ids.contains(id.as_str()) && !left.contains(id.as_str()) {
                results.extend(self.let_go(id, installed).await);
            }
        }
        let mut states: HashMap<&str, AppState> = HashMap::new();
        for app in &wanted {
            let result = match app.intent {
                Intent::Required => self.require(&server, app, &states).await,
                Intent::Uninstall => self.banish(app).await,
                Intent::Detect => self.look(app).await,
            };
            states.insert(&app.id, result.state);
            results.push(result);
        }
        results
    }

    /// Places nothing after the package at hand.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }

    /// Whether a package is being placed or removed at this moment.
    pub fn is_at_work(&self) -> bool {
        matches!(self.work.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// Places packages again: the device was not taken out after all.
    pub fn open(&self) {
        self.is_closed.store(false, Ordering::SeqCst);
    }

    /// Removes everything that we installed, and forgets what was there before; blocking. The failures are named.
    pub fn remove_all(&self) -> Result<Vec<String>, AgentError> {
        let _work = self.at_work();
        let apps = self.record()?.apps;
        let removed = apps.iter().filter_map(|(id, installed)| {
            self.remove(id, installed).err().map(|why| format!("`{}`: {why}", installed.display_name))
        });
        Ok(removed.collect())
    }

    /// Waits for the package at hand. Blocking.
    fn at_work(&self) -> MutexGuard<'_, ()> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) -> Result<Record, AgentError> {
        Ok(self.state.load(Record::FILE)?.unwrap_or_default())
    }

    fn keep(&self, id: &str, installed: Option<Installed>) -> Result<(), String> {
        let mut record = self.record().map_err(|e| e.to_string())?;
        match installed {
            Some(installed) => record.apps.insert(id.to_owned(), installed),
            None => record.apps.remove(id),
        };
        self.state.save(Record::FILE, &record).map_err(|e| e.to_string())
    }

    /// An app that nobody wants any more: removed, or left to the device.
    async fn let_go(&self, id: String, installed: Installed) -> Option<AppResult> {
        if !installed.uninstall_on_removal || installed.was_there.is_some() {
            let _ = self.keep(&id, None);
            return None;
        }
        let version = installed.version.clone();
        let (apps, key) = (self.clone(), id.clone());
        let removed = blocking(move || {
            let _work = apps.at_work();
            apps.remove(&key, &installed)
        });
        let removed = removed.await;
        let (state, installed_version) = match &removed {
            Ok(()) => (AppState::NotInstalled, None),
            Err(_) => (AppState::UninstallFailed, Some(version.clone())),
        };
        Some(AppResult {
            id,
            version,
            state,
            installed_version,
            error: removed.err().map(|why| crate::cut(&why, DETAIL_BYTES_MAX)),
        })
    }

    /// An app that others need and that is not ours to bring.
    async fn look(&self, app: &App) -> AppResult {
        let (apps, looked) = (self.clone(), app.clone());
        let found = tokio::task::spawn_blocking(move || {
            let record = apps.record().unwrap_or_default();
            let ours = record.apps.get(&looked.id).is_some_and(|is| is.is_complete && apps.stands(is));
            apps.detect(&looked, &record).unwrap_or_else(|| {
                let name = looked.package.as_ref().map(|package| package.name.as_str()).unwrap_or_default();
                ours || deb::installed_version(&apps.root, name).is_some()
            })
        });
        let is_there = found.await.unwrap_or(false);
        outcome(app, if is_there { AppState::Installed } else { AppState::NotInstalled }, None, None)
    }

    async fn require(&self, server: &Server, app: &App, states: &HashMap<&str, AppState>) -> AppResult {
        let Some(package) = &app.package else {
            return outcome(app, AppState::Failed, None, Some("the server names no package for it".into()));
        };
        if package.kind == PackageKind::Unknown || app.detection == Some(Detection::Unknown) {
            let why = "this agent does not know this kind of package or detection; update the agent";
            return outcome(app, AppState::NotApplicable, None, Some(why.into()));
        }
        let record = match self.record() {
            Ok(record) => record,
            Err(e) => return outcome(app, AppState::Failed, None, Some(e.to_string())),
        };
        let former = record.apps.get(&app.id).cloned();
        let detected = self.detect_beside(app).await;
        let version = |installed: &Installed| Some(installed.version.clone());
        match &former {
            Some(is) if is.is_complete && is.version == app.version && self.stands(is) && detected != Some(false) => {
                if is.uninstall_on_removal != app.uninstall_on_removal {
                    let _ = self.keep(
                        &app.id,
                        Some(Installed { uninstall_on_removal: app.uninstall_on_removal, ..is.clone() }),
                    );
                }
                return outcome(app, AppState::Installed, version(is), None);
            }
            // It was there before us.
            None if detected == Some(true) => return outcome(app, AppState::Installed, None, None),
            _ => {}
        }
        let still = former.as_ref().filter(|is| is.is_complete).and_then(version);
        if let Some(why) = self.unfit(app, package) {
            return outcome(app, AppState::NotApplicable, still, Some(why));
        }
        if let Some(why) = blocked(app, states) {
            return outcome(app, AppState::Failed, still, Some(why));
        }
        match self.install(server, app, package, former.clone()).await {
            Ok(()) => {
                let error = (self.detect_beside(app).await == Some(false))
                    .then(|| "it is installed, but its detection does not find it".to_owned());
                let state = if error.is_some() { AppState::Failed } else { AppState::Installed };
                outcome(app, state, Some(app.version.clone()), error)
            }
            Err(why) => outcome(app, AppState::Failed, still, Some(why)),
        }
    }

    /// Why the app is not for this device, as only the device knows.
    fn unfit(&self, app: &App, package: &Package) -> Option<String> {
        if package.kind == PackageKind::Rpm && Rpm::find(&self.root).is_none() {
            return Some("this device has no `rpm`".into());
        }
        if package.kind == PackageKind::Script
            && let Err(why) = script::may_run(&self.root)
        {
            return Some(why);
        }
        let least = app.free_disk_megabytes?;
        let free = crate::facts::disk(&self.root).ok()?.free_bytes / (1024 * 1024);
        (free < least).then(|| format!("it needs {least} MB of free space, there are {free} MB"))
    }

    async fn banish(&self, app: &App) -> AppResult {
        let record = self.record().unwrap_or_default();
        let Some(installed) = record.apps.get(&app.id).cloned() else {
            return match self.detect_beside(app).await {
                Some(true) => {
                    outcome(app, AppState::UninstallFailed, None, Some("it was not installed by this agent".into()))
                }
                Some(false) | None => outcome(app, AppState::NotInstalled, None, None),
            };
        };
        let (apps, id, version) = (self.clone(), app.id.clone(), installed.version.clone());
        if installed.was_there.is_some() && self.stands(&installed) {
            let why = "it was on the device before this agent, which does not remove it";
            return outcome(app, AppState::UninstallFailed, Some(version), Some(why.into()));
        }
        let removed = blocking(move || {
            let _work = apps.at_work();
            apps.remove(&id, &installed)
        });
        match removed.await {
            Ok(()) => outcome(app, AppState::NotInstalled, None, None),
            Err(why) => outcome(app, AppState::UninstallFailed, Some(version), Some(why)),
        }
    }

    async fn install(
        &self,
        server: &Server,
        app: &App,
        package: &Package,
        former: Option<Installed>,
    ) -> Result<(), String> {
        let good_name = package.name.len() <= 64
            && package.name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && package.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c));
        if !good_name {
            return Err("the package's name is not of the form `[a-z0-9][a-z0-9+.-]*`".into());
        }
        let record = self.record().map_err(|e| e.to_string())?;
        // One package over the other: what is there counts as the former version of this app.
        let is_same = |is: &Installed| is.package_name == package.name && is.kind == package.kind;
        let over = app.supersedes.iter().filter(|is| !is.removed).map(|is| &is.id);
        let over = over.filter(|_| former.is_none()).find(|id| record.apps.get(*id).is_some_and(is_same)).cloned();
        let former = former.or_else(|| record.apps.get(over.as_ref()?).cloned());
        let is_other = |id: &String| *id != app.id && Some(id) != over.as_ref();
        if let Some((_, other)) = record.apps.iter().find(|(id, is)| is_other(id) && is.package_name == package.name) {
            return Err(format!("`{}` already brought a package `{}`", other.display_name, package.name));
        }
        let file = download::download(server, &self.state, package).await?;
        let (apps, app, package) = (self.clone(), app.clone(), package.clone());
        blocking(move || {
            let _work = apps.at_work();
            if apps.is_closed.load(Ordering::SeqCst) {
                return Err("the device is being taken out".into());
            }
            let placed = apps.place(&app, &package, former, &file);
            let _ = std::fs::remove_file(&file);
            match over.filter(|_| placed.is_ok()) {
                Some(over) => apps.keep(&over, None),
                None => placed,
            }
        })
        .await
    }

    /// What we installed is still on the device.
    fn stands(&self, installed: &Installed) -> bool {
        match installed.kind {
            PackageKind::Tarball => tarball::is_there(&self.root, &installed.package_name),
            PackageKind::Deb if self.root.is_confined() => installed
                .files
                .iter()
                .all(|file| self.root.place(file.trim_end_matches('/')).symlink_metadata().is_ok()),
            PackageKind::Deb | PackageKind::Rpm => {
                self.package_version(installed.kind, &installed.package_name).is_some()
            }
            PackageKind::AppImage => {
                app_image::is_whole(&self.root, &installed.package_name, installed.placed.as_ref())
            }
            PackageKind::Script => script::is_kept(&self.root, &installed.package_name),
            PackageKind::Unknown => false,
        }
    }

    /// The version of a package that the system's own database has, whoever installed it.
    fn package_version(&self, kind: PackageKind, name: &str) -> Option<String> {
        match kind {
            PackageKind::Deb => deb::installed_version(&self.root, name),
            PackageKind::Rpm => Rpm::find(&self.root)?.installed_version(name),
            PackageKind::Tarball | PackageKind::AppImage | PackageKind::Script | PackageKind::Unknown => None,
        }
    }

    fn rpm(&self) -> Result<Rpm, String> {
        Rpm::find(&self.root).ok_or_else(|| "this device has no `rpm`".to_owned())
    }

    /// The same without holding up others: a detection may be a script.
    async fn detect_beside(&self, app: &App) -> Option<bool> {
        let (apps, app) = (self.clone(), app.clone());
        let looked = tokio::task::spawn_blocking(move || apps.detect(&app, &apps.record().unwrap_or_default()));
        looked.await.ok().flatten()
    }

    /// What the app's own detection says; nothing when it has none.
    fn detect(&self, app: &App, record: &Record) -> Option<bool> {
        match app.detection.as_ref()? {
            Detection::FileExists { path } => Some(check_form(path).is_ok() && self.root.exists(path)),
            Detection::PackageVersion { name, version } => {
                let is_it = |is: String| is == *version;
                let by_dpkg = deb::installed_version(&self.root, name).is_some_and(is_it);
                let by_rpm = || Rpm::find(&self.root)?.installed_version(name);
                Some(by_dpkg || by_rpm().is_some_and(is_it) || record.has(name, version))
            }
            Detection::Script { script } => script::detects(&self.root, script),
            Detection::Unknown => None,
        }
    }
}

/// The files of a Debian package, under a folder. Blocking.
pub(crate) fn unpack_deb(package: &Path, folder: &Path) -> Result<(), String> {
    deb::with_files(package, |stream| unpack::unpack(stream, folder, &BTreeSet::new()))
}

/// A Debian package on the machine, or its files in a confined tree, of which `ours` may be replaced. Blocking.
pub(crate) fn install_deb(root: &Root, package: &Path, ours: &BTreeSet<String>) -> Result<(), String> {
    deb::install(root, package, ours)
}

/// What stands against installing an app: something that it needs is not there, or something that goes first has not gone.
fn blocked(app: &App, states: &HashMap<&str, AppState>) -> Option<String> {
    let state = |id: &String| states.get(id.as_str()).copied();
    if app.depends_on.iter().any(|id| state(id) != Some(AppState::Installed)) {
        return Some("an app that it needs is not installed".into());
    }
    let former = app.supersedes.iter().filter(|is| is.removed);
    let is_there = former.into_iter().any(|is| state(&is.id).is_some_and(|state| state != AppState::NotInstalled));
    is_there.then(|| "an app that it replaces could not be removed".into())
}

fn outcome(app: &App, state: AppState, installed_version: Option<String>, error: Option<String>) -> AppResult {
    let error = error.map(|why| crate::cut(&why, DETAIL_BYTES_MAX));
    AppResult { id: app.id.clone(), version: app.version.clone(), state, installed_version, error }
}

async fn blocking(work: impl FnOnce() -> Result<(), String> + Send + 'static) -> Result<(), String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err("it was interrupted".into()))
}

#[cfg(test)]
pub(crate) use rpm::tests::rpm as rpm_for_tests;
