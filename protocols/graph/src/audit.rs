//! Commits and refused attempts as `directoryAudit` records: who did what to which object, and which commit led to it.
//!
//! Values that nothing prints are not printed here either: neither secrets nor their verifiers.

use directory::{Actor, AttrId, Change, Commit, Id, Kind, Model, Object, Read, Record, Snapshot, Time, Value};
use schema::directory_audit::DIRECTORY_AUDIT;

use crate::happened::Only;
use crate::json::Json;
use crate::limits::AUDIT_TARGETS_MAX;
use crate::write::words;

/// What the ids of commits begin with; what follows is the USN.
const COMMIT: &str = "Directory_";
const REFUSAL: &str = "Refusal_";

/// Which record has this id.
#[must_use]
pub fn named(key: &str) -> Option<Only> {
    let commit = key.strip_prefix(COMMIT).map(|usn| usn.parse().map(Only::Commit));
    let row = || key.strip_prefix(REFUSAL).map(|seq| seq.parse().map(Only::Row));
    commit.or_else(row)?.ok()
}

#[must_use]
pub fn of_commit(now: &Snapshot, commit: &Commit) -> Object {
    told(now, commit, targets(now, commit))
}

/// The same without what was changed, which is most of the work: enough to be judged by a condition that does not ask about it.
#[must_use]
pub fn without_targets(now: &Snapshot, commit: &Commit) -> Object {
    told(now, commit, Vec::new())
}

fn told(now: &Snapshot, commit: &Commit, targets: Vec<Record>) -> Object {
    let kind = commit.changes.iter().find_map(|change| kind_of(now, commit, change.subject()));
    let more = commit.changes.len().checked_sub(AUDIT_TARGETS_MAX).filter(|more| *more > 0);
    let mut details = vec![pair("usn", &commit.usn.to_string())];
    details.extend(commit.cause.map(|cause| pair("cause", &format!("{COMMIT}{cause}"))));
    details.extend(more.map(|more| pair("furtherChanges", &more.to_string())));
    row(
        format!("{COMMIT}{}", commit.usn),
        [
            ("activityDateTime", commit.at.into()),
            ("activityDisplayName", commit.operation.as_str().into()),
            ("additionalDetails", details.into()),
            ("category", category(kind).into()),
            ("correlationId", commit.correlation.hyphenated().to_string().into()),
            ("initiatedBy", initiator(now, &commit.actor, None).into()),
            ("loggedByService", "Core Directory".into()),
            ("operationType", operation_type(commit).into()),
            ("result", "success".into()),
            ("targetResources", targets.into()),
        ],
    )
}

/// A refused attempt, from the journal's record of it.
#[must_use]
pub fn of_refusal(now: &Snapshot, seq: u64, at: Time, record: &Record) -> Object {
    let actor = match record.guid("actor").map(|id| (id, now.find(id))) {
        Some((id, Some(object))) if now.is_a(object, &schema::user::USER) => Actor::User(id),
        Some((id, Some(object))) if now.is_a(object, &schema::device::DEVICE) => Actor::Device(id),
        Some((id, _)) => Actor::App(id),
        None => Actor::Nobody,
    };
    let kind = record.text("kind").and_then(|name| now.model().kind_named(name));
    let target = record.guid("target").map(|id| described(now, id, kind, Vec::new()));
    row(
        format!("{REFUSAL}{seq}"),
        [
            ("activityDateTime", at.into()),
            ("activityDisplayName", record.text("operation").unwrap_or_default().into()),
            ("additionalDetails", Vec::<Record>::new().into()),
            ("category", category(kind).into()),
            ("correlationId", record.guid("correlationId").unwrap_or_default().hyphenated().to_string().into()),
            ("initiatedBy", initiator(now, &actor, record.text("ipAddress")).into()),
            ("loggedByService", "Core Directory".into()),
            ("operationType", "Other".into()),
            ("result", "failure".into()),
            ("resultReason", record.text("reason").unwrap_or_default().into()),
            ("targetResources", target.into_iter().collect::<Vec<_>>().into()),
        ],
    )
}

