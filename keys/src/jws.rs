//! Compact JWS (RFC 7515 §3.1): making one, and taking one apart with every limit that has to hold before a signature is
//! checked. What the claims must say is `claims`' business.

use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::fault::{JwtError, KeyFault};
use crate::public_key::KeyNames;
use crate::signing_key::SigningKey;

/// A token is at most this long. Entra's largest (200 groups) take about 12 KiB.
pub const TOKEN_BYTES_MAX: usize = 32 << 10;
/// A header carries at most this many certificates in `x5c`.
pub const X5C_MAX: usize = 8;

/// What the header of a token says. A header that says something dangerous is never seen: it was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The algorithm of the signature.
    pub alg: Algorithm,
    /// The media type, in lower case and without `application/` (RFC 7515 §4.1.9).
    pub typ: Option<String>,
    /// The name of the key.
    pub kid: Option<String>,
    /// The SHA-1 thumbprint of the certificate of the key, as base64url.
    pub x5t: Option<String>,
    /// The SHA-256 thumbprint of the certificate of the key, as base64url.
    pub x5t_s256: Option<String>,
    /// Certificates in DER, the key's own first. Nobody has checked them.
    pub x5c: Vec<Vec<u8>>,
    /// The key itself, as a DPoP proof carries it (RFC 9449 §4.2). Nobody has said that it may be trusted.
    pub jwk: Option<Value>,
    /// All of the header: parameters of a profile (`kdf_ver`, `ctx`) are read from here.
    pub parameters: Map<String, Value>,
}

/// A token taken apart; its signature has not been checked.
pub(crate) struct Parts<'a> {
    pub header: Header,
    pub signed: &'a [u8],
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
}

/// Make a compact JWS from claims that are already JSON text.
pub(crate) fn mint(key: &SigningKey, typ: &str, claims: &[u8]) -> Result<String, KeyFault> {
    let typ = Value::from(typ);
    let header = format!(r#"{{"alg":"{}","typ":{typ},"kid":"{}"}}"#, key.alg().name(), key.kid());
    let mut token = String::with_capacity((header.len() + claims.len() + 256) * 4 / 3 + 8);
    base64url::encode_into(header, &mut token);
    token.push('.');
    base64url::encode_into(claims, &mut token);
    let signature = key.sign(token.as_bytes(), |signature| base64url::encode(signature))?;
    token.push('.');
    token.push_str(&signature);
    Ok(token)
}

impl<'a> Parts<'a> {
    pub(crate) fn of(token: &'a str) -> Result<Parts<'a>, JwtError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(JwtError::Malformed("it is too long"));
        }
        let not_three = JwtError::Malformed("it does not have three parts");
        let Some((signed, signature)) = token.rsplit_once('.') else { return Err(not_three) };
        let Some((header, payload)) = signed.split_once('.') else { return Err(not_three) };
        let decode = |text: &str| base64url::decode(text).ok_or(JwtError::Malformed("a part is not base64url"));
        Ok(Parts {
            header: Header::parse(&decode(header)?)?,
            signed: signed.as_bytes(),
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

impl Header {
    fn parse(json: &[u8]) -> Result<Header, JwtError> {
        let parameters: Map<String, Value> =
            serde_json::from_slice(json).map_err(|_| JwtError::Malformed("its header is not a JSON object"))?;
        // `crit` names extensions that must be understood, and none is (RFC 7515 §4.1.11). `jku` and `x5u` would make us
        // fetch a key from where the presenter says (RFC 8725 §3.10). `b64` changes what is signed (RFC 7797).
        for name in ["crit", "jku", "x5u", "b64"] {
            if parameters.contains_key(name) {
                return Err(JwtError::Header(name));
            }
        }
        let text = |name: &'static str| match parameters.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(JwtError::Header(name)),
        };
        let alg = text("alg")?.as_deref().and_then(Algorithm::parse).ok_or(JwtError::Algorithm)?;
        Ok(Header {
            alg,
            typ: text("typ")?.map(|typ| media_type(&typ)),
            kid: text("kid")?,
            x5t: text("x5t")?.map(unpadded),
            x5t_s256: text("x5t#S256")?.map(unpadded),
            x5c: x5c(parameters.get("x5c"))?,
            jwk: parameters.get("jwk").cloned(),
            parameters,
        })
    }

    pub(crate) fn key_names(&self) -> KeyNames<'_> {
        KeyNames { kid: self.kid.as_deref(), x5t: self.x5t.as_deref(), x5t_s256: self.x5t_s256.as_deref() }
    }
}

/// A media type to compare with: RFC 7515 §4.1.9 lets `application/` be left out, and case does not count.
pub(crate) fn media_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/") {
        Some(rest) if !rest.contains('/') => rest.to_owned(),
        _ => typ,
    }
}

