//! Whether incoming traffic is filtered. On a whole machine the kernel's rules are asked (nft, else iptables); what is only
//! configured but not loaded does not count there. In a confined tree there is no kernel to ask, so the configuration speaks.

use agent_wire::Firewall;

use super::look_as_root;
use crate::root::Root;

pub fn firewall(root: &Root) -> Result<Firewall, String> {
    if root.is_confined() {
        return configured(root);
    }
    let filters = match look_as_root("nft", &["list", "ruleset"]) {
        Ok(rules) => nftables_filters_input(&rules),
        Err(no_nft) => match look_as_root("iptables", &["-S", "INPUT"]) {
            Ok(rules) => iptables_filters_input(&rules),
            Err(no_iptables) => return Err(format!("{no_nft}; {no_iptables}")),
        },
    };
    if !filters {
        return Ok(Firewall { active: false, by: None });
    }
    let by = configured(root).ok().and_then(|found| found.by).unwrap_or_else(|| "nftables".into());
    Ok(Firewall { active: true, by: Some(by) })
}

/// A chain on the input hook that drops or rejects something, by policy or by rule.
fn nftables_filters_input(rules: &str) -> bool {
    let mut on_input = false;
    let mut refuses_elsewhere = false;
    let mut has_input = false;
    for line in rules.lines().map(str::trim) {
        if line.starts_with("chain ") {
            on_input = false;
        }
        if line.contains("hook input") {
            on_input = true;
            has_input = true;
        }
        let refuses =
            line.contains("policy drop") || line.split_whitespace().any(|word| word == "drop" || word == "reject");
        if refuses && on_input {
            return true;
        }
        // ufw and firewalld jump from the input hook to chains of their own that refuse.
        refuses_elsewhere |= refuses && !line.contains("hook");
    }
    has_input && refuses_elsewhere
}

fn iptables_filters_input(rules: &str) -> bool {
    rules.lines().any(|line| line == "-P INPUT DROP" || line.ends_with("-j DROP") || line.contains("-j REJECT"))
}

fn configured(root: &Root) -> Result<Firewall, String> {
    let wanted = |unit: &str| {
        ["multi-user.target.wants", "sysinit.target.wants"]
            .iter()
            .any(|target| root.place(&format!("/etc/systemd/system/{target}/{unit}")).symlink_metadata().is_ok())
    };
    let ufw = root.read("/etc/ufw/ufw.conf").ok();
    let ufw_on =
        ufw.as_deref().is_some_and(|text| text.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes")));
    let by = if ufw_on {
        Some("ufw")
    } else if wanted("firewalld.service") {
        Some("firewalld")
    } else if wanted("nftables.service") {
        Some("nftables")
    } else if wanted("netfilter-persistent.service") {
        Some("iptables")
    } else if ufw.is_some() || root.exists("/etc/systemd/system") {
        None
    } else {
        return Err("no firewall configuration is known here".into());
    };
    Ok(Firewall { active: by.is_some(), by: by.map(Into::into) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::{TrialDevice, scratch};

    #[test]
    fn rules_that_refuse_nothing_incoming_are_no_firewall() {
        let cases = [
            ("", false),
            (
                "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n}\n",
                false,
            ),
            (
                "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established accept\n\t}\n}\n",
                true,
            ),
            (
                "table ip f {\n\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t\ttcp dport 23 drop\n\t}\n}\n",
                true,
            ),
            ("table ip f {\n\tchain forward {\n\t\ttype filter hook forward priority 0; policy drop;\n\t}\n}\n", false),
            (
                "table ip f {\n\tchain ufw-not-local {\n\t\tcounter drop\n\t}\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tjump ufw-not-local\n\t}\n}\n",
                true,
            ),
        ];
        for (rules, expected) in cases {
            assert_eq!(nftables_filters_input(rules), expected, "{rules}");
        }
        assert!(iptables_filters_input("-P INPUT DROP\n"));
        assert!(!iptables_filters_input("-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n"));
    }

    #[test]
    fn a_confined_tree_is_judged_by_its_configuration() {
        let dir = scratch("facts-firewall");
        let mut device = TrialDevice::healthy("lt", "1");
        for on in [true, false] {
            device.firewall_on = on;
            device.furnish(&dir).unwrap();
            assert_eq!(firewall(&Root::confined(&dir).unwrap()).unwrap().active, on);
        }
    }
}
