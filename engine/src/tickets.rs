//! Short-lived things of one tenant: codes, sessions, nonces, refresh tokens.

use std::sync::Arc;

use directory::{Id, Record, TenantId, Time};
use store::{Fault, Store, Ticket};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::clock::Clock;

/// The tickets of one tenant. Keys that are secrets are hashed by whoever brings them.
#[derive(Clone)]
pub struct Tickets {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tenant: TenantId,
}

impl Tickets {
    /// Put a ticket; false when its key is taken by a living one, so it serves to notice a replayed nonce.
    pub fn put(
        &self,
        shelf: &'static str,
        key: &[u8],
        group: Option<Id>,
        expires: Time,
        body: &Record,
    ) -> Result<bool, Fault> {
        let ticket = Ticket { shelf, key: key.to_vec(), group, expires, body: directory::record_to_bytes(body) };
        durable(|| self.store.ticket_put(self.tenant, &ticket, self.clock.now()))
    }

    /// Look at a ticket without taking it.
    pub fn get(&self, shelf: &'static str, key: &[u8]) -> Result<Option<Record>, Fault> {
        self.store.ticket_get(self.tenant, shelf, key, self.clock.now())?.map(|body| read(&body)).transpose()
    }

    /// Take a ticket: exactly one caller gets it.
    pub fn take(&self, shelf: &'static str, key: &[u8]) -> Result<Option<Record>, Fault> {
        let taken = durable(|| self.store.ticket_take(self.tenant, shelf, key, self.clock.now()))?;
        taken.map(|body| read(&body)).transpose()
    }

    /// Replace a ticket if it still says what one thinks it says.
    pub fn swap(
        &self,
        shelf: &'static str,
        key: &[u8],
        group: Option<Id>,
        expires: Time,
        expected: &Record,
        body: &Record,
    ) -> Result<bool, Fault> {
        let ticket = Ticket { shelf, key: key.to_vec(), group, expires, body: directory::record_to_bytes(body) };
        let expected = directory::record_to_bytes(expected);
        durable(|| self.store.ticket_swap(self.tenant, &ticket, &expected, self.clock.now()))
    }

    /// Remove every ticket of a group.
    pub fn revoke(&self, group: Id) -> Result<u64, Fault> {
        durable(|| self.store.ticket_revoke(self.tenant, group))
    }

    /// As [`Tickets::list`], each with its key.
    pub fn entries(&self, shelf: &'static str, group: Id, limit: usize) -> Result<Vec<(Vec<u8>, Record)>, Fault> {
        let found = self.store.ticket_list(self.tenant, shelf, group, self.clock.now(), limit)?;
        found.into_iter().map(|(key, body)| Ok((key, read(&body)?))).collect()
    }

    /// The living tickets of a group on a shelf.
    pub fn list(&self, shelf: &'static str, group: Id, limit: usize) -> Result<Vec<Record>, Fault> {
        let found = self.store.ticket_list(self.tenant, shelf, group, self.clock.now(), limit)?;
        found.iter().map(|(_, body)| read(body)).collect()
    }
}

/// Wait for the disk where others can go on meanwhile: the thread gives its other work away first, so that many writes wait
/// together and share one transaction, however few threads there are.
fn durable<T>(write: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => tokio::task::block_in_place(write),
        Ok(_) | Err(_) => write(),
    }
}

fn read(body: &[u8]) -> Result<Record, Fault> {
    directory::record_from_bytes(body).map_err(|corrupt| Fault::definite("reading a ticket", corrupt))
}
