//! The checks: each requirement that a device can be judged by, as a function of what the device says about itself.
//!
//! A new check is one function here and its name in [`CHECKS`]; the fact it reads is a field of `deviceFacts`, and each
//! protocol that can observe the fact reports it. Those of Windows alone stand in `windows`.

use std::borrow::Cow;
use std::cmp::Ordering;

use directory::{Object, Record, Value};
use schema::managed_device::{IS_ENCRYPTED, OS_VERSION, PARTNER_REPORTED_THREAT_STATE};

use super::{custom, windows};
use crate::desired::value_text;
use crate::facts::{Facts, Finding};
use crate::version;

/// What a check looks at.
pub struct Seen<'a> {
    pub managed: &'a Object,
    pub facts: &'a Facts,
    /// The language of the device's person, for the words of a policy that has several.
    pub language: Option<&'a str>,
}

/// How a requirement is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Met {
    Yes,
    No,
    /// The device could not say: an error, neither good nor bad.
    CannotTell(String),
    /// The device has not said anything about it yet.
    NotYet,
    /// This cannot be asked of such a device.
    NotApplicable,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub met: Met,
    pub expected: String,
    pub actual: Option<String>,
    /// What the person in front of the device can do.
    pub remediation: Cow<'static, str>,
    /// What a policy's own words call it, and where they say there is more to read.
    pub title: Option<String>,
    pub more_info_url: Option<String>,
}

impl Finished {
    pub(super) fn new(met: Met, expected: String, actual: Option<String>, remediation: &'static str) -> Finished {
        Finished { met, expected, actual, remediation: remediation.into(), title: None, more_info_url: None }
    }
}

/// One check: is the requirement met with this value?
pub type Judge = fn(&Seen<'_>, &Value) -> Finished;

/// Every requirement that can be judged, by the name it has in a policy.
pub const CHECKS: &[(&str, Judge)] = &[
    ("linux_deviceencryption_required", encryption),
    ("linux_distribution_alloweddistros", distribution),
    ("linux_firewall_required", firewall),
    ("linux_secureboot_required", secure_boot),
    ("linux_passwordpolicy_minimumlength", password_length),
    ("linux_passwordpolicy_minimumdigits", password_digits),
    ("linux_passwordpolicy_minimumlowercase", password_lowercase),
    ("linux_passwordpolicy_minimumuppercase", password_uppercase),
    ("linux_passwordpolicy_minimumsymbols", password_symbols),
    ("linux_updates_maximumpendingsecurity", pending_security),
    ("linux_updates_automatic_required", automatic_updates),
    ("linux_threatlevel_maximum", threat_level),
    ("linux_customcompliance_required", custom::judge),
    ("activeFirewallRequired", firewall),
    ("antiSpywareRequired", windows::anti_spyware),
    ("antivirusRequired", windows::antivirus),
    ("bitLockerEnabled", windows::bit_locker),
    ("codeIntegrityEnabled", windows::code_integrity),
    ("configurationManagerComplianceRequired", windows::configuration_manager),
    ("defenderEnabled", windows::defender),
    ("defenderVersion", windows::defender_version),
    ("deviceCompliancePolicyScript", custom::judge),
    ("deviceThreatProtectionEnabled", threat_protection),
    ("deviceThreatProtectionRequiredSecurityLevel", threat_level),
    ("earlyLaunchAntiMalwareDriverEnabled", windows::early_launch),
    ("firmwareProtectionEnabled", windows::firmware_protection),
    ("kernelDmaProtectionEnabled", windows::kernel_dma_protection),
    ("memoryIntegrityEnabled", windows::memory_integrity),
    ("mobileOsMaximumVersion", windows::mobile_only),
    ("mobileOsMinimumVersion", windows::mobile_only),
    ("osMaximumVersion", os_maximum),
    ("osMinimumVersion", os_minimum),
    ("passwordBlockSimple", windows::password_simple),
    ("passwordExpirationDays", windows::password_days),
    ("passwordMinimumCharacterSetCount", windows::password_classes),
    ("passwordMinimumLength", password_length),
    ("passwordMinutesOfInactivityBeforeLock", windows::lock_after),
    ("passwordPreviousPasswordBlockCount", windows::password_history),
    ("passwordRequired", windows::password_set),
    ("passwordRequiredToUnlockFromIdle", windows::password_after_idle),
    ("passwordRequiredType", windows::password_type),
    ("requireHealthyDeviceReport", windows::health_attested),
    ("rtpEnabled", windows::real_time_protection),
    ("secureBootEnabled", secure_boot),
    ("signatureOutOfDate", windows::signatures_current),
    ("storageRequireEncryption", is_encrypted),
    ("tpmRequired", windows::tpm),
    ("validOperatingSystemBuildRanges", windows::build_ranges),
    ("virtualizationBasedSecurityEnabled", windows::virtualization_based_security),
    ("wslDistributions", windows::wsl_distributions),
];

/// The check of a name, ignoring case.
#[must_use]
pub fn find(name: &str) -> Option<Judge> {
    CHECKS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, judge)| *judge)
}

