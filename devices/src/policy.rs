//! The opinion on policies of settings, whoever writes them: every setting is in the catalogue, of the right use, and has a
//! value that it takes. How many settings there are and whether the policy is assigned follows from it.

use directory::{Call, Change, Check, Id, Kind, Record, Refusal, Snapshot, Value};
use schema::catalog::{self, Chosen, Usage};
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::device_management_configuration_policy::{DEVICE_MANAGEMENT_CONFIGURATION_POLICY, SEALED_SETTING_VALUES};
use schema::{ASSIGNMENTS, IS_ASSIGNED, SCHEDULED_ACTIONS_FOR_RULE, SETTING_COUNT, SETTINGS};

use crate::compliance::schedule;
use crate::compliance::{CHECKS, CUSTOM, CUSTOM_RULES, CUSTOM_SCRIPT, custom_parts, rules};
use crate::setting_secrets;

/// How many settings a policy may have.
pub const SETTINGS_MAX: usize = 500;
/// How many assignments a policy may have.
pub const ASSIGNMENTS_MAX: usize = 500;

pub(crate) const CONFIGURATION: Check =
    Check { kind: &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, complete: Some(complete), check: Some(check_configuration) };
pub(crate) const COMPLIANCE: Check =
    Check { kind: &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, complete: Some(complete), check: Some(check_compliance) };

/// Keep `settingCount` and `isAssigned` in step with what is written.
fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let counted = |value: Option<&Value>| value.and_then(Value::as_list).map_or(0, <[Value]>::len);
    let is_policy = |id: Id| {
        now.find(id).is_some_and(|object| {
            now.is_a(object, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY)
                || now.is_a(object, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY)
        })
    };
    let kinds = [DEVICE_MANAGEMENT_CONFIGURATION_POLICY.id(), DEVICE_MANAGEMENT_COMPLIANCE_POLICY.id()];
    let mut more = Vec::new();
    for change in changes.iter_mut() {
        match change {
            Change::Create { kind, attributes, .. } if kinds.contains(kind) => {
                crate::baseline::complete(attributes);
                let of = |attribute| attributes.iter().rev().find(|(a, _)| *a == attribute).map(|(_, value)| value);
                let count = i64::try_from(counted(of(SETTINGS.id))).unwrap_or(i64::MAX);
                let is_assigned = counted(of(ASSIGNMENTS.id)) > 0;
                attributes.push((SETTING_COUNT.id, count.into()));
                attributes.push((IS_ASSIGNED.id, is_assigned.into()));
            }
            Change::Set { id, attribute, new, .. } if is_policy(*id) => {
                if *attribute == SETTINGS.id {
                    let count = i64::try_from(counted(new.as_ref())).unwrap_or(i64::MAX);
                    more.push(Change::set(*id, SETTING_COUNT, count));
                } else if *attribute == ASSIGNMENTS.id {
                    more.push(Change::set(*id, IS_ASSIGNED, counted(new.as_ref()) > 0));
                }
            }
            Change::Create { .. }
            | Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => {}
        }
    }
    // A policy that sets nothing anew is not touched twice.
    changes.append(&mut more);
    setting_secrets::complete(now, changes);
    Ok(())
}

fn check_configuration(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    check(after, changes, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, Usage::Configuration)
}

fn check_compliance(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    check(after, changes, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, Usage::Compliance)
}

fn check(after: &Snapshot, changes: &[Change], kind: &'static Kind, usage: Usage) -> Result<(), Refusal> {
    for change in changes {
        let is_about_settings = match change {
            Change::Create { .. } => true,
            Change::Set { attribute, .. } => {
                [SETTINGS.id, ASSIGNMENTS.id, SCHEDULED_ACTIONS_FOR_RULE.id].contains(attribute)
                    || *attribute == SEALED_SETTING_VALUES.id
            }
            Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => false,
        };
        let Some(policy) = after.find_a(kind, change.subject()).filter(|_| is_about_settings) else { continue };
        let settings = policy.get(SETTINGS).unwrap_or_default();
        if settings.len() > SETTINGS_MAX {
            return Err(Refusal::limit(format!("a policy has at most {SETTINGS_MAX} settings")).at("settings"));
        }
        if policy.get(ASSIGNMENTS).unwrap_or_default().len() > ASSIGNMENTS_MAX {
            let message = format!("a policy has at most {ASSIGNMENTS_MAX} assignments");
            return Err(Refusal::limit(message).at("assignments"));
        }
        let follows = policy.get(SCHEDULED_ACTIONS_FOR_RULE).unwrap_or_default();
        schedule::check(&follows).map_err(|why| Refusal::invalid(why).at("scheduledActionsForRule"))?;
        setting_secrets::check(policy, &settings)?;
        for setting in &settings {
            check_setting(setting, usage).map_err(|why| Refusal::invalid(why).at("settings"))?;
        }
    }
    Ok(())
}

