//! Telling others that somebody who was let in already has now proved themselves better.
//!
//! A sign-in that takes several pages is one sign-in: it changes nothing that anybody was told before.

use engine::{Failure, Submission};
use signin::Evidence;
use signin::signals::{self, AssuranceLevel};

use crate::error::Problem;
use crate::request::Desk;
use crate::{prove, session};

/// Compare with what the browser's session was begun on, and tell the streams that want to know.
pub(crate) async fn tell(desk: &Desk<'_>, evidence: &Evidence) -> Result<(), Problem> {
    let before = session::current(desk)?.filter(|before| before.has_let_in && before.evidence.user == evidence.user);
    let Some(before) = before else { return Ok(()) };
    let levels = (AssuranceLevel::of(&before.evidence), AssuranceLevel::of(evidence));
    if levels.0 == levels.1 || signals::streams(&desk.now).next().is_none() {
        return Ok(());
    }
    let user = evidence.user;
    let submission = Submission::proven(&prove::caller(desk, evidence), "Step up", move |now, call| {
        Ok(signals::assurance_changed(now, call, user, levels))
    });
    match desk.engine.submit(submission).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(_) | Failure::Fault(_)) => Err(Problem::fault()),
    }
}
