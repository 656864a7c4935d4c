//! Licences of one person: what each source wants, what can be given, and why the rest cannot.
//!
//! A source is the person (licences given directly: each stands for itself) or a group (all its products or none). The
//! plans of a product that somebody has are the union over the sources; one seat is used however many there are.
//! Licences are given to the members of a group, never to those of a group within it.
//!
//! Deliberately absent: who is affected by what (that is `licences`), and the request of an administrator (`assign_license`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use directory::{Id, Object, Record, Snapshot, Time, Value};
use schema::ASSIGNED_LICENSES;
use schema::group::{GROUP, MEMBERS};
use schema::organization::{COUNTRY_LETTER_CODE, DEFAULT_USAGE_LOCATION, ORGANIZATION};
use schema::subscribed_sku::{
    CAPABILITY_STATUS, CONSUMED_UNITS, PREPAID_UNITS, SERVICE_PLAN_RULES, SERVICE_PLANS, SKU_ID, SUBSCRIBED_SKU,
};
use schema::user::{DIRECT_LICENSES, LICENSE_ASSIGNMENT_STATES, USAGE_LOCATION};

/// How often the licences of a person are worked out until they follow from themselves.
const ATTEMPTS_MAX: usize = 4;

/// A product that the organisation has.
pub(crate) struct Product {
    pub(crate) object: Id,
    /// The plans that are given to persons, by id, with their names.
    pub(crate) plans: BTreeMap<Id, String>,
    pub(crate) seats: i64,
    /// Seats in use; moves while a commit's consequences are worked out.
    pub(crate) used: i64,
    is_usable: bool,
}

/// What a plan needs beside it, what it excludes, and where it must not be used.
#[derive(Default)]
struct PlanRule {
    depends_on: Vec<Id>,
    conflicts_with: Vec<Id>,
    prohibited: Vec<String>,
}

/// All products, and the rules of their plans.
pub(crate) struct Products {
    pub(crate) by_sku: BTreeMap<Id, Product>,
    rules: HashMap<Id, PlanRule>,
    default_location: Option<String>,
}

/// What one source wants a person to have, as a whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    /// The group, or nobody where it is given directly.
    pub(crate) group: Option<Id>,
    /// Per product, the plans that are switched off.
    pub(crate) wants: BTreeMap<Id, BTreeSet<Id>>,
}

/// Why a product cannot be given: Graph's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LicenceError {
    Count,
    MutuallyExclusive,
    Dependency,
    UsageLocation,
    /// Another product of the same group cannot be given, or this one cannot be used at present.
    Other,
}

/// One entry of `licenseAssignmentStates`, before it is written down.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) sku: Id,
    pub(crate) group: Option<Id>,
    pub(crate) disabled: BTreeSet<Id>,
    pub(crate) error: Option<LicenceError>,
    pub(crate) since: Time,
}

/// What a person has, and how every source fared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Holding {
    /// Per product, the plans that are switched on.
    pub(crate) plans: BTreeMap<Id, BTreeSet<Id>>,
    pub(crate) states: Vec<State>,
}

impl LicenceError {
    const ALL: [LicenceError; 5] =
        [Self::Count, Self::MutuallyExclusive, Self::Dependency, Self::UsageLocation, Self::Other];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Count => "CountViolation",
            Self::MutuallyExclusive => "MutuallyExclusiveViolation",
            Self::Dependency => "DependencyViolation",
            Self::UsageLocation => "ProhibitedInUsageLocationViolation",
            Self::Other => "Other",
        }
    }

    fn named(name: &str) -> Option<LicenceError> {
        Self::ALL.into_iter().find(|error| error.name() == name)
    }
}

