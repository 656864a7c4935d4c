//! A store that fails on purpose, for the simulation: calls that did not happen, and calls that may have happened.
//!
//! It draws from a seed, so a run repeats itself exactly as long as the calls come in the same order. It never alters data.

use crate::{
    Appended, Batch, BlobEntry, BlobPart, Fault, Head, JournalQuery, JournalRow, LinkRow, LogRow, NextPiece, ObjectRow,
    OutboxRow, Store, Ticket, TicketEntry,
};
use directory::{Id, TenantId, Time, Usn};
use std::sync::{Arc, Mutex};

/// How a call is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// Not carried out, and reported so.
    Definite,
    /// Carried out, but the answer is lost.
    UnknownDone,
    /// Not carried out, but reported as if it may have been.
    UnknownLost,
}

/// Of a thousand calls, how many are struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    pub definite: u32,
    /// Half of these are carried out. Only writes can end so: a read changed nothing, and fails definitely instead.
    pub unknown: u32,
}

/// A store whose calls fail now and then. Several may lie over one inner store, one for each node.
pub struct Faulty<S: ?Sized> {
    decide: Mutex<Decide>,
    inner: Arc<S>,
}

impl<S: Store + ?Sized> Faulty<S> {
    /// Strike by chance, drawn from a seed.
    #[must_use]
    pub fn seeded(inner: Arc<S>, seed: u64, odds: Odds) -> Faulty<S> {
        Faulty { decide: Mutex::new(Decide::Chance(Dice::new(seed), odds)), inner }
    }

    /// Strike as told: the function hears what the call is doing.
    #[must_use]
    pub fn scripted(inner: Arc<S>, script: impl FnMut(&'static str) -> Option<Strike> + Send + 'static) -> Faulty<S> {
        Faulty { decide: Mutex::new(Decide::Script(Box::new(script))), inner }
    }

    /// Change the odds from here on; with `Odds::default()` the store is sound again. A script gives way to chance.
    pub fn set_odds(&self, odds: Odds) {
        let mut decide = self.decide.lock().expect("a script does not panic");
        match &mut *decide {
            Decide::Chance(_, old) => *old = odds,
            Decide::Script(_) => *decide = Decide::Chance(Dice::new(0), odds),
        }
    }

    fn read<T>(&self, doing: &'static str, call: impl FnOnce(&S) -> Result<T, Fault>) -> Result<T, Fault> {
        match self.strike(doing) {
            None => call(&self.inner),
            Some(Strike::Definite | Strike::UnknownDone | Strike::UnknownLost) => Err(Fault::definite(doing, WHY)),
        }
    }

    fn write<T>(&self, doing: &'static str, call: impl FnOnce(&S) -> Result<T, Fault>) -> Result<T, Fault> {
        match self.strike(doing) {
            None => call(&self.inner),
            Some(Strike::Definite) => Err(Fault::definite(doing, WHY)),
            Some(Strike::UnknownDone) => call(&self.inner).and(Err(Fault::unknown(doing, WHY))),
            Some(Strike::UnknownLost) => Err(Fault::unknown(doing, WHY)),
        }
    }

    fn strike(&self, doing: &'static str) -> Option<Strike> {
        match &mut *self.decide.lock().expect("a script does not panic") {
            Decide::Chance(dice, odds) => dice.strike(*odds),
            Decide::Script(script) => script(doing),
        }
    }
}

const WHY: &str = "struck by the simulation";

enum Decide {
    Chance(Dice, Odds),
    Script(Box<dyn FnMut(&'static str) -> Option<Strike> + Send>),
}

/// xorshift64*: small, repeatable, good enough to choose who fails.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        // Zero is the one state that xorshift never leaves; spreading also keeps neighbouring seeds apart.
        Dice(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }

    fn strike(&mut self, odds: Odds) -> Option<Strike> {
        // Both are rolled every time, so that other odds do not shift the rest of the run.
        let (roll, is_done) = (self.roll() % 1000, self.roll().is_multiple_of(2));
        let (definite, unknown) = (u64::from(odds.definite), u64::from(odds.unknown));
        if roll < definite {
            Some(Strike::Definite)
        } else if roll < definite + unknown {
            Some(if is_done { Strike::UnknownDone } else { Strike::UnknownLost })
        } else {
            None
        }
    }
}

impl<S: Store + ?Sized> Store for Faulty<S> {
    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        self.read("listing the tenants", |store| store.tenants())
    }

