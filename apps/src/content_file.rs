//! The content of an application in versions, as Graph's clients upload it: a version, its files, where the bytes go, the word
//! that they are all there (`commit`), and the version that the application then has (`committedContentVersion`).
//!
//! Deliberately absent: the bytes, their keys, and where exactly they go, which the protocol says.

use std::time::Duration;

use directory::{
    Action, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Time, id_from_text, is_sha256,
};
use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_SHA256, PACKAGE_SIZE};
use schema::mobile_app::{COMMITTED_CONTENT_VERSION, FILE_NAME, MOBILE_LOB_APP, PUBLISHING_STATE, SIZE};
use schema::mobile_app_content::{
    AZURE_STORAGE_URI_EXPIRATION_DATE_TIME as UPLOAD_ENDS, CONTENT_VERSIONS, FILE_SHA256, FILES, IS_COMMITTED,
    IS_DEPENDENCY, MOBILE_APP_CONTENT_FILE, NAME, SIZE as FILE_SIZE, SIZE_ENCRYPTED, UPLOAD_STATE,
};

use crate::content::{FILE_NAME_BYTES_MAX, PACKAGE_BYTES_MAX};

/// An upload may take so long before its address has to be renewed.
pub const UPLOAD_HOURS: u64 = 24;
/// How much longer a file may be once it is encrypted: the code, the vector, and a block of padding.
const ENCRYPTED_BYTES_MORE: i64 = 64;

pub(crate) const OF_FILE: Check = Check {
    kind: &MOBILE_APP_CONTENT_FILE,
    complete: Some(|_, call, changes| complete_file(call, changes)),
    check: Some(check_file),
};
pub(crate) const OF_APP: Check = Check { kind: &MOBILE_LOB_APP, complete: Some(complete_app), check: None };

/// Say what the uploaded bytes were, once they are opened: `sha256` and `size`.
pub(crate) const COMMIT: Action = Action::on(&MOBILE_APP_CONTENT_FILE, "commit", commit);
/// Give an upload more time.
pub(crate) const RENEW: Action = Action::on(&MOBILE_APP_CONTENT_FILE, "renewUpload", renew);

/// Whether bytes may still come for a file.
#[must_use]
pub fn is_open(file: &Object, at: Time) -> bool {
    !file.is(IS_COMMITTED) && file.get(UPLOAD_ENDS).is_some_and(|end| end > at)
}

/// The most bytes that are to come for a file.
#[must_use]
pub fn size_encrypted(file: &Object) -> i64 {
    file.get(SIZE_ENCRYPTED).filter(|size| *size > 0).or_else(|| file.get(FILE_SIZE)).unwrap_or(0)
}

fn ends(at: Time) -> Time {
    at + Duration::from_secs(UPLOAD_HOURS * 3600)
}

fn complete_file(call: &Call<'_>, changes: &mut [Change]) -> Result<(), Refusal> {
    for change in changes {
        if let Change::Create { kind, attributes, .. } = change
            && *kind == MOBILE_APP_CONTENT_FILE.id()
        {
            attributes.push((UPLOAD_STATE.id, "azureStorageUriRequestSuccess".into()));
            attributes.push((UPLOAD_ENDS.id, ends(call.at).into()));
            attributes.push((IS_COMMITTED.id, false.into()));
        }
    }
    Ok(())
}

fn check_file(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { id, .. } = change else { continue };
        let Some(file) = after.find_a(&MOBILE_APP_CONTENT_FILE, *id) else { continue };
        let name = file.get(NAME).unwrap_or_default();
        if name.is_empty() || name.len() > FILE_NAME_BYTES_MAX || name.contains(['/', '\\', '\0']) {
            return Err(Refusal::invalid(format!("`{name}` is not a file name")).at(NAME.name));
        }
        if !(1..=PACKAGE_BYTES_MAX).contains(&file.get(FILE_SIZE).unwrap_or(0)) {
            let message = format!("a file has between 1 and {PACKAGE_BYTES_MAX} bytes");
            return Err(Refusal::invalid(message).at(FILE_SIZE.name));
        }
        let most = file.get(FILE_SIZE).unwrap_or(0).saturating_add(ENCRYPTED_BYTES_MORE);
        if !(0..=most).contains(&file.get(SIZE_ENCRYPTED).unwrap_or(0)) {
            let message = format!("encrypting adds at most {ENCRYPTED_BYTES_MORE} bytes");
            return Err(Refusal::invalid(message).at(SIZE_ENCRYPTED.name));
        }
    }
    Ok(())
}

