//! Asking somebody else's server: what protocols need of HTTP when they are the client. The server hands in the real one,
//! which keeps callers away from what is inside the house; tests hand in their own.
//!
//! Deliberately absent: redirects, cookies, and addresses of the operator's own network unless the operator named them.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// An answer is at most this long, in bytes; a longer one is refused, not cut.
pub const ANSWER_BYTES_MAX: usize = 256 << 10;

/// What somebody else's server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub body: Bytes,
}

/// One request to somebody else's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub url: String,
    /// Sent with POST and its media type; without one it is a GET.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// `Authorization`, where the other side wants one.
    pub authorization: Option<String>,
}

impl Ask {
    #[must_use]
    pub fn get(url: impl Into<String>) -> Ask {
        Ask { url: url.into(), body: None, authorization: None }
    }

    #[must_use]
    pub fn post(url: impl Into<String>, media_type: &'static str, body: impl Into<Vec<u8>>) -> Ask {
        Ask { url: url.into(), body: Some((media_type, body.into())), authorization: None }
    }
}

/// What comes of a request. The error says why there is no answer, in words for an operator.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answered, String>> + Send + 'a>>;

/// The way out.
pub trait Outgoing: Send + Sync {
    fn ask(&self, ask: Ask) -> Answering<'_>;
}

/// No way out: every request fails.
pub struct NoWayOut;

impl Outgoing for NoWayOut {
    fn ask(&self, _: Ask) -> Answering<'_> {
        Box::pin(std::future::ready(Err("this server asks no other servers".to_owned())))
    }
}
