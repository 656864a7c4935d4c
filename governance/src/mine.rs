//! What of a collection concerns whoever asks: Graph's `filterByCurrentUser(on='…')`.
//!
//! It narrows what they may see and shows nothing more: an administrator, who sees every request, is told here which of
//! them wait for their own answer.
//!
//! Deliberately absent: what concerns somebody as the manager of others, or as the sponsor of an agent.

use directory::{Action, Call, Id, Object, Part, Snapshot, Value, id_from_text};
use schema::access_package::ACCESS_PACKAGE;
use schema::access_package_assignment::{ACCESS_PACKAGE_ASSIGNMENT, TARGET_ID};
use schema::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use schema::access_package_assignment_request::ACCESS_PACKAGE_ASSIGNMENT_REQUEST;
use schema::approval::{APPROVAL, ID};
use schema::consent_request::{APP_CONSENT_REQUEST, USER_CONSENT_REQUESTS};
use schema::request::CREATED_BY;
use schema::unified_role_assignment_schedule::{
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE,
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
};
use schema::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
};
use schema::{ACCESS_PACKAGE_ID, PRINCIPAL_ID};

use crate::package::{admission, policy};
use crate::{approval, people};

pub(crate) const PACKAGES: Action =
    Action::filter_by_current_user(&ACCESS_PACKAGE, &[("allowedRequestor", may_ask_for)]);
pub(crate) const PACKAGE_REQUESTS: Action =
    Action::filter_by_current_user(&ACCESS_PACKAGE_ASSIGNMENT_REQUEST, PACKAGE_REQUEST);
pub(crate) const PACKAGE_ASSIGNMENTS: Action =
    Action::filter_by_current_user(&ACCESS_PACKAGE_ASSIGNMENT, &[("target", is_held)]);
pub(crate) const APPROVALS: Action = Action::filter_by_current_user(&APPROVAL, DECISION);
pub(crate) const ELIGIBILITY_REQUESTS: Action =
    Action::filter_by_current_user(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, ROLE_REQUEST);
pub(crate) const ELIGIBILITIES: Action =
    Action::filter_by_current_user(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, ROLE_SCHEDULE);
pub(crate) const ELIGIBILITY_INSTANCES: Action =
    Action::filter_by_current_user(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE, ROLE_SCHEDULE);
pub(crate) const ROLE_REQUESTS: Action =
    Action::filter_by_current_user(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST, ROLE_REQUEST);
pub(crate) const ROLE_ASSIGNMENTS: Action =
    Action::filter_by_current_user(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, ROLE_SCHEDULE);
pub(crate) const ROLE_INSTANCES: Action =
    Action::filter_by_current_user(&UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE, ROLE_SCHEDULE);
pub(crate) const CONSENT_REQUESTS: Action =
    Action::filter_by_current_user(&APP_CONSENT_REQUEST, &[("reviewer", is_reviewed)]);

static PACKAGE_REQUEST: &[Part] = &[("target", is_target), ("createdBy", is_requestor), ("approver", approves)];
static ROLE_REQUEST: &[Part] = &[("principal", is_principal), ("createdBy", is_creator), ("approver", approves)];
static ROLE_SCHEDULE: &[Part] = &[("principal", is_principal)];
static DECISION: &[Part] = &[
    ("target", |now, call, approval| decided(now, approval).is_some_and(|request| is_target(now, call, request))),
    ("createdBy", |now, call, approval| decided(now, approval).is_some_and(|request| is_requestor(now, call, request))),
    ("approver", |now, call, approval| decided(now, approval).is_some_and(|request| approves(now, call, request))),
];

/// Whether a policy of the package lets them ask for themselves.
fn may_ask_for(now: &Snapshot, call: &Call<'_>, package: &Object) -> bool {
    let Some(me) = people::caller(call).and_then(|me| people::living(now, me)) else { return false };
    let policies = now.by(ACCESS_PACKAGE_ID, Value::Guid(package.id));
    policy::is_published(now, package)
        && policies
            .filter(|object| now.is_a(object, &ACCESS_PACKAGE_ASSIGNMENT_POLICY))
            .any(|by| policy::may_request(now, by, me) && policy::allows(by, "enableTargetsToSelfAddAccess"))
}

fn is_target(_: &Snapshot, call: &Call<'_>, request: &Object) -> bool {
    is_me(call, admission::target_of(request))
}

fn is_held(_: &Snapshot, call: &Call<'_>, assignment: &Object) -> bool {
    is_me(call, people::named(assignment, TARGET_ID))
}

fn is_requestor(now: &Snapshot, call: &Call<'_>, request: &Object) -> bool {
    is_me(call, approval::requestor(now, request))
}

