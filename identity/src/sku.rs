//! What is true of every licence that the organisation has: its id, and a state to begin with. An organisation that hosts
//! itself says which licences it has, so unlike elsewhere they are created over Graph.

use directory::{Call, Change, Check, Id, Refusal, Snapshot, Value};
use schema::group::GROUP;
use schema::subscribed_sku::{
    APPLIES_TO, CAPABILITY_STATUS, CONSUMED_UNITS, SERVICE_PLANS, SKU_ID, SKU_PART_NUMBER, SUBSCRIBED_SKU,
};
use schema::user::LICENSES_AWAITED;
use schema::{ASSIGNED_LICENSES, ID};

use crate::fill::{fill, given};
use crate::licence::read_licences;

pub(crate) const CHECK: Check = Check { kind: &SUBSCRIBED_SKU, complete: Some(complete), check: Some(check) };

/// How many service plans one licence may have.
const PLANS_MAX: usize = 250;

fn complete(_: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes {
        if let Change::Create { kind, attributes, .. } = change
            && *kind == SUBSCRIBED_SKU.id()
        {
            let Some(sku) = given(attributes, SKU_ID).and_then(Value::as_guid) else {
                return Err(Refusal::invalid("A value is required for this property.").at(SKU_ID.name));
            };
            // As Graph makes it: the tenant and the product, so that one tenant has a product once.
            fill(attributes, ID, format!("{}_{sku}", call.caller.tenant));
            fill(attributes, SKU_PART_NUMBER, sku.to_string());
            fill(attributes, APPLIES_TO, "User");
            fill(attributes, CAPABILITY_STATUS, "Enabled");
        }
    }
    Ok(())
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        if let Change::Purge { id } = change {
            check_unused(before, *id)?;
        }
        let Some(sku) = after.find_a(&SUBSCRIBED_SKU, change.subject()) else { continue };
        let plans = sku.get(SERVICE_PLANS).unwrap_or_default();
        if plans.len() > PLANS_MAX {
            return Err(
                Refusal::limit(format!("a licence has at most {PLANS_MAX} service plans")).at(SERVICE_PLANS.name)
            );
        }
        if plans.iter().any(|plan| plan.guid("servicePlanId").is_none()) {
            return Err(Refusal::invalid("every service plan needs a `servicePlanId`").at(SERVICE_PLANS.name));
        }
    }
    Ok(())
}

/// A product that somebody has, or is to have, cannot go.
fn check_unused(before: &Snapshot, id: Id) -> Result<(), Refusal> {
    let Some((product, sku)) = before.find_a(&SUBSCRIBED_SKU, id).and_then(|p| Some((p, p.get(SKU_ID)?))) else {
        return Ok(());
    };
    let is_held = product.get(CONSUMED_UNITS).unwrap_or(0) > 0 || before.by(LICENSES_AWAITED, sku).next().is_some();
    let is_given = || before.all(&GROUP).any(|group| read_licences(group.get(ASSIGNED_LICENSES)).contains_key(&sku));
    if is_held || is_given() {
        return Err(Refusal::state("people or groups have this licence: take it from them first"));
    }
    Ok(())
}
