//! Ids of objects that follow from others: made from the object they follow from, so that working them out twice gives the
//! same object and reactions need no chance.

use directory::Id;

/// The id of what follows from an object under a name: a version 8 UUID (RFC 9562 §5.8) over FNV-1a of both.
pub(crate) fn derived(of: Id, what: &str) -> Id {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = of.as_bytes().iter().chain(what.as_bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME));
    let version = (hash & !(0xf << 76)) | (0x8 << 76);
    Id::from_u128((version & !(0x3 << 62)) | (0x2 << 62))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_always_the_same_and_differs_by_name_and_source() {
        let (a, b) = (Id::from_u128(1), Id::from_u128(2));
        assert_eq!(derived(a, "instance"), derived(a, "instance"));
        assert_ne!(derived(a, "instance"), derived(a, "assignment"));
        assert_ne!(derived(a, "instance"), derived(b, "instance"));
        assert_eq!(derived(a, "instance").get_version_num(), 8);
    }
}
