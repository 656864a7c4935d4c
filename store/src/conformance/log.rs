//! The log: compare-and-set, no gaps, all or nothing, and a state that is what the batches say.

use super::{TENANT, Test, at, commits, id};
use crate::{Appended, Batch, Head, LinkRow, LogRow, ObjectRow, OutboxRow, Outcome, Store, UniqueRow};
use directory::{Name, Usn};
use std::collections::BTreeMap;

pub(super) const TESTS: &[Test] = &[
    an_empty_store_has_nothing,
    a_log_continues_only_from_its_end,
    a_batch_with_a_gap_is_refused,
    the_log_is_read_in_portions,
    a_unique_key_is_claimed_once,
    a_released_key_may_be_claimed_in_the_same_batch,
    a_refused_batch_leaves_nothing_behind,
    the_state_is_the_batches_replayed,
    cursors_move_with_the_commit_and_never_back,
];

fn an_empty_store_has_nothing(store: &dyn Store) {
    assert!(store.tenants().unwrap().is_empty());
    assert_eq!(store.head(TENANT).unwrap(), None);
    assert_eq!(store.log(TENANT, 0, 10).unwrap(), []);
    assert_eq!(state(store), (Head::default(), Vec::new(), Vec::new()));
    store.set_cursors(TENANT, &[("early".into(), 0)]).unwrap();
    assert!(store.tenants().unwrap().is_empty(), "a cursor founds no tenant");
    assert_eq!(store.head(TENANT).unwrap(), None);
}

fn a_log_continues_only_from_its_end(store: &dyn Store) {
    let (founding, first) = commits(Head::default(), 1, 1);
    let nowhere = Head { usn: 7, hash: [7; 32] };
    let unfounded = store.append(TENANT, nowhere, &commits(nowhere, 1, 1).0).unwrap();
    assert_eq!(unfounded, Appended::Lost(Head::default()), "there is no log to continue");
    assert_eq!(store.append(TENANT, Head::default(), &founding).unwrap(), Appended::Done);
    assert_eq!(store.append(TENANT, Head::default(), &founding).unwrap(), Appended::Lost(first), "founded twice");

    let (next, second) = commits(first, 3, 1);
    let forked = Head { usn: first.usn, hash: [9; 32] };
    assert_eq!(store.append(TENANT, forked, &next).unwrap(), Appended::Lost(first), "same usn, another history");
    assert_eq!(store.append(TENANT, first, &next).unwrap(), Appended::Done);
    assert_eq!(store.append(TENANT, first, &next).unwrap(), Appended::Lost(second), "late");
    assert_eq!(store.head(TENANT).unwrap(), Some(second));
    assert_eq!(store.tenants().unwrap(), [TENANT]);
    assert_eq!(store.log(TENANT, 0, 10).unwrap(), [founding.log, next.log].concat());
}

fn a_batch_with_a_gap_is_refused(store: &dyn Store) {
    let object = ObjectRow { id: id(1), kind: Name(1), usn: 1, body: Some(vec![1]) };
    let good = commits(Head::default(), 3, 1).0;
    let mut cases = vec![("starts late", Batch { log: good.log[1..].to_vec(), ..Batch::default() })];
    cases.push(("skips one", Batch { log: vec![good.log[0].clone(), good.log[2].clone()], ..Batch::default() }));
    cases.push(("goes back", Batch { log: vec![good.log[1].clone(), good.log[0].clone()], ..Batch::default() }));
    cases.push(("too many", commits(Head::default(), crate::BATCH_MAX as u64 + 1, 1).0));
    cases.push(("no commit for it", Batch { objects: vec![object], ..Batch::default() }));
    for (name, batch) in cases {
        let fault = store.append(TENANT, Head::default(), &batch).expect_err(name);
        assert_eq!(fault.outcome, Outcome::Definite, "{name}");
        assert_eq!(store.head(TENANT).unwrap(), None, "{name}");
    }
}

fn the_log_is_read_in_portions(store: &dyn Store) {
    let (batch, _) = commits(Head::default(), 10, 1);
    store.append(TENANT, Head::default(), &batch).unwrap();
    let cases: [(Usn, usize, &[Usn]); 6] =
        [(0, 3, &[1, 2, 3]), (3, 3, &[4, 5, 6]), (8, 9, &[9, 10]), (10, 5, &[]), (11, 5, &[]), (0, 0, &[])];
    for (after, limit, expect) in cases {
        let usns: Vec<Usn> = store.log(TENANT, after, limit).unwrap().iter().map(|row| row.usn).collect();
        assert_eq!(usns, expect, "after {after}, limit {limit}");
    }
}