fn row<const N: usize>(id: String, attributes: [(&str, Value); N]) -> Object {
    let mut all: Vec<(AttrId, Value)> = vec![(schema::ID.id, Value::Text(id))];
    all.extend(attributes.into_iter().map(|(name, value)| (AttrId::of(name), value)));
    Object::pack(Id::nil(), DIRECTORY_AUDIT.id(), 0, &all)
}

fn pair(key: &str, value: &str) -> Record {
    Record::new().with("key", key).with("value", value)
}

/// Exactly one side is filled: a person, or a program.
fn initiator(now: &Snapshot, actor: &Actor, address: Option<&str>) -> Record {
    let name = |id: Id| found(now, id).and_then(|object| object.get(schema::DISPLAY_NAME)).map(str::to_owned);
    let app = |record: Record| Record::new().with("app", record);
    match actor {
        Actor::User(id) => {
            let upn = found(now, *id).and_then(|object| object.get(schema::USER_PRINCIPAL_NAME));
            let user = Record::new()
                .with("id", id.hyphenated().to_string())
                .with_some("displayName", name(*id))
                .with_some("userPrincipalName", upn)
                .with_some("ipAddress", address);
            Record::new().with("user", user)
        }
        Actor::App(id) => {
            let app_id = found(now, *id).and_then(|object| object.get(schema::APP_ID)).map(str::to_owned);
            let shown = Record::new().with("servicePrincipalId", id.hyphenated().to_string());
            app(shown.with_some("displayName", name(*id)).with_some("appId", app_id))
        }
        Actor::Device(id) => app(Record::new().with("displayName", name(*id).unwrap_or_else(|| id.to_string()))),
        Actor::Reaction(reaction) => app(Record::new().with("displayName", reaction.as_str())),
        Actor::System => app(Record::new().with("displayName", "Castellan")),
        Actor::Nobody => Record::new(),
    }
}

fn found(now: &Snapshot, id: Id) -> Option<&Object> {
    now.find(id).or_else(|| now.find_deleted(id))
}

/// The kind of what a commit touched, even if it is gone by now.
fn kind_of(now: &Snapshot, commit: &Commit, id: Id) -> Option<&'static Kind> {
    let created = commit.changes.iter().find_map(|change| match change {
        Change::Create { id: made, kind, .. } if *made == id => now.model().kind(*kind),
        _ => None,
    });
    created.or_else(|| found(now, id).map(|object| now.kind_of(object)))
}

/// Every object that a commit touched, with what changed of it.
fn targets(now: &Snapshot, commit: &Commit) -> Vec<Record> {
    let mut order: Vec<Id> = Vec::new();
    for change in &commit.changes {
        let mut touched = vec![change.subject()];
        if let Change::Link { target, .. } | Change::Unlink { target, .. } = change {
            touched.push(*target);
        }
        for id in touched {
            if !order.contains(&id) && order.len() < AUDIT_TARGETS_MAX {
                order.push(id);
            }
        }
    }
    order
        .into_iter()
        .map(|id| {
            let properties = commit.changes.iter().filter(|change| change.subject() == id);
            let properties = properties.flat_map(|change| modified(now.model(), change)).collect();
            let mut record = described(now, id, kind_of(now, commit, id), properties);
            if record.text("displayName").is_none()
                && let Some(name) = created_name(commit, id)
            {
                record.set("displayName", name);
            }
            record
        })
        .collect()
}

fn created_name(commit: &Commit, id: Id) -> Option<String> {
    commit.changes.iter().find_map(|change| match change {
        Change::Create { id: made, attributes, .. } if *made == id => {
            let name = attributes.iter().find(|(attribute, _)| *attribute == schema::DISPLAY_NAME.id);
            name.and_then(|(_, value)| value.as_text()).map(str::to_owned)
        }
        _ => None,
    })
}

fn described(now: &Snapshot, id: Id, kind: Option<&'static Kind>, modified: Vec<Record>) -> Record {
    let object = found(now, id);
    let mut ty = kind.map_or("other", |kind| kind.name).to_owned();
    if let Some(first) = ty.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Record::new()
        .with("id", id.hyphenated().to_string())
        .with_some("displayName", object.and_then(|object| object.get(schema::DISPLAY_NAME)))
        .with("type", ty)
        .with_some("userPrincipalName", object.and_then(|object| object.get(schema::USER_PRINCIPAL_NAME)))
        .with("modifiedProperties", modified)
}

