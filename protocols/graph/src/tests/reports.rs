//! Files that are given out by an address, and bytes that are taken in: for whom they are, and for nobody else.

use directory::{Change, Id, Record};
use http_body_util::BodyExt;
use schema::agent_release::{AGENT_RELEASE, SIGNATURE};
use schema::device_management_export_job::{
    DEVICE_MANAGEMENT_EXPORT_JOB, EXPIRATION_DATE_TIME, REPORT_NAME, REPORT_SHA256, REPORT_SIZE, REQUESTED_BY, STATUS,
};
use serde_json::{Value as Json, json};

use super::desk::{ADMIN, CLIENT_APP, Desk, URL};
use super::reach::{GUEST, MEMBER, SCOPED, ask, given, given_of, intune_administrator};

const JOB: Id = Id::from_u128(0x50b);
const RELEASE: Id = Id::from_u128(0x4e1);
const FILE: &[u8] = b"a report";

/// A report that the administrator asked for is written.
fn written(desk: &Desk) {
    let sha256 = desk.wait(desk.engine.blob_put(FILE.to_vec())).unwrap();
    let attributes = vec![
        (REPORT_NAME.id, "Devices".into()),
        (STATUS.id, "completed".into()),
        (EXPIRATION_DATE_TIME.id, desk.engine.now().plus_days(1).into()),
        (REPORT_SHA256.id, sha256.into()),
        (REPORT_SIZE.id, 8_i64.into()),
        (REQUESTED_BY.id, Record::new().with("user", ADMIN).into()),
    ];
    desk.commit(vec![Change::Create { id: JOB, kind: DEVICE_MANAGEMENT_EXPORT_JOB.id(), attributes }]);
}

fn shown(desk: &Desk, who: Id) -> (u16, Json) {
    ask(desk, who, "GET", &format!("/beta/deviceManagement/reports/exportJobs/{JOB}"), &json!({}))
}

fn fetched(desk: &Desk, path: &str) -> (u16, Vec<u8>) {
    let request = http::Request::get(path).body(bytes::Bytes::new()).unwrap();
    desk.wait(async {
        let answer = desk.graph.report(request).await;
        (answer.status().as_u16(), answer.into_body().collect().await.unwrap().to_bytes().to_vec())
    })
}

#[test]
fn a_report_is_fetched_by_whoever_asked_for_it_at_an_address_that_nobody_makes_up() {
    let desk = given();
    written(&desk);
    desk.commit(vec![intune_administrator(0xe9, MEMBER, "/")]);
    assert_eq!(desk.ask("GET", "/beta/deviceManagement/reports/exportJobs", &[("authorization", "")], "").status, 401);
    for (who, expected) in [(GUEST, 404), (SCOPED, 404), (MEMBER, 200)] {
        let (status, told) = shown(&desk, who);
        assert_eq!((status, &told["url"]), (expected, &Json::Null), "{who}: {told}");
    }
    let (_, told) = shown(&desk, ADMIN);
    let address = told["url"].as_str().unwrap().strip_prefix(URL).unwrap().to_owned();
    assert_eq!(fetched(&desk, &address), (200, FILE.to_vec()));

    let (tenant, job) = (desk.engine.tenant().to_string(), JOB.to_string());
    let (_, end) = address.split_once("se=").unwrap();
    let (end, signature) = end.split_once("&sig=").unwrap();
    let later = (end.parse::<i64>().unwrap() + 1).to_string();
    let end = format!("se={end}");
    let mut other: Vec<char> = signature.chars().collect();
    other[0] = if other[0] == 'A' { 'B' } else { 'A' };
    for (what, wrong) in [
        ("another signature", address.replace(signature, &other.into_iter().collect::<String>())),
        ("no signature", address.replace(signature, "")),
        ("another end", address.replace(&end, &format!("se={later}"))),
        ("an end in the past", address.replace(&end, "se=1")),
        ("another tenant", address.replace(&tenant, &Id::from_u128(9).to_string())),
        ("another report", address.replace(&job, &Id::from_u128(9).to_string())),
    ] {
        assert_ne!(wrong, address);
        assert_eq!(fetched(&desk, &wrong).0, 403, "{what}");
    }
    desk.commit(vec![Change::Delete { id: JOB }]);
    assert_eq!(fetched(&desk, &address).0, 403, "it is deleted");
}

#[test]
fn releases_of_the_agent_are_taken_from_administrators_of_all_devices() {
    static ROOMS: &[&directory::Room] = &[&devices::ROOM];
    let desk = given_of(ROOMS);
    let signature = "untrusted comment: x\nRUQ=\ntrusted comment: castellan-agent 0.9.0 amd64\nAA==\n";
    let attributes = vec![(SIGNATURE.id, signature.into())];
    desk.commit(vec![Change::Create { id: RELEASE, kind: AGENT_RELEASE.id(), attributes }]);
    let path = format!("/beta/deviceManagement/agentReleases/{RELEASE}/content");
    assert_eq!(desk.ask("PUT", &path, &[("authorization", "")], "bytes").status, 401);
    for (who, expected) in [(GUEST, 404), (MEMBER, 404), (SCOPED, 404), (ADMIN, 204)] {
        let claims = json!({
            "idtyp": "user", "oid": who.to_string(), "appid": CLIENT_APP, "scp": "Directory.AccessAsUser.All",
            "amr": ["pwd", "mfa"]
        });
        let token = format!("Bearer {}", desk.mint(&claims));
        let heard = desk.ask("PUT", &path, &[("authorization", &token)], "bytes");
        assert_eq!(heard.status, expected, "{who}: {}", heard.text);
        let has_bytes = desk.engine.snapshot().get(RELEASE).unwrap().has(schema::linux_package_app::PACKAGE_SHA256.id);
        assert_eq!(has_bytes, expected == 204);
    }
}
