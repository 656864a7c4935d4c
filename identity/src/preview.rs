//! What a rule would do: who would join and leave a group, and why one object does or does not match.
//!
//! Nothing is changed here. An explanation shows every condition of a rule with the value it saw.

use directory::{Action, Call, Decision, Filter, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::MEMBERSHIP_RULE;
use schema::group::{GROUP, MEMBERS};

use crate::dynamic_membership::candidates;
use crate::rules::{self, Rule};

/// Who would come into a group and who would go, if its rule were this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembershipPreview {
    pub joins: Vec<Id>,
    pub leaves: Vec<Id>,
    pub stays: usize,
}

/// Who would join and leave a group (or, without one, a group without members) if its rule were `rule_text`.
pub fn membership_preview(
    now: &Snapshot,
    group: Option<Id>,
    rule_text: &str,
    at: Time,
) -> Result<MembershipPreview, Refusal> {
    let rule = rules::read(rule_text).map_err(|error| refuse_rule(&error))?;
    let matches = candidates(now, &rule).into_iter().filter(|object| rule.filter.matches(now, object, at));
    let mut joins: std::collections::BTreeSet<Id> = matches.map(|object| object.id).collect();
    let mut preview = MembershipPreview::default();
    for member in group.into_iter().flat_map(|group| now.links(group, MEMBERS)) {
        if joins.remove(&member.object.id) {
            preview.stays += 1;
        } else {
            preview.leaves.push(member.object.id);
        }
    }
    preview.leaves.sort_unstable();
    preview.joins = joins.into_iter().collect();
    Ok(preview)
}

/// The refusal for a rule that cannot be read.
pub(crate) fn refuse_rule(error: &directory::RuleError) -> Refusal {
    Refusal::invalid(format!("Invalid value specified for property 'membershipRule' of resource 'Group'. {error}"))
        .at(MEMBERSHIP_RULE.name)
}

/// `POST /groups/{id}/evaluateDynamicMembership {memberId}`
pub(crate) const EVALUATE: Action = Action::on(&GROUP, "evaluateDynamicMembership", evaluate);
/// `POST /groups/evaluateDynamicMembership {memberId, membershipRule}`
pub(crate) const EVALUATE_RULE: Action = Action::on(&GROUP, "evaluateDynamicMembership", evaluate).of_collection();

fn evaluate(now: &Snapshot, call: &Call<'_>, group: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let member = given.guid("memberId").ok_or_else(|| Refusal::invalid("say whom to evaluate").at("memberId"))?;
    let text = match group {
        Some(group) => group.get(MEMBERSHIP_RULE),
        None => given.text("membershipRule"),
    };
    let text = text.ok_or_else(|| Refusal::invalid("there is no rule to evaluate").at(MEMBERSHIP_RULE.name))?;
    let rule = rules::read(text).map_err(|error| refuse_rule(&error))?;
    let object = now.get_a(rule.about, member)?;
    let answer = Record::new()
        .with("@odata.type", "#microsoft.graph.evaluateDynamicMembershipResult")
        .with("membershipRule", text)
        .with("membershipRuleEvaluationResult", rule.filter.matches(now, object, call.at))
        .with("membershipRuleEvaluationDetails", explain(&rule, &rule.filter, now, object, call.at));
    Ok(Decision::default().answering(answer))
}

/// A rule judged for one object, condition by condition: Graph's `expressionEvaluationDetails`.
pub(crate) fn explain(rule: &Rule, filter: &Filter, now: &Snapshot, object: &Object, at: Time) -> Record {
    let parts: Vec<Record> = match filter {
        Filter::And(parts) | Filter::Or(parts) => {
            parts.iter().map(|part| explain(rule, part, now, object, at)).collect()
        }
        Filter::Not(part) if !is_condition(part) => vec![explain(rule, part, now, object, at)],
        _ => Vec::new(),
    };
    let property = rule.names.operand_of(filter).map(|(name, operand)| {
        let value = operand.seen(now, object, at).map_or_else(|| "null".to_owned(), |value| print_value(&value));
        Record::new().with("propertyName", name).with("propertyValue", value)
    });
    Record::new()
        .with("expression", rule.names.print(filter))
        .with("expressionResult", filter.matches(now, object, at))
        .with("expressionEvaluationDetails", parts)
        .with_some("propertyToEvaluate", property)
}

/// A single comparison, which prints its own contrary: `-notContains`.
fn is_condition(filter: &Filter) -> bool {
    !matches!(filter, Filter::And(_) | Filter::Or(_) | Filter::Not(_))
}

fn print_value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Double(d) => d.to_string(),
        Value::Time(t) => t.to_string(),
        Value::Guid(g) => g.to_string(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(print_value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Record(record) => {
            let fields: Vec<String> =
                record.iter().map(|(name, value)| format!("{name}: {}", print_value(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}
