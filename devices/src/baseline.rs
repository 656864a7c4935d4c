//! Security baselines in use: a policy made from a version of one, moved to another version, copied; and how far its devices are
//! from it. What the baselines say is data (`schema::catalog`).

use std::collections::BTreeMap;

use directory::{Action, Call, Change, Decision, Object, Record, Refusal, Snapshot, Time, Value};
use schema::catalog::{self, Baseline, BaselineItem, Chosen};
use schema::device_management_configuration_policy::{
    DESCRIPTION, DEVICE_MANAGEMENT_CONFIGURATION_POLICY, SEALED_SETTING_VALUES, TECHNOLOGIES, TEMPLATE_REFERENCE,
};
use schema::managed_device::{DEVICE_NAME, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, SETTING_STATES};
use schema::{ASSIGNMENTS, NAME, PLATFORMS, SETTINGS};

use crate::assignment::Subject;
use crate::desired::{is_about, is_for, settings, value_text, wish_id};

/// How many devices a report names; all are counted.
pub const DEVICES_NAMED_MAX: usize = 1_000;

pub(crate) const MIGRATE: Action =
    Action::on(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, "migrateToTemplate", |_, _, on, given| migrate(on, given));
pub(crate) const COPY: Action = Action::on(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, "createCopy", copy);

/// The version of a baseline that a policy was made from.
#[must_use]
pub fn baseline_of(policy: &Object) -> Option<&'static Baseline> {
    catalog::baseline(policy.get(TEMPLATE_REFERENCE)?.text("templateId")?)
}

/// What a new policy lacks that says which baseline it is made from: the reference in full, and the settings where it brings
/// none of its own.
pub(crate) fn complete(attributes: &mut Vec<(directory::AttrId, Value)>) {
    let of = |attribute| attributes.iter().rev().find(|(known, _)| *known == attribute).map(|(_, value)| value);
    let template = of(TEMPLATE_REFERENCE.id).and_then(Value::as_record).and_then(|record| record.text("templateId"));
    let Some(baseline) = template.and_then(catalog::baseline) else { return };
    let has_settings = of(SETTINGS.id).and_then(Value::as_list).is_some_and(|settings| !settings.is_empty());
    attributes.retain(|(known, _)| *known != TEMPLATE_REFERENCE.id);
    attributes.push((TEMPLATE_REFERENCE.id, baseline.reference().into()));
    if !has_settings {
        attributes.retain(|(known, _)| *known != SETTINGS.id);
        attributes.push((SETTINGS.id, baseline.settings().into()));
    }
}

/// Move a policy to another version of its baseline. With `preserveCustomValues`, what somebody changed stays changed and what
/// they added stays; what the new version brings comes, what it does not have any more goes.
fn migrate(on: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let policy = on.ok_or_else(|| Refusal::invalid("name the policy"))?;
    let from = baseline_of(policy).ok_or_else(|| Refusal::state("the policy is not made from a baseline"))?;
    let id =
        given.text("newTemplateId").ok_or_else(|| Refusal::invalid("needs `newTemplateId`").at("newTemplateId"))?;
    let to = catalog::baseline(id).filter(|to| to.base_id == from.base_id);
    let to = to.ok_or_else(|| {
        Refusal::invalid(format!("`{id}` is not a version of `{}`", from.display_name)).at("newTemplateId")
    })?;
    let preserve = given.bool("preserveCustomValues").unwrap_or(true);
    let settings = migrated(policy, from, to, preserve);
    Ok(Decision::change(vec![
        Change::set(policy.id, SETTINGS, settings),
        Change::set(policy.id, TEMPLATE_REFERENCE, to.reference()),
    ]))
}

fn migrated(policy: &Object, from: &Baseline, to: &Baseline, preserve: bool) -> Vec<Record> {
    if !preserve {
        return to.settings();
    }
    let item = |of: &str, baseline: &Baseline| -> Option<Value> {
        baseline.items.iter().find(|item| item.definition.id == of).map(|item| item.value.clone())
    };
    let mut kept: Vec<Record> = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    for setting in policy.get(SETTINGS).unwrap_or_default() {
        let chosen = setting.record("settingInstance").map(catalog::chosen);
        let Some(Ok(Chosen::One(definition, value))) = chosen else {
            // A group is nobody's baseline: somebody added it.
            kept.push(setting);
            continue;
        };
        let (before, after) = (item(&definition.id, from), item(&definition.id, to));
        let is_as_before = before.as_ref() == Some(&value);
        said.push(&definition.id);
        match after {
            Some(after) if is_as_before => kept.extend(catalog::setting_record(definition, &after)),
            None if is_as_before => {}
            _ => kept.push(setting),
        }
    }
    // What both versions have and the policy has not, somebody took out.
    let is_new = |item: &&BaselineItem| {
        !said.contains(&item.definition.id.as_str())
            && !from.items.iter().any(|known| known.definition.id == item.definition.id)
    };
    kept.extend(to.items.iter().filter(is_new).filter_map(|i| catalog::setting_record(i.definition, &i.value)));
    kept
}

