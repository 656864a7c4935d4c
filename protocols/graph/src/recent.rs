//! What the last commits of each tenant touched: read from the log once, for all streams of changes that tell of it.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use directory::{Change, Commit, Id, TenantId, Usn};
use engine::Engine;

/// Commits kept of a tenant; whoever asks for more reads everything again.
pub const COMMITS_MAX: usize = 500;
/// Objects kept of a commit; of more it is only known that they were many.
pub const OBJECTS_MAX: usize = 200;

/// What one commit touched.
#[derive(Debug, PartialEq, Eq)]
pub struct Touched {
    pub usn: Usn,
    /// None: more than are kept.
    pub ids: Option<BTreeSet<Id>>,
    /// Those of them that went.
    pub gone: Vec<Id>,
}

/// The last commits of all tenants.
#[derive(Clone, Default)]
pub struct Recent(Arc<Mutex<HashMap<TenantId, Arc<Mutex<Tail>>>>>);

impl Recent {
    /// What the commits after `since` touched, up to and with `until`. None: they are too many, or cannot be read.
    pub fn since(&self, engine: &Engine, since: Usn, until: Usn) -> Option<Vec<Arc<Touched>>> {
        let tail = {
            let mut tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            tails.entry(engine.tenant()).or_default().clone()
        };
        // Streams that ask for the same commits at the same time wait for the one that reads them.
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.since(since, until, |after| engine.log(after, COMMITS_MAX).ok())
    }
}

/// The last commits of one tenant, without a gap.
#[derive(Default)]
struct Tail(VecDeque<Arc<Touched>>);

impl Tail {
    fn since(
        &mut self,
        since: Usn,
        until: Usn,
        mut read: impl FnMut(Usn) -> Option<Vec<Commit>>,
    ) -> Option<Vec<Arc<Touched>>> {
        if until.saturating_sub(since) > COMMITS_MAX as Usn {
            return None;
        }
        if self.0.front().is_some_and(|first| first.usn > since + 1) {
            // Somebody comes back from before what is kept.
            self.0.clear();
        }
        let mut last = self.0.back().map_or(since, |last| last.usn);
        if last < since {
            self.0.clear();
            last = since;
        }
        while last < until {
            let commits = read(last)?;
            last = commits.last()?.usn;
            self.0.extend(commits.iter().map(|commit| Arc::new(touched(commit))));
        }
        let found = self.0.iter().filter(|one| one.usn > since && one.usn <= until).cloned().collect();
        let too_many = self.0.len().saturating_sub(COMMITS_MAX);
        self.0.drain(..too_many);
        Some(found)
    }
}

fn touched(commit: &Commit) -> Touched {
    let ids: BTreeSet<Id> = commit.changes.iter().flat_map(ids).collect();
    let gone = |change: &Change| match change {
        Change::Delete { id } | Change::Purge { id } => Some(*id),
        Change::Create { .. }
        | Change::Set { .. }
        | Change::Restore { .. }
        | Change::Link { .. }
        | Change::Unlink { .. } => None,
    };
    if ids.len() > OBJECTS_MAX {
        return Touched { usn: commit.usn, ids: None, gone: Vec::new() };
    }
    Touched { usn: commit.usn, ids: Some(ids), gone: commit.changes.iter().filter_map(gone).collect() }
}

/// Both ends of a link count as changed.
fn ids(change: &Change) -> Vec<Id> {
    match change {
        Change::Create { id, .. }
        | Change::Set { id, .. }
        | Change::Delete { id }
        | Change::Restore { id }
        | Change::Purge { id } => vec![*id],
        Change::Link { source, target, .. } | Change::Unlink { source, target, .. } => vec![*source, *target],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Actor, Time};

    use super::*;

    fn commit(usn: Usn, changes: Vec<Change>) -> Commit {
        Commit {
            usn,
            at: Time::default(),
            actor: Actor::System,
            cause: None,
            key: 0,
            operation: "test".into(),
            correlation: Id::nil(),
            changes,
        }
    }

    /// Each commit deletes the object of its number.
    fn log(after: Usn, head: Usn) -> Vec<Commit> {
        let one = |usn: Usn| commit(usn, vec![Change::Delete { id: Id::from_u128(usn.into()) }]);
        (after + 1..=head).take(COMMITS_MAX).map(one).collect()
    }

    fn usns(found: Option<Vec<Arc<Touched>>>) -> Vec<Usn> {
        found.unwrap().iter().map(|one| one.usn).collect()
    }

    #[test]
    fn a_commit_is_read_once_however_many_ask_for_it() {
        let mut tail = Tail::default();
        let mut reads = Vec::new();
        for (since, until, expected, read) in [
            (10, 12, vec![11, 12], vec![10]),
            (10, 12, vec![11, 12], vec![]),
            (11, 12, vec![12], vec![]),
            (12, 12, vec![], vec![]),
            // The log is ahead of whom it is read for: others need not read that again.
            (12, 13, vec![13], vec![12]),
            (12, 14, vec![13, 14], vec![]),
            // From before what is kept.
            (8, 14, vec![9, 10, 11, 12, 13, 14], vec![8]),
            (13, 14, vec![14], vec![]),
        ] {
            let head = if until > 12 { 14 } else { until };
            let told = tail.since(since, until, |after| {
                reads.push(after);
                Some(log(after, head))
            });
            assert_eq!((usns(told), std::mem::take(&mut reads)), (expected, read), "{since} to {until}");
        }
    }

    #[test]
    fn what_is_kept_has_an_end() {
        let mut tail = Tail::default();
        assert!(tail.since(0, 501, |_| panic!("nothing is read")).is_none());
        for until in [400, 800] {
            assert_eq!(tail.since(until - 400, until, |after| Some(log(after, until))).unwrap().len(), 400);
        }
        assert_eq!(tail.0.len(), COMMITS_MAX);
        assert!(tail.since(800, 801, |_| None).is_none(), "what cannot be read is not passed over");
        let many = (0..201).map(|n| Change::Delete { id: Id::from_u128(n) }).collect();
        assert_eq!(touched(&commit(1, many)).ids, None);
    }
}
