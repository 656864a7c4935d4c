//! Somebody's methods, looked at and changed by themselves, by those who may, and by those who may not.

use std::sync::Arc;

use directory::{Change, Id};
use engine::testing::TENANT;
use schema::user::{PASSWORD_VERIFIER, USER};
use serde_json::{Value as Json, json};

use super::desk::{ADMIN, CLIENT_APP, Desk, Heard};

const PASSWORD: &str = "28c10230-6103-485e-b985-444c60001490";
const AUTHENTICATION_ADMINISTRATOR: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const ADA: Id = Id::from_u128(0xada);
const CHIEF: Id = Id::from_u128(0xc1e);
const OLD: &str = "kestrel over moorland";

fn desk() -> Desk {
    let desk = Desk::with_gate(Arc::new(access::Gate::new()));
    let verifier = desk.keys.passwords(TENANT).unwrap().hash(OLD).unwrap();
    let person = |id: Id, name: &str| Change::Create {
        id,
        kind: USER.id(),
        attributes: vec![
            (schema::ACCOUNT_ENABLED.id, true.into()),
            (schema::DISPLAY_NAME.id, name.into()),
            (schema::MAIL_NICKNAME.id, name.into()),
            (schema::USER_PRINCIPAL_NAME.id, format!("{name}@xyz.example").into()),
            (PASSWORD_VERIFIER.id, verifier.as_str().into()),
        ],
    };
    let role = |id: u128, holder: Id, role: &str| Change::Create {
        id: Id::from_u128(id),
        kind: schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT.id(),
        attributes: vec![
            (schema::PRINCIPAL_ID.id, holder.to_string().into()),
            (schema::ROLE_DEFINITION_ID.id, role.into()),
            (schema::DIRECTORY_SCOPE_ID.id, "/".into()),
        ],
    };
    desk.commit(vec![
        person(ADA, "ada"),
        person(CHIEF, "chief"),
        role(0xe1, ADMIN, AUTHENTICATION_ADMINISTRATOR),
        role(0xe2, CHIEF, GLOBAL_ADMINISTRATOR),
    ]);
    desk
}

impl Desk {
    /// Ask as a person with a scope, who proved two factors this many seconds ago.
    fn ask_as(&self, who: Id, scope: &str, ago: i64, (method, path, body): (&str, &str, &Json)) -> Heard {
        let proven = self.engine.now().unix() - ago;
        let token = self.mint(&json!({
            "idtyp": "user", "oid": who.to_string(), "appid": CLIENT_APP, "scp": scope, "amr": ["pwd", "mfa"],
            "auth_time": proven
        }));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let bearer = format!("Bearer {token}");
        self.ask(method, path, &[("authorization", &bearer), ("content-type", "application/json")], &body)
    }
}

const ALL: &str = "UserAuthenticationMethod.ReadWrite.All User.Read.All";
const OWN: &str = "UserAuthenticationMethod.ReadWrite User.Read";

fn of(user: Id, rest: &str) -> String {
    format!("/v1.0/users/{user}/authentication/{rest}")
}

#[test]
fn a_password_is_a_method_among_others_for_those_who_may_see_it() {
    let desk = desk();
    for path in [of(ADA, "methods"), of(ADA, "passwordMethods"), "/beta/me/authentication/methods".to_owned()] {
        let who = if path.contains("/me/") { ADA } else { ADMIN };
        let heard = desk.ask_as(who, if who == ADA { OWN } else { ALL }, 0, ("GET", &path, &Json::Null));
        assert_eq!(heard.status, 200, "{path} {}", heard.text);
        let found = heard.json();
        assert_eq!(found["value"].as_array().unwrap().len(), 1, "{path}");
        assert_eq!(found["value"][0]["id"], PASSWORD);
        if path.ends_with("/methods") {
            assert_eq!(found["value"][0]["@odata.type"], "#microsoft.graph.passwordAuthenticationMethod");
        }
        assert!(!heard.text.contains("$argon2"));
    }
    let one = desk.ask_as(ADMIN, ALL, 0, ("GET", &of(ADA, &format!("passwordMethods/{PASSWORD}")), &Json::Null));
    assert_eq!((one.status, &one.json()["password"]), (200, &Json::Null));
    // Neither another person nor an administrator whose application was not granted it.
    assert_eq!(desk.ask_as(ADA, ALL, 0, ("GET", &of(CHIEF, "methods"), &Json::Null)).json()["value"], json!([]));
    assert_eq!(
        desk.ask_as(ADMIN, "User.Read.All", 0, ("GET", &of(ADA, "methods"), &Json::Null)).json()["value"],
        json!([])
    );
}

