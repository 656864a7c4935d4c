//! The commit loop of one tenant as a value: decide, append, react, let time pass, follow others.
//!
//! No threads, no clock, no waiting: every moment is handed in, so the simulation can drive two of these over one store.
//!
//! INVARIANT: `snapshot` is exactly what replaying the log up to `head` gives.
//! INVARIANT: a reaction's cursor moves only together with what the reaction made of the commits before it.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use directory::{
    Act, Actor, Call, Caller, Change, Commit, Decision, Effect, Fresh, Id, Plan, Reaction, Refusal, RefusalKind,
    Snapshot, TenantId, Time, Usn,
};
use store::{Appended, BATCH_MAX, Fault, Head, Outcome, Store};

use crate::house::House;
use crate::rows::Rows;
use crate::submission::{Done, Failure, Intent, Submission};

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

    /// Let reactions see what they have not seen, until nothing more follows. Answers how many commits they made.
    pub fn settle(&mut self, now: Time) -> Result<usize, Fault> {
        let mut made = 0;
        for _ in 0..REACTION_ROUNDS_MAX {
            let Some(newest) = self.unseen.back().map(|commit| commit.usn) else {
                self.keep_cursors_behind_head()?;
                return Ok(made);
            };
            // A round is everything that was there when it began, in portions that fit into one append.
            while self.unseen.front().is_some_and(|commit| commit.usn <= newest) {
                made += self.react(now)?;
            }
        }
        tracing::error!(
            "reactions still follow on reactions after {REACTION_ROUNDS_MAX} rounds: a reaction writes what it reacts to"
        );
        self.unseen.clear();
        Ok(made)
    }

    /// Let time pass: reactions are asked about every deadline that was crossed since they were last asked.
    pub fn tick(&mut self, now: Time) -> Result<usize, Fault> {
        let mut made = 0;
        let reactions: Vec<&'static Reaction> =
            self.house.reactions().filter(|reaction| !reaction.deadlines.is_empty()).collect();
        for reaction in reactions {
            made += self.let_time_pass(reaction, now)?;
        }
        Ok(made + self.settle(now)?)
    }

    /// The next moment at which some reaction wants to be asked.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let mut next: Option<Time> = None;
        for reaction in self.house.reactions() {
            let asked = self.asked_until(reaction);
            for deadline in reaction.deadlines {
                let first = self.snapshot.crossed(deadline.id, asked, Time(i64::MAX)).next();
                let at = first.and_then(|object| object.get(*deadline));
                next = [next, at].into_iter().flatten().min();
            }
        }
        next
    }

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

    /// Cursors are written now and then only: what this core has asked since stands in memory, and must not be forgotten
    /// because there was nothing to follow. Another node's count where they are further.
    ///
    /// Where there was something to follow, time was asked about without it: deadlines that it has set since the moment of
    /// its first commit are asked about again.
    fn take_in_cursors(&mut self, stored: Vec<(String, Usn)>, first: Option<Time>) {
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

    /// Every reaction's `verify`: what is not as it should be. Empty in a settled directory.
    #[must_use]
    pub fn verify(&self, now: Time) -> Vec<(&'static str, Vec<Change>)> {
        self.house
            .reactions()
            .map(|reaction| (reaction.name, (reaction.verify)(&self.snapshot, now)))
            .filter(|(_, wrong)| !wrong.is_empty())
            .collect()
    }

    /// Decide one submission on `work`; on success `work` has it and `rows` keep it.
    fn decide(
        &mut self,
        now: Time,
        submission: &Submission,
        work: &mut Snapshot,
        rows: &mut Rows,
    ) -> Result<(Option<Arc<Commit>>, Option<directory::Value>), Failure> {
        let fresh = Fresh::new(self.next_chance());
        let call = Call { caller: &submission.caller, at: now, fresh };
        self.ask_gate(submission, work, &[])?;
        let decision = catch_unwind(AssertUnwindSafe(|| (submission.decide)(work, &call)))
            .map_err(|_| broken_promise(&submission.operation))??;
        let Decision { plan: Plan { mut changes, effects }, answer } = decision;
        if changes.len() > CHANGES_MAX {
            return Err(Refusal::limit(format!("one request changes at most {CHANGES_MAX} things")).into());
        }
        let rooms = self.house.rooms;
        let applied = catch_unwind(AssertUnwindSafe(|| -> Result<_, Refusal> {
            for check in rooms.iter().flat_map(|room| room.checks) {
                if let Some(complete) = check.complete
                    && touches(check.kind, work, &changes)
                {
                    complete(work, &call, &mut changes)?;
                }
            }
            let mut after = work.clone();
            let applied = after.apply(work.usn() + 1, now, &changes, None, &self.house.owned)?;
            for check in rooms.iter().flat_map(|room| room.checks) {
                if let Some(judge) = check.check
                    && (touches(check.kind, work, &applied.changes) || touches(check.kind, &after, &applied.changes))
                {
                    judge(work, &after, &call, &applied.changes)?;
                }
            }
            Ok((applied, after))
        }));
        let (applied, after) = applied.map_err(|_| broken_promise(&submission.operation))??;
        self.ask_gate(submission, work, &applied.changes)?;
        if applied.changes.is_empty() && effects.is_empty() {
            return Ok((None, answer));
        }
        let commit = Commit {
            usn: after.usn(),
            at: now,
            actor: submission.caller.actor.clone(),
            cause: None,
            key: self.next_chance(),
            operation: submission.operation.clone(),
            correlation: submission.caller.correlation,
            changes: applied.changes,
        };
        *work = after;
        Ok((Some(self.keep(rows, commit, &effects)), answer))
    }

    /// The gate is asked before the decision (may they at all?) and after it (may they change exactly this?).
    fn ask_gate(&self, submission: &Submission, work: &Snapshot, changes: &[Change]) -> Result<(), Refusal> {
        let Intent::Ask { verb, kind, target } = &submission.intent else { return Ok(()) };
        let gate = &self.house.gate;
        let found = match target {
            None => None,
            Some(id) => {
                let object = work.stored(*id).ok_or_else(|| Refusal::not_found(*id))?;
                if !gate.sees(work, &submission.caller, object) {
                    return Err(Refusal::not_found(*id));
                }
                Some(object)
            }
        };
        gate.allow(work, &submission.caller, &Act { verb: verb.as_verb(), kind, target: found, changes })
    }

    /// One round: every reaction sees every commit it has not seen.
    fn react(&mut self, now: Time) -> Result<usize, Fault> {
        let reactions: Vec<&'static Reaction> = self.house.reactions().collect();
        // Each reaction answers a commit with one commit at most, and one more when it starts from nothing.
        let portion = (BATCH_MAX / reactions.len().max(1)).saturating_sub(1).max(1);
        for _ in 0..RACES_MAX {
            let seen: Vec<Arc<Commit>> = self.unseen.iter().take(portion).cloned().collect();
            let Some(newest) = seen.last().map(|commit| commit.usn) else { return Ok(0) };
            let mut work = self.snapshot.clone();
            let mut rows = Rows::after(&self.snapshot, self.head);
            let mut commits = Vec::new();
            for reaction in &reactions {
                let cursor = self.cursors.get(reaction.name).copied();
                if cursor.is_none() {
                    // A reaction that is new here starts from nothing instead of from the log.
                    let changes = (reaction.verify)(&work, now);
                    self.carry_out(now, reaction, None, changes.into(), &mut work, &mut rows, &mut commits);
                }
                for commit in seen.iter().filter(|commit| cursor.is_some_and(|cursor| commit.usn > cursor)) {
                    let plan = catch_unwind(AssertUnwindSafe(|| (reaction.react)(&work, commit, now)));
                    let plan = plan.unwrap_or_else(|_| {
                        tracing::error!(
                            reaction = reaction.name,
                            usn = commit.usn,
                            "a reaction broke a promise of ours"
                        );
                        Plan::default()
                    });
                    self.carry_out(now, reaction, Some(commit), plan, &mut work, &mut rows, &mut commits);
                }
                if !rows.is_empty() {
                    rows.move_cursor(reaction.name, newest);
                }
            }
            if rows.is_empty() {
                self.have_seen(&reactions, newest);
                return Ok(0);
            }
            // Those that had nothing to say before the first one that had are past it too.
            reactions.iter().for_each(|reaction| rows.move_cursor(reaction.name, newest));
            let made = rows.len();
            if self.append(rows, work, &commits)? {
                self.have_seen(&reactions, newest);
                return Ok(made);
            }
        }
        Err(Fault::definite("reacting to a commit", format!("another node was quicker {RACES_MAX} times")))
    }

    fn have_seen(&mut self, reactions: &[&'static Reaction], newest: Usn) {
        for reaction in reactions {
            let cursor = self.cursors.entry(reaction.name.to_owned()).or_default();
            *cursor = newest.max(*cursor);
        }
        self.forget_seen();
    }

    fn let_time_pass(&mut self, reaction: &'static Reaction, now: Time) -> Result<usize, Fault> {
        let cursor_name = clock_cursor(reaction);
        for _ in 0..RACES_MAX {
            let asked = self.asked_until(reaction);
            if asked >= now {
                return Ok(0);
            }
            let mut due: Vec<(Time, Id, directory::AttrId)> = Vec::new();
            for deadline in reaction.deadlines {
                let crossed = self.snapshot.crossed(deadline.id, asked, now);
                due.extend(crossed.filter_map(|object| Some((object.get(*deadline)?, object.id, deadline.id))));
            }
            due.sort_unstable();
            let until = u64::try_from(now.0).unwrap_or(0);
            let mut work = self.snapshot.clone();
            let mut rows = Rows::after(&self.snapshot, self.head);
            let mut commits = Vec::new();
            // As many commits as one append carries; where more is due, several things that are due share a commit.
            for together in due.chunks(due.len().div_ceil(BATCH_MAX).max(1)) {
                let plan = self.due_together(reaction, &work, together, now);
                self.carry_out(now, reaction, None, plan, &mut work, &mut rows, &mut commits);
            }
            if rows.is_empty() {
                self.cursors.insert(cursor_name, until);
                return Ok(0);
            }
            rows.move_cursor(&cursor_name, until);
            let made = rows.len();
            if self.append(rows, work, &commits)? {
                self.cursors.insert(cursor_name, until);
                return Ok(made);
            }
        }
        Err(Fault::definite("letting time pass", format!("another node was quicker {RACES_MAX} times")))
    }

    /// What a reaction makes of several deadlines that have come, one after another.
    fn due_together(
        &self,
        reaction: &Reaction,
        work: &Snapshot,
        due: &[(Time, Id, directory::AttrId)],
        now: Time,
    ) -> Plan {
        let (mut together, mut seen) = (Plan::default(), work.clone());
        for (_, id, attribute) in due {
            let plan = catch_unwind(AssertUnwindSafe(|| (reaction.due)(&seen, *id, *attribute, now)));
            let Ok(plan) = plan else {
                tracing::error!(reaction = reaction.name, %id, "a reaction broke a promise of ours at a deadline");
                continue;
            };
            if due.len() > 1 && !plan.is_empty() {
                match seen.fork(now, &plan.changes) {
                    Ok(next) => seen = next,
                    Err(refusal) => {
                        tracing::error!(reaction = reaction.name, %refusal, "a reaction wanted what the rules refuse");
                        continue;
                    }
                }
            }
            together.join(plan);
        }
        together
    }

    /// Carry out what a reaction wants. A refusal is a broken promise of the reaction: it is reported, and the rest goes on.
    #[expect(clippy::too_many_arguments, reason = "the parts of a batch that is being built")]
    fn carry_out(
        &mut self,
        now: Time,
        reaction: &Reaction,
        cause: Option<&Commit>,
        plan: Plan,
        work: &mut Snapshot,
        rows: &mut Rows,
        commits: &mut Vec<Arc<Commit>>,
    ) {
        if plan.is_empty() {
            return;
        }
        let mut after = work.clone();
        let applied = after.apply(work.usn() + 1, now, &plan.changes, Some(reaction.name), &self.house.owned);
        let changes = match applied {
            Ok(applied) => applied.changes,
            Err(refusal) => {
                tracing::error!(reaction = reaction.name, %refusal, "a reaction wanted what the rules refuse");
                return;
            }
        };
        if changes.is_empty() && plan.effects.is_empty() {
            return;
        }
        let commit = Commit {
            usn: after.usn(),
            at: now,
            actor: Actor::Reaction(reaction.name.to_owned()),
            cause: cause.map(|commit| commit.usn),
            key: self.next_chance(),
            operation: reaction.name.to_owned(),
            correlation: cause.map(|commit| commit.correlation).unwrap_or_default(),
            changes,
        };
        *work = after;
        commits.push(self.keep(rows, commit, &plan.effects));
    }

    fn keep(&mut self, rows: &mut Rows, commit: Commit, effects: &[Effect]) -> Arc<Commit> {
        let at = commit.at;
        let fresh = Fresh::new(self.next_chance());
        rows.push(&commit, effects, &mut || fresh.id(at));
        Arc::new(commit)
    }

    /// Append a batch. True: it is durable and this core has it. False: another node was quicker, and its commits have
    /// been taken in.
    fn append(&mut self, mut rows: Rows, work: Snapshot, commits: &[Arc<Commit>]) -> Result<bool, Fault> {
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
    fn find_out(&self, head: Head, fault: Fault) -> Result<Appended, Fault> {
        let there = self.store.head(self.tenant).map_err(|_| fault.clone())?.unwrap_or_default();
        if there == self.head {
            return Err(Fault { outcome: Outcome::Definite, ..fault });
        }
        let ours = self.store.log(self.tenant, head.usn.saturating_sub(1), 1).map_err(|_| fault)?;
        // Others may have extended the log behind it: it happened all the same, and must not be decided again.
        let is_there = ours.first().is_some_and(|row| (row.usn, row.hash) == (head.usn, head.hash));
        Ok(if is_there { Appended::Done } else { Appended::Lost(there) })
    }

    fn asked_until(&self, reaction: &Reaction) -> Time {
        let cursor = self.cursors.get(&clock_cursor(reaction)).copied().unwrap_or(0);
        Time(i64::try_from(cursor).unwrap_or(i64::MAX))
    }

    /// Read again the commits that some reaction had not seen when the server stopped.
    fn recall_unseen(&mut self) -> Result<(), Fault> {
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

    fn forget_seen(&mut self) {
        let cursors: Vec<Option<Usn>> = self.house.reactions().map(|r| self.cursors.get(r.name).copied()).collect();
        let oldest = cursors.into_iter().map(|c| c.unwrap_or(0)).min();
        match oldest {
            None => self.unseen.clear(),
            Some(oldest) => self.unseen.retain(|commit| commit.usn > oldest),
        }
    }

    /// Cursors of reactions that had nothing to do are written only now and then: losing them costs asking again.
    fn keep_cursors_behind_head(&mut self) -> Result<(), Fault> {
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

    fn next_chance(&mut self) -> u128 {
        // A 128-bit linear congruential step; `Fresh` mixes it before use.
        self.chance =
            self.chance.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(0x5851_f42d_4c95_7f2d);
        self.chance ^ (self.chance >> 64)
    }

    /// A caller that is this server itself.
    #[must_use]
    pub fn system(&self) -> Caller {
        Caller::system(self.tenant)
    }
}

/// How far the lazily written cursors were written.
const KEPT: &str = "cursors kept";

/// What the names of the cursors begin with that say how far time was asked about.
const CLOCK: &str = "clock of ";

fn clock_cursor(reaction: &Reaction) -> String {
    format!("{CLOCK}{}", reaction.name)
}

fn broken_promise(operation: &str) -> Failure {
    tracing::error!(operation, "a decision broke a promise of ours");
    Failure::Fault(Fault::definite("deciding", "a promise of ours was broken; the log says which"))
}

/// Whether any of the changes happens to an object of a kind.
fn touches(kind: &'static directory::Kind, now: &Snapshot, changes: &[Change]) -> bool {
    changes.iter().any(|change| match change {
        Change::Create { kind: created, .. } => now.model().is_a(*created, kind.id()),
        other => now.stored(other.subject()).is_some_and(|object| now.is_a(object, kind)),
    })
}

/// Whether a failure is a refusal because of missing rights: those are journalled.
pub(crate) fn is_denial(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.kind == RefusalKind::Denied)
}
