//! The body of a request: JSON whose names are written in any case, because clients differ (`Attributes`, `attributes`).

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::problem::Problem;

/// A body has at most so many bytes: a certificate request, a key and some names, and the statements of a TPM that are not read.
pub(crate) const BODY_BYTES_MAX: usize = 64 << 10;
/// A text that is kept has at most so many characters.
const TEXT_CHARS_MAX: usize = 256;

/// An object of the body. Of two members whose names differ in case only, the first counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a>(&'a Map<String, Value>);

/// Read a body.
pub(crate) fn read(body: &Bytes) -> Result<Value, Problem> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Problem::bad(format!("the body is longer than its limit of {BODY_BYTES_MAX} bytes")));
    }
    serde_json::from_slice(body).map_err(|why| Problem::bad(format!("the body cannot be read: {why}")))
}

impl<'a> Given<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Given<'a>, Problem> {
        value.as_object().map(Given).ok_or_else(|| Problem::bad("the body must be a JSON object"))
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn object(self, name: &str) -> Option<Given<'a>> {
        self.get(name)?.as_object().map(Given)
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    pub(crate) fn need(self, name: &str) -> Result<&'a str, Problem> {
        self.text(name).ok_or_else(|| Problem::bad(format!("`{name}` is missing")))
    }

    /// A text that is shown to people: without what would hide or move other text, and not longer than a line.
    pub(crate) fn shown(self, name: &str) -> String {
        let text = self.text(name).unwrap_or_default();
        text.trim().chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
    }

    pub(crate) fn int(self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// Bytes in base64.
    pub(crate) fn bytes(self, name: &str) -> Result<Vec<u8>, Problem> {
        let text: String = self.need(name)?.split_ascii_whitespace().collect();
        keys::base64url::decode_plain(&text).ok_or_else(|| Problem::bad(format!("`{name}` is not base64")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        let body = read(&Bytes::from_static(
            br#"{"deviceDisplayName":" pc\u00071 ","JOINTYPE":"4","certificateRequest":{"DATA":"AQI="}}"#,
        ))
        .unwrap();
        let given = Given::of(&body).unwrap();
        assert_eq!((given.shown("DeviceDisplayName"), given.int("JoinType")), ("pc1".to_owned(), Some(4)));
        assert_eq!(given.object("CertificateRequest").unwrap().bytes("Data").unwrap(), [1, 2]);
        given.need("TransportKey").unwrap_err();
        Given::of(&Value::Null).unwrap_err();
        read(&Bytes::from(vec![b' '; BODY_BYTES_MAX + 1])).unwrap_err();
    }
}
