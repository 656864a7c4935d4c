//! Roles for a time: somebody is made eligible, activates, gives up; or holds a role until a day.

use directory::{Id, Kind, Record};
use schema::unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST;
use schema::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
};
use schema::user::USER;
use schema::{ACTION, DIRECTORY_SCOPE_ID, JUSTIFICATION, PRINCIPAL_ID, ROLE_DEFINITION_ID, SCHEDULE_INFO};

use super::{Act, By, Scene, put, role};
use crate::first_day::CAST;

struct Wish {
    action: &'static str,
    principal: Id,
    role: Id,
    lasting: Option<&'static str>,
}

fn request(operation: &'static str, kind: &'static Kind, wish: Wish, by: Id) -> Option<Act> {
    let pattern = wish.lasting.map(|text| Record::new().with("type", "afterDuration").with("duration", text));
    let attributes = vec![
        put(ACTION, wish.action),
        put(PRINCIPAL_ID, wish.principal.to_string()),
        put(ROLE_DEFINITION_ID, wish.role.to_string()),
        put(DIRECTORY_SCOPE_ID, "/"),
        put(JUSTIFICATION, "a ticket"),
        put(SCHEDULE_INFO, Record::new().with_some("expiration", pattern)),
    ];
    Some(Act::create(operation, kind, attributes, |_| Vec::new()).by(By::Person(by)))
}

fn any_role(s: &mut Scene<'_>) -> Id {
    role(s.dice.one(&["User Administrator", "Groups Administrator", "Global Reader"]))
}

pub(super) fn make_eligible(s: &mut Scene<'_>) -> Option<Act> {
    let lasting = s.dice.one(&[None, Some("P14D"), Some("P3D")]);
    let wish = Wish { action: "adminAssign", principal: s.any(&USER)?, role: any_role(s), lasting };
    request("Add eligible member to role", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, wish, CAST.admin)
}

/// Somebody who is eligible, and who it is for which role.
fn eligible(s: &mut Scene<'_>) -> Option<(Id, Id)> {
    let schedule = s.any(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE)?;
    let named = |attribute: directory::Attr<str>| s.now.find(schedule)?.value(attribute.id)?.as_guid();
    Some((named(PRINCIPAL_ID)?, named(ROLE_DEFINITION_ID)?))
}

pub(super) fn activate(s: &mut Scene<'_>) -> Option<Act> {
    let (principal, role) = eligible(s)?;
    let action = s.dice.one(&["selfActivate", "selfActivate", "selfActivate", "selfDeactivate"]);
    let wish = Wish { action, principal, role, lasting: Some(s.dice.one(&["PT2H", "PT30M", "PT8H"])) };
    request("Activate role", &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST, wish, principal)
}

pub(super) fn give_for_a_time(s: &mut Scene<'_>) -> Option<Act> {
    let lasting = Some(s.dice.one(&["P1D", "P10D"]));
    let wish = Wish { action: "adminAssign", principal: s.any(&USER)?, role: any_role(s), lasting };
    request("Add member to role for a time", &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST, wish, CAST.admin)
}

/// The eligibility is taken back, with what was activated by it.
pub(super) fn take_back(s: &mut Scene<'_>) -> Option<Act> {
    let (principal, role) = eligible(s)?;
    let wish = Wish { action: "adminRemove", principal, role, lasting: None };
    request("Remove eligible member from role", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, wish, CAST.admin)
}
