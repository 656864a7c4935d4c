//! Temporary Access Passes: made here, shown once in the answer to their creation, and only their verifier kept.

use directory::{Decision, Time, Value};
use engine::{OwnedVerb, Submission, View};
use keys::Secret;
use schema::authentication_method::{TEMPORARY_ACCESS_PASS, TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD};
use serde_json::Value as Json;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::json::Json as Writer;
use crate::projection::Projection;
use crate::read;
use crate::resolve::{Collection, From};
use crate::write::failed;

/// Make a pass for the user beneath whom the collection lies.
pub async fn create(exchange: &Exchange, view: View, collection: &Collection) -> Result<Reply, Error> {
    let From::Links { owner: user, .. } = collection.from else {
        return Err(Error::method());
    };
    let body = exchange.members()?;
    let start = match body.get("startDateTime") {
        None | Some(Json::Null) => None,
        Some(value) => {
            let time = value.as_str().and_then(Time::parse);
            Some(time.ok_or_else(|| Error::bad("'startDateTime' is no date."))?)
        }
    };
    let lifetime_minutes = match body.get("lifetimeInMinutes") {
        None | Some(Json::Null) => None,
        Some(value) => Some(value.as_i64().ok_or_else(|| Error::bad("'lifetimeInMinutes' is no number."))?),
    };
    let is_usable_once = body.get("isUsableOnce").and_then(Json::as_bool).unwrap_or(false);
    let ask = signin::NewPass { start, lifetime_minutes, is_usable_once };

    let pass = Secret::access_pass(signin::pass_rules(view.now()).length);
    let verifier = exchange
        .keys
        .hash_secret(exchange.engine.tenant(), signin::ACCESS_PASS, pass.expose())
        .map_err(|_| Error::unavailable())?;

    let kind = &TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD;
    let operation = "Admin registered security info".to_owned();
    let question = (OwnedVerb::Create, kind, None);
    let submission = Submission::asking(view.caller(), operation, question, move |now, call| {
        let id = call.new_id();
        Ok(Decision::change(signin::create_pass(now, user, id, &verifier, ask, call.at)?).answering(id))
    });
    let done = exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    let id = done.answer.as_ref().and_then(Value::as_guid).ok_or_else(Error::unavailable)?;
    drop(view);

    let view = exchange.view();
    let object = read::found(view.now(), id)?;
    // The pass is put into the answer and nowhere else.
    let shown = object.with(object.usn, &[(TEMPORARY_ACCESS_PASS.id, Some(Value::from(pass.expose())))]);
    let printer = exchange.printer(&view);
    let mut json = Writer::new();
    json.open();
    printer.context(&mut json, &format!("{}/$entity", collection.context));
    printer.members(&mut json, &shown, kind, &Projection::default(), &collection.context)?;
    json.close();
    let location = format!("{}/{}/{id}", exchange.base(), collection.context);
    Ok(Reply::json(201, json.into_text()).with("location", location))
}
