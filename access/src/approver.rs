//! Who may see a request because it is theirs to decide: those whom its approval names, for as long as there is one.
//!
//! Seeing is all that is judged here. Whether somebody's answer counts, governance decides, which knows when the first list
//! counts and when the second; whoever is on either may look. Requests without names are for those who keep the roles, and
//! they see them by their own role.

use directory::{Id, Object, Record, Snapshot, id_from_text};
use schema::access_package_assignment_policy::{ALLOWED_TARGET_SCOPE, SPECIFIC_ALLOWED_TARGETS};
use schema::access_package_assignment_request::{ASSIGNMENT, REQUESTOR};
use schema::approval::{APPROVAL, APPROVERS, FALLBACK_APPROVERS, ID, STAGES};
use schema::group::MEMBERS;
use schema::user::{MANAGER, SPONSORS, USER_TYPE};

use schema::PRINCIPAL_ID;

use crate::reading::guid;

/// How many levels of management a policy may climb (`governance`).
const LEVELS_MAX: i64 = 10;

/// Whether a request waits for this person, or was theirs to decide.
pub(crate) fn is_asked(now: &Snapshot, request: &Object, me: Id) -> bool {
    let Some(approval) = now.find_by(&APPROVAL, ID, request.id.to_string()) else {
        return false;
    };
    let Some(about) =
        request.get(ASSIGNMENT).and_then(|said| said.guid("targetId")).or_else(|| guid(request, PRINCIPAL_ID))
    else {
        return false;
    };
    let is_named = |set: &Record| names(now, set, about, me);
    now.links(approval.id, STAGES).any(|stage| {
        [APPROVERS, FALLBACK_APPROVERS]
            .iter()
            .any(|list| stage.object.get(*list).unwrap_or_default().iter().any(is_named))
    })
}

/// Whether a policy lets this person ask for themselves: what it asks of them, they read before they ask.
pub(crate) fn may_ask_by(now: &Snapshot, policy: &Object, me: Id) -> bool {
    let is_guest =
        now.find(me).and_then(|user| user.get(USER_TYPE)).is_some_and(|sort| sort.eq_ignore_ascii_case("Guest"));
    match policy.get(ALLOWED_TARGET_SCOPE).unwrap_or_default() {
        "allMemberUsers" => !is_guest,
        "allDirectoryUsers" => true,
        "allExternalUsers" => is_guest,
        "specificDirectoryUsers" => {
            policy.get(SPECIFIC_ALLOWED_TARGETS).unwrap_or_default().iter().any(|set| names(now, set, me, me))
        }
        _ => false,
    }
}

/// Whether a subject is whoever made a request that waits for this person: they see who asks.
pub(crate) fn is_asked_by(now: &Snapshot, subject: &Object, me: Id) -> bool {
    now.backlinks(subject.id, REQUESTOR).any(|link| is_asked(now, link.object, me))
}

