//! One stream of one tenant's journal in memory.

use crate::{Head, JournalQuery, JournalRow, chain::journal_hash};
use directory::{Id, Time};
use std::collections::VecDeque;

#[derive(Default)]
pub(super) struct Stream {
    rows: VecDeque<JournalRow>,
    anchor: Head,
    newest: Head,
}

impl Stream {
    pub(super) fn append(&mut self, rows: &[(Time, Option<Id>, Vec<u8>)]) -> u64 {
        for (at, subject, body) in rows {
            let seq = self.newest.usn.saturating_add(1);
            let hash = journal_hash(&self.newest.hash, seq, *at, *subject, body);
            self.rows.push_back(JournalRow { seq, hash, at: *at, subject: *subject, body: body.clone() });
            self.newest = Head { usn: seq, hash };
        }
        self.newest.usn
    }

    pub(super) fn read(&self, query: &JournalQuery) -> Vec<JournalRow> {
        let fits = |row: &&JournalRow| {
            query.subject.is_none_or(|subject| row.subject == Some(subject))
                && query.from.is_none_or(|from| from <= row.at)
                && query.until.is_none_or(|until| row.at < until)
        };
        if query.newest_first {
            let before = |row: &&JournalRow| query.after == 0 || row.seq < query.after;
            self.rows.iter().rev().filter(before).filter(fits).take(query.limit).cloned().collect()
        } else {
            let after = |row: &&JournalRow| query.after < row.seq;
            self.rows.iter().filter(after).filter(fits).take(query.limit).cloned().collect()
        }
    }

    /// Only from the front, so that what stays is still a chain: a row older than `before` behind a younger one waits.
    pub(super) fn expire(&mut self, before: Time) -> u64 {
        let mut expired = 0;
        while self.rows.front().is_some_and(|row| row.at < before) {
            if let Some(row) = self.rows.pop_front() {
                self.anchor = Head { usn: row.seq, hash: row.hash };
                expired += 1;
            }
        }
        expired
    }

    pub(super) fn ends(&self) -> (Head, Head) {
        (self.anchor, self.newest)
    }
}
