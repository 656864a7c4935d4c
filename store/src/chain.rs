//! The journal's hash chain: how a row's hash is made, and how a reader finds a row that was altered, added or removed.
//!
//! It does not protect against somebody who rewrites every later row too; for that, the newest hash is noted elsewhere.

use crate::{Head, JournalRow};
use directory::{Id, Time};
use sha2::{Digest, Sha256};

/// The hash of the journal row `seq`, given the hash of the row before it (zeros before the first).
#[must_use]
pub fn journal_hash(previous: &[u8; 32], seq: u64, at: Time, subject: Option<Id>, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(seq.to_be_bytes());
    hash.update(at.0.to_be_bytes());
    hash.update(subject.unwrap_or_default().as_bytes());
    hash.update(body);
    hash.finalize().into()
}

/// Walk consecutive rows from the one after `anchor` up to `newest`. The error is the first `seq` that does not hold:
/// altered, out of place or missing.
pub fn journal_verify(anchor: Head, rows: &[JournalRow], newest: Head) -> Result<(), u64> {
    let mut last = anchor;
    for row in rows {
        let seq = last.usn.saturating_add(1);
        if row.seq != seq || row.hash != journal_hash(&last.hash, seq, row.at, row.subject, &row.body) {
            return Err(seq);
        }
        last = Head { usn: seq, hash: row.hash };
    }
    if last == newest { Ok(()) } else { Err(last.usn.saturating_add(1)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn chain(bodies: &[&str]) -> Vec<JournalRow> {
        let mut previous = [0; 32];
        let mut rows = Vec::new();
        for (seq, body) in (1..).zip(bodies) {
            let (at, subject) = (Time(i64::try_from(seq).unwrap()), Some(Id::from_u128(u128::from(seq))));
            previous = journal_hash(&previous, seq, at, subject, body.as_bytes());
            rows.push(JournalRow { seq, hash: previous, at, subject, body: body.as_bytes().to_vec() });
        }
        rows
    }

    #[test]
    fn an_altered_or_missing_row_is_found_where_it_is() {
        type Meddle = fn(&mut Vec<JournalRow>);
        let cases: [(&str, Meddle, Result<(), u64>); 8] = [
            ("untouched", |_| {}, Ok(())),
            ("body", |rows| rows[1].body[0] ^= 1, Err(2)),
            ("time", |rows| rows[2].at = Time(0), Err(3)),
            ("subject", |rows| rows[0].subject = None, Err(1)),
            ("first gone", |rows| drop(rows.remove(0)), Err(1)),
            ("middle gone", |rows| drop(rows.remove(2)), Err(3)),
            ("last gone", |rows| drop(rows.pop()), Err(4)),
            ("swapped", |rows| rows.swap(1, 2), Err(2)),
        ];
        for (name, meddle, expect) in cases {
            let mut rows = chain(&["a", "b", "c", "d"]);
            let newest = Head { usn: 4, hash: rows[3].hash };
            meddle(&mut rows);
            assert_eq!(journal_verify(Head::default(), &rows, newest), expect, "{name}");
        }
    }
}
