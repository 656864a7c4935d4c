//! What governance promises: access packages give what they give for their time, roles end, and a leaver holds nothing.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Actor, By, Change, Commit, Gate as _, Id, Object, Snapshot, Time, Value};
use schema::access_package::{ACCESS_PACKAGE, RESOURCE_ROLE_SCOPES};
use schema::access_package_assignment::{ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_ENDS, ASSIGNMENT_STARTS, TARGET_ID};
use schema::access_package_resource_role_scope::ROLE;
use schema::group::{GROUP, MEMBERS};
use schema::managed_device::{MANAGED_DEVICE, RELEASE_REQUEST};
use schema::unified_role_assignment::{ASSIGNED_BY_SCHEDULE, PRINCIPAL_ID, UNIFIED_ROLE_ASSIGNMENT};
use schema::unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE;
use schema::unified_role_schedule::{SCHEDULE_ENDS, SCHEDULE_STARTS};
use schema::user::{DEVICES_TO_RELEASE, DIRECT_LICENSES, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, USER};
use schema::{ACCESS_PACKAGE_ID, ACCOUNT_ENABLED, STATE, USER_ID};

use crate::acts::is_dynamic;
use crate::callers::Sort;
use crate::first_day::CAST;
use crate::world::{Broken, World};

pub(super) fn check(world: &World, now: &Snapshot, commits: &[Commit]) -> Result<(), Broken> {
    packages(now, world.now)?;
    activations(now, world.now)?;
    leavers(world, now, commits)?;
    left(now, commits)
}

/// The reaction that runs workflows.
const WORKFLOWS: &str = "lifecycle-workflows";

/// Whom the leaver workflow has seen out, and whom nobody has touched since, holds nothing.
fn left(now: &Snapshot, commits: &[Commit]) -> Result<(), Broken> {
    let mut seen_out: BTreeSet<Id> = BTreeSet::new();
    for commit in commits {
        let is_workflow = matches!(&commit.actor, Actor::Reaction(name) if name == WORKFLOWS);
        let is_asked_for = !matches!(commit.actor, Actor::Reaction(_));
        for change in &commit.changes {
            if is_asked_for {
                let text = format!("{change:?}");
                seen_out.retain(|person| !text.contains(&person.to_string()));
                // Whoever brings a deleted group back brings its members back.
                if let Change::Restore { id: group } = change {
                    seen_out.retain(|person| !now.backlinks(*person, MEMBERS).any(|link| link.object.id == *group));
                }
            }
            if let Change::Set { id, attribute, new: Some(Value::Bool(false)), .. } = change
                && is_workflow
                && *attribute == ACCOUNT_ENABLED.id
            {
                seen_out.insert(*id);
            }
        }
    }
    for person in seen_out {
        let Some(user) = now.find_a(&USER, person) else { continue };
        let kept: Vec<&str> = [
            ("the account", user.is(ACCOUNT_ENABLED)),
            ("licences of their own", user.has(DIRECT_LICENSES.id)),
            ("devices", !user.has(DEVICES_TO_RELEASE.id)),
            ("a group", now.backlinks(person, MEMBERS).any(|l| l.why.is(By::Direct) && now.is_a(l.object, &GROUP))),
            ("a package", now.by(TARGET_ID, Value::Guid(person)).any(is_kept)),
            ("a role", now.by(PRINCIPAL_ID, Value::Guid(person)).any(|o| now.is_a(o, &UNIFIED_ROLE_ASSIGNMENT))),
        ]
        .into_iter()
        .filter_map(|(what, is_kept)| is_kept.then_some(what))
        .collect();
        if !kept.is_empty() {
            return Err(("a leaver holds nothing", format!("{person} keeps {}", kept.join(", "))));
        }
    }
    Ok(())
}

fn named<T: ?Sized>(object: &Object, attribute: directory::Attr<T>) -> Option<Id> {
    object.value(attribute.id)?.as_guid()
}

/// Whether a moment lies between two, the first included; an absent one does not bound.
fn is_within(at: Time, from: Option<Time>, until: Option<Time>) -> bool {
    from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until)
}

fn is_kept(assignment: &Object) -> bool {
    matches!(assignment.get(STATE), Some("delivering" | "delivered" | "partiallyDelivered"))
}

/// The groups that a package puts people into.
fn given(now: &Snapshot, package: Id) -> BTreeSet<Id> {
    let group = |scope: &Object| {
        let role = scope.get(ROLE)?;
        directory::id_from_text(role.text("originId")?.strip_prefix("Member_")?)
    };
    let groups = now.links(package, RESOURCE_ROLE_SCOPES).filter_map(|scope| group(scope.object));
    groups.filter(|group| now.find_a(&GROUP, *group).is_some_and(|group| !is_dynamic(group))).collect()
}

