//! The opinion on compliance policies for Windows and on scripts of custom compliance, whoever writes them: what follows
//! can be carried out, rules can be read, and a script is one that a device can be given.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Call, Change, Check, Refusal, Snapshot, Value};
use schema::SCHEDULED_ACTIONS_FOR_RULE;
use schema::device_management_reusable_policy_setting::{
    DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, SETTING_DEFINITION_ID, SETTING_INSTANCE,
};
use schema::windows10_compliance_policy::{DEVICE_COMPLIANCE_POLICY_SCRIPT, WINDOWS10_COMPLIANCE_POLICY};

use crate::compliance::{SCRIPT_BYTES_MAX, rules_of_json, schedule};
use crate::setting_secrets;

/// The setting that a script of custom compliance is the value of.
pub const CUSTOM_SCRIPT_SETTING: &str = "linux_customcompliance_discoveryscript_reusablesetting";

pub(crate) const WINDOWS: Check =
    Check { kind: &WINDOWS10_COMPLIANCE_POLICY, complete: None, check: Some(check_windows) };
pub(crate) const SCRIPT: Check =
    Check { kind: &DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, complete: None, check: Some(check_script) };

fn check_windows(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Some(policy) = after.find_a(&WINDOWS10_COMPLIANCE_POLICY, change.subject()) else { continue };
        let follows = policy.get(SCHEDULED_ACTIONS_FOR_RULE).unwrap_or_default();
        schedule::check(&follows).map_err(|why| Refusal::invalid(why).at("scheduledActionsForRule"))?;
        let script = policy.get(DEVICE_COMPLIANCE_POLICY_SCRIPT);
        if let Some(Value::Bytes(rules)) = script.as_ref().and_then(|script| script.get("rulesContent")) {
            rules_of_json(rules).map_err(|why| Refusal::invalid(why).at("deviceCompliancePolicyScript"))?;
        }
    }
    Ok(())
}

fn check_script(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Some(setting) = after.find_a(&DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, change.subject()) else {
            continue;
        };
        if setting.get(SETTING_INSTANCE).is_some_and(|instance| setting_secrets::has_plain(&instance)) {
            return Err(setting_secrets::plain_refused().at("settingInstance"));
        }
        let is_script =
            setting.get(SETTING_DEFINITION_ID).is_some_and(|id| id.eq_ignore_ascii_case(CUSTOM_SCRIPT_SETTING));
        if is_script {
            script(setting).map_err(|why| Refusal::invalid(why).at("settingInstance"))?;
        }
    }
    Ok(())
}

/// The script that a reusable setting holds.
pub fn script(setting: &directory::Object) -> Result<Vec<u8>, String> {
    let instance = setting.get(SETTING_INSTANCE).ok_or("a script needs `settingInstance`")?;
    let text = instance.record("simpleSettingValue").and_then(|value| value.text("value"));
    let text = text.ok_or("a script is a simple setting with a text")?;
    let script = STANDARD.decode(text.trim()).map_err(|_| "the script must be in Base64")?;
    match script.len() {
        0 => Err("the script is empty".into()),
        1..=SCRIPT_BYTES_MAX => Ok(script),
        _ => Err(format!("a script has at most {SCRIPT_BYTES_MAX} bytes")),
    }
}
