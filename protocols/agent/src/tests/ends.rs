//! Remote actions, and the ends of a device: retired, wiped, left, released with its person.

use agent_wire::{Action, ActionKind, ActionResult, ActionState, CheckIn, JoinType};
use directory::{Change, Record};
use engine::Failure;
use schema::ACCOUNT_ENABLED;
use schema::device::{DEVICE, DEVICE_ID, IS_COMPLIANT, IS_MANAGED};
use schema::managed_device::{DEVICE_ACTION_RESULTS, MANAGED_DEVICE, MANAGEMENT_STATE};
use schema::user::DEVICES_TO_RELEASE;

use super::check_in::{choice, policy, to_group};
use super::world::{ANN, Device, World, run};

async fn actions(w: &World, device: &Device) -> Vec<Action> {
    device.check_in(w, &CheckIn::default()).await.unwrap().actions
}

fn result(action: &Action, state: ActionState) -> CheckIn {
    let result =
        ActionResult { id: action.id.clone(), state, finished_at_unix_seconds: 0, detail: None, location: None };
    CheckIn { actions: vec![result], ..CheckIn::default() }
}

fn refused(outcome: Result<(), Failure>) -> String {
    match outcome.unwrap_err() {
        Failure::Refused(refusal) => refusal.message,
        Failure::Fault(fault) => panic!("{fault}"),
    }
}

#[test]
fn an_action_is_delivered_until_its_result_is_known() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        w.act("remoteLock", device.managed(), Record::new()).await.unwrap();
        w.act("remoteLock", device.managed(), Record::new()).await.unwrap();
        let first = actions(&w, &device).await;
        assert_eq!(first.iter().map(|a| a.kind).collect::<Vec<_>>(), [ActionKind::Lock], "asked twice, done once");
        let state = || {
            let now = w.engine.snapshot();
            now.get(device.managed()).unwrap().get(DEVICE_ACTION_RESULTS).unwrap()[0]
                .text("actionState")
                .unwrap()
                .to_owned()
        };
        assert_eq!(state(), "active");
        assert_eq!(actions(&w, &device).await, first);
        let mut stranger = first[0].clone();
        stranger.id = "another".into();
        device.check_in(&w, &result(&stranger, ActionState::Done)).await.unwrap();
        assert_eq!(state(), "active", "a result for nothing that waits is ignored");
        let answer = device.check_in(&w, &result(&first[0], ActionState::Failed)).await.unwrap();
        assert!(answer.actions.is_empty());
        assert_eq!(state(), "failed");
    });
}

#[test]
fn a_second_wipe_and_the_wipe_of_a_personal_device_are_refused() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        w.act("retire", device.managed(), Record::new()).await.unwrap();
        w.act("wipe", device.managed(), Record::new()).await.unwrap();
        let again = refused(w.act("wipe", device.managed(), Record::new()).await);
        assert_eq!(again, "a wipe is already pending for this device");
        let kinds: Vec<ActionKind> = actions(&w, &device).await.iter().map(|a| a.kind).collect();
        assert_eq!(kinds, [ActionKind::Wipe], "a wipe takes the place of a retire");
        let personal = Device::join(&w, ANN, JoinType::Register).await.unwrap();
        let refusal = refused(w.act("wipe", personal.managed(), Record::new()).await);
        assert!(refusal.starts_with("a personal device cannot be wiped"), "{refusal}");
    });
}

#[test]
fn a_retired_device_is_told_to_be_nothing_and_then_forgotten() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        let group = w.group(50, &[ANN]).await;
        w.submit(vec![policy(60, vec![choice("linux.sysctl.net.ipv4.ip_forward", "false")], vec![to_group(group)])])
            .await;
        w.act("retire", device.managed(), Record::new()).await.unwrap();
        let answer = device.check_in(&w, &CheckIn::default()).await.unwrap();
        assert!(answer.desired.unwrap().settings.is_empty());
        let now = w.engine.snapshot();
        assert_eq!(now.get(device.managed()).unwrap().get(MANAGEMENT_STATE), Some("retireIssued"));
        device.check_in(&w, &result(&answer.actions[0], ActionState::Done)).await.unwrap();
        let now = w.engine.snapshot();
        assert!(now.find(device.managed()).is_none());
        let left = now.find_by(&DEVICE, DEVICE_ID, device.id()).unwrap();
        assert_eq!((left.get(ACCOUNT_ENABLED), left.get(IS_MANAGED)), (Some(false), Some(false)));
        assert_eq!(left.get(IS_COMPLIANT), None);
        assert_eq!(device.check_in(&w, &CheckIn::default()).await.unwrap_err().0, 401);
    });
}

#[test]
fn a_device_that_takes_itself_out_is_gone_and_a_personal_one_altogether() {
    run(async {
        let w = World::new().await;
        let mut device = Device::join(&w, ANN, JoinType::Register).await.unwrap();
        device.open(&w).await.unwrap();
        let leaving = CheckIn { leaving: true, ..CheckIn::default() };
        device.check_in(&w, &leaving).await.unwrap();
        let now = w.engine.snapshot();
        assert_eq!((now.count(&MANAGED_DEVICE), now.count(&DEVICE)), (0, 0));
        assert_eq!(device.check_in(&w, &leaving).await.unwrap_err().0, 401);
    });
}

#[test]
fn the_devices_of_somebody_who_leaves_are_wiped_or_retired() {
    run(async {
        let w = World::new().await;
        let company = Device::ready(&w, ANN).await;
        let mut personal = Device::join(&w, ANN, JoinType::Register).await.unwrap();
        personal.open(&w).await.unwrap();
        w.submit(vec![Change::set(ANN, DEVICES_TO_RELEASE, "wipe"), Change::set(ANN, ACCOUNT_ENABLED, false)]).await;
        for (device, kind) in [(&company, ActionKind::Wipe), (&personal, ActionKind::Retire)] {
            let told = actions(&w, device).await;
            assert_eq!(told.iter().map(|a| a.kind).collect::<Vec<_>>(), [kind]);
            device.check_in(&w, &result(&told[0], ActionState::Done)).await.unwrap();
            assert!(w.engine.snapshot().find(device.managed()).is_none());
        }
        assert_eq!(w.engine.snapshot().count(&MANAGED_DEVICE), 0);
    });
}

#[test]
fn a_mark_that_is_taken_back_withdraws_what_the_device_has_not_heard_of() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        w.submit(vec![Change::set(ANN, DEVICES_TO_RELEASE, "retire")]).await;
        w.submit(vec![Change::clear(ANN, DEVICES_TO_RELEASE)]).await;
        assert!(actions(&w, &device).await.is_empty());
    });
}

#[test]
fn a_device_whose_record_is_deleted_is_not_managed_and_does_not_come_back_by_itself() {
    run(async {
        let w = World::new().await;
        let device = Device::ready(&w, ANN).await;
        w.submit(vec![Change::Delete { id: device.managed() }]).await;
        let now = w.engine.snapshot();
        let left = now.find_by(&DEVICE, DEVICE_ID, device.id()).unwrap();
        assert_eq!((left.get(IS_MANAGED), left.get(IS_COMPLIANT)), (Some(false), None));
        let answer = device.check_in(&w, &CheckIn { held: Some("old".into()), ..CheckIn::default() }).await.unwrap();
        assert!(answer.desired.unwrap().settings.is_empty());
        assert_eq!(w.engine.snapshot().count(&MANAGED_DEVICE), 0);
    });
}
