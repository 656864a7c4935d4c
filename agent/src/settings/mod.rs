//! Making the device's files be what the settings say, and giving back what was there before when they no longer say it. Each
//! application is idempotent; what a file was before is written down durably before the file is touched. What files should be
//! is decided in `plan`; effects beyond files (live kernel values, reloads) are in `live` and only on a whole machine.

mod block;
mod check;
mod live;
mod plan;
mod record;
mod sudoers;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use agent_wire::limits::DETAIL_BYTES_MAX;
use agent_wire::{Render, Setting, SettingResult, SettingState};
use aws_lc_rs::digest::{SHA256, digest};

use crate::error::AgentError;
use crate::key::hex;
use crate::root::{Root, read_small, write_atomic};
use crate::state::State;
use plan::{Part, Wanted};
use record::{Applied, Before, Kind, Record};

/// The first line of a file that is ours.
const HEADER: &str = "# Written by castellan-agent; changes made here are undone.\n";

/// Applies all settings and restores what is no longer wanted. Blocking.
pub fn apply(root: &Root, state: &State, settings: &[Setting]) -> Result<Vec<SettingResult>, AgentError> {
    let mut work = Work::begin(root, state)?;
    let profile = root.read(plan::DCONF_PROFILE).ok().and_then(|text| block::without_blocks(&text).ok());
    let plan = plan::plan(settings, profile.as_deref());

    let unwanted: Vec<String> =
        work.record.files.keys().filter(|path| !plan.files.contains_key(*path)).cloned().collect();
    for path in unwanted {
        if let Err(why) = work.restore(&path) {
            tracing::warn!(path, why, "a file could not be restored; it is tried again at the next check-in");
        }
    }
    let mut failed: BTreeMap<&str, String> = BTreeMap::new();
    for (path, wanted) in &plan.files {
        let sysctl = plan.sysctls.get(path);
        if let Err(why) = work.make(path, wanted, sysctl) {
            failed.insert(path, why);
        }
    }
    work.finish();

    let result = |setting: &Setting| {
        let failure =
            plan.writes.get(&setting.id).and_then(|paths| paths.iter().find_map(|path| failed.get(path.as_str())));
        let (state, error) = match (plan.problems.get(&setting.id), failure) {
            (Some((state, why)), _) => (*state, Some(why.clone())),
            (None, Some(why)) => (SettingState::Error, Some(why.clone())),
            (None, None) => (SettingState::Succeeded, None),
        };
        let actual = actual(root, &setting.render);
        SettingResult {
            id: setting.id.clone(),
            state,
            actual,
            error: error.map(|why| crate::cut(&why, DETAIL_BYTES_MAX)),
        }
    };
    Ok(settings.iter().map(result).collect())
}

/// Gives everything back. Blocking. Goes on after a failure; the failures are named.
pub fn restore_all(root: &Root, state: &State) -> Result<Vec<String>, AgentError> {
    let mut work = Work::begin(root, state)?;
    let paths: Vec<String> = work.record.files.keys().cloned().collect();
    let failures =
        paths.iter().filter_map(|path| work.restore(path).err().map(|why| format!("`{path}`: {why}"))).collect();
    work.finish();
    Ok(failures)
}

/// What the device has now, where that can be read back and told without giving content away.
fn actual(root: &Root, render: &Render) -> Option<String> {
    let text = match render {
        Render::File { path, .. } => {
            let place = root.setting_path(path).ok()?;
            let bytes = read_small(&place).ok()?;
            format!("sha256:{}", hex(digest(&SHA256, &bytes).as_ref()))
        }
        Render::Sysctl { key, value } if root.is_confined() => {
            let path = format!("/etc/sysctl.d/99-zz-castellan-{key}.conf");
            root.read(&path).ok()?.contains(&format!("{key} = {value}\n")).then(|| value.clone())?
        }
        Render::Sysctl { key, .. } => live::sysctl(key)?,
        Render::Line { path, line, .. } => root.read(path).ok()?.lines().find(|found| found == line)?.to_owned(),
        Render::ManagedBlock { .. } | Render::Dconf { .. } | Render::Unknown => return None,
    };
    Some(crate::cut(&text, DETAIL_BYTES_MAX))
}

/// One pass over the files.
struct Work<'a> {
    root: &'a Root,
    state: &'a State,
    record: Record,
    touched: BTreeSet<String>,
}

