//! An organization in memory, a receiver of its events, and the world outside that both talk to.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use directory::{AttrId, Caller, Change, Decision, Id, Kind, Time, Value as Kept};
use engine::testing::{OpenGate, PATIENCE, TENANT, TestClock, delivered, in_time};
use engine::{Answered, Answering, Ask, Engine, Outgoing, Submission, Tenants};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use keys::{Algorithm, Keys};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::shared_signals as nouns;
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, APP_ID, DISPLAY_NAME, MAIL, MAIL_NICKNAME, USER_PRINCIPAL_NAME};
use serde_json::{Value, json};

use crate::{Settings, Ssf};

pub(super) const HOME: &str = "https://id.xyz.example";
pub(super) const START: Time = Time::from_unix(1_795_248_000);
pub(super) const ADA: Id = Id::from_u128(0x11);
pub(super) const CLIENT: Id = Id::from_u128(0x22);
pub(super) const APP: &str = "00000000-0000-4000-8000-000000000021";
pub(super) const OTHER: Id = Id::from_u128(0x32);
pub(super) const OTHER_APP: &str = "00000000-0000-4000-8000-000000000031";
/// Whose events count here: another tenant of the same keys.
pub(super) const SENDER: Id = Id::from_u128(0x5e);
pub(super) const SENDER_ISSUER: &str = "https://signals.example/";
static ROOMS: &[&directory::Room] = &[&signin::ROOM];

/// The world outside: what it was sent, and what it answers.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) asked: Mutex<Vec<Ask>>,
    pub(super) status: Mutex<Option<u16>>,
    pub(super) keys: Mutex<String>,
}

impl Outgoing for Outside {
    fn ask(&self, ask: Ask) -> Answering<'_> {
        let body = if ask.body.is_none() { self.keys.lock().unwrap().clone() } else { String::new() };
        let status = if ask.body.is_none() { 200 } else { self.status.lock().unwrap().unwrap_or(202) };
        self.asked.lock().unwrap().push(ask);
        Box::pin(std::future::ready(Ok(Answered { status, body: Bytes::from(body) })))
    }
}

pub(super) struct Org {
    pub(super) ssf: Ssf,
    pub(super) engine: Engine,
    pub(super) clock: TestClock,
    pub(super) keys: Keys,
    pub(super) outside: Arc<Outside>,
}

pub(super) fn keys() -> Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let dir = std::env::temp_dir().join(format!("castellan-ssf-{}", keys::random_uuid()));
        let keys = Keys::open(&dir, START).unwrap();
        keys.ensure_tenant(TENANT, START).unwrap();
        keys.ensure_tenant(SENDER, START).unwrap();
        std::fs::remove_dir_all(dir).unwrap();
        keys
    })
    .clone()
}

pub(super) fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Kept)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}

