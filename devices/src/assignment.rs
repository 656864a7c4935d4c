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
        let is_excluded = |intent: Option<&str>| {
            assignments.iter().any(|a| match target(a) {
                Target::NotGroup(group) => a.text("intent") == intent && self.is_in(group).is_some(),
                Target::Group(_) | Target::AllUsers | Target::AllDevices | Target::Nobody => false,
            })
        };
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
                (!is_excluded(assignment.text("intent"))).then_some(Match { assignment: at, by })
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
