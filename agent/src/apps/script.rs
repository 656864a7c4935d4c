//! Applications that a script installs and removes, and scripts that look whether an application is there. A script is run as
//! root with one argument, `install` or `remove`; the one that installed is kept, for it is the one that can remove.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use agent_wire::RunAs;
use agent_wire::limits::{SCRIPT_BYTES_MAX, SCRIPT_OUTPUT_BYTES_MAX};

use crate::root::{Root, remove_tree, write_atomic};
use crate::scripts;

/// Where the scripts that installed something are kept.
const FOLDER: &str = "/var/lib/castellan/installers";
/// How long installing or removing may take: as long as Intune gives an installer.
const INSTALL_LIMIT: Duration = Duration::from_secs(3600);
/// How long looking may take.
const DETECT_LIMIT: Duration = Duration::from_secs(60);
/// How often it is looked whether a script has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
    let done = told(root, &place, Some("install"), INSTALL_LIMIT).and_then(|told| told.succeeded("installing"));
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
    told(root, &place, Some("remove"), INSTALL_LIMIT)?.succeeded("removing")?;
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
    let told =
        write_atomic(&place, text.as_bytes(), 0o500).ok().and_then(|()| told(root, &place, None, DETECT_LIMIT).ok());
    remove_tree(&folder, &[]);
    told.map(|told| told.code == Some(0) && !told.output.trim().is_empty())
}

fn kept(root: &Root, name: &str) -> Result<PathBuf, String> {
    root.without_links(&format!("{FOLDER}/{name}")).map_err(|why| why.to_string())
}

struct Told {
    code: Option<i32>,
    output: String,
    error: String,
}

impl Told {
    fn succeeded(self, doing: &str) -> Result<(), String> {
        match self.code {
            Some(0) => Ok(()),
            Some(code) => Err(format!("the script ended with {code} while {doing}: {}", self.error.trim())),
            None => Err(format!("the script was ended by a signal while {doing}")),
        }
    }
}

/// Runs a script to its end, or to the end of its time; then its whole group is ended.
fn told(root: &Root, script: &Path, argument: Option<&str>, limit: Duration) -> Result<Told, String> {
    let folder = script.parent().unwrap_or(Path::new("/"));
    let (output, error) = (folder.join(".output"), folder.join(".error"));
    let file = |place: &Path| {
        let made =
            File::create(place).and_then(|file| file.set_permissions(Permissions::from_mode(0o600)).map(|()| file));
        made.map_err(|e| format!("the script's output cannot be kept: {e}"))
    };
    // The interpreter is started by itself, so that it does not matter whether files here may be executed.
    let text = fs::read_to_string(script).map_err(|e| format!("the script cannot be read: {e}"))?;
    let (interpreter, option) = scripts::shebang(&text)?;
    let mut command = Command::new(interpreter);
    command
        .args(option)
        .arg(script)
        .args(argument)
        .env_clear()
        .env("PATH", PATH)
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", "/root")
        .current_dir(if root.is_confined() { root.dir() } else { Path::new("/") })
        .stdin(Stdio::null())
        .stdout(file(&output)?)
        .stderr(file(&error)?)
        .process_group(0);
    if root.is_confined() {
        command.env("CASTELLAN_ROOT", root.dir());
    }
    let ended = command
        .spawn()
        .map_err(|e| format!("the script could not be started: {e}"))
        .and_then(|child| wait(child, limit));
    let (said, complained) = (beginning(&output), beginning(&error));
    drop((fs::remove_file(&output), fs::remove_file(&error)));
    Ok(Told { code: ended?, output: said, error: complained })
}

fn wait(mut child: Child, limit: Duration) -> Result<Option<i32>, String> {
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.code()),
            Ok(None) if Instant::now() < end => std::thread::sleep(LOOK_EVERY),
            Ok(None) => break,
            Err(e) => return Err(format!("the script could not be waited for: {e}")),
        }
    }
    let group = child.id().to_string();
    let kill = ["-c", "kill -s KILL -- \"-$1\"", "sh", &group];
    let _ =
        Command::new("/bin/sh").args(kill).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let _ = child.wait();
    Err(format!("the script did not end within {} s", limit.as_secs()))
}

/// The beginning of what it said.
fn beginning(place: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(place) {
        let _ = file.take(SCRIPT_OUTPUT_BYTES_MAX as u64).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
    fn a_script_that_does_not_end_is_ended_with_what_it_began() {
        let (dir, root) = tree("script-app-slow");
        let place = dir.join("slow");
        write_atomic(&place, b"#!/bin/sh\nsleep 600 &\nsleep 600\n", 0o500).unwrap();
        let began = Instant::now();
        let why = told(&root, &place, None, Duration::from_millis(200)).err().unwrap();
        assert!(why.contains("did not end") && began.elapsed() < Duration::from_secs(60));
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
