//! Client secrets: what is kept of them, and which of them still count.
//!
//! `passwordCredentials` is what everybody sees; `secretVerifiers` holds, by `keyId`, the keyed hash (`keys`,
//! `hash_secret` with [`CLIENT_SECRET`]) that a secret is compared with. The secret itself is shown once and not kept.

use directory::{Change, Id, Object, Record, Time, Value};
use schema::application::SECRET_VERIFIERS;
use schema::{KEY_CREDENTIALS, PASSWORD_CREDENTIALS};

/// The purpose for which `keys` hashes client secrets.
pub const CLIENT_SECRET: &str = "client secret";

/// The changes that give an application or service principal one more secret (`addPassword`). `credential` is the
/// `passwordCredential` as it is shown: `keyId`, `displayName`, `hint`, `startDateTime`, `endDateTime`; `verifier` is the
/// keyed hash of the secret.
#[must_use]
pub fn add_secret(holder: &Object, credential: Record, verifier: &[u8]) -> Vec<Change> {
    let (shown, kept) = secret_attributes(credential, verifier);
    let mut credentials = holder.get(PASSWORD_CREDENTIALS).unwrap_or_default();
    let mut verifiers = holder.get(SECRET_VERIFIERS).unwrap_or_default();
    credentials.push(shown);
    verifiers.push(kept);
    vec![Change::set(holder.id, PASSWORD_CREDENTIALS, credentials), Change::set(holder.id, SECRET_VERIFIERS, verifiers)]
}

/// The entry of `passwordCredentials` and the entry of `secretVerifiers` of one secret, for an object that is being made.
#[must_use]
pub fn secret_attributes(mut credential: Record, verifier: &[u8]) -> (Record, Record) {
    credential.remove("secretText");
    let key_id = credential.guid("keyId").unwrap_or_default();
    (credential, Record::new().with("keyId", key_id).with("verifier", verifier))
}

/// The changes that take a secret away (`removePassword`); absent when there is none of this id.
#[must_use]
pub fn remove_secret(holder: &Object, key_id: Id) -> Option<Vec<Change>> {
    let without = |records: Vec<Record>| -> Vec<Record> {
        records.into_iter().filter(|r| r.guid("keyId") != Some(key_id)).collect()
    };
    let credentials = holder.get(PASSWORD_CREDENTIALS)?;
    credentials.iter().find(|record| record.guid("keyId") == Some(key_id))?;
    Some(vec![
        Change::set(holder.id, PASSWORD_CREDENTIALS, without(credentials)),
        Change::set(holder.id, SECRET_VERIFIERS, without(holder.get(SECRET_VERIFIERS).unwrap_or_default())),
    ])
}

/// Whether a credential counts at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    Valid,
    NotYet,
    Expired,
}

/// Whether a `passwordCredential` or `keyCredential` counts at a moment.
#[must_use]
pub fn validity(credential: &Record, at: Time) -> Validity {
    if credential.time("startDateTime").is_some_and(|start| at < start) {
        return Validity::NotYet;
    }
    match credential.time("endDateTime") {
        Some(end) if end <= at => Validity::Expired,
        _ => Validity::Valid,
    }
}

/// The verifiers of a holder's secrets, each with whether its credential still counts. One without a credential is gone.
#[must_use]
pub fn secret_verifiers(holder: &Object, at: Time) -> Vec<(Vec<u8>, Validity)> {
    let credentials = holder.get(PASSWORD_CREDENTIALS).unwrap_or_default();
    let verifiers = holder.get(SECRET_VERIFIERS).unwrap_or_default();
    verifiers
        .iter()
        .filter_map(|kept| {
            let id = kept.guid("keyId")?;
            let credential = credentials.iter().find(|record| record.guid("keyId") == Some(id))?;
            let Some(Value::Bytes(verifier)) = kept.get("verifier") else { return None };
            Some((verifier.clone(), validity(credential, at)))
        })
        .collect()
}

/// The public keys (`keyCredentials`, usage `Verify`) of a holder that count at a moment: certificates or JWKs, as given.
#[must_use]
pub fn verifying_keys(holder: &Object, at: Time) -> Vec<Vec<u8>> {
    let usable = |record: &&Record| {
        record.text("usage").is_none_or(|usage| usage == "Verify") && validity(record, at) == Validity::Valid
    };
    let key = |record: &Record| if let Some(Value::Bytes(key)) = record.get("key") { Some(key.clone()) } else { None };
    holder.get(KEY_CREDENTIALS).unwrap_or_default().iter().filter(usable).filter_map(key).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{APP_OBJECT, NOW, directory};

    #[test]
    fn a_secret_is_added_counts_for_its_time_and_is_removed() {
        let now = directory();
        let id = Id::from_u128(0x55);
        let credential = Record::new()
            .with("keyId", id)
            .with("secretText", "never kept")
            .with("startDateTime", NOW)
            .with("endDateTime", NOW.plus_days(1));
        let now = now.fork(NOW, &add_secret(now.find(APP_OBJECT).unwrap(), credential, b"hash")).unwrap();
        let holder = now.find(APP_OBJECT).unwrap();
        assert_eq!(holder.get(PASSWORD_CREDENTIALS).unwrap()[0].get("secretText"), None);
        for (at, expect) in
            [(NOW.plus_days(-1), Validity::NotYet), (NOW, Validity::Valid), (NOW.plus_days(1), Validity::Expired)]
        {
            assert_eq!(secret_verifiers(holder, at), [(b"hash".to_vec(), expect)]);
        }
        let removed = now.fork(NOW, &remove_secret(holder, id).unwrap()).unwrap();
        assert_eq!(secret_verifiers(removed.find(APP_OBJECT).unwrap(), NOW), []);
        assert_eq!(remove_secret(holder, Id::nil()), None);
    }
}
