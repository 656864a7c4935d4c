//! Lists of many: each is told once, in order, page by page, and a page costs what a page costs.

use std::collections::HashSet;

use directory::{Change, Id, Value};
use schema::user::{DEPARTMENT, USER};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME};

use super::desk::Desk;

fn people(desk: &Desk, count: u128) {
    for from in (0..count).step_by(1_000) {
        let range = from..(from + 1_000).min(count);
        let person = |n: u128| Change::Create {
            id: Id::from_u128(0xf000_0000 + n),
            kind: USER.id(),
            attributes: vec![
                // Some share a name.
                (DISPLAY_NAME.id, Value::from(format!("Person {:05}", (n * 7_919) % (count - count / 10)))),
                (USER_PRINCIPAL_NAME.id, Value::from(format!("p{n}@xyz.example"))),
                (MAIL_NICKNAME.id, Value::from(format!("p{n}"))),
                (ACCOUNT_ENABLED.id, Value::Bool(n.is_multiple_of(2))),
                (DEPARTMENT.id, Value::from(format!("Department {}", n % 10))),
            ],
        };
        desk.commit(range.map(person).collect());
    }
}

/// All pages of a list, as the names that are told, in their order.
fn pages(desk: &Desk, url: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut next = Some(url.to_owned());
    while let Some(url) = next {
        let heard = desk.ask("GET", url.trim_start_matches(super::desk::URL), &[("consistencylevel", "eventual")], "");
        assert_eq!(heard.status, 200, "{url}: {}", heard.text);
        let page = heard.json();
        for item in page["value"].as_array().unwrap() {
            let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
            found.push((text("id"), text("displayName")));
        }
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    found
}

#[test]
fn every_plan_tells_each_once_and_in_order() {
    let desk = Desk::open();
    people(&desk, 2_500);
    let all = 2_501;
    for (query, count) in [
        ("$top=999&$select=displayName", all),
        ("$top=7&$select=displayName&$filter=department eq 'department 3'", 250),
        ("$top=200&$select=displayName&$orderby=displayName", all),
        ("$top=200&$select=displayName&$orderby=displayName desc", all),
        ("$top=200&$select=displayName&$orderby=userPrincipalName", all),
        ("$top=33&$select=displayName&$count=true&$filter=accountEnabled eq false&$orderby=displayName", 1_250),
        ("$top=33&$select=displayName&$count=true&$filter=department ne 'Department 1'", all - 250),
        ("$top=10&$select=displayName&$filter=startswith(displayName,'person 0001')", 11),
        ("$top=500&$select=displayName&$count=true&$search=\"displayName:person\"", 2_500),
    ] {
        let found = pages(&desk, &format!("/v1.0/users?{query}").replace(' ', "%20").replace('"', "%22"));
        let ids: HashSet<&String> = found.iter().map(|(id, _)| id).collect();
        assert_eq!((found.len(), ids.len()), (count, count), "{query}");
        let mut names: Vec<&String> = found.iter().map(|(_, name)| name).collect();
        if query.contains("$orderby=displayName") {
            if query.contains("desc") {
                names.reverse();
            }
            assert!(names.is_sorted_by_key(|name| name.to_lowercase()), "{query}");
        }
    }
}

#[test]
fn members_are_paged_too() {
    let desk = Desk::open();
    people(&desk, 500);
    let group = desk.post(
        "/v1.0/groups",
        &serde_json::json!({"displayName": "All", "mailEnabled": false, "mailNickname": "all", "securityEnabled": true}),
    );
    let id = directory::id_from_text(group.json()["id"].as_str().unwrap()).unwrap();
    let links = (0..500).map(|n| Change::link(id, schema::MEMBERS, Id::from_u128(0xf000_0000 + n)));
    desk.commit(links.collect());
    for url in [
        format!("/v1.0/groups/{id}/members?$top=99&$select=displayName"),
        format!("/v1.0/groups/{id}/transitiveMembers/microsoft.graph.user?$top=99&$select=displayName&$count=true"),
        format!("/v1.0/groups/{id}/members/$ref?$top=101"),
    ] {
        let found = pages(&desk, &url);
        assert_eq!(found.len(), 500, "{url}");
    }
}

/// Run by hand (`cargo test --release -p graph -- --ignored --nocapture`): how long a page of many takes.
#[test]
#[ignore = "measures, and takes a while unoptimised"]
fn a_page_of_a_hundred_thousand_is_quick() {
    let desk = Desk::open();
    people(&desk, 100_000);
    for query in [
        "$top=999",
        "$top=999&$orderby=displayName",
        "$top=999&$orderby=displayName desc",
        "$top=999&$filter=department eq 'Department 3'",
        "$top=999&$filter=startswith(displayName,'person 01')",
        "$top=999&$filter=givenName eq 'nobody'",
    ] {
        let mut url = format!("/v1.0/users?{query}").replace(' ', "%20");
        let mut slowest = std::time::Duration::ZERO;
        let mut pages = 0;
        while pages < 20 {
            let start = std::time::Instant::now();
            let heard = desk.get(url.trim_start_matches(super::desk::URL));
            slowest = slowest.max(start.elapsed());
            pages += 1;
            let Some(next) = heard.json()["@odata.nextLink"].as_str().map(str::to_owned) else { break };
            url = next;
        }
        println!("{query}: {pages} pages, slowest {slowest:?}");
    }
}
