//! One decision: the gate, the room, the checks, the rules; then a commit among the rows of its batch.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use directory::{Act, Call, Change, Commit, Decision, Fresh, Plan, Refusal, Snapshot, Time};
use store::Fault;

use super::{CHANGES_MAX, Core};
use crate::rows::Rows;
use crate::submission::{Failure, Intent, Submission};

impl Core {
    /// Decide one submission on `work`; on success `work` has it and `rows` keep it.
    pub(super) fn decide(
        &mut self,
        now: Time,
        submission: &Submission,
        work: &mut Snapshot,
        rows: &mut Rows,
    ) -> Result<(Option<Arc<Commit>>, Option<directory::Value>), Failure> {
        // Whoever the gate would let in there has nothing to say here, and learns nothing of what is here.
        if submission.caller.tenant != self.tenant {
            return Err(match &submission.intent {
                Intent::Ask { target: Some(id), .. } => Refusal::not_found(*id),
                Intent::Ask { .. } | Intent::Proven => Refusal::denied("the caller belongs to another organization"),
            }
            .into());
        }
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
    pub(super) fn ask_gate(&self, submission: &Submission, work: &Snapshot, changes: &[Change]) -> Result<(), Refusal> {
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
