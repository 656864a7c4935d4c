//! The rules of dynamic groups, read: what each is about, and what it depends on.
//!
//! Reading a rule costs far more than judging by it, so what was read is remembered by its text. Nothing here depends on a
//! tenant: the memory is one of a pure function.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use directory::{AttrId, Filter, Id, Kind, LinkId, Object, Operand, RuleError, RuleNames, Snapshot, Value, parse_rule};
use schema::device::DEVICE;
use schema::group::{GROUP, GROUP_TYPES};
use schema::user::USER;
use schema::{MEMBERSHIP_RULE, MEMBERSHIP_RULE_PROCESSING_STATE};

use crate::rule_names::{DEVICE_RULE, USER_RULE};

/// How many rules are remembered: more than the dynamic groups a tenant may have. Beyond it, reading starts anew.
const REMEMBERED_MAX: usize = 40_000;
/// The group type that makes a group dynamic.
pub(crate) const DYNAMIC: &str = "DynamicMembership";

/// A rule that was read.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) names: &'static RuleNames,
    /// The kind of object it is about.
    pub(crate) about: &'static Kind,
    pub(crate) filter: Filter,
    /// The attributes whose change can change the outcome.
    pub(crate) attributes: Vec<AttrId>,
    /// The links whose change can change the outcome.
    pub(crate) links: Vec<LinkId>,
    /// The objects it names by id: source groups, a manager.
    pub(crate) named: Vec<Id>,
    pub(crate) speaks_of_now: bool,
}

/// Whether a group's members follow a rule.
pub(crate) fn is_dynamic(group: &Object) -> bool {
    group.get(GROUP_TYPES).is_some_and(|types| types.iter().any(|t| t.eq_ignore_ascii_case(DYNAMIC)))
}

/// Whether a dynamic group's rule is being followed at present.
pub(crate) fn is_on(group: &Object) -> bool {
    group.get(MEMBERSHIP_RULE_PROCESSING_STATE).is_none_or(|state| state.eq_ignore_ascii_case("On"))
}

/// The rule that a group follows now: it is dynamic, on, and its rule can be read.
pub(crate) fn followed(group: &Object) -> Option<Arc<Rule>> {
    if !(is_dynamic(group) && is_on(group)) {
        return None;
    }
    read(group.get(MEMBERSHIP_RULE)?).ok()
}

/// The dynamic groups that follow their rules now, each with its rule.
pub(crate) fn all_followed(now: &Snapshot) -> Vec<(&Object, Arc<Rule>)> {
    now.by(GROUP_TYPES, DYNAMIC)
        .filter(|group| now.is_a(group, &GROUP))
        .filter_map(|group| Some((group, followed(group)?)))
        .collect()
}

/// Read a rule about users or about devices.
pub(crate) fn read(text: &str) -> Result<Arc<Rule>, RuleError> {
    static REMEMBERED: OnceLock<Mutex<HashMap<String, Arc<Rule>>>> = OnceLock::new();
    let remembered = REMEMBERED.get_or_init(Mutex::default);
    if let Ok(remembered) = remembered.lock()
        && let Some(rule) = remembered.get(text)
    {
        return Ok(rule.clone());
    }
    let rule = Arc::new(read_anew(text)?);
    if let Ok(mut remembered) = remembered.lock() {
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(text.to_owned(), rule.clone());
    }
    Ok(rule)
}

fn read_anew(text: &str) -> Result<Rule, RuleError> {
    let folded = text.to_ascii_lowercase();
    let is_about_devices = match (folded.find("device."), folded.find("user.")) {
        (Some(device), Some(user)) => device < user,
        (device, None) => device.is_some(),
        (None, Some(_)) => false,
    };
    let (names, about) = if is_about_devices { (&DEVICE_RULE, &DEVICE) } else { (&USER_RULE, &USER) };
    let filter = parse_rule(text, names)?;
    let mut named = Vec::new();
    name_objects(&filter, &mut named);
    Ok(Rule {
        names,
        about,
        attributes: filter.attributes(),
        links: filter.links(),
        named,
        speaks_of_now: filter.depends_on_time(),
        filter,
    })
}

fn name_objects(filter: &Filter, named: &mut Vec<Id>) {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| name_objects(part, named)),
        Filter::Not(part) | Filter::AnyLinked(_, Some(part)) => name_objects(part, named),
        Filter::LinkedFrom(_, ids) => named.extend(ids),
        Filter::Compare(Operand::Id, _, Operand::Literal(Value::Guid(id))) => named.push(*id),
        _ => {}
    }
}
