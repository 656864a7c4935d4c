//! What schedules of roles make true: an instance while one holds, and the role assignment that `access` sees.
//!
//! A schedule that has ended, whose holder is gone, or whose eligibility was taken back, is deleted with what it made. The
//! ids of instances and assignments follow from the schedule's, so that working it out twice gives the same.

use std::collections::BTreeSet;

use directory::{Attr, AttrId, Change, Commit, Effect, Id, Kind, Object, Own, Plan, Reaction, Snapshot, Time, Value};
use schema::unified_role_assignment::{ASSIGNED_BY_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT};
use schema::unified_role_assignment_schedule::{
    ACTIVATED_USING, ASSIGNMENT_TYPE, ROLE_ASSIGNMENT_ORIGIN_ID, ROLE_ASSIGNMENT_SCHEDULE_ID,
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE,
};
use schema::unified_role_eligibility_schedule::{
    ROLE_ELIGIBILITY_SCHEDULE_ID, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
};
use schema::unified_role_schedule::{
    SCHEDULE_ENDS, SCHEDULE_STARTS, UNIFIED_ROLE_SCHEDULE_BASE, UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE,
};
use schema::{
    DIRECTORY_SCOPE, DIRECTORY_SCOPE_ID, END_DATE_TIME, MEMBER_TYPE, PRINCIPAL, PRINCIPAL_ID, ROLE_DEFINITION,
    ROLE_DEFINITION_ID, START_DATE_TIME,
};

use crate::ids::derived;
use crate::{mail, people};

const NAME: &str = "privileged-access";

pub(crate) const REACTION: Reaction = Reaction::new(NAME, OWNED, react, verify).at_deadlines(DEADLINES, due);

static OWNED: &[Own] = &[Own::Attribute(ASSIGNED_BY_SCHEDULE.id)];
static DEADLINES: &[Attr<Time>] = &[SCHEDULE_STARTS, SCHEDULE_ENDS];

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut plan = Plan::default();
    let mut changes = settle_all(now, touched(now, commit), at);
    changes.extend(taken_back(now, commit, &changes));
    plan.changes = changes;
    let is_new = |change: &&Change| matches!(change, Change::Create { kind, .. } if *kind == UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE.id());
    let began: Vec<Id> = plan.changes.iter().filter(is_new).filter_map(schedule_named).collect();
    plan.effects = began.into_iter().filter_map(|schedule| activated(now, now.find(schedule)?)).collect();
    plan
}

fn due(now: &Snapshot, schedule: Id, _: AttrId, at: Time) -> Plan {
    let ended = now.find(schedule).filter(|schedule| schedule.get(SCHEDULE_ENDS).is_some_and(|end| end <= at));
    let effects = ended.and_then(|schedule| expired(now, schedule)).into_iter().collect();
    Plan { changes: settle_all(now, BTreeSet::from([schedule]), at), effects }
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let mut schedules: BTreeSet<Id> = now.all(&UNIFIED_ROLE_SCHEDULE_BASE).map(|schedule| schedule.id).collect();
    schedules.extend(now.all(&UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE).filter_map(schedule_of));
    let assigned = now.all(&UNIFIED_ROLE_ASSIGNMENT).filter_map(|assignment| assignment.get(ASSIGNED_BY_SCHEDULE));
    schedules.extend(assigned);
    settle_all(now, schedules, at)
}

/// The schedules that a commit can change the effect of.
fn touched(now: &Snapshot, commit: &Commit) -> BTreeSet<Id> {
    let mut schedules = BTreeSet::new();
    for change in &commit.changes {
        let subject = change.subject();
        match change {
            Change::Create { .. } | Change::Set { .. } => {
                schedules.extend(now.find_a(&UNIFIED_ROLE_SCHEDULE_BASE, subject).map(|schedule| schedule.id));
            }
            // The eligibility is gone by which it was activated.
            Change::Unlink { source, link, .. } if *link == ACTIVATED_USING => {
                schedules.insert(*source);
            }
            Change::Delete { .. } | Change::Purge { .. } => {
                schedules.insert(subject);
                let held = now.by(PRINCIPAL_ID, Value::Guid(subject));
                schedules.extend(held.filter(|held| now.is_a(held, &UNIFIED_ROLE_SCHEDULE_BASE)).map(|held| held.id));
                let of_role = now.by(ROLE_DEFINITION_ID, Value::Guid(subject));
                schedules.extend(of_role.filter(|s| now.is_a(s, &UNIFIED_ROLE_SCHEDULE_BASE)).map(|s| s.id));
            }
            Change::Link { .. } | Change::Unlink { .. } | Change::Restore { .. } => {}
        }
    }
    schedules
}

