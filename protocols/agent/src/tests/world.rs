//! A server and devices for tests: an engine over memory with the rooms of devices and applications, and devices that hold
//! real keys and speak through real requests.

use std::path::PathBuf;
use std::sync::Arc;

use agent_wire::{
    ASSERTION_TYPE, CheckIn, CheckInAnswer, JoinAnswer, JoinRequest, JoinType, NonceAnswer, SessionAnswer,
    SessionRequest,
};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use bytes::Bytes;
use directory::{
    Caller, Change, Commit, Decision, Id, Own, Plan, Reaction, Record, Room, Snapshot, TenantId, Time, Value,
};
use engine::testing::{OpenGate, TestClock};
use engine::{Body, Engine, Submission, Tenants};
use http::{Request, Response};
use http_body_util::BodyExt;
use keys::{Algorithm, Keys};
use schema::user::USER;
use schema::{
    ACCOUNT_ENABLED, ASSIGNED_PLANS, DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME, group, user::DEPARTMENT,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::{AgentProtocol, Settings};

pub const URL: &str = "https://id.xyz.example";
pub const TENANT: TenantId = engine::testing::TENANT;
pub const OTHER: TenantId = TenantId::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222);
pub const ANN: Id = Id::from_u128(0xa1);
pub const BOB: Id = Id::from_u128(0xb0);

/// Stands in for licensing: everybody has device management, except the department `Unlicensed`.
static LICENCES: Reaction = Reaction::new(
    "licences",
    &[Own::Attribute(ASSIGNED_PLANS.id)],
    |now: &Snapshot, _: &Commit, _: Time| Plan::from(license(now)),
    |now, _| license(now),
);
static LICENSING: Room = Room { name: "licensing", kinds: &[], actions: &[], checks: &[], reactions: &[LICENCES] };
static ROOMS: &[&Room] = &[&LICENSING, &devices::ROOM, &apps::ROOM];

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
    pub protocol: AgentProtocol,
    pub engine: Engine,
    pub other: Engine,
    pub clock: TestClock,
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
    /// Two organisations on one server; Ann and Bob work at the first, Bob also at the second.
    pub async fn new() -> World {
        let (engine, clock) = engine::testing::engine(schema::model(), ROOMS, Arc::new(OpenGate));
        let (other, _) = engine::testing::engine_of(OTHER, schema::model(), ROOMS, Arc::new(OpenGate));
        let folder = std::env::temp_dir().join(format!("castellan-agent-{}", keys::random_uuid()));
        let keys = Keys::open(&folder, engine.now()).unwrap();
        let tenants = Tenants::new();
        for engine in [&engine, &other] {
            keys.ensure_tenant(engine.tenant(), engine.now()).unwrap();
            tenants.add(engine.clone());
        }
        let settings = Settings { public_url: URL.into() };
        let protocol = AgentProtocol::new(tenants, keys.clone(), settings);
        let world = World { protocol, engine, other, clock, keys, folder };
        for (id, name) in [(ANN, "ann"), (BOB, "bob")] {
            world.submit(vec![person(id, name)]).await;
        }
        let caller = Caller::system(OTHER);
        let bob = Submission::proven(&caller, "Add user", |_, _| Ok(Decision::change(vec![person(BOB, "bob")])));
        world.other.submit(bob).await.unwrap();
        world.engine.settled().await;
        world.other.settled().await;
        world
    }

    pub async fn submit(&self, changes: Vec<Change>) {
        let caller = Caller::system(TENANT);
        let submission = Submission::proven(&caller, "Test", move |_, _| Ok(Decision::change(changes.clone())));
        self.engine.submit(submission).await.unwrap();
        self.engine.settled().await;
    }

    /// Call an action of a room, as Graph does.
    pub async fn act(&self, name: &'static str, target: Id, given: Record) -> Result<(), engine::Failure> {
        let caller = Caller::system(TENANT);
        let kind = self.engine.snapshot().kind_of(self.engine.snapshot().get(target).unwrap());
        let action = self.engine.action(kind, name, false).expect("a room has the action");
        let submission =
            Submission::proven(&caller, name, move |now, call| (action.decide)(now, call, now.find(target), &given));
        self.engine.submit(submission).await.map(|_| ())
    }

    pub async fn group(&self, id: u128, members: &[Id]) -> Id {
        let group = Id::from_u128(id);
        let attributes = vec![
            (DISPLAY_NAME.id, Value::from(format!("group {id}"))),
            (group::MAIL_ENABLED.id, false.into()),
            (group::SECURITY_ENABLED.id, true.into()),
            (MAIL_NICKNAME.id, format!("g{id}").into()),
        ];
        let mut changes = vec![Change::Create { id: group, kind: group::GROUP.id(), attributes }];
        changes.extend(members.iter().map(|member| Change::link(group, group::MEMBERS, *member)));
        self.submit(changes).await;
        group
    }

    /// A person's token for this resource.
    pub fn token(&self, tenant: TenantId, user: Id, change: impl FnOnce(&mut Json)) -> String {
        let now = self.engine.now().unix();
        let mut claims = json!({
            "aud": format!("{URL}/agent"), "iss": format!("{URL}/{tenant}/v2.0"), "tid": tenant.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e",
            "oid": user.to_string(), "sub": "x", "idtyp": "user", "scp": "Device.Join", "iat": now, "nbf": now,
            "exp": now + 3600, "ver": "2.0",
        });
        change(&mut claims);
        self.keys.mint(tenant, Algorithm::Es256, "at+jwt", &claims).unwrap()
    }

    pub async fn send(&self, request: Request<Bytes>) -> Response<Body> {
        self.protocol.answer(request).await
    }

    /// Send and read the answer as JSON.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, token: Option<&str>, body: &Json) -> Result<T, Refused> {
        read(self.send(post(path, token, body.to_string())).await).await
    }
}

