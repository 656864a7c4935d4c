//! What is true of every group: which kinds there are, who can be in one, and who says so: somebody, or a rule.
//!
//! Deliberately absent: following the rules (`dynamic_membership`) and giving licences (`licences`).

use std::collections::HashSet;

use directory::{Actor, By, Call, Change, Check, Filter, Id, Object, Refusal, Snapshot, Value};
use schema::device::DEVICE;
use schema::group::{GROUP, GROUP_TYPES, IS_ASSIGNABLE_TO_ROLE, MAIL_ENABLED, MEMBERS, OWNERS, SECURITY_ENABLED};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use schema::user_value::invalid_value;
use schema::{
    ASSIGNED_LICENSES, ASSIGNED_PLANS, CREATED_DATE_TIME, DISPLAY_NAME, MAIL_NICKNAME, MEMBERSHIP_RULE,
    MEMBERSHIP_RULE_PROCESSING_STATE, SECURITY_IDENTIFIER, VISIBILITY,
};

use crate::fill::{fill, given, security_identifier};
use crate::preview::refuse_rule;
use crate::rules::{self, DYNAMIC, Rule};

pub(crate) const CHECK: Check = Check { kind: &GROUP, complete: Some(complete), check: Some(check) };

/// The group type of a Microsoft 365 group.
const UNIFIED: &str = "Unified";
const OWNERS_MAX: usize = 100;
const ROLE_ASSIGNABLE_GROUPS_MAX: usize = 500;
/// As Graph names the link in its errors.
const MEMBERS_NAME: &str = "members";
const DYNAMIC_GROUPS_MAX: usize = 15_000;
const DISPLAY_NAME_CHARS_MAX: usize = 256;

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    refuse_hand_edits(now, changes)?;
    let mut more = Vec::new();
    for at in 0..changes.len() {
        let Some(change) = changes.get(at) else { break };
        let has_owner = |id: Id| {
            changes.iter().any(|c| matches!(c, Change::Link { source, link, .. } if *source == id && *link == OWNERS))
        };
        match change {
            Change::Create { id, kind, .. } if *kind == GROUP.id() => {
                // Graph makes the person who creates a group its owner, unless they name one.
                if let (Actor::User(creator), false) = (&call.caller.actor, has_owner(*id)) {
                    more.push(Change::link(*id, OWNERS, *creator));
                }
            }
            Change::Set { id, attribute, new, .. } if *attribute == GROUP_TYPES.id => {
                if let Some(group) = now.find_a(&GROUP, *id) {
                    more.extend(keep_members(now, group, new.as_ref()));
                }
            }
            _ => {}
        }
    }
    for change in changes.iter_mut() {
        if let Change::Create { id, kind, attributes } = change
            && *kind == GROUP.id()
        {
            fill(attributes, CREATED_DATE_TIME, call.at);
            fill(attributes, SECURITY_IDENTIFIER, security_identifier(*id));
            if types(given(attributes, GROUP_TYPES)).any(|t| t == DYNAMIC) {
                fill(attributes, MEMBERSHIP_RULE_PROCESSING_STATE, "On");
            }
            if given(attributes, IS_ASSIGNABLE_TO_ROLE) == Some(&Value::Bool(true)) {
                fill(attributes, VISIBILITY, "Private");
            }
        }
    }
    changes.append(&mut more);
    Ok(())
}

/// Only a rule says who is in a dynamic group. Asked of the changes as they were wanted, so that taking out somebody who
/// is in by rule is refused and not silently without effect.
fn refuse_hand_edits(now: &Snapshot, changes: &[Change]) -> Result<(), Refusal> {
    let becomes_assigned = |id: Id| {
        changes.iter().any(|c| matches!(c, Change::Set { id: i, attribute, new, .. } if *i == id && *attribute == GROUP_TYPES.id && !types(new.as_ref()).any(|t| t == DYNAMIC)))
    };
    for change in changes {
        let (Change::Link { source, link, by, .. } | Change::Unlink { source, link, by, .. }) = change else {
            continue;
        };
        if *link == MEMBERS
            && *by != By::Rule
            && now.find_a(&GROUP, *source).is_some_and(rules::is_dynamic)
            && !becomes_assigned(*source)
        {
            return Err(Refusal::denied(
                "Insufficient privileges to complete the operation. The members of a dynamic group follow its membershipRule.",
            )
            .at("members"));
        }
    }
    Ok(())
}

