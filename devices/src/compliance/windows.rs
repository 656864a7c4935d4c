//! What Windows devices alone can be required to be like; judged here, observed by the protocol that speaks to them.

use std::cmp::Ordering;

use directory::{Record, Value};
use schema::managed_device::OS_VERSION;

use super::checks::{Finished, Met, Seen, flag, number};
use crate::desired::value_text;
use crate::facts::Finding;
use crate::version;

const PROTECTION: &str = "turn the protection against viruses and threats on";
const FIRMWARE: &str = "turn it on in the settings of the firmware or of core isolation, and restart";
const PASSWORDS: &str = "set a password as the organisation asks for";

pub(super) fn anti_spyware(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "antiSpywareActive", "on", PROTECTION)
}

pub(super) fn antivirus(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "antivirusActive", "on", PROTECTION)
}

pub(super) fn bit_locker(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "bitLockerEnabled", "on", "turn BitLocker on and restart")
}

pub(super) fn code_integrity(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "codeIntegrityEnabled", "on", FIRMWARE)
}

/// Only devices that Configuration Manager looks after too can be asked what it thinks of them.
pub(super) fn configuration_manager(seen: &Seen<'_>, _: &Value) -> Finished {
    let mut outcome = flag(
        seen,
        "configurationManagerCompliant",
        "compliant for Configuration Manager",
        "see in Software Center what is wrong",
    );
    if outcome.met == Met::NotYet && !seen.facts.is_empty() {
        outcome.met = Met::NotApplicable;
    }
    outcome
}

pub(super) fn defender(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "defenderActive", "on", PROTECTION)
}

pub(super) fn defender_version(seen: &Seen<'_>, least: &Value) -> Finished {
    let least = value_text(least);
    let (met, actual) = match seen.facts.find("defenderVersion") {
        Finding::NeverReported => (Met::NotYet, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(version) => {
            let version = value_text(&version);
            let is_old = version::compare(&version, &least) == Ordering::Less;
            (if is_old { Met::No } else { Met::Yes }, Some(version))
        }
    };
    Finished::new(met, format!("at least {least}"), actual, "install the updates that are waiting")
}

pub(super) fn early_launch(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "earlyLaunchAntiMalwareDriverEnabled", "on", FIRMWARE)
}

pub(super) fn firmware_protection(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "firmwareProtectionEnabled", "on", FIRMWARE)
}

pub(super) fn health_attested(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "healthAttested", "attested as healthy", "restart the device, so that it is measured again")
}

pub(super) fn kernel_dma_protection(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "kernelDmaProtectionEnabled", "on", FIRMWARE)
}

pub(super) fn memory_integrity(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "memoryIntegrityEnabled", "on", FIRMWARE)
}

/// Of phones, which these devices are not.
pub(super) fn mobile_only(_: &Seen<'_>, limit: &Value) -> Finished {
    Finished::new(Met::NotApplicable, value_text(limit), None, "nothing: this is asked of phones")
}

pub(super) fn password_set(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "passwordSet", "set", PASSWORDS)
}

pub(super) fn password_simple(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "passwordSimpleBlocked", "blocked", PASSWORDS)
}

pub(super) fn password_after_idle(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "passwordRequiredAfterIdle", "asked for", PASSWORDS)
}

pub(super) fn password_classes(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordMinimumClasses", least, Ordering::Greater, PASSWORDS)
}

pub(super) fn password_history(seen: &Seen<'_>, least: &Value) -> Finished {
    number(seen, "passwordHistoryLength", least, Ordering::Greater, PASSWORDS)
}

pub(super) fn password_days(seen: &Seen<'_>, most: &Value) -> Finished {
    never_is_worst(number(seen, "passwordMaximumDays", most, Ordering::Less, PASSWORDS))
}

pub(super) fn lock_after(seen: &Seen<'_>, most: &Value) -> Finished {
    never_is_worst(number(seen, "lockAfterMinutes", most, Ordering::Less, PASSWORDS))
}

/// Days and minutes in which nothing happens are said as 0.
fn never_is_worst(mut outcome: Finished) -> Finished {
    if outcome.actual.as_deref() == Some("0") {
        outcome.met = Met::No;
        outcome.actual = Some("never".to_owned());
    }
    outcome
}

/// A password with letters is as good as one of digits alone.
pub(super) fn password_type(seen: &Seen<'_>, wanted: &Value) -> Finished {
    let wanted = value_text(wanted);
    let (met, actual) = match seen.facts.find("passwordType") {
        Finding::NeverReported => (Met::NotYet, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(has) => {
            let has = value_text(&has);
            let is_good = has.eq_ignore_ascii_case(&wanted) || has.eq_ignore_ascii_case("alphanumeric");
            (if is_good { Met::Yes } else { Met::No }, Some(has))
        }
    };
    Finished::new(met, wanted, actual, PASSWORDS)
}

pub(super) fn real_time_protection(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "realTimeProtectionActive", "on", PROTECTION)
}

