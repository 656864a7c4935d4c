//! assignLicense on a user and on a group, and reprocessLicenseAssignment: what an administrator asks for.
//!
//! On a user it answers at once: what cannot be given is refused. On a group the intent is kept, and `licences` gives what
//! can be given. Adding and removing in one request is one change, so that plans in both never go away in between.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Action, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Value};
use schema::ASSIGNED_LICENSES;
use schema::group::{GROUP, MEMBERS, SECURITY_ENABLED};
use schema::user::{DIRECT_LICENSES, USER};

use crate::licence::{Holding, LicenceError, Products, Unit, read_licences, resolve, states, units, write_licences};
use crate::licences::sku_name;

/// How many products one request may add or remove.
const PRODUCTS_MAX: usize = 100;

pub(crate) const ON_USER: Action = Action::on(&USER, "assignLicense", assign_to_user);
pub(crate) const ON_GROUP: Action = Action::on(&GROUP, "assignLicense", assign_to_group);
pub(crate) const REPROCESS: Action = Action::on(&USER, "reprocessLicenseAssignment", reprocess);

type Licences = BTreeMap<Id, BTreeSet<Id>>;

fn assign_to_user(now: &Snapshot, call: &Call<'_>, user: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let user = user.ok_or_else(|| Refusal::invalid("say which user"))?;
    let products = Products::of(now);
    let (add, remove) = asked(given, &products)?;
    let mut direct = read_licences(user.get(DIRECT_LICENSES));
    for sku in &remove {
        if direct.remove(sku).is_some() {
            continue;
        }
        let is_inherited = states(user).iter().any(|state| state.sku == *sku && state.group.is_some());
        return Err(Refusal::invalid(if is_inherited {
            "User license is inherited from a group membership and it cannot be removed directly from the user."
        } else {
            "User does not have a corresponding license."
        })
        .at("removeLicenses"));
    }
    if !add.is_empty() && products.location(user).is_none() {
        let message = "License assignment cannot be done for user with invalid usage location.";
        return Err(Refusal::invalid(message).at("usageLocation"));
    }
    direct.extend(add);
    let mut wanted: Vec<Unit> = units(now, user).into_iter().filter(|unit| unit.group.is_some()).collect();
    wanted.extend(direct.iter().map(|(sku, off)| Unit { group: None, wants: BTreeMap::from([(*sku, off.clone())]) }));
    let holding = would_hold(&products, user, &wanted, call);
    if let Some(failed) = holding.states.iter().find(|state| state.group.is_none() && state.error.is_some()) {
        return Err(refuse(now, failed.sku, failed.error.unwrap_or(LicenceError::Other)));
    }
    Ok(Decision::change(vec![Change::set(user.id, DIRECT_LICENSES, write_licences(&direct))]).answering(user.id))
}

fn assign_to_group(
    now: &Snapshot,
    call: &Call<'_>,
    group: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let group = group.ok_or_else(|| Refusal::invalid("say which group"))?;
    if !group.is(SECURITY_ENABLED) {
        return Err(Refusal::invalid("licences are given to security-enabled groups").at(SECURITY_ENABLED.name));
    }
    let products = Products::of(now);
    let (add, remove) = asked(given, &products)?;
    let before = read_licences(group.get(ASSIGNED_LICENSES));
    let mut licences = before.clone();
    for sku in &remove {
        if licences.remove(sku).is_none() {
            return Err(Refusal::invalid("Group does not have a corresponding license.").at("removeLicenses"));
        }
    }
    licences.extend(add);
    check_prerequisites(now, &products, &licences)?;
    let mut changes = keep_what_is_needed(now, &products, group, &licences, call);
    changes.push(Change::set(group.id, ASSIGNED_LICENSES, write_licences(&licences)));
    Ok(Decision::change(changes).answering(group.id))
}

/// Castellan works licences out with every change that concerns them, so there is nothing left to do; Graph answers with
/// the user all the same.
fn reprocess(_: &Snapshot, _: &Call<'_>, user: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let user = user.ok_or_else(|| Refusal::invalid("say which user"))?;
    Ok(Decision::default().answering(user.id))
}

