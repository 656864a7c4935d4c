//! What may be written where. The path decides which grammar content must keep, so a server cannot ask for an unchecked sudoers
//! file. Pure.

use agent_wire::Effects;
use agent_wire::limits::{CONTENT_BYTES_MAX, TEXT_BYTES_MAX};

use super::sudoers;
use crate::root::{check_form, is_below};

/// A whole file or one part of it, at its path.
pub fn file(path: &str, mode: Option<u32>, content: &str) -> Result<(), String> {
    check_form(path).map_err(|why| why.to_string())?;
    if content.len() > CONTENT_BYTES_MAX {
        return Err(format!("the content is longer than {CONTENT_BYTES_MAX} bytes"));
    }
    if content.contains('\0') {
        return Err("the content holds a zero byte".into());
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    if is_below(path, "/etc/sudoers.d") {
        // sudo skips such names without a word (sudoers(5), "Including other files").
        if name.contains('.') || name.ends_with('~') {
            return Err("sudo ignores file names with `.` or a final `~`; choose another name".into());
        }
        if !matches!(mode, None | Some(0o440 | 0o400)) {
            return Err("a file for sudo has mode 0440".into());
        }
        return sudoers::check(content);
    }
    if is_below(path, "/etc/ssh/sshd_config.d") {
        return each_line(content, name, |line| {
            let mut words = line.splitn(2, [' ', '\t', '=']);
            let keyword = words.next().unwrap_or_default();
            let has_value = words.next().is_some_and(|value| !value.trim().is_empty());
            if keyword.chars().all(|c| c.is_ascii_alphanumeric()) && has_value {
                Ok(())
            } else {
                Err("a keyword and its value")
            }
        });
    }
    if is_below(path, "/etc/sysctl.d") {
        return each_line(content, name, |line| {
            line.split_once('=')
                .filter(|(key, value)| sysctl(key.trim().trim_start_matches('-'), value.trim()).is_ok())
                .map_or(Err("`key = value`"), |_| Ok(()))
        });
    }
    if is_below(path, "/etc/security/pwquality.conf.d") {
        return each_line(content, name, |line| {
            let key = line.split('=').next().unwrap_or_default().trim();
            if key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !key.is_empty() {
                Ok(())
            } else {
                Err("`name = value`")
            }
        });
    }
    Ok(())
}

/// Drop-in folders that read `*.conf` only: a line-wise grammar, comments and blank lines apart.
fn each_line(content: &str, name: &str, check: impl Fn(&str) -> Result<(), &'static str>) -> Result<(), String> {
    if !name.to_ascii_lowercase().ends_with(".conf") {
        return Err("files in this folder are only read when their names end in `.conf`".into());
    }
    for (at, line) in content.lines().enumerate() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') && !line.starts_with(';') {
            check(line).map_err(|form| format!("line {} is not of the form {form}", at + 1))?;
        }
    }
    Ok(())
}

/// Octal, no set-id or sticky bits, not writable for others.
pub fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).map_err(|_| format!("`{text}` is not an octal mode"))?;
    if mode > 0o777 || mode & 0o002 != 0 || mode & 0o400 == 0 {
        return Err(format!(
            "mode `{text}` is not allowed: no set-id bits, not writable for others, readable for the owner"
        ));
    }
    Ok(mode)
}

pub fn sysctl(key: &str, value: &str) -> Result<(), String> {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if key.len() > 200 || !key.contains('.') || !key.split('.').all(word) {
        return Err(format!("`{}` is not a kernel parameter in dotted form", crate::cut(key, TEXT_BYTES_MAX)));
    }
    if value.trim().is_empty() || value.len() > TEXT_BYTES_MAX || value.chars().any(|c| c.is_control() && c != '\t') {
        return Err("a kernel parameter's value is one line of at most 256 bytes".into());
    }
    Ok(())
}

pub fn block(marker: &str, content: &str) -> Result<(), String> {
    let good =
        (1..=64).contains(&marker.len()) && marker.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if !good {
        return Err("a marker is 1 to 64 of `A–Z a–z 0–9 . _ -`".into());
    }
    if content.lines().any(super::block::is_marker_line) {
        return Err("the content holds a marker line of its own".into());
    }
    Ok(())
}

pub fn line(path: &str, key: &str, line: &str) -> Result<(), String> {
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    if !folder.ends_with(".d") {
        return Err("single lines go to a drop-in file, in a folder whose name ends in `.d`".into());
    }
    if key.is_empty() || key.len() > TEXT_BYTES_MAX || one_line(key).is_err() {
        return Err("the key is one line of at most 256 bytes".into());
    }
    one_line(line)
}

