//! What is asked of devices: once, by whom, how many, and with whose approval.

use directory::{Actor, Call, Caller, Change, Decision, Fresh, Id, Object, Record, Refusal, TenantId};
use schema::managed_device::{ACTION_QUEUE, DEVICE_ACTION_RESULTS, MANAGED_DEVICE, MANAGEMENT_STATE};
use schema::operation_approval::{
    APPROVER_GROUP_IDS, DISPLAY_NAME, OPERATION_APPROVAL_POLICY, OPERATION_APPROVAL_REQUEST, POLICY_TYPE, STATUS,
};
use schema::remote_action_audit::{ACTION_STATE, REMOTE_ACTION_AUDIT};

use super::*;
use crate::join::Ownership;
use crate::world::{World, id};

fn by(actor: Actor) -> Caller {
    Caller { actor, ..Caller::system(TenantId::nil()) }
}

impl World {
    fn decide(&self, caller: &Caller, name: &str, on: Option<Id>, given: &Record) -> Result<Decision, Refusal> {
        let on = on.map(|id| self.get(id));
        let kind = on.map_or(
            if name == "cancelMyRequest" { OPERATION_APPROVAL_REQUEST.id() } else { MANAGED_DEVICE.id() },
            |o| o.kind,
        );
        let action = ACTIONS.iter().find(|action| action.name == name && action.on.id() == kind).unwrap();
        // Each call has a chance of its own, as the engine sees to.
        let call = Call { caller, at: self.at, fresh: Fresh::new(u128::from(self.now.usn()) << 64 | 7) };
        (action.decide)(&self.now, &call, on, given)
    }

    fn asks(&mut self, caller: &Caller, name: &str, on: Option<Id>, given: &Record) -> Result<Decision, Refusal> {
        let decision = self.decide(caller, name, on, given)?;
        self.submit(decision.plan.changes.clone())?;
        Ok(decision)
    }

    fn ask(&mut self, name: &str, on: Id) -> Result<Decision, Refusal> {
        self.asks(&Caller::system(TenantId::nil()), name, Some(on), &Record::new())
    }

    fn states(&self, managed: Id) -> Vec<(String, String)> {
        let results = self.get(managed).get(DEVICE_ACTION_RESULTS).unwrap_or_default();
        let text = |record: &Record, name: &str| record.text(name).unwrap().to_owned();
        results.iter().map(|record| (text(record, "actionName"), text(record, "actionState"))).collect()
    }

    fn deliver(&mut self, managed: Id) {
        let changes = delivered(&self.now, self.get(managed), self.at);
        self.done(changes);
    }

    fn finish(&mut self, managed: Id, state: OutcomeState) {
        let outcomes: Vec<Outcome> = pending(self.get(managed))
            .into_iter()
            .map(|waiting| Outcome { id: waiting.id, state, detail: Some("so it went".into()) })
            .collect();
        let changes = finished(&self.now, self.get(managed), self.at, &outcomes);
        self.done(changes);
    }

    fn audits(&self) -> Vec<String> {
        self.now.all(&REMOTE_ACTION_AUDIT).map(|audit| audit.get(ACTION_STATE).unwrap().to_owned()).collect()
    }

    fn tenant_wide(&mut self, limit: i64) {
        let limit = Record::new().with("maximumDevices", limit).with("withinHours", 2_i64);
        let attributes = vec![(schema::device_management::BULK_ACTION_LIMIT.id, limit.into())];
        let kind = schema::device_management::DEVICE_MANAGEMENT.id();
        self.done(vec![Change::Create { id: id(900), kind, attributes }]);
    }

    fn approved_by(&mut self, group: Id) {
        let attributes = vec![
            (DISPLAY_NAME.id, "two for a wipe".into()),
            (POLICY_TYPE.id, "deviceWipe".into()),
            (APPROVER_GROUP_IDS.id, vec![group.to_string()].into()),
        ];
        self.done(vec![Change::Create { id: id(901), kind: OPERATION_APPROVAL_POLICY.id(), attributes }]);
    }
}

