//! The blobs: kept under the hash of what is in them.

use super::{TENANT, Test};
use crate::{Fault, Store};

pub(super) const TESTS: &[Test] = &[
    a_blob_is_kept_under_its_hash,
    a_blob_is_read_in_parts,
    pieces_make_the_blob_that_they_are_together,
    a_name_that_is_no_hash_is_absent,
];

/// The SHA-256 of `abc` (FIPS 180-4, the first example everybody checks).
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn a_blob_is_kept_under_its_hash(store: &dyn Store) {
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), None);
    assert_eq!(store.blob_put(TENANT, b"abc").unwrap(), ABC);
    assert_eq!(store.blob_put(TENANT, b"abc").unwrap(), ABC, "twice is fine");
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), Some(b"abc".to_vec()));
    let (empty, large) = (Vec::new(), vec![7; 3 << 20]);
    for bytes in [empty, large] {
        let name = store.blob_put(TENANT, &bytes).unwrap();
        assert_eq!(store.blob_get(TENANT, &name).unwrap(), Some(bytes));
    }
}

fn a_blob_is_read_in_parts(store: &dyn Store) {
    assert_eq!(store.blob_part(TENANT, ABC, 0, 9).unwrap(), None);
    store.blob_put(TENANT, b"abc").unwrap();
    for (from, most, expected) in [(0, 9, "abc"), (0, 2, "ab"), (1, 1, "b"), (2, 9, "c"), (3, 9, ""), (u64::MAX, 9, "")]
    {
        let part = store.blob_part(TENANT, ABC, from, most).unwrap().unwrap();
        assert_eq!((part.bytes.as_slice(), part.total), (expected.as_bytes(), 3), "{from} {most}");
    }
}

fn pieces_make_the_blob_that_they_are_together(store: &dyn Store) {
    let mut pieces = vec![b"c".to_vec(), Vec::new(), b"ab".to_vec()];
    assert_eq!(store.blob_join(TENANT, &mut || Ok(pieces.pop())).unwrap(), (ABC.to_owned(), 3));
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), Some(b"abc".to_vec()));
    let mut again = vec![b"abc".to_vec()];
    assert_eq!(store.blob_join(TENANT, &mut || Ok(again.pop())).unwrap().0, ABC, "twice is fine");
    let mut halves = vec![Err(Fault::definite("reading a piece", "it is gone")), Ok(Some(b"half".to_vec()))];
    assert!(store.blob_join(TENANT, &mut || halves.pop().unwrap_or(Ok(None))).is_err());
}

fn a_name_that_is_no_hash_is_absent(store: &dyn Store) {
    store.blob_put(TENANT, b"abc").unwrap();
    let upper = ABC.to_uppercase();
    let up = format!("../{ABC}");
    for name in ["", "abc", "..", "../../log.db", &upper, &up, &ABC[1..], &"é".repeat(32)] {
        assert_eq!(store.blob_get(TENANT, name).unwrap(), None, "`{name}`");
        assert_eq!(store.blob_part(TENANT, name, 0, 1).unwrap(), None, "`{name}`");
    }
}
