//! Passkeys: signing in with one instead of a name, and using one as a second factor.

use directory::{Caller, Decision, Object, Record};
use engine::{Failure, Submission};
use schema::fido2_authentication_method::{AA_GUID, CREDENTIAL, CREDENTIAL_DIGEST};
use schema::user::USER;
use signin::{Denial, Evidence, Method, PasskeyUse, Proof};

use super::ceremony;
use super::prove::Outcome;
use crate::error::Problem;
use crate::flow::{Form, Purpose};
use crate::prove;
use crate::request::Desk;

/// The options for signing in with any passkey, and the challenge kept for the answer. The same for everybody, so that it
/// tells nothing about who has one.
pub(crate) fn ask_for_any(desk: &Desk<'_>, form: &Form) -> Result<Option<String>, Problem> {
    let Some(passkeys) = &desk.oidc.passkeys else { return Ok(None) };
    let ceremony = passkeys.begin_sign_in().map_err(|_| Problem::fault())?;
    ceremony::keep(desk, form, &Record::new().with("passkey", ceremony.state))?;
    Ok(Some(ceremony.options))
}

/// The options for one of a person's own passkeys.
pub(crate) fn ask_for_second_factor(desk: &Desk<'_>, form: &Form, user: directory::Id) -> Result<String, Problem> {
    let passkeys = desk.oidc.passkeys.as_ref().ok_or_else(Problem::fault)?;
    let admitted = signin::passkeys(&desk.now, user).filter(|key| signin::is_admitted(&desk.now, user, key));
    let known: Vec<String> = admitted.filter_map(|key| key.get(CREDENTIAL).map(str::to_owned)).collect();
    let ceremony = passkeys.begin_second_factor(&known).map_err(|_| Problem::fault())?;
    ceremony::keep(desk, form, &Record::new().with("passkey", ceremony.state))?;
    Ok(ceremony.options)
}

/// Sign in with the passkey whose answer a page sent. Whatever is wrong with it, the words are the same.
pub(crate) async fn sign_in(
    desk: &Desk<'_>,
    purpose: &Purpose,
    before: Option<&Evidence>,
) -> Result<Result<Evidence, Denial>, Problem> {
    desk.oidc.throttle.admit(desk.request.address, desk.at)?;
    let kept = ceremony::take(desk)?;
    let (Some(passkeys), Some(answer)) = (&desk.oidc.passkeys, answer(desk)) else {
        return Ok(Err(refused(desk, purpose, None, "the answer is missing").await?));
    };
    let state = kept.as_ref().and_then(|kept| kept.text("passkey")).unwrap_or_default();
    let found = passkeys.identify(answer).ok().and_then(|(user, digest)| {
        let user = desk.now.find_a(&USER, user)?;
        Some((user, named(desk, user, &digest)?))
    });
    let Some((user, key)) = found else {
        return Ok(Err(refused(desk, purpose, None, "nobody here has this passkey").await?));
    };
    let used = passkeys.finish_sign_in(state, answer, key.get(CREDENTIAL).unwrap_or_default());
    let proof = match used {
        Ok(used) => note(desk, user, key, used).await?,
        Err(error) => Err(error.to_string()),
    };
    match proof {
        Err(why) => Ok(Err(refused(desk, purpose, Some(user), &why).await?)),
        Ok(_) if !user.is(schema::ACCOUNT_ENABLED) => {
            let denial = Denial::disabled_user();
            prove::log(desk, purpose, Some(user), &denial).await?;
            Ok(Err(denial))
        }
        Ok(proof) => {
            let session = keys::random_uuid();
            Ok(Ok(match before.filter(|before| before.user == user.id) {
                Some(before) => before.clone().and(session, proof),
                None => Evidence::begin(user.id, session, proof),
            }))
        }
    }
}

/// One of a known person's passkeys.
pub(crate) async fn second_factor(desk: &Desk<'_>, user: &Object, kept: Option<Record>) -> Result<Outcome, Problem> {
    let wrong = || Ok(Outcome::Wrong("passkey".to_owned()));
    let (Some(passkeys), Some(answer)) = (&desk.oidc.passkeys, answer(desk)) else { return wrong() };
    let state = kept.as_ref().and_then(|kept| kept.text("passkey")).unwrap_or_default();
    let digest = passkeys.named(answer).unwrap_or_default();
    let Some(key) = named(desk, user, &digest) else { return wrong() };
    let used = passkeys.finish_second_factor(state, answer, key.get(CREDENTIAL).unwrap_or_default());
    match used.map_err(|error| error.to_string()) {
        Ok(used) => match note(desk, user, key, used).await? {
            Ok(proof) => Ok(Outcome::Given(proof)),
            Err(why) => {
                tracing::info!(user = %user.id, why, "a passkey was refused");
                wrong()
            }
        },
        Err(why) => {
            tracing::info!(user = %user.id, why, "a passkey was refused");
            wrong()
        }
    }
}

/// The proof, once the use is written down; the room may still refuse it.
async fn note(
    desk: &Desk<'_>,
    user: &Object,
    key: &Object,
    used: keys::Assertion,
) -> Result<Result<Proof, String>, Problem> {
    let method = if used.is_user_verified { Method::Fido2 } else { Method::Fido2Touch };
    let used = PasskeyUse { sign_count: used.sign_count, is_synced: used.is_synced, credential: used.credential };
    let (owner, id) = (user.id, key.id);
    let submission = Submission::proven(&Caller::system(desk.tenant), "Use passkey", move |now, call| {
        signin::use_passkey(now, owner, id, &used, call.at).map(Decision::change)
    });
    match desk.engine.submit(submission).await {
        Ok(_) => {
            let detail = key.get(AA_GUID).map(str::to_owned);
            Ok(Ok(Proof { detail, ..Proof::of(method, signin::evidence_time(user, desk.at)) }))
        }
        Err(Failure::Refused(refusal)) => Ok(Err(refusal.message)),
        Err(Failure::Fault(_)) => Err(Problem::fault()),
    }
}

/// A person's passkey by the digest of its credential's id.
fn named<'a>(desk: &'a Desk<'_>, user: &Object, digest: &str) -> Option<&'a Object> {
    signin::passkeys(&desk.now, user.id).find(|key| key.get(CREDENTIAL_DIGEST) == Some(digest))
}

fn answer<'a>(desk: &'a Desk<'_>) -> Option<&'a str> {
    desk.request.form.get("assertion").filter(|answer| answer.len() <= keys::PASSKEY_ANSWER_BYTES_MAX)
}

/// A no that says the same whatever was wrong. Passkeys are never locked: guessing at one is hopeless.
async fn refused(desk: &Desk<'_>, purpose: &Purpose, user: Option<&Object>, why: &str) -> Result<Denial, Problem> {
    desk.oidc.throttle.failed(desk.request.address, desk.at);
    tracing::info!(why, "a passkey was refused");
    let denial = Denial::new(500_121, "the passkey was not accepted");
    prove::log(desk, purpose, user, &denial).await?;
    Ok(denial)
}
