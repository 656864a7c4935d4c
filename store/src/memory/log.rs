//! One tenant's log in memory, the state it leads to, its cursors and its outbox.

use crate::{Appended, Batch, Head, LinkRow, LogRow, ObjectRow, OutboxRow, UniqueRow};
use directory::{Id, KindId, LinkId, Time, Usn};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Log {
    commits: Vec<LogRow>,
    objects: BTreeMap<Id, (KindId, Usn, Vec<u8>)>,
    links: BTreeMap<(Id, LinkId, Id), Vec<u8>>,
    unique: BTreeMap<Vec<u8>, Id>,
    cursors: BTreeMap<String, Usn>,
    outbox: BTreeMap<Id, OutboxRow>,
}

impl Log {
    pub(super) fn head(&self) -> Head {
        self.commits.last().map(|row| Head { usn: row.usn, hash: row.hash }).unwrap_or_default()
    }

    pub(super) fn append(&mut self, expected: Head, batch: &Batch) -> Appended {
        if self.head() != expected {
            return Appended::Lost(self.head());
        }
        if self.is_taken(&batch.unique) {
            return Appended::Duplicate;
        }
        self.commits.extend_from_slice(&batch.log);
        for row in &batch.objects {
            match &row.body {
                Some(body) => drop(self.objects.insert(row.id, (row.kind, row.usn, body.clone()))),
                None => drop(self.objects.remove(&row.id)),
            }
        }
        for row in &batch.links {
            let key = (row.source, row.kind, row.target);
            match &row.why {
                Some(why) => drop(self.links.insert(key, why.clone())),
                None => drop(self.links.remove(&key)),
            }
        }
        for row in batch.unique.iter().filter(|row| !row.claim && self.holds(row)).collect::<Vec<_>>() {
            self.unique.remove(&row.key);
        }
        self.unique.extend(batch.unique.iter().filter(|row| row.claim).map(|row| (row.key.clone(), row.id)));
        for row in &batch.outbox {
            self.outbox.entry(row.id).or_insert_with(|| row.clone());
        }
        self.set_cursors(&batch.cursors);
        Appended::Done
    }

    pub(super) fn after(&self, usn: Usn, limit: usize) -> Vec<LogRow> {
        let from = self.commits.partition_point(|row| row.usn <= usn);
        self.commits.iter().skip(from).take(limit).cloned().collect()
    }

    pub(super) fn objects(&self) -> Vec<ObjectRow> {
        let row = |(id, (kind, usn, body)): (&Id, &(KindId, Usn, Vec<u8>))| ObjectRow {
            id: *id,
            kind: *kind,
            usn: *usn,
            body: Some(body.clone()),
        };
        self.objects.iter().map(row).collect()
    }

    pub(super) fn links(&self) -> Vec<LinkRow> {
        let row = |(&(source, kind, target), why): (&(Id, LinkId, Id), &Vec<u8>)| LinkRow {
            source,
            kind,
            target,
            why: Some(why.clone()),
        };
        self.links.iter().map(row).collect()
    }

    pub(super) fn cursors(&self) -> Vec<(String, Usn)> {
        self.cursors.iter().map(|(name, usn)| (name.clone(), *usn)).collect()
    }

    /// A cursor never goes back: a node that was away may come with an old one.
    pub(super) fn set_cursors(&mut self, cursors: &[(String, Usn)]) {
        for (name, usn) in cursors {
            let kept = self.cursors.entry(name.clone()).or_default();
            *kept = (*kept).max(*usn);
        }
    }

    pub(super) fn due(&self, now: Time, limit: usize) -> Vec<OutboxRow> {
        let mut due: Vec<&OutboxRow> = self.outbox.values().filter(|row| row.not_before <= now).collect();
        due.sort_by_key(|row| (row.not_before, row.usn, row.id));
        due.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn done(&mut self, id: Id) {
        self.outbox.remove(&id);
    }

    pub(super) fn retry(&mut self, id: Id, not_before: Time) {
        if let Some(row) = self.outbox.get_mut(&id) {
            row.attempts = row.attempts.saturating_add(1);
            row.not_before = not_before;
        }
    }

    /// Whether a claim meets a key that is held and not released in the same batch, or claimed twice in it.
    fn is_taken(&self, rows: &[UniqueRow]) -> bool {
        let released: BTreeSet<&[u8]> =
            rows.iter().filter(|row| !row.claim && self.holds(row)).map(|row| row.key.as_slice()).collect();
        let mut claimed = BTreeSet::new();
        rows.iter().filter(|row| row.claim).map(|row| row.key.as_slice()).any(|key| {
            let is_held = self.unique.contains_key(key) && !released.contains(key);
            is_held || !claimed.insert(key)
        })
    }

    fn holds(&self, row: &UniqueRow) -> bool {
        self.unique.get(&row.key) == Some(&row.id)
    }
}
