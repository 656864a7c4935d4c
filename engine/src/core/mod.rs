//! The commit loop of one tenant as a value: decide, append, react, let time pass, follow others.
//!
//! No threads, no clock, no waiting: every moment is handed in, so the simulation can drive two of these over one store.
//!
//! INVARIANT: `snapshot` is exactly what replaying the log up to `head` gives.
//! INVARIANT: a reaction's cursor moves only together with what the reaction made of the commits before it.

mod append;
mod cursors;
mod decide;
mod react;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use directory::{Caller, Change, Commit, Effect, Fresh, RefusalKind, Snapshot, TenantId, Time, Usn};
use store::{BATCH_MAX, Fault, Head, Store};

use crate::house::House;
use crate::rows::Rows;
use crate::submission::{Done, Failure, Submission};

/// How many times reactions may follow on reactions before we call it a loop. Owned writes make loops impossible; this
/// turns a broken promise into a message instead of a hang.
pub const REACTION_ROUNDS_MAX: usize = 16;
/// How many commits are read at a time when following another node.
pub const FOLLOW_BATCH: usize = 512;
/// How often a batch is decided again because another node was quicker, before its callers are told.
const RACES_MAX: usize = 64;
/// The most changes one commit may carry.
const CHANGES_MAX: usize = 200_000;

/// One tenant's directory with everything that moves it.
pub struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) house: Arc<House>,
    tenant: TenantId,
    snapshot: Snapshot,
    head: Head,
    cursors: BTreeMap<String, Usn>,
    /// Commits that some reaction has not yet seen.
    unseen: VecDeque<Arc<Commit>>,
    chance: u128,
}

/// A batch member that was decided: its index among the submissions, its answer, what changed.
struct Decided {
    index: usize,
    commit: Option<Arc<Commit>>,
    answer: Option<directory::Value>,
    snapshot: Snapshot,
}

impl Core {
    /// Load a tenant, or start an empty one. `chance` seeds the ids of new objects and must differ from start to start.
    pub fn open(store: Arc<dyn Store>, tenant: TenantId, house: Arc<House>, chance: u128) -> Result<Core, Fault> {
        let mut snapshot = Snapshot::empty(house.model.clone());
        let mut corrupt = None;
        // Two callbacks fill one snapshot, one after the other; a cell lets both borrow it.
        let filling = std::cell::RefCell::new((&mut snapshot, &mut corrupt));
        let head = store.load(
            tenant,
            &mut |row| {
                let mut cell = filling.borrow_mut();
                let (snapshot, corrupt) = &mut *cell;
                let Some(body) = row.body else { return };
                if snapshot.load_object(row.id, row.kind, row.usn, body).is_err() {
                    **corrupt = Some(format!("object {}", row.id));
                }
            },
            &mut |row| {
                let mut cell = filling.borrow_mut();
                let (snapshot, corrupt) = &mut *cell;
                let Some(why) = row.why else { return };
                if snapshot.load_link(row.source, row.kind, row.target, &why).is_err() {
                    **corrupt = Some(format!("link {} → {}", row.source, row.target));
                }
            },
        )?;
        if let Some(what) = corrupt {
            return Err(Fault::definite("loading the directory", format!("{what} cannot be read")));
        }
        snapshot.loaded(head.usn);
        let mut cursors: BTreeMap<String, Usn> = store.cursors(tenant)?.into_iter().collect();
        if head.usn == 0 {
            // In an empty log every reaction starts at the beginning; nothing is there to verify.
            cursors.extend(house.reactions().map(|reaction| (reaction.name.to_owned(), 0)));
        }
        let mut core =
            Core { store, house, tenant, snapshot, head, cursors, unseen: VecDeque::new(), chance: chance | 1 };
        core.recall_unseen()?;
        Ok(core)
    }

