//! Access packages are asked for, given by an administrator, decided and ended early.

use directory::{Change, Id, Object, Record};
use engine::OwnedVerb;
use schema::access_package::ACCESS_PACKAGE;
use schema::access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT;
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT};
use schema::approval::{APPROVAL_STAGE, REVIEW_RESULT};
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, JUSTIFICATION, REQUEST_TYPE, STATE, STATUS};

use super::{Act, By, Scene, put};
use crate::first_day::CAST;

fn request(operation: &'static str, kind: &str, wants: Record, by: Id) -> Option<Act> {
    let attributes = vec![put(REQUEST_TYPE, kind), put(ASSIGNMENT, wants)];
    let act = Act::create(operation, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST, attributes, |_| Vec::new());
    Some(act.by(By::Person(by)))
}

/// Somebody asks for themselves: to get, to extend, or to give back.
pub(super) fn ask(s: &mut Scene<'_>) -> Option<Act> {
    let person = s.any_of(&USER, |user| user.is(ACCOUNT_ENABLED))?;
    let package = s.any(&ACCESS_PACKAGE)?;
    let kind = s.dice.one(&["userAdd", "userAdd", "userAdd", "userUpdate", "userRemove"]);
    request("Request access package", kind, Record::new().with("accessPackageId", package.to_string()), person)
}

/// An administrator gives it to somebody.
pub(super) fn give(s: &mut Scene<'_>) -> Option<Act> {
    let (person, package) = (s.any(&USER)?, s.any(&ACCESS_PACKAGE)?);
    let wants = Record::new().with("accessPackageId", package.to_string()).with("targetId", person.to_string());
    request("Assign access package", "adminAdd", wants, CAST.admin)
}

pub(super) fn end(s: &mut Scene<'_>) -> Option<Act> {
    let is_kept = |assignment: &Object| assignment.get(STATE).is_some_and(|state| state.contains("eliver"));
    let assignment = s.any_of(&ACCESS_PACKAGE_ASSIGNMENT, is_kept)?;
    request("Remove access package", "adminRemove", Record::new().with("id", assignment.to_string()), CAST.admin)
}

/// The administrator answers what waits for an answer.
pub(super) fn decide(s: &mut Scene<'_>) -> Option<Act> {
    let stage = s.any_of(&APPROVAL_STAGE, |stage| stage.get(STATUS) == Some("InProgress"))?;
    let answer = s.dice.one(&["Approve", "Approve", "Approve", "Deny"]);
    let changes = vec![Change::set(stage, JUSTIFICATION, "as agreed"), Change::set(stage, REVIEW_RESULT, answer)];
    let act = Act::change("Decide request", OwnedVerb::Update, &APPROVAL_STAGE, stage, changes);
    Some(act.by(By::Person(CAST.admin)))
}

/// One of many who come on the same day.
#[cfg(test)]
pub(crate) fn newcomer(n: usize) -> Act {
    use schema::user::MAIL_NICKNAME;
    use schema::{DISPLAY_NAME, USER_PRINCIPAL_NAME};

    let name = format!("new{n}");
    let attributes = vec![
        put(DISPLAY_NAME, name.as_str()),
        put(ACCOUNT_ENABLED, true),
        put(USER_PRINCIPAL_NAME, format!("{name}@{}", crate::words::DOMAIN)),
        put(MAIL_NICKNAME, name),
    ];
    Act::create("Add user", &USER, attributes, |_| Vec::new())
}

/// Somebody is given the package that ends after a week.
#[cfg(test)]
pub(crate) fn gift(person: Id, package: Id) -> Act {
    let wants = Record::new().with("accessPackageId", package.to_string()).with("targetId", person.to_string());
    request("Assign access package", "adminAdd", wants, CAST.admin).expect("a request is always made up")
}
