//! Passkeys: what is kept of one, when it is admitted, and what its use means. The protocol verifies the cryptography with
//! `keys` and brings what that showed.

use directory::{Change, Id, Object, Refusal, Snapshot, Time};
use schema::fido2_authentication_method::{
    AA_GUID, ATTESTATION_CERTIFICATES, ATTESTATION_LEVEL, ATTESTED, CREDENTIAL, CREDENTIAL_DIGEST, DEVICE_BOUND,
    FIDO2_AUTHENTICATION_METHOD, MODEL, NOT_ATTESTED, PASSKEY_TYPE, SIGN_COUNT, SYNCED,
};
use schema::user::{AUTHENTICATION_METHODS, USER};
use schema::{CREATED_DATE_TIME, DISPLAY_NAME};

use crate::key_rules::{Key, key_rules};
use crate::registered::{method_name, note_use, owned};

/// A person has at most so many passkeys.
pub const PASSKEYS_MAX: usize = 10;

/// A passkey that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    pub name: String,
    /// As a GUID's text; absent where the authenticator does not say.
    pub aa_guid: Option<String>,
    /// Its maker's certificates, base64 of DER, where it sent them.
    pub certificates: Vec<String>,
    pub is_attested: bool,
    pub is_synced: bool,
    pub model: Option<String>,
    /// What later assertions are checked against, as `keys` wrote it.
    pub credential: String,
    /// SHA-256 of the credential's id, in hexadecimal.
    pub credential_digest: String,
    pub sign_count: i64,
}

/// What an assertion showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyUse {
    pub sign_count: i64,
    /// The flag BE: whether it can be copied. It never changes (WebAuthn Level 3 §6.1.3).
    pub is_synced: bool,
    /// The credential as it is to be kept from now on.
    pub credential: String,
}

/// The passkeys of a person.
pub fn passkeys(now: &Snapshot, user: Id) -> impl Iterator<Item = &Object> {
    now.links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .filter(|object| now.is_a(object, &FIDO2_AUTHENTICATION_METHOD))
}

/// Whether the policy lets somebody in with a passkey they have.
#[must_use]
pub fn is_admitted(now: &Snapshot, user: Id, key: &Object) -> bool {
    key_rules(now, user).is_some_and(|rules| {
        rules.admits(Key {
            aa_guid: key.get(AA_GUID),
            is_attested: key.get(ATTESTATION_LEVEL) == Some(ATTESTED),
            is_synced: key.get(PASSKEY_TYPE) == Some(SYNCED),
        })
    })
}

/// Give somebody a passkey. `id` is new.
pub fn add_passkey(now: &Snapshot, user: Id, id: Id, new: &NewPasskey, at: Time) -> Result<Vec<Change>, Refusal> {
    now.get_a(&USER, user)?;
    let rules = key_rules(now, user)
        .ok_or_else(|| Refusal::denied("the organisation does not allow passkeys for this account"))?;
    if passkeys(now, user).count() >= PASSKEYS_MAX {
        return Err(Refusal::limit(format!("there are {PASSKEYS_MAX} passkeys already; remove one first")));
    }
    let key = Key { aa_guid: new.aa_guid.as_deref(), is_attested: new.is_attested, is_synced: new.is_synced };
    if !rules.admits_new(key) {
        return Err(
            Refusal::denied("the organisation does not allow this kind of passkey; use another one").at("aaGuid")
        );
    }
    let name = method_name(&new.name)?;
    let mut attributes = vec![
        (CREATED_DATE_TIME.id, at.into()),
        (DISPLAY_NAME.id, name.into()),
        (ATTESTATION_LEVEL.id, if new.is_attested { ATTESTED } else { NOT_ATTESTED }.into()),
        (PASSKEY_TYPE.id, if new.is_synced { SYNCED } else { DEVICE_BOUND }.into()),
        (CREDENTIAL.id, new.credential.as_str().into()),
        (CREDENTIAL_DIGEST.id, new.credential_digest.as_str().into()),
        (SIGN_COUNT.id, new.sign_count.into()),
    ];
    attributes.extend(new.aa_guid.as_deref().map(|aa_guid| (AA_GUID.id, aa_guid.into())));
    attributes.extend(new.model.as_deref().map(|model| (MODEL.id, model.into())));
    if !new.certificates.is_empty() {
        attributes.push((ATTESTATION_CERTIFICATES.id, new.certificates.clone().into()));
    }
    let kind = FIDO2_AUTHENTICATION_METHOD.id();
    Ok(vec![Change::Create { id, kind, attributes }, Change::link(user, AUTHENTICATION_METHODS, id)])
}

