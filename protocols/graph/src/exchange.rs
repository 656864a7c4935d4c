//! One request that was understood so far, and the answer to it before it becomes HTTP.

use bytes::Bytes;
use directory::{Caller, Time};
use engine::{Body, Engine, View};
use http::Method;
use keys::{Claims, Keys};

use crate::errors::Error;
use crate::headers::Asked;
use crate::path::{Segment, Version};
use crate::print::Printer;
use crate::query::Query;
use crate::stream::Streams;

/// A request by a known caller.
#[derive(Clone)]
pub struct Exchange {
    pub engine: Engine,
    pub keys: Keys,
    pub caller: Caller,
    /// When the person behind it last proved who they are.
    pub proven: Option<Time>,
    /// The token with which they came.
    pub claims: Claims,
    pub streams: Streams,
    pub method: Method,
    pub version: Version,
    pub segments: Vec<Segment>,
    pub query: Query,
    pub asked: Asked,
    pub body: Bytes,
    /// `https://host`
    pub origin: String,
    /// The path as it came, for the link to the next page.
    pub path: String,
    /// The media type of the body.
    pub content_type: String,
    /// Inside a batch there is no other batch.
    pub is_nested: bool,
    /// Nothing of it is kept: the engine is one for trying.
    pub is_rehearsal: bool,
}

impl Exchange {
    #[must_use]
    pub fn view(&self) -> View {
        self.engine.view(&self.caller)
    }

    #[must_use]
    pub fn printer<'v>(&self, view: &'v View) -> Printer<'v> {
        Printer::new(view, self.version, self.asked.metadata, self.base())
    }

    /// `https://host/v1.0`
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}/{}", self.origin, self.version.name())
    }

    /// The absolute URL of this request with these tokens.
    #[must_use]
    pub fn link(&self, tokens: &[(&str, &str)]) -> String {
        format!("{}{}?{}", self.origin, self.path, self.query.link(tokens))
    }

    /// The members of the body, which has to be a JSON object; of no body, none.
    pub fn members(&self) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
        if self.body.is_empty() { Ok(serde_json::Map::new()) } else { crate::given::json_object(&self.body) }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Empty,
    Json(String),
    Text(String),
    Xml(String),
    /// Their media type, and the bytes.
    Bytes(&'static str, Vec<u8>),
    /// What goes on until one side ends it.
    Stream(&'static str, Body),
}

impl Reply {
    #[must_use]
    pub fn json(status: u16, text: String) -> Reply {
        Reply { status, headers: Vec::new(), content: Content::Json(text) }
    }

    #[must_use]
    pub fn empty() -> Reply {
        Reply { status: 204, headers: Vec::new(), content: Content::Empty }
    }

    #[must_use]
    pub fn text(text: String) -> Reply {
        Reply { status: 200, headers: Vec::new(), content: Content::Text(text) }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Reply {
        self.headers.push((name, value));
        self
    }
}
