//! Carrying a workflow out for one person, and writing down what came of it: a run, a result for the person, a result for
//! each task. History is kept for thirty days.

use directory::{AttrId, Change, Id, Object, Plan, Snapshot, Time, Value};
use schema::user::USER;
use schema::workflow::{
    COMPLETED_DATE_TIME, FAILED_TASKS_COUNT, FAILED_USERS_COUNT, FAILURE_REASON, HISTORY_ENDS, LAST_UPDATED_DATE_TIME,
    PROCESSING_INFO, PROCESSING_STATUS, RUN, RUNS, SCHEDULED_DATE_TIME, STARTED_DATE_TIME, SUBJECT_LINK,
    SUCCESSFUL_USERS_COUNT, TASK_PROCESSING_RESULT, TASK_PROCESSING_RESULTS, TOTAL_TASKS_COUNT,
    TOTAL_UNPROCESSED_TASKS_COUNT, TOTAL_USERS_COUNT, USER_PROCESSING_RESULT, USER_PROCESSING_RESULTS,
    WORKFLOW_EXECUTION_TYPE, WORKFLOW_VERSION_VALUE,
};
use schema::{CREATED_DATE_TIME, VERSION};

use super::definition::Workflow;
use crate::approval;
use crate::ids::derived;

/// How long runs and their results are kept.
pub(crate) const KEPT_DAYS: i64 = 30;

/// One carrying out of a workflow for one person.
pub(crate) struct Occasion {
    pub(crate) user: Id,
    /// When it was to happen.
    pub(crate) moment: Time,
    /// Tells this time from others: of a date, the date; of a change, the commit.
    pub(crate) result: Id,
}

/// The result that a person's date leads to: the same date leads to the same result.
pub(crate) fn of_date(workflow: Id, user: Id, moment: Time) -> Occasion {
    Occasion { user, moment, result: derived(workflow, &format!("{user} at {}", moment.0)) }
}

/// The result that a commit's change leads to.
pub(crate) fn of_change(workflow: Id, user: Id, usn: u64, moment: Time) -> Occasion {
    Occasion { user, moment, result: derived(workflow, &format!("{user} of {usn}")) }
}

/// What became of the tasks.
struct Outcome {
    done: Vec<(String, Result<(), String>)>,
    left: usize,
    plan: Plan,
}

impl Outcome {
    fn failed(&self) -> usize {
        self.done.iter().filter(|(_, done)| done.is_err()).count()
    }

    fn status(&self) -> &'static str {
        match (self.failed(), self.left) {
            (0, _) => "completed",
            (_, 0) if self.done.iter().any(|(_, done)| done.is_ok()) => "completedWithErrors",
            _ => "failed",
        }
    }
}

/// Carry out a workflow for one person, as a run of its own.
pub(crate) fn run(now: &Snapshot, at: Time, workflow: &Workflow<'_>, occasion: &Occasion) -> Plan {
    let outcome = perform(now, at, workflow, occasion.user);
    let run = derived(occasion.result, "run");
    let is_failed = outcome.failed() > 0;
    let mut attributes = counts(&outcome);
    attributes.extend([
        (SCHEDULED_DATE_TIME.id, occasion.moment.into()),
        (STARTED_DATE_TIME.id, at.into()),
        (COMPLETED_DATE_TIME.id, at.into()),
        (LAST_UPDATED_DATE_TIME.id, at.into()),
        (TOTAL_USERS_COUNT.id, 1.into()),
        (FAILED_USERS_COUNT.id, i64::from(is_failed).into()),
        (SUCCESSFUL_USERS_COUNT.id, i64::from(!is_failed).into()),
        (WORKFLOW_EXECUTION_TYPE.id, "scheduled".into()),
        (HISTORY_ENDS.id, at.plus_days(KEPT_DAYS).into()),
    ]);
    let mut changes =
        vec![Change::Create { id: run, kind: RUN.id(), attributes }, Change::link(workflow.object.id, RUNS, run)];
    let mut attributes = counts(&outcome);
    attributes.extend([
        (SCHEDULED_DATE_TIME.id, occasion.moment.into()),
        (STARTED_DATE_TIME.id, at.into()),
        (COMPLETED_DATE_TIME.id, at.into()),
        (WORKFLOW_EXECUTION_TYPE.id, "scheduled".into()),
        (WORKFLOW_VERSION_VALUE.id, workflow.object.get(VERSION).unwrap_or(1).into()),
    ]);
    changes.extend(user_result(workflow.object.id, run, occasion.result, occasion.user, attributes));
    changes.extend(task_results(run, occasion.result, occasion.user, at, &outcome));
    finish(changes, outcome)
}