/// The property is named for what must not be.
pub(super) fn signatures_current(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "antivirusSignaturesCurrent", "up to date", "let the protection against viruses update itself")
}

pub(super) fn tpm(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "tpmActive", "on", "turn the trusted platform module on in the firmware's settings")
}

pub(super) fn virtualization_based_security(seen: &Seen<'_>, _: &Value) -> Finished {
    flag(seen, "virtualizationBasedSecurityEnabled", "on", FIRMWARE)
}

/// The build lies in one of the ranges.
pub(super) fn build_ranges(seen: &Seen<'_>, ranges: &Value) -> Finished {
    let ranges: Vec<&Record> = records(ranges);
    let words: Vec<String> = ranges
        .iter()
        .map(|range| {
            let end = |field: &str| range.text(field).unwrap_or("any").to_owned();
            format!("{} to {}", end("lowestVersion"), end("highestVersion"))
        })
        .collect();
    let actual = seen.managed.get(OS_VERSION);
    let is_within = |range: &&Record, build: &str| {
        range.text("lowestVersion").is_none_or(|least| version::compare(build, least).is_ge())
            && range.text("highestVersion").is_none_or(|most| version::compare(build, most).is_le())
    };
    let met = match actual {
        None => Met::NotYet,
        Some(build) if ranges.iter().any(|range| is_within(range, build)) => Met::Yes,
        Some(_) => Met::No,
    };
    Finished::new(met, words.join(", or "), actual.map(str::to_owned), "install the updates that are waiting")
}

/// Every Linux within is allowed, in a version that is allowed.
pub(super) fn wsl_distributions(seen: &Seen<'_>, allowed: &Value) -> Finished {
    let allowed = records(allowed);
    let names: Vec<&str> = allowed.iter().filter_map(|entry| entry.text("distribution")).collect();
    let is_allowed = |own: &&Record| {
        let version = own.text("version").unwrap_or_default();
        allowed.iter().any(|entry| {
            let same = entry.text("distribution").zip(own.text("distribution"));
            same.is_some_and(|(wanted, own)| wanted.eq_ignore_ascii_case(own))
                && entry.text("minimumOSVersion").is_none_or(|least| version::compare(version, least).is_ge())
                && entry.text("maximumOSVersion").is_none_or(|most| version::compare(version, most).is_le())
        })
    };
    let (met, actual) = match seen.facts.find("wslDistributions") {
        Finding::NeverReported if seen.facts.is_empty() => (Met::NotYet, None),
        // A list without entries is not kept.
        Finding::NeverReported => (Met::NotApplicable, None),
        Finding::Unknown(why) => (Met::CannotTell(why), None),
        Finding::Known(own) => {
            let own = records(&own);
            let wrong: Vec<String> = own
                .iter()
                .filter(|own| !is_allowed(own))
                .map(|own| {
                    let field = |name: &str| own.text(name).unwrap_or_default();
                    format!("{} {}", field("distribution"), field("version")).trim().to_owned()
                })
                .collect();
            if own.is_empty() {
                (Met::NotApplicable, None)
            } else if wrong.is_empty() {
                (Met::Yes, Some("only what is allowed".to_owned()))
            } else {
                (Met::No, Some(wrong.join(", ")))
            }
        }
    };
    let remediation = "remove or update the Linux distributions that are not allowed";
    Finished::new(met, format!("only {}", names.join(", ")), actual, remediation)
}