pub fn dconf(key: &str, value: &str) -> Result<(), String> {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let good = key.strip_prefix('/').is_some_and(|rest| rest.contains('/') && rest.split('/').all(word));
    if !good || key.len() > TEXT_BYTES_MAX {
        return Err("a dconf key looks like `/org/gnome/desktop/screensaver/lock-enabled`".into());
    }
    one_line(value)
}

/// Commands are programs of the system by name; which file such a name leads to is not for the server to say.
pub fn effects(effects: &Effects) -> Result<(), String> {
    for command in effects.check.iter().chain(&effects.then) {
        let program = command.first().map(String::as_str).unwrap_or_default();
        let is_name = !program.is_empty()
            && !program.starts_with(['.', '-'])
            && program.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !is_name {
            return Err(format!("`{}` is not the name of a program", crate::cut(program, 64)));
        }
        if command.iter().any(|argument| argument.chars().any(char::is_control)) {
            return Err(format!("an argument of `{program}` holds control characters"));
        }
    }
    Ok(())
}

pub(super) fn one_line(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || text.chars().any(|c| c.is_control() && c != '\t') {
        return Err("the text must be one line and not empty".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_keeps_the_grammar_of_its_folder() {
        let cases = [
            ("/etc/issue.net", None, "Property of XYZ Ltd.\n", true),
            ("/etc/issue.net", None, "a\0b", false),
            ("/etc/ssh/sshd_config.d/50-x.conf", None, "# c\nPermitRootLogin no\n", true),
            ("/etc/ssh/sshd_config.d/50-x.conf", None, "PermitRootLogin\n", false),
            ("/etc/ssh/sshd_config.d/50-x", None, "PermitRootLogin no\n", false),
            ("/etc/sysctl.d/50-x.conf", None, "-net.ipv4.ip_forward = 0\n", true),
            ("/etc/sysctl.d/50-x.conf", None, "net.ipv4.ip_forward 0\n", false),
            ("/etc/security/pwquality.conf.d/50-x.conf", None, "minlen = 12\nenforce_for_root\n", true),
            ("/etc/security/pwquality.conf.d/50-x.conf", None, "rm -rf\n", false),
            ("/etc/sudoers.d/ops", Some(0o440), "%ops ALL=(root) /usr/bin/systemctl\n", true),
            ("/etc/sudoers.d/ops", Some(0o644), "%ops ALL=(root) /usr/bin/systemctl\n", false),
            ("/etc/sudoers.d/ops.conf", Some(0o440), "%ops ALL=(root) /usr/bin/systemctl\n", false),
            ("/etc/sudoers.d/ops", Some(0o440), "%ops ALL\n", false),
        ];
        for (path, mode, content, expected) in cases {
            assert_eq!(file(path, mode, content).is_ok(), expected, "{path} {content:?}");
        }
    }

    #[test]
    fn modes_that_give_power_away_are_refused() {
        for (text, expected) in [
            ("0644", true),
            ("0600", true),
            ("755", true),
            ("4755", false),
            ("0666", false),
            ("rw", false),
            ("0044", false),
        ] {
            assert_eq!(mode(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn parameters_keys_and_lines_have_their_form() {
        for (key, value, expected) in [
            ("net.ipv4.ip_forward", "0", true),
            ("net.ipv4.tcp_rmem", "4096 131072 6291456", true),
            ("kernel", "1", false),
            ("net..ipv4", "1", false),
            ("net.ipv4/../../x", "1", false),
            ("net.ipv4.ip_forward", "0\nkernel.x = 1", false),
        ] {
            assert_eq!(sysctl(key, value).is_ok(), expected, "{key} {value:?}");
        }
        assert!(line("/etc/ssh/sshd_config.d/x.conf", "k", "k v").is_ok());
        assert!(line("/etc/ssh/sshd_config", "k", "k v").is_err());
        assert!(line("/etc/ssh/sshd_config.d/x.conf", "k", "k v\nMatch all").is_err());
        assert!(dconf("/org/gnome/x", "true").is_ok());
        assert!(dconf("org/gnome/x", "true").is_err());
        assert!(dconf("/org/gnome/x", "true\n[other]").is_err());
        assert!(block("ok-1", "a\n").is_ok());
        assert!(block("no spaces", "a\n").is_err());
        assert!(block("ok", "# END castellan ok\n").is_err());
    }
}
