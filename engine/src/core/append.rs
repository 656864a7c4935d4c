//! A batch becomes durable, or another node was quicker and its commits are taken in.

use std::sync::Arc;

use directory::{Commit, Snapshot, Time};
use store::{Appended, Fault, Head, Outcome};

use super::{Core, FOLLOW_BATCH};
use crate::rows::Rows;

impl Core {
    /// Take in what other nodes have committed.
    pub fn follow(&mut self) -> Result<usize, Fault> {
        let mut taken = 0;
        loop {
            let rows = self.store.log(self.tenant, self.head.usn, FOLLOW_BATCH)?;
            // Read after the rows and before any of them is taken in: what another node's reactions have answered is not
            // answered again, even when one of these reads fails.
            let stored = self.store.cursors(self.tenant)?;
            let mut first: Option<Time> = None;
            let is_end = rows.is_empty();
            for row in rows {
                let commit = Commit::from_bytes(&row.body).map_err(|corrupt| {
                    Fault::definite("following the log", format!("commit {}: {corrupt}", row.usn))
                })?;
                self.snapshot.replay(commit.usn, commit.at, &commit.changes).map_err(|refusal| {
                    Fault::definite("following the log", format!("commit {}: {refusal}", row.usn))
                })?;
                self.head = Head { usn: row.usn, hash: row.hash };
                first.get_or_insert(commit.at);
                self.unseen.push_back(Arc::new(commit));
                taken += 1;
            }
            self.take_in_cursors(stored, first);
            if is_end {
                self.forget_seen();
                return Ok(taken);
            }
        }
    }

    /// Append a batch. True: it is durable and this core has it. False: another node was quicker, and its commits have
    /// been taken in.
    pub(super) fn append(&mut self, mut rows: Rows, work: Snapshot, commits: &[Arc<Commit>]) -> Result<bool, Fault> {
        if rows.is_empty() {
            return Ok(true);
        }
        if self.head.usn == 0 {
            // Whoever opens this log next knows that these reactions begin at its beginning, and do not start from nothing.
            self.house.reactions().for_each(|reaction| rows.move_cursor(reaction.name, 0));
        }
        let (head, batch) = rows.finish(&work);
        let appended = match self.store.append(self.tenant, self.head, &batch) {
            Err(fault) if fault.outcome == Outcome::Unknown => self.find_out(head, fault)?,
            other => other?,
        };
        match appended {
            Appended::Done => {
                self.head = head;
                self.snapshot = work;
                self.unseen.extend(commits.iter().cloned());
                Ok(true)
            }
            Appended::Lost(_) => {
                self.follow()?;
                Ok(false)
            }
            Appended::Duplicate => {
                if self.follow()? == 0 {
                    let why = "a unique value is taken in the store but not in the directory";
                    return Err(Fault::definite("appending a commit", why));
                }
                Ok(false)
            }
        }
    }

    /// The answer to an append was lost: look whether it happened. The hash covers our random keys, so it cannot lie.
    /// Where looking fails too, the outcome stays unknown.
    pub(super) fn find_out(&self, head: Head, fault: Fault) -> Result<Appended, Fault> {
        let there = self.store.head(self.tenant).map_err(|_| fault.clone())?.unwrap_or_default();
        if there == self.head {
            return Err(Fault { outcome: Outcome::Definite, ..fault });
        }
        let ours = self.store.log(self.tenant, head.usn.saturating_sub(1), 1).map_err(|_| fault)?;
        // Others may have extended the log behind it: it happened all the same, and must not be decided again.
        let is_there = ours.first().is_some_and(|row| (row.usn, row.hash) == (head.usn, head.hash));
        Ok(if is_there { Appended::Done } else { Appended::Lost(there) })
    }
}
