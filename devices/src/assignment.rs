//! Whom an assignment reaches: targets, exclusions and assignment filters, resolved for one managed device.
//!
//! A device is looked at once, together with its person: whatever is assigned to either reaches it, and an exclusion of
//! either keeps it away. (Intune ignores an exclusion of the other sort; admins are surprised by that.) What is assigned
//! does not matter here: policies and applications are resolved by the same rules.

use std::collections::HashSet;

use directory::{Id, Object, Record, Snapshot, Time, id_from_text};
use schema::device::{DEVICE, DEVICE_ID};
use schema::device_and_app_management_assignment_filter::{DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER, RULE};
use schema::group::MEMBERS;
use schema::managed_device::{AZURE_AD_DEVICE_ID, USER_ID};
use schema::user::USER;

use crate::filter_names;

/// A managed device and its person, with every group that either is in.
pub struct Subject<'a> {
    now: &'a Snapshot,
    at: Time,
    pub managed: &'a Object,
    pub device: Option<&'a Object>,
    pub user: Option<&'a Object>,
    device_groups: HashSet<Id>,
    user_groups: HashSet<Id>,
}

/// Through whom an assignment reaches a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    User,
    Device,
}

/// One assignment that reaches the device, filters aside: its place in the list, and through whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    pub assignment: usize,
    pub by: Reached,
}

/// One intent with which something reaches the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaching<'r> {
    pub intent: &'r str,
    pub by: Reached,
    /// Whether the filters of all assignments with this intent let the device through.
    pub passes: bool,
}

/// What an assignment is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Group(Id),
    NotGroup(Id),
    AllUsers,
    AllDevices,
    /// A target that no device here can be in.
    Nobody,
}

/// The order in which modes win when several assignments reach the same device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Include,
    Unfiltered,
    Exclude,
}

