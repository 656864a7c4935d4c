//! `authorizationInfo.certificateUserIds`: by which certificates somebody is found. Kept in an index beside them, because a
//! nested value has none, so that no two people have the same one.

use directory::{Call, Change, Check, Record, Refusal, Snapshot, Value};
use schema::user::{AUTHORIZATION_INFO, CERTIFICATE_USER_IDS, USER};

/// Somebody has at most so many …
const USER_IDS_MAX: usize = 10;
/// … each of at most so many characters.
const USER_ID_CHARS_MAX: usize = 1024;

pub(crate) const CERTIFICATE_IDS: Check = Check { kind: &USER, complete: Some(index), check: None };

fn index(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut found = Vec::new();
    for change in changes.iter_mut() {
        match change {
            Change::Create { kind, attributes, .. } if *kind == USER.id() => {
                let given = attributes.iter().find(|(attribute, _)| *attribute == AUTHORIZATION_INFO.id);
                if let Some(Value::Record(info)) = given.map(|(_, value)| value) {
                    let ids = user_ids(info)?;
                    attributes.retain(|(attribute, _)| *attribute != CERTIFICATE_USER_IDS.id);
                    attributes.push((CERTIFICATE_USER_IDS.id, ids.into()));
                }
            }
            Change::Set { id, attribute, new, .. } if *attribute == AUTHORIZATION_INFO.id => {
                let ids = match new {
                    Some(Value::Record(info)) => user_ids(info)?,
                    _ => Vec::new(),
                };
                if now.find(*id).is_some_and(|user| user.get(CERTIFICATE_USER_IDS).unwrap_or_default() != ids) {
                    found.push(Change::set(*id, CERTIFICATE_USER_IDS, ids));
                }
            }
            _ => {}
        }
    }
    changes.extend(found);
    Ok(())
}

fn user_ids(info: &Record) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> = info.texts("certificateUserIds").map(str::to_owned).collect();
    let refused = |why: String| Err(Refusal::invalid(why).at("authorizationInfo"));
    if ids.len() > USER_IDS_MAX {
        return refused(format!("a user has at most {USER_IDS_MAX} certificate ids"));
    }
    match ids.iter().find(|id| id.is_empty() || id.chars().count() > USER_ID_CHARS_MAX) {
        Some(_) => refused(format!("a certificate id has 1 to {USER_ID_CHARS_MAX} characters")),
        None => Ok(ids),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{USER_ID, directory};

    #[test]
    fn certificate_ids_are_indexed_as_they_are_given_and_there_are_not_too_many() {
        let (now, info) = (directory(), |ids: Vec<String>| Record::new().with("certificateUserIds", ids));
        let caller = directory::Caller::system(USER_ID);
        let call = Call { caller: &caller, at: crate::fixture::NOW, fresh: directory::Fresh::new(1) };
        let mut changes = vec![Change::set(USER_ID, AUTHORIZATION_INFO, info(vec!["X509:<PN>x".to_owned()]))];
        index(&now, &call, &mut changes).unwrap();
        assert_eq!(changes[1], Change::set(USER_ID, CERTIFICATE_USER_IDS, vec!["X509:<PN>x".to_owned()]));
        let mut many = vec![Change::set(USER_ID, AUTHORIZATION_INFO, info(vec!["x".to_owned(); USER_IDS_MAX + 1]))];
        assert!(index(&now, &call, &mut many).is_err());
    }
}
