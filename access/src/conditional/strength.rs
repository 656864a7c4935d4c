//! Authentication strengths: which combinations of methods are strong enough. The three built-in ones, as public facts.
//!
//! A strength may look closer (`combinationConfigurations`): at the model of a passkey and at who issued a certificate. The
//! policies inside a certificate are not known here, so a combination that asks for one is never reached.

use directory::Record;

use super::sign_in::Used;

const PHISHING_RESISTANT: &[&str] = &["fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"];
const PASSWORDLESS: &[&str] = &["fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor", "deviceBasedPush"];
const MULTI_FACTOR: &[&str] = &[
    "fido2",
    "windowsHelloForBusiness",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "federatedMultiFactor",
    "password,sms",
    "password,voice",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "federatedSingleFactor,sms",
    "federatedSingleFactor,voice",
    "federatedSingleFactor,microsoftAuthenticatorPush",
    "federatedSingleFactor,softwareOath",
    "federatedSingleFactor,hardwareOath",
];

/// The built-in strength that any two factors satisfy.
pub const MFA: &str = "00000000-0000-0000-0000-000000000002";

/// The built-in strengths: id, name, combinations.
pub const BUILT_IN: &[(&str, &str, &[&str])] = &[
    (MFA, "Multifactor authentication", MULTI_FACTOR),
    ("00000000-0000-0000-0000-000000000003", "Passwordless MFA", PASSWORDLESS),
    ("00000000-0000-0000-0000-000000000004", "Phishing-resistant MFA", PHISHING_RESISTANT),
];

/// The name and the combinations of a built-in strength.
#[must_use]
pub fn built_in(id: &str) -> Option<(&'static str, &'static [&'static str])> {
    let found = BUILT_IN.iter().find(|(known, ..)| known.eq_ignore_ascii_case(id));
    found.map(|(_, name, combinations)| (*name, *combinations))
}

/// Methods that together are strong enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    pub methods: Vec<String>,
    /// What of each method is looked at closer. All must be met.
    pub limits: Vec<Limit>,
}

/// A `combinationConfiguration`, as far as it is about one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The method whose detail must be one of these, in lower case.
    pub method: &'static str,
    pub allowed: Vec<String>,
}

/// Combinations, each as its set of methods.
pub(crate) fn split<'a>(combinations: impl Iterator<Item = &'a str>) -> Vec<Combination> {
    combinations
        .map(|combination| Combination {
            methods: combination.split(',').map(|m| m.trim().to_owned()).collect(),
            limits: Vec::new(),
        })
        .collect()
}

/// Put `combinationConfigurations` on the combinations that they are about.
pub(crate) fn limit(combinations: &mut [Combination], configurations: &[Record]) {
    for configuration in configurations {
        let about: Vec<Combination> = split(configuration.texts("appliesToCombinations"));
        let limits = limits(configuration);
        for combination in combinations.iter_mut() {
            if about.iter().any(|one| same(&one.methods, &combination.methods)) {
                combination.limits.extend(limits.iter().cloned());
            }
        }
    }
}

fn limits(configuration: &Record) -> Vec<Limit> {
    let lower = |list: &str| configuration.texts(list).map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let mut limits = Vec::new();
    let aaguids = lower("allowedAAGUIDs");
    if !aaguids.is_empty() {
        limits.push(Limit { method: "fido2", allowed: aaguids });
    }
    for (method, list) in
        [("x509CertificateSingleFactor", "allowedIssuerSkis"), ("x509CertificateMultiFactor", "allowedIssuerSkis")]
    {
        if configuration.texts("appliesToCombinations").any(|c| c.contains(method)) {
            let allowed = lower(list);
            if !allowed.is_empty() {
                limits.push(Limit { method, allowed });
            }
            if configuration.texts("allowedPolicyOIDs").next().is_some() {
                limits.push(Limit { method, allowed: Vec::new() });
            }
        }
    }
    limits
}

fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|method| other.iter().any(|o| o.eq_ignore_ascii_case(method)))
}

/// Whether the methods used contain one of the combinations.
#[must_use]
pub fn is_reached(combinations: &[Combination], used: &[Used]) -> bool {
    let has = |method: &str| used.iter().any(|u| u.method.eq_ignore_ascii_case(method));
    let keeps = |limit: &Limit| {
        used.iter().filter(|u| u.method.eq_ignore_ascii_case(limit.method)).any(|u| {
            u.detail.as_ref().is_some_and(|detail| limit.allowed.iter().any(|a| a.eq_ignore_ascii_case(detail)))
        })
    };
    combinations
        .iter()
        .any(|combination| combination.methods.iter().all(|method| has(method)) && combination.limits.iter().all(keeps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_is_strong_enough_or_not() {
        for (used, mfa, passwordless, phishing_resistant) in [
            (&["fido2"][..], true, true, true),
            (&["deviceBasedPush"], true, true, false),
            (&["temporaryAccessPassOneTime"], true, false, false),
            (&["password", "softwareOath"], true, false, false),
            (&["password"], false, false, false),
            (&["sms"], false, false, false),
            (&["x509CertificateSingleFactor"], false, false, false),
            (&[], false, false, false),
        ] {
            let used: Vec<Used> = used.iter().map(|m| Used::of(m)).collect();
            let reached: Vec<bool> =
                BUILT_IN.iter().map(|(_, _, all)| is_reached(&split(all.iter().copied()), &used)).collect();
            assert_eq!(reached, [mfa, passwordless, phishing_resistant], "{used:?}");
        }
        for second in ["sms", "voice", "microsoftAuthenticatorPush", "softwareOath", "hardwareOath"] {
            assert!(MULTI_FACTOR.contains(&format!("password,{second}").as_str()), "{second}");
        }
    }

    #[test]
    fn a_strength_may_look_closer_at_a_passkey_or_a_certificate() {
        let passkeys = Record::new().with("appliesToCombinations", ["fido2"]).with("allowedAAGUIDs", ["AA-1", "aa-2"]);
        let cards = |list: &str| {
            Record::new().with("appliesToCombinations", ["x509CertificateMultiFactor"]).with(list, ["0a0b"])
        };
        let used = |method: &str, detail: Option<&str>| Used { detail: detail.map(str::to_owned), ..Used::of(method) };
        for (configuration, used, expect) in [
            (passkeys.clone(), used("fido2", Some("aa-1")), true),
            (passkeys.clone(), used("fido2", Some("aa-3")), false),
            (passkeys.clone(), used("fido2", None), false),
            (passkeys, used("x509CertificateMultiFactor", None), true),
            (cards("allowedIssuerSkis"), used("x509CertificateMultiFactor", Some("0A0B")), true),
            (cards("allowedIssuerSkis"), used("x509CertificateMultiFactor", Some("ff")), false),
            (cards("allowedPolicyOIDs"), used("x509CertificateMultiFactor", Some("0a0b")), false),
            (cards("allowedIssuerSkis"), used("fido2", None), true),
        ] {
            let mut combinations = split(["fido2", "x509CertificateMultiFactor"].into_iter());
            limit(&mut combinations, std::slice::from_ref(&configuration));
            assert_eq!(is_reached(&combinations, std::slice::from_ref(&used)), expect, "{configuration:?} {used:?}");
        }
    }
}
