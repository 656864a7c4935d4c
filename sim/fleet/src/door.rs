//! The way to the server: TLS connections that stay open, HTTP/1.1 written by hand. A fleet needs tens of thousands of them in
//! little memory, and what the client does not compute the server may.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use agent_wire::limits::CHECK_IN_ANSWER_BYTES_MAX;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Failure;

/// A line of a stream is not longer: the protocol's own limit, and the framing around it.
const LINE_BYTES_MAX: usize = 8 * 1024;
/// A head of an answer.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// What a connection reads at once.
const READ_BYTES: usize = 2 * 1024;

/// A server, and from where it is called.
#[derive(Clone)]
pub struct Door {
    tls: TlsConnector,
    name: ServerName<'static>,
    address: SocketAddr,
    /// `host:port`, as requests say it.
    pub host: String,
    /// How many addresses of this machine connections come from: one has only some 28,000 ports for one server.
    sources: u8,
}

/// One open connection.
pub struct Line {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

/// A whole answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Door {
    /// `server` is `https://host:port`; `authority` the PEM of who vouches for it. More than one source address works only for a
    /// server on this machine.
    pub async fn new(server: &str, authority: &str, sources: u8) -> Result<Door, Failure> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let host = server.trim_end_matches('/').strip_prefix("https://");
        let host = host.ok_or_else(|| format!("`{server}` does not begin with `https://`"))?.to_owned();
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
            roots.add(certificate.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
        }
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        // A device remembers one session at most, and thousands of devices share this.
        config.resumption = rustls::client::Resumption::disabled();
        let with_port = if host.contains(':') { host.clone() } else { format!("{host}:443") };
        let (plain, _) = with_port.rsplit_once(':').unwrap_or((&host, ""));
        let name = ServerName::try_from(plain.to_owned()).map_err(|_| format!("`{plain}` is not a host name"))?;
        let mut addresses = tokio::net::lookup_host(&with_port).await.map_err(|e| format!("{with_port}: {e}"))?;
        let address = addresses.find(SocketAddr::is_ipv4).ok_or_else(|| format!("`{plain}` has no IPv4 address"))?;
        if sources > 1 && !address.ip().is_loopback() {
            return Err("several source addresses work only for a server on this machine".to_owned());
        }
        Ok(Door { tls: TlsConnector::from(Arc::new(config)), name, address, host, sources: sources.max(1) })
    }

    /// Open a connection; `n` chooses the address that it comes from.
    pub async fn connect(&self, n: usize) -> Result<Line, Failure> {
        let failed = |e: std::io::Error| format!("cannot connect: {e}");
        let stream = if self.sources > 1 {
            let last = u8::try_from(n % usize::from(self.sources)).unwrap_or(0);
            let socket = TcpSocket::new_v4().map_err(failed)?;
            socket.bind((IpAddr::V4(Ipv4Addr::new(127, 0, 1, last)), 0).into()).map_err(failed)?;
            socket.connect(self.address).await.map_err(failed)?
        } else {
            TcpStream::connect(self.address).await.map_err(failed)?
        };
        stream.set_nodelay(true).map_err(failed)?;
        let stream = self.tls.connect(self.name.clone(), stream).await.map_err(failed)?;
        Ok(Line { stream, buffer: Vec::new() })
    }

    /// A request as it goes over the wire.
    pub fn request(&self, method: &str, path: &str, bearer: Option<&str>, body: &[u8]) -> Vec<u8> {
        let bearer = bearer.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{bearer}content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        [head.as_bytes(), body].concat()
    }
}

impl Line {
    /// Send a request and read its whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer, Failure> {
        self.send(request).await?;
        let (status, length) = self.head().await?;
        let length = length.ok_or("an answer does not say how long it is")?;
        if length > CHECK_IN_ANSWER_BYTES_MAX {
            return Err("an answer is too long".to_owned());
        }
        while self.buffer.len() < length {
            self.read().await?;
        }
        let mut body = std::mem::take(&mut self.buffer);
        self.buffer = body.split_off(length);
        Ok(Answer { status, body })
    }

    /// Send a request and do not wait for what comes of it.
    pub async fn send(&mut self, request: &[u8]) -> Result<(), Failure> {
        self.stream.write_all(request).await.map_err(|e| e.to_string())?;
        self.stream.flush().await.map_err(|e| e.to_string())
    }

    /// Send a request whose answer is a stream of lines; its status.
    pub async fn open(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.send(request).await?;
        Ok(self.head().await?.0)
    }

    /// The next line of a stream that holds JSON; what frames the pieces (RFC 9112 §7.1) holds none.
    pub async fn next_line(&mut self) -> Result<String, Failure> {
        loop {
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(end + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                let text = String::from_utf8_lossy(&line);
                if text.starts_with('{') {
                    self.buffer.shrink_to_fit();
                    return Ok(text.trim().to_owned());
                }
                if text.trim() == "0" {
                    return Err("the stream has ended".to_owned());
                }
            }
            if self.buffer.len() > LINE_BYTES_MAX {
                return Err("a line is too long".to_owned());
            }
            self.read().await?;
        }
    }

    /// The status of an answer and the length of its body, if it says one.
    async fn head(&mut self) -> Result<(u16, Option<usize>), Failure> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Err("the head of an answer is too long".to_owned());
            }
            self.read().await?;
        };
        let rest = self.buffer.split_off(end + 4);
        let head = std::mem::replace(&mut self.buffer, rest);
        let head = String::from_utf8_lossy(&head);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status: u16 = status.ok_or("an answer has no status")?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        // RFC 9110 §8.6: some have no body and need not say so.
        Ok((status, length.or((status == 204).then_some(0))))
    }

    async fn read(&mut self) -> Result<(), Failure> {
        self.buffer.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    }
}
