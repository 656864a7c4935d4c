//! What a file alone does not do: live kernel values, asking the program that reads a file whether it likes it, and telling programs
//! to read again. In a confined tree nothing is run: what would have been is noted there, and refused where the tree says so, so
//! that a trial can see both.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::outside;
use crate::program::{self, Limits};
use crate::root::{Root, is_below};

/// Where programs are looked for; never where the caller's environment says.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(120);
/// In a confined tree: one line for each command that would have been run.
const NOTED: &str = "/run/castellan/commands";
/// How long that list may become; later commands are not noted.
const NOTED_BYTES_MAX: u64 = 1024 * 1024;
/// In a confined tree: the commands that are to fail, one a line.
const REFUSED: &str = "/run/castellan/refused";

pub struct Live<'a> {
    root: &'a Root,
}

impl<'a> Live<'a> {
    pub fn new(root: &'a Root) -> Self {
        Self { root }
    }

    /// The live value of a kernel parameter; a tree has none.
    pub fn sysctl(&self, key: &str) -> Option<String> {
        let place = (!self.root.is_confined()).then(|| sysctl_place(key))?;
        fs::read_to_string(place).ok().map(|text| text.trim().replace('\t', " "))
    }

    pub fn set_sysctl(&self, key: &str, value: &str) -> Result<(), String> {
        if self.root.is_confined() || self.sysctl(key).is_some_and(|now| now == value.trim().replace('\t', " ")) {
            return Ok(());
        }
        fs::write(sysctl_place(key), value).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => format!("this kernel has no parameter `{key}`"),
            _ => format!("the kernel does not take `{value}` for `{key}`: {e}"),
        })
    }

    /// Asks before a file is written.
    pub fn check(&self, path: &str, content: &str) -> Result<(), String> {
        if is_below(path, "/etc/sudoers.d") { self.run(&["visudo", "-c", "-q", "-f", "-"], content) } else { Ok(()) }
    }

    /// Asks after a file is written, where the program can only judge the whole; the caller puts the former file back.
    pub fn check_installed<'c>(&self, path: &str, checks: impl Iterator<Item = &'c [String]>) -> Result<(), String> {
        if is_below(path, "/etc/ssh/sshd_config.d") {
            self.run(&["sshd", "-t"], "")?;
        }
        for check in checks {
            let check: Vec<&str> = check.iter().map(String::as_str).collect();
            self.run(&check, "")?;
        }
        Ok(())
    }

    /// Tells programs to read again. A program that is not there needs no telling, and one that fails does not undo a setting.
    pub fn after(&self, touched: &BTreeSet<String>, commands: &[Vec<String>]) {
        let below = |folder: &str| touched.iter().any(|path| is_below(path, folder));
        let mut told: Vec<Vec<&str>> = Vec::new();
        if below("/etc/ssh/sshd_config.d") {
            told.extend(["ssh.service", "sshd.service"].map(|unit| vec!["systemctl", "try-reload-or-restart", unit]));
        }
        if below("/etc/dconf") {
            told.push(vec!["dconf", "update"]);
        }
        told.extend(commands.iter().map(|command| command.iter().map(String::as_str).collect()));
        for command in told {
            if let Err(why) = self.run(&command, "") {
                tracing::warn!(why, "after a change of settings");
            }
        }
    }

    /// Runs a command with this on its input. A program that is not on the device has nothing to say.
    fn run(&self, command: &[&str], input: &str) -> Result<(), String> {
        let Some((name, arguments)) = command.split_first() else { return Ok(()) };
        if self.root.is_confined() {
            return self.note(&command.join(" "));
        }
        let place = FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|place| place.exists());
        let Some(place) = place else { return Ok(()) };
        let mut command = Command::new(place);
        command.args(arguments).env_clear().env("PATH", FOLDERS.join(":")).env("LC_ALL", "C.UTF-8");
        let said = if input.is_empty() {
            outside::run(self.root, command, None, Limits::of(COMMAND))
        } else {
            program::run_on(&mut command, Limits::of(COMMAND), input.as_bytes())
        };
        let said = said.map_err(|why| program::named(name, &why))?;
        if said.status.success() { Ok(()) } else { Err(format!("`{name}` refuses it: {}", said.error())) }
    }

    fn note(&self, command: &str) -> Result<(), String> {
        if self.root.read(REFUSED).is_ok_and(|refused| refused.lines().any(|line| line == command)) {
            return Err(format!("`{command}` refuses it"));
        }
        let place = self.root.without_links(NOTED).map_err(|why| why.to_string())?;
        if fs::metadata(&place).is_ok_and(|found| found.len() > NOTED_BYTES_MAX) {
            return Ok(());
        }
        let noted = place.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut file = OpenOptions::new().create(true).append(true).open(&place)?;
            writeln!(file, "{command}")
        });
        noted.map_err(|e| format!("cannot write: {e}"))
    }
}

fn sysctl_place(key: &str) -> PathBuf {
    Path::new("/proc/sys").join(key.replace('.', "/"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_command_of_the_machine_is_believed_and_one_that_is_not_there_says_nothing() {
        let root = Root::machine();
        let live = Live::new(&root);
        for (command, input, expected) in [
            (&["true"][..], "", Ok(())),
            (&["false"], "", Err("`false` refuses it: ".to_owned())),
            (&["grep", "-q", "x"], "a\nx\n", Ok(())),
            (&["sh", "-c", "echo because >&2; exit 2"], "", Err("`sh` refuses it: because".to_owned())),
            (&["a-program-that-nobody-has"], "", Ok(())),
            (&[], "", Ok(())),
        ] {
            assert_eq!(live.run(command, input), expected, "{command:?}");
        }
    }
}
