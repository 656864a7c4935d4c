//! The audit proves itself: every row's hash covers the row and all before it.

use directory::{Commit, TenantId};
use sha2::{Digest, Sha256};
use store::{Fault, JournalQuery, Store};

use crate::rows::link_hash;

/// How many rows are read at a time while verifying.
const PAGE: usize = 1_000;

/// What verification found to be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainError {
    /// This row is not there.
    Missing(u64),
    /// This row, or its hash, is not what was written.
    Altered(u64),
    /// The end of the chain is not where the head says it is.
    WrongEnd { rows_end_at: u64, head_says: u64 },
}

impl std::fmt::Display for ChainError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChainError::Missing(row) => write!(f, "row {row} is missing"),
            ChainError::Altered(row) => write!(f, "row {row} was altered"),
            ChainError::WrongEnd { rows_end_at, head_says } => {
                write!(f, "the rows end at {rows_end_at}, but the head says {head_says}")
            }
        }
    }
}

/// Verify a tenant's whole log. Answers how many commits it holds, and everything that is wrong with it; after a
/// missing or altered row the chain is taken up again from the next row's own hash, so that one call names them all.
pub fn verify_chain(store: &dyn Store, tenant: TenantId) -> Result<(u64, Vec<ChainError>), Fault> {
    let head = store.head(tenant)?.unwrap_or_default();
    let (mut hash, mut usn, mut wrong) = ([0u8; 32], 0u64, Vec::new());
    let mut count = 0;
    loop {
        let rows = store.log(tenant, usn, PAGE)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            count += 1;
            wrong.extend((usn + 1..row.usn).map(ChainError::Missing));
            let follows = row.usn == usn + 1;
            let says_so = Commit::from_bytes(&row.body).is_ok_and(|commit| commit.usn == row.usn);
            if !says_so || (follows && link_hash(&hash, &row.body) != row.hash) {
                wrong.push(ChainError::Altered(row.usn));
            }
            (hash, usn) = (row.hash, row.usn);
        }
    }
    if (usn, hash) != (head.usn, head.hash) {
        wrong.push(ChainError::WrongEnd { rows_end_at: usn, head_says: head.usn });
    }
    Ok((count, wrong))
}

/// Verify one stream of the journal, from its anchor to its newest row.
pub fn verify_journal(store: &dyn Store, tenant: TenantId, stream: &str) -> Result<(u64, Vec<ChainError>), Fault> {
    let (anchor, newest) = store.journal_ends(tenant, stream)?;
    let (mut hash, mut seq, mut wrong, mut count) = (anchor.hash, anchor.usn, Vec::new(), 0);
    loop {
        let query = JournalQuery { after: seq, limit: PAGE, ..JournalQuery::default() };
        let rows = store.journal_read(tenant, stream, &query)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            count += 1;
            wrong.extend((seq + 1..row.seq).map(ChainError::Missing));
            let subject = row.subject.unwrap_or_default();
            let mut hasher = Sha256::new();
            hasher.update(hash);
            hasher.update(row.seq.to_be_bytes());
            hasher.update(row.at.0.to_be_bytes());
            hasher.update(subject.as_bytes());
            hasher.update(&row.body);
            let expected: [u8; 32] = hasher.finalize().into();
            if row.seq == seq + 1 && expected != row.hash {
                wrong.push(ChainError::Altered(row.seq));
            }
            (hash, seq) = (row.hash, row.seq);
        }
    }
    if (seq, hash) != (newest.usn, newest.hash) {
        wrong.push(ChainError::WrongEnd { rows_end_at: seq, head_says: newest.usn });
    }
    Ok((count, wrong))
}
