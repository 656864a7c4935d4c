//! Name, operating system and kernel, from os-release(5) and /proc.

use agent_wire::OsRelease;

use crate::root::Root;

/// The kernel's host name, or the configured one where there is no /proc.
pub fn hostname(root: &Root) -> Result<String, String> {
    let text = root.read("/proc/sys/kernel/hostname").or_else(|_| root.read("/etc/hostname"))?;
    let name = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    name.map(short).ok_or_else(|| "`/etc/hostname` is empty".into())
}

/// /etc/os-release, else /usr/lib/os-release (os-release(5)).
pub fn os_release(root: &Root) -> Result<OsRelease, String> {
    let text = root.read("/etc/os-release").or_else(|_| root.read("/usr/lib/os-release"))?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))
            .map(unquote)
            .filter(|v| !v.is_empty())
    };
    // "If not set, a default of ID=linux may be used."
    let id = field("ID").unwrap_or_else(|| "linux".into());
    let name = field("PRETTY_NAME").or_else(|| field("NAME")).unwrap_or_else(|| "Linux".into());
    Ok(OsRelease { id: short(&id), version: field("VERSION_ID").map(|v| short(&v)), name: short(&name) })
}

pub fn kernel(root: &Root) -> Result<String, String> {
    root.read("/proc/sys/kernel/osrelease").map(|text| short(text.trim()))
}

/// Shell quoting as far as os-release(5) allows it: one pair of quotes, backslash escapes within.
fn unquote(value: &str) -> String {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return if quote == '"' { unescape(inner) } else { inner.into() };
        }
    }
    value.into()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut escaped = false;
    for c in text.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

/// Cut to the protocol's limit for short texts.
fn short(text: &str) -> String {
    crate::cut(text, agent_wire::limits::TEXT_BYTES_MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;
    use std::fs;

    #[test]
    fn os_release_is_read_as_its_manual_says() {
        let cases = [
            ("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n", ("debian", Some("12"), "Debian 12")),
            ("ID=arch\nPRETTY_NAME='Arch Linux'\n", ("arch", None, "Arch Linux")),
            ("# nothing\nVARIANT_ID=x\nNAME=\"A \\\"B\\\"\"\n", ("linux", None, "A \"B\"")),
        ];
        let dir = scratch("facts-os");
        let root = Root::confined(&dir).unwrap();
        fs::create_dir_all(dir.join("usr/lib")).unwrap();
        for (text, (id, version, name)) in cases {
            fs::write(dir.join("usr/lib/os-release"), text).unwrap();
            let found = os_release(&root).unwrap();
            assert_eq!((found.id.as_str(), found.version.as_deref(), found.name.as_str()), (id, version, name));
        }
    }
}
