//! What a file alone does not do on a whole machine: live kernel values, asking the program that reads a file whether it likes it, and
//! telling programs to read again. Never called in a confined tree.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::root::is_below;

/// The live value of a kernel parameter.
pub fn sysctl(key: &str) -> Option<String> {
    fs::read_to_string(sysctl_place(key)).ok().map(|text| text.trim().replace('\t', " "))
}

pub fn set_sysctl(key: &str, value: &str) -> Result<(), String> {
    if sysctl(key).is_some_and(|now| now == value.trim().replace('\t', " ")) {
        return Ok(());
    }
    fs::write(sysctl_place(key), value).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("this kernel has no parameter `{key}`"),
        _ => format!("the kernel does not take `{value}` for `{key}`: {e}"),
    })
}

fn sysctl_place(key: &str) -> PathBuf {
    Path::new("/proc/sys").join(key.replace('.', "/"))
}

/// Asks before a file is written.
pub fn check(path: &str, content: &str) -> Result<(), String> {
    let visudo = Path::new("/usr/sbin/visudo");
    if !is_below(path, "/etc/sudoers.d") || !visudo.exists() {
        return Ok(());
    }
    let asked = Command::new(visudo)
        .args(["-c", "-q", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut asked = asked.map_err(|e| format!("`visudo` cannot be asked: {e}"))?;
    let sent = asked.stdin.take().map(|mut input| input.write_all(content.as_bytes()));
    let verdict = asked.wait().map_err(|e| format!("`visudo` cannot be asked: {e}"))?;
    match sent {
        Some(Ok(())) if verdict.success() => Ok(()),
        _ => Err("`visudo` refuses it".into()),
    }
}

/// Asks after a file is written, where the program can only judge the whole; the caller puts the former file back.
pub fn check_installed(path: &str) -> Result<(), String> {
    let sshd = Path::new("/usr/sbin/sshd");
    if !is_below(path, "/etc/ssh/sshd_config.d") || !sshd.exists() {
        return Ok(());
    }
    let output = Command::new(sshd).arg("-t").output().map_err(|e| format!("`sshd` cannot be asked: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`sshd` refuses it: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

/// Tells programs to read again. A program that is not there needs no telling.
pub fn after(touched: &BTreeSet<String>) {
    let below = |folder: &str| touched.iter().any(|path| is_below(path, folder));
    if below("/etc/ssh/sshd_config.d") {
        for unit in ["ssh.service", "sshd.service"] {
            run("systemctl", &["try-reload-or-restart", unit]);
        }
    }
    if below("/etc/dconf") {
        run("dconf", &["update"]);
    }
}

fn run(program: &str, arguments: &[&str]) {
    let ran = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if ran.is_ok_and(|status| !status.success()) {
        tracing::info!(program, ?arguments, "did not succeed");
    }
}
