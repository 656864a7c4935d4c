//! Which managed devices a commit concerns: what has to be looked at again, and nothing else.
//!
//! For compliance and for what a device should be like alike; they differ in which nouns are policies to them.

use std::collections::{BTreeSet, HashSet};

use directory::{Attr, AttrId, Change, Id, Kind, Object, Record, Snapshot, Value, id_from_text};
use schema::device::{DEVICE, DEVICE_ID};
use schema::device_and_app_management_assignment_filter::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER;
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::device_health_script::DEVICE_HEALTH_SCRIPT;
use schema::device_management::DEVICE_MANAGEMENT;
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::device_management_reusable_policy_setting::DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING;
use schema::device_management_script::{DEVICE_MANAGEMENT_SCRIPT, DEVICE_SHELL_SCRIPT};
use schema::group::{GROUP, MEMBERS};
use schema::managed_device::{
    ACTION_QUEUE, APP_INSTALL_STATES, APP_STATE_KEYS, AZURE_AD_DEVICE_ID, COMPLIANCE_ACTION_DATE_TIME,
    COMPLIANCE_ACTIONS, COMPLIANCE_CHECK_DATE_TIME, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME,
    COMPLIANCE_POLICY_IDS, COMPLIANCE_REQUESTS, COMPLIANCE_RESULTS, COMPLIANCE_STATE, DEVICE_ACTION_RESULTS,
    HELD_VERSION, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, RELEASE_REQUEST, REQUESTED_APPS, RETIRE_AFTER_DATE_TIME,
    SETTING_STATES,
};
use schema::mobile_app::{MOBILE_APP, RELATIONSHIPS};
use schema::mobile_app_deployment::{MOBILE_APP_DEPLOYMENT, MOBILE_APP_ID, OFFERED_PERCENTAGE, REQUESTED_STATE};
use schema::user::USER;
use schema::{ASSIGNMENTS, LAST_MODIFIED_DATE_TIME, NOTES, USER_ID};

use crate::assignment::{Target, target};

/// What somebody wants to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// The verdict on a device.
    Compliance,
    /// What a device should be like or do.
    Desired,
}

/// What a commit concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Every managed device.
    pub everything: bool,
    pub managed: BTreeSet<Id>,
    /// Directory devices that changed themselves.
    pub devices: BTreeSet<Id>,
}

impl Interest {
    fn policies(self) -> &'static [&'static Kind] {
        match self {
            Interest::Compliance => {
                static KINDS: [&Kind; 2] = [&DEVICE_COMPLIANCE_POLICY, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY];
                &KINDS
            }
            Interest::Desired => {
                static KINDS: [&Kind; 6] = [
                    &DEVICE_MANAGEMENT_CONFIGURATION_POLICY,
                    // Their custom compliance is a script that devices run.
                    &DEVICE_MANAGEMENT_COMPLIANCE_POLICY,
                    &MOBILE_APP,
                    &DEVICE_MANAGEMENT_SCRIPT,
                    &DEVICE_SHELL_SCRIPT,
                    &DEVICE_HEALTH_SCRIPT,
                ];
                &KINDS
            }
        }
    }

    /// Attributes of a managed device that mean nothing here: bookkeeping, and what follows from the rest.
    fn ignores(self, attribute: AttrId) -> bool {
        let bookkeeping = [
            SETTING_STATES.id,
            APP_INSTALL_STATES.id,
            APP_STATE_KEYS.id,
            DEVICE_ACTION_RESULTS.id,
            HELD_VERSION.id,
            NOTES.id,
            COMPLIANCE_STATE.id,
            COMPLIANCE_RESULTS.id,
            COMPLIANCE_POLICY_IDS.id,
            COMPLIANCE_CHECK_DATE_TIME.id,
            COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME.id,
            COMPLIANCE_ACTIONS.id,
            COMPLIANCE_ACTION_DATE_TIME.id,
            RETIRE_AFTER_DATE_TIME.id,
        ];
        let actions = [ACTION_QUEUE.id, RELEASE_REQUEST.id, COMPLIANCE_REQUESTS.id, REQUESTED_APPS.id];
        bookkeeping.contains(&attribute)
            || match self {
                Interest::Compliance => actions.contains(&attribute),
                Interest::Desired => attribute == LAST_SYNC_DATE_TIME.id,
            }
    }
}

