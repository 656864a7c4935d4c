//! Laws about sight: what a caller cannot see answers as if it were absent, and some see nothing at all.

use directory::{Gate as _, RefusalKind, Snapshot};
use engine::{Done, Failure, Intent, Submission};
use schema::user::USER;

use crate::callers::Sort;
use crate::first_day::CAST;
use crate::world::{Broken, World};

/// An answer about an object that is not there, or that the caller does not see, is that there is none.
pub(crate) fn unseen_is_absent(
    gate: &access::Gate,
    now: &Snapshot,
    submission: &Submission,
    answer: &Result<Done, Failure>,
) -> Result<(), Broken> {
    let Intent::Ask { target: Some(target), .. } = &submission.intent else { return Ok(()) };
    let Err(Failure::Refused(refusal)) = answer else { return Ok(()) };
    let is_seen = now.stored(*target).is_some_and(|object| gate.sees(now, &submission.caller, object));
    if is_seen || refusal.kind == RefusalKind::NotFound {
        return Ok(());
    }
    Err(("what cannot be seen answers as if absent", format!("{}: {refusal}", submission.operation)))
}

/// Whoever has proved nothing, is switched off, comes from elsewhere or was granted nothing sees nobody.
pub(super) fn blind_see_nothing(world: &mut World, now: &Snapshot) -> Result<(), Broken> {
    for sort in [Sort::Nobody, Sort::Stranger, Sort::Disabled, Sort::Unscoped] {
        let Some(caller) = CAST.caller(sort, &mut world.dice, now) else { continue };
        if let Some(seen) = now.all(&USER).find(|user| world.gate.sees(now, &caller, user)) {
            return Err(("some see nothing", format!("{sort:?} {:?} sees {}", caller.actor, seen.id)));
        }
    }
    for sort in [Sort::Administrator, Sort::WriterApp] {
        let Some(caller) = CAST.caller(sort, &mut world.dice, now) else { continue };
        let is_able = sort == Sort::WriterApp || super::derived::is_administrator(now, &caller);
        if let Some(hidden) = now.all(&USER).find(|user| is_able && !world.gate.sees(now, &caller, user)) {
            return Err(("administrators see everybody", format!("{sort:?} does not see {}", hidden.id)));
        }
    }
    Ok(())
}
