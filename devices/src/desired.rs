//! What a device should be like: the settings of every configuration policy that reaches it, in words that do not depend on
//! the protocol it speaks.
//!
//! Where two policies give one setting different values, neither is followed: the device keeps what it had, and the
//! conflict names both; lists whose rule is to be put together are. The same directory always gives the same answer.

use std::collections::{BTreeMap, HashMap};

use directory::{Id, Object, Record, Snapshot, Time, Value};
use schema::catalog::{self, Chosen, ConflictRule, Effects, Instruction, SettingDefinition, Usage, ValueKind};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::managed_device::SETTING_STATES;
use schema::{ASSIGNMENTS, NAME, OPERATING_SYSTEM, PLATFORMS, SETTINGS};

use crate::assignment::Subject;
use crate::facts::Facts;
use crate::version;

/// How many settings one device can have, whatever number of policies they come from.
pub const DEVICE_SETTINGS_MAX: usize = 500;

/// One setting and what to write for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The catalogue's id; where a group has several members, with the one it is in brackets.
    pub id: String,
    pub value: Value,
    /// Where a secret belongs, it has a place that is filled on the way to the device ([`catalog::secret`]).
    pub instruction: Instruction,
    pub has_secret: bool,
    /// Paths of which one must be on the device.
    pub needs: &'static [String],
    pub effects: &'static Effects,
    /// The policies that want it so.
    pub policies: Vec<Id>,
}

/// A setting that policies disagree about.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub id: String,
    pub sides: Vec<Side>,
}

/// One policy's wish.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub policy: Id,
    pub policy_name: String,
    pub value: Value,
}

/// Everything a device should be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// In the order of their ids; settings in conflict are here with the value that the device has, if it has one.
    pub settings: Vec<Wanted>,
    pub conflicts: Vec<Conflict>,
    /// Settings that policies give the device and that it is not told of.
    pub not_applicable: Vec<NotApplicable>,
}

/// A setting that is not for a device, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct NotApplicable {
    pub id: String,
    pub reason: String,
    pub policies: Vec<Id>,
}

/// What policies say of one setting, or of one member of a group.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub id: String,
    pub definition: &'static SettingDefinition,
    pub sides: Vec<Side>,
}

/// What a managed device should be like.
#[must_use]
pub fn desired(now: &Snapshot, managed: &Object, at: Time) -> Desired {
    if crate::actions::is_leaving(managed) {
        return Desired::default();
    }
    let subject = Subject::of(now, managed, at);
    let wishes = wishes(now, &subject);
    let agreed: HashMap<&str, String> =
        wishes.iter().filter_map(|wish| Some((wish.id.as_str(), value_text(&wish.agreed()?)))).collect();
    let mut desired = Desired::default();
    for wish in &wishes {
        let policies = |value: Option<&Value>| {
            let sides = wish.sides.iter().filter(|side| value.is_none_or(|value| side.value == *value));
            sides.map(|side| side.policy).collect::<Vec<_>>()
        };
        if let Some(reason) = not_applicable(managed, wish.definition, &agreed) {
            desired.not_applicable.push(NotApplicable { id: wish.id.clone(), reason, policies: policies(None) });
            continue;
        }
        let (value, is_joint) = match wish.agreed() {
            Some(value) => (Some(value), wish.definition.conflict == ConflictRule::Union),
            None => {
                desired.conflicts.push(Conflict { id: wish.id.clone(), sides: wish.sides.clone() });
                (had(managed, wish), false)
            }
        };
        // A value that does not check was refused when the policy was written; one of an older catalogue is left out.
        if let Some(value) = value
            && let Ok(instruction) = wish.definition.render(&value)
        {
            desired.settings.push(Wanted {
                id: wish.id.clone(),
                policies: policies(Some(&value).filter(|_| !is_joint)),
                has_secret: !catalog::secret::tokens_in(&value).is_empty(),
                value,
                instruction,
                needs: &wish.definition.applies_to.needs,
                effects: &wish.definition.effects,
            });
        }
    }
    // A device that is told more than it takes would take nothing.
    let rest = desired.settings.split_off(desired.settings.len().min(DEVICE_SETTINGS_MAX));
    desired.not_applicable.extend(rest.into_iter().map(|wanted| NotApplicable {
        id: wanted.id,
        reason: format!("a device takes at most {DEVICE_SETTINGS_MAX} settings"),
        policies: wanted.policies,
    }));
    desired
}

