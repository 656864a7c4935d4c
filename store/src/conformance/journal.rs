//! The journal: numbers without gaps, a chain of hashes that shows tampering and survives forgetting.

use super::{TENANT, Test, at, id};
use crate::{Head, JOURNAL_ROWS_MAX, JournalQuery, JournalRow, Outcome, ROW_BYTES_MAX, Store, journal_verify};
use directory::{Id, Time};

pub(super) const TESTS: &[Test] = &[
    rows_are_numbered_and_chained_per_stream,
    rows_are_found_by_subject_time_and_position,
    forgetting_keeps_the_chain,
    only_the_front_of_a_stream_is_forgotten,
    an_altered_answer_does_not_verify,
    what_is_too_large_is_refused_whole,
];

fn rows_are_numbered_and_chained_per_stream(store: &dyn Store) {
    assert_eq!(store.journal_ends(TENANT, "signins").unwrap(), (Head::default(), Head::default()));
    assert_eq!(store.journal_append(TENANT, "signins", &[]).unwrap(), 0);
    assert_eq!(store.journal_append(TENANT, "signins", &rows(&[(10, 1), (11, 2)])).unwrap(), 2);
    assert_eq!(store.journal_append(TENANT, "audit", &rows(&[(12, 1)])).unwrap(), 1);
    assert_eq!(store.journal_append(TENANT, "signins", &rows(&[(13, 0)])).unwrap(), 3);
    let read = all(store, "signins");
    assert_eq!(seqs(&read), [1, 2, 3]);
    assert_eq!(read[0].body, b"at 10 about 1");
    assert_eq!((read[1].at, read[1].subject, read[2].subject), (at(11), Some(id(2)), None));
    verify(store, "signins");
    verify(store, "audit");
    // The chain is what its definition says, down to the byte: SHA-256 over zeros, seq 1, second 0, no subject, `x`.
    store.journal_append(TENANT, "known", &[(Time(0), None, b"x".to_vec())]).unwrap();
    assert_eq!(all(store, "known")[0].hash, KNOWN_HASH);
}

fn rows_are_found_by_subject_time_and_position(store: &dyn Store) {
    // The third is older than the second: a device reported late.
    let times = [(10, 1), (20, 2), (15, 1), (30, 2), (40, 1), (50, 0)];
    store.journal_append(TENANT, "signins", &rows(&times)).unwrap();
    let any = JournalQuery { limit: 10, ..JournalQuery::default() };
    let about = |n| JournalQuery { subject: Some(id(n)), ..any.clone() };
    let newest = JournalQuery { newest_first: true, ..any.clone() };
    let cases: [(&str, JournalQuery, &[u64]); 15] = [
        ("all", any.clone(), &[1, 2, 3, 4, 5, 6]),
        ("limited", JournalQuery { limit: 2, ..any.clone() }, &[1, 2]),
        ("none wanted", JournalQuery { limit: 0, ..any.clone() }, &[]),
        ("after", JournalQuery { after: 4, ..any.clone() }, &[5, 6]),
        ("newest", JournalQuery { limit: 3, ..newest.clone() }, &[6, 5, 4]),
        ("newest, next page", JournalQuery { limit: 3, after: 4, ..newest.clone() }, &[3, 2, 1]),
        ("newest, at the end", JournalQuery { after: 1, ..newest.clone() }, &[]),
        ("one's", about(1), &[1, 3, 5]),
        ("one's newest", JournalQuery { newest_first: true, limit: 2, ..about(1) }, &[5, 3]),
        ("nobody's", about(9), &[]),
        ("from", JournalQuery { from: Some(at(20)), ..any.clone() }, &[2, 4, 5, 6]),
        ("until", JournalQuery { until: Some(at(20)), ..any.clone() }, &[1, 3]),
        ("between", JournalQuery { from: Some(at(15)), until: Some(at(31)), ..newest.clone() }, &[4, 3, 2]),
        ("one's from", JournalQuery { from: Some(at(11)), ..about(1) }, &[3, 5]),
        ("later than all", JournalQuery { from: Some(at(51)), ..any.clone() }, &[]),
    ];
    for (name, query, expect) in cases {
        assert_eq!(seqs(&store.journal_read(TENANT, "signins", &query).unwrap()), expect, "{name}");
    }
}

