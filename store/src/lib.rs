//! Where it is kept: one narrow trait, several databases, one conformance suite.
//!
//! Four shelves. The **log** is the directory: ordered commits and the state they lead to. The **journal** is what
//! happened without changing the directory: sign-ins, refusals, device reports; appended, hash-chained, expiring. The
//! **tickets** are short-lived things that are put, taken once or swapped: codes, sessions, nonces, refresh tokens.
//! The **blobs** are packages and logos. Beside the log lies the **outbox**, written in a commit's own transaction.
//!
//! The trait is synchronous on purpose: the log has one writer thread per tenant, and a point read is cheaper inline
//! than a hop to another thread. It deals in bytes and keys; it knows nothing of attributes, rules or protocols.
//!
//! A `Fault` says whether the thing may have happened all the same.

mod chain;
pub mod conformance;
mod fault;
mod faulty;
mod folder;
mod limits;
mod memory;
mod sqlite;

pub use chain::{journal_hash, journal_verify};
pub use fault::{Fault, Outcome};
pub use faulty::{Faulty, Odds, Strike};
pub use memory::Memory;
pub use sqlite::Sqlite;

use directory::{Id, KindId, LinkId, TenantId, Time, Usn};

/// The most commits one `append` may carry.
pub const BATCH_MAX: usize = 256;
/// Hands out the pieces of a blob until there are no more.
pub type NextPiece<'a> = dyn FnMut() -> Result<Option<Vec<u8>>, Fault> + 'a;

/// A part of a blob, and the length of all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPart {
    pub bytes: Vec<u8>,
    pub total: u64,
}

/// A blob as a list shows it: its name, and when it was last put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobEntry {
    pub sha256: String,
    pub put: Time,
}

/// The largest blob, in bytes (8 GiB: what the largest packages need).
pub const BLOB_BYTES_MAX: u64 = 8 << 30;
/// The largest ticket or journal row, in bytes.
pub const ROW_BYTES_MAX: usize = 1 << 20;
/// The longest key of a ticket, in bytes.
pub const KEY_BYTES_MAX: usize = 1 << 10;
/// The most rows one `journal_append` may carry.
pub const JOURNAL_ROWS_MAX: usize = 1 << 12;

/// The end of a tenant's log: its newest USN and the hash that covers the whole chain up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Head {
    pub usn: Usn,
    pub hash: [u8; 32],
}

/// One commit as it is kept: the encoded text and the chain hash that covers it and all before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    pub usn: Usn,
    pub hash: [u8; 32],
    pub body: Vec<u8>,
}

/// One object's state after a batch; `body` absent means the object is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRow {
    pub id: Id,
    pub kind: KindId,
    pub usn: Usn,
    pub body: Option<Vec<u8>>,
}

/// One link's state after a batch; `why` absent means the link is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    pub source: Id,
    pub kind: LinkId,
    pub target: Id,
    pub why: Option<Vec<u8>>,
}

/// A unique value claimed or released; a second claim of the same key makes the whole append `Duplicate`, even by the
/// same object. A release does something only when `id` is the one who holds the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueRow {
    pub key: Vec<u8>,
    pub claim: bool,
    pub id: Id,
}

/// Something to be done in the outside world because of a commit. `id` is chosen by the writer; an id that is already
/// waiting is left as it is, so writing an entry again does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    pub id: Id,
    pub usn: Usn,
    pub topic: String,
    pub not_before: Time,
    pub attempts: u32,
    pub body: Vec<u8>,
}

/// What one append writes, all or nothing. Log rows are consecutive and start at `expected.usn + 1`; a batch without any
/// leaves the head where it is and may carry only outbox entries and cursors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub log: Vec<LogRow>,
    pub objects: Vec<ObjectRow>,
    pub links: Vec<LinkRow>,
    /// Releases are carried out before claims, so of several commits in one batch only the net effect belongs here.
    pub unique: Vec<UniqueRow>,
    pub outbox: Vec<OutboxRow>,
    /// Cursors of reactions, moved in the same transaction.
    pub cursors: Vec<(String, Usn)>,
}

