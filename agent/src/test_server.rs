//! A server of agent-wire over TLS on this machine, small enough to read, for this crate's tests: it checks what the protocol says it
//! must, serves what a test put into it, and can be told to misbehave. HTTP/1.1, one request per connection.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use agent_wire::*;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer, KeyPair};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use crate::facts::now_unix_seconds;
use crate::key::{hex, random_id};

pub const PERSON_TOKEN: &str = "token-of-a-person";

pub struct TestServer {
    pub url: String,
    pub ca_pem: String,
    world: Arc<Mutex<World>>,
    wake: watch::Sender<u64>,
}

/// What the server knows and how it should behave.
pub struct World {
    url: String,
    issuer: Issuer<'static, KeyPair>,
    device_ca_pem: String,
    /// Device id by the raw public key.
    pub devices: BTreeMap<Vec<u8>, String>,
    nonces: BTreeSet<String>,
    pub tokens: BTreeSet<String>,
    pub sessions_opened: u32,
    pub desired: Desired,
    pub actions: Vec<Action>,
    pub reports: Vec<CheckIn>,
    packages: BTreeMap<String, Vec<u8>>,
    /// Byte offsets at which the next package answers break off.
    pub cuts: Vec<usize>,
    pub ranges: Vec<Option<String>>,
    pub forgets_device: bool,
    pub disables_device: bool,
    pub join_answer_is_lost: bool,
    pub renewals: u32,
    /// What the token endpoint answers to a device code, in order; then a token.
    pub code_errors: Vec<&'static str>,
    /// Connections are dropped unanswered.
    pub is_down: bool,
    /// Package downloads never end.
    pub packages_hang: bool,
    pub certificate_days: i64,
    /// A newer agent.
    pub agent: Option<AgentRelease>,
    /// What becomes of collected logs.
    pub logs: Logs,
}

/// What a server does with the logs that it asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Logs {
    Kept,
    /// It knows of no such request.
    Refused,
    /// The connection breaks before an answer.
    Lost,
}

impl TestServer {
    pub async fn start() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (ca_pem, acceptor) = tls();
        let (issuer, device_ca_pem) = authority("XYZ devices");
        let world = World {
            url: url.clone(),
            issuer,
            device_ca_pem,
            devices: BTreeMap::new(),
            nonces: BTreeSet::new(),
            tokens: BTreeSet::new(),
            sessions_opened: 0,
            desired: Desired { version: "v0".into(), ..Desired::default() },
            actions: Vec::new(),
            reports: Vec::new(),
            packages: BTreeMap::new(),
            cuts: Vec::new(),
            ranges: Vec::new(),
            forgets_device: false,
            disables_device: false,
            join_answer_is_lost: false,
            renewals: 0,
            code_errors: Vec::new(),
            is_down: false,
            packages_hang: false,
            certificate_days: 365,
            agent: None,
            logs: Logs::Kept,
        };
        let world = Arc::new(Mutex::new(world));
        let (wake, _) = watch::channel(0);
        let server = Self { url, ca_pem, world: world.clone(), wake: wake.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, world, wake) = (acceptor.clone(), world.clone(), wake.subscribe());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, world, wake).await;
                    }
                });
            }
        });
        server
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// A new desired state; its version is given and the device is woken.
    pub fn want(&self, settings: Vec<Setting>, apps: Vec<App>) -> String {
        let version = format!("v{}", random_id().unwrap());
        self.world().desired = Desired { version: version.clone(), settings, apps, scripts: vec![] };
        self.wake.send_modify(|count| *count += 1);
        version
    }

    pub fn order(&self, id: &str, kind: ActionKind) {
        self.world().actions.push(Action { id: id.into(), kind, argument: None });
        self.wake.send_modify(|count| *count += 1);
    }

    /// Stores a package; gives its description.
    pub fn package(&self, kind: PackageKind, name: &str, bytes: &[u8]) -> Package {
        let sha256 = hex(digest(&SHA256, bytes).as_ref());
        self.world().packages.insert(sha256.clone(), bytes.to_vec());
        Package { kind, name: name.into(), sha256, size_bytes: bytes.len() as u64, launcher: None }
    }

    pub fn last_report(&self) -> CheckIn {
        self.world().reports.last().unwrap().clone()
    }
}