fn forgetting_keeps_the_chain(store: &dyn Store) {
    store.journal_append(TENANT, "signins", &rows(&[(10, 1), (20, 2), (30, 1), (40, 2)])).unwrap();
    let before = all(store, "signins");
    assert_eq!(store.journal_expire(TENANT, "signins", at(10)).unwrap(), 0, "it is not older than itself");
    assert_eq!(store.journal_expire(TENANT, "signins", at(30)).unwrap(), 2);
    assert_eq!(all(store, "signins"), before[2..]);
    let (anchor, newest) = store.journal_ends(TENANT, "signins").unwrap();
    assert_eq!(anchor, Head { usn: 2, hash: before[1].hash });
    assert_eq!(newest, Head { usn: 4, hash: before[3].hash });
    verify(store, "signins");

    assert_eq!(store.journal_expire(TENANT, "signins", at(99)).unwrap(), 2);
    let (anchor, newest) = store.journal_ends(TENANT, "signins").unwrap();
    assert_eq!((anchor, all(store, "signins")), (newest, Vec::new()), "all forgotten, the end remembered");
    assert_eq!(store.journal_expire(TENANT, "signins", at(99)).unwrap(), 0);
    assert_eq!(store.journal_append(TENANT, "signins", &rows(&[(50, 1)])).unwrap(), 5, "the count goes on");
    verify(store, "signins");
    assert_eq!(store.journal_expire(TENANT, "no such stream", at(99)).unwrap(), 0);
}

fn only_the_front_of_a_stream_is_forgotten(store: &dyn Store) {
    store.journal_append(TENANT, "reports", &rows(&[(10, 1), (50, 2), (20, 1), (60, 2)])).unwrap();
    assert_eq!(store.journal_expire(TENANT, "reports", at(30)).unwrap(), 1, "the third waits behind the second");
    assert_eq!(seqs(&all(store, "reports")), [2, 3, 4]);
    assert_eq!(store.journal_expire(TENANT, "reports", at(55)).unwrap(), 2);
    assert_eq!(seqs(&all(store, "reports")), [4]);
    verify(store, "reports");
}

fn an_altered_answer_does_not_verify(store: &dyn Store) {
    store.journal_append(TENANT, "audit", &rows(&[(10, 1), (20, 2), (30, 1)])).unwrap();
    let (anchor, newest) = store.journal_ends(TENANT, "audit").unwrap();
    let mut read = all(store, "audit");
    assert_eq!(journal_verify(anchor, &read, newest), Ok(()));
    read[1].subject = Some(id(7));
    assert_eq!(journal_verify(anchor, &read, newest), Err(2));
    read.remove(1);
    assert_eq!(journal_verify(anchor, &read, newest), Err(2));
}

fn what_is_too_large_is_refused_whole(store: &dyn Store) {
    let largest = vec![(at(1), None, vec![0; ROW_BYTES_MAX])];
    assert_eq!(store.journal_append(TENANT, "reports", &largest).unwrap(), 1);
    let too_large = vec![(at(1), None, vec![1]), (at(1), None, vec![0; ROW_BYTES_MAX + 1])];
    let too_many = vec![(at(1), None, vec![1]); JOURNAL_ROWS_MAX + 1];
    for rows in [too_large, too_many] {
        let fault = store.journal_append(TENANT, "reports", &rows).expect_err("over the limit");
        assert_eq!(fault.outcome, Outcome::Definite);
    }
    assert_eq!(seqs(&all(store, "reports")), [1]);
}

#[rustfmt::skip]
const KNOWN_HASH: [u8; 32] = [
    0xbe, 0xdf, 0x66, 0x5c, 0x40, 0x28, 0x43, 0x77, 0x90, 0x3c, 0xf7, 0x3d, 0xda, 0xdb, 0x4b, 0xc4,
    0xab, 0xad, 0xde, 0x56, 0x0c, 0xa2, 0xf1, 0x2a, 0xc4, 0x27, 0x98, 0xab, 0x34, 0x5e, 0x07, 0x9a,
];

pub(super) fn verify(store: &dyn Store, stream: &str) {
    let (anchor, newest) = store.journal_ends(TENANT, stream).unwrap();
    assert_eq!(journal_verify(anchor, &all(store, stream), newest), Ok(()), "the chain of `{stream}`");
}

pub(super) fn all(store: &dyn Store, stream: &str) -> Vec<JournalRow> {
    let query = JournalQuery { limit: usize::MAX, ..JournalQuery::default() };
    store.journal_read(TENANT, stream, &query).unwrap()
}

/// (second, about whom; 0 is about nobody)
fn rows(rows: &[(i64, u64)]) -> Vec<(Time, Option<Id>, Vec<u8>)> {
    let row = |&(second, about): &(i64, u64)| {
        (at(second), (about > 0).then(|| id(about)), format!("at {second} about {about}").into_bytes())
    };
    rows.iter().map(row).collect()
}

fn seqs(rows: &[JournalRow]) -> Vec<u64> {
    rows.iter().map(|row| row.seq).collect()
}