impl<'a> Work<'a> {
    fn begin(root: &'a Root, state: &'a State) -> Result<Self, AgentError> {
        let record = state.load(Record::FILE)?.unwrap_or_default();
        Ok(Self { root, state, record, touched: BTreeSet::new() })
    }

    fn save(&self) -> Result<(), String> {
        self.state.save(Record::FILE, &self.record).map_err(|e| e.to_string())
    }

    fn finish(self) {
        if !self.root.is_confined() {
            live::after(&self.touched);
        }
    }

    /// Makes one file be what is wanted.
    fn make(&mut self, path: &str, wanted: &Wanted, sysctl: Option<&(String, String)>) -> Result<(), String> {
        let (kind, parts) = match wanted {
            Wanted::Keep => return Ok(()),
            Wanted::Whole { content, .. } => (Kind::Whole, BTreeMap::from([(String::new(), content.clone())])),
            Wanted::Lines(parts) => (Kind::Lines, self.parts(path, parts)),
            Wanted::Blocks(parts) => (Kind::Blocks, self.parts(path, parts)),
        };
        if self.record.files.get(path).is_some_and(|applied| applied.kind != kind) {
            self.restore(path)?;
        }
        if parts.is_empty() && kind != Kind::Whole {
            // Nothing was ever applied here and everything wanted is contradicted or refused.
            return if self.record.files.contains_key(path) { self.restore(path) } else { Ok(()) };
        }
        let place = self.root.setting_path(path).map_err(|why| why.to_string())?;
        let existing = Existing::look(&place)?;
        let (content, mode) = match (wanted, kind) {
            (Wanted::Whole { content, mode }, _) => (content.clone(), *mode),
            (_, Kind::Blocks) => {
                let text = existing.as_ref().map_or(Ok(String::new()), |e| e.text())?;
                (block::with_blocks(&text, &parts)?, existing.as_ref().map_or(0o644, |e| e.mode))
            }
            _ => (lines_file(&parts), if path.starts_with("/etc/sudoers.d/") { 0o440 } else { 0o644 }),
        };
        let live_before = sysctl.filter(|_| !self.root.is_confined()).and_then(|(key, _)| live::sysctl(key));
        self.remember(path, kind, parts, existing.as_ref(), sysctl.map(|(key, _)| key.clone()).zip(live_before))?;
        let is_same = existing.as_ref().is_some_and(|e| e.bytes == content.as_bytes() && e.mode == mode);
        if !is_same {
            if !self.root.is_confined() {
                live::check(path, &content)?;
            }
            write_atomic(&place, content.as_bytes(), mode).map_err(|e| format!("cannot write: {e}"))?;
            if kind == Kind::Blocks
                && let Some(existing) = &existing
            {
                existing.give_back_owner(&place)?;
            }
            self.touched.insert(path.to_owned());
            if !self.root.is_confined()
                && let Err(why) = live::check_installed(path)
            {
                put_back(&place, existing.as_ref())?;
                return Err(why);
            }
        }
        match sysctl.filter(|_| !self.root.is_confined()) {
            Some((key, value)) => live::set_sysctl(key, value),
            None => Ok(()),
        }
    }

    /// The parts as wanted, where "keep" means: as last applied.
    fn parts(&self, path: &str, wanted: &BTreeMap<String, Part>) -> BTreeMap<String, String> {
        let former = self.record.files.get(path).map(|applied| &applied.parts);
        let value = |name: &String, part: &Part| match part {
            Part::Is(value) => Some(value.clone()),
            Part::Keep => former.and_then(|parts| parts.get(name).cloned()),
        };
        wanted.iter().filter_map(|(name, part)| Some((name.clone(), value(name, part)?))).collect()
    }

    /// Writes down what the file was, once, and what it is to be now.
    fn remember(
        &mut self,
        path: &str,
        kind: Kind,
        parts: BTreeMap<String, String>,
        existing: Option<&Existing>,
        live: Option<(String, String)>,
    ) -> Result<(), String> {
        if let Some(applied) = self.record.files.get_mut(path) {
            if applied.parts == parts {
                return Ok(());
            }
            applied.parts = parts;
            return self.save();
        }
        if self.record.files.len() >= record::FILES_MAX {
            return Err(format!("settings already hold {} files on this device, the limit", record::FILES_MAX));
        }
        let before = match (existing, kind) {
            (None, _) => Before::Absent,
            (Some(_), Kind::Blocks) => Before::Shared,
            (Some(existing), Kind::Whole | Kind::Lines) => existing.before(),
        };
        self.record.folders.extend(missing_folders(self.root, path));
        let applied = Applied { kind, before, parts, live_before: live };
        self.record.files.insert(path.to_owned(), applied);
        self.save()
    }

