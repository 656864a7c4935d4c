//! What the story is made of: settings that the policies choose from, with what each value writes; versions; actions.

/// A setting of the catalogue: its id, what it writes to, and its values, each with what is written for it.
pub(super) struct Known {
    pub(super) id: &'static str,
    pub(super) target: &'static str,
    pub(super) values: &'static [(&'static str, &'static str)],
}

pub(super) const SETTINGS: &[Known] = &[
    Known {
        id: "linux.sysctl.kernel.dmesg_restrict",
        target: "sysctl kernel.dmesg_restrict",
        values: &[("true", "1"), ("false", "0")],
    },
    Known {
        id: "linux.sysctl.net.ipv4.ip_forward",
        target: "sysctl net.ipv4.ip_forward",
        values: &[("true", "1"), ("false", "0")],
    },
    Known {
        id: "linux.sshd.PermitRootLogin",
        target: "/etc/ssh/sshd_config.d/10-castellan.conf PermitRootLogin",
        values: &[("no", "PermitRootLogin no"), ("yes", "PermitRootLogin yes")],
    },
    Known {
        id: "linux.sshd.X11Forwarding",
        target: "/etc/ssh/sshd_config.d/10-castellan.conf X11Forwarding",
        values: &[("true", "X11Forwarding yes"), ("false", "X11Forwarding no")],
    },
];

/// What is on a device before anybody manages it.
pub(super) const FACTORY: &[(&str, &str)] =
    &[("sysctl kernel.dmesg_restrict", "0"), ("/etc/issue", "Debian GNU/Linux 13 \\n \\l\n")];

/// The version of an application whose installer fails everywhere.
pub(super) const BAD_VERSION: &str = "2.0-bad";
pub(super) const GOOD_VERSION: &str = "1.0";

/// Actions that leave a device as it is, by the names of Graph.
pub(super) const HARMLESS: &[&str] = &["remoteLock", "syncDevice", "rebootNow"];