/// What the changes of one commit concern. `before` is the directory before them, where the caller has it; it tells what
/// was deleted.
#[must_use]
pub fn touched(now: &Snapshot, before: Option<&Snapshot>, changes: &[Change], interest: Interest) -> Touched {
    let mut looking = Looking { now, interest, found: Touched::default(), named: None };
    for change in changes {
        match change {
            Change::Link { source, link, target, .. } | Change::Unlink { source, link, target, .. }
                if *link == MEMBERS =>
            {
                looking.membership(*source, *target);
            }
            Change::Link { .. } | Change::Unlink { .. } => {}
            Change::Purge { id } | Change::Delete { id } | Change::Restore { id } => {
                looking.came_or_went(*id, before.and_then(|before| before.stored(*id)));
            }
            Change::Create { id, .. } => looking.changed(*id, None, None),
            Change::Set { id, attribute, old, .. } => looking.changed(*id, Some(*attribute), old.as_ref()),
        }
        if looking.found.everything {
            break;
        }
    }
    looking.found
}

struct Looking<'a> {
    now: &'a Snapshot,
    interest: Interest,
    found: Touched,
    /// The groups that policies name, once somebody asked.
    named: Option<HashSet<Id>>,
}

impl Looking<'_> {
    fn changed(&mut self, id: Id, attribute: Option<AttrId>, old: Option<&Value>) {
        let Some(object) = self.now.stored(id) else { return };
        let now = self.now;
        if now.is_a(object, &MANAGED_DEVICE) {
            self.managed_device(object, attribute);
        } else if now.is_a(object, &DEVICE) {
            self.found.devices.insert(id);
        } else if self.interest.policies().iter().any(|kind| now.is_a(object, kind)) {
            self.policy(object, attribute, old);
        } else if self.interest == Interest::Desired && now.is_a(object, &MOBILE_APP_DEPLOYMENT) {
            let offers = [OFFERED_PERCENTAGE.id, REQUESTED_STATE.id];
            if attribute.is_none_or(|attribute| offers.contains(&attribute)) {
                self.deployment(object);
            }
        } else if now.is_a(object, &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER)
            || (self.interest == Interest::Compliance && now.is_a(object, &DEVICE_MANAGEMENT))
            // A script of custom compliance; which policies name it stands in their settings.
            || (self.interest == Interest::Desired && now.is_a(object, &DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING))
        {
            self.found.everything = true;
        }
    }

    fn managed_device(&mut self, managed: &Object, attribute: Option<AttrId>) {
        let counts = match attribute {
            None => true,
            // Being seen matters only to a device that was judged silent: no check of its activity is set then.
            Some(seen) if seen == LAST_SYNC_DATE_TIME.id => {
                self.interest == Interest::Compliance && !managed.has(COMPLIANCE_CHECK_DATE_TIME.id)
            }
            Some(attribute) => !self.interest.ignores(attribute),
        };
        if counts {
            self.found.managed.insert(managed.id);
        }
    }

    fn policy(&mut self, policy: &Object, attribute: Option<AttrId>, old: Option<&Value>) {
        if attribute == Some(LAST_MODIFIED_DATE_TIME.id) {
            return;
        }
        let mut reached = policy.get(ASSIGNMENTS).unwrap_or_default();
        if attribute == Some(ASSIGNMENTS.id) {
            let former = old.and_then(Value::as_list).unwrap_or_default();
            reached.extend(former.iter().filter_map(Value::as_record).cloned());
        }
        self.reached_by(&reached);
        if policy.has(RELATIONSHIPS.id) || attribute == Some(RELATIONSHIPS.id) {
            self.related(policy, old.filter(|_| attribute == Some(RELATIONSHIPS.id)));
        }
        self.judged_by(policy.id);
    }

    /// What an application has to do with others changes what those that these are assigned to are told.
    fn related(&mut self, app: &Object, former: Option<&Value>) {
        let of = |records: &[Record]| -> Vec<Id> {
            records.iter().filter_map(|record| id_from_text(record.text("targetId")?)).collect()
        };
        let mut open = of(&app.get(RELATIONSHIPS).unwrap_or_default());
        let former = former.and_then(Value::as_list).unwrap_or_default();
        open.extend(of(&former.iter().filter_map(Value::as_record).cloned().collect::<Vec<_>>()));
        let mut seen = BTreeSet::from([app.id]);
        while let Some(id) = open.pop() {
            let Some(other) = self.now.find_a(&MOBILE_APP, id).filter(|_| seen.insert(id)) else { continue };
            self.reached_by(&other.get(ASSIGNMENTS).unwrap_or_default());
            open.extend(of(&other.get(RELATIONSHIPS).unwrap_or_default()));
        }
    }

    /// Whom the application of a deployment is assigned to.
    fn deployment(&mut self, deployment: &Object) {
        let app = deployment.get(MOBILE_APP_ID).and_then(id_from_text);
        if let Some(app) = app.and_then(|id| self.now.find_a(&MOBILE_APP, id)) {
            self.policy(app, None, None);
        }
    }

    /// Something was deleted or restored: a policy, a person, a device.
    fn came_or_went(&mut self, id: Id, was: Option<&Object>) {
        self.judged_by(id);
        let now = self.now;
        let Some(object) = now.stored(id).or(was) else { return };
        if self.interest.policies().iter().any(|kind| now.is_a(object, kind)) {
            self.reached_by(&object.get(ASSIGNMENTS).unwrap_or_default());
        } else if self.interest == Interest::Desired && now.is_a(object, &MOBILE_APP_DEPLOYMENT) {
            self.deployment(object);
        } else if now.is_a(object, &USER) {
            self.managed_of(object);
        } else if now.is_a(object, &GROUP) {
            // A group that is put aside keeps its members, but is in nothing while it is away.
            self.membership(id, id);
        } else if now.is_a(object, &DEVICE) {
            self.found.devices.insert(id);
        } else if now.is_a(object, &MANAGED_DEVICE) {
            self.found.managed.insert(id);
        }
    }

    /// The devices that a compliance policy has judged.
    fn judged_by(&mut self, policy: Id) {
        if self.interest == Interest::Compliance {
            self.found.managed.extend(self.now.by(COMPLIANCE_POLICY_IDS, policy.to_string()).map(|managed| managed.id));
        }
    }

    fn reached_by(&mut self, assignments: &[Record]) {
        for assignment in assignments {
            match target(assignment) {
                Target::AllUsers | Target::AllDevices => self.found.everything = true,
                Target::Group(group) | Target::NotGroup(group) => self.members_of(group),
                Target::Nobody => {}
            }
        }
    }

    /// Somebody came into a group or left it. A group is put aside before it is gone for good, so that its end is seen here
    /// while its links are still there.
    fn membership(&mut self, group: Id, member: Id) {
        let mut above: HashSet<Id> = self.now.closure(group, MEMBERS, true).iter().map(|g| g.id).collect();
        above.insert(group);
        let (now, interest) = (self.now, self.interest);
        let named = self.named.get_or_insert_with(|| named_groups(now, interest));
        if named.is_disjoint(&above) {
            return;
        }
        self.members_of(member);
    }

    /// The managed devices of a person, a device, or everybody in a group.
    fn members_of(&mut self, id: Id) {
        let Some(object) = self.now.stored(id) else { return };
        self.managed_of(object);
        if self.now.is_a(object, &GROUP) {
            // A group that was put aside cannot be followed from itself, but its links are still there.
            for member in self.now.closure(id, MEMBERS, false) {
                self.managed_of(member);
            }
        }
    }

    fn managed_of(&mut self, object: &Object) {
        let now = self.now;
        let found = if now.is_a(object, &USER) {
            now.by(USER_ID, object.id.to_string()).map(|managed| managed.id).collect::<Vec<_>>()
        } else if now.is_a(object, &DEVICE) {
            let device_id: Attr<str> = DEVICE_ID;
            let device_id = object.get(device_id).unwrap_or_default().to_owned();
            now.by(AZURE_AD_DEVICE_ID, device_id).map(|managed| managed.id).collect()
        } else {
            Vec::new()
        };
        self.found.managed.extend(found);
    }
}

