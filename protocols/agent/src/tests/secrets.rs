//! Secrets of settings, and where a device is: what passes here and is kept nowhere that people look.

use agent_wire::{ActionKind, ActionResult, ActionState, CheckIn, Location, Render, SettingResult, SettingState};
use directory::{Change, Id, Record, Value};
use engine::testing::TENANT;
use schema::device_management_configuration_policy::SEALED_SETTING_VALUES;
use schema::managed_device::SETTING_STATES;

use super::check_in::{policy, to_group};
use super::world::{ANN, Device, World, run};

const TOKEN: Id = Id::from_u128(0xabc);
const WIFI: &str = "linux.networkmanager.wifi";

/// A policy with a network whose password was sealed.
fn network(w: &World, group: Id, sealed_for: Id) -> Change {
    let simple = |place: &str, value: Record| {
        let id = format!("{WIFI}_{place}");
        Value::Record(Record::new().with("settingDefinitionId", id).with("simpleSettingValue", value))
    };
    let text = |text: &str| Record::new().with("value", text);
    let psk = schema::catalog::secret::record(TOKEN);
    let children = vec![simple("name", text("office")), simple("ssid", text("XYZ")), simple("psk", psk)];
    let of = Value::Record(Record::new().with("children", Value::List(children)));
    let instance =
        Record::new().with("settingDefinitionId", WIFI).with("groupSettingCollectionValue", Value::List(vec![of]));
    let sealed = w.keys.seal(TENANT, &devices::setting_secrets::purpose(sealed_for), b"correct horse").unwrap();
    let mut made = policy(60, vec![Record::new().with("settingInstance", instance)], vec![to_group(group)]);
    if let Change::Create { attributes, .. } = &mut made {
        let kept = vec![devices::setting_secrets::sealed(TOKEN, sealed)];
        attributes.push((SEALED_SETTING_VALUES.id, kept.into()));
    }
    made
}

#[test]
fn a_secret_is_opened_on_its_way_to_the_device_and_nothing_that_is_read_back_is_kept() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let group = w.group(50, &[ANN]).await;
        w.submit(vec![network(&w, group, TOKEN)]).await;
        let desired = ann.check_in(&w, &CheckIn::default()).await.unwrap().desired.unwrap();
        let Render::File { content, mode, .. } = &desired.settings[0].render else { panic!("a file") };
        assert!(content.contains("psk=correct horse\n") && mode == "0600" && desired.settings[0].is_secret);
        let digest = SettingResult {
            id: desired.settings[0].id.clone(),
            state: SettingState::Succeeded,
            actual: Some("sha256:of it all".into()),
            error: None,
        };
        let held = CheckIn { held: Some(desired.version.clone()), settings: Some(vec![digest]), ..CheckIn::default() };
        assert_eq!(ann.check_in(&w, &held).await.unwrap().desired, None, "the version is that of what is sealed");
        let states = w.engine.snapshot().get(ann.managed()).unwrap().get(SETTING_STATES).unwrap();
        assert_eq!((states[0].text("state"), states[0].text("actual")), (Some("succeeded"), None));
        assert!(states[0].text("value").unwrap().contains(&format!("psk=secret {TOKEN}")));
    });
}

#[test]
fn a_secret_that_cannot_be_opened_leaves_the_device_as_it_is() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let group = w.group(50, &[ANN]).await;
        w.submit(vec![network(&w, group, Id::from_u128(7))]).await;
        let answer = ann.check_in(&w, &CheckIn::default()).await.unwrap();
        assert_eq!(answer.desired, None, "nothing is better than a network without its password");
    });
}

#[test]
fn a_location_is_kept_only_where_somebody_asked_and_never_in_the_log() {
    run(async {
        let w = World::new().await;
        let ann = Device::ready(&w, ANN).await;
        let location = Location::of_degrees(52.52, 13.405, 1_795_248_000);
        let told = |id: &str| CheckIn {
            actions: vec![ActionResult {
                id: id.into(),
                state: ActionState::Done,
                finished_at_unix_seconds: 0,
                detail: None,
                location,
            }],
            ..CheckIn::default()
        };
        let kept = || {
            let key = devices::location::key(ann.managed());
            w.engine.tickets().get(devices::location::LOCATIONS, &key).unwrap()
        };
        ann.check_in(&w, &told(&Id::from_u128(5).to_string())).await.unwrap();
        w.act("syncDevice", ann.managed(), Record::new()).await.unwrap();
        let sync = ann.check_in(&w, &CheckIn::default()).await.unwrap().actions;
        ann.check_in(&w, &told(&sync[0].id)).await.unwrap();
        assert_eq!(kept(), None, "nobody asked where it is");
        for _ in 0..2 {
            w.act("locateDevice", ann.managed(), Record::new()).await.unwrap();
            let asked = ann.check_in(&w, &CheckIn::default()).await.unwrap().actions;
            assert_eq!(asked[0].kind, ActionKind::Locate);
            ann.check_in(&w, &told(&asked[0].id)).await.unwrap();
            let record = kept().unwrap();
            assert_eq!(record.get("latitude"), Some(&Value::Double(52.52)));
        }
        let managed = w.engine.snapshot().get(ann.managed()).unwrap().clone();
        let results = managed.get(schema::managed_device::DEVICE_ACTION_RESULTS).unwrap();
        assert!(results.iter().all(|result| result.get("deviceLocation").is_none()), "{results:?}");
        let nowhere = Location { latitude_e7: 900_000_001, ..location.unwrap() };
        let mut said = told("x");
        said.actions[0].location = Some(nowhere);
        assert!(ann.check_in(&w, &said).await.is_err());
    });
}
