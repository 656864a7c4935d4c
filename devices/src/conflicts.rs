//! Where policies disagree: which settings of which policies, and on how many devices.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Id, Object, Record, Snapshot, Time, Value};
use schema::managed_device::{DEVICE_NAME, MANAGED_DEVICE, SETTING_STATES};

use crate::desired::{desired, value_text};

/// How many devices are named of each disagreement; all are counted.
pub const DEVICES_NAMED_MAX: usize = 20;

/// What is known of the policies that disagree, by their ids.
#[derive(Default)]
struct Disagreement {
    names: BTreeMap<Id, String>,
    settings: BTreeMap<String, BTreeMap<Id, String>>,
    devices: i64,
    named: Vec<Record>,
}

/// Each set of policies that disagree, in the words of Graph's `deviceConfigurationConflictSummary`; besides, Castellan's own
/// `settings`, what each of them wants, and `devices`.
///
/// Looked at are devices that have reported a conflict; what they are told today decides. `sees` says which devices and policies
/// whoever asks may see; others are as if absent, and so is a disagreement of which they see one side alone.
#[must_use]
pub fn conflicts(now: &Snapshot, at: Time, sees: impl Fn(&Object) -> bool) -> Vec<Record> {
    let mut found: BTreeMap<BTreeSet<Id>, Disagreement> = BTreeMap::new();
    let has_conflict = |managed: &&Object| {
        let states = managed.get(SETTING_STATES).unwrap_or_default();
        states.iter().any(|state| state.text("state") == Some("conflict"))
    };
    for managed in now.all(&MANAGED_DEVICE).filter(has_conflict).filter(|managed| sees(managed)) {
        let mut sets = BTreeSet::new();
        for mut conflict in desired(now, managed, at).conflicts {
            conflict.sides.retain(|side| now.find(side.policy).is_some_and(&sees));
            if !conflict.sides.iter().any(|side| conflict.sides.first().is_some_and(|first| first.value != side.value))
            {
                continue;
            }
            let policies: BTreeSet<Id> = conflict.sides.iter().map(|side| side.policy).collect();
            let of = found.entry(policies.clone()).or_default();
            let setting = of.settings.entry(conflict.id).or_default();
            for side in conflict.sides {
                setting.insert(side.policy, value_text(&side.value));
                of.names.insert(side.policy, side.policy_name);
            }
            sets.insert(policies);
        }
        for set in &sets {
            let Some(of) = found.get_mut(set) else { continue };
            of.devices += 1;
            if of.named.len() < DEVICES_NAMED_MAX {
                let named = Record::new()
                    .with("managedDeviceId", managed.id.to_string())
                    .with_some("deviceName", managed.get(DEVICE_NAME));
                of.named.push(named);
            }
        }
    }
    found.into_iter().map(|(policies, of)| of.record(&policies)).collect()
}

impl Disagreement {
    fn record(self, policies: &BTreeSet<Id>) -> Record {
        let sources: Vec<Record> = policies
            .iter()
            .map(|policy| {
                Record::new()
                    .with("id", policy.to_string())
                    .with("displayName", self.names.get(policy).map_or("", String::as_str))
                    .with("sourceType", "deviceConfiguration")
            })
            .collect();
        let ids: Vec<&str> = self.settings.keys().map(String::as_str).collect();
        let settings: Vec<Record> = self
            .settings
            .iter()
            .map(|(setting, values)| {
                let values: Vec<Record> = values
                    .iter()
                    .map(|(policy, value)| {
                        Record::new().with("policyId", policy.to_string()).with("value", value.as_str())
                    })
                    .collect();
                Record::new().with("settingDefinitionId", setting.as_str()).with("values", Value::from(values))
            })
            .collect();
        let id = policies.iter().map(ToString::to_string).collect::<Vec<_>>().join("_");
        Record::new()
            .with("id", id)
            .with("conflictingDeviceConfigurations", Value::from(sources))
            .with("contributingSettings", ids)
            .with("deviceCheckinsImpacted", self.devices)
            .with("settings", Value::from(settings))
            .with("devices", Value::from(self.named))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Change;
    use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;

    use super::*;
    use crate::join::Ownership;
    use crate::world::{World, choice, id, policy, to};

    #[test]
    fn policies_that_disagree_are_named_with_what_each_wants() {
        let mut w = World::new();
        let ann = w.user(1);
        let (_, managed) = w.device(ann, Ownership::Company);
        let (forward, dmesg) = ("linux.sysctl.net.ipv4.ip_forward", "linux.sysctl.kernel.dmesg_restrict");
        for (n, settings) in [
            (60, vec![choice(forward, "true"), choice(dmesg, "true")]),
            (61, vec![choice(forward, "false"), choice(dmesg, "true")]),
        ] {
            let all = vec![to("allDevices", None)];
            w.done(vec![policy(n, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, settings, all, vec![])]);
        }
        assert!(conflicts(&w.now, w.at, |_| true).is_empty(), "no device has said so yet");
        let state = Record::new().with("settingDefinitionId", forward).with("state", "conflict");
        w.done(vec![Change::set(managed, SETTING_STATES, vec![state])]);
        let told = conflicts(&w.now, w.at, |_| true);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].int("deviceCheckinsImpacted"), Some(1));
        assert_eq!(told[0].texts("contributingSettings").collect::<Vec<_>>(), [forward]);
        let policies: Vec<String> =
            told[0].records("conflictingDeviceConfigurations").map(|one| one.text("id").unwrap().to_owned()).collect();
        assert_eq!(policies, [id(60).to_string(), id(61).to_string()]);
        let setting = told[0].records("settings").next().unwrap();
        let values: Vec<&str> = setting.records("values").map(|one| one.text("value").unwrap()).collect();
        assert_eq!(values, ["true", "false"]);
        for hidden in [managed, id(60)] {
            assert!(conflicts(&w.now, w.at, |object| object.id != hidden).is_empty(), "{hidden} is not seen");
        }
    }
}
