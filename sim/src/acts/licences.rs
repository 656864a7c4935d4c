//! Licences are bought, given to people and to groups, taken back; seats become more or fewer than are used.

use directory::{Change, Id, Object, Record};
use engine::OwnedVerb;
use schema::ASSIGNED_LICENSES;
use schema::group::GROUP;
use schema::subscribed_sku::{
    CAPABILITY_STATUS, CONSUMED_UNITS, ID, PREPAID_UNITS, SERVICE_PLANS, SKU_ID, SKU_PART_NUMBER, SUBSCRIBED_SKU,
};
use schema::user::{DIRECT_LICENSES, USER};

use super::{Act, Scene, put};

/// The products that can be bought: few, so that they are shared.
pub(crate) fn product(n: usize) -> Id {
    Id::from_u128(0x0050_0000_u128 << 96 | (n as u128 + 1))
}

fn plan(product: usize, n: usize) -> Id {
    // The second plan of each product is also the first of the next: one plan can come from two products.
    Id::from_u128(0x0051_0000_u128 << 96 | (product + n) as u128)
}

fn units(seats: usize) -> Record {
    Record::new().with("enabled", i64::try_from(seats).unwrap_or(0))
}

/// The attributes of a product with some seats.
pub(crate) fn subscription(n: usize, seats: usize) -> Vec<(directory::AttrId, directory::Value)> {
    let plans: Vec<Record> = (0..2)
        .map(|m| {
            // The plan that the first two products share brings devices under management.
            let name = if n + m == 1 { "INTUNE_A".to_owned() } else { format!("PLAN_{}", n + m) };
            Record::new().with("servicePlanId", plan(n, m)).with("servicePlanName", name).with("appliesTo", "User")
        })
        .collect();
    vec![
        put(SKU_ID, product(n)),
        put(ID, format!("tenant_{}", product(n))),
        put(SKU_PART_NUMBER, format!("PRODUCT_{n}")),
        put(CAPABILITY_STATUS, "Enabled"),
        put(PREPAID_UNITS, units(seats)),
        put(SERVICE_PLANS, plans),
    ]
}

pub(super) fn buy(s: &mut Scene<'_>) -> Option<Act> {
    let attributes = subscription(s.dice.below(3), 1 + s.dice.below(5));
    Some(Act::create("Buy licences", &SUBSCRIBED_SKU, attributes, |_| Vec::new()).internal())
}

pub(super) fn change_seats(s: &mut Scene<'_>) -> Option<Act> {
    let sku = s.any(&SUBSCRIBED_SKU)?;
    let change = if s.dice.often(800) {
        Change::set(sku, PREPAID_UNITS, units(s.dice.below(7)))
    } else {
        Change::set(sku, CAPABILITY_STATUS, s.dice.one(&["Enabled", "Enabled", "Suspended"]))
    };
    let act = Act::change("Change subscription", OwnedVerb::Update, &SUBSCRIBED_SKU, sku, vec![change]);
    Some(act.internal())
}

fn given(s: &mut Scene<'_>) -> Option<Record> {
    let n = s.dice.below(3);
    let off: Vec<Id> = if s.dice.often(300) { vec![plan(n, s.dice.below(2))] } else { Vec::new() };
    let add = Record::new().with("skuId", product(n)).with("disabledPlans", off);
    Some(Record::new().with("addLicenses", vec![add]).with("removeLicenses", Vec::<Id>::new()))
}

pub(super) fn give_to_user(s: &mut Scene<'_>) -> Option<Act> {
    let (user, given) = (s.any(&USER)?, given(s)?);
    Some(Act::call("Change user license", &USER, s.action(&USER, "assignLicense"), user, given))
}

pub(super) fn give_to_group(s: &mut Scene<'_>) -> Option<Act> {
    let (group, given) = (s.any(&GROUP)?, given(s)?);
    Some(Act::call("Set group license", &GROUP, s.action(&GROUP, "assignLicense"), group, given))
}

fn taken(object: &Object, licences: Option<Vec<Record>>) -> Option<(Id, Record)> {
    let sku = licences?.first()?.guid("skuId")?;
    Some((object.id, Record::new().with("addLicenses", Vec::<Record>::new()).with("removeLicenses", vec![sku])))
}

pub(super) fn take(s: &mut Scene<'_>) -> Option<Act> {
    if s.dice.often(500) {
        let user = s.any_of(&USER, |user| user.has(DIRECT_LICENSES.id))?;
        let (user, given) = s.now.find(user).and_then(|user| taken(user, user.get(DIRECT_LICENSES)))?;
        return Some(Act::call("Change user license", &USER, s.action(&USER, "assignLicense"), user, given));
    }
    let group = s.any_of(&GROUP, |group| group.has(ASSIGNED_LICENSES.id))?;
    let (group, given) = s.now.find(group).and_then(|group| taken(group, group.get(ASSIGNED_LICENSES)))?;
    Some(Act::call("Set group license", &GROUP, s.action(&GROUP, "assignLicense"), group, given))
}

/// Somebody tries to write what only a reaction may.
pub(super) fn forge(s: &mut Scene<'_>) -> Option<Act> {
    let change = match (s.dice.often(500), s.any(&SUBSCRIBED_SKU)) {
        (true, Some(sku)) => {
            let change = Change::set(sku, CONSUMED_UNITS, 4_711);
            Act::change("Forge", OwnedVerb::Update, &SUBSCRIBED_SKU, sku, vec![change])
        }
        _ => {
            let user = s.any(&USER)?;
            let licence = Record::new().with("disabledPlans", Vec::<Id>::new()).with("skuId", Id::from_u128(4_711));
            let change = Change::set(user, ASSIGNED_LICENSES, vec![licence]);
            Act::change("Forge", OwnedVerb::Update, &USER, user, vec![change])
        }
    };
    Some(change.internal())
}
