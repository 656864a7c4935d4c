//! Classes of authentication (`acr`): what a client may ask of a sign-in beyond what policies ask (OpenID Connect Core
//! §3.1.2.1, RFC 9470).
//!
//! `1` is any sign-in, as Entra has it; the REFEDS profiles are what universities ask for; `phr` is phishing-resistant
//! (OpenID Connect EAP ACR Values 1.0 §2).

use directory::Id;

use crate::evidence::{Evidence, Method};
use crate::verdict::Need;

/// So many classes are read of a request.
pub const CLASSES_MAX: usize = 8;
/// Every class that is known, the plainest first: for `acr_values_supported`.
pub const CLASSES: [&str; 4] = [ANY, SFA, MFA, PHISHING_RESISTANT];

const ANY: &str = "1";
const SFA: &str = "https://refeds.org/profile/sfa";
const MFA: &str = "https://refeds.org/profile/mfa";
const PHISHING_RESISTANT: &str = "phr";
/// The built-in strength of the same meaning.
const PHISHING_RESISTANT_STRENGTH: Id = Id::from_u128(4);
const RESISTANT: [Method; 3] = [Method::Fido2, Method::WindowsHelloForBusiness, Method::X509CertificateMultiFactor];

#[must_use]
pub fn is_class(class: &str) -> bool {
    CLASSES.contains(&class)
}

/// The first of these classes that the evidence reaches: they come in order of preference.
#[must_use]
pub fn class_reached<'c>(classes: &'c [String], evidence: &Evidence) -> Option<&'c str> {
    classes.iter().map(String::as_str).find(|class| reaches(evidence, class))
}

/// What is still missing for one of these classes; nothing where one is reached, or where none of them is known.
#[must_use]
pub fn class_need(classes: &[String], evidence: &Evidence) -> Option<Need> {
    if class_reached(classes, evidence).is_some() {
        return None;
    }
    match classes.iter().map(String::as_str).find(|class| is_class(class))? {
        PHISHING_RESISTANT => Some(Need::Strength {
            id: PHISHING_RESISTANT_STRENGTH,
            name: "Phishing-resistant MFA".to_owned(),
            combinations: RESISTANT.map(|method| vec![method.mode().to_owned()]).to_vec(),
        }),
        MFA => Some(Need::Mfa),
        _ => None,
    }
}

fn reaches(evidence: &Evidence, class: &str) -> bool {
    match class {
        ANY | SFA => true,
        MFA => evidence.mfa().is_some(),
        PHISHING_RESISTANT => evidence.proofs.iter().any(|proof| RESISTANT.contains(&proof.method)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Proof;
    use directory::Time;

    #[test]
    fn a_class_is_reached_by_what_was_proved_and_otherwise_says_what_is_missing() {
        let of = |methods: &[Method]| {
            let proofs = methods.iter().map(|method| Proof::of(*method, Time::from_unix(1))).collect();
            let (user, session) = (Id::from_u128(1), Id::from_u128(2));
            Evidence { proofs, ..Evidence::begin(user, session, Proof::of(Method::Password, Time::from_unix(1))) }
        };
        let is_resistance =
            |need: &Need| matches!(need, Need::Strength { combinations, .. } if combinations.len() == 3);
        for (classes, methods, reached, need) in [
            ("1", &[Method::Password][..], Some("1"), None),
            (MFA, &[Method::Password], None, Some("mfa")),
            (MFA, &[Method::Password, Method::SoftwareOath], Some(MFA), None),
            ("phr", &[Method::Password, Method::SoftwareOath], None, Some("phr")),
            ("phr", &[Method::Fido2], Some("phr"), None),
            ("phr", &[Method::Fido2Touch, Method::Password], None, Some("phr")),
            ("phr 1", &[Method::Password], Some("1"), None),
            ("unknown", &[Method::Password], None, None),
            ("unknown phr", &[Method::Password], None, Some("phr")),
            ("", &[Method::Password], None, None),
        ] {
            let classes: Vec<String> = classes.split_ascii_whitespace().map(str::to_owned).collect();
            let evidence = of(methods);
            assert_eq!(class_reached(&classes, &evidence), reached, "{classes:?}");
            let found = class_need(&classes, &evidence).map(|need| if is_resistance(&need) { "phr" } else { "mfa" });
            assert_eq!(found, need, "{classes:?} {methods:?}");
        }
    }
}