/// Another policy with the same settings, assigned to nobody.
fn copy(_: &Snapshot, call: &Call<'_>, on: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let policy = on.ok_or_else(|| Refusal::invalid("name the policy"))?;
    let name = given.text("displayName").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::invalid("needs `displayName`").at("displayName"))?;
    let id = call.new_id();
    let mut attributes = vec![(NAME.id, Value::from(name))];
    let description = given.text("description").or_else(|| policy.get(DESCRIPTION));
    attributes.extend(description.map(|text| (DESCRIPTION.id, text.into())));
    for attribute in [PLATFORMS.id, TECHNOLOGIES.id, TEMPLATE_REFERENCE.id, SETTINGS.id, SEALED_SETTING_VALUES.id] {
        attributes.extend(policy.value(attribute).map(|value| (attribute, value)));
    }
    let create = Change::Create { id, kind: DEVICE_MANAGEMENT_CONFIGURATION_POLICY.id(), attributes };
    Ok(Decision { answer: Some(Value::Guid(id)), ..Decision::change(vec![create]) })
}

/// How far a policy is from its baseline, and its devices from both: `{templateId, newestTemplateId, settings, devices,
/// deviceCounts}`.
pub fn drift(now: &Snapshot, policy: &Object, at: Time, sees: impl Fn(&Object) -> bool) -> Result<Record, Refusal> {
    let baseline = baseline_of(policy).ok_or_else(|| Refusal::state("the policy is not made from a baseline"))?;
    let newest = baseline.newest();
    let configured: BTreeMap<String, Value> =
        settings(policy).into_iter().map(|(definition, value)| (wish_id(definition, &value), value)).collect();
    let assignments = policy.get(ASSIGNMENTS).unwrap_or_default();
    let devices: Vec<&Object> = now
        .all(&MANAGED_DEVICE)
        .filter(|managed| {
            sees(managed) && is_for(policy, managed) && Subject::of(now, managed, at).applies(&assignments)
        })
        .collect();
    let mut counts = Counts::default();
    let mut named = Vec::new();
    let mut by_setting: BTreeMap<&str, Counts> = BTreeMap::new();
    for managed in devices {
        let states = managed.get(SETTING_STATES).unwrap_or_default();
        let mut drifted = Vec::new();
        let mut is_pending = false;
        for item in &baseline.items {
            let state = states.iter().find(|state| is_about(state, &item.definition.id));
            let standing = Standing::of(item, state);
            by_setting.entry(&item.definition.id).or_default().add(standing);
            is_pending |= standing == Standing::Pending;
            if standing == Standing::Drifted {
                drifted.push(drifted_record(item, state));
            }
        }
        let standing = match (drifted.is_empty(), is_pending) {
            (false, _) => Standing::Drifted,
            (true, true) => Standing::Pending,
            (true, false) => Standing::InOrder,
        };
        counts.add(standing);
        if standing != Standing::InOrder && named.len() < DEVICES_NAMED_MAX {
            let record = Record::new()
                .with("managedDeviceId", managed.id.to_string())
                .with_some("deviceName", managed.get(DEVICE_NAME))
                .with_some("lastSyncDateTime", managed.get(LAST_SYNC_DATE_TIME))
                .with("state", standing.name())
                .with("driftedSettings", Value::from(drifted));
            named.push(record);
        }
    }
    let of_setting = |item: &BaselineItem| {
        let id = item.definition.id.as_str();
        let ours = configured.get(id);
        let next = newest.items.iter().find(|other| other.definition.id == item.definition.id);
        let next =
            next.map_or(Some("removed".to_owned()), |next| (next.value != item.value).then(|| value_text(&next.value)));
        let next = next.filter(|_| newest.id != baseline.id);
        Record::new()
            .with("settingDefinitionId", id)
            .with("reason", item.reason.as_str())
            .with("expected", value_text(&item.value))
            .with_some("configured", ours.map(value_text))
            .with("isCustomized", ours != Some(&item.value))
            .with_some("inNewestVersion", next)
            .with("deviceCounts", by_setting.get(id).cloned().unwrap_or_default().record())
    };
    let added =
        newest.items.iter().filter(|item| !baseline.items.iter().any(|b| b.definition.id == item.definition.id));
    let added: Vec<&str> = added.map(|item| item.definition.id.as_str()).collect();
    Ok(Record::new()
        .with("policyId", policy.id.to_string())
        .with("templateId", baseline.id.as_str())
        .with("templateDisplayName", baseline.display_name.as_str())
        .with("templateDisplayVersion", baseline.display_version.as_str())
        .with("newestTemplateId", newest.id.as_str())
        .with("addedInNewestVersion", added)
        .with("settings", Value::from(baseline.items.iter().map(of_setting).collect::<Vec<_>>()))
        .with("deviceCounts", counts.record())
        .with("devices", Value::from(named)))
}