/// Note that a passkey was used. Refused when its count did not go up, which is how a copy shows (WebAuthn Level 3 §6.1.1),
/// and when the policy no longer admits it.
pub fn use_passkey(now: &Snapshot, user: Id, key: Id, used: &PasskeyUse, at: Time) -> Result<Vec<Change>, Refusal> {
    let key = owned(now, user, key)?;
    if !now.is_a(key, &FIDO2_AUTHENTICATION_METHOD) || !is_admitted(now, user, key) {
        return Err(Refusal::denied(
            "the organisation does not allow this passkey any more; use another way to sign in",
        ));
    }
    let known = key.get(SIGN_COUNT).unwrap_or(0);
    let counts = known != 0 || used.sign_count != 0;
    if counts && used.sign_count <= known {
        return Err(Refusal::state(
            "the passkey's count went back: it may have been copied; remove it and register another",
        ));
    }
    if used.is_synced != (key.get(PASSKEY_TYPE) == Some(SYNCED)) {
        return Err(Refusal::state("the passkey is not of the kind that was registered"));
    }
    let mut changes: Vec<Change> = note_use(key, at).into_iter().collect();
    if counts {
        changes.push(Change::set(key.id, SIGN_COUNT, used.sign_count));
    }
    if key.get(CREDENTIAL) != Some(used.credential.as_str()) {
        changes.push(Change::set(key.id, CREDENTIAL, used.credential.as_str()));
    }
    Ok(changes)
}

#[cfg(test)]
impl NewPasskey {
    pub(crate) fn example(name: &str) -> NewPasskey {
        NewPasskey {
            name: name.into(),
            aa_guid: Some("cb69481e-8ff7-4039-93ec-0a2729a154a8".into()),
            certificates: vec!["MIIB".into()],
            is_attested: true,
            is_synced: false,
            model: None,
            credential: "{}".into(),
            credential_digest: name.into(),
            sign_count: 5,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use crate::methods_policy::PolicyMethod;
    use crate::methods_policy::tests::with;
    use directory::{Record, Value};

    const KEY: Id = Id::from_u128(0xc1);

    fn having(new: &NewPasskey) -> Snapshot {
        let now = directory();
        now.fork(NOW, &add_passkey(&now, USER_ID, KEY, new, NOW).unwrap()).unwrap()
    }

    fn used(sign_count: i64) -> PasskeyUse {
        PasskeyUse { sign_count, is_synced: false, credential: "{}".into() }
    }

    #[test]
    fn a_count_that_does_not_go_up_is_a_copy() {
        for (known, given, is_admitted) in
            [(5, 6, true), (5, 500, true), (5, 5, false), (5, 4, false), (5, 0, false), (0, 0, true), (0, 1, true)]
        {
            let now = having(&NewPasskey { sign_count: known, ..NewPasskey::example("Key") });
            let outcome = use_passkey(&now, USER_ID, KEY, &used(given), NOW);
            assert_eq!(outcome.is_ok(), is_admitted, "{known} {given}");
            if let Ok(changes) = outcome {
                let after = now.fork(NOW, &changes).unwrap();
                assert_eq!(after.find(KEY).unwrap().get(SIGN_COUNT), Some(given));
            }
        }
    }

    #[test]
    fn a_key_that_cannot_be_copied_does_not_become_one_that_can() {
        let now = having(&NewPasskey::example("Key"));
        assert!(use_passkey(&now, USER_ID, KEY, &PasskeyUse { is_synced: true, ..used(6) }, NOW).is_err());
    }

    #[test]
    fn a_key_is_its_owners_and_a_model_taken_off_the_list_lets_nobody_in() {
        let now = having(&NewPasskey::example("Key"));
        assert!(use_passkey(&now, Id::from_u128(0xdead), KEY, &used(6), NOW).is_err());
        let list = Record::new()
            .with("isEnforced", true)
            .with("enforcementType", "allow")
            .with("aaGuids", Value::List(Vec::new()));
        let strict = with(vec![PolicyMethod::Fido2.default_configuration().with("keyRestrictions", list)]);
        assert!(add_passkey(&strict, USER_ID, KEY, &NewPasskey::example("Key"), NOW).is_err());
        let off = with(vec![PolicyMethod::Fido2.default_configuration().with("state", "disabled")]);
        assert!(add_passkey(&off, USER_ID, KEY, &NewPasskey::example("Key"), NOW).is_err());
    }

    #[test]
    fn an_idle_key_notes_its_use_once_a_day() {
        let now = having(&NewPasskey { sign_count: 0, ..NewPasskey::example("Key") });
        let now = now.fork(NOW, &use_passkey(&now, USER_ID, KEY, &used(0), NOW).unwrap()).unwrap();
        assert_eq!(use_passkey(&now, USER_ID, KEY, &used(0), NOW).unwrap(), []);
        assert_eq!(use_passkey(&now, USER_ID, KEY, &used(0), NOW.plus_days(1)).unwrap().len(), 1);
    }

    #[test]
    fn the_eleventh_key_and_the_same_key_again_are_refused() {
        let mut now = directory();
        for n in 0..PASSKEYS_MAX {
            let new = NewPasskey::example(&format!("Key {n}"));
            let changes = add_passkey(&now, USER_ID, Id::from_u128(0xd00 + n as u128), &new, NOW).unwrap();
            now = now.fork(NOW, &changes).unwrap();
        }
        assert!(add_passkey(&now, USER_ID, KEY, &NewPasskey::example("More"), NOW).is_err());
        let one = having(&NewPasskey::example("Key"));
        let again = add_passkey(&one, USER_ID, Id::from_u128(0xe1), &NewPasskey::example("Key"), NOW).unwrap();
        assert!(one.fork(NOW, &again).is_err(), "a credential belongs to one account");
    }
}
