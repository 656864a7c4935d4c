//! Conditional Access: how long one decision takes with many policies. The mix is what large tenants have: most policies are
//! about some groups and some applications, some about roles, places, platforms or devices, one in ten only reports.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::conditional::{ClientAppType, ConditionalAccess, SignInContext};
use directory::{AttrId, Change, Id, Kind, Record, Snapshot, Time, Value};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS};
use schema::device::{DEVICE, DEVICE_ID, IS_COMPLIANT};
use schema::group::{GROUP, MEMBERS};
use schema::named_location::{IP_NAMED_LOCATION, IP_RANGES, IS_TRUSTED};
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL_NICKNAME, OPERATING_SYSTEM, STATE, USER_PRINCIPAL_NAME};

use crate::process::processor_seconds;

const AT: Time = Time::from_unix(1_795_248_000);
const SPAN: Duration = Duration::from_secs(3);
const USERS: u32 = 1_000;
const GROUPS: u32 = 100;
/// How many groups a person is in.
const GROUPS_EACH: u32 = 8;
const APPS: u32 = 60;
const PLACES: u32 = 20;

/// Microseconds of processor time for one decision.
pub struct Decisions {
    pub policies: usize,
    pub micros: f64,
    /// When another commit lies between two decisions.
    pub micros_after_commit: f64,
}

pub fn measure(policies: usize) -> Decisions {
    let mut now = organisation();
    for n in 0..policies {
        make(&mut now, id(5, n as u32), &CONDITIONAL_ACCESS_POLICY, policy(n as u32));
    }
    let conditional_access = ConditionalAccess::new();
    let sign_ins: Vec<SignInContext> = (0..257).map(sign_in).collect();
    let applied: usize = sign_ins.iter().map(|s| conditional_access.decide(&now, AT, s).applied.len()).sum();
    assert!(applied > 0, "the mix has policies that apply");

    let micros = micros_each(|n| {
        let sign_in = sign_ins.get(n % sign_ins.len()).expect("there are sign-ins");
        std::hint::black_box(conditional_access.decide(&now, AT, std::hint::black_box(sign_in)));
    });
    let later: Vec<Snapshot> = (0..16u32)
        .map(|n| {
            let change = Change::set(id(1, n), schema::user::DEPARTMENT, "Design");
            now.apply(now.usn() + 1, AT, &[change], None, &[]).expect("a department can be set");
            now.clone()
        })
        .collect();
    let micros_after_commit = micros_each(|n| {
        let sign_in = sign_ins.get(n % sign_ins.len()).expect("there are sign-ins");
        let now = later.get(n % later.len()).expect("there are snapshots");
        std::hint::black_box(conditional_access.decide(now, AT, std::hint::black_box(sign_in)));
    });
    Decisions { policies, micros, micros_after_commit }
}

/// Microseconds of processor time for each call: others on the machine do not count.
fn micros_each(mut call: impl FnMut(usize)) -> f64 {
    let (start, before, mut done) = (Instant::now(), processor_seconds("self"), 0usize);
    while start.elapsed() < SPAN {
        (done..done + 64).for_each(&mut call);
        done += 64;
    }
    (processor_seconds("self") - before) * 1e6 / done as f64
}

/// People with devices in groups, and places.
fn organisation() -> Snapshot {
    let mut now = Snapshot::empty(Arc::new(schema::model()));
    for n in 0..USERS {
        let name = format!("person{n}");
        let attributes = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, name.as_str().into()),
            (USER_PRINCIPAL_NAME.id, format!("{name}@xyz.example").into()),
            (MAIL_NICKNAME.id, name.into()),
        ];
        make(&mut now, id(1, n), &USER, attributes);
        let attributes = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, format!("laptop{n}").into()),
            (DEVICE_ID.id, id(2, n).to_string().into()),
            (OPERATING_SYSTEM.id, "Linux".into()),
            (schema::device::OPERATING_SYSTEM_VERSION.id, "24.04".into()),
            (IS_COMPLIANT.id, (!n.is_multiple_of(5)).into()),
        ];
        make(&mut now, id(2, n), &DEVICE, attributes);
    }
    for g in 0..GROUPS {
        let attributes = vec![
            (DISPLAY_NAME.id, format!("Group {g}").into()),
            (MAIL_NICKNAME.id, format!("group{g}").into()),
            (schema::group::MAIL_ENABLED.id, false.into()),
            (schema::group::SECURITY_ENABLED.id, true.into()),
        ];
        make(&mut now, id(3, g), &GROUP, attributes);
        let members = (0..USERS).filter(|n| (0..GROUPS_EACH).any(|k| (n * 7 + k * 13) % GROUPS == g));
        let links: Vec<Change> = members.map(|n| Change::link(id(3, g), MEMBERS, id(1, n))).collect();
        now.apply(now.usn() + 1, AT, &links, None, &[]).expect("members can be added");
    }
    for p in 0..PLACES {
        let range = Record::new()
            .with("@odata.type", "#microsoft.graph.iPv4CidrRange")
            .with("cidrAddress", format!("10.{p}.0.0/16"));
        let attributes = vec![
            (DISPLAY_NAME.id, format!("Office {p}").into()),
            (IP_RANGES.id, Value::List(vec![range.into()])),
            (IS_TRUSTED.id, (p.is_multiple_of(2)).into()),
        ];
        make(&mut now, id(4, p), &IP_NAMED_LOCATION, attributes);
    }
    now
}

