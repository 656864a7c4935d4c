//! Who may write the secret of a setting: whoever may write the setting.

use directory::{Act, AttrId, Change, Gate as _, Value, Verb};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY as KIND;

use crate::Gate;
use crate::world::{World, application, put};

#[test]
fn the_secret_of_a_setting_is_written_by_whoever_writes_the_setting() {
    let mut world = World::new();
    let app = world.app(1, "11111111-0000-0000-0000-000000000001");
    let policy = world.make(2, &KIND, vec![put(schema::NAME, "Office"), put(schema::PLATFORMS, "linux")]);
    let set = |name: &str| Change::Set {
        id: policy,
        attribute: AttrId::of(name),
        old: None,
        new: Some(Value::List(Vec::new())),
    };
    let changes = [set("settings"), set("sealedSettingValues")];
    for (role, may) in [
        ("DeviceManagementConfiguration.ReadWrite.All", true),
        ("DeviceManagementConfiguration.Read.All", false),
        ("DeviceManagementManagedDevices.ReadWrite.All", false),
    ] {
        let act = Act { verb: Verb::Update, kind: &KIND, target: world.now.find(policy), changes: &changes };
        assert_eq!(Gate::new().allow(&world.now, &application(app, &[role]), &act).is_ok(), may, "{role}");
    }
}
