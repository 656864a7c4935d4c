//! `maliciousIPAddress` and `anonymizedIPAddress`: the sign-in comes from a network on the operator's list.
//!
//! Formula: the longest network of the list that holds the address. `malicious` is high, `anonymous` (an anonymising proxy
//! or VPN) is medium; both against the sign-in. The list is a text of lines `192.0.2.0/24 malicious`; `#` begins a comment.
//!
//! Accuses wrongly: whoever shares an address with somebody on the list, and whoever uses a VPN for good reasons.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Against, Detection, Level};

/// The list is at most so long.
pub const NETWORKS_MAX: usize = 1_000_000;

/// What the list says of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reputation {
    Anonymous,
    Malicious,
}

/// The operator's list, by length of prefix.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    /// Longest first. IPv4 is kept as IPv4-mapped IPv6, so a length counts bits of 128.
    lengths: Vec<u8>,
    by_prefix: HashMap<(u8, u128), Reputation>,
}

impl Networks {
    /// Read a list; the error names the line.
    pub fn parse(text: &str) -> Result<Networks, String> {
        let mut networks = Networks::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let wrong = || format!("line {}: write a network and `malicious` or `anonymous`", number + 1);
            let mut words = line.split_whitespace();
            let (Some(network), Some(word), None) = (words.next(), words.next(), words.next()) else {
                return Err(wrong());
            };
            let reputation = match word {
                "malicious" => Reputation::Malicious,
                "anonymous" => Reputation::Anonymous,
                _ => return Err(wrong()),
            };
            let (address, length) = match network.split_once('/') {
                Some((address, length)) => (address, Some(length.parse::<u8>().map_err(|_| wrong())?)),
                None => (network, None),
            };
            let address: IpAddr = address.parse().map_err(|_| wrong())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let length = length.unwrap_or(most);
            if length > most {
                return Err(wrong());
            }
            let length = if address.is_ipv4() { length + 96 } else { length };
            networks.by_prefix.insert((length, prefix(bits(address), length)), reputation);
            if networks.by_prefix.len() > NETWORKS_MAX {
                return Err(format!("the list has more than {NETWORKS_MAX} networks"));
            }
        }
        let mut lengths: Vec<u8> = networks.by_prefix.keys().map(|(length, _)| *length).collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths.reverse();
        networks.lengths = lengths;
        Ok(networks)
    }

    /// What the list says of an address.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> Option<Reputation> {
        let bits = bits(address);
        self.lengths.iter().find_map(|length| self.by_prefix.get(&(*length, prefix(bits, *length))).copied())
    }

    /// What a sign-in from an address means.
    #[must_use]
    pub fn detect(&self, address: Option<IpAddr>) -> Option<Detection> {
        let address = address?;
        let (event, level, why) = match self.of(address)? {
            Reputation::Malicious => ("maliciousIPAddress", Level::High, "is on the list of malicious networks"),
            Reputation::Anonymous => ("anonymizedIPAddress", Level::Medium, "is on the list of anonymous networks"),
        };
        Some(Detection { event, level, against: Against::SignIn, why: format!("`{address}` {why}") })
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn prefix(bits: u128, length: u8) -> u128 {
    bits.checked_shr(128 - u32::from(length)).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_network_decides() {
        let list = "# mine\n192.0.2.0/24 malicious\n192.0.2.128/25 anonymous # proxies\n\n2001:db8::/32 anonymous\n203.0.113.9 malicious\n";
        let networks = Networks::parse(list).unwrap();
        for (address, expect) in [
            ("192.0.2.1", Some(Reputation::Malicious)),
            ("::ffff:192.0.2.1", Some(Reputation::Malicious)),
            ("192.0.2.200", Some(Reputation::Anonymous)),
            ("203.0.113.9", Some(Reputation::Malicious)),
            ("203.0.113.10", None),
            ("2001:db8:7::1", Some(Reputation::Anonymous)),
            ("2001:db9::1", None),
        ] {
            assert_eq!(networks.of(address.parse().unwrap()), expect, "{address}");
        }
        let found = networks.detect("192.0.2.1".parse().ok()).unwrap();
        assert_eq!((found.event, found.level), ("maliciousIPAddress", Level::High));
        assert_eq!(Networks::default().detect("192.0.2.1".parse().ok()), None);
        assert_eq!(
            Networks::parse("0.0.0.0/0 malicious").unwrap().of("8.8.8.8".parse().unwrap()),
            Some(Reputation::Malicious)
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        for text in [
            "192.0.2.0/33 malicious",
            "x malicious",
            "192.0.2.0/24",
            "192.0.2.0/24 bad",
            "1.2.3.4 malicious x",
            "::/129 anonymous",
        ] {
            assert!(Networks::parse(&format!("\n{text}")).unwrap_err().starts_with("line 2"), "{text}");
        }
    }
}
