//! Proving who somebody is: a password, or a Temporary Access Pass, typed into the same field.
//!
//! A name that nobody has takes the same steps, the same time and the same words as one that somebody has.

use directory::{Actor, Caller, Id, Object};
use engine::{Failure, Submission};
use schema::USER_PRINCIPAL_NAME;
use schema::authentication_method::{IS_USABLE_ONCE, PASS_VERIFIER};
use schema::user::{LAST_PASSWORD_CHANGE_DATE_TIME, PASSWORD_VERIFIER, USER};
use signin::{
    Client, ClientAppType, Denial, Event, Evidence, Lockout, LockoutRules, Method, PolicyMethod, SignIn, Usability,
};

use crate::authorize;
use crate::error::Problem;
use crate::familiar;
use crate::flow::Purpose;
use crate::issue;
use crate::request::Desk;
use crate::risk;

/// The shelf of lockouts, by name.
const LOCKOUTS: &str = "lockouts";
/// Longer names and passwords are nobody's.
const NAME_MAX: usize = 256;
/// A lockout that others change at the same time is tried so often.
const SWAPS_MAX: usize = 8;

/// What somebody proves who they are for, as the log says it.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub client_id: Option<&'a str>,
    pub app_type: ClientAppType,
    pub protocol: &'static str,
}

pub(crate) enum Proof {
    Given(Evidence),
    Refused(Denial),
}

/// Check what was typed. `before` is what the same person proved already, in a step up.
pub(crate) async fn prove(
    desk: &Desk<'_>,
    wanted: impl Into<Wanted<'_>>,
    identifier: &str,
    secret: &str,
    before: Option<&Evidence>,
) -> Result<Proof, Problem> {
    let wanted = wanted.into();
    desk.oidc.throttle.admit(desk.request.address, desk.at)?;
    let folded = identifier.to_lowercase();
    let is_sane = folded.len() <= NAME_MAX && secret.len() <= keys::PASSWORD_BYTES_MAX;
    let user =
        Some(folded.as_str()).filter(|_| is_sane).and_then(|name| desk.now.find_by(&USER, USER_PRINCIPAL_NAME, name));
    let places = familiar::Places::of(desk, &folded)?;
    let lock_key = places.lock_key();
    let lockout = lockout(desk, &lock_key, user)?;
    let found = if lockout.is_locked(desk.at) { Err(Denial::locked()) } else { check(desk, user, secret).await? };
    match found {
        Ok((method, user)) => {
            forget_failures(desk, &lock_key)?;
            places.remember(desk)?;
            if !user.is(schema::ACCOUNT_ENABLED) {
                let denial = Denial::disabled_user();
                log(desk, wanted, Some(user), &denial).await?;
                return Ok(Proof::Refused(denial));
            }
            Ok(Proof::Given(evidence(desk, user, method, before)))
        }
        Err(denial) => {
            desk.oidc.throttle.failed(desk.request.address, desk.at);
            if denial.code != Denial::locked().code {
                remember_failure(desk, &lock_key, user, secret)?;
                risk::failed(desk, &lock_key)?;
            }
            log(desk, wanted, user, &denial).await?;
            Ok(Proof::Refused(denial))
        }
    }
}

/// The person acting for themselves, in the audit.
pub(crate) fn caller(desk: &Desk<'_>, evidence: &Evidence) -> Caller {
    Caller {
        actor: Actor::User(evidence.user),
        address: desk.request.address,
        strong: evidence.mfa().is_some(),
        correlation: desk.request.ids.correlation,
        ..Caller::system(desk.tenant)
    }
}