fn is_principal(_: &Snapshot, call: &Call<'_>, schedule: &Object) -> bool {
    is_me(call, people::named(schedule, PRINCIPAL_ID))
}

fn is_creator(_: &Snapshot, call: &Call<'_>, request: &Object) -> bool {
    is_me(call, request.get(CREATED_BY).and_then(|by| id_from_text(by.record("user")?.text("id")?)))
}

/// Whether the request is, or was, theirs to decide.
fn approves(now: &Snapshot, call: &Call<'_>, request: &Object) -> bool {
    people::caller(call).is_some_and(|me| approval::is_approver(now, request, me))
}

/// Whether one of the people who want an application wait for their answer.
fn is_reviewed(now: &Snapshot, call: &Call<'_>, wanted: &Object) -> bool {
    now.links(wanted.id, USER_CONSENT_REQUESTS).any(|request| approves(now, call, request.object))
}

/// What an approval decides.
fn decided<'a>(now: &'a Snapshot, approval: &Object) -> Option<&'a Object> {
    now.find(id_from_text(approval.get(ID)?)?)
}

fn is_me(call: &Call<'_>, who: Option<Id>) -> bool {
    who.is_some() && who == people::caller(call)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Actor, Caller, Change, Fresh, Kind, TenantId};
    use schema::ACCOUNT_ENABLED;
    use schema::access_package_assignment_policy::{ALLOWED_TARGET_SCOPE, SPECIFIC_ALLOWED_TARGETS};

    use super::*;
    use crate::package::tests::{
        ADA, MANAGER, PACKAGE, POLICY, REQUEST, SECOND, answer, ask, assignment, settings, single, stage, wants, world,
    };
    use crate::world::{World, id};

    /// Who of these people has this part in an object, by the room's own functions.
    fn have_part(world: &World, kind: &Kind, object: Id, part: &str) -> Vec<u128> {
        let action = crate::ROOM.actions.iter().find(|a| a.name == "filterByCurrentUser" && a.on.name == kind.name);
        let (_, has) = action.unwrap().parts.iter().find(|(name, _)| *name == part).unwrap();
        let has_it = |user: u128| {
            let caller = Caller { actor: Actor::User(id(user)), ..Caller::system(TenantId::nil()) };
            let call = Call { caller: &caller, at: world.at, fresh: Fresh::new(1) };
            has(&world.now, &call, world.now.get(object).unwrap())
        };
        [ADA, MANAGER, SECOND].into_iter().filter(|user| has_it(*user)).collect()
    }

    #[test]
    fn a_request_concerns_whoever_asks_and_whoever_decides_also_when_it_is_decided() {
        let mut world = world(Some(settings(stage())));
        ask(world.by(ADA), REQUEST, "userAdd", wants(PACKAGE, None)).unwrap();
        let approval = world.now.find_by(&APPROVAL, ID, id(REQUEST).to_string()).unwrap().id;
        let parts = |world: &World| {
            let mut found = Vec::new();
            for (kind, object) in [(&ACCESS_PACKAGE_ASSIGNMENT_REQUEST, id(REQUEST)), (&APPROVAL, approval)] {
                let of = ["target", "createdBy", "approver"].map(|part| have_part(world, kind, object, part));
                found.push(of);
            }
            found
        };
        let expected = vec![[vec![ADA], vec![ADA], vec![MANAGER]]; 2];
        assert_eq!(parts(&world), expected);
        answer(&mut world, REQUEST, MANAGER, "Approve", "").unwrap();
        assert_eq!(parts(&world), expected);
        let given = assignment(&world, REQUEST);
        assert_eq!(have_part(&world, &ACCESS_PACKAGE_ASSIGNMENT, given, "target"), [ADA]);
    }

    #[test]
    fn a_package_concerns_whom_a_policy_of_it_lets_ask() {
        let mut world = world(None);
        assert_eq!(have_part(&world, &ACCESS_PACKAGE, id(PACKAGE), "allowedRequestor"), [ADA, MANAGER, SECOND]);
        let some = vec![single(SECOND)];
        world
            .by_system()
            .submit(vec![
                Change::set(id(POLICY), ALLOWED_TARGET_SCOPE, "specificDirectoryUsers"),
                Change::set(id(POLICY), SPECIFIC_ALLOWED_TARGETS, some),
            ])
            .unwrap();
        assert_eq!(have_part(&world, &ACCESS_PACKAGE, id(PACKAGE), "allowedRequestor"), [SECOND]);
        world.by_system().submit(vec![Change::set(id(SECOND), ACCOUNT_ENABLED, false)]).unwrap();
        assert!(have_part(&world, &ACCESS_PACKAGE, id(PACKAGE), "allowedRequestor").is_empty());
    }
}