fn encryption(seen: &Seen<'_>, _: &Value) -> Finished {
    let mut outcome = flag(seen, "storageEncrypted", "encrypted", "encrypt the disks of this device");
    let open: Vec<&str> = seen.facts.record().texts("unencryptedMounts").collect();
    if outcome.met == Met::No && !open.is_empty() {
        outcome.actual = Some(format!("not encrypted: {}", open.join(", ")));
    }
    outcome
}

fn firewall(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "firewallActive", "on", "turn the firewall on")
}

fn secure_boot(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "secureBootEnabled", "on", "turn secure boot on in the firmware's settings")
}

fn automatic_updates(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "automaticUpdates", "on", "turn automatic security updates on")
}

fn pending_security(seen: &Seen<'_>, most: &Value) -> Finished {
    number(seen, "pendingSecurityUpdates", most, Ordering::Less, "install the security updates that are waiting")
}

const PASSWORDS: &str = "ask for a password policy that demands this of local passwords";

fn password_length(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordMinimumLength", least, Ordering::Greater, PASSWORDS)
}

fn password_digits(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordMinimumDigits", least, Ordering::Greater, PASSWORDS)
}

fn password_lowercase(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordMinimumLowercase", least, Ordering::Greater, PASSWORDS)
}

fn password_uppercase(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordMinimumUppercase", least, Ordering::Greater, PASSWORDS)
}

fn password_symbols(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordMinimumSymbols", least, Ordering::Greater, PASSWORDS)
}

fn is_encrypted(seen: &Seen<'_>, _: &Value) -> Finished {
    let met = match seen.managed.get(IS_ENCRYPTED) {
        Some(true) => Met::Yes,
        Some(false) => Met::No,
        None => Met::NotYet,
    };
    let actual = seen.managed.get(IS_ENCRYPTED).map(|is| if is { "encrypted" } else { "not encrypted" }.to_owned());
    Finished::new(met, "encrypted".into(), actual, "encrypt the disks of this device")
}

/// The levels of threat, from good to bad, as policies name them and as the device's protection reports them.
const THREAT_LEVELS: [(&str, &str); 4] =
    [("secured", "secured"), ("low", "lowSeverity"), ("medium", "mediumSeverity"), ("high", "highSeverity")];
const THREATS: &str = "let the protection of this device remove what it has found";

/// The level that the device's protection reports is at most this one. A device that is not protected, or whose protection
/// does not answer, is worse than any level.
fn threat_level(seen: &Seen<'_>, most: &Value) -> Finished {
    let place = |name: &str, of: fn(&(&'static str, &'static str)) -> &'static str| {
        THREAT_LEVELS.iter().position(|level| of(level).eq_ignore_ascii_case(name))
    };
    let most = value_text(most);
    let reported = seen.managed.get(PARTNER_REPORTED_THREAT_STATE);
    let met = match (reported, place(&most, |level| level.0)) {
        (None | Some("unknown"), _) => Met::NotYet,
        (Some("unresponsive"), _) => Met::CannotTell("the protection of the device does not answer".into()),
        (Some(reported), Some(most)) => match place(reported, |level| level.1) {
            Some(level) if level <= most => Met::Yes,
            Some(_) | None => Met::No,
        },
        (Some(_), None) => Met::CannotTell(format!("`{most}` is not a level")),
    };
    Finished::new(met, format!("at most {most}"), reported.map(str::to_owned), THREATS)
}

/// Some protection reports on the device at all.
fn threat_protection(seen: &Seen<'_>, _: &Value) -> Finished {
    let reported = seen.managed.get(PARTNER_REPORTED_THREAT_STATE);
    let met = match reported {
        None | Some("unknown") => Met::NotYet,
        Some("deactivated" | "misconfigured") => Met::No,
        Some(_) => Met::Yes,
    };
    let remediation = "install the protection that the organisation uses, and sign in to it";
    Finished::new(met, "protected".into(), reported.map(str::to_owned), remediation)
}

fn os_minimum(seen: &Seen<'_>, least: &Value) -> Finished {
    os_version(seen, least, Ordering::Less, "at least", "update the operating system")
}

fn os_maximum(seen: &Seen<'_>, most: &Value) -> Finished {
    os_version(seen, most, Ordering::Greater, "at most", "this version of the operating system is not allowed yet")
}

