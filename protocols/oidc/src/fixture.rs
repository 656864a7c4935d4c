//! XYZ Ltd. for this crate's tests: an engine over memory, keys in a folder of their own, people and clients.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use directory::{AttrId, Caller, Change, Decision, Id, Kind, Record, Time, Value};
use engine::testing::{TENANT, TestClock};
use engine::{Engine, Peer, Submission, Tenants};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use keys::Keys;
use schema::application::{
    APPLICATION, IDENTIFIER_URIS, IS_FALLBACK_PUBLIC_CLIENT, PUBLIC_CLIENT, REQUIRED_RESOURCE_ACCESS, SECRET_VERIFIERS,
    SPA, WEB,
};
use schema::oauth2_permission_grant as grant;
use schema::service_principal::{OAUTH2_PERMISSION_SCOPES, SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_NAMES};
use schema::user::USER;
use schema::{
    ACCOUNT_ENABLED, APP_ID, APP_ROLES, DISPLAY_NAME, KEY_CREDENTIALS, MAIL, MAIL_NICKNAME, PASSWORD_CREDENTIALS,
    USER_PRINCIPAL_NAME,
};
use signin::{NewPass, SignInContext, Verdict};

use crate::gate::Gate;
use crate::others::Others;
use crate::signer::client_key;
pub(crate) use crate::signer::client_keys;
use crate::{Oidc, Settings};

pub(crate) const HOME: &str = "https://id.xyz.example:8443";
pub(crate) const START: Time = Time::from_unix(1_795_248_000);
pub(crate) const UPN: &str = "ada@xyz.example";
pub(crate) const PASSWORD: &str = "kestrel over moorland";
/// A password that has leaked, and the list of such.
pub(crate) const LEAKED: &str = "mouse in the barley loft";
const LEAKED_SHA1: &str = "3876C0D5D0E6D805ABD7106F5060A187B66163FC:3\n";
pub(crate) const PASS: &str = "Hz7pWq3kTm";
pub(crate) const SECRET: &str = "a-client-secret-of-forty-characters-long";
/// A confidential client with an application role, a secret, a web redirect URI and a key.
pub(crate) const WEB_APP: &str = "00000000-0000-4000-8000-000000000021";
/// A public client that may use the device flow, with what it needs granted for everybody.
pub(crate) const PHONE_APP: &str = "00000000-0000-4000-8000-000000000023";
/// A resource other than Graph.
pub(crate) const API_APP: &str = "00000000-0000-4000-8000-000000000025";
pub(crate) const REDIRECT: &str = "https://orders.xyz.example/cb";

/// Another organisation, of which nothing is here but its keys.
pub(crate) const NEIGHBOUR: directory::TenantId =
    directory::TenantId::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222);
pub(crate) const ADA: Id = Id::from_u128(0x11);
pub(crate) const WEB_PRINCIPAL: Id = Id::from_u128(0x22);
pub(crate) const PHONE_PRINCIPAL: Id = Id::from_u128(0x24);
pub(crate) const GRAPH: Id = Id::from_u128(0x31);

const ROLE: Id = Id::from_u128(0x41);
static ROOMS: &[&directory::Room] = &[&signin::ROOM];
pub(crate) type Judge = dyn Fn(&SignInContext) -> Verdict + Send + Sync;

/// An organisation with its protocol, and a browser that keeps cookies.
pub(crate) struct Org {
    pub oidc: Oidc,
    pub engine: Engine,
    pub clock: TestClock,
    pub keys: Keys,
    pub gate: Arc<Gate>,
    /// What Conditional Access says; everything is allowed until a test says otherwise.
    pub judge: Arc<Mutex<Box<Judge>>>,
    /// Servers of others.
    pub others: Arc<Others>,
    /// From where, and with which program, requests come.
    pub address: Mutex<IpAddr>,
    pub agent: Mutex<Option<&'static str>>,
    cookies: Mutex<Vec<(String, String)>>,
}

pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The AADSTS number of an error.
    pub(crate) fn code(&self) -> i64 {
        self.json()["error_codes"][0].as_i64().unwrap_or_else(|| panic!("no error: {} {}", self.status, self.text))
    }

    pub(crate) fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {} {}", self.status, self.text)).to_owned()
    }

    pub(crate) fn location(&self) -> String {
        let found =
            self.headers.get("location").unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.text));
        found.to_str().unwrap().to_owned()
    }

    /// A parameter of the address that it redirects to.
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        let location = self.location();
        let (_, query) = location.split_once(['?', '#'])?;
        form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The value of a form field of a page.
    pub(crate) fn input(&self, name: &str) -> String {
        let at =
            self.text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field `{name}`: {}", self.text));
        let rest = &self.text[at..];
        let value = &rest[rest.find("value=\"").unwrap() + 7..];
        value[..value.find('"').unwrap()].to_owned()
    }
}

