//! The second administrator: what a policy says must be approved waits as a request until somebody else, from one of the
//! policy's groups, approves or rejects it. An approval sets the operation going at once.
//!
//! Deliberately absent: approvals for what Castellan does not do through them (applications, scripts, roles); a policy for
//! those is refused rather than kept without effect.

use std::time::Duration;

use directory::{
    Actor, AttrId, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Value, id_from_text,
};
use schema::application::APPLICATION;
use schema::group::MEMBERS;
use schema::managed_device::MANAGED_DEVICE;
use schema::operation_approval::{
    APPROVAL_JUSTIFICATION, APPROVER, APPROVER_GROUP_IDS, EXPIRATION_DATE_TIME, LAST_MODIFIED_DATE_TIME,
    OPERATION_APPROVAL_POLICY, OPERATION_APPROVAL_REQUEST, POLICY_TYPE, REQUEST_DATE_TIME, REQUEST_JUSTIFICATION,
    REQUESTED_OPERATION, REQUESTOR, REQUIRED_POLICY_TYPES, STATUS,
};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use schema::{APP_ID, DISPLAY_NAME, OWNERS, USER_PRINCIPAL_NAME};

use super::{Asked, RemoteAction, ask};

/// How long a request can be approved.
const REQUEST_LIFE: Duration = Duration::from_secs(7 * 86_400);
/// How many requests are kept; one more forgets the oldest that nobody waits for.
const REQUESTS_MAX: usize = 5_000;
/// How many requests one person or application may have waiting.
const WAITING_MAX: usize = 100;
/// The longest reason that is kept.
const JUSTIFICATION_CHARS_MAX: usize = 1_024;

/// A policy's groups exist, and it is about something that waits for an approval here.
pub(crate) const POLICY: Check = Check { kind: &OPERATION_APPROVAL_POLICY, complete: Some(dated), check: Some(judge) };

/// Graph `operationApprovalPolicyType` of an action that may need a second administrator.
const fn policy_type(action: RemoteAction) -> Option<&'static str> {
    match action {
        RemoteAction::Wipe => Some("deviceWipe"),
        RemoteAction::Retire => Some("deviceRetire"),
        RemoteAction::RemoteLock
        | RemoteAction::SyncDevice
        | RemoteAction::RebootNow
        | RemoteAction::ShutDown
        | RemoteAction::SetDeviceName
        | RemoteAction::LocateDevice
        | RemoteAction::RotateRecoveryKey
        | RemoteAction::CollectDiagnostics
        | RemoteAction::RunRemediation => None,
    }
}

/// Whether the organisation wants somebody else to approve this.
pub(super) fn is_required(now: &Snapshot, action: RemoteAction) -> bool {
    policies(now, action).next().is_some()
}

fn policies(now: &Snapshot, action: RemoteAction) -> impl Iterator<Item = &Object> {
    let wanted = policy_type(action);
    now.all(&OPERATION_APPROVAL_POLICY).filter(move |policy| wanted.is_some() && policy.get(POLICY_TYPE) == wanted)
}

/// Let an operation wait. The answer is the request's id: of the one that waits already, where the same was asked for before.
pub(super) fn request(
    now: &Snapshot,
    call: &Call<'_>,
    devices: &[Id],
    asked: &Asked,
    given: &Record,
) -> Result<(Decision, Id), Refusal> {
    let id = call.new_id();
    let ids: Vec<String> = devices.iter().map(Id::to_string).collect();
    let operation = Record::new().with("actionName", asked.action.name()).with("managedDeviceIds", ids);
    let me = call.caller.actor.id();
    let is_mine = |request: &&Object| me.is_some() && is_waiting(call, request) && requestor(request) == me;
    let mine: Vec<&Object> = now.all(&OPERATION_APPROVAL_REQUEST).filter(is_mine).collect();
    if let Some(same) = mine.iter().find(|request| request.get(REQUESTED_OPERATION).as_ref() == Some(&operation)) {
        return Ok((Decision::default(), same.id));
    }
    if mine.len() >= WAITING_MAX {
        let text =
            format!("{WAITING_MAX} of your requests wait for an approval; take some back, or wait for the approvers");
        return Err(Refusal::limit(text));
    }
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (EXPIRATION_DATE_TIME.id, (call.at + REQUEST_LIFE).into()),
        (LAST_MODIFIED_DATE_TIME.id, call.at.into()),
        (REQUEST_DATE_TIME.id, call.at.into()),
        (REQUESTED_OPERATION.id, operation.into()),
        (STATUS.id, "needsApproval".into()),
    ];
    attributes.extend(identity(now, call).map(|identity| (REQUESTOR.id, identity.into())));
    attributes.extend(policy_type(asked.action).map(|ty| (REQUIRED_POLICY_TYPES.id, ty.into())));
    attributes.extend(justification(given).map(|text| (REQUEST_JUSTIFICATION.id, text.into())));
    let mut changes = vec![Change::Create { id, kind: OPERATION_APPROVAL_REQUEST.id(), attributes }];
    if now.count(&OPERATION_APPROVAL_REQUEST) >= REQUESTS_MAX {
        let oldest = now.all(&OPERATION_APPROVAL_REQUEST).find(|request| !is_waiting(call, request));
        let oldest =
            oldest.ok_or_else(|| Refusal::limit("too many requests wait for an approval; decide some first"))?;
        changes.push(Change::Delete { id: oldest.id });
    }
    Ok((Decision::change(changes), id))
}

