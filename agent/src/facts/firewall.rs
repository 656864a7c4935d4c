//! Whether incoming traffic is filtered. On a whole machine the kernel's rules are asked (nft, else iptables); what is only
//! configured but not loaded does not count there. In a confined tree there is no kernel to ask, so the configuration speaks.

use std::collections::{BTreeMap, BTreeSet};

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

/// A chain of nft's ruleset.
#[derive(Default)]
struct Chain {
    is_on_input: bool,
    /// It drops or rejects something, by policy or by rule.
    refuses: bool,
    /// The chains of the same table that its rules lead to.
    leads_to: Vec<String>,
}

/// Whether something is refused on the way that begins at the input hook. ufw and firewalld lead from there to chains of their
/// own; what Docker or libvirt refuse between their networks is on another way.
fn nftables_filters_input(rules: &str) -> bool {
    let mut tables: Vec<BTreeMap<String, Chain>> = Vec::new();
    let mut current: Option<String> = None;
    for line in rules.lines().map(str::trim) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("table"), _) => {
                tables.push(BTreeMap::new());
                current = None;
            }
            (Some("chain"), Some(name)) => current = Some(name.to_owned()),
            (Some("set" | "map" | "flowtable"), _) => current = None,
            _ => {
                if let (Some(table), Some(name)) = (tables.last_mut(), &current) {
                    table.entry(name.clone()).or_default().take(line);
                }
            }
        }
    }
    tables.iter().any(refuses_on_input)
}

impl Chain {
    /// One line of its body.
    fn take(&mut self, line: &str) {
        // What people remark decides nothing.
        let line = line.split(" comment \"").next().unwrap_or_default();
        self.is_on_input |= line.contains("hook input");
        self.refuses |= line.contains("policy drop");
        let mut words = line.split_whitespace().map(|word| word.trim_end_matches(','));
        while let Some(word) = words.next() {
            match word {
                "drop" | "reject" => self.refuses = true,
                "jump" | "goto" => self.leads_to.extend(words.next().map(str::to_owned)),
                _ => {}
            }
        }
    }
}

fn refuses_on_input(table: &BTreeMap<String, Chain>) -> bool {
    let mut open: Vec<&String> = table.iter().filter(|(_, chain)| chain.is_on_input).map(|(name, _)| name).collect();
    let mut seen: BTreeSet<&String> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        let Some(chain) = table.get(name) else { continue };
        if chain.refuses {
            return true;
        }
        open.extend(&chain.leads_to);
    }
    false
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
            // Docker's own rules, on another way than what comes in.
            (
                "table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tcounter jump DOCKER-ISOLATION-STAGE-2\n\t}\n\tchain DOCKER-ISOLATION-STAGE-2 {\n\t\toifname \"docker0\" counter drop\n\t}\n}\n",
                false,
            ),
            // The same name in another table, and a remark.
            (
                "table ip a {\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tcounter accept comment \"please drop it\"\n\t\tjump there\n\t}\n}\ntable ip b {\n\tchain there {\n\t\tdrop\n\t}\n}\n",
                false,
            ),
            // Over two chains in a circle, by a map of verdicts, as firewalld has it.
            (
                "table inet firewalld {\n\tchain filter_INPUT {\n\t\ttype filter hook input priority filter + 10; policy accept;\n\t\tct state vmap { established : accept, invalid : goto a }\n\t}\n\tchain a {\n\t\tjump b\n\t}\n\tchain b {\n\t\tjump a\n\t\treject with icmpx admin-prohibited\n\t}\n}\n",
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
