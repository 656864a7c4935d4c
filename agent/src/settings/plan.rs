//! From settings to files: which file should have which content, where settings contradict each other, and what is not
//! acceptable. Pure; the disk is looked at by `apply`.

use std::collections::{BTreeMap, BTreeSet};

use agent_wire::{Effects, KeyFormat, Render, Setting, SettingState};

use super::{check, keys, timer};

/// The drop-ins that belong to the agent alone.
const DCONF_KEYS: &str = "/etc/dconf/db/local.d/90-castellan";
const DCONF_LOCKS: &str = "/etc/dconf/db/local.d/locks/90-castellan";
pub const DCONF_PROFILE: &str = "/etc/dconf/profile/user";
const DCONF_MARKER: &str = "dconf";

/// What a file should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Whole {
        mode: u32,
        content: String,
    },
    /// Blocks by marker in a file that others write too.
    Blocks(BTreeMap<String, Part>),
    /// Lines by key, the whole of a file that is ours.
    Lines(BTreeMap<String, Part>),
    /// Keys of a file that others write too, each as the format writes it.
    Keys {
        format: KeyFormat,
        parts: BTreeMap<String, Part>,
    },
    /// Leave it as it is: settings contradict each other about it, or what they want is not acceptable.
    Keep,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Is(String),
    /// As it was last applied, or not at all.
    Keep,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub files: BTreeMap<String, Wanted>,
    /// Live kernel parameters by the drop-in that holds them.
    pub sysctls: BTreeMap<String, (String, String)>,
    /// What has to happen beside writing, by file.
    pub effects: BTreeMap<String, Vec<Effects>>,
    /// What has to happen when a file is given back, beside what follows writing it, by file.
    pub undoing: BTreeMap<String, Vec<Vec<String>>>,
    /// Which files each setting writes, for the settings that can be applied.
    pub writes: BTreeMap<String, Vec<String>>,
    /// Settings that cannot be applied, and why.
    pub problems: Problems,
}

/// One thing that one setting wants in one file.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub path: String,
    pub want: Want,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Whole { mode: u32, content: String },
    Block { marker: String, content: String },
    Line { key: String, line: String },
    Key { format: KeyFormat, key: String, written: String },
}

impl Want {
    fn part(&self) -> (&str, &str) {
        match self {
            Self::Whole { content, .. } => ("", content),
            Self::Block { marker, content } => (marker, content),
            Self::Line { key, line } => (key, line),
            Self::Key { key, written, .. } => (key, written),
        }
    }

    fn is_kin(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key { format, .. }, Self::Key { format: other, .. }) => format == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// A piece and whose it is.
#[derive(Clone, Debug)]
struct Claim<'a> {
    id: &'a str,
    want: Want,
    /// The whole setting may be applied, as far as it alone can tell.
    is_acceptable: bool,
}

type Problems = BTreeMap<String, (SettingState, String)>;

/// `dconf_profile` is what the profile says outside of our block; `is_there` tells whether a path is on the device.
pub fn plan(settings: &[Setting], dconf_profile: Option<&str>, is_there: impl Fn(&str) -> bool) -> Plan {
    let mut plan = Plan::default();
    let mut by_path: BTreeMap<String, Vec<Claim<'_>>> = BTreeMap::new();
    for setting in settings {
        let id = setting.id.as_str();
        if let Some(why) = not_applicable(setting, &is_there) {
            plan.problems.insert(id.into(), (SettingState::NotApplicable, why));
            continue;
        }
        let pieces = pieces(&setting.render, dconf_profile);
        let refusal = pieces.iter().find_map(|piece| accept(&setting.render, piece).err());
        let refusal = refusal.or_else(|| check::effects(&setting.effects).err());
        if let Render::Sysctl { key, value } = &setting.render {
            plan.sysctls.insert(sysctl_path(key), (key.clone(), value.clone()));
        }
        plan.writes.insert(id.into(), pieces.iter().map(|piece| piece.path.clone()).collect());
        for piece in pieces {
            if let Render::Timer { name, .. } = &setting.render {
                plan.effects.entry(piece.path.clone()).or_default().push(timer::effects(name));
                plan.undoing.entry(piece.path.clone()).or_default().extend(timer::undoing(name));
            }
            if !setting.effects.is_empty() && refusal.is_none() {
                plan.effects.entry(piece.path.clone()).or_default().push(setting.effects.clone());
            }
            let claim = Claim { id, want: piece.want, is_acceptable: refusal.is_none() };
            by_path.entry(piece.path).or_default().push(claim);
        }
        if let Some(why) = refusal {
            plan.problems.insert(id.into(), (SettingState::Error, why));
        }
    }
    for (path, claims) in by_path {
        let wanted = settle(&mut plan.problems, &path, &claims);
        plan.files.insert(path, wanted);
    }
    let problems = &plan.problems;
    plan.writes.retain(|id, _| !problems.contains_key(id));
    plan
}

