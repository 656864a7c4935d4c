//! `operations`: what became of a reset password. Here it is done at once; clients ask all the same.

use std::time::Duration;

use directory::{Id, Record, Time};
use engine::View;
use schema::authentication_method::PASSWORD_AUTHENTICATION_METHOD;
use serde_json::json;

use super::PASSWORD_ID;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read;

const SHELF: &str = "authenticationOperations";
/// How long what became of a reset can be asked.
const LIFE: Duration = Duration::from_secs(3600);

/// Write down that a password was reset; answers the operation's id.
pub fn done(exchange: &Exchange, user: Id, at: Time) -> Result<Id, Error> {
    let id = keys::random_uuid();
    let body = Record::new().with("user", user).with("at", at);
    let put = exchange.engine.tickets().put(SHELF, id.as_bytes(), Some(user), at + LIFE, &body);
    put.map_err(|_| Error::unavailable())?;
    Ok(id)
}

/// What became of it: for whoever may see the password's method.
pub fn one(exchange: &Exchange, view: &View, user: Id, id: &str) -> Result<Reply, Error> {
    let method = view.now().find_a(&PASSWORD_AUTHENTICATION_METHOD, PASSWORD_ID).ok_or_else(|| Error::missing(id))?;
    read::check_readable(view, method)?;
    let key = directory::id_from_text(id).ok_or_else(|| Error::missing(id))?;
    let kept = exchange.engine.tickets().get(SHELF, key.as_bytes()).map_err(|_| Error::unavailable())?;
    let kept = kept.filter(|kept| kept.guid("user") == Some(user)).ok_or_else(|| Error::missing(id))?;
    let at = kept.time("at").unwrap_or_default().to_string();
    let place = format!("users('{user}')/authentication");
    let text = json!({
        "@odata.context": format!("{}/$metadata#{place}/operations/$entity", exchange.base()),
        "id": key.hyphenated().to_string(),
        "status": "succeeded",
        "createdDateTime": at,
        "lastActionDateTime": at,
        "resourceLocation": format!("{}/users/{user}/authentication/methods/{PASSWORD_ID}", exchange.base()),
        "statusDetail": null,
    });
    Ok(Reply::json(200, text.to_string()))
}
