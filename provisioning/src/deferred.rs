//! Changes that a mapping will want later, because it speaks of now: an account that opens five days before the first day.
//!
//! `IIF(DateDiff("d", Now(), CDate([hireDate])) > 5, "False", "True")` turns at a moment that is computed when the record
//! comes. No record will come at that moment, so the change is kept with the user and carried out by the clock.

use directory::{AttrId, Change, Id, Object, Plan, Reaction, Record, Snapshot, Time};
use schema::user::{DEFERRED_CHANGES, DEFERRED_UNTIL, USER};

use crate::expression::Expression;
use crate::flow::{print_value, shape};
use crate::functions::{Context, Val};
use crate::log::Problem;
use crate::mapping::{Mapping, Target};

/// How far ahead a mapping is looked at.
const DAYS_MAX: i64 = 400;

pub(crate) const REACTION: Reaction = Reaction::new("deferred-changes", &[], |_, _, _| Plan::default(), verify)
    .at_deadlines(&[DEFERRED_UNTIL], |now, user, _, at| due(now, user, at).into());

/// What changes about a user later, and when.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deferral {
    pub(crate) at: Time,
    pub(crate) changes: Record,
}

impl Deferral {
    pub(crate) fn describe(&self) -> String {
        let changes: Vec<String> =
            self.changes.iter().map(|(name, value)| format!("{name} becomes {}", print_value(value))).collect();
        format!("at {}: {}", self.at, changes.join(", "))
    }
}

/// The first moment at which some mapping of this record wants something else than it does now.
pub(crate) fn deferral(
    mappings: &[Mapping],
    context: &Context<'_>,
    user: Option<&Object>,
) -> Result<Option<Deferral>, Problem> {
    let mut first: Option<Deferral> = None;
    for mapping in mappings {
        let Target::Attribute(attribute) = mapping.target else { continue };
        if !mapping.expression.speaks_of_now() || (mapping.on_create_only && user.is_some()) {
            continue;
        }
        let problem = |why| Problem::new(mapping.source_name(), why);
        let Some((at, value)) = turn(&mapping.expression, context).map_err(problem)? else { continue };
        let value = shape(attribute, value).map_err(problem)?;
        match &mut first {
            Some(found) if found.at == at => found.changes.set(attribute.name, value),
            Some(found) if found.at < at => {}
            _ => first = Some(Deferral { at, changes: Record::new().with(attribute.name, value) }),
        }
    }
    Ok(first)
}

/// What to write down with the user, so that the clock finds it; what was there before and is not wanted any more goes.
pub(crate) fn changes(id: Id, user: Option<&Object>, deferral: Option<&Deferral>) -> Vec<Change> {
    let stored = user.and_then(|user| user.get(DEFERRED_UNTIL));
    match deferral {
        Some(deferral) => {
            let is_known = stored == Some(deferral.at)
                && user.and_then(|user| user.get(DEFERRED_CHANGES)).as_ref() == Some(&deferral.changes);
            if is_known {
                return Vec::new();
            }
            vec![
                Change::set(id, DEFERRED_CHANGES, deferral.changes.clone()),
                Change::set(id, DEFERRED_UNTIL, deferral.at),
            ]
        }
        None if stored.is_some() => vec![Change::clear(id, DEFERRED_CHANGES), Change::clear(id, DEFERRED_UNTIL)],
        None => Vec::new(),
    }
}

/// When the value of an expression first differs from now, to the second, and what it is then.
fn turn(expression: &Expression, context: &Context<'_>) -> Result<Option<(Time, Val)>, String> {
    let value_at = |at: Time| {
        let later = Context {
            at,
            attribute: context.attribute,
            default_domain: context.default_domain,
            is_free: context.is_free,
        };
        later.evaluate(expression)
    };
    let now = context.evaluate(expression)?;
    for day in 1..=DAYS_MAX {
        let end = context.at.plus_days(day);
        if value_at(end)? == now {
            continue;
        }
        // It turns within this day: halve it until the second is known.
        let (mut same, mut different) = (context.at.plus_days(day - 1).unix(), end.unix());
        while different - same > 1 {
            let middle = same + (different - same) / 2;
            if value_at(Time::from_unix(middle))? == now {
                same = middle;
            } else {
                different = middle;
            }
        }
        let at = Time::from_unix(different);
        return Ok(Some((at, value_at(at)?)));
    }
    Ok(None)
}

fn due(now: &Snapshot, user: Id, at: Time) -> Vec<Change> {
    let Some(user) = now.find_a(&USER, user) else { return Vec::new() };
    if user.get(DEFERRED_UNTIL).is_none_or(|until| until > at) {
        return Vec::new();
    }
    let mut changes = vec![Change::clear(user.id, DEFERRED_CHANGES), Change::clear(user.id, DEFERRED_UNTIL)];
    for (name, value) in user.get(DEFERRED_CHANGES).unwrap_or_default() {
        if let Some(attribute) = now.model().attribute(USER.id(), AttrId::of(&name)) {
            changes.push(Change::put(user.id, attribute, Some(value)));
        }
    }
    changes
}

/// Whatever is overdue.
fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let overdue: Vec<Id> = now.due(DEFERRED_UNTIL.id, at).map(|user| user.id).collect();
    overdue.into_iter().flat_map(|user| due(now, user, at)).collect()
}
