//! Starting the machine again and switching it off: said to whoever is there a minute before. What was asked is over when the
//! machine runs again, which the kernel's boot id tells; so it happens once, however often it is asked and whoever crashes.

use std::process::Command;

use crate::agent::Outcome;
use crate::program;
use crate::root::{Root, write_atomic};

/// Minutes between the word and the act, for a person to save their work.
const MINUTES: &str = "+1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    Restart,
    Off,
}

/// The kernel's name for this run of the machine; none in a tree that stands for a machine.
pub fn boot(root: &Root) -> Option<String> {
    root.read("/proc/sys/kernel/random/boot_id").ok().map(|text| text.trim().to_owned()).filter(|id| !id.is_empty())
}

/// Asks for it, unless this program has, and tells whether the machine has run again since it was wanted. Blocking.
pub fn switch(root: &Root, power: Power, id: &str, begun_in: Option<&str>, is_asked: bool) -> Outcome {
    if root.is_confined() {
        let place = match power {
            Power::Restart => "/run/castellan/restarted",
            Power::Off => "/run/castellan/switched-off",
        };
        let written = root.without_links(place).map_err(|why| why.to_string()).and_then(|place| {
            write_atomic(&place, format!("{id}\n").as_bytes(), 0o600).map_err(|e| format!("cannot write: {e}"))
        });
        return written.map(|()| "noted in a confined tree".to_owned()).into();
    }
    let now = boot(root);
    if begun_in.is_some() && begun_in != now.as_deref() {
        let done = match power {
            Power::Restart => "the device has started again",
            Power::Off => "the device was off and is on again",
        };
        return Outcome::Done(done.to_owned());
    }
    if is_asked {
        return Outcome::Later;
    }
    let (way, message) = match power {
        Power::Restart => ("-r", "Your organisation restarts this device in a minute. Save your work."),
        Power::Off => ("-h", "Your organisation switches this device off in a minute. Save your work."),
    };
    match program::done(Command::new("shutdown").args([way, MINUTES, message]), program::QUESTION) {
        Ok(()) => Outcome::Later,
        Err(why) => Outcome::Failed(why),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn a_restart_is_over_when_the_machine_runs_another_time() {
        // The whole machine, but never asked: either it has run again, or this program asked already.
        let machine = Root::machine();
        let now = boot(&machine);
        let over = switch(&machine, Power::Restart, "a", Some("another-boot"), false);
        assert!(matches!(over, Outcome::Done(_)), "{over:?}");
        assert_eq!(switch(&machine, Power::Off, "a", now.as_deref(), true), Outcome::Later);
    }

    #[test]
    fn a_tree_that_stands_for_a_machine_is_only_marked() {
        let dir = scratch("power");
        let root = Root::confined(&dir).unwrap();
        assert!(matches!(switch(&root, Power::Restart, "a-1", None, false), Outcome::Done(_)));
        assert_eq!(std::fs::read_to_string(dir.join("run/castellan/restarted")).unwrap(), "a-1\n");
    }
}
