//! The tickets: put once, taken once, swapped only by who knows what is there, gone when expired or revoked.

use super::{TENANT, Test, at, id};
use crate::{KEY_BYTES_MAX, Outcome, ROW_BYTES_MAX, Store, Ticket};

pub(super) const TESTS: &[Test] = &[
    a_ticket_is_put_once_and_taken_once,
    a_nonce_is_accepted_once_while_it_lives,
    an_expired_ticket_answers_as_absent,
    a_swap_needs_the_body_that_is_there,
    a_group_is_revoked_on_all_shelves,
    a_group_is_listed_by_shelf,
    expiry_removes_what_is_over_and_nothing_else,
    what_is_too_large_is_refused,
];

fn a_ticket_is_put_once_and_taken_once(store: &dyn Store) {
    assert!(store.ticket_put(TENANT, &ticket("code", "a", 100), at(0)).unwrap());
    assert!(!store.ticket_put(TENANT, &Ticket { body: b"other".to_vec(), ..ticket("code", "a", 200) }, at(0)).unwrap());
    assert!(store.ticket_put(TENANT, &ticket("session", "a", 100), at(0)).unwrap(), "another shelf, another ticket");
    let body = Some(b"body of a".to_vec());
    assert_eq!(store.ticket_get(TENANT, "code", b"a", at(1)).unwrap(), body, "looking");
    assert_eq!(store.ticket_get(TENANT, "code", b"a", at(1)).unwrap(), body, "does not take");
    assert_eq!(store.ticket_take(TENANT, "code", b"a", at(1)).unwrap(), body);
    assert_eq!(store.ticket_take(TENANT, "code", b"a", at(1)).unwrap(), None);
    assert_eq!(store.ticket_get(TENANT, "code", b"a", at(1)).unwrap(), None);
    assert_eq!(store.ticket_get(TENANT, "session", b"a", at(1)).unwrap(), body);
    assert_eq!(store.ticket_take(TENANT, "code", b"never put", at(1)).unwrap(), None);
}

fn a_nonce_is_accepted_once_while_it_lives(store: &dyn Store) {
    let nonce = |expires| Ticket { body: Vec::new(), ..ticket("jti", "n", expires) };
    let cases = [(0, 10, true), (9, 20, false), (10, 30, true), (29, 40, false), (30, 31, true)];
    for (now, expires, expect) in cases {
        assert_eq!(store.ticket_put(TENANT, &nonce(expires), at(now)).unwrap(), expect, "at {now}");
    }
}

fn an_expired_ticket_answers_as_absent(store: &dyn Store) {
    assert!(store.ticket_put(TENANT, &grouped("code", "a", 10, 1), at(0)).unwrap());
    assert!(store.ticket_get(TENANT, "code", b"a", at(9)).unwrap().is_some());
    assert_eq!(store.ticket_get(TENANT, "code", b"a", at(10)).unwrap(), None, "at the very second");
    assert_eq!(store.ticket_take(TENANT, "code", b"a", at(10)).unwrap(), None);
    assert!(!store.ticket_swap(TENANT, &ticket("code", "a", 99), b"body of a", at(10)).unwrap());
    assert_eq!(store.ticket_list(TENANT, "code", id(1), at(10), 9).unwrap(), []);
}

fn a_swap_needs_the_body_that_is_there(store: &dyn Store) {
    assert!(store.ticket_put(TENANT, &grouped("refresh", "a", 10, 1), at(0)).unwrap());
    let next = Ticket { body: b"second".to_vec(), ..ticket("refresh", "a", 50) };
    assert!(!store.ticket_swap(TENANT, &next, b"wrong", at(1)).unwrap());
    assert!(store.ticket_swap(TENANT, &next, b"body of a", at(1)).unwrap());
    assert!(!store.ticket_swap(TENANT, &next, b"body of a", at(1)).unwrap(), "once");
    assert_eq!(store.ticket_get(TENANT, "refresh", b"a", at(49)).unwrap(), Some(b"second".to_vec()), "lives longer");
    assert!(!store.ticket_swap(TENANT, &ticket("refresh", "none", 50), b"", at(1)).unwrap(), "a swap puts nothing");
    assert_eq!(store.ticket_get(TENANT, "refresh", b"none", at(1)).unwrap(), None);
    assert_eq!(store.ticket_revoke(TENANT, id(1)).unwrap(), 1, "a swap does not leave the group");
}

