//! Requests for access packages: made by people for themselves or by administrators for others; judged when they are made,
//! when they are approved, and carried out as an assignment.
//!
//! A request cannot be changed after it was made: what was approved is what was asked for. Deliberately absent: asking on
//! behalf of somebody else, questions.

use std::collections::BTreeSet;

use directory::{
    Action, Attr, AttrId, By, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Time, Value, Write,
};
use schema::access_package::{ACCESS_PACKAGE, INCOMPATIBLE_ACCESS_PACKAGES, INCOMPATIBLE_GROUPS};
use schema::access_package_assignment::{
    ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_ENDS, ASSIGNMENT_POLICY, ASSIGNMENT_POLICY_ID, ASSIGNMENT_STARTS,
    EXPIRED_DATE_TIME, IS_EXTENDED, TARGET, TARGET_ID,
};
use schema::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use schema::access_package_assignment_request::{
    ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT, ASSIGNMENT_LINK, REQUESTOR,
};
use schema::access_package_subject::{
    ACCESS_PACKAGE_SUBJECT, EMAIL, OBJECT_ID, PRINCIPAL_NAME, SUBJECT_LIFECYCLE, SUBJECT_TYPE,
};
use schema::group::MEMBERS;
use schema::{
    ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, CATALOG_ID, COMPLETED_DATE_TIME, CREATED_DATE_TIME, DISPLAY_NAME,
    IS_VALIDATION_ONLY, JUSTIFICATION, REQUEST_TYPE, SCHEDULE, STATE, STATUS, USER_PRINCIPAL_NAME,
};

use super::{delivery, policy};
use crate::approval::{self, No};
use crate::{people, span};

pub(crate) const CHECK: Check =
    Check { kind: &ACCESS_PACKAGE_ASSIGNMENT_REQUEST, complete: Some(complete), check: None };
pub(crate) const OF_ASSIGNMENT: Check =
    Check { kind: &ACCESS_PACKAGE_ASSIGNMENT, complete: None, check: Some(only_from_requests) };
pub(crate) const CANCEL: Action = Action::on(&ACCESS_PACKAGE_ASSIGNMENT_REQUEST, "cancel", cancel);

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Add,
    Update,
    Remove,
}

/// A request that was understood.
struct Ask<'a> {
    wish: Wish,
    /// Whether an administrator asks, for somebody else and past the policy's scope and approval.
    is_admin: bool,
    target: Id,
    package: &'a Object,
    policy: &'a Object,
    /// What is to be changed or taken back.
    assignment: Option<&'a Object>,
}

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    refuse_edits(now, changes)?;
    let requests: Vec<Id> = changes
        .iter()
        .filter(|c| matches!(c, Change::Create { kind, .. } if *kind == ACCESS_PACKAGE_ASSIGNMENT_REQUEST.id()))
        .map(Change::subject)
        .collect();
    let mut made = Vec::new();
    for id in requests {
        make(now, call, id, changes, &mut made)?;
    }
    let gone = changes.iter().filter(|c| matches!(c, Change::Delete { .. })).map(Change::subject);
    let withdrawn: Vec<Change> = gone.filter_map(|id| approval::withdraw(now, id)).collect();
    changes.extend(withdrawn);
    Ok(())
}

/// What callers may write, they may write when they make the request.
pub(crate) fn refuse_edits(now: &Snapshot, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Some(request) = now.find(change.subject()) else { continue };
        let is_request =
            now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST) || now.is_a(request, &schema::request::REQUEST);
        let is_edit = match change {
            Change::Set { attribute, .. } => {
                now.model().attribute(request.kind, *attribute).is_some_and(|a| a.write == Write::Caller)
            }
            Change::Link { link, .. } | Change::Unlink { link, .. } => {
                now.model().link(request.kind, *link).is_some_and(|l| l.write == Write::Caller)
            }
            Change::Create { .. } | Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => false,
        };
        if is_request && is_edit {
            return Err(Refusal::state("a request cannot be changed: cancel it and make another"));
        }
    }
    Ok(())
}