/// What is to be added and what is to be removed.
fn asked(given: &Record, products: &Products) -> Result<(Licences, BTreeSet<Id>), Refusal> {
    let records: Vec<Record> = given.records("addLicenses").cloned().collect();
    let removed = given.list("removeLicenses");
    if records.len() + removed.len() > PRODUCTS_MAX {
        return Err(Refusal::limit(format!("one request names at most {PRODUCTS_MAX} products")));
    }
    let is_complete =
        records.len() == given.list("addLicenses").len() && records.iter().all(|r| r.guid("skuId").is_some());
    if !is_complete {
        return Err(Refusal::invalid("every licence to add has a `skuId`").at("addLicenses"));
    }
    let add = read_licences(Some(records));
    for (sku, disabled) in &add {
        let Some(product) = products.by_sku.get(sku) else {
            return Err(Refusal::invalid(format!("License {sku} does not correspond to a valid company License."))
                .at("addLicenses"));
        };
        if let Some(plan) = disabled.iter().find(|plan| !product.plans.contains_key(plan)) {
            let message = format!("service plan `{plan}` is not part of the product `{sku}`");
            return Err(Refusal::invalid(message).at("disabledPlans"));
        }
    }
    let mut remove = BTreeSet::new();
    for sku in removed {
        remove.insert(
            sku.as_guid().ok_or_else(|| Refusal::invalid("a licence to remove is a `skuId`").at("removeLicenses"))?,
        );
    }
    if let Some(both) = remove.iter().find(|sku| add.contains_key(sku)) {
        return Err(Refusal::invalid(format!("`{both}` is both added and removed")).at("removeLicenses"));
    }
    Ok((add, remove))
}

fn would_hold(products: &Products, user: &Object, wanted: &[Unit], call: &Call<'_>) -> Holding {
    let held = read_licences(user.get(ASSIGNED_LICENSES)).into_keys().collect();
    resolve(products, user, wanted, &states(user), &held, call.at)
}

fn refuse(now: &Snapshot, sku: Id, error: LicenceError) -> Refusal {
    let name = sku_name(now, sku);
    Refusal::invalid(match error {
        LicenceError::Count => format!("Subscription with SKU {sku} does not have any available licenses."),
        LicenceError::MutuallyExclusive => {
            format!("License assignment failed because service plans of `{name}` are mutually exclusive with others that the user has.")
        }
        LicenceError::Dependency => {
            format!("License assignment failed because service plans of `{name}` depend on plans that the user does not have.")
        }
        LicenceError::UsageLocation => {
            format!("License assignment failed because `{name}` is prohibited in the usage location of the user.")
        }
        LicenceError::Other => format!("License assignment failed because `{name}` cannot be used at present."),
    })
    .at("addLicenses")
}

/// An add-on and what it needs are given by the same group.
fn check_prerequisites(now: &Snapshot, products: &Products, licences: &Licences) -> Result<(), Refusal> {
    let present: BTreeSet<Id> = licences.iter().flat_map(|(sku, off)| products.enabled(*sku, off)).collect();
    for (sku, off) in licences {
        if products.enabled(*sku, off).iter().any(|plan| products.missing(*plan, &present).next().is_some()) {
            return Err(refuse(now, *sku, LicenceError::Dependency));
        }
    }
    Ok(())
}

/// Where taking a product from the group would take away what another licence of a member needs, the member gets it directly.
fn keep_what_is_needed(
    now: &Snapshot,
    products: &Products,
    group: &Object,
    licences: &Licences,
    call: &Call<'_>,
) -> Vec<Change> {
    let before = read_licences(group.get(ASSIGNED_LICENSES));
    let taken: Licences = before.into_iter().filter(|(sku, _)| !licences.contains_key(sku)).collect();
    let mut changes = Vec::new();
    if taken.is_empty() {
        return changes;
    }
    for user in now.links(group.id, MEMBERS).map(|member| member.object).filter(|object| now.is_a(object, &USER)) {
        let mut wanted: Vec<Unit> = units(now, user).into_iter().filter(|unit| unit.group != Some(group.id)).collect();
        if !licences.is_empty() {
            wanted.push(Unit { group: Some(group.id), wants: licences.clone() });
        }
        let breaks = |wanted: &[Unit]| {
            let holding = would_hold(products, user, wanted, call);
            let working = states(user).into_iter().filter(|state| state.error.is_none());
            let broken = holding.states.iter().filter(|state| state.error == Some(LicenceError::Dependency));
            let broken: Vec<_> = broken.map(|state| (state.sku, state.group)).collect();
            working.into_iter().any(|state| broken.contains(&(state.sku, state.group)))
        };
        if !breaks(&wanted) {
            continue;
        }
        let mut direct = read_licences(user.get(DIRECT_LICENSES));
        for (sku, off) in &taken {
            wanted.push(Unit { group: None, wants: BTreeMap::from([(*sku, off.clone())]) });
            direct.entry(*sku).or_insert_with(|| off.clone());
            if !breaks(&wanted) {
                break;
            }
        }
        changes.push(Change::set(user.id, DIRECT_LICENSES, Value::from(write_licences(&direct))));
    }
    changes
}