/// A CA that may sign, and its certificate in PEM.
fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let pem = parameters.self_signed(&key).unwrap().pem();
    (Issuer::new(parameters, key), pem)
}

fn tls() -> (String, TlsAcceptor) {
    let (issuer, ca_pem) = authority("XYZ servers");
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    (ca_pem, TlsAcceptor::from(Arc::new(config)))
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The connection breaks after so many bytes of the body.
    cut: Option<usize>,
}

async fn serve(mut stream: TlsStream<TcpStream>, world: Arc<Mutex<World>>, wake: watch::Receiver<u64>) {
    let Some(request) = read(&mut stream).await else { return };
    let path = request.path.split('?').next().unwrap().to_owned();
    let (is_down, packages_hang, logs) = {
        let world = world.lock().unwrap();
        (world.is_down, world.packages_hang, world.logs)
    };
    let is_logs = path.starts_with(DIAGNOSTICS_PATH);
    if is_down || (is_logs && logs == Logs::Lost) {
        return;
    }
    if packages_hang && path.starts_with(PACKAGES_PATH) {
        std::future::pending::<()>().await;
    }
    if path == WAKE_PATH {
        let refused = { world.lock().unwrap().session_is_refused(&request) };
        match refused {
            Some(answer) => write(&mut stream, answer).await,
            None => push(&mut stream, &request, &world, wake).await,
        }
        return;
    }
    let answer = {
        let mut world = world.lock().unwrap();
        match path.as_str() {
            JOIN_PATH => world.join(&request),
            NONCE_PATH => world.nonce(),
            SESSION_PATH => world.session(&request),
            "/xyz.example/oauth2/v2.0/devicecode" => world.device_code(&request),
            "/xyz.example/oauth2/v2.0/token" => world.device_token(&request),
            _ => match world.session_is_refused(&request) {
                Some(refusal) => Some(refusal),
                None if path == CHECK_IN_PATH => Some(world.check_in(&request)),
                None if path == RENEW_PATH => Some(world.renew(&request)),
                None if is_logs && logs == Logs::Refused => {
                    Some(error(ErrorCode::BadRequest, "nobody waits for these logs"))
                }
                None if is_logs => Some(json(200, &serde_json::json!({}))),
                None => Some(world.package(&request, path.rsplit('/').next().unwrap())),
            },
        }
    };
    if let Some(answer) = answer {
        write(&mut stream, answer).await;
    }
}

async fn read(stream: &mut TlsStream<TcpStream>) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |value| value.parse().unwrap());
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { method, path, headers, body: bytes[head + 4..head + 4 + length].to_vec() })
}

async fn write(stream: &mut TlsStream<TcpStream>, answer: Answer) {
    let mut head =
        format!("HTTP/1.1 {} x\r\ncontent-length: {}\r\nconnection: close\r\n", answer.status, answer.body.len());
    for (name, value) in answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let sent = answer.cut.map_or(answer.body.len(), |cut| cut.min(answer.body.len()));
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&answer.body[..sent]).await;
    let _ = stream.flush().await;
    let _ = stream.shutdown().await;
}