fn a_group_is_revoked_on_all_shelves(store: &dyn Store) {
    let tickets = [("session", "a", 1), ("refresh", "a", 1), ("refresh", "b", 1), ("refresh", "c", 2)];
    for (shelf, key, group) in tickets {
        assert!(store.ticket_put(TENANT, &grouped(shelf, key, 10, group), at(0)).unwrap());
    }
    assert!(store.ticket_put(TENANT, &ticket("refresh", "d", 10), at(0)).unwrap());
    assert_eq!(store.ticket_revoke(TENANT, id(1)).unwrap(), 3);
    assert_eq!(store.ticket_revoke(TENANT, id(1)).unwrap(), 0);
    for (shelf, key, group) in tickets {
        let found = store.ticket_get(TENANT, shelf, key.as_bytes(), at(1)).unwrap();
        assert_eq!(found.is_some(), group == 2, "{shelf} {key}");
    }
    assert!(store.ticket_get(TENANT, "refresh", b"d", at(1)).unwrap().is_some(), "one without a group is not revoked");
}

fn a_group_is_listed_by_shelf(store: &dyn Store) {
    for (shelf, key, group) in [("session", "b", 1), ("session", "a", 1), ("refresh", "a", 1), ("session", "c", 2)] {
        assert!(store.ticket_put(TENANT, &grouped(shelf, key, 10, group), at(0)).unwrap());
    }
    let keys = |limit| {
        let listed = store.ticket_list(TENANT, "session", id(1), at(1), limit).unwrap();
        listed.into_iter().map(|(key, body)| (String::from_utf8(key).unwrap(), body)).collect::<Vec<_>>()
    };
    let (a, b) = (("a".to_owned(), b"body of a".to_vec()), ("b".to_owned(), b"body of b".to_vec()));
    assert_eq!(keys(9), [a.clone(), b], "ordered by key");
    assert_eq!(keys(1), [a]);
}

fn expiry_removes_what_is_over_and_nothing_else(store: &dyn Store) {
    // More than any portion that an implementation may remove at once.
    for n in 0..2500 {
        assert!(store.ticket_put(TENANT, &ticket("code", &n.to_string(), 10 + n % 2), at(0)).unwrap());
    }
    assert_eq!(store.ticket_expire(at(9)).unwrap(), 0);
    assert_eq!(store.ticket_expire(at(10)).unwrap(), 1250);
    assert_eq!(store.ticket_expire(at(10)).unwrap(), 0);
    assert_eq!(store.ticket_get(TENANT, "code", b"0", at(5)).unwrap(), None, "gone, whatever the hour");
    assert!(store.ticket_get(TENANT, "code", b"1", at(10)).unwrap().is_some());
    assert_eq!(store.ticket_expire(at(11)).unwrap(), 1250);
}

fn what_is_too_large_is_refused(store: &dyn Store) {
    let long_key = Ticket { key: vec![0; KEY_BYTES_MAX + 1], ..ticket("code", "", 10) };
    let long_body = Ticket { body: vec![0; ROW_BYTES_MAX + 1], ..ticket("code", "a", 10) };
    for ticket in [long_key, long_body] {
        let fault = store.ticket_put(TENANT, &ticket, at(0)).expect_err("over the limit");
        assert_eq!(fault.outcome, Outcome::Definite);
        assert!(store.ticket_swap(TENANT, &ticket, b"", at(0)).is_err());
    }
    let largest = Ticket { key: vec![0; KEY_BYTES_MAX], body: vec![0; ROW_BYTES_MAX], ..ticket("code", "", 10) };
    assert!(store.ticket_put(TENANT, &largest, at(0)).unwrap());
    assert_eq!(store.ticket_take(TENANT, "code", &largest.key, at(0)).unwrap(), Some(largest.body));
}

pub(super) fn ticket(shelf: &'static str, key: &str, expires: i64) -> Ticket {
    let body = format!("body of {key}").into_bytes();
    Ticket { shelf, key: key.as_bytes().to_vec(), group: None, expires: at(expires), body }
}

fn grouped(shelf: &'static str, key: &str, expires: i64, group: u64) -> Ticket {
    Ticket { group: Some(id(group)), ..ticket(shelf, key, expires) }
}
