//! licences: keeps what people have in step with what they and their groups were given.
//!
//! A commit leads to working out those whom it concerns, then to handing freed seats to those who wait, who waited longest
//! first. An intent is never lost: what cannot be given now stands in `licenseAssignmentStates` with its reason.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use directory::{Attr, Change, Commit, Id, Object, Own, Plan, Reaction, Record, Snapshot, Time, Value};
use schema::group::{GROUP, HAS_MEMBERS_WITH_LICENSE_ERRORS, LICENSE_PROCESSING_STATE, MEMBERS};
use schema::organization::{COUNTRY_LETTER_CODE, DEFAULT_USAGE_LOCATION, ORGANIZATION};
use schema::subscribed_sku::{CONSUMED_UNITS, PREPAID_UNITS, SKU_ID, SUBSCRIBED_SKU};
use schema::user::{
    DIRECT_LICENSES, LICENSE_ASSIGNMENT_STATES, LICENSE_ERROR_GROUPS, LICENSES_AWAITED, USAGE_LOCATION, USER,
};
use schema::{ASSIGNED_LICENSES, ASSIGNED_PLANS};

use crate::licence::{Holding, LicenceError, Products, State, read_licences, resolve, states, units, write_licences};

const NAME: &str = "licences";

pub(crate) const REACTION: Reaction = Reaction::new(
    NAME,
    &[
        Own::Attribute(ASSIGNED_PLANS.id),
        Own::Attribute(LICENSE_ASSIGNMENT_STATES.id),
        Own::Attribute(LICENSES_AWAITED.id),
        Own::Attribute(LICENSE_ERROR_GROUPS.id),
        Own::Attribute(CONSUMED_UNITS.id),
        Own::Attribute(HAS_MEMBERS_WITH_LICENSE_ERRORS.id),
        Own::Attribute(LICENSE_PROCESSING_STATE.id),
    ],
    react,
    verify,
);

/// Whom a commit concerns.
#[derive(Default)]
struct Concerned {
    users: BTreeSet<Id>,
    /// Deleted people, who hold nothing.
    gone: BTreeSet<Id>,
    groups: BTreeSet<Id>,
    /// Seats may have come free although nobody concerned gave one up.
    seats: bool,
    /// Somebody is gone for good who may have held seats: count them anew.
    recount: bool,
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let concerned = concerned(now, commit);
    let is_idle = concerned.users.is_empty() && concerned.gone.is_empty() && concerned.groups.is_empty();
    if is_idle && !concerned.seats && !concerned.recount {
        return Plan::default();
    }
    Settle::new(now, at, concerned.recount).run(concerned).into()
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let has_licences = |user: &&Object| user.has(ASSIGNED_LICENSES.id) || user.has(LICENSE_ASSIGNMENT_STATES.id);
    let wants = |user: &&Object| {
        user.has(DIRECT_LICENSES.id)
            || now.backlinks(user.id, MEMBERS).any(|group| group.object.has(ASSIGNED_LICENSES.id))
    };
    let groups = now.all(&GROUP).filter(|group| {
        group.has(ASSIGNED_LICENSES.id)
            || group.is(HAS_MEMBERS_WITH_LICENSE_ERRORS)
            || group.has(LICENSE_PROCESSING_STATE.id)
    });
    let concerned = Concerned {
        users: now.all(&USER).filter(|user| has_licences(user) || wants(user)).map(|user| user.id).collect(),
        gone: now.all_deleted(&USER).filter(has_licences).map(|user| user.id).collect(),
        groups: groups.map(|group| group.id).collect(),
        seats: true,
        recount: true,
    };
    Settle::new(now, at, true).run(concerned)
}

