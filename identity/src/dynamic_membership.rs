//! dynamic-membership: keeps the members of dynamic groups as their rules say.
//!
//! A commit leads to as little judging as it can: a changed attribute to the rules that speak of it, for that object; a
//! changed rule to everybody, for that rule. Who still matches keeps the link, so nothing that hangs on it flaps. Rules
//! that speak of now are judged again when the answer for somebody changes, which is computed, not polled.
//!
//! Deliberately absent: nested membership (rules never expand it), and preview (that is `preview`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use directory::{
    AttrId, By, Change, Commit, CompareOp, Filter, Id, LinkId, Object, Operand, Own, Plan, Reaction, Record, Snapshot,
    Time, Value,
};
use schema::device::DEVICE;
use schema::group::{GROUP, GROUP_TYPES, MEMBERS, MEMBERSHIP_RULE_DUE, MEMBERSHIP_RULE_PROCESSING_STATUS};
use schema::user::{MANAGER, USER};
use schema::{MEMBERSHIP_RULE, MEMBERSHIP_RULE_PROCESSING_STATE};

use crate::rules::{self, Rule};

pub(crate) const NAME: &str = "dynamic-membership";

pub(crate) const REACTION: Reaction = Reaction::new(
    NAME,
    &[
        Own::Link(MEMBERS, By::Rule),
        Own::Attribute(MEMBERSHIP_RULE_DUE.id),
        Own::Attribute(MEMBERSHIP_RULE_PROCESSING_STATUS.id),
    ],
    react,
    verify,
)
.at_deadlines(&[MEMBERSHIP_RULE_DUE], due);

/// What a commit did that rules could care about.
#[derive(Default)]
struct Touched {
    /// Per user or device: what changed about it.
    objects: BTreeMap<Id, Aspects>,
    /// Groups whose own rule, type or state changed.
    groups: BTreeSet<Id>,
    /// Objects that came or went: rules that name them are judged for everybody.
    named: HashSet<Id>,
}

/// What changed about one object.
#[derive(Default)]
struct Aspects {
    /// It is new here: every rule counts.
    is_new: bool,
    attributes: Vec<AttrId>,
    links: Vec<LinkId>,
    /// Groups that it was put into or taken out of.
    sources: Vec<Id>,
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let touched = touched(now, commit);
    let mut changes = Vec::new();
    for id in &touched.groups {
        if let Some(group) = now.find_a(&GROUP, *id) {
            settle_group(now, group, at, &mut changes);
        }
    }
    if touched.objects.is_empty() && touched.named.is_empty() {
        return changes.into();
    }
    for (group, rule) in rules::all_followed(now) {
        if touched.groups.contains(&group.id) {
            continue;
        }
        if rule.named.iter().any(|id| touched.named.contains(id)) {
            settle_group(now, group, at, &mut changes);
            continue;
        }
        let mut settle = Settle::new(now, group, &rule, at);
        for (id, aspects) in &touched.objects {
            if aspects.concern(&rule)
                && let Some(object) = now.find_a(rule.about, *id)
            {
                settle.one(object);
            }
        }
        settle.finish(&mut changes);
    }
    changes.into()
}

fn due(now: &Snapshot, group: Id, _: AttrId, at: Time) -> Plan {
    let mut changes = Vec::new();
    if let Some(group) = now.find_a(&GROUP, group) {
        settle_group(now, group, at, &mut changes);
    }
    changes.into()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let mut changes = Vec::new();
    now.all(&GROUP).for_each(|group| settle_group(now, group, at, &mut changes));
    // When the members last changed is a fact of history; nothing else can tell whether it is right.
    changes.retain(
        |change| !matches!(change, Change::Set { attribute, .. } if *attribute == MEMBERSHIP_RULE_PROCESSING_STATUS.id),
    );
    changes
}