/// Compare with the pass, then with the password, whichever there are. A pass is random and has a keyed hash; only passwords
/// take their time, and one that nobody has takes the same.
async fn check<'a>(
    desk: &'a Desk<'_>,
    user: Option<&'a Object>,
    secret: &str,
) -> Result<Result<(Method, &'a Object), Denial>, Problem> {
    let pass = user.and_then(|user| signin::pass_of(&desk.now, user.id));
    let is_allowed = |user: &Object| signin::allowed(&desk.now, user.id, PolicyMethod::TemporaryAccessPass).is_some();
    let usable = pass
        .filter(|pass| signin::usability(pass, desk.at) == Usability::Usable)
        .filter(|_| user.is_some_and(is_allowed));
    let kept = usable.and_then(|pass| pass.get(PASS_VERIFIER)).unwrap_or_default();
    let is_pass = desk.oidc.keys.secret_matches(desk.tenant, signin::ACCESS_PASS, secret, &kept)?;
    match (user, usable) {
        (Some(user), Some(pass)) if is_pass => use_pass(desk, user, pass).await,
        _ => check_password(desk, user, secret).await,
    }
}

async fn use_pass<'a>(
    desk: &Desk<'_>,
    user: &'a Object,
    pass: &Object,
) -> Result<Result<(Method, &'a Object), Denial>, Problem> {
    let (id, is_once) = (pass.id, pass.is(IS_USABLE_ONCE));
    let submission = Submission::proven(&Caller::system(desk.tenant), "Use Temporary Access Pass", move |now, call| {
        Ok(directory::Decision::change(signin::use_pass(now, id, call.at)?))
    });
    match desk.engine.submit(submission).await {
        Ok(_) if is_once => Ok(Ok((Method::TemporaryAccessPassOneTime, user))),
        Ok(_) => Ok(Ok((Method::TemporaryAccessPassMultiUse, user))),
        // Somebody else was quicker with a pass that is good for one use.
        Err(Failure::Refused(_)) => Ok(Err(Denial::wrong_credentials())),
        Err(Failure::Fault(_)) => Err(Problem::fault()),
    }
}

async fn check_password<'a>(
    desk: &Desk<'_>,
    user: Option<&'a Object>,
    secret: &str,
) -> Result<Result<(Method, &'a Object), Denial>, Problem> {
    let passwords = desk.oidc.keys.passwords(desk.tenant)?;
    let verifier = user.and_then(|user| user.get(PASSWORD_VERIFIER)).map(str::to_owned);
    let check = desk.oidc.hashing.check(passwords.clone(), secret.to_owned(), verifier).await?;
    let Some(user) = user.filter(|_| check.matches) else { return Ok(Err(Denial::wrong_credentials())) };
    if check.needs_rehash {
        let verifier = desk.oidc.hashing.hash(passwords, secret.to_owned()).await?;
        let id = user.id;
        let submission = Submission::proven(&Caller::system(desk.tenant), "Rehash password", move |_, _| {
            Ok(directory::Decision::change(signin::rehash(id, &verifier)))
        });
        desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
    }
    Ok(Ok((Method::Password, user)))
}

fn evidence(desk: &Desk<'_>, user: &Object, method: Method, before: Option<&Evidence>) -> Evidence {
    let proof = signin::Proof::of(method, signin::evidence_time(user, desk.at));
    let session = keys::random_uuid();
    let mut evidence = match before.filter(|before| before.user == user.id) {
        Some(before) => before.clone().and(session, proof),
        None => Evidence::begin(user.id, session, proof),
    };
    if matches!(method, Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse) {
        let end = signin::pass_of(&desk.now, user.id).and_then(signin::pass_end);
        evidence.until = end.into_iter().chain(evidence.until).min();
    }
    evidence
}

pub(crate) fn lockout(desk: &Desk<'_>, key: &[u8], user: Option<&Object>) -> Result<Lockout, Problem> {
    let kept = desk.engine.tickets().get(LOCKOUTS, key).map_err(|_| Problem::fault())?;
    let set = user.and_then(|user| user.get(LAST_PASSWORD_CHANGE_DATE_TIME));
    Ok(kept.map(|record| Lockout::from_record(&record)).unwrap_or_default().since(set))
}