fn records(value: &Value) -> Vec<&Record> {
    value.as_list().unwrap_or_default().iter().filter_map(Value::as_record).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Id, Object};
    use schema::managed_device::MANAGED_DEVICE;

    use super::*;
    use crate::compliance::checks::find;
    use crate::facts::Facts;

    fn check(name: &str, value: Value, os: Option<&str>, facts: &Facts) -> Met {
        let os: Vec<_> = os.map(|os| (OS_VERSION.id, os.into())).into_iter().collect();
        let managed = Object::pack(Id::nil(), MANAGED_DEVICE.id(), 1, &os);
        find(name).unwrap()(&Seen { managed: &managed, facts, language: None }, &value).met
    }

    #[test]
    fn what_must_be_on_is_judged_by_its_own_fact() {
        for (name, fact) in [
            ("antiSpywareRequired", "antiSpywareActive"),
            ("antivirusRequired", "antivirusActive"),
            ("bitLockerEnabled", "bitLockerEnabled"),
            ("codeIntegrityEnabled", "codeIntegrityEnabled"),
            ("configurationManagerComplianceRequired", "configurationManagerCompliant"),
            ("defenderEnabled", "defenderActive"),
            ("earlyLaunchAntiMalwareDriverEnabled", "earlyLaunchAntiMalwareDriverEnabled"),
            ("firmwareProtectionEnabled", "firmwareProtectionEnabled"),
            ("kernelDmaProtectionEnabled", "kernelDmaProtectionEnabled"),
            ("memoryIntegrityEnabled", "memoryIntegrityEnabled"),
            ("passwordBlockSimple", "passwordSimpleBlocked"),
            ("passwordRequired", "passwordSet"),
            ("passwordRequiredToUnlockFromIdle", "passwordRequiredAfterIdle"),
            ("requireHealthyDeviceReport", "healthAttested"),
            ("rtpEnabled", "realTimeProtectionActive"),
            ("secureBootEnabled", "secureBootEnabled"),
            ("signatureOutOfDate", "antivirusSignaturesCurrent"),
            ("tpmRequired", "tpmActive"),
            ("virtualizationBasedSecurityEnabled", "virtualizationBasedSecurityEnabled"),
        ] {
            let judged = |facts: &Facts| check(name, true.into(), None, facts);
            assert_eq!(judged(&Facts::new()), Met::NotYet, "{name}");
            assert_eq!(judged(&Facts::new().known(fact, true)), Met::Yes, "{name}");
            assert_eq!(judged(&Facts::new().known(fact, false)), Met::No, "{name}");
            assert_eq!(judged(&Facts::new().unknown(fact, "w")), Met::CannotTell("w".into()), "{name}");
            let is_field = schema::managed_device::DEVICE_FACTS_RECORD.field(fact).is_some();
            assert!(is_field, "`{fact}` is kept");
        }
    }

    #[test]
    fn limits_of_windows_are_held_against_what_the_device_says() {
        let number = |fact: &str, n: i64| Facts::new().known(fact, n);
        let text = |fact: &str, text: &str| Facts::new().known(fact, text);
        for (name, limit, facts, expected) in [
            ("passwordExpirationDays", Value::Int(30), number("passwordMaximumDays", 30), Met::Yes),
            ("passwordExpirationDays", Value::Int(30), number("passwordMaximumDays", 31), Met::No),
            ("passwordExpirationDays", Value::Int(30), number("passwordMaximumDays", 0), Met::No),
            ("passwordMinutesOfInactivityBeforeLock", Value::Int(5), number("lockAfterMinutes", 5), Met::Yes),
            ("passwordMinutesOfInactivityBeforeLock", Value::Int(5), number("lockAfterMinutes", 0), Met::No),
            ("passwordPreviousPasswordBlockCount", Value::Int(5), number("passwordHistoryLength", 4), Met::No),
            ("passwordMinimumCharacterSetCount", Value::Int(3), number("passwordMinimumClasses", 3), Met::Yes),
            ("passwordRequiredType", "numeric".into(), text("passwordType", "alphanumeric"), Met::Yes),
            ("passwordRequiredType", "alphanumeric".into(), text("passwordType", "numeric"), Met::No),
            ("defenderVersion", "4.18.10".into(), text("defenderVersion", "4.18.9"), Met::No),
            ("defenderVersion", "4.18.10".into(), text("defenderVersion", "4.18.10"), Met::Yes),
            ("mobileOsMinimumVersion", "10".into(), Facts::new(), Met::NotApplicable),
        ] {
            assert_eq!(check(name, limit.clone(), None, &facts), expected, "{name} {limit:?}");
        }
    }

    #[test]
    fn a_build_is_in_one_of_the_ranges_and_linux_within_is_what_is_allowed() {
        let range = |least: &str, most: &str| Record::new().with("lowestVersion", least).with("highestVersion", most);
        let ranges: Value =
            vec![range("10.0.19045.0", "10.0.19045.9999"), range("10.0.22631", "10.0.22631.5000")].into();
        for (os, expected) in [
            (Some("10.0.19045.3"), Met::Yes),
            (Some("10.0.22631.5000"), Met::Yes),
            (Some("10.0.22000.1"), Met::No),
            (None, Met::NotYet),
        ] {
            assert_eq!(check("validOperatingSystemBuildRanges", ranges.clone(), os, &Facts::new()), expected, "{os:?}");
        }
        let allowed: Value =
            vec![Record::new().with("distribution", "Ubuntu").with("minimumOSVersion", "22.04")].into();
        let has = |all: &[(&str, &str)]| {
            let own =
                |(name, version): &(&str, &str)| Record::new().with("distribution", *name).with("version", *version);
            Facts::new().known("wslDistributions", all.iter().map(own).collect::<Vec<_>>())
        };
        for (facts, expected) in [
            (has(&[("ubuntu", "24.04")]), Met::Yes),
            (has(&[("ubuntu", "20.04")]), Met::No),
            (has(&[("ubuntu", "24.04"), ("kali-linux", "1")]), Met::No),
            (has(&[]), Met::NotApplicable),
            (Facts::new().known("tpmActive", true), Met::NotApplicable),
            (Facts::new(), Met::NotYet),
        ] {
            assert_eq!(check("wslDistributions", allowed.clone(), None, &facts), expected, "{facts:?}");
        }
    }
}
