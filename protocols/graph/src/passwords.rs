//! A password in `passwordProfile`: judged, hashed, and only its verifier goes on. The clear text ends here.
//!
//! What one person sets for another is known to two: it has to be changed at the next sign-in, whatever the body says
//! (OWASP ASVS 6.4.6). An application that acts as itself is no person; for what it sets, the body decides.

use directory::{Actor, Id, Value};
use engine::View;
use schema::user::{PASSWORD_PROFILE, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, USER};
use signin::{PasswordRules, Weakness};

use crate::errors::Error;
use crate::exchange::Exchange;
use crate::given::Given;
use crate::write::Plan;

/// Take the password out of a plan for a user and put what is kept of it in.
pub async fn take(exchange: &Exchange, view: &View, plan: &mut Plan, user: Option<Id>) -> Result<(), Error> {
    if plan.kind().name != USER.name {
        return Ok(());
    }
    let Some(Given::Merge(fields)) = plan.given(PASSWORD_PROFILE.id) else {
        return Ok(());
    };
    let at = fields.iter().position(|(name, _)| name == "password");
    let Some((_, Given::Put(Value::Text(password)))) = at.map(|at| fields.remove(at)) else {
        return Ok(());
    };
    let is_asked = fields.iter().any(|(name, given)| {
        name.starts_with("forceChangePasswordNextSignIn") && *given == Given::Put(Value::Bool(true))
    });
    let is_forced = is_asked || is_known_to_another(view, user);
    let names = plan.texts();
    let verifier = hashed(exchange, view, user, &names, password).await?;
    for (attribute, value) in signin::password_attributes(&verifier, view.at(), is_forced) {
        // Only who is new begins with it: a new password neither ends every session nor brings one back that was ended.
        if user.is_none() || attribute != SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME.id {
            plan.put(attribute, value);
        }
    }
    Ok(())
}

/// Whether a password that this caller sets is known to a person who is not its owner.
#[must_use]
pub fn is_known_to_another(view: &View, user: Option<Id>) -> bool {
    matches!(view.caller().actor, Actor::User(caller) if Some(caller) != user)
}

/// The verifier of a new password, if it breaks no rule. `names` are what the user is about to be called.
pub async fn hashed(
    exchange: &Exchange,
    view: &View,
    user: Option<Id>,
    names: &[String],
    password: String,
) -> Result<String, Error> {
    let refused = |weakness: Weakness| Error::refused(&weakness.refusal(), Some(&USER));
    // Policies for everybody hold for somebody who is only being created, too.
    let demands_two = access::always_demands_two_factors(view.now(), view.at(), user.unwrap_or_default());
    let object = user.and_then(|id| view.now().find(id));
    let rules = PasswordRules::of(view.now(), object, !demands_two).without(names.iter().map(String::as_str));
    let password = keys::nfkc(&password);
    rules.judge(&password).map_err(refused)?;
    let (keys, tenant) = (exchange.keys.clone(), exchange.engine.tenant());
    // Hashing is slow on purpose, and looking into the list reads a file: neither must hold up other requests.
    let hashed = tokio::task::spawn_blocking(move || {
        if keys.is_breached(&password)? { Ok(None) } else { keys.passwords(tenant)?.hash(&password).map(Some) }
    });
    let hashed: Result<Option<String>, keys::KeyFault> = hashed.await.map_err(|_| Error::unavailable())?;
    hashed.map_err(|_| Error::unavailable())?.ok_or_else(|| refused(Weakness::Breached))
}