/// Nothing counts any more that was wrong before.
pub(crate) fn forget_failures(desk: &Desk<'_>, key: &[u8]) -> Result<(), Problem> {
    let tickets = desk.engine.tickets();
    // Most people have nothing against them; looking costs nothing, taking costs a durable write.
    if tickets.get(LOCKOUTS, key).map_err(|_| Problem::fault())?.is_some() {
        tickets.take(LOCKOUTS, key).map_err(|_| Problem::fault())?;
    }
    Ok(())
}

/// Count one more wrong try.
pub(crate) fn remember_failure(
    desk: &Desk<'_>,
    key: &[u8],
    user: Option<&Object>,
    secret: &str,
) -> Result<(), Problem> {
    let digest = desk.oidc.keys.hash_secret(
        desk.tenant,
        "wrong password",
        secret.get(..keys::PASSWORD_BYTES_MAX).unwrap_or(secret),
    )?;
    let (tickets, rules) = (desk.engine.tickets(), LockoutRules::of(&desk.now));
    for _ in 0..SWAPS_MAX {
        let kept = tickets.get(LOCKOUTS, key).map_err(|_| Problem::fault())?;
        let next = lockout(desk, key, user)?.failed(rules, desk.at, &digest);
        let (body, expires) = (next.to_record(), next.expires(desk.at));
        let done = match kept {
            None => tickets.put(LOCKOUTS, key, None, expires, &body),
            Some(old) => tickets.swap(LOCKOUTS, key, None, expires, &old, &body),
        };
        if done.map_err(|_| Problem::fault())? {
            return Ok(());
        }
    }
    // So many tries at once on one name: refuse rather than let one of them go uncounted.
    Err(Problem::busy(1))
}

/// A failure is written down before it is answered. The name that was typed is not: it may be a password.
pub(crate) async fn log(
    desk: &Desk<'_>,
    wanted: impl Into<Wanted<'_>>,
    user: Option<&Object>,
    denial: &Denial,
) -> Result<(), Problem> {
    let Wanted { client_id, app_type, protocol } = wanted.into();
    let client = client_id.and_then(|id| Client::find(&desk.now, id).ok());
    let row = SignIn {
        id: keys::random_uuid(),
        client: client.as_ref(),
        user,
        denial: Some(denial),
        ..issue::sign_in(desk, Event::InteractiveUser, protocol, app_type)
    };
    let subject: Option<Id> = row.subject();
    desk.oidc.journal.write(&desk.engine, subject, row.to_record(&desk.now, desk.tenant)).await
}

impl<'a> From<&'a Purpose> for Wanted<'a> {
    fn from(purpose: &'a Purpose) -> Wanted<'a> {
        let (client_id, app_type, protocol) = match purpose {
            Purpose::Authorize(request) => {
                (Some(request.client_id.as_str()), authorize::app_type(request.kind), "oAuth2")
            }
            Purpose::Device(_) => (None, ClientAppType::MobileAppsAndDesktopClients, "deviceCode"),
            Purpose::AdminConsent(request) => (Some(request.client_id.as_str()), ClientAppType::Browser, "oAuth2"),
            Purpose::Account(_) => (None, ClientAppType::Browser, "none"),
        };
        Wanted { client_id, app_type, protocol }
    }
}

#[cfg(test)]
mod tests {
    use directory::Change;
    use engine::testing::TENANT;
    use schema::user::PASSWORD_VERIFIER;

    use crate::fixture::{ADA, PASSWORD, UPN, authorize_url, run};

    #[test]
    fn a_password_that_was_hashed_too_cheaply_is_hashed_again_at_sign_in() {
        run(|org| async move {
            let passwords = org.keys.passwords(TENANT).unwrap();
            let cheap = keys::testing::cheap_hash(&passwords, PASSWORD);
            org.change(vec![Change::set(ADA, PASSWORD_VERIFIER, cheap.as_str())]).await;
            assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 303);
            let now = org.engine.snapshot();
            let kept = now.find(ADA).unwrap().get(PASSWORD_VERIFIER).unwrap();
            assert_ne!(kept, cheap);
            let check = passwords.verify(kept, PASSWORD).unwrap();
            assert!(check.matches && !check.needs_rehash);
        });
    }
}
