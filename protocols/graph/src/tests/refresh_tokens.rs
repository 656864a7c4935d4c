//! Who holds refresh tokens of a person, and the end of them.

use directory::Id;
use signin::{REFRESH_FAMILIES, RefreshFamily};

use super::desk::{ADMIN, CLIENT, CLIENT_APP, Desk, ShutGate};
use std::sync::Arc;

fn keep(desk: &Desk, id: Id) {
    let at = desk.engine.now();
    let family = RefreshFamily {
        id,
        client: CLIENT_APP.to_owned(),
        user: ADMIN,
        session: Id::from_u128(9),
        began: at,
        used: at,
        scope: "openid offline_access".to_owned(),
    };
    let tickets = desk.engine.tickets();
    assert!(tickets.put(REFRESH_FAMILIES, id.as_bytes(), Some(ADMIN), at.plus_days(9), &family.to_record()).unwrap());
    let token = directory::Record::new().with("x", 1);
    assert!(tickets.put("refreshTokens", b"a token", Some(id), at.plus_days(9), &token).unwrap());
}

#[test]
fn families_are_listed_and_one_that_is_ended_takes_its_tokens_along() {
    let desk = Desk::open();
    let (family, path) = (Id::from_u128(0xfa), format!("/beta/users/{ADMIN}/refreshTokenFamilies"));
    keep(&desk, family);
    let told = desk.get(&path).json()["value"][0].clone();
    assert_eq!((told["id"].as_str(), told["appId"].as_str()), (Some(family.to_string().as_str()), Some(CLIENT_APP)));
    assert_eq!(told["appDisplayName"], "Tests");
    assert_eq!(desk.get(&format!("/beta/users/{CLIENT}/refreshTokenFamilies")).status, 404, "no user");
    assert_eq!(desk.ask("DELETE", &format!("{path}/{}", Id::from_u128(1)), &[], "").status, 404);
    assert_eq!(desk.ask("DELETE", &format!("{path}/{family}"), &[], "").status, 204);
    assert_eq!(desk.get(&path).json()["value"].as_array().unwrap().len(), 0);
    assert_eq!(desk.engine.tickets().get("refreshTokens", b"a token").unwrap(), None);
    assert!(desk.get("/v1.0/auditLogs/directoryAudits").text.contains("Revoke refresh tokens"));
}

#[test]
fn who_may_not_revoke_sessions_neither_sees_nor_ends_families() {
    let desk = Desk::with_gate(Arc::new(ShutGate));
    let (family, path) = (Id::from_u128(0xfa), format!("/beta/users/{ADMIN}/refreshTokenFamilies"));
    keep(&desk, family);
    assert!(matches!(desk.get(&path).status, 403 | 404));
    assert!(matches!(desk.ask("DELETE", &format!("{path}/{family}"), &[], "").status, 403 | 404));
    assert!(desk.engine.tickets().get(REFRESH_FAMILIES, family.as_bytes()).unwrap().is_some());
}
