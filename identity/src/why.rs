//! Why somebody is in a group, and why somebody has, or does not have, a licence: every reason, as plain data.

use std::collections::HashSet;

use directory::{By, Id, Record, Refusal, Snapshot, Time, Value};
use schema::group::{GROUP, MEMBERS};
use schema::subscribed_sku::{CAPABILITY_STATUS, CONSUMED_UNITS, PREPAID_UNITS, SKU_ID, SUBSCRIBED_SKU};
use schema::{DISPLAY_NAME, MEMBERSHIP_RULE};

use crate::licence::states;
use crate::licences::sku_name;
use crate::preview::explain;
use crate::rules;

/// How many ways into a group are told.
const WAYS_MAX: usize = 50;
/// How many groups within groups a way may have.
const HOPS_MAX: usize = 20;

/// Why an object is in a group: one explanation for each way in. Empty if it is not in it.
///
/// Each has `hops`, from the object up to the group: `member`, `group`, their names, and `reasons` (`by`, `of`, `usn`; for a
/// rule also `membershipRule` and `details`, which shows every condition with the value it saw).
#[must_use]
pub fn why_member(now: &Snapshot, object: Id, group: Id, at: Time) -> Vec<Record> {
    let mut ways = Vec::new();
    follow(now, object, group, at, &mut Vec::new(), &mut HashSet::from([object]), &mut ways);
    ways
}

fn follow(
    now: &Snapshot,
    object: Id,
    group: Id,
    at: Time,
    hops: &mut Vec<Record>,
    seen: &mut HashSet<Id>,
    ways: &mut Vec<Record>,
) {
    if hops.len() >= HOPS_MAX {
        return;
    }
    let parents: Vec<Id> = now
        .backlinks(object, MEMBERS)
        .filter(|parent| now.is_a(parent.object, &GROUP))
        .map(|parent| parent.object.id)
        .filter(|parent| *parent == group || now.reaches(group, MEMBERS, *parent))
        .collect();
    for parent in parents {
        if ways.len() >= WAYS_MAX || !seen.insert(parent) {
            continue;
        }
        hops.push(hop(now, object, parent, at));
        if parent == group {
            ways.push(Record::new().with("isDirect", hops.len() == 1).with("hops", hops.clone()));
        } else {
            follow(now, parent, group, at, hops, seen, ways);
        }
        hops.pop();
        seen.remove(&parent);
    }
}

fn hop(now: &Snapshot, member: Id, group: Id, at: Time) -> Record {
    let name = |id: Id| now.find(id).and_then(|object| object.get(DISPLAY_NAME)).unwrap_or_default().to_owned();
    let reasons = now.why(group, MEMBERS, member).map(|why| why.reasons()).unwrap_or_default();
    let reasons: Vec<Record> = reasons
        .iter()
        .map(|reason| {
            let record =
                Record::new().with("by", reason.by.name()).with("usn", i64::try_from(reason.usn).unwrap_or(i64::MAX));
            let of = Some(reason.of).filter(|of| !of.is_nil()).map(|of| Value::from(of.to_string()));
            let record = record.with_some("of", of);
            if reason.by == By::Rule { with_rule(record, now, member, group, at) } else { record }
        })
        .collect();
    Record::new()
        .with("member", member.to_string())
        .with("memberName", name(member))
        .with("group", group.to_string())
        .with("groupName", name(group))
        .with("reasons", reasons)
}

/// A rule as a reason: its text, and what it saw.
fn with_rule(record: Record, now: &Snapshot, member: Id, group: Id, at: Time) -> Record {
    let (Some(group), Some(member)) = (now.find(group), now.find(member)) else { return record };
    let Some(text) = group.get(MEMBERSHIP_RULE) else { return record };
    let record = record.with("membershipRule", text);
    match rules::read(text) {
        Ok(rule) => record.with("details", explain(&rule, &rule.filter, now, member, at)),
        Err(error) => record.with("error", error.to_string()),
    }
}

