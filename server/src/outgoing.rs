//! The way out: requests to servers of others, kept away from what is inside the house (server-side request forgery).
//!
//! An address that came from a registration or a token decides where the server connects to. So the scheme is https, the
//! name is resolved here, and only addresses of the public Internet are connected to; the operator names the hosts of the
//! own network that may be asked all the same (`--outgoing-allow`). Redirects are not followed: they would lead around this.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use engine::{ANSWER_BYTES_MAX, Answered, Answering, Ask, Outgoing};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

/// A connection must stand after so long …
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// … and the whole answer be there after so long.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// So many requests at once; more wait for their turn.
const AT_ONCE_MAX: usize = 32;
/// An address is at most this long.
const URL_MAX: usize = 2048;

/// The way out of a server.
pub struct WayOut {
    client: reqwest::Client,
    allowed: Arc<[String]>,
    places: Semaphore,
}

impl WayOut {
    /// `allowed` are hosts that may lie in the own network; there, plain http is accepted too. `authorities` are
    /// certificates (PEM) of authorities to trust besides the public ones.
    pub fn new(allowed: &[String], authorities: &[u8]) -> Result<WayOut, String> {
        let allowed: Arc<[String]> = allowed.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .no_proxy()
            .dns_resolver(Arc::new(Guarded { allowed: allowed.clone() }));
        if !authorities.is_empty() {
            let read = reqwest::Certificate::from_pem_bundle(authorities)
                .map_err(|e| format!("the file of trusted authorities cannot be read: {e}"))?;
            builder = builder.tls_certs_merge(read);
        }
        let client = builder.build().map_err(|e| format!("cannot prepare requests to other servers: {e}"))?;
        Ok(WayOut { client, allowed, places: Semaphore::new(AT_ONCE_MAX) })
    }

    async fn asked(&self, ask: Ask) -> Result<Answered, String> {
        let url = admit(&ask.url, &self.allowed)?;
        let _place = self.places.acquire().await.map_err(|_| "the server is stopping".to_owned())?;
        let mut request = match ask.body {
            None => self.client.get(url),
            Some((media_type, body)) => self.client.post(url).header(http::header::CONTENT_TYPE, media_type).body(body),
        };
        if let Some(authorization) = ask.authorization {
            request = request.header(http::header::AUTHORIZATION, authorization);
        }
        let mut response = request.send().await.map_err(|e| told(&e))?;
        let status = response.status().as_u16();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| told(&e))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(format!("the answer is longer than {ANSWER_BYTES_MAX} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answered { status, body: Bytes::from(body) })
    }
}

impl Outgoing for WayOut {
    fn ask(&self, ask: Ask) -> Answering<'_> {
        Box::pin(self.asked(ask))
    }
}

/// Without the address, which may hold what is nobody's business in a log.
fn told(error: &reqwest::Error) -> String {
    use std::error::Error;
    let mut text = if error.is_timeout() { "no answer in time".to_owned() } else { "no answer".to_owned() };
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// The address, if it may be asked.
fn admit(text: &str, allowed: &[String]) -> Result<Url, String> {
    if text.len() > URL_MAX {
        return Err(format!("the address is longer than {URL_MAX} bytes"));
    }
    let url = Url::parse(text).map_err(|_| "the address cannot be read".to_owned())?;
    let host = url.host_str().ok_or("the address names no host")?.to_ascii_lowercase();
    let is_allowed = allowed.contains(&host);
    if url.scheme() != "https" && !(url.scheme() == "http" && is_allowed) {
        return Err("the address must begin with https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address must not hold a user name".to_owned());
    }
    // A number is connected to without being resolved, so it is judged here.
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>()
        && !is_allowed
        && !is_public(address)
    {
        return Err("the address lies in a network that is not asked; see `--outgoing-allow`".to_owned());
    }
    Ok(url)
}

/// Resolves names, and keeps what is not public to itself.
struct Guarded {
    allowed: Arc<[String]>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let is_allowed = self.allowed.contains(&host);
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let may: Vec<SocketAddr> = found.filter(|address| is_allowed || is_public(address.ip())).collect();
            if may.is_empty() {
                return Err("the host lies in a network that is not asked; see `--outgoing-allow`".into());
            }
            Ok(Box::new(may.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public Internet (IANA's special-purpose registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Carrier-grade NAT, protocol assignments, benchmarking, 6to4 relays.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, ..] = segments;
    // Only what is handed out for the Internet (2000::/3), less what wraps IPv4 or is for documents.
    let is_global = first & 0xe000 == 0x2000;
    let wraps = first == 0x2002 || (first == 0x2001 && second < 0x0200);
    let is_document = first == 0x2001 && second == 0x0db8 || first == 0x3fff && second < 0x1000;
    is_global && !wraps && !is_document
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_asked() {
        let allowed = ["intranet.xyz.example".to_owned(), "10.1.2.3".to_owned()];
        for (url, may) in [
            ("https://issuer.example/keys", true),
            ("https://issuer.example:8443/keys?a=b", true),
            ("http://issuer.example/keys", false),
            ("ftp://issuer.example/keys", false),
            ("file:///etc/passwd", false),
            ("https://user:secret@issuer.example/", false),
            ("https://93.184.215.14/", true),
            ("https://127.0.0.1/", false),
            ("https://0.0.0.0/", false),
            ("https://2130706433/", false),
            ("https://0x7f.1/", false),
            ("https://10.1.2.3/", true),
            ("http://10.1.2.3/", true),
            ("https://10.1.2.4/", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("https://100.64.0.1/", false),
            ("https://[::1]/", false),
            ("https://[fe80::1]/", false),
            ("https://[fd00::1]/", false),
            ("https://[::ffff:127.0.0.1]/", false),
            ("https://[64:ff9b::7f00:1]/", false),
            ("https://[2002:7f00:1::]/", false),
            ("https://[2606:4700::1111]/", true),
            ("http://intranet.xyz.example:8080/logout", true),
            ("http://intranet.xyz.example.evil.example/", false),
            ("nonsense", false),
        ] {
            assert_eq!(admit(url, &allowed).is_ok(), may, "{url}");
        }
        assert!(admit(&format!("https://issuer.example/{}", "a".repeat(URL_MAX)), &[]).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let refused = WayOut::new(&[], &[]).unwrap().ask(Ask::get("https://localhost:9/")).await.unwrap_err();
        assert!(refused.contains("--outgoing-allow"), "{refused}");
        let allowed = WayOut::new(&["localhost".to_owned()], &[]).unwrap();
        let reached = allowed.ask(Ask::get("https://localhost:9/")).await.unwrap_err();
        assert!(!reached.contains("--outgoing-allow"), "{reached}");
    }
}
