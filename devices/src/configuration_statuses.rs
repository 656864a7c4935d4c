//! How a configuration policy stands on each device that its assignments reach today: what most wants looking at first.
//!
//! Everything is read from what devices reported (`configurationSettingStates`); nothing is judged here. A device that has said
//! nothing of the policy yet is `unknown`.

use directory::{Object, Record, Snapshot, Time};
use schema::device_status::{
    DEVICE_DISPLAY_NAME, DEVICE_MODEL, LAST_REPORTED_DATE_TIME, STATUS, USER_NAME, USER_PRINCIPAL_NAME,
};
use schema::managed_device::{DEVICE_NAME, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, SETTING_STATES, USER_DISPLAY_NAME};
use schema::{ASSIGNMENTS, MODEL, PLATFORMS};

use crate::assignment::Subject;
use crate::desired::is_of;

/// Graph's words, the one that most wants looking at first.
const ORDER: [&str; 5] = ["error", "conflict", "unknown", "compliant", "notApplicable"];

/// `deviceStatuses` of a policy: one for each device that it reaches and that may be named, the worst first, then by name.
#[must_use]
pub fn configuration_statuses(
    now: &Snapshot,
    policy: &Object,
    at: Time,
    may_name: impl Fn(&Object) -> bool,
) -> Vec<Record> {
    let assignments = policy.get(ASSIGNMENTS).unwrap_or_default();
    if assignments.is_empty() {
        return Vec::new();
    }
    let platforms = policy.get(PLATFORMS).unwrap_or_default();
    let id = policy.id.to_string();
    let mut statuses: Vec<Record> = now
        .all(&MANAGED_DEVICE)
        .filter(|managed| is_of(platforms, managed) && may_name(managed))
        .filter(|managed| Subject::of(now, managed, at).applies(&assignments))
        .map(|managed| status(managed, &id))
        .collect();
    statuses.sort_by_cached_key(|status| {
        let word = status.text(STATUS.name).unwrap_or_default();
        let rank = ORDER.iter().position(|known| *known == word).unwrap_or(ORDER.len());
        (rank, status.text(DEVICE_DISPLAY_NAME.name).unwrap_or_default().to_lowercase())
    });
    statuses
}

/// `deviceStatusOverview` of the same: how many devices stand how.
#[must_use]
pub fn configuration_overview(policy: &Object, statuses: &[Record]) -> Record {
    let count = |word: &str| {
        let found = statuses.iter().filter(|status| status.text(STATUS.name) == Some(word)).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    Record::new()
        .with("id", policy.id.to_string())
        .with("pendingCount", count("unknown"))
        .with("notApplicableCount", count("notApplicable"))
        .with("notApplicablePlatformCount", 0_i64)
        .with("successCount", count("compliant"))
        .with("errorCount", count("error"))
        .with("conflictCount", count("conflict"))
        .with("failedCount", 0_i64)
        .with("configurationVersion", 1_i64)
        .with_some("lastUpdateDateTime", statuses.iter().filter_map(|s| s.time(LAST_REPORTED_DATE_TIME.name)).max())
}

fn status(managed: &Object, policy: &str) -> Record {
    let states = managed.get(SETTING_STATES).unwrap_or_default();
    let ours: Vec<&Record> = states.iter().filter(|state| state.texts("policyIds").any(|id| id == policy)).collect();
    let count = |word: &str| {
        let found = ours.iter().filter(|state| state.text("state") == Some(word)).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    let (good, bad, fought, foreign) = (count("succeeded"), count("error"), count("conflict"), count("notApplicable"));
    let word = match (bad, fought, good, foreign) {
        (1.., ..) => "error",
        (_, 1.., ..) => "conflict",
        (_, _, 1.., _) => "compliant",
        (.., 1..) => "notApplicable",
        _ => "unknown",
    };
    Record::new()
        .with("id", format!("{policy}_{}", managed.id))
        .with_some(DEVICE_DISPLAY_NAME.name, managed.get(DEVICE_NAME))
        .with_some(DEVICE_MODEL.name, managed.get(MODEL))
        .with_some(USER_NAME.name, managed.get(USER_DISPLAY_NAME))
        .with_some(USER_PRINCIPAL_NAME.name, managed.get(schema::USER_PRINCIPAL_NAME))
        .with(STATUS.name, word)
        .with_some(LAST_REPORTED_DATE_TIME.name, managed.get(LAST_SYNC_DATE_TIME))
        .with("succeededSettingCount", good)
        .with("errorSettingCount", bad)
        .with("conflictSettingCount", fought)
        .with("notApplicableSettingCount", foreign)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Change, Id};

    use super::*;
    use crate::join::Ownership;
    use crate::world::{World, id, policy, to};

    #[test]
    fn the_worst_is_first_and_who_is_not_reached_is_not_there() {
        let mut w = World::new();
        let (ann, ben) = (w.user(1), w.user(2));
        let devices: Vec<Id> = (0..4).map(|_| w.device(ann, Ownership::Company).1).collect();
        w.device(ben, Ownership::Company);
        w.group(10, &[ann]);
        let wanted = id(20);
        let kind = &schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
        w.done(vec![policy(20, kind, Vec::new(), vec![to("group", Some(id(10)))], Vec::new())]);
        let state = |word: &str| {
            Record::new()
                .with("settingDefinitionId", "s")
                .with("state", word)
                .with("policyIds", vec![wanted.to_string()])
        };
        let told = [vec!["succeeded"], vec!["succeeded", "error"], vec!["notApplicable"], vec![]];
        for (device, words) in devices.iter().zip(&told) {
            let states: Vec<Record> = words.iter().map(|word| state(word)).collect();
            w.done(vec![Change::set(*device, SETTING_STATES, states)]);
        }
        let statuses = configuration_statuses(&w.now, w.get(wanted), w.at, |_| true);
        let words: Vec<&str> = statuses.iter().map(|status| status.text("status").unwrap()).collect();
        assert_eq!(words, ["error", "unknown", "compliant", "notApplicable"]);
        assert_eq!(statuses[0].int("succeededSettingCount"), Some(1));
        let counts = configuration_overview(w.get(wanted), &statuses);
        let counted = ["errorCount", "pendingCount", "successCount", "notApplicableCount", "conflictCount"]
            .map(|name| counts.int(name).unwrap());
        assert_eq!(counted, [1, 1, 1, 1, 0]);
        assert!(configuration_statuses(&w.now, w.get(wanted), w.at, |_| false).is_empty());
    }
}
