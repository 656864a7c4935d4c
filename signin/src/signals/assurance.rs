//! That somebody proved themselves better while signed in (CAEP §3.4): no commit says so, whoever signs people in does.

use directory::{Call, Decision, Id, Record, Snapshot};

use super::{ASSURANCE_LEVEL_CHANGE, About, Signal, effects};
use crate::Evidence;

/// The levels are those of NIST SP 800-63.
const NAMESPACE: &str = "NIST-AAL";

/// How sure one can be of who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssuranceLevel {
    One,
    Two,
}

impl AssuranceLevel {
    #[must_use]
    pub fn of(evidence: &Evidence) -> AssuranceLevel {
        if evidence.mfa().is_some() { AssuranceLevel::Two } else { AssuranceLevel::One }
    }

    const fn name(self) -> &'static str {
        match self {
            AssuranceLevel::One => "nist-aal1",
            AssuranceLevel::Two => "nist-aal2",
        }
    }
}

/// Tell the streams that want it.
#[must_use]
pub fn assurance_changed(
    now: &Snapshot,
    call: &Call<'_>,
    user: Id,
    (before, after): (AssuranceLevel, AssuranceLevel),
) -> Decision {
    let direction = if after > before { "increase" } else { "decrease" };
    let data = Record::new()
        .with("event_timestamp", call.at.unix())
        .with("initiating_entity", "user")
        .with("namespace", NAMESPACE)
        .with("previous_level", before.name())
        .with("current_level", after.name())
        .with("change_direction", direction);
    let signal = Signal { event: ASSURANCE_LEVEL_CHANGE, about: About::User(user), data };
    let mut decision = Decision::change(Vec::new());
    decision.plan.effects = effects(now, &[signal], (now.usn() + 1, call.at), call.caller.correlation);
    decision
}