fn commit(_: &Snapshot, call: &Call<'_>, file: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let file = file.ok_or_else(|| Refusal::invalid("name the file"))?;
    if file.is(IS_COMMITTED) {
        return Err(Refusal::state("the file is committed already: make another version of the content"));
    }
    if !is_open(file, call.at) {
        return Err(Refusal::state("the time to upload is over: call renewUpload"));
    }
    let sha256 = given.text("sha256").filter(|text| is_sha256(text));
    let sha256 = sha256.ok_or_else(|| Refusal::invalid("give 64 lower-case hex digits").at("sha256"))?;
    if given.int("size") != file.get(FILE_SIZE) {
        let told = file.get(FILE_SIZE).unwrap_or(0);
        return Err(Refusal::invalid(format!("the file was to have {told} bytes and has others")).at(FILE_SIZE.name));
    }
    Ok(Decision::change(vec![
        Change::set(file.id, FILE_SHA256, sha256),
        Change::set(file.id, IS_COMMITTED, true),
        Change::set(file.id, UPLOAD_STATE, "commitFileSuccess"),
    ]))
}

fn renew(_: &Snapshot, call: &Call<'_>, file: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let file = file.ok_or_else(|| Refusal::invalid("name the file"))?;
    if file.is(IS_COMMITTED) {
        return Err(Refusal::state("the file is committed already"));
    }
    Ok(Decision::change(vec![
        Change::set(file.id, UPLOAD_ENDS, ends(call.at)),
        Change::set(file.id, UPLOAD_STATE, "azureStorageUriRenewalSuccess"),
    ]))
}

/// An application that says which version it has is given that version's package.
fn complete_app(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut more = Vec::new();
    for change in changes.iter() {
        let Change::Set { id, attribute, new: Some(version), .. } = change else { continue };
        let Some(app) = now.find_a(&MOBILE_LOB_APP, *id).filter(|_| *attribute == COMMITTED_CONTENT_VERSION.id) else {
            continue;
        };
        // Whoever uploads the package itself says what it is in the same breath.
        let is_told = |c: &Change| matches!(c, Change::Set { id, attribute, .. } if *id == app.id && *attribute == PACKAGE_SHA256.id);
        if changes.iter().any(is_told) {
            continue;
        }
        let version = version.as_text().unwrap_or_default();
        let file = committed(now, app, version).ok_or_else(|| {
            Refusal::invalid(format!("`{version}` is no version of this application whose file is committed"))
                .at(COMMITTED_CONTENT_VERSION.name)
        })?;
        more.extend(package(now, app, file));
    }
    changes.extend(more);
    Ok(())
}

/// The package among the committed files of a version.
fn committed<'a>(now: &'a Snapshot, app: &Object, version: &str) -> Option<&'a Object> {
    let version = id_from_text(version)?;
    let is_of_app = now.links(app.id, CONTENT_VERSIONS).any(|link| link.object.id == version);
    let mut files = now.links(version, FILES).map(|link| link.object).filter(|_| is_of_app);
    files.find(|file| file.is(IS_COMMITTED) && !file.is(IS_DEPENDENCY))
}

