//! `resetPassword`: an administrator sets somebody's password for one sign-in.
//!
//! Made here unless the body brings one; shown once, to whoever asked; and in both cases to be changed at the next sign-in,
//! because two people know it (OWASP ASVS 6.4.6). Sessions end, the lock opens, the person is told, and so are the other
//! administrators where an administrator is concerned.

use directory::{Actor, Decision};
use engine::{OwnedVerb, Submission, View};
use keys::Secret;
use schema::user::USER;
use serde_json::json;

use super::{PASSWORD_ID, not_oneself, operations};
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::passwords;
use crate::resolve::Entity;
use crate::write::failed;

/// Characters of a password that is made here.
const PASSWORD_CHARS: usize = 20;

/// Whether a call resets a password.
#[must_use]
pub fn resets(entity: &Entity, name: &str) -> bool {
    entity.id == PASSWORD_ID && name.eq_ignore_ascii_case("resetPassword")
}

/// Reset.
pub async fn reset(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let user = entity.through.map(|(owner, _)| owner).ok_or_else(Error::method)?;
    if view.caller().actor == Actor::User(user) {
        return Err(not_oneself("nobody resets their own password: change it"));
    }
    let given = match exchange.members()?.get("newPassword") {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(Error::bad("'newPassword' is a text.")),
    };
    let made = given.is_none().then(|| Secret::access_pass(PASSWORD_CHARS));
    let password = given.unwrap_or_else(|| made.as_ref().map(|made| made.expose().to_owned()).unwrap_or_default());
    // The gate is asked before the password is judged: whoever may not set it learns nothing of the rules for it.
    exchange
        .engine
        .allow(
            view.caller(),
            &directory::Act {
                verb: directory::Verb::Update,
                kind: &USER,
                target: view.now().find(user),
                changes: &signin::password_change(user, "", view.at(), true),
            },
        )
        .map_err(|refusal| Error::refused(&refusal, Some(&USER)))?;
    let verifier = passwords::hashed(exchange, &view, Some(user), &[], password).await?;
    let by = view.caller().actor.id();
    let question = (OwnedVerb::Update, &USER, Some(user));
    let submission = Submission::asking(view.caller(), "Reset password (by admin)", question, move |now, call| {
        let changes = signin::password_change(user, &verifier, call.at, true);
        let told = signin::reset_notices(now, now.get(user)?, by, call.at);
        Ok(told.into_iter().fold(Decision::change(changes), Decision::with_effect))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&USER)))?;
    let operation = operations::done(exchange, user, view.at())?;
    let location = format!("{}/users/{user}/authentication/operations/{operation}", exchange.base());
    let context = format!("{}/$metadata#microsoft.graph.passwordResetResponse", exchange.base());
    let text = json!({ "@odata.context": context, "newPassword": made.as_ref().map(Secret::expose) });
    Ok(Reply::json(202, text.to_string()).with("location", location))
}
