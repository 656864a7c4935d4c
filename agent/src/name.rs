//! The device's own name: /etc/hostname, and what the running kernel calls itself.

use std::process::Command;

use crate::program;
use crate::root::{Root, write_atomic};

/// One label of a host name (RFC 1035 §2.3.4).
const NAME_BYTES_MAX: usize = 63;

/// Names the device. Blocking.
pub fn rename(root: &Root, name: &str) -> Result<String, String> {
    let is_label = (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if !is_label {
        return Err(format!("`{name}` is not a host name"));
    }
    if !root.is_confined() {
        let mut command = Command::new("hostnamectl");
        if program::done(command.args(["set-hostname", "--", name]), program::QUESTION).is_ok() {
            return Ok(format!("the device is called {name}"));
        }
        // Without systemd-hostnamed: what it would have done.
        write_kernel(name)?;
    }
    let place = root.without_links("/etc/hostname").map_err(|why| why.to_string())?;
    write_atomic(&place, format!("{name}\n").as_bytes(), 0o644)
        .map_err(|e| format!("cannot write `/etc/hostname`: {e}"))?;
    Ok(format!("the device is called {name}"))
}

fn write_kernel(name: &str) -> Result<(), String> {
    std::fs::write("/proc/sys/kernel/hostname", name).map_err(|e| format!("the kernel does not take the name: {e}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn only_a_host_name_becomes_the_name() {
        let dir = scratch("name");
        let root = Root::confined(&dir).unwrap();
        for bad in ["", "-a", "a-", "a b", "a\nb", "a.b", &"x".repeat(64)] {
            assert!(rename(&root, bad).is_err(), "{bad:?}");
        }
        rename(&root, "lt-new").unwrap();
        assert_eq!(std::fs::read_to_string(dir.join("etc/hostname")).unwrap(), "lt-new\n");
    }
}