#[test]
fn an_administrator_resets_a_password_that_lasts_for_one_sign_in() {
    let desk = desk();
    let path = of(ADA, &format!("methods/{PASSWORD}/resetPassword"));
    let heard = desk.ask_as(ADMIN, ALL, 0, ("POST", &path, &json!({})));
    assert_eq!(heard.status, 202, "{}", heard.text);
    let made = heard.json()["newPassword"].as_str().unwrap().to_owned();
    assert_eq!(made.len(), 20);
    let now = desk.engine.snapshot();
    let ada = now.find(ADA).unwrap();
    assert!(signin::must_change(ada), "two people know it");
    let verifier = ada.get(PASSWORD_VERIFIER).unwrap();
    assert!(desk.keys.passwords(TENANT).unwrap().verify(verifier, &made).unwrap().matches);
    let operation = heard.header("location").unwrap().strip_prefix(super::desk::URL).unwrap().to_owned();
    let told = desk.ask_as(ADMIN, ALL, 0, ("GET", &operation, &Json::Null));
    assert_eq!((told.status, &told.json()["status"]), (200, &json!("succeeded")));
    assert!(!told.text.contains(&made), "shown once");
    let others = operation.replace(&ADA.to_string(), &CHIEF.to_string());
    assert_eq!(desk.ask_as(CHIEF, ALL, 0, ("GET", &others, &Json::Null)).status, 404);

    let given = desk.ask_as(ADMIN, ALL, 0, ("POST", &path, &json!({"newPassword": "otter beside the weir"})));
    assert_eq!((given.status, &given.json()["newPassword"]), (202, &Json::Null));
    assert!(signin::must_change(desk.engine.snapshot().find(ADA).unwrap()));
    let weak = desk.ask_as(ADMIN, ALL, 0, ("POST", &path, &json!({"newPassword": "passwordpassword"})));
    assert_eq!(weak.status, 400, "{}", weak.text);
    assert!(weak.text.contains("guessed first") && !weak.text.contains("passwordpassword"));
}

#[test]
fn nobody_resets_their_own_password_or_that_of_somebody_above_them() {
    let desk = desk();
    let reset = |who: Id, scope: &str, whose: Id| {
        let path = of(whose, &format!("methods/{PASSWORD}/resetPassword"));
        desk.ask_as(who, scope, 0, ("POST", &path, &json!({}))).status
    };
    for (who, scope, whose, expect) in [
        (CHIEF, ALL, CHIEF, 403),
        (ADMIN, ALL, CHIEF, 403),
        (ADA, ALL, CHIEF, 404),
        (ADA, OWN, ADA, 403),
        (ADMIN, "User.Read.All", ADA, 404),
        (ADMIN, "UserAuthenticationMethod.Read.All User.Read.All", ADA, 403),
        (CHIEF, ALL, ADA, 202),
    ] {
        assert_eq!(reset(who, scope, whose), expect, "{who} {scope} {whose}");
    }
}

#[test]
fn a_pass_is_never_for_oneself() {
    let desk = desk();
    let path = |user: Id| of(user, "temporaryAccessPassMethods");
    for (who, whose, expect) in [(CHIEF, CHIEF, 403), (CHIEF, ADA, 201), (ADMIN, ADA, 201), (ADMIN, CHIEF, 403)] {
        let heard = desk.ask_as(who, ALL, 0, ("POST", &path(whose), &json!({})));
        assert_eq!(heard.status, expect, "{who} {whose} {}", heard.text);
    }
}

#[test]
fn an_address_for_resets_is_added_once_changed_and_taken_away() {
    let desk = desk();
    let path = of(ADA, "emailMethods");
    for (body, expect) in [
        (json!({}), 400),
        (json!({"emailAddress": "nonsense"}), 400),
        (json!({"emailAddress": "ada@home.example"}), 201),
        (json!({"emailAddress": "ada@other.example"}), 400),
    ] {
        let heard = desk.ask_as(ADMIN, ALL, 0, ("POST", &path, &body));
        assert_eq!(heard.status, expect, "{body} {}", heard.text);
    }
    let listed = desk.ask_as(ADMIN, ALL, 0, ("GET", &path, &Json::Null)).json();
    let id = listed["value"][0]["id"].as_str().unwrap().to_owned();
    let one = format!("{path}/{id}");
    let changed = desk.ask_as(ADMIN, ALL, 0, ("PATCH", &one, &json!({"emailAddress": "ada@new.example"})));
    assert_eq!((changed.status, &changed.json()["emailAddress"]), (200, &json!("ada@new.example")));
    assert_eq!(desk.ask_as(ADMIN, ALL, 0, ("PATCH", &one, &json!({"emailAddress": ""}))).status, 400);
    // Its owner takes it away, a moment after two factors.
    for (ago, expect) in [(3_600, 403), (30, 204), (30, 404)] {
        assert_eq!(desk.ask_as(ADA, OWN, ago, ("DELETE", &one, &Json::Null)).status, expect, "{ago}");
    }
}