/// A thumbprint without the padding that RFC 7515 §2 leaves out and MSAL for Python puts there.
fn unpadded(thumbprint: String) -> String {
    thumbprint.trim_end_matches('=').to_owned()
}

/// `x5c` is a list (RFC 7515 §4.1.6); Windows sends a bare text where there is one certificate.
fn x5c(value: Option<&Value>) -> Result<Vec<Vec<u8>>, JwtError> {
    let items = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    if items.len() > X5C_MAX {
        return Err(JwtError::Header("x5c"));
    }
    // Clients cut a certificate out of its PEM file, line breaks and all.
    let decode = |text: &str| base64url::decode_plain(&text.split_ascii_whitespace().collect::<String>());
    let certificate = |item: &Value| item.as_str().and_then(decode).ok_or(JwtError::Header("x5c"));
    items.iter().map(certificate).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        format!("{}.{}.{}", base64url::encode(header), base64url::encode("{}"), base64url::encode("signature"))
    }

    #[test]
    fn dangerous_headers_are_refused() {
        for (header, expect) in [
            (r#"{"alg":"none"}"#, JwtError::Algorithm),
            (r#"{"alg":"None"}"#, JwtError::Algorithm),
            (r#"{"alg":""}"#, JwtError::Algorithm),
            (r#"{"typ":"JWT"}"#, JwtError::Algorithm),
            (r#"{"alg":"HS256"}"#, JwtError::Algorithm),
            (r#"{"alg":"es256"}"#, JwtError::Algorithm),
            (r#"{"alg":["ES256"]}"#, JwtError::Header("alg")),
            (r#"{"alg":"ES256","crit":["exp"]}"#, JwtError::Header("crit")),
            (r#"{"alg":"ES256","jku":"https://xyz.example"}"#, JwtError::Header("jku")),
            (r#"{"alg":"ES256","x5u":"https://xyz.example"}"#, JwtError::Header("x5u")),
            (r#"{"alg":"ES256","b64":false}"#, JwtError::Header("b64")),
            (r#"{"alg":"ES256","x5c":["-"]}"#, JwtError::Header("x5c")),
            (r#"["ES256"]"#, JwtError::Malformed("its header is not a JSON object")),
        ] {
            assert_eq!(Parts::of(&token(header)).err(), Some(expect), "{header}");
        }
    }

    #[test]
    fn a_header_is_read_as_clients_write_it() {
        let token = token(r#"{"alg":"RS256","x5t":"AQI=","x5t#S256":"AQID","x5c":["AQ\nI=\n"]}"#);
        let header = Parts::of(&token).unwrap().header;
        assert_eq!((header.x5t.as_deref(), header.x5t_s256.as_deref()), (Some("AQI"), Some("AQID")));
        assert_eq!(header.x5c, vec![vec![1, 2]]);
    }

    #[test]
    fn a_header_is_read_as_rfc_7515_says() {
        for (typ, expect) in [("JWT", "jwt"), ("application/at+jwt", "at+jwt"), ("a/b", "a/b")] {
            let token = token(&format!(r#"{{"alg":"ES256","typ":"{typ}","x5c":"AQI="}}"#));
            let parts = Parts::of(&token).unwrap();
            assert_eq!(parts.header.typ.as_deref(), Some(expect));
            assert_eq!(parts.header.x5c, vec![vec![1, 2]]);
        }
    }

    #[test]
    fn a_token_has_three_parts_and_an_end() {
        let long = format!("{}.a.a", "a".repeat(TOKEN_BYTES_MAX));
        for text in ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.e30=", &long] {
            assert!(Parts::of(text).is_err(), "{text}");
        }
    }
}