fn a_unique_key_is_claimed_once(store: &dyn Store) {
    let cases: [(&str, &[UniqueRow], Appended); 7] = [
        ("free", &[claim("upn/ada", 1)], Appended::Done),
        ("held by another", &[claim("upn/ada", 2)], Appended::Duplicate),
        ("held by the same", &[claim("upn/ada", 1)], Appended::Duplicate),
        ("twice in one batch", &[claim("upn/bob", 3), claim("upn/bob", 4)], Appended::Duplicate),
        ("not theirs to release", &[release("upn/ada", 2), claim("upn/ada", 2)], Appended::Duplicate),
        ("never held, released", &[release("upn/eve", 2)], Appended::Done),
        ("another key", &[claim("upn/bob", 3)], Appended::Done),
    ];
    for (name, unique, expect) in cases {
        let head = store.head(TENANT).unwrap().unwrap_or_default();
        let (mut batch, end) = commits(head, 1, 1);
        batch.unique = unique.to_vec();
        assert_eq!(store.append(TENANT, head, &batch).unwrap(), expect, "{name}");
        let expected = if expect == Appended::Done { end } else { head };
        assert_eq!(store.head(TENANT).unwrap(), Some(expected), "{name}");
    }
}

fn a_released_key_may_be_claimed_in_the_same_batch(store: &dyn Store) {
    let (mut batch, head) = commits(Head::default(), 1, 1);
    batch.unique = vec![claim("a", 1), claim("b", 2)];
    assert_eq!(store.append(TENANT, Head::default(), &batch).unwrap(), Appended::Done);
    let (mut batch, head) = commits_after(head);
    // The claims stand before the releases on purpose: 1 and 2 exchange their keys.
    batch.unique = vec![claim("a", 2), claim("b", 1), release("a", 1), release("b", 2)];
    assert_eq!(store.append(TENANT, head, &batch).unwrap(), Appended::Done);
    let (mut batch, head) = commits_after(store.head(TENANT).unwrap().unwrap());
    batch.unique = vec![release("a", 1), claim("a", 3)];
    assert_eq!(store.append(TENANT, head, &batch).unwrap(), Appended::Duplicate, "1 does not hold it any more");
}

fn a_refused_batch_leaves_nothing_behind(store: &dyn Store) {
    let (mut batch, head) = commits(Head::default(), 1, 1);
    batch.unique = vec![claim("taken", 1)];
    store.append(TENANT, Head::default(), &batch).unwrap();
    let before = everything(store);

    let (mut batch, _) = commits(head, 2, 1);
    batch.objects = vec![ObjectRow { id: id(5), kind: Name(1), usn: 2, body: Some(vec![5]) }];
    batch.links = vec![LinkRow { source: id(5), kind: Name(2), target: id(6), why: Some(vec![]) }];
    batch.outbox = vec![outbox(1, 2)];
    batch.cursors = vec![("mail".into(), 2)];
    batch.unique = vec![claim("free", 5), release("taken", 1), claim("taken", 5), claim("free", 6)];
    assert_eq!(store.append(TENANT, head, &batch).unwrap(), Appended::Duplicate);
    assert_eq!(everything(store), before);
    let stale = Head { usn: head.usn, hash: [0; 32] };
    batch.unique.clear();
    assert_eq!(store.append(TENANT, stale, &batch).unwrap(), Appended::Lost(head));
    assert_eq!(everything(store), before);

    // Neither has the refused claim of `free` stayed, nor has the refused release of `taken`.
    batch.unique = vec![claim("free", 7)];
    assert_eq!(store.append(TENANT, head, &batch).unwrap(), Appended::Done);
    let (mut batch, head) = commits_after(store.head(TENANT).unwrap().unwrap());
    batch.unique = vec![claim("taken", 7)];
    assert_eq!(store.append(TENANT, head, &batch).unwrap(), Appended::Duplicate);
}