impl<'a> Subject<'a> {
    #[must_use]
    pub fn of(now: &'a Snapshot, managed: &'a Object, at: Time) -> Subject<'a> {
        let device = managed.get(AZURE_AD_DEVICE_ID).and_then(|id| now.find_by(&DEVICE, DEVICE_ID, id));
        let user = managed.get(USER_ID).and_then(id_from_text).and_then(|id| now.find_a(&USER, id));
        let groups = |object: Option<&Object>| {
            object.map(|o| now.closure(o.id, MEMBERS, true).iter().map(|g| g.id).collect()).unwrap_or_default()
        };
        Subject { now, at, managed, device, user, device_groups: groups(device), user_groups: groups(user) }
    }

    /// The assignments that reach the device, before filters. Where assignments have an intent, an exclusion counts only
    /// against its own.
    #[must_use]
    pub fn matches(&self, assignments: &[Record]) -> Vec<Match> {
        // Worked out once for each device: there may be thousands of assignments.
        let excluded: HashSet<Option<&str>> = assignments
            .iter()
            .filter(|a| match target(a) {
                Target::NotGroup(group) => self.is_in(group).is_some(),
                Target::Group(_) | Target::AllUsers | Target::AllDevices | Target::Nobody => false,
            })
            .map(|a| a.text("intent"))
            .collect();
        let reached = |assignment: &Record| match target(assignment) {
            Target::Group(group) => self.is_in(group),
            Target::AllUsers => self.user.map(|_| Reached::User),
            Target::AllDevices => Some(Reached::Device),
            Target::NotGroup(_) | Target::Nobody => None,
        };
        assignments
            .iter()
            .enumerate()
            .filter_map(|(at, assignment)| {
                let by = reached(assignment)?;
                (!excluded.contains(&assignment.text("intent"))).then_some(Match { assignment: at, by })
            })
            .collect()
    }

    /// Whether the filters of these matches let the device through: an assignment with an excluding filter decides before
    /// one without a filter, and that before one with an including filter; among equals, one that speaks is enough.
    #[must_use]
    pub fn passes(&self, assignments: &[Record], matches: &[Match]) -> bool {
        let filtered: Vec<(Mode, bool)> =
            matches.iter().filter_map(|m| assignments.get(m.assignment)).map(|a| self.filter(a)).collect();
        let Some(winner) = filtered.iter().map(|(mode, _)| *mode).max() else { return false };
        let speaks = filtered.iter().any(|(mode, hit)| *mode == winner && *hit);
        match winner {
            Mode::Exclude => !speaks,
            Mode::Unfiltered => true,
            Mode::Include => speaks,
        }
    }

    /// Whether what is assigned like this reaches the device.
    #[must_use]
    pub fn applies(&self, assignments: &[Record]) -> bool {
        let matches = self.matches(assignments);
        !matches.is_empty() && self.passes(assignments, &matches)
    }

    /// The intents with which something that is assigned like this reaches the device.
    #[must_use]
    pub fn intents<'r>(&self, assignments: &'r [Record]) -> Vec<Reaching<'r>> {
        let matches = self.matches(assignments);
        let intent = |found: &Match| assignments.get(found.assignment).and_then(|assignment| assignment.text("intent"));
        let reaching = |found: &Match| {
            let name = intent(found)?;
            let same: Vec<Match> = matches.iter().filter(|other| intent(other) == Some(name)).copied().collect();
            Some(Reaching { intent: name, by: found.by, passes: self.passes(assignments, &same) })
        };
        matches.iter().filter_map(reaching).collect()
    }

    /// The group through which a target reaches the device, or that it is one for all; for explanations.
    pub(crate) fn is_in(&self, group: Id) -> Option<Reached> {
        if self.user_groups.contains(&group) {
            Some(Reached::User)
        } else {
            self.device_groups.contains(&group).then_some(Reached::Device)
        }
    }

    /// The mode of an assignment's filter, and whether the filter matches the device. What cannot be judged (a filter that
    /// is gone or cannot be read) keeps the device out in either mode.
    fn filter(&self, assignment: &Record) -> (Mode, bool) {
        let Some(target) = assignment.record("target") else { return (Mode::Unfiltered, true) };
        let id = target.guid("deviceAndAppManagementAssignmentFilterId").filter(|id| !id.is_nil());
        let mode = match target.text("deviceAndAppManagementAssignmentFilterType") {
            Some("include") => Mode::Include,
            Some("exclude") => Mode::Exclude,
            _ => return (Mode::Unfiltered, true),
        };
        let Some(id) = id else { return (Mode::Unfiltered, true) };
        let rule = self
            .now
            .find_a(&DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER, id)
            .and_then(|filter| filter.get(RULE))
            .and_then(|rule| filter_names::parse(rule).ok());
        let hit = rule.map(|rule| rule.matches(self.now, self.managed, self.at));
        (mode, hit.unwrap_or(mode == Mode::Exclude))
    }
}

