//! Work that is not the agent's own: packages with their scripts, and the organisation's scripts as root or as a person. The agent's
//! unit takes away what these may need (kernel modules to make an initial file system of, namespaces, capabilities, a large memory),
//! and a package must not be cut short because the agent is stopped. So where systemd runs the machine, it is asked to run them, each
//! in a unit of its own that ends with all that it started; elsewhere they run here. What only looks stays in the agent's unit.

use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::program::{self, Limits, Said};
use crate::root::{Root, write_atomic};

/// There while systemd runs the machine (sd_booted(3)).
const SYSTEMD: &str = "/run/systemd/system";
const RUN: &str = "systemd-run";
const CONTROL: &str = "systemctl";
/// Where the exit code of each is written: `systemd-run` answers 1 for what it could not run as well.
const FOLDER: &str = "/run/castellan/outside";
/// systemd ends what is over its time by so much: the agent, which would have, was stopped.
const GRACE: Duration = Duration::from_secs(30);
/// How long what is to end may take to clear up.
const STOP_SECONDS: u64 = 10;
/// An exit code and its line's end have fewer.
const CODE_BYTES_MAX: u64 = 16;
/// Runs the command that follows and writes down how it ended.
const TELL: &str = "\"$@\"; echo $? >\"$0\"";

/// Whether there is an outside.
pub fn is_here(root: &Root) -> bool {
    !root.is_confined() && Path::new(SYSTEMD).exists()
}

/// Runs a command, as a user and group if some are given, to its end or to the end of its time. Blocking.
pub fn run(root: &Root, command: Command, ids: Option<(u32, u32)>, limits: Limits) -> Result<Said, String> {
    match begin(root, command, ids, limits.time)? {
        Begun::Here(mut command) => program::run(&mut command, limits),
        Begun::Outside(mut asked, unit) => unit.ended(program::run(&mut asked, limits)),
    }
}

/// The same beside the conversation. When nobody waits for it any more, systemd ends it in its time.
pub async fn run_beside(
    root: &Root,
    command: Command,
    ids: Option<(u32, u32)>,
    limits: Limits,
) -> Result<Said, String> {
    match begin(root, command, ids, limits.time)? {
        Begun::Here(command) => program::run_beside(command, limits).await,
        Begun::Outside(asked, unit) => {
            let said = program::run_beside(asked, limits).await;
            let ended = tokio::task::spawn_blocking(move || unit.ended(said)).await;
            ended.unwrap_or_else(|_| Err("it was interrupted".to_owned()))
        }
    }
}

/// Has a command do something, and does not need its words; else what it complained about. Blocking.
pub fn done(root: &Root, mut command: Command, time: Duration) -> Result<(), String> {
    let program = program::name_of(&command);
    command.env("LC_ALL", "C");
    program::succeeded(&program, run(root, command, None, Limits::of(time))).map(drop)
}

/// systemd, as it is asked for what goes on while this program ends and begins anew.
#[derive(Clone, Debug)]
pub struct Systemd {
    run: PathBuf,
    control: PathBuf,
    folder: PathBuf,
}

impl Systemd {
    /// The machine's own; none where it is not systemd that runs it.
    pub fn of(root: &Root) -> Option<Self> {
        is_here(root).then(|| Self { run: RUN.into(), control: CONTROL.into(), folder: FOLDER.into() })
    }

    /// Programs in a folder that stand for it.
    #[cfg(test)]
    pub(crate) fn standing_in(folder: &Path) -> Self {
        Self { run: folder.join(RUN), control: folder.join(CONTROL), folder: folder.join("outside") }
    }

    /// Has it begin a command that this program may not outlive, and waits for nothing. Where its exit code will be. Blocking.
    pub fn start(&self, command: &Command, time: Duration, name: &str) -> Result<PathBuf, String> {
        let unit = Unit::new(&self.folder, name, None)?;
        let mut asked = unit.asking(&self.run, &["--no-block"], command, None, time);
        program::done(&mut asked, program::QUESTION).map(|()| unit.code)
    }

    /// Whether a unit of this name is at work; an error where that is not known. Blocking.
    pub fn is_running(&self, name: &str) -> Result<bool, String> {
        let mut asked = Command::new(&self.control);
        asked.args(["show", "--property=ActiveState", "--value", name]);
        let state = program::answer(&mut asked, program::QUESTION)?;
        Ok(!matches!(state.trim(), "inactive" | "failed"))
    }

    /// Ends a unit and everything in it. Blocking.
    pub fn stop(&self, name: &str) -> Result<(), String> {
        program::done(Command::new(&self.control).args(["stop", name]), program::QUESTION)
    }
}

