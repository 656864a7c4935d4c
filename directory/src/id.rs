//! Identifiers. Kinds, attributes and links are known by a hash of their name, computed at compile time: it is the same
//! in memory, on disk and in every version of the program, and needs no registry. `Model::new` refuses a collision.

use std::fmt;

/// The id of an object: a GUID, as every Graph client expects.
pub type Id = uuid::Uuid;
/// The id of a tenant: a GUID too; it is the id of the tenant's `organization` object.
pub type TenantId = uuid::Uuid;
/// Update sequence number: the position of a commit in its tenant's log. Starts at 1, has no gaps, is never a clock.
pub type Usn = u64;

/// The hash of a name (FNV-1a, 32 bits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub u32);

/// The name of a kind, hashed.
pub type KindId = Name;
/// The name of an attribute, hashed.
pub type AttrId = Name;
/// The name of a link, hashed.
pub type LinkId = Name;

impl Name {
    /// Hash a name. `const`, so that a key costs nothing at run time.
    #[must_use]
    pub const fn of(text: &str) -> Name {
        let mut rest = text.as_bytes();
        let mut hash: u32 = 0x811c_9dc5;
        while let [byte, tail @ ..] = rest {
            hash = (hash ^ *byte as u32).wrapping_mul(0x0100_0193);
            rest = tail;
        }
        Name(hash)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:08x}", self.0)
    }
}

/// Read a GUID as clients write it: hyphenated, any case, with or without braces.
#[must_use]
pub fn id_from_text(text: &str) -> Option<Id> {
    Id::try_parse(text.trim()).ok()
}

/// Whether a text is a SHA-256 as it is written here: 64 lower-case hex digits.
#[must_use]
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Where one stands among all in something that comes to them in stages, in hundredths of a percent: the same every time, and
/// elsewhere in another one (the finaliser of splitmix64 over both ids).
#[must_use]
pub fn place(stages: Id, one: Id) -> u64 {
    let mixed = stages.as_u128() ^ one.as_u128().rotate_left(64);
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let (high, low) = ((mixed >> 64) as u64, mixed as u64);
    mix(low.wrapping_add(mix(high).wrapping_add(0x9e37_79b9_7f4a_7c15))) % 10_000
}
