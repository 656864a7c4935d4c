//! What would happen: an engine over the directory as it is now, whose commits and whatever they lead to are kept nowhere.
//!
//! A snapshot is a value, so this costs no copy. Decisions, checks, the gate and every reaction are the real ones; the store
//! beneath takes what it is given and forgets it. Reading sees the real journal, tickets and blobs.
//!
//! Nobody sees more by supposing more: what is really there is read by the rights that somebody really has. Else a role that is
//! only tried on would open what nobody was told of.
//!
//! Deliberately absent: effects. Nothing that lies in the outbox of a rehearsal leaves the house.

use std::sync::{Arc, Mutex, PoisonError};

use directory::{Act, Caller, Gate, Id, Kind, Object, Refusal, Snapshot, TenantId, Time, Usn, Verb};
use store::{
    Appended, Batch, BlobEntry, BlobPart, Fault, Head, JournalQuery, JournalRow, LinkRow, LogRow, NextPiece, ObjectRow,
    OutboxRow, Store, Ticket, TicketEntry,
};

/// The most bytes of commits and rows that one rehearsal keeps until it has been told.
const BYTES_MAX: usize = 64 << 20;

/// The gate of a rehearsal: it asks the real one, of the directory as it is supposed to be and, where something is only told,
/// of the directory as it is.
pub(crate) struct Doorkeeper {
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) real: Snapshot,
}

impl Doorkeeper {
    fn is_there(&self, object: &Object) -> bool {
        self.real.find(object.id).or_else(|| self.real.find_deleted(object.id)).is_some()
    }
}

impl Gate for Doorkeeper {
    fn allow(&self, now: &Snapshot, caller: &Caller, act: &Act<'_>) -> Result<(), Refusal> {
        self.gate.allow(now, caller, act)?;
        let tells = matches!(act.verb, Verb::Read | Verb::Action(_));
        if tells && act.target.is_none_or(|target| self.is_there(target)) {
            return self.gate.allow(&self.real, caller, act);
        }
        Ok(())
    }

    fn sees(&self, now: &Snapshot, caller: &Caller, object: &Object) -> bool {
        self.gate.sees(now, caller, object) && (!self.is_there(object) || self.gate.sees(&self.real, caller, object))
    }

    fn sees_all(&self, now: &Snapshot, caller: &Caller, kind: &'static Kind) -> bool {
        self.gate.sees_all(now, caller, kind) && self.gate.sees_all(&self.real, caller, kind)
    }
}

/// The store of a rehearsal.
pub(crate) struct Rehearsal {
    real: Arc<dyn Store>,
    tenant: TenantId,
    base: Head,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    log: Vec<LogRow>,
    rows: Vec<(&'static str, JournalRow)>,
    bytes: usize,
}

impl Kept {
    fn take(&mut self, bytes: usize) -> Result<(), Fault> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > BYTES_MAX {
            return Err(Fault::definite("rehearsing", format!("it would change more than {BYTES_MAX} bytes")));
        }
        Ok(())
    }
}