fn touched(now: &Snapshot, commit: &Commit) -> Touched {
    let mut touched = Touched::default();
    for change in &commit.changes {
        match change {
            Change::Create { id, .. } | Change::Restore { id } => {
                touched.named.insert(*id);
                match now.find(*id) {
                    Some(object) if now.is_a(object, &GROUP) => drop(touched.groups.insert(*id)),
                    Some(object) if is_subject(now, object) => touched.objects.entry(*id).or_default().is_new = true,
                    _ => drop(touched.named.remove(id)),
                }
            }
            Change::Set { id, attribute, .. } => match now.find(*id) {
                Some(object) if is_subject(now, object) => {
                    touched.objects.entry(*id).or_default().attributes.push(*attribute);
                }
                Some(object) if now.is_a(object, &GROUP) && DECISIVE.contains(attribute) => {
                    touched.groups.insert(*id);
                }
                _ => {}
            },
            Change::Delete { id } | Change::Purge { id } => drop(touched.named.insert(*id)),
            Change::Link { source, link, target, .. } | Change::Unlink { source, link, target, .. } => {
                if *link == MEMBERS {
                    touched.objects.entry(*target).or_default().sources.push(*source);
                } else if *link == MANAGER {
                    touched.objects.entry(*source).or_default().links.push(*link);
                }
            }
        }
    }
    touched
}

/// The attributes of a group that decide whether and which rule it follows.
const DECISIVE: [AttrId; 3] = [GROUP_TYPES.id, MEMBERSHIP_RULE.id, MEMBERSHIP_RULE_PROCESSING_STATE.id];

fn is_subject(now: &Snapshot, object: &Object) -> bool {
    now.is_a(object, &USER) || now.is_a(object, &DEVICE)
}

impl Aspects {
    fn concern(&self, rule: &Rule) -> bool {
        self.is_new
            || self.attributes.iter().any(|attribute| rule.attributes.binary_search(attribute).is_ok())
            || self.links.iter().any(|link| rule.links.contains(link))
            || self.sources.iter().any(|source| rule.named.contains(source))
    }
}

/// Everybody, for one group.
fn settle_group(now: &Snapshot, group: &Object, at: Time, changes: &mut Vec<Change>) {
    if !rules::is_dynamic(group) {
        return let_go(now, group, changes);
    }
    let Some(rule) = rules::followed(group) else {
        return; // paused: the members stay as they are
    };
    let mut settle = Settle::new(now, group, &rule, at);
    settle.everybody();
    settle.finish(changes);
}

/// A group that follows no rule any more: the rule's reasons go. Whoever made it so gave its members another one.
fn let_go(now: &Snapshot, group: &Object, changes: &mut Vec<Change>) {
    let left = now.links(group.id, MEMBERS).filter(|member| member.why.has(By::Rule, group.id));
    changes.extend(left.map(|member| rule_unlink(group.id, member.object.id)));
    if group.has(MEMBERSHIP_RULE_DUE.id) {
        changes.push(Change::clear(group.id, MEMBERSHIP_RULE_DUE));
    }
}

/// The settling of one group by its rule.
struct Settle<'a> {
    now: &'a Snapshot,
    group: &'a Object,
    rule: &'a Arc<Rule>,
    at: Time,
    changes: Vec<Change>,
    /// When the rule is to be judged again.
    next: Option<Time>,
}