    /// A core that goes on from a snapshot, in which every reaction has seen everything and time has been asked about.
    pub(crate) fn rehearsing(
        store: Arc<dyn Store>,
        house: Arc<House>,
        from: (Snapshot, Head),
        now: Time,
        chance: u128,
    ) -> Core {
        let (snapshot, head) = from;
        let asked = u64::try_from(now.0).unwrap_or(0);
        let seen = house.reactions().map(|reaction| (reaction.name.to_owned(), head.usn));
        let clocks = house.reactions().map(|reaction| (cursors::clock_cursor(reaction), asked));
        let cursors = seen.chain(clocks).collect();
        let tenant = store.tenants().ok().and_then(|tenants| tenants.first().copied()).unwrap_or_default();
        Core { store, house, tenant, snapshot, head, cursors, unseen: VecDeque::new(), chance: chance | 1 }
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Decide submissions one after another on top of each other and append them as one transaction.
    /// Answers in the order of the submissions, at most [`BATCH_MAX`] of them.
    pub fn submit(&mut self, now: Time, submissions: &[Submission]) -> Vec<Result<Done, Failure>> {
        assert!(submissions.len() <= BATCH_MAX, "the caller hands over at most {BATCH_MAX} submissions");
        for _ in 0..RACES_MAX {
            let mut work = self.snapshot.clone();
            let mut rows = Rows::after(&self.snapshot, self.head);
            let mut answers: Vec<Option<Result<Done, Failure>>> = submissions.iter().map(|_| None).collect();
            let mut decided = Vec::new();
            for (index, submission) in submissions.iter().enumerate() {
                match self.decide(now, submission, &mut work, &mut rows) {
                    Ok((commit, answer)) => {
                        decided.push(Decided { index, commit, answer, snapshot: work.clone() });
                    }
                    Err(failure) => {
                        if let Some(slot) = answers.get_mut(index) {
                            *slot = Some(Err(failure));
                        }
                    }
                }
            }
            let commits: Vec<Arc<Commit>> = decided.iter().filter_map(|d| d.commit.clone()).collect();
            match self.append(rows, work, &commits) {
                Ok(true) => {
                    let usn = self.head.usn;
                    for member in decided {
                        let done = Done {
                            usn: member.commit.as_ref().map_or(usn, |c| c.usn),
                            answer: member.answer,
                            changes: member.commit.map(|c| c.changes.clone()).unwrap_or_default(),
                            snapshot: member.snapshot,
                        };
                        if let Some(slot) = answers.get_mut(member.index) {
                            *slot = Some(Ok(done));
                        }
                    }
                    return answers.into_iter().map(|a| a.expect("every submission was decided")).collect();
                }
                Ok(false) => {} // lost a race: decide again on what is there now
                Err(fault) => {
                    return answers.into_iter().map(|a| a.unwrap_or_else(|| Err(fault.clone().into()))).collect();
                }
            }
        }
        let fault = Fault::definite("appending a commit", format!("another node was quicker {RACES_MAX} times"));
        submissions.iter().map(|_| Err(fault.clone().into())).collect()
    }

    /// Every reaction's `verify`: what is not as it should be. Empty in a settled directory.
    #[must_use]
    pub fn verify(&self, now: Time) -> Vec<(&'static str, Vec<Change>)> {
        self.house
            .reactions()
            .map(|reaction| (reaction.name, (reaction.verify)(&self.snapshot, now)))
            .filter(|(_, wrong)| !wrong.is_empty())
            .collect()
    }

    /// A caller that is this server itself.
    #[must_use]
    pub fn system(&self) -> Caller {
        Caller::system(self.tenant)
    }

    fn next_chance(&mut self) -> u128 {
        // A 128-bit linear congruential step; `Fresh` mixes it before use.
        self.chance =
            self.chance.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(0x5851_f42d_4c95_7f2d);
        self.chance ^ (self.chance >> 64)
    }

    fn keep(&mut self, rows: &mut Rows, commit: Commit, effects: &[Effect]) -> Arc<Commit> {
        let at = commit.at;
        let fresh = Fresh::new(self.next_chance());
        rows.push(&commit, effects, &mut || fresh.id(at));
        Arc::new(commit)
    }
}

/// Whether a failure is a refusal because of missing rights: those are journalled.
pub(crate) fn is_denial(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.kind == RefusalKind::Denied)
}
