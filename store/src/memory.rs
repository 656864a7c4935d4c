//! A store in memory: for tests, the simulation. A clone is a second handle to the same data.
//!
//! It keeps every promise of `Store` but durability: when the last handle is gone, so is everything.

mod journal;
mod log;
mod tickets;

use crate::limits::{check_batch, check_journal, check_ticket};
use crate::{
    Appended, BLOB_BYTES_MAX, Batch, BlobEntry, BlobPart, Fault, Head, JournalQuery, JournalRow, LinkRow, LogRow,
    NextPiece, ObjectRow, OutboxRow, Store, Ticket, TicketEntry, folder,
};
use directory::{Id, TenantId, Time, Usn};
use journal::Stream;
use log::Log;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};
use tickets::Tickets;

/// A store in memory.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Shelves>>);

#[derive(Default)]
struct Shelves {
    logs: BTreeMap<TenantId, Log>,
    journal: BTreeMap<(TenantId, String), Stream>,
    tickets: BTreeMap<TenantId, Tickets>,
    blobs: BTreeMap<(TenantId, String), Blob>,
}

struct Blob {
    bytes: Vec<u8>,
    put: Time,
}

impl Memory {
    #[must_use]
    pub fn new() -> Memory {
        Memory::default()
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().expect("nobody panics while holding the shelves")
    }

    /// What a tenant's log answers; nothing is founded by asking.
    fn ask<T: Default>(&self, tenant: TenantId, question: impl FnOnce(&Log) -> T) -> T {
        self.shelves().logs.get(&tenant).map(question).unwrap_or_default()
    }
}

