//! `users/{id}/licenseDetails`: the products that somebody has, with what is in them; put together from the licences that
//! they were given and the organisation's products.

use directory::{Id, Object, Snapshot};
use engine::View;
use schema::subscribed_sku::{SERVICE_PLANS, SKU_ID, SKU_PART_NUMBER, SUBSCRIBED_SKU};
use schema::user::{ASSIGNED_LICENSES, USER};
use serde_json::{Value, json};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read::check_readable;
use crate::resolve::{self, Target};

/// Answer, if the path is one of these.
pub fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let segments = &exchange.segments;
    let at = segments.iter().take(3).position(|segment| segment.is("licenseDetails")).filter(|at| *at > 0)?;
    segments.first().filter(|first| first.is("me") || first.is("users"))?;
    let view = exchange.view();
    let user = match resolve::resolve(segments.get(..at)?, &view, &|_, _| false) {
        Ok(Target::Entity(entity)) => view.now().find_a(&USER, entity.id)?,
        Ok(_) => return None,
        Err(error) => return Some(Err(error)),
    };
    let rest = segments.get(at + 1..).unwrap_or_default();
    Some(match rest {
        _ if exchange.method != http::Method::GET => Err(Error::method()),
        [] => all(exchange, &view, user),
        [one] => single(exchange, &view, user, &one.text()),
        [_, other, ..] => Err(Error::segment(&other.name)),
    })
}

fn all(exchange: &Exchange, view: &View, user: &Object) -> Result<Reply, Error> {
    check_readable(view, user)?;
    let context = format!("{}/$metadata#users('{}')/licenseDetails", exchange.base(), user.id);
    let value = details(view.now(), user);
    Ok(Reply::json(200, json!({ "@odata.context": context, "value": value }).to_string()))
}

fn single(exchange: &Exchange, view: &View, user: &Object, key: &str) -> Result<Reply, Error> {
    check_readable(view, user)?;
    let found = details(view.now(), user).into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(key));
    let mut found = found.ok_or_else(|| Error::missing(key))?;
    let context = format!("{}/$metadata#users('{}')/licenseDetails/$entity", exchange.base(), user.id);
    if let Some(members) = found.as_object_mut() {
        members.insert("@odata.context".to_owned(), context.into());
    }
    Ok(Reply::json(200, found.to_string()))
}

/// Each product that somebody has. One that the organisation has no more is left out.
fn details(now: &Snapshot, user: &Object) -> Vec<Value> {
    let licences = user.get(ASSIGNED_LICENSES).unwrap_or_default();
    let detail = |licence: &directory::Record| {
        let sku_id = licence.guid("skuId")?;
        let sku = now.by(SKU_ID, sku_id).find(|sku| now.is_a(sku, &SUBSCRIBED_SKU))?;
        let off: Vec<Id> = licence.list("disabledPlans").iter().filter_map(directory::Value::as_guid).collect();
        let plans: Vec<Value> = sku
            .get(SERVICE_PLANS)
            .unwrap_or_default()
            .iter()
            .map(|plan| {
                let id = plan.guid("servicePlanId");
                let is_off = id.is_some_and(|id| off.contains(&id));
                json!({
                    "servicePlanId": id.map(|id| id.hyphenated().to_string()),
                    "servicePlanName": plan.text("servicePlanName"),
                    "provisioningStatus": if is_off { "Disabled" } else { "Success" },
                    "appliesTo": plan.text("appliesTo"),
                })
            })
            .collect();
        Some(json!({
            "id": keys::base64url::encode([user.id.as_bytes().as_slice(), sku_id.as_bytes()].concat()),
            "skuId": sku_id.hyphenated().to_string(),
            "skuPartNumber": sku.get(SKU_PART_NUMBER),
            "servicePlans": plans,
        }))
    };
    licences.iter().filter_map(detail).collect()
}