/// A group that becomes assigned keeps those whom its rule had put in.
fn keep_members(now: &Snapshot, group: &Object, types_after: Option<&Value>) -> Vec<Change> {
    if !rules::is_dynamic(group) || types(types_after).any(|t| t == DYNAMIC) {
        return Vec::new();
    }
    now.links(group.id, MEMBERS).map(|member| Change::link(group.id, MEMBERS, member.object.id)).collect()
}

fn types(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_list).unwrap_or(&[]).iter().filter_map(Value::as_text)
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let mut judged = HashSet::new();
    for change in changes {
        match change {
            Change::Create { id, .. } | Change::Set { id, .. } | Change::Restore { id } => {
                let Some(group) = after.find_a(&GROUP, *id) else { continue };
                if judged.insert(*id) {
                    check_group(before, after, group, changes)?;
                }
            }
            Change::Delete { id } => check_delete(before, *id)?,
            Change::Link { source, link, target, .. } => {
                let (Some(group), Some(target)) = (after.find_a(&GROUP, *source), after.find(*target)) else {
                    continue;
                };
                if *link == MEMBERS {
                    check_member(after, group, target)?;
                } else if *link == OWNERS {
                    check_owner(after, group, target)?;
                }
            }
            Change::Unlink { source, link, .. } if *link == OWNERS => check_last_owner(before, after, *source)?,
            Change::Unlink { .. } | Change::Purge { .. } => {}
        }
    }
    Ok(())
}

fn check_group(before: &Snapshot, after: &Snapshot, group: &Object, changes: &[Change]) -> Result<(), Refusal> {
    let kinds = group.get(GROUP_TYPES).unwrap_or_default();
    if kinds.iter().any(|kind| ![UNIFIED, DYNAMIC].contains(kind)) {
        return Err(invalid_value(GROUP_TYPES.name, "Group"));
    }
    let name = group.get(DISPLAY_NAME).unwrap_or_default();
    if name.trim().is_empty() || name.chars().count() > DISPLAY_NAME_CHARS_MAX {
        return Err(invalid_value(DISPLAY_NAME.name, "Group"));
    }
    let is_unified = kinds.contains(&UNIFIED);
    if is_unified != group.is(MAIL_ENABLED) {
        let message = if is_unified {
            "A value is required for property 'mailEnabled' of resource 'Group': a Unified group is mail-enabled."
        } else {
            "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and try again."
        };
        return Err(Refusal::invalid(message).at(MAIL_ENABLED.name));
    }
    if !is_unified && !group.is(SECURITY_ENABLED) {
        return Err(Refusal::invalid("a group that is not Unified is security-enabled").at(SECURITY_ENABLED.name));
    }
    check_nickname(after, group, is_unified)?;
    check_rule(after, group, is_unified)?;
    check_role_assignable(before, after, group, changes)
}

fn check_nickname(after: &Snapshot, group: &Object, is_unified: bool) -> Result<(), Refusal> {
    let nickname = group.get(MAIL_NICKNAME).unwrap_or_default();
    if nickname.is_empty()
        || nickname.chars().count() > 64
        || nickname.contains([' ', '@', '"', '<', '>', ',', ';', ':'])
    {
        return Err(invalid_value(MAIL_NICKNAME.name, "Group"));
    }
    let is_taken = is_unified
        && after.by(MAIL_NICKNAME, nickname).any(|other| {
            other.id != group.id
                && after.is_a(other, &GROUP)
                && other.get(GROUP_TYPES).is_some_and(|t| t.contains(&UNIFIED))
        });
    if is_taken {
        let message = "Another object with the same value for property mailNickname already exists.";
        return Err(Refusal::conflict(message).at(MAIL_NICKNAME.name));
    }
    Ok(())
}