impl Wish {
    /// The one value, if policies agree: lists that are put together always do.
    pub(crate) fn agreed(&self) -> Option<Value> {
        let first = &self.sides.first()?.value;
        if self.sides.iter().all(|side| side.value == *first) {
            return Some(first.clone());
        }
        (self.definition.conflict == ConflictRule::Union).then(|| {
            let mut items: Vec<Value> = Vec::new();
            for item in self.sides.iter().flat_map(|side| side.value.as_list().unwrap_or_default()) {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
            Value::List(items)
        })
    }
}

/// Why a setting is not for a device: another distribution, or another setting without which it means nothing.
fn not_applicable(managed: &Object, definition: &SettingDefinition, agreed: &HashMap<&str, String>) -> Option<String> {
    if let Some(on) = &definition.depends_on
        && agreed.get(on.setting.as_str()) != Some(&on.value)
    {
        return Some(format!("it means nothing unless `{}` is `{}`", on.setting, on.value));
    }
    let facts = Facts::of(managed);
    definition.applies_to.refuses(facts.text("distribution"), facts.text("distributionVersion"), version::compare)
}

/// Every setting that a policy reaching the device speaks about, with each policy's value. In the order of their ids; the sides
/// in that of the policies' ids.
pub(crate) fn wishes(now: &Snapshot, subject: &Subject<'_>) -> Vec<Wish> {
    let mut wishes: BTreeMap<String, Wish> = BTreeMap::new();
    let mut policies: Vec<&Object> = now.all(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY).collect();
    policies.sort_by_key(|policy| policy.id);
    for policy in policies {
        if !is_for(policy, subject.managed) || !subject.applies(&policy.get(ASSIGNMENTS).unwrap_or_default()) {
            continue;
        }
        for (definition, value) in settings(policy) {
            let id = wish_id(definition, &value);
            let new = || Wish { id: id.clone(), definition, sides: Vec::new() };
            let wish = wishes.entry(id.clone()).or_insert_with(new);
            let policy_name = policy.get(NAME).unwrap_or_default().to_owned();
            wish.sides.push(Side { policy: policy.id, policy_name, value });
        }
    }
    wishes.into_values().collect()
}

/// What a setting is called among those of one device.
pub(crate) fn wish_id(definition: &SettingDefinition, value: &Value) -> String {
    match definition.key_of(value) {
        Some(key) => format!("{}[{key}]", definition.id),
        None => definition.id.clone(),
    }
}

/// Whether a policy is meant for the device's platform.
pub(crate) fn is_for(policy: &Object, managed: &Object) -> bool {
    is_of(policy.get(PLATFORMS).unwrap_or_default(), managed)
}

/// Whether a device is of one of these platforms, which are Graph's names with commas between them.
pub(crate) fn is_of(platforms: &str, managed: &Object) -> bool {
    let platform = match managed.get(OPERATING_SYSTEM).unwrap_or_default() {
        windows if windows.eq_ignore_ascii_case("windows") => "windows10".to_owned(),
        other => other.to_owned(),
    };
    platforms.split(',').any(|p| p.trim().eq_ignore_ascii_case(&platform))
}

/// The settings of a policy that are to be written, with their values.
pub(crate) fn settings(policy: &Object) -> Vec<(&'static SettingDefinition, Value)> {
    let mut found = Vec::new();
    for setting in policy.get(SETTINGS).unwrap_or_default() {
        if let Some(Ok(chosen)) = setting.record("settingInstance").map(catalog::chosen) {
            collect(chosen, &mut found);
        }
    }
    found.retain(|(definition, _)| definition.usage == Usage::Configuration);
    found
}

fn collect(chosen: Chosen, found: &mut Vec<(&'static SettingDefinition, Value)>) {
    match chosen {
        Chosen::One(definition, value) => found.push((definition, value)),
        Chosen::Members(definition, values) => found.extend(values.into_iter().map(|value| (definition, value))),
        Chosen::Group(_, groups) => groups.into_iter().flatten().for_each(|chosen| collect(chosen, found)),
    }
}

/// The value that the device was last told and had. Of a list or a group it is the one of the policy that the device has it
/// from, as long as that policy wants it still.
fn had(managed: &Object, wish: &Wish) -> Option<Value> {
    let states = managed.get(SETTING_STATES).unwrap_or_default();
    let text = states.iter().find(|state| is_about(state, &wish.id))?.text("value")?;
    match wish.definition.kind {
        ValueKind::Boolean => text.parse().ok().map(Value::Bool),
        ValueKind::Integer { .. } => text.parse().ok().map(Value::Int),
        ValueKind::Text { .. } | ValueKind::Choice(_) => Some(Value::from(text)),
        ValueKind::List { .. } | ValueKind::Group { .. } | ValueKind::Secret { .. } => {
            wish.sides.iter().find(|side| value_text(&side.value) == text).map(|side| side.value.clone())
        }
    }
}

pub(crate) fn is_about(state: &Record, setting: &str) -> bool {
    state.text("settingDefinitionId").is_some_and(|id| id.eq_ignore_ascii_case(setting))
}

/// A value as the catalogue writes it.
#[must_use]
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Double(number) => number.to_string(),
        Value::Time(time) => time.to_string(),
        // Tokens are the only ones: two that differ are two secrets.
        Value::Guid(token) => format!("secret {token}"),
        Value::Bytes(_) => String::new(),
        Value::Record(record) => {
            record.iter().map(|(name, value)| format!("{name}={}", value_text(value))).collect::<Vec<_>>().join(", ")
        }
        Value::List(items) => items.iter().map(value_text).collect::<Vec<_>>().join(", "),
    }
}