    /// Gives one file back as it was, and forgets it.
    fn restore(&mut self, path: &str) -> Result<(), String> {
        let Some(applied) = self.record.files.get(path).cloned() else { return Ok(()) };
        let place = self.root.without_links(path).map_err(|why| why.to_string())?;
        match (&applied.before, applied.kind) {
            (before, Kind::Blocks) => {
                if let Some(existing) = Existing::look(&place)? {
                    let text = block::without_blocks(&existing.text()?)?;
                    if text.is_empty() && *before == Before::Absent {
                        remove(&place)?;
                    } else {
                        write_atomic(&place, text.as_bytes(), existing.mode)
                            .map_err(|e| format!("cannot write: {e}"))?;
                        existing.give_back_owner(&place)?;
                    }
                }
            }
            (Before::File(image), Kind::Whole | Kind::Lines) => {
                write_atomic(&place, &image.bytes()?, image.mode).map_err(|e| format!("cannot write: {e}"))?;
                let _ = chown(&place, Some(image.uid), Some(image.gid));
            }
            (Before::Absent | Before::Shared, Kind::Whole | Kind::Lines) => remove(&place)?,
        }
        if let Some((key, value)) = applied.live_before.as_ref().filter(|_| !self.root.is_confined()) {
            live::set_sysctl(key, value)?;
        }
        self.touched.insert(path.to_owned());
        self.record.files.remove(path);
        self.remove_empty_folders();
        self.save()
    }

    /// Deletes the folders that we made and that nothing is in any more, the inner ones first.
    fn remove_empty_folders(&mut self) {
        let root = self.root;
        let is_gone = |folder: &String| match root.without_links(folder) {
            Ok(place) => fs::remove_dir(&place).is_ok() || !place.exists(),
            Err(_) => false,
        };
        let gone: Vec<String> = self.record.folders.iter().rev().filter(|folder| is_gone(folder)).cloned().collect();
        self.record.folders.retain(|folder| !gone.contains(folder));
    }
}

fn lines_file(parts: &BTreeMap<String, String>) -> String {
    let mut content = HEADER.to_owned();
    for line in parts.values() {
        content.push_str(line);
        content.push('\n');
    }
    content
}

/// The folders that a write will have to make.
fn missing_folders(root: &Root, path: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if parent.is_empty() || root.place(parent).exists() {
            break;
        }
        missing.push(parent.to_owned());
        folder = parent;
    }
    missing
}

fn remove(place: &Path) -> Result<(), String> {
    match fs::remove_file(place) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("cannot delete: {e}")),
        _ => Ok(()),
    }
}

fn put_back(place: &Path, existing: Option<&Existing>) -> Result<(), String> {
    let Some(existing) = existing else { return remove(place) };
    write_atomic(place, &existing.bytes, existing.mode).map_err(|e| format!("cannot write: {e}"))?;
    existing.give_back_owner(place)
}

/// A file as it is now.
struct Existing {
    bytes: Vec<u8>,
    mode: u32,
    uid: u32,
    gid: u32,
}

impl Existing {
    fn look(place: &Path) -> Result<Option<Self>, String> {
        let found = match fs::symlink_metadata(place) {
            Ok(found) => found,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("cannot look at it: {e}")),
        };
        if !found.is_file() {
            return Err("something that is not a file stands there".into());
        }
        let bytes = read_small(place).map_err(|e| format!("what is there cannot be kept: {e}"))?;
        Ok(Some(Self { bytes, mode: found.mode() & 0o7777, uid: found.uid(), gid: found.gid() }))
    }

    fn text(&self) -> Result<String, String> {
        String::from_utf8(self.bytes.clone()).map_err(|_| "what is there is not text".into())
    }

    fn before(&self) -> Before {
        Before::file(&self.bytes, self.mode, self.uid, self.gid)
    }

    fn give_back_owner(&self, place: &Path) -> Result<(), String> {
        let found = fs::symlink_metadata(place).map_err(|e| format!("cannot look at it: {e}"))?;
        if (found.uid(), found.gid()) == (self.uid, self.gid) {
            return Ok(());
        }
        chown(place, Some(self.uid), Some(self.gid)).map_err(|e| format!("cannot give it back to its owner: {e}"))
    }
}

#[cfg(test)]
mod tests;