#[test]
fn what_takes_a_ceremony_is_not_registered_here_and_a_password_is_not_taken_away() {
    let desk = desk();
    for (method, rest, body, expect) in [
        ("POST", "fido2Methods", json!({"displayName": "key"}), 405),
        ("POST", "softwareOathMethods", json!({}), 405),
        ("POST", "methods", json!({"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethod"}), 405),
        ("DELETE", &format!("passwordMethods/{PASSWORD}"), Json::Null, 405),
        ("PATCH", &format!("passwordMethods/{PASSWORD}"), json!({"password": "x"}), 405),
    ] {
        let heard = desk.ask_as(ADMIN, ALL, 0, (method, &of(ADA, rest), &body));
        assert_eq!(heard.status, expect, "{method} {rest} {}", heard.text);
    }
    let direct = format!("/v1.0/users/{ADA}/authenticationMethods");
    let body = json!({"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethod"});
    assert_eq!(desk.ask_as(ADMIN, ALL, 0, ("POST", &direct, &body)).status, 405);
}

#[test]
fn what_a_person_sets_for_another_is_to_be_changed_and_what_an_application_sets_is_as_it_says() {
    let desk = desk();
    let body =
        json!({"passwordProfile": {"password": "otter beside the weir", "forceChangePasswordNextSignIn": false}});
    let path = format!("/v1.0/users/{ADA}");
    let scopes = "UserAuthenticationMethod.ReadWrite.All User-PasswordProfile.ReadWrite.All User.ReadWrite.All";
    assert_eq!(desk.ask_as(ADMIN, scopes, 0, ("PATCH", &path, &body)).status, 204);
    assert!(signin::must_change(desk.engine.snapshot().find(ADA).unwrap()));
    let app = desk.mint(&json!({
        "idtyp": "app", "oid": super::desk::CLIENT.to_string(), "appid": CLIENT_APP,
        "roles": ["User-PasswordProfile.ReadWrite.All", "User.ReadWrite.All"]
    }));
    let bearer = format!("Bearer {app}");
    let heard = desk.ask("PATCH", &path, &[("authorization", &bearer)], &body.to_string());
    assert_eq!(heard.status, 204, "{}", heard.text);
    assert!(!signin::must_change(desk.engine.snapshot().find(ADA).unwrap()));
}

#[test]
fn reports_tell_who_registered_what_to_those_who_read_the_logs() {
    let desk = desk();
    let get = |who: Id, path: &str| desk.ask_as(who, "AuditLog.Read.All User.Read.All", 0, ("GET", path, &Json::Null));
    let all = "/v1.0/reports/authenticationMethods/userRegistrationDetails";
    assert_eq!(get(ADA, all).status, 403);
    let found = get(CHIEF, all).json();
    assert_eq!(found["value"].as_array().unwrap().len(), 3, "{found}");
    let admins = get(CHIEF, &format!("{all}?$filter=isAdmin%20eq%20true&$select=userPrincipalName,isAdmin")).json();
    assert_eq!(admins["value"].as_array().unwrap().len(), 2, "{admins}");
    let paged = get(CHIEF, &format!("{all}?$top=2")).json();
    let next = paged["@odata.nextLink"].as_str().unwrap().strip_prefix(super::desk::URL).unwrap().to_owned();
    assert_eq!(get(CHIEF, &next).json()["value"].as_array().unwrap().len(), 1);
    let one = get(CHIEF, &format!("{all}/{ADA}")).json();
    assert_eq!((&one["userPrincipalName"], &one["isMfaCapable"]), (&json!("ada@xyz.example"), &json!(false)));
    let path = of(ADA, "emailMethods");
    assert_eq!(desk.ask_as(CHIEF, ALL, 0, ("POST", &path, &json!({"emailAddress": "ada@home.example"}))).status, 201);
    let base = "/v1.0/reports/authenticationMethods";
    let chosen = "includedUserTypes='all',includedUserRoles='all'";
    let methods = get(CHIEF, &format!("{base}/usersRegisteredByMethod({chosen})")).json();
    assert_eq!(methods["userRegistrationMethodCounts"], json!([{"authenticationMethod": "email", "userCount": 1}]));
    let features = get(CHIEF, &format!("{base}/usersRegisteredByFeature({chosen})")).json();
    assert_eq!(features["totalUserCount"], 3);
    assert_eq!(features["userRegistrationFeatureCounts"].as_array().unwrap().len(), 5);
}

#[test]
fn who_holds_somebodys_tokens_is_told_to_those_who_may_end_them() {
    let desk = desk();
    let path = format!("/beta/users/{ADMIN}/refreshTokenFamilies");
    let scopes = "User.Read.All User.RevokeSessions.All";
    for (who, scopes, expect) in [(ADA, scopes, 403), (CHIEF, "User.Read.All", 403), (CHIEF, scopes, 200)] {
        let heard = desk.ask_as(who, scopes, 0, ("GET", &path, &Json::Null));
        assert_eq!(heard.status, expect, "{who} {scopes}: {}", heard.text);
    }
}