impl Products {
    pub(crate) fn of(now: &Snapshot) -> Products {
        let mut products = Products { by_sku: BTreeMap::new(), rules: HashMap::new(), default_location: None };
        for object in now.all(&SUBSCRIBED_SKU) {
            let Some(sku) = object.get(SKU_ID) else { continue };
            products.by_sku.insert(sku, Product::of(object));
            for rule in object.get(SERVICE_PLAN_RULES).unwrap_or_default() {
                if let Some(plan) = rule.guid("servicePlanId") {
                    products.rules.insert(plan, PlanRule::of(&rule));
                }
            }
        }
        let organization = now.all(&ORGANIZATION).next();
        products.default_location = organization
            .and_then(|o| o.get(DEFAULT_USAGE_LOCATION).or_else(|| o.get(COUNTRY_LETTER_CODE)))
            .map(str::to_owned);
        products
    }

    /// Where a person counts as using a licence: their own location, else the organisation's.
    pub(crate) fn location<'a>(&'a self, user: &'a Object) -> Option<&'a str> {
        user.get(USAGE_LOCATION).or(self.default_location.as_deref())
    }

    pub(crate) fn free(&self, sku: Id) -> i64 {
        self.by_sku.get(&sku).map_or(0, |product| product.seats - product.used)
    }

    /// The plans that a source switches on in a product.
    pub(crate) fn enabled(&self, sku: Id, disabled: &BTreeSet<Id>) -> BTreeSet<Id> {
        let plans = self.by_sku.get(&sku).map(|product| product.plans.keys().copied());
        plans.into_iter().flatten().filter(|plan| !disabled.contains(plan)).collect()
    }

    /// The plans that `plan` needs and that are not among `present`.
    pub(crate) fn missing<'a>(&'a self, plan: Id, present: &'a BTreeSet<Id>) -> impl Iterator<Item = Id> + 'a {
        let needed = self.rules.get(&plan).map(|rule| rule.depends_on.as_slice()).unwrap_or_default();
        needed.iter().copied().filter(|needed| !present.contains(needed))
    }

    fn conflict(&self, a: Id, b: Id) -> bool {
        let names = |a: Id, b: Id| self.rules.get(&a).is_some_and(|rule| rule.conflicts_with.contains(&b));
        names(a, b) || names(b, a)
    }

    fn is_prohibited(&self, plan: Id, location: Option<&str>) -> bool {
        let (Some(rule), Some(location)) = (self.rules.get(&plan), location) else { return false };
        rule.prohibited.iter().any(|country| country.eq_ignore_ascii_case(location))
    }
}

impl Product {
    fn of(object: &Object) -> Product {
        let units = object.get(PREPAID_UNITS).unwrap_or_default();
        let plans = object.get(SERVICE_PLANS).unwrap_or_default();
        let is_personal = |plan: &Record| plan.text("appliesTo").is_none_or(|to| to.eq_ignore_ascii_case("User"));
        Product {
            object: object.id,
            plans: plans
                .iter()
                .filter(|plan| is_personal(plan))
                .filter_map(|plan| {
                    Some((plan.guid("servicePlanId")?, plan.text("servicePlanName").unwrap_or_default().to_owned()))
                })
                .collect(),
            // Units in the grace period after an expiry can still be used.
            seats: units.int("enabled").unwrap_or(0) + units.int("warning").unwrap_or(0),
            used: object.get(CONSUMED_UNITS).unwrap_or(0),
            is_usable: object.get(CAPABILITY_STATUS).is_none_or(|status| ["Enabled", "Warning"].contains(&status)),
        }
    }
}

impl PlanRule {
    fn of(rule: &Record) -> PlanRule {
        let ids = |name| rule.list(name).iter().filter_map(Value::as_guid).collect();
        PlanRule {
            depends_on: ids("dependsOn"),
            conflicts_with: ids("conflictsWith"),
            prohibited: rule.texts("prohibitedUsageLocations").map(str::to_owned).collect(),
        }
    }
}

/// Licences as Graph writes them: product and switched-off plans.
pub(crate) fn read_licences(licences: Option<Vec<Record>>) -> BTreeMap<Id, BTreeSet<Id>> {
    let disabled = |licence: &Record| licence.list("disabledPlans").iter().filter_map(Value::as_guid).collect();
    licences.unwrap_or_default().iter().filter_map(|l| Some((l.guid("skuId")?, disabled(l)))).collect()
}

