//! When workflows run: the moment a person's date has come, or the moment it becomes known that it has.
//!
//! Each person carries the moment of their next workflow, where the clock finds it. A date that passed at most three days
//! ago is caught up with; an older one is never run. The same date runs a workflow once, however often either is edited.

use std::collections::BTreeSet;

use directory::{Attr, AttrId, Change, Commit, Id, Object, Own, Plan, Reaction, Snapshot, Time};
use schema::user::{USER, WORKFLOWS_DUE};
use schema::workflow::{
    EXECUTION_CONDITIONS, HISTORY_ENDS, IS_SCHEDULING_ENABLED, PROCESSING_STATUS, USER_PROCESSING_RESULT,
    USER_PROCESSING_RESULTS, WORKFLOW,
};
use schema::{DISPLAY_NAME, IS_ENABLED};

use super::definition::{Trigger, Workflow, scheduled};
use super::history::{self, Occasion};

const NAME: &str = "lifecycle-workflows";
/// How many days after its moment a workflow is still run.
pub(crate) const CATCH_UP_DAYS: i64 = 3;

pub(crate) const REACTION: Reaction = Reaction::new(NAME, OWNED, react, verify).at_deadlines(DEADLINES, due);

static OWNED: &[Own] = &[Own::Attribute(WORKFLOWS_DUE.id)];
static DEADLINES: &[Attr<Time>] = &[WORKFLOWS_DUE, HISTORY_ENDS];

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut plan = Plan::default();
    let touched = touched(now, commit);
    if touched.is_empty() {
        return plan;
    }
    let workflows = scheduled(now);
    let mut state = now.clone();
    for result in touched.queued {
        let Some(more) = resume(&state, at, result) else { continue };
        carry_on(&mut state, &mut plan, more, at);
    }
    for (user, changed) in touched.changed {
        for workflow in workflows.iter().filter(|workflow| is_triggered(workflow, &changed)) {
            let occasion = history::of_change(workflow.object.id, user, commit.usn, commit.at);
            let is_meant = history::user(&state, user).is_some_and(|user| workflow.is_for(user));
            if is_meant && state.find(occasion.result).is_none() {
                let more = history::run(&state, at, workflow, &occasion);
                carry_on(&mut state, &mut plan, more, at);
            }
        }
    }
    let everybody = touched.workflows.then(|| now.all(&USER).map(|user| user.id)).into_iter().flatten();
    for user in touched.users.into_iter().chain(everybody).collect::<BTreeSet<Id>>() {
        let more = catch_up(&state, at, &workflows, user);
        carry_on(&mut state, &mut plan, more, at);
    }
    plan
}

fn due(now: &Snapshot, id: Id, attribute: AttrId, at: Time) -> Plan {
    if attribute == HISTORY_ENDS.id {
        return history::forget(now, id).into();
    }
    catch_up(now, at, &scheduled(now), id)
}

/// The moments of everybody's next workflow. What is behind is run when the moment is written down, with its mails.
fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let workflows = scheduled(now);
    let wrong = now.all(&USER).filter_map(|user| {
        let wanted = occasions(now, at, &workflows, user).into_iter().map(|(_, occasion)| occasion.moment).min();
        write_down(user, wanted)
    });
    let old = now.due(HISTORY_ENDS.id, at).flat_map(|run| history::forget(now, run.id));
    wrong.chain(old).collect()
}

/// What a commit touches that workflows ask about.
#[derive(Default)]
struct Touched {
    users: BTreeSet<Id>,
    changed: Vec<(Id, BTreeSet<AttrId>)>,
    workflows: bool,
    queued: Vec<Id>,
}

impl Touched {
    fn is_empty(&self) -> bool {
        self.users.is_empty() && !self.workflows && self.queued.is_empty()
    }
}