async fn push(
    stream: &mut TlsStream<TcpStream>,
    request: &Request,
    world: &Mutex<World>,
    mut wake: watch::Receiver<u64>,
) {
    let held = request.path.split_once("held=").map(|(_, version)| version.to_owned());
    let is_news = {
        let world = world.lock().unwrap();
        held.as_deref() != Some(&world.desired.version) || !world.actions.is_empty()
    };
    let head = format!("HTTP/1.1 200 x\r\ncontent-type: {WAKE_MEDIA_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let mut line = if is_news { WakeLine::Wake(Wake::default()) } else { WakeLine::Ping {} };
    loop {
        let text = serde_json::to_string(&line).unwrap() + "\n";
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        if stream.write_all(chunk.as_bytes()).await.is_err()
            || stream.flush().await.is_err()
            || wake.changed().await.is_err()
        {
            return;
        }
        line = WakeLine::Wake(Wake::default());
    }
}

fn json(status: u16, body: &impl Serialize) -> Answer {
    Answer {
        status,
        headers: vec![("content-type", "application/json".into())],
        body: serde_json::to_vec(body).unwrap(),
        cut: None,
    }
}

fn error(code: ErrorCode, message: &str) -> Answer {
    json(code.status(), &ErrorBody { error: ErrorDetail { code, message: message.into() } })
}

impl World {
    fn certificate(&self, csr: &str, device_id: &str) -> (Vec<u8>, String) {
        let mut request = CertificateSigningRequestParams::from_pem(csr).unwrap();
        request.params = CertificateParams::default();
        request.params.distinguished_name.remove(DnType::CommonName);
        request.params.distinguished_name.push(DnType::CommonName, device_id);
        let ends = std::time::SystemTime::now()
            + std::time::Duration::from_secs(86_400) * u32::try_from(self.certificate_days).unwrap();
        request.params.not_after = ends.into();
        let certificate = request.signed_by(&self.issuer).unwrap();
        (certificate.der().to_vec(), certificate.pem())
    }

    fn public_key(certificate_der: &[u8]) -> Vec<u8> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate_der).unwrap();
        parsed.public_key().subject_public_key.data.to_vec()
    }

    fn join(&mut self, request: &Request) -> Option<Answer> {
        if request.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {PERSON_TOKEN}")) {
            return Some(error(ErrorCode::TokenInvalid, "sign in again"));
        }
        let join: JoinRequest = serde_json::from_slice(&request.body).unwrap();
        let key = Self::public_key(&self.certificate(&join.csr, "none").0);
        let fresh = format!("device-{}", self.devices.len() + 1);
        let device_id = self.devices.entry(key).or_insert(fresh).clone();
        if std::mem::take(&mut self.join_answer_is_lost) {
            return None;
        }
        let answer = JoinAnswer {
            certificate: self.certificate(&join.csr, &device_id).1,
            certificate_authority: self.device_ca_pem.clone(),
            managed_device_id: Some(format!("managed-{device_id}")),
            device_id,
            tenant_id: "tenant-1".into(),
            push_url: format!("{}{WAKE_PATH}", self.url),
        };
        Some(json(201, &answer))
    }

    /// RFC 8628 §3.2.
    fn device_code(&mut self, request: &Request) -> Option<Answer> {
        let form = String::from_utf8(request.body.clone()).unwrap();
        assert!(form.contains(&format!("client_id={AGENT_CLIENT_ID}")) && form.contains("agent%2F.default"), "{form}");
        let answer = serde_json::json!({"device_code": "dc", "user_code": "ABCD-EFGH", "expires_in": 60, "interval": 1,
            "verification_uri": format!("{}/device", self.url)});
        Some(json(200, &answer))
    }

    /// RFC 8628 §3.5.
    fn device_token(&mut self, request: &Request) -> Option<Answer> {
        let form = String::from_utf8(request.body.clone()).unwrap();
        assert!(form.contains("device_code=dc") && form.contains("grant-type%3Adevice_code"), "{form}");
        if self.code_errors.is_empty() {
            return Some(json(
                200,
                &serde_json::json!({"access_token": PERSON_TOKEN, "token_type": "Bearer", "expires_in": 3600}),
            ));
        }
        let error = self.code_errors.remove(0);
        Some(json(400, &serde_json::json!({"error": error, "error_description": format!("because {error}")})))
    }

    fn nonce(&mut self) -> Option<Answer> {
        let nonce = random_id().unwrap();
        self.nonces.insert(nonce.clone());
        Some(json(200, &NonceAnswer { nonce, now_unix_seconds: now_unix_seconds() }))
    }

    fn session(&mut self, request: &Request) -> Option<Answer> {
        if self.forgets_device {
            return Some(error(ErrorCode::DeviceUnknown, "no such device"));
        }
        if self.disables_device {
            return Some(error(ErrorCode::DeviceDisabled, "ask an administrator"));
        }
        let body: SessionRequest = serde_json::from_slice(&request.body).unwrap();
        let Some(device_id) = self.proven(&body.assertion) else {
            return Some(error(ErrorCode::AssertionInvalid, "the assertion does not hold"));
        };
        assert!(self.devices.values().any(|known| *known == device_id));
        self.sessions_opened += 1;
        let access_token = random_id().unwrap();
        self.tokens.insert(access_token.clone());
        Some(json(200, &SessionAnswer { access_token, token_type: "Bearer".into(), expires_in: 3600 }))
    }

    /// The device that an assertion proves, checked as the protocol says.
    fn proven(&mut self, assertion: &str) -> Option<String> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let claims: AssertionClaims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let leaf = STANDARD.decode(header["x5c"][0].as_str()?).ok()?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&leaf).ok()?;
        let common_name = parsed.subject().iter_common_name().next()?.as_str().ok()?.to_owned();
        let key = Self::public_key(&leaf);
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let holds =
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key).verify(signed.as_bytes(), &signature).is_ok()
                && header["alg"] == "ES256"
                && header["typ"] == ASSERTION_TYPE
                && claims.iss == common_name
                && claims.sub == common_name
                && claims.aud == format!("{}{SESSION_PATH}", self.url)
                && claims.exp - claims.iat <= limits::ASSERTION_SECONDS
                && self.nonces.remove(&claims.nonce)
                && self.devices.get(&key) == Some(&common_name);
        holds.then_some(common_name)
    }

    fn session_is_refused(&self, request: &Request) -> Option<Answer> {
        let token = request.headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let is_good = token.is_some_and(|token| self.tokens.contains(token));
        let is_good = is_good && !self.forgets_device && !self.disables_device;
        (!is_good).then(|| error(ErrorCode::TokenInvalid, "open a new session"))
    }

    fn check_in(&mut self, request: &Request) -> Answer {
        assert_eq!(request.method, "POST");
        let report: CheckIn = serde_json::from_slice(&request.body).unwrap();
        report.within_limits().unwrap();
        self.actions.retain(|action| report.actions.iter().all(|result| result.id != action.id));
        let desired = (report.held.as_ref() != Some(&self.desired.version)).then(|| self.desired.clone());
        self.reports.push(report);
        let compliance =
            Compliance { state: ComplianceState::Compliant, grace_until_unix_seconds: None, reasons: vec![] };
        let (actions, agent) = (self.actions.clone(), self.agent.clone());
        json(200, &CheckInAnswer { desired, actions, compliance, agent, next_check_in_seconds: 3600 })
    }

    fn renew(&mut self, request: &Request) -> Answer {
        let renew: RenewRequest = serde_json::from_slice(&request.body).unwrap();
        self.renewals += 1;
        self.certificate_days = 365;
        let device_id = self.devices.values().next().unwrap().clone();
        let certificate = self.certificate(&renew.csr, &device_id).1;
        json(200, &RenewAnswer { certificate, certificate_authority: self.device_ca_pem.clone() })
    }

    fn package(&mut self, request: &Request, sha256: &str) -> Answer {
        let Some(bytes) = self.packages.get(sha256).cloned() else {
            return error(ErrorCode::PackageUnknown, "no such package");
        };
        let range = request.headers.get("range").cloned();
        self.ranges.push(range.clone());
        let cut = if self.cuts.is_empty() { None } else { Some(self.cuts.remove(0)) };
        let from: usize =
            range.map_or(0, |range| range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap());
        let body = bytes[from..].to_vec();
        let mut headers = vec![("content-type", "application/octet-stream".to_owned())];
        if from > 0 {
            headers.push(("content-range", format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len())));
        }
        Answer { status: if from > 0 { 206 } else { 200 }, headers, body, cut }
    }

    /// Replaces what a hash stands for: a package altered on the way.
    pub fn tamper(&mut self, sha256: &str, bytes: &[u8]) {
        self.packages.insert(sha256.to_owned(), bytes.to_vec());
    }
}
