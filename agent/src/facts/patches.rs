//! Patch state of Debian and its kin, from what APT and its notifiers leave behind. No package tool is run: asking APT takes
//! seconds and locks.

use std::fs;
use std::time::UNIX_EPOCH;

use agent_wire::Patches;

use crate::root::Root;

const NO_APT: &str = "this distribution's package tool is not one that the agent can read";

pub fn patches(root: &Root) -> Patches {
    let (pending, pending_security) = pending(root);
    Patches {
        last_refresh_unix_seconds: last_refresh(root).into(),
        pending: pending.into(),
        pending_security: pending_security.into(),
        automatic: automatic(root).into(),
        restart_required: restart_required(root).into(),
    }
}

/// The stamp that APT's own hook leaves; else when the lists last changed, which is never later than the last refresh.
fn last_refresh(root: &Root) -> Result<i64, String> {
    let place = root
        .resolve("/var/lib/apt/periodic/update-success-stamp")
        .or_else(|_| root.resolve("/var/lib/apt/lists"))
        .map_err(|_| NO_APT.to_owned())?;
    let modified =
        fs::metadata(place).and_then(|found| found.modified()).map_err(|e| format!("the stamp cannot be read: {e}"))?;
    let since = modified.duration_since(UNIX_EPOCH).map_err(|_| "the stamp lies before 1970".to_owned())?;
    i64::try_from(since.as_secs()).map_err(|_| "the stamp lies too far ahead".into())
}

/// update-notifier's text: a number at the beginning of each line, and words that say of what.
fn pending(root: &Root) -> (Result<u32, String>, Result<u32, String>) {
    let text = match root.read("/var/lib/update-notifier/updates-available") {
        Ok(text) => text,
        Err(_) => {
            let reason = "no notifier counts pending upgrades on this device".to_owned();
            return (Err(reason.clone()), Err(reason));
        }
    };
    let lines = || text.lines().filter_map(|line| Some((line.split_whitespace().next()?.parse::<u32>().ok()?, line)));
    let total = lines().find(|(_, line)| line.contains("can be")).map(|(number, _)| number);
    let security = lines().find(|(_, line)| line.contains("security")).map(|(number, _)| number);
    match total {
        // The notifier leaves the security line out when there are none.
        Some(total) => (Ok(total), Ok(security.unwrap_or(0))),
        None => (Err("the notifier's text has no count".into()), Err("the notifier's text has no count".into())),
    }
}

/// `APT::Periodic::Unattended-Upgrade` other than 0 in the last file that sets it, and the program that would act on it.
fn automatic(root: &Root) -> Result<bool, String> {
    if !root.exists("/etc/apt") {
        return Err(NO_APT.into());
    }
    let mut value = None;
    for name in root.list("/etc/apt/apt.conf.d") {
        let text = root.read(&format!("/etc/apt/apt.conf.d/{name}")).unwrap_or_default();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('#')) {
            if let Some(rest) = line.strip_prefix("APT::Periodic::Unattended-Upgrade") {
                value = Some(rest.trim().trim_end_matches(';').trim_matches(['"', ' ']).to_owned());
            }
        }
    }
    let wanted = value.is_some_and(|value| value != "0" && !value.is_empty());
    Ok(wanted && (root.exists("/usr/bin/unattended-upgrade") || root.exists("/usr/bin/unattended-upgrades")))
}

/// The mark is only meaningful where a hook would have made it.
fn restart_required(root: &Root) -> Result<bool, String> {
    if root.exists("/run/reboot-required") || root.exists("/var/run/reboot-required") {
        return Ok(true);
    }
    let hooks = ["/etc/kernel/postinst.d/unattended-upgrades", "/etc/kernel/postinst.d/update-notifier"];
    if hooks.iter().any(|hook| root.exists(hook)) {
        Ok(false)
    } else {
        Err("nothing on this device would mark a needed restart".into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::{TrialDevice, scratch};
    use agent_wire::Fact;

    #[test]
    fn pending_upgrades_are_counted_as_the_notifier_did() {
        let cases = [
            (
                "\n12 updates can be applied immediately.\n5 of these updates are standard security updates.\n",
                (Ok(12), Ok(5)),
            ),
            ("\n1 update can be applied immediately.\n", (Ok(1), Ok(0))),
            ("\n0 updates can be applied immediately.\n", (Ok(0), Ok(0))),
            ("soon\n", (Err(()), Err(()))),
        ];
        let dir = scratch("facts-pending");
        let root = Root::confined(&dir).unwrap();
        fs::create_dir_all(dir.join("var/lib/update-notifier")).unwrap();
        for (text, expected) in cases {
            fs::write(dir.join("var/lib/update-notifier/updates-available"), text).unwrap();
            let (total, security) = pending(&root);
            assert_eq!((total.map_err(|_| ()), security.map_err(|_| ())), expected, "{text:?}");
        }
    }

    #[test]
    fn automatic_upgrades_need_both_the_wish_and_the_program() {
        let dir = scratch("facts-automatic");
        TrialDevice::healthy("lt", "1").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        assert_eq!(patches(&root).automatic, Fact::Known(true));
        fs::write(dir.join("etc/apt/apt.conf.d/99-off"), "APT::Periodic::Unattended-Upgrade \"0\";\n").unwrap();
        assert_eq!(patches(&root).automatic, Fact::Known(false));
        fs::remove_file(dir.join("etc/apt/apt.conf.d/99-off")).unwrap();
        fs::remove_file(dir.join("usr/bin/unattended-upgrade")).unwrap();
        assert_eq!(patches(&root).automatic, Fact::Known(false));
    }

    #[test]
    fn a_needed_restart_is_seen() {
        let dir = scratch("facts-restart");
        TrialDevice::healthy("lt", "1").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        assert_eq!(restart_required(&root), Ok(false));
        fs::create_dir_all(dir.join("run")).unwrap();
        fs::write(dir.join("run/reboot-required"), "").unwrap();
        assert_eq!(restart_required(&root), Ok(true));
    }
}