fn state(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[test]
fn every_action_is_asked_told_and_done_once() {
    for (action, given) in [
        ("remoteLock", Record::new()),
        ("rebootNow", Record::new()),
        ("shutDown", Record::new()),
        ("setDeviceName", Record::new().with("deviceName", "lt-new")),
        ("locateDevice", Record::new()),
        ("rotateBitLockerKeys", Record::new()),
        ("initiateOnDemandProactiveRemediation", Record::new().with("scriptPolicyId", id(77).to_string())),
    ] {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let admin = Caller::system(TenantId::nil());
        w.asks(&admin, action, Some(laptop), &given).unwrap();
        let again = w.asks(&admin, action, Some(laptop), &given).unwrap();
        assert!(again.plan.changes.is_empty(), "{action} asked twice is asked once");
        assert_eq!((w.states(laptop), w.audits()), (vec![state(action, "pending")], vec!["pending".to_owned()]));
        w.deliver(laptop);
        w.deliver(laptop);
        assert_eq!((w.states(laptop), w.audits()), (vec![state(action, "active")], vec!["active".to_owned()]));
        w.finish(laptop, OutcomeState::Done);
        assert_eq!((w.states(laptop), w.audits()), (vec![state(action, "done")], vec!["done".to_owned()]));
        assert!(pending(w.get(laptop)).is_empty());
    }
}

#[test]
fn what_an_action_must_be_told_is_checked() {
    let mut w = World::new();
    let ann = w.user(1);
    let laptop = w.laptop(ann);
    let admin = Caller::system(TenantId::nil());
    for (action, parameter, text) in [
        ("setDeviceName", "deviceName", ""),
        ("setDeviceName", "deviceName", "-x"),
        ("setDeviceName", "deviceName", "a b"),
        ("setDeviceName", "deviceName", "x;reboot"),
        ("initiateOnDemandProactiveRemediation", "scriptPolicyId", "../etc"),
    ] {
        let given = Record::new().with(parameter, text);
        assert!(w.asks(&admin, action, Some(laptop), &given).is_err(), "{action} {text:?}");
    }
    let named = |name: &str| Record::new().with("deviceName", name);
    w.asks(&admin, "setDeviceName", Some(laptop), &named("one")).unwrap();
    w.asks(&admin, "setDeviceName", Some(laptop), &named("two")).unwrap();
    let waiting = pending(w.get(laptop));
    assert_eq!(
        waiting.iter().map(|p| p.argument.as_deref()).collect::<Vec<_>>(),
        [Some("two")],
        "the last name counts"
    );
}

#[test]
fn only_what_the_device_was_not_told_can_be_canceled() {
    let mut w = World::new();
    let ann = w.user(1);
    let laptop = w.laptop(ann);
    let admin = Caller::system(TenantId::nil());
    let cancel = |name: &str| Record::new().with("actionName", name);
    assert!(w.asks(&admin, "cancelAction", Some(laptop), &cancel("wipe")).is_err(), "nothing is pending");
    w.ask("wipe", laptop).unwrap();
    w.asks(&admin, "cancelAction", Some(laptop), &cancel("wipe")).unwrap();
    assert_eq!(w.states(laptop), [state("wipe", "canceled")]);
    assert_eq!(w.get(laptop).get(MANAGEMENT_STATE), Some("wipeCanceled"));
    assert_eq!(w.audits(), ["canceled"]);
    assert!(!is_leaving(w.get(laptop)));
    w.ask("retire", laptop).unwrap();
    w.deliver(laptop);
    let told = w.asks(&admin, "cancelAction", Some(laptop), &cancel("retire")).unwrap_err();
    assert!(told.message.contains("has been told"), "{}", told.message);
}

#[test]
fn a_personal_device_keeps_what_is_its_owners() {
    let mut w = World::new();
    let ann = w.user(1);
    let (_, own) = w.device(ann, Ownership::Personal);
    let admin = Caller::system(TenantId::nil());
    let named = Record::new().with("deviceName", "ours");
    for (action, is_refused) in [
        ("wipe", true),
        ("locateDevice", true),
        ("setDeviceName", true),
        ("remoteLock", false),
        ("syncDevice", false),
        ("retire", false),
    ] {
        assert_eq!(w.decide(&admin, action, Some(own), &named).is_err(), is_refused, "{action}");
    }
}

#[test]
fn a_retire_that_is_done_leaves_an_audit_and_no_device() {
    let mut w = World::new();
    let ann = w.user(1);
    let laptop = w.laptop(ann);
    w.ask("retire", laptop).unwrap();
    assert!(w.ask("remoteLock", laptop).is_err(), "a device that leaves is asked for nothing more");
    w.deliver(laptop);
    w.finish(laptop, OutcomeState::Done);
    assert!(w.now.find(laptop).is_none());
    assert_eq!(w.audits(), ["done"]);
}

#[test]
fn many_devices_are_asked_together_and_each_is_answered_for() {
    let mut w = World::new();
    let ann = w.user(1);
    let (first, second) = (w.laptop(ann), w.laptop(ann));
    let (_, own) = w.device(ann, Ownership::Personal);
    let admin = Caller::system(TenantId::nil());
    let ids: Vec<String> = [first, second, own, id(404)].iter().map(Id::to_string).collect();
    let given = Record::new().with("actionName", "wipe").with("deviceIds", ids);
    let decision = w.asks(&admin, "executeAction", None, &given).unwrap();
    let answer = decision.answer.unwrap();
    let answer = answer.as_record().unwrap();
    let texts = |name: &str| answer.texts(name).map(str::to_owned).collect::<Vec<_>>();
    let mut asked = [first.to_string(), second.to_string()];
    asked.sort();
    assert_eq!(texts("successfulDeviceIds"), asked);
    assert_eq!(texts("failedDeviceIds"), [own.to_string()]);
    assert_eq!(texts("notFoundDeviceIds"), [id(404).to_string()]);
    let bulk = answer.text("bulkDeviceActionId").unwrap();
    w.deliver(first);
    let progress = w.now.by(schema::remote_action_audit::BULK_DEVICE_ACTION_ID, bulk);
    let mut progress: Vec<&str> = progress.map(|audit: &Object| audit.get(ACTION_STATE).unwrap()).collect();
    progress.sort_unstable();
    assert_eq!(progress, ["active", "pending"]);
    let too_many: Vec<String> = (0..=BULK_DEVICES_MAX).map(|n| id(5_000 + n as u128).to_string()).collect();
    let given = Record::new().with("actionName", "syncDevice").with("deviceIds", too_many);
    assert!(w.asks(&admin, "executeAction", None, &given).is_err());
}

#[test]
fn the_brake_stops_what_would_end_too_many_devices_until_time_or_an_admin_lets_go() {
    let mut w = World::new();
    w.tenant_wide(2);
    let ann = w.user(1);
    let laptops: Vec<Id> = (0..4).map(|_| w.laptop(ann)).collect();
    let admin = Caller::system(TenantId::nil());
    let all: Vec<String> = laptops.iter().map(Id::to_string).collect();
    let given = |action: &str| Record::new().with("actionName", action).with("deviceIds", all.clone());
    let refused = w.asks(&admin, "executeAction", None, &given("wipe")).unwrap_err();
    assert!(refused.message.contains("bulkActionLimit"), "{}", refused.message);
    assert!(w.now.all(&REMOTE_ACTION_AUDIT).next().is_none(), "all or none");
    w.asks(&admin, "executeAction", None, &given("syncDevice")).unwrap();
    w.ask("wipe", laptops[0]).unwrap();
    w.ask("wipe", laptops[0]).unwrap_err();
    w.ask("retire", laptops[1]).unwrap();
    assert!(w.ask("retire", laptops[2]).is_err(), "two are two, one by one as well");
    let later = w.at + std::time::Duration::from_secs(3 * 3_600);
    w.tick(later);
    w.ask("retire", laptops[2]).unwrap();
}

#[test]
fn what_people_ask_of_their_own_devices_takes_nothing_from_the_brake() {
    let mut w = World::new();
    w.tenant_wide(1);
    let ann = w.user(1);
    let (first, second, third) = (w.laptop(ann), w.laptop(ann), w.laptop(ann));
    for laptop in [first, second] {
        w.asks(&by(Actor::User(ann)), "retire", Some(laptop), &Record::new()).unwrap();
    }
    w.ask("retire", third).unwrap();
}

#[test]
fn the_same_asked_twice_waits_once_and_nobody_approves_what_their_application_asked_for() {
    let mut w = World::new();
    let (ann, ben) = (w.user(1), w.user(2));
    let approvers = w.group(10, &[ann, ben]);
    w.approved_by(approvers);
    let cleo = w.user(3);
    let laptop = w.laptop(cleo);
    let tool = id(77);
    w.done(vec![
        Change::Create {
            id: tool,
            kind: schema::service_principal::SERVICE_PRINCIPAL.id(),
            attributes: vec![
                (schema::APP_ID.id, tool.to_string().into()),
                (schema::DISPLAY_NAME.id, "tool".into()),
                (schema::ACCOUNT_ENABLED.id, true.into()),
            ],
        },
        Change::link(tool, schema::OWNERS, ann),
    ]);
    let tool = by(Actor::App(tool));
    let request = w.asks(&tool, "wipe", Some(laptop), &Record::new()).unwrap().answer.unwrap().as_guid().unwrap();
    let again = w.asks(&tool, "wipe", Some(laptop), &Record::new()).unwrap().answer.unwrap().as_guid().unwrap();
    assert_eq!(request, again);
    assert_eq!(w.now.count(&OPERATION_APPROVAL_REQUEST), 1);
    w.asks(&by(Actor::User(ann)), "approve", Some(request), &Record::new()).unwrap_err();
    w.asks(&by(Actor::User(ben)), "approve", Some(request), &Record::new()).unwrap();
}

#[test]
fn a_retire_that_is_done_is_done_although_a_wipe_took_its_place_meanwhile() {
    let mut w = World::new();
    let ann = w.user(1);
    let laptop = w.laptop(ann);
    w.ask("retire", laptop).unwrap();
    w.deliver(laptop);
    let retire = pending(w.get(laptop))[0].id.clone();
    w.ask("wipe", laptop).unwrap();
    assert_eq!(w.states(laptop), [state("retire", "canceled"), state("wipe", "pending")]);
    let outcome = Outcome { id: retire, state: OutcomeState::Done, detail: None };
    let changes = finished(&w.now, w.get(laptop), w.at, &[outcome]);
    w.done(changes);
    assert!(w.now.find(laptop).is_none(), "the device has forgotten its key: nobody is left to tell");
}

#[test]
fn a_wipe_waits_for_a_second_administrator() {
    let mut w = World::new();
    let (ann, ben, cleo) = (w.user(1), w.user(2), w.user(3));
    let approvers = w.group(10, &[ann, ben]);
    w.approved_by(approvers);
    let laptop = w.laptop(cleo);
    let (ann, ben, cleo) = (by(Actor::User(ann)), by(Actor::User(ben)), by(Actor::User(cleo)));
    let why = Record::new().with("justification", "stolen");
    let asked = w.asks(&ann, "wipe", Some(laptop), &why).unwrap();
    let request = asked.answer.unwrap().as_guid().unwrap();
    assert_eq!(w.get(laptop).get(ACTION_QUEUE), None, "nothing is asked of the device yet");

    for (who, why) in [(&ann, "whoever asks"), (&cleo, "none of the groups")] {
        let refused = w.asks(who, "approve", Some(request), &Record::new()).unwrap_err();
        assert!(refused.message.contains(why), "{}", refused.message);
    }
    w.asks(&ben, "approve", Some(request), &Record::new()).unwrap();
    assert_eq!(w.states(laptop), [state("wipe", "pending")]);
    assert_eq!(w.get(request).get(STATUS), Some("completed"));
    assert!(w.asks(&ben, "approve", Some(request), &Record::new()).is_err(), "once");
    w.ask("remoteLock", laptop).unwrap_err();
}

#[test]
fn a_request_is_rejected_taken_back_or_too_old() {
    for end in ["reject", "cancelMyRequest", "expired"] {
        let mut w = World::new();
        let (ann, ben) = (w.user(1), w.user(2));
        let approvers = w.group(10, &[ann, ben]);
        w.approved_by(approvers);
        let laptop = w.laptop(ann);
        let (ann, ben) = (by(Actor::User(ann)), by(Actor::User(ben)));
        let request = w.asks(&ann, "wipe", Some(laptop), &Record::new()).unwrap().answer.unwrap().as_guid().unwrap();
        let named = Record::new().with("id", request.to_string());
        match end {
            "reject" => drop(w.asks(&ben, "reject", Some(request), &Record::new()).unwrap()),
            "cancelMyRequest" => {
                assert!(w.asks(&ben, "cancelMyRequest", None, &named).is_err(), "it is not theirs");
                w.asks(&ann, "cancelMyRequest", None, &named).unwrap();
            }
            _ => w.tick(w.at + std::time::Duration::from_secs(8 * 86_400)),
        }
        assert!(w.asks(&ben, "approve", Some(request), &Record::new()).is_err(), "{end}");
        assert!(pending(w.get(laptop)).is_empty(), "{end}");
    }
}

#[test]
fn a_policy_that_nobody_could_approve_or_that_does_nothing_is_refused() {
    let mut w = World::new();
    let ann = w.user(1);
    let group = w.group(10, &[ann]);
    for (n, ty, groups) in [
        (1, "deviceWipe", vec![]),
        (2, "deviceWipe", vec![id(404).to_string()]),
        (3, "script", vec![group.to_string()]),
    ] {
        let attributes =
            vec![(DISPLAY_NAME.id, "p".into()), (POLICY_TYPE.id, ty.into()), (APPROVER_GROUP_IDS.id, groups.into())];
        let create = Change::Create { id: id(950 + n), kind: OPERATION_APPROVAL_POLICY.id(), attributes };
        assert!(w.submit(vec![create]).is_err(), "{ty}");
    }
}