/// `approve`: what was requested is done, by the word of two.
pub(super) fn approve(
    now: &Snapshot,
    call: &Call<'_>,
    on: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let (request, asked) = waiting(call, on)?;
    may_decide(now, call, request, asked.action)?;
    let operation = request.get(REQUESTED_OPERATION).unwrap_or_default();
    let devices = operation.texts("managedDeviceIds").filter_map(id_from_text);
    let devices: Vec<&Object> = devices
        .filter_map(|id| now.find_a(&MANAGED_DEVICE, id))
        .filter(|managed| ask::may_ask(managed, &asked).is_ok())
        .collect();
    if devices.is_empty() {
        return Err(Refusal::state("none of the devices can be asked for this any more; reject the request"));
    }
    let mut changes = ask::queue_all(now, call, &devices, &asked)?;
    changes.extend(decided(now, call, request, "completed", given));
    Ok(Decision::change(changes).answering("completed"))
}

/// `reject`.
pub(super) fn reject(
    now: &Snapshot,
    call: &Call<'_>,
    on: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let (request, asked) = waiting(call, on)?;
    may_decide(now, call, request, asked.action)?;
    Ok(Decision::change(decided(now, call, request, "rejected", given)).answering("rejected"))
}

/// `cancelMyRequest(id)`: whoever requested takes it back.
pub(super) fn cancel_mine(
    now: &Snapshot,
    call: &Call<'_>,
    _: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let id = given.text("id").unwrap_or_default();
    let request = id_from_text(id).and_then(|id| now.find_a(&OPERATION_APPROVAL_REQUEST, id));
    let request = request.filter(|request| requestor(request) == call.caller.actor.id());
    let request = request.ok_or_else(|| Refusal::invalid(format!("`{id}` is no request of yours")).at("id"))?;
    waiting(call, Some(request))?;
    let changes =
        vec![Change::set(request.id, STATUS, "cancelled"), Change::set(request.id, LAST_MODIFIED_DATE_TIME, call.at)];
    Ok(Decision::change(changes))
}

/// Whether a request can still be decided.
fn is_waiting(call: &Call<'_>, request: &Object) -> bool {
    request.get(STATUS) == Some("needsApproval")
        && request.get(EXPIRATION_DATE_TIME).is_none_or(|expires| expires > call.at)
}

/// A request that can still be decided, and what it asks.
fn waiting<'a>(call: &Call<'_>, on: Option<&'a Object>) -> Result<(&'a Object, Asked), Refusal> {
    let request = on.ok_or_else(|| Refusal::invalid("name the request"))?;
    let status = request.get(STATUS).unwrap_or_default();
    if status != "needsApproval" {
        return Err(Refusal::state(format!("the request is {status} already")));
    }
    if request.get(EXPIRATION_DATE_TIME).is_some_and(|expires| expires <= call.at) {
        return Err(Refusal::state("the request has expired; it has to be made again"));
    }
    let asked = request.get(REQUESTED_OPERATION).as_ref().and_then(Asked::from_record);
    let mut asked = asked.ok_or_else(|| Refusal::state("the request is for nothing that is known any more"))?;
    asked.bulk = Some(request.id.to_string());
    Ok((request, asked))
}

