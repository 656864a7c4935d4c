//! Whom a draft would reach, and where policies disagree: told to those who assign, of the devices that they see.

use std::sync::Arc;

use directory::{AttrId, Change, Id, Record, Room, Value};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::managed_device::{DEVICE_NAME, MANAGED_DEVICE, OPERATING_SYSTEM, SETTING_STATES, USER_ID};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::user::{USER, USER_TYPE};
use schema::{ASSIGNMENTS, DIRECTORY_SCOPE_ID, NAME, PLATFORMS, PRINCIPAL_ID, ROLE_DEFINITION_ID, SETTINGS};
use serde_json::{Value as Json, json};

use super::desk::{ADMIN, CLIENT_APP, Desk};

const PREVIEW: &str = "/beta/deviceManagement/previewAssignments";
const CONFLICTS: &str = "/beta/deviceManagement/deviceConfigurationConflictSummary";
/// A guest and a member without a role, each with a device; and who administers the member's device alone.
pub const GUEST: Id = Id::from_u128(0xb1);
pub const MEMBER: Id = Id::from_u128(0xb2);
pub const SCOPED: Id = Id::from_u128(0xb3);
const MEMBERS_DEVICE: Id = Id::from_u128(0xd2);
const SETTING: &str = "linux.sysctl.net.ipv4.ip_forward";

pub fn given() -> Desk {
    given_of(&[])
}

/// The same, with the opinions of these rooms.
pub fn given_of(rooms: &'static [&'static Room]) -> Desk {
    let desk = Desk::of(rooms, Arc::new(access::Gate::new()));
    let mut changes = Vec::new();
    for (id, sort) in [(GUEST, "Guest"), (MEMBER, "Member"), (SCOPED, "Member")] {
        let text = |name: &str, value: String| (AttrId::of(name), Value::from(value));
        let attributes = vec![
            (schema::ACCOUNT_ENABLED.id, true.into()),
            (USER_TYPE.id, sort.into()),
            text("displayName", format!("{id}")),
            text("mailNickname", format!("{id}")),
            text("userPrincipalName", format!("{id}@xyz.example")),
        ];
        changes.push(Change::Create { id, kind: USER.id(), attributes });
    }
    for (id, user) in [(Id::from_u128(0xd1), GUEST), (MEMBERS_DEVICE, MEMBER)] {
        let conflict = Record::new().with("settingDefinitionId", SETTING).with("state", "conflict");
        let attributes = vec![
            (DEVICE_NAME.id, format!("of {user}").into()),
            (OPERATING_SYSTEM.id, "Linux".into()),
            (USER_ID.id, user.to_string().into()),
            (SETTING_STATES.id, vec![conflict].into()),
        ];
        changes.push(Change::Create { id, kind: MANAGED_DEVICE.id(), attributes });
    }
    for (id, option) in [(0x61, "true"), (0x62, "false")] {
        let choice = Record::new().with("value", format!("{SETTING}_{option}"));
        let instance = Record::new().with("settingDefinitionId", SETTING).with("choiceSettingValue", choice);
        let target = Record::new().with("@odata.type", "#microsoft.graph.allDevicesAssignmentTarget");
        let attributes = vec![
            (NAME.id, format!("policy {option}").into()),
            (PLATFORMS.id, "linux".into()),
            (SETTINGS.id, vec![Record::new().with("settingInstance", instance)].into()),
            (ASSIGNMENTS.id, vec![Record::new().with("target", target)].into()),
        ];
        let kind = DEVICE_MANAGEMENT_CONFIGURATION_POLICY.id();
        changes.push(Change::Create { id: Id::from_u128(id), kind, attributes });
    }
    changes.push(intune_administrator(0xe1, ADMIN, "/"));
    changes.push(intune_administrator(0xe2, SCOPED, &format!("/{MEMBERS_DEVICE}")));
    desk.commit(changes);
    desk
}

pub fn intune_administrator(id: u128, who: Id, scope: &str) -> Change {
    let role = access::BUILT_IN.iter().find(|role| role.name == "Intune Administrator").unwrap().id();
    let attributes = vec![
        (PRINCIPAL_ID.id, who.to_string().into()),
        (ROLE_DEFINITION_ID.id, role.to_string().into()),
        (DIRECTORY_SCOPE_ID.id, scope.into()),
    ];
    Change::Create { id: Id::from_u128(id), kind: UNIFIED_ROLE_ASSIGNMENT.id(), attributes }
}

/// As this person, with all that an application can be granted for them.
pub fn ask(desk: &Desk, who: Id, method: &str, path: &str, body: &Json) -> (u16, Json) {
    let claims = json!({
        "idtyp": "user", "oid": who.to_string(), "appid": CLIENT_APP, "scp": "Directory.AccessAsUser.All",
        "amr": ["pwd", "mfa"]
    });
    let token = format!("Bearer {}", desk.mint(&claims));
    let headers = [("content-type", "application/json"), ("authorization", token.as_str())];
    let heard = desk.ask(method, path, &headers, &body.to_string());
    (heard.status, if heard.text.is_empty() { Json::Null } else { heard.json() })
}

fn to_all(count: usize) -> Json {
    let target = json!({"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}});
    json!({"assignments": vec![target; count], "platforms": "linux"})
}

#[test]
fn who_assigns_learns_whom_a_draft_reaches_among_the_devices_that_they_see() {
    let desk = given();
    assert_eq!(desk.ask("POST", PREVIEW, &[("authorization", "")], "{}").status, 401);
    for (who, expected) in [(GUEST, None), (MEMBER, None), (SCOPED, Some([1, 1, 1])), (ADMIN, Some([2, 2, 2]))] {
        let (status, told) = ask(&desk, who, "POST", PREVIEW, &to_all(1));
        let Some([all, reached, people]) = expected else {
            assert_eq!((status, &told["deviceCount"]), (403, &Json::Null), "{who}: {told}");
            continue;
        };
        assert_eq!(status, 200, "{who}: {told}");
        assert_eq!((&told["managedDeviceCount"], &told["deviceCount"]), (&json!(all), &json!(reached)), "{who}");
        assert_eq!((&told["userCount"], &told["assignments"][0]["deviceCount"]), (&json!(people), &json!(reached)));
        assert_eq!(told["devices"].as_array().unwrap().len(), reached);
    }
    let (status, told) = ask(&desk, ADMIN, "POST", PREVIEW, &to_all(101));
    assert_eq!((status, told["error"]["message"].as_str()), (400, Some("'assignments' has at most 100 items.")));
}

#[test]
fn disagreements_are_told_of_the_devices_and_policies_that_one_sees() {
    let desk = given();
    assert_eq!(desk.ask("GET", CONFLICTS, &[("authorization", "")], "").status, 401);
    for who in [GUEST, MEMBER] {
        let (status, told) = ask(&desk, who, "GET", CONFLICTS, &json!({}));
        assert_eq!((status, &told["value"]), (403, &Json::Null), "{who}: {told}");
    }
    // Whoever administers one device sees no policy.
    let (status, told) = ask(&desk, SCOPED, "GET", CONFLICTS, &json!({}));
    assert_eq!((status, &told["value"]), (200, &json!([])), "{told}");
    let (_, told) = ask(&desk, ADMIN, "GET", CONFLICTS, &json!({}));
    assert_eq!((&told["value"][0]["deviceCheckinsImpacted"], &told["value"][1]), (&json!(2), &Json::Null), "{told}");
}
