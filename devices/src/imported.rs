//! Many devices registered in advance at once, and looked up by what identifies them, as administrators' tools ask it.

use std::collections::BTreeSet;

use directory::{Action, AttrId, Call, Change, Decision, Object, Record, Refusal, Snapshot, Value};
use schema::DESCRIPTION;
use schema::imported_device_identity::{
    CREATED_DATE_TIME, ENROLLMENT_STATE, IMPORTED_DEVICE_IDENTIFIER, IMPORTED_DEVICE_IDENTITY,
    IMPORTED_DEVICE_IDENTITY_TYPE, LAST_CONTACTED_DATE_TIME, LAST_MODIFIED_DATE_TIME, PLATFORM, PLATFORM_VALUES,
};

/// How many devices one request may name.
pub const IDENTITIES_MAX: usize = 1_000;

/// `importDeviceIdentityList`: registers those that are not yet, and with `overwriteImportedDeviceIdentities` describes the others
/// anew. The answer says of each whether it was done.
pub(crate) const IMPORT: Action = Action::on(&IMPORTED_DEVICE_IDENTITY, "importDeviceIdentityList", import)
    .of_collection()
    .listing("importedDeviceIdentityResult");
/// `searchExistingIdentities`: which of these are registered.
pub(crate) const SEARCH: Action = Action::on(&IMPORTED_DEVICE_IDENTITY, "searchExistingIdentities", search)
    .of_collection()
    .listing("importedDeviceIdentity");

fn import(now: &Snapshot, call: &Call<'_>, _: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let overwrites = given.bool("overwriteImportedDeviceIdentities").unwrap_or(false);
    let (mut changes, mut results, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for asked in asked(given)? {
        let ty = asked.text(IMPORTED_DEVICE_IDENTITY_TYPE.name).unwrap_or_default();
        let identifier = asked.text(IMPORTED_DEVICE_IDENTIFIER.name).unwrap_or_default();
        let description = asked.text(DESCRIPTION.name);
        let platform = asked.text(PLATFORM.name);
        let is_platform = platform.is_none_or(|name| PLATFORM_VALUES.members.contains(&name));
        let is_right = crate::unattended::is_identifier(ty, identifier).is_ok() && is_platform;
        // As the index compares them.
        let is_first = seen.insert(identifier.to_lowercase());
        let known = find(now, identifier).filter(|_| !identifier.is_empty());
        let words: Vec<(AttrId, Value)> = [(DESCRIPTION.id, description), (PLATFORM.id, platform)]
            .into_iter()
            .filter_map(|(attribute, text)| Some((attribute, text?.into())))
            .collect();
        let done = match known {
            _ if !is_right || !is_first => None,
            Some(known) if overwrites && known.get(IMPORTED_DEVICE_IDENTITY_TYPE) == Some(ty) => {
                let id = known.id;
                let set = |(attribute, value)| Change::Set { id, attribute, old: None, new: Some(value) };
                changes.extend(words.into_iter().map(set));
                changes.push(Change::set(id, LAST_MODIFIED_DATE_TIME, call.at));
                Some(id)
            }
            Some(_) => None,
            None => {
                let id = call.new_id();
                let mut attributes: Vec<(AttrId, Value)> = vec![
                    (IMPORTED_DEVICE_IDENTITY_TYPE.id, ty.into()),
                    (IMPORTED_DEVICE_IDENTIFIER.id, identifier.into()),
                ];
                attributes.extend(words);
                changes.push(Change::Create { id, kind: IMPORTED_DEVICE_IDENTITY.id(), attributes });
                Some(id)
            }
        };
        let state = known.and_then(|known| known.get(ENROLLMENT_STATE)).unwrap_or("notContacted");
        let result = Record::new()
            .with("@odata.type", "#microsoft.graph.importedDeviceIdentityResult")
            .with_some("id", done.or(known.map(|known| known.id)))
            .with(IMPORTED_DEVICE_IDENTIFIER.name, identifier)
            .with(IMPORTED_DEVICE_IDENTITY_TYPE.name, ty)
            .with_some(DESCRIPTION.name, description)
            .with_some(PLATFORM.name, platform)
            .with(ENROLLMENT_STATE.name, state)
            .with("status", done.is_some());
        results.push(result);
    }
    Ok(Decision::change(changes).answering(results))
}

fn search(now: &Snapshot, _: &Call<'_>, _: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let named = asked(given)?.filter_map(|asked| find(now, asked.text(IMPORTED_DEVICE_IDENTIFIER.name)?));
    let found: Vec<Record> = named.map(told).collect();
    Ok(Decision::default().answering(found))
}

fn asked(given: &Record) -> Result<impl Iterator<Item = &Record>, Refusal> {
    const NAME: &str = "importedDeviceIdentities";
    let list = given.list(NAME);
    if list.is_empty() || list.len() > IDENTITIES_MAX {
        return Err(Refusal::invalid(format!("name 1 to {IDENTITIES_MAX} devices")).at(NAME));
    }
    Ok(given.records(NAME))
}

fn find<'a>(now: &'a Snapshot, identifier: &str) -> Option<&'a Object> {
    now.by(IMPORTED_DEVICE_IDENTIFIER, identifier).find(|object| now.is_a(object, &IMPORTED_DEVICE_IDENTITY))
}