fn concerned(now: &Snapshot, commit: &Commit) -> Concerned {
    let mut concerned = Concerned::default();
    for change in &commit.changes {
        match change {
            Change::Create { id, .. } | Change::Restore { id } => match now.find(*id) {
                Some(object) if now.is_a(object, &USER) => concerned.add_user(*id),
                Some(object) if now.is_a(object, &GROUP) => concerned.add_group(now, object),
                Some(object) if now.is_a(object, &SUBSCRIBED_SKU) => concerned.add_everybody(now, |_| true),
                _ => {}
            },
            Change::Set { id, attribute, .. } => {
                let Some(object) = now.find(*id) else { continue };
                if now.is_a(object, &USER) && [USAGE_LOCATION.id, DIRECT_LICENSES.id].contains(attribute) {
                    concerned.add_user(*id);
                } else if now.is_a(object, &GROUP) && *attribute == ASSIGNED_LICENSES.id {
                    // An earlier commit of the same round may already have noted that the group gives nothing any more.
                    concerned.add_members(now, object);
                } else if now.is_a(object, &SUBSCRIBED_SKU) && *attribute != CONSUMED_UNITS.id {
                    concerned.seats |= *attribute == PREPAID_UNITS.id;
                    if *attribute != PREPAID_UNITS.id {
                        concerned.add_everybody(now, |_| true);
                    }
                } else if now.is_a(object, &ORGANIZATION)
                    && [COUNTRY_LETTER_CODE.id, DEFAULT_USAGE_LOCATION.id].contains(attribute)
                {
                    concerned.add_everybody(now, |user| !user.has(USAGE_LOCATION.id));
                }
            }
            Change::Delete { id } => match now.find_deleted(*id) {
                Some(object) if now.is_a(object, &USER) => drop(concerned.gone.insert(*id)),
                Some(object) if now.is_a(object, &GROUP) => concerned.add_group(now, object),
                Some(_) => {}
                None => concerned.recount |= now.find(*id).is_none(),
            },
            Change::Link { source, link, target, .. } | Change::Unlink { source, link, target, .. } => {
                let Some(user) = now.find_a(&USER, *target).filter(|_| *link == MEMBERS) else { continue };
                let gives = now.find(*source).is_some_and(|group| group.has(ASSIGNED_LICENSES.id));
                if gives || states(user).iter().any(|state| state.group == Some(*source)) {
                    concerned.add_user(*target);
                }
            }
            Change::Purge { .. } => {}
        }
    }
    concerned
}

impl Concerned {
    fn add_user(&mut self, id: Id) {
        self.users.insert(id);
    }

    fn add_group(&mut self, now: &Snapshot, group: &Object) {
        if group.has(ASSIGNED_LICENSES.id) || group.has(LICENSE_PROCESSING_STATE.id) {
            self.add_members(now, group);
        }
    }

    fn add_members(&mut self, now: &Snapshot, group: &Object) {
        self.groups.insert(group.id);
        let members = now.links(group.id, MEMBERS).filter(|member| now.is_a(member.object, &USER));
        self.users.extend(members.map(|member| member.object.id));
    }

    fn add_everybody(&mut self, now: &Snapshot, which: impl Fn(&Object) -> bool) {
        let licensed = now.all(&USER).filter(|user| user.has(LICENSE_ASSIGNMENT_STATES.id) && which(user));
        self.users.extend(licensed.map(|user| user.id));
    }
}

/// The working out of one commit's consequences.
struct Settle<'a> {
    now: &'a Snapshot,
    at: Time,
    products: Products,
    /// What was worked out so far; the rest is as it is stored.
    holdings: BTreeMap<Id, Holding>,
}