/// Two hundred batches drawn from a fixed sequence, against a plain map; checked at the end and on the way.
fn the_state_is_the_batches_replayed(store: &dyn Store) {
    let mut roll = 1u64;
    let mut next = |below: u64| {
        roll = roll.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (roll >> 33) % below
    };
    let (mut head, mut objects, mut links) = (Head::default(), BTreeMap::new(), BTreeMap::new());
    for round in 0..200 {
        let (mut batch, end) = commits(head, 1 + next(4), 1);
        for _ in 0..next(6) {
            let body = (next(4) > 0).then(|| vec![next(256) as u8; next(3000) as usize]);
            let row = ObjectRow { id: id(next(40)), kind: Name(next(3) as u32), usn: end.usn, body };
            batch.objects.push(row);
        }
        for _ in 0..next(6) {
            // Kinds on both sides of the sign bit: they are hashes, and their order is unsigned.
            let kind = Name(0x7fff_fffe + next(4) as u32);
            let why = (next(4) > 0).then(|| vec![next(256) as u8; next(4) as usize]);
            batch.links.push(LinkRow { source: id(next(12)), kind, target: id(next(12)), why });
        }
        for row in &batch.objects {
            drop(objects.remove(&row.id));
            objects.extend(row.body.is_some().then(|| (row.id, row.clone())));
        }
        for row in &batch.links {
            let key = (row.source, row.kind, row.target);
            drop(links.remove(&key));
            links.extend(row.why.is_some().then(|| (key, row.clone())));
        }
        assert_eq!(store.append(TENANT, head, &batch).unwrap(), Appended::Done);
        head = end;
        if round % 40 == 39 {
            let expect = (head, objects.values().cloned().collect(), links.values().cloned().collect());
            assert_eq!(state(store), expect, "after round {round}");
        }
    }
}

fn cursors_move_with_the_commit_and_never_back(store: &dyn Store) {
    let (mut batch, head) = commits(Head::default(), 4, 1);
    batch.cursors = vec![("mail".into(), 3), ("groups".into(), 4)];
    store.append(TENANT, Head::default(), &batch).unwrap();
    type Moved = &'static [(&'static str, Usn)];
    let cases: [(Moved, [Usn; 2]); 4] =
        [(&[], [4, 3]), (&[("mail", 4)], [4, 4]), (&[("mail", 2), ("groups", 1)], [4, 4]), (&[("groups", 9)], [9, 4])];
    for (moved, [groups, mail]) in cases {
        let moved: Vec<(String, Usn)> = moved.iter().map(|(name, usn)| ((*name).to_owned(), *usn)).collect();
        store.set_cursors(TENANT, &moved).unwrap();
        assert_eq!(store.cursors(TENANT).unwrap(), [("groups".to_owned(), groups), ("mail".to_owned(), mail)]);
    }
    // A reaction that only fills the outbox commits nothing, but its cursor and its entries still go together.
    let emitted = Batch { outbox: vec![outbox(1, 4)], cursors: vec![("hooks".into(), 4)], ..Batch::default() };
    assert_eq!(store.append(TENANT, head, &emitted).unwrap(), Appended::Done);
    assert_eq!(store.head(TENANT).unwrap(), Some(head), "nothing was committed");
    assert_eq!(store.cursors(TENANT).unwrap().len(), 3);
    assert_eq!(store.outbox_due(TENANT, at(100), 10).unwrap().len(), 1);
}

fn claim(key: &str, holder: u64) -> UniqueRow {
    UniqueRow { key: key.as_bytes().to_vec(), claim: true, id: id(holder) }
}

fn release(key: &str, holder: u64) -> UniqueRow {
    UniqueRow { claim: false, ..claim(key, holder) }
}

fn outbox(n: u64, usn: Usn) -> OutboxRow {
    OutboxRow { id: id(n), usn, topic: "mail".into(), not_before: at(1), attempts: 0, body: vec![1] }
}

fn commits_after(head: Head) -> (Batch, Head) {
    (commits(head, 1, 1).0, head)
}

type State = (Head, Vec<ObjectRow>, Vec<LinkRow>);

fn state(store: &dyn Store) -> State {
    let (mut objects, mut links): (Vec<ObjectRow>, Vec<LinkRow>) = (Vec::new(), Vec::new());
    let head = store.load(TENANT, &mut |row| objects.push(row), &mut |row| links.push(row)).unwrap();
    assert!(objects.is_sorted_by_key(|row| row.id), "objects come ordered by id");
    assert!(links.is_sorted_by_key(|row| (row.source, row.kind, row.target)), "links come ordered by their key");
    (head, objects, links)
}

type Everything = (State, Vec<LogRow>, Vec<(String, Usn)>, Vec<OutboxRow>);

fn everything(store: &dyn Store) -> Everything {
    let log = store.log(TENANT, 0, 1000).unwrap();
    (state(store), log, store.cursors(TENANT).unwrap(), store.outbox_due(TENANT, at(1000), 1000).unwrap())
}
