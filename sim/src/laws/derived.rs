//! A plain slow model of what follows from what: membership by rule, nesting, licences, roles. It knows nothing of how
//! the rooms work it out.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Actor, By, Caller, Id, Object, Record, Snapshot, Value};
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE, MEMBERS};
use schema::subscribed_sku::{CAPABILITY_STATUS, CONSUMED_UNITS, PREPAID_UNITS, SERVICE_PLANS, SKU_ID, SUBSCRIBED_SKU};
use schema::unified_role_assignment::{PRINCIPAL_ID, ROLE_DEFINITION_ID, UNIFIED_ROLE_ASSIGNMENT};
use schema::user::{DIRECT_LICENSES, LICENSE_ASSIGNMENT_STATES, USER};
use schema::{ACCOUNT_ENABLED, ASSIGNED_LICENSES, ASSIGNED_PLANS, MEMBERSHIP_RULE, MEMBERSHIP_RULE_PROCESSING_STATE};

use crate::acts::{is_dynamic, role};
use crate::world::{Broken, World};

pub(super) fn check(world: &World, now: &Snapshot) -> Result<(), Broken> {
    membership(world, now)?;
    nesting(now)?;
    licences(now)?;
    roles(now)
}

/// A dynamic group that is on has exactly those whom its rule describes.
fn membership(world: &World, now: &Snapshot) -> Result<(), Broken> {
    for group in now.all(&GROUP) {
        let members: Vec<_> = now.links(group.id, MEMBERS).collect();
        if !is_dynamic(group) {
            if let Some(odd) = members.iter().find(|member| member.why.is(By::Rule)) {
                let detail = format!("{} has {} by a rule it does not follow", group.id, odd.object.id);
                return Err(("an assigned group has nobody by rule", detail));
            }
            continue;
        }
        let is_on = group.get(MEMBERSHIP_RULE_PROCESSING_STATE).is_none_or(|state| state == "On");
        let rule = group.get(MEMBERSHIP_RULE).and_then(|text| world.rules.get(text));
        let Some(rule) = rule.filter(|_| is_on) else { continue };
        let found: BTreeSet<Id> = members.iter().map(|member| member.object.id).collect();
        let wanted: BTreeSet<Id> =
            now.all(&USER).filter(|user| rule.holds(now, user, world.now)).map(|user| user.id).collect();
        if let Some(odd) = found.symmetric_difference(&wanted).next() {
            let detail = format!(
                "{} by `{}`: {odd} is {} the group",
                group.id,
                rule.print(),
                if found.contains(odd) { "wrongly in" } else { "missing from" }
            );
            return Err(("a dynamic group has whom its rule describes", detail));
        }
    }
    Ok(())
}

/// Nested membership, found by adding until nothing more is added.
fn nesting(now: &Snapshot) -> Result<(), Broken> {
    let direct: Vec<(Id, Id)> = now
        .all(&GROUP)
        .flat_map(|group| now.links(group.id, MEMBERS).map(|member| (group.id, member.object.id)).collect::<Vec<_>>())
        .collect();
    for group in now.all(&GROUP) {
        let mut within: BTreeSet<Id> = BTreeSet::from([group.id]);
        loop {
            let more: Vec<Id> =
                direct.iter().filter(|(g, m)| within.contains(g) && !within.contains(m)).map(|(_, m)| *m).collect();
            if more.is_empty() {
                break;
            }
            within.extend(more);
        }
        within.remove(&group.id);
        let found: BTreeSet<Id> = now.closure(group.id, MEMBERS, false).iter().map(|object| object.id).collect();
        if found != within {
            return Err(("nested members are those of all groups within", format!("{}", group.id)));
        }
        if let Some(lost) = within.iter().find(|member| !now.reaches(group.id, MEMBERS, **member)) {
            return Err(("nested members are reached", format!("{} from {}", lost, group.id)));
        }
    }
    Ok(())
}

struct Product {
    plans: BTreeSet<Id>,
    seats: i64,
    is_usable: bool,
    stored_use: i64,
}

fn products(now: &Snapshot) -> BTreeMap<Id, Product> {
    let product = |sku: &Object| {
        let plans = sku.get(SERVICE_PLANS).unwrap_or_default();
        Some((
            sku.get(SKU_ID)?,
            Product {
                plans: plans.iter().filter_map(|plan| plan.guid("servicePlanId")).collect(),
                seats: sku.get(PREPAID_UNITS).and_then(|units| units.int("enabled")).unwrap_or(0),
                is_usable: sku.get(CAPABILITY_STATUS) == Some("Enabled"),
                stored_use: sku.get(CONSUMED_UNITS).unwrap_or(0),
            },
        ))
    };
    now.all(&SUBSCRIBED_SKU).filter_map(product).collect()
}

fn wants(licences: Option<Vec<Record>>) -> BTreeMap<Id, BTreeSet<Id>> {
    let off = |licence: &Record| licence.list("disabledPlans").iter().filter_map(Value::as_guid).collect();
    licences.unwrap_or_default().iter().filter_map(|licence| Some((licence.guid("skuId")?, off(licence)))).collect()
}

