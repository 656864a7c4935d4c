//! A Graph over an engine in memory, and somebody with a token who asks it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use directory::{Act, Call, Caller, Change, Decision, Gate, Id, Object, Record, Refusal, Room, Snapshot, Value};
use engine::testing::{OpenGate, TENANT};
use engine::{Engine, Submission, Tenants};
use http_body_util::BodyExt;
use keys::{Algorithm, Keys};
use serde_json::{Value as Json, json};

use crate::{Graph, Settings};

pub const URL: &str = "https://xyz.example:8443";
pub const ADMIN: Id = Id::from_u128(0xa1);
pub const CLIENT: Id = Id::from_u128(0xc1);
pub const CLIENT_APP: &str = "00000000-0000-4000-8000-0000000000c2";

/// Answers to everything in this test; nobody is turned away.
pub struct Desk {
    pub graph: Graph,
    pub engine: Engine,
    pub keys: Keys,
    pub token: String,
    folder: PathBuf,
    runtime: tokio::runtime::Runtime,
}

/// An answer as a test looks at it.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Heard {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn greet(_: &Snapshot, _: &Call<'_>, target: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    match given.text("as") {
        Some("entity") => Ok(Decision::default().answering(target.map_or(Id::nil(), |object| object.id))),
        Some("record") => Ok(Decision::default().answering(Record::new().with("said", "hello"))),
        Some("list") => Ok(Decision::default().answering(["a", "b"])),
        Some("nobody") => Err(Refusal::state("there is nobody to greet")),
        _ => Ok(Decision::default()),
    }
}

/// Nobody has the same name.
fn namesakes(_: &Snapshot, _: &Call<'_>, _: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    Ok(Decision::default().answering(Vec::<Record>::new()))
}

/// Answers as the provisioning room does: a row for each record.
fn take(_: &Snapshot, _: &Call<'_>, _: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let row = |record: &Record| Record::new().with("cycleId", "cycle 1").with_some("changeId", record.text("bulkId"));
    Ok(Decision::default().answering(given.records("Operations").map(row).collect::<Vec<_>>()))
}

/// What a room may offer: an action and a function, for their shapes alone.
static ACTIONS: [directory::Action; 5] = [
    directory::Action::on(&schema::synchronization_job::SYNCHRONIZATION_JOB, "bulkUpload", take),
    directory::Action::on(&schema::user::USER, "greet", greet),
    directory::Action::on(&schema::user::USER, "hear", greet).function(),
    directory::Action::on(&schema::user::USER, "greetAll", greet).of_collection(),
    directory::Action::on(&schema::user::USER, "namesakes", namesakes).of_collection().listing("user"),
];
static ROOM: Room = Room { name: "manners", kinds: &[], actions: &ACTIONS, checks: &[], reactions: &[] };
static ROOMS: &[&Room] = &[&ROOM];

impl Desk {
    pub fn open() -> Desk {
        Desk::with_gate(Arc::new(OpenGate))
    }

    pub fn with_gate(gate: Arc<dyn Gate>) -> Desk {
        Desk::of(ROOMS, gate)
    }

    pub fn of(rooms: &'static [&'static Room], gate: Arc<dyn Gate>) -> Desk {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let folder = std::env::temp_dir().join(format!(
            "castellan-graph-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        let (engine, _) = engine::testing::engine(schema::model(), rooms, gate);
        let keys = Keys::open(&folder, engine.now()).unwrap();
        keys.ensure_tenant(TENANT, engine.now()).unwrap();
        let tenants = Tenants::new();
        tenants.add(engine.clone());
        let graph = Graph::new(tenants, keys.clone(), Settings { public_url: URL.to_owned() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut desk = Desk { graph, engine, keys, token: String::new(), folder, runtime };
        desk.seed();
        desk.token = desk.mint(&json!({
            "idtyp": "app", "oid": CLIENT.to_string(), "appid": CLIENT_APP, "roles": ["Directory.ReadWrite.All"]
        }));
        desk
    }

    fn seed(&self) {
        let text = |name: &str, value: &str| (directory::AttrId::of(name), Value::from(value));
        let changes = vec![
            Change::Create {
                id: CLIENT,
                kind: schema::service_principal::SERVICE_PRINCIPAL.id(),
                attributes: vec![text("displayName", "Tests"), text("appId", CLIENT_APP)],
            },
            Change::Create {
                id: ADMIN,
                kind: schema::user::USER.id(),
                attributes: vec![
                    text("displayName", "Admin"),
                    text("mailNickname", "admin"),
                    text("userPrincipalName", "admin@xyz.example"),
                    (schema::ACCOUNT_ENABLED.id, Value::Bool(true)),
                ],
            },
        ];
        self.commit(changes);
    }

    /// Change the directory as the server itself.
    pub fn commit(&self, changes: Vec<Change>) {
        let submission =
            Submission::proven(&Caller::system(TENANT), "Seed", move |_, _| Ok(Decision::change(changes.clone())));
        self.runtime.block_on(self.engine.submit(submission)).unwrap();
    }

    /// A token with these claims besides the usual ones.
    pub fn mint(&self, claims: &Json) -> String {
        let now = self.engine.now().unix();
        let mut all = json!({
            "iss": format!("{URL}/{TENANT}/v2.0"), "aud": URL, "tid": TENANT.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e",
            "iat": now, "nbf": now, "exp": now + 3600, "ver": "2.0"
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.keys.mint_json(TENANT, Algorithm::Es256, "at+jwt", all.to_string().as_bytes()).unwrap()
    }

    /// A token of the administrator, through the client.
    pub fn delegated(&self) -> String {
        self.mint(&json!({
            "idtyp": "user", "oid": ADMIN.to_string(), "appid": CLIENT_APP, "scp": "User.Read", "amr": ["pwd", "mfa"]
        }))
    }

    pub fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Heard {
        let mut request = http::Request::builder().method(method).uri(url);
        let has = |name: &str| headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
        if !has("authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if !has("host") {
            request = request.header("host", "xyz.example:8443");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        self.runtime.block_on(async {
            let (parts, body) = self.graph.answer(request).await.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            Heard { status: parts.status.as_u16(), headers: parts.headers, text }
        })
    }

    pub fn get(&self, url: &str) -> Heard {
        self.ask("GET", url, &[], "")
    }

    pub fn post(&self, url: &str, body: &Json) -> Heard {
        self.ask("POST", url, &[("content-type", "application/json")], &body.to_string())
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Lets nobody do or see anything.
pub struct ShutGate;

impl Gate for ShutGate {
    fn allow(&self, _: &Snapshot, _: &Caller, _: &Act<'_>) -> Result<(), Refusal> {
        Err(Refusal::denied("Insufficient privileges to complete the operation."))
    }

    fn sees(&self, _: &Snapshot, _: &Caller, _: &Object) -> bool {
        false
    }
}