    fn head(&self, tenant: TenantId) -> Result<Option<Head>, Fault> {
        self.read("reading the head", |store| store.head(tenant))
    }

    fn append(&self, tenant: TenantId, expected: Head, batch: &Batch) -> Result<Appended, Fault> {
        self.write("extending the log", |store| store.append(tenant, expected, batch))
    }

    fn log(&self, tenant: TenantId, after: Usn, limit: usize) -> Result<Vec<LogRow>, Fault> {
        self.read("reading the log", |store| store.log(tenant, after, limit))
    }

    fn load(
        &self,
        tenant: TenantId,
        object: &mut dyn FnMut(ObjectRow),
        link: &mut dyn FnMut(LinkRow),
    ) -> Result<Head, Fault> {
        self.read("loading the state", |store| store.load(tenant, object, link))
    }

    fn cursors(&self, tenant: TenantId) -> Result<Vec<(String, Usn)>, Fault> {
        self.read("reading the cursors", |store| store.cursors(tenant))
    }

    fn set_cursors(&self, tenant: TenantId, cursors: &[(String, Usn)]) -> Result<(), Fault> {
        self.write("moving the cursors", |store| store.set_cursors(tenant, cursors))
    }

    fn outbox_due(&self, tenant: TenantId, now: Time, limit: usize) -> Result<Vec<OutboxRow>, Fault> {
        self.read("reading the outbox", |store| store.outbox_due(tenant, now, limit))
    }

    fn outbox_done(&self, tenant: TenantId, id: Id) -> Result<(), Fault> {
        self.write("clearing the outbox", |store| store.outbox_done(tenant, id))
    }

    fn outbox_retry(&self, tenant: TenantId, id: Id, not_before: Time) -> Result<(), Fault> {
        self.write("putting off the outbox", |store| store.outbox_retry(tenant, id, not_before))
    }

    fn journal_append(
        &self,
        tenant: TenantId,
        stream: &'static str,
        rows: &[(Time, Option<Id>, Vec<u8>)],
    ) -> Result<u64, Fault> {
        self.write("appending to the journal", |store| store.journal_append(tenant, stream, rows))
    }

    fn journal_read(&self, tenant: TenantId, stream: &str, query: &JournalQuery) -> Result<Vec<JournalRow>, Fault> {
        self.read("reading the journal", |store| store.journal_read(tenant, stream, query))
    }

    fn journal_expire(&self, tenant: TenantId, stream: &str, before: Time) -> Result<u64, Fault> {
        self.write("expiring the journal", |store| store.journal_expire(tenant, stream, before))
    }

    fn journal_ends(&self, tenant: TenantId, stream: &str) -> Result<(Head, Head), Fault> {
        self.read("reading the ends of the journal", |store| store.journal_ends(tenant, stream))
    }

    fn ticket_put(&self, tenant: TenantId, ticket: &Ticket, now: Time) -> Result<bool, Fault> {
        self.write("putting a ticket", |store| store.ticket_put(tenant, ticket, now))
    }

    fn ticket_get(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        self.read("reading a ticket", |store| store.ticket_get(tenant, shelf, key, now))
    }

