//! People come, change, are switched off and on, leave, come back; they get managers and new names.

use directory::{Change, Object};
use engine::OwnedVerb;
use schema::user::{
    CITY, DEPARTMENT, EMPLOYEE_HIRE_DATE, JOB_TITLE, MAIL_NICKNAME, MANAGER, USAGE_LOCATION, USER, USER_TYPE,
};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, USER_PRINCIPAL_NAME};

use super::{Act, Scene, put};
use crate::words::{CITIES, COUNTRIES, DEPARTMENTS, DOMAIN, TITLES};

pub(super) fn hire(s: &mut Scene<'_>) -> Option<Act> {
    // Names are few, so that two people want the same one now and then; and somebody takes the name of one who has left.
    let left = s.any_deleted(&USER).and_then(|id| s.now.find_deleted(id)?.get(USER_PRINCIPAL_NAME)?.split('@').next());
    let left = left.map(str::to_lowercase).filter(|_| s.dice.often(300));
    let name = left.unwrap_or_else(|| format!("p{}", s.dice.below(60)));
    let mut attributes = vec![
        put(DISPLAY_NAME, format!("Person {} {name}", s.serial)),
        put(ACCOUNT_ENABLED, s.dice.often(900)),
        put(USER_PRINCIPAL_NAME, format!("{name}@{DOMAIN}")),
        put(MAIL_NICKNAME, name),
    ];
    if s.dice.often(800) {
        attributes.push(put(DEPARTMENT, s.dice.one(DEPARTMENTS)));
    }
    if s.dice.often(600) {
        attributes.push(put(CITY, s.dice.one(CITIES)));
    }
    if s.dice.often(600) {
        attributes.push(put(JOB_TITLE, s.dice.one(TITLES)));
    }
    if s.dice.often(800) {
        attributes.push(put(USAGE_LOCATION, s.dice.one(COUNTRIES)));
    }
    if s.dice.often(500) {
        attributes.push(put(EMPLOYEE_HIRE_DATE, moment(s)));
    }
    if s.dice.often(100) {
        attributes.push(put(USER_TYPE, "Guest"));
    }
    Some(Act::create("Add user", &USER, attributes, |_| Vec::new()))
}

/// Within six weeks of now, before or after.
fn moment(s: &mut Scene<'_>) -> directory::Time {
    s.at.plus_days(i64::try_from(s.dice.below(84)).unwrap_or(0) - 42)
}

pub(super) fn change(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    let change = match s.dice.below(8) {
        0 | 1 => Change::set(user, DEPARTMENT, s.dice.one(DEPARTMENTS)),
        2 => Change::set(user, CITY, s.dice.one(CITIES)),
        3 => Change::set(user, JOB_TITLE, s.dice.one(TITLES)),
        4 => Change::clear(user, DEPARTMENT),
        5 => Change::clear(user, JOB_TITLE),
        6 => Change::set(user, EMPLOYEE_HIRE_DATE, moment(s)),
        _ => Change::set(user, DISPLAY_NAME, format!("Renamed {}", s.serial)),
    };
    Some(Act::change("Update user", OwnedVerb::Update, &USER, user, vec![change]))
}

pub(super) fn switch(s: &mut Scene<'_>) -> Option<Act> {
    let on = s.dice.often(500);
    let user = s.any_of(&USER, |user: &Object| user.is(ACCOUNT_ENABLED) != on)?;
    let change = Change::set(user, ACCOUNT_ENABLED, on);
    Some(Act::change(
        if on { "Enable account" } else { "Disable account" },
        OwnedVerb::Update,
        &USER,
        user,
        vec![change],
    ))
}

pub(super) fn delete(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    Some(Act::change("Delete user", OwnedVerb::Delete, &USER, user, vec![Change::Delete { id: user }]))
}

pub(super) fn restore(s: &mut Scene<'_>) -> Option<Act> {
    let id = s.any_deleted(&USER)?;
    Some(Act::undelete("Restore user", OwnedVerb::Restore, &USER, id, Change::Restore { id }))
}

pub(super) fn purge(s: &mut Scene<'_>) -> Option<Act> {
    let id = s.any_deleted(&USER)?;
    Some(Act::undelete("Hard delete user", OwnedVerb::Delete, &USER, id, Change::Purge { id }).internal())
}

pub(super) fn rename(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    let name = format!("P{}@{DOMAIN}", s.dice.below(60));
    let change = Change::set(user, USER_PRINCIPAL_NAME, name);
    Some(Act::change("Update user", OwnedVerb::Update, &USER, user, vec![change]))
}

pub(super) fn set_manager(s: &mut Scene<'_>) -> Option<Act> {
    let (user, manager) = (s.any(&USER)?, s.any(&USER)?);
    let verb = OwnedVerb::Link("manager".into());
    Some(Act::change("Set manager", verb, &USER, user, vec![Change::link(user, MANAGER, manager)]))
}

pub(super) fn clear_manager(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    let manager = s.now.linked(user, MANAGER)?.id;
    let verb = OwnedVerb::Unlink("manager".into());
    Some(Act::change("Remove manager", verb, &USER, user, vec![Change::unlink(user, MANAGER, manager)]))
}

pub(super) fn revoke_sessions(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    let action = s.action(&USER, "revokeSignInSessions");
    Some(Act::call("Revoke sessions", &USER, action, user, directory::Record::new()))
}

/// Records from elsewhere go on arriving for people who were deleted and may come back.
pub(super) fn import_into_deleted(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any_deleted(&USER)?;
    let change = match s.dice.below(3) {
        0 => Change::set(user, DISPLAY_NAME, format!("Away {}", s.serial)),
        1 => Change::set(user, DEPARTMENT, s.dice.one(DEPARTMENTS)),
        _ => Change::set(user, EMPLOYEE_HIRE_DATE, moment(s)),
    };
    Some(Act::undelete("Import record", OwnedVerb::Update, &USER, user, change).internal())
}
