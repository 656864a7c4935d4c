//! Making, editing and starting workflows: what is filled in, what is refused, and the versions that edits leave behind.

use directory::{Action, AttrId, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Value};
use schema::user::USER;
use schema::workflow::{
    CATEGORY, CREATED_BY_LINK, DESCRIPTION, EXECUTION_CONDITIONS, FAILED_USERS_COUNT, HISTORY_ENDS,
    IS_SCHEDULING_ENABLED, LAST_MODIFIED_BY_LINK, LAST_UPDATED_DATE_TIME, PROCESSING_STATUS, RUN, RUNS,
    SCHEDULED_DATE_TIME, STARTED_DATE_TIME, SUCCESSFUL_USERS_COUNT, TASKS, TOTAL_USERS_COUNT, VERSION_NUMBER, VERSIONS,
    WORKFLOW, WORKFLOW_EXECUTION_TYPE, WORKFLOW_VERSION,
};
use schema::{CREATED_DATE_TIME, DISPLAY_NAME, IS_ENABLED, LAST_MODIFIED_DATE_TIME, VERSION};

use super::definition::Workflow;
use super::{history, task};
use crate::people;

const WORKFLOWS_MAX: usize = 100;
/// How many versions of a workflow are kept.
const VERSIONS_MAX: i64 = 1_000;
/// How many people one run on demand may be for.
const SUBJECTS_MAX: usize = 10;

pub(crate) const CHECK: Check = Check { kind: &WORKFLOW, complete: Some(complete), check: Some(check) };
pub(crate) const ACTIVATE: Action = Action::on(&WORKFLOW, "activate", activate);
pub(crate) const CREATE_NEW_VERSION: Action = Action::on(&WORKFLOW, "createNewVersion", create_new_version);

/// What a version keeps.
const KEPT: [AttrId; 7] = [
    CATEGORY.id,
    DISPLAY_NAME.id,
    DESCRIPTION.id,
    EXECUTION_CONDITIONS.id,
    IS_ENABLED.id,
    IS_SCHEDULING_ENABLED.id,
    TASKS.id,
];

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut more = Vec::new();
    for change in changes.iter_mut() {
        if let Change::Create { id, kind, attributes } = change
            && *kind == WORKFLOW.id()
        {
            // A new workflow is on, but does not run by itself before somebody says so.
            for (attribute, value) in [
                (IS_ENABLED.id, Value::Bool(true)),
                (IS_SCHEDULING_ENABLED.id, Value::Bool(false)),
                (VERSION.id, Value::Int(1)),
                (CREATED_DATE_TIME.id, call.at.into()),
                (LAST_MODIFIED_DATE_TIME.id, call.at.into()),
            ] {
                if !attributes.iter().any(|(known, _)| *known == attribute) {
                    attributes.push((attribute, value));
                }
            }
            more.extend(version(call, *id, attributes, 1));
            more.extend(people::caller(call).map(|me| Change::link(*id, CREATED_BY_LINK, me)));
        }
    }
    let mut edited: Vec<Id> = changes.iter().filter_map(|change| edits(now, change)).collect();
    edited.sort_unstable();
    edited.dedup();
    for id in edited {
        let workflow = now.get(id)?;
        let next = workflow.get(VERSION).unwrap_or(1) + 1;
        if next > VERSIONS_MAX {
            return Err(Refusal::limit(format!("a workflow has at most {VERSIONS_MAX} versions: make a new one")));
        }
        let attributes = outcome(workflow, changes);
        more.push(Change::set(id, VERSION, next));
        more.push(Change::set(id, LAST_MODIFIED_DATE_TIME, call.at));
        more.extend(people::caller(call).map(|me| Change::link(id, LAST_MODIFIED_BY_LINK, me)));
        more.extend(version(call, id, &attributes, next));
    }
    changes.append(&mut more);
    Ok(())
}

/// The workflow whose deeds or conditions a change edits; names and switches make no new version.
fn edits(now: &Snapshot, change: &Change) -> Option<Id> {
    let Change::Set { id, attribute, new, .. } = change else { return None };
    let workflow = now.find_a(&WORKFLOW, *id)?;
    let is_decisive = [EXECUTION_CONDITIONS.id, TASKS.id].contains(attribute);
    (is_decisive && workflow.value(*attribute) != *new).then_some(*id)
}

/// What a workflow will say when the changes are made.
fn outcome(workflow: &Object, changes: &[Change]) -> Vec<(AttrId, Value)> {
    let mut attributes: Vec<(AttrId, Value)> = workflow.attributes().collect();
    for change in changes {
        if let Change::Set { id, attribute, new, .. } = change
            && *id == workflow.id
        {
            attributes.retain(|(known, _)| known != attribute);
            attributes.extend(new.clone().map(|new| (*attribute, new)));
        }
    }
    attributes
}

