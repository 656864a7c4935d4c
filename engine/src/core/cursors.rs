//! Where reactions stand: read at the start, moved with what they cause, written now and then, never lost for good.

use std::sync::Arc;

use directory::{Commit, Reaction, Time, Usn};
use store::Fault;

use super::{Core, FOLLOW_BATCH};

/// How far the lazily written cursors were written.
const KEPT: &str = "cursors kept";

/// What the names of the cursors begin with that say how far time was asked about.
pub(super) const CLOCK: &str = "clock of ";

impl Core {
    /// Cursors are written now and then only: what this core has asked since stands in memory, and must not be forgotten
    /// because there was nothing to follow. Another node's count where they are further.
    ///
    /// Where there was something to follow, time was asked about without it: deadlines that it has set since the moment of
    /// its first commit are asked about again.
    pub(super) fn take_in_cursors(&mut self, stored: Vec<(String, Usn)>, first: Option<Time>) {
        if let Some(first) = first.and_then(|at| u64::try_from(at.0).ok()) {
            for (_, asked) in self.cursors.iter_mut().filter(|(name, _)| name.starts_with(CLOCK)) {
                *asked = first.min(*asked);
            }
        }
        for (name, seen) in stored {
            let known = self.cursors.entry(name).or_insert(seen);
            *known = seen.max(*known);
        }
    }

    /// Read again the commits that some reaction had not seen when the server stopped.
    pub(super) fn recall_unseen(&mut self) -> Result<(), Fault> {
        let known = self.house.reactions().map(|r| self.cursors.get(r.name).copied());
        let Some(oldest) = known.map(|cursor| cursor.unwrap_or(self.head.usn.saturating_sub(1))).min() else {
            return Ok(());
        };
        let mut after = oldest;
        while after < self.head.usn {
            let rows = self.store.log(self.tenant, after, FOLLOW_BATCH)?;
            let Some(last) = rows.last() else { break };
            after = last.usn;
            for row in &rows {
                let commit = Commit::from_bytes(&row.body)
                    .map_err(|corrupt| Fault::definite("reading the log", format!("commit {}: {corrupt}", row.usn)))?;
                self.unseen.push_back(Arc::new(commit));
            }
        }
        Ok(())
    }

    pub(super) fn forget_seen(&mut self) {
        let cursors: Vec<Option<Usn>> = self.house.reactions().map(|r| self.cursors.get(r.name).copied()).collect();
        let oldest = cursors.into_iter().map(|c| c.unwrap_or(0)).min();
        match oldest {
            None => self.unseen.clear(),
            Some(oldest) => self.unseen.retain(|commit| commit.usn > oldest),
        }
    }

    /// Cursors of reactions that had nothing to do are written only now and then: losing them costs asking again.
    pub(super) fn keep_cursors_behind_head(&mut self) -> Result<(), Fault> {
        const LAG_MAX: Usn = 4_096;
        let kept = self.cursors.get(KEPT).copied().unwrap_or(0);
        if self.head.usn.saturating_sub(kept) < LAG_MAX {
            return Ok(());
        }
        self.cursors.insert(KEPT.to_owned(), self.head.usn);
        self.keep_cursors()
    }

    /// Write all cursors: now and then, and when the server stops.
    pub fn keep_cursors(&mut self) -> Result<(), Fault> {
        // How far time was asked about is written only beside a commit: who appends has followed everything.
        let kept = self.cursors.iter().filter(|(name, _)| !name.starts_with(CLOCK));
        let all: Vec<(String, Usn)> = kept.map(|(name, usn)| (name.clone(), *usn)).collect();
        if all.is_empty() { Ok(()) } else { self.store.set_cursors(self.tenant, &all) }
    }
}

pub(super) fn clock_cursor(reaction: &Reaction) -> String {
    format!("{CLOCK}{}", reaction.name)
}
