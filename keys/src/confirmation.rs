//! Whom a verified token is bound to (`cnf`, RFC 7800): a resource must see the proof before it takes the token.

use serde_json::Value;

use crate::base64url;
use crate::claims::Claims;
use crate::digest::{constant_time_eq, sha256};

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound<'a> {
    /// Whoever bears it.
    Bearer,
    /// The holder of the key with this JWK thumbprint, who signs a proof with every request (RFC 9449).
    Key(&'a str),
    /// The holder of the certificate with this SHA-256, who opened the TLS connection with it (RFC 8705).
    Certificate(&'a str),
    /// Bound in a way that nobody here understands: it counts for nobody.
    Unknown,
}

impl Claims {
    /// Whom the token is bound to.
    #[must_use]
    pub fn bound(&self) -> Bound<'_> {
        let Some(cnf) = self.get("cnf") else { return Bound::Bearer };
        let Some(members) = cnf.as_object().filter(|members| members.len() == 1) else { return Bound::Unknown };
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        match (text("jkt"), text("x5t#S256")) {
            (Some(thumbprint), None) => Bound::Key(thumbprint),
            (None, Some(thumbprint)) => Bound::Certificate(thumbprint),
            _ => Bound::Unknown,
        }
    }
}

impl Bound<'_> {
    /// Whether the certificate (DER) with which the TLS connection was opened is the one that the token is bound to.
    #[must_use]
    pub fn is_certificate(self, presented: Option<&[u8]>) -> bool {
        let Some(presented) = presented else { return false };
        let thumbprint = base64url::encode(sha256(presented));
        matches!(self, Bound::Certificate(bound) if constant_time_eq(bound.as_bytes(), thumbprint.as_bytes()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn claims(cnf: &str) -> Claims {
        let body = format!(r#"{{"sub":"x"{cnf}}}"#);
        crate::peek(&format!("{}.{}.", base64url::encode(r#"{"alg":"ES256"}"#), base64url::encode(body))).unwrap()
    }

    #[test]
    fn a_token_is_bound_as_it_says_and_to_nobody_when_it_says_it_strangely() {
        for (cnf, expect) in [
            ("", Bound::Bearer),
            (r#","cnf":{"jkt":"a"}"#, Bound::Key("a")),
            (r#","cnf":{"x5t#S256":"b"}"#, Bound::Certificate("b")),
            (r#","cnf":{"jkt":"a","x5t#S256":"b"}"#, Bound::Unknown),
            (r#","cnf":{}"#, Bound::Unknown),
            (r#","cnf":null"#, Bound::Unknown),
            (r#","cnf":{"jkt":1}"#, Bound::Unknown),
        ] {
            assert_eq!(claims(cnf).bound(), expect, "{cnf}");
        }
    }

    #[test]
    fn only_the_certificate_that_it_names_opens_it() {
        let thumbprint = base64url::encode(sha256(b"der"));
        let bound = Bound::Certificate(&thumbprint);
        assert!(bound.is_certificate(Some(b"der")));
        assert!(!bound.is_certificate(Some(b"another")) && !bound.is_certificate(None));
        assert!(!Bound::Bearer.is_certificate(Some(b"der")) && !Bound::Key(&thumbprint).is_certificate(Some(b"der")));
    }
}
