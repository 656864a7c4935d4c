//! One suite for every store: what `Store` promises, as tests that any implementation runs.
//!
//! It is public so that a new database adds one file and one test line. It does not test what only one database has:
//! durability after a crash, disks that fill up, files that are altered; those tests lie beside the implementation.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a suite of tests fails by panicking")]

mod blobs;
mod journal;
mod log;
mod outbox;
mod race;
mod tenants;
mod tickets;

use crate::{Batch, Head, LogRow, Store};
use directory::{Id, TenantId, Time, Usn};

/// Run the suite; `make` gives a new, empty store each time.
///
/// # Panics
/// When a promise is not kept.
pub fn conformance(make: &dyn Fn() -> Box<dyn Store>) {
    let suite = [log::TESTS, outbox::TESTS, journal::TESTS, tickets::TESTS, blobs::TESTS, tenants::TESTS];
    for test in suite.into_iter().flatten() {
        test(&*make());
    }
    race::eight_threads_take_each_ticket_once(&*make());
}

/// Run the races between two handles to the same, empty data: two nodes over one database.
///
/// # Panics
/// When a promise is not kept.
pub fn two_handles(one: &dyn Store, other: &dyn Store) {
    race::two_nodes_extend_one_log(one, other);
    race::a_load_shows_one_usn(one, other);
    race::two_nodes_share_a_journal(one, other);
    race::two_nodes_take_a_ticket_once(one, other);
    race::a_blob_that_is_put_is_not_removed(one, other);
}

type Test = fn(&dyn Store);

const TENANT: TenantId = Id::from_u128(0xc0ffee);
const OTHER: TenantId = Id::from_u128(0xdecade);

/// Ids are spread over the whole range, so that order by id is not order of writing.
fn id(n: u64) -> Id {
    Id::from_u128(u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 64 | u128::from(n))
}

fn at(second: i64) -> Time {
    Time::from_unix(second)
}

/// A batch of bare commits that continue `head`, and the head they lead to.
fn commits(head: Head, count: u64, by: u8) -> (Batch, Head) {
    let row = |usn: Usn| {
        let mut hash = [by; 32];
        hash[..8].copy_from_slice(&usn.to_be_bytes());
        LogRow { usn, hash, body: format!("commit {usn} by {by}").into_bytes() }
    };
    let log: Vec<LogRow> = (head.usn + 1..=head.usn + count).map(row).collect();
    let end = log.last().map_or(head, |row| Head { usn: row.usn, hash: row.hash });
    (Batch { log, ..Batch::default() }, end)
}