/// Why a setting is not for this device.
fn not_applicable(setting: &Setting, is_there: &impl Fn(&str) -> bool) -> Option<String> {
    if matches!(setting.render, Render::Unknown | Render::Key { format: KeyFormat::Unknown, .. }) {
        return Some("this agent does not know this kind of setting; update the agent".into());
    }
    if setting.needs.is_empty() || setting.needs.iter().any(|path| is_there(path)) {
        return None;
    }
    Some(format!("`{}` is not on this device", setting.needs.join("`, `")))
}

/// What one file should be, from all that is wanted of it; contradictions become problems of their settings.
fn settle(problems: &mut Problems, path: &str, claims: &[Claim<'_>]) -> Wanted {
    let good: Vec<&Claim<'_>> = claims.iter().filter(|claim| claim.is_acceptable).collect();
    let Some(first) = good.first() else { return Wanted::Keep };
    if good.iter().any(|claim| !claim.want.is_kin(&first.want)) {
        clash(problems, &good, &format!("`{path}`"));
        return Wanted::Keep;
    }
    match &first.want {
        Want::Whole { mode, content } => {
            if good.iter().any(|claim| claim.want != first.want) {
                clash(problems, &good, &format!("`{path}`"));
                return Wanted::Keep;
            }
            Wanted::Whole { mode: *mode, content: content.clone() }
        }
        Want::Block { .. } => Wanted::Blocks(parts(problems, path, claims)),
        Want::Line { .. } => Wanted::Lines(parts(problems, path, claims)),
        Want::Key { format, .. } => Wanted::Keys { format: *format, parts: parts(problems, path, claims) },
    }
}

/// Each named part: its one value, or as it was when nobody acceptable or several different ones claim it.
fn parts(problems: &mut Problems, path: &str, claims: &[Claim<'_>]) -> BTreeMap<String, Part> {
    let names: BTreeSet<&str> = claims.iter().map(|claim| claim.want.part().0).collect();
    let mut parts = BTreeMap::new();
    for name in names {
        let good: Vec<&Claim<'_>> =
            claims.iter().filter(|claim| claim.is_acceptable && claim.want.part().0 == name).collect();
        let values: BTreeSet<&str> = good.iter().map(|claim| claim.want.part().1).collect();
        let part = match values.first() {
            Some(value) if values.len() == 1 => Part::Is((*value).to_owned()),
            Some(_) => {
                clash(problems, &good, &format!("`{name}` in `{path}`"));
                Part::Keep
            }
            None => Part::Keep,
        };
        parts.insert(name.to_owned(), part);
    }
    parts
}

fn clash(problems: &mut Problems, claims: &[&Claim<'_>], about: &str) {
    let ids: BTreeSet<&str> = claims.iter().map(|claim| claim.id).collect();
    for id in &ids {
        let others: Vec<&str> = ids.iter().filter(|other| other != &id).copied().collect();
        let why = format!("`{}` wants something else of {about}; remove one of them", others.join("`, `"));
        problems.entry((*id).to_owned()).or_insert((SettingState::Conflict, why));
    }
}

fn pieces(render: &Render, dconf_profile: Option<&str>) -> Vec<Piece> {
    let one = |path: &str, want: Want| Piece { path: path.into(), want };
    match render {
        // A mode that is not octal is refused by `accept`; it never reaches a file.
        Render::File { path, mode, content } => {
            vec![one(path, Want::Whole { mode: check::mode(mode).unwrap_or(0o600), content: content.clone() })]
        }
        Render::Sysctl { key, value } => {
            vec![one(&sysctl_path(key), Want::Whole { mode: 0o644, content: format!("{key} = {value}\n") })]
        }
        Render::ManagedBlock { path, marker, content } => {
            vec![one(path, Want::Block { marker: marker.clone(), content: content.clone() })]
        }
        Render::Line { path, key, line } => vec![one(path, Want::Line { key: key.clone(), line: line.clone() })],
        Render::Dconf { key, value, locked } => {
            let (folder, name) = key.trim_start_matches('/').rsplit_once('/').unwrap_or(("", key));
            let line = format!("[{folder}]\n{name}={value}");
            let mut pieces = vec![one(DCONF_KEYS, Want::Line { key: key.clone(), line })];
            if *locked {
                pieces.push(one(DCONF_LOCKS, Want::Line { key: key.clone(), line: key.clone() }));
            }
            if let Some(content) = dconf_block(dconf_profile) {
                pieces.push(one(DCONF_PROFILE, Want::Block { marker: DCONF_MARKER.into(), content }));
            }
            pieces
        }
        Render::Key { path, format, key, value } => {
            let written = keys::written(*format, key, value);
            vec![one(path, Want::Key { format: *format, key: key.clone(), written })]
        }
        Render::Timer { name, on_calendar, user, timeout_seconds, script } => {
            timer::pieces(name, on_calendar, user, *timeout_seconds, script)
        }
        Render::Unknown => Vec::new(),
    }
}

/// What the dconf profile lacks for the system database `local` to be read (dconf(7)).
fn dconf_block(profile: Option<&str>) -> Option<String> {
    let lines: Vec<&str> = profile.unwrap_or_default().lines().map(str::trim).collect();
    if lines.contains(&"system-db:local") {
        None
    } else if lines.iter().any(|line| line.starts_with("user-db:")) {
        Some("system-db:local".into())
    } else {
        Some("user-db:user\nsystem-db:local".into())
    }
}

/// Late in the order of sysctl.d(5), after the distribution's `99-sysctl.conf`.
fn sysctl_path(key: &str) -> String {
    format!("/etc/sysctl.d/99-zz-castellan-{key}.conf")
}

fn accept(render: &Render, piece: &Piece) -> Result<(), String> {
    match render {
        Render::Sysctl { key, value } => check::sysctl(key, value)?,
        Render::File { mode, .. } => {
            check::mode(mode)?;
        }
        Render::ManagedBlock { marker, content, .. } => check::block(marker, content)?,
        Render::Line { path, key, line } => check::line(path, key, line)?,
        Render::Dconf { key, value, .. } => check::dconf(key, value)?,
        Render::Key { format, key, value, .. } => keys::check(*format, key, value)?,
        Render::Timer { name, on_calendar, user, script, .. } => timer::check(name, on_calendar, user, script)?,
        Render::Unknown => {}
    }
    let mode = if let Want::Whole { mode, .. } = &piece.want { Some(*mode) } else { None };
    check::file(&piece.path, mode, piece.want.part().1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn line(id: &str, path: &str, key: &str, line: &str) -> Setting {
        Setting::new(id, Render::Line { path: path.into(), key: key.into(), line: line.into() })
    }

    fn file(id: &str, path: &str, content: &str) -> Setting {
        Setting::new(id, Render::File { path: path.into(), mode: "0644".into(), content: content.into() })
    }

    const SSH: &str = "/etc/ssh/sshd_config.d/50-castellan.conf";

    #[test]
    fn settings_that_contradict_each_other_are_a_conflict_and_equal_ones_are_not() {
        let states = |settings: &[Setting]| -> Vec<Option<SettingState>> {
            let plan = plan(settings, None, |_| true);
            settings.iter().map(|s| plan.problems.get(&s.id).map(|(state, _)| *state)).collect()
        };
        let conflict = Some(SettingState::Conflict);
        let sysctl = |id: &str, value: &str| {
            Setting::new(id, Render::Sysctl { key: "net.ipv4.ip_forward".into(), value: value.into() })
        };
        assert_eq!(states(&[file("a", "/etc/motd", "x"), file("b", "/etc/motd", "y")]), [conflict, conflict]);
        assert_eq!(states(&[file("a", "/etc/motd", "x"), file("b", "/etc/motd", "x")]), [None, None]);
        assert_eq!(states(&[sysctl("a", "0"), sysctl("b", "1")]), [conflict, conflict]);
        assert_eq!(
            states(&[line("a", SSH, "X", "X yes"), line("b", SSH, "X", "X no"), line("c", SSH, "Y", "Y no")]),
            [conflict, conflict, None]
        );
        assert_eq!(states(&[line("a", SSH, "X", "X yes"), file("b", SSH, "X no\n")]), [conflict, conflict]);
    }

    #[test]
    fn a_contradicted_line_is_kept_while_its_neighbours_are_written() {
        let settings = [line("a", SSH, "X", "X yes"), line("b", SSH, "X", "X no"), line("c", SSH, "Y", "Y no")];
        let Wanted::Lines(parts) = &plan(&settings, None, |_| true).files[SSH] else { panic!("lines") };
        assert_eq!(parts["X"], Part::Keep);
        assert_eq!(parts["Y"], Part::Is("Y no".into()));
    }

    #[test]
    fn a_setting_whose_program_is_not_there_is_not_for_this_device() {
        let needing = |path: &str| Setting { needs: vec![path.into()], ..file("a", "/etc/x/y.conf", "x") };
        let is_there = |path: &str| path == "/usr/sbin/there";
        assert!(plan(&[needing("/usr/sbin/there")], None, is_there).problems.is_empty());
        let plan = plan(&[needing("/usr/sbin/other")], None, is_there);
        assert_eq!(plan.problems["a"], (SettingState::NotApplicable, "`/usr/sbin/other` is not on this device".into()));
        assert!(plan.files.is_empty() && plan.writes.is_empty());
    }

    #[test]
    fn an_unacceptable_setting_leaves_its_file_as_it_is() {
        let render =
            Render::File { path: "/etc/sudoers.d/x".into(), mode: "0440".into(), content: "root ALL ALL\n".into() };
        let bad = Setting::new("a", render);
        let plan = plan(&[bad], None, |_| true);
        assert_eq!(plan.files["/etc/sudoers.d/x"], Wanted::Keep);
        assert_eq!(plan.problems["a"].0, SettingState::Error);
        assert!(plan.writes.is_empty());
    }

    #[test]
    fn a_dconf_key_is_written_locked_and_the_profile_reads_it() {
        let key = "/org/gnome/desktop/screensaver/lock-enabled".into();
        let setting = Setting::new("a", Render::Dconf { key, value: "true".into(), locked: true });
        let files = plan(std::slice::from_ref(&setting), None, |_| true).files;
        let Wanted::Lines(keys) = &files[DCONF_KEYS] else { panic!("lines") };
        assert_eq!(
            keys.values().next().unwrap(),
            &Part::Is("[org/gnome/desktop/screensaver]\nlock-enabled=true".into())
        );
        assert!(files.contains_key(DCONF_LOCKS) && files.contains_key(DCONF_PROFILE));
        assert!(!plan(&[setting], Some("user-db:user\nsystem-db:local\n"), |_| true).files.contains_key(DCONF_PROFILE));
    }
}