pub(crate) fn write_licences(licences: &BTreeMap<Id, BTreeSet<Id>>) -> Vec<Record> {
    let ids = |ids: &BTreeSet<Id>| ids.iter().copied().collect::<Vec<Id>>();
    licences.iter().map(|(sku, off)| Record::new().with("disabledPlans", ids(off)).with("skuId", *sku)).collect()
}

/// What every source wants a person to have.
pub(crate) fn units(now: &Snapshot, user: &Object) -> Vec<Unit> {
    let direct = read_licences(user.get(DIRECT_LICENSES));
    let mut units: Vec<Unit> =
        direct.into_iter().map(|licence| Unit { group: None, wants: BTreeMap::from([licence]) }).collect();
    for group in now.backlinks(user.id, MEMBERS).map(|link| link.object).filter(|object| now.is_a(object, &GROUP)) {
        if group.has(ASSIGNED_LICENSES.id) {
            units.push(Unit { group: Some(group.id), wants: read_licences(group.get(ASSIGNED_LICENSES)) });
        }
    }
    units.sort_by_key(|unit| (unit.group, unit.wants.keys().next().copied()));
    units
}

/// How the sources fared before.
pub(crate) fn states(user: &Object) -> Vec<State> {
    let read = |state: &Record| {
        Some(State {
            sku: state.guid("skuId")?,
            group: state.guid("assignedByGroup"),
            disabled: state.list("disabledPlans").iter().filter_map(Value::as_guid).collect(),
            error: state.text("error").and_then(LicenceError::named),
            since: state.time("lastUpdatedDateTime")?,
        })
    };
    user.get(LICENSE_ASSIGNMENT_STATES).unwrap_or_default().iter().filter_map(read).collect()
}

/// Work out what a person has. What they had goes first, so that nothing moves without a reason; `held` are the products
/// of which they have a seat already.
pub(crate) fn resolve(
    products: &Products,
    user: &Object,
    units: &[Unit],
    before: &[State],
    held: &BTreeSet<Id>,
    at: Time,
) -> Holding {
    let mut holding = attempt(products, user, units, before, held, at);
    // What works decides what goes first, so the outcome counts only once it follows from itself.
    for _ in 0..ATTEMPTS_MAX {
        let again = attempt(products, user, units, &holding.states, held, at);
        if again == holding {
            break;
        }
        holding = again;
    }
    holding
}

fn attempt(
    products: &Products,
    user: &Object,
    units: &[Unit],
    before: &[State],
    held: &BTreeSet<Id>,
    at: Time,
) -> Holding {
    let works =
        |group: Option<Id>, sku: Id| before.iter().any(|s| s.sku == sku && s.group == group && s.error.is_none());
    // A product that is added to a group takes nothing away from those who have the others: what works stands for itself.
    let working: Vec<Unit> = units.iter().filter_map(|unit| unit.part(|sku| works(unit.group, sku))).collect();
    let waiting: Vec<Unit> = units.iter().filter_map(|unit| unit.part(|sku| !works(unit.group, sku))).collect();
    let mut given =
        Given { products, location: products.location(user), held, plans: BTreeMap::new(), on: BTreeSet::new() };
    let mut refused = given.take_all(working.iter().collect());
    refused.extend(&waiting);
    let refused = given.take_all(refused);
    let mut states = Vec::new();
    for unit in units {
        let failed = |sku: Id| refused.iter().any(|r| r.group == unit.group && r.wants.contains_key(&sku));
        let errors = unit.part(failed).map(|rest| given.obstacles(&rest)).unwrap_or_default();
        for (sku, disabled) in &unit.wants {
            let error = failed(*sku).then(|| errors.get(sku).copied().unwrap_or(LicenceError::Other));
            let known = before
                .iter()
                .find(|s| s.sku == *sku && s.group == unit.group && s.error == error && s.disabled == *disabled);
            let since = known.map_or(at, |state| state.since);
            states.push(State { sku: *sku, group: unit.group, disabled: disabled.clone(), error, since });
        }
    }
    states.sort_by_key(|state| (state.sku, state.group));
    Holding { plans: given.plans, states }
}

