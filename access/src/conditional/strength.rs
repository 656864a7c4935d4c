//! Authentication strengths: which combinations of methods are strong enough. The three built-in ones, as public facts.

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

/// Combinations, each as its set of methods.
pub(crate) fn split<'a>(combinations: impl Iterator<Item = &'a str>) -> Vec<Vec<String>> {
    combinations.map(|combination| combination.split(',').map(|m| m.trim().to_owned()).collect()).collect()
}

/// Whether the methods used contain one of the combinations.
#[must_use]
pub fn is_reached(combinations: &[Vec<String>], used: &[String]) -> bool {
    combinations
        .iter()
        .any(|combination| combination.iter().all(|method| used.iter().any(|u| u.eq_ignore_ascii_case(method))))
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
            let used: Vec<String> = used.iter().map(|m| (*m).to_owned()).collect();
            let reached: Vec<bool> =
                BUILT_IN.iter().map(|(_, _, all)| is_reached(&split(all.iter().copied()), &used)).collect();
            assert_eq!(reached, [mfa, passwordless, phishing_resistant], "{used:?}");
        }
        for second in ["sms", "voice", "microsoftAuthenticatorPush", "softwareOath", "hardwareOath"] {
            assert!(MULTI_FACTOR.contains(&format!("password,{second}").as_str()), "{second}");
        }
    }
}
