//! What clients of this wire observe, as the directory keeps it: one line for each requirement that they know.
//!
//! A client says for each requirement what it found and what it thinks of it. What it thinks is not kept.

use devices::assignment::Subject;
use devices::compliance::{CUSTOM_SCRIPT, custom_of, fact, failed, reaching_objects};
use devices::facts::{Facts, Finding};
use directory::{Object, Record, Snapshot, Time, Value};

use crate::policies::DISTRIBUTIONS;
use crate::wire::{Detail, PolicyStatus, cut};

/// A requirement that clients can observe.
pub(crate) struct Observed {
    /// Its name in a policy.
    pub(crate) setting: &'static str,
    /// Its path on this wire.
    pub(crate) path: &'static str,
    /// The fact that tells.
    fact: &'static str,
    read: fn(&str) -> Option<Value>,
}

const fn observed(
    setting: &'static str,
    path: &'static str,
    fact: &'static str,
    read: fn(&str) -> Option<Value>,
) -> Observed {
    Observed { setting, path, fact, read }
}

pub(crate) const OBSERVED: &[Observed] = &[
    observed("linux_deviceencryption_required", "DeviceEncryption/Required", ENCRYPTED, flag),
    observed("linux_passwordpolicy_minimumlength", "PasswordPolicy/MinimumLength", "passwordMinimumLength", number),
    observed("linux_passwordpolicy_minimumdigits", "PasswordPolicy/MinimumDigits", "passwordMinimumDigits", number),
    observed(
        "linux_passwordpolicy_minimumlowercase",
        "PasswordPolicy/MinimumLowercase",
        "passwordMinimumLowercase",
        number,
    ),
    observed(
        "linux_passwordpolicy_minimumuppercase",
        "PasswordPolicy/MinimumUppercase",
        "passwordMinimumUppercase",
        number,
    ),
    observed("linux_passwordpolicy_minimumsymbols", "PasswordPolicy/MinimumSymbols", "passwordMinimumSymbols", number),
];
/// What requirements of ours ask besides, and no client of this wire tells.
const UNOBSERVED: [&str; 4] = ["firewallActive", "secureBootEnabled", "pendingSecurityUpdates", "automaticUpdates"];
const ENCRYPTED: &str = "storageEncrypted";

/// The facts of a device with what a status says.
pub(crate) fn facts(now: &Snapshot, managed: &Object, at: Time, statuses: &[PolicyStatus]) -> Facts {
    let mut facts = Facts::of(managed);
    for detail in statuses.iter().flat_map(|status| &status.details) {
        let setting = detail.setting_definition_item_id.as_str();
        let found = cut(&detail.actual_value);
        if let Some(known) = OBSERVED.iter().find(|known| known.setting.eq_ignore_ascii_case(setting)) {
            facts = facts.learn(known.fact, finding(known, detail, &found));
        } else if let Some(part) = part_of_distribution(setting).filter(|_| !found.is_empty()) {
            // Of the groups that do not concern it, a client says nothing.
            let fact = if part == "$type" { "distribution" } else { "distributionVersion" };
            facts = facts.learn(fact, Finding::Known(found.into()));
        }
    }
    let subject = Subject::of(now, managed, at);
    for policy in reaching_objects(now, &subject) {
        let id = policy.id.to_string();
        let told = statuses.iter().filter(|status| status.policy_id.eq_ignore_ascii_case(&id));
        let mut details = told.flat_map(|status| &status.details);
        let script = details.find(|d| d.setting_definition_item_id.eq_ignore_ascii_case(CUSTOM_SCRIPT));
        if let Some(detail) = script.filter(|_| custom_of(policy).is_some()) {
            facts = with_custom(facts, &id, detail);
        }
    }
    for name in UNOBSERVED {
        if facts.find(name) == Finding::NeverReported {
            facts = facts.learn(name, Finding::Unknown("the client of this device does not report it".into()));
        }
    }
    facts
}

/// Whether storage is encrypted, where a status says so.
pub(crate) fn is_encrypted(facts: &Facts) -> Option<bool> {
    match facts.find(ENCRYPTED) {
        Finding::Known(value) => value.as_bool(),
        Finding::Unknown(_) | Finding::NeverReported => None,
    }
}

fn finding(known: &Observed, detail: &Detail, found: &str) -> Finding {
    let is_error = detail.new_compliance_state.eq_ignore_ascii_case("error");
    match (known.read)(found) {
        Some(value) => Finding::Known(value),
        None if is_error => Finding::Unknown(format!("the client met the error {}", detail.error_code)),
        None if found.is_empty() => Finding::Unknown("the client reported no value".into()),
        None => Finding::Unknown(format!("the client reported `{found}`, which is no value of this")),
    }
}

/// What the script of a policy printed, in the place of what it printed before.
fn with_custom(facts: Facts, policy: &str, detail: &Detail) -> Facts {
    let is_error = detail.new_compliance_state.eq_ignore_ascii_case("error");
    let printed = detail.actual_value.as_str();
    let told = match printed.trim() {
        "" => failed(policy, "the script printed nothing"),
        why if is_error => failed(policy, &cut(why)),
        _ => fact(policy, printed),
    };
    let others = facts.record().records("customCompliance").filter(|other| other.text("policyId") != Some(policy));
    let mut all: Vec<Record> = others.cloned().collect();
    all.push(told);
    facts.learn("customCompliance", Finding::Known(all.into()))
}

/// The part of an allowed distribution that a setting is about.
fn part_of_distribution(setting: &str) -> Option<&str> {
    let (group, part) = setting.rsplit_once("_item_")?;
    group.eq_ignore_ascii_case(DISTRIBUTIONS).then_some(part)
}

fn flag(text: &str) -> Option<Value> {
    text.to_ascii_lowercase().parse::<bool>().ok().map(Value::Bool)
}

fn number(text: &str) -> Option<Value> {
    text.parse::<i64>().ok().map(Value::Int)
}