fn package(now: &Snapshot, app: &Object, file: &Object) -> Vec<Change> {
    let set = |id: Id| -> Option<Vec<Change>> {
        let size = file.get(FILE_SIZE)?;
        let mut changes = vec![
            Change::set(id, SIZE, size),
            Change::set(id, FILE_NAME, file.get(NAME)?),
            Change::set(id, PUBLISHING_STATE, "published"),
        ];
        if now.is_a(app, &LINUX_PACKAGE_APP) {
            changes.push(Change::set(id, PACKAGE_SHA256, file.get(FILE_SHA256)?));
            changes.push(Change::set(id, PACKAGE_SIZE, size));
        }
        Some(changes)
    };
    set(app.id).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, Caller, Fresh, TenantId, Value};
    use schema::DISPLAY_NAME;
    use schema::linux_package_app::{PACKAGE_NAME, PACKAGE_TYPE, PACKAGE_VERSION};
    use schema::mobile_app_content::MOBILE_APP_CONTENT;

    use super::*;
    use crate::ROOM;

    const APP: Id = Id::from_u128(1);
    const OTHER: Id = Id::from_u128(2);
    const VERSION: Id = Id::from_u128(3);
    const FILE: Id = Id::from_u128(4);
    const NOW: Time = Time::from_unix(1_795_248_000);

    fn submit(now: &Snapshot, at: Time, mut changes: Vec<Change>) -> Result<Snapshot, Refusal> {
        let caller = Caller::system(TenantId::nil());
        let call = Call { caller: &caller, at, fresh: Fresh::new(1) };
        for check in ROOM.checks {
            check.complete.map_or(Ok(()), |complete| complete(now, &call, &mut changes))?;
        }
        let mut after = now.clone();
        let applied = after.apply(now.usn() + 1, at, &changes, None, &[])?;
        for check in ROOM.checks {
            check.check.map_or(Ok(()), |check| check(now, &after, &call, &applied.changes))?;
        }
        Ok(after)
    }

    fn act(now: &Snapshot, at: Time, name: &str, given: &Record) -> Result<Snapshot, Refusal> {
        let caller = Caller::system(TenantId::nil());
        let call = Call { caller: &caller, at, fresh: Fresh::new(2) };
        let is_it = |action: &&Action| action.name == name && action.on.id() == MOBILE_APP_CONTENT_FILE.id();
        let action = ROOM.actions.iter().find(is_it).unwrap();
        let decision = (action.decide)(now, &call, now.find(FILE), given)?;
        submit(now, at, decision.plan.changes)
    }

    fn file(more: Vec<(AttrId, Value)>) -> Result<Snapshot, Refusal> {
        let app = |id: Id| Change::Create {
            id,
            kind: LINUX_PACKAGE_APP.id(),
            attributes: vec![
                (DISPLAY_NAME.id, "Editor".into()),
                (PACKAGE_TYPE.id, "deb".into()),
                (PACKAGE_NAME.id, "xyz-editor".into()),
                (PACKAGE_VERSION.id, "1.0".into()),
            ],
        };
        let mut attributes: Vec<(AttrId, Value)> = vec![(NAME.id, "editor.deb".into()), (FILE_SIZE.id, 9_i64.into())];
        for (attribute, value) in more {
            attributes.retain(|(known, _)| *known != attribute);
            attributes.push((attribute, value));
        }
        submit(
            &Snapshot::empty(schema::model().into()),
            NOW,
            vec![
                app(APP),
                app(OTHER),
                Change::Create { id: VERSION, kind: MOBILE_APP_CONTENT.id(), attributes: vec![] },
                Change::link(APP, CONTENT_VERSIONS, VERSION),
                Change::Create { id: FILE, kind: MOBILE_APP_CONTENT_FILE.id(), attributes },
                Change::link(VERSION, FILES, FILE),
            ],
        )
    }

    fn whole(size: i64) -> Record {
        Record::new().with("sha256", "a".repeat(64)).with("size", size)
    }

    #[test]
    fn an_application_has_the_version_whose_file_was_committed() {
        let now = file(vec![]).unwrap();
        let version = |app: Id, version: &str| vec![Change::set(app, COMMITTED_CONTENT_VERSION, version)];
        assert_eq!(now.find(FILE).unwrap().get(UPLOAD_STATE), Some("azureStorageUriRequestSuccess"));
        assert!(submit(&now, NOW, version(APP, &VERSION.to_string())).is_err(), "nothing came yet");
        let now = act(&now, NOW, "commit", &whole(9)).unwrap();
        assert!(act(&now, NOW, "commit", &whole(9)).is_err(), "a second time");
        assert!(submit(&now, NOW, version(OTHER, &VERSION.to_string())).is_err(), "another application's");
        assert!(submit(&now, NOW, version(APP, "1")).is_err(), "no version at all");
        let after = submit(&now, NOW, version(APP, &VERSION.to_string())).unwrap();
        let told = crate::instruction(after.find(APP).unwrap(), crate::Wanted::Required).unwrap();
        assert_eq!(told.package.unwrap().sha256, "a".repeat(64));
        assert_eq!(after.find(APP).unwrap().get(PUBLISHING_STATE), Some("published"));
    }

    #[test]
    fn what_comes_is_what_was_said_would_come_and_in_time() {
        let now = file(vec![]).unwrap();
        assert!(act(&now, NOW, "commit", &whole(8)).is_err(), "another size");
        let late = NOW.plus_days(1);
        assert!(!is_open(now.find(FILE).unwrap(), late) && act(&now, late, "commit", &whole(9)).is_err());
        let renewed = act(&now, late, "renewUpload", &Record::new()).unwrap();
        assert!(act(&renewed, late, "commit", &whole(9)).is_ok());
        for (attribute, value) in [
            (NAME.id, Value::from("../x")),
            (FILE_SIZE.id, 0_i64.into()),
            (FILE_SIZE.id, (PACKAGE_BYTES_MAX + 1).into()),
            (SIZE_ENCRYPTED.id, 1_000_i64.into()),
        ] {
            assert!(file(vec![(attribute, value)]).is_err());
        }
    }
}
