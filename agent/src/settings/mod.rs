//! Making the device's files be what the settings say, and giving back what was there before when they no longer say it. Each
//! application is idempotent; what a file was before is written down durably before the file is touched. What files should be
//! is decided in `plan`; `work` makes them so; effects beyond files (live kernel values, reloads) are in `live` and only on a whole
//! machine.

mod block;
mod check;
mod keys;
mod live;
mod plan;
mod record;
mod sudoers;
mod timer;
mod work;

use std::collections::BTreeMap;

use agent_wire::limits::DETAIL_BYTES_MAX;
use agent_wire::{Render, Setting, SettingResult, SettingState};
use aws_lc_rs::digest::{SHA256, digest};

use crate::error::AgentError;
use crate::key::hex;
use crate::root::{Root, read_small};
use crate::state::State;
use work::Work;

/// The first line of a file that is ours.
const HEADER: &str = "# Written by castellan-agent; changes made here are undone.\n";

/// Applies all settings and restores what is no longer wanted. Blocking.
pub fn apply(root: &Root, state: &State, settings: &[Setting]) -> Result<Vec<SettingResult>, AgentError> {
    let mut work = Work::begin(root, state)?;
    let profile = root.read(plan::DCONF_PROFILE).ok().and_then(|text| block::without_blocks(&text).ok());
    let plan = plan::plan(settings, profile.as_deref(), |path| root.exists(path));

    for path in work.unwanted(&plan) {
        if let Err(why) = work.restore(&path) {
            tracing::warn!(path, why, "a file could not be restored; it is tried again at the next check-in");
        }
    }
    let mut failed: BTreeMap<&str, String> = BTreeMap::new();
    for path in plan.files.keys() {
        if let Err(why) = work.make(path, &plan) {
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
        let actual = if setting.is_secret { None } else { actual(root, &setting.render) };
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
    let paths = work.paths();
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
        Render::Sysctl { key, .. } => live::Live::new(root).sysctl(key)?,
        Render::Line { path, line, .. } => root.read(path).ok()?.lines().find(|found| found == line)?.to_owned(),
        Render::Key { path, format, key, .. } => keys::find(*format, &root.read(path).ok()?, key).ok()??,
        Render::ManagedBlock { .. } | Render::Dconf { .. } | Render::Timer { .. } | Render::Unknown => return None,
    };
    Some(crate::cut(&text, DETAIL_BYTES_MAX))
}

#[cfg(test)]
mod tests;