impl Rehearsal {
    pub(crate) fn over(real: Arc<dyn Store>, tenant: TenantId, base: Head) -> Rehearsal {
        Rehearsal { real, tenant, base, kept: Mutex::default() }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Rehearsal {
    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        Ok(vec![self.tenant])
    }

    fn head(&self, _: TenantId) -> Result<Option<Head>, Fault> {
        let last = self.kept().log.last().map(|row| Head { usn: row.usn, hash: row.hash });
        Ok(Some(last.unwrap_or(self.base)))
    }

    fn append(&self, _: TenantId, expected: Head, batch: &Batch) -> Result<Appended, Fault> {
        let mut kept = self.kept();
        let there = kept.log.last().map_or(self.base, |row| Head { usn: row.usn, hash: row.hash });
        if there != expected {
            return Ok(Appended::Lost(there));
        }
        kept.take(batch.log.iter().map(|row| row.body.len()).sum())?;
        kept.log.extend(batch.log.iter().cloned());
        Ok(Appended::Done)
    }

    fn log(&self, tenant: TenantId, after: Usn, limit: usize) -> Result<Vec<LogRow>, Fault> {
        if after < self.base.usn {
            return self.real.log(tenant, after, limit);
        }
        Ok(self.kept().log.iter().filter(|row| row.usn > after).take(limit).cloned().collect())
    }

    fn load(&self, _: TenantId, _: &mut dyn FnMut(ObjectRow), _: &mut dyn FnMut(LinkRow)) -> Result<Head, Fault> {
        Err(Fault::definite("loading a rehearsal", "it begins with a snapshot"))
    }

    fn cursors(&self, _: TenantId) -> Result<Vec<(String, Usn)>, Fault> {
        Ok(Vec::new())
    }

    fn set_cursors(&self, _: TenantId, _: &[(String, Usn)]) -> Result<(), Fault> {
        Ok(())
    }

    fn outbox_due(&self, _: TenantId, _: Time, _: usize) -> Result<Vec<OutboxRow>, Fault> {
        Ok(Vec::new())
    }

    fn outbox_done(&self, _: TenantId, _: Id) -> Result<(), Fault> {
        Ok(())
    }

    fn outbox_retry(&self, _: TenantId, _: Id, _: Time) -> Result<(), Fault> {
        Ok(())
    }

    /// What would have been journalled is read back by [`Store::journal_read`] of the rehearsal, before what is there.
    fn journal_append(
        &self,
        _: TenantId,
        stream: &'static str,
        rows: &[(Time, Option<Id>, Vec<u8>)],
    ) -> Result<u64, Fault> {
        let mut kept = self.kept();
        kept.take(rows.iter().map(|(.., body)| body.len()).sum())?;
        for (at, subject, body) in rows {
            let seq = kept.rows.len() as u64 + 1;
            let row = JournalRow { seq, hash: [0; 32], at: *at, subject: *subject, body: body.clone() };
            kept.rows.push((stream, row));
        }
        Ok(kept.rows.len() as u64)
    }

    /// Only what the rehearsal wrote: what is really there is read from the engine that was rehearsed on.
    fn journal_read(&self, _: TenantId, stream: &str, query: &JournalQuery) -> Result<Vec<JournalRow>, Fault> {
        let kept = self.kept();
        let own = kept.rows.iter().filter(|(known, row)| *known == stream && row.seq > query.after);
        Ok(own.map(|(_, row)| row.clone()).take(query.limit).collect())
    }

    fn journal_expire(&self, _: TenantId, _: &str, _: Time) -> Result<u64, Fault> {
        Ok(0)
    }

    fn journal_ends(&self, tenant: TenantId, stream: &str) -> Result<(Head, Head), Fault> {
        self.real.journal_ends(tenant, stream)
    }

    fn ticket_put(&self, _: TenantId, _: &Ticket, _: Time) -> Result<bool, Fault> {
        Ok(true)
    }

    fn ticket_get(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        self.real.ticket_get(tenant, shelf, key, now)
    }

    /// It stays where it is: only looked at.
    fn ticket_take(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        self.real.ticket_get(tenant, shelf, key, now)
    }

    fn ticket_swap(&self, _: TenantId, _: &Ticket, _: &[u8], _: Time) -> Result<bool, Fault> {
        Ok(true)
    }

    fn ticket_revoke(&self, _: TenantId, _: Id) -> Result<u64, Fault> {
        Ok(0)
    }

    fn ticket_list(
        &self,
        tenant: TenantId,
        shelf: &str,
        group: Id,
        now: Time,
        limit: usize,
    ) -> Result<Vec<TicketEntry>, Fault> {
        self.real.ticket_list(tenant, shelf, group, now, limit)
    }

    fn ticket_expire(&self, _: Time) -> Result<u64, Fault> {
        Ok(0)
    }

    fn blob_put(&self, _: TenantId, _: &[u8], _: Time) -> Result<String, Fault> {
        Err(Fault::definite("rehearsing", "an upload cannot be rehearsed"))
    }

    fn blob_join(&self, _: TenantId, _: &mut NextPiece<'_>, _: Time) -> Result<(String, u64), Fault> {
        Err(Fault::definite("rehearsing", "an upload cannot be rehearsed"))
    }

    fn blob_get(&self, tenant: TenantId, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.real.blob_get(tenant, sha256)
    }

    fn blob_part(&self, tenant: TenantId, sha256: &str, from: u64, most: usize) -> Result<Option<BlobPart>, Fault> {
        self.real.blob_part(tenant, sha256, from, most)
    }

    fn blob_list(&self, tenant: TenantId, after: &str, limit: usize) -> Result<Vec<BlobEntry>, Fault> {
        self.real.blob_list(tenant, after, limit)
    }

    fn blob_remove(&self, _: TenantId, _: &str, _: Time) -> Result<bool, Fault> {
        Ok(false)
    }
}
