//! Applications that people ask for on their own devices: what is offered (`managedDevices/{id}/availableApps`), and the wish to
//! have one or to be rid of it again (`installApp`, `uninstallApp`).

use apps::Asked;
use directory::id_from_text;
use engine::{OwnedVerb, Submission};
use schema::managed_device::{MANAGED_DEVICE, USER_ID};

use crate::app_states::with_reach;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read;
use crate::resolve::{self, Target};
use crate::worked_out::list;
use crate::write::failed;

const ACTIONS: [(&str, &str, Asked); 2] = [
    ("installApp", "Request installation of application", Asked::Install),
    ("uninstallApp", "Request removal of application", Asked::Uninstall),
];

/// Answer, if the path is one of these.
pub async fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let (last, device) = exchange.segments.split_last()?;
    device.iter().find(|segment| segment.is("managedDevices"))?;
    if last.is("availableApps") {
        return Some(if exchange.method == http::Method::GET { offered(exchange) } else { Err(Error::method()) });
    }
    let (name, operation, asked) = ACTIONS.into_iter().find(|(name, ..)| last.is(name))?;
    if exchange.method != http::Method::POST {
        return Some(Err(Error::method()));
    }
    Some(ask(exchange, name, operation, asked).await)
}

/// The device that the path leads to.
fn device(exchange: &Exchange) -> Result<directory::Id, Error> {
    let view = exchange.view();
    let above = exchange.segments.split_last().map(|(_, above)| above).unwrap_or_default();
    match resolve::resolve(above, &view, &|_, _| false)? {
        Target::Entity(entity) if view.now().find_a(&MANAGED_DEVICE, entity.id).is_some() => Ok(entity.id),
        _ => Err(Error::segment(&exchange.segments.last().map(|last| last.name.clone()).unwrap_or_default())),
    }
}

fn offered(exchange: &Exchange) -> Result<Reply, Error> {
    let id = device(exchange)?;
    let view = exchange.view();
    let managed = read::found(view.now(), id)?;
    read::check_readable(&view, managed)?;
    let mut apps = with_reach(view.now(), managed, view.at(), |reach| apps::available(view.now(), managed, reach));
    // What is offered to a person, they are told. Who may only read devices is told of no application.
    let person = managed.get(USER_ID).and_then(id_from_text);
    if person.is_none() || view.caller().actor.id() != person {
        apps.retain(|app| app.text("id").and_then(id_from_text).and_then(|id| view.find(id)).is_some());
    }
    Ok(list(exchange, &view, &apps, &format!("deviceManagement/managedDevices('{id}')/availableApps")))
}

async fn ask(exchange: &Exchange, name: &'static str, operation: &'static str, asked: Asked) -> Result<Reply, Error> {
    let id = device(exchange)?;
    let body = exchange.members()?;
    let app = body.get("mobileAppId").and_then(serde_json::Value::as_str).and_then(id_from_text);
    let app = app.ok_or_else(|| Error::bad("Say which application: 'mobileAppId'."))?;
    let question = (OwnedVerb::Action(name.to_owned()), &MANAGED_DEVICE, Some(id));
    let view = exchange.view();
    let submission = Submission::asking(view.caller(), operation, question, move |now, call| {
        let managed = now.get(id)?;
        with_reach(now, managed, call.at, |reach| apps::ask(now, call, managed, reach, (app, asked)))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&MANAGED_DEVICE)))?;
    Ok(Reply::empty())
}