fn make(now: &mut Snapshot, id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) {
    let create = Change::Create { id, kind: kind.id(), attributes };
    now.apply(now.usn() + 1, AT, &[create], None, &[]).expect("the organisation is in order");
}

/// One of the mix.
fn policy(n: u32) -> Vec<(AttrId, Value)> {
    let everybody = || Record::new().with("includeUsers", ["All"]).with("excludeGroups", vec![id(3, 0).to_string()]);
    let group = || {
        Record::new()
            .with("includeGroups", vec![id(3, n % GROUPS).to_string(), id(3, (n * 3 + 1) % GROUPS).to_string()])
    };
    let person = || Record::new().with("includeUsers", vec![id(1, n * 17 % USERS).to_string()]);
    let role = || Record::new().with("includeRoles", vec![access::GLOBAL_ADMINISTRATOR.to_string()]);
    let app = || Record::new().with("includeApplications", vec![app_id(n % APPS)]);
    let all_apps = || Record::new().with("includeApplications", ["All"]);
    let (users, applications, more, control) = match n % 10 {
        0 if n < 100 => (everybody(), all_apps(), Record::new(), "mfa"),
        1 => (everybody(), app(), Record::new(), "compliantDevice"),
        2 => (role(), all_apps(), Record::new(), "mfa"),
        3 => {
            let places = Record::new()
                .with("includeLocations", ["All"])
                .with("excludeLocations", vec![id(4, n % PLACES).to_string()]);
            (group(), all_apps(), Record::new().with("locations", places), "mfa")
        }
        4 => (
            group(),
            app(),
            Record::new().with("platforms", Record::new().with("includePlatforms", ["android", "iOS"])),
            "block",
        ),
        5 => (person(), app(), Record::new(), "compliantDevice"),
        6 => {
            let rule = format!("device.displayName -startsWith \"laptop{}\"", n % 10);
            let filter = Record::new().with("deviceFilter", Record::new().with("mode", "exclude").with("rule", rule));
            (group(), app(), Record::new().with("devices", filter), "compliantDevice")
        }
        _ => (group(), app(), Record::new(), "mfa"),
    };
    let client_types = if n.is_multiple_of(25) { vec!["exchangeActiveSync", "other"] } else { vec!["all"] };
    let mut conditions = Record::new().with("users", users).with("applications", applications);
    conditions.set("clientAppTypes", Value::List(client_types.into_iter().map(Value::from).collect()));
    more.into_iter().for_each(|(name, value)| conditions.set(&name, value));
    let grant = Record::new().with("operator", "OR").with("builtInControls", [control]);
    let state = if n % 10 == 9 { "enabledForReportingButNotEnforced" } else { "enabled" };
    vec![
        (DISPLAY_NAME.id, format!("Policy {n}").into()),
        (CONDITIONS.id, conditions.into()),
        (GRANT_CONTROLS.id, grant.into()),
        (STATE.id, state.into()),
    ]
}

fn sign_in(n: u32) -> SignInContext {
    let octet = |value: u32| (value % 250) as u8;
    SignInContext {
        client_app_type: if n.is_multiple_of(3) {
            ClientAppType::Browser
        } else {
            ClientAppType::MobileAppsAndDesktopClients
        },
        address: Some(IpAddr::V4(Ipv4Addr::new(10, octet(n % 30), octet(n * 3), 7))),
        platform: Some(if n.is_multiple_of(4) { "android" } else { "linux" }.to_owned()),
        device: (n.is_multiple_of(2)).then(|| id(2, n)),
        mfa: (!n.is_multiple_of(3)).then_some(AT),
        authenticated: Some(AT),
        ..SignInContext::of_user(id(1, n), &app_id(n * 7 % APPS))
    }
}

fn app_id(n: u32) -> String {
    id(6, n).to_string()
}

fn id(kind: u128, n: u32) -> Id {
    Id::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | kind << 40 | u128::from(n))
}
