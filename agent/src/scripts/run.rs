//! Running one script, of a policy or of an application: as whom, with which environment, for how long, and how much of what it says
//! is kept. The only place that starts one.
//!
//! The interpreter of its first line is started by itself, so that it does not matter whether files in /run may be executed. What a
//! script started and left running ends with it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use agent_wire::limits::{DISCOVERY_OUTPUT_BYTES_MAX, SCRIPT_OUTPUT_BYTES_MAX};
use agent_wire::{RunAs, ScriptRun};

use crate::program::{self, Limits, Said};
use crate::root::{Root, write_atomic};
use crate::{outside, privilege};

/// Where scripts lie while they run.
const FOLDER: &str = "/run/castellan/scripts";
/// A confined tree runs scripts only where this file is: they would act on the machine around it.
const ALLOWED: &str = "/run/castellan/runs-scripts";
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The first id of people's accounts (login.defs(5), UID_MIN).
const PERSON_MIN: u32 = 1000;
/// Accounts from here on are no people (nobody, dynamic users).
const PERSON_MAX: u32 = 60_000;

/// Who runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    name: String,
    home: String,
    /// Absent: whoever the agent runs as.
    ids: Option<(u32, u32)>,
    /// How much of what it prints is kept.
    output_bytes_max: usize,
    /// It only looks, and has no right to do more.
    stays_inside: bool,
}

impl Account {
    /// The ids to become; in a confined tree there is nobody else.
    fn ids_in(&self, root: &Root) -> Option<(u32, u32)> {
        self.ids.filter(|_| !root.is_confined())
    }
}

/// The account for a script, or why there is none now.
pub fn account(root: &Root, run_as: RunAs) -> Result<Account, String> {
    if root.is_confined() && !root.exists(ALLOWED) {
        return Err(format!("a confined tree runs no scripts unless it has `{ALLOWED}`"));
    }
    match run_as {
        RunAs::System => Ok(Account {
            name: "root".into(),
            home: "/root".into(),
            ids: None,
            output_bytes_max: SCRIPT_OUTPUT_BYTES_MAX,
            stays_inside: false,
        }),
        RunAs::WithoutRights => without_rights(root),
        RunAs::User => person(root).ok_or_else(|| "nobody is signed in".into()),
        RunAs::Unknown => Err("this agent does not know whom to run it as; update the agent".into()),
    }
}

/// The user that the package makes. An agent that is not root has nothing to leave behind.
fn without_rights(root: &Root) -> Result<Account, String> {
    let ids = match privilege::is_root() && !root.is_confined() {
        true => Some(privilege::powerless().ok_or("the user `castellan-agent` is missing; install the package anew")?),
        false => None,
    };
    let name = privilege::USER.to_owned();
    let output_bytes_max = DISCOVERY_OUTPUT_BYTES_MAX;
    Ok(Account { name, home: "/nonexistent".into(), ids, output_bytes_max, stays_inside: true })
}

/// The person who is signed in: systemd-logind keeps a folder for each. Of several, the first account.
fn person(root: &Root) -> Option<Account> {
    let signed_in = root.list("/run/user").into_iter().filter_map(|name| name.parse::<u32>().ok());
    let id = signed_in.filter(|id| (PERSON_MIN..PERSON_MAX).contains(id)).min()?;
    let passwd = root.read("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, uid) = (fields.next()?, fields.nth(1)?.parse::<u32>().ok()?);
        let (gid, home) = (fields.next()?.parse::<u32>().ok()?, fields.nth(1)?);
        (uid == id).then(|| Account {
            name: name.into(),
            home: home.into(),
            ids: Some((uid, gid)),
            output_bytes_max: SCRIPT_OUTPUT_BYTES_MAX,
            stays_inside: false,
        })
    })
}

/// Runs a script to its end, or to the end of its time.
pub async fn run(root: &Root, account: &Account, text: String, timeout_seconds: u32) -> ScriptRun {
    let failed = |error: String| ScriptRun {
        exit_code: None,
        output: String::new(),
        error: crate::cut(&error, SCRIPT_OUTPUT_BYTES_MAX),
    };
    let place = match put_down(root, account, &text) {
        Ok(place) => place,
        Err(why) => return failed(why),
    };
    let limits = limits(Duration::from_secs(u64::from(timeout_seconds.max(1))), account);
    let said = match starting(root, account, &text, &place) {
        // What needs no right stays within what the agent's own unit allows.
        Ok(command) if account.stays_inside => program::run_beside(command, limits).await,
        Ok(command) => outside::run_beside(root, command, account.ids_in(root), limits).await,
        Err(why) => Err(why),
    };
    let _ = std::fs::remove_file(&place);
    // Of what is asked the words are the answer, and half of one is none.
    let said = said.and_then(|said| match said.is_heard || !account.stays_inside {
        true => Ok(said),
        false => Err("it was not heard to its end: something that it left behind still speaks".to_owned()),
    });
    said.map_or_else(failed, |said| {
        let cut = |bytes: &[u8], most: usize| crate::cut(String::from_utf8_lossy(bytes).trim_end(), most);
        let error = cut(&said.error, SCRIPT_OUTPUT_BYTES_MAX);
        ScriptRun {
            exit_code: said.status.code(),
            output: cut(&said.output, account.output_bytes_max),
            error: if said.status.code().is_some() { error } else { said.status.to_string() },
        }
    })
}

