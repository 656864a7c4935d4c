//! Applications as devices are told of them: what they need, what they supersede, to whom they come first, and how each device
//! and person stands to them.

use agent_wire::{AppResult, AppState, CheckIn, Intent};
use directory::{AttrId, Change, Id, Record, Value};
use http_body_util::BodyExt;
use schema::linux_package_app::{
    LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION, REQUIREMENTS,
};
use schema::managed_device::APP_INSTALL_STATES;
use schema::mobile_app_deployment::{MOBILE_APP_DEPLOYMENT, MOBILE_APP_ID, MONITORING_RULES, STATE, WAVES};
use schema::{ASSIGNMENTS, DISPLAY_NAME};

use super::check_in::to_group;
use super::world::{ANN, BOB, Device, World, get, run};

const TOOL: u128 = 70;
const RUNTIME: u128 = 71;
const NEXT: u128 = 72;

fn application(n: u128, assignments: Vec<Record>, more: Vec<(AttrId, Value)>) -> Change {
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (DISPLAY_NAME.id, format!("app {n}").into()),
        (PACKAGE_TYPE.id, "tarball".into()),
        (PACKAGE_NAME.id, format!("app-{n}").into()),
        (PACKAGE_VERSION.id, "1.0".into()),
        (PACKAGE_SHA256.id, format!("{n:064x}").into()),
        (PACKAGE_SIZE.id, 9_i64.into()),
        (ASSIGNMENTS.id, assignments.into()),
    ];
    attributes.extend(more);
    Change::Create { id: Id::from_u128(n), kind: LINUX_PACKAGE_APP.id(), attributes }
}

fn required(group: Id) -> Vec<Record> {
    vec![to_group(group).with("intent", "required")]
}

fn relation(kind: &str, of: &str, how: &str, target: u128) -> Record {
    let record = Record::new()
        .with("@odata.type", format!("#microsoft.graph.{kind}"))
        .with("targetId", Id::from_u128(target).to_string())
        .with(of, how);
    Record::new().with("relationships", vec![record])
}

async fn told(device: &Device, w: &World) -> Vec<(u128, Intent)> {
    let desired = device.check_in(w, &CheckIn::default()).await.unwrap().desired.unwrap();
    desired.apps.iter().map(|app| (directory::id_from_text(&app.id).unwrap().as_u128(), app.intent)).collect()
}

async fn report(device: &Device, w: &World, results: &[(u128, AppState)]) {
    let held = device.check_in(w, &CheckIn::default()).await.unwrap().desired.unwrap().version;
    let result = |(n, state): &(u128, AppState)| AppResult {
        id: Id::from_u128(*n).to_string(),
        version: "1.0".into(),
        state: *state,
        installed_version: None,
        error: None,
    };
    let apps = Some(results.iter().map(result).collect());
    device.check_in(w, &CheckIn { held: Some(held), apps, ..CheckIn::default() }).await.unwrap();
    w.engine.settled().await;
}

#[test]
fn what_an_application_needs_and_replaces_reaches_the_device_in_order() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let group = w.group(50, &[ANN]).await;
        w.submit(vec![
            application(TOOL, required(group), vec![]),
            application(RUNTIME, vec![], vec![]),
            application(NEXT, required(group), vec![]),
        ])
        .await;
        w.act(
            "updateRelationships",
            Id::from_u128(NEXT),
            relation("mobileAppDependency", "dependencyType", "autoInstall", RUNTIME),
        )
        .await
        .unwrap();
        assert_eq!(
            told(&ann, &w).await,
            [(TOOL, Intent::Required), (RUNTIME, Intent::Required), (NEXT, Intent::Required)]
        );
        // A package that comes with another is hers too: nobody assigned it.
        let sha256 = w.engine.blob_put(b"a package".to_vec()).await.unwrap();
        w.submit(vec![Change::set(Id::from_u128(RUNTIME), PACKAGE_SHA256, sha256.as_str())]).await;
        let answer = w.send(get(&format!("packages/{sha256}"), &ann.session)).await;
        assert_eq!(answer.headers()["content-length"], "9");
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().as_ref(), b"a package");

        let both = relation("mobileAppSupersedence", "supersedenceType", "replace", TOOL);
        w.act("updateRelationships", Id::from_u128(NEXT), both).await.unwrap();
        assert_eq!(told(&ann, &w).await, [(TOOL, Intent::Uninstall), (NEXT, Intent::Required)]);
        report(&ann, &w, &[(TOOL, AppState::NotInstalled), (NEXT, AppState::Installed)]).await;
        let states = w.engine.snapshot().get(ann.managed()).unwrap().get(APP_INSTALL_STATES).unwrap();
        let states: Vec<_> = states.iter().map(|state| state.text("installState").unwrap().to_owned()).collect();
        assert_eq!(states, ["notInstalled", "installed"]);
    });
}

