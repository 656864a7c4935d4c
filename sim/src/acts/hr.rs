//! Records from HR arrive in bulk, some of them wrong; people are marked as leaving.

use directory::{Change, Record};
use engine::OwnedVerb;
use schema::synchronization_job::SYNCHRONIZATION_JOB;
use schema::user::{DEVICES_TO_RELEASE, EMPLOYEE_LEAVE_DATE_TIME, USER};

use super::{Act, Scene};
use crate::first_day::CAST;
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

/// The day on which somebody leaves becomes known: mostly ahead, sometimes late. The first administrator stays.
pub(super) fn mark_leaver(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any_of(&USER, |user| user.id != CAST.admin)?;
    let day = s.at.plus_days(i64::try_from(s.dice.below(5)).unwrap_or(0) - 1);
    let changes = vec![Change::set(user, EMPLOYEE_LEAVE_DATE_TIME, day)];
    Some(Act::change("Set leave date", OwnedVerb::Update, &USER, user, changes).internal())
}

/// Somebody's devices are to be released although nobody has said when they leave.
pub(super) fn release_devices(s: &mut Scene<'_>) -> Option<Act> {
    let user = s.any(&USER)?;
    let change = Change::set(user, DEVICES_TO_RELEASE, s.dice.one(&["retire", "wipe"]));
    Some(Act::change("Release devices", OwnedVerb::Update, &USER, user, vec![change]).internal())
}
