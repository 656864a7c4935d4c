//! So much of something for all together, and so much of it for one address: nobody alone takes it from everybody.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// What can be taken, in pieces of whatever it is.
pub struct Share {
    pieces_max: usize,
    of_one_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// What one request took; it is given back when this is dropped.
pub struct Held<'a> {
    share: &'a Share,
    from: IpAddr,
    pieces: usize,
}

impl Share {
    #[must_use]
    pub fn new(pieces_max: usize, of_one_max: usize) -> Share {
        Share { pieces_max, of_one_max, taken: Mutex::default() }
    }

    /// Nothing yet, for an address.
    #[must_use]
    pub fn hold(&self, from: IpAddr) -> Held<'_> {
        Held { share: self, from: network(from), pieces: 0 }
    }

    /// How many pieces are taken, and by how many addresses.
    #[must_use]
    pub fn taken(&self) -> (usize, usize) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        (taken.all, taken.by.len())
    }
}

impl Held<'_> {
    /// Take as many pieces as are missing to so many. False: there is no room for them, and none is taken.
    #[must_use]
    pub fn reach(&mut self, pieces: usize) -> bool {
        let missing = pieces.saturating_sub(self.pieces);
        if missing == 0 {
            return true;
        }
        let mut taken = self.share.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = taken.by.get(&self.from).copied().unwrap_or_default() + missing;
        if taken.all + missing > self.share.pieces_max || of_one > self.share.of_one_max {
            return false;
        }
        taken.all += missing;
        taken.by.insert(self.from, of_one);
        self.pieces += missing;
        true
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.pieces == 0 {
            return;
        }
        let mut taken = self.share.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= self.pieces;
        if let Some(of_one) = taken.by.get_mut(&self.from) {
            *of_one -= self.pieces;
            if *of_one == 0 {
                taken.by.remove(&self.from);
            }
        }
    }
}

/// Of IPv6 everybody has at least 2⁶⁴ addresses (RFC 6177): these count as one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_its_part_and_all_together_take_all() {
        let share = Share::new(4, 3);
        let [here, there] = ["192.0.2.1", "198.51.100.1"].map(|text| text.parse::<IpAddr>().unwrap());
        let (mut first, mut second, mut other) = (share.hold(here), share.hold(here), share.hold(there));
        assert!(first.reach(2) && second.reach(1) && second.reach(1));
        assert!(!first.reach(3), "a fourth of one address");
        assert!(other.reach(1) && !other.reach(2), "a fifth of all");
        assert_eq!(share.taken(), (4, 2));
        drop((first, other));
        assert_eq!(share.taken(), (1, 1));
        assert!(second.reach(3));
        drop(second);
        assert_eq!(share.taken(), (0, 0));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8:1:2:a::1"), address("2001:db8:1:2:b::2"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }
}