    fn ticket_take(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault> {
        self.write("taking a ticket", |store| store.ticket_take(tenant, shelf, key, now))
    }

    fn ticket_swap(&self, tenant: TenantId, ticket: &Ticket, expected: &[u8], now: Time) -> Result<bool, Fault> {
        self.write("swapping a ticket", |store| store.ticket_swap(tenant, ticket, expected, now))
    }

    fn ticket_revoke(&self, tenant: TenantId, group: Id) -> Result<u64, Fault> {
        self.write("revoking tickets", |store| store.ticket_revoke(tenant, group))
    }

    fn ticket_list(
        &self,
        tenant: TenantId,
        shelf: &str,
        group: Id,
        now: Time,
        limit: usize,
    ) -> Result<Vec<TicketEntry>, Fault> {
        self.read("listing tickets", |store| store.ticket_list(tenant, shelf, group, now, limit))
    }

    fn ticket_expire(&self, now: Time) -> Result<u64, Fault> {
        self.write("expiring tickets", |store| store.ticket_expire(now))
    }

    fn blob_put(&self, tenant: TenantId, bytes: &[u8], now: Time) -> Result<String, Fault> {
        self.write("keeping a blob", |store| store.blob_put(tenant, bytes, now))
    }

    fn blob_join(&self, tenant: TenantId, next: &mut NextPiece<'_>, now: Time) -> Result<(String, u64), Fault> {
        self.write("joining a blob", |store| store.blob_join(tenant, next, now))
    }

    fn blob_get(&self, tenant: TenantId, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.read("reading a blob", |store| store.blob_get(tenant, sha256))
    }

    fn blob_part(&self, tenant: TenantId, sha256: &str, from: u64, most: usize) -> Result<Option<BlobPart>, Fault> {
        self.read("reading a part of a blob", |store| store.blob_part(tenant, sha256, from, most))
    }

    fn blob_list(&self, tenant: TenantId, after: &str, limit: usize) -> Result<Vec<BlobEntry>, Fault> {
        self.read("listing blobs", |store| store.blob_list(tenant, after, limit))
    }

    fn blob_remove(&self, tenant: TenantId, sha256: &str, before: Time) -> Result<bool, Fault> {
        self.write("removing a blob", |store| store.blob_remove(tenant, sha256, before))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::conformance::conformance;
    use crate::{Memory, Outcome};

    const TENANT: TenantId = Id::from_u128(1);

    #[test]
    fn without_faults_it_is_the_store_inside() {
        conformance(&|| Box::new(Faulty::seeded(Arc::new(Memory::new()), 1, Odds::default())));
    }

    #[test]
    fn a_struck_call_did_happen_or_did_not_as_it_was_struck() {
        let cases = [
            (None, Ok(true), true),
            (Some(Strike::Definite), Err(Outcome::Definite), false),
            (Some(Strike::UnknownDone), Err(Outcome::Unknown), true),
            (Some(Strike::UnknownLost), Err(Outcome::Unknown), false),
        ];
        for (strike, expect, is_there) in cases {
            let memory = Arc::new(Memory::new());
            let faulty = Faulty::scripted(memory.clone(), move |doing| strike.filter(|_| doing == "putting a ticket"));
            let answer = faulty.ticket_put(TENANT, &ticket(1), Time(0)).map_err(|fault| fault.outcome);
            assert_eq!(answer, expect, "{strike:?}");
            assert_eq!(memory.ticket_get(TENANT, "code", &[0, 1], Time(1)).unwrap().is_some(), is_there, "{strike:?}");
            assert_eq!(faulty.ticket_get(TENANT, "code", &[0, 1], Time(1)).unwrap().is_some(), is_there, "reads pass");
        }
    }

    #[test]
    fn a_seed_strikes_the_same_calls_again_at_about_the_odds_asked_for() {
        let run = |seed| {
            let memory = Arc::new(Memory::new());
            let faulty = Faulty::seeded(memory.clone(), seed, Odds { definite: 100, unknown: 200 });
            let put = |n: u16| {
                let answer = faulty.ticket_put(TENANT, &ticket(n), Time(0)).map_err(|fault| fault.outcome);
                let is_there = memory.ticket_get(TENANT, "code", &n.to_be_bytes(), Time(1)).unwrap().is_some();
                (answer, is_there)
            };
            (0..4000).map(put).collect::<Vec<_>>()
        };
        let first = run(7);
        assert_eq!(first, run(7));
        assert_ne!(first, run(8));
        let of = |ending| first.iter().filter(|found| **found == ending).count();
        let expect = [
            (of((Ok(true), true)), 2800),
            (of((Err(Outcome::Definite), false)), 400),
            (of((Err(Outcome::Unknown), true)), 400),
            (of((Err(Outcome::Unknown), false)), 400),
        ];
        assert_eq!(expect.iter().map(|(found, _)| found).sum::<usize>(), 4000, "there is no other ending");
        for (found, about) in expect {
            assert!(found.abs_diff(about) < 120, "{found} instead of about {about}");
        }
    }

    #[test]
    fn a_read_fails_definitely_and_calm_returns() {
        let faulty = Faulty::seeded(Arc::new(Memory::new()), 1, Odds { definite: 0, unknown: 1000 });
        for _ in 0..20 {
            assert_eq!(faulty.head(TENANT).unwrap_err().outcome, Outcome::Definite);
        }
        faulty.set_odds(Odds::default());
        assert_eq!(faulty.head(TENANT).unwrap(), None);
    }

    fn ticket(n: u16) -> Ticket {
        Ticket { shelf: "code", key: n.to_be_bytes().to_vec(), group: None, expires: Time(100), body: vec![1] }
    }
}