/// Carry out what waits in a run on demand, for one person.
pub(crate) fn resume(now: &Snapshot, at: Time, workflow: &Workflow<'_>, result: &Object) -> Plan {
    let Some(user) = now.linked(result.id, SUBJECT_LINK).map(|user| user.id) else {
        return vec![Change::set(result.id, PROCESSING_STATUS, "canceled")].into();
    };
    let Some(run) = run_of(now, result.id) else { return Plan::default() };
    let outcome = perform(now, at, workflow, user);
    let set = |of: Id, (attribute, new): (AttrId, Value)| Change::Set { id: of, attribute, old: None, new: Some(new) };
    let mut changes: Vec<Change> = counts(&outcome).into_iter().map(|count| set(result.id, count)).collect();
    changes.push(Change::set(result.id, STARTED_DATE_TIME, at));
    changes.push(Change::set(result.id, COMPLETED_DATE_TIME, at));
    changes.extend(task_results(run.id, result.id, user, at, &outcome));
    changes.extend(tally(run, at, &outcome));
    finish(changes, outcome)
}

/// A result that waits to be carried out.
pub(crate) fn queued(workflow: &Object, run: Id, result: Id, user: Id, at: Time) -> Vec<Change> {
    let attributes = vec![
        (PROCESSING_STATUS.id, "queued".into()),
        (SCHEDULED_DATE_TIME.id, at.into()),
        (WORKFLOW_EXECUTION_TYPE.id, "onDemand".into()),
        (WORKFLOW_VERSION_VALUE.id, workflow.get(VERSION).unwrap_or(1).into()),
    ];
    user_result(workflow.id, run, result, user, attributes)
}

/// The changes that forget a run with its results, or a request with its approval.
pub(crate) fn forget(now: &Snapshot, old: Id) -> Vec<Change> {
    let results = now.links(old, USER_PROCESSING_RESULTS).map(|result| result.object.id);
    let all = results.chain(now.find(old).map(|run| run.id)).map(|id| Change::Delete { id });
    all.chain(approval::withdraw(now, old)).collect()
}

fn perform(now: &Snapshot, at: Time, workflow: &Workflow<'_>, user: Id) -> Outcome {
    let mut outcome = Outcome { done: Vec::new(), left: workflow.tasks.len(), plan: Plan::default() };
    let mut state = now.clone();
    for task in &workflow.tasks {
        outcome.left -= 1;
        let done = task.perform(&state, user, at).and_then(|plan| {
            state = state.fork(at, &plan.changes).map_err(|refusal| refusal.to_string())?;
            Ok(plan)
        });
        let is_done = done.is_ok();
        outcome.done.push((task.name.clone(), done.map(|plan| outcome.plan.join(plan))));
        if !is_done && !task.goes_on {
            break;
        }
    }
    outcome
}

/// History first: it links to the person, whom the last task may delete.
fn finish(mut changes: Vec<Change>, outcome: Outcome) -> Plan {
    changes.extend(outcome.plan.changes);
    Plan { changes, effects: outcome.plan.effects }
}

