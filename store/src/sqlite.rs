//! A store in a folder: SQLite for the log, the journal and the tickets, plain files for the blobs.
//!
//! Nothing keeps a second process from opening the same folder: two nodes over one store are meant to work, and the
//! compare-and-set on the head protects the log. Copy the folder while nobody has it open, or with SQLite's own backup.

mod connection;
mod group;
mod journal;
mod log;
mod outbox;
mod readers;
mod schema;
mod tickets;

use crate::folder::Folder;
use crate::limits::{check_batch, check_journal, check_ticket};
use crate::{
    Appended, Batch, BlobEntry, BlobPart, Fault, Head, JournalQuery, JournalRow, LinkRow, LogRow, NextPiece, ObjectRow,
    OutboxRow, Store, Ticket, TicketEntry,
};
use connection::Writer;
use directory::{Id, TenantId, Time, Usn};
use group::Group;
use readers::Readers;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

/// A store in a folder.
pub struct Sqlite {
    log: Mutex<Writer>,
    log_readers: Readers,
    journal: Group,
    journal_readers: Readers,
    tickets: Group,
    ticket_readers: Readers,
    blobs: Folder,
}

impl Sqlite {
    /// Open the store in a folder, or found one there.
    pub fn open(dir: &Path) -> Result<Sqlite, Fault> {
        std::fs::create_dir_all(dir)
            .map_err(|why| Fault::definite("opening the store", format!("`{}`: {why}", dir.display())))?;
        let readers = |shelf: &schema::Shelf| Readers::new(&dir.join(shelf.file));
        Ok(Sqlite {
            log: Mutex::new(Writer::open(dir, &schema::LOG)?),
            log_readers: readers(&schema::LOG),
            journal: Group::start("journal", Writer::open(dir, &schema::JOURNAL)?)?,
            journal_readers: readers(&schema::JOURNAL),
            tickets: Group::start("tickets", Writer::open(dir, &schema::TICKETS)?)?,
            ticket_readers: readers(&schema::TICKETS),
            blobs: Folder::open(&dir.join("blobs"))?,
        })
    }

    fn log_writer(&self) -> MutexGuard<'_, Writer> {
        self.log.lock().expect("nobody panics while writing the log")
    }
}