/// Keys are made once: an RSA key takes a while.
fn keys() -> Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let dir = std::env::temp_dir().join(format!("castellan-oidc-{}", keys::random_uuid()));
        let keys = Keys::open(&dir, START).unwrap();
        keys.ensure_tenant(TENANT, START).unwrap();
        keys.ensure_tenant(NEIGHBOUR, START).unwrap();
        let leaked = dir.join("leaked");
        std::fs::write(&leaked, LEAKED_SHA1).unwrap();
        keys.know_breached(&leaked).unwrap();
        // Read into memory; nothing is left behind.
        std::fs::remove_dir_all(dir).unwrap();
        keys
    })
    .clone()
}

fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}

fn redirects(uri: &str) -> Value {
    Record::new().with("redirectUris", [uri]).into()
}

impl Org {
    pub(crate) async fn start(set_up: impl FnOnce(Oidc) -> Oidc) -> Org {
        let gate = Arc::new(Gate::default());
        let (engine, clock) = engine::testing::engine(schema::model(), ROOMS, gate.clone());
        let keys = keys();
        let changes = people_and_apps(&keys);
        let done = engine
            .submit(Submission::proven(&Caller::system(TENANT), "Found XYZ Ltd.", move |_, _| {
                Ok(Decision::change(changes.clone()))
            }))
            .await;
        done.unwrap();
        engine.settled().await;
        let tenants = Tenants::new();
        tenants.add(engine.clone());
        tenants.add_domain("xyz.example", TENANT);
        let judge: Arc<Mutex<Box<Judge>>> = Arc::new(Mutex::new(Box::new(|_| Verdict::not_applied())));
        let asked = judge.clone();
        let may_they =
            Arc::new(move |_: &directory::Snapshot, _: Time, context: &SignInContext| asked.lock().unwrap()(context));
        let settings = Settings { public_url: HOME.to_owned() };
        let others: Arc<Others> = Arc::default();
        let oidc = Oidc::new(tenants, keys.clone(), settings, may_they).asking_through(others.clone());
        let oidc = set_up(oidc);
        let (agent, cookies) = (Mutex::default(), Mutex::default());
        let address = Mutex::new(IpAddr::from([192, 0, 2, 7]));
        Org { oidc, engine, clock, keys, gate, judge, others, address, agent, cookies }
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn change(&self, changes: Vec<Change>) {
        let submission =
            Submission::proven(&Caller::system(TENANT), "Change", move |_, _| Ok(Decision::change(changes.clone())));
        self.engine.submit(submission).await.unwrap();
        self.engine.settled().await;
    }

    pub(crate) async fn send(&self, mut request: Request<Bytes>) -> Answer {
        request.extensions_mut().insert(Peer { address: *self.address.lock().unwrap() });
        if let Some(agent) = self.agent.lock().unwrap().as_deref() {
            request.headers_mut().entry("user-agent").or_insert(agent.parse().unwrap());
        }
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() && !request.headers().contains_key("cookie") {
            request.headers_mut().insert("cookie", cookies.join("; ").parse().unwrap());
        }
        let (parts, body) = self.oidc.answer(request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        for line in parts.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            cookies.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Bytes::new()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Ask the token endpoint.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post(&format!("/{TENANT}/oauth2/v2.0/token"), form).await
    }

    /// Ask the token endpoint over a connection that was opened with this certificate.
    pub(crate) async fn token_with(&self, certificate: &[u8], form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let path = format!("/{TENANT}/oauth2/v2.0/token");
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(with_certificate(request.body(body.into()).unwrap(), certificate)).await
    }

    /// Another browser: no cookies.
    pub(crate) fn forget_cookies(&self) {
        self.cookies.lock().unwrap().clear();
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// The claims of a token of ours, verified.
    pub(crate) fn claims(&self, token: &str) -> keys::Claims {
        self.keys.verify_own(TENANT, token, &keys::Expect::at(self.engine.now())).unwrap()
    }

    /// The sign-in log, oldest first.
    pub(crate) async fn sign_ins(&self) -> Vec<Record> {
        // Rows written behind are on their way through another thread.
        let query = engine::JournalQuery { limit: 100, ..engine::JournalQuery::default() };
        self.engine.journal("flush", None, Record::new()).await.unwrap();
        let mut rows = Vec::new();
        for _ in 0..200 {
            rows = self.engine.journal_read(signin::SIGN_INS, &query).unwrap();
            if !rows.is_empty() {
                break;
            }
            tokio::task::yield_now().await;
            self.engine.journal("flush", None, Record::new()).await.unwrap();
        }
        rows.into_iter().map(|(_, record)| record).collect()
    }
}

/// The same request over a connection that was opened with this certificate.
pub(crate) fn with_certificate(mut request: Request<Bytes>, certificate: &[u8]) -> Request<Bytes> {
    request.extensions_mut().insert(engine::PeerCertificates([certificate.to_vec()].into()));
    request
}

/// What the public client sends to redeem a code.
pub(crate) fn redemption(code: &str) -> [(&str, &str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", PHONE_APP),
        ("redirect_uri", "http://localhost:5005"),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("client_info", "1"),
    ]
}

/// Run a test's story to its end.
pub(crate) fn run<F: Future<Output = ()>>(story: impl FnOnce(Org) -> F) {
    run_with(|oidc| oidc, story);
}

/// As [`run`], with a server that is set up otherwise.
pub(crate) fn run_with<F: Future<Output = ()>>(set_up: impl FnOnce(Oidc) -> Oidc, story: impl FnOnce(Org) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(engine::testing::in_time(async {
        let org = Org::start(set_up).await;
        story(org).await;
    }));
}

fn people_and_apps(keys: &Keys) -> Vec<Change> {
    let passwords = keys.passwords(TENANT).unwrap();
    let mut ada = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (DISPLAY_NAME.id, "Ada Lovelace".into()),
        (USER_PRINCIPAL_NAME.id, UPN.into()),
        (MAIL.id, UPN.into()),
        (MAIL_NICKNAME.id, "ada".into()),
    ];
    static PHC: OnceLock<String> = OnceLock::new();
    let password = PHC.get_or_init(|| passwords.hash(PASSWORD).unwrap());
    let pass = keys.hash_secret(TENANT, signin::ACCESS_PASS, PASS).unwrap();
    ada.extend(signin::password_attributes(password, START.plus_days(-1), false));
    let hash = keys.hash_secret(TENANT, signin::CLIENT_SECRET, SECRET).unwrap();
    let credential = Record::new().with("keyId", Id::from_u128(0x61)).with("endDateTime", START.plus_days(365));
    let (credential, verifier) = signin::secret_attributes(credential, &hash);
    let scope = |id: u128, value: &str, kind: &str| {
        let words = format!("{value} for the organisation");
        Record::new()
            .with("id", Id::from_u128(id))
            .with("value", value)
            .with("type", kind)
            .with("isEnabled", true)
            .with("userConsentDisplayName", words)
    };
    let role = Record::new().with("id", ROLE).with("value", "User.Read.All").with("isEnabled", true);
    let name = |text: &str| (DISPLAY_NAME.id, Value::from(text));
    let app_id = |text: &str| (APP_ID.id, Value::from(text));
    let graph_access = Record::new()
        .with("resourceAppId", signin::GRAPH_APP_ID)
        .with("resourceAccess", vec![Record::new().with("id", Id::from_u128(0x42)).with("type", "Scope")]);
    let changes = vec![
        create(TENANT, &schema::organization::ORGANIZATION, vec![name("XYZ Ltd.")]),
        create(ADA, &USER, ada),
        create(
            GRAPH,
            &SERVICE_PRINCIPAL,
            vec![
                app_id(signin::GRAPH_APP_ID),
                name("Castellan Graph"),
                (APP_ROLES.id, vec![role].into()),
                (
                    OAUTH2_PERMISSION_SCOPES.id,
                    vec![
                        scope(0x42, "User.Read", "User"),
                        scope(0x43, "Directory.Read.All", "Admin"),
                        scope(0x44, "Mail.Read", "User"),
                    ]
                    .into(),
                ),
            ],
        ),
        create(
            Id::from_u128(0x21),
            &APPLICATION,
            vec![
                app_id(WEB_APP),
                name("Orders"),
                (WEB.id, redirects(REDIRECT)),
                (SPA.id, redirects("https://orders.xyz.example/spa")),
                (PASSWORD_CREDENTIALS.id, vec![credential].into()),
                (SECRET_VERIFIERS.id, vec![verifier].into()),
                (KEY_CREDENTIALS.id, vec![client_key()].into()),
                (REQUIRED_RESOURCE_ACCESS.id, vec![graph_access].into()),
            ],
        ),
        create(WEB_PRINCIPAL, &SERVICE_PRINCIPAL, vec![app_id(WEB_APP), name("Orders")]),
        create(
            Id::from_u128(0x23),
            &APPLICATION,
            vec![
                app_id(PHONE_APP),
                name("Field tool"),
                (PUBLIC_CLIENT.id, redirects("http://localhost")),
                (IS_FALLBACK_PUBLIC_CLIENT.id, true.into()),
            ],
        ),
        create(PHONE_PRINCIPAL, &SERVICE_PRINCIPAL, vec![app_id(PHONE_APP), name("Field tool")]),
        create(
            Id::from_u128(0x25),
            &APPLICATION,
            vec![app_id(API_APP), name("Orders API"), (IDENTIFIER_URIS.id, ["api://orders"].into())],
        ),
        create(
            Id::from_u128(0x26),
            &SERVICE_PRINCIPAL,
            vec![
                app_id(API_APP),
                name("Orders API"),
                (SERVICE_PRINCIPAL_NAMES.id, ["api://orders", "https://id.xyz.example:8443/agent"].into()),
                (OAUTH2_PERMISSION_SCOPES.id, vec![scope(0x45, "Orders.Read", "User")].into()),
            ],
        ),
        create(
            Id::from_u128(0x51),
            &schema::app_role_assignment::APP_ROLE_ASSIGNMENT,
            vec![
                (schema::app_role_assignment::PRINCIPAL_ID.id, WEB_PRINCIPAL.into()),
                (schema::app_role_assignment::RESOURCE_ID.id, GRAPH.into()),
                (schema::app_role_assignment::APP_ROLE_ID.id, ROLE.into()),
            ],
        ),
        grant_of(0x52, PHONE_PRINCIPAL, GRAPH, "User.Read Mail.Read"),
        grant_of(0x53, PHONE_PRINCIPAL, Id::from_u128(0x26), "Orders.Read"),
    ];
    let with_people = changes.into_iter();
    with_people.chain(pass_changes(&pass)).collect()
}

fn grant_of(id: u128, client: Id, resource: Id, scope: &str) -> Change {
    create(
        Id::from_u128(id),
        &grant::OAUTH2_PERMISSION_GRANT,
        vec![
            (grant::CLIENT_ID.id, client.to_string().into()),
            (grant::CONSENT_TYPE.id, "AllPrincipals".into()),
            (grant::RESOURCE_ID.id, resource.to_string().into()),
            (grant::SCOPE.id, scope.into()),
        ],
    )
}

/// A Temporary Access Pass of one hour for Ada, as `signin` makes one.
fn pass_changes(verifier: &[u8]) -> Vec<Change> {
    let empty = directory::Snapshot::empty(Arc::new(schema::model()));
    let ada = create(
        ADA,
        &USER,
        vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, "Ada".into()),
            (USER_PRINCIPAL_NAME.id, UPN.into()),
            (MAIL_NICKNAME.id, "ada".into()),
        ],
    );
    let now = empty.fork(START, &[ada]).unwrap();
    signin::create_pass(&now, ADA, Id::from_u128(0x71), verifier, NewPass::default(), START).unwrap()
}

