//! The outbox: due entries oldest first, put off or done.

use super::{TENANT, Test, at, commits, id};
use crate::{OutboxRow, Store};
use directory::Id;

pub(super) const TESTS: &[Test] = &[entries_come_when_due_and_oldest_first, an_entry_that_waits_is_not_written_again];

fn entries_come_when_due_and_oldest_first(store: &dyn Store) {
    // (entry, usn, not before)
    append(store, &[(1, 1, 30), (2, 1, 10), (3, 1, 20), (4, 2, 10), (5, 2, 90)]);
    let due = |now, limit| ids(&store.outbox_due(TENANT, at(now), limit).unwrap());
    assert!(due(9, 10).is_empty());
    assert_eq!(due(10, 10), [id(2), id(4)], "at the very second; then by usn");
    assert_eq!(due(50, 10), [id(2), id(4), id(3), id(1)]);
    assert_eq!(due(50, 2), [id(2), id(4)]);

    store.outbox_retry(TENANT, id(2), at(40)).unwrap();
    store.outbox_retry(TENANT, id(2), at(45)).unwrap();
    store.outbox_done(TENANT, id(3)).unwrap();
    assert_eq!(due(50, 10), [id(4), id(1), id(2)], "put off behind the others");
    let last = store.outbox_due(TENANT, at(50), 10).unwrap().pop().unwrap();
    assert_eq!(last, OutboxRow { attempts: 2, not_before: at(45), ..entry(2, 1, 10) });

    store.outbox_done(TENANT, id(3)).unwrap();
    store.outbox_retry(TENANT, id(3), at(1)).unwrap();
    assert_eq!(due(100, 10), [id(4), id(1), id(2), id(5)], "what is done stays done");
}

fn an_entry_that_waits_is_not_written_again(store: &dyn Store) {
    append(store, &[(1, 1, 10)]);
    store.outbox_retry(TENANT, id(1), at(20)).unwrap();
    append(store, &[(1, 2, 5), (2, 2, 30)]);
    let due = store.outbox_due(TENANT, at(99), 10).unwrap();
    assert_eq!(due, [OutboxRow { attempts: 1, not_before: at(20), ..entry(1, 1, 10) }, entry(2, 2, 30)]);
}

fn append(store: &dyn Store, entries: &[(u64, u64, i64)]) {
    let head = store.head(TENANT).unwrap().unwrap_or_default();
    let (mut batch, _) = commits(head, 1, 1);
    batch.outbox = entries.iter().map(|(n, usn, not_before)| entry(*n, *usn, *not_before)).collect();
    store.append(TENANT, head, &batch).unwrap();
}

fn entry(n: u64, usn: u64, not_before: i64) -> OutboxRow {
    let body = format!("body {n}").into_bytes();
    OutboxRow { id: id(n), usn, topic: "mail".into(), not_before: at(not_before), attempts: 0, body }
}

fn ids(rows: &[OutboxRow]) -> Vec<Id> {
    rows.iter().map(|row| row.id).collect()
}
