//! Tenants: the same ids and keys in two of them never meet.

use super::tickets::ticket;
use super::{OTHER, TENANT, Test, at, commits, id, journal};
use crate::{Appended, Batch, Head, LinkRow, ObjectRow, OutboxRow, Store, Ticket, UniqueRow};
use directory::{Name, TenantId};

pub(super) const TESTS: &[Test] = &[logs_do_not_meet, journals_do_not_meet, tickets_do_not_meet, blobs_do_not_meet];

fn logs_do_not_meet(store: &dyn Store) {
    for (tenant, by) in [(TENANT, 1), (OTHER, 2)] {
        assert_eq!(store.append(tenant, Head::default(), &full(by)).unwrap(), Appended::Done, "the same key is free");
    }
    let mut both = [TENANT, OTHER];
    both.sort();
    assert_eq!(store.tenants().unwrap(), both);
    for (tenant, by) in [(TENANT, 1), (OTHER, 2)] {
        assert_holds(store, tenant, by);
    }
    let emptied = Batch {
        objects: full(1).objects.into_iter().map(|row| ObjectRow { body: None, ..row }).collect(),
        links: full(1).links.into_iter().map(|row| LinkRow { why: None, ..row }).collect(),
        unique: full(1).unique.into_iter().map(|row| UniqueRow { claim: false, ..row }).collect(),
        ..commits(store.head(TENANT).unwrap().unwrap(), 1, 1).0
    };
    store.append(TENANT, store.head(TENANT).unwrap().unwrap(), &emptied).unwrap();
    store.set_cursors(TENANT, &[("mail".into(), 9)]).unwrap();
    store.outbox_retry(TENANT, id(3), at(9)).unwrap();
    store.outbox_done(TENANT, id(3)).unwrap();
    assert_holds(store, OTHER, 2);
}

fn journals_do_not_meet(store: &dyn Store) {
    for (tenant, body) in [(TENANT, b"ours"), (OTHER, b"them")] {
        assert_eq!(store.journal_append(tenant, "audit", &[(at(1), Some(id(1)), body.to_vec())]).unwrap(), 1);
    }
    assert_eq!(store.journal_expire(OTHER, "audit", at(5)).unwrap(), 1);
    let ours = journal::all(store, "audit");
    assert_eq!(ours.iter().map(|row| row.body.as_slice()).collect::<Vec<_>>(), [b"ours"]);
    journal::verify(store, "audit");
}

fn tickets_do_not_meet(store: &dyn Store) {
    let ours = Ticket { group: Some(id(1)), ..ticket("code", "a", 10) };
    let theirs = Ticket { body: b"theirs".to_vec(), ..ours.clone() };
    assert!(store.ticket_put(TENANT, &ours, at(0)).unwrap());
    assert_eq!(store.ticket_get(OTHER, "code", b"a", at(0)).unwrap(), None);
    assert_eq!(store.ticket_take(OTHER, "code", b"a", at(0)).unwrap(), None);
    assert!(!store.ticket_swap(OTHER, &theirs, &ours.body, at(0)).unwrap());
    assert!(store.ticket_put(OTHER, &theirs, at(0)).unwrap());
    assert_eq!(store.ticket_list(OTHER, "code", id(1), at(0), 9).unwrap(), [(b"a".to_vec(), b"theirs".to_vec())]);
    assert_eq!(store.ticket_revoke(OTHER, id(1)).unwrap(), 1);
    assert_eq!(store.ticket_take(TENANT, "code", b"a", at(0)).unwrap(), Some(ours.body));
}

fn blobs_do_not_meet(store: &dyn Store) {
    let name = store.blob_put(TENANT, b"logo", at(0)).unwrap();
    assert_eq!(store.blob_get(OTHER, &name).unwrap(), None, "to know a hash is not to be given the blob");
}

/// A founding batch with one row of everything: the keys are always the same, what they hold says by whom.
fn full(by: u8) -> Batch {
    let outbox = OutboxRow { id: id(3), usn: 1, topic: "t".into(), not_before: at(1), attempts: 0, body: vec![by] };
    Batch {
        objects: vec![ObjectRow { id: id(1), kind: Name(1), usn: 1, body: Some(vec![by]) }],
        links: vec![LinkRow { source: id(1), kind: Name(1), target: id(2), why: Some(vec![by]) }],
        unique: vec![UniqueRow { key: b"key".to_vec(), claim: true, id: id(1) }],
        outbox: vec![outbox],
        cursors: vec![("mail".into(), by.into())],
        ..commits(Head::default(), 1, by).0
    }
}

fn assert_holds(store: &dyn Store, tenant: TenantId, by: u8) {
    let (mut objects, mut links, expect) = (Vec::new(), Vec::new(), full(by));
    let head = store.load(tenant, &mut |row| objects.push(row), &mut |row| links.push(row)).unwrap();
    assert_eq!(store.head(tenant).unwrap(), Some(head));
    let found = Batch {
        log: store.log(tenant, 0, 10).unwrap(),
        objects,
        links,
        unique: expect.unique.clone(),
        outbox: store.outbox_due(tenant, at(5), 10).unwrap(),
        cursors: store.cursors(tenant).unwrap(),
    };
    assert_eq!(found, expect);
    let (mut again, _) = commits(head, 1, by);
    again.unique.clone_from(&expect.unique);
    assert_eq!(store.append(tenant, head, &again).unwrap(), Appended::Duplicate, "its key is still held");
}
