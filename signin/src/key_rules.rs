//! Which passkeys the policy admits: by model (AAGUID), by whether their maker vouches for them, by whether they can be
//! copied. Rules stand in the configuration itself, or in profiles that targets name.

use directory::{Id, Record, Snapshot};

use crate::methods_policy::{Allowed, PolicyMethod, allowed};

/// What is known of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// The AAGUID as a GUID's text; absent where the authenticator does not say.
    pub aa_guid: Option<&'a str>,
    /// Its maker vouched for it, and a trusted root for the maker.
    pub is_attested: bool,
    /// It can be copied to other devices (the flag BE, WebAuthn Level 3 §6.1.3).
    pub is_synced: bool,
}

/// The rules for one person's passkeys: a key is admitted when one profile admits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRules {
    pub is_self_service_registration_allowed: bool,
    profiles: Vec<Profile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Profile {
    is_attestation_enforced: bool,
    /// Whether those named are the only ones (`allow`) or the ones left out (`block`).
    restriction: Option<(bool, Vec<String>)>,
    device_bound: bool,
    synced: bool,
}

/// What somebody's passkeys must be; absent when they may have none.
#[must_use]
pub fn key_rules(now: &Snapshot, user: Id) -> Option<KeyRules> {
    let Allowed { configuration, targets, .. } = allowed(now, user, PolicyMethod::Fido2)?;
    let named: Vec<Id> =
        targets.iter().flat_map(|target| target.list("allowedPasskeyProfiles")).filter_map(|v| v.as_guid()).collect();
    let mut profiles: Vec<Profile> = configuration
        .records("passkeyProfiles")
        .filter(|profile| profile.text("id").and_then(directory::id_from_text).is_some_and(|id| named.contains(&id)))
        .map(Profile::read)
        .collect();
    if named.is_empty() {
        profiles.push(Profile::of_the_whole(&configuration));
    }
    let is_self_service_registration_allowed = configuration.bool("isSelfServiceRegistrationAllowed").unwrap_or(true);
    Some(KeyRules { is_self_service_registration_allowed, profiles })
}

impl KeyRules {
    /// Whether a key may be registered.
    #[must_use]
    pub fn admits_new(&self, key: Key<'_>) -> bool {
        self.profiles.iter().any(|profile| profile.admits(key) && (key.is_attested || !profile.is_attestation_enforced))
    }

    /// Whether a registered key still lets in: a model taken off the list no longer does.
    #[must_use]
    pub fn admits(&self, key: Key<'_>) -> bool {
        self.profiles.iter().any(|profile| profile.admits(key))
    }

    /// Whether a key without its maker's word can be registered at all.
    #[must_use]
    pub fn is_attestation_enforced(&self) -> bool {
        self.profiles.iter().all(|profile| profile.is_attestation_enforced)
    }
}

impl Profile {
    fn of_the_whole(configuration: &Record) -> Profile {
        Profile {
            is_attestation_enforced: configuration.bool("isAttestationEnforced") == Some(true),
            restriction: restriction(configuration),
            device_bound: true,
            synced: true,
        }
    }

    fn read(profile: &Record) -> Profile {
        let types = profile.text("passkeyTypes").unwrap_or("deviceBound,synced");
        let has = |name: &str| types.split(',').any(|word| word.trim() == name);
        Profile {
            is_attestation_enforced: profile.text("attestationEnforcement") == Some("registrationOnly"),
            restriction: restriction(profile),
            device_bound: has("deviceBound"),
            synced: has("synced"),
        }
    }

    fn admits(&self, key: Key<'_>) -> bool {
        let is_listed = |list: &[String]| {
            key.aa_guid.is_some_and(|aa_guid| list.iter().any(|listed| listed.eq_ignore_ascii_case(aa_guid)))
        };
        let fits = match &self.restriction {
            None => true,
            Some((true, list)) => is_listed(list),
            Some((false, list)) => !is_listed(list),
        };
        fits && if key.is_synced { self.synced } else { self.device_bound }
    }
}

