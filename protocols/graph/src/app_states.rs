//! `users/{id}/mobileAppIntentAndStates`: for each device of a person, every application that assignments have to do with, what is
//! meant and what is there; put together by `apps` when it is asked for, and read only.

use apps::Reaching;
use devices::assignment::{Reached, Subject};
use directory::{Object, Record, Snapshot, Time};
use engine::View;
use schema::USER_ID;
use schema::managed_device::MANAGED_DEVICE;
use schema::user::USER;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::path::Arguments;
use crate::read::check_readable;
use crate::resolve::{self, Target};
use crate::worked_out::{list, printed};

/// Hand over with which intents something that is assigned reaches a device: assignments are resolved in one room, what they
/// mean for applications is said in another.
pub fn with_reach<T>(now: &Snapshot, managed: &Object, at: Time, ask: impl FnOnce(&apps::Reach<'_>) -> T) -> T {
    let subject = Subject::of(now, managed, at);
    ask(&|assignments: &[Record]| {
        let intents = subject.intents(assignments).into_iter();
        intents.filter_map(|one| Reaching::named(one.intent, one.by == Reached::User, one.passes)).collect()
    })
}

/// Answer, if the path is one of these.
pub fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let segments = &exchange.segments;
    let at = segments.iter().take(3).position(|segment| segment.is("mobileAppIntentAndStates")).filter(|at| *at > 0)?;
    segments.first().filter(|first| first.is("me") || first.is("users"))?;
    let view = exchange.view();
    let user = match resolve::resolve(segments.get(..at)?, &view, &|_, _| false) {
        Ok(Target::Entity(entity)) => view.now().find_a(&USER, entity.id)?,
        Ok(_) => return None,
        Err(error) => return Some(Err(error)),
    };
    let key = match segments.get(at).map(|segment| &segment.arguments) {
        Some(Arguments::Key(key)) => Some(key.clone()),
        _ => segments.get(at + 1).map(crate::path::Segment::text),
    };
    Some(match key {
        _ if exchange.method != http::Method::GET => Err(Error::method()),
        None => all(exchange, &view, user),
        Some(key) => one(exchange, &view, user, &key),
    })
}

/// The devices of a person that the caller may see.
fn devices_of<'v>(view: &'v View, user: &Object) -> impl Iterator<Item = &'v Object> {
    let now = view.now();
    now.by(USER_ID, user.id.to_string()).filter(|managed| now.is_a(managed, &MANAGED_DEVICE) && view.sees(managed))
}

fn told(view: &View, managed: &Object) -> Record {
    with_reach(view.now(), managed, view.at(), |reach| apps::intents_and_states(view.now(), managed, reach))
}

fn all(exchange: &Exchange, view: &View, user: &Object) -> Result<Reply, Error> {
    check_readable(view, user)?;
    let records: Vec<Record> = devices_of(view, user).map(|managed| told(view, managed)).collect();
    Ok(list(exchange, view, &records, &format!("users('{}')/mobileAppIntentAndStates", user.id)))
}

fn one(exchange: &Exchange, view: &View, user: &Object, key: &str) -> Result<Reply, Error> {
    check_readable(view, user)?;
    let id = directory::id_from_text(key);
    let managed = devices_of(view, user).find(|managed| Some(managed.id) == id).ok_or_else(|| Error::missing(key))?;
    let context = format!("users('{}')/mobileAppIntentAndStates/$entity", user.id);
    Ok(printed(exchange, view, &told(view, managed), &context))
}