/// Somebody from a group of the policies, and not whoever asked.
fn may_decide(now: &Snapshot, call: &Call<'_>, request: &Object, action: RemoteAction) -> Result<(), Refusal> {
    let Actor::User(me) = call.caller.actor else {
        return Err(Refusal::denied("only a person can approve or reject"));
    };
    if requestor(request).is_some_and(|who| who == me || is_owner(now, who, me)) {
        return Err(Refusal::denied(
            "whoever asks for an operation cannot approve it as well, nor what their application asks for",
        ));
    }
    let groups = now.closure(me, MEMBERS, true);
    let is_approver = policies(now, action).any(|policy| {
        let approvers = policy.get(APPROVER_GROUP_IDS).unwrap_or_default();
        approvers.into_iter().filter_map(id_from_text).any(|id| groups.iter().any(|group| group.id == id))
    });
    if is_approver { Ok(()) } else { Err(Refusal::denied("you are in none of the groups that approve this operation")) }
}

/// Whether somebody owns an application, here or where it is registered, and so can act as it.
fn is_owner(now: &Snapshot, application: Id, me: Id) -> bool {
    let app_id = now.find_a(&SERVICE_PRINCIPAL, application).and_then(|principal| principal.get(APP_ID));
    let registered =
        app_id.and_then(|app_id| now.find_by(&APPLICATION, APP_ID, app_id)).map(|registered| registered.id);
    [Some(application), registered].into_iter().flatten().any(|owned| now.why(owned, OWNERS, me).is_some())
}

fn decided(now: &Snapshot, call: &Call<'_>, request: &Object, status: &str, given: &Record) -> Vec<Change> {
    let mut changes =
        vec![Change::set(request.id, STATUS, status), Change::set(request.id, LAST_MODIFIED_DATE_TIME, call.at)];
    changes.extend(identity(now, call).map(|identity| Change::set(request.id, APPROVER, identity)));
    changes.extend(justification(given).map(|text| Change::set(request.id, APPROVAL_JUSTIFICATION, text)));
    changes
}

fn requestor(request: &Object) -> Option<Id> {
    let identity = request.get(REQUESTOR)?;
    let who = identity.record("user").or_else(|| identity.record("application"))?;
    id_from_text(who.text("id")?)
}

/// Who asks, as Graph's `identitySet`.
fn identity(now: &Snapshot, call: &Call<'_>) -> Option<Record> {
    let id = call.caller.actor.id()?;
    let object = now.find(id);
    let name = object.and_then(|object| object.get(DISPLAY_NAME).or_else(|| object.get(USER_PRINCIPAL_NAME)));
    let who = Record::new().with("id", id.to_string()).with_some("displayName", name);
    let role = if object.is_some_and(|object| now.is_a(object, &USER)) { "user" } else { "application" };
    Some(Record::new().with(role, who))
}

fn justification(given: &Record) -> Option<String> {
    let text = given.text("justification")?.trim();
    (!text.is_empty()).then(|| text.chars().take(JUSTIFICATION_CHARS_MAX).collect())
}

fn dated(_: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let touched = changes.iter().filter_map(|change| match change {
        Change::Create { id, kind, .. } if *kind == OPERATION_APPROVAL_POLICY.id() => Some(*id),
        Change::Set { id, attribute, .. } if *attribute == POLICY_TYPE.id || *attribute == APPROVER_GROUP_IDS.id => {
            Some(*id)
        }
        _ => None,
    });
    let dates: Vec<Change> = touched.map(|id| Change::set(id, LAST_MODIFIED_DATE_TIME, call.at)).collect();
    changes.extend(dates);
    Ok(())
}

fn judge(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for policy in changes.iter().filter_map(|change| after.find_a(&OPERATION_APPROVAL_POLICY, change.subject())) {
        let ty = policy.get(POLICY_TYPE).unwrap_or_default();
        if !RemoteAction::ALL.into_iter().any(|action| policy_type(action) == Some(ty)) {
            let text = format!("`{ty}` cannot wait for an approval here; use `deviceWipe` or `deviceRetire`");
            return Err(Refusal::invalid(text).at(POLICY_TYPE.name));
        }
        let groups = policy.get(APPROVER_GROUP_IDS).unwrap_or_default();
        let is_group = |id: &&str| id_from_text(id).and_then(|id| after.find_a(&schema::group::GROUP, id)).is_some();
        if groups.is_empty() || !groups.iter().all(is_group) {
            let text = "name at least one group whose members approve; without approvers nothing could be done";
            return Err(Refusal::invalid(text).at(APPROVER_GROUP_IDS.name));
        }
    }
    Ok(())
}