impl Store for Sqlite {
    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        self.log_readers.read("listing the tenants", log::tenants)
    }

    fn head(&self, tenant: TenantId) -> Result<Option<Head>, Fault> {
        self.log_readers.read("reading the head", |connection| log::head(connection, tenant))
    }

    fn append(&self, tenant: TenantId, expected: Head, batch: &Batch) -> Result<Appended, Fault> {
        check_batch(expected, batch)?;
        self.log_writer().transact("extending the log", |connection| log::append(connection, tenant, expected, batch))
    }

    fn log(&self, tenant: TenantId, after: Usn, limit: usize) -> Result<Vec<LogRow>, Fault> {
        self.log_readers.read("reading the log", |connection| log::after(connection, tenant, after, limit))
    }

    fn load(
        &self,
        tenant: TenantId,
        object: &mut dyn FnMut(ObjectRow),
        link: &mut dyn FnMut(LinkRow),
    ) -> Result<Head, Fault> {
        self.log_readers.read("loading the state", |connection| log::load(connection, tenant, object, link))
    }

    fn cursors(&self, tenant: TenantId) -> Result<Vec<(String, Usn)>, Fault> {
        self.log_readers.read("reading the cursors", |connection| log::cursors(connection, tenant))
    }

    fn set_cursors(&self, tenant: TenantId, cursors: &[(String, Usn)]) -> Result<(), Fault> {
        self.log_writer().transact("moving the cursors", |connection| log::set_cursors(connection, tenant, cursors))
    }

    fn outbox_due(&self, tenant: TenantId, now: Time, limit: usize) -> Result<Vec<OutboxRow>, Fault> {
        self.log_readers.read("reading the outbox", |connection| outbox::due(connection, tenant, now, limit))
    }

    fn outbox_done(&self, tenant: TenantId, id: Id) -> Result<(), Fault> {
        self.log_writer().transact("clearing the outbox", |connection| outbox::done(connection, tenant, id))
    }

    fn outbox_retry(&self, tenant: TenantId, id: Id, not_before: Time) -> Result<(), Fault> {
        self.log_writer()
            .transact("putting off the outbox", |connection| outbox::retry(connection, tenant, id, not_before))
    }

    fn journal_append(
        &self,
        tenant: TenantId,
        stream: &'static str,
        rows: &[(Time, Option<Id>, Vec<u8>)],
    ) -> Result<u64, Fault> {
        const DOING: &str = "appending to the journal";
        check_journal(DOING, rows)?;
        let rows = rows.to_vec();
        self.journal.run(DOING, move |connection| journal::append(connection, tenant, stream, &rows))
    }

    fn journal_read(&self, tenant: TenantId, stream: &str, query: &JournalQuery) -> Result<Vec<JournalRow>, Fault> {
        self.journal_readers.read("reading the journal", |connection| journal::read(connection, tenant, stream, query))
    }

    fn journal_expire(&self, tenant: TenantId, stream: &str, before: Time) -> Result<u64, Fault> {
        let stream = stream.to_owned();
        self.journal.run("expiring the journal", move |connection| journal::expire(connection, tenant, &stream, before))
    }

    fn journal_ends(&self, tenant: TenantId, stream: &str) -> Result<(Head, Head), Fault> {
        self.journal_readers
            .read("reading the ends of the journal", |connection| journal::ends(connection, tenant, stream))
    }

    fn ticket_put(&self, tenant: TenantId, ticket: &Ticket, now: Time) -> Result<bool, Fault> {
        const DOING: &str = "putting a ticket";
        check_ticket(DOING, ticket)?;
        let ticket = ticket.clone();
        self.tickets.run(DOING, move |connection| tickets::put(connection, tenant, &ticket, now))
    }

    fn ticket_get(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        self.ticket_readers.read("reading a ticket", |connection| tickets::get(connection, tenant, shelf, key, now))
    }

    fn ticket_take(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        let (shelf, key) = (shelf.to_owned(), key.to_vec());
        self.tickets.run("taking a ticket", move |connection| tickets::take(connection, tenant, &shelf, &key, now))
    }

    fn ticket_swap(&self, tenant: TenantId, ticket: &Ticket, expected: &[u8], now: Time) -> Result<bool, Fault> {
        const DOING: &str = "swapping a ticket";
        check_ticket(DOING, ticket)?;
        let (ticket, expected) = (ticket.clone(), expected.to_vec());
        self.tickets.run(DOING, move |connection| tickets::swap(connection, tenant, &ticket, &expected, now))
    }

    fn ticket_revoke(&self, tenant: TenantId, group: Id) -> Result<u64, Fault> {
        self.tickets.run("revoking tickets", move |connection| tickets::revoke(connection, tenant, group))
    }

    fn ticket_list(
        &self,
        tenant: TenantId,
        shelf: &str,
        group: Id,
        now: Time,
        limit: usize,
    ) -> Result<Vec<TicketEntry>, Fault> {
        self.ticket_readers
            .read("listing tickets", |connection| tickets::list(connection, tenant, shelf, group, now, limit))
    }

    fn ticket_expire(&self, now: Time) -> Result<u64, Fault> {
        let mut expired = 0;
        // In portions, so that somebody who wants to sign in waits for one portion at most.
        loop {
            let portion = self.tickets.run("expiring tickets", move |connection| tickets::expire(connection, now))?;
            expired += portion;
            if portion < tickets::EXPIRE_PORTION {
                return Ok(expired);
            }
        }
    }

    fn blob_put(&self, tenant: TenantId, bytes: &[u8], now: Time) -> Result<String, Fault> {
        self.blobs.put(tenant, bytes, now)
    }

    fn blob_join(&self, tenant: TenantId, next: &mut NextPiece<'_>, now: Time) -> Result<(String, u64), Fault> {
        self.blobs.join(tenant, next, now)
    }

    fn blob_get(&self, tenant: TenantId, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.blobs.get(tenant, sha256)
    }

    fn blob_part(&self, tenant: TenantId, sha256: &str, from: u64, most: usize) -> Result<Option<BlobPart>, Fault> {
        self.blobs.part(tenant, sha256, from, most)
    }

    fn blob_list(&self, tenant: TenantId, after: &str, limit: usize) -> Result<Vec<BlobEntry>, Fault> {
        self.blobs.list(tenant, after, limit)
    }

    fn blob_remove(&self, tenant: TenantId, sha256: &str, before: Time) -> Result<bool, Fault> {
        self.blobs.remove(tenant, sha256, before)
    }
}

/// SQLite counts with a sign, and neither a USN nor a limit comes near the end of it.
fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(int: i64) -> u64 {
    u64::try_from(int).unwrap_or(0)
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
