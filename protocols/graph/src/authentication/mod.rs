//! `users/{id}/authentication`: what somebody proves who they are with, as Graph has it beneath an object that is none of
//! ours.
//!
//! Methods are objects beneath the user; the password stands with the user, and for these paths the directory is looked at
//! in a fork in which it is an object like the others, under the id that Graph gives it everywhere. Whoever changes their own
//! methods proved themselves with two factors a moment ago (OWASP ASVS 7.5.1); nobody gives themselves a pass.
//!
//! Deliberately absent: registering passkeys and apps, which takes a ceremony with their owner and happens on our pages.

mod email;
mod operations;
mod reset;

use std::time::Duration;

use directory::{Actor, Change, Decision, Id, Kind, Object, Time};
use engine::{OwnedVerb, Submission, View};
use schema::authentication_method::{
    AUTHENTICATION_METHOD, PASSWORD_AUTHENTICATION_METHOD, TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
};
use schema::email_authentication_method::EMAIL_AUTHENTICATION_METHOD;
use schema::user::{AUTHENTICATION_METHODS, LAST_PASSWORD_CHANGE_DATE_TIME, PASSWORD_VERIFIER, USER};

use crate::access_pass;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::resolve::{self, Collection, Entity, From, Target};
use crate::write::failed;

pub use reset::{reset, resets};

/// The id of everybody's password, as Graph has it.
const PASSWORD_ID: Id = Id::from_u128(0x28c1_0230_6103_485e_b985_444c_6000_1490);
/// Whoever changes their own methods proved themselves at most so long ago.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// The directory as these paths see it: with the password of the person they are about among the methods.
pub fn view(exchange: &Exchange) -> View {
    let view = exchange.view();
    let Some((user, _)) = user_of(exchange, &view) else { return view };
    let person = view.now().find(user).filter(|person| person.has(PASSWORD_VERIFIER.id));
    let Some(person) = person else { return view };
    let since = person.get(LAST_PASSWORD_CHANGE_DATE_TIME).or_else(|| person.get(schema::CREATED_DATE_TIME));
    let attributes = since.map(|since| (schema::CREATED_DATE_TIME.id, since.into())).into_iter().collect();
    let changes = [
        Change::Create { id: PASSWORD_ID, kind: PASSWORD_AUTHENTICATION_METHOD.id(), attributes },
        Change::link(user, AUTHENTICATION_METHODS, PASSWORD_ID),
    ];
    match view.now().fork(view.at(), &changes) {
        Ok(fork) => view.of(fork),
        Err(_) => view,
    }
}

/// Answer what is no object of the directory: `operations`.
pub fn answer(exchange: &Exchange, view: &View) -> Option<Result<Reply, Error>> {
    let (user, rest) = user_of(exchange, view)?;
    match rest {
        [only, id] if only.is("operations") && exchange.method == http::Method::GET => {
            Some(operations::one(exchange, view, user, &id.text()))
        }
        _ => None,
    }
}

/// Whether a collection is of somebody's methods.
#[must_use]
pub fn is_here(collection: &Collection) -> bool {
    matches!(&collection.from, From::Links { link, .. } if link.id == AUTHENTICATION_METHODS)
}

/// Whether an object is a method, reached through its owner.
#[must_use]
pub fn is_method(entity: &Entity) -> bool {
    entity.through.is_some_and(|(_, link)| link.id == AUTHENTICATION_METHODS)
}

/// Add a method to somebody.
pub async fn create(exchange: &Exchange, view: View, collection: &Collection) -> Result<Reply, Error> {
    let From::Links { owner, .. } = collection.from else { return Err(Error::method()) };
    if collection.kind.name == TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD.name {
        if view.caller().actor == Actor::User(owner) {
            return Err(not_oneself("nobody gives a pass to themselves: ask another administrator"));
        }
        return access_pass::create(exchange, view, collection).await;
    }
    check_fresh(exchange, &view, owner)?;
    if collection.kind.name == EMAIL_AUTHENTICATION_METHOD.name {
        return email::create(exchange, view, collection, owner).await;
    }
    Err(Error::method())
}

/// Change a method.
pub async fn update(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let owner = entity.through.map(|(owner, _)| owner).ok_or_else(Error::method)?;
    check_fresh(exchange, &view, owner)?;
    if view.now().find_a(&EMAIL_AUTHENTICATION_METHOD, entity.id).is_some() {
        return email::update(exchange, view, entity, owner).await;
    }
    Err(Error::method())
}

/// Take a method away, and tell its owner.
pub async fn delete(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let owner = entity.through.map(|(owner, _)| owner).ok_or_else(Error::method)?;
    check_fresh(exchange, &view, owner)?;
    if entity.id == PASSWORD_ID {
        return Err(Error::method());
    }
    let id = entity.id;
    let kind = view.now().find(id).map_or(&AUTHENTICATION_METHOD, |object| view.now().kind_of(object));
    let question = (OwnedVerb::Delete, kind, Some(id));
    let submission = Submission::asking(view.caller(), "Delete authentication method", question, move |now, call| {
        let changes = signin::remove_method(now, owner, id)?;
        let told = signin::security_notice(now.get(owner)?, "A sign-in method was removed", &told(kind), call.at);
        Ok(told.into_iter().fold(Decision::change(changes), Decision::with_effect))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(Reply::empty())
}

/// The sentence of a notice about a method that was removed.
fn told(kind: &Kind) -> String {
    let words = crate::write::words(kind.name.trim_end_matches("AuthenticationMethod"));
    format!("A way to sign in ({words}) was removed")
}

/// The person whose methods a path is about, and what of the path follows `authentication`.
fn user_of<'e>(exchange: &'e Exchange, view: &View) -> Option<(Id, &'e [crate::path::Segment])> {
    let segments = &exchange.segments;
    let first = segments.first().filter(|first| first.is("me") || first.is("users"))?;
    let at = segments.iter().take(3).position(|segment| segment.is("authentication")).filter(|at| *at > 0)?;
    let head = segments.get(..at)?;
    let _ = first;
    match resolve::resolve(head, view, &|_, _| false) {
        Ok(Target::Entity(entity)) if view.now().find_a(&USER, entity.id).is_some() => {
            Some((entity.id, segments.get(at + 1..).unwrap_or_default()))
        }
        _ => None,
    }
}

/// Whoever acts on their own account has proved themselves a moment ago; for others their roles stand.
fn check_fresh(exchange: &Exchange, view: &View, owner: Id) -> Result<(), Error> {
    let caller = view.caller();
    if caller.actor != Actor::User(owner) {
        return Ok(());
    }
    let is_fresh = exchange.proven.is_some_and(|proven: Time| proven > view.at() || view.at().since(proven) <= FRESH);
    if caller.strong && is_fresh {
        return Ok(());
    }
    let minutes = FRESH.as_secs() / 60;
    Err(not_oneself(format!(
        "sign in again with two factors: your own methods are changed within {minutes} minutes of it"
    )))
}

fn not_oneself(message: impl Into<String>) -> Error {
    Error::new(403, "accessDenied", message)
}

/// A method as it is beneath its owner, after a change.
fn shown(exchange: &Exchange, id: Id, entity: &Entity) -> Result<String, Error> {
    let view = exchange.view();
    let object: &Object = crate::read::found(view.now(), id)?;
    crate::read::printed(exchange, &view, object, entity)
}