/// How a device stands to a setting of the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    InOrder,
    Drifted,
    /// It has not said yet.
    Pending,
    NotApplicable,
}

impl Standing {
    fn of(item: &BaselineItem, state: Option<&Record>) -> Standing {
        let Some(state) = state else { return Standing::Pending };
        match state.text("state") {
            Some("notApplicable") => Standing::NotApplicable,
            Some("succeeded") if state.text("value") == Some(value_text(&item.value).as_str()) => Standing::InOrder,
            _ => Standing::Drifted,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Standing::InOrder => "inOrder",
            Standing::Drifted => "drifted",
            Standing::Pending => "pending",
            Standing::NotApplicable => "notApplicable",
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Counts {
    in_order: i64,
    drifted: i64,
    pending: i64,
    not_applicable: i64,
}

impl Counts {
    fn add(&mut self, standing: Standing) {
        *match standing {
            Standing::InOrder => &mut self.in_order,
            Standing::Drifted => &mut self.drifted,
            Standing::Pending => &mut self.pending,
            Standing::NotApplicable => &mut self.not_applicable,
        } += 1;
    }

    fn record(&self) -> Record {
        Record::new()
            .with(Standing::InOrder.name(), self.in_order)
            .with(Standing::Drifted.name(), self.drifted)
            .with(Standing::Pending.name(), self.pending)
            .with(Standing::NotApplicable.name(), self.not_applicable)
    }
}

fn drifted_record(item: &BaselineItem, state: Option<&Record>) -> Record {
    let text = |field: &str| state.and_then(|state| state.text(field));
    Record::new()
        .with("settingDefinitionId", item.definition.id.as_str())
        .with("expected", value_text(&item.value))
        .with_some("value", text("value"))
        .with_some("state", text("state"))
        .with_some("actual", text("actual"))
        .with_some("error", text("error"))
        .with_some("lastUpdatedDateTime", state.and_then(|state| state.time("lastUpdatedDateTime")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::report::{Report, SettingReport, SettingState};
    use crate::world::{World, choice, id, policy, to};

    const ROOT: &str = "linux.sshd.PermitRootLogin";
    const FORWARDING: &str = "linux.sshd.X11Forwarding";

    fn version(number: i64) -> &'static Baseline {
        let of = |baseline: &&Baseline| baseline.version == number && baseline.display_name.contains("workstations");
        catalog::baselines().iter().find(of).unwrap()
    }

    fn instance(w: &mut World, n: u128, settings: Vec<Record>) {
        let reference = Record::new().with("templateId", version(1).id.as_str());
        let kind = &DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
        w.done(vec![policy(
            n,
            kind,
            settings,
            vec![to("allDevices", None)],
            vec![(TEMPLATE_REFERENCE.id, reference.into())],
        )]);
    }

    fn values(w: &World, n: u128) -> BTreeMap<String, Value> {
        settings(w.get(id(n))).into_iter().map(|(definition, value)| (definition.id.clone(), value)).collect()
    }

    #[test]
    fn a_policy_made_from_a_baseline_has_its_settings_and_moves_with_what_was_changed() {
        let mut w = World::new();
        instance(&mut w, 60, vec![]);
        assert_eq!(values(&w, 60).len(), version(1).items.len());
        assert_eq!(baseline_of(w.get(id(60))).map(|b| b.version), Some(1));

        // Root may sign in here, X11 is left out, something else is added.
        let mut settings = w.get(id(60)).get(SETTINGS).unwrap();
        settings.retain(|s| {
            let about = s.record("settingInstance").and_then(|i| i.text("settingDefinitionId"));
            ![Some(ROOT), Some(FORWARDING)].contains(&about)
        });
        settings.push(choice(ROOT, "prohibit-password"));
        settings.push(choice("linux.service.bluetooth", "blocked"));
        w.done(vec![Change::set(id(60), SETTINGS, settings)]);
        let ask = |w: &World, to: &str, preserve: bool| {
            let given = Record::new().with("newTemplateId", to).with("preserveCustomValues", preserve);
            migrate(Some(w.get(id(60))), &given)
        };
        assert!(ask(&w, "nothing", true).is_err());
        let decision = ask(&w, &version(2).id, true).unwrap();
        w.done(decision.plan.changes);
        let after = values(&w, 60);
        assert_eq!(after[ROOT], Value::from("prohibit-password"));
        assert!(!after.contains_key(FORWARDING) && after.contains_key("linux.service.bluetooth"));
        let new =
            version(2).items.iter().find(|i| !version(1).items.iter().any(|o| o.definition == i.definition)).unwrap();
        assert_eq!(after[&new.definition.id], new.value);
        let decision = ask(&w, &version(2).id, false).unwrap();
        w.done(decision.plan.changes);
        assert_eq!(values(&w, 60).len(), version(2).items.len());
    }

    #[test]
    fn the_report_names_what_a_policy_and_its_devices_are_away_from_the_baseline() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let silent = w.laptop(ann);
        instance(&mut w, 60, vec![choice(ROOT, "no"), choice(FORWARDING, "true")]);
        let desired = crate::desired::desired(&w.now, w.get(laptop), w.at);
        let went = |wanted: &crate::desired::Wanted| SettingReport {
            id: wanted.id.clone(),
            state: SettingState::Succeeded,
            actual: None,
            error: None,
        };
        let reports = desired.settings.iter().map(went).collect();
        w.report(laptop, &Report { settings: Some(reports), ..Report::default() });
        let report = drift(&w.now, w.get(id(60)), w.at, |_| true).unwrap();
        assert_eq!(report.text("newestTemplateId"), Some(version(2).id.as_str()));
        assert!(report.texts("addedInNewestVersion").next().is_some());
        let setting =
            |id: &str| report.records("settings").find(|s| s.text("settingDefinitionId") == Some(id)).unwrap();
        assert_eq!(setting(ROOT).bool("isCustomized"), Some(false));
        assert_eq!(setting(FORWARDING).bool("isCustomized"), Some(true));
        assert_eq!(setting(FORWARDING).record("deviceCounts").unwrap().int("drifted"), Some(1));
        let device = |id: directory::Id| {
            let named = id.to_string();
            report.records("devices").find(|d| d.text("managedDeviceId") == Some(&named)).cloned()
        };
        let drifted = device(laptop).unwrap();
        assert_eq!(drifted.text("state"), Some("drifted"));
        let first = drifted.records("driftedSettings").next().unwrap();
        assert_eq!((first.text("settingDefinitionId"), first.text("value")), (Some(FORWARDING), Some("true")));
        assert_eq!(device(silent).unwrap().text("state"), Some("pending"));
        let plain = policy(61, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, vec![], vec![], vec![]);
        w.done(vec![plain]);
        assert!(drift(&w.now, w.get(id(61)), w.at, |_| true).is_err(), "nothing to be away from");
    }

    #[test]
    fn a_copy_has_the_settings_and_nobody() {
        let mut w = World::new();
        instance(&mut w, 60, vec![choice(ROOT, "no")]);
        let caller = directory::Caller::system(directory::TenantId::nil());
        let call = Call { caller: &caller, at: w.at, fresh: directory::Fresh::new(7) };
        let given = Record::new().with("displayName", "copy");
        let decision = copy(&w.now, &call, Some(w.get(id(60))), &given).unwrap();
        let made = decision.answer.as_ref().and_then(Value::as_guid).unwrap();
        w.done(decision.plan.changes);
        assert_eq!(w.get(made).get(NAME), Some("copy"));
        assert_eq!(w.get(made).get(SETTINGS), w.get(id(60)).get(SETTINGS));
        assert_eq!(w.get(made).get(ASSIGNMENTS), None);
        assert!(baseline_of(w.get(made)).is_some());
    }
}