/// How an append ended, when it did not fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    Done,
    /// Somebody else extended the log first; here is where it ends now. Nothing was written.
    Lost(Head),
    /// A unique key was taken. Nothing was written.
    Duplicate,
}

/// One row of the journal. `seq` and `hash` are given by the store when it is appended: `seq` counts from 1 without
/// gaps per (tenant, stream); `hash` = SHA-256(previous hash ‖ seq as u64 BE ‖ at as i64 BE ‖ subject bytes (16, zero if none) ‖ body).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    pub seq: u64,
    pub hash: [u8; 32],
    pub at: Time,
    /// Whom the row is about, for finding a person's or a device's rows.
    pub subject: Option<Id>,
    pub body: Vec<u8>,
}

/// What to read from a journal stream; newest first when `newest_first`, otherwise oldest first.
#[derive(Clone, Debug, Default)]
pub struct JournalQuery {
    pub subject: Option<Id>,
    /// Only rows with `after < seq` (or `seq < after` when newest first); 0 = from the end in question.
    pub after: u64,
    /// Only rows with `from <= at`.
    pub from: Option<Time>,
    /// Only rows with `at < until`.
    pub until: Option<Time>,
    pub newest_first: bool,
    pub limit: usize,
}

/// A ticket: kept under (tenant, shelf, key) until it expires (it lives while `now < expires`). `group` names tickets
/// that are revoked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub shelf: &'static str,
    pub key: Vec<u8>,
    pub group: Option<Id>,
    pub expires: Time,
    pub body: Vec<u8>,
}

/// A ticket as a list shows it: its key and its body.
pub type TicketEntry = (Vec<u8>, Vec<u8>);

/// A database for Castellan. Every method is all-or-nothing and durable when it returns `Ok`.
pub trait Store: Send + Sync {
    // -- the log --------------------------------------------------------------------------------------------------
    fn tenants(&self) -> Result<Vec<TenantId>, Fault>;
    /// The end of a tenant's log; `None` when there is no such tenant.
    fn head(&self, tenant: TenantId) -> Result<Option<Head>, Fault>;
    /// Extend the log and the state if the log still ends at `expected` (usn and hash); `Head::default()` founds the tenant.
    fn append(&self, tenant: TenantId, expected: Head, batch: &Batch) -> Result<Appended, Fault>;
    /// Commits after a USN, oldest first, at most `limit`.
    fn log(&self, tenant: TenantId, after: Usn, limit: usize) -> Result<Vec<LogRow>, Fault>;
    /// Read the whole state at one consistent USN: objects first, then links, both ordered by id.
    fn load(
        &self,
        tenant: TenantId,
        object: &mut dyn FnMut(ObjectRow),
        link: &mut dyn FnMut(LinkRow),
    ) -> Result<Head, Fault>;
    fn cursors(&self, tenant: TenantId) -> Result<Vec<(String, Usn)>, Fault>;
    /// Move cursors forward without a commit; one that is already further stays where it is.
    fn set_cursors(&self, tenant: TenantId, cursors: &[(String, Usn)]) -> Result<(), Fault>;

    // -- the outbox -----------------------------------------------------------------------------------------------
    /// Entries due at `now`, ordered by `not_before`, then USN, then id.
    fn outbox_due(&self, tenant: TenantId, now: Time, limit: usize) -> Result<Vec<OutboxRow>, Fault>;
    fn outbox_done(&self, tenant: TenantId, id: Id) -> Result<(), Fault>;
    /// Try again later: count the attempt and move `not_before`.
    fn outbox_retry(&self, tenant: TenantId, id: Id, not_before: Time) -> Result<(), Fault>;