impl<'a> Settle<'a> {
    fn new(now: &'a Snapshot, at: Time, recount: bool) -> Settle<'a> {
        let mut products = Products::of(now);
        if recount {
            products.by_sku.values_mut().for_each(|product| product.used = 0);
            for user in now.all(&USER).chain(now.all_deleted(&USER)) {
                for sku in read_licences(user.get(ASSIGNED_LICENSES)).into_keys() {
                    products.by_sku.entry(sku).and_modify(|product| product.used += 1);
                }
            }
        }
        Settle { now, at, products, holdings: BTreeMap::new() }
    }

    fn run(mut self, concerned: Concerned) -> Vec<Change> {
        let gone: Vec<&Object> = concerned.gone.iter().filter_map(|id| self.now.find_deleted(*id)).collect();
        for user in &gone {
            self.keep(user, Holding::default());
        }
        // Those who have something may give up a seat; those who wait come next; newcomers last.
        let (holders, newcomers): (Vec<Id>, Vec<Id>) = concerned
            .users
            .iter()
            .partition(|id| self.now.find(**id).is_some_and(|user| user.has(ASSIGNED_LICENSES.id)));
        holders.into_iter().for_each(|id| self.settle(id));
        self.serve_waiting();
        newcomers.into_iter().for_each(|id| self.settle(id));
        self.serve_waiting();
        self.changes(&gone, concerned.groups)
    }

    fn settle(&mut self, id: Id) {
        let Some(user) = self.now.find_a(&USER, id) else { return };
        let held = self.held(user);
        let before = self.holdings.get(&id).map_or_else(|| states(user), |holding| holding.states.clone());
        let holding = resolve(&self.products, user, &units(self.now, user), &before, &held, self.at);
        self.keep(user, holding);
    }

    /// The products of which a person has a seat at this point.
    fn held(&self, user: &Object) -> BTreeSet<Id> {
        match self.holdings.get(&user.id) {
            Some(holding) => holding.plans.keys().copied().collect(),
            None => read_licences(user.get(ASSIGNED_LICENSES)).into_keys().collect(),
        }
    }

    fn keep(&mut self, user: &Object, holding: Holding) {
        for sku in self.held(user) {
            self.products.by_sku.entry(sku).and_modify(|product| product.used -= 1);
        }
        for sku in holding.plans.keys() {
            self.products.by_sku.entry(*sku).and_modify(|product| product.used += 1);
        }
        self.holdings.insert(user.id, holding);
    }

    /// Free seats go to those who wait for them, longest first.
    fn serve_waiting(&mut self) {
        let skus: Vec<Id> = self.products.by_sku.keys().copied().collect();
        for sku in skus {
            if self.products.free(sku) <= 0 {
                continue;
            }
            for id in self.waiting_for(sku) {
                if self.products.free(sku) <= 0 {
                    break;
                }
                self.settle(id);
            }
        }
    }

    fn waiting_for(&self, sku: Id) -> Vec<Id> {
        let since = |states: &[State]| {
            states.iter().filter(|s| s.sku == sku && s.error == Some(LicenceError::Count)).map(|s| s.since).min()
        };
        let stored = self.now.by(LICENSES_AWAITED, sku).filter(|user| !self.holdings.contains_key(&user.id));
        let stored = stored.filter_map(|user| Some((since(&states(user))?, user.id)));
        let fresh = self.holdings.iter().filter_map(|(id, holding)| Some((since(&holding.states)?, *id)));
        let mut waiting: Vec<(Time, Id)> = stored.chain(fresh).collect();
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, id)| id).collect()
    }

    fn changes(&self, gone: &[&Object], mut groups: BTreeSet<Id>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, holding) in &self.holdings {
            let Some(user) = self.now.find(*id).or_else(|| gone.iter().copied().find(|user| user.id == *id)) else {
                continue;
            };
            let before: BTreeSet<Id> = user.get(LICENSE_ERROR_GROUPS).unwrap_or_default().into_iter().collect();
            groups.extend(before.symmetric_difference(&error_groups(holding)));
            self.user_changes(user, holding, &mut changes);
        }
        for id in groups {
            if let Some(group) = self.now.find_a(&GROUP, id) {
                self.group_changes(group, &mut changes);
            }
        }
        for product in self.products.by_sku.values() {
            let stored = self.now.find(product.object).and_then(|sku| sku.get(CONSUMED_UNITS));
            if stored.unwrap_or(0) != product.used {
                changes.push(Change::set(product.object, CONSUMED_UNITS, product.used));
            }
        }
        changes
    }

    fn user_changes(&self, user: &Object, holding: &Holding, changes: &mut Vec<Change>) {
        let off = |sku: &Id, on: &BTreeSet<Id>| {
            let plans = self.products.by_sku.get(sku).map(|product| product.plans.keys().copied());
            plans.into_iter().flatten().filter(|plan| !on.contains(plan)).collect::<BTreeSet<Id>>()
        };
        let licences = holding.plans.iter().map(|(sku, on)| (*sku, off(sku, on))).collect();
        let awaited: BTreeSet<Id> =
            holding.states.iter().filter(|s| s.error == Some(LicenceError::Count)).map(|s| s.sku).collect();
        put(user, ASSIGNED_LICENSES, write_licences(&licences).into(), changes);
        put(user, ASSIGNED_PLANS, self.plans(user, holding).into(), changes);
        put(
            user,
            LICENSE_ASSIGNMENT_STATES,
            holding.states.iter().map(write_state).collect::<Vec<_>>().into(),
            changes,
        );
        put(user, LICENSES_AWAITED, awaited.into_iter().collect::<Vec<Id>>().into(), changes);
        put(user, LICENSE_ERROR_GROUPS, error_groups(holding).into_iter().collect::<Vec<Id>>().into(), changes);
    }

    /// The plans that are on; one that stays on keeps the moment it came.
    fn plans(&self, user: &Object, holding: &Holding) -> Vec<Record> {
        let before = user.get(ASSIGNED_PLANS).unwrap_or_default();
        let mut seen = HashSet::new();
        let mut plans = Vec::new();
        for (sku, on) in &holding.plans {
            for plan in on.iter().filter(|plan| seen.insert(**plan)) {
                let known = before.iter().find(|record| record.guid("servicePlanId") == Some(*plan));
                let name = self.products.by_sku.get(sku).and_then(|product| product.plans.get(plan));
                let record = Record::new()
                    .with("assignedDateTime", known.and_then(|k| k.time("assignedDateTime")).unwrap_or(self.at))
                    .with("capabilityStatus", "Enabled")
                    .with("service", name.map_or("", String::as_str))
                    .with("servicePlanId", *plan);
                plans.push(record);
            }
        }
        plans
    }

    fn group_changes(&self, group: &Object, changes: &mut Vec<Change>) {
        let fresh = self.holdings.values().any(|holding| error_groups(holding).contains(&group.id));
        let stored = || self.now.by(LICENSE_ERROR_GROUPS, group.id).any(|user| !self.holdings.contains_key(&user.id));
        let has_errors = fresh || stored();
        if group.is(HAS_MEMBERS_WITH_LICENSE_ERRORS) != has_errors {
            changes.push(Change::set(group.id, HAS_MEMBERS_WITH_LICENSE_ERRORS, has_errors));
        }
        if group.has(ASSIGNED_LICENSES.id) != group.has(LICENSE_PROCESSING_STATE.id) {
            changes.push(if group.has(ASSIGNED_LICENSES.id) {
                Change::set(group.id, LICENSE_PROCESSING_STATE, Record::new().with("state", "ProcessingComplete"))
            } else {
                Change::clear(group.id, LICENSE_PROCESSING_STATE)
            });
        }
    }
}

