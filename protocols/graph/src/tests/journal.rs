//! The sign-in log and refused attempts, as they are told.

use std::time::Duration;

use directory::{Id, Record};
use engine::testing::TENANT;

use super::desk::{ADMIN, CLIENT, Desk};
use crate::limits::COMMITS_PER_PAGE;

fn sign_in(desk: &Desk, number: u128, who: Id, code: i64) {
    let at = desk.engine.now();
    let row = Record::new()
        .with("id", Id::from_u128(number))
        .with("createdDateTime", at)
        .with("userId", who)
        .with("userDisplayName", "Somebody")
        .with("status", Record::new().with("errorCode", code))
        .with("somethingElse", "kept in the journal, not part of a signIn");
    desk.wait(desk.engine.journal("signIns", Some(who), row)).unwrap();
}

#[test]
fn sign_ins_are_told_newest_first_filtered_and_paged() {
    let desk = Desk::open();
    for number in 1..=7 {
        sign_in(&desk, number, if number % 3 == 0 { CLIENT } else { ADMIN }, i64::from(number == 4) * 50126);
    }
    let ids = |url: &str| {
        let mut found = Vec::new();
        let mut next = Some(url.to_owned());
        while let Some(url) = next {
            let heard = desk.get(url.trim_start_matches(super::desk::URL));
            assert_eq!(heard.status, 200, "{url}: {}", heard.text);
            let page = heard.json();
            for row in page["value"].as_array().unwrap() {
                let id = directory::id_from_text(row["id"].as_str().unwrap()).unwrap();
                found.push(u64::try_from(id.as_u128()).unwrap());
                assert!(row.get("somethingElse").is_none());
            }
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        found
    };
    let set = "/v1.0/auditLogs/signIns";
    assert_eq!(ids(set), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(ids(&format!("{set}?$top=2")), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(ids(&format!("{set}?$filter=userId%20eq%20'{ADMIN}'&$top=2")), [7, 5, 4, 2, 1]);
    assert_eq!(ids(&format!("{set}?$filter=status/errorCode%20ne%200")), [4]);
    assert_eq!(ids(&format!("{set}?$filter=createdDateTime%20gt%202026-12-01T00:00:00Z")), Vec::<u64>::new());
    let one = desk.get(&format!("{set}/{}", Id::from_u128(3)));
    assert_eq!(one.json()["userId"], CLIENT.to_string());
    assert_eq!(desk.get(&format!("{set}/{}", Id::from_u128(99))).status, 404);
}

#[test]
fn a_refused_attempt_is_an_audit_record_that_failed() {
    let desk = Desk::open();
    let caller = directory::Caller {
        actor: directory::Actor::User(ADMIN),
        ..directory::Caller::system(engine::testing::TENANT)
    };
    let refusal = directory::Refusal::denied("Insufficient privileges to complete the operation.");
    desk.wait(desk.engine.journal_denied(&caller, "Delete group", refusal)).unwrap();
    let heard = desk.get("/v1.0/auditLogs/directoryAudits?$filter=result%20eq%20'failure'").json();
    let rows = heard["value"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["activityDisplayName"], "Delete group");
    assert_eq!(rows[0]["initiatedBy"]["user"]["userPrincipalName"], "admin@xyz.example");
    assert!(rows[0]["resultReason"].as_str().unwrap().contains("Insufficient privileges"));
    let id = rows[0]["id"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/v1.0/auditLogs/directoryAudits/{id}")).json()["result"], "failure");
    let successes = desk.get("/v1.0/auditLogs/directoryAudits?$filter=result%20eq%20'success'").json();
    assert_eq!(successes["value"].as_array().unwrap().len(), 1, "the seed");
}

#[test]
fn what_happened_long_ago_is_found_without_reading_what_came_after() {
    let desk = Desk::open();
    let (count, now) = (COMMITS_PER_PAGE + 5_000, desk.engine.now());
    let begin = now - Duration::from_secs(60 * count as u64);
    let rows = (1..=count).map(|number| {
        let at = begin + Duration::from_secs(60 * number as u64);
        let row =
            Record::new().with("id", Id::from_u128(number as u128)).with("createdDateTime", at).with("userId", ADMIN);
        (at, Some(ADMIN), directory::record_to_bytes(&row))
    });
    for chunk in rows.collect::<Vec<_>>().chunks(4_096) {
        desk.engine.store().journal_append(TENANT, "signIns", chunk).unwrap();
    }
    let (from, until) = (begin + Duration::from_secs(90), begin + Duration::from_secs(60 * 4));
    let set = "/v1.0/auditLogs/signIns";
    let page = desk.get(&format!("{set}?$filter=createdDateTime%20gt%20{from}%20and%20createdDateTime%20lt%20{until}"));
    let page = page.json();
    assert_eq!(page["value"].as_array().unwrap().len(), 2, "the second and the third minute");
    assert!(page.get("@odata.nextLink").is_none());
    let empty = desk.get(&format!("{set}?$filter=createdDateTime%20lt%20{begin}")).json();
    assert_eq!(empty["value"].as_array().unwrap().len(), 0);
    assert!(empty.get("@odata.nextLink").is_none(), "all that is older was looked at");
}

#[test]
fn a_record_of_the_audit_is_found_by_its_id_among_others() {
    let desk = Desk::open();
    let rename = |name: &str| vec![directory::Change::set(ADMIN, schema::DISPLAY_NAME, name)];
    for n in 0..20 {
        desk.commit(rename(&format!("Admin {n}")));
        let refusal = directory::Refusal::denied("no");
        let caller = directory::Caller { actor: directory::Actor::User(ADMIN), ..directory::Caller::system(TENANT) };
        desk.wait(desk.engine.journal_denied(&caller, &format!("Try {n}"), refusal)).unwrap();
    }
    let set = "/v1.0/auditLogs/directoryAudits";
    for (id, name) in [("Directory_5", "Seed"), ("Refusal_5", "Try 4")] {
        assert_eq!(desk.get(&format!("{set}/{id}")).json()["activityDisplayName"], name);
        let page = desk.get(&format!("{set}?$filter=id%20eq%20'{id}'")).json();
        let rows = page["value"].as_array().unwrap();
        assert_eq!(
            (rows.len(), rows[0]["activityDisplayName"].as_str(), rows[0]["id"].as_str()),
            (1, Some(name), Some(id))
        );
        assert!(page.get("@odata.nextLink").is_none());
    }
    for id in ["Directory_99", "Refusal_99"] {
        assert_eq!(desk.get(&format!("{set}/{id}")).status, 404);
        let page = desk.get(&format!("{set}?$filter=id%20eq%20'{id}'")).json();
        assert_eq!(page["value"].as_array().unwrap().len(), 0);
    }
}
