//! A password in `passwordProfile`: judged, hashed, and only its verifier goes on. The clear text ends here.

use directory::{Id, Value};
use engine::View;
use schema::user::{PASSWORD_PROFILE, USER};

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
    let is_forced = fields.iter().any(|(name, given)| {
        name.starts_with("forceChangePasswordNextSignIn") && *given == Given::Put(Value::Bool(true))
    });
    let object = user.and_then(|id| view.now().find(id));
    let mut names = signin::names_of(view.now(), object);
    names.extend(plan.texts());
    signin::judge(&password, &names).map_err(|weakness| Error::refused(&weakness.refusal(), Some(&USER)))?;
    let passwords = exchange.keys.passwords(exchange.engine.tenant()).map_err(|_| Error::unavailable())?;
    // Hashing is slow on purpose: it must not hold up other requests.
    let hashed = tokio::task::spawn_blocking(move || passwords.hash(&password)).await;
    let verifier = hashed.map_err(|_| Error::unavailable())?.map_err(|_| Error::unavailable())?;
    for (attribute, value) in signin::password_attributes(&verifier, view.at(), is_forced) {
        plan.put(attribute, value);
    }
    Ok(())
}
