//! The blobs: kept under the hash of what is in them.

use super::{OTHER, TENANT, Test, at};
use crate::{Fault, Store};

pub(super) const TESTS: &[Test] = &[
    a_blob_is_kept_under_its_hash,
    a_blob_is_read_in_parts,
    pieces_make_the_blob_that_they_are_together,
    a_name_that_is_no_hash_is_absent,
    blobs_are_listed_by_name_with_when_they_were_last_put,
    a_blob_goes_unless_it_was_put_since,
];

/// The SHA-256 of `abc` (FIPS 180-4, the first example everybody checks).
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn a_blob_is_kept_under_its_hash(store: &dyn Store) {
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), None);
    assert_eq!(store.blob_put(TENANT, b"abc", at(0)).unwrap(), ABC);
    assert_eq!(store.blob_put(TENANT, b"abc", at(0)).unwrap(), ABC, "twice is fine");
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), Some(b"abc".to_vec()));
    let (empty, large) = (Vec::new(), vec![7; 3 << 20]);
    for bytes in [empty, large] {
        let name = store.blob_put(TENANT, &bytes, at(0)).unwrap();
        assert_eq!(store.blob_get(TENANT, &name).unwrap(), Some(bytes));
    }
}

fn a_blob_is_read_in_parts(store: &dyn Store) {
    assert_eq!(store.blob_part(TENANT, ABC, 0, 9).unwrap(), None);
    store.blob_put(TENANT, b"abc", at(0)).unwrap();
    for (from, most, expected) in [(0, 9, "abc"), (0, 2, "ab"), (1, 1, "b"), (2, 9, "c"), (3, 9, ""), (u64::MAX, 9, "")]
    {
        let part = store.blob_part(TENANT, ABC, from, most).unwrap().unwrap();
        assert_eq!((part.bytes.as_slice(), part.total), (expected.as_bytes(), 3), "{from} {most}");
    }
}

fn pieces_make_the_blob_that_they_are_together(store: &dyn Store) {
    let mut pieces = vec![b"c".to_vec(), Vec::new(), b"ab".to_vec()];
    assert_eq!(store.blob_join(TENANT, &mut || Ok(pieces.pop()), at(0)).unwrap(), (ABC.to_owned(), 3));
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), Some(b"abc".to_vec()));
    let mut again = vec![b"abc".to_vec()];
    assert_eq!(store.blob_join(TENANT, &mut || Ok(again.pop()), at(0)).unwrap().0, ABC, "twice is fine");
    let mut halves = vec![Err(Fault::definite("reading a piece", "it is gone")), Ok(Some(b"half".to_vec()))];
    assert!(store.blob_join(TENANT, &mut || halves.pop().unwrap_or(Ok(None)), at(0)).is_err());
}

fn a_name_that_is_no_hash_is_absent(store: &dyn Store) {
    store.blob_put(TENANT, b"abc", at(0)).unwrap();
    let upper = ABC.to_uppercase();
    let up = format!("../{ABC}");
    for name in ["", "abc", "..", "../../log.db", &upper, &up, &ABC[1..], &"é".repeat(32)] {
        assert_eq!(store.blob_get(TENANT, name).unwrap(), None, "`{name}`");
        assert_eq!(store.blob_part(TENANT, name, 0, 1).unwrap(), None, "`{name}`");
    }
}

fn blobs_are_listed_by_name_with_when_they_were_last_put(store: &dyn Store) {
    assert_eq!(store.blob_list(TENANT, "", 9).unwrap(), vec![]);
    let mut names: Vec<String> = (0..20u8).map(|n| store.blob_put(TENANT, &[n], at(i64::from(n))).unwrap()).collect();
    store.blob_put(OTHER, b"abc", at(1)).unwrap();
    let first = names[0].clone();
    names.sort();
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let page = store.blob_list(TENANT, &after, 3).unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after.clone_from(&last.sha256);
        listed.extend(page);
    }
    assert_eq!(listed.iter().map(|blob| blob.sha256.clone()).collect::<Vec<_>>(), names);
    let put = |sha256: &str| {
        let all = store.blob_list(TENANT, "", 99).unwrap();
        all.into_iter().find(|blob| blob.sha256 == sha256).unwrap().put
    };
    assert_eq!(put(&first), at(0));
    store.blob_put(TENANT, &[0], at(60)).unwrap();
    assert_eq!(put(&first), at(60));
    let mut pieces = vec![vec![0]];
    store.blob_join(TENANT, &mut || Ok(pieces.pop()), at(70)).unwrap();
    assert_eq!(put(&first), at(70));
    assert_eq!(store.blob_list(OTHER, "", 9).unwrap().len(), 1);
}

fn a_blob_goes_unless_it_was_put_since(store: &dyn Store) {
    store.blob_put(TENANT, b"abc", at(10)).unwrap();
    store.blob_put(OTHER, b"abc", at(10)).unwrap();
    for before in [at(9), at(10)] {
        assert!(!store.blob_remove(TENANT, ABC, before).unwrap());
        assert!(store.blob_get(TENANT, ABC).unwrap().is_some());
    }
    store.blob_put(TENANT, b"abc", at(20)).unwrap();
    assert!(!store.blob_remove(TENANT, ABC, at(20)).unwrap(), "put again");
    assert!(store.blob_remove(TENANT, ABC, at(21)).unwrap());
    assert!(!store.blob_remove(TENANT, ABC, at(21)).unwrap(), "it is gone");
    assert!(!store.blob_remove(TENANT, "../x", at(21)).unwrap());
    assert_eq!(store.blob_get(TENANT, ABC).unwrap(), None);
    assert_eq!(store.blob_list(TENANT, "", 9).unwrap(), vec![]);
    assert!(store.blob_get(OTHER, ABC).unwrap().is_some(), "each tenant has its own");
    assert_eq!(store.blob_put(TENANT, b"abc", at(30)).unwrap(), ABC, "and may come again");
    assert!(store.blob_get(TENANT, ABC).unwrap().is_some());
}