/// What an assignment is aimed at.
pub(crate) fn target(assignment: &Record) -> Target {
    let Some(target) = assignment.record("target") else { return Target::Nobody };
    let group = || target.guid("groupId");
    let kind = target.text("@odata.type").unwrap_or_default();
    match kind.rsplit_once('.').map_or(kind, |(_, name)| name) {
        "groupAssignmentTarget" => group().map_or(Target::Nobody, Target::Group),
        "exclusionGroupAssignmentTarget" => group().map_or(Target::Nobody, Target::NotGroup),
        "allLicensedUsersAssignmentTarget" => Target::AllUsers,
        "allDevicesAssignmentTarget" => Target::AllDevices,
        _ => Target::Nobody,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Change, Value};
    use schema::device_and_app_management_assignment_filter::PLATFORM;
    use schema::group::GROUP;
    use schema::{ASSIGNMENTS, DISPLAY_NAME};

    use super::*;
    use crate::join::Ownership;
    use crate::world::{World, filtered, id, to};

    /// Ann's laptop: Ann is in group 10, which is in group 11; the laptop is in group 12; nobody is in group 13. The
    /// filter 20 matches it, the filter 21 does not.
    fn given() -> (World, Id) {
        let mut w = World::new();
        let ann = w.user(1);
        let (device, managed) = w.device(ann, Ownership::Company);
        let team = w.group(10, &[ann]);
        w.group(11, &[team]);
        w.group(12, &[device]);
        w.group(13, &[]);
        for (n, rule) in [(20, "(device.deviceOwnership -eq \"Corporate\")"), (21, "(device.osVersion -eq \"9\")")] {
            let kind = DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER.id();
            let attributes = vec![
                (DISPLAY_NAME.id, Value::from(format!("filter {n}"))),
                (PLATFORM.id, "unknown".into()),
                (RULE.id, rule.into()),
            ];
            w.done(vec![Change::Create { id: id(n), kind, attributes }]);
        }
        (w, managed)
    }

    fn group(n: u128) -> Record {
        to("group", Some(id(n)))
    }

    fn not(n: u128) -> Record {
        to("exclusionGroup", Some(id(n)))
    }

    #[test]
    fn targets_reach_a_device_through_itself_its_person_and_nested_groups_and_exclusion_wins() {
        let (w, managed) = given();
        for (assignments, expected) in [
            (vec![], false),
            (vec![group(10)], true),
            (vec![group(11)], true),
            (vec![group(12)], true),
            (vec![group(13)], false),
            (vec![to("allDevices", None)], true),
            (vec![to("allLicensedUsers", None)], true),
            (vec![to("configurationManagerCollection", None)], false),
            (vec![group(10), not(11)], false),
            (vec![group(10), not(12)], false),
            (vec![to("allDevices", None), not(10)], false),
            (vec![group(10), not(13)], true),
            (vec![not(13)], false),
            (vec![Record::new()], false),
        ] {
            let subject = Subject::of(&w.now, w.get(managed), w.at);
            assert_eq!(subject.applies(&assignments), expected, "{assignments:?}");
        }
    }

    #[test]
    fn an_excluding_filter_decides_before_none_and_none_before_an_including_one() {
        let (w, managed) = given();
        let with = |n: u128, filter: u128, mode: &str| filtered(group(n), id(filter), mode);
        for (assignments, expected) in [
            (vec![with(10, 20, "include")], true),
            (vec![with(10, 21, "include")], false),
            (vec![with(10, 20, "exclude")], false),
            (vec![with(10, 21, "exclude")], true),
            (vec![with(10, 20, "none")], true),
            (vec![with(10, 21, "include"), group(12)], true),
            (vec![with(10, 20, "exclude"), group(12)], false),
            (vec![with(10, 20, "exclude"), with(12, 20, "include")], false),
            (vec![with(10, 21, "include"), with(12, 20, "include")], true),
            // An assignment that does not reach the device has no say, whatever its filter.
            (vec![with(13, 20, "exclude"), group(12)], true),
            // A filter that is gone keeps the device out.
            (vec![with(10, 99, "include")], false),
            (vec![with(10, 99, "exclude")], false),
        ] {
            let subject = Subject::of(&w.now, w.get(managed), w.at);
            assert_eq!(subject.applies(&assignments), expected, "{assignments:?}");
        }
    }

    #[test]
    fn an_exclusion_counts_only_against_its_own_intent() {
        let (w, managed) = given();
        let subject = Subject::of(&w.now, w.get(managed), w.at);
        let assignments = [
            group(10).with("intent", "required"),
            group(12).with("intent", "available"),
            not(11).with("intent", "required"),
        ];
        let expected = [Match { assignment: 1, by: Reached::Device }];
        assert_eq!(subject.matches(&assignments), expected);
    }

    #[test]
    fn there_are_no_more_filters_than_allowed() {
        let mut w = World::new();
        let filter = |n: u128| {
            let attributes = vec![
                (DISPLAY_NAME.id, Value::from(format!("filter {n}"))),
                (PLATFORM.id, "unknown".into()),
                (RULE.id, "(device.osVersion -eq \"9\")".into()),
            ];
            Change::Create { id: id(n), kind: DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER.id(), attributes }
        };
        let many = u128::try_from(crate::FILTERS_MAX).unwrap();
        w.done((100..100 + many).map(filter).collect());
        assert!(w.submit(vec![filter(99)]).unwrap_err().message.contains("at most 200"));
        w.done(vec![Change::set(id(100), RULE, "(device.osVersion -eq \"10\")")]);
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_with_the_place() {
        let (mut w, _) = given();
        let refusal = w.submit(vec![Change::set(id(20), RULE, "device.osVersion -match \"x\"")]).unwrap_err();
        assert_eq!(refusal.target.as_deref(), Some("rule"));
        assert!(refusal.message.starts_with("at character 17"), "{refusal}");
        assert!(w.now.find_a(&GROUP, id(10)).is_some_and(|group| !group.has(ASSIGNMENTS.id)));
    }
}