fn touched(now: &Snapshot, commit: &Commit) -> Touched {
    let mut touched = Touched::default();
    for change in &commit.changes {
        let id = change.subject();
        let Some(object) = now.stored(id) else { continue };
        let is_user = now.is_a(object, &USER);
        match change {
            Change::Create { .. } | Change::Restore { .. } if is_user => {
                touched.users.insert(id);
            }
            Change::Set { attribute, .. } if is_user => {
                touched.users.insert(id);
                match touched.changed.iter_mut().find(|(user, _)| *user == id) {
                    Some((_, attributes)) => drop(attributes.insert(*attribute)),
                    None => touched.changed.push((id, BTreeSet::from([*attribute]))),
                }
            }
            Change::Create { .. } if now.is_a(object, &USER_PROCESSING_RESULT) => touched.queued.push(id),
            Change::Create { .. } | Change::Restore { .. } | Change::Delete { .. } => {
                touched.workflows |= now.is_a(object, &WORKFLOW);
            }
            Change::Set { attribute, .. } => {
                let decisive = [IS_ENABLED.id, IS_SCHEDULING_ENABLED.id, EXECUTION_CONDITIONS.id];
                touched.workflows |= now.is_a(object, &WORKFLOW) && decisive.contains(attribute);
            }
            Change::Purge { .. } | Change::Link { .. } | Change::Unlink { .. } => {}
        }
    }
    touched
}

fn is_triggered(workflow: &Workflow<'_>, changed: &BTreeSet<AttrId>) -> bool {
    match &workflow.trigger {
        Trigger::Change(attributes) => attributes.iter().any(|attribute| changed.contains(attribute)),
        Trigger::OnDemand | Trigger::Date(..) => false,
    }
}

/// Run what has come for one person, in the order of its moments, and write down when the next comes.
fn catch_up(now: &Snapshot, at: Time, workflows: &[Workflow<'_>], user: Id) -> Plan {
    let mut plan = Plan::default();
    let mut state = now.clone();
    // Each run can change whom the next is for, so they are asked again; each is run once, so this ends.
    for _ in 0..=workflows.len() {
        let Some(person) = history::user(&state, user) else { return plan };
        let waiting = occasions(&state, at, workflows, person);
        let Some((workflow, occasion)) = waiting.iter().find(|(_, occasion)| occasion.moment <= at) else {
            let next = waiting.iter().map(|(_, occasion)| occasion.moment).min();
            plan.changes.extend(write_down(person, next));
            return plan;
        };
        let more = history::run(&state, at, workflow, occasion);
        carry_on(&mut state, &mut plan, more, at);
    }
    plan
}

/// What is before a person: each workflow that has not been run for its moment, earliest first.
fn occasions<'a, 'w>(
    now: &Snapshot,
    at: Time,
    workflows: &'a [Workflow<'w>],
    user: &Object,
) -> Vec<(&'a Workflow<'w>, Occasion)> {
    let oldest = at.plus_days(-CATCH_UP_DAYS);
    let mut found: Vec<(&Workflow<'_>, Occasion)> = workflows
        .iter()
        .filter_map(|workflow| Some((workflow, workflow.moment(user)?)))
        .filter(|(workflow, moment)| *moment >= oldest && workflow.is_for(user))
        .map(|(workflow, moment)| (workflow, history::of_date(workflow.object.id, user.id, moment)))
        .filter(|(_, occasion)| now.find(occasion.result).is_none())
        .collect();
    found.sort_by_key(|(workflow, occasion)| {
        (occasion.moment, workflow.object.get(DISPLAY_NAME).unwrap_or_default().to_owned(), workflow.object.id)
    });
    found
}

fn write_down(user: &Object, next: Option<Time>) -> Option<Change> {
    match (user.get(WORKFLOWS_DUE), next) {
        (known, next) if known == next => None,
        (_, Some(next)) => Some(Change::set(user.id, WORKFLOWS_DUE, next)),
        (_, None) => Some(Change::clear(user.id, WORKFLOWS_DUE)),
    }
}

/// Carry out what waits in a run on demand.
fn resume(now: &Snapshot, at: Time, result: Id) -> Option<Plan> {
    let result = now.find(result).filter(|result| result.get(PROCESSING_STATUS) == Some("queued"))?;
    let mut workflows = now.backlinks(result.id, USER_PROCESSING_RESULTS).map(|link| link.object);
    let workflow = workflows.find(|found| now.is_a(found, &WORKFLOW))?;
    Some(history::resume(now, at, &Workflow::read(workflow).ok()?, result))
}

/// Add to what is planned and look at what it would make of the directory.
fn carry_on(state: &mut Snapshot, plan: &mut Plan, more: Plan, at: Time) {
    // Everything in it was tried on this very state, task by task.
    *state = state.fork(at, &more.changes).expect("a workflow plans only what it has tried");
    plan.join(more);
}