fn told(known: &Object) -> Record {
    let texts = [IMPORTED_DEVICE_IDENTIFIER, IMPORTED_DEVICE_IDENTITY_TYPE, ENROLLMENT_STATE, DESCRIPTION, PLATFORM];
    let times = [CREATED_DATE_TIME, LAST_MODIFIED_DATE_TIME, LAST_CONTACTED_DATE_TIME];
    let mut record = Record::new().with("@odata.type", "#microsoft.graph.importedDeviceIdentity").with("id", known.id);
    for attribute in texts {
        record = record.with_some(attribute.name, known.get(attribute));
    }
    for attribute in times {
        record = record.with_some(attribute.name, known.get(attribute));
    }
    record
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::world::World;

    fn named(identifier: &str, description: &str) -> Record {
        Record::new()
            .with("importedDeviceIdentityType", "serialNumber")
            .with("importedDeviceIdentifier", identifier)
            .with("description", description)
    }

    fn asked_for(w: &mut World, devices: Vec<Record>, overwrites: bool) -> Vec<(String, bool)> {
        let given = Record::new()
            .with("importedDeviceIdentities", devices)
            .with("overwriteImportedDeviceIdentities", overwrites);
        let decision = w.decided(|now, call| import(now, call, None, &given)).unwrap();
        w.done(decision.plan.changes);
        let answer = decision.answer.unwrap();
        let told = answer.as_list().unwrap().iter().filter_map(Value::as_record);
        told.map(|one| (one.text("importedDeviceIdentifier").unwrap().to_owned(), one.bool("status").unwrap()))
            .collect()
    }

    #[test]
    fn each_device_is_registered_once_and_the_answer_says_which_were_not() {
        let mut w = World::new();
        let said = asked_for(
            &mut w,
            vec![named("S1", "one"), named("S1", "again"), named("s1", "small"), named(" S2", "space"), named("", "")],
            false,
        );
        let expect = [("S1", true), ("S1", false), ("s1", false), (" S2", false), ("", false)];
        assert_eq!(said, expect.map(|(identifier, done)| (identifier.to_owned(), done)));
        let said = asked_for(&mut w, vec![named("S1", "other"), named("S3", "three")], false);
        assert_eq!(said, [("S1".to_owned(), false), ("S3".to_owned(), true)]);
        assert_eq!(find(&w.now, "S1").unwrap().get(DESCRIPTION), Some("one"));
        asked_for(&mut w, vec![named("S1", "other")], true);
        assert_eq!(find(&w.now, "S1").unwrap().get(DESCRIPTION), Some("other"));

        let given = Record::new().with("importedDeviceIdentities", vec![named("S3", ""), named("S9", "")]);
        let found = w.decided(|now, call| search(now, call, None, &given)).unwrap().answer.unwrap();
        let found: Vec<&Record> = found.as_list().unwrap().iter().filter_map(Value::as_record).collect();
        assert_eq!((found.len(), found[0].text("description")), (1, Some("three")));
        let many = Record::new().with("importedDeviceIdentities", vec![named("x", ""); IDENTITIES_MAX + 1]);
        assert!(w.decided(|now, call| import(now, call, None, &many)).is_err());
    }
}