/// `wrong` is how an unacceptable version compares to the limit.
fn os_version(seen: &Seen<'_>, limit: &Value, wrong: Ordering, words: &str, remediation: &'static str) -> Finished {
    let limit = value_text(limit);
    let actual = seen.managed.get(OS_VERSION).map(str::to_owned);
    let met = match &actual {
        None => Met::NotYet,
        Some(actual) if version::compare(actual, &limit) == wrong => Met::No,
        Some(_) => Met::Yes,
    };
    Finished::new(met, format!("{words} {limit}"), actual, remediation)
}

/// The value is a list of records: `type`, and where they matter `minimumversion` and `maximumversion`.
fn distribution(seen: &Seen<'_>, allowed: &Value) -> Finished {
    let allowed: Vec<&Record> = allowed.as_list().unwrap_or_default().iter().filter_map(Value::as_record).collect();
    let words: Vec<String> = allowed.iter().map(|entry| distribution_words(entry)).collect();
    let expected = words.join(", or ");
    let remediation = "use a distribution and version that the organisation allows";
    let (met, actual) = match seen.facts.find("distribution") {
        Finding::NeverReported => (Met::NotYet, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(name) => {
            let name = value_text(&name);
            let version = seen.facts.text("distributionVersion");
            let is_allowed = allowed.iter().any(|entry| allows(entry, &name, version));
            let actual = format!("{name} {}", version.unwrap_or("without a version"));
            (if is_allowed { Met::Yes } else { Met::No }, Some(actual))
        }
    };
    Finished::new(met, expected, actual, remediation)
}

fn allows(entry: &Record, name: &str, version: Option<&str>) -> bool {
    let within = |limit: Option<&str>, wrong: Ordering| match (limit, version) {
        (None, _) => true,
        // A rolling distribution has no version: no limit can be judged, so none is met.
        (Some(_), None) => false,
        (Some(limit), Some(version)) => version::compare(version, limit) != wrong,
    };
    entry.text("type").is_some_and(|wanted| wanted.eq_ignore_ascii_case(name))
        && within(entry.text("minimumversion"), Ordering::Less)
        && within(entry.text("maximumversion"), Ordering::Greater)
}

fn distribution_words(entry: &Record) -> String {
    let mut words = entry.text("type").unwrap_or_default().to_owned();
    if let Some(least) = entry.text("minimumversion") {
        words.push_str(&format!(" from {least}"));
    }
    if let Some(most) = entry.text("maximumversion") {
        words.push_str(&format!(" to {most}"));
    }
    words
}

/// A fact that must be true.
pub(super) fn flag(seen: &Seen<'_>, fact: &str, good: &str, remediation: &'static str) -> Finished {
    let (met, actual) = match seen.facts.find(fact) {
        Finding::NeverReported => (Met::NotYet, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(Value::Bool(true)) => (Met::Yes, Some(good.to_owned())),
        Finding::Known(_) => (Met::No, Some(format!("not {good}"))),
    };
    Finished::new(met, good.to_owned(), actual, remediation)
}

/// A number that must be the limit or lie on its good side.
pub(super) fn number(
    seen: &Seen<'_>,
    fact: &str,
    limit: &Value,
    good: Ordering,
    remediation: &'static str,
) -> Finished {
    let limit = limit.as_int().unwrap_or(0);
    let words = if good == Ordering::Less { "at most" } else { "at least" };
    let (met, actual) = match seen.facts.find(fact) {
        Finding::NeverReported => (Met::NotYet, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(value) => {
            let value = value.as_int().unwrap_or(0);
            let is_good = value == limit || value.cmp(&limit) == good;
            (if is_good { Met::Yes } else { Met::No }, Some(value.to_string()))
        }
    };
    Finished::new(met, format!("{words} {limit}"), actual, remediation)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, Id};
    use schema::catalog::{Usage, definitions};
    use schema::managed_device::MANAGED_DEVICE;

    use super::*;

    fn check(name: &str, value: Value, attributes: &[(AttrId, Value)], facts: &Facts) -> (Met, Option<String>) {
        let managed = Object::pack(Id::nil(), MANAGED_DEVICE.id(), 1, attributes);
        let found = find(name).unwrap()(&Seen { managed: &managed, facts, language: None }, &value);
        assert!(!found.expected.is_empty(), "{name} says what it expects");
        (found.met, found.actual)
    }

    #[test]
    fn every_requirement_of_the_catalogue_has_a_check() {
        for definition in definitions().iter().filter(|definition| definition.usage == Usage::Compliance) {
            let name = definition.id.split("_item_").next().unwrap();
            // What stands beneath custom compliance is a part of it.
            let is_part = name.starts_with("linux_customcompliance_");
            let name = if is_part { "linux_customcompliance_required" } else { name };
            assert!(find(name).is_some(), "`{name}` has no check");
        }
    }

    #[test]
    fn every_requirement_of_a_windows_policy_has_a_check() {
        for attribute in schema::windows10_compliance_policy::WINDOWS10_COMPLIANCE_POLICY.attributes {
            assert!(find(attribute.name).is_some(), "`{}` has no check", attribute.name);
        }
    }

    #[test]
    fn a_threat_level_is_held_against_the_highest_that_is_allowed() {
        for (most, reported, expected) in [
            ("secured", Some("secured"), Met::Yes),
            ("secured", Some("lowSeverity"), Met::No),
            ("medium", Some("mediumSeverity"), Met::Yes),
            ("high", Some("highSeverity"), Met::Yes),
            ("high", Some("compromised"), Met::No),
            ("high", Some("deactivated"), Met::No),
            ("low", Some("unknown"), Met::NotYet),
            ("low", None, Met::NotYet),
            ("low", Some("unresponsive"), Met::CannotTell("the protection of the device does not answer".into())),
        ] {
            let attributes: Vec<_> =
                reported.map(|state| (PARTNER_REPORTED_THREAT_STATE.id, state.into())).into_iter().collect();
            for name in ["linux_threatlevel_maximum", "deviceThreatProtectionRequiredSecurityLevel"] {
                assert_eq!(check(name, most.into(), &attributes, &Facts::new()).0, expected, "{most} {reported:?}");
            }
        }
    }

    #[test]
    fn an_unknown_fact_is_neither_good_nor_bad() {
        for name in ["linux_firewall_required", "linux_secureboot_required", "linux_deviceencryption_required"] {
            assert_eq!(check(name, true.into(), &[], &Facts::new()), (Met::NotYet, None), "{name}");
        }
        let facts = Facts::new().unknown("firewallActive", "nft is not installed");
        let expected = Met::CannotTell("nft is not installed".into());
        assert_eq!(check("linux_firewall_required", true.into(), &[], &facts), (expected, None));
    }

    #[test]
    fn facts_are_held_against_their_limits() {
        let facts = Facts::new()
            .known("storageEncrypted", false)
            .known("unencryptedMounts", ["/home"])
            .known("passwordMinimumLength", 12_i64)
            .known("pendingSecurityUpdates", 3_i64);
        let text = |text: &str| Some(text.to_owned());
        for (name, value, expected) in [
            ("linux_deviceencryption_required", Value::Bool(true), (Met::No, text("not encrypted: /home"))),
            ("linux_passwordpolicy_minimumlength", Value::Int(12), (Met::Yes, text("12"))),
            ("linux_passwordpolicy_minimumlength", Value::Int(13), (Met::No, text("12"))),
            ("linux_updates_maximumpendingsecurity", Value::Int(3), (Met::Yes, text("3"))),
            ("linux_updates_maximumpendingsecurity", Value::Int(0), (Met::No, text("3"))),
        ] {
            assert_eq!(check(name, value, &[], &facts), expected, "{name}");
        }
    }

    #[test]
    fn versions_count_by_number_and_distributions_by_name() {
        let entry = |name: &str, least: Option<&str>, most: Option<&str>| {
            Record::new().with("type", name).with_some("minimumversion", least).with_some("maximumversion", most)
        };
        let allowed: Value =
            vec![entry("ubuntu", Some("22.04"), Some("24.04")), entry("debian", Some("12"), None)].into();
        for (name, version, met) in [
            ("ubuntu", Some("24.04"), Met::Yes),
            ("Ubuntu", Some("22.4"), Met::Yes),
            ("ubuntu", Some("9.10"), Met::No),
            ("ubuntu", Some("24.10"), Met::No),
            ("debian", Some("13"), Met::Yes),
            ("debian", None, Met::No),
            ("arch", None, Met::No),
        ] {
            let facts = Facts::new().known("distribution", name);
            let facts = if let Some(version) = version { facts.known("distributionVersion", version) } else { facts };
            assert_eq!(
                check("linux_distribution_alloweddistros", allowed.clone(), &[], &facts).0,
                met,
                "{name} {version:?}"
            );
        }
        let os = |version: &str| [(OS_VERSION.id, Value::from(version))];
        assert_eq!(check("osMinimumVersion", "10.0.9".into(), &os("10.0.10"), &Facts::new()).0, Met::Yes);
        assert_eq!(check("osMaximumVersion", "10.0.9".into(), &os("10.0.10"), &Facts::new()).0, Met::No);
    }
}
