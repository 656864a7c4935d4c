//! Why a device has a setting, and why it counts as compliant or not: `{text, because: [...]}`, each reason again such a
//! record.

use directory::{Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::group::MEMBERS;
use schema::managed_device::{
    COMPLIANCE_ACTIONS, COMPLIANCE_RESULTS, COMPLIANCE_STATE, DEVICE_NAME, MANAGED_DEVICE, SETTING_STATES,
};
use schema::{ASSIGNMENTS, DISPLAY_NAME};

use crate::assignment::{Reached, Subject, Target, target};
use crate::compliance::HELD_DAYS;
use crate::desired::{Side, is_about, value_text, wishes};

/// How many groups within groups a way is followed through.
const HOPS_MAX: usize = 20;

/// Why a managed device (or the directory device it belongs to) has a setting, or has it not.
pub fn why_setting(now: &Snapshot, device: Id, setting: &str, at: Time) -> Result<Record, Refusal> {
    let managed = managed(now, device)?;
    let subject = Subject::of(now, managed, at);
    let name = name_of(managed);
    let found = wishes(now, &subject).into_iter().find(|wish| wish.id.eq_ignore_ascii_case(setting));
    let Some(wish) = found else {
        return Ok(told(
            format!("`{name}` is not told to have `{setting}`: no policy that reaches it says so"),
            vec![],
        ));
    };
    let mut because: Vec<Record> = wish.sides.iter().map(|side| policy(now, &subject, side)).collect();
    let states = managed.get(SETTING_STATES).unwrap_or_default();
    because.push(match states.iter().find(|state| is_about(state, setting)) {
        Some(state) => reported(state),
        None => told("the device has not reported on it yet".into(), vec![]),
    });
    let desired = crate::desired::desired(now, managed, at);
    let not = desired.not_applicable.iter().find(|not| not.id == wish.id);
    let text = match (not, wish.agreed()) {
        (Some(not), _) => format!("`{name}` is not told to have `{}`: {}", wish.id, not.reason),
        (None, Some(value)) => format!("`{name}` has `{}` set to `{}`", wish.id, value_text(&value)),
        (None, None) => format!("policies disagree about `{}` on `{name}`; it keeps what it had", wish.id),
    };
    Ok(told(text, because))
}

/// How assignments reach a device, one by one, and which keep it away.
pub fn why_assigned(now: &Snapshot, device: Id, assignments: &[Record], at: Time) -> Result<Vec<Record>, Refusal> {
    let subject = Subject::of(now, managed(now, device)?, at);
    let matches = subject.matches(assignments);
    let intent = |assignment: &Record| assignment.text("intent").map(|i| format!(" as {i}")).unwrap_or_default();
    let reaching = assignments.iter().enumerate().filter_map(|(place, assignment)| {
        if let Target::NotGroup(group) = target(assignment) {
            subject.is_in(group)?;
            let text = format!("the group `{}` is excluded{}", name_of(now.find(group)?), intent(assignment));
            return Some(told(text, vec![]));
        }
        let found = *matches.iter().find(|found| found.assignment == place)?;
        let way = way(now, &subject, assignment)?;
        let passes = subject.passes(assignments, &[found]);
        let filtered = if passes { "" } else { "; its filter keeps the device out" };
        let text = format!("{}{}{filtered}", way.text("text").unwrap_or_default(), intent(assignment));
        Some(told(text, way.records("because").cloned().collect()))
    });
    Ok(reaching.collect())
}

/// Why a device counts as compliant or not.
pub fn why_compliance(now: &Snapshot, device: Id) -> Result<Record, Refusal> {
    let managed = managed(now, device)?;
    let state = managed.get(COMPLIANCE_STATE).unwrap_or("unknown");
    let mut results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    // What is wrong comes first.
    results.sort_by_key(|result| matches!(result.text("state"), Some("compliant" | "notApplicable")));
    let actions = managed.get(COMPLIANCE_ACTIONS).unwrap_or_default();
    let because = results.iter().map(|result| {
        let text = |field: &str| result.text(field).unwrap_or_default().to_owned();
        let since = result.time("sinceDateTime").map(|since| since.to_string()).unwrap_or_default();
        let mut reasons = vec![told(format!("expected: {}", text("expected")), vec![])];
        if let Some(actual) = result.text("actual") {
            reasons.push(told(format!("found: {actual}"), vec![]));
        }
        if let Some(until) = result.time("graceUntilDateTime") {
            reasons.push(told(format!("forgiven until {until}"), vec![]));
        }
        if let (Some(held), Some(since)) = (result.text("heldState"), result.time("sinceDateTime")) {
            let until = since.plus_days(HELD_DAYS);
            reasons.push(told(format!("it was {held} before, which counts until {until}"), vec![]));
        }
        if let Some(fix) = result.text("remediation") {
            reasons.push(told(format!("to do: {fix}"), vec![]));
        }
        if let Some(url) = result.text("moreInfoUrl") {
            reasons.push(told(format!("more: {url}"), vec![]));
        }
        if result.text("state") == Some("nonCompliant") {
            let own = actions.iter().filter(|action| action.text("policyId") == result.text("policyId"));
            reasons.extend(own.map(follows));
        }
        let what = format!("`{}` of `{}` is {} since {since}", text("setting"), text("policyName"), text("state"));
        told(what, reasons)
    });
    Ok(told(format!("`{}` is {state}", name_of(managed)), because.collect()))
}

/// What follows from not being compliant.
fn follows(action: &Record) -> Record {
    let kind = action.text("actionType").unwrap_or_default();
    let detail = action.text("detail").map(|detail| format!(" ({detail})")).unwrap_or_default();
    let text = match (action.time("doneDateTime"), action.time("dueDateTime")) {
        (Some(done), _) => format!("{kind} followed at {done}{detail}"),
        (None, Some(due)) => format!("{kind} follows at {due}"),
        (None, None) => kind.to_owned(),
    };
    told(text, vec![])
}

/// One policy's wish, and how it reaches the device.
fn policy(now: &Snapshot, subject: &Subject<'_>, side: &Side) -> Record {
    let assignments = now.find(side.policy).and_then(|policy| policy.get(ASSIGNMENTS)).unwrap_or_default();
    let ways = subject
        .matches(&assignments)
        .into_iter()
        .filter_map(|found| assignments.get(found.assignment))
        .filter_map(|assignment| way(now, subject, assignment));
    let text = format!("policy `{}` sets it to `{}`", side.policy_name, value_text(&side.value));
    told(text, ways.collect()).with("policyId", side.policy.to_string())
}

fn way(now: &Snapshot, subject: &Subject<'_>, assignment: &Record) -> Option<Record> {
    Some(match target(assignment) {
        Target::AllDevices => told("it is assigned to all devices".into(), vec![]),
        Target::AllUsers => {
            let user = subject.user.and_then(|user| user.get(DISPLAY_NAME)).unwrap_or_default();
            told(format!("it is assigned to all users, and the device is that of `{user}`"), vec![])
        }
        Target::Group(group) => {
            let member = match subject.is_in(group)? {
                Reached::User => subject.user?,
                Reached::Device => subject.device?,
            };
            let text = format!("it is assigned to the group `{}`", name_of(now.find(group)?));
            told(text, membership(now, member, group))
        }
        Target::NotGroup(_) | Target::Nobody => return None,
    })
}

/// The shortest way from a member up to a group.
fn membership(now: &Snapshot, member: &Object, group: Id) -> Vec<Record> {
    let mut hops = Vec::new();
    let mut at = member;
    for _ in 0..HOPS_MAX {
        if at.id == group {
            break;
        }
        let parents: Vec<&Object> = now.backlinks(at.id, MEMBERS).map(|link| link.object).collect();
        let next = parents
            .iter()
            .find(|parent| parent.id == group)
            .or_else(|| parents.iter().find(|parent| now.reaches(group, MEMBERS, parent.id)));
        let Some(next) = next else { break };
        let by: Vec<&str> = now
            .why(next.id, MEMBERS, at.id)
            .map(|why| why.reasons())
            .unwrap_or_default()
            .iter()
            .map(|r| r.by.name())
            .collect();
        let text = format!("`{}` is in `{}` ({})", name_of(at), name_of(next), by.join(", "));
        hops.push(told(text, vec![]));
        at = next;
    }
    hops
}

fn reported(state: &Record) -> Record {
    let text = |field: &str| state.text(field).map(|text| format!(", {field} `{text}`")).unwrap_or_default();
    let when = state.time("lastUpdatedDateTime").map(|when| when.to_string()).unwrap_or_default();
    let word = state.text("state").unwrap_or_default();
    told(format!("the device reported {word} at {when}{}{}", text("actual"), text("error")), vec![])
}

/// The managed device of this id, or that of a registered one.
pub fn managed(now: &Snapshot, id: Id) -> Result<&Object, Refusal> {
    let object = now.get(id)?;
    if now.is_a(object, &MANAGED_DEVICE) {
        return Ok(object);
    }
    crate::managed_of(now, object).ok_or_else(|| Refusal::state("the device is not managed"))
}

fn name_of(object: &Object) -> String {
    let name = object.get(DISPLAY_NAME).or_else(|| object.get(DEVICE_NAME));
    name.map_or_else(|| object.id.to_string(), str::to_owned)
}

fn told(text: String, because: Vec<Record>) -> Record {
    Record::new().with("text", text).with("because", Value::from(because))
}
