//! The products that somebody has.

use directory::{Change, Id, Record};
use schema::subscribed_sku as sku;

use super::desk::{ADMIN, Desk};

#[test]
fn what_somebody_has_is_told_with_what_is_in_it() {
    let desk = Desk::open();
    let (product, on, off) = (Id::from_u128(0x51), Id::from_u128(0x52), Id::from_u128(0x53));
    let plan = |id: Id, name: &str| Record::new().with("servicePlanId", id).with("servicePlanName", name);
    desk.commit(vec![Change::Create {
        id: Id::from_u128(0x54),
        kind: sku::SUBSCRIBED_SKU.id(),
        attributes: vec![
            (sku::ID.id, "xyz_51".into()),
            (sku::SKU_ID.id, product.into()),
            (sku::SKU_PART_NUMBER.id, "DESK".into()),
            (sku::SERVICE_PLANS.id, vec![plan(on, "MAIL"), plan(off, "CHAT")].into()),
        ],
    }]);
    let path = format!("/v1.0/users/{ADMIN}/licenseDetails");
    assert_eq!(desk.get(&path).json()["value"], serde_json::json!([]));
    let licence = Record::new().with("skuId", product).with("disabledPlans", vec![directory::Value::Guid(off)]);
    let gone = Record::new().with("skuId", Id::from_u128(0xdead));
    desk.commit(vec![Change::set(ADMIN, schema::user::ASSIGNED_LICENSES, vec![licence, gone])]);
    let found = desk.get(&path).json();
    let value = found["value"].as_array().unwrap();
    assert_eq!((value.len(), &value[0]["skuPartNumber"]), (1, &"DESK".into()));
    let statuses: Vec<&str> = value[0]["servicePlans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plan| plan["provisioningStatus"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["Success", "Disabled"]);
    let one = desk.get(&format!("{path}/{}", value[0]["id"].as_str().unwrap()));
    assert_eq!((one.status, one.json()["skuPartNumber"].as_str()), (200, Some("DESK")));
    assert_eq!(desk.get(&format!("{path}/nonsense")).status, 404);
    assert_eq!(desk.post(&path, &serde_json::json!({})).status, 405);
}