fn check_setting(setting: &Record, usage: Usage) -> Result<(), String> {
    let instance = setting.record("settingInstance").ok_or("a setting needs `settingInstance`")?;
    match catalog::chosen(instance)? {
        Chosen::One(definition, _) if definition.group.is_some() => Err(format!(
            "`{}` is a member of a group; write it inside `{}`",
            definition.id,
            definition.group.as_deref().unwrap_or_default()
        )),
        Chosen::One(definition, _) | Chosen::Members(definition, _) if definition.usage != usage => Err(match usage {
            Usage::Configuration => format!("`{}` is a requirement; it belongs in a compliance policy", definition.id),
            Usage::Compliance => {
                format!("`{}` is written on devices; it belongs in a configuration policy", definition.id)
            }
        }),
        Chosen::One(definition, _) if [CUSTOM_SCRIPT, CUSTOM_RULES].contains(&definition.id.as_str()) => {
            Err(format!("`{}` belongs beneath `{CUSTOM}`", definition.id))
        }
        Chosen::One(definition, Value::Bool(true)) if definition.id == CUSTOM => {
            let (_, text) = custom_parts(instance)?;
            rules(&text).map(drop)
        }
        Chosen::One(..) | Chosen::Members(..) => Ok(()),
        Chosen::Group(id, _)
            if usage == Usage::Compliance && CHECKS.iter().any(|(name, _)| name.eq_ignore_ascii_case(&id)) =>
        {
            Ok(())
        }
        Chosen::Group(id, _) => Err(format!("`{id}` is not a group of settings in the catalogue")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use schema::SETTING_COUNT;

    use super::*;
    use crate::world::{World, choice, id, policy, to};

    #[test]
    fn a_setting_that_is_not_in_the_catalogue_or_not_of_this_use_is_refused() {
        let group = Record::new()
            .with("settingDefinitionId", "linux_distribution_alloweddistros")
            .with("groupSettingCollectionValue", Value::List(vec![]));
        let group = Record::new().with("settingInstance", group);
        let (writes, demands) = ("linux.sysctl.net.ipv4.ip_forward", "linux_firewall_required");
        for (kind, setting, expected) in [
            (&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, choice(writes, "true"), None),
            (&DEVICE_MANAGEMENT_COMPLIANCE_POLICY, choice(demands, "true"), None),
            (&DEVICE_MANAGEMENT_COMPLIANCE_POLICY, group.clone(), None),
            (&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, choice(demands, "true"), Some("belongs in a compliance policy")),
            (&DEVICE_MANAGEMENT_COMPLIANCE_POLICY, choice(writes, "true"), Some("belongs in a configuration policy")),
            (&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, group, Some("is not a group of settings")),
            (&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, choice("linux.nothing", "x"), Some("is not a setting")),
            (&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, choice(writes, "maybe"), Some("has no value of its type")),
            (&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, Record::new(), Some("needs `settingInstance`")),
        ] {
            let mut w = World::new();
            let outcome = w.submit(vec![policy(60, kind, vec![setting], vec![], vec![])]);
            let message = outcome.err().map(|refusal| refusal.message);
            assert_eq!(message.is_some(), expected.is_some(), "{message:?}");
            if let (Some(message), Some(expected)) = (message, expected) {
                assert!(message.contains(expected), "{message}");
            }
        }
    }

    #[test]
    fn how_many_settings_there_are_follows_from_them() {
        let mut w = World::new();
        let one = choice("linux.sysctl.net.ipv4.ip_forward", "true");
        w.done(vec![policy(60, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, vec![one.clone()], vec![], vec![])]);
        let counted = |w: &World| (w.get(id(60)).get(SETTING_COUNT), w.get(id(60)).get(IS_ASSIGNED));
        assert_eq!(counted(&w), (Some(1), Some(false)));
        let settings: Vec<Record> = vec![];
        w.done(vec![
            Change::set(id(60), SETTINGS, settings),
            Change::set(id(60), ASSIGNMENTS, vec![to("allDevices", None)]),
        ]);
        assert_eq!(counted(&w), (Some(0), Some(true)));
    }
}