/// A PKCE pair (RFC 7636 appendix B).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An authorization request of the public client, for Graph, with these parameters changed, added, or (if empty) left out.
pub(crate) fn authorize_url(changed: &[(&str, &str)]) -> String {
    let mut all: Vec<(&str, &str)> = vec![
        ("client_id", PHONE_APP),
        ("redirect_uri", "http://localhost:5005"),
        ("response_type", "code"),
        ("scope", "openid profile email offline_access User.Read"),
        ("state", "xyz state"),
        ("nonce", "n-0S6"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changed {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push((name, value));
        }
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    format!("/{TENANT}/oauth2/v2.0/authorize?{query}")
}

impl Org {
    /// Answer a page's form.
    pub(crate) async fn answer(&self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let (flow, csrf) = (page.input("flow"), page.input("csrf"));
        let mut form = vec![("flow", flow.as_str()), ("csrf", csrf.as_str())];
        form.extend(fields);
        self.post(&format!("/{TENANT}/oauth2/v2.0/login"), &form).await
    }

    /// Go to a page that asks for a sign-in, and give name and secret.
    pub(crate) async fn sign_in_at(&self, url: &str, name: &str, secret: &str) -> Answer {
        let page = self.get(url).await;
        let page =
            if page.text.contains("id=\"passwd\"") { page } else { self.answer(&page, &[("loginfmt", name)]).await };
        self.answer(&page, &[("loginfmt", name), ("passwd", secret)]).await
    }

    /// The code that a redirect carries, redeemed.
    pub(crate) async fn redeem(&self, answer: &Answer) -> Answer {
        self.redeem_code(&answer.sent("code").unwrap_or_else(|| panic!("no code: {}", answer.location()))).await
    }

    pub(crate) async fn redeem_code(&self, code: &str) -> Answer {
        self.token(&redemption(code)).await
    }

    /// Tokens of Ada for the public client, by password.
    pub(crate) async fn tokens(&self) -> Answer {
        let answer = self.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        self.redeem(&answer).await
    }

    pub(crate) async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "refresh_token"), ("client_id", PHONE_APP), ("refresh_token", token)];
        form.extend(more);
        self.token(&form).await
    }

    /// Let Conditional Access say something else.
    pub(crate) fn judge_by(&self, judge: impl Fn(&SignInContext) -> Verdict + Send + Sync + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
    }
}
