//! What the device is: gathered anew for each full report from files of the tree (and, on a whole machine, a few commands that
//! only look). Every fact is read or absent with a reason; none is guessed, and none decides anything: the server judges.

mod encryption;
mod firewall;
mod hardware;
mod os;
mod passwords;
mod patches;
mod secure_boot;
mod software;

use std::time::{SystemTime, UNIX_EPOCH};

use agent_wire::Facts;

use crate::program;
use crate::root::Root;

pub use encryption::{luks_below, luks_device};
pub use hardware::{disk, manufacturer, model, serial_number};
pub use os::{hostname, os_release};
pub use software::software;

/// All facts. Blocking: reads files and may run commands.
#[must_use]
pub fn gather(root: &Root) -> Facts {
    Facts {
        gathered_at_unix_seconds: now_unix_seconds(),
        agent_version: crate::VERSION.into(),
        hostname: hostname(root).into(),
        os: os_release(root).into(),
        kernel: os::kernel(root).into(),
        architecture: agent_wire::Fact::Known(std::env::consts::ARCH.into()),
        manufacturer: manufacturer(root).into(),
        model: model(root).into(),
        serial_number: serial_number(root).into(),
        memory_bytes: hardware::memory_bytes(root).into(),
        disk: hardware::disk(root).into(),
        patches: patches::patches(root),
        encryption: encryption::encryption(root).into(),
        firewall: firewall::firewall(root).into(),
        secure_boot: secure_boot::secure_boot(root).into(),
        password_policy: passwords::policy(root),
    }
}

/// The device's clock.
#[must_use]
pub fn now_unix_seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The output of a command that only looks, and needs no right for it; an error when it is not there or fails.
fn look(program: &str, arguments: &[&str]) -> Result<String, String> {
    answer_of(crate::privilege::without_rights(program), arguments)
}

/// The same for what only root may see.
fn look_as_root(program: &str, arguments: &[&str]) -> Result<String, String> {
    answer_of(std::process::Command::new(program), arguments)
}

fn answer_of(mut command: std::process::Command, arguments: &[&str]) -> Result<String, String> {
    program::answer(command.args(arguments), program::QUESTION)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::{TrialDevice, scratch};
    use agent_wire::Fact;

    #[test]
    fn a_healthy_device_knows_everything_about_itself() {
        let dir = scratch("facts-healthy");
        TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
        let facts = gather(&Root::confined(&dir).unwrap());
        assert_eq!(facts.hostname, Fact::Known("lt-0007".into()));
        assert_eq!(facts.serial_number, Fact::Known("PF3XYZ01".into()));
        assert_eq!(facts.secure_boot, Fact::Known(true));
        assert!(facts.firewall.known().unwrap().active);
        assert!(facts.encryption.known().unwrap().iter().all(|mount| mount.encrypted == Fact::Known(true)));
        assert_eq!(facts.patches.pending, Fact::Known(3));
        assert_eq!(facts.password_policy.min_length, Fact::Known(8));
        facts.within_limits().unwrap();
    }

    #[test]
    fn an_empty_tree_knows_nothing_and_says_why() {
        let facts = gather(&Root::confined(&scratch("facts-empty")).unwrap());
        let reasons = [
            reason(&facts.hostname),
            reason(&facts.os),
            reason(&facts.kernel),
            reason(&facts.memory_bytes),
            reason(&facts.encryption),
            reason(&facts.firewall),
            reason(&facts.secure_boot),
            reason(&facts.password_policy.min_length),
            reason(&facts.patches.pending),
            reason(&facts.patches.automatic),
            reason(&facts.patches.restart_required),
        ];
        assert!(reasons.iter().all(|reason| !reason.is_empty()), "{reasons:?}");
    }

    fn reason<T: std::fmt::Debug>(fact: &Fact<T>) -> String {
        match fact {
            Fact::Unknown(reason) => reason.clone(),
            Fact::Known(value) => panic!("{value:?} was guessed"),
        }
    }
}