fn version(call: &Call<'_>, workflow: Id, attributes: &[(AttrId, Value)], number: i64) -> Vec<Change> {
    let id = call.new_id();
    let mut kept: Vec<(AttrId, Value)> =
        attributes.iter().filter(|(attribute, _)| KEPT.contains(attribute)).cloned().collect();
    kept.push((VERSION_NUMBER.id, number.into()));
    kept.push((CREATED_DATE_TIME.id, call.at.into()));
    kept.push((LAST_MODIFIED_DATE_TIME.id, call.at.into()));
    vec![Change::Create { id, kind: WORKFLOW_VERSION.id(), attributes: kept }, Change::link(workflow, VERSIONS, id)]
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let (Change::Create { id, .. } | Change::Set { id, .. } | Change::Restore { id }) = change else { continue };
        let Some(workflow) = after.find_a(&WORKFLOW, *id) else { continue };
        if !matches!(change, Change::Set { .. }) && after.count(&WORKFLOW) > WORKFLOWS_MAX {
            return Err(Refusal::limit(format!("there are at most {WORKFLOWS_MAX} workflows")));
        }
        if !matches!(workflow.get(CATEGORY), Some("joiner" | "mover" | "leaver")) {
            return Err(Refusal::invalid("say joiner, mover or leaver").at(CATEGORY.name));
        }
        let read = Workflow::read(workflow)?;
        if workflow.get(TASKS).unwrap_or_default().is_empty() {
            return Err(Refusal::invalid("a workflow has at least one task").at(TASKS.name));
        }
        let is_about_tasks = matches!(change, Change::Create { .. })
            || matches!(change, Change::Set { attribute, .. } if *attribute == TASKS.id);
        if is_about_tasks {
            read.tasks.iter().try_for_each(|task| task::check(after, task))?;
        }
    }
    Ok(())
}

/// `activate`: run it now for these people, whatever its conditions say. The reaction carries it out.
fn activate(now: &Snapshot, call: &Call<'_>, workflow: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let workflow = workflow.ok_or_else(|| Refusal::invalid("say which workflow"))?;
    if !workflow.is(IS_ENABLED) {
        return Err(Refusal::state("the workflow is switched off").at(IS_ENABLED.name));
    }
    let mut subjects: Vec<Id> = given.records("subjects").filter_map(|subject| subject.guid("id")).collect();
    subjects.dedup();
    if subjects.is_empty() || subjects.len() != given.list("subjects").len() {
        return Err(Refusal::invalid("name the users, each once, by `id`").at("subjects"));
    }
    if subjects.len() > SUBJECTS_MAX {
        return Err(Refusal::limit(format!("at most {SUBJECTS_MAX} users at a time")).at("subjects"));
    }
    let run = call.new_id();
    let count = i64::try_from(subjects.len()).unwrap_or(0);
    let attributes = vec![
        (PROCESSING_STATUS.id, "queued".into()),
        (SCHEDULED_DATE_TIME.id, call.at.into()),
        (STARTED_DATE_TIME.id, call.at.into()),
        (LAST_UPDATED_DATE_TIME.id, call.at.into()),
        (TOTAL_USERS_COUNT.id, count.into()),
        (FAILED_USERS_COUNT.id, 0.into()),
        (SUCCESSFUL_USERS_COUNT.id, 0.into()),
        (WORKFLOW_EXECUTION_TYPE.id, "onDemand".into()),
        (HISTORY_ENDS.id, call.at.plus_days(history::KEPT_DAYS).into()),
    ];
    let mut changes =
        vec![Change::Create { id: run, kind: RUN.id(), attributes }, Change::link(workflow.id, RUNS, run)];
    for user in subjects {
        now.get_a(&USER, user)?;
        changes.extend(history::queued(workflow, run, call.new_id(), user, call.at));
    }
    Ok(Decision::change(changes))
}

/// `createNewVersion`: the workflow as the caller wants it from now on.
fn create_new_version(
    _: &Snapshot,
    _: &Call<'_>,
    workflow: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let workflow = workflow.ok_or_else(|| Refusal::invalid("say which workflow"))?;
    let wanted = given.record("workflow").ok_or_else(|| Refusal::invalid("say what it becomes").at("workflow"))?;
    let editable = [
        DISPLAY_NAME.name,
        DESCRIPTION.name,
        EXECUTION_CONDITIONS.name,
        IS_ENABLED.name,
        IS_SCHEDULING_ENABLED.name,
        TASKS.name,
    ];
    let changes = wanted.iter().filter(|(name, _)| editable.contains(name)).map(|(name, value)| Change::Set {
        id: workflow.id,
        attribute: AttrId::of(name),
        old: None,
        new: Some(value.clone()),
    });
    Ok(Decision::change(changes.collect()).answering(workflow.id))
}