impl<'a> Settle<'a> {
    fn new(now: &'a Snapshot, group: &'a Object, rule: &'a Arc<Rule>, at: Time) -> Settle<'a> {
        let next = group.get(MEMBERSHIP_RULE_DUE).filter(|next| *next > at);
        Settle { now, group, rule, at, changes: Vec::new(), next }
    }

    fn one(&mut self, object: &Object) {
        let belongs = self.rule.filter.matches(self.now, object, self.at);
        let member = self.now.why(self.group.id, MEMBERS, object.id);
        match (belongs, member.is_some_and(|why| why.has(By::Rule, self.group.id))) {
            (true, false) => self.changes.push(rule_link(self.group.id, object.id)),
            (false, true) => self.changes.push(rule_unlink(self.group.id, object.id)),
            (true, true) | (false, false) => {}
        }
        self.watch(object);
    }

    fn everybody(&mut self) {
        let earlier = self.next.take();
        let mut belongs = HashSet::new();
        for object in candidates(self.now, self.rule) {
            if self.rule.filter.matches(self.now, object, self.at) {
                belongs.insert(object.id);
            }
            self.watch(object);
        }
        // A deadline that comes too early costs a look; moving it costs a commit.
        let is_early = earlier.is_some_and(|earlier| self.next.is_none_or(|needed| earlier < needed));
        if self.rule.speaks_of_now && is_early {
            self.next = earlier;
        }
        for member in self.now.links(self.group.id, MEMBERS) {
            let (id, by_rule) = (member.object.id, member.why.has(By::Rule, self.group.id));
            let stays = belongs.remove(&id);
            match (stays, by_rule) {
                (true, false) => self.changes.push(rule_link(self.group.id, id)),
                (false, true) => self.changes.push(rule_unlink(self.group.id, id)),
                (true, true) | (false, false) => {}
            }
            // What was put in by hand while the group was assigned: the rule alone says who is in now.
            if member.why.is(By::Direct) {
                self.changes.push(Change::unlink(self.group.id, MEMBERS, id));
            }
        }
        let mut joins: Vec<Id> = belongs.into_iter().collect();
        joins.sort_unstable();
        self.changes.extend(joins.into_iter().map(|id| rule_link(self.group.id, id)));
    }

    fn watch(&mut self, object: &Object) {
        if self.rule.speaks_of_now {
            let crossing = crossing(&self.rule.filter, object, self.at);
            self.next = [self.next, crossing].into_iter().flatten().min();
        }
    }

    fn finish(self, changes: &mut Vec<Change>) {
        if !self.changes.is_empty() {
            let status = Record::new().with("lastMembershipUpdated", self.at).with("status", "Succeeded");
            changes.extend(self.changes);
            changes.push(Change::set(self.group.id, MEMBERSHIP_RULE_PROCESSING_STATUS, status));
        }
        if self.next != self.group.get(MEMBERSHIP_RULE_DUE) {
            changes.push(match self.next {
                Some(next) => Change::set(self.group.id, MEMBERSHIP_RULE_DUE, next),
                None => Change::clear(self.group.id, MEMBERSHIP_RULE_DUE),
            });
        }
    }
}

/// The objects that can match a rule: through an index where the rule demands a value, all of the kind otherwise.
pub(crate) fn candidates<'a>(now: &'a Snapshot, rule: &Rule) -> Vec<&'a Object> {
    let demanded = rule.filter.demands().filter(|(attribute, _)| now.is_indexed(rule.about.id(), *attribute));
    match demanded {
        // A rule that speaks of now has to see everybody it will be true of later.
        Some((attribute, values)) if !rule.speaks_of_now => {
            let found: HashMap<Id, &Object> = values
                .into_iter()
                .flat_map(|value| now.by_id(attribute, value))
                .filter(|object| now.is_a(object, rule.about))
                .map(|object| (object.id, object))
                .collect();
            found.into_values().collect()
        }
        _ => now.all(rule.about).collect(),
    }
}

/// The next moment after `at` at which a comparison with now turns for this object.
fn crossing(filter: &Filter, object: &Object, at: Time) -> Option<Time> {
    let of = |parts: &[Filter]| parts.iter().filter_map(|part| crossing(part, object, at)).min();
    match filter {
        Filter::And(parts) | Filter::Or(parts) => of(parts),
        Filter::Not(part) => crossing(part, object, at),
        Filter::Compare(Operand::Attribute(attribute, path), op, Operand::Now(offset)) if path.is_empty() => {
            let Some(Value::Time(Time(value))) = object.value(*attribute) else { return None };
            let meets = Time(value.saturating_sub(*offset));
            // `-le now` turns true when they meet, `-ge now` turns false just after; equality does both.
            let turns = match op {
                CompareOp::Le | CompareOp::Gt => [meets, meets],
                CompareOp::Ge | CompareOp::Lt => [Time(meets.0.saturating_add(1)); 2],
                CompareOp::Eq | CompareOp::Ne => [meets, Time(meets.0.saturating_add(1))],
            };
            turns.into_iter().find(|turn| *turn > at)
        }
        _ => None,
    }
}

fn rule_link(group: Id, member: Id) -> Change {
    Change::Link { source: group, link: MEMBERS, target: member, by: By::Rule, of: group }
}

fn rule_unlink(group: Id, member: Id) -> Change {
    Change::Unlink { source: group, link: MEMBERS, target: member, by: By::Rule, of: group }
}
