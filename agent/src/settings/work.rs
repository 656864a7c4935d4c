//! One pass over the files of the device: each made as it should be or given back, with what it was written down before it is touched.
//! A crash at any moment leaves a record from which the next pass goes on: also what was not judged yet, or not made known. It does not decide what files should be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use agent_wire::KeyFormat;

use super::live::Live;
use super::plan::{Part, Plan, Wanted};
use super::record::{self, Applied, Before, Kind, Record};
use super::{HEADER, block, keys};
use crate::error::AgentError;
use crate::root::{Root, forget_unfinished, read_small, write_atomic};
use crate::state::State;

/// One pass over the files.
pub(super) struct Work<'a> {
    root: &'a Root,
    state: &'a State,
    live: Live<'a>,
    record: Record,
    /// Whose readers are to be told: those that a pass left behind which was cut short, and those of this one.
    touched: BTreeSet<String>,
    /// What to run when all files are done, in the order in which it was asked for.
    commands: Vec<Vec<String>>,
    /// Files of which nobody knows whether the programs that read them take them.
    unjudged: BTreeSet<String>,
}

impl<'a> Work<'a> {
    pub(super) fn begin(root: &'a Root, state: &'a State) -> Result<Self, AgentError> {
        let record: Record = state.load(Record::FILE)?.unwrap_or_default();
        let (touched, commands, unjudged) = (record.open.clone(), record.owed.clone(), record.open.clone());
        Ok(Self { root, state, live: Live::new(root), record, touched, commands, unjudged })
    }

    /// Every file that holds something of ours.
    pub(super) fn paths(&self) -> Vec<String> {
        self.record.files.keys().cloned().collect()
    }

    /// Those that nothing is wanted of any more.
    pub(super) fn unwanted(&self, plan: &Plan) -> Vec<String> {
        self.record.files.keys().filter(|path| !plan.files.contains_key(*path)).cloned().collect()
    }

    fn save(&self) -> Result<(), String> {
        self.state.save(Record::FILE, &self.record).map_err(|e| e.to_string())
    }

    /// Tells whoever reads the files that were touched.
    pub(super) fn finish(mut self) {
        self.live.after(&self.touched, &self.commands);
        if self.record.open.is_empty() && self.record.owed.is_empty() {
            return;
        }
        (self.record.open, self.record.owed) = (BTreeSet::new(), Vec::new());
        if let Err(why) = self.save() {
            tracing::warn!(why, "it cannot be written down that programs were told of settings; they are told again");
        }
    }

    /// A file is being changed, and this is to be run once all are, if only by the next pass. Not saved yet.
    fn open(&mut self, path: &str, then: &[Vec<String>]) {
        self.touched.insert(path.to_owned());
        self.record.open.insert(path.to_owned());
        add(&mut self.record.owed, then);
    }

