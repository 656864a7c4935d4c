//! The refresh tokens of a person, by the families that came of one sign-in each: `GET /users/{id}/refreshTokenFamilies`, and
//! `DELETE` of one. Whoever may revoke the person's sessions may do both.
//!
//! Never a token: only which application holds some, since when, and when it last used one.

use directory::{Decision, Id, Object, Record, Verb};
use engine::{OwnedVerb, Submission};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::{USER, USER_PRINCIPAL_NAME};
use schema::{APP_ID, DISPLAY_NAME};
use serde_json::{Value, json};
use signin::{LISTED_MAX, REFRESH_FAMILIES, RefreshFamily};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::path::Segment;
use crate::write::failed;

/// What one has to be allowed.
const ACTION: &str = "revokeSignInSessions";

pub fn list(exchange: &Exchange) -> Result<Reply, Error> {
    let user = user(exchange)?;
    let view = exchange.view();
    let act = directory::Act { verb: Verb::Action(ACTION), kind: &USER, target: view.now().find(user), changes: &[] };
    exchange.engine.allow(view.caller(), &act).map_err(|refusal| Error::refused(&refusal, Some(&USER)))?;
    let value: Vec<Value> = families(exchange, user)?.iter().map(|family| told(exchange, family)).collect();
    Ok(Reply::json(200, json!({ "value": value }).to_string()))
}

pub async fn end(exchange: &Exchange) -> Result<Reply, Error> {
    let user = user(exchange)?;
    let key = exchange.segments.get(3).map(Segment::text).unwrap_or_default();
    let family = directory::id_from_text(&key).ok_or_else(|| Error::missing(&key))?;
    let view = exchange.view();
    let question = (OwnedVerb::Action(ACTION.to_owned()), &USER, Some(user));
    // The gate is asked first, and the commit is the trace in the audit: the word to the outbox comes with it.
    let submission = Submission::asking(view.caller(), "Revoke refresh tokens", question, move |_, _| {
        let body = Record::new().with("user", user);
        Ok(Decision::default().with_effect(directory::Effect { topic: signin::END_SESSIONS, not_before: None, body }))
    });
    if !families(exchange, user)?.iter().any(|known| known.id == family) {
        return Err(Error::missing(&key));
    }
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&USER)))?;
    let tickets = exchange.engine.tickets();
    tickets.take(REFRESH_FAMILIES, family.as_bytes()).map_err(|_| Error::unavailable())?;
    tickets.revoke(family).map_err(|_| Error::unavailable())?;
    Ok(Reply::empty())
}

fn families(exchange: &Exchange, user: Id) -> Result<Vec<RefreshFamily>, Error> {
    let found = exchange.engine.tickets().list(REFRESH_FAMILIES, user, LISTED_MAX);
    Ok(found.map_err(|_| Error::unavailable())?.iter().filter_map(RefreshFamily::from_record).collect())
}

/// The user of the path, as far as the caller may see.
fn user(exchange: &Exchange) -> Result<Id, Error> {
    let key = exchange.segments.get(1).map(Segment::text).unwrap_or_default();
    let view = exchange.view();
    let found = match directory::id_from_text(&key) {
        Some(id) => view.now().find_a(&USER, id),
        None => view.now().find_by(&USER, USER_PRINCIPAL_NAME, key.as_str()),
    };
    found.filter(|user| view.sees(user)).map(|user: &Object| user.id).ok_or_else(|| Error::missing(&key))
}

fn told(exchange: &Exchange, family: &RefreshFamily) -> Value {
    let view = exchange.view();
    let app = view.now().find_by(&SERVICE_PRINCIPAL, APP_ID, family.client.as_str());
    json!({
        "id": family.id.to_string(),
        "appId": family.client,
        "appDisplayName": app.and_then(|app| app.get(DISPLAY_NAME)),
        "sessionId": family.session.to_string(),
        "createdDateTime": family.began.to_string(),
        "lastUsedDateTime": family.used.to_string(),
        "scope": family.scope,
    })
}