impl Store for Memory {
    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        Ok(self.shelves().logs.iter().filter(|(_, log)| log.head().usn > 0).map(|(tenant, _)| *tenant).collect())
    }

    fn head(&self, tenant: TenantId) -> Result<Option<Head>, Fault> {
        Ok(self.ask(tenant, |log| Some(log.head()).filter(|head| head.usn > 0)))
    }

    fn append(&self, tenant: TenantId, expected: Head, batch: &Batch) -> Result<Appended, Fault> {
        check_batch(expected, batch)?;
        Ok(self.shelves().logs.entry(tenant).or_default().append(expected, batch))
    }

    fn log(&self, tenant: TenantId, after: Usn, limit: usize) -> Result<Vec<LogRow>, Fault> {
        Ok(self.ask(tenant, |log| log.after(after, limit)))
    }

    fn load(
        &self,
        tenant: TenantId,
        object: &mut dyn FnMut(ObjectRow),
        link: &mut dyn FnMut(LinkRow),
    ) -> Result<Head, Fault> {
        // Copied first: the caller may well ask the store something while it is being told.
        let (head, objects, links) = self.ask(tenant, |log| (log.head(), log.objects(), log.links()));
        objects.into_iter().for_each(object);
        links.into_iter().for_each(link);
        Ok(head)
    }

    fn cursors(&self, tenant: TenantId) -> Result<Vec<(String, Usn)>, Fault> {
        Ok(self.ask(tenant, Log::cursors))
    }

    fn set_cursors(&self, tenant: TenantId, cursors: &[(String, Usn)]) -> Result<(), Fault> {
        self.shelves().logs.entry(tenant).or_default().set_cursors(cursors);
        Ok(())
    }

    fn outbox_due(&self, tenant: TenantId, now: Time, limit: usize) -> Result<Vec<OutboxRow>, Fault> {
        Ok(self.ask(tenant, |log| log.due(now, limit)))
    }

    fn outbox_done(&self, tenant: TenantId, id: Id) -> Result<(), Fault> {
        self.shelves().logs.entry(tenant).or_default().done(id);
        Ok(())
    }

    fn outbox_retry(&self, tenant: TenantId, id: Id, not_before: Time) -> Result<(), Fault> {
        self.shelves().logs.entry(tenant).or_default().retry(id, not_before);
        Ok(())
    }

    fn journal_append(
        &self,
        tenant: TenantId,
        stream: &'static str,
        rows: &[(Time, Option<Id>, Vec<u8>)],
    ) -> Result<u64, Fault> {
        check_journal("appending to the journal", rows)?;
        Ok(self.shelves().journal.entry((tenant, stream.to_owned())).or_default().append(rows))
    }

    fn journal_read(&self, tenant: TenantId, stream: &str, query: &JournalQuery) -> Result<Vec<JournalRow>, Fault> {
        let shelves = self.shelves();
        Ok(shelves.journal.get(&(tenant, stream.to_owned())).map(|stream| stream.read(query)).unwrap_or_default())
    }

    fn journal_expire(&self, tenant: TenantId, stream: &str, before: Time) -> Result<u64, Fault> {
        let mut shelves = self.shelves();
        Ok(shelves.journal.get_mut(&(tenant, stream.to_owned())).map_or(0, |stream| stream.expire(before)))
    }

    fn journal_ends(&self, tenant: TenantId, stream: &str) -> Result<(Head, Head), Fault> {
        Ok(self.shelves().journal.get(&(tenant, stream.to_owned())).map(Stream::ends).unwrap_or_default())
    }

    fn ticket_put(&self, tenant: TenantId, ticket: &Ticket, now: Time) -> Result<bool, Fault> {
        check_ticket("putting a ticket", ticket)?;
        Ok(self.shelves().tickets.entry(tenant).or_default().put(ticket, now))
    }

    fn ticket_get(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.shelves().tickets.get(&tenant).and_then(|tickets| tickets.get(shelf, key, now)))
    }

    fn ticket_take(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.shelves().tickets.get_mut(&tenant).and_then(|tickets| tickets.take(shelf, key, now)))
    }

    fn ticket_swap(&self, tenant: TenantId, ticket: &Ticket, expected: &[u8], now: Time) -> Result<bool, Fault> {
        check_ticket("swapping a ticket", ticket)?;
        Ok(self.shelves().tickets.get_mut(&tenant).is_some_and(|tickets| tickets.swap(ticket, expected, now)))
    }

    fn ticket_revoke(&self, tenant: TenantId, group: Id) -> Result<u64, Fault> {
        Ok(self.shelves().tickets.get_mut(&tenant).map_or(0, |tickets| tickets.revoke(group)))
    }

    fn ticket_list(
        &self,
        tenant: TenantId,
        shelf: &str,
        group: Id,
        now: Time,
        limit: usize,
    ) -> Result<Vec<TicketEntry>, Fault> {
        let shelves = self.shelves();
        Ok(shelves.tickets.get(&tenant).map(|tickets| tickets.list(shelf, group, now, limit)).unwrap_or_default())
    }

    fn ticket_expire(&self, now: Time) -> Result<u64, Fault> {
        Ok(self.shelves().tickets.values_mut().map(|tickets| tickets.expire(now)).sum())
    }

    fn blob_put(&self, tenant: TenantId, bytes: &[u8], now: Time) -> Result<String, Fault> {
        if u64::try_from(bytes.len()).map_or(true, |len| len > BLOB_BYTES_MAX) {
            return Err(Fault::definite("keeping a blob", format!("a blob has at most {BLOB_BYTES_MAX} bytes")));
        }
        let name = folder::name_of(bytes);
        let new = || Blob { bytes: bytes.to_vec(), put: now };
        self.shelves().blobs.entry((tenant, name.clone())).or_insert_with(new).put = now;
        Ok(name)
    }

    fn blob_join(&self, tenant: TenantId, next: &mut NextPiece<'_>, now: Time) -> Result<(String, u64), Fault> {
        let mut whole = Vec::new();
        while let Some(piece) = next()? {
            whole.extend(piece);
        }
        Ok((self.blob_put(tenant, &whole, now)?, u64::try_from(whole.len()).unwrap_or(u64::MAX)))
    }

    fn blob_get(&self, tenant: TenantId, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.shelves().blobs.get(&(tenant, sha256.to_owned())).map(|blob| blob.bytes.clone()))
    }

    fn blob_part(&self, tenant: TenantId, sha256: &str, from: u64, most: usize) -> Result<Option<BlobPart>, Fault> {
        let shelves = self.shelves();
        let Some(blob) = shelves.blobs.get(&(tenant, sha256.to_owned())) else { return Ok(None) };
        let bytes = blob.bytes.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)).take(most).copied().collect();
        Ok(Some(BlobPart { bytes, total: u64::try_from(blob.bytes.len()).unwrap_or(u64::MAX) }))
    }

    fn blob_list(&self, tenant: TenantId, after: &str, limit: usize) -> Result<Vec<BlobEntry>, Fault> {
        let shelves = self.shelves();
        let from = (Bound::Excluded((tenant, after.to_owned())), Bound::Unbounded);
        let theirs = shelves.blobs.range(from).take_while(|((of, _), _)| *of == tenant);
        let entry = |((_, name), blob): (&(TenantId, String), &Blob)| BlobEntry { sha256: name.clone(), put: blob.put };
        Ok(theirs.map(entry).take(limit).collect())
    }

    fn blob_remove(&self, tenant: TenantId, sha256: &str, before: Time) -> Result<bool, Fault> {
        let (mut shelves, key) = (self.shelves(), (tenant, sha256.to_owned()));
        let is_old = shelves.blobs.get(&key).is_some_and(|blob| blob.put < before);
        Ok(is_old && shelves.blobs.remove(&key).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{conformance, two_handles};

    #[test]
    fn memory_keeps_the_contract() {
        conformance(&|| Box::new(Memory::new()));
    }

    #[test]
    fn two_handles_to_one_memory_agree() {
        let memory = Memory::new();
        two_handles(&memory, &memory.clone());
    }
}