/// Somebody deleted the assignment that a schedule made: that takes the schedule back.
fn taken_back(now: &Snapshot, commit: &Commit, planned: &[Change]) -> Vec<Change> {
    if matches!(&commit.actor, directory::Actor::Reaction(name) if name == NAME) {
        return Vec::new();
    }
    let purged = |schedule: &&Object| {
        let made = derived(schedule.id, ASSIGNMENT);
        now.find(made).is_none() && commit.changes.iter().any(|c| matches!(c, Change::Purge { id } if *id == made))
    };
    if !commit.changes.iter().any(|change| matches!(change, Change::Purge { .. })) {
        return Vec::new();
    }
    let schedules: Vec<&Object> = now.all(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE).filter(purged).collect();
    let is_planned = |change: &Change| planned.contains(change);
    let ended = schedules.into_iter().flat_map(|schedule| end(now, schedule.id, true));
    ended.filter(|change| !is_planned(change)).collect()
}

const INSTANCE: &str = "instance";
const ASSIGNMENT: &str = "assignment";

/// Settle schedules, eligibilities first, so that what was activated by one that ends now ends with it.
fn settle_all(now: &Snapshot, mut schedules: BTreeSet<Id>, at: Time) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut ended = BTreeSet::new();
    let is_eligibility = |id: &Id| now.find_a(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, *id).is_some();
    for id in schedules.clone().into_iter().filter(is_eligibility) {
        let Some(schedule) = now.find(id) else { continue };
        if !can_hold(now, schedule, at, &ended) {
            ended.insert(id);
            let activated = now.backlinks(id, ACTIVATED_USING).map(|link| link.object);
            schedules.extend(activated.filter(|s| now.is_a(s, &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE)).map(|s| s.id));
        }
    }
    for id in schedules {
        changes.extend(settle(now, id, at, &ended));
    }
    changes
}

fn settle(now: &Snapshot, id: Id, at: Time, ended: &BTreeSet<Id>) -> Vec<Change> {
    let Some(schedule) = now.find_a(&UNIFIED_ROLE_SCHEDULE_BASE, id) else { return end(now, id, false) };
    if !can_hold(now, schedule, at, ended) {
        return end(now, id, true);
    }
    let start = schedule.get(SCHEDULE_STARTS).unwrap_or(at);
    if start > at {
        return end(now, id, false);
    }
    let mut changes = Vec::new();
    let is_eligibility = now.is_a(schedule, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE);
    let instance = derived(id, INSTANCE);
    let until = schedule.get(SCHEDULE_ENDS);
    match now.find(instance) {
        None if is_eligibility => changes.extend(create_eligibility(now, schedule, instance, start)),
        None => changes.extend(create_instance(now, schedule, instance, start)),
        Some(known) if known.get(END_DATE_TIME) != until => changes.push(match until {
            Some(until) => Change::set(instance, END_DATE_TIME, until),
            None => Change::clear(instance, END_DATE_TIME),
        }),
        Some(_) => {}
    }
    let assignment = derived(id, ASSIGNMENT);
    if !is_eligibility && now.find(assignment).is_none() {
        let attributes = vec![(ASSIGNED_BY_SCHEDULE.id, id.into())];
        changes.extend(create(now, schedule, assignment, &UNIFIED_ROLE_ASSIGNMENT, attributes));
    }
    changes
}

/// Whether a schedule that has begun would hold: not over, its holder and role there, its eligibility not taken back.
fn can_hold(now: &Snapshot, schedule: &Object, at: Time, ended: &BTreeSet<Id>) -> bool {
    let is_over = schedule.get(SCHEDULE_ENDS).is_some_and(|end| end <= at);
    let is_there = |attribute| people::named(schedule, attribute).is_some_and(|id| now.find(id).is_some());
    let is_allowed = schedule.get(ASSIGNMENT_TYPE) != Some("Activated")
        || now.linked(schedule.id, ACTIVATED_USING).is_some_and(|eligibility| !ended.contains(&eligibility.id));
    !is_over && is_there(PRINCIPAL_ID) && is_there(ROLE_DEFINITION_ID) && is_allowed
}

