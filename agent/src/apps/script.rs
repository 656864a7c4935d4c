//! Applications that a script installs and removes, and scripts that look whether an application is there. A script is run as
//! root with one argument, `install` or `remove`; the one that installed is kept, for it is the one that can remove.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use agent_wire::RunAs;
use agent_wire::limits::SCRIPT_BYTES_MAX;

use super::PLACING;
use crate::program::Said;
use crate::root::{Root, remove_tree, write_atomic};
use crate::scripts;

/// Where the scripts that installed something are kept.
const FOLDER: &str = "/var/lib/castellan/installers";
/// How long looking may take.
const DETECT_LIMIT: Duration = Duration::from_secs(60);

/// Whether scripts run here at all.
pub fn may_run(root: &Root) -> Result<(), String> {
    scripts::account(root, RunAs::System).map(|_| ())
}

/// Keeps the script and has it install. The caller has seen that it is the package that was meant.
pub fn install(root: &Root, name: &str, package: &Path) -> Result<(), String> {
    may_run(root)?;
    let text = fs::read(package).map_err(|e| format!("the script cannot be read: {e}"))?;
    if text.len() > SCRIPT_BYTES_MAX || !text.starts_with(b"#!/") {
        return Err(format!(
            "it is no script of at most {SCRIPT_BYTES_MAX} bytes whose first line names an interpreter"
        ));
    }
    let place = kept(root, name)?;
    let former = fs::read(&place).ok();
    write_atomic(&place, &text, 0o500).map_err(|e| format!("the script cannot be kept: {e}"))?;
    let said = scripts::run_kept(root, &place, Some("install"), PLACING);
    let done = said.and_then(|said| succeeded(&said, "installing"));
    if done.is_err() {
        // What removes the former one is not lost.
        drop(match former {
            Some(former) => write_atomic(&place, &former, 0o500),
            None => fs::remove_file(&place),
        });
    }
    done
}

/// Has the kept script remove, and forgets it.
pub fn uninstall(root: &Root, name: &str) -> Result<(), String> {
    may_run(root)?;
    let place = kept(root, name)?;
    if !place.exists() {
        return Err("the script that could remove it is gone".into());
    }
    succeeded(&scripts::run_kept(root, &place, Some("remove"), PLACING)?, "removing")?;
    fs::remove_file(&place).map_err(|e| format!("the script cannot be forgotten: {e}"))?;
    if let Some(folder) = place.parent() {
        // Empty without it: gone without trace.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

/// The script that installed is still kept.
pub fn is_kept(root: &Root, name: &str) -> bool {
    kept(root, name).is_ok_and(|place| place.is_file())
}

/// Whether a detection's script says that the application is there; nothing where it cannot be asked.
pub fn detects(root: &Root, text: &str) -> Option<bool> {
    may_run(root).ok()?;
    let id = crate::key::random_id().ok()?;
    let folder = root.without_links(&format!("/run/castellan/detections/{id}")).ok()?;
    let place = folder.join("script");
    let written = write_atomic(&place, text.as_bytes(), 0o500).ok();
    let said = written.and_then(|()| scripts::run_kept(root, &place, None, DETECT_LIMIT).ok());
    remove_tree(&folder, &[]);
    said.map(|said| said.status.success() && !said.output().trim().is_empty())
}

fn kept(root: &Root, name: &str) -> Result<PathBuf, String> {
    root.without_links(&format!("{FOLDER}/{name}")).map_err(|why| why.to_string())
}

fn succeeded(said: &Said, doing: &str) -> Result<(), String> {
    match said.status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(format!("the script ended with {code} while {doing}: {}", said.error())),
        None => Err(format!("the script was ended by a signal while {doing}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    fn tree(name: &str) -> (PathBuf, Root) {
        let dir = scratch(name);
        fs::create_dir_all(dir.join("run/castellan")).unwrap();
        fs::write(dir.join("run/castellan/runs-scripts"), "").unwrap();
        let root = Root::confined(&dir).unwrap();
        (dir, root)
    }

    #[test]
    fn a_script_installs_and_the_one_that_did_removes() {
        let (dir, root) = tree("script-app");
        let package = dir.join("package");
        let text =
            "#!/bin/sh\n[ \"$1\" = install ] && echo one > \"$CASTELLAN_ROOT/tool\" || rm \"$CASTELLAN_ROOT/tool\"\n";
        fs::write(&package, text).unwrap();
        install(&root, "ledger", &package).unwrap();
        assert!(dir.join("tool").exists() && is_kept(&root, "ledger"));
        assert_eq!(detects(&root, "#!/bin/sh\ncat \"$CASTELLAN_ROOT/tool\"\n"), Some(true));
        assert_eq!(detects(&root, "#!/bin/sh\nexit 0\n"), Some(false), "it says nothing");
        assert_eq!(detects(&root, "#!/bin/sh\necho there\nexit 1\n"), Some(false));
        // A newer one that fails does not take away what removes the former.
        fs::write(&package, "#!/bin/sh\necho no >&2\nexit 3\n").unwrap();
        assert!(install(&root, "ledger", &package).unwrap_err().contains("ended with 3 while installing: no"));
        uninstall(&root, "ledger").unwrap();
        assert!(!dir.join("tool").exists() && !is_kept(&root, "ledger"));
        assert!(!dir.join("var/lib/castellan/installers").exists() && !dir.join("run/castellan/detections/x").exists());
        assert!(uninstall(&root, "ledger").is_err());
    }

    #[test]
    fn a_script_that_does_not_end_or_says_too_much_is_held_to_its_limits() {
        let (dir, root) = tree("script-app-slow");
        let place = dir.join("slow");
        let script = |text: &str| write_atomic(&place, text.as_bytes(), 0o500).unwrap();
        script("#!/bin/sh\nsleep 600 &\nsleep 600\n");
        let why = scripts::run_kept(&root, &place, None, Duration::from_millis(200)).unwrap_err();
        assert!(why.contains("did not end"), "{why}");
        script("#!/bin/sh\nyes | head -c 10000000\nsleep 600 >/dev/null 2>&1 &\necho $! >&2\n");
        let said = scripts::run_kept(&root, &place, None, Duration::from_secs(60)).unwrap();
        assert!(said.status.success() && said.output.len() <= agent_wire::limits::SCRIPT_OUTPUT_BYTES_MAX);
        assert!(crate::program::is_gone(&said.error()), "what it left running ends with it");
        let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == "slow" || name == "run"), "nothing is written down: {left:?}");
    }

    #[test]
    fn a_confined_tree_runs_none_unless_it_is_told_so() {
        let dir = scratch("script-app-confined");
        let root = Root::confined(&dir).unwrap();
        fs::write(dir.join("package"), "#!/bin/sh\n").unwrap();
        assert!(install(&root, "ledger", &dir.join("package")).is_err());
        assert_eq!(detects(&root, "#!/bin/sh\necho there\n"), None);
    }
}
