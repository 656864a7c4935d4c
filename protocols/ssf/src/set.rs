//! Security event tokens (RFC 8417) as we make them: one event each, signed with RS256 as the CAEP interoperability profile
//! wants it, without `exp` and `sub` (SSF §4.1), the subject in `sub_id` (RFC 9493).

use directory::{Id, Record, Time, Value as Kept};
use engine::Engine;
use keys::Algorithm;
use serde_json::{Map, Value, json};
use signin::signals::About;

use crate::Inner;

/// `typ` of a security event token.
pub(crate) const TYP: &str = "secevent+jwt";
/// The media type under which it travels.
pub(crate) const MEDIA_TYPE: &str = "application/secevent+jwt";

/// What a token says.
pub(crate) struct Contents<'a> {
    pub jti: Id,
    pub audience: &'a str,
    pub at: Time,
    /// The request or sign-in behind it.
    pub txn: Option<Id>,
    pub sub_id: Value,
    pub event: &'a str,
    pub data: Value,
}

/// Make and sign one.
pub(crate) fn mint(inner: &Inner, engine: &Engine, contents: &Contents<'_>) -> Result<String, keys::KeyFault> {
    let mut claims = json!({
        "iss": inner.issuer(engine),
        "jti": contents.jti.to_string(),
        "iat": contents.at.unix(),
        "aud": contents.audience,
        "sub_id": contents.sub_id,
        "events": {contents.event: contents.data},
    });
    if let (Some(txn), Some(claims)) = (contents.txn.filter(|txn| !txn.is_nil()), claims.as_object_mut()) {
        claims.insert("txn".to_owned(), json!(txn.to_string()));
    }
    inner.keys.mint_json(engine.tenant(), Algorithm::Rs256, TYP, claims.to_string().as_bytes())
}

/// A subject in the words of RFC 9493: people as ID tokens know them.
pub(crate) fn sub_id(inner: &Inner, engine: &Engine, about: &About) -> Value {
    let issuer = inner.issuer(engine);
    let known = |sub: String| json!({"format": "iss_sub", "iss": issuer, "sub": sub});
    match about {
        About::User(user) => known(user.to_string()),
        About::Email { address, .. } => json!({"format": "email", "email": address}),
        About::Device { device, owner } => {
            let mut subject = Map::new();
            subject.insert("format".to_owned(), json!("complex"));
            subject.insert("device".to_owned(), known(device.clone()));
            if let Some(owner) = owner {
                subject.insert("user".to_owned(), known(owner.to_string()));
            }
            subject.insert("tenant".to_owned(), json!({"format": "opaque", "id": engine.tenant().to_string()}));
            Value::Object(subject)
        }
    }
}

/// The subject of what is said about a stream itself (SSF §8.1.4.1).
pub(crate) fn stream_id(stream: Id) -> Value {
    json!({"format": "opaque", "id": stream.to_string()})
}

/// What a room wrote down, as JSON.
pub(crate) fn json_of(record: &Record) -> Value {
    Value::Object(record.iter().map(|(name, value)| (name.to_owned(), value_of(value))).collect())
}

fn value_of(value: &Kept) -> Value {
    match value {
        Kept::Bool(value) => json!(value),
        Kept::Int(value) => json!(value),
        Kept::Double(value) => json!(value),
        Kept::Text(text) => json!(text),
        Kept::Time(at) => json!(at.unix()),
        Kept::Guid(id) => json!(id.to_string()),
        Kept::Bytes(bytes) => json!(keys::base64url::encode(bytes)),
        Kept::Record(record) => json_of(record),
        Kept::List(items) => Value::Array(items.iter().map(value_of).collect()),
    }
}
