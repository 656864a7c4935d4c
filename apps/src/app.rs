//! The opinion on applications, whoever writes them: a package can be installed, detection can be carried out, and no group
//! is told two things about one application. An application is published once its content is named.

use std::collections::HashMap;

use directory::{AttrId, Call, Change, Check, Id, KindId, Object, Record, Refusal, Snapshot, Value, is_sha256};
use schema::linux_package_app::{
    DETECTION, LAUNCHER, LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION,
    REQUIREMENTS,
};
use schema::mobile_app::{MOBILE_APP, PUBLISHING_STATE, RELATIONSHIPS};
use schema::{ASSIGNMENTS, IS_ASSIGNED};

use crate::content::PACKAGE_BYTES_MAX;
use crate::intent::Intent;
use crate::{relationship, requirement};

/// How many assignments an application may have.
pub const ASSIGNMENTS_MAX: usize = 500;
/// The longest package name: what the agent accepts.
const NAME_BYTES_MAX: usize = 64;
/// The longest version.
const VERSION_BYTES_MAX: usize = 256;
/// The longest path in a detection.
const PATH_BYTES_MAX: usize = 512;
/// The longest script of a detection: what the agent runs.
const SCRIPT_BYTES_MAX: usize = 64 * 1024;

pub(crate) const CHECK: Check = Check { kind: &MOBILE_APP, complete: Some(complete), check: Some(check) };

/// Keep `isAssigned` and `publishingState` in step with what is written.
fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let is_app = |kind: KindId| now.model().is_a(kind, MOBILE_APP.id());
    let mut more = Vec::new();
    for change in changes.iter_mut() {
        match change {
            Change::Create { kind, attributes, .. } if is_app(*kind) => {
                let has = |attribute: AttrId| attributes.iter().any(|(a, _)| *a == attribute);
                let is_published = has(PACKAGE_SHA256.id) && has(PACKAGE_SIZE.id);
                let is_assigned = attributes.iter().any(|(a, value)| *a == ASSIGNMENTS.id && is_filled(Some(value)));
                let state = if is_published { "published" } else { "notPublished" };
                attributes.push((PUBLISHING_STATE.id, state.into()));
                attributes.push((IS_ASSIGNED.id, is_assigned.into()));
            }
            Change::Set { id, attribute, new, .. }
                if *attribute == ASSIGNMENTS.id && now.find_a(&MOBILE_APP, *id).is_some() =>
            {
                more.push(Change::set(*id, IS_ASSIGNED, is_filled(new.as_ref())));
            }
            Change::Create { .. }
            | Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => {}
        }
    }
    changes.append(&mut more);
    relationship::complete(now, changes)
}

fn is_filled(value: Option<&Value>) -> bool {
    value.and_then(Value::as_list).is_some_and(|items| !items.is_empty())
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        if let Change::Delete { id } | Change::Purge { id } = change
            && let Some(app) = before.find_a(&MOBILE_APP, *id)
            && app.get(RELATIONSHIPS).is_some_and(|all| !all.is_empty())
        {
            let message = "other applications need it, supersede it or are superseded by it; end that first";
            return Err(Refusal::state(message));
        }
        let Some(app) = after.find_a(&MOBILE_APP, change.subject()) else { continue };
        check_assignments(&app.get(ASSIGNMENTS).unwrap_or_default())?;
        if after.is_a(app, &LINUX_PACKAGE_APP) {
            check_package(app)?;
        }
    }
    Ok(())
}

fn check_assignments(assignments: &[Record]) -> Result<(), Refusal> {
    if assignments.len() > ASSIGNMENTS_MAX {
        let message = format!("an application has at most {ASSIGNMENTS_MAX} assignments");
        return Err(Refusal::limit(message).at("assignments"));
    }
    let mut told: HashMap<(Id, bool), &str> = HashMap::new();
    for assignment in assignments {
        let intent = assignment.text("intent").unwrap_or_default();
        if Intent::named(intent).is_none() {
            let message = "say `available`, `required`, `uninstall` or `availableWithoutEnrollment`";
            return Err(Refusal::invalid(message).at("intent"));
        }
        let Some(target) = assignment.record("target") else {
            return Err(Refusal::invalid("an assignment needs a target").at("target"));
        };
        let Some(group) = target.guid("groupId") else { continue };
        let is_exclusion = target.text("@odata.type").is_some_and(|kind| kind.contains("exclusion"));
        if !is_exclusion && told.insert((group, is_exclusion), intent).is_some_and(|before| before != intent) {
            let message = format!("the group `{group}` is given two intents for this application; give it one");
            return Err(Refusal::invalid(message).at("assignments"));
        }
    }
    Ok(())
}