/// What a change changed; the values are JSON as text, as everybody who reads audits expects.
fn modified(model: &Model, change: &Change) -> Vec<Record> {
    let property = |name: &str, old: Option<String>, new: Option<String>| {
        Record::new().with("displayName", name).with_some("oldValue", old).with_some("newValue", new)
    };
    let text = |id: &Id| Some(format!("\"{}\"", id.hyphenated()));
    match change {
        Change::Create { attributes, .. } => {
            let shown = attributes.iter().filter(|(attribute, _)| !is_secret(model, *attribute));
            shown.filter_map(|(id, value)| Some(property(model.name_of(*id)?, None, Some(json(value))))).collect()
        }
        Change::Set { attribute, old, new, .. } if !is_secret(model, *attribute) => {
            let name = model.name_of(*attribute);
            name.map(|name| property(name, old.as_ref().map(json), new.as_ref().map(json))).into_iter().collect()
        }
        // That it changed is no secret.
        Change::Set { attribute, .. } => {
            model.name_of(*attribute).map(|name| property(name, None, None)).into_iter().collect()
        }
        Change::Link { link, target, .. } => {
            model.name_of(*link).map(|name| property(name, None, text(target))).into_iter().collect()
        }
        Change::Unlink { link, target, .. } => {
            model.name_of(*link).map(|name| property(name, text(target), None)).into_iter().collect()
        }
        Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => Vec::new(),
    }
}

/// Whether an attribute is secret in any kind: the object may be gone, and its kind with it.
fn is_secret(model: &Model, attribute: AttrId) -> bool {
    model.kinds().any(|kind| model.attribute(kind.id(), attribute).is_some_and(|a| a.read == Read::Never))
}

fn json(value: &Value) -> String {
    let mut json = Json::new();
    write(&mut json, value);
    json.into_text()
}

fn write(json: &mut Json, value: &Value) {
    use base64::Engine as _;
    match value {
        Value::Bool(value) => json.bool(*value),
        Value::Int(value) => json.int(*value),
        Value::Double(value) => json.double(*value),
        Value::Text(text) => json.string(text),
        Value::Time(time) => json.string(&time.to_string()),
        Value::Guid(id) => json.string(&id.hyphenated().to_string()),
        Value::Bytes(bytes) => json.string(&base64::engine::general_purpose::STANDARD.encode(bytes)),
        Value::List(items) => {
            json.open_list();
            items.iter().for_each(|item| write(json, item));
            json.close_list();
        }
        Value::Record(record) => {
            json.open();
            for (name, value) in record.iter() {
                json.key(name);
                write(json, value);
            }
            json.close();
        }
    }
}

fn operation_type(commit: &Commit) -> &'static str {
    match commit.changes.first() {
        Some(Change::Create { .. }) => "Add",
        Some(Change::Delete { .. } | Change::Purge { .. }) => "Delete",
        Some(Change::Link { .. }) => "Assign",
        Some(Change::Unlink { .. }) => "Unassign",
        Some(Change::Set { .. } | Change::Restore { .. }) => "Update",
        None => "Other",
    }
}

/// The category of what happened to a kind, in the words of the audit log: `UserManagement`, `Policy`.
fn category(kind: Option<&'static Kind>) -> String {
    let Some(kind) = kind else {
        return "Other".to_owned();
    };
    let name = kind.name;
    let category = match name {
        "application" | "servicePrincipal" | "appRoleAssignment" | "oAuth2PermissionGrant" => "ApplicationManagement",
        "organization" | "domain" | "subscribedSku" => "DirectoryManagement",
        _ if name.starts_with("unifiedRole") || name.starts_with("directoryRole") => "RoleManagement",
        _ if name.ends_with("Policy") || name.ends_with("NamedLocation") => "Policy",
        _ if name.starts_with("accessPackage") => "EntitlementManagement",
        _ if name.ends_with("uthenticationMethod") => "UserManagement",
        "workflow" | "run" => "LifecycleWorkflows",
        _ => {
            let mut named: String = words(name).split(' ').next_back().unwrap_or_default().to_owned();
            if let Some(first) = named.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            return format!("{named}Management");
        }
    };
    category.to_owned()
}
