//! From carried-out changes to the rows that keep them: final states, never intermediate ones.

use std::collections::BTreeSet;

use directory::{Change, Commit, Effect, Id, LinkId, Snapshot, Time, Usn};
use sha2::{Digest, Sha256};
use store::{Batch, Head, LinkRow, LogRow, ObjectRow, OutboxRow, UniqueRow};

/// Collects the commits of one append.
pub(crate) struct Rows {
    before: Snapshot,
    head: Head,
    objects: BTreeSet<Id>,
    links: BTreeSet<(Id, LinkId, Id)>,
    batch: Batch,
}

impl Rows {
    pub(crate) fn after(before: &Snapshot, head: Head) -> Rows {
        Rows { before: before.clone(), head, objects: BTreeSet::new(), links: BTreeSet::new(), batch: Batch::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.batch.log.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.batch.log.len()
    }

    /// Note one more commit with its effects.
    pub(crate) fn push(&mut self, commit: &Commit, effects: &[Effect], ids: &mut dyn FnMut() -> Id) {
        let body = commit.to_bytes();
        self.head = Head { usn: commit.usn, hash: link_hash(&self.head.hash, &body) };
        self.batch.log.push(LogRow { usn: commit.usn, hash: self.head.hash, body });
        for change in &commit.changes {
            match change {
                Change::Create { id, .. }
                | Change::Set { id, .. }
                | Change::Delete { id }
                | Change::Restore { id }
                | Change::Purge { id } => drop(self.objects.insert(*id)),
                Change::Link { source, link, target, .. } | Change::Unlink { source, link, target, .. } => {
                    self.links.insert((*source, *link, *target));
                }
            }
        }
        // The outbox keeps the order of one commit's effects by their ids.
        let mut fresh: Vec<Id> = effects.iter().map(|_| ids()).collect();
        fresh.sort_unstable();
        for (effect, id) in effects.iter().zip(fresh) {
            self.batch.outbox.push(OutboxRow {
                id,
                usn: commit.usn,
                topic: effect.topic.to_owned(),
                not_before: effect.not_before.unwrap_or(Time(commit.at.0)),
                attempts: 0,
                body: directory::record_to_bytes(&effect.body),
            });
        }
    }

    pub(crate) fn move_cursor(&mut self, name: &str, usn: Usn) {
        self.batch.cursors.retain(|(known, _)| known != name);
        self.batch.cursors.push((name.to_owned(), usn));
    }

    /// The append, now that the directory looks like `after`.
    pub(crate) fn finish(mut self, after: &Snapshot) -> (Head, Batch) {
        for id in &self.objects {
            let (old, new) = (self.before.stored(*id), after.stored(*id));
            let kind = new.or(old).map(|object| object.kind);
            let Some(kind) = kind else { continue }; // came and went within the batch
            self.batch.objects.push(ObjectRow {
                id: *id,
                kind,
                usn: new.map_or(self.head.usn, |object| object.usn),
                body: new.map(|object| object.bytes().to_vec()),
            });
            let had = old.map(|object| self.before.unique_keys(object)).unwrap_or_default();
            let has = new.map(|object| after.unique_keys(object)).unwrap_or_default();
            for key in had.iter().filter(|key| !has.contains(key)) {
                self.batch.unique.push(UniqueRow { key: key.clone(), claim: false, id: *id });
            }
            for key in has.iter().filter(|key| !had.contains(key)) {
                self.batch.unique.push(UniqueRow { key: key.clone(), claim: true, id: *id });
            }
        }
        for (source, kind, target) in &self.links {
            let why = after.why(*source, *kind, *target).map(|why| why.to_bytes());
            self.batch.links.push(LinkRow { source: *source, kind: *kind, target: *target, why });
        }
        (self.head, self.batch)
    }
}

/// The hash that covers a commit and everything before it.
pub(crate) fn link_hash(previous: &[u8; 32], body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(body);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use directory::{Actor, Model, Record};

    use super::*;

    #[test]
    fn what_a_commit_leads_to_leaves_the_house_in_its_order() {
        let before = Snapshot::empty(Arc::new(Model::new(&[], &[])));
        let mut rows = Rows::after(&before, Head { usn: 0, hash: [0; 32] });
        let effect = |n: i64| Effect { topic: "mail", not_before: None, body: Record::new().with("n", n) };
        let effects: Vec<Effect> = (0..20).map(effect).collect();
        let commit = Commit {
            usn: 1,
            at: Time(5),
            actor: Actor::System,
            cause: None,
            key: 0,
            operation: String::new(),
            correlation: Id::nil(),
            changes: Vec::new(),
        };
        // Ids of one moment come in no order.
        let mut n: u128 = 7;
        rows.push(&commit, &effects, &mut || {
            n = n.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            Id::from_u128(n)
        });
        let mut sent = rows.batch.outbox.clone();
        sent.sort_by_key(|row| row.id);
        let order: Vec<Vec<u8>> = sent.into_iter().map(|row| row.body).collect();
        let expect: Vec<Vec<u8>> = effects.iter().map(|effect| directory::record_to_bytes(&effect.body)).collect();
        assert_eq!(order, expect);
    }
}
