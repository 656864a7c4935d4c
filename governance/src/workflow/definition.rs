//! A workflow as it is carried out: read once from its records.

use directory::{Attr, AttrId, Object, Record, Refusal, Snapshot, Time};
use schema::user::{EMPLOYEE_HIRE_DATE, EMPLOYEE_LEAVE_DATE_TIME};
use schema::workflow::{CATEGORY, EXECUTION_CONDITIONS, IS_SCHEDULING_ENABLED, TASKS, WORKFLOW};
use schema::{CREATED_DATE_TIME, IS_ENABLED};

use super::scope::{self, Rule};
use super::task::{self, Task};
use crate::people;

/// How many days before or after the date a workflow may run.
const OFFSET_DAYS_MAX: i64 = 180;

/// What makes a workflow run.
#[derive(Clone)]
pub(crate) enum Trigger {
    OnDemand,
    /// A date of the person's, moved by days.
    Date(Attr<Time>, i64),
    /// One of these attributes changes.
    Change(Vec<AttrId>),
}

/// What a workflow does, for whom and when.
#[derive(Clone)]
pub(crate) struct Workflow<'a> {
    pub(crate) object: &'a Object,
    pub(crate) trigger: Trigger,
    scope: Option<Rule>,
    pub(crate) tasks: Vec<Task>,
}

impl<'a> Workflow<'a> {
    pub(crate) fn read(object: &'a Object) -> Result<Workflow<'a>, Refusal> {
        let conditions = object.get(EXECUTION_CONDITIONS).unwrap_or_default();
        let (trigger, scope) = match people::kind(&conditions) {
            "onDemandExecutionOnly" => (Trigger::OnDemand, None),
            "triggerAndScopeBasedConditions" => (trigger(&conditions)?, rule(&conditions)?),
            other => {
                let message = format!(
                    "`{other}` cannot be followed: say triggerAndScopeBasedConditions or onDemandExecutionOnly"
                );
                return Err(Refusal::invalid(message).at(EXECUTION_CONDITIONS.name));
            }
        };
        let category = object.get(CATEGORY).unwrap_or_default();
        let tasks = task::read(&object.get(TASKS).unwrap_or_default(), category)?;
        Ok(Workflow { object, trigger, scope, tasks })
    }

    /// Whether a person is meant.
    pub(crate) fn is_for(&self, user: &Object) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.matches(user))
    }

    /// When a person's date makes it run.
    pub(crate) fn moment(&self, user: &Object) -> Option<Time> {
        match &self.trigger {
            Trigger::Date(attribute, days) => Some(user.get(*attribute)?.plus_days(*days)),
            Trigger::OnDemand | Trigger::Change(_) => None,
        }
    }
}

/// The workflows that run by themselves.
pub(crate) fn scheduled(now: &Snapshot) -> Vec<Workflow<'_>> {
    let is_on = |workflow: &&Object| workflow.is(IS_ENABLED) && workflow.is(IS_SCHEDULING_ENABLED);
    now.all(&WORKFLOW).filter(is_on).filter_map(|workflow| Workflow::read(workflow).ok()).collect()
}

fn trigger(conditions: &Record) -> Result<Trigger, Refusal> {
    let at = "executionConditions/trigger";
    let trigger = conditions.record("trigger").ok_or_else(|| Refusal::invalid("say what makes it run").at(at))?;
    match people::kind(trigger) {
        "timeBasedAttributeTrigger" => {
            let attribute = match trigger.text("timeBasedAttribute").unwrap_or_default() {
                "employeeHireDate" => EMPLOYEE_HIRE_DATE,
                "employeeLeaveDateTime" => EMPLOYEE_LEAVE_DATE_TIME,
                "createdDateTime" => CREATED_DATE_TIME,
                other => {
                    return Err(Refusal::invalid(format!("`{other}` is no date that makes a workflow run")).at(at));
                }
            };
            let days = trigger.int("offsetInDays").unwrap_or(0);
            if !(-OFFSET_DAYS_MAX..=OFFSET_DAYS_MAX).contains(&days) {
                let message = format!("`{days}` days: at most {OFFSET_DAYS_MAX} before or after");
                return Err(Refusal::invalid(message).at("offsetInDays"));
            }
            Ok(Trigger::Date(attribute, days))
        }
        "attributeChangeTrigger" => {
            let names = trigger.records("triggerAttributes").map(|named| named.text("name").unwrap_or_default());
            let attributes = names
                .map(|name| {
                    let known = scope::attribute_named(name);
                    known
                        .map(|a| a.id)
                        .ok_or_else(|| Refusal::invalid(format!("a user has no property `{name}`")).at(at))
                })
                .collect::<Result<Vec<_>, _>>()?;
            if attributes.is_empty() {
                return Err(Refusal::invalid("say whose change makes it run").at("triggerAttributes"));
            }
            Ok(Trigger::Change(attributes))
        }
        other => {
            let message =
                format!("`{other}` cannot be followed: say timeBasedAttributeTrigger or attributeChangeTrigger");
            Err(Refusal::invalid(message).at(at))
        }
    }
}

fn rule(conditions: &Record) -> Result<Option<Rule>, Refusal> {
    let at = "executionConditions/scope";
    let Some(scope) = conditions.record("scope") else { return Ok(None) };
    if people::kind(scope) != "ruleBasedSubjectSet" {
        return Err(Refusal::invalid("a scope is a rule: say ruleBasedSubjectSet").at(at));
    }
    let text = scope.text("rule").unwrap_or_default();
    let rule = scope::parse(text).map_err(|wrong| {
        Refusal::invalid(format!("the rule does not read at character {}: {}", wrong.at + 1, wrong.why)).at(at)
    })?;
    Ok(Some(rule))
}