/// What somebody has is the union of what those sources give that can give it; seats are counted once a person.
fn licences(now: &Snapshot) -> Result<(), Broken> {
    let products = products(now);
    let mut used: BTreeMap<Id, i64> = BTreeMap::new();
    let mut waiting: BTreeMap<(Id, Option<Id>), Vec<Id>> = BTreeMap::new();
    for user in now.all(&USER) {
        let what = |text: &str| format!("{}: {text}", user.id);
        let mut sources: BTreeMap<(Option<Id>, Id), BTreeSet<Id>> = BTreeMap::new();
        for (sku, off) in wants(user.get(DIRECT_LICENSES)) {
            sources.insert((None, sku), off);
        }
        for group in now.backlinks(user.id, MEMBERS).map(|link| link.object) {
            for (sku, off) in wants(group.get(ASSIGNED_LICENSES)) {
                sources.insert((Some(group.id), sku), off);
            }
        }
        let mut given: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        let mut stated: BTreeSet<(Option<Id>, Id)> = BTreeSet::new();
        for state in user.get(LICENSE_ASSIGNMENT_STATES).unwrap_or_default() {
            let (Some(sku), group) = (state.guid("skuId"), state.guid("assignedByGroup")) else { continue };
            let Some(off) = sources.get(&(group, sku)) else {
                return Err(("every licence has a source", what(&format!("{state:?}"))));
            };
            stated.insert((group, sku));
            let product = products.get(&sku);
            match state.text("error") {
                Some("None") => {
                    let Some(product) = product.filter(|product| product.is_usable) else {
                        return Err(("a licence is given of a product that can be used", what(&sku.to_string())));
                    };
                    given.entry(sku).or_default().extend(product.plans.difference(off).copied());
                }
                Some("CountViolation") => waiting.entry((user.id, group)).or_default().push(sku),
                _ => {}
            }
        }
        if let Some(source) = sources.keys().find(|source| !stated.contains(*source)) {
            return Err(("every source is accounted for", what(&format!("{source:?}"))));
        }
        let held = wants(user.get(ASSIGNED_LICENSES));
        if held.keys().ne(given.keys()) {
            let detail = format!("has {:?}, is given {:?}", held.keys(), given.keys());
            return Err(("somebody has the licences that they are given", what(&detail)));
        }
        for (sku, on) in &given {
            let off = held.get(sku).cloned().unwrap_or_default();
            let plans = products.get(sku).map(|product| &product.plans);
            if plans.is_some_and(|plans| plans.difference(&off).copied().collect::<BTreeSet<_>>() != *on) {
                return Err((
                    "plans are the union over the sources",
                    what(&format!("{sku}: {off:?} are off, {on:?} on")),
                ));
            }
            *used.entry(*sku).or_default() += 1;
        }
        let plans: BTreeSet<Id> = given.values().flatten().copied().collect();
        let records = user.get(ASSIGNED_PLANS).unwrap_or_default();
        let stored: Vec<Id> = records.iter().filter_map(|plan| plan.guid("servicePlanId")).collect();
        if stored.len() != plans.len() || stored.iter().any(|plan| !plans.contains(plan)) {
            return Err((
                "assigned plans are those of the licences",
                what(&format!("{stored:?} instead of {plans:?}")),
            ));
        }
    }
    if let Some(user) = now.all_deleted(&USER).find(|user| user.has(ASSIGNED_LICENSES.id)) {
        return Err(("who is deleted holds no licence", user.id.to_string()));
    }
    for (sku, product) in &products {
        let used = used.get(sku).copied().unwrap_or(0);
        if product.stored_use != used {
            return Err(("seats are counted once", format!("{sku}: {} are said, {used} are used", product.stored_use)));
        }
    }
    // Whoever lacks several seats of one source waits for all of them together.
    let is_free = |sku: &Id| {
        let used = used.get(sku).copied().unwrap_or(0);
        products.get(sku).is_some_and(|product| product.is_usable && used < product.seats)
    };
    match waiting.iter().find(|(_, skus)| skus.iter().all(is_free)) {
        None => Ok(()),
        Some((who, skus)) => Err(("nobody waits while a seat is free", format!("{who:?} wait for {skus:?}"))),
    }
}

/// Roles somebody holds: those of their assignments and of the assignable groups they are a direct member of.
fn roles(now: &Snapshot) -> Result<(), Broken> {
    for user in now.all(&USER) {
        let found: BTreeSet<Id> = access::held_roles(now, user.id).iter().map(|held| held.assignment.id).collect();
        if found != held(now, user.id) {
            return Err(("roles are those of the assignments", format!("{}: {found:?}", user.id)));
        }
    }
    Ok(())
}

fn held(now: &Snapshot, user: Id) -> BTreeSet<Id> {
    let mut holders = BTreeSet::from([user]);
    for group in now.all(&GROUP).filter(|group| group.is(IS_ASSIGNABLE_TO_ROLE)) {
        if now.links(group.id, MEMBERS).any(|member| member.object.id == user) {
            holders.insert(group.id);
        }
    }
    let holds = |assignment: &&Object| {
        let principal = assignment.value(PRINCIPAL_ID.id).and_then(|value| value.as_guid());
        principal.is_some_and(|principal| holders.contains(&principal))
    };
    now.all(&UNIFIED_ROLE_ASSIGNMENT).filter(holds).map(|assignment| assignment.id).collect()
}

/// Whether a caller is a person who administers everything.
pub(super) fn is_administrator(now: &Snapshot, caller: &Caller) -> bool {
    let Actor::User(id) = caller.actor else { return false };
    now.find_a(&USER, id).is_some_and(|user| user.is(ACCOUNT_ENABLED))
        && held(now, id).iter().filter_map(|id| now.find(*id)).any(|assignment| {
            let wanted = Some(role("Global Administrator"));
            assignment.value(ROLE_DEFINITION_ID.id).and_then(|value| value.as_guid()) == wanted
        })
}
