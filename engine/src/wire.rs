//! The few HTTP types that protocols and the server share: a body, and what the listener knows of the other side.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use tokio::sync::mpsc;

/// The body of an answer: whole, or a stream.
pub type Body = BoxBody<Bytes, Infallible>;

/// A body that is already there.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

/// A body whose parts come one after the other.
pub fn streamed(mut parts: mpsc::Receiver<Bytes>) -> Body {
    let frames = stream::poll_fn(move |context| {
        parts.poll_recv(context).map(|part| part.map(|part| Ok::<_, Infallible>(Frame::data(part))))
    });
    BodyExt::boxed(StreamBody::new(frames))
}

/// What the listener knows of the other side; it is in the extensions of every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub address: IpAddr,
}

/// The certificates with which the other side opened the connection, in DER and its own first: in the extensions of
/// requests that came over the listener which asks for one. That the other side holds the key of the first was proved in
/// the handshake; whether anybody vouches for it was not asked yet.
#[derive(Clone, Debug)]
pub struct PeerCertificates(pub Arc<[Vec<u8>]>);

impl PeerCertificates {
    /// The certificate of the other side itself.
    #[must_use]
    pub fn own(&self) -> Option<&[u8]> {
        self.0.first().map(Vec::as_slice)
    }
}