fn check_rule(after: &Snapshot, group: &Object, is_unified: bool) -> Result<(), Refusal> {
    let state = group.get(MEMBERSHIP_RULE_PROCESSING_STATE);
    if state.is_some_and(|state| !["On", "Paused"].contains(&state)) {
        return Err(invalid_value(MEMBERSHIP_RULE_PROCESSING_STATE.name, "Group"));
    }
    if !rules::is_dynamic(group) {
        return Ok(());
    }
    let Some(text) = group.get(MEMBERSHIP_RULE) else {
        return Err(Refusal::invalid("A value is required for property 'membershipRule' of resource 'Group'.")
            .at(MEMBERSHIP_RULE.name));
    };
    let rule = rules::read(text).map_err(|error| refuse_rule(&error))?;
    if is_unified && rule.about.name == DEVICE.name {
        return Err(
            Refusal::invalid("a Unified group holds only users: its rule speaks of `user.`").at(MEMBERSHIP_RULE.name)
        );
    }
    if comes_back(after, group.id, &rule, &mut HashSet::new()) {
        return Err(Refusal::invalid("the rule follows groups that follow this group").at(MEMBERSHIP_RULE.name));
    }
    check_licensed_rule(after, group)?;
    let dynamic = after.by(GROUP_TYPES, DYNAMIC).take(DYNAMIC_GROUPS_MAX + 1).count();
    if dynamic > DYNAMIC_GROUPS_MAX {
        return Err(Refusal::limit(format!("an organisation has at most {DYNAMIC_GROUPS_MAX} dynamic groups")));
    }
    Ok(())
}

/// Whether a rule reads, over any number of dynamic groups, the members of the group it decides.
fn comes_back(after: &Snapshot, group: Id, rule: &Rule, seen: &mut HashSet<Id>) -> bool {
    rule.links.contains(&MEMBERS)
        && rule.named.iter().any(|source| {
            let further = || after.find_a(&GROUP, *source).and_then(rules::followed);
            *source == group
                || (seen.insert(*source) && further().is_some_and(|rule| comes_back(after, group, &rule, seen)))
        })
}

/// A dynamic group that gives licences must not choose its members by who lacks a plan: it would give and take in turns.
pub(crate) fn check_licensed_rule(after: &Snapshot, group: &Object) -> Result<(), Refusal> {
    if !group.has(ASSIGNED_LICENSES.id) {
        return Ok(());
    }
    let Some(rule) =
        group.get(MEMBERSHIP_RULE).filter(|_| rules::is_dynamic(group)).and_then(|text| rules::read(text).ok())
    else {
        return Ok(());
    };
    if asks_who_lacks_a_plan(after, &rule, &mut HashSet::new()) {
        return Err(Refusal::invalid(
            "a group whose rule asks who lacks a service plan cannot give licences: it would give and take them in turns",
        )
        .at(MEMBERSHIP_RULE.name));
    }
    Ok(())
}

fn asks_who_lacks_a_plan(after: &Snapshot, rule: &Rule, seen: &mut HashSet<Id>) -> bool {
    if !is_monotone(&rule.filter) && rule.attributes.contains(&ASSIGNED_PLANS.id) {
        return true;
    }
    let sources = rule.named.iter().filter(|id| seen.insert(**id)).copied().collect::<Vec<_>>();
    sources.into_iter().any(|source| {
        let further = after.find_a(&GROUP, source).and_then(rules::followed);
        further.is_some_and(|rule| asks_who_lacks_a_plan(after, &rule, seen))
    })
}

/// Whether more plans can only make a condition truer.
fn is_monotone(filter: &Filter) -> bool {
    let speaks_of_plans = |filter: &Filter| filter.attributes().contains(&ASSIGNED_PLANS.id);
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(is_monotone),
        Filter::Any(..) => true,
        other => !speaks_of_plans(other),
    }
}