/// Status, code and message of a refused request.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub u16, pub String, pub String);

pub fn post(path: &str, token: Option<&str>, body: String) -> Request<Bytes> {
    let mut request = Request::post(format!("{URL}/agent/v1/{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Bytes::from(body)).unwrap()
}

pub fn get(path: &str, token: &str) -> Request<Bytes> {
    let request = Request::get(format!("{URL}/agent/v1/{path}")).header("authorization", format!("Bearer {token}"));
    request.body(Bytes::new()).unwrap()
}

pub async fn read<T: DeserializeOwned>(response: Response<Body>) -> Result<T, Refused> {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    if status < 300 {
        return Ok(serde_json::from_slice(&bytes).unwrap());
    }
    let body: Json = serde_json::from_slice(&bytes).unwrap();
    let text = |pointer: &str| body.pointer(pointer).and_then(Json::as_str).unwrap().to_owned();
    Err(Refused(status, text("/error/code"), text("/error/message")))
}

fn person(id: Id, name: &str) -> Change {
    let attributes = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (DISPLAY_NAME.id, name.into()),
        (MAIL_NICKNAME.id, name.into()),
        (USER_PRINCIPAL_NAME.id, format!("{name}@xyz.example").into()),
    ];
    Change::Create { id, kind: USER.id(), attributes }
}

/// A device with a key of its own.
pub struct Device {
    pub csr: String,
    signer: EcdsaKeyPair,
    pub join: Option<JoinAnswer>,
    pub session: String,
}

impl Device {
    pub fn new() -> Device {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).unwrap();
        Device { csr, signer, join: None, session: String::new() }
    }

    pub fn request(&self, join_type: JoinType) -> Json {
        serde_json::to_value(JoinRequest {
            csr: self.csr.clone(),
            device_name: "lt-7".into(),
            operating_system: "Linux".into(),
            operating_system_version: "24.04".into(),
            distribution: "ubuntu".into(),
            manufacturer: Some("XYZ".into()),
            model: Some("Book".into()),
            serial_number: Some("S1".into()),
            join_type,
            agent_version: "0.1.0".into(),
            tpm_proof: None,
        })
        .unwrap()
    }

    pub async fn join(world: &World, user: Id, join_type: JoinType) -> Result<Device, Refused> {
        let mut device = Device::new();
        device.join_again(world, user, join_type).await?;
        Ok(device)
    }

    pub async fn join_again(&mut self, world: &World, user: Id, join_type: JoinType) -> Result<(), Refused> {
        let token = world.token(TENANT, user, |_| ());
        self.join = Some(world.post("join", Some(&token), &self.request(join_type)).await?);
        world.engine.settled().await;
        Ok(())
    }

    /// Join as the organisation's and open a session.
    pub async fn ready(world: &World, user: Id) -> Device {
        let mut device = Device::join(world, user, JoinType::Join).await.unwrap();
        device.open(world).await.unwrap();
        device
    }

    pub fn id(&self) -> &str {
        &self.join.as_ref().unwrap().device_id
    }

    pub fn managed(&self) -> Id {
        self.join.as_ref().unwrap().managed_device_id.as_ref().unwrap().parse().unwrap()
    }

    pub async fn nonce(world: &World) -> NonceAnswer {
        world.post("nonce", None, &Json::Null).await.unwrap()
    }

    pub async fn claims(&self, world: &World) -> Json {
        let nonce = Device::nonce(world).await;
        json!({
            "aud": format!("{URL}/agent/v1/session"), "iss": self.id(), "sub": self.id(), "nonce": nonce.nonce,
            "iat": nonce.now_unix_seconds, "exp": nonce.now_unix_seconds + 300, "jti": "j",
        })
    }

    /// Sign claims with the device's key under a header.
    pub fn sign(&self, header: &Json, claims: &Json) -> String {
        let encode = |json: &Json| keys::base64url::encode(json.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = self.signer.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", keys::base64url::encode(signature.as_ref()))
    }

    pub fn header(&self) -> Json {
        json!({"alg": "ES256", "typ": ASSERTION_TYPE, "x5c": [leaf(&self.join.as_ref().unwrap().certificate)]})
    }

    pub async fn present(&self, world: &World, assertion: String) -> Result<SessionAnswer, Refused> {
        let body = serde_json::to_value(SessionRequest { assertion }).unwrap();
        world.post("session", None, &body).await
    }

    pub async fn open(&mut self, world: &World) -> Result<(), Refused> {
        let claims = self.claims(world).await;
        self.session = self.present(world, self.sign(&self.header(), &claims)).await?.access_token;
        Ok(())
    }

    pub async fn check_in(&self, world: &World, said: &CheckIn) -> Result<CheckInAnswer, Refused> {
        let answer = world.post("check-in", Some(&self.session), &serde_json::to_value(said).unwrap()).await;
        world.engine.settled().await;
        answer
    }
}

/// The base64 of a certificate: what stands between the lines of its PEM.
pub fn leaf(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("---")).collect()
}

/// The next line of a stream.
pub async fn line(body: &mut Body) -> Option<Json> {
    let frame = tokio::time::timeout(engine::testing::PATIENCE, body.frame()).await.expect("a line");
    frame.map(|frame| serde_json::from_slice(frame.unwrap().data_ref().unwrap()).unwrap())
}
