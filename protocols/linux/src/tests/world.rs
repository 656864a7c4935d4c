//! A server and people for tests: an engine over memory with the room of devices, and clients with real keys.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use directory::{
    AttrId, Caller, Change, Commit, Decision, Id, Own, Plan, Reaction, Record, Room, Snapshot, TenantId, Time, Value,
};
use engine::testing::OpenGate;
use engine::{Engine, Submission, Tenants};
use http::Request;
use http_body_util::BodyExt;
use keys::{Algorithm, Keys};
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::user::{DEPARTMENT, USER};
use schema::{
    ACCOUNT_ENABLED, ASSIGNED_PLANS, ASSIGNMENTS, DISPLAY_NAME, MAIL_NICKNAME, NAME, PLATFORMS, SETTINGS,
    USER_PRINCIPAL_NAME,
};
use serde_json::{Value as Json, json};

use crate::{CHECK_IN_APP_ID, ENROLLMENT_APP_ID, LinuxProtocol, Settings, VERDICT_APP_ID};

pub const URL: &str = "https://id.xyz.example";
pub const TENANT: TenantId = engine::testing::TENANT;
pub const ANN: Id = Id::from_u128(0xa1);
pub const BOB: Id = Id::from_u128(0xb0);
pub const POLICY: Id = Id::from_u128(0x80);

/// Stands in for licensing: everybody has device management, except the department `Unlicensed`.
static LICENCES: Reaction = Reaction::new(
    "licences",
    &[Own::Attribute(ASSIGNED_PLANS.id)],
    |now: &Snapshot, _: &Commit, _: Time| Plan::from(license(now)),
    |now, _| license(now),
);
static LICENSING: Room = Room { name: "licensing", kinds: &[], actions: &[], checks: &[], reactions: &[LICENCES] };
static ROOMS: &[&Room] = &[&LICENSING, &devices::ROOM];

fn license(now: &Snapshot) -> Vec<Change> {
    let plan = Record::new().with("capabilityStatus", "Enabled").with("service", "INTUNE_A");
    now.all(&USER)
        .filter(|user| (user.get(DEPARTMENT) != Some("Unlicensed")) != user.has(ASSIGNED_PLANS.id))
        .map(|user| match user.has(ASSIGNED_PLANS.id) {
            true => Change::clear(user.id, ASSIGNED_PLANS),
            false => Change::set(user.id, ASSIGNED_PLANS, vec![plan.clone()]),
        })
        .collect()
}

pub struct World {
    pub protocol: LinuxProtocol,
    pub engine: Engine,
    pub keys: Keys,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Run a test in a runtime of its own.
pub fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(engine::testing::in_time(test));
}

impl World {
    pub async fn new() -> World {
        let (engine, _) = engine::testing::engine(schema::model(), ROOMS, Arc::new(OpenGate));
        let folder = std::env::temp_dir().join(format!("castellan-linux-{}", keys::random_uuid()));
        let keys = Keys::open(&folder, engine.now()).unwrap();
        keys.ensure_tenant(TENANT, engine.now()).unwrap();
        let tenants = Tenants::new();
        tenants.add(engine.clone());
        let protocol = LinuxProtocol::new(tenants, keys.clone(), Settings { public_url: URL.into() });
        let world = World { protocol, engine, keys, folder };
        for (id, name) in [(ANN, "ann"), (BOB, "bob")] {
            let attributes = vec![
                (ACCOUNT_ENABLED.id, true.into()),
                (DISPLAY_NAME.id, name.into()),
                (MAIL_NICKNAME.id, name.into()),
                (USER_PRINCIPAL_NAME.id, format!("{name}@xyz.example").into()),
            ];
            world.submit(vec![Change::Create { id, kind: USER.id(), attributes }]).await;
        }
        world
    }

    pub async fn submit(&self, changes: Vec<Change>) {
        let caller = Caller::system(TENANT);
        let submission = Submission::proven(&caller, "Test", move |_, _| Ok(Decision::change(changes.clone())));
        self.engine.submit(submission).await.unwrap();
        self.engine.settled().await;
    }

    /// A compliance policy of these settings for all devices.
    pub async fn policy(&self, settings: Vec<Record>) {
        let target = Record::new().with("@odata.type", "#microsoft.graph.allDevicesAssignmentTarget");
        let settings: Vec<Record> = settings.into_iter().map(|s| Record::new().with("settingInstance", s)).collect();
        let attributes: Vec<(AttrId, Value)> = vec![
            (NAME.id, "Linux".into()),
            (PLATFORMS.id, "linux".into()),
            (SETTINGS.id, settings.into()),
            (ASSIGNMENTS.id, vec![Record::new().with("target", target)].into()),
        ];
        let kind = DEVICE_MANAGEMENT_COMPLIANCE_POLICY.id();
        self.submit(vec![Change::Create { id: POLICY, kind, attributes }]).await;
    }

    /// A person's token for a resource.
    pub fn token(&self, user: Id, resource: &str, change: impl FnOnce(&mut Json)) -> String {
        let now = self.engine.now().unix();
        let mut claims = json!({
            "aud": resource, "iss": format!("{URL}/{TENANT}/v2.0"), "tid": TENANT.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e",
            "oid": user.to_string(), "sub": "x", "idtyp": "user", "scp": "user_impersonation", "iat": now, "nbf": now,
            "exp": now + 3600, "ver": "2.0",
        });
        change(&mut claims);
        self.keys.mint(TENANT, Algorithm::Es256, "at+jwt", &claims).unwrap()
    }

    /// Send a request; the status, and the answer as JSON.
    pub async fn send(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, Json) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{URL}/linux/{path}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let response = self.protocol.answer(request).await;
        self.engine.settled().await;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    pub async fn enroll(&self, user: Id, csr: &str) -> (u16, Json) {
        let token = self.token(user, ENROLLMENT_APP_ID, |_| ());
        self.enroll_with(&token, csr).await
    }

    pub async fn enroll_with(&self, token: &str, csr: &str) -> (u16, Json) {
        let body = json!({"CertificateSigningRequest": csr, "AppVersion": "0.0.0", "DeviceName": "pc-1"}).to_string();
        let path = "LinuxEnrollmentService/enroll?api-version=1.0&client-version=1.2511.11";
        self.send("POST", path, token, &body).await
    }

    pub async fn check_in(&self, user: Id, method: &str, what: &str, body: &Json) -> (u16, Json) {
        let token = self.token(user, CHECK_IN_APP_ID, |_| ());
        let path = format!("LinuxDeviceCheckinService/{what}?api-version=1.0&client-version=1.2511.11");
        self.send(method, &path, &token, &body.to_string()).await
    }

    pub async fn verdict(&self, user: Id, device: &str) -> (u16, Json) {
        let token = self.token(user, VERDICT_APP_ID, |_| ());
        let query = "api-version=16.4&ssp=LinuxCP&ssp-version=1.2511.11&os=Linux&mgmt-agent=mdm";
        self.send("GET", &format!("IWService/Devices(guid'{device}')?{query}"), &token, "").await
    }
}

/// A certificate request as the clients make it: RSA, the device's name, no attributes.
pub fn csr() -> String {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap()
}

pub fn choice(setting: &str, option: &str) -> Record {
    let value = Record::new().with("value", format!("{setting}_{option}"));
    Record::new().with("settingDefinitionId", setting).with("choiceSettingValue", value)
}

pub fn simple(setting: &str, value: impl Into<Value>) -> Record {
    let value = Record::new().with("value", value);
    Record::new().with("settingDefinitionId", setting).with("simpleSettingValue", value)
}