    // -- the journal ----------------------------------------------------------------------------------------------
    /// Append rows (time, subject, body) to a stream, giving sequence numbers and hashes. Returns the last `seq`.
    fn journal_append(
        &self,
        tenant: TenantId,
        stream: &'static str,
        rows: &[(Time, Option<Id>, Vec<u8>)],
    ) -> Result<u64, Fault>;
    fn journal_read(&self, tenant: TenantId, stream: &str, query: &JournalQuery) -> Result<Vec<JournalRow>, Fault>;
    /// Forget rows older than `before` from the front of the stream, up to the first younger one; the hash of the last
    /// one forgotten is kept as the anchor of the chain. Returns how many.
    fn journal_expire(&self, tenant: TenantId, stream: &str, before: Time) -> Result<u64, Fault>;
    /// The anchor: `seq` and hash of the last forgotten row (0 and zeros when none was), and of the newest row.
    fn journal_ends(&self, tenant: TenantId, stream: &str) -> Result<(Head, Head), Fault>;

    // -- the tickets ----------------------------------------------------------------------------------------------
    /// Put a ticket; false when the key is taken by one that has not expired at `now` (so it serves as a nonce check).
    fn ticket_put(&self, tenant: TenantId, ticket: &Ticket, now: Time) -> Result<bool, Fault>;
    /// Look at a ticket without taking it; expired ones answer as absent.
    fn ticket_get(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault>;
    /// Take a ticket: exactly one caller gets it.
    fn ticket_take(&self, tenant: TenantId, shelf: &str, key: &[u8], now: Time) -> Result<Option<Vec<u8>>, Fault>;
    /// Replace a ticket's body and expiry if its body still is `expected`; its group stays.
    fn ticket_swap(&self, tenant: TenantId, ticket: &Ticket, expected: &[u8], now: Time) -> Result<bool, Fault>;
    /// Remove every ticket of a group (all shelves); returns how many.
    fn ticket_revoke(&self, tenant: TenantId, group: Id) -> Result<u64, Fault>;
    /// The living tickets of a group on a shelf, ordered by key, at most `limit`.
    fn ticket_list(
        &self,
        tenant: TenantId,
        shelf: &str,
        group: Id,
        now: Time,
        limit: usize,
    ) -> Result<Vec<TicketEntry>, Fault>;
    /// Remove tickets that expired before `now`, of all tenants; returns how many.
    fn ticket_expire(&self, now: Time) -> Result<u64, Fault>;

    // -- the blobs ------------------------------------------------------------------------------------------------
    /// Keep bytes under their SHA-256 (64 lower-case hex digits); putting the same bytes twice is fine.
    fn blob_put(&self, tenant: TenantId, bytes: &[u8], now: Time) -> Result<String, Fault>;
    fn blob_get(&self, tenant: TenantId, sha256: &str) -> Result<Option<Vec<u8>>, Fault>;
    /// The bytes of a blob from `from` on, at most `most`, and how many it has altogether: for those who read one that is
    /// larger than what they want in memory. What is read like this is not held against its name.
    fn blob_part(&self, tenant: TenantId, sha256: &str, from: u64, most: usize) -> Result<Option<BlobPart>, Fault>;
    /// Keep what these pieces make, one after the other; answers the name and the length. One piece is in memory at a time,
    /// and a fault among them keeps nothing.
    fn blob_join(&self, tenant: TenantId, next: &mut NextPiece<'_>, now: Time) -> Result<(String, u64), Fault>;
    /// The blobs after a name, ordered by name, at most `limit`.
    fn blob_list(&self, tenant: TenantId, after: &str, limit: usize) -> Result<Vec<BlobEntry>, Fault>;
    /// Forget a blob, unless it was put at `before` or later. False when it was, and when there is none. A blob
    /// that is put at the same moment is there once the putting is answered.
    fn blob_remove(&self, tenant: TenantId, sha256: &str, before: Time) -> Result<bool, Fault>;
}