fn names(now: &Snapshot, set: &Record, about: Id, me: Id) -> bool {
    let kind = set.text("@odata.type").and_then(|name| name.rsplit(['.', '#']).next()).unwrap_or_default();
    // v1.0 says `userId`, beta `id`.
    let named = |field: &str| {
        [field, "id"].into_iter().find_map(|field| set.guid(field).or_else(|| id_from_text(set.text(field)?)))
    };
    match kind {
        "singleUser" => named("userId") == Some(me),
        "groupMembers" => named("groupId").is_some_and(|group| now.reaches(group, MEMBERS, me)),
        "requestorManager" | "targetManager" => {
            let levels = set.int("managerLevel").unwrap_or(1).clamp(1, LEVELS_MAX);
            let climbed = (0..levels).try_fold(about, |user, _| now.linked(user, MANAGER).map(|manager| manager.id));
            climbed == Some(me) && me != about
        }
        "internalSponsors" | "targetUserSponsors" => now.why(about, SPONSORS, me).is_some(),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::Change;
    use schema::access_package_assignment_policy::{ACCESS_PACKAGE_ASSIGNMENT_POLICY, REQUESTOR_SETTINGS};
    use schema::access_package_assignment_request::ACCESS_PACKAGE_ASSIGNMENT_REQUEST;
    use schema::access_package_subject::{ACCESS_PACKAGE_SUBJECT, OBJECT_ID};
    use schema::approval::APPROVAL_STAGE;

    use super::*;
    use crate::area::Area;
    use crate::own::{Own, own};
    use crate::world::{World, put};

    fn set(kind: &str) -> Record {
        Record::new().with("@odata.type", format!("#microsoft.graph.{kind}"))
    }

    #[test]
    fn a_request_is_seen_by_those_who_may_decide_it_and_so_is_whoever_asks() {
        let mut world = World::new();
        let [asks, manages, leads, stranger] = [1, 2, 3, 4].map(|n| world.user(n));
        let inner = world.group(10, &[leads], false);
        let deciders = world.group(11, &[inner], false);
        world.apply(&[Change::link(asks, MANAGER, manages), Change::link(manages, MANAGER, leads)]);
        let wish = Record::new().with("targetId", asks.to_string());
        let request = world.make(
            20,
            &ACCESS_PACKAGE_ASSIGNMENT_REQUEST,
            vec![put(schema::REQUEST_TYPE, "userAdd"), put(ASSIGNMENT, wish)],
        );
        let subject = world.make(21, &ACCESS_PACKAGE_SUBJECT, vec![put(OBJECT_ID, asks.to_string())]);
        let approval = world.make(22, &APPROVAL, vec![put(ID, request.to_string())]);
        let stage = world.make(23, &APPROVAL_STAGE, vec![]);
        world.apply(&[Change::link(request, REQUESTOR, subject), Change::link(approval, STAGES, stage)]);
        let cases = [
            (set("requestorManager"), [false, true, false, false]),
            (set("requestorManager").with("managerLevel", 2_i64), [false, false, true, false]),
            (set("requestorManager").with("managerLevel", 3_i64), [false; 4]),
            (set("groupMembers").with("groupId", deciders.to_string()), [false, false, true, false]),
            (set("singleUser").with("userId", stranger.to_string()), [false, false, false, true]),
            (set("roleHolders"), [false; 4]),
        ];
        for list in [APPROVERS, FALLBACK_APPROVERS] {
            for (named, expected) in &cases {
                world.apply(&[Change::set(stage, list, vec![named.clone()])]);
                let now = &world.now;
                let seen = [asks, manages, leads, stranger].map(|me| is_asked(now, now.get(request).unwrap(), me));
                assert_eq!(seen, *expected, "{named:?}");
                let asker = [asks, manages, leads, stranger].map(|me| is_asked_by(now, now.get(subject).unwrap(), me));
                assert_eq!(asker, *expected, "{named:?}");
            }
            world.apply(&[Change::set(stage, list, Vec::<Record>::new())]);
        }
    }

    #[test]
    fn a_policy_is_read_by_those_who_may_ask_by_it() {
        let all_off =
            Record::new().with("enableTargetsToSelfAddAccess", false).with("enableTargetsToSelfUpdateAccess", false);
        let add = all_off.clone().with("enableTargetsToSelfAddAccess", true);
        let update = all_off.clone().with("enableTargetsToSelfUpdateAccess", true);
        let mut world = World::new();
        let (member, other, guest) = (world.user(1), world.user(2), world.guest(3));
        let group = world.group(10, &[member], false);
        let some = vec![set("groupMembers").with("groupId", group.to_string())];
        let cases = [
            ("allMemberUsers", Some(&add), [true, true, false]),
            ("allDirectoryUsers", Some(&add), [true, true, true]),
            ("specificDirectoryUsers", Some(&add), [true, false, false]),
            ("specificDirectoryUsers", Some(&update), [true, false, false]),
            ("specificDirectoryUsers", None, [true, false, false]),
            ("notSpecified", Some(&add), [false; 3]),
            ("allDirectoryUsers", Some(&all_off), [false; 3]),
        ];
        for (n, (scope, settings, expected)) in (20..).zip(cases) {
            let mut attributes = vec![
                put(schema::DISPLAY_NAME, "Policy"),
                put(ALLOWED_TARGET_SCOPE, scope),
                put(SPECIFIC_ALLOWED_TARGETS, some.clone()),
            ];
            attributes.extend(settings.map(|settings| put(REQUESTOR_SETTINGS, settings.clone())));
            let policy = world.make(n, &ACCESS_PACKAGE_ASSIGNMENT_POLICY, attributes);
            let policy = world.now.get(policy).unwrap();
            let read = [member, other, guest].map(|me| own(&world.now, Area::Entitlements, policy, me) == Own::ToRead);
            assert_eq!(read, expected, "{scope} {settings:?}");
        }
    }
}
