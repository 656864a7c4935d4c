//! Debian packages: by dpkg on a whole machine; in a confined tree their files are unpacked and recorded by us, and their scripts
//! are not run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::{PLACING, unpack};
use crate::outside;
use crate::program::{self, Limits};
use crate::root::{Root, STATE_DIR};

/// What a package says of itself.
pub struct Described {
    pub version: String,
    /// Its files, where we place them ourselves.
    pub files: Vec<String>,
}

/// Reads a package's control data and, in a confined tree, its list of files; refuses one with another name or for another machine.
pub fn describe(root: &Root, package: &Path, name: &str) -> Result<Described, String> {
    let fields =
        run(Command::new("dpkg-deb").arg("--field").arg(package).args(["Package", "Version", "Architecture"]))?;
    let field =
        |name: &str| fields.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default();
    if field("Package") != name {
        return Err(format!("the package calls itself `{}`, not `{name}`", crate::cut(field("Package"), 64)));
    }
    let architecture = field("Architecture");
    if architecture != "all" && architecture != debian_architecture() {
        return Err(format!(
            "the package is for `{}`, this device is `{}`",
            crate::cut(architecture, 64),
            debian_architecture()
        ));
    }
    let files = if root.is_confined() { with_files(package, unpack::list)? } else { Vec::new() };
    let state = STATE_DIR.trim_start_matches('/');
    if let Some(file) =
        files.iter().find(|file| file.starts_with(state) && file.trim_end_matches('/').len() > state.len())
    {
        return Err(format!("the package wants to write to `{file}`, which is the agent's own"));
    }
    Ok(Described { version: field("Version").to_owned(), files })
}

pub fn install(root: &Root, package: &Path, ours: &BTreeSet<String>) -> Result<(), String> {
    if root.is_confined() {
        return with_files(package, |stream| unpack::unpack(stream, root.dir(), ours));
    }
    // Keep configuration files that people changed (dpkg(1), --force-confold).
    let mut command = dpkg();
    command.args(["--force-confold", "--install"]).arg(package);
    outside::done(root, command, PLACING)
}

/// Deletes files, then the folders that are empty without them.
pub fn remove_files(root: &Root, files: &[String]) -> Result<(), String> {
    let mut failures = 0;
    let place = |file: &String| root.without_links(&format!("/{}", file.trim_end_matches('/')));
    for file in files.iter().filter(|file| !file.ends_with('/')) {
        let deletable = match file.rsplit_once('/') {
            // The file itself may be a link of the package; what stands above it may not.
            Some((above, _)) => root.without_links(&format!("/{above}")).is_ok(),
            None => true,
        };
        let gone = deletable
            && fs::remove_file(root.place(file)).map_or_else(|e| e.kind() == std::io::ErrorKind::NotFound, |()| true);
        failures += usize::from(!gone);
    }
    let mut folders: Vec<&String> = files.iter().filter(|file| file.ends_with('/')).collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.len()));
    for folder in folders {
        let _ = place(folder).map(fs::remove_dir);
    }
    if failures == 0 { Ok(()) } else { Err(format!("{failures} files of the package could not be deleted")) }
}

pub fn uninstall(root: &Root, name: &str, files: &[String]) -> Result<(), String> {
    // With its configuration files: it is ours, and leaves no trace (dpkg(1), --purge).
    if root.is_confined() {
        return remove_files(root, files);
    }
    let mut command = dpkg();
    command.args(["--purge", name]);
    outside::done(root, command, PLACING)
}

/// The version that dpkg has installed; nothing in a confined tree, which has no dpkg.
pub fn installed_version(root: &Root, name: &str) -> Option<String> {
    if root.is_confined() {
        return None;
    }
    let said = run(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status} ${Version}", "--", name])).ok()?;
    said.strip_prefix("installed ").map(str::to_owned)
}

/// Whether a version is older than another, as dpkg compares them.
pub fn is_older(version: &str, than: &str) -> bool {
    let mut command = dpkg();
    command.args(["--compare-versions", version, "lt", than]);
    program::run(&mut command, Limits::of(program::QUESTION)).is_ok_and(|said| said.status.success())
}

fn dpkg() -> Command {
    let mut command = Command::new("dpkg");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

pub(crate) fn debian_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "i386",
        "arm" => "armhf",
        "powerpc64" => "ppc64el",
        other => other,
    }
}

/// Gives the package's files as a tar stream.
pub(super) fn with_files<T>(package: &Path, take: impl FnOnce(ChildStdout) -> Result<T, String>) -> Result<T, String> {
    let mut child: Child = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(package)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| "`dpkg-deb` is not on this device".to_owned())?;
    let taken = child.stdout.take().ok_or("`dpkg-deb` gives no files")?;
    let result = take(taken);
    if result.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|e| format!("`dpkg-deb` was lost: {e}"))?;
    let value = result?;
    // A reader of tar stops at its end mark and may leave padding unread; dpkg-deb then ends by SIGPIPE.
    let is_broken_pipe = std::os::unix::process::ExitStatusExt::signal(&status).is_some();
    if status.success() || is_broken_pipe || status.code() == Some(2) {
        Ok(value)
    } else {
        Err("the package is damaged".into())
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    program::answer(command, PLACING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_dpkg_does() {
        for (version, than, expected) in [
            ("1.9", "1.10", true),
            ("1.10", "1.9", false),
            ("2.0~rc1", "2.0", true),
            ("1:1", "2", false),
            ("2", "2", false),
        ] {
            assert_eq!(is_older(version, than), expected, "{version} {than}");
        }
    }
}
