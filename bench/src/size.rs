//! How much memory a directory takes, and how long it takes to load: N objects of twenty attributes, five links each.

use std::sync::Arc;

use directory::{AttrId, Id, LinkId, Object, Snapshot, Time, Value};
use schema::group::GROUP;
use schema::user::USER;

use crate::process::{processor_seconds, resident_bytes};

/// How many rows are made ready before they are loaded.
const CHUNK: usize = 1_000;

type Row = (Id, &'static directory::Kind, Vec<u8>);

/// One row of the table.
pub struct Size {
    pub objects: usize,
    pub links: usize,
    /// Of processor time: others on the machine do not count.
    pub seconds_to_load: f64,
    pub bytes_each: f64,
}

/// Load a directory of this size into an empty snapshot, as a start does, and measure the process.
pub fn measure(objects: usize) -> Size {
    let before = resident_bytes("self");
    let mut now = Snapshot::empty(Arc::new(schema::model()));
    let groups = (objects / 20).max(6);
    let mut load = 0.0;
    for first in (0..objects).step_by(CHUNK) {
        let rows: Vec<Row> = (first..objects.min(first + CHUNK)).map(|n| row(n, n < groups)).collect();
        let start = processor_seconds("self");
        for (id, kind, body) in rows {
            now.load_object(id, kind.id(), 1, body).expect("the object was just packed");
        }
        load += processor_seconds("self") - start;
    }
    let members = LinkId::of("members");
    let why = directory::Why::Direct(1).to_bytes();
    let per_group = (objects - groups) * 5 / groups;
    let start = processor_seconds("self");
    let mut links = 0;
    for g in 0..groups {
        for k in 0..per_group {
            let user = groups + (g * per_group + k) / 5 % (objects - groups);
            // Five different groups for each person: consecutive links of a person fall into different groups.
            let group = (g + k % 5 * 7) % groups;
            now.load_link(id(group), members, id(user), &why).expect("both ends were just loaded");
            links += 1;
        }
    }
    now.loaded(1);
    load += processor_seconds("self") - start;
    let bytes = resident_bytes("self").saturating_sub(before);
    let size = Size { objects, links, seconds_to_load: load, bytes_each: bytes as f64 / objects as f64 };
    drop(now);
    size
}

fn row(n: usize, is_group: bool) -> Row {
    let (kind, attributes) = if is_group { (&GROUP, group(n)) } else { (&USER, user(n)) };
    (id(n), kind, Object::pack(id(n), kind.id(), 1, &attributes).bytes().to_vec())
}

fn id(n: usize) -> Id {
    Id::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | (n as u128).wrapping_mul(0x9e37_79b9))
}

fn attribute(name: &str, value: impl Into<Value>) -> (AttrId, Value) {
    (AttrId::of(name), value.into())
}

fn group(n: usize) -> Vec<(AttrId, Value)> {
    vec![
        attribute("displayName", format!("Group number {n}")),
        attribute("description", "Everybody who works in one of the departments of the organisation"),
        attribute("mailEnabled", false),
        attribute("mailNickname", format!("group{n}")),
        attribute("securityEnabled", true),
        attribute("createdDateTime", Time::from_unix(1_700_000_000)),
    ]
}

fn user(n: usize) -> Vec<(AttrId, Value)> {
    vec![
        attribute("accountEnabled", true),
        attribute("displayName", format!("Given{n} Surname{n}")),
        attribute("givenName", format!("Given{n}")),
        attribute("surname", format!("Surname{n}")),
        attribute("userPrincipalName", format!("given{n}.surname{n}@xyz.example")),
        attribute("mail", format!("given{n}.surname{n}@xyz.example")),
        attribute("mailNickname", format!("given{n}.surname{n}")),
        attribute("jobTitle", "Account executive"),
        attribute("department", format!("Department {}", n % 40)),
        attribute("companyName", "XYZ Ltd."),
        attribute("employeeId", format!("E{n:07}")),
        attribute("employeeHireDate", Time::from_unix(1_600_000_000 + n as i64 * 60)),
        attribute("officeLocation", "Building 4, floor 2"),
        attribute("city", "Utrecht"),
        attribute("country", "NL"),
        attribute("usageLocation", "NL"),
        attribute("preferredLanguage", "nl-NL"),
        attribute("mobilePhone", format!("+31 6 {n:08}")),
        attribute("userType", "Member"),
        attribute("createdDateTime", Time::from_unix(1_700_000_000)),
    ]
}
