//! Records from HR arrive in bulk, some of them wrong; people are marked as leaving.

use directory::{Change, Record};
use engine::OwnedVerb;
use schema::synchronization_job::SYNCHRONIZATION_JOB;
use schema::user::{DEVICES_TO_RELEASE, EMPLOYEE_LEAVE_DATE_TIME, USER};

use super::{Act, Scene};
use crate::words::{DEPARTMENTS, TITLES};

const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

pub(super) fn upload(s: &mut Scene<'_>) -> Option<Act> {
    let job = s.any(&SYNCHRONIZATION_JOB)?;
    let records: Vec<Record> = (0..1 + s.dice.below(5)).map(|n| operation(s, n)).collect();
    let given = Record::new().with("schemas", [BULK_REQUEST]).with("Operations", records);
    let action = s.action(&SYNCHRONIZATION_JOB, "bulkUpload");
    Some(Act::call("Bulk upload", &SYNCHRONIZATION_JOB, action, job, given).internal())
}

fn operation(s: &mut Scene<'_>, n: usize) -> Record {
    let number = s.dice.below(20);
    let manager = Record::new().with("value", format!("{}", s.dice.below(25)));
    let enterprise = Record::new().with("department", s.dice.one(DEPARTMENTS)).with("manager", manager);
    let mut data = Record::new()
        .with("schemas", [CORE, ENTERPRISE])
        .with("externalId", format!("{number}"))
        .with("userName", format!("hr{number}"))
        .with("displayName", format!("Employee {number}"))
        .with("title", s.dice.one(TITLES))
        .with("active", s.dice.often(850))
        .with(ENTERPRISE, enterprise);
    if s.dice.often(80) {
        data.remove("userName");
        data.remove("displayName");
    }
    Record::new().with("method", "POST").with("bulkId", format!("b{n}")).with("path", "/Users").with("data", data)
}

/// What a leaver workflow does to somebody's devices, and the day they leave.
pub(super) fn mark_leaver(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    let changes = vec![
        Change::set(user, DEVICES_TO_RELEASE, s.dice.one(&["retire", "wipe"])),
        Change::set(user, EMPLOYEE_LEAVE_DATE_TIME, s.at.plus_days(3)),
    ];
    Some(Act::change("Release devices", OwnedVerb::Update, &USER, user, changes).internal())
}
