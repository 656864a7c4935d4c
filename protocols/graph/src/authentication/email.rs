//! `emailMethods`: the address at which somebody resets a password they forgot.

use directory::{Decision, Effect, Id, Value};
use engine::{OwnedVerb, Submission, View};
use schema::email_authentication_method::EMAIL_AUTHENTICATION_METHOD;

use super::shown;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::resolve::{Collection, Entity};
use crate::write::failed;

/// Give somebody an address. There is one at most.
pub async fn create(exchange: &Exchange, view: View, collection: &Collection, owner: Id) -> Result<Reply, Error> {
    let address = address(exchange)?;
    let question = (OwnedVerb::Create, &EMAIL_AUTHENTICATION_METHOD, None);
    let submission = Submission::asking(view.caller(), "Add email method", question, move |now, call| {
        if signin::email_method(now, owner).is_some() {
            return Err(directory::Refusal::conflict("there is an address already: change it"));
        }
        let id = call.new_id();
        let changes = signin::add_email(now, owner, id, &address, call.at)?;
        let told = notices(now.get(owner)?, call.at);
        Ok(told.into_iter().fold(Decision::change(changes).answering(id), Decision::with_effect))
    });
    let kind = Some(&EMAIL_AUTHENTICATION_METHOD);
    let done = exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, kind))?;
    let id = done.answer.as_ref().and_then(Value::as_guid).ok_or_else(Error::unavailable)?;
    let context = collection.context.clone();
    let location = format!("{}/{context}/{id}", exchange.base());
    let entity = Entity {
        id,
        kind: &EMAIL_AUTHENTICATION_METHOD,
        context,
        workload: collection.workload,
        is_singleton: false,
        through: None,
    };
    Ok(Reply::json(201, shown(exchange, id, &entity)?).with("location", location))
}

/// Change the address.
pub async fn update(exchange: &Exchange, view: View, entity: &Entity, owner: Id) -> Result<Reply, Error> {
    let (address, id) = (address(exchange)?, entity.id);
    let question = (OwnedVerb::Update, &EMAIL_AUTHENTICATION_METHOD, Some(id));
    let submission = Submission::asking(view.caller(), "Update email method", question, move |now, call| {
        let changes = signin::change_email(now, owner, id, &address)?;
        Ok(notices(now.get(owner)?, call.at).into_iter().fold(Decision::change(changes), Decision::with_effect))
    });
    let kind = Some(&EMAIL_AUTHENTICATION_METHOD);
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, kind))?;
    Ok(Reply::json(200, shown(exchange, id, entity)?))
}

fn notices(owner: &directory::Object, at: directory::Time) -> Vec<Effect> {
    signin::security_notice(
        owner,
        "Your address for resetting passwords was changed",
        "The address at which a forgotten password is reset was changed",
        at,
    )
}

fn address(exchange: &Exchange) -> Result<String, Error> {
    let body = exchange.members()?;
    let address = body.get("emailAddress").and_then(serde_json::Value::as_str);
    Ok(address.ok_or_else(|| Error::invalid("A value is required for property 'emailAddress'."))?.to_owned())
}
