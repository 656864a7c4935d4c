//! `policies`: the requirements that a device is judged by, in this wire's words.
//!
//! Only what clients of this wire can observe is sent: [`OBSERVED`], allowed distributions and custom compliance.

use bytes::Bytes;
use devices::assignment::Subject;
use devices::compliance::{CUSTOM_RULES, CUSTOM_SCRIPT, Requirement, custom_of, reaching_objects, requirements};
use devices::policy_checks::script;
use directory::{Id, Object, Record, Snapshot, TenantId, Time, Value};
use http::{Request, StatusCode};
use schema::DESCRIPTION;
use schema::device_management_reusable_policy_setting::DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::observed::OBSERVED;
use crate::problem::{Answer, Problem, json};
use crate::wire::{Policies, Policy, Setting};
use crate::{CHECK_IN_APP_ID, LinuxProtocol};

/// What the paths of all settings begin with.
const ROOT: &str = "com.microsoft.manage.LinuxMdm";
pub(crate) const DISTRIBUTIONS: &str = "linux_distribution_alloweddistros";

impl LinuxProtocol {
    pub(crate) async fn policies(&self, request: &Request<Bytes>, device: &str) -> Answer {
        let mut person = self.person(request, CHECK_IN_APP_ID)?;
        let unknown = || Problem::missing("the device is not managed; enrol it again");
        let managed = person.managed(device).ok_or_else(unknown)?.id;
        if person.carry_out(managed, false).await? {
            return Err(unknown());
        }
        let managed = person.now.get(managed).map_err(|_| unknown())?;
        let policies = told(&person.now, managed, person.engine.tenant(), person.engine.now());
        Ok(json(StatusCode::OK, &Policies { policies }))
    }
}

/// Every compliance policy that reaches a device and has something that the device can be asked here.
pub(crate) fn told(now: &Snapshot, managed: &Object, tenant: TenantId, at: Time) -> Vec<Policy> {
    let subject = Subject::of(now, managed, at);
    let policies = reaching_objects(now, &subject).into_iter().map(|policy| Policy {
        account_id: tenant.to_string(),
        policy_id: policy.id.to_string(),
        description: policy.get(DESCRIPTION).unwrap_or_default().to_owned(),
        version: u32::try_from(policy.usn).unwrap_or(u32::MAX),
        policy_type: "Compliance",
        policy_settings: settings(now, policy),
    });
    policies.filter(|policy| !policy.policy_settings.is_empty()).collect()
}

fn settings(now: &Snapshot, policy: &Object) -> Vec<Setting> {
    let mut told = Vec::new();
    for requirement in requirements(policy) {
        if let Some(known) = OBSERVED.iter().find(|known| known.setting.eq_ignore_ascii_case(&requirement.check)) {
            told.push(setting(policy.id, known.path, known.setting, spelled(&requirement.value)));
        } else if requirement.check.eq_ignore_ascii_case(DISTRIBUTIONS) {
            told.extend(distributions(policy.id, &requirement));
        }
    }
    told.extend(custom(now, policy));
    told
}

/// Each distribution is a group of its own, by its number.
fn distributions(policy: Id, requirement: &Requirement) -> Vec<Setting> {
    const PARTS: [(&str, &str, &str); 3] = [
        ("type", "$type", "$type"),
        ("minimumversion", "MinimumVersion", "minimumversion"),
        ("maximumversion", "MaximumVersion", "maximumversion"),
    ];
    let entries = requirement.value.as_list().unwrap_or_default().iter().filter_map(Value::as_record);
    let group = |(at, entry): (usize, &Record)| {
        PARTS.map(|(field, end, item)| {
            let path = format!("Distribution/AllowedDistros/{}/{end}", at + 1);
            let value = entry.text(field).unwrap_or_default().to_owned();
            setting(policy, &path, &format!("{DISTRIBUTIONS}_item_{item}"), value)
        })
    };
    entries.enumerate().flat_map(group).collect()
}

/// The script of custom compliance, and the rules, which clients may show but do not decide by.
fn custom(now: &Snapshot, policy: &Object) -> Vec<Setting> {
    let Some((id, rules)) = custom_of(policy) else { return Vec::new() };
    let Some(reusable) = now.find_a(&DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, id) else { return Vec::new() };
    let Ok(script) = script(reusable) else { return Vec::new() };
    vec![
        setting(policy.id, "CustomCompliance/DiscoveryScript", CUSTOM_SCRIPT, STANDARD.encode(script)),
        setting(policy.id, "CustomCompliance/Rules", CUSTOM_RULES, rules),
    ]
}

fn setting(policy: Id, path: &str, id: &str, value: String) -> Setting {
    let path = format!("{ROOT}/{path}");
    Setting {
        csp_path_id: derived(&path).to_string(),
        rule_id: derived(&format!("{policy}/{path}")).to_string(),
        rule_name: None,
        setting_definition_item_id: id.to_owned(),
        csp_path: path,
        value,
    }
}

/// The same id for the same text, always (RFC 9562 §5.8, from its SHA-256).
fn derived(text: &str) -> Id {
    let hash = keys::sha256(text.as_bytes());
    let high = hash.iter().take(16).fold(0_u128, |all, byte| (all << 8) | u128::from(*byte));
    let marked = high & !(0xf << 76) & !(0x3 << 62) | (0x8 << 76) | (0x2 << 62);
    Id::from_u128(marked)
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => devices::desired::value_text(other),
    }
}
