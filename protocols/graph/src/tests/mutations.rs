//! Requests that were damaged on the way: whatever they say, nothing panics and nothing is the server's fault.

use super::desk::Desk;

/// A small generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const URLS: &[&str] = &[
    "/v1.0/users?$filter=startsWith(displayName,'a') and (accountEnabled eq true or not(department in ('x','y')))&$count=true",
    "/beta/users('cy@xyz.example')?$select=id,displayName&$expand=memberOf($select=id;$top=3),manager($levels=2)",
    "/v1.0/groups?$orderby=displayName desc&$top=5&$skiptoken=AAAA",
    "/v1.0/groups/delta?$deltatoken=AQEB&$select=members",
    "/v1.0/users/$count?$search=\"displayName:a\" OR \"mail:b\"",
    "/v1.0/applications(appId='x')/owners/$ref",
    "/beta/deviceManagement/deviceCompliancePolicies/{x}/scheduledActionsForRule('a')/scheduledActionConfigurations/b",
    "/v1.0/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq 'x') and activityDateTime ge 2026-01-01T00:00:00Z",
    "/v1.0/users/cy@xyz.example/authentication/methods",
    "/v1.0/directory/deletedItems/microsoft.graph.user/00000000-0000-0000-0000-0000000000b1/restore",
    "/v1.0/$batch",
    "/v1.0/me/transitiveMemberOf/microsoft.graph.group?$filter=groupTypes/any()",
    "/beta/deviceAppManagement/mobileApps?$filter=isof('microsoft.graph.win32LobApp')&$expand=assignments",
    "/v1.0/users/cy@xyz.example/employeeOrgData/costCenter/$value",
];

const BODIES: &[&str] = &[
    r##"{"@odata.type":"#microsoft.graph.user","displayName":"A","accountEnabled":true,"mailNickname":"a","userPrincipalName":"a@xyz.example","employeeOrgData":{"costCenter":"1"},"businessPhones":["1"],"manager@odata.bind":"https://x/v1.0/users/cy@xyz.example"}"##,
    r##"{"@odata.type":"#microsoft.graph.ipNamedLocation","displayName":"O","ipRanges":[{"@odata.type":"#microsoft.graph.iPv4CidrRange","cidrAddress":"192.0.2.0/24"}]}"##,
    r##"{"requests":[{"id":1,"method":"GET","url":"/users?$filter=id eq 'x'","dependsOn":[]},{"id":"2","method":"POST","url":"users","body":{"displayName":null},"headers":{"a":"b"}}]}"##,
    r##"{"@odata.id":"https://xyz.example/v1.0/directoryObjects/00000000-0000-0000-0000-0000000000b1"}"##,
    r##"{"ids":["00000000-0000-0000-0000-0000000000b1"],"types":["user"],"groupIds":["x"],"securityEnabledOnly":true}"##,
    r##"{"passwordCredential":{"displayName":"x","endDateTime":"2027-01-01T00:00:00Z"},"keyId":"x"}"##,
    r##"{"lifetimeInMinutes":60,"isUsableOnce":true,"startDateTime":"9999-12-31T23:59:59Z"}"##,
];

const SCRAPS: &[&str] = &[
    "'",
    "\"",
    "(",
    ")",
    "/",
    "//",
    "$",
    "@",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "%27",
    "%ff",
    "%00",
    "é",
    "💥",
    "not ",
    " eq ",
    "any(x:x eq 1)",
    "$ref",
    "$count",
    "$value",
    "microsoft.graph.user",
    "-1",
    "99999999999999999999",
    "1e999",
    "9999-99-99",
    "0001-01-01T00:00:00Z",
    "\\",
    "=",
    "&",
    "?",
    "#",
    "delta()",
    "in (",
    "../",
    ";",
    "true",
];

const METHODS: &[&str] = &["GET", "GET", "GET", "POST", "PATCH", "PUT", "DELETE"];

fn damaged(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(letters.len() + 1);
        let end = (at + dice.roll(8)).min(letters.len());
        match dice.roll(5) {
            0 => drop(letters.drain(at..end)),
            1 => {
                let copied: Vec<char> = letters[at..end].to_vec();
                letters.splice(at..at, copied);
            }
            2 => letters.truncate(at),
            _ => {
                letters.splice(at..at, SCRAPS[dice.roll(SCRAPS.len())].chars());
            }
        }
    }
    letters.into_iter().collect()
}