impl Org {
    pub(super) async fn start() -> Org {
        let (engine, clock) = engine::testing::engine(schema::model(), ROOMS, Arc::new(OpenGate));
        let keys = keys();
        let app = |id, app: &str| {
            create(id, &SERVICE_PRINCIPAL, vec![(APP_ID.id, app.into()), (DISPLAY_NAME.id, "App".into())])
        };
        let ada = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, "Ada Lovelace".into()),
            (USER_PRINCIPAL_NAME.id, "ada@xyz.example".into()),
            (MAIL.id, "ada@xyz.example".into()),
            (MAIL_NICKNAME.id, "ada".into()),
        ];
        let sender = vec![
            (nouns::ISSUER.id, SENDER_ISSUER.into()),
            (nouns::JWKS_URI.id, "https://signals.example/keys".into()),
            (nouns::AUDIENCE.id, "castellan".into()),
            (nouns::IS_ENABLED.id, true.into()),
            (nouns::ON_SESSION_REVOKED.id, "revokeSessions".into()),
            (nouns::ON_CREDENTIAL_COMPROMISE.id, "riskHigh".into()),
        ];
        let outside = Arc::new(Outside::default());
        *outside.keys.lock().unwrap() = keys.jwks(SENDER, START).unwrap().to_string();
        let tenants = Tenants::new();
        tenants.add(engine.clone());
        let ssf = Ssf::new(tenants, keys.clone(), Settings { public_url: HOME.to_owned() });
        let ssf = ssf.asking_through(outside.clone());
        let org = Org { ssf, engine, clock, keys, outside };
        let sender = create(Id::from_u128(0x41), &nouns::SHARED_SIGNALS_TRANSMITTER, sender);
        org.change(vec![app(CLIENT, APP), app(OTHER, OTHER_APP), create(ADA, &USER, ada), sender]).await;
        let sinks = [(signin::signals::TOPIC, org.ssf.sink())].into_iter().collect();
        let (engine, pushed, ssf) = (org.engine.clone(), org.engine.clone(), org.ssf.clone());
        tokio::spawn(async move { engine.pump_outbox(sinks).await });
        tokio::spawn(async move { ssf.push(pushed).await });
        org
    }

    pub(super) async fn change(&self, changes: Vec<Change>) {
        let submission =
            Submission::proven(&Caller::system(TENANT), "Change", move |_, _| Ok(Decision::change(changes.clone())));
        self.engine.submit(submission).await.unwrap();
        self.engine.settled().await;
    }

    pub(super) fn token(&self, principal: Id, app: &str, role: &str, audience: &str) -> String {
        let now = self.engine.now().unix();
        let claims = json!({
            "iss": format!("{HOME}/{TENANT}/v2.0"), "aud": audience, "iat": now, "nbf": now, "exp": now + 3600,
            "oid": principal.to_string(), "appid": app, "idtyp": "app", "roles": [role], "tid": TENANT.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e",
        });
        self.keys.mint(TENANT, Algorithm::Es256, "at+jwt", &claims).unwrap()
    }

    pub(super) async fn send(
        &self,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> (StatusCode, Value, http::HeaderMap) {
        let (parts, body) = self.ssf.answer(request.body(body.into()).unwrap()).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, serde_json::from_slice(&bytes).unwrap_or_default(), parts.headers)
    }

    pub(super) async fn ask(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let token = self.token(CLIENT, APP, crate::MANAGE, "https://id.xyz.example/ssf");
        let request = Request::builder().method(method).uri(format!("/ssf/{TENANT}/{path}"));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, body, _) = self.send(request.header("authorization", format!("Bearer {token}")), body).await;
        (status, body)
    }

    pub(super) async fn stream(&self, body: &Value) -> String {
        let (status, stream) = self.ask("POST", "streams", body).await;
        assert_eq!(status, 201, "{stream}");
        stream["stream_id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn poll(&self, stream: &str, body: Value) -> Vec<(String, Value)> {
        let (status, answer) = self.ask("POST", &format!("poll/{stream}"), &body).await;
        assert_eq!(status, 200, "{answer}");
        let mut sets: Vec<(String, Value)> = Vec::new();
        for (jti, set) in answer["sets"].as_object().unwrap() {
            let claims = self.read(set.as_str().unwrap());
            assert_eq!(claims["jti"].as_str(), Some(jti.as_str()));
            sets.push((jti.clone(), claims));
        }
        sets
    }

    /// The claims of a token of ours, verified as a receiver would.
    pub(super) fn read(&self, set: &str) -> Value {
        let jwks = self.keys.jwks(TENANT, self.engine.now()).unwrap();
        let keys: Vec<_> =
            jwks["keys"].as_array().unwrap().iter().map(|k| keys::PublicKey::from_jwk(k).unwrap()).collect();
        let week = Duration::from_secs(7 * 86_400);
        let claims = keys::verify_event(&keys, set, "secevent+jwt", self.engine.now(), week).unwrap();
        assert_eq!(claims.header().alg, Algorithm::Rs256);
        assert_eq!(claims.text("iss"), Some(format!("{HOME}/{TENANT}/v2.0").as_str()));
        assert_eq!(claims.text("aud"), Some(APP));
        assert!(claims.get("exp").is_none() && claims.get("sub").is_none());
        Value::Object(claims.all().clone())
    }

    /// What was pushed, once at least so much was.
    pub(super) async fn pushed(&self, count: usize) -> Vec<Value> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let found = self.posts();
            if found.len() >= count {
                return found.iter().map(|set| self.read(set)).collect();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("only {} of {count} were pushed", self.posts().len());
    }

    /// What has happened lies in the queues of the streams, and what would be pushed without being asked again is: the world
    /// outside answers at once, so that each task goes on whenever it is its turn, and all are on this thread.
    pub(super) async fn quiet(&self) {
        delivered(&self.engine, &[signin::signals::TOPIC]).await;
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn posts(&self) -> Vec<String> {
        let asked = self.outside.asked.lock().unwrap();
        let bodies = asked.iter().filter_map(|ask| ask.body.clone());
        bodies
            .map(|(media_type, body)| {
                assert_eq!(media_type, "application/secevent+jwt");
                String::from_utf8(body).unwrap()
            })
            .collect()
    }
}

pub(super) fn run<F: Future<Output = ()>>(story: impl FnOnce(Org) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(in_time(async {
        let org = Org::start().await;
        story(org).await;
    }));
}
