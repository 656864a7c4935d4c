//! What every store refuses before it writes anything: rows over their limit and batches that are not a continuation.
//!
//! It does not look into bodies; whether a commit makes sense was settled by the directory.

use crate::{BATCH_MAX, Batch, Fault, Head, JOURNAL_ROWS_MAX, KEY_BYTES_MAX, ROW_BYTES_MAX, Ticket};
use directory::{Id, Time};

/// A batch continues the log without a gap; without commits it may carry only outbox entries and cursors.
pub(crate) fn check_batch(expected: Head, batch: &Batch) -> Result<(), Fault> {
    const DOING: &str = "extending the log";
    if batch.log.len() > BATCH_MAX {
        let why = format!("a batch carries at most {BATCH_MAX} commits, not {}", batch.log.len());
        return Err(Fault::definite(DOING, why));
    }
    if !batch.log.iter().zip(expected.usn.saturating_add(1)..).all(|(row, usn)| row.usn == usn) {
        let why = format!("the commits of a batch follow {} without a gap", expected.usn);
        return Err(Fault::definite(DOING, why));
    }
    let changes_state = !(batch.objects.is_empty() && batch.links.is_empty() && batch.unique.is_empty());
    if batch.log.is_empty() && changes_state {
        return Err(Fault::definite(DOING, "a batch that changes the state carries the commit that changed it"));
    }
    Ok(())
}

pub(crate) fn check_ticket(doing: &'static str, ticket: &Ticket) -> Result<(), Fault> {
    if ticket.key.len() > KEY_BYTES_MAX {
        return Err(Fault::definite(doing, format!("a ticket's key has at most {KEY_BYTES_MAX} bytes")));
    }
    if ticket.body.len() > ROW_BYTES_MAX {
        return Err(Fault::definite(doing, format!("a ticket has at most {ROW_BYTES_MAX} bytes")));
    }
    Ok(())
}

pub(crate) fn check_journal(doing: &'static str, rows: &[(Time, Option<Id>, Vec<u8>)]) -> Result<(), Fault> {
    if rows.len() > JOURNAL_ROWS_MAX {
        return Err(Fault::definite(doing, format!("at most {JOURNAL_ROWS_MAX} rows are appended at once")));
    }
    if rows.iter().any(|(_, _, body)| body.len() > ROW_BYTES_MAX) {
        return Err(Fault::definite(doing, format!("a journal row has at most {ROW_BYTES_MAX} bytes")));
    }
    Ok(())
}
