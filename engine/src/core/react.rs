//! What follows: reactions see the commits they have not seen, and time passes over deadlines.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use directory::{Actor, Commit, Id, Plan, Reaction, Snapshot, Time, Usn};
use store::{BATCH_MAX, Fault};

use super::cursors::clock_cursor;
use super::{Core, RACES_MAX, REACTION_ROUNDS_MAX};
use crate::rows::Rows;

impl Core {
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

    /// One round: every reaction sees every commit it has not seen.
    pub(super) fn react(&mut self, now: Time) -> Result<usize, Fault> {
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

    pub(super) fn have_seen(&mut self, reactions: &[&'static Reaction], newest: Usn) {
        for reaction in reactions {
            let cursor = self.cursors.entry(reaction.name.to_owned()).or_default();
            *cursor = newest.max(*cursor);
        }
        self.forget_seen();
    }

    pub(super) fn let_time_pass(&mut self, reaction: &'static Reaction, now: Time) -> Result<usize, Fault> {
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
    pub(super) fn due_together(
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
    pub(super) fn carry_out(
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

    pub(super) fn asked_until(&self, reaction: &Reaction) -> Time {
        let cursor = self.cursors.get(&clock_cursor(reaction)).copied().unwrap_or(0);
        Time(i64::try_from(cursor).unwrap_or(i64::MAX))
    }
}
