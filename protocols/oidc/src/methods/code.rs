//! Codes as second factors: from an app, or from the list that was given out.

use directory::{Decision, Object, Record, Time};
use engine::{Failure, Submission};
use schema::software_oath_authentication_method::SEALED_SEED;
use signin::{Evidence, Method, Proof};

use super::prove::Outcome;
use crate::error::Problem;
use crate::prove;
use crate::request::Desk;

/// What the seeds of apps are sealed for.
pub(crate) const OATH_SEED: &str = "oath seed";
/// The shelf of the last step that was taken of each app.
const OATH_STEPS: &str = "oathSteps";
/// What recovery codes are hashed for.
const RECOVERY_CODE: &str = "recovery code";

/// A code of one of somebody's apps. Each is taken once.
pub(crate) async fn from_app(desk: &Desk<'_>, user: &Object, typed: &str) -> Result<Outcome, Problem> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    for app in signin::oath_apps(&desk.now, user.id) {
        let Some(sealed) = app.get(SEALED_SEED) else { continue };
        let seed = keys::OathSeed::of(&desk.oidc.keys.open_sealed(desk.tenant, OATH_SEED, &sealed)?);
        let Some(step) = signin::oath_steps(desk.at).into_iter().find(|step| seed.matches(*step, &code)) else {
            continue;
        };
        let Ok(noted) = signin::use_software_oath(&desk.now, user.id, app.id, desk.at) else { break };
        if !take_step(desk, app, step)? {
            break;
        }
        if !noted.is_empty() {
            let (user, app) = (user.id, app.id);
            let caller = directory::Caller::system(desk.tenant);
            let submission = Submission::proven(&caller, "Use authenticator app", move |now, call| {
                signin::use_software_oath(now, user, app, call.at).map(Decision::change)
            });
            desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
        }
        let at = signin::evidence_time(user, desk.at);
        return Ok(Outcome::Given(Proof::of(Method::SoftwareOath, at)));
    }
    Ok(Outcome::Wrong(code))
}

/// Remember that a code of this step was taken; false when it, or a later one, was before. Of two at once, one is taken.
pub(crate) fn take_step(desk: &Desk<'_>, app: &Object, step: i64) -> Result<bool, Problem> {
    let (tickets, key) = (desk.engine.tickets(), app.id.as_bytes());
    let kept = tickets.get(OATH_STEPS, key).map_err(|_| Problem::fault())?;
    if !signin::is_later_step(kept.as_ref().and_then(|kept| kept.int("step")), step) {
        return Ok(false);
    }
    let next = Record::new().with("step", step);
    // By then the step lies in the past of every clock.
    let expires: Time = desk.at.plus_days(1);
    let done = match kept {
        None => tickets.put(OATH_STEPS, key, None, expires, &next),
        Some(old) => tickets.swap(OATH_STEPS, key, None, expires, &old, &next),
    };
    done.map_err(|_| Problem::fault())
}

/// A recovery code. It is used up, and its owner is told.
pub(crate) async fn recovery(
    desk: &Desk<'_>,
    evidence: &Evidence,
    user: &Object,
    typed: &str,
) -> Result<Outcome, Problem> {
    let code = plain(typed);
    let digest = recovery_digest(desk, &code)?;
    let id = user.id;
    let submission = Submission::proven(&prove::caller(desk, evidence), "Use recovery code", move |now, call| {
        let mut decision = Decision::change(signin::use_recovery_code(now, id, &digest, call.at)?);
        let user = now.get(id)?;
        decision.plan.effects =
            signin::security_notice(user, "A recovery code was used", "A recovery code was used to sign in", call.at);
        Ok(decision)
    });
    match desk.engine.submit(submission).await {
        Ok(_) => Ok(Outcome::Given(Proof::of(Method::RecoveryCode, signin::evidence_time(user, desk.at)))),
        Err(Failure::Refused(_)) => Ok(Outcome::Wrong(code)),
        Err(Failure::Fault(_)) => Err(Problem::fault()),
    }
}

/// What a recovery code is recognised by.
pub(crate) fn recovery_digest(desk: &Desk<'_>, code: &str) -> Result<String, Problem> {
    let hash = desk.oidc.keys.hash_secret(desk.tenant, RECOVERY_CODE, code)?;
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A recovery code as it was made, however it is typed.
fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        for text in ["ABCDE-23456", "abcde23456", " abcde - 23456 "] {
            assert_eq!(plain(text), "ABCDE23456");
        }
    }
}
