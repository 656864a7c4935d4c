//! The few HTTP types that protocols and the server share: a body, and what the listener knows of the other side.

use std::convert::Infallible;
use std::net::IpAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};

/// The body of an answer: whole, or a stream.
pub type Body = BoxBody<Bytes, Infallible>;

/// A body that is already there.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

/// What the listener knows of the other side; it is in the extensions of every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub address: IpAddr,
}
