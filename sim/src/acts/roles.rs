//! Roles are given to people and to groups that can hold them, over the tenant or over one object, and taken back.

use directory::{Change, Id};
use engine::OwnedVerb;
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE};
use schema::unified_role_assignment::{DIRECTORY_SCOPE_ID, PRINCIPAL_ID, ROLE_DEFINITION_ID, UNIFIED_ROLE_ASSIGNMENT};
use schema::user::USER;

use super::{Act, Scene, put};

/// A built-in role by its name.
pub(crate) fn role(name: &str) -> Id {
    let found = access::BUILT_IN.iter().find(|role| role.name == name);
    found.expect("the role is one of the built-in ones").id()
}

pub(super) fn assign(s: &mut Scene<'_>) -> Option<Act> {
    let principal =
        if s.dice.often(300) { s.any_of(&GROUP, |group| group.is(IS_ASSIGNABLE_TO_ROLE))? } else { s.any(&USER)? };
    let name = s.dice.one(&["User Administrator", "Helpdesk Administrator", "Groups Administrator", "Global Reader"]);
    let scope = if s.dice.often(700) { "/".to_owned() } else { format!("/{}", s.any(&USER)?) };
    let attributes = vec![
        put(PRINCIPAL_ID, principal.to_string()),
        put(ROLE_DEFINITION_ID, role(name).to_string()),
        put(DIRECTORY_SCOPE_ID, scope),
    ];
    Some(Act::create("Add member to role", &UNIFIED_ROLE_ASSIGNMENT, attributes, |_| Vec::new()))
}

pub(super) fn withdraw(s: &mut Scene<'_>) -> Option<Act> {
    // The administrator of the first day stays, so that there always is one.
    let founder = s.now.all(&USER).find(|user| user.get(schema::MAIL_NICKNAME) == Some("admin")).map(|user| user.id);
    let id = s.any_of(&UNIFIED_ROLE_ASSIGNMENT, |assignment| {
        assignment.value(PRINCIPAL_ID.id).and_then(|principal| principal.as_guid()) != founder
    })?;
    let delete = vec![Change::Delete { id }];
    Some(Act::change("Remove member from role", OwnedVerb::Delete, &UNIFIED_ROLE_ASSIGNMENT, id, delete))
}