/// Set a collection to what it should be, if it is not that already.
fn put<T: ?Sized>(user: &Object, attribute: Attr<T>, wanted: Value, changes: &mut Vec<Change>) {
    let is_empty = wanted.as_list().is_some_and(<[Value]>::is_empty);
    let stored = user.value(attribute.id);
    if is_empty && stored.is_some() {
        changes.push(Change::clear(user.id, attribute));
    } else if !is_empty && stored.as_ref() != Some(&wanted) {
        changes.push(Change::set(user.id, attribute, wanted));
    }
}

fn error_groups(holding: &Holding) -> BTreeSet<Id> {
    holding.states.iter().filter(|state| state.error.is_some()).filter_map(|state| state.group).collect()
}

fn write_state(state: &State) -> Record {
    Record::new()
        .with_some("assignedByGroup", state.group.map(|group| group.to_string()))
        .with("disabledPlans", state.disabled.iter().copied().collect::<Vec<Id>>())
        .with("error", state.error.map_or("None", LicenceError::name))
        .with("lastUpdatedDateTime", state.since)
        .with("skuId", state.sku)
        .with("state", if state.error.is_none() { "Active" } else { "Error" })
}

/// The name of a product, for messages.
pub(crate) fn sku_name(now: &Snapshot, sku: Id) -> String {
    let found = now.find_by(&SUBSCRIBED_SKU, SKU_ID, sku);
    let name = found.and_then(|product| product.get(schema::subscribed_sku::SKU_PART_NUMBER));
    name.map_or_else(|| sku.to_string(), str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{KindId, RefusalKind};
    use schema::MEMBERSHIP_RULE;
    use schema::group::{GROUP_TYPES, SECURITY_ENABLED};
    use schema::subscribed_sku::{SERVICE_PLAN_RULES, SERVICE_PLANS, SKU_PART_NUMBER};
    use schema::user::DEPARTMENT;

    use super::*;
    use crate::world::{World, id};

    const E3: u128 = 0xe3;
    const E5: u128 = 0xe5;
    const PHONE: u128 = 0xf0;
    // Plans: E3 has mail, office and a plan that excludes the better one of E5; PHONE needs mail.
    const MAIL: u128 = 0xa1;
    const OFFICE: u128 = 0xa2;
    const SMALL: u128 = 0xa3;
    const BIG: u128 = 0xa4;
    const CALLS: u128 = 0xa5;

    fn world(e3_seats: i64) -> World {
        let mut w = World::new();
        product(&mut w, E3, e3_seats, &[MAIL, OFFICE, SMALL], vec![]);
        let conflict = Record::new().with("servicePlanId", id(BIG)).with("conflictsWith", vec![id(SMALL)]);
        product(&mut w, E5, 5, &[MAIL, BIG], vec![conflict]);
        let needs = Record::new()
            .with("servicePlanId", id(CALLS))
            .with("dependsOn", vec![id(MAIL)])
            .with("prohibitedUsageLocations", ["KP"]);
        product(&mut w, PHONE, 5, &[CALLS], vec![needs]);
        w
    }

    fn product(w: &mut World, sku: u128, seats: i64, plans: &[u128], rules: Vec<Record>) {
        let plan = |p: &u128| {
            Record::new()
                .with("appliesTo", "User")
                .with("servicePlanId", id(*p))
                .with("servicePlanName", format!("PLAN_{p:X}"))
        };
        let attributes = vec![
            (SKU_ID.id, id(sku).into()),
            (SKU_PART_NUMBER.id, format!("SKU_{sku:X}").into()),
            (PREPAID_UNITS.id, Record::new().with("enabled", seats).into()),
            (SERVICE_PLANS.id, plans.iter().map(plan).collect::<Vec<_>>().into()),
            (SERVICE_PLAN_RULES.id, rules.into()),
        ];
        let kind = KindId::of(SUBSCRIBED_SKU.name);
        w.submit(vec![Change::Create { id: id(sku << 16), kind, attributes }]).unwrap();
    }

    fn licence(sku: u128, off: &[u128]) -> Record {
        Record::new()
            .with("skuId", id(sku))
            .with("disabledPlans", off.iter().map(|plan| id(*plan)).collect::<Vec<Id>>())
    }

    fn assign(w: &mut World, to: Id, add: Vec<Record>, remove: &[u128]) -> Result<(), String> {
        let remove: Vec<Id> = remove.iter().map(|sku| id(*sku)).collect();
        let given = Record::new().with("addLicenses", add).with("removeLicenses", remove);
        w.act("assignLicense", Some(to), &given).map(drop).map_err(|refusal| refusal.message)
    }

    fn people(w: &mut World, n: u128) -> Vec<Id> {
        (1..=n).map(|n| w.user(n, vec![(USAGE_LOCATION.id, "de".into())])).collect()
    }

    fn join(w: &mut World, group: Id, users: &[Id]) {
        w.submit(users.iter().map(|user| Change::link(group, MEMBERS, *user)).collect()).unwrap();
        w.at = Time(w.at.0 + 1_000_000);
    }

    /// What somebody has: per product the plans that are on.
    fn has(w: &World, user: Id) -> Vec<(u128, Vec<u128>)> {
        let user = w.now.find(user).unwrap();
        let plans = user.get(ASSIGNED_PLANS).unwrap_or_default();
        let on: BTreeSet<Id> = plans.iter().filter_map(|plan| plan.guid("servicePlanId")).collect();
        read_licences(user.get(ASSIGNED_LICENSES))
            .into_iter()
            .map(|(sku, off)| {
                let product = w.now.find_by(&SUBSCRIBED_SKU, SKU_ID, sku).unwrap();
                let all = product.get(SERVICE_PLANS).unwrap();
                let all = all.iter().filter_map(|plan| plan.guid("servicePlanId"));
                let kept: Vec<u128> = all
                    .filter(|p| !off.contains(p))
                    .inspect(|p| assert!(on.contains(p)))
                    .map(|p| p.as_u128())
                    .collect();
                (sku.as_u128(), kept)
            })
            .collect()
    }

    fn errors(w: &World, user: Id) -> Vec<(u128, &'static str)> {
        let failed = states(w.now.find(user).unwrap()).into_iter();
        failed.filter_map(|state| Some((state.sku.as_u128(), state.error?.name()))).collect()
    }

    fn used(w: &World, sku: u128) -> i64 {
        w.now.find_by(&SUBSCRIBED_SKU, SKU_ID, id(sku)).unwrap().get(CONSUMED_UNITS).unwrap_or(0)
    }

    #[test]
    fn plans_are_the_union_of_all_sources_and_use_one_seat() {
        let mut w = world(5);
        let user = people(&mut w, 1)[0];
        let (a, b) = (w.group(100, vec![]), w.group(101, vec![]));
        assign(&mut w, a, vec![licence(E3, &[OFFICE, SMALL])], &[]).unwrap();
        assign(&mut w, b, vec![licence(E3, &[MAIL, SMALL])], &[]).unwrap();
        join(&mut w, a, &[user]);
        assert_eq!(has(&w, user), [(E3, vec![MAIL])]);
        join(&mut w, b, &[user]);
        assert_eq!((has(&w, user), used(&w, E3)), (vec![(E3, vec![MAIL, OFFICE])], 1));
        assign(&mut w, user, vec![licence(E3, &[])], &[]).unwrap();
        assert_eq!((has(&w, user), used(&w, E3)), (vec![(E3, vec![MAIL, OFFICE, SMALL])], 1));
        assign(&mut w, user, vec![], &[E3]).unwrap();
        assert_eq!(has(&w, user), [(E3, vec![MAIL, OFFICE])]);
        w.submit(vec![Change::unlink(a, MEMBERS, user), Change::unlink(b, MEMBERS, user)]).unwrap();
        assert_eq!((has(&w, user), used(&w, E3)), (vec![], 0));
    }

    #[test]
    fn members_of_nested_groups_get_nothing() {
        let mut w = world(5);
        let user = people(&mut w, 1)[0];
        let (outer, inner) = (w.group(100, vec![]), w.group(101, vec![]));
        assign(&mut w, outer, vec![licence(E3, &[])], &[]).unwrap();
        w.submit(vec![Change::link(outer, MEMBERS, inner), Change::link(inner, MEMBERS, user)]).unwrap();
        assert_eq!(has(&w, user), []);
    }

    #[test]
    fn a_freed_seat_goes_to_who_waited_longest() {
        let mut w = world(1);
        let users = people(&mut w, 3);
        let group = w.group(100, vec![]);
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        // The later number waits longer.
        for user in [users[0], users[2], users[1]] {
            join(&mut w, group, &[user]);
        }
        assert_eq!(errors(&w, users[1]), [(E3, "CountViolation")]);
        assert!(w.now.find(group).unwrap().is(HAS_MEMBERS_WITH_LICENSE_ERRORS));
        w.submit(vec![Change::unlink(group, MEMBERS, users[0])]).unwrap();
        assert_eq!((has(&w, users[2]).len(), has(&w, users[1]).len(), used(&w, E3)), (1, 0, 1));
        w.submit(vec![Change::set(id(E3 << 16), PREPAID_UNITS, Record::new().with("enabled", 2))]).unwrap();
        assert_eq!((has(&w, users[1]).len(), used(&w, E3)), (1, 2));
        assert!(!w.now.find(group).unwrap().is(HAS_MEMBERS_WITH_LICENSE_ERRORS));
    }

    #[test]
    fn a_group_gives_all_its_products_or_none() {
        let mut w = world(0);
        let user = people(&mut w, 1)[0];
        let group = w.group(100, vec![]);
        assign(&mut w, group, vec![licence(E3, &[]), licence(PHONE, &[])], &[]).unwrap();
        join(&mut w, group, &[user]);
        assert_eq!((has(&w, user), used(&w, PHONE)), (vec![], 0));
        assert_eq!(errors(&w, user), [(E3, "CountViolation"), (PHONE, "CountViolation")]);
    }

    #[test]
    fn a_product_added_to_a_group_takes_nothing_away_when_it_is_short() {
        let mut w = world(1);
        let users = people(&mut w, 2);
        let group = w.group(100, vec![]);
        assign(&mut w, group, vec![licence(PHONE, &[CALLS])], &[]).unwrap();
        join(&mut w, group, &users);
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        assert_eq!((has(&w, users[0]).len(), has(&w, users[1]).len()), (2, 1));
        assert_eq!(errors(&w, users[1]), [(E3, "CountViolation")]);
    }

    #[test]
    fn conflicts_needs_and_places_are_errors_of_the_person() {
        let mut w = world(5);
        let users = people(&mut w, 2);
        let groups: Vec<Id> = (100..103).map(|n| w.group(n, vec![])).collect();
        for (group, sku) in groups.iter().zip([E3, E5, PHONE]) {
            // PHONE alone lacks what it needs, so it comes with mail of E5.
            let more =
                if sku == PHONE { vec![licence(PHONE, &[]), licence(E5, &[BIG])] } else { vec![licence(sku, &[])] };
            assign(&mut w, *group, more, &[]).unwrap();
        }
        join(&mut w, groups[0], &[users[0]]);
        join(&mut w, groups[1], &[users[0]]);
        assert_eq!(errors(&w, users[0]), [(E5, "MutuallyExclusiveViolation")]);
        assert_eq!(has(&w, users[0]), [(E3, vec![MAIL, OFFICE, SMALL])]);
        w.submit(vec![Change::unlink(groups[0], MEMBERS, users[0])]).unwrap();
        assert_eq!(has(&w, users[0]), [(E5, vec![MAIL, BIG])]);
        join(&mut w, groups[2], &[users[1]]);
        assert_eq!(has(&w, users[1]).len(), 2);
        w.submit(vec![Change::set(users[1], USAGE_LOCATION, "KP")]).unwrap();
        assert_eq!(errors(&w, users[1]), [(E5, "Other"), (PHONE, "ProhibitedInUsageLocationViolation")]);
    }

    #[test]
    fn a_product_that_needs_another_is_given_once_that_is_there() {
        let mut w = world(5);
        let user = people(&mut w, 1)[0];
        assign(&mut w, user, vec![licence(E3, &[]), licence(PHONE, &[])], &[]).unwrap();
        assert_eq!(has(&w, user).len(), 2);
        let refused = assign(&mut w, user, vec![], &[E3]).unwrap_err();
        assert!(refused.contains("depend on plans"), "{refused}");
        let group = w.group(100, vec![]);
        let refused = assign(&mut w, group, vec![licence(PHONE, &[])], &[]).unwrap_err();
        assert!(refused.contains("depend on plans"), "{refused}");
    }

    #[test]
    fn what_another_licence_needs_stays_with_the_person_when_the_group_loses_it() {
        let mut w = world(5);
        let users = people(&mut w, 2);
        let group = w.group(100, vec![]);
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        join(&mut w, group, &users);
        assign(&mut w, users[0], vec![licence(PHONE, &[])], &[]).unwrap();
        assign(&mut w, group, vec![], &[E3]).unwrap();
        assert_eq!((has(&w, users[0]).len(), has(&w, users[1]).len()), (2, 0));
        assert!(states(w.now.find(users[0]).unwrap()).iter().all(|state| state.group.is_none()));
    }

    #[test]
    fn a_swap_on_a_group_keeps_the_plans_that_both_have() {
        let mut w = world(5);
        let user = people(&mut w, 1)[0];
        let group = w.group(100, vec![]);
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        join(&mut w, group, &[user]);
        let came = |w: &World| {
            let plans = w.now.find(user).unwrap().get(ASSIGNED_PLANS).unwrap();
            plans.iter().find(|plan| plan.guid("servicePlanId") == Some(id(MAIL))).unwrap().time("assignedDateTime")
        };
        let before = came(&w);
        assign(&mut w, group, vec![licence(E5, &[])], &[E3]).unwrap();
        assert_eq!((has(&w, user), came(&w)), (vec![(E5, vec![MAIL, BIG])], before));
        assert_eq!((used(&w, E3), used(&w, E5)), (0, 1));
    }

    #[test]
    fn who_is_deleted_holds_nothing_and_gets_it_back_when_restored() {
        let mut w = world(1);
        let users = people(&mut w, 2);
        let group = w.group(100, vec![]);
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        join(&mut w, group, &[users[0]]);
        join(&mut w, group, &[users[1]]);
        w.submit(vec![Change::Delete { id: users[0] }]).unwrap();
        assert_eq!((has(&w, users[1]).len(), used(&w, E3)), (1, 1));
        w.submit(vec![Change::Restore { id: users[0] }]).unwrap();
        assert_eq!((errors(&w, users[0]), used(&w, E3)), (vec![(E3, "CountViolation")], 1));
        w.submit(vec![Change::Delete { id: users[1] }, Change::Purge { id: users[1] }]).unwrap();
        assert_eq!((has(&w, users[0]).len(), used(&w, E3)), (1, 1));
    }

    #[test]
    fn licences_follow_dynamic_membership() {
        let mut w = world(5);
        let user = people(&mut w, 1)[0];
        let group = w.dynamic(100, "user.department -eq \"Sales\"");
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        w.submit(vec![Change::set(user, DEPARTMENT, "Sales")]).unwrap();
        assert_eq!(has(&w, user).len(), 1);
        let mail = format!("user.assignedPlans -any (assignedPlan.servicePlanId -eq \"{}\")", id(MAIL));
        let with_mail = w.dynamic(101, &mail);
        assert_eq!(w.members(with_mail), [1]);
        w.submit(vec![Change::set(user, DEPARTMENT, "IT")]).unwrap();
        assert_eq!((has(&w, user), w.members(with_mail)), (vec![], vec![]));
        assign(&mut w, with_mail, vec![licence(PHONE, &[]), licence(E5, &[BIG])], &[]).unwrap();
        let lacking = w.dynamic(102, &format!("-not ({mail})"));
        let refused = assign(&mut w, lacking, vec![licence(E3, &[])], &[]).unwrap_err();
        assert!(refused.contains("give and take them in turns"), "{refused}");
    }

    #[test]
    fn an_administrator_is_told_at_once_what_cannot_be_done() {
        let mut w = world(0);
        let user = people(&mut w, 1)[0];
        let nowhere = w.user(9, vec![]);
        let mail = w.group(
            100,
            vec![
                (GROUP_TYPES.id, ["Unified"].into()),
                (schema::group::MAIL_ENABLED.id, true.into()),
                (SECURITY_ENABLED.id, false.into()),
            ],
        );
        let group = w.group(101, vec![]);
        assign(&mut w, group, vec![licence(E5, &[])], &[]).unwrap();
        join(&mut w, group, &[user]);
        let rows: Vec<(Id, Vec<Record>, &[u128], &str)> = vec![
            (user, vec![licence(E3, &[SMALL])], &[], "does not have any available licenses"),
            (user, vec![licence(0x999, &[])], &[], "does not correspond to a valid company License"),
            (user, vec![licence(PHONE, &[MAIL])], &[], "is not part of the product"),
            (user, vec![Record::new()], &[], "every licence to add has a `skuId`"),
            (user, vec![], &[E5], "inherited from a group membership"),
            (user, vec![], &[E3], "does not have a corresponding license"),
            (user, vec![licence(E3, &[])], &[E3], "both added and removed"),
            (nowhere, vec![licence(PHONE, &[])], &[], "invalid usage location"),
            (group, vec![], &[E3], "Group does not have a corresponding license"),
            (mail, vec![licence(E5, &[])], &[], "security-enabled"),
        ];
        for (to, add, remove, message) in rows {
            let refused = assign(&mut w, to, add, remove).unwrap_err();
            assert!(refused.contains(message), "{refused}");
        }
        let refused = w.submit(vec![Change::Delete { id: group }]).unwrap_err();
        assert!(refused.kind == RefusalKind::Invalid && refused.message.contains("licenses assigned"), "{refused}");
        w.submit(vec![Change::clear(group, MEMBERSHIP_RULE)]).unwrap();
        assert_eq!(w.act("reprocessLicenseAssignment", Some(user), &Record::new()).unwrap(), Some(Value::Guid(user)));
    }

    #[test]
    fn a_product_goes_only_when_nobody_has_it() {
        let mut w = world(0);
        let (user, group) = (people(&mut w, 1)[0], w.group(100, vec![]));
        let delete = |sku: u128| vec![Change::Delete { id: id(sku << 16) }];
        assign(&mut w, user, vec![licence(E5, &[BIG])], &[]).unwrap();
        assign(&mut w, group, vec![licence(E3, &[])], &[]).unwrap();
        assert!(w.submit(delete(E5)).is_err() && w.submit(delete(E3)).is_err());
        assign(&mut w, user, vec![], &[E5]).unwrap();
        assert!(w.submit(delete(E5)).is_ok() && w.submit(delete(PHONE)).is_ok());
    }

    #[test]
    fn a_plan_that_is_added_to_a_product_is_on_everywhere() {
        let mut w = world(5);
        let user = people(&mut w, 1)[0];
        assign(&mut w, user, vec![licence(PHONE, &[]), licence(E3, &[OFFICE])], &[]).unwrap();
        let product = w.now.find(id(E3 << 16)).unwrap();
        let mut plans = product.get(SERVICE_PLANS).unwrap();
        plans.push(
            Record::new().with("appliesTo", "User").with("servicePlanId", id(0xb1)).with("servicePlanName", "NEW"),
        );
        w.submit(vec![Change::set(id(E3 << 16), SERVICE_PLANS, plans)]).unwrap();
        assert_eq!(has(&w, user), [(E3, vec![MAIL, SMALL, 0xb1]), (PHONE, vec![CALLS])]);
    }
}
