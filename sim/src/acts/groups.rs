//! Groups are founded, filled by hand or by rule, put into each other, paused, converted, deleted and restored.

use directory::{Change, Id, Object};
use engine::OwnedVerb;
use schema::group::{GROUP, GROUP_TYPES, IS_ASSIGNABLE_TO_ROLE, MAIL_ENABLED, MEMBERS, SECURITY_ENABLED};
use schema::user::USER;
use schema::{DISPLAY_NAME, MAIL_NICKNAME, MEMBERSHIP_RULE, MEMBERSHIP_RULE_PROCESSING_STATE};

use super::{Act, Scene, put};
use crate::rule;

/// The group type of a group that follows a rule.
pub(crate) const DYNAMIC: &str = "DynamicMembership";

pub(crate) fn is_dynamic(group: &Object) -> bool {
    group.get(GROUP_TYPES).is_some_and(|types| types.contains(&DYNAMIC))
}

fn basics(s: &mut Scene<'_>) -> Vec<(directory::AttrId, directory::Value)> {
    vec![
        put(DISPLAY_NAME, format!("Group {}", s.serial)),
        put(MAIL_NICKNAME, format!("g{}", s.serial)),
        put(MAIL_ENABLED, false),
        put(SECURITY_ENABLED, true),
    ]
}

pub(super) fn found(s: &mut Scene<'_>) -> Option<Act> {
    let mut attributes = basics(s);
    if s.dice.often(150) {
        attributes.push(put(IS_ASSIGNABLE_TO_ROLE, true));
    }
    let first = s.any(&USER).filter(|_| s.dice.often(500));
    let members = move |group| first.map(|user| Change::link(group, MEMBERS, user)).into_iter().collect();
    Some(Act::create("Add group", &GROUP, attributes, members))
}

fn new_rule(s: &mut Scene<'_>) -> String {
    let (people, groups) = (s.all(&USER), s.all(&GROUP));
    let rule = rule::invent(s.dice, 0, &people, &groups);
    s.write_rule(rule)
}

pub(super) fn found_dynamic(s: &mut Scene<'_>) -> Option<Act> {
    let rule = new_rule(s);
    let mut attributes = basics(s);
    attributes.extend([put(GROUP_TYPES, [DYNAMIC]), put(MEMBERSHIP_RULE, rule)]);
    Some(Act::create("Add group", &GROUP, attributes, |_| Vec::new()))
}

fn member_act(operation: &'static str, verb: OwnedVerb, group: Id, change: Change) -> Option<Act> {
    Some(Act::change(operation, verb, &GROUP, group, vec![change]))
}

pub(super) fn add_member(s: &mut Scene<'_>) -> Option<Act> {
    // Now and then somebody tries it with a dynamic group, which is refused.
    let tries_dynamic = s.dice.often(60);
    let group = s.any_of(&GROUP, |group| tries_dynamic || !is_dynamic(group))?;
    let member = if s.dice.often(200) { s.any(&GROUP)? } else { s.any(&USER)? };
    let verb = OwnedVerb::Link("members".into());
    member_act("Add member to group", verb, group, Change::link(group, MEMBERS, member))
}

pub(super) fn remove_member(s: &mut Scene<'_>) -> Option<Act> {
    let group = s.any(&GROUP)?;
    let members: Vec<Id> = s.now.links(group, MEMBERS).map(|member| member.object.id).collect();
    let member = *s.dice.pick(&members)?;
    let verb = OwnedVerb::Unlink("members".into());
    member_act("Remove member from group", verb, group, Change::unlink(group, MEMBERS, member))
}

pub(super) fn edit_rule(s: &mut Scene<'_>) -> Option<Act> {
    let group = s.any_of(&GROUP, is_dynamic)?;
    let rule = new_rule(s);
    let change = Change::set(group, MEMBERSHIP_RULE, rule);
    Some(Act::change("Update group", OwnedVerb::Update, &GROUP, group, vec![change]))
}

pub(super) fn pause(s: &mut Scene<'_>) -> Option<Act> {
    let group = s.any_of(&GROUP, is_dynamic)?;
    let state = s.dice.one(&["On", "On", "Paused"]);
    let change = Change::set(group, MEMBERSHIP_RULE_PROCESSING_STATE, state);
    Some(Act::change("Update group", OwnedVerb::Update, &GROUP, group, vec![change]))
}

/// An assigned group begins to follow a rule, or a dynamic one ceases to.
pub(super) fn convert(s: &mut Scene<'_>) -> Option<Act> {
    let group = s.any_of(&GROUP, |group| !group.is(IS_ASSIGNABLE_TO_ROLE))?;
    let changes = if s.now.find(group).is_some_and(is_dynamic) {
        vec![
            Change::clear(group, GROUP_TYPES),
            Change::clear(group, MEMBERSHIP_RULE),
            Change::clear(group, MEMBERSHIP_RULE_PROCESSING_STATE),
        ]
    } else {
        let rule = new_rule(s);
        vec![
            Change::set(group, GROUP_TYPES, [DYNAMIC]),
            Change::set(group, MEMBERSHIP_RULE, rule),
            Change::set(group, MEMBERSHIP_RULE_PROCESSING_STATE, "On"),
        ]
    };
    Some(Act::change("Update group", OwnedVerb::Update, &GROUP, group, changes))
}

pub(super) fn delete(s: &mut Scene<'_>) -> Option<Act> {
    let group = s.any(&GROUP)?;
    Some(Act::change("Delete group", OwnedVerb::Delete, &GROUP, group, vec![Change::Delete { id: group }]))
}

pub(super) fn restore(s: &mut Scene<'_>) -> Option<Act> {
    let id = s.any_deleted(&GROUP)?;
    Some(Act::undelete("Restore group", OwnedVerb::Restore, &GROUP, id, Change::Restore { id }))
}
