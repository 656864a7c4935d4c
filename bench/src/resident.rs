//! How much memory the server takes: idle after a start on an empty folder, and with 10,000 people and 10,000 managed devices.
//! People have what HR knows of them and are licensed through a group by rule; devices join as the agent's protocol lets
//! them, without its cryptography. What counts is the server that was started anew on that folder.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use devices::join::{About, Join, Ownership, join};
use directory::{Caller, Change, Decision, Id, Room};
use engine::{Engine, House, Submission, SystemClock};
use schema::managed_device::MANAGED_DEVICE;
use schema::user::USER;
use serde_json::json;
use store::{Sqlite, Store};

use crate::castellan::{Castellan, create, post};
use crate::commits::scratch;
use crate::process;

/// How many of each.
pub const EACH: usize = 10_000;
const PER_COMMIT: usize = 500;

static ROOMS: &[&Room] = &[
    &identity::ROOM,
    &signin::ROOM,
    &access::ROOM,
    &governance::ROOM,
    &provisioning::ROOM,
    &devices::ROOM,
    &apps::ROOM,
];

pub struct Idle {
    pub first_start: Duration,
    pub second_start: Duration,
    pub resident: u64,
    pub binary_bytes: u64,
    /// Without the line tables that make a backtrace readable.
    pub stripped_bytes: u64,
}

/// Start on an empty folder, and again.
pub fn idle() -> Result<Idle, String> {
    let folder = scratch("idle");
    let first = Castellan::start(&folder)?;
    let first_start = first.ready_after;
    first.stop()?;
    let second = Castellan::start(&folder)?;
    let idle = Idle {
        first_start,
        second_start: second.ready_after,
        resident: process::resident_bytes(&second.process()),
        binary_bytes: length(&Castellan::binary()?)?,
        stripped_bytes: stripped()?,
    };
    second.stop()?;
    Ok(idle)
}

fn stripped() -> Result<u64, String> {
    let stripped = scratch("stripped").join("castellan");
    let done = Command::new("strip").arg("-o").arg(&stripped).arg(Castellan::binary()?).status();
    done.map_err(|e| format!("cannot strip the binary: {e}"))?;
    length(&stripped)
}

fn length(file: &Path) -> Result<u64, String> {
    Ok(file.metadata().map_err(|e| format!("{}: {e}", file.display()))?.len())
}

pub struct Full {
    pub objects: usize,
    pub links: usize,
    pub resident: u64,
    /// At its most since the start.
    pub resident_peak: u64,
    pub start: Duration,
}

/// A folder with people and devices, and the server on it.
pub async fn full() -> Result<Full, String> {
    let folder = scratch("full");
    let server = Castellan::start(&folder)?;
    license(&server).await?;
    let tenant = server.bootstrap()?.tenant;
    server.stop()?;
    let (objects, links) = fill(&folder, &tenant).await?;
    // The first start after that takes in what reactions have not seen; a usual start has nothing to do.
    Castellan::start(&folder)?.stop()?;
    let server = Castellan::start(&folder)?;
    let process = server.process();
    server.api().await?;
    let full = Full {
        objects,
        links,
        resident: process::resident_bytes(&process),
        resident_peak: process::resident_bytes_peak(&process),
        start: server.ready_after,
    };
    server.stop()?;
    Ok(full)
}

/// Whoever has an employee id has a licence that manages devices.
async fn license(server: &Castellan) -> Result<(), String> {
    let api = server.api().await?;
    let sku = "7c0b1c9e-5a0e-4f0f-9c55-2f2f0a7b1e01";
    let plan = json!({ "servicePlanId": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "servicePlanName": "INTUNE_A",
        "appliesTo": "User", "provisioningStatus": "Success" });
    let licence = json!({ "skuId": sku, "skuPartNumber": "XYZ_WORKPLACE", "appliesTo": "User",
        "capabilityStatus": "Enabled", "servicePlans": [plan],
        "prepaidUnits": { "enabled": EACH * 2, "suspended": 0, "warning": 0, "lockedOut": 0 } });
    post(&api, "/v1.0/subscribedSkus", &licence).await?;
    let workforce = json!({
        "displayName": "Workforce", "mailNickname": "workforce", "mailEnabled": false, "securityEnabled": true,
        "groupTypes": ["DynamicMembership"], "membershipRule": "user.employeeId -ne null",
        "membershipRuleProcessingState": "On",
    });
    let group = create(&api, "/v1.0/groups", &workforce).await?;
    let assign = json!({ "addLicenses": [{ "skuId": sku, "disabledPlans": [] }], "removeLicenses": [] });
    post(&api, &format!("/v1.0/groups/{group}/assignLicense"), &assign).await.map(drop)
}