fn check_role_assignable(
    before: &Snapshot,
    after: &Snapshot,
    group: &Object,
    changes: &[Change],
) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::invalid(message).at(IS_ASSIGNABLE_TO_ROLE.name));
    if let Some(old) = before.find(group.id)
        && old.is(IS_ASSIGNABLE_TO_ROLE) != group.is(IS_ASSIGNABLE_TO_ROLE)
    {
        return refuse("isAssignableToRole can only be set when a group is created.");
    }
    if !group.is(IS_ASSIGNABLE_TO_ROLE) {
        return Ok(());
    }
    if rules::is_dynamic(group) {
        return refuse("a group that roles can be assigned to has assigned members, not a rule");
    }
    if !group.is(SECURITY_ENABLED) {
        return refuse("a group that roles can be assigned to is security-enabled");
    }
    let is_new = changes.iter().any(|change| matches!(change, Change::Create { id, .. } if *id == group.id));
    if is_new && after.all(&GROUP).filter(|g| g.is(IS_ASSIGNABLE_TO_ROLE)).count() > ROLE_ASSIGNABLE_GROUPS_MAX {
        return Err(Refusal::limit(format!(
            "an organisation has at most {ROLE_ASSIGNABLE_GROUPS_MAX} groups that roles can be assigned to"
        )));
    }
    Ok(())
}

fn check_delete(before: &Snapshot, id: Id) -> Result<(), Refusal> {
    if before.find_a(&GROUP, id).is_some_and(|group| group.has(ASSIGNED_LICENSES.id)) {
        return Err(Refusal::invalid(
            "The group cannot be deleted because it has licenses assigned. Remove the licenses from the group and try again.",
        ));
    }
    Ok(())
}

fn check_member(after: &Snapshot, group: &Object, member: &Object) -> Result<(), Refusal> {
    if group.id == member.id {
        return Err(Refusal::invalid("a group cannot be a member of itself").at(MEMBERS_NAME));
    }
    let kind = after.kind_of(member).name;
    let is_unified = group.get(GROUP_TYPES).is_some_and(|types| types.contains(&UNIFIED));
    let fits = if is_unified {
        after.is_a(member, &USER)
    } else if group.is(IS_ASSIGNABLE_TO_ROLE) {
        after.is_a(member, &USER) || after.is_a(member, &SERVICE_PRINCIPAL)
    } else {
        [&USER, &GROUP, &DEVICE, &SERVICE_PRINCIPAL].iter().any(|allowed| after.is_a(member, allowed))
    };
    if fits {
        return Ok(());
    }
    let group = match (is_unified, group.is(IS_ASSIGNABLE_TO_ROLE)) {
        (true, _) => "a Unified group",
        (false, true) => "a group that roles can be assigned to",
        (false, false) => "a group",
    };
    Err(Refusal::invalid(format!("a {kind} cannot be a member of {group}")).at("members"))
}

fn check_owner(after: &Snapshot, group: &Object, owner: &Object) -> Result<(), Refusal> {
    if !(after.is_a(owner, &USER) || after.is_a(owner, &SERVICE_PRINCIPAL)) {
        let kind = after.kind_of(owner).name;
        return Err(Refusal::invalid(format!("a {kind} cannot be the owner of a group")).at("owners"));
    }
    if after.links(group.id, OWNERS).count() > OWNERS_MAX {
        return Err(Refusal::limit(format!("a group has at most {OWNERS_MAX} owners")).at("owners"));
    }
    Ok(())
}