/// Judge a new request and write down what becomes of it.
fn make(
    now: &Snapshot,
    call: &Call<'_>,
    id: Id,
    changes: &mut Vec<Change>,
    subjects: &mut Vec<(Id, Id)>,
) -> Result<(), Refusal> {
    let given = Given { id, changes };
    let ask = understand(now, call, &given)?;
    let justification = given.text(JUSTIFICATION).unwrap_or_default().trim().to_owned();
    let schedule = given.record(SCHEDULE);
    admit(now, call.at, &ask, None)?;
    if !ask.is_admin && ask.wish != Wish::Remove && policy::wants_justification(ask.policy) && justification.is_empty()
    {
        return Err(Refusal::invalid("say why you need it").at(JUSTIFICATION.name));
    }
    let asked = schedule.as_ref().filter(|_| ask.is_admin || policy_allows_custom(ask.policy));
    let start = asked.and_then(|schedule| schedule.time("startDateTime")).unwrap_or(call.at).max(call.at);
    let end = policy::end(ask.policy, asked, start)?;
    if end.is_some_and(|end| end <= start) {
        return Err(Refusal::invalid("it would end before it begins").at("schedule/expiration"));
    }
    let validates_only = given.bool(IS_VALIDATION_ONLY);
    let mut more = Vec::new();
    let target_subject = subject(now, call, ask.target, subjects, &mut more);
    let requestor = call.caller.actor.id().map(|id| subject(now, call, id, subjects, &mut more));
    more.push(Change::link(id, REQUESTOR, requestor.unwrap_or(target_subject)));
    more.push(Change::link(id, ACCESS_PACKAGE_LINK, ask.package.id));
    more.push(Change::set(id, CREATED_DATE_TIME, call.at));
    // From here on the request carries all that was agreed, whatever becomes of the policy meanwhile.
    more.push(Change::set(id, SCHEDULE, agreed(asked, ask.policy, start)));
    more.push(Change::set(id, ASSIGNMENT, said(&ask)));
    let terms = if ask.is_admin || ask.wish == Wish::Remove {
        None
    } else {
        policy::approval(ask.policy, ask.wish == Wish::Update)
    };
    match terms {
        _ if validates_only => more.extend(states(id, "submitted", "Validated", Some(call.at))),
        Some(terms) => {
            let mut about = vec![ask.target];
            about.extend(people::caller(call));
            more.extend(approval::open(now, call, id, &about, terms)?);
            more.extend(states(id, "pendingApproval", "PendingApproval", None));
        }
        None => more.extend(carry_out(call.at, call.new_id(), id, &ask, target_subject, (start, end))),
    }
    changes.extend(more);
    Ok(())
}

/// An approver said yes: judge again, and give what was asked for.
pub(crate) fn approved(now: &Snapshot, call: &Call<'_>, request: &Object) -> Result<Vec<Change>, Refusal> {
    if request.get(STATE) != Some("pendingApproval") {
        return Err(Refusal::state("the request is not waiting for approval any more"));
    }
    let ask = recall(now, request)?;
    admit(now, call.at, &ask, Some(request.id))?;
    let schedule = request.get(SCHEDULE).unwrap_or_default();
    let start = schedule.time("startDateTime").unwrap_or(call.at).max(call.at);
    let end = span::end(schedule.record("expiration"), start)?;
    if end.is_some_and(|end| end <= start) {
        return Err(Refusal::state("the time for which it was asked is over"));
    }
    let mut more = Vec::new();
    let subject = subject(now, call, ask.target, &mut Vec::new(), &mut more);
    more.extend(carry_out(call.at, call.new_id(), request.id, &ask, subject, (start, end)));
    Ok(more)
}

/// An approver, or time, said no.
pub(crate) fn refused(request: &Object, at: Time, no: No) -> Vec<Change> {
    if request.get(STATE) != Some("pendingApproval") {
        return Vec::new();
    }
    let status = match no {
        No::Denied => "Denied",
        No::TimedOut => "Expired",
    };
    states(request.id, "denied", status, Some(at))
}