/// Take away what a schedule made, and the schedule itself if it is over.
fn end(now: &Snapshot, schedule: Id, is_over: bool) -> Vec<Change> {
    let made = [derived(schedule, ASSIGNMENT), derived(schedule, INSTANCE)];
    let own = is_over.then_some(schedule);
    let gone = made.into_iter().chain(own).filter(|id| now.find(*id).is_some());
    gone.map(|id| Change::Delete { id }).collect()
}

fn create_eligibility(now: &Snapshot, schedule: &Object, id: Id, start: Time) -> Vec<Change> {
    let mut attributes = vec![
        (ROLE_ELIGIBILITY_SCHEDULE_ID.id, schedule.id.to_string().into()),
        (MEMBER_TYPE.id, "Direct".into()),
        (START_DATE_TIME.id, start.into()),
    ];
    attributes.extend(schedule.get(SCHEDULE_ENDS).map(|end| (END_DATE_TIME.id, end.into())));
    create(now, schedule, id, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE, attributes)
}

fn create_instance(now: &Snapshot, schedule: &Object, id: Id, start: Time) -> Vec<Change> {
    let mut attributes = vec![
        (ROLE_ASSIGNMENT_SCHEDULE_ID.id, schedule.id.to_string().into()),
        (ROLE_ASSIGNMENT_ORIGIN_ID.id, derived(schedule.id, ASSIGNMENT).to_string().into()),
        (ASSIGNMENT_TYPE.id, schedule.get(ASSIGNMENT_TYPE).unwrap_or("Assigned").into()),
        (MEMBER_TYPE.id, "Direct".into()),
        (START_DATE_TIME.id, start.into()),
    ];
    attributes.extend(schedule.get(SCHEDULE_ENDS).map(|end| (END_DATE_TIME.id, end.into())));
    let mut changes = create(now, schedule, id, &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE, attributes);
    let using = now.linked(schedule.id, ACTIVATED_USING).map(|eligibility| derived(eligibility.id, INSTANCE));
    changes.extend(using.filter(|id| now.find(*id).is_some()).map(|using| Change::link(id, ACTIVATED_USING, using)));
    changes
}

/// An object that says of itself whose, which role and where, as the schedule does.
fn create(
    now: &Snapshot,
    schedule: &Object,
    id: Id,
    kind: &'static Kind,
    mut attributes: Vec<(AttrId, Value)>,
) -> Vec<Change> {
    for attribute in [PRINCIPAL_ID, ROLE_DEFINITION_ID, DIRECTORY_SCOPE_ID] {
        attributes.extend(schedule.get(attribute).map(|text| (attribute.id, text.into())));
    }
    let mut changes = vec![Change::Create { id, kind: kind.id(), attributes }];
    for link in [PRINCIPAL, ROLE_DEFINITION, DIRECTORY_SCOPE] {
        changes.extend(now.linked(schedule.id, link).map(|target| Change::link(id, link, target.id)));
    }
    changes
}

fn schedule_of(instance: &Object) -> Option<Id> {
    people::named(instance, ROLE_ASSIGNMENT_SCHEDULE_ID)
        .or_else(|| people::named(instance, ROLE_ELIGIBILITY_SCHEDULE_ID))
}

fn schedule_named(change: &Change) -> Option<Id> {
    let Change::Create { attributes, .. } = change else { return None };
    attributes.iter().find(|(attribute, _)| *attribute == ROLE_ASSIGNMENT_SCHEDULE_ID.id)?.1.as_guid()
}

fn activated(now: &Snapshot, schedule: &Object) -> Option<Effect> {
    let role = now.linked(schedule.id, ROLE_DEFINITION).map_or("a role", people::name);
    let until = schedule.get(SCHEDULE_ENDS).map(|end| format!(" until {end}")).unwrap_or_default();
    let text =
        format!("The role {role} is active for you{until}. If this was not you, tell your administrator at once.");
    mail::to(now, people::named(schedule, PRINCIPAL_ID)?, &format!("The role {role} is active"), &text)
}

fn expired(now: &Snapshot, schedule: &Object) -> Option<Effect> {
    if now.is_a(schedule, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE) {
        return None;
    }
    let role = now.linked(schedule.id, ROLE_DEFINITION).map_or("a role", people::name);
    let text = format!("Your time in the role {role} is over.");
    mail::to(now, people::named(schedule, PRINCIPAL_ID)?, &format!("The role {role} has ended"), &text)
}