    /// Makes one file be what the plan wants.
    pub(super) fn make(&mut self, path: &str, plan: &Plan) -> Result<(), String> {
        let Some(wanted) = plan.files.get(path) else { return Ok(()) };
        let sysctl = plan.sysctls.get(path);
        let (kind, parts) = match wanted {
            Wanted::Keep => return Ok(()),
            Wanted::Whole { content, .. } => (Kind::Whole, BTreeMap::from([(String::new(), content.clone())])),
            Wanted::Lines(parts) => (Kind::Lines, self.parts(path, parts)),
            Wanted::Blocks(parts) => (Kind::Blocks, self.parts(path, parts)),
            Wanted::Keys { format, parts } => (Kind::Keys(*format), self.parts(path, parts)),
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
        let text = || existing.as_ref().map_or(Ok(String::new()), Existing::text);
        let mode_before = existing.as_ref().map_or(0o644, |e| e.mode);
        let formers = match kind {
            Kind::Keys(format) => self.formers(path, format, &text()?, &parts)?,
            Kind::Whole | Kind::Lines | Kind::Blocks => BTreeMap::new(),
        };
        let (content, mode) = match (wanted, kind) {
            (Wanted::Whole { content, mode }, _) => (content.clone(), *mode),
            (_, Kind::Blocks) => (block::with_blocks(&text()?, &parts)?, mode_before),
            (_, Kind::Keys(format)) => (with_keys(format, &text()?, &formers, &parts)?, mode_before),
            _ => (lines_file(&parts), if path.starts_with("/etc/sudoers.d/") { 0o440 } else { 0o644 }),
        };
        let effects = plan.effects.get(path).map(Vec::as_slice).unwrap_or_default();
        let then: Vec<Vec<String>> = effects.iter().flat_map(|effects| effects.then.clone()).collect();
        let now = Applied {
            kind,
            before: Before::Absent,
            parts,
            live_before: sysctl.and_then(|(key, _)| Some((key.clone(), self.live.sysctl(key)?))),
            formers,
            undoing: plan.undoing.get(path).cloned().unwrap_or_else(|| then.clone()),
        };
        self.remember(path, now, existing.as_ref())?;
        let is_same = existing.as_ref().is_some_and(|e| e.bytes == content.as_bytes() && e.mode == mode);
        let is_unjudged = self.unjudged.contains(path);
        if !is_same || is_unjudged {
            self.live.check(path, &content)?;
            self.open(path, &then);
            self.save()?;
            write_atomic(&place, content.as_bytes(), mode).map_err(|e| format!("cannot write: {e}"))?;
            if let (Kind::Blocks | Kind::Keys(_), Some(existing)) = (kind, &existing) {
                existing.give_back_owner(&place)?;
            }
            let checks = effects.iter().filter_map(|effects| effects.check.as_deref());
            if let Err(why) = self.live.check_installed(path, checks) {
                // What stood there may be what nobody judged: then it is as it was before anything of ours.
                if is_unjudged {
                    self.restore(path)?
                } else {
                    put_back(&place, existing.as_ref())?
                }
                return Err(why);
            }
            self.unjudged.remove(path);
            add(&mut self.commands, &then);
        }
        if let Kind::Keys(_) = kind {
            self.forget_former_keys(path)?;
        }
        match sysctl {
            Some((key, value)) => self.live.set_sysctl(key, value),
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

    /// What stood for each key before ours: of those that are ours already as written down, of others as the text says now.
    fn formers(
        &self,
        path: &str,
        format: KeyFormat,
        text: &str,
        wanted: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Option<String>>, String> {
        let mut formers = self.record.files.get(path).map(|applied| applied.formers.clone()).unwrap_or_default();
        for key in wanted.keys() {
            if !formers.contains_key(key) {
                formers.insert(key.clone(), keys::find(format, text, key)?);
            }
        }
        Ok(formers)
    }

    /// Keys that were given back are nobody's any more.
    fn forget_former_keys(&mut self, path: &str) -> Result<(), String> {
        let Some(applied) = self.record.files.get_mut(path) else { return Ok(()) };
        let known = applied.formers.len();
        let Applied { formers, parts, .. } = applied;
        formers.retain(|key, _| parts.contains_key(key));
        if formers.len() == known { Ok(()) } else { self.save() }
    }

    /// Writes down what the file was, once, and what it is to be now.
    fn remember(&mut self, path: &str, now: Applied, existing: Option<&Existing>) -> Result<(), String> {
        if let Some(applied) = self.record.files.get_mut(path) {
            let Applied { parts, formers, undoing, .. } = now;
            if (&applied.parts, &applied.formers, &applied.undoing) == (&parts, &formers, &undoing) {
                return Ok(());
            }
            (applied.parts, applied.formers, applied.undoing) = (parts, formers, undoing);
            return self.save();
        }
        if self.record.files.len() >= record::FILES_MAX {
            return Err(format!("settings already hold {} files on this device, the limit", record::FILES_MAX));
        }
        let before = match (existing, now.kind) {
            (None, _) => Before::Absent,
            (Some(_), Kind::Blocks) => Before::Shared,
            (Some(existing), Kind::Whole | Kind::Lines | Kind::Keys(_)) => existing.before(),
        };
        self.record.folders.extend(missing_folders(self.root, path));
        self.record.files.insert(path.to_owned(), Applied { before, ..now });
        self.save()
    }

    /// Gives one file back as it was, and forgets it.
    pub(super) fn restore(&mut self, path: &str) -> Result<(), String> {
        let Some(applied) = self.record.files.get(path).cloned() else { return Ok(()) };
        let place = self.root.without_links(path).map_err(|why| why.to_string())?;
        forget_unfinished(&place);
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
            (before, Kind::Keys(format)) => {
                if let Some(existing) = Existing::look(&place)? {
                    give_back_keys(&place, format, &applied, before, &existing)?;
                }
            }
            (Before::File(image), Kind::Whole | Kind::Lines) => {
                write_atomic(&place, &image.bytes()?, image.mode).map_err(|e| format!("cannot write: {e}"))?;
                let _ = chown(&place, Some(image.uid), Some(image.gid));
            }
            (Before::Absent | Before::Shared, Kind::Whole | Kind::Lines) => remove(&place)?,
        }
        if let Some((key, value)) = &applied.live_before {
            self.live.set_sysctl(key, value)?;
        }
        self.open(path, &applied.undoing);
        add(&mut self.commands, &applied.undoing);
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

/// Adds commands that are not among them.
fn add(to: &mut Vec<Vec<String>>, commands: &[Vec<String>]) {
    for command in commands {
        if !to.contains(command) {
            to.push(command.clone());
        }
    }
}

/// The text with the wanted keys as wanted, and those that are not wanted any more as they were.
fn with_keys(
    format: KeyFormat,
    text: &str,
    formers: &BTreeMap<String, Option<String>>,
    wanted: &BTreeMap<String, String>,
) -> Result<String, String> {
    let mut text = text.to_owned();
    for (key, former) in formers.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
        text = keys::replace(format, &text, key, former.as_deref())?;
    }
    for (key, written) in wanted {
        // What says the same already stays as somebody laid it out.
        if keys::find(format, &text, key)?.as_deref() != Some(written) {
            text = keys::replace(format, &text, key, Some(written))?;
        }
    }
    Ok(text)
}

/// Takes our keys out. A file that says again what it said before ours is laid out as it was; one that we made goes.
fn give_back_keys(
    place: &Path,
    format: KeyFormat,
    applied: &Applied,
    before: &Before,
    existing: &Existing,
) -> Result<(), String> {
    let text = with_keys(format, &existing.text()?, &applied.formers, &BTreeMap::new())?;
    let bytes = match before {
        Before::Absent if keys::is_empty(format, &text) => return remove(place),
        Before::File(image) => {
            let was = image.bytes()?;
            let is_as_before = str::from_utf8(&was).is_ok_and(|was| keys::is_same(format, was, &text));
            if is_as_before { was } else { text.into_bytes() }
        }
        Before::Absent | Before::Shared => text.into_bytes(),
    };
    write_atomic(place, &bytes, existing.mode).map_err(|e| format!("cannot write: {e}"))?;
    existing.give_back_owner(place)
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