/// The person whom a request is for.
pub(crate) fn target_of(_: &Snapshot, request: &Object) -> Option<Id> {
    request.get(ASSIGNMENT)?.guid("targetId")
}

/// Take back a request that waits.
pub(crate) fn cancel_changes(now: &Snapshot, request: &Object, at: Time) -> Vec<Change> {
    let mut changes = states(request.id, "canceled", "Canceled", Some(at));
    changes.extend(approval::withdraw(now, request.id));
    changes
}

/// The changes that end an assignment now.
pub(crate) fn end_changes(assignment: Id, at: Time) -> Vec<Change> {
    vec![
        Change::set(assignment, STATE, "expired"),
        Change::set(assignment, STATUS, "Expired"),
        Change::set(assignment, EXPIRED_DATE_TIME, at),
    ]
}

/// The requests of a person that are not decided.
pub(crate) fn open_requests(now: &Snapshot, target: Id) -> Vec<&Object> {
    let waiting = ["pendingApproval", "scheduled"].into_iter().flat_map(|state| now.by(STATE, state));
    waiting
        .filter(|request| now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST))
        .filter(|request| target_of(now, request) == Some(target))
        .collect()
}

/// Give a package to a person as an administrator would, by a policy or the package's only one.
pub(crate) fn direct(
    now: &Snapshot,
    at: Time,
    (target, package, policy): (Id, Id, Option<Id>),
    id: Id,
) -> Result<Vec<Change>, Refusal> {
    let package = now.get_a(&ACCESS_PACKAGE, package)?;
    let policy = policy_for(now, package, policy)?;
    let ask = Ask { wish: Wish::Add, is_admin: true, target, package, policy, assignment: None };
    admit(now, at, &ask, None)?;
    let end = policy::end(policy, None, at)?;
    let mut changes = Vec::new();
    let subject = match now.find_by(&ACCESS_PACKAGE_SUBJECT, OBJECT_ID, target) {
        Some(subject) => subject.id,
        None => {
            let subject = crate::ids::derived(target, "accessPackageSubject");
            changes.push(new_subject(now, subject, target));
            subject
        }
    };
    changes.extend(assignment(&ask, id, subject, (at, end)));
    Ok(changes)
}

fn cancel(now: &Snapshot, call: &Call<'_>, request: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let request = request.ok_or_else(|| Refusal::invalid("say which request"))?;
    if !matches!(request.get(STATE), Some("pendingApproval" | "scheduled")) {
        return Err(Refusal::state("only a request that waits can be cancelled"));
    }
    Ok(Decision::change(cancel_changes(now, request, call.at)))
}

/// What a caller says of the request they make.
struct Given<'a> {
    id: Id,
    changes: &'a [Change],
}

impl Given<'_> {
    fn value(&self, wanted: AttrId) -> Option<&Value> {
        self.changes.iter().find_map(|change| match change {
            Change::Create { id, attributes, .. } if *id == self.id => {
                attributes.iter().rev().find(|(attribute, _)| *attribute == wanted).map(|(_, value)| value)
            }
            _ => None,
        })
    }

    fn text(&self, wanted: Attr<str>) -> Option<&str> {
        self.value(wanted.id)?.as_text()
    }

    fn bool(&self, wanted: Attr<bool>) -> bool {
        self.value(wanted.id).and_then(Value::as_bool).unwrap_or(false)
    }

    fn record(&self, wanted: Attr<Record>) -> Option<Record> {
        self.value(wanted.id)?.as_record().cloned()
    }

    fn link(&self, wanted: directory::LinkId) -> Option<Id> {
        self.changes.iter().find_map(|change| match change {
            Change::Link { source, link, target, .. } if *source == self.id && *link == wanted => Some(*target),
            _ => None,
        })
    }
}

