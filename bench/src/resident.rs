//! How much memory the server takes: idle after a start on an empty folder, and with 10,000 people and 10,000 managed devices.
//! People come by HR upload and are licensed through a group; devices join as the agent's protocol lets them, without its
//! cryptography. What counts is the server that was started anew on that folder.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use devices::join::{About, Join, Ownership, join};
use directory::{Caller, Change, Decision, Id, Room};
use engine::{Engine, House, Submission, SystemClock};
use schema::managed_device::MANAGED_DEVICE;
use schema::user::USER;
use serde_json::json;
use store::{Sqlite, Store};

use crate::castellan::{Castellan, create, import, post};
use crate::commits::scratch;
use crate::process;

/// How many of each.
pub const EACH: usize = 10_000;
const JOINS_PER_COMMIT: usize = 200;

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
    /// How many people a second the HR upload brought in.
    pub people_per_second: f64,
}

/// A folder with people and devices, and the server on it.
pub async fn full() -> Result<Full, String> {
    let folder = scratch("full");
    let server = Castellan::start(&folder)?;
    let people_per_second = hire(&server).await?;
    let tenant = server.bootstrap()?.tenant;
    server.stop()?;
    let (objects, links) = join_devices(&folder, &tenant).await?;
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
        people_per_second,
    };
    server.stop()?;
    Ok(full)
}

async fn hire(server: &Castellan) -> Result<f64, String> {
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
    post(&api, &format!("/v1.0/groups/{group}/assignLicense"), &assign).await?;
    let mut csv = String::from(
        "employeeId,givenName,familyName,displayName,userName,title,department,company,country,city,hireDate,active\n",
    );
    for n in 0..EACH {
        csv.push_str(&format!(
            "E{n:06},Given{n},Family{n},Given{n} Family{n},person{n}@xyz.example,Engineer,Department {},XYZ Ltd.,NL,\
             Utrecht,2021-03-01,true\n",
            n % 40
        ));
    }
    let start = Instant::now();
    import(&api, &csv).await?;
    Ok(EACH as f64 / start.elapsed().as_secs_f64())
}

/// One device for each person; answers how many objects and links there are then.
async fn join_devices(folder: &Path, tenant: &str) -> Result<(usize, usize), String> {
    let tenant = directory::id_from_text(tenant).ok_or("the tenant has no id")?;
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(folder).map_err(|e| e.to_string())?);
    let house = Arc::new(House::new(Arc::new(schema::model()), ROOMS, Arc::new(access::Gate::new())));
    let engine = Engine::start(store, tenant, house, Arc::new(SystemClock), 17).map_err(|e| e.to_string())?;
    let people: Vec<Id> = engine
        .snapshot()
        .all(&USER)
        .filter(|user| user.has(schema::user::EMPLOYEE_ID.id))
        .map(|user| user.id)
        .collect();
    for some in people.chunks(JOINS_PER_COMMIT) {
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

fn laptop(user: Id) -> Join {
    Join {
        user,
        key_thumbprint: format!("{}{}", user.simple(), "thumbprint0"),
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
