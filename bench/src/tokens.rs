//! client_credentials: how many ES256 tokens a second over TLS connections that stay open, and how long one takes. Counted by
//! the server's own processor time as well, because clients and server share the machine.
//!
//! The client speaks HTTP/1.1 by hand: what it does not compute, the server may.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::castellan::{Bootstrap, Castellan, create, post};
use crate::process;
use crate::table::percentile;

/// How long each number of connections is measured, after a while of warming up.
const SPAN: Duration = Duration::from_secs(8);
const WARM_UP: Duration = Duration::from_secs(1);
/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Graph's application permission `User.Read.All`.
const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";

pub struct Tokens {
    pub connections: usize,
    pub per_second: f64,
    pub per_core_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processors that the server kept busy.
    pub cores_used: f64,
}

/// Measure a client that holds one permission at Graph, or the bootstrap client, which holds all of them.
pub async fn measure(server: &Castellan, connections: usize, holds_all: bool) -> Result<Tokens, String> {
    let mut bootstrap = server.bootstrap()?;
    if !holds_all {
        (bootstrap.client_id, bootstrap.client_secret) = client_of_one(&server.api().await?).await?;
    }
    let request: Arc<[u8]> = request(server, &bootstrap).into();
    let tls = connector(&bootstrap.ca_pem)?;
    let address = server.url.trim_start_matches("https://").replace("localhost", "127.0.0.1");
    let mut streams = Vec::new();
    for _ in 0..connections {
        streams.push(connect(&tls, &address).await?);
    }
    let begin = Instant::now() + WARM_UP;
    let end = begin + SPAN;
    let tasks: Vec<_> =
        streams.into_iter().map(|stream| tokio::spawn(ask(stream, request.clone(), begin, end))).collect();
    tokio::time::sleep_until(begin.into()).await;
    let processor_before = process::processor_seconds(&server.process());
    tokio::time::sleep_until(end.into()).await;
    let processor = process::processor_seconds(&server.process()) - processor_before;
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.map_err(|e| e.to_string())??);
    }
    let count = times.len() as f64;
    Ok(Tokens {
        connections,
        per_second: count / SPAN.as_secs_f64(),
        per_core_second: count / processor.max(0.01),
        p50_ms: percentile(&mut times, 0.5),
        p99_ms: percentile(&mut times, 0.99),
        cores_used: processor / SPAN.as_secs_f64(),
    })
}

/// An application with a secret that may read users and nothing else.
async fn client_of_one(api: &cli::Api) -> Result<(String, String), String> {
    let app = post(api, "/v1.0/applications", &json!({ "displayName": "Reader" })).await?;
    let text = |value: &Value, path: &str| {
        let found = value.pointer(path).and_then(Value::as_str);
        found.map(str::to_owned).ok_or_else(|| format!("an answer of Graph lacks {path}"))
    };
    let (id, app_id) = (text(&app, "/id")?, text(&app, "/appId")?);
    let principal = create(api, "/v1.0/servicePrincipals", &json!({ "appId": app_id })).await?;
    let secret = json!({ "passwordCredential": { "displayName": "bench" } });
    let secret = post(api, &format!("/v1.0/applications/{id}/addPassword"), &secret).await?;
    let graph = api.get("/v1.0/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'&$select=id");
    let graph = text(&graph.await.map_err(|e| e.to_string())?, "/value/0/id")?;
    let role = json!({ "principalId": principal, "resourceId": graph, "appRoleId": USER_READ_ALL });
    post(api, &format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments"), &role).await?;
    Ok((app_id, text(&secret, "/secretText")?))
}

/// Ask until the end; milliseconds of each answer since the beginning.
async fn ask(
    mut stream: TlsStream<TcpStream>,
    request: Arc<[u8]>,
    begin: Instant,
    end: Instant,
) -> Result<Vec<f64>, String> {
    let (mut times, mut buffer) = (Vec::new(), Vec::with_capacity(8192));
    loop {
        let start = Instant::now();
        if start >= end {
            return Ok(times);
        }
        stream.write_all(&request).await.map_err(|e| e.to_string())?;
        stream.flush().await.map_err(|e| e.to_string())?;
        read_answer(&mut stream, &mut buffer).await?;
        let now = Instant::now();
        if start >= begin && now <= end {
            times.push((now - start).as_secs_f64() * 1e3);
        }
    }
}

/// One whole answer, which must hold a token.
async fn read_answer(stream: &mut TlsStream<TcpStream>, buffer: &mut Vec<u8>) -> Result<(), String> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await.map_err(|e| e.to_string())? == 0 {
            return Err("the server closed a connection that was to stay open".into());
        }
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default());
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let length = length.ok_or("an answer has no content-length")?;
        if length > ANSWER_BYTES_MAX {
            return Err("an answer is too long".into());
        }
        if buffer.len() < head + 4 + length {
            continue;
        }
        let is_token = text.starts_with("HTTP/1.1 200") && buffer.windows(14).any(|part| part == b"\"access_token\"");
        return if is_token { Ok(()) } else { Err(format!("no token: {}", String::from_utf8_lossy(buffer))) };
    }
}

fn request(server: &Castellan, bootstrap: &Bootstrap) -> Vec<u8> {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &bootstrap.client_id)
        .append_pair("client_secret", &bootstrap.client_secret)
        .append_pair("scope", "https://graph.microsoft.com/.default")
        .finish();
    format!(
        "POST /{}/oauth2/v2.0/token HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        bootstrap.tenant,
        server.url.trim_start_matches("https://"),
        body.len(),
    )
    .into_bytes()
}

fn connector(ca_pem: &str) -> Result<TlsConnector, String> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn connect(tls: &TlsConnector, address: &str) -> Result<TlsStream<TcpStream>, String> {
    let stream = TcpStream::connect(address).await.map_err(|e| e.to_string())?;
    stream.set_nodelay(true).map_err(|e| e.to_string())?;
    let name = ServerName::try_from("localhost").map_err(|e| e.to_string())?;
    tls.connect(name, stream).await.map_err(|e| e.to_string())
}
