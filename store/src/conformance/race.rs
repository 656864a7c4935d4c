//! Races: threads and nodes that want the same thing at the same moment.

use super::tickets::ticket;
use super::{OTHER, TENANT, at, commits, id, journal};
use crate::{Appended, Head, LinkRow, ObjectRow, Store};
use directory::{Name, Usn};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;

const THREADS: u8 = 8;
const TICKETS: usize = 50;
const APPENDS: usize = 500;
/// Puts of a blob that is removed meanwhile, each up to five writes that reach the disk; more until one was removed.
const PUTS: i64 = 50;
const PUTS_MAX: i64 = 5_000;

pub(super) fn eight_threads_take_each_ticket_once(store: &dyn Store) {
    take_each_once(&[store; THREADS as usize]);
}

pub(super) fn two_nodes_take_a_ticket_once(one: &dyn Store, other: &dyn Store) {
    take_each_once(&[one, other, one, other]);
}

/// Two threads race five hundred appends each; whoever loses reads the new head and tries again.
pub(super) fn two_nodes_extend_one_log(one: &dyn Store, other: &dyn Store) {
    let landed: Mutex<Vec<(Usn, Vec<u8>)>> = Mutex::default();
    thread::scope(|scope| {
        for (node, by) in [(one, 1), (other, 2)] {
            let landed = &landed;
            scope.spawn(move || {
                let mut head = Head::default();
                for n in 0..APPENDS {
                    loop {
                        let (mut batch, end) = commits(head, 1, by);
                        let body = format!("{n} by {by}").into_bytes();
                        batch.log[0].body.clone_from(&body);
                        let object = id(1000 * u64::from(by) + n as u64);
                        batch.objects.push(ObjectRow {
                            id: object,
                            kind: Name(1),
                            usn: end.usn,
                            body: Some(body.clone()),
                        });
                        match node.append(TENANT, head, &batch).unwrap() {
                            Appended::Done => {
                                head = end;
                                landed.lock().unwrap().push((end.usn, body));
                                break;
                            }
                            Appended::Lost(found) => {
                                assert_ne!(found, head, "lost to nobody");
                                head = found;
                            }
                            Appended::Duplicate => panic!("nothing unique was claimed"),
                        }
                    }
                }
            });
        }
    });
    let mut landed = landed.into_inner().unwrap();
    landed.sort();
    let log: Vec<(Usn, Vec<u8>)> =
        one.log(TENANT, 0, usize::MAX).unwrap().into_iter().map(|row| (row.usn, row.body)).collect();
    assert_eq!(log, landed, "each append is in the log exactly once, where it was told");
    assert!(log.iter().map(|(usn, _)| *usn).eq(1..=2 * APPENDS as u64), "no gap");
    let mut objects = 0;
    let head = other.load(TENANT, &mut |_| objects += 1, &mut |_| {}).unwrap();
    assert_eq!((head, objects), (one.head(TENANT).unwrap().unwrap(), 2 * APPENDS));
}

/// While one node rewrites the same objects and links in every batch, the other never loads two batches mixed.
pub(super) fn a_load_shows_one_usn(one: &dyn Store, other: &dyn Store) {
    const ROWS: u64 = 200;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _over = Over(&is_over);
            let mut head = Head::default();
            for _ in 0..100 {
                let (mut batch, end) = commits(head, 1, 1);
                let body = Some(end.usn.to_be_bytes().to_vec());
                let object = |n| ObjectRow { id: id(n), kind: Name(1), usn: end.usn, body: body.clone() };
                let link = |n| LinkRow { source: id(n), kind: Name(1), target: id(n), why: body.clone() };
                batch.objects = (0..ROWS).map(object).collect();
                batch.links = (0..ROWS).map(link).collect();
                assert_eq!(one.append(OTHER, head, &batch).unwrap(), Appended::Done);
                head = end;
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let mut found = Vec::new();
                let mut links = Vec::new();
                let head =
                    other.load(OTHER, &mut |row| found.extend(row.body), &mut |row| links.extend(row.why)).unwrap();
                found.append(&mut links);
                let expect = if head.usn == 0 { 0 } else { 2 * ROWS as usize };
                assert_eq!(found.len(), expect);
                assert!(found.iter().all(|body| *body == head.usn.to_be_bytes()), "mixed at {}", head.usn);
            }
        });
    });
}

/// Rows appended from both sides still make one chain.
pub(super) fn two_nodes_share_a_journal(one: &dyn Store, other: &dyn Store) {
    thread::scope(|scope| {
        for (node, by) in [(one, 1), (other, 2), (one, 3), (other, 4)] {
            scope.spawn(move || {
                for n in 0..50 {
                    node.journal_append(TENANT, "shared", &vec![(at(n), Some(id(by)), vec![1]); 2]).unwrap();
                }
            });
        }
    });
    assert_eq!(journal::all(one, "shared").len(), 400);
    journal::verify(other, "shared");
}

/// One node removes what is old, as fast as it can, while the other puts it again and again, until it was removed under its hands.
pub(super) fn a_blob_that_is_put_is_not_removed(one: &dyn Store, other: &dyn Store) {
    let (moment, is_over, removed) = (AtomicI64::new(0), AtomicBool::new(false), AtomicI64::new(0));
    let name = one.blob_put(TENANT, b"wanted", at(0)).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let before = at(moment.load(Ordering::Acquire));
                removed.fetch_add(i64::from(other.blob_remove(TENANT, &name, before).unwrap()), Ordering::AcqRel);
                // Whoever waits for the same lock has a turn.
                thread::yield_now();
            }
        });
        let _over = Over(&is_over);
        for n in 1..=PUTS_MAX {
            moment.store(n, Ordering::Release);
            thread::yield_now();
            let name = one.blob_put(TENANT, b"wanted", at(n)).unwrap();
            assert_eq!(one.blob_get(TENANT, &name).unwrap().as_deref(), Some(b"wanted".as_slice()), "put at {n}");
            if n >= PUTS && removed.load(Ordering::Acquire) > 0 {
                break;
            }
        }
    });
    let (removed, moments) = (removed.into_inner(), moment.into_inner());
    assert!((1..=moments + 1).contains(&removed), "{removed} times of {moments}");
}

/// Tells the other side of a race that this one has ended, be it by failing: else the other would never end.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Every thread tries to take every ticket; each must be had exactly once in all.
fn take_each_once(nodes: &[&dyn Store]) {
    for n in 0..TICKETS {
        assert!(nodes[0].ticket_put(TENANT, &ticket("code", &n.to_string(), 100), at(0)).unwrap());
    }
    let taken: Mutex<Vec<Vec<u8>>> = Mutex::default();
    thread::scope(|scope| {
        for node in nodes {
            let taken = &taken;
            scope.spawn(move || {
                for n in 0..TICKETS {
                    let had = node.ticket_take(TENANT, "code", n.to_string().as_bytes(), at(1)).unwrap();
                    taken.lock().unwrap().extend(had);
                }
            });
        }
    });
    let mut taken = taken.into_inner().unwrap();
    taken.sort();
    let mut expect: Vec<Vec<u8>> = (0..TICKETS).map(|n| format!("body of {n}").into_bytes()).collect();
    expect.sort();
    assert_eq!(taken, expect);
}