fn check_package(app: &Object) -> Result<(), Refusal> {
    let name = app.get(PACKAGE_NAME).unwrap_or_default();
    if !is_package_name(name) {
        let message = format!("`{name}` is not a package name: use a-z, 0-9, +, . and -, at most {NAME_BYTES_MAX}");
        return Err(Refusal::invalid(message).at("packageName"));
    }
    let version = app.get(PACKAGE_VERSION).unwrap_or_default();
    if version.is_empty() || version.len() > VERSION_BYTES_MAX || version.chars().any(char::is_control) {
        let message = format!("a version has between 1 and {VERSION_BYTES_MAX} printable characters");
        return Err(Refusal::invalid(message).at("packageVersion"));
    }
    if app.get(PACKAGE_SHA256).is_some_and(|sha256| !is_sha256(sha256)) {
        return Err(Refusal::invalid("give 64 lower-case hex digits").at("packageSha256"));
    }
    if app.get(PACKAGE_SIZE).is_some_and(|size| !(1..=PACKAGE_BYTES_MAX).contains(&size)) {
        let message = format!("a package has between 1 and {PACKAGE_BYTES_MAX} bytes");
        return Err(Refusal::invalid(message).at("packageSizeInBytes"));
    }
    let detection = app.get(DETECTION).unwrap_or_default();
    // Its exit status only tells that a script ran, not that it did what it was to do.
    if app.get(PACKAGE_TYPE) == Some("script") && detection.text("detectionType").is_none() {
        let message = "a script needs a detection: only that tells whether what it installs is there";
        return Err(Refusal::invalid(message).at("detection"));
    }
    check_launcher(app.get(LAUNCHER))?;
    requirement::check(&app.get(REQUIREMENTS).unwrap_or_default())?;
    check_detection(&detection)
}

/// A program within the package's folder.
fn check_launcher(launcher: Option<&str>) -> Result<(), Refusal> {
    let Some(launcher) = launcher else { return Ok(()) };
    let is_plain = launcher.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.starts_with('-'));
    let is_written = |c: char| c.is_ascii_alphanumeric() || "/._+-".contains(c);
    if !is_plain || launcher.len() > PATH_BYTES_MAX || !launcher.chars().all(is_written) {
        return Err(Refusal::invalid(format!("`{launcher}` is not a plain path within the package")).at("launcher"));
    }
    Ok(())
}

fn is_package_name(name: &str) -> bool {
    let is_first = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    name.len() <= NAME_BYTES_MAX
        && name.as_bytes().first().is_some_and(is_first)
        && name.bytes().all(|b| is_first(&b) || matches!(b, b'+' | b'.' | b'-'))
}

