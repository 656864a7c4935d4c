//! Load over TLS connections that stay open: one request again and again on each, how many are answered a second, and how long
//! one takes. Counted by the server's own processor time as well, because clients and server share the machine.
//!
//! The client speaks HTTP/1.1 by hand: what it does not compute, the server may.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::process;
use crate::table::percentile;

/// How long a load is measured, after a while of warming up.
const SPAN: Duration = Duration::from_secs(8);
const WARM_UP: Duration = Duration::from_secs(1);
/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Where the load goes.
#[derive(Clone)]
pub struct Target {
    tls: TlsConnector,
    address: String,
    /// The server's process, as /proc names it.
    process: String,
}

pub struct Load {
    pub per_second: f64,
    pub per_core_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processors that the server kept busy.
    pub cores_used: f64,
}

impl Load {
    pub fn words(&self) -> String {
        format!(
            "{:.0}/s; {:.0} per core-second of the server ({:.2} cores); p50 {:.2} ms, p99 {:.2} ms",
            self.per_second, self.per_core_second, self.cores_used, self.p50_ms, self.p99_ms
        )
    }
}

/// One connection, and what was read of it last.
pub struct Line {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer: its status, its head and its body.
pub struct Answer<'a> {
    pub status: u16,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Target {
    /// `url` is `https://localhost:PORT`.
    pub fn new(url: &str, ca_pem: &str, process: String) -> Result<Target, String> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
            roots.add(certificate.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
        }
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let address = url.trim_start_matches("https://").replace("localhost", "127.0.0.1");
        Ok(Target { tls: TlsConnector::from(Arc::new(config)), address, process })
    }

    pub async fn connect(&self) -> Result<Line, String> {
        let stream = TcpStream::connect(&self.address).await.map_err(|e| e.to_string())?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        let name = ServerName::try_from("localhost").map_err(|e| e.to_string())?;
        let stream = self.tls.connect(name, stream).await.map_err(|e| e.to_string())?;
        Ok(Line { stream, buffer: Vec::with_capacity(8192) })
    }

    /// Send `request` on so many connections for a while. Each answer must be 200 and hold `must_hold`.
    pub async fn hold(&self, connections: usize, request: &[u8], must_hold: &'static [u8]) -> Result<Load, String> {
        self.hold_every(connections, request, must_hold, Duration::ZERO).await
    }

    /// The same with a pause after each answer.
    pub async fn hold_every(
        &self,
        connections: usize,
        request: &[u8],
        must_hold: &'static [u8],
        pause: Duration,
    ) -> Result<Load, String> {
        let request: Arc<[u8]> = request.into();
        let mut lines = Vec::new();
        for _ in 0..connections {
            lines.push(self.connect().await?);
        }
        let begin = Instant::now() + WARM_UP;
        let end = begin + SPAN;
        let tasks: Vec<_> = lines
            .into_iter()
            .map(|line| tokio::spawn(again(line, request.clone(), must_hold, (begin, end), pause)))
            .collect();
        tokio::time::sleep_until(begin.into()).await;
        let processor_before = process::processor_seconds(&self.process);
        tokio::time::sleep_until(end.into()).await;
        let processor = process::processor_seconds(&self.process) - processor_before;
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await.map_err(|e| e.to_string())??);
        }
        let count = times.len() as f64;
        Ok(Load {
            per_second: count / SPAN.as_secs_f64(),
            per_core_second: count / processor.max(0.01),
            p50_ms: percentile(&mut times, 0.5),
            p99_ms: percentile(&mut times, 0.99),
            cores_used: processor / SPAN.as_secs_f64(),
        })
    }
}

/// Ask until the end; milliseconds of each answer since the beginning.
async fn again(
    mut line: Line,
    request: Arc<[u8]>,
    must_hold: &'static [u8],
    (begin, end): (Instant, Instant),
    pause: Duration,
) -> Result<Vec<f64>, String> {
    let mut times = Vec::new();
    loop {
        let start = Instant::now();
        if start >= end {
            return Ok(times);
        }
        let answer = line.ask(&request).await?;
        if answer.status != 200 || !answer.body.windows(must_hold.len()).any(|part| part == must_hold) {
            return Err(format!("not what was asked for: {}", String::from_utf8_lossy(answer.body)));
        }
        let now = Instant::now();
        if start >= begin && now <= end {
            times.push((now - start).as_secs_f64() * 1e3);
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
}

impl Line {
    /// Send one request and read its whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, String> {
        self.stream.write_all(request).await.map_err(|e| e.to_string())?;
        self.stream.flush().await.map_err(|e| e.to_string())?;
        self.buffer.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await.map_err(|e| e.to_string())? == 0 {
                return Err("the server closed a connection that was to stay open".into());
            }
            let Some(head) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(self.buffer.get(..head).unwrap_or_default()).unwrap_or_default();
            let length = field(text, "content-length").and_then(|length| length.parse::<usize>().ok());
            let length = length.ok_or("an answer has no content-length")?;
            if length > ANSWER_BYTES_MAX {
                return Err("an answer is too long".into());
            }
            if self.buffer.len() >= head + 4 + length {
                break (head, length);
            }
        };
        let text = std::str::from_utf8(self.buffer.get(..head).unwrap_or_default()).map_err(|e| e.to_string())?;
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let body = self.buffer.get(head + 4..head + 4 + length).unwrap_or_default();
        Ok(Answer { status, head: text, body })
    }
}

impl Answer<'_> {
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        field(self.head, name)
    }

    /// The cookies that it sets, as they are sent back.
    pub fn cookies(&self) -> Vec<String> {
        let set = self.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.trim().split(';').next().unwrap_or("").to_owned())
        });
        set.collect()
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A form, as a request: of a program, or with cookies of a browser, which says where the form was.
pub fn post(host: &str, path: &str, cookies: &str, form: &[(&str, &str)]) -> Vec<u8> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let body = body.finish();
    let browser =
        if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\norigin: https://{host}\r\n") };
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\n{browser}content-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len(),
    )
    .into_bytes()
}

pub fn get(host: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes()
}
