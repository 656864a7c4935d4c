//! The scripts of custom compliance that a device is to run, for protocols that hand scripts out, and what they printed as facts.
//!
//! Deliberately absent: what is judged by it, and as whom and for how long a device runs scripts.

use directory::{Id, Object, Record, Snapshot, Time};
use schema::device_management_reusable_policy_setting::DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING;

use super::{custom_of, fact, failed, reaching_objects};
use crate::assignment::Subject;
use crate::facts::{Facts, Finding};
use crate::policy_checks::script;

/// How often a script is run again: as often as Intune's.
pub const EVERY_SECONDS: u64 = 8 * 3_600;
/// How long one may take.
pub const TIMEOUT_SECONDS: u32 = 60;

/// What a policy wants found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The policy.
    pub policy: Id,
    /// The script, or why there is none that a device can be given.
    pub script: Result<String, String>,
}

/// The scripts of all policies that reach a device, by the policies' ids.
#[must_use]
pub fn discoveries(now: &Snapshot, managed: &Object, at: Time, script_bytes_max: usize) -> Vec<Discovery> {
    let subject = Subject::of(now, managed, at);
    let mut found: Vec<Discovery> = reaching_objects(now, &subject)
        .into_iter()
        .filter_map(|policy| {
            let (id, _) = custom_of(policy)?;
            Some(Discovery { policy: policy.id, script: text(now, id, script_bytes_max) })
        })
        .collect();
    found.sort_by_key(|discovery| discovery.policy);
    found
}

fn text(now: &Snapshot, id: Id, bytes_max: usize) -> Result<String, String> {
    let setting = now.find_a(&DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING, id);
    let script = script(setting.ok_or("the script of the policy was deleted")?)?;
    if script.len() > bytes_max {
        return Err(format!("the script is longer than the {bytes_max} bytes that this device takes"));
    }
    String::from_utf8(script).map_err(|_| "the script is not text".to_owned())
}

/// Facts with what the scripts of policies printed, or why they told nothing.
#[must_use]
pub fn with_printed<'a>(facts: Facts, told: impl Iterator<Item = (Id, Result<&'a str, &'a str>)>) -> Facts {
    let told: Vec<Record> = told
        .map(|(policy, printed)| match printed {
            Ok(printed) if printed.trim().is_empty() => failed(&policy.to_string(), "the script printed nothing"),
            Ok(printed) => fact(&policy.to_string(), printed),
            Err(why) => failed(&policy.to_string(), why),
        })
        .collect();
    if told.is_empty() { facts } else { facts.learn("customCompliance", Finding::Known(told.into())) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_printed_stands_by_their_policy() {
        let (one, two) = (Id::from_u128(1), Id::from_u128(2));
        let told = [(one, Ok(r#"{"Bios": "2.4"}"#)), (two, Err("it did not end within 60 s")), (two, Ok(" "))];
        let facts = with_printed(Facts::new(), told.into_iter());
        let kept: Vec<Record> = facts.record().records("customCompliance").cloned().collect();
        assert_eq!(kept[0].records("found").next().unwrap().text("value"), Some("2.4"));
        assert_eq!(kept[1].text("error"), Some("it did not end within 60 s"));
        assert_eq!(kept[2].text("error"), Some("the script printed nothing"));
        assert!(with_printed(Facts::new(), std::iter::empty()).record().get("customCompliance").is_none());
    }
}