fn check_detection(detection: &Record) -> Result<(), Refusal> {
    match detection.text("detectionType") {
        Some("fileExists") => {
            let path = detection.text("path").unwrap_or_default();
            let is_plain = path.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."));
            if !path.starts_with('/') || !is_plain || path.len() > PATH_BYTES_MAX || path.chars().any(char::is_control)
            {
                return Err(Refusal::invalid(format!("`{path}` is not an absolute, plain path")).at("detection"));
            }
            Ok(())
        }
        Some("script") => {
            let Some(Value::Bytes(script)) = detection.get("scriptContent") else {
                return Err(Refusal::invalid("give the script in `scriptContent`").at("detection"));
            };
            let is_script = script.starts_with(b"#!/") && std::str::from_utf8(script).is_ok();
            if !is_script || script.len() > SCRIPT_BYTES_MAX {
                let message = "a script is text of at most 64 KB whose first line names its interpreter (`#!/bin/sh`)";
                return Err(Refusal::invalid(message).at("detection"));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Caller, Fresh, TenantId, Time};
    use schema::{DISPLAY_NAME, linux_package_app::LINUX_PACKAGE_APP};

    use super::*;
    use crate::ROOM;

    const APP: Id = Id::from_u128(1);

    /// Create an application as the engine does: completed, applied, judged.
    fn create(more: Vec<(AttrId, Value)>) -> Result<Snapshot, Refusal> {
        let mut attributes: Vec<(AttrId, Value)> = vec![
            (DISPLAY_NAME.id, "Editor".into()),
            (PACKAGE_TYPE.id, "deb".into()),
            (PACKAGE_NAME.id, "xyz-editor".into()),
            (PACKAGE_VERSION.id, "1.0".into()),
        ];
        for (attribute, value) in more {
            attributes.retain(|(known, _)| *known != attribute);
            attributes.push((attribute, value));
        }
        submit(
            &Snapshot::empty(schema::model().into()),
            vec![Change::Create { id: APP, kind: LINUX_PACKAGE_APP.id(), attributes }],
        )
    }

    fn submit(now: &Snapshot, mut changes: Vec<Change>) -> Result<Snapshot, Refusal> {
        let caller = Caller::system(TenantId::nil());
        let call = Call { caller: &caller, at: Time::from_unix(1_795_248_000), fresh: Fresh::new(1) };
        complete(now, &call, &mut changes)?;
        let mut after = now.clone();
        let applied = after.apply(now.usn() + 1, call.at, &changes, None, &[])?;
        check(now, &after, &call, &applied.changes)?;
        Ok(after)
    }

    fn assigned(group: u128, intent: &str) -> Record {
        let target = Record::new()
            .with("@odata.type", "#microsoft.graph.groupAssignmentTarget")
            .with("groupId", Id::from_u128(group).to_string());
        Record::new().with("intent", intent).with("target", target)
    }

    #[test]
    fn an_application_that_cannot_be_installed_is_refused_by_attribute() {
        let path =
            |path: &str| -> Value { Record::new().with("detectionType", "fileExists").with("path", path).into() };
        let script = |text: &str| -> Value {
            let content = Value::Bytes(text.as_bytes().to_vec());
            Record::new().with("detectionType", "script").with("scriptContent", content).into()
        };
        for (attribute, value, target) in [
            (PACKAGE_NAME.id, Value::from("../evil"), "packageName"),
            (PACKAGE_NAME.id, Value::from("-x"), "packageName"),
            (PACKAGE_VERSION.id, Value::from(""), "packageVersion"),
            (PACKAGE_SHA256.id, Value::from("ABC"), "packageSha256"),
            (PACKAGE_SIZE.id, Value::from(0_i64), "packageSizeInBytes"),
            (DETECTION.id, path("etc/passwd"), "detection"),
            (DETECTION.id, path("/opt/../etc"), "detection"),
            (DETECTION.id, script("no interpreter"), "detection"),
            (DETECTION.id, script(&format!("#!/bin/sh\n{}", "#".repeat(SCRIPT_BYTES_MAX))), "detection"),
            (LAUNCHER.id, Value::from("../bin/sh"), "launcher"),
            (LAUNCHER.id, Value::from("/bin/sh"), "launcher"),
            (LAUNCHER.id, Value::from("a b"), "launcher"),
            (PACKAGE_TYPE.id, Value::from("script"), "detection"),
            (REQUIREMENTS.id, Record::new().with("minimumMemoryInMB", -1_i64).into(), "requirements"),
            (REQUIREMENTS.id, Record::new().with("distributions", [""]).into(), "requirements"),
            (ASSIGNMENTS.id, vec![assigned(7, "perhaps")].into(), "intent"),
            (ASSIGNMENTS.id, vec![assigned(7, "required"), assigned(7, "uninstall")].into(), "assignments"),
        ] {
            let refusal = create(vec![(attribute, value)]).unwrap_err();
            assert_eq!(refusal.target.as_deref(), Some(target), "{refusal}");
        }
        assert!(create(vec![(DETECTION.id, path("/opt/xyz-editor/bin/editor"))]).is_ok());
    }

    #[test]
    fn an_application_is_published_by_its_content() {
        let now = create(vec![]).unwrap();
        let app = now.find(APP).unwrap();
        assert_eq!(app.get(PUBLISHING_STATE), Some("notPublished"));
        assert_eq!(crate::instruction(app, crate::Wanted::Required), None);
        let caller = Caller::system(TenantId::nil());
        let call = Call { caller: &caller, at: Time::from_unix(1_795_248_000), fresh: Fresh::new(1) };
        let commit = |given: &Record| {
            let action = ROOM.actions.iter().find(|action| action.name == "commitContent").unwrap();
            (action.decide)(&now, &call, Some(app), given)
        };
        let sha256 = "a".repeat(64);
        for (given, target) in [
            (Record::new().with("sha256", "x").with("size", 1_i64), "sha256"),
            (Record::new().with("sha256", sha256.as_str()).with("size", 0_i64), "size"),
            (Record::new().with("sha256", sha256.as_str()).with("size", 1_i64).with("fileName", "../x"), "fileName"),
        ] {
            assert_eq!(commit(&given).unwrap_err().target.as_deref(), Some(target));
        }
        let given = Record::new().with("sha256", sha256.as_str()).with("size", 9_i64).with("fileName", "editor.deb");
        let after = submit(&now, commit(&given).unwrap().plan.changes).unwrap();
        let told = crate::instruction(after.find(APP).unwrap(), crate::Wanted::Required).unwrap();
        assert_eq!(told.package.unwrap().sha256, sha256);
        assert_eq!(after.find(APP).unwrap().get(schema::mobile_app::COMMITTED_CONTENT_VERSION), Some("1"));
    }
}