fn restriction(record: &Record) -> Option<(bool, Vec<String>)> {
    let keys = record.record("keyRestrictions").filter(|keys| keys.bool("isEnforced") == Some(true))?;
    let list = keys.texts("aaGuids").map(str::to_owned).collect();
    Some((keys.text("enforcementType") != Some("block"), list))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::USER_ID;
    use crate::methods_policy::tests::with;
    use directory::Value;

    const GOOD: &str = "cb69481e-8ff7-4039-93ec-0a2729a154a8";
    const OTHER: &str = "ee882879-721c-4913-9775-3dfcce97072a";

    fn restricted(kind: &str, is_enforced: bool) -> Record {
        let keys = Record::new()
            .with("isEnforced", is_enforced)
            .with("enforcementType", kind)
            .with("aaGuids", [GOOD.to_uppercase().as_str()]);
        PolicyMethod::Fido2.default_configuration().with("keyRestrictions", keys)
    }

    fn key(aa_guid: &str) -> Key<'_> {
        Key { aa_guid: Some(aa_guid), is_attested: true, is_synced: false }
    }

    #[test]
    fn lists_admit_or_block_models_at_registration_and_at_every_use() {
        for (configuration, expect) in [
            (restricted("allow", true), [true, false, false]),
            (restricted("block", true), [false, true, true]),
            (restricted("allow", false), [true, true, true]),
        ] {
            let rules = key_rules(&with(vec![configuration.clone()]), USER_ID).unwrap();
            let keys = [key(GOOD), key(OTHER), Key { aa_guid: None, ..key(GOOD) }];
            assert_eq!(keys.map(|key| rules.admits(key)), expect, "{configuration:?}");
            assert_eq!(keys.map(|key| rules.admits_new(key)), expect, "{configuration:?}");
        }
    }

    #[test]
    fn an_enforced_attestation_is_asked_for_at_registration_only() {
        let configuration = PolicyMethod::Fido2.default_configuration().with("isAttestationEnforced", true);
        let rules = key_rules(&with(vec![configuration]), USER_ID).unwrap();
        let bare = Key { is_attested: false, ..key(GOOD) };
        assert!(rules.is_attestation_enforced() && rules.admits(bare) && rules.admits_new(key(GOOD)));
        assert!(!rules.admits_new(bare));
    }

    #[test]
    fn profiles_hold_for_those_whose_target_names_them() {
        let (bound, synced) = (Id::from_u128(0xa1), Id::from_u128(0xa2));
        let profile = |id: Id, types: &str| {
            let record = Record::new().with("id", id.to_string()).with("name", types).with("passkeyTypes", types);
            record.with("attestationEnforcement", "disabled")
        };
        for (named, expect) in
            [(vec![bound], [true, false]), (vec![bound, synced], [true, true]), (vec![], [true, true])]
        {
            let named: Vec<Value> = named.into_iter().map(Value::Guid).collect();
            let target = Record::new().with("id", "all_users").with("allowedPasskeyProfiles", Value::List(named));
            let configuration = PolicyMethod::Fido2
                .default_configuration()
                .with("includeTargets", vec![target])
                .with("passkeyProfiles", vec![profile(bound, "deviceBound"), profile(synced, "synced")]);
            let rules = key_rules(&with(vec![configuration]), USER_ID).unwrap();
            assert_eq!([key(GOOD), Key { is_synced: true, ..key(GOOD) }].map(|key| rules.admits(key)), expect);
        }
    }

    #[test]
    fn nobody_registers_what_is_switched_off() {
        let off = PolicyMethod::Fido2.default_configuration().with("state", "disabled");
        assert_eq!(key_rules(&with(vec![off]), USER_ID), None);
        let no_self_service =
            PolicyMethod::Fido2.default_configuration().with("isSelfServiceRegistrationAllowed", false);
        let rules = key_rules(&with(vec![no_self_service]), USER_ID).unwrap();
        assert!(!rules.is_self_service_registration_allowed);
    }
}