fn counts(outcome: &Outcome) -> Vec<(AttrId, Value)> {
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    vec![
        (PROCESSING_STATUS.id, outcome.status().into()),
        (FAILED_TASKS_COUNT.id, count(outcome.failed())),
        (TOTAL_TASKS_COUNT.id, count(outcome.done.len() + outcome.left)),
        (TOTAL_UNPROCESSED_TASKS_COUNT.id, count(outcome.left)),
    ]
}

fn user_result(workflow: Id, run: Id, result: Id, user: Id, attributes: Vec<(AttrId, Value)>) -> Vec<Change> {
    vec![
        Change::Create { id: result, kind: USER_PROCESSING_RESULT.id(), attributes },
        Change::link(workflow, USER_PROCESSING_RESULTS, result),
        Change::link(run, USER_PROCESSING_RESULTS, result),
        Change::link(result, SUBJECT_LINK, user),
    ]
}

fn task_results(run: Id, result: Id, user: Id, at: Time, outcome: &Outcome) -> Vec<Change> {
    let mut changes = Vec::new();
    for (place, (name, done)) in outcome.done.iter().enumerate() {
        let id = derived(result, &format!("task {place}"));
        let mut attributes: Vec<(AttrId, Value)> = vec![
            (CREATED_DATE_TIME.id, at.into()),
            (STARTED_DATE_TIME.id, at.into()),
            (COMPLETED_DATE_TIME.id, at.into()),
            (PROCESSING_INFO.id, name.as_str().into()),
            (PROCESSING_STATUS.id, if done.is_ok() { "completed" } else { "failed" }.into()),
        ];
        attributes.extend(done.as_ref().err().map(|why| (FAILURE_REASON.id, why.as_str().into())));
        changes.push(Change::Create { id, kind: TASK_PROCESSING_RESULT.id(), attributes });
        changes.push(Change::link(result, TASK_PROCESSING_RESULTS, id));
        changes.push(Change::link(run, TASK_PROCESSING_RESULTS, id));
        changes.push(Change::link(id, SUBJECT_LINK, user));
    }
    changes
}

/// A run on demand counts its people one by one.
fn tally(run: &Object, at: Time, outcome: &Outcome) -> Vec<Change> {
    let is_failed = outcome.failed() > 0;
    let add = |attribute: directory::Attr<i64>, n: usize| {
        Change::set(run.id, attribute, run.get(attribute).unwrap_or(0) + i64::try_from(n).unwrap_or(0))
    };
    let mut changes = vec![
        add(FAILED_USERS_COUNT, usize::from(is_failed)),
        add(SUCCESSFUL_USERS_COUNT, usize::from(!is_failed)),
        add(FAILED_TASKS_COUNT, outcome.failed()),
        add(TOTAL_TASKS_COUNT, outcome.done.len() + outcome.left),
        add(TOTAL_UNPROCESSED_TASKS_COUNT, outcome.left),
        Change::set(run.id, LAST_UPDATED_DATE_TIME, at),
    ];
    let done = run.get(FAILED_USERS_COUNT).unwrap_or(0) + run.get(SUCCESSFUL_USERS_COUNT).unwrap_or(0) + 1;
    let failed = run.get(FAILED_USERS_COUNT).unwrap_or(0) + i64::from(is_failed);
    if done >= run.get(TOTAL_USERS_COUNT).unwrap_or(0) {
        let status = match failed {
            0 => "completed",
            failed if failed < done => "completedWithErrors",
            _ => "failed",
        };
        changes.push(Change::set(run.id, PROCESSING_STATUS, status));
        changes.push(Change::set(run.id, COMPLETED_DATE_TIME, at));
    }
    changes
}

fn run_of(now: &Snapshot, result: Id) -> Option<&Object> {
    now.backlinks(result, USER_PROCESSING_RESULTS).map(|link| link.object).find(|run| now.is_a(run, &RUN))
}

/// Whether a user object is meant by a change; only those that are there count.
pub(crate) fn user(now: &Snapshot, id: Id) -> Option<&Object> {
    now.find_a(&USER, id)
}