/// A Unified group that has owners keeps one. An owner who is deleted does not count as taken away.
fn check_last_owner(before: &Snapshot, after: &Snapshot, id: Id) -> Result<(), Refusal> {
    let Some(group) = after.find_a(&GROUP, id) else { return Ok(()) };
    let is_unified = group.get(GROUP_TYPES).is_some_and(|types| types.contains(&UNIFIED));
    let was_taken_away = before.links(id, OWNERS).any(|owner| after.find(owner.object.id).is_some());
    if is_unified && was_taken_away && after.links(id, OWNERS).next().is_none() {
        return Err(Refusal::invalid("The group must have at least one owner, hence this owner cannot be removed.")
            .at("owners"));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, RefusalKind};

    use super::*;
    use crate::world::{World, id, new_group};

    fn unified() -> Vec<(AttrId, Value)> {
        vec![(GROUP_TYPES.id, [UNIFIED].into()), (MAIL_ENABLED.id, true.into()), (SECURITY_ENABLED.id, false.into())]
    }

    fn with_rule(rule: &str) -> Vec<(AttrId, Value)> {
        vec![(GROUP_TYPES.id, [DYNAMIC].into()), (MEMBERSHIP_RULE.id, rule.into())]
    }

    fn joined(mut first: Vec<(AttrId, Value)>, second: Vec<(AttrId, Value)>) -> Vec<(AttrId, Value)> {
        first.extend(second);
        first
    }

    #[test]
    fn a_group_that_cannot_be_is_refused_with_the_property() {
        let rule = "user.department -eq \"x\"";
        let rows: Vec<(Vec<(AttrId, Value)>, &str)> = vec![
            (vec![(GROUP_TYPES.id, ["Static"].into())], "groupTypes"),
            (vec![(DISPLAY_NAME.id, " ".into())], "displayName"),
            (vec![(MAIL_NICKNAME.id, "a b".into())], "mailNickname"),
            (vec![(MAIL_ENABLED.id, true.into())], "mail-enabled groups"),
            (vec![(GROUP_TYPES.id, [UNIFIED].into())], "mail-enabled"),
            (vec![(SECURITY_ENABLED.id, false.into())], "security-enabled"),
            (vec![(GROUP_TYPES.id, [DYNAMIC].into())], "membershipRule"),
            (with_rule("user.department -like \"x\""), "at character 16: `like` is not an operator"),
            (
                joined(with_rule(rule), vec![(MEMBERSHIP_RULE_PROCESSING_STATE.id, "Off".into())]),
                "membershipRuleProcessingState",
            ),
            (joined(with_rule(rule), vec![(IS_ASSIGNABLE_TO_ROLE.id, true.into())]), "assigned members"),
            (joined(unified(), joined(vec![(IS_ASSIGNABLE_TO_ROLE.id, true.into())], vec![])), "security-enabled"),
        ];
        for (attributes, message) in rows {
            let refused = World::new().submit(vec![new_group(1, attributes)]).unwrap_err();
            assert!(refused.message.contains(message), "{refused}");
        }
        let device = vec![
            (GROUP_TYPES.id, [UNIFIED, DYNAMIC].into()),
            (MAIL_ENABLED.id, true.into()),
            (MEMBERSHIP_RULE.id, "device.deviceModel -eq \"x\"".into()),
        ];
        let refused = World::new().submit(vec![new_group(1, device)]).unwrap_err();
        assert!(refused.message.contains("holds only users"), "{refused}");
    }

    #[test]
    fn members_and_owners_are_of_the_kinds_a_group_allows() {
        let mut w = World::new();
        let user = w.user(1, vec![]);
        let plain = w.group(10, vec![]);
        let mail = w.group(11, unified());
        let roles = w.group(12, vec![(IS_ASSIGNABLE_TO_ROLE.id, true.into())]);
        let rows = [
            (plain, MEMBERS, user, true),
            (plain, MEMBERS, mail, true),
            (plain, MEMBERS, plain, false),
            (mail, MEMBERS, user, true),
            (mail, MEMBERS, plain, false),
            (roles, MEMBERS, user, true),
            (roles, MEMBERS, plain, false),
            (plain, OWNERS, user, true),
            (plain, OWNERS, roles, false),
        ];
        for (group, link, target, is_allowed) in rows {
            let answer = w.submit(vec![Change::link(group, link, target)]);
            assert_eq!(answer.is_ok(), is_allowed, "{group} {target}: {answer:?}");
        }
        assert_eq!(w.now.find(roles).unwrap().get(VISIBILITY), Some("Private"));
    }

    #[test]
    fn a_dynamic_group_takes_nobody_by_hand() {
        let mut w = World::new();
        let user = w.user(1, vec![]);
        let group = w.dynamic(10, "user.objectId -ne null");
        for change in [Change::link(group, MEMBERS, user), Change::unlink(group, MEMBERS, user)] {
            let refused = w.submit(vec![change]).unwrap_err();
            assert_eq!(refused.kind, RefusalKind::Denied);
            assert!(refused.message.starts_with("Insufficient privileges to complete the operation."));
        }
    }

    #[test]
    fn rules_do_not_follow_themselves() {
        let mut w = World::new();
        let of = |group: Id| format!("user.memberOf -any (group.objectId -in ['{group}'])");
        let own = w.submit(vec![new_group(10, with_rule(&of(id(10))))]).unwrap_err();
        assert!(own.message.contains("follow this group"), "{own}");
        let first = w.dynamic(11, &of(id(50)));
        let second = w.dynamic(12, &of(first));
        let back = w.submit(vec![Change::set(first, MEMBERSHIP_RULE, of(second))]).unwrap_err();
        assert!(back.message.contains("follow this group"), "{back}");
    }

    #[test]
    fn who_creates_a_group_owns_it_and_a_unified_group_keeps_an_owner() {
        let mut w = World::new();
        let (ann, bob) = (w.user(1, vec![]), w.user(2, vec![]));
        w.actor = Actor::User(ann);
        let group = w.group(10, unified());
        let owners = |w: &World| w.now.links(group, OWNERS).map(|o| o.object.id).collect::<Vec<_>>();
        assert_eq!(owners(&w), [ann]);
        assert!(w.submit(vec![Change::unlink(group, OWNERS, ann)]).is_err());
        w.submit(vec![Change::link(group, OWNERS, bob), Change::unlink(group, OWNERS, ann)]).unwrap();
        assert_eq!(owners(&w), [bob]);
        w.submit(vec![Change::Delete { id: bob }, Change::Purge { id: bob }]).unwrap();
        w.submit(vec![new_group(11, vec![]), Change::link(id(11), OWNERS, ann)]).unwrap();
        assert_eq!(w.now.links(id(11), OWNERS).count(), 1);
    }

    #[test]
    fn limits_hold() {
        let mut w = World::new();
        let group = w.group(1000, vec![]);
        let people: Vec<Change> = (1..=101).map(|n| crate::world::new_user(n, vec![])).collect();
        w.submit(people).unwrap();
        let own = |n| Change::link(group, OWNERS, id(n));
        w.submit((1..=100).map(own).collect()).unwrap();
        assert_eq!(w.submit(vec![own(101)]).unwrap_err().kind, RefusalKind::Limit);
        let role = |n| new_group(n, vec![(IS_ASSIGNABLE_TO_ROLE.id, true.into())]);
        w.submit((2000..2500).map(role).collect()).unwrap();
        assert_eq!(w.submit(vec![role(2500)]).unwrap_err().kind, RefusalKind::Limit);
        assert!(w.submit(vec![Change::set(group, IS_ASSIGNABLE_TO_ROLE, true)]).is_err());
    }

    #[test]
    fn nicknames_of_unified_groups_are_their_own() {
        let mut w = World::new();
        w.group(10, joined(unified(), vec![(MAIL_NICKNAME.id, "team".into())]));
        let same = new_group(11, joined(unified(), vec![(MAIL_NICKNAME.id, "Team".into())]));
        assert_eq!(w.submit(vec![same]).unwrap_err().kind, RefusalKind::Conflict);
        w.group(12, vec![(MAIL_NICKNAME.id, "team".into())]);
    }
}
