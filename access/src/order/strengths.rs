//! Authentication strengths of one's own: what they amount to, and none lost that a policy demands.

use directory::{Actor, Call, Change, Check, Refusal, Snapshot};
use schema::authentication_strength_policy::{
    ALLOWED_COMBINATIONS, AUTHENTICATION_STRENGTH_POLICY, COMBINATION_CONFIGURATIONS, POLICY_TYPE,
    REQUIREMENTS_SATISFIED,
};

use super::{fill, given, removed, stamp, touched};
use crate::strengths::{is_multi_factor, requirements, users};

pub(crate) const CHECK: Check =
    Check { kind: &AUTHENTICATION_STRENGTH_POLICY, complete: Some(complete), check: Some(check) };

/// Combinations of one factor, which a strength may allow all the same.
const SINGLE_FACTOR: &[&str] =
    &["password", "sms", "federatedSingleFactor", "x509CertificateSingleFactor", "qrCodePin"];

/// How many strengths an organization may define: what Microsoft documents.
const CUSTOM_MAX: usize = 15;

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes.iter_mut() {
        if let Change::Create { kind, attributes, .. } = change
            && *kind == AUTHENTICATION_STRENGTH_POLICY.id()
        {
            let combinations = given(attributes, ALLOWED_COMBINATIONS).and_then(|v| v.as_list()).unwrap_or(&[]);
            let amounts_to = requirements(combinations.iter().filter_map(|c| c.as_text()));
            fill(attributes, REQUIREMENTS_SATISFIED, amounts_to);
            fill(attributes, POLICY_TYPE, "custom");
        }
    }
    stamp(now, call.at, &AUTHENTICATION_STRENGTH_POLICY, changes);
    Ok(())
}

/// Each combination is one that there is, and what holds one to more fits it.
fn check_combinations(strength: &directory::Object) -> Result<(), Refusal> {
    let combinations = strength.get(ALLOWED_COMBINATIONS).unwrap_or_default();
    let wrong = |message: String| Err(Refusal::invalid(message).at(ALLOWED_COMBINATIONS.name));
    for (at, combination) in combinations.iter().enumerate() {
        if !is_multi_factor(combination) && !SINGLE_FACTOR.contains(combination) {
            return wrong(format!("`{combination}` is no combination of methods"));
        }
        if combinations.iter().take(at).any(|known| known == combination) {
            return wrong(format!("`{combination}` is named twice"));
        }
    }
    if combinations.is_empty() {
        return wrong("names at least one combination".to_owned());
    }
    let configurations = strength.get(COMBINATION_CONFIGURATIONS).unwrap_or_default();
    let mut held: Vec<String> = Vec::new();
    for configuration in &configurations {
        check_configuration(configuration, &combinations)?;
        for combination in configuration.texts("appliesToCombinations") {
            if held.iter().any(|known| known == combination) {
                return wrong(format!("`{combination}` is configured twice"));
            }
            held.push(combination.to_owned());
        }
    }
    Ok(())
}

fn check_configuration(configuration: &directory::Record, combinations: &[&str]) -> Result<(), Refusal> {
    let wrong = |message: &str| Err(Refusal::invalid(message).at(COMBINATION_CONFIGURATIONS.name));
    let kind = configuration.text("@odata.type").unwrap_or_default();
    let applies: Vec<&str> = configuration.texts("appliesToCombinations").collect();
    if applies.is_empty() || !applies.iter().all(|combination| combinations.contains(combination)) {
        return wrong("applies to combinations that the strength allows");
    }
    if kind.ends_with("fido2CombinationConfiguration") {
        let guids: Vec<&str> = configuration.texts("allowedAAGUIDs").collect();
        if guids.is_empty() || !guids.iter().all(|guid| directory::id_from_text(guid).is_some()) {
            return wrong("names passkey models by their AAGUIDs");
        }
        return if applies == ["fido2"] { Ok(()) } else { wrong("AAGUIDs are those of passkeys: it applies to fido2") };
    }
    let is_certificate = |combination: &&str| combination.starts_with("x509Certificate");
    let has_any =
        ["allowedIssuerSkis", "allowedPolicyOIDs"].iter().any(|list| configuration.texts(list).next().is_some());
    if !applies.iter().all(is_certificate) {
        return wrong("issuers are those of certificates: it applies to x509 combinations");
    }
    if has_any { Ok(()) } else { wrong("names issuers or policies of certificates") }
}

fn check(before: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_built_in = |strength: &directory::Object| strength.get(POLICY_TYPE) == Some("builtIn");
    let gone = removed(before, changes, &AUTHENTICATION_STRENGTH_POLICY);
    let mut concerned = touched(after, changes, &AUTHENTICATION_STRENGTH_POLICY);
    concerned.extend(gone.iter().copied());
    if call.caller.actor != Actor::System && concerned.into_iter().any(is_built_in) {
        return Err(Refusal::denied("a built-in authentication strength stays as it is: define one of your own"));
    }
    let custom = after.all(&AUTHENTICATION_STRENGTH_POLICY).filter(|strength| !is_built_in(strength)).count();
    if custom > CUSTOM_MAX {
        return Err(Refusal::limit(format!("an organization defines at most {CUSTOM_MAX} authentication strengths")));
    }
    for strength in gone {
        if let Some(policy) = users(after, strength).next() {
            let name = policy.get(schema::DISPLAY_NAME).unwrap_or_default();
            return Err(Refusal::state(format!("the policy `{name}` demands this strength: change the policy first")));
        }
    }
    for strength in touched(after, changes, &AUTHENTICATION_STRENGTH_POLICY) {
        check_combinations(strength)?;
    }
    Ok(())
}