/// Runs a script that lies at a place, as root, with an argument if one is given. Blocking.
pub fn run_kept(root: &Root, script: &Path, argument: Option<&str>, limit: Duration) -> Result<Said, String> {
    let account = account(root, RunAs::System)?;
    let text = std::fs::read_to_string(script).map_err(|e| format!("the script cannot be read: {e}"))?;
    let mut command = starting(root, &account, &text, script)?;
    command.args(argument);
    outside::run(root, command, None, limits(limit, &account))
}

fn limits(time: Duration, account: &Account) -> Limits {
    Limits {
        output_bytes_max: account.output_bytes_max,
        error_bytes_max: SCRIPT_OUTPUT_BYTES_MAX,
        leaves_nothing: true,
        ..Limits::of(time)
    }
}

/// The command that a script's first line means.
fn starting(root: &Root, account: &Account, text: &str, place: &Path) -> Result<Command, String> {
    let (interpreter, argument) = shebang(text)?;
    let mut command = Command::new(interpreter);
    command.args(argument).arg(place);
    environment(&mut command, root, account);
    if let Some((uid, gid)) = account.ids_in(root).filter(|_| account.stays_inside) {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}

/// What everybody may know: it is handed on in words that can be seen (`outside`).
fn environment(command: &mut Command, root: &Root, account: &Account) {
    command
        .env_clear()
        .env("PATH", PATH)
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", &account.home)
        .env("USER", &account.name)
        .env("LOGNAME", &account.name)
        .current_dir(if root.is_confined() { root.dir() } else { Path::new("/") });
    if root.is_confined() {
        command.env("CASTELLAN_ROOT", root.dir());
    }
    if let Some((uid, _)) = account.ids {
        command.env("XDG_RUNTIME_DIR", format!("/run/user/{uid}"));
    }
}

/// The interpreter and its one argument (execve(2)).
pub fn shebang(text: &str) -> Result<(PathBuf, Option<String>), String> {
    let first = text.lines().next().unwrap_or_default();
    let line = first.strip_prefix("#!").map(str::trim).filter(|line| line.starts_with('/'));
    let line = line.ok_or("its first line does not name an interpreter (`#!/bin/sh`)")?;
    let (interpreter, argument) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let argument = Some(argument.trim().to_owned()).filter(|argument| !argument.is_empty());
    Ok((PathBuf::from(interpreter), argument))
}

/// A file that only its reader can read: root, or the person.
fn put_down(root: &Root, account: &Account, text: &str) -> Result<PathBuf, String> {
    let folder = root.without_links(FOLDER).map_err(|why| why.to_string())?;
    let name = crate::key::random_id().map_err(|why| why.to_string())?;
    let place = folder.join(name);
    let given = write_atomic(&place, text.as_bytes(), 0o500).and_then(|()| match account.ids {
        Some((uid, gid)) if !root.is_confined() => std::os::unix::fs::chown(&place, Some(uid), Some(gid)),
        _ => Ok(()),
    });
    // Whoever runs it must come past the folders, and see no names in them.
    let open = |folder: &Path| std::fs::set_permissions(folder, Permissions::from_mode(0o711));
    let given = given.and_then(|()| open(&folder)).and_then(|()| folder.parent().map_or(Ok(()), open));
    given.map_err(|e| format!("it could not be written: {e}"))?;
    Ok(place)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn the_person_is_who_is_signed_in() {
        let dir = scratch("script-person");
        let root = Root::confined(&dir).unwrap();
        std::fs::create_dir_all(dir.join("etc")).unwrap();
        std::fs::write(
            dir.join("etc/passwd"),
            "root:x:0:0::/root:/bin/sh\nanna:x:1001:1002:Anna:/home/anna:/bin/bash\n",
        )
        .unwrap();
        assert_eq!(person(&root), None);
        for signed_in in ["0", "120", "1001", "61000"] {
            std::fs::create_dir_all(dir.join("run/user").join(signed_in)).unwrap();
        }
        let (name, home) = ("anna".into(), "/home/anna".into());
        let ids = Some((1001, 1002));
        let anna = Account { name, home, ids, output_bytes_max: SCRIPT_OUTPUT_BYTES_MAX, stays_inside: false };
        assert_eq!(person(&root), Some(anna));
    }

    #[test]
    fn the_interpreter_is_read_as_the_kernel_does() {
        for (text, expected) in [
            ("#!/bin/sh\n", Some(("/bin/sh", None))),
            ("#! /bin/sh -eu\n", Some(("/bin/sh", Some("-eu")))),
            ("#!/usr/bin/env python3\n", Some(("/usr/bin/env", Some("python3")))),
            ("#!sh\n", None),
            ("echo\n", None),
            ("", None),
        ] {
            let found = shebang(text).ok();
            let found = found.as_ref().map(|(path, argument)| (path.to_str().unwrap(), argument.as_deref()));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