fn understand<'a>(now: &'a Snapshot, call: &Call<'_>, given: &Given<'_>) -> Result<Ask<'a>, Refusal> {
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
fn recall<'a>(now: &'a Snapshot, request: &Object) -> Result<Ask<'a>, Refusal> {
    let gone = || Refusal::state("what was asked for is not there any more");
    let said = request.get(ASSIGNMENT).unwrap_or_default();
    let package = said.guid("accessPackageId").and_then(|id| now.find_a(&ACCESS_PACKAGE, id)).ok_or_else(gone)?;
    let policy = said.guid("assignmentPolicyId").and_then(|id| now.find_a(&ACCESS_PACKAGE_ASSIGNMENT_POLICY, id));
    let target = said.guid("targetId").ok_or_else(gone)?;
    let wish = if request.get(REQUEST_TYPE) == Some("userUpdate") { Wish::Update } else { Wish::Add };
    let assignment = said.guid("id").and_then(|id| now.find_a(&ACCESS_PACKAGE_ASSIGNMENT, id));
    Ok(Ask { wish, is_admin: false, target, package, policy: policy.ok_or_else(gone)?, assignment })
}

fn policy_for<'a>(now: &'a Snapshot, package: &Object, wanted: Option<Id>) -> Result<&'a Object, Refusal> {
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
fn admit(now: &Snapshot, at: Time, ask: &Ask<'_>, own: Option<Id>) -> Result<(), Refusal> {
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

fn policy_allows_custom(policy: &Object) -> bool {
    let settings = policy.get(schema::access_package_assignment_policy::REQUESTOR_SETTINGS);
    settings.is_some_and(|settings| settings.bool("allowCustomAssignmentSchedule") == Some(true))
}

/// The schedule that a request carries: what was asked for, or what the policy says now.
fn agreed(asked: Option<&Record>, policy: &Object, start: Time) -> Record {
    let pattern = asked
        .and_then(|schedule| schedule.record("expiration"))
        .filter(|pattern| !span::is_open(Some(pattern)))
        .cloned()
        .or_else(|| policy.get(schema::access_package_assignment_policy::EXPIRATION));
    Record::new().with("startDateTime", start).with_some("expiration", pattern)
}

fn said(ask: &Ask<'_>) -> Record {
    Record::new()
        .with_some("id", ask.assignment.map(|assignment| assignment.id.to_string()))
        .with("targetId", ask.target.to_string())
        .with("assignmentPolicyId", ask.policy.id.to_string())
        .with("accessPackageId", ask.package.id.to_string())
}

fn carry_out(
    at: Time,
    new: Id,
    request: Id,
    ask: &Ask<'_>,
    subject: Id,
    (start, end): (Time, Option<Time>),
) -> Vec<Change> {
    let mut changes = Vec::new();
    match (ask.wish, ask.assignment) {
        (Wish::Remove, Some(held)) => {
            changes.extend(end_changes(held.id, at));
            changes.push(led_to(request, held.id));
            changes.extend(states(request, "delivered", "Delivered", Some(at)));
        }
        (Wish::Update, Some(held)) => {
            changes.push(Change::set(held.id, SCHEDULE, schedule(held.get(ASSIGNMENT_STARTS).unwrap_or(at), end)));
            changes.push(match end {
                Some(end) => Change::set(held.id, ASSIGNMENT_ENDS, end),
                None => Change::clear(held.id, ASSIGNMENT_ENDS),
            });
            changes.push(Change::set(held.id, IS_EXTENDED, true));
            changes.push(led_to(request, held.id));
            changes.extend(states(request, "delivered", "Delivered", Some(at)));
        }
        (Wish::Add | Wish::Update | Wish::Remove, _) => {
            changes.extend(assignment(ask, new, subject, (start, end)));
            changes.push(led_to(request, new));
            let (state, status) = if start > at { ("scheduled", "Scheduled") } else { ("delivering", "Delivering") };
            changes.extend(states(request, state, status, None));
        }
    }
    changes
}

/// What became of a request. Not a direct link: whoever approves may not edit the request, yet this follows from it.
fn led_to(request: Id, assignment: Id) -> Change {
    Change::Link { source: request, link: ASSIGNMENT_LINK, target: assignment, by: By::Derived, of: assignment }
}

fn assignment(ask: &Ask<'_>, id: Id, subject: Id, (start, end): (Time, Option<Time>)) -> Vec<Change> {
    let mut attributes = vec![
        (STATE.id, "delivering".into()),
        (STATUS.id, "Delivering".into()),
        (SCHEDULE.id, schedule(start, end).into()),
        (ACCESS_PACKAGE_ID.id, ask.package.id.to_string().into()),
        (ASSIGNMENT_POLICY_ID.id, ask.policy.id.to_string().into()),
        (TARGET_ID.id, ask.target.to_string().into()),
        (ASSIGNMENT_STARTS.id, start.into()),
    ];
    attributes.extend(ask.package.get(CATALOG_ID).map(|catalog| (CATALOG_ID.id, catalog.into())));
    attributes.extend(end.map(|end| (ASSIGNMENT_ENDS.id, end.into())));
    vec![
        Change::Create { id, kind: ACCESS_PACKAGE_ASSIGNMENT.id(), attributes },
        Change::link(id, ACCESS_PACKAGE_LINK, ask.package.id),
        Change::link(id, ASSIGNMENT_POLICY, ask.policy.id),
        Change::link(id, TARGET, subject),
    ]
}

fn schedule(start: Time, end: Option<Time>) -> Record {
    Record::new().with("startDateTime", start).with("expiration", span::until(end))
}

pub(crate) fn states(request: Id, state: &str, status: &str, completed: Option<Time>) -> Vec<Change> {
    let mut changes = vec![Change::set(request, STATE, state), Change::set(request, STATUS, status)];
    changes.extend(completed.map(|at| Change::set(request, COMPLETED_DATE_TIME, at)));
    changes
}

/// Somebody as access packages see them: known already, or made known.
fn subject(now: &Snapshot, call: &Call<'_>, who: Id, made: &mut Vec<(Id, Id)>, more: &mut Vec<Change>) -> Id {
    if let Some(subject) = now.find_by(&ACCESS_PACKAGE_SUBJECT, OBJECT_ID, who) {
        return subject.id;
    }
    if let Some((_, subject)) = made.iter().find(|(known, _)| *known == who) {
        return *subject;
    }
    let id = call.new_id();
    more.push(new_subject(now, id, who));
    made.push((who, id));
    id
}

fn new_subject(now: &Snapshot, id: Id, who: Id) -> Change {
    let person = now.find(who);
    let is_user = person.is_some_and(|object| now.is_a(object, &schema::user::USER));
    let mut attributes = vec![
        (OBJECT_ID.id, who.to_string().into()),
        (SUBJECT_TYPE.id, if is_user { "user" } else { "servicePrincipal" }.into()),
        (SUBJECT_LIFECYCLE.id, "notGoverned".into()),
    ];
    if let Some(person) = person {
        attributes.extend(person.get(DISPLAY_NAME).map(|name| (DISPLAY_NAME.id, name.into())));
        attributes.extend(person.get(USER_PRINCIPAL_NAME).map(|name| (PRINCIPAL_NAME.id, name.into())));
        attributes.extend(people::address(person).map(|mail| (EMAIL.id, mail.into())));
    }
    Change::Create { id, kind: ACCESS_PACKAGE_SUBJECT.id(), attributes }
}

/// Assignments come from requests.
fn only_from_requests(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_bare = |id: &Id| {
        after.find_a(&ACCESS_PACKAGE_ASSIGNMENT, *id).is_some_and(|assignment| assignment.get(STATE).is_none())
    };
    if changes.iter().any(|change| matches!(change, Change::Create { id, .. } if is_bare(id))) {
        return Err(Refusal::denied("assignments come from requests: make an assignment request"));
    }
    Ok(())
}
