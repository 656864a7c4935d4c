//! Address ranges in CIDR notation (RFC 4632, RFC 4291 §2.3).

use std::net::IpAddr;

/// The shortest prefix a named location may have: Graph demands a mask longer than /8.
pub const PREFIX_MIN: u8 = 9;

/// A range of addresses: one prefix of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr {
    is_v6: bool,
    first: u128,
    last: u128,
}

impl Cidr {
    /// Read `203.0.113.0/24` or `2001:db8::/32`; what is wrong with it otherwise.
    pub fn parse(text: &str) -> Result<Cidr, &'static str> {
        let (address, length) = text.split_once('/').ok_or("lacks the prefix length, such as `/24`")?;
        let address: IpAddr = address.trim().parse().map_err(|_| "is no IP address")?;
        let length: u8 = length.trim().parse().map_err(|_| "has a prefix length that is no number")?;
        let (is_v6, bits, number) = number(address);
        if length > bits {
            return Err("has a prefix longer than the address");
        }
        if length < PREFIX_MIN {
            return Err("has a mask of /8 or shorter");
        }
        let host = u32::from(bits - length);
        let mask = if host == 128 { u128::MAX } else { (1u128 << host) - 1 };
        Ok(Cidr { is_v6, first: number & !mask, last: number | mask })
    }

    #[must_use]
    pub fn first_address(self) -> IpAddr {
        match u32::try_from(self.first) {
            Ok(first) if !self.is_v6 => IpAddr::V4(first.into()),
            Ok(_) | Err(_) => IpAddr::V6(self.first.into()),
        }
    }

    /// Whether every address of the other is one of this.
    fn holds(self, other: Cidr) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.first && other.last <= self.last
    }

    #[must_use]
    pub fn is_v6(&self) -> bool {
        self.is_v6
    }
}

/// The family, its width and the number of an address. An IPv4 address written as IPv6 (RFC 4291 §2.5.5.2) is IPv4.
fn number(address: IpAddr) -> (bool, u8, u128) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (false, 32, u128::from(v4.to_bits())),
        IpAddr::V6(v6) => (true, 128, v6.to_bits()),
    }
}

/// Which of many ranges hold an address: a tree of prefixes, each beneath the narrowest one that holds it, laid out in a
/// sorted list. One binary search finds the last range that begins at or before the address; whatever holds the address
/// is that range or stands above it, and no branch is longer than an address has bits.
#[derive(Clone, Debug, Default)]
pub struct Ranges<T> {
    /// By family and first address; of those that start alike, the longest range first.
    sorted: Vec<Node<T>>,
}

#[derive(Clone, Debug)]
struct Node<T> {
    cidr: Cidr,
    of: T,
    /// The narrowest range that holds this one.
    above: Option<usize>,
}

impl<T: Copy> Ranges<T> {
    #[must_use]
    pub fn new(mut ranges: Vec<(Cidr, T)>) -> Ranges<T> {
        ranges.sort_by_key(|(cidr, _)| (cidr.is_v6, cidr.first, std::cmp::Reverse(cidr.last)));
        let mut sorted: Vec<Node<T>> = Vec::with_capacity(ranges.len());
        for (cidr, of) in ranges {
            let holds = |at: &usize| sorted.get(*at).is_some_and(|node| node.cidr.holds(cidr));
            let up = |at: &usize| sorted.get(*at).and_then(|node| node.above);
            let above = std::iter::successors(sorted.len().checked_sub(1), up).find(holds);
            sorted.push(Node { cidr, of, above });
        }
        Ranges { sorted }
    }

    /// What the ranges that hold this address stand for.
    pub fn holding(&self, address: IpAddr) -> impl Iterator<Item = T> + '_ {
        let (is_v6, _, number) = number(address);
        let end = self.sorted.partition_point(|node| (node.cidr.is_v6, node.cidr.first) <= (is_v6, number));
        let nodes = std::iter::successors(end.checked_sub(1).and_then(|at| self.sorted.get(at)), |node| {
            self.sorted.get(node.above?)
        });
        nodes.filter(move |node| node.cidr.is_v6 == is_v6 && node.cidr.last >= number).map(|node| node.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_or_refused_with_the_reason() {
        for (text, expected) in [
            ("203.0.113.0/24", Ok(())),
            ("203.0.113.7/32", Ok(())),
            ("2001:db8::/32", Ok(())),
            ("10.0.0.0/9", Ok(())),
            ("10.0.0.0/8", Err("has a mask of /8 or shorter")),
            ("0.0.0.0/0", Err("has a mask of /8 or shorter")),
            ("203.0.113.0", Err("lacks the prefix length, such as `/24`")),
            ("203.0.113.0/33", Err("has a prefix longer than the address")),
            ("203.0.113/24", Err("is no IP address")),
            ("203.0.113.0/x", Err("has a prefix length that is no number")),
        ] {
            assert_eq!(Cidr::parse(text).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_found_in_every_range_that_holds_it() {
        let of = ["10.0.0.0/9", "10.1.0.0/16", "10.1.2.0/24", "192.0.2.0/24", "2001:db8::/32", "10.1.2.3/32"];
        let ranges = Ranges::new(of.iter().enumerate().map(|(i, text)| (Cidr::parse(text).expect(text), i)).collect());
        let found = |text: &str| {
            let mut found: Vec<usize> = ranges.holding(text.parse().expect(text)).collect();
            found.sort_unstable();
            found
        };
        for (address, expected) in [
            ("10.1.2.3", vec![0, 1, 2, 5]),
            ("10.1.2.4", vec![0, 1, 2]),
            ("10.1.9.9", vec![0, 1]),
            ("10.127.255.255", vec![0]),
            ("10.128.0.0", vec![]),
            ("192.0.2.255", vec![3]),
            ("192.0.3.0", vec![]),
            ("2001:db8:1::1", vec![4]),
            ("2001:db9::1", vec![]),
            ("::ffff:192.0.2.1", vec![3]),
            ("0.0.0.1", vec![]),
        ] {
            assert_eq!(found(address), expected, "{address}");
        }
    }
}