impl Conflict {
    /// For people: who wants what.
    #[must_use]
    pub fn text(&self) -> String {
        let sides: Vec<String> =
            self.sides.iter().map(|s| format!("`{}` wants `{}`", s.policy_name, value_text(&s.value))).collect();
        format!("policies disagree: {}", sides.join(", "))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::world::{World, choice, id, policy, to};

    const UNLOCK: &str = "linux.faillock.root_unlock_time";

    fn simple(setting: &str, value: i64) -> Record {
        let value = Record::new().with("value", value);
        let instance = Record::new().with("settingDefinitionId", setting).with("simpleSettingValue", value);
        Record::new().with("settingInstance", instance)
    }

    fn several(setting: &str, values: &[&str]) -> Record {
        let values = values.iter().map(|value| Value::Record(Record::new().with("value", *value))).collect();
        let instance = Record::new()
            .with("settingDefinitionId", setting)
            .with("simpleSettingCollectionValue", Value::List(values));
        Record::new().with("settingInstance", instance)
    }

    /// A laptop that every one of these policies reaches, numbered from 60.
    fn given(policies: Vec<Vec<Record>>) -> (World, Id) {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        for (n, settings) in (60..).zip(policies) {
            let kind = &DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
            w.done(vec![policy(n, kind, settings, vec![to("allDevices", None)], vec![])]);
        }
        (w, laptop)
    }

    fn of(w: &World, laptop: Id) -> Desired {
        desired(&w.now, w.get(laptop), w.at)
    }

    #[test]
    fn policies_that_disagree_are_both_named_and_lists_are_put_together() {
        let (w, laptop) = given(vec![
            vec![simple("linux.sshd.MaxAuthTries", 3), several("linux.sshd.DenyUsers", &["guest"])],
            vec![simple("linux.sshd.MaxAuthTries", 5), several("linux.sshd.DenyUsers", &["test", "guest"])],
        ]);
        let desired = of(&w, laptop);
        let text = "policies disagree: `policy 60` wants `3`, `policy 61` wants `5`";
        assert_eq!(desired.conflicts.iter().map(Conflict::text).collect::<Vec<_>>(), [text]);
        let [joint] = desired.settings.as_slice() else { panic!("{desired:?}") };
        assert_eq!(value_text(&joint.value), "guest, test");
        assert_eq!(joint.policies, [id(60), id(61)]);
    }

    #[test]
    fn a_setting_waits_for_the_one_it_depends_on_whoever_gives_that() {
        let (w, laptop) = given(vec![vec![simple(UNLOCK, 60)]]);
        let desired = of(&w, laptop);
        assert!(desired.settings.is_empty());
        let why = "it means nothing unless `linux.faillock.even_deny_root` is `yes`";
        assert_eq!(desired.not_applicable[0].reason, why);
        let told = crate::why_setting(&w.now, laptop, UNLOCK, w.at).unwrap();
        assert!(told.text("text").unwrap().ends_with(why), "{told:?}");
        for (option, count) in [("no", 1), ("yes", 2)] {
            let parent = vec![choice("linux.faillock.even_deny_root", option)];
            let (w, laptop) = given(vec![vec![simple(UNLOCK, 60)], parent]);
            assert_eq!(of(&w, laptop).settings.len(), count, "{option}");
        }
    }

    #[test]
    fn a_setting_is_for_the_distributions_it_names_once_the_device_has_said_which_it_has() {
        let (mut w, laptop) = given(vec![vec![simple("linux.sshd.RequiredRSASize", 3072)]]);
        assert_eq!(of(&w, laptop).settings.len(), 1, "nothing is known yet");
        for (version, count) in [("11", 0), ("12", 1)] {
            w.facts(laptop, Facts::new().known("distribution", "debian").known("distributionVersion", version));
            assert_eq!(of(&w, laptop).settings.len(), count, "debian {version}");
        }
    }

    #[test]
    fn each_member_of_a_group_stands_by_itself() {
        let network = |name: &str, ssid: &str| {
            let of = |place: &str, text: &str| {
                Value::Record(
                    Record::new()
                        .with("settingDefinitionId", format!("linux.networkmanager.wifi_{place}"))
                        .with("simpleSettingValue", Record::new().with("value", text)),
                )
            };
            let group = Record::new().with("children", Value::List(vec![of("name", name), of("ssid", ssid)]));
            let instance = Record::new()
                .with("settingDefinitionId", "linux.networkmanager.wifi")
                .with("groupSettingCollectionValue", Value::List(vec![group.into()]));
            Record::new().with("settingInstance", instance)
        };
        let (w, laptop) =
            given(vec![vec![network("office", "XYZ")], vec![network("lab", "XYZ Lab")], vec![network("lab", "Other")]]);
        let desired = of(&w, laptop);
        let ids: Vec<&str> = desired.settings.iter().map(|wanted| wanted.id.as_str()).collect();
        assert_eq!(ids, ["linux.networkmanager.wifi[office]"]);
        assert_eq!(desired.conflicts[0].id, "linux.networkmanager.wifi[lab]");
    }
}