/// As a client's library would send it: what no URL can hold is escaped.
fn sendable(url: &str) -> String {
    let escaped: String = url
        .chars()
        .map(|c| match c {
            ' ' => "%20".to_owned(),
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | '#' => format!("%{:02X}", c as u32),
            c if c.is_ascii_graphic() => c.to_string(),
            c => c.to_string().bytes().map(|b| format!("%{b:02X}")).collect(),
        })
        .collect();
    if escaped.starts_with('/') { escaped } else { format!("/{escaped}") }
}

#[test]
fn damaged_requests_never_panic_and_are_never_our_fault() {
    let desk = Desk::open();
    let text = |name: &str, value: &str| (directory::AttrId::of(name), directory::Value::from(value));
    desk.commit(vec![directory::Change::Create {
        id: directory::Id::from_u128(0xb1),
        kind: schema::user::USER.id(),
        attributes: vec![
            text("displayName", "Cy"),
            text("mailNickname", "cy"),
            text("userPrincipalName", "cy@xyz.example"),
            (schema::ACCOUNT_ENABLED.id, directory::Value::Bool(true)),
        ],
    }]);
    let delegated = format!("Bearer {}", desk.delegated());
    let mut dice = Dice(20_261_121);
    let mut by_status = std::collections::BTreeMap::new();
    for round in 0..6_000 {
        let url = URLS[dice.roll(URLS.len())];
        let url = sendable(&if round % 3 == 0 { url.to_owned() } else { damaged(url, &mut dice) });
        let body = BODIES[dice.roll(BODIES.len())];
        let body = if round % 2 == 0 { damaged(body, &mut dice) } else { body.to_owned() };
        let method = METHODS[dice.roll(METHODS.len())];
        if url.parse::<http::Uri>().is_err() {
            continue;
        }
        let eventual = if dice.roll(2) == 0 { "eventual" } else { "session" };
        let mut headers = vec![("consistencylevel", eventual)];
        if dice.roll(3) == 0 {
            headers.push(("authorization", delegated.as_str()));
        }
        let heard = desk.ask(method, &url, &headers, &body);
        *by_status.entry(heard.status).or_insert(0) += 1;
        assert!(heard.status < 500, "{method} {url}\n{body}\n{} {}", heard.status, heard.text);
        if heard.status >= 400 {
            assert!(heard.json()["error"]["code"].is_string(), "{method} {url}: {}", heard.text);
        }
    }
    // The damage was of every degree.
    assert!(by_status[&200] > 300 && by_status[&400] > 1_000, "{by_status:?}");
}

#[test]
fn what_is_too_large_is_refused_before_anything_is_done() {
    let desk = Desk::open();
    let long = format!("/v1.0/users?$filter=displayName eq '{}'", "a".repeat(20_000)).replace(' ', "%20");
    assert_eq!(desk.get(&long).status, 414);
    let filter = format!("/v1.0/users?$filter=displayName eq '{}'", "a".repeat(10_000)).replace(' ', "%20");
    assert_eq!(desk.get(&filter).status, 400);
    let body = format!("{{\"displayName\":\"{}\"}}", "a".repeat(5 << 20));
    assert_eq!(desk.ask("POST", "/v1.0/users", &[], &body).status, 413);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(desk.ask("POST", "/v1.0/users", &[], &deep).status, 400);
    let nested = (0..60).fold("1".to_owned(), |inner, _| format!("{{\"employeeOrgData\":{inner}}}"));
    assert_eq!(desk.ask("PATCH", "/v1.0/users/admin@xyz.example", &[], &nested).status, 400);
    let segments = format!("/v1.0/users{}", "/a".repeat(50));
    assert_eq!(desk.get(&segments).status, 400);
    let item = |n: usize| format!("{{\"id\":\"{n}\",\"method\":\"GET\",\"url\":\"/users\"}}");
    let batch = format!("{{\"requests\":[{}]}}", (0..21).map(item).collect::<Vec<_>>().join(","));
    let heard = desk.ask("POST", "/v1.0/$batch", &[], &batch);
    assert_eq!((heard.status, heard.text.contains("limit of 20")), (400, true));
    let ids = vec!["\"00000000-0000-0000-0000-000000000001\""; 1_001].join(",");
    assert_eq!(desk.ask("POST", "/v1.0/directoryObjects/getByIds", &[], &format!("{{\"ids\":[{ids}]}}")).status, 400);
    let expand = format!("/v1.0/users?$expand={}", vec!["manager"; 21].join(","));
    assert_eq!(desk.get(&expand).status, 400);
    let order = format!("/v1.0/groups?$orderby={}", ["displayName"; 9].join(","));
    assert_eq!(desk.get(&order).status, 400);
    let users = desk.get("/v1.0/users").json();
    assert_eq!(users["value"].as_array().unwrap().len(), 1, "nothing was written");
}