#[test]
fn an_application_that_is_not_for_a_device_is_reported_as_such_without_being_told() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let group = w.group(50, &[ANN]).await;
        let requirements = Record::new().with("architectures", ["arm"]);
        w.submit(vec![
            application(TOOL, required(group), vec![(REQUIREMENTS.id, requirements.into())]),
            Change::set(ann.managed(), schema::managed_device::PROCESSOR_ARCHITECTURE, "x64"),
        ])
        .await;
        assert_eq!(told(&ann, &w).await, []);
        report(&ann, &w, &[]).await;
        let states = w.engine.snapshot().get(ann.managed()).unwrap().get(APP_INSTALL_STATES).unwrap();
        assert_eq!(states[0].text("installState"), Some("notApplicable"));
        assert_eq!(states[0].text("error"), Some("it is not for the architecture `x64`"));
    });
}

#[test]
fn a_deployment_stops_by_itself_when_devices_fail() {
    run(async {
        let w = World::new().await;
        let mut devices = Vec::new();
        for person in [ANN, BOB, ANN, BOB] {
            devices.push(Device::ready(&w, person).await);
        }
        let group = w.group(50, &[ANN, BOB]).await;
        let wave = |n: i64| Record::new().with("percentage", n).with("durationInHours", 24_i64);
        let rule =
            Record::new().with("threshold", 50_i64).with("minimumDeviceCount", 1_i64).with("action", "pauseDeployment");
        let ring = Id::from_u128(80);
        let attributes: Vec<(AttrId, Value)> = vec![
            (DISPLAY_NAME.id, "ring".into()),
            (MOBILE_APP_ID.id, Id::from_u128(TOOL).to_string().into()),
            (WAVES.id, vec![wave(99), wave(100)].into()),
            (MONITORING_RULES.id, vec![rule].into()),
        ];
        w.submit(vec![
            application(TOOL, required(group), vec![]),
            Change::Create { id: ring, kind: MOBILE_APP_DEPLOYMENT.id(), attributes },
        ])
        .await;
        w.engine.settled().await;
        let mut offered = Vec::new();
        for device in &devices {
            offered.push(!told(device, &w).await.is_empty());
        }
        // Who is first follows from ids, which are given by chance: of four devices one is, but for one time in a hundred million.
        let first = offered.iter().position(|is| *is).unwrap();
        report(&devices[first], &w, &[(TOOL, AppState::Failed)]).await;
        assert_eq!(state(&w, ring), "paused");
        for (device, was) in devices.iter().zip(&offered) {
            assert_eq!(!told(device, &w).await.is_empty(), *was, "nobody more, and nothing taken back");
        }
        w.act("archive", ring, Record::new()).await.unwrap();
        w.engine.settled().await;
        for device in &devices {
            assert_eq!(told(device, &w).await.len(), 1);
        }
    });
}

fn state(w: &World, ring: Id) -> String {
    let state = w.engine.snapshot().get(ring).unwrap().get(STATE).unwrap();
    state.text("effectiveValue").unwrap_or_default().to_owned()
}
