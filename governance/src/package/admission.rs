//! What a request is about, and whether it may be granted: asked when it is made and again when it is approved.

use std::collections::BTreeSet;

use directory::{Attr, AttrId, Call, Change, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::access_package::{ACCESS_PACKAGE, INCOMPATIBLE_ACCESS_PACKAGES, INCOMPATIBLE_GROUPS};
use schema::access_package_assignment::{ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_POLICY_ID, TARGET_ID};
use schema::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT, ASSIGNMENT_LINK};
use schema::group::MEMBERS;
use schema::{ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, REQUEST_TYPE, STATE};

use super::{delivery, policy};
use crate::people;

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Add,
    Update,
    Remove,
}

/// A request that was understood.
pub(super) struct Ask<'a> {
    pub(super) wish: Wish,
    /// Whether an administrator asks, for somebody else and past the policy's scope and approval.
    pub(super) is_admin: bool,
    pub(super) target: Id,
    pub(super) package: &'a Object,
    pub(super) policy: &'a Object,
    /// What is to be changed or taken back.
    pub(super) assignment: Option<&'a Object>,
}

/// The person whom a request is for.
pub(crate) fn target_of(request: &Object) -> Option<Id> {
    request.get(ASSIGNMENT)?.guid("targetId")
}

/// The requests of a person that are not decided.
pub(crate) fn open_requests(now: &Snapshot, target: Id) -> Vec<&Object> {
    let waiting = ["pendingApproval", "scheduled"].into_iter().flat_map(|state| now.by(STATE, state));
    waiting
        .filter(|request| now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST))
        .filter(|request| target_of(request) == Some(target))
        .collect()
}

/// What a caller says of the request they make.
pub(super) struct Given<'a> {
    pub(super) id: Id,
    pub(super) changes: &'a [Change],
}

impl Given<'_> {
    pub(super) fn value(&self, wanted: AttrId) -> Option<&Value> {
        self.changes.iter().find_map(|change| match change {
            Change::Create { id, attributes, .. } if *id == self.id => {
                attributes.iter().rev().find(|(attribute, _)| *attribute == wanted).map(|(_, value)| value)
            }
            _ => None,
        })
    }

    pub(super) fn text(&self, wanted: Attr<str>) -> Option<&str> {
        self.value(wanted.id)?.as_text()
    }

    pub(super) fn bool(&self, wanted: Attr<bool>) -> bool {
        self.value(wanted.id).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn record(&self, wanted: Attr<Record>) -> Option<Record> {
        self.value(wanted.id)?.as_record().cloned()
    }

    pub(super) fn link(&self, wanted: directory::LinkId) -> Option<Id> {
        self.changes.iter().find_map(|change| match change {
            Change::Link { source, link, target, .. } if *source == self.id && *link == wanted => Some(*target),
            _ => None,
        })
    }
}

pub(super) fn understand<'a>(now: &'a Snapshot, call: &Call<'_>, given: &Given<'_>) -> Result<Ask<'a>, Refusal> {
    let kind = given.text(REQUEST_TYPE).unwrap_or_default();
    let (wish, is_admin) = match kind {
        "userAdd" => (Wish::Add, false),
        "userUpdate" => (Wish::Update, false),
        "userRemove" => (Wish::Remove, false),
        "adminAdd" => (Wish::Add, true),
        "adminUpdate" => (Wish::Update, true),
        "adminRemove" => (Wish::Remove, true),
        other => {
            return Err(Refusal::invalid(format!("`{other}` cannot be asked for here")).at(REQUEST_TYPE.name));
        }
    };
    let said = given.record(ASSIGNMENT).unwrap_or_default();
    let me = people::caller(call);
    let named = said.guid("id").or_else(|| given.link(ASSIGNMENT_LINK));
    let named = named.map(|id| now.get_a(&ACCESS_PACKAGE_ASSIGNMENT, id)).transpose()?;
    let target = named.and_then(|assignment| people::named(assignment, TARGET_ID)).or_else(|| said.guid("targetId"));
    let target = match (is_admin, target) {
        (true, Some(target)) => target,
        (true, None) => return Err(Refusal::invalid("say whom it is for").at("assignment/targetId")),
        (false, asked) => {
            let me = me.ok_or_else(|| Refusal::denied("a person asks for themselves: an application uses adminAdd"))?;
            if asked.is_some_and(|asked| asked != me) {
                return Err(Refusal::denied("ask for yourself: somebody else's access is theirs to ask for"));
            }
            me
        }
    };
    let package = named
        .and_then(|assignment| people::named(assignment, ACCESS_PACKAGE_ID))
        .or_else(|| said.guid("accessPackageId"))
        .or_else(|| given.link(ACCESS_PACKAGE_LINK))
        .ok_or_else(|| Refusal::invalid("say which access package").at("assignment/accessPackageId"))?;
    let package = now
        .find_a(&ACCESS_PACKAGE, package)
        .ok_or_else(|| Refusal::invalid("there is no such access package").at("assignment/accessPackageId"))?;
    let held = named.or_else(|| delivery::held(now, target, package.id));
    let assignment = if wish == Wish::Add { None } else { held.filter(|held| delivery::is_kept(held)) };
    let wanted = said.guid("assignmentPolicyId").or_else(|| people::named(assignment?, ASSIGNMENT_POLICY_ID));
    let policy = policy_for(now, package, wanted)?;
    Ok(Ask { wish, is_admin, target, package, policy, assignment })
}