impl Unit {
    /// The unit with only some of its products; nothing if none is left.
    fn part(&self, which: impl Fn(Id) -> bool) -> Option<Unit> {
        let wants: BTreeMap<Id, BTreeSet<Id>> =
            self.wants.iter().filter(|(sku, _)| which(**sku)).map(|(sku, off)| (*sku, off.clone())).collect();
        (!wants.is_empty()).then_some(Unit { group: self.group, wants })
    }
}

/// What has been given so far.
struct Given<'a> {
    products: &'a Products,
    location: Option<&'a str>,
    held: &'a BTreeSet<Id>,
    plans: BTreeMap<Id, BTreeSet<Id>>,
    /// Every plan that is switched on by some product.
    on: BTreeSet<Id>,
}

impl Given<'_> {
    /// Give what can be given, again until nothing more can (a plan may need one that comes later); answers the rest.
    fn take_all<'u>(&mut self, mut waiting: Vec<&'u Unit>) -> Vec<&'u Unit> {
        loop {
            let before = waiting.len();
            waiting.retain(|unit| {
                let fits = self.obstacles(unit).is_empty();
                if fits {
                    self.take(unit);
                }
                !fits
            });
            if waiting.len() == before {
                return waiting;
            }
        }
    }

    fn take(&mut self, unit: &Unit) {
        for (sku, disabled) in &unit.wants {
            let plans = self.products.enabled(*sku, disabled);
            self.on.extend(plans.iter().copied());
            self.plans.entry(*sku).or_default().extend(plans);
        }
    }

    /// What stands in the way of a unit, per product. Seats are wanted for all of them together: which of them is short
    /// changes with every other person, so all that the person lacks are said to be.
    fn obstacles(&self, unit: &Unit) -> BTreeMap<Id, LicenceError> {
        let enabled: BTreeMap<Id, BTreeSet<Id>> =
            unit.wants.iter().map(|(sku, disabled)| (*sku, self.products.enabled(*sku, disabled))).collect();
        let mut present = self.on.clone();
        present.extend(enabled.values().flatten());
        let obstacle =
            |(sku, plans): (&Id, &BTreeSet<Id>)| Some((*sku, self.obstacle(*sku, plans, &enabled, &present)?));
        let own: BTreeMap<Id, LicenceError> = enabled.iter().filter_map(obstacle).collect();
        let lacks_seat =
            |sku: &Id| !self.plans.contains_key(sku) && !self.held.contains(sku) && self.products.free(*sku) <= 0;
        if !own.is_empty() || !unit.wants.keys().any(lacks_seat) {
            return own;
        }
        unit.wants.keys().filter(|sku| !self.plans.contains_key(sku)).map(|sku| (*sku, LicenceError::Count)).collect()
    }

    /// What stands in the way of a product besides seats.
    fn obstacle(
        &self,
        sku: Id,
        plans: &BTreeSet<Id>,
        enabled: &BTreeMap<Id, BTreeSet<Id>>,
        present: &BTreeSet<Id>,
    ) -> Option<LicenceError> {
        if !self.products.by_sku.get(&sku).is_some_and(|product| product.is_usable) {
            return Some(LicenceError::Other);
        }
        if plans.iter().any(|plan| self.products.is_prohibited(*plan, self.location)) {
            return Some(LicenceError::UsageLocation);
        }
        let others = self.plans.iter().chain(enabled).filter(|(other, _)| **other != sku).flat_map(|(_, plans)| plans);
        if others.into_iter().any(|other| plans.iter().any(|plan| self.products.conflict(*plan, *other))) {
            return Some(LicenceError::MutuallyExclusive);
        }
        let is_incomplete = plans.iter().any(|plan| self.products.missing(*plan, present).next().is_some());
        is_incomplete.then_some(LicenceError::Dependency)
    }
}
