//! The listener: TCP, TLS, HTTP/1.1 and HTTP/2, with a limit on everything that a stranger can make grow.
//!
//! Handshakes never happen in the accept loop, so that one slow client cannot keep others out.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine::{Body, Peer, PeerCertificates, full};
use http::{Request, Response, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::bodies::{Bodies, Unread};
use crate::dispatch::Dispatch;
use crate::share::Share;

/// Requests being answered at once; more are told to come back.
pub const REQUESTS_MAX: usize = 4_096;
/// Of these from one address.
pub const REQUESTS_OF_ONE_MAX: usize = REQUESTS_MAX / 2;
/// Requests of which the body is still on its way. They take nothing from those that have come: who sends the headers alone holds
/// up nobody but others who do.
pub const ARRIVING_MAX: usize = 16_384;
/// Of these from one address.
pub const ARRIVING_OF_ONE_MAX: usize = ARRIVING_MAX / 16;
/// The longest a TLS handshake may take.
pub const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// The longest a request's headers may take to arrive.
pub const HEADERS_MAX: Duration = Duration::from_secs(15);
/// The longest a request's body may take to arrive.
pub const BODY_MAX: Duration = Duration::from_secs(120);
/// Bytes of HTTP/1 request line and headers.
pub const HEADER_BYTES_MAX: usize = 64 << 10;
/// How long requests in flight may take to finish when the server stops.
pub const DRAIN_MAX: Duration = Duration::from_secs(3);

/// How a listener receives its clients.
#[derive(Clone)]
pub struct Door {
    pub tls: TlsAcceptor,
    /// Whether TLS asks for a certificate; requests then carry [`PeerCertificates`], which are none where none was shown.
    pub asks_for_certificates: bool,
}

/// What all connections of all listeners share.
pub struct Budget {
    connections: Arc<Semaphore>,
    connections_of: Share,
    requests: Share,
    arriving: Share,
    bodies: Bodies,
}

impl Budget {
    /// So many connections at once, more wait in the kernel's queue; from one address half of them, more are closed.
    pub fn new(connections: usize) -> Budget {
        Budget {
            connections: Arc::new(Semaphore::new(connections)),
            connections_of: Share::new(connections, connections / 2),
            arriving: Share::new(ARRIVING_MAX, ARRIVING_OF_ONE_MAX),
            requests: Share::new(REQUESTS_MAX, REQUESTS_OF_ONE_MAX),
            bodies: Bodies::default(),
        }
    }
}

/// Accept connections until `stop` says so; then let those in flight finish.
pub async fn serve(
    listener: TcpListener,
    door: Door,
    dispatch: Arc<Dispatch>,
    budget: Arc<Budget>,
    stop: impl Future<Output = ()>,
) {
    let draining = Arc::new(GracefulShutdown::new());
    tokio::pin!(stop);
    loop {
        let permit = tokio::select! {
            () = &mut stop => break,
            permit = budget.connections.clone().acquire_owned() => permit.expect("the semaphore is never closed"),
        };
        let (stream, address) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: let some connections end first.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let (door, dispatch, budget) = (door.clone(), dispatch.clone(), budget.clone());
        let watcher = draining.watcher();
        tokio::spawn(async move {
            connection(stream, address, door, dispatch, budget, watcher).await;
            drop(permit);
        });
    }
    drop(listener);
    let draining = Arc::try_unwrap(draining).unwrap_or_default();
    if tokio::time::timeout(DRAIN_MAX, draining.shutdown()).await.is_err() {
        tracing::warn!("some requests were still running when the time to finish them was over");
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    door: Door,
    dispatch: Arc<Dispatch>,
    budget: Arc<Budget>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let peer = Peer { address: address.ip().to_canonical() };
    let mut place = budget.connections_of.hold(peer.address);
    if !place.reach(1) {
        return;
    }
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_MAX, door.tls.accept(stream)).await else { return };
    let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let shown: Vec<Vec<u8>> = shown.iter().map(|certificate| certificate.to_vec()).collect();
    let certificates = door.asks_for_certificates.then(|| PeerCertificates(shown.into()));
    let (dispatch, shared) = (dispatch.clone(), budget.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let (dispatch, budget) = (dispatch.clone(), shared.clone());
        if let Some(certificates) = &certificates {
            request.extensions_mut().insert(certificates.clone());
        }
        // In a box, or each connection would hold room for an answer at work for as long as it is open (12 KB).
        Box::pin(async move { Ok::<_, Infallible>(answer(request, peer, &dispatch, &budget).await) })
    });
    // What was agreed in the handshake (RFC 7301) is what is spoken: guessing from the first bytes would cost each connection a larger
    // buffer for as long as it is open.
    let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut builder = if speaks_http2 { builder.http2_only() } else { builder.http1_only() };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(256)
        .max_header_list_size(u32::try_from(HEADER_BYTES_MAX).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    // How a connection ends is the client's business: resets and timeouts are not our failures.
    let _ = watcher.watch(serving.into_owned()).await;
}

async fn answer(request: Request<Incoming>, peer: Peer, dispatch: &Dispatch, budget: &Budget) -> Response<Body> {
    let version = request.version();
    let refusal = |status, message: &str| refusal(version, status, message);
    let busy = || refusal(StatusCode::SERVICE_UNAVAILABLE, "the server is busy; try again in a moment");
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(peer);
    let is_upload = is_upload(&parts);
    let mut place = budget.requests.hold(peer.address);
    if is_upload && !dispatch.may_upload(&parts) {
        if !place.reach(1) {
            return busy();
        }
        // What a stranger sends is not read; the protocol says in its own words why.
        let mut response = dispatch.answer(Request::from_parts(parts, Bytes::new())).await;
        close(version, &mut response);
        return response;
    }
    let mut arriving = budget.arriving.hold(peer.address);
    if !body.is_end_stream() && !arriving.reach(1) {
        return busy();
    }
    let read = tokio::time::timeout(BODY_MAX, budget.bodies.read(body, peer.address, is_upload)).await;
    let (body, _held) = match read {
        Ok(Ok(read)) => read,
        Err(_) => return refusal(StatusCode::REQUEST_TIMEOUT, "the request's body took too long to arrive"),
        Ok(Err(Unread::TooLong(limit))) => {
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, &format!("a request's body has at most {limit} bytes here"));
        }
        Ok(Err(Unread::NoRoom)) => return busy(),
        Ok(Err(Unread::Broken)) => return refusal(StatusCode::BAD_REQUEST, "the request's body broke off"),
    };
    drop(arriving);
    if !place.reach(1) {
        return busy();
    }
    dispatch.answer(Request::from_parts(parts, body)).await
}

fn is_upload(parts: &http::request::Parts) -> bool {
    let path = parts.uri.path();
    let is_bytes = path.ends_with("/$value") || path.ends_with("/content");
    parts.method == http::Method::PUT && (is_bytes || path.starts_with("/uploads/"))
}

/// An answer from before any protocol has seen the request; its shape is the one that Graph clients read.
fn refusal(version: http::Version, status: StatusCode, message: &str) -> Response<Body> {
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "RequestEntityTooLarge",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        _ => "BadRequest",
    };
    let body = serde_json::json!({ "error": { "code": code, "message": message } }).to_string();
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    close(version, &mut response);
    response
}

/// What is left of the request is not read, so that the connection ends here. A client that is not told would send its next
/// request into it.
fn close(version: http::Version, response: &mut Response<Body>) {
    if version < http::Version::HTTP_2 {
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
}