/// What a request that was made before is about.
pub(super) fn recall<'a>(now: &'a Snapshot, request: &Object) -> Result<Ask<'a>, Refusal> {
    let gone = || Refusal::state("what was asked for is not there any more");
    let said = request.get(ASSIGNMENT).unwrap_or_default();
    let package = said.guid("accessPackageId").and_then(|id| now.find_a(&ACCESS_PACKAGE, id)).ok_or_else(gone)?;
    let policy = said.guid("assignmentPolicyId").and_then(|id| now.find_a(&ACCESS_PACKAGE_ASSIGNMENT_POLICY, id));
    let target = said.guid("targetId").ok_or_else(gone)?;
    let wish = if request.get(REQUEST_TYPE) == Some("userUpdate") { Wish::Update } else { Wish::Add };
    let assignment = said.guid("id").and_then(|id| now.find_a(&ACCESS_PACKAGE_ASSIGNMENT, id));
    Ok(Ask { wish, is_admin: false, target, package, policy: policy.ok_or_else(gone)?, assignment })
}

pub(super) fn policy_for<'a>(now: &'a Snapshot, package: &Object, wanted: Option<Id>) -> Result<&'a Object, Refusal> {
    let mut policies = now
        .by(ACCESS_PACKAGE_ID, Value::Guid(package.id))
        .filter(|object| now.is_a(object, &ACCESS_PACKAGE_ASSIGNMENT_POLICY));
    let at = "assignment/assignmentPolicyId";
    match wanted {
        Some(wanted) => policies
            .find(|policy| policy.id == wanted)
            .ok_or_else(|| Refusal::invalid("the package has no such assignment policy").at(at)),
        None => match (policies.next(), policies.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Refusal::state("the package has no assignment policy yet")),
            (Some(_), Some(_)) => Err(Refusal::invalid("say by which assignment policy").at(at)),
        },
    }
}

/// Whether a request may be granted now. Asked when it is made and again when it is approved.
pub(super) fn admit(now: &Snapshot, at: Time, ask: &Ask<'_>, own: Option<Id>) -> Result<(), Refusal> {
    let user = people::living(now, ask.target);
    match ask.wish {
        Wish::Remove => {
            ask.assignment.ok_or_else(|| Refusal::state("there is no such assignment to take back"))?;
            return if ask.is_admin || policy::allows(ask.policy, "enableTargetsToSelfRemoveAccess") {
                Ok(())
            } else {
                Err(Refusal::denied("the policy does not let people give this back themselves"))
            };
        }
        Wish::Update => {
            ask.assignment.ok_or_else(|| Refusal::state("there is no assignment to extend"))?;
            if !ask.is_admin && !policy::can_extend(ask.policy) {
                return Err(Refusal::denied("the policy does not let people extend this"));
            }
        }
        Wish::Add => {
            let has_it = delivery::held(now, ask.target, ask.package.id)
                .is_some_and(|held| delivery::is_alive_or_scheduled(held, at));
            if has_it {
                return Err(Refusal::conflict("ExistingGrant: this access package is assigned already"));
            }
        }
    }
    let user =
        user.ok_or_else(|| Refusal::invalid("whom it is for is not there or is disabled").at("assignment/targetId"))?;
    let is_asked_already = open_requests(now, ask.target).into_iter().any(|request| {
        Some(request.id) != own
            && request.get(ASSIGNMENT).and_then(|said| said.guid("accessPackageId")) == Some(ask.package.id)
    });
    if is_asked_already {
        return Err(Refusal::conflict("ExistingOpenRequest: this access package is asked for already"));
    }
    if !ask.is_admin {
        let switch =
            if ask.wish == Wish::Add { "enableTargetsToSelfAddAccess" } else { "enableTargetsToSelfUpdateAccess" };
        let is_open = policy::is_published(now, ask.package)
            && policy::allows(ask.policy, switch)
            && policy::may_request(now, ask.policy, user);
        if !is_open {
            return Err(Refusal::denied("the policy does not let you ask for this access package"));
        }
    }
    separate(now, at, ask)
}

/// Separation of duties, in both directions: what one package excludes, its holder is kept from.
fn separate(now: &Snapshot, at: Time, ask: &Ask<'_>) -> Result<(), Refusal> {
    let excluded: BTreeSet<Id> = now
        .links(ask.package.id, INCOMPATIBLE_ACCESS_PACKAGES)
        .chain(now.backlinks(ask.package.id, INCOMPATIBLE_ACCESS_PACKAGES))
        .map(|link| link.object.id)
        .collect();
    let held = delivery::assignments_of(now, ask.target).find(|held| {
        delivery::is_alive_or_scheduled(held, at)
            && people::named(held, ACCESS_PACKAGE_ID).is_some_and(|package| excluded.contains(&package))
    });
    let other = held.and_then(|held| now.linked(held.id, ACCESS_PACKAGE_LINK));
    if held.is_some() {
        let name = other.map_or("another access package", people::name);
        return Err(Refusal::state(format!("this does not go together with `{name}`, which is assigned")));
    }
    let mut groups = now.links(ask.package.id, INCOMPATIBLE_GROUPS).map(|link| link.object);
    match groups.find(|group| now.reaches(group.id, MEMBERS, ask.target)) {
        Some(group) => {
            Err(Refusal::state(format!("this does not go together with being in `{}`", people::name(group))))
        }
        None => Ok(()),
    }
}