/// Why a person has a licence or does not: one explanation for each source that gives it, and the seats there are.
pub fn why_licence(now: &Snapshot, user: Id, sku: Id, at: Time) -> Result<Record, Refusal> {
    let user = now.get_a(&schema::user::USER, user)?;
    let sources: Vec<Record> = states(user)
        .into_iter()
        .filter(|state| state.sku == sku)
        .map(|state| {
            let name = state.group.and_then(|group| now.find(group)).and_then(|group| group.get(DISPLAY_NAME));
            let membership = state.group.map(|group| Value::from(why_member(now, user.id, group, at)));
            Record::new()
                .with("by", if state.group.is_some() { "group" } else { "direct" })
                .with_some("group", state.group.map(|group| group.to_string()))
                .with_some("groupName", name)
                .with("state", if state.error.is_none() { "Active" } else { "Error" })
                .with_some("error", state.error.map(crate::licence::LicenceError::name))
                .with("lastUpdatedDateTime", state.since)
                .with_some("membership", membership)
        })
        .collect();
    let product = now.find_by(&SUBSCRIBED_SKU, SKU_ID, sku);
    let units = product.and_then(|product| product.get(PREPAID_UNITS)).unwrap_or_default();
    let is_held = crate::licence::read_licences(user.get(schema::ASSIGNED_LICENSES)).contains_key(&sku);
    Ok(Record::new()
        .with("skuId", sku.to_string())
        .with("skuPartNumber", sku_name(now, sku))
        .with("isAssigned", is_held)
        .with("sources", sources)
        .with_some("seats", units.int("enabled"))
        .with_some("consumedUnits", product.and_then(|product| product.get(CONSUMED_UNITS)))
        .with_some("capabilityStatus", product.and_then(|product| product.get(CAPABILITY_STATUS))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Change;
    use schema::user::DEPARTMENT;

    use super::*;
    use crate::world::World;

    #[test]
    fn every_way_into_a_group_is_told_with_its_reasons() {
        let mut w = World::new();
        let ann = w.user(1, vec![(DEPARTMENT.id, "Sales".into())]);
        let sales = w.dynamic(10, "user.department -eq \"Sales\" -and user.accountEnabled -eq true");
        let (everyone, other) = (w.group(11, vec![]), w.group(12, vec![]));
        w.submit(vec![
            Change::link(everyone, MEMBERS, sales),
            Change::link(everyone, MEMBERS, ann),
            Change::link(sales, MEMBERS, everyone),
        ])
        .unwrap_err();
        w.submit(vec![
            Change::link(everyone, MEMBERS, sales),
            Change::link(everyone, MEMBERS, ann),
            Change::link(other, MEMBERS, everyone),
            Change::link(everyone, MEMBERS, other),
        ])
        .unwrap();
        let ways = why_member(&w.now, ann, everyone, w.at);
        assert_eq!(ways.iter().map(|way| way.records("hops").count()).collect::<Vec<_>>(), [2, 1]);
        let reason = ways[0].records("hops").next().unwrap().records("reasons").next().unwrap();
        assert_eq!(reason.text("by"), Some("rule"));
        let seen: Vec<_> = reason.record("details").unwrap().records("expressionEvaluationDetails").collect();
        assert_eq!(seen[0].text("expression"), Some("user.department -eq \"Sales\""));
        assert_eq!(seen[0].record("propertyToEvaluate").unwrap().text("propertyValue"), Some("Sales"));
        assert_eq!(why_member(&w.now, ann, other, w.at).len(), 2);
        let bob = w.user(2, vec![]);
        assert_eq!(why_member(&w.now, bob, everyone, w.at), vec![]);
    }

    #[test]
    fn an_evaluation_says_which_condition_failed() {
        let mut w = World::new();
        let ann = w.user(1, vec![(DEPARTMENT.id, "IT".into())]);
        let group = w.dynamic(
            10,
            "-not (user.department -eq \"Sales\" -or user.city -eq \"Bonn\") -and user.jobTitle -notContains \"x\"",
        );
        let given = Record::new().with("memberId", ann.to_string());
        let answer = w.act("evaluateDynamicMembership", Some(group), &given).unwrap().unwrap();
        let answer = answer.as_record().unwrap();
        assert_eq!(answer.bool("membershipRuleEvaluationResult"), Some(true));
        let parts: Vec<_> =
            answer.record("membershipRuleEvaluationDetails").unwrap().records("expressionEvaluationDetails").collect();
        assert_eq!(parts[1].text("expression"), Some("user.jobTitle -notContains \"x\""));
        assert_eq!(parts[1].record("propertyToEvaluate").unwrap().text("propertyValue"), Some("null"));
        let rule = given.with("membershipRule", "user.department -eq \"Sales\"");
        let answer = w.act("evaluateDynamicMembership", None, &rule).unwrap().unwrap();
        assert_eq!(answer.as_record().unwrap().bool("membershipRuleEvaluationResult"), Some(false));
        let broken = rule.with("membershipRule", "user.department");
        assert!(w.act("evaluateDynamicMembership", None, &broken).unwrap_err().message.contains("at character 15"));
    }

    #[test]
    fn a_preview_says_who_would_join_and_leave() {
        let mut w = World::new();
        let (ann, bob) =
            (w.user(1, vec![(DEPARTMENT.id, "Sales".into())]), w.user(2, vec![(DEPARTMENT.id, "IT".into())]));
        w.user(3, vec![(DEPARTMENT.id, "IT".into())]);
        let group = w.dynamic(
            10,
            "user.department -eq \"Sales\" -or user.objectId -eq \"00000000-0000-0000-0000-000000000003\"",
        );
        let preview = crate::membership_preview(&w.now, Some(group), "user.department -eq \"IT\"", w.at).unwrap();
        assert_eq!((preview.joins, preview.leaves, preview.stays), (vec![bob], vec![ann], 1));
        assert!(crate::membership_preview(&w.now, None, "user.x -eq 1", w.at).is_err());
    }
}
