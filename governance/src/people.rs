//! Who is meant by a `subjectSet`: a user, the members of a group, a manager, the sponsors.

use std::collections::BTreeSet;

use directory::{Actor, Attr, Call, Id, Object, Record, Refusal, Snapshot, Value, id_from_text};
use schema::group::{GROUP, MEMBERS};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::{MANAGER, SPONSORS, USER};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL, USER_PRINCIPAL_NAME};

/// How many subject sets one list may have: Graph's "users and groups in who can request".
const SETS_MAX: usize = 500;
/// How many levels of management may be climbed.
const LEVELS_MAX: i64 = 10;

/// A set that policies of consent name: whoever holds a role now.
pub(crate) const ROLE_HOLDERS: &str = "roleHolders";

/// An attribute that names an object by its GUID.
pub(crate) fn named<T: ?Sized>(object: &Object, attribute: Attr<T>) -> Option<Id> {
    object.value(attribute.id)?.as_guid()
}

/// A user who is there and whose account is enabled.
pub(crate) fn living(now: &Snapshot, id: Id) -> Option<&Object> {
    now.find_a(&USER, id).filter(|user| user.is(ACCOUNT_ENABLED))
}

/// Where mail reaches a user.
pub(crate) fn address(user: &Object) -> Option<&str> {
    user.get(MAIL).or_else(|| user.get(USER_PRINCIPAL_NAME))
}

pub(crate) fn name(object: &Object) -> &str {
    object.get(DISPLAY_NAME).unwrap_or("somebody")
}

pub(crate) fn manager(now: &Snapshot, user: Id) -> Option<&Object> {
    now.linked(user, MANAGER).filter(|manager| now.is_a(manager, &USER))
}

/// The person who calls.
pub(crate) fn caller(call: &Call<'_>) -> Option<Id> {
    match &call.caller.actor {
        Actor::User(id) => Some(*id),
        Actor::Nobody | Actor::App(_) | Actor::Device(_) | Actor::Reaction(_) | Actor::System => None,
    }
}

/// Who may decide about something that `about` wants: never they themselves; those of the fallback only where the first
/// list finds nobody.
pub(crate) fn approvers(now: &Snapshot, about: &[Id], primary: &[Record], fallback: &[Record]) -> BTreeSet<Id> {
    let Some(subject) = about.first() else { return BTreeSet::new() };
    let found = |sets: &[Record]| -> BTreeSet<Id> {
        let people = sets.iter().flat_map(|set| people(now, set, *subject));
        people.filter(|id| !about.contains(id) && living(now, *id).is_some()).collect()
    };
    let first = found(primary);
    if first.is_empty() { found(fallback) } else { first }
}

/// Whether a person is in one of the sets.
pub(crate) fn includes(now: &Snapshot, sets: &[Record], person: Id) -> bool {
    sets.iter().any(|set| match kind(set) {
        "groupMembers" => subject(set, "groupId").is_some_and(|group| now.reaches(group, MEMBERS, person)),
        _ => people(now, set, person).contains(&person),
    })
}

/// Refuse sets that name nobody who is there, or that we cannot follow.
pub(crate) fn check_sets(now: &Snapshot, sets: &[Record], at: &str) -> Result<(), Refusal> {
    if sets.len() > SETS_MAX {
        return Err(Refusal::limit(format!("names at most {SETS_MAX} users and groups")).at(at));
    }
    for set in sets {
        let is_known = match kind(set) {
            "singleUser" => subject(set, "userId").is_some_and(|id| now.find_a(&USER, id).is_some()),
            "groupMembers" => subject(set, "groupId").is_some_and(|id| now.find_a(&GROUP, id).is_some()),
            "requestorManager" | "targetManager" => (1..=LEVELS_MAX).contains(&set.int("managerLevel").unwrap_or(1)),
            "internalSponsors" | "targetUserSponsors" => true,
            other => {
                return Err(Refusal::invalid(format!(
                    "`{other}` is not followed here: name a singleUser, groupMembers, requestorManager, targetManager or \
                     targetUserSponsors"
                ))
                .at(at));
            }
        };
        if !is_known {
            return Err(Refusal::invalid(format!("a `{}` names nobody who is there", kind(set))).at(at));
        }
    }
    Ok(())
}

/// The records of a list field, as a list of their own.
pub(crate) fn sets(record: &Record, field: &str) -> Vec<Record> {
    record.records(field).cloned().collect()
}

/// What `identity` records say of somebody.
pub(crate) fn identity(now: &Snapshot, id: Id) -> Record {
    Record::new().with("id", id.to_string()).with_some("displayName", now.find(id).and_then(|o| o.get(DISPLAY_NAME)))
}

/// Whether an object can hold a role or make a request.
pub(crate) fn is_principal(now: &Snapshot, id: Id) -> bool {
    [&USER, &GROUP, &SERVICE_PRINCIPAL].into_iter().any(|kind| now.find_a(kind, id).is_some())
}

/// The bare name of a record's type: `#microsoft.graph.singleUser` → `singleUser`.
pub(crate) fn kind(record: &Record) -> &str {
    record.text("@odata.type").and_then(|name| name.rsplit(['.', '#']).next()).unwrap_or_default()
}

fn people(now: &Snapshot, set: &Record, about: Id) -> Vec<Id> {
    match kind(set) {
        "singleUser" => subject(set, "userId").into_iter().collect(),
        "groupMembers" => {
            let group = subject(set, "groupId").and_then(|id| now.find_a(&GROUP, id));
            let members = group.map(|group| now.closure(group.id, MEMBERS, false)).unwrap_or_default();
            members.into_iter().filter(|member| now.is_a(member, &USER)).map(|user| user.id).collect()
        }
        "requestorManager" | "targetManager" => {
            let levels = set.int("managerLevel").unwrap_or(1).clamp(1, LEVELS_MAX);
            let climbed = (0..levels).try_fold(about, |user, _| manager(now, user).map(|manager| manager.id));
            climbed.into_iter().collect()
        }
        "internalSponsors" | "targetUserSponsors" => now.links(about, SPONSORS).map(|link| link.object.id).collect(),
        ROLE_HOLDERS => subject(set, "id").map(|role| crate::role::holders(now, role)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Whom a set names: v1.0 says `userId`, beta `id`.
fn subject(set: &Record, field: &str) -> Option<Id> {
    [field, "id"].into_iter().find_map(|field| match set.get(field)? {
        Value::Guid(id) => Some(*id),
        Value::Text(text) => id_from_text(text),
        _ => None,
    })
}