/// People, and one device for each; answers how many objects and links there are then.
async fn fill(folder: &Path, tenant: &str) -> Result<(usize, usize), String> {
    let tenant = directory::id_from_text(tenant).ok_or("the tenant has no id")?;
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(folder).map_err(|e| e.to_string())?);
    let house = Arc::new(House::new(Arc::new(schema::model()), ROOMS, Arc::new(access::Gate::new())));
    let engine = Engine::start(store, tenant, house, Arc::new(SystemClock), 17).map_err(|e| e.to_string())?;
    for first in (0..EACH).step_by(PER_COMMIT) {
        let add = Submission::proven(&Caller::system(tenant), "Add people", move |_, _| {
            Ok(Decision::change((first..first + PER_COMMIT).map(person).collect()))
        });
        engine.submit(add).await.map_err(|e| e.to_string())?;
    }
    // Their licences are there before their devices come.
    engine.settled().await;
    let people: Vec<Id> = (0..EACH).map(person_id).collect();
    for some in people.chunks(PER_COMMIT) {
        let some = some.to_vec();
        let joins = Submission::proven(&Caller::system(tenant), "Join devices", move |now, call| {
            let mut changes: Vec<Change> = Vec::new();
            for user in &some {
                changes.extend(join(now, call, &laptop(*user))?.plan.changes);
            }
            Ok(Decision::change(changes))
        });
        engine.submit(joins).await.map_err(|e| e.to_string())?;
    }
    engine.settled().await;
    let now = engine.snapshot();
    let managed = now.count(&MANAGED_DEVICE);
    if managed < EACH {
        return Err(format!("only {managed} devices are managed"));
    }
    let links = now.all(&schema::group::GROUP).map(|group| now.links(group.id, schema::group::MEMBERS).count()).sum();
    let objects = now.len();
    engine.stop().await;
    Ok((objects, links))
}

fn person_id(n: usize) -> Id {
    Id::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | n as u128)
}

fn person(n: usize) -> Change {
    let attributes = vec![
        (schema::ACCOUNT_ENABLED.id, true.into()),
        (schema::DISPLAY_NAME.id, format!("Given{n} Family{n}").into()),
        (schema::user::GIVEN_NAME.id, format!("Given{n}").into()),
        (schema::user::SURNAME.id, format!("Family{n}").into()),
        (schema::USER_PRINCIPAL_NAME.id, format!("given{n}.family{n}@xyz.example").into()),
        (schema::MAIL.id, format!("given{n}.family{n}@xyz.example").into()),
        (schema::MAIL_NICKNAME.id, format!("given{n}.family{n}").into()),
        (schema::user::JOB_TITLE.id, "Account executive".into()),
        (schema::user::DEPARTMENT.id, format!("Department {}", n % 40).into()),
        (schema::user::COMPANY_NAME.id, "XYZ Ltd.".into()),
        (schema::user::EMPLOYEE_ID.id, format!("E{n:06}").into()),
        (schema::user::USAGE_LOCATION.id, "NL".into()),
        (schema::CITY.id, "Utrecht".into()),
        (schema::COUNTRY.id, "NL".into()),
    ];
    Change::Create { id: person_id(n), kind: USER.id(), attributes }
}

fn laptop(user: Id) -> Join {
    Join {
        user,
        key_thumbprint: format!("{}{}", user.simple(), "thumbprint0"),
        transport_key: None,
        ownership: Ownership::Company,
        about: About {
            name: format!("laptop-{}", user.simple()),
            operating_system: "Linux".into(),
            operating_system_version: "24.04".into(),
            manufacturer: Some("LENOVO".into()),
            model: Some("21HD0031GE".into()),
            serial_number: Some(format!("XYZ{}", user.simple())),
        },
    }
}