/// The exit code that was written down, once the command has ended. Whose command it is may write there what they like.
pub fn exit_code(place: &Path) -> Option<i32> {
    let mut text = String::new();
    std::fs::File::open(place).ok()?.take(CODE_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

enum Begun {
    Here(Command),
    Outside(Command, Unit),
}

fn begin(root: &Root, mut command: Command, ids: Option<(u32, u32)>, time: Duration) -> Result<Begun, String> {
    if !is_here(root) {
        if let Some((user, group)) = ids {
            command.uid(user).gid(group);
        }
        return Ok(Begun::Here(command));
    }
    let name = format!("castellan-agent-run-{}", crate::key::random_id().map_err(|why| why.to_string())?);
    let unit = Unit::new(Path::new(FOLDER), &name, ids)?;
    let asked = unit.asking(Path::new(RUN), &["--wait", "--pipe"], &command, ids, time);
    Ok(Begun::Outside(asked, unit))
}

/// A unit of systemd that exists for one command.
struct Unit {
    name: String,
    code: PathBuf,
}

impl Unit {
    fn new(folder: &Path, name: &str, ids: Option<(u32, u32)>) -> Result<Self, String> {
        let code = folder.join(name);
        let made = write_atomic(&code, b"", 0o600).and_then(|()| {
            // Whoever runs it must come past the folders, and see no names in them.
            for folder in [Some(folder), folder.parent()].into_iter().flatten() {
                std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711))?;
            }
            ids.map_or(Ok(()), |(user, group)| chown(&code, Some(user), Some(group)))
        });
        made.map_err(|e| format!("cannot write `{}`: {e}", code.display()))?;
        Ok(Self { name: name.to_owned(), code })
    }

    /// The command that asks systemd to run another. What it says, the environment included, everybody on the machine can read
    /// while it waits (proc(5), `cmdline`): no secret is handed on like this.
    fn asking(&self, run: &Path, how: &[&str], command: &Command, ids: Option<(u32, u32)>, time: Duration) -> Command {
        let mut asking = Command::new(run);
        asking.args(["--quiet", "--collect"]).args(how);
        asking.arg(format!("--unit={}", self.name));
        asking.arg(format!("--property=RuntimeMaxSec={}", (time + GRACE).as_secs()));
        asking.arg(format!("--property=TimeoutStopSec={STOP_SECONDS}"));
        if let Some((user, group)) = ids {
            asking.arg(format!("--uid={user}")).arg(format!("--gid={group}"));
        }
        let folder = command.get_current_dir().unwrap_or(Path::new("/"));
        asking.arg(format!("--property=WorkingDirectory={}", folder.display()));
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                let mut set = std::ffi::OsString::from("--setenv=");
                set.push(name);
                set.push("=");
                set.push(value);
                asking.arg(set);
            }
        }
        asking.args(["--", "/bin/sh", "-c", TELL]).arg(&self.code);
        asking.arg(command.get_program()).args(command.get_args());
        asking
    }

    /// What became of the command, by the answer of the one that asked for it. Blocking.
    fn ended(self, said: Result<Said, String>) -> Result<Said, String> {
        if said.is_err() {
            let mut stop = Command::new(CONTROL);
            let _ = program::done(stop.args(["stop", &self.name]), program::QUESTION);
        }
        let code = exit_code(&self.code);
        let _ = std::fs::remove_file(&self.code);
        let said = said?;
        match code {
            // As wait(2) has it: the code in the second byte.
            Some(code) => Ok(Said { status: ExitStatus::from_raw((code & 0xff) << 8), ..said }),
            None => Err(format!("systemd did not run it to its end: {}", said.error())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn systemd_is_asked_for_a_unit_that_keeps_what_the_command_was_given() {
        let unit = Unit { name: "castellan-agent-run-x".into(), code: "/run/castellan/outside/x".into() };
        let mut command = Command::new("dpkg");
        command.args(["--install", "/a b.deb"]).env("DEBIAN_FRONTEND", "noninteractive").env_remove("HOME");
        let asked = unit.asking(Path::new(RUN), &["--wait"], &command, Some((1001, 1002)), Duration::from_secs(60));
        let words: Vec<&str> = asked.get_args().map(|word| word.to_str().unwrap()).collect();
        let expected = [
            "--quiet",
            "--collect",
            "--wait",
            "--unit=castellan-agent-run-x",
            "--property=RuntimeMaxSec=90",
            "--property=TimeoutStopSec=10",
            "--uid=1001",
            "--gid=1002",
            "--property=WorkingDirectory=/",
            "--setenv=DEBIAN_FRONTEND=noninteractive",
            "--",
            "/bin/sh",
            "-c",
            TELL,
            "/run/castellan/outside/x",
            "dpkg",
            "--install",
            "/a b.deb",
        ];
        assert_eq!((asked.get_program().to_str(), words), (Some("systemd-run"), expected.to_vec()));
    }

    #[test]
    fn the_exit_code_is_the_commands_and_not_that_of_whoever_asked_for_it() {
        let place = crate::trial::scratch("outside").join("code");
        for (words, expected) in [("exit 1", Some(1)), ("exit 0", Some(0)), ("kill -KILL $$", Some(137))] {
            let told = Command::new("/bin/sh").args(["-c", TELL]).arg(&place).args(["/bin/sh", "-c", words]).output();
            assert!(told.is_ok());
            assert_eq!(exit_code(&place), expected, "{words}");
        }
        std::fs::write(&place, "").unwrap();
        assert_eq!(exit_code(&place), None, "it has not ended");
        std::fs::write(&place, "1".repeat(1 << 20)).unwrap();
        assert_eq!(exit_code(&place), None, "what is no exit code is not read further");
        std::fs::write(&place, "").unwrap();
        let unit = || Unit { name: "x".into(), code: place.clone() };
        let (output, error) = (vec![], b"Failed to start".to_vec());
        let said = Said { status: ExitStatus::from_raw(1 << 8), output, error, is_heard: true };
        assert!(unit().ended(Ok(said.clone())).unwrap_err().contains("Failed to start"), "it never ran");
        std::fs::write(&place, "3\n").unwrap();
        assert_eq!(unit().ended(Ok(said)).unwrap().status.code(), Some(3));
    }
}