/// Somebody is in a group by a package exactly as long as an assignment of it lives.
fn packages(now: &Snapshot, at: Time) -> Result<(), Broken> {
    let mut wanted: BTreeSet<(Id, Id, Id)> = BTreeSet::new();
    for assignment in now.all(&ACCESS_PACKAGE_ASSIGNMENT).filter(|assignment| is_kept(assignment)) {
        let Some(person) = named(assignment, TARGET_ID) else { continue };
        if now.find_a(&USER, person).is_none() {
            return Err(("who is gone has no access package", format!("{person} has {}", assignment.id)));
        }
        if assignment.get(ASSIGNMENT_ENDS).is_some_and(|end| end <= at) {
            return Err(("an access package ends", format!("{} is kept after its end", assignment.id)));
        }
        if is_within(at, assignment.get(ASSIGNMENT_STARTS), assignment.get(ASSIGNMENT_ENDS)) {
            let package = named(assignment, ACCESS_PACKAGE_ID).filter(|id| now.find_a(&ACCESS_PACKAGE, *id).is_some());
            let groups = package.map(|package| given(now, package)).unwrap_or_default();
            wanted.extend(groups.into_iter().map(|group| (group, person, assignment.id)));
        }
    }
    let mut found: BTreeSet<(Id, Id, Id)> = BTreeSet::new();
    for group in now.all(&GROUP) {
        for member in now.links(group.id, MEMBERS) {
            let reasons = member.why.reasons().into_iter().filter(|reason| reason.by == By::Package);
            found.extend(reasons.map(|reason| (group.id, member.object.id, reason.of)));
        }
    }
    match found.symmetric_difference(&wanted).next() {
        None => Ok(()),
        Some(odd) => {
            let how = if found.contains(odd) { "is there" } else { "is missing" };
            Err(("packages give what they give for their time", format!("{odd:?} {how}")))
        }
    }
}

/// A role that is held for a time is held exactly for that time.
fn activations(now: &Snapshot, at: Time) -> Result<(), Broken> {
    let made = now.all(&UNIFIED_ROLE_ASSIGNMENT).filter_map(|a| Some((named(a, ASSIGNED_BY_SCHEDULE)?, a.id)));
    let made: BTreeMap<Id, Id> = made.collect();
    for schedule in now.all(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE) {
        let holder = named(schedule, PRINCIPAL_ID).and_then(|id| now.find(id));
        let is_held = holder.is_some() && is_within(at, schedule.get(SCHEDULE_STARTS), schedule.get(SCHEDULE_ENDS));
        if is_held != made.contains_key(&schedule.id) {
            let detail = format!("{} is held: {is_held}, assigned: {}", schedule.id, !is_held);
            return Err(("a role for a time is held for that time", detail));
        }
    }
    match made.iter().find(|(schedule, _)| now.find_a(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, **schedule).is_none()) {
        None => Ok(()),
        Some((schedule, assignment)) => Err(("a role for a time ends", format!("{assignment} is left of {schedule}"))),
    }
}

/// Who is switched off or deleted sees nothing, and has no session from before; whose devices are to be released, are.
fn leavers(world: &World, now: &Snapshot, commits: &[Commit]) -> Result<(), Broken> {
    let mut switched_off: BTreeMap<Id, Time> = BTreeMap::new();
    for commit in commits {
        for change in &commit.changes {
            if let Change::Set { id, attribute, new, .. } = change
                && *attribute == ACCOUNT_ENABLED.id
            {
                match new {
                    Some(Value::Bool(false)) => drop(switched_off.insert(*id, commit.at)),
                    _ => drop(switched_off.remove(id)),
                }
            }
        }
    }
    let everybody: Vec<&Object> = now.all(&USER).collect();
    for user in everybody.iter().copied().chain(now.all_deleted(&USER)) {
        let is_gone = now.find(user.id).is_none();
        let valid_from = user.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME);
        if let Some(at) = switched_off.get(&user.id).filter(|_| !is_gone)
            && valid_from.is_none_or(|from| from < *at)
        {
            let detail = format!("{} was switched off at {at}, sessions count from {valid_from:?}", user.id);
            return Err(("who is switched off has no session from before", detail));
        }
        if is_gone || !user.is(ACCOUNT_ENABLED) {
            let caller = CAST.caller(Sort::Named(user.id), &mut crate::dice::Dice::new(0), now);
            let caller = caller.expect("somebody named is somebody");
            debug_assert_eq!(caller.actor, Actor::User(user.id));
            if let Some(seen) = everybody.iter().find(|other| world.gate.sees(now, &caller, other)) {
                return Err(("a leaver sees nothing", format!("{} sees {}", user.id, seen.id)));
            }
        }
        if user.has(DEVICES_TO_RELEASE.id) {
            let theirs = now.all(&MANAGED_DEVICE).filter(|device| named(device, USER_ID) == Some(user.id));
            if let Some(kept) = theirs.into_iter().find(|device| !device.has(RELEASE_REQUEST.id)) {
                return Err(("a leaver's devices are released", format!("{} of {}", kept.id, user.id)));
            }
        }
    }
    Ok(())
}