/// Every group that a policy of this interest names.
fn named_groups(now: &Snapshot, interest: Interest) -> HashSet<Id> {
    let policies = interest.policies().iter().flat_map(|kind| now.all(kind));
    policies
        .flat_map(|policy| policy.get(ASSIGNMENTS).unwrap_or_default())
        .filter_map(|assignment| match target(&assignment) {
            Target::Group(group) | Target::NotGroup(group) => Some(group),
            Target::AllUsers | Target::AllDevices | Target::Nobody => None,
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Time;
    use schema::device_and_app_management_assignment_filter::{PLATFORM, RULE};
    use schema::{ACCOUNT_ENABLED, DISPLAY_NAME};

    use super::*;
    use crate::desired::{Desired, desired};
    use crate::facts::Facts;
    use crate::join::Ownership;
    use crate::world::{World, choice, filtered, id, policy, to};

    /// A small generator (an LCG of Knuth's MMIX): the same seed plays the same scene.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
        fn of<T: Copy>(&mut self, items: &[T]) -> T {
            items[usize::try_from(self.below(items.len() as u64)).unwrap()]
        }
    }

    const USERS: [u128; 3] = [1, 2, 3];
    const GROUPS: [u128; 4] = [10, 11, 12, 13];
    const FORWARD: &str = "linux.sysctl.net.ipv4.ip_forward";

    fn scene() -> (World, Vec<Id>) {
        let mut w = World::new();
        let mut devices = Vec::new();
        for user in USERS {
            let user = w.user(user);
            for ownership in [Ownership::Company, Ownership::Personal] {
                let (device, managed) = w.device(user, ownership);
                w.facts(managed, Facts::new().known("firewallActive", user == id(1)));
                devices.push(device);
            }
        }
        for group in GROUPS {
            w.group(group, &[]);
        }
        let kind = DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER.id();
        let attributes = vec![
            (DISPLAY_NAME.id, "filter".into()),
            (PLATFORM.id, "unknown".into()),
            (RULE.id, "device.deviceOwnership -eq \"Personal\"".into()),
        ];
        w.done(vec![Change::Create { id: id(20), kind, attributes }]);
        (w, devices)
    }

    fn assignments(chance: &mut Chance) -> Vec<Record> {
        (0..=chance.below(2))
            .map(|_| {
                let group = Some(id(chance.of(&GROUPS)));
                match chance.below(8) {
                    0 => to("allDevices", None),
                    1 => to("allLicensedUsers", None),
                    2 => to("exclusionGroup", group),
                    3 => filtered(to("group", group), id(20), chance.of(&["include", "exclude"])),
                    _ => to("group", group),
                }
            })
            .collect()
    }

    /// Something that happens to a directory; it may be refused, as things are.
    fn happening(w: &World, chance: &mut Chance, devices: &[Id]) -> Vec<Change> {
        let (group, other) = (id(chance.of(&GROUPS)), id(chance.of(&GROUPS)));
        let member = match chance.below(4) {
            0 => other,
            1 => chance.of(devices),
            _ => id(chance.of(&USERS)),
        };
        let n = 60 + u128::from(chance.below(4));
        let user = id(chance.of(&USERS));
        match chance.below(14) {
            0..=3 => vec![Change::link(group, MEMBERS, member)],
            4 | 5 => vec![Change::unlink(group, MEMBERS, member)],
            6 if w.now.find(id(n)).is_none() => {
                let option = chance.of(&["true", "false"]);
                let assigned = assignments(chance);
                if n % 2 == 0 {
                    let settings = vec![choice(FORWARD, option)];
                    vec![policy(n, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, settings, assigned, vec![])]
                } else {
                    let settings = vec![choice("linux_firewall_required", "true")];
                    vec![policy(n, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, settings, assigned, vec![])]
                }
            }
            6 | 7 => vec![Change::set(id(n), ASSIGNMENTS, assignments(chance))],
            8 => {
                let managed: Vec<Id> = w.now.all(&MANAGED_DEVICE).map(|managed| managed.id).collect();
                let rarely = if chance.below(8) == 0 { managed.first().copied().unwrap_or(user) } else { group };
                let device = if chance.below(8) == 0 { chance.of(devices) } else { user };
                vec![Change::Delete { id: chance.of(&[id(n), group, user, rarely, device]) }]
            }
            9 => vec![Change::Restore { id: chance.of(&[group, user]) }],
            10 => {
                let rule = chance.of(&["device.deviceOwnership -eq \"Personal\"", "device.osVersion -eq \"24.04\""]);
                vec![Change::set(id(20), RULE, rule)]
            }
            11 => vec![Change::set(chance.of(devices), ACCOUNT_ENABLED, chance.below(2) == 0)],
            12 => vec![Change::Purge { id: group }],
            _ => vec![Change::set(user, DISPLAY_NAME, "renamed")],
        }
    }

    fn all_desired(now: &Snapshot, at: Time) -> Vec<(Id, Desired)> {
        now.all(&MANAGED_DEVICE).map(|managed| (managed.id, desired(now, managed, at))).collect()
    }

    /// `World` itself holds compliance to `verify` after every step; here whoever is not touched must be as before.
    #[test]
    fn whoever_is_not_touched_is_as_before_whatever_happens() {
        let mut changed = 0;
        for seed in 0..20 {
            let mut chance = Chance(seed);
            let (mut w, devices) = scene();
            for step in 0..120 {
                let (before, was) = (w.now.clone(), all_desired(&w.now, w.at));
                let changes = happening(&w, &mut chance, &devices);
                let Ok(applied) = w.submit(changes.clone()) else { continue };
                let touched = touched(&w.now, Some(&before), &applied, Interest::Desired);
                for (id, now) in all_desired(&w.now, w.at) {
                    let then = was.iter().find(|(other, _)| *other == id).map(|(_, then)| then);
                    if then != Some(&now) {
                        changed += 1;
                        let is_told = touched.everything || touched.managed.contains(&id);
                        assert!(is_told, "seed {seed} step {step}: {changes:?} changed a device untold");
                    }
                }
            }
        }
        assert!(changed > 100, "{changed} changes show too little");
    }

    #[test]
    fn what_is_nobodys_business_touches_nobody() {
        let (mut w, devices) = scene();
        w.done(vec![policy(
            60,
            &DEVICE_MANAGEMENT_CONFIGURATION_POLICY,
            vec![],
            vec![to("group", Some(id(10)))],
            vec![],
        )]);
        let one = w.now.all(&MANAGED_DEVICE).next().unwrap().id;
        for changes in [
            vec![Change::link(id(11), MEMBERS, id(1))],
            vec![Change::set(id(1), DISPLAY_NAME, "renamed")],
            vec![Change::set(one, LAST_SYNC_DATE_TIME, w.at)],
            vec![Change::set(one, HELD_VERSION, "v")],
        ] {
            let touched = touched(&w.now, Some(&w.now), &changes, Interest::Desired);
            assert_eq!(touched, Touched::default(), "{changes:?}");
        }
        let joined = touched(&w.now, None, &[Change::link(id(10), MEMBERS, devices[0])], Interest::Desired);
        assert_eq!(joined.managed.len(), 1);
        assert!(!joined.everything);
    }

    #[test]
    fn what_an_application_has_to_do_with_others_concerns_those_whom_they_are_assigned_to() {
        use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_TYPE, PACKAGE_VERSION};
        let mut w = World::new();
        let (ann, bob) = (w.user(1), w.user(2));
        let (hers, _his) = (w.laptop(ann), w.laptop(bob));
        w.group(10, &[ann]);
        let app = |n: u128, more: Vec<(AttrId, Value)>| {
            let mut attributes: Vec<(AttrId, Value)> = vec![
                (DISPLAY_NAME.id, format!("app {n}").into()),
                (PACKAGE_TYPE.id, "deb".into()),
                (PACKAGE_NAME.id, format!("app-{n}").into()),
                (PACKAGE_VERSION.id, "1".into()),
            ];
            attributes.extend(more);
            Change::Create { id: id(n), kind: LINUX_PACKAGE_APP.id(), attributes }
        };
        let parent = Record::new().with("targetId", id(70).to_string()).with("targetType", "parent");
        w.done(vec![
            app(70, vec![(ASSIGNMENTS.id, vec![to("group", Some(id(10)))].into())]),
            app(71, vec![(RELATIONSHIPS.id, vec![parent.clone()].into())]),
            app(72, vec![]),
        ]);
        let deployment = Change::Create {
            id: id(80),
            kind: MOBILE_APP_DEPLOYMENT.id(),
            attributes: vec![
                (DISPLAY_NAME.id, "ring".into()),
                (MOBILE_APP_ID.id, id(70).to_string().into()),
                (schema::mobile_app_deployment::WAVES.id, vec![Record::new()].into()),
            ],
        };
        w.done(vec![deployment.clone()]);
        let no_more =
            Change::Set { id: id(72), attribute: RELATIONSHIPS.id, old: Some(vec![parent].into()), new: None };
        for (change, concerns_her) in [
            (Change::set(id(71), PACKAGE_VERSION, "2"), true),
            (Change::set(id(72), PACKAGE_VERSION, "2"), false),
            (no_more, true),
            (deployment, true),
            (Change::set(id(80), OFFERED_PERCENTAGE, 50_i64), true),
            (Change::set(id(80), DISPLAY_NAME, "Ring"), false),
        ] {
            let found = touched(&w.now, None, std::slice::from_ref(&change), Interest::Desired);
            let expected: BTreeSet<Id> = concerns_her.then_some(hers).into_iter().collect();
            assert_eq!((found.everything, found.managed), (false, expected), "{change:?}");
            let verdict = touched(&w.now, None, &[change], Interest::Compliance);
            assert_eq!(verdict, Touched::default());
        }
    }
}
