//! What proves somebody who forgot their password: a code of their app, one from their list, one that was mailed. Counted for
//! each name and method, whoever has the name.

use directory::{Id, Object, Record, Refusal, Value};
use schema::email_authentication_method::EMAIL_ADDRESS;
use signin::{EMAIL_CODE_LIFE, Evidence, Method, Proof, Resetting};

use super::{OPERATION, caller};
use crate::error::Problem;
use crate::methods::prove::Outcome;
use crate::methods::{code, email};
use crate::prove;
use crate::request::Desk;

/// The counter of wrong codes for one name and method.
pub(super) struct Counter([u8; 32]);

impl Counter {
    pub(super) fn of(name: &str, method: Method) -> Counter {
        Counter(keys::sha256(format!("reset\0{name}\0{}", method.mode()).as_bytes()))
    }

    pub(super) fn is_locked(&self, desk: &Desk<'_>) -> Result<bool, Problem> {
        Ok(prove::lockout(desk, &self.0, None)?.is_locked(desk.at))
    }

    pub(super) fn failed(&self, desk: &Desk<'_>, typed: &str) -> Result<(), Problem> {
        desk.oidc.throttle.failed(desk.request.address, desk.at);
        prove::remember_failure(desk, &self.0, None, typed)
    }

    pub(super) fn succeeded(&self, desk: &Desk<'_>) -> Result<(), Problem> {
        prove::forget_failures(desk, &self.0)
    }
}

/// Write down that a reset was refused.
pub(super) async fn refused(desk: &Desk<'_>, user: Option<Id>, why: &str) -> Result<(), Problem> {
    let caller = caller(desk, user);
    desk.engine.journal_denied(&caller, OPERATION, Refusal::denied(why)).await.map_err(|_| Problem::fault())
}

/// Send a code to the address that somebody registered, and keep what it is recognised by. For a name that nobody has, or
/// that has no address, or that asked too often, a code is kept that nobody gets.
pub(super) fn mail(desk: &Desk<'_>, name: &str, who: Option<&(&Object, Resetting)>) -> Result<Record, Problem> {
    // Asking costs somebody a mail: it counts like a wrong try.
    desk.oidc.throttle.failed(desk.request.address, desk.at);
    let code = keys::Secret::mail_code();
    let is_new = email::counted(desk, name)?;
    let to = who
        .filter(|(_, resetting)| resetting.methods.contains(&Method::Email))
        .and_then(|(user, _)| signin::email_method(&desk.now, user.id)?.get(EMAIL_ADDRESS));
    if let Some(to) = to.filter(|_| is_new) {
        email::send(desk, to, &code)?;
    }
    let digest = email::digest(desk, code.expose())?;
    Ok(Record::new().with("digest", Value::Bytes(digest)).with("until", desk.at + EMAIL_CODE_LIFE))
}

/// Whether a code is right. It is used up.
pub(super) async fn check(
    desk: &Desk<'_>,
    user: &Object,
    method: Method,
    typed: &str,
    mailed: Option<&Record>,
) -> Result<bool, Problem> {
    let outcome = match method {
        Method::SoftwareOath => code::from_app(desk, user, typed).await?,
        Method::RecoveryCode => {
            // Only to name whoever is at work: it begins no session.
            let at_work = Evidence::begin(user.id, keys::random_uuid(), Proof::of(Method::RecoveryCode, desk.at));
            code::recovery(desk, &at_work, user, typed).await?
        }
        Method::Email => return mailed.map_or(Ok(false), |mailed| email::matches(desk, mailed)),
        _ => return Ok(false),
    };
    Ok(matches!(outcome, Outcome::Given(_)))
}
